/* nelder_mead.c - strategy: the Nelder-Mead simplex with adaptive coefficients and restarts.
 *
 * A simplex is moved downhill by reflection, expansion and contraction (simplex.c).  One that has
 * converged is followed by a larger one around its best vertex, as long as that gains something,
 * then by one around a Sobol point.  The first begins at the best trial that there is, of others
 * or of `initial` Sobol points, else at the parameters' initial values or in the middle, which did
 * better on bbob (d = 5, 500 evaluations: 34 % of the targets, 30 % with 20 Sobol points; edges
 * of 0.1, 0.2, 0.3: 32, 34, 34 %).
 *
 * One worker is served as by the sequential method.  With more, points that the iteration may
 * need are asked for in advance; when all of them are, further simplexes are begun, and beyond
 * RUNS of them the answer is to wait.
 *
 * Whole numbers, choices and inactive parameters keep what they had before they were snapped, as
 * in cmaes: a choice among K unordered ones is the largest of K columns.  A point that the table
 * holds is not asked for again: its standing is taken.  So no point comes twice, and when nothing
 * new comes in many moves an untried Sobol point does; a finite space ends when all were tried.
 * A point that was moved by constraints takes its vertex where it was told to be.  Standing of
 * infeasible, pruned and failed trials: hone_standing.h; a failed one is worse than all others.
 *
 * Sources: simplex.c; Kelley, "Detection and Remediation of Stagnation in the Nelder-Mead
 * Algorithm", SIAM J. Optim. 10 (1999), for restarts around the best vertex. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_fresh.h"
#include "simplex.h"

enum { SIZE, INITIAL, ADAPTIVE, RESTARTS, TOLX, TOLFUN, N_OPTIONS };
enum { RUNS = 16, MOVES_AT_ONCE = 256, LARGEST = 4 };
/* Of one-hot columns, so that a step along one changes the choice. */
static const double CHOSEN = 0.6, OTHER = 0.4;
static const double GAIN = 1e-3; /* of the values' size: what a restart has to gain */

typedef struct run {
    simplex simplex;
    int64_t around;      /* restarts around the best vertex, one after another */
    hone_standing entry; /* of the best vertex when it began */
} run;

typedef struct nelder_mead {
    const hone_host *host;
    const hone_space *space;
    hone_fresh fresh;
    int64_t n;               /* columns, but at least 1 */
    double size, tolx, tolfun;
    int64_t initial;
    int adaptive, restarts;
    run runs[RUNS];
    int64_t n_runs, begun;   /* simplexes at a time; in all */
    int ended;               /* without restarts: the first converged */
    int64_t asked;
    int any;                 /* is there a best trial? */
    hone_standing best;
    double *start, *steps, *snapped, *best_x; /* [n] */
} nelder_mead;

static int32_t out_of_memory(const nelder_mead *s)
{
    s->host->error(s->host, -1, "out of memory");
    return HONE_ENOMEM;
}

/* ---- points -------------------------------------------------------------------------------*/

/* x, which is snapped, with room for steps between choices. */
static void soften(const nelder_mead *s, const double *from, double *x)
{
    for (int64_t c = 0; c < s->space->n_cols; c++)
        x[c] = s->space->col_choice[c] < 0 ? from[c] : from[c] > 0.5 ? CHOSEN : OTHER;
}

static void snap(const nelder_mead *s, const double *x, double *snapped)
{
    memcpy(snapped, x, (size_t)s->space->n_cols * sizeof *x);
    s->host->snap(s->host, 1, snapped, s->n);
}

/* Steps of a simplex: a cell at least; signs by u: [n]; NULL: all up. */
static void set_steps(nelder_mead *s, double size, const double *u)
{
    for (int64_t c = 0; c < s->n; c++) {
        const int64_t levels = c < s->space->n_cols ? s->space->col_levels[c] : 0;
        const int choice = c < s->space->n_cols && s->space->col_choice[c] >= 0;
        const double cell = levels > 0 ? 1.0 / (double)levels : 0.0;

        s->steps[c] = choice ? (s->start[c] > 0.5 ? -1.0 : 1.0) * 1.5 * (CHOSEN - OTHER)
                             : (u && u[c] < 0.5 ? -1.0 : 1.0) * fmax(size, cell);
    }
}

