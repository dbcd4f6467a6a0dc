/* test_statistics.c - distributions, samples, tests and ranks against SciPy and R. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "hone_plugin.h"
#include "statistics.h"
#include "statistics_cases.h"

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* Equal to 1e-9, relative where numbers are small. */
static void same(double got, double expected, const char *what, int row)
{
    if (isnan(expected) || isinf(expected)) {
        cr_expect(isnan(expected) ? isnan(got) : got == expected, "%s %d: %g", what, row, got);
        return;
    }
    cr_expect(fabs(got - expected) <= 1e-9 * fmin(1.0, fabs(expected)) + 1e-300 ||
                  fabs(got - expected) <= 1e-9 * fabs(expected),
              "%s %d: %.17g, expected %.17g", what, row, got, expected);
}

/* ---- distributions ----------------------------------------------------------------------- */

Test(distribution, gamma_and_beta)
{
    for (int i = 0; i < ROWS(GAMMA_UPPER); i++)
        same(stat_gamma_upper(GAMMA_UPPER[i][0], GAMMA_UPPER[i][1]), GAMMA_UPPER[i][2], "gamma", i);
    for (int i = 0; i < ROWS(BETA_LOWER); i++) {
        const double *r = BETA_LOWER[i];

        same(stat_beta_lower(r[0], r[1], r[2]), r[3], "beta", i);
    }
    cr_expect(isnan(stat_gamma_upper(0.0, 1.0)));
    cr_expect_eq(stat_beta_lower(2.0, 3.0, 1.0), 1.0);
}

Test(distribution, normal_chi2_and_f)
{
    for (int i = 0; i < ROWS(NORMAL); i++) {
        same(stat_normal_lower(NORMAL[i][0]), NORMAL[i][1], "normal lower", i);
        same(stat_normal_upper(NORMAL[i][0]), NORMAL[i][2], "normal upper", i);
    }
    for (int i = 0; i < ROWS(NORMAL_QUANTILE); i++)
        same(stat_normal_quantile(NORMAL_QUANTILE[i][0]), NORMAL_QUANTILE[i][1], "quantile", i);
    for (int i = 0; i < ROWS(CHI2_UPPER); i++)
        same(stat_chi2_upper(CHI2_UPPER[i][0], CHI2_UPPER[i][1]), CHI2_UPPER[i][2], "chi2", i);
    for (int i = 0; i < ROWS(F_UPPER); i++)
        same(stat_f_upper(F_UPPER[i][0], F_UPPER[i][1], F_UPPER[i][2]), F_UPPER[i][3], "F", i);
}

Test(distribution, studentised_range)
{
    /* Demsar 2006, table 5(a): q_0.05 over the square root of 2 for 2 to 10 classifiers */
    static const double PUBLISHED[] = {1.960, 2.343, 2.569, 2.728, 2.850,
                                       2.949, 3.031, 3.102, 3.164};

    for (int i = 0; i < ROWS(RANGE_UPPER); i++) {
        const double *r = RANGE_UPPER[i];

        cr_expect_float_eq(stat_range_upper(r[0], (int64_t)r[1], r[2]), r[3], 1e-9, "row %d", i);
    }
    for (int i = 0; i < ROWS(RANGE_QUANTILE); i++) {
        const double *r = RANGE_QUANTILE[i];

        same(stat_range_quantile(r[0], (int64_t)r[1], r[2]), r[3], "range quantile", i);
    }
    for (int k = 2; k <= 10; k++)
        cr_expect_float_eq(stat_range_quantile(0.95, k, INFINITY) * M_SQRT1_2, PUBLISHED[k - 2],
                           1e-3);
    cr_expect(isnan(stat_range_quantile(0.95, 1, INFINITY)));
}

/* ---- one sample -------------------------------------------------------------------------- */

Test(sample, quantiles_and_ranks)
{
    enum { N = ROWS(SAMPLE) };
    double sorted[N], ranks[N], ties;

    memcpy(sorted, SAMPLE, sizeof sorted);
    same(stat_median(sorted, N), QUANTILES[4][1], "median", 0);
    for (int i = 0; i < ROWS(QUANTILES); i++)
        same(stat_quantile(sorted, N, QUANTILES[i][0]), QUANTILES[i][1], "quantile", i);
    cr_assert_eq(stat_ranks(SAMPLE, N, ranks, &ties), HONE_OK);
    for (int i = 0; i < N; i++)
        same(ranks[i], RANKS[i], "rank", i);
    cr_expect_eq(ties, 24.0); /* three of one value */
    sorted[0] = NAN;
    cr_expect_eq(stat_ranks(sorted, N, ranks, NULL), HONE_EINVAL);
}

