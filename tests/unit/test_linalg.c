/* sdk/hone_linalg.h and sdk/hone_lbfgsb.h. */
/* LIBS: -llbfgsb -llapacke -lopenblas */
#include <criterion/criterion.h>

#include "hone_lbfgsb.h"
#include "hone_linalg.h"
#include "rng.h"

enum { N = 40, LD = 47 };

static void single(void)
{
    openblas_set_num_threads(1);
}

TestSuite(linalg, .init = single);

/* A kernel matrix of random points on a line, scaled; repeated points where `repeats`. */
static void kernel(int64_t n, int64_t ld, double scale, double width, int repeats, double *A)
{
    double x[N];
    rng_uniform(rng_root(5), 0, 0, n, x);
    for (int64_t i = 0; i < n; i++) {
        if (repeats) {
            x[i] = x[i % 3];
        }
        for (int64_t j = 0; j <= i; j++) {
            const double d = (x[i] - x[j]) / width;
            A[i * ld + j] = scale * exp(-0.5 * d * d);
        }
    }
}

/* Largest error of L L' against A, as a fraction of A's diagonal. */
static double product_error(int64_t n, const double *L, const double *A)
{
    double worst = 0.0;
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j <= i; j++) {
            double sum = 0.0;
            for (int64_t k = 0; k <= j; k++) {
                sum += L[i * LD + k] * L[j * LD + k];
            }
            worst = fmax(worst, fabs(sum - A[i * LD + j]) / A[i * LD + i]);
        }
    }
    return worst;
}

Test(linalg, factor_solves_and_inverse_agree)
{
    static double A[N * LD], L[N * LD], inverse[N * LD], b[N], B[3 * N];
    double jitter = -1.0, det = 0.0;
    kernel(N, LD, 3.0, 0.3, 0, A);
    for (int i = 0; i < N; i++) {
        A[i * LD + i] += 0.5;
    }
    cr_assert(hone_cholesky(N, A, LD, L, LD, &jitter) == 0);
    cr_expect(jitter == 0.0);
    cr_expect(product_error(N, L, A) < 1e-14);
    for (int i = 0; i < N; i++) {
        det += 2.0 * log(L[i * LD + i]);
        b[i] = sin(i);
        B[i] = B[N + i] = B[2 * N + i] = b[i];
    }
    cr_expect(fabs(hone_log_det(N, L, LD) - det) < 1e-12);
    hone_solve(N, L, LD, b);
    hone_solve_lower_rows(N, L, LD, 3, B, N);
    hone_solve_upper_rows(N, L, LD, 3, B, N);
    memcpy(inverse, L, sizeof L);
    cr_assert(hone_inverse(N, inverse, LD) == 0);
    for (int i = 0; i < N; i++) {
        double sum = 0.0, product = 0.0;
        for (int j = 0; j < N; j++) {
            sum += A[(i > j ? i * LD + j : j * LD + i)] * b[j];
            product += inverse[(i > j ? i * LD + j : j * LD + i)] * sin(j);
        }
        cr_expect(fabs(sum - sin(i)) < 1e-12);
        cr_expect(fabs(product - b[i]) < 1e-12);
        cr_expect(fabs(B[i] - b[i]) < 1e-13 && fabs(B[2 * N + i] - b[i]) < 1e-13);
    }
}

Test(linalg, rows_appended_make_the_factor_of_the_larger_matrix)
{
    static double A[N * LD], L[N * LD];
    kernel(N, LD, 2.0, 0.2, 0, A);
    for (int i = 0; i < N; i++) {
        A[i * LD + i] += 0.1;
    }
    cr_assert(hone_cholesky(10, A, LD, L, LD, NULL) == 0);
    for (int n = 10; n < N; n++) {
        memcpy(L + n * LD, A + n * LD, (size_t)(n + 1) * sizeof *A);
        cr_assert(hone_cholesky_append(n, L, LD, 1e-14) == 0);
    }
    cr_expect(product_error(N, L, A) < 1e-14);
}

Test(linalg, the_ladder_climbs_as_far_as_needed_at_any_scale)
{
    static double A[N * LD], L[N * LD];
    for (double scale = 1e-100; scale <= 1e100; scale *= 1e20) {
        for (int repeats = 0; repeats < 2; repeats++) {
            double jitter = -1.0;
            kernel(N, LD, scale, 2.0, repeats, A);
            cr_assert(hone_cholesky(N, A, LD, L, LD, &jitter) == 0, "scale %g", scale);
            cr_expect(jitter > 0.0 && jitter < 1e-9, "scale %g: jitter %g", scale, jitter);
            cr_expect(product_error(N, L, A) < 2.0 * jitter + 1e-13);
        }
    }
}

/* Squared exponentials of random points: condition numbers up to 1e20 and beyond what doubles can
 * tell, repeated points, scales from 1e-100 to 1e100. */