/* ---- runs ---------------------------------------------------------------------------------*/

static void start_anywhere(nelder_mead *s)
{
    hone_fresh *f = &s->fresh;

    if (s->host->quasi(s->host, -1, s->begun, 1, f->d, f->u, f->d) < 0)
        s->host->uniform(s->host, -1, s->begun * f->d, f->d, f->u);
    hone_spread(s->space, f->u, s->snapped);
    soften(s, s->snapped, s->start);
}

/* s->start and s->steps of the next simplex of a run. */
static void choose_start(nelder_mead *s, run *r)
{
    const simplex *old = &r->simplex;
    const hone_standing *now = &old->standing[0];
    const int again = old->iteration > 0 && /* has it gained something? */
                      (r->around == 0 || now->rank < r->entry.rank ||
                       r->entry.key - now->key > GAIN * fmax(fabs(now->key), s->tolfun));
    double size = s->size;

    r->entry = (hone_standing){.rank = HONE_FAILURE};
    if (again) {
        memcpy(s->start, old->x, (size_t)s->n * sizeof *s->start);
        r->entry = *now;
        r->around++;
        size *= (double)(1 << (r->around < LARGEST ? r->around - 1 : LARGEST - 1));
    } else if (s->begun == 0) {
        if (s->any)
            memcpy(s->start, s->best_x, (size_t)s->n * sizeof *s->start);
    } else {
        start_anywhere(s);
        r->around = 0;
    }
    if (s->begun > 0)
        s->host->uniform(s->host, -2 - s->begun, 0, s->n, s->snapped);
    set_steps(s, fmin(size, 0.5), s->begun > 0 ? s->snapped : NULL);
}

static void begin(nelder_mead *s, run *r)
{
    choose_start(s, r);
    simplex_begin(&r->simplex, s->start, s->steps);
    s->begun++;
}

static int32_t add_run(nelder_mead *s)
{
    run *r = &s->runs[s->n_runs];

    if (simplex_init(&r->simplex, s->n, s->adaptive) < 0) {
        simplex_free(&r->simplex);
        return HONE_ENOMEM;
    }
    s->n_runs++;
    begin(s, r);
    return HONE_OK;
}

static void go_on(nelder_mead *s, run *r)
{
    simplex_advance(&r->simplex);
    if (!simplex_ended(&r->simplex, s->tolx, s->tolfun))
        return;
    s->ended = !s->restarts;
    begin(s, r);
}

/* ---- asking -------------------------------------------------------------------------------*/

/* Row `at` of X := a question, unless the answer is known or on its way: then 0. */
static int pose(nelder_mead *s, run *r, question *q, const hone_trials *t, const int64_t *number,
                double *X, int64_t ldx, int64_t at)
{
    const int64_t cols = s->space->n_cols;
    const size_t bytes = (size_t)cols * sizeof *X;
    double *x = X + at * ldx;

    snap(s, q->x, x);
    q->state = ASKED;
    for (int64_t i = 0; i < at; i++)
        if (memcmp(X + i * ldx, x, bytes) == 0) {
            q->number = number[i];
            return 0;
        }
    const uint32_t *slot = hone_tried_slot(&s->fresh.tried, t, cols, x);

    if (*slot == 0) {
        q->number = number[at];
        return 1;
    }
    q->number = t->number[*slot - 1];
    if (t->state[*slot - 1] != HONE_RUNNING) {
        q->state = KNOWN;
        q->standing = hone_standing_of(s->host, t, *slot - 1);
        go_on(s, r);
    }
    return 0;
}

enum { POSED, NOTHING, STUCK };

