/* test_statistics_more.c - Bayesian tests, runtimes, profiles, fronts and volumes. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "hone_plugin.h"
#include "statistics.h"
#include "statistics_cases.h"

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))
static const double NEAR = 1e-9;

/* ---- Bayesian ---------------------------------------------------------------------------- */

Test(bayesian, sign_test)
{
    for (int i = 0; i < ROWS(BAYESIAN_SIGN); i++) {
        const double *r = BAYESIAN_SIGN[i];
        const struct signed_rank_case *c = &SIGNED_RANK[(int)r[0]];
        stat_posterior p;

        cr_assert_eq(stat_bayesian_sign(c->differences, c->n, r[1], r[2], &p), HONE_OK);
        cr_expect_float_eq(p.below, r[3], NEAR, "row %d: %g", i, p.below);
        cr_expect_float_eq(p.within, r[4], NEAR, "row %d: %g", i, p.within);
        cr_expect_float_eq(p.above, r[5], NEAR, "row %d: %g", i, p.above);
    }
}

Test(bayesian, signed_rank_test)
{
    enum { DRAWS = 20000 };
    const double sampling = 0.015; /* four standard deviations at DRAWS */

    for (int i = 0; i < ROWS(BAYESIAN_SIGNED_RANK); i++) {
        const double *r = BAYESIAN_SIGNED_RANK[i];
        const struct signed_rank_case *c = &SIGNED_RANK[(int)r[0]];
        stat_posterior p;

        cr_assert_eq(
            stat_bayesian_signed_rank(c->differences, c->n, r[1], r[2], DRAWS, rng_root(3), &p),
            HONE_OK);
        cr_expect_float_eq(p.below, r[3], sampling, "row %d: %g", i, p.below);
        cr_expect_float_eq(p.within, r[4], sampling, "row %d: %g", i, p.within);
        cr_expect_float_eq(p.above, r[5], sampling, "row %d: %g", i, p.above);
        cr_expect_float_eq(p.below + p.within + p.above, 1.0, NEAR);
    }
}

Test(bayesian, refuses)
{
    const double bad[] = {1.0, NAN};
    stat_posterior p;

    cr_expect_eq(stat_bayesian_sign(bad, 2, 0.1, 1.0, &p), HONE_EINVAL);
    cr_expect_eq(stat_bayesian_sign(bad, 1, -0.1, 1.0, &p), HONE_EINVAL);
    cr_expect_eq(stat_bayesian_signed_rank(bad, 2, 0.1, 1.0, 10, rng_root(1), &p), HONE_EINVAL);
}

/* ---- runtimes ---------------------------------------------------------------------------- */

/* Hand-worked: solved after 10 and 30 of 3 runs, the third spent 100: ERT = 140/2. */
Test(runtime, expected)
{
    const double runtimes[] = {10, INFINITY, 30}, spent[] = {50, 100, 60};
    const double never[] = {INFINITY, INFINITY};
    const double values[] = {5, 3, 4, 1, 2};

    cr_expect_eq(stat_expected_runtime(runtimes, spent, 3), 70.0);
    cr_expect(isinf(stat_expected_runtime(never, spent, 2)));
    cr_expect(isnan(stat_expected_runtime(never, spent, 0)));
    cr_expect_eq(stat_runtime(values, 5, 3.0), 2.0);
    cr_expect_eq(stat_runtime(values, 5, 0.0), INFINITY);
}

/* The mean of runtimes with restarts is the expected runtime; each is a sum of whole runs. */
Test(runtime, restarts)
{
    enum { DRAWS = 20000 };
    const double runtimes[] = {10, INFINITY, 30}, spent[] = {50, 100, 60};
    const double never[] = {INFINITY};
    static double draws[DRAWS];

    cr_assert_eq(stat_restarts(runtimes, spent, 3, rng_root(5), draws, DRAWS), HONE_OK);
    cr_expect_float_eq(stat_mean(draws, DRAWS), 70.0, 3.0); /* deviation 86/sqrt(DRAWS) = 0.6 */
    for (int i = 0; i < DRAWS; i++)
        cr_assert(fmod(draws[i], 100.0) == 10.0 || fmod(draws[i], 100.0) == 30.0);
    stat_sort(draws, DRAWS);
    cr_expect_float_eq(stat_ecdf(draws, DRAWS, 30.0), 2.0 / 3.0, 0.02);
    cr_expect_eq(stat_ecdf(draws, DRAWS, 9.0), 0.0);
    cr_assert_eq(stat_restarts(never, spent, 1, rng_root(5), draws, 2), HONE_OK);
    cr_expect(isinf(draws[0]) && isinf(draws[1]));
}

/* Worked by hand: 4 problems of dimensions 1, 1, 4, 9; two strategies. */
Test(runtime, profiles)
{
    const double runtimes[] = {4, 8, 10, 5, 50, INFINITY, INFINITY, INFINITY};
    const int64_t dimension[] = {1, 1, 4, 9};
    const double groups[] = {1, 2, 4, 10}, ratios[] = {1, 1.9, 2, 1e9};
    const double data[] = {0, 0.25, 0.25, 0.75, 0, 0, 0.5, 0.5};
    const double performance[] = {0.5, 0.5, 0.75, 0.75, 0.25, 0.25, 0.5, 0.5};
    double out[8];

    stat_data_profile(runtimes, dimension, 4, 2, groups, 4, out);
    for (int i = 0; i < 8; i++)
        cr_expect_eq(out[i], data[i], "data profile %d: %g", i, out[i]);
    stat_performance_profile(runtimes, 4, 2, ratios, 4, out);
    for (int i = 0; i < 8; i++)
        cr_expect_eq(out[i], performance[i], "performance profile %d: %g", i, out[i]);
}

