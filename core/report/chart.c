/* chart.c - the table of charts, and what they share. */
#include "chart_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- points ---- */

static bool grow(double **array, int64_t room)
{
    double *larger = realloc(*array, (size_t)room * sizeof *larger);
    if (larger)
        *array = larger;
    return larger != NULL;
}

void points_add(points *p, double x, double y, double z)
{
    if (p->n == p->room) {
        const int64_t room = 2 * p->room + 64;
        if (!grow(&p->x, room) || !grow(&p->y, room) || !grow(&p->z, room)) {
            p->failed = true;
            return;
        }
        p->room = room;
    }
    p->x[p->n] = x;
    p->y[p->n] = y;
    p->z[p->n++] = z;
}

void points_free(points *p)
{
    free(p->x);
    free(p->y);
    free(p->z);
    *p = (points){0};
}

void points_series(points *p, panel *to, int kind, int style, const char *label)
{
    if (p->n > 0)
        series_xyz(to, kind, style, label, p->n, p->x, p->y, p->z);
    p->n = 0;
}

int32_t chart_done(figure *f, points *p, figure **out, error *err)
{
    const bool lost = !f || p->failed;
    points_free(p);
    if (lost) {
        figure_free(f);
        return error_add(err, HONE_ENOMEM, "out of memory for a figure");
    }
    *out = f;
    return HONE_OK;
}

/* ---- axes ---- */

void goal_label(const past *p, int32_t goal, char *out, size_t room)
{
    snprintf(out, room, "%s (%s)", p->objectives[goal],
             p->maximize[goal] ? "maximized" : "minimized");
}

bool spans_decades(const double *v, int64_t n)
{
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < n; i++)
        if (isfinite(v[i])) {
            low = fmin(low, v[i]);
            high = fmax(high, v[i]);
        }
    return low > 0.0 && high > 1e2 * low;
}

bool goal_spans_decades(const past *p, int32_t goal)
{
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < p->n; i++)
        if (p->trials[i].state == HONE_COMPLETE && isfinite(p->trials[i].values[goal])) {
            low = fmin(low, p->trials[i].values[goal]);
            high = fmax(high, p->trials[i].values[goal]);
        }
    return low > 0.0 && high > 1e2 * low;
}

bool param_is_log(const hone_param *q)
{
    return q->type != HONE_CATEGORICAL && (q->flags & HONE_PARAM_LOG);
}

void axis_of_param(panel *to, char axis, const hone_param *q)
{
    if (q->type == HONE_CATEGORICAL) {
        for (int64_t k = 0; k < q->n_choices; k++)
            panel_tick(to, axis, (double)k, q->choices[k]);
        panel_range(to, axis, -0.5, (double)q->n_choices - 0.5);
        return;
    }
    if (param_is_log(q))
        panel_flags(to, axis == 'x' ? PANEL_LOG_X : PANEL_LOG_Y);
    panel_range(to, axis, q->low, q->high);
}

int params_shown(const chart_request *r, int32_t *out, int most)
{
    int n = 0;
    for (int32_t i = 0; i < r->past->space->n && n < most; i++)
        if (!param_single(&r->past->space->params[r->ranked[i]]))
            out[n++] = r->ranked[i];
    return n;
}

/* ---- the table ---- */

const chart CHARTS[] = {
    {"history", "values in the order of trials, and the best so far",
     "Objective values in the order of trials, and the best feasible one so far. Trials without "
     "a value stand on the lower edge.", false, chart_history},
    {"front", "feasible trials of two or more objectives, and the Pareto front",
     "Feasible trials; joined are those that no other is better than in every objective.",
     false, chart_front},
    {"parallel", "parameters and value of every trial as a line",
     "Every line is a complete trial, coloured by its value; the best ones are drawn last. Axes "
     "run over the ranges of the parameters, on their scales.", false, chart_parallel},
    {"slice", "the value over each parameter",
     "Complete trials over each parameter, the later the brighter.", false, chart_slice},
    {"importance", "how much of the variance each parameter explains",
     "Left: functional analysis of variance of a random forest (Hutter, Hoos, Leyton-Brown 2014), "
     "the share of the forest's variance that a parameter explains alone or two in interaction, "
     "mean over trees. Right: how much the error on left-out trials grows when a parameter is "
     "shuffled, in units of twice the variance: it estimates the total effect, interactions "
     "included.", true, chart_importance},
    {"contour", "the mean over two parameters, all others averaged out",
     "Mean of the random forest over two parameters, averaged over all others, with contour "
     "lines; points are complete trials.", true, chart_contour},
    {"intermediate", "reported values over steps, and where trials were pruned",
     "Values reported while trials ran; pruned trials end in a mark.", false, chart_intermediate},
    {"timeline", "when each trial ran, side by side as they overlapped",
     "Trials in time; a line holds trials that did not overlap. Of more than 500, "
     "neighbours closer than 1/500 of the whole are drawn as one.", false, chart_timeline},
    {"calibration", "what the strategy predicted of each trial against what came out",
     "What the strategy predicted when it proposed a trial, against what came out. Left: mean "
     "and two standard deviations. Right: how many values fell into the central intervals of "
     "the predictions; on the diagonal the deviations are right. They are those of the value "
     "without noise.", false, chart_calibration},
    {NULL, NULL, NULL, false, NULL},
};

const chart *chart_find(const char *kind)
{
    for (const chart *c = CHARTS; c->kind; c++)
        if (strcmp(c->kind, kind) == 0)
            return c;
    return NULL;
}