/* Row `at` of X := what a run wants next. */
static int pose_next(nelder_mead *s, run *r, const hone_trials *t, const int64_t *number,
                     double *X, int64_t ldx, int64_t at)
{
    for (int k = 0; k < MOVES_AT_ONCE && !s->ended; k++) {
        question *q = simplex_next(&r->simplex, 1);

        if (!q)
            return NOTHING;
        if (pose(s, r, q, t, number, X, ldx, at))
            return POSED;
    }
    return STUCK;
}

static int32_t propose(nelder_mead *s, const hone_trials *t, const int64_t *number, double *X,
                       int64_t ldx, int64_t at)
{
    int stuck = s->fresh.d == 0 || s->asked < s->initial;

    for (int64_t k = 0; !stuck && k < RUNS; k++) {
        if (k == s->n_runs && add_run(s) < 0)
            return out_of_memory(s);
        const int found = pose_next(s, &s->runs[k], t, number, X, ldx, at);

        if (s->ended)
            return HONE_DONE;
        if (found == POSED)
            return HONE_OK;
        stuck = found == STUCK;
    }
    if (!stuck)
        return HONE_WAIT;
    return hone_fresh_sobol(&s->fresh, t, number[at], X, ldx, at) ? HONE_OK : HONE_DONE;
}

/* The best trial of others, when the instance is new. */
static void look_back(nelder_mead *s, const hone_trials *t)
{
    for (int64_t i = 0; i < t->n_finished; i++) {
        const int64_t row = t->finished[i];
        const hone_standing now = hone_standing_of(s->host, t, row);

        if (now.rank == HONE_FAILURE || (s->any && hone_standing_compare(&now, &s->best) >= 0))
            continue;
        s->any = 1;
        s->best = now;
        soften(s, t->x + row * t->ldx, s->best_x);
    }
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    nelder_mead *s = self;
    int32_t status = HONE_OK;

    *n_out = 0;
    if (hone_tried_read(&s->fresh.tried, t, s->space->n_cols) < 0)
        return out_of_memory(s);
    if (s->begun == 0)
        look_back(s, t);
    while (*n_out < n && !s->ended) {
        status = propose(s, t, number, X, ldx, *n_out);
        if (status != HONE_OK)
            break;
        s->asked++;
        ++*n_out;
    }
    if (s->ended || status == HONE_DONE)
        return HONE_DONE;
    return status == HONE_WAIT && *n_out > 0 ? HONE_OK : status;
}

/* ---- telling ------------------------------------------------------------------------------*/

/* The vertex is where the trial was: what it had before it was snapped, if that is the same. */
static void settle(nelder_mead *s, question *q, const double *told)
{
    int same = 1;

    snap(s, q->x, s->snapped);
    for (int64_t c = 0; c < s->space->n_cols; c++)
        same = same && fabs(s->snapped[c] - told[c]) < 1e-12;
    if (!same)
        soften(s, told, q->x);
}

static void answer(nelder_mead *s, run *r, const hone_trials *t, int64_t row)
{
    int any = 0;

    for (int64_t i = 0; i < r->simplex.n_questions; i++) {
        question *q = &r->simplex.questions[i];

        if (q->state != ASKED || q->number != t->number[row])
            continue;
        q->state = KNOWN;
        q->standing = hone_standing_of(s->host, t, row);
        settle(s, q, t->x + row * t->ldx);
        any = 1;
    }
    if (any)
        go_on(s, r);
}

static int32_t tell(void *self, const hone_trials *t, int64_t n, const int64_t *row)
{
    nelder_mead *s = self;

    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < s->n_runs && !s->ended; k++)
            answer(s, &s->runs[k], t, row[i]);
    return HONE_OK;
}

/* ---- plumbing -----------------------------------------------------------------------------*/

static void destroy(void *self)
{
    nelder_mead *s = self;

    if (!s)
        return;
    hone_fresh_free(&s->fresh);
    for (int64_t k = 0; k < s->n_runs; k++)
        simplex_free(&s->runs[k].simplex);
    free(s->start);
    free(s->steps);
    free(s->snapped);
    free(s->best_x);
    free(s);
}

