/* nlopt.c - strategy: the derivative-free algorithms of the library NLopt.
 *
 * NLopt calls a function and returns when it is done; hone_callback.h turns that about.  A search
 * is one run of nlopt_optimize in the unit cube, in a thread of its own that works only while it
 * is asked.  It has one point under way at a time: with one search (the default) further workers
 * are told to wait, with `searches` as many run side by side, each from another start.  A search
 * that ended is followed by another from a new start, unless restarts = no.
 *
 * The first search starts at the parameters' initial values, else in the middle; the others at
 * scrambled Sobol points.  Random numbers are NLopt's own, seeded by the host's: it keeps them for
 * each thread, so searches do not touch each other's.
 *
 * A failed or pruned trial counts as the worst value that its search has had; a search whose very
 * first trial failed begins again elsewhere.  Trials of others are not looked at.
 *
 * Whole numbers and choices are coordinates like all others and are learnt from where NLopt asked
 * for them.  In a finite space a point that was tried already is answered from the table without
 * a trial; when a search brings nothing new, an untried point takes its place, and when all were
 * tried, the search is done.
 *
 * Source: Johnson, "The NLopt nonlinear-optimization package", github.com/stevengj/nlopt, 2.7;
 *         of each algorithm: its manual, "NLopt Algorithms".
 * Departures: a point that NLopt asks for twice in a row costs one trial; time limits and target
 *         values are those of [study]. */
/* NEEDS: nlopt libnlopt-dev */
/* LIBS: -lnlopt */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "search.h"

enum { ALGORITHM, LOCAL, SEARCHES, RESTARTS, STEP, XTOL, FTOL, POPULATION, N_OPTIONS };
/* Points in a row that were tried already; then another takes their place. */
enum { MOST_KNOWN = 100 };

/* In the order of the choices. */
static const method ALGORITHMS[] = {
    {NLOPT_NUM_ALGORITHMS, 0, 1, 0}, /* auto */
    {NLOPT_LN_BOBYQA, 1, 0, 1},
    {NLOPT_LN_COBYLA, 0, 1, 1},
    {NLOPT_LN_NELDERMEAD, 0, 0, 1},
    {NLOPT_LN_SBPLX, 0, 0, 1},
    {NLOPT_LN_PRAXIS, 0, 0, 1},
    {NLOPT_LN_NEWUOA_BOUND, 1, 0, 1},
    {NLOPT_GN_DIRECT, 0, 0, 0},
    {NLOPT_GN_DIRECT_L, 0, 0, 0},
    {NLOPT_GN_DIRECT_L_RAND, 0, 0, 0},
    {NLOPT_GN_CRS2_LM, 0, 0, 0},
    {NLOPT_GN_ESCH, 0, 0, 0},
    {NLOPT_GN_ISRES, 0, 1, 0},
    {NLOPT_G_MLSL, 0, 0, 0},
    {NLOPT_G_MLSL_LDS, 0, 0, 0},
};
enum { AUTO = 0, BOBYQA = 1, COBYLA = 2, SBPLX = 4, MLSL = 13 }; /* places in it */

static int32_t fail(const nlopt *s, int32_t status, const char *why)
{
    s->host->error(s->host, -1, why);
    return status;
}

/* The row of the table that holds the point; -1: none. */
static int64_t row_of(nlopt *s, const hone_trials *t, const double *x)
{
    const uint32_t slot = *hone_tried_slot(&s->fresh.tried, t, s->n, x);
    return (int64_t)slot - 1;
}

/* A new point of the search into row i of X: its own next one; in a finite space what was tried is
 * answered from the table.  HONE_DONE: there is none. */
static int32_t propose(nlopt *s, search *p, const hone_trials *t, int64_t number, double *X,
                       int64_t ldx, int64_t i)
{
    uint64_t start;

    for (int known = 0; known < MOST_KNOWN; known++) {
        const int32_t status = search_next(p);
        if (status < 0 || status == HONE_DONE)
            return status;
        memcpy(X + i * ldx, p->x, (size_t)s->n * sizeof *X);
        if (hone_fresh_row(&s->fresh, t, X, ldx, i))
            return HONE_OK;
        const int64_t row = row_of(s, t, X + i * ldx);
        if (row < 0 || t->state[row] == HONE_RUNNING)
            break;
        search_tell(p, t, row);
    }
    s->host->bits(s->host, number, 1, 1, &start);
    return hone_fresh_search(&s->fresh, t, start, X, ldx, i) ? HONE_OK : HONE_DONE;
}

