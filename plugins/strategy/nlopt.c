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
#include <nlopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hone_callback.h"
#include "hone_fresh.h"

enum { ALGORITHM, LOCAL, SEARCHES, RESTARTS, STEP, XTOL, FTOL, POPULATION, N_OPTIONS };
enum {
    MOST_KNOWN = 100, /* points in a row that were tried already; then another takes their place */
    MOST_EMPTY = 8     /* searches in a row that end without a point */
};

/* In the order of the choices.  `two`: needs two columns at least. */
static const struct algorithm {
    nlopt_algorithm id;
    int two, constraints, local;
} ALGORITHMS[] = {
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
enum { AUTO, BOBYQA, COBYLA, NELDERMEAD, SBPLX, NEWUOA_BOUND = 6, N_LOCAL, MLSL = 13, MLSL_LDS };

typedef struct nlopt {
    const hone_host *host;
    const struct algorithm *algorithm, *local;
    double step, xtol, ftol; /* step NaN: NLopt's own */
    unsigned population;
    int restarts;
    hone_fresh fresh;
    int64_t n;               /* columns */
    int64_t begun;           /* searches so far: the number of the next start */
    int64_t n_searches;
    struct search *search;   /* [n_searches] */
} nlopt;

typedef struct search {
    nlopt *owner;
    hone_callback *call; /* NULL: none runs */
    int64_t start;       /* its number */
    int64_t pending;     /* number of the trial under way, -1: none */
    int over;            /* it ended and no other follows */
    int told, failed;    /* values so far; the first trial failed */
    double worst;        /* of them */
    double *x;           /* [n] the point under way */
    double *at, *y;      /* [n], [1 + constraints] NLopt's last point, its values */
    int known;           /* at and y are set */
    nlopt_opt opt;       /* while it runs */
    nlopt_result result;
} search;

/* ---- NLopt's side: in the search's thread ---------------------------------------------------*/

/* Objective and constraints are asked for one after the other at the same point: one trial. */
static const double *values_at(search *s, const double *x)
{
    const size_t bytes = (size_t)s->owner->n * sizeof *x;

    if (s->known && memcmp(s->at, x, bytes) == 0)
        return s->y;
    memcpy(s->at, x, bytes);
    s->known = 1;
    if (hone_callback_value(s->call, x, s->y)) { /* newuoa_bound loops for ever at infinity */
        memset(s->y, 0, (1 + (size_t)s->owner->fresh.space->n_constraints) * sizeof *s->y);
        nlopt_force_stop(s->opt);
    }
    return s->y;
}

static double objective(unsigned n, const double *x, double *gradient, void *context)
{
    (void)n, (void)gradient;
    return values_at(context, x)[0];
}

static void constraints(unsigned m, double *c, unsigned n, const double *x, double *gradient,
                        void *context)
{
    (void)n, (void)gradient;
    memcpy(c, values_at(context, x) + 1, m * sizeof *c);
}

/* What both an algorithm and its local one are told. */
static nlopt_result set_tolerances(const nlopt *s, nlopt_opt opt)
{
    nlopt_result result = nlopt_set_xtol_abs1(opt, s->xtol);

    if (result > 0)
        result = nlopt_set_ftol_rel(opt, s->ftol);
    if (result > 0 && !isnan(s->step))
        result = nlopt_set_initial_step1(opt, s->step);
    return result;
}

static nlopt_result set_up(search *s, nlopt_opt opt)
{
    const nlopt *o = s->owner;
    const unsigned m = (unsigned)o->fresh.space->n_constraints;
    nlopt_result result = nlopt_set_min_objective(opt, objective, s);

    if (result > 0)
        result = nlopt_set_lower_bounds1(opt, 0);
    if (result > 0)
        result = nlopt_set_upper_bounds1(opt, 1);
    if (result > 0)
        result = set_tolerances(o, opt);
    if (result > 0 && o->population > 0)
        result = nlopt_set_population(opt, o->population);
    if (result > 0 && m > 0)
        result = nlopt_add_inequality_mconstraint(opt, m, constraints, s, NULL);
    if (result > 0 && !o->algorithm->local) { /* only mlsl looks at it */
        nlopt_opt local = nlopt_create(o->local->id, (unsigned)o->n);

        result = local ? set_tolerances(o, local) : NLOPT_OUT_OF_MEMORY;
        if (result > 0)
            result = nlopt_set_local_optimizer(opt, local);
        nlopt_destroy(local);
    }
    return result;
}

/* Where search number `start` begins, and the seed of its random numbers. */
static void set_start(const nlopt *o, int64_t start, double *x, uint64_t *seed)
{
    const hone_space *space = o->fresh.space;
    double *u = o->fresh.u;

    o->host->bits(o->host, 0, start, 1, seed);
    for (int64_t c = 0; start == 0 && c < o->n; c++)
        x[c] = hone_start(space, c);
    if (start == 0)
        return;
    if (o->host->quasi(o->host, 0, start, 1, o->fresh.d, u, o->fresh.d) < 0)
        o->host->uniform(o->host, 0, start * o->fresh.d, o->fresh.d, u);
    hone_spread(space, u, x);
}

static void optimize(hone_callback *call, void *context)
{
    search *s = context;
    const nlopt *o = s->owner;
    double *x = malloc((size_t)(o->n + 1) * sizeof *x), least;
    nlopt_opt opt = nlopt_create(o->algorithm->id, (unsigned)o->n);
    uint64_t seed;

    s->call = call;
    s->opt = opt;
    s->known = 0;
    s->result = x && opt ? set_up(s, opt) : NLOPT_OUT_OF_MEMORY;
    if (s->result > 0) {
        set_start(o, s->start, x, &seed);
        nlopt_srand((unsigned long)seed);
        s->result = nlopt_optimize(opt, x, &least);
    }
    nlopt_destroy(opt);
    free(x);
}

/* ---- the strategy's side ------------------------------------------------------------------*/

static int32_t fail(const nlopt *s, int32_t status, const char *why)
{
    s->host->error(s->host, -1, why);
    return status;
}

/* The values of a finished row of the table, as NLopt is to see them. */
static void tell_values(search *s, const hone_trials *t, int64_t row)
{
    const int64_t m = s->owner->fresh.space->n_constraints;
    double y[1 + 64];
    const int fine = t->state[row] == HONE_COMPLETE;

    if (!fine && s->told == 0)
        s->failed = 1;
    y[0] = fine ? t->y[row * t->ldy] : s->worst;
    for (int64_t k = 0; k < m; k++) /* unknown counts as one */
        y[1 + k] = fine && t->c && !isnan(t->c[row * t->ldc + k]) ? t->c[row * t->ldc + k] : 1;
    if (fine)
        s->worst = s->told++ ? fmax(s->worst, y[0]) : y[0];
    hone_callback_tell(s->call, y);
}

static void end_search(search *s)
{
    hone_callback_free(s->call);
    s->call = NULL;
    s->over = !s->owner->restarts;
}

static int32_t begin_search(search *s)
{
    const int64_t m = s->owner->fresh.space->n_constraints;

    s->start = s->owner->begun++;
    s->told = s->failed = 0;
    s->worst = 0;
    s->call = hone_callback_new(s->owner->n, 1 + m, optimize, s);
    return s->call ? HONE_OK : fail(s->owner, HONE_ENOMEM, "out of memory");
}

/* The next point of the search, or of those that follow it, into s->x.  HONE_DONE: none follows. */
static int32_t next_point(search *s)
{
    char why[160];

    for (int empty = 0; empty < MOST_EMPTY; empty++) {
        if (s->over)
            return HONE_DONE;
        if (s->failed) { /* nothing is known about here: not an end but a bad start */
            end_search(s);
            s->over = 0;
        }
        if (!s->call && begin_search(s) < 0)
            return HONE_ENOMEM;
        const int32_t status = hone_callback_ask(s->call, s->x);
        if (status == HONE_OK)
            return HONE_OK;
        if (status < 0)
            return fail(s->owner, HONE_EFAIL, "no thread can be made for a search");
        if (s->told > 0)
            empty = -1;
        end_search(s);
    }
    snprintf(why, sizeof why, "NLopt ends without a point: %s", nlopt_result_to_string(s->result));
    return fail(s->owner, HONE_EFAIL, why);
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
        const int32_t status = next_point(p);
        if (status < 0 || status == HONE_DONE)
            return status;
        memcpy(X + i * ldx, p->x, (size_t)s->n * sizeof *X);
        if (hone_fresh_row(&s->fresh, t, X, ldx, i))
            return HONE_OK;
        const int64_t row = row_of(s, t, X + i * ldx);
        if (row < 0 || t->state[row] == HONE_RUNNING)
            break;
        tell_values(p, t, row);
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
        tell_values(p, t, row[i]);
    }
    return HONE_OK;
}

