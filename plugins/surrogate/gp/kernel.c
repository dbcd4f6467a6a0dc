/* kernel.c - covariance of points by vector loops.
 *
 * With r^2 = sum_c ((x_c - x'_c) / length_c)^2, correlation k and t = -2 dk/dr^2:
 *
 *     matern52  a = sqrt(5) r   k = (1 + a + a^2/3) exp(-a)   t = 5/3 (1 + a) exp(-a)
 *     matern32  a = sqrt(3) r   k = (1 + a) exp(-a)           t = 3 exp(-a)
 *     rbf                       k = exp(-r^2/2)               t = exp(-r^2/2)
 *     matern12                  k = exp(-r)                   t = exp(-r) / r
 *     rational  b = 1 + r^2/4   k = 1 / b^2                   t = 1 / b^3
 *
 * Source: Rasmussen, Williams, "Gaussian Processes for Machine Learning", MIT Press 2006,
 *         eqs. (4.9), (4.17), (4.18), (4.19) with alpha = 2.  Departure: matern12 has no
 *         derivative at r = 0: below r = 1e-6 it is given as 0.
 *
 * All derivatives in lengthscales follow from k's one factor t, since dk/d log(length_c) =
 * t ((x_c - x'_c) / length_c)^2, so t costs one more multiplication a pair.
 *
 * The loops are written to be vectorised, with an exponential that is; libm's costs five times
 * as much.  They are built for AVX2 too and chosen at load.  No fused operations in either, so
 * both give the same bits. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "gp.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3", "no-trapping-math")
#endif
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define VECTOR __attribute__((target_clones("avx2", "default")))
#else
#define VECTOR
#endif
#define INLINE static inline __attribute__((always_inline))

enum { BLOCK = 512 }; /* rows at a time: r2, k and t of a block stay in the first cache */

/* e^x for x <= 0, and 0 below -80: what is 1e-35 of the diagonal says nothing, but products of
 * such numbers are denormal, which processors are a hundred times slower at.  x = k ln 2 + r,
 * |r| <= ln(2)/2: Taylor polynomial of degree 12 (error 2e-16), then k is added to the exponent's
 * bits. */
INLINE double exp_negative(double x)
{
    const double shift = 0x1.8p52, ln2_high = 6.93147180369123816490e-01,
                 ln2_low = 1.90821492927058770002e-10;
    const double keep = x < -80.0 ? 0.0 : 1.0;
    x = x < -80.0 ? -80.0 : x;
    double k = x * 1.44269504088896340736 + shift;
    uint64_t bits, power;
    memcpy(&power, &k, sizeof power);
    k -= shift;
    const double r = (x - k * ln2_high) - k * ln2_low;
    double e = 1.0 / 479001600;
    e = e * r + 1.0 / 39916800;
    e = e * r + 1.0 / 3628800;
    e = e * r + 1.0 / 362880;
    e = e * r + 1.0 / 40320;
    e = e * r + 1.0 / 5040;
    e = e * r + 1.0 / 720;
    e = e * r + 1.0 / 120;
    e = e * r + 1.0 / 24;
    e = e * r + 1.0 / 6;
    e = e * r + 0.5;
    e = e * r + 1.0;
    e = e * r + 1.0;
    memcpy(&bits, &e, sizeof bits);
    bits += power << 52;
    memcpy(&e, &bits, sizeof e);
    return e * keep;
}

/* r2[i] := |z_i - q|^2; two columns a pass, so that r2 is loaded and stored half as often. */
VECTOR static void distances(int64_t p, const double *z, int64_t ldz, int64_t count,
                             const double *q, int64_t incq, double *restrict r2)
{
    int64_t c = 0;
    memset(r2, 0, (size_t)count * sizeof *r2);
    for (; c + 1 < p; c += 2) {
        const double *restrict a = z + c * ldz, *restrict b = a + ldz;
        const double qa = q[c * incq], qb = q[(c + 1) * incq];
        for (int64_t i = 0; i < count; i++) {
            r2[i] += (a[i] - qa) * (a[i] - qa) + (b[i] - qb) * (b[i] - qb);
        }
    }
    if (c < p) {
        const double *restrict a = z + c * ldz;
        const double qa = q[c * incq];
        for (int64_t i = 0; i < count; i++) {
            r2[i] += (a[i] - qa) * (a[i] - qa);
        }
    }
}

