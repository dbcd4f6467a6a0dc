/* warp.c - values made fit for a Gaussian process.
 *
 * A process with one variance everywhere describes values badly whose bad half is spread over
 * orders of magnitude: the few worst decide its scale and the region of interest looks flat.
 * So values are centred at their median and measured in their interquartile range; those
 * far above are drawn in (how bad a very bad point is does not matter); and the power of
 * Yeo and Johnson is taken that makes them most like draws of a normal distribution.
 *
 * Source: Yeo, Johnson, "A new family of power transformations to improve normality or
 *         symmetry", Biometrika 87, 2000; used for this by Cowen-Rivers et al. (HEBO), JAIR
 *         74, 2022.
 *
 * The map is increasing everywhere and strictly so below `top`, so the order of good points is
 * kept, and answers can be mapped back. */
#include <math.h>
#include <stdlib.h>

#include "bayes.h"
#include "hone_math.h"

static const double VALUE_MOST = 1e300;    /* larger ones count as this: differences stay finite */
static const double TOP = 10.0;            /* spreads above the middle where values are cut */
static const double BOTTOM = 20.0;         /* below, distances grow by their logarithm */
static const double LAMBDA[2] = {-1.0, 2.0};
static const double SPREAD_LEAST = 1e-14;  /* of the middle: what differs less is rounding */
static const double NORMAL_IQR = 1.34897950039216449;
enum { LAMBDA_FROM = 6, LAMBDA_STEPS = 60 }; /* fewer values say nothing about skewness */

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(int64_t n, const double *sorted, double q)
{
    const double at = q * (double)(n - 1);
    const int64_t i = (int64_t)at;
    return i + 1 < n ? sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

static double limited(double y)
{
    return fmax(-VALUE_MOST, fmin(VALUE_MOST, y));
}

static double measured(const warp *w, double y)
{
    const double z = fmin(limited(limited(y) / w->spread - w->middle / w->spread), w->top);
    return z < -BOTTOM ? -BOTTOM * (1.0 + log(-z / BOTTOM)) : z;
}

static double power(double z, double lambda)
{
    const double a = z < 0.0 ? 2.0 - lambda : lambda, l = log1p(fabs(z));
    const double t = fabs(a) < 1e-9 ? l : expm1(a * l) / a;
    return z < 0.0 ? -t : t;
}

/* Log likelihood of a normal distribution for the powers of z, without constants. */
static double likelihood(int64_t n, const double *z, double lambda)
{
    double sum = 0.0, squares = 0.0, jacobian = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double t = power(z[i], lambda);
        sum += t;
        squares += t * t;
        jacobian += copysign(log1p(fabs(z[i])), z[i]);
    }
    const double mean = sum / (double)n, var = squares / (double)n - mean * mean;
    return var > 0.0 ? -0.5 * (double)n * log(var) + (lambda - 1.0) * jacobian : -HUGE_VAL;
}

/* The power that makes the n sorted values of y most normal; y becomes z. */
static double best_power(const warp *w, int64_t n, double *y)
{
    double best = -HUGE_VAL, chosen = 1.0;
    for (int64_t i = 0; i < n; i++) {
        y[i] = measured(w, y[i]);
    }
    for (int k = 0; k <= LAMBDA_STEPS; k++) {
        const double lambda = LAMBDA[0] + (LAMBDA[1] - LAMBDA[0]) * k / LAMBDA_STEPS;
        const double l = likelihood(n, y, lambda);
        if (l > best) {
            best = l;
            chosen = lambda;
        }
    }
    return chosen;
}

void warp_fit(warp *w, int64_t n, double *y, double *worst, double *quartile)
{
    for (int64_t i = 0; i < n; i++) {
        y[i] = limited(y[i]);
    }
    qsort(y, (size_t)n, sizeof *y, by_value);
    const double last = y[n - 1], upper = quantile(n, y, 0.75), lower = quantile(n, y, 0.25);
    w->middle = quantile(n, y, 0.5);
    w->spread = (upper - lower) / NORMAL_IQR;
    w->top = TOP;
    w->lambda = 1.0;
    if (!(w->spread > 0.0)) {
        w->spread = (last - y[0]) / (2.0 * NORMAL_IQR);
    }
    if (!(w->spread > SPREAD_LEAST * fabs(w->middle))) { /* one value only */
        w->spread = w->middle != 0.0 ? fabs(w->middle) : 1.0;
    }
    if (n >= LAMBDA_FROM) {
        w->lambda = best_power(w, n, y);
    }
    *worst = warp_of(w, last);
    *quartile = warp_of(w, upper);
}

void warp_fit_signed(warp *w, int64_t n, double *y, double *worst, double *quartile)
{
    double largest = 0.0;
    *w = (warp){.middle = 0.0, .spread = 1.0, .top = TOP, .lambda = 1.0};
    *worst = *quartile = 0.0;
    if (n == 0) {
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        y[i] = limited(y[i]);
        largest = fmax(largest, fabs(y[i]));
    }
    qsort(y, (size_t)n, sizeof *y, by_value);
    const double last = y[n - 1], upper = quantile(n, y, 0.75);
    for (int64_t i = 0; i < n; i++) {
        y[i] = fabs(y[i]);
    }
    qsort(y, (size_t)n, sizeof *y, by_value);
    const double typical = quantile(n, y, 0.5);
    w->spread = typical > SPREAD_LEAST * largest ? typical : largest > 0.0 ? largest : 1.0;
    *worst = warp_of(w, last);
    *quartile = warp_of(w, upper);
}

void warp_fit_plain(warp *w, int64_t n, double *y, double *worst, double *quartile)
{
    *w = (warp){.middle = 0.0, .spread = 1.0, .top = VALUE_MOST, .lambda = 1.0};
    *worst = *quartile = 0.0;
    if (n > 0) {
        qsort(y, (size_t)n, sizeof *y, by_value);
        *worst = y[n - 1];
        *quartile = quantile(n, y, 0.5);
    }
}

double warp_of(const warp *w, double y)
{
    return power(measured(w, y), w->lambda);
}

double warp_slope(const warp *w, double y)
{
    const double raw = limited(y) / w->spread - w->middle / w->spread, z = measured(w, y);
    const double a = z < 0.0 ? 2.0 - w->lambda : w->lambda;
    if (raw >= w->top) {
        return 0.0;
    }
    return exp((a - 1.0) * log1p(fabs(z))) * (raw < -BOTTOM ? BOTTOM / -raw : 1.0) / w->spread;
}

double warp_back(const warp *w, double t)
{
    const double a = t < 0.0 ? 2.0 - w->lambda : w->lambda;
    /* beyond the largest value that the power can take: the top */
    const double inner = a < 0.0 && fabs(t) >= -1.0 / a ? HUGE_VAL
                         : fabs(a) < 1e-9                 ? expm1(fabs(t))
                                                          : expm1(log1p(a * fabs(t)) / a);
    double z = fmin(t < 0.0 ? -inner : inner, w->top);
    if (z < -BOTTOM) {
        z = -BOTTOM * exp(fmin(-z / BOTTOM - 1.0, 690.0));
    }
    return hone_finite(w->middle + z * w->spread);
}
