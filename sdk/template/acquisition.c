/* acquisition.c - template of an acquisition function: pure uncertainty.
 *
 * Copy it, rename "uncertainty", and change score().  Trials go where the model knows least:
 * no optimization but a map of the whole function from few trials.
 *
 * Source: MacKay, "Information-Based Objective Functions for Active Data Selection", Neural
 *         Computation 4, 1992: a next observation informs most where the predicted variance
 *         is largest.
 *
 * Shapes: m predictions of model 0 in, m scores out; larger is better.
 * Derivatives: with respect to mean and variance, not to x; the host applies the chain rule.
 * Build: cc -shared -fPIC $(pkg-config --cflags hone-plugin) acquisition.c -lm -o uncertainty.so */
#include <math.h>

#include "hone_plugin.h"

typedef struct scored {
    double value, dmean, dvar;
} scored;

static scored score(double mean, double var)
{
    const double v = fmax(var, 0.0);
    (void)mean;
    /* The logarithm keeps the slope useful where the variance is small everywhere. */
    return (scored){.value = log(v + 1e-300), .dmean = 0.0, .dvar = 1.0 / (v + 1e-300)};
}

static int32_t value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean,
                     double *da_dvar)
{
    (void)self, (void)ctx, (void)ldm; /* no options; one model is one row */
    for (int64_t i = 0; i < m; i++) {
        const scored s = score(mean[i], var[i]);
        a[i] = s.value;
        if (da_dmean) {
            da_dmean[i] = s.dmean;
            da_dvar[i] = s.dvar;
        }
    }
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    (void)host, (void)values;
    *self = NULL; /* nothing to keep */
    return HONE_OK;
}

static void destroy(void *self)
{
    (void)self;
}

static const hone_acquisition_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_BATCH | HONE_CAP_GRADIENT,
    .value = value,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_ACQUISITION,
    .name = "uncertainty",
    .version = "1.0.0",
    .doc = "Pure uncertainty: trials go where the model knows least.",
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("uncertainty", "1.0.0", "MIT", "", PLUGINS)
