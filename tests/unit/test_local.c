/* test_local.c - local against a plain compass search, and what it makes of workers, failures,
 * choices and several basins.
 *
 * The reference: the compass search of Kolda, Lewis, Torczon (SIAM Review 45, 2003, section 1.2),
 * opportunistic, steps from a quarter of the range, halved: evaluations until 1e-6, median of the
 * same eleven boxes: sphere 225, to the axes of which it is tied; Rosenbrock 52233. */
#include "small_study.h"
#include "spaces.h"

enum { D = 4, SEEDS = 11 };

/* Evaluations until 1e-6 from the middle of [-4 - k/10, 4]. */
static double evaluations(small_function of, int workers, int loss)
{
    double hit[SEEDS];

    for (int k = 0; k < SEEDS; k++) {
        small_study r;

        small_open(&r, "local", small_box(D, -4 - 0.1 * k, 4), NULL, (uint64_t)k + 1, -1);
        hit[k] = small_run(&r, of, D, 20000, 1e-6, workers, loss).hit;
        small_free(&r);
    }
    const double median = small_median(hit, SEEDS);
    fprintf(stderr, "%d workers, loss %d: %g\n", workers, loss, median);
    return median;
}

Test(local, is_no_worse_than_compass_search, .timeout = 60)
{
    const double alone = evaluations(small_sphere, 1, 0);

    cr_expect_lt(alone, 1.25 * 225);
    cr_expect_lt(evaluations(small_rosenbrock, 1, 0), 52233 / 2.0);
    cr_expect_lt(evaluations(small_sphere, 4, 0), 1.5 * alone);
    cr_expect_lt(evaluations(small_sphere, 1, 5), 1.5 * alone);
}

/* The restarts find the best of many basins. */
Test(local, restarts)
{
    double best[SEEDS];

    for (int k = 0; k < SEEDS; k++) {
        small_study r;

        small_open(&r, "local", small_box(2, -5, 5), NULL, (uint64_t)k + 1, -1);
        best[k] = small_run(&r, small_rastrigin, 2, 5000, 0, 1, 0).best;
        small_free(&r);
    }
    const double median = small_median(best, SEEDS);
    fprintf(stderr, "restarts: %.3g\n", median);
    cr_expect_lt(median, 1e-6, "%g", median);
}

static double mixed(const double *v)
{
    return fabs(v[0] - 7) + (v[1] == 2 ? 0 : 3) + fabs(log(v[2] / 0.003)) +
           (v[1] == 2 ? fabs(v[3] - 0.25) : 0);
}

/* A whole number, a choice, a logarithm and what the choice makes active. */
Test(local, mixed_and_conditional)
{
    double best[SEEDS];

    for (int k = 0; k < SEEDS; k++) {
        small_study r;
        double x[8];

        small_open(&r, "local",
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
    cr_expect_lt(median, 0.01, "%g", median);
}
