/* asha.c - asynchronous successive halving: at steps r, r eta, r eta^2, ... only the best go on.
 *
 * A trial that reaches such a step goes on if its value is among the best 1/eta of all trials that
 * came that far until now; it never waits for others.  Bad trials end at their first rung, so
 * with many workers most of the time goes to the good ones.
 *
 * Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020; without
 *         resuming stopped trials, as Optuna's SuccessiveHalvingPruner, with its defaults, and
 *         decides as it does. */
#include <string.h>

#include "hone_rungs.h"

typedef struct asha {
    const hone_host *host;
    hone_rungs rungs;
    hone_curves curves;
} asha;

static int32_t no_memory(const asha *p)
{
    p->host->error(p->host, -1, "out of memory for intermediate values");
    return HONE_ENOMEM;
}

static int32_t observe(void *self, int64_t number, int64_t step, double value, int32_t *stop)
{
    asha *p = self;
    hone_curve *t = hone_curves_note(&p->curves, number, step, value);

    *stop = 0;
    if (t && p->rungs.least == 0 && p->curves.last_step >= 0) /* a hundredth, as Optuna guesses */
        p->rungs.least = p->curves.last_step >= 100 ? p->curves.last_step / 100 : 1;
    if (t && p->rungs.least == 0)
        return HONE_OK;
    return t && hone_rungs_observe(&p->rungs, t, step, value, stop) ? HONE_OK : no_memory(p);
}

static int32_t finish(void *self, int64_t number, int32_t state)
{
    asha *p = self;

    return hone_curves_finish(&p->curves, number, state) ? HONE_OK : no_memory(p);
}

static void destroy(void *self)
{
    asha *p = self;

    if (p) {
        hone_curves_free(&p->curves);
        hone_rungs_free(&p->rungs);
    }
    free(p);
}

enum { MIN_RESOURCE, ETA, SKIP, BOOTSTRAP, N_OPTIONS };

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    const int guessed = values[MIN_RESOURCE].s && strcmp(values[MIN_RESOURCE].s, "auto") == 0;
    asha *p;

    if (guessed && values[BOOTSTRAP].i > 0) {
        host->error(host, BOOTSTRAP, "needs min_resource as a number, not auto");
        return HONE_EINVAL;
    }
    if (!(p = calloc(1, sizeof *p))) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    p->host = host;
    p->curves = (hone_curves)HONE_CURVES_EMPTY;
    p->rungs = (hone_rungs){.least = guessed ? 0 : values[MIN_RESOURCE].i,
                            .eta = values[ETA].i,
                            .skipped = values[SKIP].i,
                            .bootstrap = values[BOOTSTRAP].i};
    *self = p;
    return HONE_OK;
}

static const char *const AUTO[] = {"auto", NULL};
static const hone_option OPTIONS[N_OPTIONS] = {
    [MIN_RESOURCE] = {.name = "min_resource",
                      .type = HONE_OPT_INT,
                      .def = "auto",
                      .low = 1,
                      .high = 0x1p53,
                      .choices = AUTO,
                      .unit = "steps",
                      .doc = "The step r of the first rung; auto: a hundredth of the last step of "
                             "the first complete trial, before which nothing is stopped."},
    [ETA] = {.name = "eta",
             .type = HONE_OPT_INT,
             .def = "4",
             .low = 2,
             .high = 1e6,
             .doc = "One in eta goes on at a rung, and the next rung is eta times as far."},
    [SKIP] = {.name = "skip",
              .type = HONE_OPT_INT,
              .def = "0",
              .low = 0,
              .high = 60,
              .unit = "rungs",
              .doc = "So many rungs are left out at the start (s, the minimum early-stopping rate "
                     "of Li et al.)."},
    [BOOTSTRAP] = {.name = "bootstrap",
                   .type = HONE_OPT_INT,
                   .flags = HONE_OPT_ADVANCED,
                   .def = "0",
                   .low = 0,
                   .high = 0x1p53,
                   .unit = "trials",
                   .doc = "So many trials must have come to a rung before any goes on from it."},
};

static const hone_pruner_ops OPS = {.size = sizeof OPS, .observe = observe, .finish = finish};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_PRUNER,
    .name = "asha",
    .version = "1.0.0",
    .doc = "Asynchronous successive halving: only the best 1/eta go on at each rung.",
    .sources = "Li et al., \"A System for Massively Parallel Hyperparameter Tuning\", MLSys "
               "2020; decisions and defaults of Optuna's SuccessiveHalvingPruner, which does not "
               "resume stopped trials.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("asha", "1.0.0", "MIT", "", PLUGINS)
