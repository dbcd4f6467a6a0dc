/* cmaes.c - strategy: the covariance matrix adaptation evolution strategy.
 *
 * Generations of points are drawn from a normal distribution in the unit cube, ranked by value,
 * and move and reshape the distribution (evolution.c).  A run that has converged is followed by
 * others of different size (criteria.c, restart.c), from a mean anywhere in the cube.
 *
 * A generation is served one by one or in batches to any number of workers and learnt from when
 * all of it was told; asked for more meanwhile, the answer is to wait.  With more workers than
 * members some stand idle.  Ranks of failed, pruned and infeasible trials: generation.c.  Trials
 * of others are not looked at.
 *
 * A point outside the cube is drawn again, twice at most, then clipped to it, and is learnt from
 * where it was clipped.  More draws shorten the steps towards an optimum on the border (the
 * best of 2000 on the slope of tests/unit/test_cmaes.c: 93 with ten draws, 49 with three, 9
 * with one), fewer give more points that are alike, in corners.
 *
 * What a whole number, a choice or an inactive parameter had before it was snapped is what is
 * learnt from: the told point is its image, and the distribution does not collapse onto the
 * images.  A choice among K unordered ones is the largest of K columns; an inactive parameter
 * drifts.  Of a whole number the deviation can become smaller than the distance of two values,
 * so the search can freeze there until the next run.
 *
 * In a finite space a point that was tried is drawn again, then replaced by a random untried
 * one; when all were tried, the search is done.  With restarts = none the first run's end is the
 * end of the search.
 *
 * Normals come from the stream of the trial's number, all else from that of the first number of
 * a run, so repeated asks and tells give the same points, with the same BLAS and processor. */
/* LIBS: -llapacke -lopenblas */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "criteria.h"
#include "evolution.h"
#include "generation.h"
#include "hone_fresh.h"
#include "restart.h"

enum { SIGMA, MEAN, POPULATION, RESTARTS, TOLX, TOLFUN, N_OPTIONS };
enum { RESAMPLES = 3 }; /* draws before a point is clipped */

typedef struct cmaes {
    const hone_host *host;
    hone_fresh fresh;
    evolution evolution;
    generation generation;
    criteria criteria;
    restart restart;
    int running;         /* 0: a run has to begin */
    int ended;           /* none will */
    int plain;           /* every column is a number that is continuous and always active */
    int64_t n;           /* columns, but at least 1 */
    double *start;       /* [n] mean of the first run */
    double *z, *x;       /* [n] */
} cmaes;

static int32_t out_of_memory(const cmaes *s)
{
    s->host->error(s->host, -1, "out of memory");
    return HONE_ENOMEM;
}

/* ---- asking -------------------------------------------------------------------------------*/

/* number: the first trial of the run. */
static int32_t begin_run(cmaes *s, int64_t number)
{
    const hone_host *host = s->host;
    const double *mean = s->start;
    double u[2], sigma;
    char words[64];
    int64_t lambda;

    host->uniform(host, number, s->n, 2, u);
    if (s->restart.runs > 0) {
        host->uniform(host, number, 0, s->n, s->x);
        mean = s->x;
    }
    restart_next(&s->restart, u, &lambda, &sigma);
    if (evolution_begin(&s->evolution, lambda, mean, sigma) < 0 ||
        generation_begin(&s->generation, lambda) < 0)
        return out_of_memory(s);
    criteria_begin(&s->criteria);
    s->running = 1;
    snprintf(words, sizeof words, "run %lld: %lld a generation", (long long)s->restart.runs,
             (long long)lambda);
    host->note(host, number, "phase", NAN, words);
    return HONE_OK;
}

static int inside(const double *x, int64_t n)
{
    for (int64_t j = 0; j < n; j++)
        if (!(x[j] >= 0.0 && x[j] <= 1.0))
            return 0;
    return 1;
}

/* Member i := a point of the cube; `first` counts the stream's normals up. */
static void draw(cmaes *s, int64_t i, int64_t number, int64_t *first)
{
    for (int k = 0; k < RESAMPLES; k++) {
        s->host->normal(s->host, number, *first, s->n, s->z);
        *first += s->n;
        evolution_sample(&s->evolution, i, s->z, s->x);
        if (inside(s->x, s->n))
            return;
    }
    for (int64_t j = 0; j < s->n; j++)
        s->x[j] = fmin(fmax(s->x[j], 0.0), 1.0);
    evolution_place(&s->evolution, i, s->x);
}

