/* chart_values.c - values against values: Pareto front and calibration of predictions. */
#include "chart_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "statistics.h"

/* ---- Pareto front ---- */

typedef struct pair {
    double x, y;
} pair;

static int by_x(const void *a, const void *b)
{
    const pair *p = a, *q = b;
    return p->x < q->x ? -1 : p->x > q->x ? 1 : p->y < q->y ? -1 : p->y > q->y;
}

/* The boundary of what two objectives leave attainable, as a line of right angles. */
static void add_staircase(const past *p, const bool *front, panel *to, points *at)
{
    pair *s = malloc((size_t)p->n * sizeof *s + 1);
    int64_t n = 0;
    for (int64_t i = 0; s && i < p->n; i++)
        if (front[i])
            s[n++] = (pair){p->trials[i].values[0], p->trials[i].values[1]};
    if (s)
        qsort(s, (size_t)n, sizeof *s, by_x);
    for (int64_t i = 0; i < n; i++) {
        if (i > 0 && !p->maximize[0])
            points_add(at, s[i].x, s[i - 1].y, 0.0);
        else if (i > 0)
            points_add(at, s[i - 1].x, s[i].y, 0.0);
        points_add(at, s[i].x, s[i].y, 0.0);
    }
    at->failed |= !s;
    free(s);
    points_series(at, to, SERIES_LINE, 1, NULL);
}

static void add_pair(const past *p, const bool *front, int32_t a, int32_t b, figure *f, points *at)
{
    char x[256], y[256];
    goal_label(p, a, x, sizeof x);
    goal_label(p, b, y, sizeof y);
    panel *to = figure_panel(f, NULL, x, y);
    panel_flags(to, (goal_spans_decades(p, a) ? PANEL_LOG_X : 0) |
                        (goal_spans_decades(p, b) ? PANEL_LOG_Y : 0));
    for (int front_too = 0; front_too < 2; front_too++) {
        for (int64_t i = 0; i < p->n; i++)
            if (p->trials[i].feasible && front[i] == (front_too == 1))
                points_add(at, p->trials[i].values[a], p->trials[i].values[b], 0.0);
        points_series(at, to, SERIES_POINTS, front_too ? 1 : STYLE_FAINT,
                      front_too ? "not dominated" : "dominated");
    }
    if (p->n_goals == 2)
        add_staircase(p, front, to, at);
}

int32_t chart_front(const chart_request *r, figure **out, error *err)
{
    const past *p = r->past;
    points at = {0};
    if (p->n_goals < 2)
        return error_add(err, HONE_EUNSUPPORTED, "a front wants two objectives or more");
    bool *front = past_front(p);
    figure *f = figure_new("Pareto front");
    for (int32_t a = 0; a < p->n_goals && front; a++)
        for (int32_t b = a + 1; b < p->n_goals; b++)
            add_pair(p, front, a, b, f, &at);
    figure_size(f, p->n_goals == 2 ? 640 : 480, 420);
    at.failed |= !front;
    free(front);
    return chart_done(f, &at, out, err);
}

/* ---- calibration ---- */

static bool predicted(const past_trial *t)
{
    return t->state == HONE_COMPLETE && isfinite(t->values[0]) && isfinite(t->mean) &&
           isfinite(t->sd) && t->sd > 0.0;
}

static void add_predictions(const past *p, panel *to, int64_t n)
{
    double *column[4] = {0};
    int64_t k = 0;
    bool got = true;
    for (int c = 0; c < 4; c++)
        got &= (column[c] = malloc((size_t)n * sizeof(double) + 1)) != NULL;
    for (int64_t i = 0; got && i < p->n; i++) {
        const past_trial *t = &p->trials[i];
        if (!predicted(t))
            continue;
        column[0][k] = t->values[0];
        column[1][k] = t->mean;
        column[2][k] = t->mean - 2.0 * t->sd;
        column[3][k++] = t->mean + 2.0 * t->sd;
    }
    if (got)
        series_add(to, SERIES_ERRORS, 0, "mean and 2 standard deviations", k,
                   (const double *const *)column, NULL);
    for (int c = 0; c < 4; c++)
        free(column[c]);
}

/* Share of values within the central interval of each probability. */
static void add_coverage(const past *p, panel *to, points *at, int64_t n)
{
    for (int level = 0; level <= 20; level++) {
        const double nominal = level / 20.0;
        const double reach = level == 20 ? INFINITY : stat_normal_quantile(0.5 + nominal / 2.0);
        int64_t within = 0;
        for (int64_t i = 0; i < p->n; i++)
            if (predicted(&p->trials[i]))
                within += fabs(p->trials[i].values[0] - p->trials[i].mean) <=
                          reach * p->trials[i].sd;
        points_add(at, nominal, (double)within / (double)n, 0.0);
    }
    points_series(at, to, SERIES_LINE, 1, NULL);
}

int32_t chart_calibration(const chart_request *r, figure **out, error *err)
{
    const past *p = r->past;
    points at = {0};
    int64_t n = 0;
    char x[300], y[300];
    for (int64_t i = 0; i < p->n; i++)
        n += predicted(&p->trials[i]);
    if (n == 0)
        return error_add(err, HONE_EUNSUPPORTED, "the strategy recorded no predictions");
    snprintf(x, sizeof x, "observed %s", p->objectives[0]);
    snprintf(y, sizeof y, "predicted %s", p->objectives[0]);
    figure *f = figure_new("Calibration of predictions");
    panel *to = figure_panel(f, "Predicted and observed", x, y);
    panel_flags(to, PANEL_DIAGONAL);
    add_predictions(p, to, n);
    to = figure_panel(f, "Coverage", "probability of the interval", "share of values within it");
    panel_flags(to, PANEL_DIAGONAL | PANEL_NO_KEY);
    panel_range(to, 'x', 0.0, 1.0);
    panel_range(to, 'y', 0.0, 1.0);
    add_coverage(p, to, &at, n);
    figure_size(f, 500, 420);
    return chart_done(f, &at, out, err);
}
