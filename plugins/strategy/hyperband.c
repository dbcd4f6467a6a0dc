/* hyperband.c - strategy: brackets of successive halving over the parameter marked fidelity.
 *
 * Many random configurations are evaluated cheaply, and the best 1/eta of them eta times as
 * dearly, and so on to the full evaluation; brackets differ in how cheap the start is, since it
 * is not known how soon cheap evaluations tell the truth.  With R = 81 and eta = 3 a round of
 * five brackets starts 81, 34, 15, 8 and 5 configurations at 1, 3, 9, 27 and 81.
 *
 * Failed and pruned trials never go on; a rung with too few others passes on fewer.  In a finite
 * space no configuration starts twice.
 *
 * Source: Li, Jamieson, DeSalvo, Rostamizadeh, Talwalkar, "Hyperband", JMLR 18 (2018), algorithm 1
 *         and table 1.  Departure: workers do not wait for the rest of a rung but begin the next
 *         bracket. */
#include "hone_brackets.h"

typedef struct hyperband {
    const hone_host *host;
    hone_brackets b;
} hyperband;

static int32_t no_memory(const hyperband *s)
{
    s->host->error(s->host, -1, "out of memory for the trials");
    return HONE_ENOMEM;
}

/* Nothing new is left: promotions may still come of what runs. */
static int32_t at_the_end(const hyperband *s, const hone_trials *t, int64_t given)
{
    return s->b.l.n > 1 && (t->n_running > 0 || given > 0) ? HONE_WAIT : HONE_DONE;
}

/* Row i for trial `number`; HONE_OK, or why there is none. */
static int32_t propose(hyperband *s, const hone_trials *t, int64_t number, double *X, int64_t ldx,
                       int64_t i)
{
    int64_t config, rung;
    const int kind = hone_brackets_next(&s->b, &config, &rung);

    if (kind < 0)
        return no_memory(s);
    if (kind > 0)
        hone_ladder_copy(&s->b.l, config, X, ldx, i);
    else if (!hone_ladder_draw(&s->b.l, number, X, ldx, i))
        return at_the_end(s, t, i);
    s->host->note(s->host, number, "phase", NAN, kind > 0 ? "promoted" : "new");
    return hone_brackets_asked(&s->b, config, rung) ? HONE_OK : no_memory(s);
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    hyperband *s = self;
    int32_t status = hone_brackets_read(&s->b, t) ? HONE_OK : no_memory(s);

    *n_out = 0;
    while (status == HONE_OK && *n_out < n) {
        status = propose(s, t, number[*n_out], X, ldx, *n_out);
        *n_out += status == HONE_OK;
    }
    for (int64_t i = 0; i < *n_out; i++)
        hone_ladder_settle(&s->b.l, s->b.asked[i].rung, X, ldx, i);
    hone_brackets_end(&s->b);
    return status;
}

static void destroy(void *self)
{
    hyperband *s = self;

    if (s)
        hone_brackets_free(&s->b);
    free(s);
}

enum { ETA, MIN_RESOURCE, N_OPTIONS };

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    hyperband *s = calloc(1, sizeof *s);
    int32_t status;

    if (!s) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    s->host = host;
    status = hone_brackets_init(&s->b, host, values[ETA].i, values[MIN_RESOURCE].d);
    if (status < 0) {
        destroy(s);
        return status;
    }
    *self = s;
    return HONE_OK;
}

static const hone_option OPTIONS[N_OPTIONS] = {
    [ETA] = {.name = "eta",
             .type = HONE_OPT_INT,
             .def = "3",
             .low = 2,
             .high = 1000,
             .doc = "One in eta goes on, with eta times the fidelity; larger is more eager (Li et "
                    "al. 2018: 3 or 4)."},
    [MIN_RESOURCE] = {.name = "min_resource",
                      .type = HONE_OPT_REAL,
                      .low = 0,
                      .high = INFINITY,
                      .doc = "The smallest fidelity that is worth evaluating; by default the "
                             "parameter's lower bound."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_CONSTRAINTS | HONE_CAP_CONDITIONAL | HONE_CAP_HISTORY_ONLY |
            HONE_CAP_FIDELITY,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "hyperband",
    .version = "1.0.0",
    .doc = "Many cheap evaluations, the best again and dearer: brackets of successive halving.",
    .sources = "Li, Jamieson, DeSalvo, Rostamizadeh, Talwalkar, \"Hyperband: A Novel "
               "Bandit-Based Approach to Hyperparameter Optimization\", JMLR 18, 2018, algorithm "
               "1.\nDeparture: workers do not wait for the rest of a rung but begin the next "
               "bracket.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("hyperband", "1.0.0", "MIT", "", PLUGINS)
