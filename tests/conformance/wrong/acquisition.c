/* acquisition.c - a sound small acquisition, and with -DFAULT_<name> one that is wrong in one way.
 *
 * The lower confidence bound with two deviations, less a price of what constraints may cost. */
#include <math.h>

#include "hone_plugin.h"

/* FAULT name: the test that is meant to find it
 *
 * FAULT divides_by_deviation: finite
 * FAULT needs_best: no_best
 * FAULT compares_batch: singles
 * FAULT last_unwritten: written
 * FAULT beyond_m: written
 * FAULT changes_mean: written
 * FAULT wrong_sign: monotone
 * FAULT wrong_gradient: gradient
 * FAULT ignores_constraint: feasibility */

static double penalty(const hone_acq_context *ctx, int64_t i, const double *mean, const double *var,
                      int64_t ldm)
{
    double sum = 0;
    for (int32_t k = 0; k < ctx->n_constraints; k++) {
        const int64_t at = (ctx->n_objectives + k) * ldm + i;
        sum += log(0.5 * erfc(fmin(mean[at] / sqrt(2 * var[at] + 1e-300), 20)));
    }
#ifdef FAULT_ignores_constraint
    sum = 0;
#endif
    return sum;
}

static int32_t value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean, double *da_dvar)
{
    const hone_host *host = self;
    (void)host;
#ifdef FAULT_needs_best
    const double best = ctx->best;
#else
    const double best = isnan(ctx->best) ? 0 : ctx->best;
#endif
    for (int64_t i = 0; i < m; i++) {
        const double sd = sqrt(var[i]);
#ifdef FAULT_last_unwritten
        if (i == m - 1 && m > 1)
            continue;
#endif
        a[i] = best - mean[i] + 2 * sd + penalty(ctx, i, mean, var, ldm);
#ifdef FAULT_divides_by_deviation
        a[i] = (best - mean[i]) / sd;
#endif
#ifdef FAULT_compares_batch
        a[i] -= (double)m;
#endif
#ifdef FAULT_wrong_sign
        a[i] = mean[i] - best + 2 * sd;
#endif
        if (da_dmean) {
            da_dmean[i] = -1;
            da_dvar[i] = sd > 0 ? 1 / sd : 0;
#ifdef FAULT_wrong_gradient
            da_dvar[i] = 2;
#endif
        }
    }
#ifdef FAULT_beyond_m
    a[m] = 0;
#endif
#ifdef FAULT_changes_mean
    ((double *)(uintptr_t)mean)[0] = 0;
#endif
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    (void)values;
    *self = (void *)(uintptr_t)host;
    return HONE_OK;
}

static void destroy(void *self)
{
    (void)self; /* the host's */
}

static const hone_acquisition_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_GRADIENT | HONE_CAP_CONSTRAINTS,
    .value = value,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_ACQUISITION,
    .name = "bound",
    .version = "1.0.0",
    .doc = "Lower confidence bound of two deviations.",
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("bound", "1.0.0", "MIT", "", PLUGINS)
