/* dehb.c - strategy: Hyperband whose rungs are populations of differential evolution.
 *
 * Every fidelity has a population as large as the largest rung of it in any bracket.  Trials come
 * in the order of Hyperband's brackets.  The first bracket starts with random configurations, and in
 * the first round of brackets the best of a rung go on, as in successive halving.  All other
 * trials are mutants: the target is the population's member whose turn it is, the parents come
 * from the best of the population one rung below in the bracket (of the bracket's lowest rung:
 * from its own population), filled up from all populations where there are fewer than three.  A
 * mutant takes the target's place if it is not worse.
 *
 * Mutation is rand/1, crossover binomial with at least one column of the mutant; what leaves the
 * unit cube is drawn anew.  Choices mix by their columns: the largest decides.
 *
 * Which member is the target of a trial follows from how many trials of its fidelity are before
 * it, and populations are read from the table in the order of finishing; so everything follows
 * from the table.  Failed and pruned trials never enter a population.  A point that was tried on
 * its fidelity already is replaced by a random one.
 *
 * Source: Awad, Mallik, Hutter, "DEHB: Evolutionary Hyperband for Scalable, Robust and Efficient
 *         Hyperparameter Optimization", IJCAI 2021, with its F = 0.5, CR = 0.5.  Departure:
 *         workers do not wait for a rung to finish. */
#include "dehb.h"

enum { ETA, MIN_RESOURCE, F, CROSSOVER, N_OPTIONS };
static int32_t no_memory(const dehb *s)
{
    s->host->error(s->host, -1, "out of memory for the trials");
    return HONE_ENOMEM;
}

/* ---- the table ---- */

static int take(dehb *s, const hone_trials *t)
{
    if (!hone_ladder_read(&s->l, t) || hone_fresh_begin(&s->tried, t) < 0)
        return 0;
    if (s->anew != s->l.anew) {
        dehb_clear(s);
        s->anew = s->l.anew;
    }
    s->t = t;
    if (t->n > s->turn_room) {
        if (!hone_ladder_grow(&s->turn, 2 * t->n))
            return 0;
        s->turn_room = 2 * t->n;
    }
    for (; s->rows < t->n; s->rows++)
        s->turn[s->rows] = s->rungs[s->l.rung[s->rows]].begun++;
    for (; s->finished < t->n_finished; s->finished++)
        dehb_select(s, t->finished[s->finished]);
    return 1;
}

/* ---- which trial is next ---- */

/* Trial number `at` of Hyperband's order: its bracket's kind and rung there, and whether it is of
 * the first round. */
static int place(const hone_ladder *l, int64_t at, int64_t *kind, int64_t *rung)
{
    int64_t all = 0;

    for (int64_t s = 0; s < l->n; s++)
        for (int64_t i = 0; i <= s; i++)
            all += hone_brackets_size(l->n, l->eta, s, i);
    const int first = at < all;

    at %= all;
    for (*kind = l->n - 1;; --*kind)
        for (*rung = 0; *rung <= *kind; ++*rung) {
            const int64_t size = hone_brackets_size(l->n, l->eta, *kind, *rung);

            if (at < size)
                return first;
            at -= size;
        }
}

/* The best of the rung below that is not on this one; -1: none. */
static int64_t promotable(const dehb *s, int64_t k)
{
    const dehb_population *p = &s->rungs[k - 1];

    for (int64_t j = 0; j < p->ranked; j++) {
        const int64_t row = p->members[p->order[j]].row;

        if (s->l.row[s->l.config[row] * s->l.n + k] == 0)
            return row;
    }
    return -1;
}

/* ---- proposing ---- */

/* Was x, snapped, evaluated on rung k, or is it to be in this batch? */
static int was_tried(const dehb *s, const double *x, int64_t k)
{
    const hone_ladder *l = &s->l;
    const int64_t cols = l->space->n_cols;

    memcpy(l->scratch, x, (size_t)cols * sizeof *x);
    if (l->column >= 0)
        l->scratch[l->column] = l->held;
    const uint32_t *slot = hone_tried_slot(&l->fresh.tried, &l->configs, cols, l->scratch);
    return *slot && l->row[(*slot - 1) * l->n + k] != 0;
}

/* Row i := x on rung k; 0: it was tried there.  Crossover may give the target itself, so this is
 * asked in a continuum too. */
static int keep(dehb *s, const double *x, int64_t k, double *X, int64_t ldx, int64_t i)
{
    const int64_t cols = s->l.space->n_cols;

    memmove(X + i * ldx, x, (size_t)cols * sizeof *X);
    hone_ladder_settle(&s->l, k, X, ldx, i);
    s->host->snap(s->host, 1, X + i * ldx, ldx);
    return !was_tried(s, X + i * ldx, k) && !hone_tried_twice(X, ldx, i, cols) &&
           hone_fresh_row(&s->tried, s->t, X, ldx, i);
}

static int random_row(dehb *s, int64_t number, int64_t k, double *X, int64_t ldx, int64_t i)
{
    hone_fresh *f = &s->tried;
    uint64_t start;

    for (int64_t j = 1; j <= HONE_FRESH_TRIES; j++) {
        s->host->uniform(s->host, -1 - number, j * f->d, f->d, f->u);
        hone_spread(s->l.space, f->u, s->mutant);
        if (keep(s, s->mutant, k, X, ldx, i))
            return 1;
    }
    s->host->bits(s->host, number, 0, 1, &start);
    return hone_fresh_search(f, s->t, start, X, ldx, i);
}

