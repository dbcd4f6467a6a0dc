/* test_nelder_mead.c - nelder_mead against SciPy, point by point, and what workers, failures,
 * choices and ends make of it. */
#include "nelder_mead_reference.h"
#include "small_study.h"
#include "spaces.h"

enum { SEEDS = 11 };

static double rosenbrock(const double *x, int d)
{
    double v[SMALL_COLUMNS];
    for (int i = 0; i < d; i++)
        v[i] = 6 * x[i] - 3.7;
    return small_rosenbrock(v, d);
}

static double stairs(const double *x, int d)
{
    double sum = 0;
    for (int i = 0; i < d; i++)
        sum += floor(10 * fabs(x[i] - 0.31)) * (i + 1);
    return sum;
}

static double edge(const double *x, int d)
{
    double sum = 0;
    for (int i = 0; i < d; i++)
        sum += (x[i] + 0.4 - i / (d - 1.0)) * (x[i] + 0.4 - i / (d - 1.0)) * (i + 1);
    return sum;
}

/* Points that a table holds are not evaluated again, which SciPy does. */
static int known(const double *reference, int k, int d)
{
    for (int i = 0; i < k; i++)
        if (memcmp(reference + i * d, reference + k * d, (size_t)d * sizeof *reference) == 0)
            return 1;
    return 0;
}

static void follow(const double *reference, int points, int d, small_function of,
                   const char *adaptive)
{
    const char *const set[] = {"nelder_mead.initial=0", "nelder_mead.size=0.1", adaptive, NULL};
    small_study r;
    double x[SMALL_COLUMNS];

    small_open(&r, "nelder_mead", small_box(d, 0, 1), set, 1, -1);
    for (int k = 0; k < points; k++) {
        if (known(reference, k, d))
            continue;
        const int64_t row = small_ask(&r, x);
        cr_assert_geq(row, 0);
        for (int i = 0; i < d; i++)
            cr_assert_float_eq(x[i], reference[k * d + i], 1e-9, "d %d, point %d: %.12g, not %.12g", d,
                               k, x[i], reference[k * d + i]);
        small_tell(&r, row, HONE_COMPLETE, of(x, d));
    }
    small_free(&r);
}

Test(nelder_mead, tries_what_scipy_tries)
{
    follow(ROSENBROCK_4[0], REFERENCE_POINTS, 4, rosenbrock, "nelder_mead.adaptive=yes");
    follow(ROSENBROCK_2[0], REFERENCE_POINTS, 2, rosenbrock, "nelder_mead.adaptive=no");
    follow(STEP_3[0], 35, 3, stairs, "nelder_mead.adaptive=yes"); /* then all are equal */
    follow(EDGE_5[0], REFERENCE_POINTS, 5, edge, "nelder_mead.adaptive=yes");
}

/* Rosenbrock, d = 4: evaluations until 1e-8 with so many workers. */
static double evaluations(int workers, int loss)
{
    double hit[SEEDS];

    for (int k = 0; k < SEEDS; k++) {
        small_study r;

        small_open(&r, "nelder_mead", small_box(4, -4 - 0.1 * k, 4), NULL, (uint64_t)k + 1, -1);
        hit[k] = small_run(&r, small_rosenbrock, 4, 8000, 1e-8, workers, loss).hit;
        small_free(&r);
    }
    const double median = small_median(hit, SEEDS);
    fprintf(stderr, "%d workers, loss %d: %g\n", workers, loss, median);
    return median;
}

/* Asked in advance, four workers take less time together; a fifth of the trials may be lost. */
Test(nelder_mead, workers_and_failures)
{
    const double alone = evaluations(1, 0);

    cr_expect_lt(alone, 1000);
    cr_expect_lt(evaluations(4, 0) / 4, 0.8 * alone);
    cr_expect_lt(evaluations(1, 5), 8000);
}

/* Steep walls between two basins: the restarts find the better one. */
Test(nelder_mead, restarts)
{
    double best[SEEDS];

    for (int k = 0; k < SEEDS; k++) {
        small_study r;

        small_open(&r, "nelder_mead", small_box(2, -5, 5), NULL, (uint64_t)k + 1, -1);
        best[k] = small_run(&r, small_rastrigin, 2, 3000, 0, 1, 0).best;
        small_free(&r);
    }
    cr_expect_lt(small_median(best, SEEDS), 1e-6, "%g", best[SEEDS / 2]);
}

static double mixed(const double *v)
{
    return fabs(v[0] - 7) + (v[1] == 2 ? 0 : 3) + fabs(log(v[2] / 0.003)) +
           (v[1] == 2 ? fabs(v[3] - 0.25) : 0);
}

/* A whole number, a choice, a logarithm and what the choice makes active. */
Test(nelder_mead, mixed_and_conditional)
{
    double best[SEEDS];

    for (int k = 0; k < SEEDS; k++) {
        small_study r;
        double x[8];

        small_open(&r, "nelder_mead",
                   SPACE("n = int 1 40", "k = categorical a b c d e", "l = float 1e-6 1 log",
                         "z = float 0 1 when k = c"),
                   NULL, (uint64_t)k + 1, 300);
        best[k] = INFINITY;
        for (int i = 0; i < 300; i++) {
            const int64_t row = small_ask(&r, x);
            const double y = mixed(x);

            cr_assert_geq(row, 0);
            best[k] = fmin(best[k], y);
            small_tell(&r, row, HONE_COMPLETE, y);
        }
        small_free(&r);
    }
    const double median = small_median(best, SEEDS);
    fprintf(stderr, "mixed: %.3g\n", median);
    cr_expect_lt(median, 0.5, "%g", median);
}

/* Every point of a finite space once, three at a time, some lost; then the end. */
Test(nelder_mead, exhausts)
{
    small_study r;
    double x[8];
    int64_t running[3], row = 0;
    int n = 0, all = 0;

    small_open(&r, "nelder_mead",
               SPACE("n = int 1 7", "k = categorical a b c", "o = ordered p q r", "b = int 0 2"),
               NULL, 1, -1);
    while (row >= 0 || n > 0) {
        row = n < 3 ? small_ask(&r, x) : -1;
        if (row >= 0) {
            for (int64_t i = 0; i < row; i++)
                cr_assert(memcmp(history_native(r.h, i), history_native(r.h, row),
                                 4 * sizeof(double)) != 0);
            running[n++] = row;
            all++;
        }
        if (n == 3 || row < 0) {
            const double *v = history_native(r.h, running[0]);

            small_tell(&r, running[0], all % 5 ? HONE_COMPLETE : HONE_FAILED,
                       v[0] + v[1] * v[2] - v[3]);
            memmove(running, running + 1, (size_t)--n * sizeof *running);
            row = 0;
        }
        if (r.status == HONE_DONE && n == 0)
            break;
    }
    cr_expect_eq(all, 7 * 3 * 3 * 3, "%d", all);
    small_free(&r);
}
