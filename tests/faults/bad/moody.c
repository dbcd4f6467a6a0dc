/* moody.c - a strategy that proposes random points, and goes wrong in the way that `fault`
 * names, in every `every`-th ask. */
#include <fenv.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "hone_plugin.h"

typedef struct moody {
    const hone_host *host;
    int64_t fault, every, asks;
} moody;

enum { NONE, NOT_A_NUMBER, INFINITE, UNFILLED, TOO_MANY, TOO_FEW, NOTHING, NUMERIC, FAIL, UNKNOWN,
       POSITIVE, ROUNDING, FOLDER, CRASH, AT_CREATE };
static const char *const FAULTS[] = {"none",    "nan",      "inf",      "unfilled", "many",
                                     "few",     "nothing",  "numeric",  "fail",     "unknown",
                                     "positive", "rounding", "folder",  "crash",    "create", NULL};
static const hone_option OPTIONS[] = {
    {.name = "fault", .type = HONE_OPT_CHOICE, .def = "none", .choices = FAULTS,
     .doc = "What goes wrong."},
    {.name = "every", .type = HONE_OPT_INT, .def = "1", .low = 1, .high = 1e6,
     .doc = "In which asks."},
};

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *x,
                   int64_t ldx, int64_t *n_out)
{
    moody *m = self;
    const int64_t cols = m->host->space(m->host)->n_cols;
    (void)t;
    for (int64_t i = 0; i < n; i++)
        m->host->uniform(m->host, number[i], 0, cols, x + i * ldx);
    *n_out = n;
    if (++m->asks % m->every != 0)
        return HONE_OK;
    switch (m->fault) {
    case NOT_A_NUMBER:
        x[0] = NAN;
        return HONE_OK;
    case INFINITE:
        x[0] = INFINITY;
        return HONE_OK;
    case UNFILLED:
        for (int64_t k = 0; k < cols; k++)
            x[(n - 1) * ldx + k] = NAN;
        return HONE_OK;
    case TOO_MANY:
        *n_out = n + 1;
        return HONE_OK;
    case TOO_FEW:
        *n_out = n - 1;
        return HONE_WAIT;
    case NOTHING:
        *n_out = 0;
        return HONE_OK;
    case NUMERIC:
        m->host->error(m->host, -1, "the matrix is singular");
        return HONE_ENUMERIC;
    case FAIL:
        m->host->error(m->host, 0, "no mood today");
        return HONE_EFAIL;
    case UNKNOWN:
        return -99;
    case POSITIVE:
        return 99;
    case ROUNDING:
        fesetround(FE_UPWARD);
        return HONE_OK;
    case FOLDER:
        return chdir("/") == 0 ? HONE_OK : HONE_EFAIL;
    case CRASH:
        raise(SIGSEGV);
        return HONE_OK;
    default:
        return HONE_OK;
    }
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    moody *m = calloc(1, sizeof *m);
    *self = m;
    if (!m)
        return HONE_ENOMEM;
    m->host = host;
    m->fault = values[0].i;
    m->every = values[1].i;
    if (m->fault == AT_CREATE) {
        free(m);
        host->error(host, 0, "not in this mood");
        return HONE_EINVAL;
    }
    return HONE_OK;
}

static const hone_strategy_ops OPS = {
    .size = sizeof OPS, .caps = HONE_CAP_HISTORY_ONLY, .ask = ask};
static const hone_plugin MOODY = {.size = sizeof MOODY,
                                  .kind = HONE_STRATEGY,
                                  .name = "moody",
                                  .version = "1.0",
                                  .doc = "Goes wrong as told.",
                                  .options = OPTIONS,
                                  .n_options = sizeof OPTIONS / sizeof *OPTIONS,
                                  .option_size = sizeof *OPTIONS,
                                  .ops = &OPS,
                                  .create = create,
                                  .destroy = free};
static const hone_plugin *const PLUGINS[] = {&MOODY};
HONE_MODULE("moody", "1.0", "MIT", "", PLUGINS)
