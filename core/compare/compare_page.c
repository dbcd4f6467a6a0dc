/* compare_page.c - the results of a comparison as one HTML page, its figures as PDF too. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "compare_results.h"
#include "page.h"

enum { MOST_DIMENSIONS = 6, PER_DECADE = 20, MOST_POINTS = 400 };
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

static figure *distributions(const findings *r, bool apart)
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

/* ---- curves ------------------------------------------------------------------------------ */

static double score_at(const findings *r, run_place at, double when)
{
    const run_record *run = findings_record(r, at);
    double zero = findings_target(r, at, 0), one = findings_target(r, at, 1) - zero;
    double least = r->comparison->targets[r->comparison->n_targets - 1];
    int64_t low = 0, high = run->n; /* the last step at or before `when` stands at low - 1 */
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if ((double)run->steps[middle].evaluation <= when * (double)run->dimension)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? log10(fmax((run->steps[low - 1].value - zero) / one, least)) : NAN;
}

static figure *curves(const findings *r)
{
    const comparison *c = r->comparison;
    figure *f = figure_new(NULL);
    panel *p = figure_panel(f, NULL, "evaluations / dimension",
                            "precision (10 to the power of, mean over runs)");
    double x[MOST_POINTS], y[MOST_POINTS], end = longest(r, 0);
    int64_t each = r->log->n / c->n_contenders, m = 0;
    panel_flags(p, PANEL_LOG_X);
    for (double e = 0; m < MOST_POINTS && (m == 0 || x[m - 1] < end); e += 1.0 / PER_DECADE)
        x[m++] = fmin(end, pow(10, e));
    for (int64_t s = 0; s < c->n_contenders; s++) {
        for (int64_t j = 0; j < m; j++) {
            y[j] = 0;
            for (int64_t i = 0; i < each; i++) {
                run_place at = comparison_place(c, s * each + i);
                if (findings_record(r, at)->n > 0) /* what failed has no curve */
                    y[j] += score_at(r, at, x[j]) / (double)each;
            }
        }
        series_xy(p, SERIES_LINE, (int)(s % STYLES), name_of(r, s), m, x, y);
    }
    return f;
}

/* ---- critical differences ---------------------------------------------------------------- */

/* Mean ranks on a line, joined where Nemenyi's test does not tell them apart (Demsar 2006). */
static figure *critical(const findings *r)
{
    int64_t k = r->comparison->n_contenders, n = 0;
    figure *f = figure_new(NULL);
    panel *p = figure_panel(f, NULL, "mean rank (left is better)", NULL);
    uint8_t *alike = calloc((size_t)(k * k), 1);
    stat_clique *cliques = calloc((size_t)k, sizeof *cliques);
    panel_flags(p, PANEL_NO_Y | PANEL_NO_KEY | PANEL_NO_FRAME);
    figure_size(f, 720, 140 + 26 * (int)k);
    panel_range(p, 'x', 0.5, (double)k + 0.5);
    if (alike && cliques) {
        stat_alike(r->ranks, k, r->critical, alike);
        n = stat_cliques(k, r->order, alike, cliques);
    }
    for (int64_t i = 0; i < k; i++) {
        double rank = r->ranks[r->order[i]], x[] = {rank, rank}, y[] = {0, -(double)i - 0.6};
        double at = y[1] - 0.4;
        const char *name = name_of(r, r->order[i]);
        series_xy(p, SERIES_LINE, STYLE_GREY, NULL, 2, x, y);
        series_xy(p, SERIES_POINTS, STYLE_BLACK, NULL, 1, x, y);
        series_add(p, SERIES_TEXT, STYLE_BLACK, NULL, 1, (const double *const[]){x, &at}, &name);
    }
    for (int64_t i = 0; i < n; i++) {
        double y[] = {0.5 + 0.5 * (double)i, 0.5 + 0.5 * (double)i};
        double x[] = {r->ranks[r->order[cliques[i].first]] - 0.05,
                      r->ranks[r->order[cliques[i].last]] + 0.05};
        series_xy(p, SERIES_LINE, STYLE_BLACK, NULL, 2, x, y);
    }
    panel_range(p, 'y', -(double)k - 1, 1 + 0.5 * (double)n);
    free(alike);
    free(cliques);
    return f;
}

