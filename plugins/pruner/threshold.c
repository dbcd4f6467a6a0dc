/* threshold.c - stops a trial whose intermediate value leaves a range.
 *
 * For what no good trial does: a loss that exploded, an accuracy still at that of guessing.
 * `lower` and `upper` are in the user's own direction and units.
 *
 * Source: the rule is that of Optuna's ThresholdPruner, and decides as it does. */
#include <math.h>
#include <stdlib.h>

#include "hone_curves.h"

typedef struct threshold {
    const hone_host *host;
    double lower, upper; /* minimised */
    int64_t warmup, interval;
    hone_curves curves;
} threshold;

static int32_t no_memory(const threshold *p)
{
    p->host->error(p->host, -1, "out of memory for intermediate values");
    return HONE_ENOMEM;
}

static int32_t observe(void *self, int64_t number, int64_t step, double value, int32_t *stop)
{
    threshold *p = self;
    const hone_curve *t = hone_curves_note(&p->curves, number, step, value);

    if (!t)
        return no_memory(p);
    *stop = hone_curve_due(t, p->warmup, p->interval) && (value < p->lower || value > p->upper);
    return HONE_OK;
}

/* What complete trials had does not matter: each is dropped as if it had failed. */
static int32_t finish(void *self, int64_t number, int32_t state)
{
    threshold *p = self;

    (void)state;
    return hone_curves_finish(&p->curves, number, HONE_FAILED) ? HONE_OK : no_memory(p);
}

static void destroy(void *self)
{
    threshold *p = self;

    if (p)
        hone_curves_free(&p->curves);
    free(p);
}

enum { LOWER, UPPER, WARMUP, INTERVAL, N_OPTIONS };

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    const hone_ext_goals *goals = host->extension(host, "hone.goals/1");
    const int maximized = goals && goals->sign[0] < 0;
    const double lower = isnan(values[LOWER].d) ? -INFINITY : values[LOWER].d;
    const double upper = isnan(values[UPPER].d) ? INFINITY : values[UPPER].d;
    threshold *p;

    if (!values[LOWER].is_set && !values[UPPER].is_set) {
        host->error(host, LOWER, "set lower, upper, or both");
        return HONE_EINVAL;
    }
    if (lower > upper) {
        host->error(host, LOWER, "is above upper");
        return HONE_EINVAL;
    }
    if (!(p = calloc(1, sizeof *p))) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    p->host = host;
    p->curves = (hone_curves)HONE_CURVES_EMPTY;
    p->lower = maximized ? -upper : lower;
    p->upper = maximized ? -lower : upper;
    p->warmup = values[WARMUP].i;
    p->interval = values[INTERVAL].i;
    *self = p;
    return HONE_OK;
}

static const hone_option OPTIONS[N_OPTIONS] = {
    [LOWER] = {.name = "lower",
               .type = HONE_OPT_REAL,
               .low = -INFINITY,
               .high = INFINITY,
               .doc = "A trial with a smaller intermediate value stops."},
    [UPPER] = {.name = "upper",
               .type = HONE_OPT_REAL,
               .low = -INFINITY,
               .high = INFINITY,
               .doc = "A trial with a larger intermediate value stops."},
    [WARMUP] = {.name = "warmup",
                .type = HONE_OPT_INT,
                .def = "0",
                .low = 0,
                .high = 0x1p53,
                .unit = "steps",
                .doc = "No trial is stopped before this step."},
    [INTERVAL] = {.name = "interval",
                  .type = HONE_OPT_INT,
                  .def = "1",
                  .low = 1,
                  .high = 0x1p53,
                  .unit = "steps",
                  .doc = "Steps between comparisons, counted from warmup."},
};

static const hone_pruner_ops OPS = {.size = sizeof OPS, .observe = observe, .finish = finish};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_PRUNER,
    .name = "threshold",
    .version = "1.0.0",
    .doc = "Stops a trial whose intermediate value leaves a range.",
    .sources = "The rule of Optuna's ThresholdPruner.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("threshold", "1.0.0", "MIT", "", PLUGINS)
