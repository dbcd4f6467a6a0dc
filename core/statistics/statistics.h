/* statistics.h - each statistic that a comparison needs, once: pure functions on arrays.
 *
 * Samples hold no NaN; infinities are legal where an order is all that counts.  Matrices are
 * row-major without gaps.  Smaller is better throughout.  Functions that need memory return
 * HONE_OK, HONE_ENOMEM or HONE_EINVAL (a size out of range, a NaN) and fill nothing then; the
 * others return NaN where the statistic is not defined.  Random numbers are addressed: the
 * same key and stream give the same result.  Sources stand in the files. */
#ifndef HONE_CORE_STATISTICS_H
#define HONE_CORE_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#include "rng.h"

/* ---- distributions: stat_distribution.c -----------------------------------------------------
 * lower: P(X <= x), upper: P(X > x); both with full relative accuracy, but for the range,
 * where it is absolute (1e-14). */
double stat_gamma_upper(double a, double x);          /* regularised Q(a, x) */
double stat_beta_lower(double a, double b, double x); /* regularised I_x(a, b) */
double stat_normal_lower(double x);
double stat_normal_upper(double x);
double stat_normal_quantile(double p); /* 0 < p < 1 */
double stat_chi2_upper(double x, double df);
double stat_f_upper(double x, double df1, double df2);
/* Studentised range of k >= 2 means; df INFINITY: the variance is known. */
double stat_range_upper(double q, int64_t k, double df);
double stat_range_quantile(double p, int64_t k, double df); /* lower tail p, 0 < p < 1 */

/* ---- one sample: statistics.c ------------------------------------------------------------ */
void stat_sort(double *x, int64_t n);
/* Type 7 of Hyndman and Fan (the default of R and NumPy) of a sorted sample. */
double stat_quantile(const double *sorted, int64_t n, double p);
double stat_mean(const double *x, int64_t n);
double stat_median(double *x, int64_t n); /* sorts x */
/* Ranks from 1, equal values share the mean of theirs; *ties := sum of t^3 - t, may be NULL. */
int32_t stat_ranks(const double *x, int64_t n, double *ranks, double *ties);

typedef struct stat_interval {
    double low, high;
} stat_interval;
typedef struct stat_resampling {
    double level;  /* 0.95 */
    int64_t draws; /* 1 .. 10^8; 10,000 fixes the second digit */
    rng_key key;   /* draw i takes its numbers from stream i */
} stat_resampling;
/* Percentile bootstrap interval of a statistic, which may reorder its argument (which is a
 * copy): stat_median, ... */
int32_t stat_bootstrap(const double *x, int64_t n, double (*statistic)(double *x, int64_t n),
                       const stat_resampling *how, stat_interval *out);

/* ---- anytime curves: stat_curve.c -----------------------------------------------------------
 * Best value of a run up to each of at[m] (increasing); when[n] is increasing and belongs to
 * values[n].  INFINITY before the first. */
void stat_best_so_far(const double *when, const double *values, int64_t n, const double *at,
                      int64_t m, double *out);
typedef struct stat_band {
    double median;
    stat_interval quartiles, interval; /* interval: of the median, by bootstrap over runs */
} stat_band;
/* curves: runs x m; bands: [m]. */
int32_t stat_bands(const double *curves, int64_t runs, int64_t m, const stat_resampling *how,
                   stat_band *bands);

/* ---- two samples: stat_test.c ------------------------------------------------------------ */
enum { STAT_AUTO = 0, STAT_EXACT, STAT_APPROXIMATE };

/* Wilcoxon's signed-rank test of n paired differences, two-sided.  Zero differences are left
 * out (Wilcoxon's own handling).  STAT_AUTO: exact up to 50 differences if none is zero and no
 * two have equal size.  STAT_EXACT with ties, or with more than 1,000 differences: EINVAL. */
typedef struct stat_signed_rank {
    int64_t n, zeros;   /* differences used, left out */
    double plus, minus; /* sums of ranks of positive and of negative differences */
    double z;           /* of plus; NaN when exact */
    double p;           /* 1 where no difference is left */
    double effect;      /* matched-pairs rank-biserial correlation, -1 .. 1; NaN if n is 0 */
    bool exact;
} stat_signed_rank;
int32_t stat_signed_rank_test(const double *differences, int64_t n, int method, bool continuity,
                              stat_signed_rank *out);

/* Mann and Whitney's U test, two-sided.  STAT_AUTO: exact without ties where the smaller sample
 * has at most 8 values and the counts are exact (2^53). */
typedef struct stat_rank_sum {
    double u; /* pairs with x > y, ties half */
    double z; /* NaN when exact */
    double p;
    double a12; /* u / (m n): Vargha and Delaney's A, P(X > Y) + P(X = Y)/2 */
    bool exact;
} stat_rank_sum;
int32_t stat_rank_sum_test(const double *x, int64_t m, const double *y, int64_t n, int method,
                           bool continuity, stat_rank_sum *out);
double stat_cliff_delta(double a12); /* P(X > Y) - P(X < Y) */

