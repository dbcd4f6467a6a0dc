/* ei_per_second.c - expected improvement per second, for minimisation, as a logarithm.
 *
 *     log EI(x) - log E[seconds(x)],   log E[s] = mean + var / 2 of a log-normal prediction
 *
 * The last model, after objectives and constraints, predicts the logarithm of the seconds that an
 * evaluation takes; without one all evaluations cost the same, which is refused.
 *
 * Source: Snoek, Larochelle, Adams, "Practical Bayesian Optimization of Machine Learning
 *         Algorithms", NIPS 2012, section 3.2; LogEI of Ament et al., NeurIPS 2023, eqs. (8)-(9).
 *
 * Shapes: m predictions of each model in, m values out; larger is better.
 * Departures: the variance of the cost counts up to 1 only, so that what is not known of the
 *         cost far from all data does not decide.  Bounds of the variance, and where nothing is
 *         known to be feasible: as log_ei. */
#include <math.h>

#include "hone_math.h"
#include "hone_plugin.h"

static const double VARIANCE_LEAST = 1e-300;
static const double Z_LEAST = -1e150;
static const double COST_VARIANCE_MOST = 1.0;

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
    (void)self; /* the host, which only prepare needs */
    const int32_t cost = 1 + ctx->n_constraints;
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
        if (ctx->n_models > cost) {
            const int64_t at = cost * ldm + i;
            a[i] = hone_finite(a[i] - mean[at] - 0.5 * fmin(var[at], COST_VARIANCE_MOST));
            if (da_dmean) {
                da_dmean[at] = -1.0;
                da_dvar[at] = var[at] < COST_VARIANCE_MOST ? -0.5 : 0.0;
            }
        }
    }
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    (void)values;
    *self = (void *)(uintptr_t)host; /* which outlives the instance */
    return HONE_OK;
}

static void destroy(void *self)
{
    (void)self; /* the host's */
}

static int32_t prepare(void *self, const hone_acq_context *ctx,
                       const hone_component *const *models)
{
    const hone_host *host = self;
    (void)models;
    if (ctx->n_models <= 1 + ctx->n_constraints) {
        host->error(host, -1, "there is no model of the seconds that evaluations take: bayes has "
                              "one with costs = yes in [strategy]");
        return HONE_EINVAL;
    }
    return HONE_OK;
}

static const hone_acquisition_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_BATCH | HONE_CAP_GRADIENT | HONE_CAP_CONSTRAINTS,
    .value = value,
    .prepare = prepare,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_ACQUISITION,
    .name = "ei_per_second",
    .version = "1.0.0",
    .doc = "Expected improvement per second: cheap evaluations first, where they promise as much.",
    .sources = "Snoek, Larochelle, Adams, \"Practical Bayesian Optimization of Machine Learning "
               "Algorithms\", NIPS 2012, section 3.2; the logarithm: Ament et al., NeurIPS 2023, "
               "eqs. (8), (9).\nDeparture: the variance of the cost counts up to 1 only.",
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("ei_per_second", "1.0.0", "MIT", "", PLUGINS)
