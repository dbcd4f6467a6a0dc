/* test_pso.c - pso against SPSO-2011 run apart, and what it makes of workers, failures and
 * choices.
 *
 * The reference, d = 10 in [-5, 5], functions of small_study.h, 40 particles, 20,000 evaluations:
 * Omran's program of SPSO-2011 (2011), which Clerc published with his own, transcribed to Python,
 * quartiles of 21 seeds: sphere, evaluations until 1e-6, 4700 4787 4872; the best of Rosenbrock
 * 1.98 2.61 3.32 and of Rastrigin 6.35 9.10 10.6.  That program learns after an iteration; ours and
 * Clerc's own at once, which is faster and a little greedier. */
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

        small_open(&r, "pso", small_box(D, -5, 5), set, (uint64_t)k + 1, most);
        const small_result found = small_run(&r, of, D, most, 1e-6, workers, loss);
        hit[k] = found.hit;
        best[k] = found.best;
        small_free(&r);
    }
    const medians m = {small_median(hit, SEEDS), small_median(best, SEEDS)};
    fprintf(stderr, "%s: hit %g, best %.3g\n", set[0], m.hit, m.best);
    return m;
}

Test(pso, comes_as_far_as_spso_2011, .timeout = 60)
{
    static const char *const SET[] = {"pso.particles=40", NULL};

    cr_expect_lt(run_many(SET, small_sphere, MOST, 1, 0).hit, 4872);
    cr_expect_lt(run_many(SET, small_rosenbrock, MOST, 1, 0).best, 2.61);
    cr_expect_lt(run_many(SET, small_rastrigin, MOST, 1, 0).best, 15);
}

/* Eight workers, and a fifth of the trials lost: not much is. */
Test(pso, workers_and_failures, .timeout = 60)
{
    static const char *const SET[] = {"pso.particles=20", NULL};
    const double alone = run_many(SET, small_sphere, 8000, 1, 0).hit;

    cr_expect_lt(alone, 4000);
    cr_expect_lt(run_many(SET, small_sphere, 8000, 8, 0).hit, 1.3 * alone);
    cr_expect_lt(run_many(SET, small_sphere, 8000, 1, 5).hit, 1.5 * alone);
}

static double mixed(const double *v)
{
    return fabs(v[0] - 7) + (v[1] == 2 ? 0 : 3) + fabs(log(v[2] / 0.003)) +
           (v[1] == 2 ? fabs(v[3] - 0.25) : 0);
}

/* A whole number, a choice, a logarithm and what the choice makes active; all topologies. */
Test(pso, mixed_and_conditional)
{
    static const char *const SETS[3][2] = {
        {"pso.topology=random", NULL}, {"pso.topology=ring", NULL}, {"pso.topology=all", NULL}};

    for (int how = 0; how < 3; how++) {
        double best[SEEDS];

        for (int k = 0; k < SEEDS; k++) {
            small_study r;
            double x[8];

            small_open(&r, "pso",
                       SPACE("n = int 1 40", "k = categorical a b c d e", "l = float 1e-6 1 log",
                             "z = float 0 1 when k = c"),
                       SETS[how], (uint64_t)k + 1, 300);
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
        fprintf(stderr, "mixed, %s: %.3g\n", SETS[how][0], median);
        cr_expect_lt(median, 0.4, "%g", median);
    }
}