/* a[i] := sqrt(factor a[i]).  A call of sqrt may set errno, which keeps compilers from using the
 * vector instruction; it is the same correctly rounded root. */
static void roots(int64_t count, double factor, double *a)
{
    int64_t i = 0;
#ifdef __SSE2__
    for (; i + 1 < count; i += 2) {
        _mm_storeu_pd(a + i, _mm_sqrt_pd(_mm_mul_pd(_mm_set1_pd(factor), _mm_loadu_pd(a + i))));
    }
#endif
    for (; i < count; i++) {
        a[i] = sqrt(factor * a[i]);
    }
}

VECTOR static void matern52(int64_t count, const double *restrict root, double *restrict k,
                            double *restrict t)
{
    for (int64_t i = 0; i < count; i++) {
        const double a = root[i], e = exp_negative(-a);
        k[i] = (1.0 + a + a * a * (1.0 / 3.0)) * e;
        t[i] = (5.0 / 3.0) * (1.0 + a) * e;
    }
}

VECTOR static void matern32(int64_t count, const double *restrict root, double *restrict k,
                            double *restrict t)
{
    for (int64_t i = 0; i < count; i++) {
        const double a = root[i], e = exp_negative(-a);
        k[i] = (1.0 + a) * e;
        t[i] = 3.0 * e;
    }
}

VECTOR static void matern12(int64_t count, const double *restrict root, double *restrict k,
                            double *restrict t)
{
    for (int64_t i = 0; i < count; i++) {
        const double r = root[i], e = exp_negative(-r);
        k[i] = e;
        t[i] = r < 1e-6 ? 0.0 : e / r;
    }
}

VECTOR static void rational(int64_t count, const double *restrict r2, double *restrict k,
                            double *restrict t)
{
    for (int64_t i = 0; i < count; i++) {
        const double inverse = 1.0 / (1.0 + 0.25 * r2[i]);
        k[i] = inverse * inverse;
        t[i] = k[i] * inverse;
    }
}

VECTOR static void rbf(int64_t count, const double *restrict r2, double *restrict k,
                       double *restrict t)
{
    for (int64_t i = 0; i < count; i++) {
        const double e = exp_negative(-0.5 * r2[i]);
        k[i] = e;
        t[i] = e;
    }
}

void kernel_row(int kernel, int64_t p, const double *z, int64_t ldz, int64_t count,
                const double *q, int64_t incq, double *k, double *t)
{
    double r2[BLOCK], unwanted[BLOCK];
    for (int64_t from = 0; from < count; from += BLOCK) {
        const int64_t n = count - from < BLOCK ? count - from : BLOCK;
        double *slope = t ? t + from : unwanted;
        distances(p, z + from, ldz, n, q, incq, r2);
        switch (kernel) {
        case MATERN52:
            roots(n, 5.0, r2);
            matern52(n, r2, k + from, slope);
            break;
        case MATERN32:
            roots(n, 3.0, r2);
            matern32(n, r2, k + from, slope);
            break;
        case MATERN12:
            roots(n, 1.0, r2);
            matern12(n, r2, k + from, slope);
            break;
        case RATIONAL:
            rational(n, r2, k + from, slope);
            break;
        default:
            rbf(n, r2, k + from, slope);
        }
    }
}

void kernel_matrix(int kernel, int64_t n, int64_t p, const double *z, int64_t ldz, double *K,
                   double *T, int64_t ld)
{
    for (int64_t i = 0; i < n; i++) {
        kernel_row(kernel, p, z, ldz, i + 1, z + i, ldz, K + i * ld, T ? T + i * ld : NULL);
    }
}