/* The search whose trial this is; number -1: one that has none under way. */
static search *search_of(nlopt *s, int64_t number)
{
    for (int64_t k = 0; k < s->n_searches; k++)
        if (s->search[k].pending == number && (number >= 0 || !s->search[k].over))
            return &s->search[k];
    return NULL;
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    nlopt *s = self;

    if (hone_fresh_begin(&s->fresh, t) < 0)
        return fail(s, HONE_ENOMEM, "out of memory for the points tried");
    for (*n_out = 0; *n_out < n;) {
        search *p = search_of(s, -1);
        if (!p)
            break;
        const int32_t status = propose(s, p, t, number[*n_out], X, ldx, *n_out);
        if (status < 0)
            return status;
        if (status == HONE_DONE && !p->over)
            return HONE_DONE; /* the space is finite, and each point of it was tried */
        if (status == HONE_OK)
            p->pending = number[(*n_out)++];
    }
    if (*n_out > 0)
        return HONE_OK;
    for (int64_t k = 0; k < s->n_searches; k++)
        if (s->search[k].pending >= 0)
            return HONE_WAIT;
    return HONE_DONE;
}

static int32_t tell(void *self, const hone_trials *t, int64_t n, const int64_t *row)
{
    nlopt *s = self;

    for (int64_t i = 0; i < n; i++) {
        search *p = search_of(s, t->number[row[i]]);
        if (!p)
            continue;
        p->pending = -1;
        search_tell(p, t, row[i]);
    }
    return HONE_OK;
}

/* ---- plumbing -----------------------------------------------------------------------------*/

static void destroy(void *self)
{
    nlopt *s = self;

    if (!s)
        return;
    searches_free(s);
    hone_fresh_free(&s->fresh);
    free(s);
}

/* What the space makes impossible. */
static int32_t refuse(const hone_host *host, const hone_space *space, int64_t algorithm,
                      int64_t local)
{
    int64_t columns = space->n_cols;

    if (space->n_objectives > 1) {
        host->error(host, -1, "nlopt handles one objective");
        return HONE_EUNSUPPORTED;
    }
    if (space->n_constraints > MOST_CONSTRAINTS) {
        host->error(host, -1, "nlopt handles at most 64 constraints");
        return HONE_EUNSUPPORTED;
    }
    if (space->n_constraints > 0 && !ALGORITHMS[algorithm].constraints) {
        host->error(host, ALGORITHM, "does not take constraints; auto, cobyla and isres do");
        return HONE_EUNSUPPORTED;
    }
    if (columns < 2 && (ALGORITHMS[algorithm].two ||
                        (algorithm >= MLSL && ALGORITHMS[local].two))) {
        host->error(host, ALGORITHMS[algorithm].two ? ALGORITHM : LOCAL,
                    "needs two columns at least, and this space has one; auto, cobyla and sbplx "
                    "do with one");
        return HONE_EUNSUPPORTED;
    }
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    const hone_space *space = host->space(host);
    int64_t algorithm = values[ALGORITHM].i, local = values[LOCAL].i;

    if (algorithm == AUTO)
        algorithm = space->n_constraints > 0 ? COBYLA : space->n_cols < 2 ? SBPLX : BOBYQA;
    if (local == AUTO)
        local = space->n_cols < 2 ? SBPLX : BOBYQA;
    if (refuse(host, space, algorithm, local) < 0)
        return HONE_EUNSUPPORTED;
    nlopt *s = calloc(1, sizeof *s);
    if (s) {
        s->host = host;
        s->algorithm = &ALGORITHMS[algorithm];
        s->local = &ALGORITHMS[local];
        s->n = space->n_cols;
        s->n_searches = values[SEARCHES].i;
        s->restarts = values[RESTARTS].i != 0;
        s->step = values[STEP].is_set ? values[STEP].d : NAN;
        s->xtol = values[XTOL].d;
        s->ftol = values[FTOL].d;
        s->population = (unsigned)values[POPULATION].i;
    }
    if (!s || hone_fresh_init(&s->fresh, host) < 0 || searches_make(s) < 0) {
        host->error(host, -1, "out of memory");
        destroy(s);
        return HONE_ENOMEM;
    }
    *self = s;
    return HONE_OK;
}