Test(sample, quantile_of_infinities)
{
    const double x[] = {-INFINITY, 1.0, INFINITY, INFINITY};

    cr_expect_eq(stat_quantile(x, 4, 0.9), INFINITY);
    cr_expect_eq(stat_quantile(x, 4, 1.0 / 3.0), 1.0);
    cr_expect(isnan(stat_quantile(x, 0, 0.5)));
}

static double mean_of(double *x, int64_t n)
{
    return stat_mean(x, n);
}

/* The percentile interval of a mean is near the normal one (1.96 deviations, to 5 percent), is
 * the same at each call and differs for another key; of a single value it is that value. */
Test(sample, bootstrap)
{
    enum { N = 400 };
    stat_resampling how = {.level = 0.95, .draws = 4000, .key = rng_root(1)};
    stat_interval a, b;
    double x[N], mean, half, squares = 0.0;

    rng_normal(rng_root(7), 0, 0, N, x);
    mean = stat_mean(x, N);
    for (int i = 0; i < N; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    half = 1.959964 * sqrt(squares) / N;
    cr_assert_eq(stat_bootstrap(x, N, mean_of, &how, &a), HONE_OK);
    cr_expect_float_eq(a.low, mean - half, 0.05 * half);
    cr_expect_float_eq(a.high, mean + half, 0.05 * half);
    cr_assert_eq(stat_bootstrap(x, N, stat_median, &how, &a), HONE_OK);
    cr_assert_eq(stat_bootstrap(x, N, stat_median, &how, &b), HONE_OK);
    cr_expect(a.low == b.low && a.high == b.high);
    how.key = rng_root(2);
    cr_assert_eq(stat_bootstrap(x, N, stat_median, &how, &b), HONE_OK);
    cr_expect(a.low != b.low || a.high != b.high);
    how.draws = 0;
    cr_expect_eq(stat_bootstrap(x, N, stat_median, &how, &b), HONE_EINVAL);
    how.draws = 10;
    cr_assert_eq(stat_bootstrap(x, 1, stat_median, &how, &b), HONE_OK);
    cr_expect(b.low == x[0] && b.high == x[0]);
}

/* Worked by hand. */
Test(sample, anytime_curves)
{
    enum { RUNS = 5, M = 4 };
    const double when[] = {1, 2, 4, 9}, values[] = {7, 9, 3, 1}, at[] = {0.5, 2, 8, 9};
    const double curves[RUNS * M] = {INFINITY, 5, 2, 1, INFINITY, 4, 4, 4, INFINITY, 9,
                                     3,        0, 8, 8, 8,        8, 6, 6, 6,        6};
    const stat_resampling how = {.level = 0.9, .draws = 500, .key = rng_root(4)};
    double best[M];
    stat_band bands[M];

    stat_best_so_far(when, values, 4, at, M, best);
    cr_expect(isinf(best[0]) && best[1] == 7 && best[2] == 3 && best[3] == 1);
    cr_assert_eq(stat_bands(curves, RUNS, M, &how, bands), HONE_OK);
    cr_expect(isinf(bands[0].median) && bands[0].quartiles.low == 8);
    cr_expect(bands[1].median == 6 && bands[1].quartiles.low == 5 && bands[1].quartiles.high == 8);
    cr_expect(bands[3].median == 4 && bands[3].quartiles.low == 1 && bands[3].quartiles.high == 6);
    for (int j = 1; j < M; j++)
        cr_expect(bands[j].interval.low <= bands[j].median &&
                  bands[j].median <= bands[j].interval.high);
    cr_expect_eq(stat_bands(curves, 0, M, &how, bands), HONE_EINVAL);
}

/* ---- two samples ------------------------------------------------------------------------- */

Test(two_samples, signed_rank)
{
    for (int i = 0; i < ROWS(SIGNED_RANK); i++) {
        const struct signed_rank_case *c = &SIGNED_RANK[i];
        stat_signed_rank t;

        cr_assert_eq(stat_signed_rank_test(c->differences, c->n, STAT_APPROXIMATE, false, &t),
                     HONE_OK);
        same(t.p, c->approximate, "signed rank, normal", i);
        same(fmin(t.plus, t.minus), c->smaller_sum, "smaller sum", i);
        same(t.effect, (t.plus - t.minus) / (0.5 * (double)(t.n * (t.n + 1))), "effect", i);
        cr_assert_eq(stat_signed_rank_test(c->differences, c->n, STAT_APPROXIMATE, true, &t),
                     HONE_OK);
        same(t.p, c->corrected, "signed rank, corrected", i);
        cr_assert_eq(stat_signed_rank_test(c->differences, c->n, STAT_AUTO, false, &t), HONE_OK);
        same(t.p, isnan(c->exact) || c->n > 50 ? c->approximate : c->exact, "signed rank", i);
        if (!isnan(c->exact)) {
            cr_assert_eq(stat_signed_rank_test(c->differences, c->n, STAT_EXACT, false, &t),
                         HONE_OK);
            same(t.p, c->exact, "signed rank, exact", i);
        }
    }
}

Test(two_samples, signed_rank_of_nothing)
{
    const double zeros[3] = {0.0, 0.0, 0.0}, bad[2] = {1.0, NAN}, tied[2] = {1.0, -1.0};
    stat_signed_rank t;

    cr_assert_eq(stat_signed_rank_test(zeros, 3, STAT_AUTO, false, &t), HONE_OK);
    cr_expect(t.p == 1.0 && t.n == 0 && t.zeros == 3 && isnan(t.effect));
    cr_expect_eq(stat_signed_rank_test(bad, 2, STAT_AUTO, false, &t), HONE_EINVAL);
    cr_expect_eq(stat_signed_rank_test(tied, 2, STAT_EXACT, false, &t), HONE_EINVAL);
}

Test(two_samples, rank_sum)
{
    for (int i = 0; i < ROWS(RANK_SUM); i++) {
        const struct rank_sum_case *c = &RANK_SUM[i];
        double pairs = 0.0;
        stat_rank_sum t;

        for (int a = 0; a < c->m; a++)
            for (int b = 0; b < c->n; b++)
                pairs += c->first[a] > c->second[b] ? 1.0 : c->first[a] == c->second[b] ? 0.5 : 0.0;
        cr_assert_eq(
            stat_rank_sum_test(c->first, c->m, c->second, c->n, STAT_APPROXIMATE, true, &t),
            HONE_OK);
        same(t.u, c->u, "U", i);
        same(t.a12, pairs / (c->m * c->n), "A12", i);
        same(t.p, c->corrected, "rank sum, corrected", i);
        cr_assert_eq(
            stat_rank_sum_test(c->first, c->m, c->second, c->n, STAT_APPROXIMATE, false, &t),
            HONE_OK);
        same(t.p, c->plain, "rank sum, normal", i);
        if (!isnan(c->exact)) {
            cr_assert_eq(stat_rank_sum_test(c->first, c->m, c->second, c->n, STAT_EXACT, true, &t),
                         HONE_OK);
            same(t.p, c->exact, "rank sum, exact", i);
        }
        cr_assert_eq(stat_rank_sum_test(c->first, c->m, c->second, c->n, STAT_AUTO, true, &t),
                     HONE_OK);
        cr_expect_eq(t.exact, !isnan(c->exact) && (c->m <= 8 || c->n <= 8), "row %d", i);
    }
    cr_expect_eq(stat_cliff_delta(0.75), 0.5);
}

Test(two_samples, pairs_needed)
{
    const double none[] = {-1.0, 1.0};
    double pairs;

    for (int i = 0; i < ROWS(NEEDED); i++) {
        const struct signed_rank_case *c = &SIGNED_RANK[(int)NEEDED[i][0]];

        cr_assert_eq(stat_pairs_needed(c->differences, c->n, NEEDED[i][1], NEEDED[i][2], &pairs),
                     HONE_OK);
        same(pairs, NEEDED[i][3], "pairs needed", i);
    }
    cr_assert_eq(stat_pairs_needed(none, 2, 0.05, 0.8, &pairs), HONE_OK);
    cr_expect(isinf(pairs));
    cr_expect_eq(stat_pairs_needed(none, 1, 0.05, 0.8, &pairs), HONE_EINVAL);
}

/* ---- many -------------------------------------------------------------------------------- */

Test(many, holm)
{
    double adjusted[ROWS(P_VALUES)];

    cr_assert_eq(stat_holm(P_VALUES, ROWS(P_VALUES), adjusted), HONE_OK);
    for (int i = 0; i < ROWS(P_VALUES); i++)
        same(adjusted[i], HOLM[i], "Holm", i);
}

Test(many, friedman)
{
    double ranks[5];
    stat_friedman t;

    cr_assert_eq(stat_friedman_test(&PROBLEMS[0][0], 12, 5, &t), HONE_OK);
    same(t.chi2, FRIEDMAN[0], "chi2", 0);
    same(t.p, FRIEDMAN[1], "p", 0);
    same(t.f, FRIEDMAN[2], "F", 0);
    same(t.p_f, FRIEDMAN[3], "p of F", 0);
    cr_assert_eq(stat_average_ranks(&PROBLEMS[0][0], 12, 5, ranks), HONE_OK);
    for (int i = 0; i < 5; i++)
        same(ranks[i], AVERAGE_RANKS[i], "average rank", i);
}

Test(many, friedman_with_ties)
{
    stat_friedman t;

    cr_assert_eq(stat_friedman_test(&TIED_PROBLEMS[0][0], 9, 4, &t), HONE_OK);
    same(t.chi2, TIED_FRIEDMAN[0], "chi2", 0);
    same(t.p, TIED_FRIEDMAN[1], "p", 0);
    same(t.f, TIED_FRIEDMAN[2], "F", 0);
    same(t.p_f, TIED_FRIEDMAN[3], "p of F", 0);
    cr_expect_lt(t.tie_correction, 1.0);
}

Test(many, friedman_without_a_difference)
{
    const double equal[6] = {1, 1, 1, 2, 2, 2}, clear[6] = {1, 2, 3, 1, 2, 3};
    stat_friedman t;

    cr_assert_eq(stat_friedman_test(equal, 2, 3, &t), HONE_OK);
    cr_expect(t.chi2 == 0.0 && t.p == 1.0 && t.p_f == 1.0);
    cr_assert_eq(stat_friedman_test(clear, 2, 3, &t), HONE_OK);
    cr_expect(isinf(t.f) && t.p_f == 0.0);
    cr_expect_eq(stat_friedman_test(equal, 1, 3, &t), HONE_EINVAL);
}

Test(many, critical_difference)
{
    for (int i = 0; i < ROWS(CRITICAL); i++) {
        const double *r = CRITICAL[i];

        same(stat_critical_difference((int64_t)r[0], (int64_t)r[1], r[2]), r[3], "CD", i);
    }
}

/* Demsar 2006, section 3.2.2 and figure 1: C4.5 in four variants on 14 data sets. */
Test(many, published_diagram)
{
    static const double RANKED[4] = {3.143, 2.000, 2.893, 1.964}; /* C4.5, +m, +cf, +m+cf */
    uint8_t alike[16];
    int64_t order[4];
    stat_clique bars[3];

    cr_expect_float_eq(stat_critical_difference(4, 14, 0.05), 1.25, 0.005);
    cr_expect_float_eq(stat_critical_difference(4, 14, 0.10), 1.12, 0.005);
    cr_assert_eq(stat_order(RANKED, 4, order), HONE_OK);
    cr_expect(order[0] == 3 && order[1] == 1 && order[2] == 2 && order[3] == 0);
    stat_alike(RANKED, 4, stat_critical_difference(4, 14, 0.10), alike);
    cr_assert_eq(stat_cliques(4, order, alike, bars), 2); /* C4.5 apart from +m and +m+cf */
    cr_expect(bars[0].first == 0 && bars[0].last == 2);
    cr_expect(bars[1].first == 2 && bars[1].last == 3);
    stat_alike(RANKED, 4, stat_critical_difference(4, 14, 0.05), alike);
    cr_assert_eq(stat_cliques(4, order, alike, bars), 1);
    cr_expect(bars[0].first == 0 && bars[0].last == 3);
}

Test(many, cliques_without_alike_neighbours)
{
    const double ranks[3] = {1.0, 2.0, 3.0};
    int64_t order[3];
    uint8_t alike[9];
    stat_clique bars[2];

    cr_assert_eq(stat_order(ranks, 3, order), HONE_OK);
    stat_alike(ranks, 3, 0.5, alike);
    cr_expect_eq(stat_cliques(3, order, alike, bars), 0);
}