/* Row r of X := the next member; HONE_DONE: nothing new is left. */
static int32_t propose(cmaes *s, const hone_trials *t, int64_t number, double *X, int64_t ldx,
                       int64_t r)
{
    const int64_t i = s->generation.asked;
    const size_t bytes = (size_t)s->fresh.space->n_cols * sizeof *X;
    int64_t first = 0;
    uint64_t start;

    for (int k = 0; k < HONE_FRESH_TRIES; k++) {
        draw(s, i, number, &first);
        memcpy(X + r * ldx, s->x, bytes);
        if (!s->plain)
            s->host->snap(s->host, 1, X + r * ldx, ldx);
        if (hone_fresh_row(&s->fresh, t, X, ldx, r))
            return HONE_OK;
    }
    s->host->bits(s->host, number, 0, 1, &start);
    if (!hone_fresh_search(&s->fresh, t, start, X, ldx, r))
        return HONE_DONE;
    memcpy(s->x, X + r * ldx, bytes);
    evolution_place(&s->evolution, i, s->x);
    return HONE_OK;
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    cmaes *s = self;

    *n_out = 0;
    if (s->ended)
        return HONE_DONE;
    if (hone_fresh_begin(&s->fresh, t) < 0)
        return out_of_memory(s);
    if (!s->running && begin_run(s, number[0]) < 0)
        return HONE_ENOMEM;
    for (; *n_out < n && s->generation.asked < s->generation.lambda; ++*n_out) {
        if (propose(s, t, number[*n_out], X, ldx, *n_out) == HONE_DONE)
            return HONE_DONE;
        generation_ask(&s->generation, number[*n_out]);
    }
    return *n_out > 0 ? HONE_OK : HONE_WAIT;
}

/* ---- telling ------------------------------------------------------------------------------*/

static void end_run(cmaes *s, const char *why)
{
    char words[96];

    snprintf(words, sizeof words, "cmaes: run %lld ended after %lld generations: %s",
             (long long)s->restart.runs, (long long)s->evolution.generation, why);
    s->host->log(s->host, HONE_LOG_INFO, words);
    restart_end(&s->restart);
    s->running = 0;
    s->ended = s->restart.mode == RESTART_NONE;
}

/* All members were told. */
static int32_t learn(cmaes *s)
{
    generation *g = &s->generation;
    const char *why = NULL;
    int updated = 1;

    generation_rank(g);
    s->restart.evaluations += g->lambda;
    if (g->ranked > 0)
        updated = evolution_update(&s->evolution, g->order, g->ranked) == 0;
    if (criteria_look(&s->criteria, &s->evolution, g->values, g->n_values, updated, &why) < 0 ||
        generation_begin(g, g->lambda) < 0)
        return out_of_memory(s);
    if (!why && restart_spent(&s->restart))
        why = "its share of evaluations is used";
    if (why)
        end_run(s, why);
    return HONE_OK;
}

static int32_t tell(void *self, const hone_trials *t, int64_t n, const int64_t *row)
{
    cmaes *s = self;
    int32_t status = HONE_OK;

    for (int64_t i = 0; i < n && status >= 0; i++)
        if (s->running && generation_tell(&s->generation, s->host, t, row[i]))
            status = learn(s);
    return status;
}

/* ---- plumbing -----------------------------------------------------------------------------*/

static void destroy(void *self)
{
    cmaes *s = self;

    if (s) {
        hone_fresh_free(&s->fresh);
        evolution_free(&s->evolution);
        generation_free(&s->generation);
        criteria_free(&s->criteria);
        free(s->start);
        free(s->z);
        free(s->x);
    }
    free(s);
}

static int is_plain(const hone_space *space)
{
    int plain = 1;

    for (int64_t c = 0; c < space->n_cols; c++) {
        const hone_param *p = space->params[space->col_param[c]];

        plain = plain && p->type == HONE_REAL && p->parent < 0 && space->col_levels[c] == 0;
    }
    return plain;
}

