/* straddle.c - an acquisition function of one's own: where does the function cross a level?
 *
 * No search for the best point: trials gather along the line where the value equals `level`,
 * for example between settings that hold and settings that fail.
 *
 * Source: Bryan, Nichol, Genovese, Schneider, Miller, Wasserman, "Active Learning For
 *         Identifying Function Threshold Boundaries", NIPS 2005: 1.96 sd - |mean - level|.
 *
 * Shapes: m predictions of model 0 in, m scores out, in the units of the value.
 * Values are minimised: for a goal `maximize` the level counts negated. */
#include <math.h>
#include <stdlib.h>

#include "hone_plugin.h"

static const double WIDTH = 1.96; /* of the paper: a 95 % interval */

typedef struct straddle {
    double level;
} straddle;

static int32_t value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean,
                     double *da_dvar)
{
    const straddle *s = self;
    (void)ctx, (void)ldm;
    for (int64_t i = 0; i < m; i++) {
        const double sd = sqrt(fmax(var[i], 1e-300)), gap = mean[i] - s->level;
        a[i] = WIDTH * sd - fabs(gap);
        if (da_dmean) {
            da_dmean[i] = gap > 0 ? -1 : 1;
            da_dvar[i] = WIDTH / (2 * sd);
        }
    }
    return HONE_OK;
}

static const hone_option OPTIONS[] = {
    {.name = "level",
     .type = HONE_OPT_REAL,
     .flags = HONE_OPT_REQUIRED,
     .low = -1e300,
     .high = 1e300,
     .doc = "The value whose contour is wanted, minimised."},
};

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    straddle *s = malloc(sizeof *s);
    if (!s) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    s->level = values[0].d;
    *self = s;
    return HONE_OK;
}

static const hone_acquisition_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_BATCH | HONE_CAP_GRADIENT,
    .value = value,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_ACQUISITION,
    .name = "straddle",
    .version = "1.0.0",
    .doc = "Where the value crosses a level.",
    .options = OPTIONS,
    .n_options = 1,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = free,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("straddle", "1.0.0", "MIT", "", PLUGINS)