/* ---- several objectives ------------------------------------------------------------------ */

Test(fronts, hypervolume)
{
    const double *fronts[] = {&FRONT_1[0][0], &FRONT_2[0][0], &FRONT_3[0][0],
                              &FRONT_4[0][0], &FRONT_5[0][0], &FRONT_6[0][0]};
    const double one[6] = {1, 1, 1, 1, 1, 1};

    for (int m = 1; m <= 6; m++) {
        double volume = 0.0;

        cr_assert_eq(stat_hypervolume(fronts[m - 1], 12, m, one, &volume), HONE_OK);
        cr_expect_float_eq(volume, HYPERVOLUME[m - 1], 1e-12, "%d objectives: %.17g", m, volume);
    }
}

/* Three objectives by the sweep equal the slices of a fourth one that is constant. */
Test(fronts, hypervolume_of_many_points)
{
    enum { N = 300 };
    static double three[N * 3], four[N * 4];
    const double one[4] = {1, 1, 1, 1}, bad[3] = {0.5, NAN, 0.5};
    double a, b;

    rng_uniform(rng_root(11), 0, 0, N * 3, three);
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < 3; j++)
            four[i * 4 + j] = three[i * 3 + j];
        four[i * 4 + 3] = 0.5;
    }
    cr_assert_eq(stat_hypervolume(three, N, 3, one, &a), HONE_OK);
    cr_assert_eq(stat_hypervolume(four, N, 4, one, &b), HONE_OK);
    cr_expect_float_eq(a, 2.0 * b, 1e-12);
    cr_assert_eq(stat_hypervolume(three, 0, 3, one, &a), HONE_OK);
    cr_expect_eq(a, 0.0);
    cr_expect_eq(stat_hypervolume(bad, 1, 3, one, &a), HONE_EINVAL);
}

Test(fronts, ranks)
{
    enum { N = ROWS(CLOUD) };
    int64_t rank[N];

    cr_assert_eq(stat_front_ranks(&CLOUD[0][0], N, 3, rank), HONE_OK);
    for (int i = 0; i < N; i++)
        cr_expect_eq(rank[i], (int64_t)CLOUD_RANKS[i], "point %d", i);
}

Test(fronts, igd_plus)
{
    cr_expect_float_eq(
        stat_igd_plus(&ATTAINED[0][0], ROWS(ATTAINED), &REFERENCE[0][0], ROWS(REFERENCE), 3),
        IGD_PLUS[0], 1e-12);
    cr_expect(isinf(stat_igd_plus(NULL, 0, &REFERENCE[0][0], ROWS(REFERENCE), 3)));
}

/* How many runs have a point that is no worse than (a, b)? */
static int64_t attaining(const double *points, const int64_t *run, int n, int runs, double a,
                         double b)
{
    int64_t count = 0;

    for (int r = 0; r < runs; r++) {
        bool has = false;

        for (int i = 0; i < n; i++)
            has = has || (run[i] == r && points[2 * i] <= a && points[2 * i + 1] <= b);
        count += has;
    }
    return count;
}

/* On a grid of two digits: a place is weakly dominated by a corner exactly where k runs attain
 * it; and no corner is dominated by another. */
Test(fronts, attainment)
{
    enum { RUNS = 5, N = 60, GRID = 20 };
    double points[2 * N], surface[2 * N];
    int64_t run[N], rank[N];

    rng_uniform(rng_root(9), 0, 0, 2 * N, points);
    for (int i = 0; i < 2 * N; i++)
        points[i] = floor(points[i] * GRID) / GRID;
    for (int i = 0; i < N; i++)
        run[i] = i % RUNS;
    for (int64_t k = 1; k <= RUNS; k++) {
        const int64_t corners = stat_attainment(points, run, N, RUNS, k, surface);

        cr_assert(corners > 0 && corners <= N);
        cr_assert_eq(stat_front_ranks(surface, corners, 2, rank), HONE_OK);
        for (int64_t c = 0; c < corners; c++)
            cr_expect_eq(rank[c], 0);
        for (int a = 0; a < GRID; a++)
            for (int b = 0; b < GRID; b++) {
                const double x = (double)a / GRID, y = (double)b / GRID;
                bool under = false;

                for (int64_t c = 0; c < corners; c++)
                    under = under || (surface[2 * c] <= x && surface[2 * c + 1] <= y);
                cr_expect_eq(under, attaining(points, run, N, RUNS, x, y) >= k, "%d %d", a, b);
            }
    }
    run[0] = RUNS;
    cr_expect_eq(stat_attainment(points, run, N, RUNS, 1, surface), HONE_EINVAL);
    cr_expect_eq(stat_attainment(points, run, N, RUNS, 0, surface), HONE_EINVAL);
}
