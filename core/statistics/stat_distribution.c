/* stat_distribution.c - the distributions behind the tests.
 *
 * Sources: NIST Digital Library of Mathematical Functions: 8.7.1 and 8.9.2 (incomplete gamma),
 *          8.17.22 (incomplete beta), continued fractions by the modified Lentz method;
 *          Harter, "Tables of Range and Studentized Range", Ann. Math. Statist. 31 (1960),
 *          eqs. 2 and 5, for the studentised range, here by the trapezoidal rule on the
 *          whole line, which converges geometrically for analytic integrands (Trefethen,
 *          Weideman, SIAM Review 56, 2014). */
#include <math.h>

#include "rng_block.h"
#include "statistics.h"

static const double TINY = 1e-300; /* keeps Lentz's denominators from zero */
static const double CONVERGED = 1e-16;
enum { MAX_TERMS = 100000 };
static const double SQRT_2PI = 2.50662827463100050242;

static double log_gamma(double a)
{
    int sign;

    return lgamma_r(a, &sign);
}

/* ---- incomplete gamma and beta ----------------------------------------------------------- */

/* P(a, x) by its series, for x < a + 1. */
static double gamma_series(double a, double x)
{
    double term = 1.0 / a, sum = term;

    for (int n = 1; n < MAX_TERMS && fabs(term) > CONVERGED * fabs(sum); n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum * exp(a * log(x) - x - log_gamma(a));
}

/* Q(a, x) by its continued fraction, for x >= a + 1. */
static double gamma_fraction(double a, double x)
{
    double b = x + 1.0 - a, c = 1.0 / TINY, d = 1.0 / b, value = d;

    for (int n = 1; n < MAX_TERMS; n++) {
        const double an = -n * (n - a);
        double step;

        b += 2.0;
        d = an * d + b;
        c = b + an / c;
        d = 1.0 / (fabs(d) < TINY ? TINY : d);
        c = fabs(c) < TINY ? TINY : c;
        step = c * d;
        value *= step;
        if (fabs(step - 1.0) <= CONVERGED)
            break;
    }
    return value * exp(a * log(x) - x - log_gamma(a));
}

double stat_gamma_upper(double a, double x)
{
    if (!(a > 0.0) || isnan(x))
        return NAN;
    if (x <= 0.0)
        return 1.0;
    if (isinf(x))
        return 0.0;
    return x < a + 1.0 ? 1.0 - gamma_series(a, x) : gamma_fraction(a, x);
}

/* The continued fraction of I_x(a, b), good for x < (a + 1)/(a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
    double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0), value;

    d = 1.0 / (fabs(d) < TINY ? TINY : d);
    value = d;
    for (int n = 1; n < MAX_TERMS; n++) {
        const double even = n * (b - n) * x / ((a + 2 * n - 1) * (a + 2 * n));
        const double odd = -(a + n) * (a + b + n) * x / ((a + 2 * n) * (a + 2 * n + 1));
        double step;

        d = 1.0 + even * d;
        c = 1.0 + even / c;
        d = 1.0 / (fabs(d) < TINY ? TINY : d);
        c = fabs(c) < TINY ? TINY : c;
        value *= c * d;
        d = 1.0 + odd * d;
        c = 1.0 + odd / c;
        d = 1.0 / (fabs(d) < TINY ? TINY : d);
        c = fabs(c) < TINY ? TINY : c;
        step = c * d;
        value *= step;
        if (fabs(step - 1.0) <= CONVERGED)
            break;
    }
    return value;
}

/* I_x(a, b); y = 1 - x is given apart so that neither loses digits. */
static double beta_lower(double a, double b, double x, double y)
{
    const double front =
        exp(a * log(x) + b * log(y) + log_gamma(a + b) - log_gamma(a) - log_gamma(b));

    if (x < (a + 1.0) / (a + b + 2.0))
        return front * beta_fraction(a, b, x) / a;
    return 1.0 - front * beta_fraction(b, a, y) / b;
}

double stat_beta_lower(double a, double b, double x)
{
    if (!(a > 0.0) || !(b > 0.0) || isnan(x))
        return NAN;
    if (x <= 0.0)
        return 0.0;
    if (x >= 1.0)
        return 1.0;
    return beta_lower(a, b, x, 1.0 - x);
}

/* ---- normal, chi-square, F --------------------------------------------------------------- */

double stat_normal_lower(double x)
{
    return 0.5 * erfc(-x * M_SQRT1_2);
}

double stat_normal_upper(double x)
{
    return 0.5 * erfc(x * M_SQRT1_2);
}

double stat_normal_quantile(double p)
{
    return p > 0.0 && p < 1.0 ? rng_normal_quantile(p) : NAN;
}

double stat_chi2_upper(double x, double df)
{
    return stat_gamma_upper(0.5 * df, 0.5 * x);
}

double stat_f_upper(double x, double df1, double df2)
{
    const double sum = df2 + df1 * x;

    if (!(df1 > 0.0) || !(df2 > 0.0) || isnan(x))
        return NAN;
    if (x <= 0.0)
        return 1.0;
    if (isinf(sum))
        return 0.0;
    return beta_lower(0.5 * df2, 0.5 * df1, df2 / sum, df1 * x / sum);
}

/* ---- studentised range ------------------------------------------------------------------- */

/* P(range of k normals <= q): k times the integral over the place z of the largest of
 * phi(z) [Phi(z) - Phi(z - q)]^(k - 1). */
static double range_lower_known(double q, int64_t k)
{
    const double step = 0.0625, end = 9.0; /* phi(9) < 1e-17 */
    double sum = 0.0;

    for (double z = -end; z <= end; z += step) {
        const double inside = z > 0.0 ? stat_normal_upper(z - q) - stat_normal_upper(z)
                                      : stat_normal_lower(z) - stat_normal_lower(z - q);

        sum += exp(-0.5 * z * z) * pow(inside, (double)(k - 1));
    }
    return fmin(1.0, (double)k * sum * step / SQRT_2PI);
}

/* The mean of the above at q s over the distribution of s = sqrt(chi2(df) / df), in t = log s,
 * where the density is proportional to exp(df (t - exp(2 t)/2)). */
static double range_lower(double q, int64_t k, double df)
{
    const double step = fmin(0.1, 0.4 / sqrt(2.0 * df)), end = -45.0; /* exp(-45) < 1e-19 */
    const double front = log(2.0) + 0.5 * df * log(0.5 * df) - log_gamma(0.5 * df);
    double sum = 0.0;

    if (isinf(df))
        return range_lower_known(q, k);
    for (int side = -1; side <= 1; side += 2) {
        for (int64_t i = side < 0 ? 0 : 1;; i++) {
            const double t = (double)(side * i) * step;
            const double density = front + df * (t - 0.5 * exp(2.0 * t));

            if (density < end)
                break;
            sum += exp(density) * range_lower_known(q * exp(t), k);
        }
    }
    return fmin(1.0, sum * step);
}

double stat_range_upper(double q, int64_t k, double df)
{
    if (k < 2 || !(df > 0.0) || isnan(q))
        return NAN;
    if (q <= 0.0)
        return 1.0;
    return isinf(q) ? 0.0 : 1.0 - range_lower(q, k, df);
}

/* By bisection made quick: the Illinois variant of false position. */
double stat_range_quantile(double p, int64_t k, double df)
{
    double low = 0.0, high = 4.0, at_low = -p, at_high;

    if (k < 2 || !(df > 0.0) || !(p > 0.0) || !(p < 1.0))
        return NAN;
    while ((at_high = range_lower(high, k, df) - p) < 0.0 && high < 1e12) {
        low = high;
        at_low = at_high;
        high *= 2.0;
    }
    for (int side = 0, n = 0; n < 200 && high - low > 1e-14 * high; n++) {
        const double q = low + (high - low) * at_low / (at_low - at_high);
        const double at = range_lower(q, k, df) - p;

        if (at == 0.0)
            return q;
        if (at < 0.0) {
            low = q;
            at_low = at;
            at_high *= side < 0 ? 0.5 : 1.0;
            side = -1;
        } else {
            high = q;
            at_high = at;
            at_low *= side > 0 ? 0.5 : 1.0;
            side = 1;
        }
    }
    return 0.5 * (low + high);
}
