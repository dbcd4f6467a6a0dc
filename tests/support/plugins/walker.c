/* walker.c - a strategy whose state is no function of the history: a (1+1) evolution strategy
 * that counts its own asks.  Resume can only rebuild it by repeating asks and tells. */
#include <math.h>
#include <stdlib.h>

#include "hone_plugin.h"

typedef struct walker {
    const hone_host *host;
    int64_t n_cols, asks;
    double best, step;
    double at[64];
} walker;

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    (void)values;
    walker *w = calloc(1, sizeof *w);
    if (!w)
        return HONE_ENOMEM;
    w->host = host;
    w->n_cols = host->space(host)->n_cols;
    w->best = INFINITY;
    w->step = 0.3;
    for (int64_t j = 0; j < w->n_cols; j++)
        w->at[j] = 0.5;
    *self = w;
    return HONE_OK;
}

static int32_t ask(void *self, const hone_trials *history, int64_t n, const int64_t *number,
                   double *X, int64_t ldx, int64_t *n_out)
{
    walker *w = self;
    (void)history;
    (void)number;
    for (int64_t i = 0; i < n; i++) {
        double z[64];
        w->host->normal(w->host, w->asks++, 0, w->n_cols, z);
        for (int64_t j = 0; j < w->n_cols; j++)
            X[i * ldx + j] = fmin(1, fmax(0, w->at[j] + w->step * z[j]));
    }
    *n_out = n;
    return HONE_OK;
}

static int32_t tell(void *self, const hone_trials *t, int64_t n, const int64_t *row)
{
    walker *w = self;
    for (int64_t i = 0; i < n; i++) {
        if (t->state[row[i]] != HONE_COMPLETE || !(t->y[row[i] * t->ldy] < w->best)) {
            w->step *= 0.9;
            continue;
        }
        w->best = t->y[row[i] * t->ldy];
        w->step *= 1.5;
        for (int64_t j = 0; j < w->n_cols; j++)
            w->at[j] = t->x[row[i] * t->ldx + j];
    }
    return HONE_OK;
}

static const hone_strategy_ops OPS = {.size = sizeof OPS, .ask = ask, .tell = tell};

static const hone_plugin WALKER = {.size = sizeof WALKER,
                                   .kind = HONE_STRATEGY,
                                   .name = "walker",
                                   .version = "1.0",
                                   .doc = "a (1+1) evolution strategy, for tests of replay",
                                   .option_size = sizeof(hone_option),
                                   .ops = &OPS,
                                   .create = create,
                                   .destroy = free};

static const hone_plugin *const PLUGINS[] = {&WALKER};
HONE_MODULE("walker", "1.0", "MIT", "", PLUGINS)
