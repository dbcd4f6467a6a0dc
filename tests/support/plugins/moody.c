/* moody.c - a strategy that no seed decides: it draws from the clock, so that replay meets
 * another point than the record's. */
#include <time.h>

#include "hone_plugin.h"

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    (void)values;
    *self = (void *)(intptr_t)host;
    return HONE_OK;
}

static void destroy(void *self)
{
    (void)self;
}

static int32_t ask(void *self, const hone_trials *history, int64_t n, const int64_t *number,
                   double *X, int64_t ldx, int64_t *n_out)
{
    const hone_host *host = self;
    struct timespec t;
    (void)history;
    (void)number;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < host->space(host)->n_cols; j++) {
            clock_gettime(CLOCK_MONOTONIC, &t);
            X[i * ldx + j] = (double)(t.tv_nsec % 1000003) / 1000003.0;
        }
    *n_out = n;
    return HONE_OK;
}

static const hone_strategy_ops OPS = {.size = sizeof OPS, .ask = ask};

static const hone_plugin MOODY = {.size = sizeof MOODY,
                                  .kind = HONE_STRATEGY,
                                  .name = "moody",
                                  .version = "1.0",
                                  .doc = "draws from the clock, for tests of replay",
                                  .option_size = sizeof(hone_option),
                                  .ops = &OPS,
                                  .create = create,
                                  .destroy = destroy};

static const hone_plugin *const PLUGINS[] = {&MOODY};
HONE_MODULE("moody", "1.0", "MIT", "", PLUGINS)