/* ---- profiles ---------------------------------------------------------------------------- */

static figure *profiles(const findings *r)
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

/* ---- tables ------------------------------------------------------------------------------ */

static void add_ranks(const findings *r, page *p)
{
    static const char *const NAMES[] = {"strategy", "mean rank", "targets reached (%)",
                                        "asking (s per evaluation)"};
    page_table(p, "Strategies by mean rank.", 4, NAMES,
               (const bool[]){false, true, true, true});
    for (int64_t i = 0; i < r->comparison->n_contenders; i++) {
        int64_t s = r->order[i];
        page_cell(p, name_of(r, s));
        page_cell_number(p, r->ranks[s]);
        page_cell_number(p, 100 * r->reached[s]);
        page_cell_number(p, r->asking[s]);
    }
    page_table_end(p);
}

/* What each test says of each pair. */
static void add_pairs(const findings *r, page *p)
{
    static const char *const NAMES[] = {"a",        "b",   "cases a better", "cases b better", "p",
                                        "p (Holm)", "A12", "difference",     "cases needed",
                                        "P(a better)", "P(equal)", "P(b better)"};
    page_table(p, "Pairs: Wilcoxon's signed-rank test with Holm's adjustment; A12 is the "
                  "probability that a run of a is better than one of b. Cases needed: to support "
                  "a difference like the observed one with probability 0.8. P: of the Bayesian "
                  "signed-rank test, differences below the rope being equal.",
               12, NAMES, (const bool[]){false, false, true, true, true, true, true, false, true,
                                         true, true, true});
    for (int64_t i = 0; i < r->n_pairs; i++) {
        const rival_pair *q = &r->pairs[i];
        page_cell(p, name_of(r, q->a));
        page_cell(p, name_of(r, q->b));
        page_cell_number(p, (double)q->wins);
        page_cell_number(p, (double)q->losses);
        page_cell_number(p, q->p);
        page_cell_number(p, q->adjusted);
        page_cell_number(p, q->better);
        page_cell(p, q->adjusted <= r->comparison->alpha ? "supported" : "not supported");
        page_cell_number(p, isfinite(q->needed) ? q->needed : NAN);
        page_cell_number(p, q->posterior.below);
        page_cell_number(p, q->posterior.within);
        page_cell_number(p, q->posterior.above);
    }
    page_table_end(p);
}

/* The median precision that each strategy ends with, the best in bold. */
static void add_blocks(const findings *r, page *p)
{
    const comparison *c = r->comparison;
    int64_t k = c->n_contenders, n = c->n_instances * c->repeats;
    int columns = (int)k + 2;
    const char **names = calloc((size_t)columns, sizeof *names);
    bool *numbers = calloc((size_t)columns, sizeof *numbers);
    double *ends = calloc((size_t)(n + k), sizeof *ends), *medians = ends ? ends + n : NULL;
    char word[NUMBER_ROOM];
    if (names && numbers && ends) {
        names[0] = "problem";
        names[1] = "dimension";
        numbers[1] = true;
        for (int64_t s = 0; s < k; s++) {
            names[2 + s] = name_of(r, s);
            numbers[2 + s] = true;
        }
        page_table(p, "Median precision at the end of the budget.", columns, names, numbers);
        for (int64_t b = 0; b < c->n_blocks; b++) {
            double best = INFINITY;
            for (int64_t s = 0; s < k; s++) {
                for (int64_t i = 0; i < n; i++)
                    ends[i] =
                        findings_precision(r, (run_place){s, b, i / c->repeats, i % c->repeats});
                medians[s] = stat_median(ends, n);
                best = fmin(best, medians[s]);
            }
            page_cell(p, c->blocks[b].name);
            page_cell_number(p, (double)findings_record(r, (run_place){.block = b})->dimension);
            for (int64_t s = 0; s < k; s++) {
                if (medians[s] <= best)
                    page_cell_best(p, number_short(medians[s], word));
                else
                    page_cell_number(p, medians[s]);
            }
        }
        page_table_end(p);
    }
    free(names);
    free(numbers);
    free(ends);
}

