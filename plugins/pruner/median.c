/* median.c - stops a trial that does worse than half of the complete ones did at that step.
 *
 * At a step, the best intermediate value of the trial so far is compared with the median of
 * the values that complete trials had at this very step; if it is worse, the trial stops.
 * A good choice where curves do not cross much; where slow starters win in the end, raise
 * `warmup`.
 *
 * Source: Golovin et al., "Google Vizier: A Service for Black-Box Optimization", KDD 2017,
 *         section 3.2.2 (which compares with running averages); the rule is that of
 *         Optuna's MedianPruner, with its defaults, and decides as it does. */
#include "hone_curves.h"

typedef struct median {
    const hone_host *host;
    int64_t startup, warmup, interval, min_trials; /* options */
    hone_curves curves;
} median;

static int32_t no_memory(const median *m)
{
    m->host->error(m->host, -1, "out of memory for intermediate values");
    return HONE_ENOMEM;
}

static int32_t observe(void *self, int64_t number, int64_t step, double value, int32_t *stop)
{
    median *m = self;
    const hone_curve *t = hone_curves_note(&m->curves, number, step, value);

    if (!t)
        return no_memory(m);
    /* A comparison with NaN, no median yet, is false. */
    *stop = m->curves.complete >= m->startup && hone_curve_due(t, m->warmup, m->interval) &&
            t->best > hone_curves_percentile(&m->curves, step, 50, m->min_trials);
    return HONE_OK;
}

static int32_t finish(void *self, int64_t number, int32_t state)
{
    median *m = self;

    return hone_curves_finish(&m->curves, number, state) ? HONE_OK : no_memory(m);
}

static void destroy(void *self)
{
    median *m = self;

    if (m)
        hone_curves_free(&m->curves);
    free(m);
}

enum { STARTUP, WARMUP, INTERVAL, MIN_TRIALS, N_OPTIONS };

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    median *m = calloc(1, sizeof *m);

    if (!m) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    m->host = host;
    m->curves = (hone_curves)HONE_CURVES_EMPTY;
    m->startup = values[STARTUP].i > 0 ? values[STARTUP].i : 1;
    m->warmup = values[WARMUP].i;
    m->interval = values[INTERVAL].i;
    m->min_trials = values[MIN_TRIALS].i;
    *self = m;
    return HONE_OK;
}

static const hone_option OPTIONS[N_OPTIONS] = {
    [STARTUP] = {.name = "startup",
                 .type = HONE_OPT_INT,
                 .def = "5",
                 .low = 0,
                 .high = 0x1p53,
                 .unit = "trials",
                 .doc = "Nothing is stopped before so many trials are complete (default as in "
                        "Optuna's MedianPruner)."},
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
                    .doc = "Complete trials that must have a value at a step before its median "
                           "is used."},
};

static const hone_pruner_ops OPS = {.size = sizeof OPS, .observe = observe, .finish = finish};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_PRUNER,
    .name = "median",
    .version = "1.0.0",
    .doc = "Stops a trial that is worse than the median of complete trials at the same step.",
    .sources = "Golovin et al., \"Google Vizier: A Service for Black-Box Optimization\", KDD "
               "2017, section 3.2.2; decisions and defaults of Optuna's MedianPruner.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("median", "1.0.0", "MIT", "", PLUGINS)