static int32_t prepare(nelder_mead *s, const hone_host *host, const hone_value *values)
{
    s->host = host;
    s->space = host->space(host);
    s->n = s->space->n_cols > 0 ? s->space->n_cols : 1;
    s->size = values[SIZE].d;
    s->adaptive = (int)values[ADAPTIVE].i;
    s->restarts = (int)values[RESTARTS].i;
    s->tolx = values[TOLX].d;
    s->tolfun = values[TOLFUN].d;
    if (hone_fresh_init(&s->fresh, host) < 0)
        return HONE_ENOMEM;
    s->initial = values[INITIAL].i;
    s->start = calloc((size_t)s->n, sizeof *s->start);
    s->steps = calloc((size_t)s->n, sizeof *s->steps);
    s->snapped = calloc((size_t)s->n, sizeof *s->snapped);
    s->best_x = calloc((size_t)s->n, sizeof *s->best_x);
    if (!s->start || !s->steps || !s->snapped || !s->best_x)
        return HONE_ENOMEM;
    for (int64_t c = 0; c < s->space->n_cols; c++)
        s->snapped[c] = hone_start(s->space, c);
    soften(s, s->snapped, s->start);
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    nelder_mead *s = calloc(1, sizeof *s);

    if (!s || prepare(s, host, values) < 0) {
        destroy(s);
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    *self = s;
    return HONE_OK;
}

/* ---- tables -------------------------------------------------------------------------------*/

static const hone_option OPTIONS[N_OPTIONS] = {
    [SIZE] = {.name = "size",
              .type = HONE_OPT_REAL,
              .flags = HONE_OPT_OPEN_LOW,
              .def = "0.25",
              .low = 0,
              .high = 0.5,
              .doc = "Edges of the first simplex, as part of every parameter's range: smaller "
                     "searches nearer to where it begins."},
    [INITIAL] = {.name = "initial",
                 .type = HONE_OPT_INT,
                 .def = "0",
                 .low = 0,
                 .high = 1e6,
                 .unit = "trials",
                 .doc = "Sobol points at the beginning, the best of which is the first vertex; "
                        "with 0 the search begins at the best trial there is, else at the parameters' "
                        "initial values, else in the middle."},
    [ADAPTIVE] = {.name = "adaptive",
                  .type = HONE_OPT_BOOL,
                  .def = "yes",
                  .doc = "Moves become shorter with the number of parameters (Gao and Han 2012); "
                         "no takes the coefficients of 1965, which fail beyond a few."},
    [RESTARTS] = {.name = "restarts",
                  .type = HONE_OPT_BOOL,
                  .def = "yes",
                  .doc = "Whether another simplex follows one that converged; no ends the study "
                         "there."},
    [TOLX] = {.name = "tolx",
              .type = HONE_OPT_REAL,
              .flags = HONE_OPT_ADVANCED,
              .def = "1e-8",
              .low = 0,
              .high = 1,
              .doc = "A simplex has converged when it is smaller than this part of every range, "
                     "and its values are within tolfun."},
    [TOLFUN] = {.name = "tolfun",
                .type = HONE_OPT_REAL,
                .flags = HONE_OPT_ADVANCED,
                .def = "1e-8",
                .low = 0,
                .high = INFINITY,
                .doc = "A simplex has converged when its values differ by no more than this, and "
                       "it is smaller than tolx."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_CONSTRAINTS,
    .ask = ask,
    .tell = tell,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "nelder_mead",
    .version = "1.0.0",
    .doc = "The Nelder-Mead simplex, adaptive and restarted: for a few numbers and little noise.",
    .sources = "Nelder, Mead, Computer Journal 7, 1965; adaptive coefficients: Gao, Han, "
               "Computational Optimization and Applications 51, 2012; restarts: Kelley, SIAM J. "
               "Optimization 10, 1999.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("nelder_mead", "1.0.0", "MIT", "", PLUGINS)
