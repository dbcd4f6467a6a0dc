/* sdk/hone_math.h against quad precision.  The numbers were computed with GCC's libquadmath (113
 * bits) from the definitions: erfcx = exp(x^2) erfc(x), log Phi(z) = log(erfc(-z/sqrt2)/2),
 * h(z) = phi(z) + z Phi(z), quantiles by Halley's iteration. */
#include <criterion/criterion.h>

#include "hone_math.h"

typedef struct pair {
    double x, value;
} pair;

static const pair ERFCX[] = {
    {-20, 1.04429393795282879012e+174},
    {-5, 1.44009798674661040411e+11},
    {-1, 5.00898008076228346631e+00},
    {-0.25, 1.35864237010472211521e+00},
    {0, 1.00000000000000000000e+00},
    {0.5, 6.15690344192925874871e-01},
    {1, 4.27583576155807004411e-01},
    {3, 1.79001151181389950419e-01},
    {7.2999999999999998, 7.65806084714789144158e-02},
    {15, 3.75296063885057657461e-02},
    {24.989999999999998, 2.25585814822938971584e-02},
    {25, 2.25495724326413589436e-02},
    {26.5, 2.12750466853711059552e-02},
    {50, 1.12815362653237725002e-02},
    {70, 8.05902901138120384433e-03},
};
static const pair LOG1MEXP[] = {
    {-9.9999999999999995e-21, -4.60517018598809137352e+01},
    {-1e-08, -1.84206807489523654471e+01},
    {-0.10000000000000001, -2.35216846104409075614e+00},
    {-0.69310000000000005, -6.93194363346000835742e-01},
    {-0.69320000000000004, -6.93094363909636475993e-01},
    {-1, -4.58675145387081891022e-01},
    {-5, -6.76074944948855782592e-03},
    {-40, -4.24835425529158900435e-18},
    {-700, -9.85967654375977085671e-305},
};
static const pair LOG_NDTR[] = {
    {-100, -5.00552420869420508863e+03},
    {-40, -8.04608442013753788167e+02},
    {-12, -7.54106730015687959388e+01},
    {-5, -1.50649983939887257361e+01},
    {-1.5, -2.70594440082388980696e+00},
    {-1, -1.84102164500926350577e+00},
    {-0.5, -1.17591176159361860888e+00},
    {0, -6.93147180559945309417e-01},
    {0.5, -3.68946415288656393066e-01},
    {1, -1.72753779023449889526e-01},
    {3, -1.35080996474819379884e-03},
    {6, -9.86587645524375731691e-10},
};
static const pair LOG_H[] = {
    {-100, -5.01012957880024979233e+03},
    {-60, -1.80910846018227217941e+03},
    {-40, -8.08298568356619960241e+02},
    {-25.5, -3.32525884462204978296e+02},
    {-24.5, -3.07446253857730193566e+02},
    {-12.01, -7.80307834168118668054e+01},
    {-11.99, -7.77875163646946005315e+01},
    {-5, -1.67443011626609901433e+01},
    {-2, -4.76878352391711415688e+00},
    {-1.0001, -2.48531145644588334082e+00},
    {-0.99990000000000001, -2.48493060219917629981e+00},
    {-0.5, -1.62051626438731991926e+00},
    {0, -9.18938533204672741780e-01},
    {0.5, -3.59827683745063818588e-01},
    {2, 6.97383545788228312186e-01},
    {10, 2.30258509299404568402e+00},
};
/* d log h / dz = Phi(z) / h(z) */
static const pair SLOPE[] = {
    {-100, 1.00019994004195865051e+02},
    {-60, 6.00333056094205101995e+01},
    {-40, 4.00499066576485181925e+01},
    {-25.5, 2.55780733581753516778e+01},
    {-24.5, 2.45812293411518665915e+01},
    {-12.01, 1.21732218235566947491e+01},
    {-11.99, 1.21534835252818316984e+01},
    {-5, 5.36181624128808852977e+00},
    {-2, 2.67941688395558598389e+00},
    {-1.0001, 1.90434343171652735390e+00},
    {-0.99990000000000001, 1.90419903617719417197e+00},
    {-0.5, 1.55987314834807967122e+00},
    {0, 1.25331413731550025121e+00},
    {0.5, 9.90922718004109960149e-01},
    {2, 4.86559318785283868616e-01},
    {10, 1.00000000000000000000e-01},
};
static const pair QUANTILE[] = {
    {1e-300, -3.70470962993611992365e+01},
    {1e-100, -2.12734535609653242942e+01},
    {9.9999999999999995e-21, -9.26234008979840757957e+00},
    {1.0000000000000001e-05, -4.26489079392282461023e+00},
    {0.01, -2.32634787404084109308e+00},
    {0.070000000000000007, -1.47579102817917068561e+00},
    {0.080000000000000002, -1.40507156030963254475e+00},
    {0.29999999999999999, -5.24400512708040815969e-01},
    {0.90000000000000002, 1.28155156554460059349e+00},
    {0.93000000000000005, 1.47579102817917109904e+00},
    {0.999, 3.09023230616781327776e+00},
};

