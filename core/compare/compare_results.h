/* compare_results.h - what the runs of a comparison say together.
 *
 * A run's precision is its best value above the optimum.  Where no optimum is known, that is
 * the best of all runs on the instance, and precisions are shares of the way from the first
 * value (median of the runs) to it, times the largest target.  Its score is the precision's
 * decimal logarithm, not below the smallest target's: reaching that is all that counts.
 *
 * Tests go over cases: blocks (the median run of each) where there are 6 at least, since runs
 * of one block are no independent evidence on other problems; else runs. */
#ifndef HONE_CORE_COMPARE_RESULTS_H
#define HONE_CORE_COMPARE_RESULTS_H

#include "compare_record.h"
#include "statistics.h"

typedef struct rival_pair {
    int64_t a, b;
    double p, adjusted;      /* Wilcoxon signed-rank, Holm */
    double better;           /* Vargha and Delaney: a run of a is better than one of b */
    double needed;           /* cases in all to support the difference, INFINITY: none seen */
    int64_t wins, losses;    /* cases */
    stat_posterior posterior; /* Bayesian signed-rank test: a better, within the rope, b better */
} rival_pair;

typedef struct findings {
    const comparison *comparison;
    const record_log *log;
    double *reference, *scale; /* [n_blocks * n_instances] */
    bool by_block;
    int64_t n_cases;
    double *scores;          /* n_cases x n_contenders */
    double *ranks;           /* [n_contenders] mean; 1 is best */
    double *reached;         /* [n_contenders] share of (run, target) */
    double *asking;          /* [n_contenders] seconds an evaluation */
    double **runtimes;       /* [n_contenders] sorted evaluations over dimension, each
                                [n_runtimes]: of every run and target */
    int64_t n_runtimes;
    int64_t *order;          /* [n_contenders] by rank */
    bool tested;             /* at least two contenders and two cases */
    stat_friedman friedman;
    double critical;         /* Nemenyi's difference of mean ranks */
    int64_t n_pairs;
    rival_pair *pairs;
} findings;

int32_t findings_make(const comparison *c, const record_log *l, findings *out, error *err);
void findings_free(findings *r);
double findings_target(const findings *r, run_place at, double precision); /* as a value */
double findings_precision(const findings *r, run_place at);
const run_record *findings_record(const findings *r, run_place at);
int64_t findings_failed(const findings *r); /* runs that failed themselves */
/* Of all runs of a contender on a block; runs: how many reached it. */
double findings_ert(const findings *r, int64_t who, int64_t where, double precision,
                   int64_t *runs);

/* compare_files.c: all tables into the comparison's folder. */
int32_t findings_save(const findings *r, const char *command, error *err);
/* compare_curves.c: bands of the best value so far against evaluations, or against time. */
int32_t findings_curve_table(const findings *r, bool time, text *out, error *err);
/* compare_fronts.c: whether a problem has several goals; what its runs' fronts are worth. */
bool findings_fronts_any(const findings *r);
int32_t findings_fronts_tables(const findings *r, text *indicators, text *fronts, text *surfaces,
                               error *err);
/* compare_summary.c: for people. */
void findings_summary(const findings *r, text *out);
/* compare_coco.c: what COCO's post-processing reads, in folder/coco; nothing without bbob. */
int32_t findings_coco(const findings *r, error *err);
/* compare_page.c: folder/report.html and its figures. */
int32_t findings_report(const findings *r, const char *command, error *err);
int32_t findings_plot(const findings *r, text *out, error *err); /* runtimes, as text */

#endif
