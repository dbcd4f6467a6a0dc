/* pruner.c - template of a pruner: stop a trial that is worse than a limit after a while.
 *
 * Copy it, rename "threshold", and change the rule in observe().  A pruner hears each
 * intermediate value (minimised: a goal `maximize` arrives negated) and answers whether the
 * trial should end.  At resume it hears all of them again, in the recorded order.
 *
 * No model behind it: a training whose loss has left all reason does not come back.
 *
 * Build: cc -shared -fPIC $(pkg-config --cflags hone-plugin) pruner.c -o threshold.so */
#include <stdlib.h>

#include "hone_plugin.h"

typedef struct threshold {
    double limit;
    int64_t warmup;
} threshold;

static int32_t observe(void *self, int64_t number, int64_t step, double value, int32_t *stop)
{
    const threshold *t = self;
    (void)number;
    *stop = step >= t->warmup && value > t->limit;
    return HONE_OK;
}

static int32_t finish(void *self, int64_t number, int32_t state)
{
    (void)self, (void)number, (void)state; /* nothing is kept between trials */
    return HONE_OK;
}

enum { LIMIT, WARMUP, N_OPTIONS };

static const hone_option OPTIONS[N_OPTIONS] = {
    [LIMIT] = {.name = "limit",
               .type = HONE_OPT_REAL,
               .def = "1e308",
               .low = -1e308,
               .high = 1e308,
               .doc = "A trial ends when an intermediate value, minimised, is above this."},
    [WARMUP] = {.name = "warmup",
                .type = HONE_OPT_INT,
                .def = "0",
                .low = 0.0,
                .high = 1e15,
                .unit = "steps",
                .doc = "Steps before the first look."},
};

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    threshold *t = malloc(sizeof *t);
    if (!t) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    t->limit = values[LIMIT].d;
    t->warmup = values[WARMUP].i;
    *self = t;
    return HONE_OK;
}

static const hone_pruner_ops OPS = {
    .size = sizeof OPS,
    .observe = observe,
    .finish = finish,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_PRUNER,
    .name = "threshold",
    .version = "1.0.0",
    .doc = "Stops a trial whose intermediate value is above a limit.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = free,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("threshold", "1.0.0", "MIT", "", PLUGINS)