/* ---- the page ---------------------------------------------------------------------------- */

/* Into the page, and beside it as PDF. */
static int32_t add_figure(const findings *r, page *p, figure *f, const char *name,
                          const char *caption, error *err)
{
    text path = {0};
    text_add(&path, "%s/%s.pdf", r->comparison->folder, name);
    int32_t status = f && !path.failed ? page_figure(p, f, caption, err)
                                       : error_add(err, HONE_ENOMEM, "out of memory for a figure");
    if (status >= 0)
        status = figure_save(f, path.data, err);
    text_free(&path);
    figure_free(f);
    return status;
}

static int32_t add_figures(const findings *r, page *p, error *err)
{
    page_section(p, "Runtimes", "runtimes");
    int32_t status = add_figure(r, p, distributions(r, true), "ecdf",
                                "Share of pairs of run and target reached within a number of "
                                "evaluations (empirical distribution of runtimes).",
                                err);
    if (status >= 0)
        status = add_figure(r, p, profiles(r), "profiles",
                            "Data and performance profiles (Moré and Wild 2009) at a precision of "
                            "0.1.",
                            err);
    page_section(p, "Progress", "progress");
    if (status >= 0)
        status = add_figure(r, p, curves(r), "curves",
                            "Precision of the best value so far, as the mean of its decimal "
                            "logarithm over all runs.",
                            err);
    page_section(p, "Ranks", "ranks");
    if (status >= 0 && r->tested)
        status = add_figure(r, p, critical(r), "critical-difference",
                            "Mean ranks; bars join strategies that Nemenyi's test does not tell "
                            "apart.",
                            err);
    return status;
}

static void add_record(const findings *r, page *p, const char *command)
{
    struct utsname machine;
    page_section(p, "Configuration", "configuration");
    if (uname(&machine) == 0)
        page_text(p, "hone %s; %s %s on %s, %ld cores. Made again by:", HONE_VERSION,
                  machine.sysname, machine.release, machine.machine,
                  sysconf(_SC_NPROCESSORS_ONLN));
    page_pre(p, command);
    page_pre(p, r->comparison->doc.text);
}

int32_t findings_report(const findings *r, const char *command, error *err)
{
    const comparison *c = r->comparison;
    text path = {0}, summary = {0};
    page *p = page_new(c->name, "a comparison by hone " HONE_VERSION);
    findings_summary(r, &summary);
    text_add(&path, "%s/report.html", c->folder);
    if (!p || summary.failed || path.failed) {
        page_free(p);
        text_free(&path);
        text_free(&summary);
        return error_add(err, HONE_ENOMEM, "out of memory for the report");
    }
    page_section(p, "Results", "results");
    page_pre(p, summary.data);
    add_ranks(r, p);
    int32_t status = add_figures(r, p, err);
    if (r->tested)
        add_pairs(r, p);
    page_section(p, "Problems", "problems");
    add_blocks(r, p);
    add_record(r, p, command);
    if (status >= 0)
        status = page_save(p, path.data, err);
    page_free(p);
    text_free(&path);
    text_free(&summary);
    return status;
}

int32_t findings_plot(const findings *r, text *out, error *err)
{
    figure *f = distributions(r, false);
    int32_t status = f ? figure_draw(f, FIGURE_TERM, 76, 20, out, err)
                       : error_add(err, HONE_ENOMEM, "out of memory for a figure");
    figure_free(f);
    return status;
}
