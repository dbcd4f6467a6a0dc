/* bent.c - an acquisition without derivatives: 3 (best - mean) + sqrt(var). */
#include <math.h>

#include "hone_plugin.h"

static int32_t value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean,
                     double *da_dvar)
{
    (void)self, (void)ldm;
    if (da_dmean || da_dvar)
        return HONE_EFAIL; /* it never said that it has any */
    for (int64_t i = 0; i < m; i++)
        a[i] = 3 * (ctx->best - mean[i]) + sqrt(var[i]);
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    (void)host, (void)values;
    *self = NULL;
    return HONE_OK;
}

static void destroy(void *self)
{
    (void)self;
}

static const hone_acquisition_ops OPS = {.size = sizeof OPS, .value = value};
static const hone_plugin BENT = {.size = sizeof BENT,
                                 .kind = HONE_ACQUISITION,
                                 .name = "bent",
                                 .version = "1.0",
                                 .doc = "Improvement in the mean, and a deviation.",
                                 .ops = &OPS,
                                 .create = create,
                                 .destroy = destroy};
static const hone_plugin *const PLUGINS[] = {&BENT};
HONE_MODULE("bent", "1.0", "MIT", "", PLUGINS)