Test(linalg, ten_thousand_random_kernels_never_fail)
{
    static double A[N * LD], L[N * LD];
    int failed = 0, jittered = 0;
    for (int64_t k = 0; k < 10000; k++) {
        double u[6], x[N][5], largest = 0.0, jitter = 0.0;
        rng_uniform(rng_root(31), k, 0, 6, u);
        rng_uniform(rng_root(32), k, 0, N * 5, &x[0][0]);
        const int n = 2 + (int)(u[0] * (N - 2)), d = 1 + (int)(u[1] * 5.0);
        const double scale = pow(10.0, 200.0 * u[2] - 100.0), width = pow(10.0, 7.0 * u[3] - 3.0);
        for (int i = 0; i < n; i++) {
            if (u[4] < 0.3) {
                memcpy(x[i], x[i % (1 + (int)(u[5] * n))], sizeof x[i]);
            }
            for (int j = 0; j <= i; j++) {
                double r2 = 0.0;
                for (int c = 0; c < d; c++) {
                    r2 += (x[i][c] - x[j][c]) * (x[i][c] - x[j][c]) / width / width;
                }
                A[i * LD + j] = scale * exp(-0.5 * r2);
            }
        }
        failed += hone_cholesky(n, A, LD, L, LD, &jitter) != 0;
        jittered += jitter > 0.0;
        for (int i = 0; i < n; i++) {
            double b[N] = {0};
            b[i] = scale;
            hone_solve_lower(n, L, LD, b);
            largest = fmax(largest, fabs(b[n - 1]));
        }
        failed += !isfinite(largest);
    }
    cr_expect(failed == 0, "%d of 10000", failed);
    cr_expect(jittered > 2000, "only %d were hard", jittered);
}

Test(linalg, what_is_no_covariance_is_refused)
{
    double L[4], negative[4] = {1.0, 0.0, 2.0, 1.0}, nan[4] = {1.0, 0.0, NAN, 1.0};
    double infinite[4] = {HUGE_VAL, 0.0, 0.0, 1.0}, row[4] = {1.0, 0.0, 0.0, 0.0};
    cr_expect(hone_cholesky(2, negative, 2, L, 2, NULL) == -1);
    cr_expect(hone_cholesky(2, nan, 2, L, 2, NULL) == -1);
    cr_expect(hone_cholesky(2, infinite, 2, L, 2, NULL) == -1);
    cr_expect(hone_cholesky_append(1, row, 2, 1e-14) == -1);
}

/* A repeated row leaves the least pivot instead of failing. */
Test(linalg, a_repeated_row_can_be_appended)
{
    double L[4] = {1.0, 0.0, 1.0, 1.0};
    cr_expect(hone_cholesky_append(1, L, 2, 1e-10) == 0);
    cr_expect(fabs(L[3] - 1e-5) < 1e-12);
}

/* Rosenbrock's function, minimum 0 at 1 in all variables. */
static double valley(int n, const double *x, double *g)
{
    double f = 0.0;
    memset(g, 0, (size_t)n * sizeof *g);
    for (int i = 0; i + 1 < n; i++) {
        const double a = x[i + 1] - x[i] * x[i], b = 1.0 - x[i];
        f += 100.0 * a * a + b * b;
        g[i] += -400.0 * a * x[i] - 2.0 * b;
        g[i + 1] += 200.0 * a;
    }
    return f;
}

/* Two searches side by side: one with the minimum inside the bounds, one with it outside. */
Test(linalg, quasi_newton_finds_minima_within_bounds)
{
    hone_lbfgsb b[2];
    int going[2];
    for (int k = 0; k < 2; k++) {
        cr_assert(hone_lbfgsb_new(&b[k], 5) == 0);
        for (int i = 0; i < 5; i++) {
            b[k].lower[i] = -2.0;
            b[k].upper[i] = k == 0 ? 2.0 : 0.5;
            b[k].x[i] = -1.0 + 0.2 * i;
        }
        b[k].progress = 0.0;
        hone_lbfgsb_start(&b[k]);
        going[k] = hone_lbfgsb_next(&b[k]);
    }
    while (going[0] || going[1]) {
        for (int k = 0; k < 2; k++) {
            if (going[k]) {
                b[k].f = valley(5, b[k].x, b[k].g);
                going[k] = hone_lbfgsb_next(&b[k]);
            }
        }
    }
    for (int i = 0; i < 5; i++) {
        cr_expect(fabs(b[0].best[i] - 1.0) < 1e-4);
        cr_expect(b[1].best[i] <= 0.5);
    }
    cr_expect(b[0].best_f < 1e-9 && b[0].evaluations < 200);
    hone_lbfgsb_free(&b[0]);
    hone_lbfgsb_free(&b[1]);
}

/* Half of the interval has no value: the search stays in the other half. */
Test(linalg, quasi_newton_shrinks_from_walls)
{
    hone_lbfgsb b;
    cr_assert(hone_lbfgsb_new(&b, 1) == 0);
    b.lower[0] = -10.0;
    b.upper[0] = 10.0;
    b.x[0] = -1.0;
    hone_lbfgsb_start(&b);
    while (hone_lbfgsb_next(&b)) {
        const double x = b.x[0];
        b.f = x > 0.5 ? NAN : (x - 0.25) * (x - 0.25) * (1.0 + x * x);
        b.g[0] = 2.0 * (x - 0.25) * (1.0 + x * x) + 2.0 * x * (x - 0.25) * (x - 0.25);
    }
    cr_expect(fabs(b.best[0] - 0.25) < 1e-3, "%g", b.best[0]);
    hone_lbfgsb_free(&b);
}