/* ---- tables -------------------------------------------------------------------------------*/

static const char *const ALGORITHM_CHOICES[] = {
    "auto",         "bobyqa", "cobyla",   "neldermead",    "sbplx", "praxis",
    "newuoa_bound", "direct", "direct_l", "direct_l_rand", "crs2",  "esch",
    "isres",        "mlsl",   "mlsl_lds", NULL};
static const char *const LOCAL_CHOICES[] = {"auto",  "bobyqa", "cobyla",       "neldermead",
                                            "sbplx", "praxis", "newuoa_bound", NULL};

static const hone_option OPTIONS[N_OPTIONS] = {
    [ALGORITHM] = {.name = "algorithm",
                   .type = HONE_OPT_CHOICE,
                   .def = "auto",
                   .choices = ALGORITHM_CHOICES,
                   .doc = "Local: bobyqa and newuoa_bound (quadratic models, two columns at "
                          "least), cobyla (linear models), neldermead and sbplx (simplices), "
                          "praxis (directions); global: direct, direct_l and direct_l_rand (boxes), crs2, "
                          "esch and isres (populations), mlsl and mlsl_lds (many local searches). "
                          "auto: cobyla with constraints, else bobyqa, in one column sbplx; "
                          "constraints are for auto, cobyla and isres."},
    [LOCAL] = {.name = "local",
               .type = HONE_OPT_CHOICE,
               .def = "auto",
               .choices = LOCAL_CHOICES,
               .doc = "What mlsl and mlsl_lds search with from each start; others ignore it."},
    [SEARCHES] = {.name = "searches",
                  .type = HONE_OPT_INT,
                  .def = "1",
                  .low = 1,
                  .high = 64,
                  .doc = "Independent searches side by side, each with one trial under way: as "
                         "many workers are kept busy."},
    [RESTARTS] = {.name = "restarts",
                  .type = HONE_OPT_BOOL,
                  .def = "yes",
                  .doc = "A search that has converged is followed by one from another start."},
    [STEP] = {.name = "step",
              .type = HONE_OPT_REAL,
              .flags = HONE_OPT_OPEN_LOW,
              .low = 0,
              .high = 1,
              .doc = "First step, as a part of every parameter's range; unset, NLopt's own choice, "
                     "which is a quarter at most."},
    [XTOL] = {.name = "xtol",
              .type = HONE_OPT_REAL,
              .def = "1e-6",
              .low = 0,
              .high = 1,
              .doc = "A search has converged when its steps are below this part of the ranges; "
                     "zero: never by this."},
    [FTOL] = {.name = "ftol",
              .type = HONE_OPT_REAL,
              .flags = HONE_OPT_ADVANCED,
              .def = "0",
              .low = 0,
              .high = 1,
              .doc = "A search has converged when values change by less than this part of them; "
                     "zero: never by this."},
    [POPULATION] = {.name = "population",
                    .type = HONE_OPT_INT,
                    .def = "0",
                    .low = 0,
                    .high = 1e6,
                    .unit = "points",
                    .doc = "Population of crs2, esch and isres, starts of a round of mlsl; zero: "
                           "NLopt's own choice."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONSTRAINTS,
    .ask = ask,
    .tell = tell,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "nlopt",
    .version = "1.0.0",
    .doc = "Derivative-free algorithms of NLopt: simplices, quadratic models, boxes, populations.",
    .sources = "Johnson, \"The NLopt nonlinear-optimization package\", "
               "github.com/stevengj/nlopt; of each algorithm: its manual, \"NLopt "
               "Algorithms\".\nDepartures: a point asked for twice in a row costs one trial; time "
               "limits and target values are the study's.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("nlopt", "1.0.0", "MIT", "", PLUGINS)
