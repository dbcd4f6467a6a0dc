/* echo.c - a strategy that proposes the middle of the space again and again. */
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
    (void)history;
    (void)number;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < host->space(host)->n_cols; j++)
            X[i * ldx + j] = 0.5;
    *n_out = n;
    return HONE_OK;
}

static const hone_strategy_ops OPS = {
    .size = sizeof OPS, .caps = HONE_CAP_HISTORY_ONLY, .ask = ask};

static const hone_plugin ECHO = {.size = sizeof ECHO,
                                 .kind = HONE_STRATEGY,
                                 .name = "echo",
                                 .version = "1.0",
                                 .doc = "the middle of the space, for tests of repeated points",
                                 .option_size = sizeof(hone_option),
                                 .ops = &OPS,
                                 .create = create,
                                 .destroy = destroy};

static const hone_plugin *const PLUGINS[] = {&ECHO};
HONE_MODULE("echo", "1.0", "MIT", "", PLUGINS)
