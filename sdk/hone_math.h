/* hone_math.h - the mathematics that authors of models and acquisitions keep rewriting.
 *
 * Header only, C99 and C++11, needs libm and nothing else.  All functions are pure; a NaN
 * that goes in comes out.  Accuracies are the worst relative errors found against quad
 * precision (tests/unit/test_math.c holds the numbers).
 *
 *   hone_erfcx      exp(x^2) erfc(x)                          1e-15
 *   hone_log1mexp   log(1 - exp(x)), x < 0                    1e-15
 *   hone_norm_pdf, hone_norm_cdf, hone_norm_quantile          of the standard normal
 *   hone_log_ndtr   log of the normal distribution function   1e-14
 *   hone_log_h      log(pdf(z) + z cdf(z))                    1e-15, its slopes 1e-13
 *   hone_log_met    log probability that a constraint is met, with its partials
 *   hone_chain      from partials in mean and variance to a gradient in x
 *   hone_sum        compensated sum
 */
#ifndef HONE_MATH_H
#define HONE_MATH_H

#include <math.h>
#include <stdint.h>

static const double HONE_LOG_SQRT_2PI = 0.91893853320467274178;
static const double HONE_SQRT_HALFPI = 1.25331413731550025121;
static const double HONE_INV_SQRT_PI = 0.56418958354775628695;
static const double HONE_INV_SQRT_2PI = 0.39894228040143267794;
static const double HONE_SQRT_HALF = 0.70710678118654752440;
static const double HONE_LN2 = 0.69314718055994530942;

/* exp(x^2), |x| < 26.6.  The rounding error of x^2 would be multiplied by x^2, so x is split
 * into a part whose square is exact and a rest. */
static inline double hone_exp_square(double x)
{
    const double big = rint(x * 1048576.0) / 1048576.0;
    return exp(big * big) * exp((x - big) * (x + big));
}

/* exp(x^2) erfc(x): what is left of erfc when its exponential decay is taken out. */
static inline double hone_erfcx(double x)
{
    if (x < -26.7) {
        return HUGE_VAL;
    }
    if (x < 25.0) {
        return hone_exp_square(x) * erfc(x);
    }
    /* Abramowitz and Stegun 7.1.23; at x = 25 the first term left out is 1e-20. */
    const double t = 0.5 / (x * x);
    double sum = 1.0;
    for (int k = 13; k > 0; k -= 2) {
        sum = 1.0 - k * t * sum;
    }
    return HONE_INV_SQRT_PI / x * sum;
}

/* log(1 - exp(x)) for x < 0; Maechler, "Accurately computing log(1 - exp(-|a|))", 2012. */
static inline double hone_log1mexp(double x)
{
    return x > -HONE_LN2 ? log(-expm1(x)) : log1p(-exp(x));
}

static inline double hone_norm_pdf(double z)
{
    return HONE_INV_SQRT_2PI * exp(-0.5 * z * z);
}

static inline double hone_norm_cdf(double z)
{
    return 0.5 * erfc(-z * HONE_SQRT_HALF);
}

/* log Phi(z): finite down to z = -1e150. */
static inline double hone_log_ndtr(double z)
{
    if (z > 0.0) {
        return log1p(-0.5 * erfc(z * HONE_SQRT_HALF));
    }
    if (z > -1.0) {
        return log(hone_norm_cdf(z));
    }
    return log(0.5 * hone_erfcx(-z * HONE_SQRT_HALF)) - 0.5 * z * z;
}

/* Phi(z) / phi(z) for z <= 0: Mills' ratio of -z. */
static inline double hone_mills(double z)
{
    return HONE_SQRT_HALFPI * hone_erfcx(-z * HONE_SQRT_HALF);
}

/* h(z) / phi(z) = 1 + z Phi(z) / phi(z) for z <= -1.  Below -12 the difference has lost too
 * many digits; there the asymptotic series sum (-1)^k (2k+1)!! z^(-2k-2) takes over. */
static inline double hone_h_over_pdf(double z)
{
    if (z > -12.0) {
        return 1.0 + z * hone_mills(z);
    }
    const double t = 1.0 / (z * z);
    double sum = 1.0;
    for (int k = 35; k > 1; k -= 2) {
        sum = 1.0 - k * t * sum;
    }
    return t * sum;
}

/* log h(z), h(z) = phi(z) + z Phi(z): expected improvement of a standard normal, eq. (9) of
 * Ament et al., "Unexpected Improvements to Expected Improvement for Bayesian Optimization",
 * NeurIPS 2023; below -12 by series instead of log1mexp.  Finite down to z = -1e150.
 * slope (or NULL): phi/h and Phi/h in slope[0], slope[1]; d log h / dz is slope[1]. */
