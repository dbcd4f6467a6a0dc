/* compare_figures.c - see compare_figures.h: distributions of runtimes, profiles. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare_figures.h"

enum { MOST_DIMENSIONS = 6, MOST_POINTS = 400 };
static const double PROFILE_PRECISION = 0.1; /* of data and performance profiles */

static const char *name_of(const findings *r, int64_t s)
{
    return r->comparison->contenders[s].name;
}

/* ---- runtime distributions --------------------------------------------------------------- */

/* Sorted runtimes over dimension of one contender in one dimension (0: all); returns how many. */
static int64_t runtimes_in(const findings *r, int64_t s, int64_t dimension, double *out)
{
    const comparison *c = r->comparison;
    int64_t n = 0, each = c->n_instances * c->repeats;
    for (int64_t i = 0; i < c->n_blocks * each; i++) {
        run_place at = {s, i / each, i % each / c->repeats, i % c->repeats};
        const run_record *run = findings_record(r, at);
        if (dimension != 0 && run->dimension != dimension)
            continue;
        for (int64_t t = 0; t < c->n_targets; t++)
            out[n++] = run_record_runtime(run, findings_target(r, at, c->targets[t])) /
                       (double)(run->dimension > 0 ? run->dimension : 1);
    }
    stat_sort(out, n);
    return n;
}

static double longest(const findings *r, int64_t dimension)
{
    double most = 1;
    for (int64_t i = 0; i < r->log->n; i++) {
        const run_record *run = &r->log->records[i];
        if (run->dimension > 0 && (dimension == 0 || run->dimension == dimension))
            most = fmax(most, (double)run->evaluations / (double)run->dimension);
    }
    return most;
}

static bool add_distribution(const findings *r, figure *f, int64_t dimension, const char *title)
{
    panel *p = figure_panel(f, title, "evaluations / dimension", "share of targets reached");
    double *x = calloc((size_t)r->n_runtimes + 1, sizeof *x);
    double *y = calloc((size_t)r->n_runtimes + 1, sizeof *y);
    double end = longest(r, dimension);
    panel_flags(p, PANEL_LOG_X);
    panel_range(p, 'y', 0, 1);
    for (int64_t s = 0; x && y && s < r->comparison->n_contenders; s++) {
        int64_t n = runtimes_in(r, s, dimension, x), m = 0;
        for (int64_t i = 0; i < n && isfinite(x[i]); i++) {
            if (i + 1 < n && x[i + 1] == x[i])
                continue;
            y[m] = (double)(i + 1) / (double)n;
            x[m++] = x[i];
        }
        x[m] = end;
        y[m] = m > 0 ? y[m - 1] : 0;
        series_xy(p, SERIES_STEPS, (int)(s % STYLES), name_of(r, s), m + 1, x, y);
    }
    bool good = x && y;
    free(x);
    free(y);
    return good;
}

figure *findings_distributions(const findings *r, bool apart)
{
    int64_t seen[MOST_DIMENSIONS], n = 0;
    figure *f = figure_new(NULL);
    char title[48];
    bool good = f && add_distribution(r, f, 0, apart ? "all dimensions" : NULL);
    for (int64_t i = 0; i < r->log->n && good && apart && n < MOST_DIMENSIONS; i++) {
        int64_t d = r->log->records[i].dimension, k = 0;
        while (k < n && seen[k] != d)
            k++;
        if (k < n || d <= 0)
            continue;
        seen[n++] = d;
        snprintf(title, sizeof title, "dimension %lld", (long long)d);
        good = add_distribution(r, f, d, title);
    }
    if (apart)
        figure_layout(f, 2);
    if (good)
        return f;
    figure_free(f);
    return NULL;
}

/* ---- profiles ---------------------------------------------------------------------------- */

figure *findings_profiles(const findings *r)
{
    const comparison *c = r->comparison;
    int64_t k = c->n_contenders, n = r->log->n / k;
    double *runtimes = calloc((size_t)(n * k), sizeof *runtimes);
    int64_t *dimension = calloc((size_t)n, sizeof *dimension);
    double at[MOST_POINTS], *share = calloc((size_t)k * MOST_POINTS, sizeof *share);
    figure *f = figure_new(NULL);
    panel *data = figure_panel(f, "data profile", "groups of dimension + 1 evaluations",
                               "share of problems solved");
    panel *performance = figure_panel(f, "performance profile",
                                      "evaluations over those of the fastest",
                                      "share of problems solved");
    double end = fmax(2, longest(r, 0));
    panel_flags(data, PANEL_LOG_X);
    panel_flags(performance, PANEL_LOG_X);
    panel_range(data, 'y', 0, 1);
    panel_range(performance, 'y', 0, 1);
    for (int64_t i = 0; i < n * k && runtimes && dimension; i++) {
        run_place place = comparison_place(c, i);
        const run_record *run = findings_record(r, place);
        runtimes[i % n * k + i / n] =
            run_record_runtime(run, findings_target(r, place, PROFILE_PRECISION));
        dimension[i % n] = run->dimension;
    }
    for (int j = 0; j < MOST_POINTS; j++)
        at[j] = pow(end, (double)j / (MOST_POINTS - 1));
    for (int which = 0; which < 2 && runtimes && dimension && share; which++) {
        if (which == 0)
            stat_data_profile(runtimes, dimension, n, k, at, MOST_POINTS, share);
        else
            stat_performance_profile(runtimes, n, k, at, MOST_POINTS, share);
        for (int64_t s = 0; s < k; s++)
            series_xy(which ? performance : data, SERIES_STEPS, (int)(s % STYLES), name_of(r, s),
                      MOST_POINTS, at, share + s * MOST_POINTS);
    }
    free(runtimes);
    free(dimension);
    free(share);
    return f;
}
