/* ei.c - expected improvement, for minimisation.
 *
 * EI = E max(best - xi - f, 0) for f normal with the model's mean and variance.  Far from the
 * incumbent it is 0 in floating point and has no slope; log_ei ranks points the same and keeps
 * one, so prefer that where the acquisition is climbed.
 *
 * Source: Mockus, Tiesis, Zilinskas, "The application of Bayesian methods for seeking the
 *         extremum", 1978; Jones, Schonlau, Welch, J. Global Optimization 13, 1998, eq. (15).
 *         xi: Lizotte, "Practical Bayesian Optimization", 2008.
 *
 * Shapes: m predictions of model 0 in, m values >= 0 out, in the units of mean.
 * Departures: where nothing is known to be feasible (best is NaN), best is taken as the mean. */
#include <math.h>
#include <stdlib.h>

#include "hone_math.h"
#include "hone_plugin.h"

typedef struct ei {
    double xi;
} ei;

/* EI = sd h(z), z = (target - mean) / sd; partials -Phi(z) and phi(z) / (2 sd). */
static double expected(double mean, double var, double target, double *dmean, double *dvar)
{
    const double gap = target - mean;
    if (!(var > 0.0)) {
        if (dmean) {
            *dmean = gap > 0.0 ? -1.0 : 0.0;
            *dvar = 0.0;
        }
        return fmax(gap, 0.0);
    }
    const double sd = sqrt(var), z = gap / sd;
    if (dmean) {
        *dmean = -hone_norm_cdf(z);
        *dvar = hone_finite(hone_norm_pdf(z) / (2.0 * sd));
    }
    return z > -1.0 ? sd * hone_norm_pdf(z) + gap * hone_norm_cdf(z)
                    : sd * hone_norm_pdf(z) * hone_h_over_pdf(z);
}

/* Times the probability that all constraints are met. */
static void weigh(const hone_acq_context *ctx, int64_t i, const double *mean, const double *var,
                  int64_t ldm, double *a, double *da_dmean, double *da_dvar)
{
    double met = 0.0, dmean, dvar;
    for (int32_t k = 1; k <= ctx->n_constraints; k++) {
        met += hone_log_met(mean[k * ldm + i], var[k * ldm + i], &dmean, &dvar);
    }
    const double weight = exp(met), all = a[i] * weight;
    for (int32_t k = 1; k <= ctx->n_constraints && da_dmean; k++) {
        const int64_t at = k * ldm + i;
        hone_log_met(mean[at], var[at], &dmean, &dvar);
        da_dmean[at] = hone_finite(all * dmean);
        da_dvar[at] = hone_finite(all * dvar);
    }
    if (da_dmean) {
        da_dmean[i] *= weight;
        da_dvar[i] *= weight;
    }
    a[i] = all;
}

static int32_t value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean,
                     double *da_dvar)
{
    const ei *e = self;
    const int known = !isnan(ctx->best), seeking = !known && ctx->n_constraints > 0;
    for (int64_t i = 0; i < m; i++) {
        const double target = (known ? ctx->best : mean[i]) - e->xi;
        a[i] = expected(mean[i], var[i], target, da_dmean ? da_dmean + i : NULL,
                        da_dvar ? da_dvar + i : NULL);
        a[i] = seeking ? 1.0 : a[i];
        if (da_dmean && !known) {
            da_dmean[i] = 0.0;
            da_dvar[i] = seeking ? 0.0 : da_dvar[i];
        }
        if (ctx->n_constraints > 0) {
            weigh(ctx, i, mean, var, ldm, a, da_dmean, da_dvar);
        }
    }
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    ei *e = malloc(sizeof *e);
    if (!e) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    e->xi = values[0].d;
    *self = e;
    return HONE_OK;
}

static const hone_option OPTIONS[] = {
    {.name = "xi",
     .type = HONE_OPT_REAL,
     .def = "0",
     .low = 0.0,
     .high = HUGE_VAL,
     .doc = "Improvement smaller than this counts as none: larger values explore more "
            "(Lizotte 2008). In the units that the model is fitted in: bayes gives it values of "
            "unit variance."},
};

static const hone_acquisition_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_BATCH | HONE_CAP_GRADIENT | HONE_CAP_CONSTRAINTS,
    .value = value,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_ACQUISITION,
    .name = "ei",
    .version = "1.0.0",
    .doc = "Expected improvement over the best value.",
    .sources = "Mockus, Tiesis, Zilinskas, \"The application of Bayesian methods for seeking the "
               "extremum\", 1978; Jones, Schonlau, Welch, J. Global Optimization 13, 1998, eq. "
               "(15); xi: Lizotte, \"Practical Bayesian Optimization\", 2008.",
    .options = OPTIONS,
    .n_options = sizeof OPTIONS / sizeof OPTIONS[0],
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = free,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("ei", "1.0.0", "MIT", "", PLUGINS)