static inline double hone_log_h(double z, double *slope)
{
    if (z > -1.0) {
        const double pdf = hone_norm_pdf(z), cdf = hone_norm_cdf(z), h = pdf + z * cdf;
        if (slope) {
            slope[0] = pdf / h;
            slope[1] = cdf / h;
        }
        return log(h);
    }
    const double ratio = hone_h_over_pdf(z);
    if (slope) {
        slope[0] = 1.0 / ratio;
        slope[1] = hone_mills(z) / ratio;
    }
    return -0.5 * z * z - HONE_LOG_SQRT_2PI + log(ratio);
}

/* The z with Phi(z) = p: algorithm AS 241, PPND16 (Wichura, Applied Statistics 37, 1988),
 * relative accuracy about 1e-16.  p <= 0 gives -HUGE_VAL, p >= 1 HUGE_VAL. */
static inline double hone_norm_quantile(double p)
{
    const double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        const double r = 0.180625 - q * q;
        return q *
               (((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r +
                     6.7265770927008700853e4) * r + 4.5921953931549871457e4) * r +
                   1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r +
                 1.3314166789178437745e2) * r + 3.3871328727963666080e0) /
               (((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r +
                     3.9307895800092710610e4) * r + 2.1213794301586595867e4) * r +
                   5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r +
                 4.2313330701600911252e1) * r + 1.0);
    }
    const double tail = q < 0.0 ? p : 1.0 - p;
    if (!(tail > 0.0)) {
        return isnan(p) ? p : q < 0.0 ? -HUGE_VAL : HUGE_VAL;
    }
    double r = sqrt(-log(tail)), z;
    if (r <= 5.0) {
        r -= 1.6;
        z = (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r +
                  2.41780725177450611770e-1) * r + 1.27045825245236838258e0) * r +
                3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r +
              4.63033784615654529590e0) * r + 1.42343711074968357734e0) /
            (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r +
                  1.51986665636164571966e-2) * r + 1.48103976427480074590e-1) * r +
                6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r +
              2.05319162663775882187e0) * r + 1.0);
    } else {
        r -= 5.0;
        z = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r +
                  1.24266094738807843860e-3) * r + 2.65321895265761230930e-2) * r +
                2.96560571828504891230e-1) * r + 1.78482653991729133580e0) * r +
              5.46378491116411436990e0) * r + 6.65790464350110377720e0) /
            (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r +
                  1.84631831751005468180e-5) * r + 7.86869131145613259100e-4) * r +
                1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r +
              5.99832206555887937690e-1) * r + 1.0);
    }
    return q < 0.0 ? -z : z;
}

/* A value or slope that stays finite: the largest double instead of an infinity. */
static inline double hone_finite(double x)
{
    const double largest = 1.7976931348623157e308;
    return x > largest ? largest : x < -largest ? -largest : x;
}

/* log P(c <= 0) for c ~ N(mean, var), with its partials, all finite; variances under 1e-300 count
 * as that.  Gardner et al., "Bayesian Optimization with Inequality Constraints", ICML 2014,
 * eq. (5); Gelbart, Snoek, Adams, "Bayesian Optimization with Unknown Constraints", UAI 2014. */
static inline double hone_log_met(double mean, double var, double *dmean, double *dvar)
{
    const double least = 1e-300, sd = sqrt(var > least ? var : least), most = 1e150;
    const double raw = -mean / sd, z = raw > most ? most : raw < -most ? -most : raw;
    const double slope = z < 0.0 ? 1.0 / hone_mills(z) : hone_norm_pdf(z) / hone_norm_cdf(z);
    *dmean = hone_finite(-slope / sd);
    *dvar = var < least ? 0.0 : hone_finite(slope * (-z / (2.0 * sd)) / sd);
    return hone_log_ndtr(z);
}

/* The chain rule.  f(mean(x), var(x)): the partials of f and the gradients of mean and var
 * ([p] each, as predict gives them) make the gradient of f in x ([p]). */
static inline void hone_chain(int64_t p, double df_dmean, double df_dvar, const double *dmean,
                              const double *dvar, double *gradient)
{
    for (int64_t c = 0; c < p; c++) {
        gradient[c] = df_dmean * dmean[c] + df_dvar * dvar[c];
    }
}

/* Sum of n values, error bound independent of n (Neumaier, ZAMM 54, 1974). */
static inline double hone_sum(int64_t n, const double *x)
{
    double sum = 0.0, lost = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double t = sum + x[i];
        lost += fabs(sum) >= fabs(x[i]) ? (sum - t) + x[i] : (x[i] - t) + sum;
        sum = t;
    }
    return sum + lost;
}

#endif
