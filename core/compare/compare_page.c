/* compare_page.c - the results of a comparison as one HTML page, its figures as PDF too. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "compare_figures.h"
#include "page.h"

enum { MOST_FAILURES = 500 }; /* rows of their table */

static const char *name_of(const findings *r, int64_t s)
{
    return r->comparison->contenders[s].name;
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

/* Each run that failed, with its reason. */
static void add_failures(const findings *r, page *p)
{
    static const char *const NAMES[] = {"strategy", "problem", "dimension", "instance", "repeat",
                                        "evaluations", "why it failed"};
    const comparison *c = r->comparison;
    const int64_t failed = findings_failed(r);
    int64_t shown = 0;
    if (failed == 0)
        return;
    page_section(p, "Failed runs", "failed");
    page_text(p, "%lld of %lld runs failed; they count with what they reached until then. The "
                 "same command tries them again.%s",
              (long long)failed, (long long)r->log->n,
              failed > MOST_FAILURES ? " The table holds the first; runs.csv has all." : "");
    page_table(p, NULL, 7, NAMES, (const bool[]){false, false, true, true, true, true, false});
    for (int64_t i = 0; i < r->log->n && shown < MOST_FAILURES; i++) {
        const run_record *run = &r->log->records[i];
        const run_place at = comparison_place(c, i);
        if (!run->failure)
            continue;
        page_cell(p, name_of(r, at.contender));
        page_cell(p, c->blocks[at.block].name);
        page_cell_number(p, run->dimension > 0 ? (double)run->dimension : NAN);
        page_cell_number(p, (double)c->instances[at.instance]);
        page_cell_number(p, (double)at.repeat + 1);
        page_cell_number(p, (double)run->evaluations);
        page_cell(p, run->failure);
        shown++;
    }
    page_table_end(p);
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
    int32_t status = add_figure(r, p, findings_distributions(r, true), "ecdf",
                                "Share of pairs of run and target reached within a number of "
                                "evaluations (empirical distribution of runtimes).",
                                err);
    if (status >= 0)
        status = add_figure(r, p, findings_profiles(r), "profiles",
                            "Data and performance profiles (Moré and Wild 2009) at a precision of "
                            "0.1.",
                            err);
    page_section(p, "Progress", "progress");
    if (status >= 0)
        status = add_figure(r, p, findings_curves(r), "curves",
                            "Precision of the best value so far against evaluations and against "
                            "time: median over all runs; with up to four strategies the band "
                            "holds the middle half of the runs. Time of the machine counts "
                            "asking and evaluating, one after the other.",
                            err);
    if (status >= 0 && findings_fronts_any(r)) {
        page_section(p, "Fronts", "fronts");
        status = findings_fronts_page(r, p, err);
    }
    if (status >= 0 && findings_attained_any(r))
        status = add_figure(r, p, findings_attained(r), "attainment",
                            "What half of the runs attain (lines); with up to four strategies the "
                            "band goes from what a quarter attains to what three quarters attain.",
                            err);
    page_section(p, "Ranks", "ranks");
    if (status >= 0 && r->tested)
        status = add_figure(r, p, findings_critical(r), "critical-difference",
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
    add_failures(r, p);
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
    figure *f = findings_distributions(r, false);
    int32_t status = f ? figure_draw(f, FIGURE_TERM, 76, 20, out, err)
                       : error_add(err, HONE_ENOMEM, "out of memory for a figure");
    figure_free(f);
    return status;
}
