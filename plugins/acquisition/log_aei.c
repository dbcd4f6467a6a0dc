/* log_aei.c - logarithm of augmented expected improvement: for noisy values, for minimisation.
 *
 *     log EI(x) + log(1 - sn / sqrt(var + sn^2)),   sn: deviation of the noise
 *
 * Where a point was measured often already, var is small beside the noise and another
 * measurement says little: the second term takes that into account, so noise does not draw
 * all trials to one place.  The reference value is the smallest posterior mean, not the smallest
 * value, which luck decides.
 *
 * Source: Huang, Allen, Notz, Zeng, "Global Optimization of Stochastic Black-Box Systems via
 *         Sequential Kriging Meta-Models", J. Global Optimization 34, 2006, eqs. (12)-(13); LogEI
 *         of Ament et al., NeurIPS 2023, eqs. (8)-(9).
 *
 * Shapes: m predictions of each model in, m values out; larger is better.
 * Departures: the effective best solution is that of smallest mean, without their addition of
 *         one deviation.  Noise that is not known counts as none.  Bounds of the variance, and
 *         constraints: as log_ei. */
#include <math.h>

#include "hone_math.h"
#include "hone_plugin.h"

static const double VARIANCE_LEAST = 1e-300;
static const double Z_LEAST = -1e150;

/* LogEI = log h(z) + log sd, eq. (8), with its partials in mean and variance:
 * dz/dmean = -1/sd and dz/dvar = -z/(2 var) leave -(Phi/h)/sd and (phi/h)/(2 var). */
static double log_ei(double mean, double var, double best, double *dmean, double *dvar)
{
    const double sd = sqrt(fmax(var, VARIANCE_LEAST));
    const double gap = isnan(best) ? 0.0 : best - mean;
    const double z = fmax(hone_finite(gap / sd), Z_LEAST);
    double slope[2];
    const double value = hone_log_h(z, slope) + log(sd);

    if (dmean) {
        *dmean = isnan(best) ? 0.0 : hone_finite(-slope[1] / sd);
        *dvar = var < VARIANCE_LEAST ? 0.0 : hone_finite(slope[0] / (2.0 * sd * sd));
    }
    return hone_finite(value);
}

/* log(1 - q), q = sn / sqrt(var + sn^2); 1 - q = var / (s (s + sn)), s = sqrt(var + sn^2). */
static double log_gain(double var, double noise, double *dvar)
{
    const double v = fmax(var, VARIANCE_LEAST), s = sqrt(v + noise), sn = sqrt(noise);
    *dvar = 0.0;
    if (!(noise > 0.0)) {
        return 0.0;
    }
    /* d/dvar: 1/v - 1/(2 s^2) - 1/(2 s (s + sn)) */
    *dvar = var < VARIANCE_LEAST
                ? 0.0
                : hone_finite(1.0 / v - 0.5 / s / s - 0.5 / s / (s + sn));
    return log(v) - log(s) - log(s + sn);
}

static int32_t value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean,
                     double *da_dvar)
{
    (void)self; /* no options, nothing to remember */
    const double noise = ctx->noise_var && ctx->noise_var[0] > 0.0 ? ctx->noise_var[0] : 0.0;
    const int seeking = ctx->n_constraints > 0 && isnan(ctx->best);
    for (int64_t i = 0; i < m; i++) {
        double dmean, dvar;
        a[i] = log_ei(mean[i], var[i], ctx->best, &dmean, &dvar);
        double dgain = 0.0;
        a[i] = seeking ? 0.0 : hone_finite(a[i] + log_gain(var[i], noise, &dgain));
        if (da_dmean) {
            da_dmean[i] = seeking ? 0.0 : dmean;
            da_dvar[i] = seeking ? 0.0 : hone_finite(dvar + dgain);
        }
        for (int32_t k = 1; k <= ctx->n_constraints; k++) {
            const int64_t at = k * ldm + i;
            a[i] = hone_finite(a[i] + hone_log_met(mean[at], var[at], &dmean, &dvar));
            if (da_dmean) {
                da_dmean[at] = dmean;
                da_dvar[at] = dvar;
            }
        }
    }
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    (void)host;
    (void)values;
    *self = NULL;
    return HONE_OK;
}

static void destroy(void *self)
{
    (void)self;
}

static const hone_acquisition_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_BATCH | HONE_CAP_GRADIENT | HONE_CAP_CONSTRAINTS,
    .value = value,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_ACQUISITION,
    .name = "log_aei",
    .version = "1.0.0",
    .doc = "Logarithm of augmented expected improvement, for noisy values.",
    .sources = "Huang, Allen, Notz, Zeng, \"Global Optimization of Stochastic Black-Box Systems "
               "via Sequential Kriging Meta-Models\", J. Global Optimization 34, 2006, eqs. "
               "(12), (13); the logarithm: Ament et al., NeurIPS 2023.\nDeparture: the effective "
               "best solution is that of smallest mean.",
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("log_aei", "1.0.0", "MIT", "", PLUGINS)