/* A promotion: not again in this batch. */
static int remember(dehb *s, int64_t at)
{
    if (s->n_asked == s->asked_room) {
        if (!hone_ladder_grow(&s->asked, 2 * s->asked_room + 16))
            return 0;
        s->asked_room = 2 * s->asked_room + 16;
    }
    s->asked[s->n_asked++] = at;
    s->l.row[at] = -1;
    return 1;
}

static int32_t propose(dehb *s, const int64_t *number, int64_t *ahead, double *u, double *X,
                       int64_t ldx, int64_t i)
{
    int64_t kind, rung;
    const int first = place(&s->l, s->t->n + i, &kind, &rung);
    const int64_t k = s->l.n - 1 - kind + rung, turn = s->rungs[k].begun + ahead[k]++;
    int64_t row = first && rung > 0 ? promotable(s, k) : -1;
    const char *phase = row >= 0 ? "promoted" : "evolved";
    int done = row >= 0 && keep(s, s->t->x + row * s->t->ldx, k, X, ldx, i);

    if (done && !remember(s, s->l.config[row] * s->l.n + k))
        return no_memory(s);
    if (!done)
        done = !(first && rung == 0 && kind == s->l.n - 1) &&
               dehb_evolve(s, number[i], kind, rung, turn, u) &&
               keep(s, s->mutant, k, X, ldx, i);
    if (!done) {
        phase = "random";
        if (!random_row(s, number[i], k, X, ldx, i))
            return HONE_DONE;
    }
    s->host->note(s->host, number[i], "phase", NAN, phase);
    return HONE_OK;
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    dehb *s = self;
    int64_t ahead[HONE_RUNGS] = {0};
    double *u = s->mutant + s->l.space->n_cols;
    int32_t status = take(s, t) ? HONE_OK : no_memory(s);

    *n_out = 0;
    while (status == HONE_OK && *n_out < n) {
        status = propose(s, number, ahead, u, X, ldx, *n_out);
        *n_out += status == HONE_OK;
    }
    while (s->n_asked > 0) /* the next table tells what came of them */
        s->l.row[s->asked[--s->n_asked]] = 0;
    return status;
}

static void destroy(void *self)
{
    dehb *s = self;

    if (!s)
        return;
    for (int64_t k = 0; k < HONE_RUNGS; k++) {
        free(s->rungs[k].members);
        free(s->rungs[k].order);
    }
    free(s->turn);
    free(s->pool);
    free(s->asked);
    free(s->mutant);
    hone_fresh_free(&s->tried);
    hone_ladder_free(&s->l);
    free(s);
}

static int32_t prepare(dehb *s)
{
    const size_t cols = (size_t)s->l.space->n_cols;
    int64_t most = 2 * DEHB_PARENTS;

    for (int64_t k = 0; k < s->l.n; k++) {
        dehb_population *p = &s->rungs[k];

        p->n = dehb_population_size(&s->l, k);
        p->members = malloc((size_t)p->n * sizeof *p->members);
        p->order = malloc((size_t)p->n * sizeof *p->order);
        if (!p->members || !p->order)
            return HONE_ENOMEM;
        most = p->n > most ? p->n : most;
    }
    dehb_clear(s);
    s->pool = malloc((size_t)(most + DEHB_PARENTS + 1) * sizeof *s->pool);
    s->mutant = malloc((4 * cols + 2 + DEHB_PARENTS) * sizeof *s->mutant);
    return s->pool && s->mutant ? HONE_OK : HONE_ENOMEM;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    dehb *s = calloc(1, sizeof *s);
    int32_t status;

    if (!s) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    s->host = host;
    s->f = values[F].d;
    s->crossover = values[CROSSOVER].d;
    status = hone_ladder_init(&s->l, host, values[ETA].i, values[MIN_RESOURCE].d);
    if (status >= 0 && hone_fresh_init(&s->tried, host) < 0)
        status = no_memory(s);
    if (status >= 0 && dehb_population_size(&s->l, 0) > 1 << 20) {
        host->error(host, MIN_RESOURCE,
                    "makes populations of more than a million: raise it or eta");
        status = HONE_EINVAL;
    }
    if (status >= 0 && prepare(s) < 0)
        status = no_memory(s);
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
             .doc = "One in eta goes on, with eta times the fidelity (Awad et al. 2021: 3)."},
    [MIN_RESOURCE] = {.name = "min_resource",
                      .type = HONE_OPT_REAL,
                      .low = 0,
                      .high = INFINITY,
                      .doc = "The smallest fidelity that is worth evaluating; by default the "
                             "parameter's lower bound."},
    [F] = {.name = "f",
           .type = HONE_OPT_REAL,
           .def = "0.5",
           .low = 0,
           .high = 2,
           .doc = "How much of the difference of two parents a mutant takes (Awad et al. 2021: "
                  "0.5)."},
    [CROSSOVER] = {.name = "crossover",
                   .type = HONE_OPT_REAL,
                   .def = "0.5",
                   .low = 0,
                   .high = 1,
                   .doc = "The share of columns that come from the mutant (Awad et al. 2021: "
                          "0.5)."},
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
    .name = "dehb",
    .version = "1.0.0",
    .doc = "Hyperband with differential evolution: rungs are populations that evolve.",
    .sources = "Awad, Mallik, Hutter, \"DEHB: Evolutionary Hyperband for Scalable, Robust and "
               "Efficient Hyperparameter Optimization\", IJCAI 2021.\nDeparture: workers do not "
               "wait for a rung to finish.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("dehb", "1.0.0", "MIT", "", PLUGINS)