static int32_t set_start(cmaes *s, const hone_value *mean)
{
    const hone_space *space = s->fresh.space;

    if (mean->n > 1 && mean->n != space->n_cols) {
        s->host->error(s->host, MEAN, "mean takes one number, or one for each column of the space");
        return HONE_EINVAL;
    }
    s->start[0] = 0.5;
    for (int64_t c = 0; c < space->n_cols; c++)
        s->start[c] = mean->n > 1    ? mean->v[c]
                      : mean->n == 1           ? mean->v[0]
                      : space->col_choice[c] < 0 ? hone_start(space, c)
                                                 : 0.5;
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    const hone_space *space = host->space(host);
    cmaes *s = calloc(1, sizeof *s);
    const int64_t n = space->n_cols > 0 ? space->n_cols : 1;
    int32_t status = HONE_ENOMEM;

    if (space->n_objectives > 1) {
        host->error(host, -1, "cmaes handles one objective");
        free(s);
        return HONE_EUNSUPPORTED;
    }
    if (s && hone_fresh_init(&s->fresh, host) >= 0 && evolution_init(&s->evolution, n) >= 0 &&
        (s->start = calloc((size_t)n, sizeof *s->start)) &&
        (s->z = calloc((size_t)n, sizeof *s->z)) && (s->x = calloc((size_t)n, sizeof *s->x))) {
        s->host = host;
        s->n = n;
        s->plain = is_plain(space);
        s->criteria.tolx = values[TOLX].d;
        s->criteria.tolfun = values[TOLFUN].d;
        s->restart.mode = values[RESTARTS].i;
        s->restart.sigma = values[SIGMA].d;
        s->restart.lambda = values[POPULATION].is_set ? values[POPULATION].i
                                                      : 4 + (int64_t)floor(3.0 * log((double)n));
        status = set_start(s, &values[MEAN]);
    } else {
        host->error(host, -1, "out of memory");
    }
    if (status < 0) {
        destroy(s);
        return status;
    }
    *self = s;
    return HONE_OK;
}

/* ---- tables -------------------------------------------------------------------------------*/

static const char *const RESTARTS_CHOICES[] = {"none", "ipop", "bipop", NULL};

static const hone_option OPTIONS[N_OPTIONS] = {
    [SIGMA] = {.name = "sigma",
               .type = HONE_OPT_REAL,
               .flags = HONE_OPT_OPEN_LOW,
               .def = "0.2",
               .low = 0,
               .high = 1,
               .doc = "Standard deviation at the start, as a part of every parameter's range: "
                      "smaller searches nearer to the mean."},
    [MEAN] = {.name = "mean",
              .type = HONE_OPT_REALS,
              .low = 0,
              .high = 1,
              .doc = "Where the first run starts, as parts of the ranges: one number, or one for "
                     "each column; unset, the parameters' initial values, else the middle."},
    [POPULATION] = {.name = "population",
                    .type = HONE_OPT_INT,
                    .low = 4,
                    .high = 1e6,
                    .unit = "trials",
                    .doc = "Members of a generation of the first run; unset, 4 + 3 ln n for n "
                           "columns; more are for noise, many optima or many workers."},
    [RESTARTS] = {.name = "restarts",
                  .type = HONE_OPT_CHOICE,
                  .def = "bipop",
                  .choices = RESTARTS_CHOICES,
                  .doc = "What follows a run that converged: the end, runs of doubled population "
                         "(Auger and Hansen 2005), or those and small ones (Hansen 2009)."},
    [TOLX] = {.name = "tolx",
              .type = HONE_OPT_REAL,
              .flags = HONE_OPT_ADVANCED,
              .def = "1e-12",
              .low = 0,
              .high = 1,
              .doc = "A run ends when all deviations are below this part of sigma."},
    [TOLFUN] = {.name = "tolfun",
                .type = HONE_OPT_REAL,
                .flags = HONE_OPT_ADVANCED,
                .def = "1e-12",
                .low = 0,
                .high = INFINITY,
                .doc = "A run ends when the values of a generation and the best ones of those "
                       "before differ by no more than this."},
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
    .name = "cmaes",
    .version = "1.0.0",
    .doc = "CMA-ES: a normal distribution that learns the shape of the objective, with restarts.",
    .sources = "Hansen, \"The CMA Evolution Strategy: A Tutorial\", arXiv:1604.00772; restarts: "
               "Auger, Hansen, CEC 2005, and Hansen, GECCO 2009 workshops.\nDeparture: points "
               "outside the cube are drawn again, twice at most, then clipped.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("cmaes", "1.0.0", "MIT", "", PLUGINS)
