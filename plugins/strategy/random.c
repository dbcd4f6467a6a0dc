/* random.c - points drawn at random, each independent of all others.
 *
 * Every parameter is drawn uniformly on its own scale: numbers between their bounds (their
 * logarithms if log), choices with equal chances.  It needs no model and no tuning, cannot be
 * misled, and is what every other strategy is measured against; where few of many parameters
 * matter it beats a grid by far.
 *
 * Source: Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 13 (2012).
 *
 * In a finite space no point is proposed twice; when all were tried, the search is done. */
#include "hone_fresh.h"

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    hone_fresh *f = self;

    if (hone_fresh_begin(f, t) < 0) {
        f->host->error(f->host, -1, "out of memory for the points tried");
        return HONE_ENOMEM;
    }
    for (*n_out = 0; *n_out < n; ++*n_out) {
        const int64_t i = *n_out;
        uint64_t start;
        int k = 0;

        do {
            f->host->uniform(f->host, number[i], k * f->d, f->d, f->u);
            hone_spread(f->space, f->u, X + i * ldx);
        } while (!hone_fresh_row(f, t, X, ldx, i) && ++k < HONE_FRESH_TRIES);
        if (k < HONE_FRESH_TRIES)
            continue;
        f->host->bits(f->host, number[i], 0, 1, &start);
        if (!hone_fresh_search(f, t, start, X, ldx, i))
            return HONE_DONE;
    }
    return HONE_OK;
}

static void destroy(void *self)
{
    if (self)
        hone_fresh_free(self);
    free(self);
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    hone_fresh *f = malloc(sizeof *f);

    (void)values; /* nothing to choose */
    if (!f || hone_fresh_init(f, host) < 0) {
        destroy(f);
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    *self = f;
    return HONE_OK;
}

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_MULTI_OBJECTIVE | HONE_CAP_CONSTRAINTS |
            HONE_CAP_CONDITIONAL | HONE_CAP_HISTORY_ONLY | HONE_CAP_NO_HISTORY,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "random",
    .version = "1.0.0",
    .doc = "Random search: every parameter drawn uniformly on its own scale.",
    .sources = "Bergstra, Bengio, \"Random Search for Hyper-Parameter Optimization\", JMLR 13, "
               "2012.",
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("random", "1.0.0", "MIT", "", PLUGINS)
