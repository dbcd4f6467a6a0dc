/* again.c - a strategy with native values that proposes the newest point of its table again,
 * and counts what it is told: it sees the past through a translation. */
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"

typedef struct again {
    const hone_host *host;
    int64_t told;
} again;

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *x,
                   int64_t ldx, int64_t *n_out)
{
    again *a = self;
    const int64_t cols = a->host->space(a->host)->n_cols;
    (void)number;
    *n_out = n;
    if (t->n == 0) {
        *n_out = 0;
        return HONE_WAIT;
    }
    for (int64_t i = 0; i < n; i++)
        memcpy(x + i * ldx, t->x + (t->n - 1) * t->ldx, (size_t)cols * sizeof *x);
    a->host->note(a->host, number[0], "told", (double)a->told, NULL);
    return HONE_OK;
}

static int32_t tell(void *self, const hone_trials *t, int64_t n, const int64_t *row)
{
    again *a = self;
    for (int64_t i = 0; i < n; i++)
        if (row[i] < 0 || row[i] >= t->n || t->state[row[i]] == HONE_RUNNING)
            return HONE_EFAIL;
    a->told += n;
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    again *a = calloc(1, sizeof *a);
    (void)values;
    *self = a;
    if (!a)
        return HONE_ENOMEM;
    a->host = host;
    return HONE_OK;
}

static const hone_strategy_ops OPS = {.size = sizeof OPS,
                                      .caps = HONE_CAP_NATIVE | HONE_CAP_CONDITIONAL,
                                      .ask = ask,
                                      .tell = tell};
static const hone_plugin AGAIN = {.size = sizeof AGAIN,
                                  .kind = HONE_STRATEGY,
                                  .name = "again",
                                  .version = "1.0",
                                  .doc = "Proposes the newest point again.",
                                  .ops = &OPS,
                                  .create = create,
                                  .destroy = free};
static const hone_plugin *const PLUGINS[] = {&AGAIN};
HONE_MODULE("again", "1.0", "MIT", "", PLUGINS)
