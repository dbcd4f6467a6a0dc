/* compare_critical.c - the critical-difference diagram: mean ranks on a line, strategies joined
 * by a bar where Nemenyi's test does not tell them apart.
 *
 * Source: Demsar, "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR 7
 *         (2006), figure 1.  The better half is named on the left, each name on a line of its
 * own, the outermost on top, so that neither names nor lines cross however near the ranks are. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare_figures.h"

/* Heights in rows; the axis is at 0. */
static const double TICK = 0.2, NUMBERS = 0.6, DIFFERENCE = 1.5, TITLE = 2.4, BAR = 0.35,
                    ROW = 0.9;
enum { WIDTH = 760, MARGIN = 40, LETTER = 7, ROW_PIXELS = 24, MOST_PIXELS = 240 };

typedef struct diagram {
    const findings *r;
    panel *to;
    int64_t k;
    double left, right; /* where the names on each side are */
    double below;       /* y under the bars */
} diagram;

static void add_line(const diagram *d, int style, double x1, double y1, double x2, double y2)
{
    series_xy(d->to, SERIES_LINE, style, NULL, 2, (double[]){x1, x2}, (double[]){y1, y2});
}

static void add_words(const diagram *d, int kind, double x, double y, const char *words)
{
    series_add(d->to, kind, STYLE_BLACK, NULL, 1, (const double *const[]){&x, &y}, &words);
}

static void add_axis(const diagram *d)
{
    const double critical = d->r->critical, top = (double)d->k;
    char words[64];
    add_line(d, STYLE_BLACK, 1, 0, top, 0);
    for (int64_t i = 1; i <= d->k; i++) {
        snprintf(words, sizeof words, "%lld", (long long)i);
        add_line(d, STYLE_BLACK, (double)i, 0, (double)i, TICK);
        add_words(d, SERIES_TEXT, (double)i, NUMBERS, words);
    }
    if (!isfinite(critical))
        return;
    const double end = fmin(1 + critical, d->right);
    snprintf(words, sizeof words, "critical difference %.2f", critical);
    add_line(d, STYLE_BLACK, 1, DIFFERENCE, end, DIFFERENCE);
    add_line(d, STYLE_BLACK, 1, DIFFERENCE - TICK, 1, DIFFERENCE + TICK);
    add_line(d, STYLE_BLACK, end, DIFFERENCE - TICK, end, DIFFERENCE + TICK);
    add_words(d, SERIES_TEXT_AFTER, 1, TITLE - 0.3, words);
}

/* The i-th best, on the row of its side. */
static void add_name(const diagram *d, int64_t i)
{
    const int64_t who = d->r->order[i], better = (d->k + 1) / 2;
    const bool left = i < better;
    const double rank = d->r->ranks[who], x = left ? d->left : d->right;
    const double y = -d->below - ROW * (double)(left ? i : d->k - 1 - i);
    const char *name = d->r->comparison->contenders[who].name;
    text words = {0};
    add_line(d, STYLE_GREY, rank, 0, rank, y);
    add_line(d, STYLE_GREY, rank, y, x, y);
    series_xy(d->to, SERIES_POINTS, STYLE_DOT, NULL, 1, &rank, (double[]){0});
    if (left)
        text_add(&words, "%s  %.2f ", name, d->r->ranks[who]);
    else
        text_add(&words, " %.2f  %s", d->r->ranks[who], name);
    add_words(d, left ? SERIES_TEXT_BEFORE : SERIES_TEXT_AFTER, x, y,
              words.data ? words.data : name);
    text_free(&words);
}

static void add_bars(diagram *d)
{
    const findings *r = d->r;
    uint8_t *alike = calloc((size_t)(d->k * d->k), 1);
    stat_clique *cliques = calloc((size_t)d->k, sizeof *cliques);
    int64_t n = 0;
    if (alike && cliques) {
        stat_alike(r->ranks, d->k, r->critical, alike);
        n = stat_cliques(d->k, r->order, alike, cliques);
    }
    for (int64_t i = 0; i < n; i++) {
        const double y = -BAR * (double)(i + 1);
        const double from = r->ranks[r->order[cliques[i].first]];
        const double to = r->ranks[r->order[cliques[i].last]];
        for (double off = -0.03; off < 0.04; off += 0.03) /* thicker than the other lines */
            add_line(d, STYLE_BLACK, from - 0.03, y + off, to + 0.03, y + off);
    }
    d->below = BAR * (double)(n + 1) + 0.5;
    free(alike);
    free(cliques);
}

/* Room for the longest name on each side, as ranks. */
static double side_room(const findings *r, int64_t k)
{
    size_t longest = 0;
    for (int64_t i = 0; i < k; i++) {
        const size_t n = strlen(r->comparison->contenders[i].name);
        longest = n > longest ? n : longest;
    }
    double pixels = (double)(LETTER * ((int)fmin((double)longest, 100) + 8));
    pixels = fmin(pixels, MOST_PIXELS);
    return pixels * (double)(k - 1) / (WIDTH - 2 * MARGIN - 2 * pixels);
}

figure *findings_critical(const findings *r)
{
    const int64_t k = r->comparison->n_contenders;
    figure *f = figure_new(NULL);
    diagram d = {.r = r, .k = k, .to = figure_panel(f, NULL, NULL, NULL)};
    const double room = side_room(r, k), gap = 0.06 * (double)(k - 1);
    d.left = 1 - gap;
    d.right = (double)k + gap;
    add_bars(&d);
    add_axis(&d);
    for (int64_t i = 0; i < k; i++)
        add_name(&d, i);
    const double bottom = d.below + ROW * (double)((k + 1) / 2);
    panel_flags(d.to, PANEL_NO_X | PANEL_NO_Y | PANEL_NO_KEY | PANEL_NO_FRAME);
    panel_range(d.to, 'x', d.left - room, d.right + room);
    panel_range(d.to, 'y', -bottom, TITLE);
    figure_size(f, WIDTH, 40 + (int)(ROW_PIXELS * (bottom + TITLE)));
    return f;
}
