/* chart_trials.c - trials in their order and in time: history, intermediate, timeline. */
#include "chart_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- history ---- */

static bool better(const past *p, int32_t goal, double a, double b)
{
    return isnan(b) || (p->maximize[goal] ? a > b : a < b);
}

static void best_so_far(const past *p, int32_t goal, panel *to, points *at)
{
    double best = NAN;
    for (int64_t i = 0; i < p->n; i++) {
        const past_trial *t = &p->trials[i];
        const bool improved = t->feasible && better(p, goal, t->values[goal], best);
        if (improved)
            best = t->values[goal];
        if (improved || (i + 1 == p->n && !isnan(best)))
            points_add(at, (double)t->number, best, 0.0);
    }
    points_series(at, to, SERIES_STEPS, 1, "best so far");
}

typedef bool (*trial_test)(const past_trial *t);
static bool is_feasible(const past_trial *t)
{
    return t->feasible;
}
static bool is_infeasible(const past_trial *t)
{
    return t->state == HONE_COMPLETE && !t->feasible;
}
static bool is_pruned(const past_trial *t)
{
    return t->state == HONE_PRUNED;
}
static bool is_failed(const past_trial *t)
{
    return t->state == HONE_FAILED;
}

/* The trial's value; of one pruned what it reported last; NaN: none. */
static double shown_value(const past_trial *t, int32_t goal)
{
    if (t->state == HONE_COMPLETE)
        return t->values[goal];
    return goal == 0 && t->state == HONE_PRUNED && t->n_reports > 0
               ? t->reported[t->n_reports - 1]
               : NAN;
}

static double lowest_shown(const past *p, int32_t goal)
{
    double low = NAN;
    for (int64_t i = 0; i < p->n; i++)
        if (isfinite(shown_value(&p->trials[i], goal)))
            low = fmin(low, shown_value(&p->trials[i], goal));
    return isnan(low) ? 0.0 : low;
}

static void trials_as_points(const past *p, int32_t goal, trial_test test, panel *to, points *at,
                             int style, const char *label)
{
    const double floor = lowest_shown(p, goal);
    for (int64_t i = 0; i < p->n; i++)
        if (test(&p->trials[i])) {
            const double value = shown_value(&p->trials[i], goal);
            points_add(at, (double)p->trials[i].number, isfinite(value) ? value : floor, 0.0);
        }
    points_series(at, to, SERIES_POINTS, style, label);
}

int32_t chart_history(const chart_request *r, figure **out, error *err)
{
    const past *p = r->past;
    char label[256];
    points at = {0};
    figure *f = figure_new("History");
    for (int32_t g = 0; g < p->n_goals; g++) {
        goal_label(p, g, label, sizeof label);
        panel *to = figure_panel(f, p->objectives[g], "trial (number)", label);
        if (goal_spans_decades(p, g))
            panel_flags(to, PANEL_LOG_Y);
        trials_as_points(p, g, is_feasible, to, &at, 0, "complete");
        trials_as_points(p, g, is_infeasible, to, &at, 4, "infeasible or partial");
        trials_as_points(p, g, is_pruned, to, &at, 3, "pruned (last report)");
        trials_as_points(p, g, is_failed, to, &at, STYLE_BLACK, "failed");
        best_so_far(p, g, to, &at);
    }
    figure_size(f, p->n_goals > 1 ? 480 : 800, 400);
    return chart_done(f, &at, out, err);
}

/* ---- intermediate values ---- */

static void reports_of(const past *p, trial_test test, panel *lines, points *at)
{
    for (int64_t i = 0; i < p->n; i++) {
        const past_trial *t = &p->trials[i];
        if (!test(t) || t->n_reports == 0)
            continue;
        for (int64_t k = 0; k < t->n_reports; k++)
            points_add(at, (double)t->steps[k], t->reported[k], (double)t->number);
        points_add(at, NAN, NAN, NAN);
    }
    points_series(at, lines, SERIES_PATHS, 0, NULL);
}

static void ends_of(const past *p, trial_test test, panel *to, points *at, int style,
                    const char *label)
{
    for (int64_t i = 0; i < p->n; i++) {
        const past_trial *t = &p->trials[i];
        if (test(t) && t->n_reports > 0)
            points_add(at, (double)t->steps[t->n_reports - 1], t->reported[t->n_reports - 1], 0);
    }
    points_series(at, to, SERIES_POINTS, style, label);
}

static bool is_any(const past_trial *t)
{
    (void)t;
    return true;
}

static bool reports_span_decades(const past *p)
{
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < p->n; i++)
        for (int64_t k = 0; k < p->trials[i].n_reports; k++)
            if (isfinite(p->trials[i].reported[k])) {
                low = fmin(low, p->trials[i].reported[k]);
                high = fmax(high, p->trials[i].reported[k]);
            }
    return low > 0.0 && high > 1e2 * low;
}

