/* sobol.c - points that fill the space evenly: a scrambled Sobol sequence.
 *
 * Trial i gets point i of one sequence, one dimension a parameter.  The first 2^m points have
 * one in each of 2^m equal parts of every parameter, and no large hole elsewhere, which
 * random points leave; so it is the better choice where the whole space matters, and the
 * usual first design of a model.  The scramble (Owen's) makes each point uniform and each
 * seed another sequence.
 *
 * Sources: Sobol', USSR Comput. Math. Math. Phys. 7 (1967); Owen, "Randomly Permuted
 *          (t,m,s)-Nets and (t,s)-Sequences" (1995); the numbers are the host's.
 *
 * In a finite space a point that was tried is replaced by point i of other scrambles, and
 * when all were tried, the search is done.  The numbers of enqueued trials are left out of
 * the sequence. */
#include <stdio.h>

#include "hone_fresh.h"

static int32_t fail(const hone_fresh *f, int32_t status)
{
    char text[160] = "out of memory for the points tried";

    if (status == HONE_EUNSUPPORTED)
        snprintf(text, sizeof text,
                 "%lld parameters are more than the dimensions of the Sobol table of the host; "
                 "use random or lhs",
                 (long long)f->d);
    f->host->error(f->host, -1, text);
    return status;
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    hone_fresh *f = self;

    if (hone_fresh_begin(f, t) < 0)
        return fail(f, HONE_ENOMEM);
    for (*n_out = 0; *n_out < n; ++*n_out) {
        const int64_t i = *n_out;
        uint64_t start;
        int k = 0;

        do { /* stream k is the k-th scramble */
            const int32_t status = f->host->quasi(f->host, k, number[i], 1, f->d, f->u, f->d);

            if (status < 0)
                return fail(f, status);
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
    int32_t status = f ? hone_fresh_init(f, host) : HONE_ENOMEM;

    (void)values; /* nothing to choose */
    if (status < 0) {
        host->error(host, -1, "out of memory");
    } else if ((status = host->quasi(host, 0, 0, 1, f->d, f->u, f->d)) < 0) {
        fail(f, status); /* known before the study starts */
    } else {
        *self = f;
        return HONE_OK;
    }
    destroy(f);
    return status;
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
    .name = "sobol",
    .version = "1.0.0",
    .doc = "Scrambled Sobol sequence: fills the space evenly, better than random points do.",
    .sources = "Sobol', USSR Comput. Math. Math. Phys. 7, 1967; Joe, Kuo, SIAM J. Scientific "
               "Computing 30, 2008 (directions); Owen, \"Randomly Permuted (t,m,s)-Nets and "
               "(t,s)-Sequences\", 1995.",
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("sobol", "1.0.0", "MIT", "", PLUGINS)