static void against(const char *name, double (*f)(double), const pair *p, size_t n,
                    double tolerance)
{
    for (size_t i = 0; i < n; i++) {
        const double got = f(p[i].x), error = fabs(got - p[i].value);
        cr_expect(error <= tolerance * fabs(p[i].value), "%s(%g) = %.17g, not %.17g", name, p[i].x,
                  got, p[i].value);
    }
}
#define AGAINST(f, table, tolerance) \
    against(#f, f, table, sizeof(table) / sizeof((table)[0]), tolerance)

static double log_h(double z)
{
    return hone_log_h(z, NULL);
}

static double log_h_slope(double z)
{
    double slope[2];
    hone_log_h(z, slope);
    return slope[1];
}

Test(math, functions_match_quad_precision)
{
    AGAINST(hone_erfcx, ERFCX, 1e-15);
    AGAINST(hone_log1mexp, LOG1MEXP, 1e-15);
    AGAINST(hone_log_ndtr, LOG_NDTR, 1e-14);
    AGAINST(log_h, LOG_H, 1e-15);
    AGAINST(log_h_slope, SLOPE, 1e-13);
    AGAINST(hone_norm_quantile, QUANTILE, 2e-15);
}

Test(math, log_h_is_finite_and_ordered_far_out)
{
    double before = hone_log_h(-1e150, NULL);
    cr_expect(before < -4.9e299 && before > -5.1e299);
    for (double z = -1e150; z < -1e-3; z *= 0.93) {
        double slope[2];
        const double now = hone_log_h(z, slope);
        cr_expect(now >= before, "z = %g", z);
        cr_expect(isfinite(now) && slope[0] > 0.0 && slope[1] > 0.0 && isfinite(slope[0]));
        before = now;
    }
    cr_expect(isfinite(hone_log_ndtr(-1e150)));
}

/* The two sides of each switch between formulas differ by rounding only. */
Test(math, formulas_meet_where_they_change)
{
    static const double switches[] = {-12.0, -1.0};
    for (int i = 0; i < 2; i++) {
        const double z = switches[i], step = 1e-9;
        double slope[2], jump = hone_log_h(z + step, slope) - hone_log_h(z - step, NULL);
        cr_expect(fabs(jump - 2 * step * slope[1]) < 1e-12, "at %g: %g", z, jump);
    }
    cr_expect(fabs(hone_erfcx(25.0) / hone_erfcx(nextafter(25.0, 0.0)) - 1.0) < 1e-15);
}

Test(math, ends_and_nan)
{
    cr_expect(hone_norm_quantile(0.0) == -HUGE_VAL && hone_norm_quantile(1.0) == HUGE_VAL);
    cr_expect(hone_norm_quantile(0.5) == 0.0);
    cr_expect(hone_erfcx(-30.0) == HUGE_VAL && hone_erfcx(1e300) > 0.0);
    cr_expect(isnan(hone_norm_quantile(NAN)) && isnan(hone_erfcx(NAN)));
    cr_expect(isnan(hone_log_ndtr(NAN)) && isnan(hone_log_h(NAN, NULL)));
    cr_expect(hone_finite(HUGE_VAL) == 1.7976931348623157e308 && hone_finite(-2.0) == -2.0);
}

Test(math, quantile_inverts_the_distribution)
{
    for (double z = -8.0; z < 5.0; z += 0.137) {
        cr_expect(fabs(hone_norm_quantile(hone_norm_cdf(z)) - z) < 1e-10 * (1.0 + fabs(z)), "%g",
                  z);
    }
}

Test(math, sum_keeps_what_addition_loses)
{
    const double x[] = {1.0, 1e100, 1.0, -1e100};
    cr_expect(hone_sum(4, x) == 2.0);
    cr_expect(hone_sum(0, x) == 0.0);
}

Test(math, chain_rule)
{
    const double dmean[] = {1.0, -2.0}, dvar[] = {0.5, 4.0};
    double g[2];
    hone_chain(2, 3.0, 10.0, dmean, dvar, g);
    cr_expect(g[0] == 8.0 && g[1] == 34.0);
}
