/* percentile.c - stops a trial that is not among the best share of the complete ones at that step.
 *
 * At a step, the best intermediate value of the trial so far is compared with a percentile of
 * the values that complete trials had at this very step; if it is worse, the trial stops.  50
 * is the plugin `median`; a smaller one stops more.
 *
 * Source: the rule is that of Optuna's PercentilePruner, with its defaults, and decides as it
 *         does. */
#include "hone_curves.h"

typedef struct percentile {
    const hone_host *host;
    double percent; /* options */
    int64_t startup, warmup, interval, min_trials;
    hone_curves curves;
} percentile;

static int32_t no_memory(const percentile *p)
{
    p->host->error(p->host, -1, "out of memory for intermediate values");
    return HONE_ENOMEM;
}

static int32_t observe(void *self, int64_t number, int64_t step, double value, int32_t *stop)
{
    percentile *p = self;
    const hone_curve *t = hone_curves_note(&p->curves, number, step, value);

    if (!t)
        return no_memory(p);
    /* A comparison with NaN, too few values there, is false. */
    *stop = p->curves.complete >= p->startup && hone_curve_due(t, p->warmup, p->interval) &&
            t->best > hone_curves_percentile(&p->curves, step, p->percent, p->min_trials);
    return HONE_OK;
}

static int32_t finish(void *self, int64_t number, int32_t state)
{
    percentile *p = self;

    return hone_curves_finish(&p->curves, number, state) ? HONE_OK : no_memory(p);
}

static void destroy(void *self)
{
    percentile *p = self;

    if (p)
        hone_curves_free(&p->curves);
    free(p);
}

enum { PERCENTILE, STARTUP, WARMUP, INTERVAL, MIN_TRIALS, N_OPTIONS };

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    percentile *p = calloc(1, sizeof *p);

    if (!p) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    p->host = host;
    p->curves = (hone_curves)HONE_CURVES_EMPTY;
    p->percent = values[PERCENTILE].d;
    p->startup = values[STARTUP].i > 0 ? values[STARTUP].i : 1;
    p->warmup = values[WARMUP].i;
    p->interval = values[INTERVAL].i;
    p->min_trials = values[MIN_TRIALS].i;
    *self = p;
    return HONE_OK;
}

static const hone_option OPTIONS[N_OPTIONS] = {
    [PERCENTILE] = {.name = "percentile",
                    .type = HONE_OPT_REAL,
                    .def = "25",
                    .low = 0,
                    .high = 100,
                    .unit = "percent",
                    .doc = "This share of the complete trials is good enough at a step; smaller "
                           "stops more."},
    [STARTUP] = {.name = "startup",
                 .type = HONE_OPT_INT,
                 .def = "5",
                 .low = 0,
                 .high = 0x1p53,
                 .unit = "trials",
                 .doc = "Nothing is stopped before so many trials are complete (default as in "
                        "Optuna's PercentilePruner)."},
    [WARMUP] = {.name = "warmup",
                .type = HONE_OPT_INT,
                .def = "0",
                .low = 0,
                .high = 0x1p53,
                .unit = "steps",
                .doc = "No trial is stopped before this step: raise it where slow starters can "
                       "win."},
    [INTERVAL] = {.name = "interval",
                  .type = HONE_OPT_INT,
                  .def = "1",
                  .low = 1,
                  .high = 0x1p53,
                  .unit = "steps",
                  .doc = "Steps between comparisons, counted from warmup: larger is more patient "
                         "with noisy values."},
    [MIN_TRIALS] = {.name = "min_trials",
                    .type = HONE_OPT_INT,
                    .def = "1",
                    .low = 1,
                    .high = 0x1p53,
                    .unit = "trials",
                    .doc = "Complete trials that must have a value at a step before they "
                           "are compared with."},
};

static const hone_pruner_ops OPS = {.size = sizeof OPS, .observe = observe, .finish = finish};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_PRUNER,
    .name = "percentile",
    .version = "1.0.0",
    .doc = "Stops a trial that is not in the best percentile of complete trials at the same step.",
    .sources = "The rule of Optuna's PercentilePruner, with its defaults.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("percentile", "1.0.0", "MIT", "", PLUGINS)
