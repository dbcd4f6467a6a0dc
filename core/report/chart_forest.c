/* chart_forest.c - what a random forest makes of the trials: importance and contours. */
#include "chart_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "forest.h"

enum { GRID = 30, PAIRS = 5 /* parameters whose interactions are looked at */ };

/* ---- importance ---- */

typedef struct bar {
    char name[200];
    double length;
} bar;

static int longest_first(const void *a, const void *b)
{
    const bar *x = a, *y = b;
    return x->length > y->length ? -1 : x->length < y->length;
}

static void add_bars(panel *to, const bar *bars, int n, int style, points *at)
{
    for (int k = 0; k < n; k++) {
        points_add(at, k, fmax(0.0, bars[k].length), 0.0);
        panel_tick(to, 'y', k, bars[k].name);
    }
    points_series(at, to, SERIES_BARS, style, NULL);
    panel_flags(to, PANEL_DOWN);
    panel_range(to, 'x', 0.0, NAN);
}

static int32_t share_bars(const chart_request *r, const int32_t *shown, int n, const double *share,
                          bar *bars, int *n_bars, error *err)
{
    const space *s = r->past->space;
    double pair = 0.0;
    *n_bars = 0;
    for (int k = 0; k < n; k++) {
        bar *b = &bars[(*n_bars)++];
        snprintf(b->name, sizeof b->name, "%s", s->params[shown[k]].name);
        b->length = share[shown[k]];
    }
    for (int k = 0; k < n && k < PAIRS; k++)
        for (int m = k + 1; m < n && m < PAIRS; m++) {
            if (forest_interaction(r->forest, shown[k], shown[m], &pair, err) < 0)
                return HONE_ENOMEM;
            if (pair < 0.01)
                continue;
            bar *b = &bars[(*n_bars)++];
            snprintf(b->name, sizeof b->name, "%s, %s", s->params[shown[k]].name,
                     s->params[shown[m]].name);
            b->length = pair;
        }
    qsort(bars, (size_t)*n_bars, sizeof *bars, longest_first);
    return HONE_OK;
}

int32_t chart_importance(const chart_request *r, figure **out, error *err)
{
    const space *s = r->past->space;
    int32_t shown[CHART_PARAMETERS];
    bar bars[CHART_PARAMETERS + PAIRS * PAIRS];
    points at = {0};
    const int n = params_shown(r, shown, CHART_PARAMETERS);
    int m = 0;
    double *share = calloc(2 * (size_t)s->n + 1, sizeof *share), *loss = share + s->n;
    int32_t status = share ? HONE_OK : error_add(err, HONE_ENOMEM, "out of memory for a figure");
    if (status >= 0)
        status = forest_shares(r->forest, share, NULL, err);
    if (status >= 0)
        status = forest_permutation(r->forest, loss, err);
    if (status >= 0)
        status = share_bars(r, shown, n, share, bars, &m, err);
    if (status >= 0) {
        figure *f = figure_new("Importance of parameters");
        panel *to = figure_panel(f, "Share of variance (fANOVA)", "share of the variance", NULL);
        add_bars(to, bars, m, 0, &at);
        for (int k = 0; k < n; k++) {
            snprintf(bars[k].name, sizeof bars[k].name, "%s", s->params[shown[k]].name);
            bars[k].length = loss[shown[k]];
        }
        qsort(bars, (size_t)n, sizeof *bars, longest_first);
        to = figure_panel(f, "Permutation", "growth of squared error / (2 variance)", NULL);
        add_bars(to, bars, n, 2, &at);
        figure_size(f, 520, m > 8 ? 60 + 34 * m : 330);
        status = chart_done(f, &at, out, err);
    }
    free(share);
    return status;
}

/* ---- contour ---- */

/* Values along a parameter: the first choices, else even ones on its scale. */
static int64_t axis_values(const hone_param *q, double *out)
{
    if (q->type == HONE_CATEGORICAL) {
        const int64_t n = q->n_choices < GRID ? q->n_choices : GRID;
        for (int64_t k = 0; k < n; k++)
            out[k] = (double)k;
        return n;
    }
    for (int64_t k = 0; k < GRID; k++) {
        const double part = (double)k / (GRID - 1);
        out[k] = param_is_log(q) ? exp(log(q->low) + part * (log(q->high) - log(q->low)))
                                 : q->low + part * (q->high - q->low);
    }
    return GRID;
}

static int32_t choose_pair(const chart_request *r, int32_t pair[2], error *err)
{
    int32_t shown[2];
    const int n = params_shown(r, shown, 2);
    pair[0] = r->x;
    pair[1] = r->y;
    for (int c = 0; c < 2; c++)
        for (int k = 0; k < n && pair[c] < 0; k++)
            if (shown[k] != pair[1 - c])
                pair[c] = shown[k];
    if (pair[0] < 0 || pair[1] < 0 || pair[0] == pair[1])
        return error_add(err, HONE_EUNSUPPORTED, "a contour wants two parameters");
    return HONE_OK;
}

static void add_trials(const chart_request *r, const int32_t pair[2], panel *to, points *at)
{
    for (int64_t i = 0; i < r->past->n; i++) {
        const past_trial *t = &r->past->trials[i];
        if (t->state == HONE_COMPLETE)
            points_add(at, t->native[pair[0]], t->native[pair[1]], 0.0);
    }
    points_series(at, to, SERIES_POINTS, 1, "complete trials");
}

int32_t chart_contour(const chart_request *r, figure **out, error *err)
{
    const past *p = r->past;
    int32_t pair[2];
    double x[GRID], y[GRID], mean[GRID * GRID];
    char label[300];
    points at = {0};
    int32_t status = choose_pair(r, pair, err);
    if (status < 0)
        return status;
    const hone_param *a = &p->space->params[pair[0]], *b = &p->space->params[pair[1]];
    const int64_t n = axis_values(a, x), m = axis_values(b, y);
    if ((status = forest_mean(r->forest, pair[0], x, n, pair[1], y, m, mean, err)) < 0)
        return status;
    figure *f = figure_new("Contour");
    panel *to = figure_panel(f, NULL, a->name, b->name);
    axis_of_param(to, 'x', a);
    axis_of_param(to, 'y', b);
    goal_label(p, r->goal, label, sizeof label);
    panel_z_label(to, label);
    for (int64_t k = 0; k < n * m; k++)
        points_add(&at, x[k % n], y[k / n], p->maximize[r->goal] ? -mean[k] : mean[k]);
    if (at.n == n * m) {
        series_xyz(to, SERIES_HEAT, 0, NULL, at.n, at.x, at.y, at.z);
        if (a->type != HONE_CATEGORICAL && b->type != HONE_CATEGORICAL)
            series_xyz(to, SERIES_CONTOUR, STYLE_BLACK, NULL, at.n, at.x, at.y, at.z);
    }
    at.n = 0;
    add_trials(r, pair, to, &at);
    figure_size(f, 680, 480);
    return chart_done(f, &at, out, err);
}