/* How many paired differences a two-sided signed-rank test at `alpha` needs to support a
 * difference like the observed one with probability `power` (Noether's formula, stat_test.c).
 * *pairs: how many in all, those at hand included; INFINITY: there is no sign of a difference. */
int32_t stat_pairs_needed(const double *differences, int64_t n, double alpha, double power,
                          double *pairs);

/* ---- many: stat_rank.c ------------------------------------------------------------------- */
int32_t stat_holm(const double *p, int64_t n, double *adjusted);
/* values: problems x k.  ranks: k means over the problems, 1 is best. */
int32_t stat_average_ranks(const double *values, int64_t problems, int64_t k, double *ranks);
typedef struct stat_friedman {
    double chi2, p;        /* corrected for ties, k - 1 degrees of freedom */
    double f, p_f;         /* Iman and Davenport, k - 1 and (k - 1)(problems - 1) */
    double tie_correction; /* chi2 times it is the uncorrected one; 1: no ties */
} stat_friedman;
int32_t stat_friedman_test(const double *values, int64_t problems, int64_t k, stat_friedman *out);
/* Nemenyi's critical difference of average ranks. */
double stat_critical_difference(int64_t k, int64_t problems, double alpha);
/* Bars of a critical-difference diagram: the longest runs of neighbours, positions
 * first..last in the order of average ranks, of which no two are told apart. */
typedef struct stat_clique {
    int64_t first, last;
} stat_clique;
int32_t stat_order(const double *x, int64_t n, int64_t *order); /* increasing, stable */
/* order: k by average rank; alike: k x k, nonzero: not told apart.  cliques: room for k - 1;
 * returns how many. */
int64_t stat_cliques(int64_t k, const int64_t *order, const uint8_t *alike, stat_clique *cliques);
/* alike by Nemenyi's criterion: |rank - rank| <= cd. */
void stat_alike(const double *ranks, int64_t k, double cd, uint8_t *alike);

/* ---- Bayesian: stat_bayes.c --------------------------------------------------------------
 * Posterior probabilities that a difference is likeliest to lie below -rope, within, above
 * rope.  rope 0: ties and prior count half for each side, within is 0. */
typedef struct stat_posterior {
    double below, within, above;
} stat_posterior;
int32_t stat_bayesian_sign(const double *differences, int64_t n, double rope, double prior,
                           stat_posterior *out);
int32_t stat_bayesian_signed_rank(const double *differences, int64_t n, double rope, double prior,
                                  int64_t draws, rng_key key, stat_posterior *out);

/* ---- runtimes: stat_runtime.c ------------------------------------------------------------
 * A runtime is a number of evaluations; INFINITY: the target was not reached.
 * Evaluations until the best of the first ones is <= target; INFINITY: never. */
double stat_runtime(const double *values, int64_t n, double target);
/* ERT.  runtimes[n], spent[n]: all evaluations of each run. */
double stat_expected_runtime(const double *runtimes, const double *spent, int64_t n);
/* Runtimes of an algorithm that restarts until it succeeds, draws[m] of them; all INFINITY if
 * no run succeeded. */
int32_t stat_restarts(const double *runtimes, const double *spent, int64_t n, rng_key key,
                      double *draws, int64_t m);
/* Share of a sorted sample that is <= t. */
double stat_ecdf(const double *sorted, int64_t n, double t);
/* runtimes: problems x k.  out: k x m, the share of problems that each of k strategies solves
 * within at[j] groups of dimension + 1 evaluations (data profile) or within at[j] times the
 * runtime of the fastest (performance profile). */
void stat_data_profile(const double *runtimes, const int64_t *dimension, int64_t problems,
                       int64_t k, const double *at, int64_t m, double *out);
void stat_performance_profile(const double *runtimes, int64_t problems, int64_t k, const double *at,
                              int64_t m, double *out);

/* ---- several objectives: stat_front.c, stat_hypervolume.c --------------------------------
 * points: n x m, minimised.
 * rank[i]: 0 non-dominated, 1 non-dominated without those, ... */
int32_t stat_front_ranks(const double *points, int64_t n, int64_t m, int64_t *rank);
/* Mean distance from the points of a reference front to what is attained, where only falling
 * short counts; INFINITY if n is 0. */
double stat_igd_plus(const double *points, int64_t n, const double *front, int64_t n_front,
                     int64_t m);
/* Volume between the points and `reference` [m]; points that do not improve on it in every
 * objective add nothing.  Exact for any m >= 1; all numbers finite. */
int32_t stat_hypervolume(const double *points, int64_t n, int64_t m, const double *reference,
                         double *out);
/* The corners of the surface that at least k of `runs` runs attain, two objectives: points are
 * n x 2, run[i] in 0 .. runs-1 says whose; surface: n x 2, by the first objective.  Returns
 * how many corners, or a negative status.  k (runs + 1)/2: the median surface.
 * (stat_attainment.c) */
int64_t stat_attainment(const double *points, const int64_t *run, int64_t n, int64_t runs,
                        int64_t k, double *surface);

#endif