/* ---- plumbing -----------------------------------------------------------------------------*/

static void destroy(void *self)
{
    nlopt *s = self;

    if (!s)
        return;
    for (int64_t k = 0; s->search && k < s->n_searches; k++) {
        hone_callback_free(s->search[k].call);
        free(s->search[k].x);
        free(s->search[k].at);
        free(s->search[k].y);
    }
    free(s->search);
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
    if (space->n_constraints > 64) {
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

static int32_t make_searches(nlopt *s)
{
    const size_t m = (size_t)s->fresh.space->n_constraints, n = (size_t)s->n + 1;

    if (!(s->search = calloc((size_t)s->n_searches, sizeof *s->search)))
        return HONE_ENOMEM;
    for (int64_t k = 0; k < s->n_searches; k++) {
        search *p = &s->search[k];
        p->owner = s;
        p->pending = -1;
        p->x = calloc(n, sizeof *p->x);
        p->at = calloc(n, sizeof *p->at);
        p->y = calloc(1 + m, sizeof *p->y);
        if (!p->x || !p->at || !p->y)
            return HONE_ENOMEM;
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
    if (!s || hone_fresh_init(&s->fresh, host) < 0 || make_searches(s) < 0) {
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
                          "least), cobyla (linear models), neldermead and sbplx (simplices), praxis "
                          "(directions); global: direct, direct_l and direct_l_rand (boxes), crs2, "
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
