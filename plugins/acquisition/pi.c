/* pi.c - probability of improvement, for minimisation.
 *
 * PI = Phi(z), z = (best - xi - mean) / sd.  By default its logarithm is given: the order of
 * points is the same, and there is a slope where the probability itself is 0 in floating point.
 * Greedy with xi = 0: it prefers a sure tiny gain to a likely large one.
 *
 * Source: Kushner, "A new method of locating the maximum point of an arbitrary multipeak curve
 *         in the presence of noise", J. Basic Engineering 86, 1964.
 *
 * Shapes: m predictions of model 0 in, m values out; larger is better.
 * Departures: a variance under 1e-300 counts as 1e-300 and z is kept within 1e150, so values
 *         and slopes are finite.  Where nothing is known to be feasible (best is NaN), best is
 *         taken as the mean. */
#include <math.h>
#include <stdlib.h>

#include "hone_math.h"
#include "hone_plugin.h"

static const double VARIANCE_LEAST = 1e-300;
static const double Z_MOST = 1e150;

typedef struct pi {
    double xi;
    int logarithm;
} pi;

/* Value and slope d/dz of Phi(z) or log Phi(z). */
static double probability(const pi *p, double z, double *slope)
{
    if (!p->logarithm) {
        *slope = hone_norm_pdf(z);
        return hone_norm_cdf(z);
    }
    *slope = z < 0.0 ? 1.0 / hone_mills(z) : hone_norm_pdf(z) / hone_norm_cdf(z);
    return hone_log_ndtr(z);
}

static int32_t value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean,
                     double *da_dvar)
{
    const pi *p = self;
    const int known = !isnan(ctx->best);
    (void)ldm; /* one model: one row */
    for (int64_t i = 0; i < m; i++) {
        const double sd = sqrt(fmax(var[i], VARIANCE_LEAST));
        const double gap = (known ? ctx->best - mean[i] : 0.0) - p->xi;
        const double z = fmin(fmax(gap / sd, -Z_MOST), Z_MOST);
        double slope;
        a[i] = probability(p, z, &slope);
        if (da_dmean) {
            da_dmean[i] = known ? hone_finite(-slope / sd) : 0.0;
            da_dvar[i] = var[i] < VARIANCE_LEAST
                             ? 0.0
                             : hone_finite(slope * (-z / (2.0 * sd)) / sd);
        }
    }
    return HONE_OK;
}

enum { XI, LOG, N_OPTIONS };

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    pi *p = malloc(sizeof *p);
    if (!p) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    p->xi = values[XI].d;
    p->logarithm = (int)values[LOG].i;
    *self = p;
    return HONE_OK;
}

static const hone_option OPTIONS[N_OPTIONS] = {
    [XI] = {.name = "xi",
            .type = HONE_OPT_REAL,
            .def = "0.01",
            .low = 0.0,
            .high = HUGE_VAL,
            .doc = "Improvement smaller than this counts as none: larger values explore more. "
                   "In the units that the model is fitted in: bayes gives it values of unit "
                   "variance."},
    [LOG] = {.name = "log",
             .type = HONE_OPT_BOOL,
             .def = "yes",
             .doc = "Give the logarithm of the probability: the same order of points, and a "
                    "slope everywhere."},
};

static const hone_acquisition_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_BATCH | HONE_CAP_GRADIENT,
    .value = value,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_ACQUISITION,
    .name = "pi",
    .version = "1.0.0",
    .doc = "Probability of improvement over the best value.",
    .sources = "Kushner, \"A new method of locating the maximum point of an arbitrary multipeak "
               "curve in the presence of noise\", J. Basic Engineering 86, 1964.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = free,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("pi", "1.0.0", "MIT", "", PLUGINS)
