/* chart_params.c - trials over their parameters: parallel coordinates and slices. */
#include "chart_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "scale.h"

/* ---- slices ---- */

int32_t chart_slice(const chart_request *r, figure **out, error *err)
{
    const past *p = r->past;
    int32_t shown[CHART_PARAMETERS];
    char label[256];
    points at = {0};
    const int n = params_shown(r, shown, CHART_PARAMETERS);
    if (n == 0)
        return error_add(err, HONE_EUNSUPPORTED, "the study has no parameters to show");
    figure *f = figure_new("Slices");
    goal_label(p, r->goal, label, sizeof label);
    for (int k = 0; k < n; k++) {
        const hone_param *q = &p->space->params[shown[k]];
        panel *to = figure_panel(f, NULL, q->name, label);
        axis_of_param(to, 'x', q);
        panel_z_label(to, "trial (number)");
        if (goal_spans_decades(p, r->goal))
            panel_flags(to, PANEL_LOG_Y);
        for (int64_t i = 0; i < p->n; i++) {
            const past_trial *t = &p->trials[i];
            if (t->state == HONE_COMPLETE && !isnan(t->native[shown[k]]))
                points_add(&at, t->native[shown[k]], t->values[r->goal], (double)t->number);
        }
        points_series(&at, to, SERIES_SHADED, 0, NULL);
    }
    figure_size(f, n == 1 ? 640 : 480, 340);
    return chart_done(f, &at, out, err);
}

/* ---- parallel coordinates ---- */

static const double INACTIVE = -0.12; /* where lines pass below an axis that has no value */
static const double MARGIN = 0.045;   /* between an axis and the words at its ends */

/* Trials ordered from the worst to the best. */
typedef struct ranked_trial {
    double loss;
    int64_t index;
} ranked_trial;

static int worst_first(const void *a, const void *b)
{
    const ranked_trial *x = a, *y = b;
    return x->loss > y->loss ? -1 : x->loss < y->loss ? 1 : x->index < y->index ? -1 : 1;
}

static int64_t rank_trials(const past *p, int32_t goal, ranked_trial *order)
{
    int64_t n = 0;
    for (int64_t i = 0; i < p->n; i++) {
        const double v = p->trials[i].values[goal];
        if (p->trials[i].state == HONE_COMPLETE && isfinite(v))
            order[n++] = (ranked_trial){p->maximize[goal] ? -v : v, i};
    }
    qsort(order, (size_t)n, sizeof *order, worst_first);
    return n;
}

/* Where a value stands on its axis from 0 to 1. */
static double height(const hone_param *q, double native)
{
    if (isnan(native))
        return INACTIVE;
    const scale s = scale_of(q);
    if (q->type == HONE_CATEGORICAL)
        return q->n_choices > 1 ? native / (double)(q->n_choices - 1) : 0.5;
    const double low = scale_unit(&s, q->low), high = scale_unit(&s, q->high);
    return high > low ? (scale_unit(&s, native) - low) / (high - low) : 0.5;
}

static void add_words(panel *to, double x, double y, const char *words)
{
    series_add(to, SERIES_TEXT, STYLE_BLACK, NULL, 1,
               (const double *[]){(double[]){x}, (double[]){y}}, (const char *[]){words});
}

static void add_axis(panel *to, int k, const hone_param *q)
{
    char number[NUMBER_ROOM];
    series_xy(to, SERIES_LINE, STYLE_GREY, NULL, 2, (double[]){k, k}, (double[]){0.0, 1.0});
    panel_tick(to, 'x', (double)k, q->name);
    if (q->type == HONE_CATEGORICAL && q->n_choices <= 12) {
        for (int64_t c = 0; c < q->n_choices; c++)
            add_words(to, k, height(q, (double)c) + MARGIN, q->choices[c]);
    } else {
        add_words(to, k, 1.0 + MARGIN,
                  q->type == HONE_CATEGORICAL ? q->choices[q->n_choices - 1]
                                              : number_short(q->high, number));
        add_words(to, k, -MARGIN,
                  q->type == HONE_CATEGORICAL ? q->choices[0] : number_short(q->low, number));
    }
}

int32_t chart_parallel(const chart_request *r, figure **out, error *err)
{
    const past *p = r->past;
    int32_t shown[CHART_PARAMETERS];
    char label[256];
    points at = {0};
    const int n = params_shown(r, shown, CHART_PARAMETERS);
    ranked_trial *order = malloc((size_t)p->n * sizeof *order + 1);
    if (n < 2 || !order) {
        free(order);
        return order ? error_add(err, HONE_EUNSUPPORTED,
                                 "parallel coordinates want two parameters or more")
                     : error_add(err, HONE_ENOMEM, "out of memory for a figure");
    }
    const int64_t m = rank_trials(p, r->goal, order);
    figure *f = figure_new("Parallel coordinates");
    panel *to = figure_panel(f, NULL, NULL, NULL);
    goal_label(p, r->goal, label, sizeof label);
    panel_z_label(to, label);
    panel_flags(to, PANEL_NO_Y | PANEL_NO_FRAME | PANEL_NO_KEY |
                        (goal_spans_decades(p, r->goal) ? PANEL_LOG_Z : 0));
    panel_range(to, 'x', -0.3, n - 0.7);
    panel_range(to, 'y', -0.16, 1.1);
    for (int64_t i = 0; i < m; i++) {
        const past_trial *t = &p->trials[order[i].index];
        for (int k = 0; k < n; k++)
            points_add(&at, k, height(&p->space->params[shown[k]], t->native[shown[k]]),
                       t->values[r->goal]);
        points_add(&at, NAN, NAN, NAN);
    }
    points_series(&at, to, SERIES_PATHS, 0, NULL);
    for (int k = 0; k < n; k++)
        add_axis(to, k, &p->space->params[shown[k]]);
    figure_size(f, n > 6 ? 1100 : 800, 420);
    free(order);
    return chart_done(f, &at, out, err);
}
