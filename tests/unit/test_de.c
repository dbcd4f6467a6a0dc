/* test_de.c - de against the program of jSO's authors and SciPy, and what it makes of workers,
 * failures, conditions and constraints.
 *
 * The references, d = 10 in [-5, 5], functions of small_study.h, evaluations until 1e-6:
 * jSO by its authors' program of CEC 2017 (Brest, Maucec, Boskovic; 182 members, 20,000
 * evaluations), quartiles of 51 seeds: sphere 12237 12335 12446; Rosenbrock 19349 19604 (last
 * quartile not reached; median of the best 2.98e-7); Rastrigin: median of the best 1.957.
 * SciPy 1.10.1, differential_evolution(polish=False, tol=0), 50 members, median of 15 seeds:
 * rand1bin 14391, best1bin 4341 on the sphere. */
#include "small_study.h"
#include "spaces.h"

enum { D = 10, SEEDS = 11, MOST = 20000 };

typedef struct medians {
    double hit, best;
} medians;

static medians run_many(const char *const *set, small_function of, int most, int workers, int loss)
{
    double hit[SEEDS], best[SEEDS];

    for (int k = 0; k < SEEDS; k++) {
        small_study r;

        small_open(&r, "de", small_box(D, -5, 5), set, (uint64_t)k + 1, most);
        const small_result found = small_run(&r, of, D, most, 1e-6, workers, loss);
        hit[k] = found.hit;
        best[k] = found.best;
        small_free(&r);
    }
    const medians m = {small_median(hit, SEEDS), small_median(best, SEEDS)};
    fprintf(stderr, "%s: hit %g, best %.3g\n", set[0], m.hit, m.best);
    return m;
}

Test(de, is_no_worse_than_the_authors_jso, .timeout = 120)
{
    static const char *const SET[] = {"de.population=182", NULL};

    cr_expect_lt(run_many(SET, small_sphere, MOST, 1, 0).hit, 12446);
    cr_expect_lt(run_many(SET, small_rosenbrock, MOST, 1, 0).best, 3e-7);
    cr_expect_lt(run_many(SET, small_rastrigin, MOST, 1, 0).best, 1.957);
}

Test(de, plain_variants_are_no_worse_than_scipy, .timeout = 60)
{
    static const char *const RAND[] = {"de.variant=rand1", "de.population=50", NULL};
    static const char *const BEST[] = {"de.variant=best1", "de.population=50", NULL};

    cr_expect_lt(run_many(RAND, small_sphere, 16000, 1, 0).hit, 14391 * 1.05);
    cr_expect_lt(run_many(BEST, small_sphere, 6000, 1, 0).hit, 4341 * 1.05);
}

/* Eight workers, and a fifth of the trials lost: not much is. */
Test(de, workers_and_failures, .timeout = 60)
{
    static const char *const SET[] = {"de.variant=jso", NULL};
    const double alone = run_many(SET, small_sphere, 5000, 1, 0).hit;

    cr_expect_lt(alone, 5000);
    cr_expect_lt(run_many(SET, small_sphere, 5000, 8, 0).hit, 1.15 * alone);
    cr_expect_lt(run_many(SET, small_sphere, 5000, 1, 5).hit, 1.4 * alone);
}

static double mixed(const double *v)
{
    return fabs(v[0] - 7) + (v[1] == 2 ? 0 : 3) + fabs(log(v[2] / 0.003)) +
           (v[1] == 2 ? fabs(v[3] - 0.25) : 0);
}

/* A whole number, a choice, a logarithm and what the choice makes active. */
Test(de, mixed_and_conditional)
{
    double best[SEEDS];

    for (int k = 0; k < SEEDS; k++) {
        small_study r;
        double x[8];

        small_open(&r, "de",
                   SPACE("n = int 1 40", "k = categorical a b c d e", "l = float 1e-6 1 log",
                         "z = float 0 1 when k = c"),
                   NULL, (uint64_t)k + 1, 300);
        best[k] = INFINITY;
        for (int i = 0; i < 300; i++) {
            const int64_t row = small_ask(&r, x);
            const double y = mixed(x);

            best[k] = fmin(best[k], y);
            small_tell(&r, row, HONE_COMPLETE, y);
        }
        small_free(&r);
    }
    const double median = small_median(best, SEEDS);
    fprintf(stderr, "mixed: %.3g\n", median);
    cr_expect_lt(median, 0.05, "%g", median);
}

/* When all members have the same value, a new population begins. */
Test(de, begins_anew_when_all_are_alike)
{
    small_study r;
    double x[D];
    int far = 0;

    small_open(&r, "de", small_box(2, 0, 1), NULL, 1, 2000);
    for (int i = 0; i < 2000; i++) {
        const int64_t row = small_ask(&r, x);

        far += i > 1000 && fabs(x[0] - 0.5) > 0.25;
        small_tell(&r, row, HONE_COMPLETE, (x[0] - 0.5) * (x[0] - 0.5) + x[1] * x[1]);
    }
    cr_expect_gt(far, 20, "%d", far);
    small_free(&r);
}
