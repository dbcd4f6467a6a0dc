/* asha.c - strategy: asynchronous successive halving over the parameter marked fidelity.
 *
 * Whenever a worker is free: is there, from the dearest rung down, a configuration among the best
 * 1/eta of those finished on its rung that has not gone on?  Then it goes on, with eta times the
 * fidelity; else a new random configuration starts on the lowest rung.  Nobody ever waits, so it
 * suits many workers and evaluations of unequal length.
 *
 * Failed and pruned trials count on their rung and never go on.  In a finite space no
 * configuration starts twice.
 *
 * Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020,
 *         algorithm 2. */
#include "hone_ladder.h"

typedef struct rung {
    hone_merit *merit; /* [n] the better first */
    int64_t n, room;
} rung;

typedef struct place {
    int64_t config, rung; /* config -1: a new one */
} place;

typedef struct asha {
    const hone_host *host;
    hone_ladder l;
    int64_t skip;             /* rungs left out at the start */
    rung rungs[HONE_RUNGS];   /* finished trials */
    int64_t finished, anew;   /* of the table's that were taken */
    place *asked;             /* [n_asked] of this batch */
    int64_t n_asked, asked_room;
} asha;

static int32_t no_memory(const asha *s)
{
    s->host->error(s->host, -1, "out of memory for the trials");
    return HONE_ENOMEM;
}

static int insert(rung *r, const hone_merit *m)
{
    int64_t low = 0, high = r->n;

    if (r->n == r->room) {
        const int64_t room = r->room ? 2 * r->room : 64;
        hone_merit *moved = realloc(r->merit, (size_t)room * sizeof *moved);

        if (!moved)
            return 0;
        r->merit = moved;
        r->room = room;
    }
    while (low < high) {
        const int64_t middle = (low + high) / 2;

        if (hone_merit_compare(&r->merit[middle], m) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(r->merit + low + 1, r->merit + low, (size_t)(r->n++ - low) * sizeof *r->merit);
    r->merit[low] = *m;
    return 1;
}

static int take(asha *s, const hone_trials *t)
{
    if (!hone_ladder_read(&s->l, t))
        return 0;
    if (s->anew != s->l.anew) {
        for (int64_t k = 0; k < s->l.n; k++)
            s->rungs[k].n = 0;
        s->finished = 0;
        s->anew = s->l.anew;
    }
    for (; s->finished < t->n_finished; s->finished++) {
        const int64_t row = t->finished[s->finished];
        const hone_merit m = hone_ladder_merit(&s->l, t, row);

        if (!insert(&s->rungs[s->l.rung[row]], &m))
            return 0;
    }
    return 1;
}

/* Has the configuration a row on a rung above k? */
static int went_on(const asha *s, int64_t config, int64_t k)
{
    while (++k < s->l.n)
        if (s->l.row[config * s->l.n + k] != 0)
            return 1;
    return 0;
}

/* A configuration that may go on, and to which rung; -1: none. */
static int64_t promotable(const asha *s, int64_t *to)
{
    for (int64_t k = s->l.n - 2; k >= 0; k--) {
        const rung *r = &s->rungs[k];

        for (int64_t j = 0; j < r->n / s->l.eta && r->merit[j].rank <= HONE_VIOLATED; j++)
            if (!went_on(s, r->merit[j].config, k)) {
                *to = k + 1;
                return r->merit[j].config;
            }
    }
    *to = s->skip;
    return -1;
}

static int remember(asha *s, int64_t config, int64_t to)
{
    if (s->n_asked == s->asked_room) {
        const int64_t room = s->asked_room ? 2 * s->asked_room : 16;
        place *moved = realloc(s->asked, (size_t)room * sizeof *moved);

        if (!moved)
            return 0;
        s->asked = moved;
        s->asked_room = room;
    }
    s->asked[s->n_asked++] = (place){.config = config, .rung = to};
    if (config >= 0)
        s->l.row[config * s->l.n + to] = -1;
    return 1;
}

static int32_t propose(asha *s, const hone_trials *t, int64_t number, double *X, int64_t ldx,
                       int64_t i)
{
    int64_t to, config = promotable(s, &to);

    if (config >= 0)
        hone_ladder_copy(&s->l, config, X, ldx, i);
    else if (!hone_ladder_draw(&s->l, number, X, ldx, i))
        return s->l.n > 1 && (t->n_running > 0 || i > 0) ? HONE_WAIT : HONE_DONE;
    s->host->note(s->host, number, "phase", NAN, config >= 0 ? "promoted" : "new");
    return remember(s, config, to) ? HONE_OK : no_memory(s);
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    asha *s = self;
    int32_t status = take(s, t) ? HONE_OK : no_memory(s);

    *n_out = 0;
    while (status == HONE_OK && *n_out < n) {
        status = propose(s, t, number[*n_out], X, ldx, *n_out);
        *n_out += status == HONE_OK;
    }
    for (int64_t i = 0; i < *n_out; i++)
        hone_ladder_settle(&s->l, s->asked[i].rung, X, ldx, i);
    while (s->n_asked > 0) { /* the next table tells what came of them */
        const place *a = &s->asked[--s->n_asked];

        if (a->config >= 0)
            s->l.row[a->config * s->l.n + a->rung] = 0;
    }
    return status;
}

static void destroy(void *self)
{
    asha *s = self;

    if (!s)
        return;
    for (int64_t k = 0; k < HONE_RUNGS; k++)
        free(s->rungs[k].merit);
    free(s->asked);
    hone_ladder_free(&s->l);
    free(s);
}

enum { ETA, MIN_RESOURCE, SKIP, N_OPTIONS };

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    asha *s = calloc(1, sizeof *s);
    int32_t status;

    if (!s) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    s->host = host;
    status = hone_ladder_init(&s->l, host, values[ETA].i, values[MIN_RESOURCE].d);
    s->skip = values[SKIP].i;
    if (status == HONE_OK && s->skip > 0 && s->skip >= s->l.n) {
        host->error(host, SKIP, "leaves no rung");
        status = HONE_EINVAL;
    }
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
             .def = "4",
             .low = 2,
             .high = 1000,
             .doc = "One in eta goes on, with eta times the fidelity; larger is more eager (Li et "
                    "al. 2020: 4)."},
    [MIN_RESOURCE] = {.name = "min_resource",
                      .type = HONE_OPT_REAL,
                      .low = 0,
                      .high = INFINITY,
                      .doc = "The smallest fidelity that is worth evaluating; by default the "
                             "parameter's lower bound."},
    [SKIP] = {.name = "skip",
              .type = HONE_OPT_INT,
              .def = "0",
              .low = 0,
              .high = 39,
              .unit = "rungs",
              .doc = "So many rungs are left out at the start (s, the minimum early-stopping rate "
                     "of Li et al.)."},
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
    .name = "asha",
    .version = "1.0.0",
    .doc = "Asynchronous successive halving: the best so far go on to dearer evaluations.",
    .sources = "Li et al., \"A System for Massively Parallel Hyperparameter Tuning\", MLSys "
               "2020, algorithm 2.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("asha", "1.0.0", "MIT", "", PLUGINS)
