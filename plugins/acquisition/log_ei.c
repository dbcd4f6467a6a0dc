/* log_ei.c - logarithm of expected improvement, for minimisation.
 *
 * Computed plainly, EI loses its digits as z falls and is no longer positive by z = -38.5: an
 * optimiser handed that plateau has nothing to climb.  Its logarithm stays finite and ordered
 * down to z = -1e150.
 *
 * Source: Ament, Daulton, Eriksson, Balandat, Bakshy, "Unexpected Improvements to Expected
 *         Improvement for Bayesian Optimization", NeurIPS 2023, eqs. (8)-(9).  Symbols follow
 *         the paper, with the sign turned for minimisation: z = (best - mean) / sd.
 *
 * Constraints weigh it by the probability that all are met, independently: the sum of their
 * logarithms is added (Gardner et al., ICML 2014); while nothing is known to be feasible, that sum
 * is all there is (Gelbart et al., UAI 2014, section 3.3).
 *
 * Shapes: m predictions of each model in, m values out; larger is better.
 * Departures: a variance under 1e-300 (a point already measured without noise) counts as 1e-300
 *         and z under -1e150 as -1e150, so values and slopes are finite everywhere.  Where
 *         nothing is known to be feasible (best is NaN), best is taken as the mean: what is left
 *         is the uncertainty. */
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

static int32_t value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean,
                     double *da_dvar)
{
    (void)self; /* no options, nothing to remember */
    const int seeking = ctx->n_constraints > 0 && isnan(ctx->best);
    for (int64_t i = 0; i < m; i++) {
        double dmean, dvar;
        a[i] = log_ei(mean[i], var[i], ctx->best, &dmean, &dvar);
        a[i] = seeking ? 0.0 : a[i];
        if (da_dmean) {
            da_dmean[i] = seeking ? 0.0 : dmean;
            da_dvar[i] = seeking ? 0.0 : dvar;
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
    .name = "log_ei",
    .version = "1.0.0",
    .doc = "Logarithm of expected improvement, with slopes far from the incumbent too.",
    .sources = "Ament, Daulton, Eriksson, Balandat, Bakshy, \"Unexpected Improvements to "
               "Expected Improvement for Bayesian Optimization\", NeurIPS 2023, eqs. (8), (9); "
               "constraints: Gardner et al., ICML 2014, and Gelbart et al., UAI 2014.",
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("log_ei", "1.0.0", "MIT", "", PLUGINS)