int32_t chart_intermediate(const chart_request *r, figure **out, error *err)
{
    const past *p = r->past;
    char label[256];
    points at = {0};
    int64_t n = 0;
    for (int64_t i = 0; i < p->n; i++)
        n += p->trials[i].n_reports;
    if (n == 0)
        return error_add(err, HONE_EUNSUPPORTED, "no trial reported intermediate values");
    goal_label(p, 0, label, sizeof label);
    figure *f = figure_new("Intermediate values");
    panel *to = figure_panel(f, NULL, "step", label);
    panel_z_label(to, "trial (number)");
    if (reports_span_decades(p))
        panel_flags(to, PANEL_LOG_Y);
    reports_of(p, is_any, to, &at);
    ends_of(p, is_pruned, to, &at, 1, "pruned");
    ends_of(p, is_failed, to, &at, STYLE_BLACK, "failed");
    figure_size(f, 800, 420);
    return chart_done(f, &at, out, err);
}

/* ---- timeline ---- */

typedef struct span {
    double start, end;
    int64_t lane;
    int32_t state;
} span;

static int by_start(const void *a, const void *b)
{
    const span *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start ? 1 : x->end < y->end ? -1
                                                                 : x->end > y->end;
}

static int64_t collect_spans(const past *p, span *s)
{
    int64_t n = 0;
    for (int64_t i = 0; i < p->n; i++) {
        const past_trial *t = &p->trials[i];
        const double start = !isnan(t->seconds) && !isnan(t->end) && t->state != HONE_RUNNING
                                 ? t->end - t->seconds
                                 : t->start;
        if (isfinite(start) && isfinite(t->end) && t->end >= start)
            s[n++] = (span){.start = start, .end = t->end, .state = t->state};
    }
    return n;
}

/* Each into the first lane that is free; clocks that differ by a little do not count. */
static int64_t assign_lanes(span *s, int64_t n, double *free_at, double slack)
{
    int64_t lanes = 0;
    qsort(s, (size_t)n, sizeof *s, by_start);
    for (int64_t i = 0; i < n; i++) {
        int64_t lane = 0;
        while (lane < lanes && free_at[lane] > s[i].start + slack)
            lane++;
        lanes = lane == lanes ? lanes + 1 : lanes;
        free_at[lane] = s[i].end;
        s[i].lane = lane;
    }
    return lanes;
}

/* One state's spans, neighbours in a lane joined. */
static void add_spans(const span *s, int64_t n, int64_t lanes, int32_t state, panel *to,
                      points *at, int style, const char *label)
{
    const double zero = n > 0 ? s[0].start : 0.0;
    const double join = n > 0 ? (s[n - 1].end - zero) / 500.0 : 0.0;
    for (int64_t lane = 0; lane < lanes; lane++) {
        const int64_t first = at->n;
        for (int64_t i = 0; i < n; i++) {
            if (s[i].lane != lane || s[i].state != state)
                continue;
            if (n > 500 && at->n > first && s[i].start - zero - at->z[at->n - 1] < join)
                at->z[at->n - 1] = s[i].end - zero;
            else
                points_add(at, (double)lane + 1.0, s[i].start - zero, s[i].end - zero);
        }
    }
    points_series(at, to, SERIES_SPANS, style, label);
}

int32_t chart_timeline(const chart_request *r, figure **out, error *err)
{
    const past *p = r->past;
    points at = {0};
    span *s = malloc((size_t)p->n * sizeof *s + 1);
    double *free_at = malloc((size_t)p->n * sizeof *free_at + 1);
    const int64_t n = s && free_at ? collect_spans(p, s) : 0;
    int32_t status = HONE_OK;
    if (!s || !free_at)
        status = error_add(err, HONE_ENOMEM, "out of memory for a timeline");
    else if (n == 0)
        status = error_add(err, HONE_EUNSUPPORTED, "no trial has the times when it ran");
    if (status >= 0) {
        const int64_t lanes = assign_lanes(s, n, free_at, 1e-3);
        figure *f = figure_new("Timeline");
        panel *to = figure_panel(f, NULL, "time since the first trial (s)", "trials side by side");
        add_spans(s, n, lanes, HONE_COMPLETE, to, &at, 0, "complete");
        add_spans(s, n, lanes, HONE_PRUNED, to, &at, 4, "pruned");
        add_spans(s, n, lanes, HONE_FAILED, to, &at, 1, "failed");
        figure_size(f, 800, lanes > 8 ? 460 : 180 + 30 * (int)lanes);
        for (int64_t k = 1; k <= lanes && lanes <= 16; k++) {
            char number[24];
            snprintf(number, sizeof number, "%lld", (long long)k);
            panel_tick(to, 'y', (double)k, number);
        }
        status = chart_done(f, &at, out, err);
    }
    free(s);
    free(free_at);
    return status;
}
