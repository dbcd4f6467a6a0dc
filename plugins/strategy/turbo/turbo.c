/* turbo.c - strategy: Bayesian optimization in trust regions, TuRBO.
 *
 * A region begins with points all over the space.  Then a model of its own trials is fitted, and of
 * candidates in a box around the best one the point is taken where a draw of the model is smallest
 * (Thompson sampling), so that any number of workers get different points.  The box doubles after
 * successes, halves after failures, and when it has become tiny the region starts again elsewhere
 * (region.c).  Made for many parameters and some hundreds of trials, where a model of the
 * whole space proposes its edges.
 *
 * With constraints the draw is taken that is smallest among those that meet all of theirs, else
 * that with the least violation.
 *
 * What is asked follows from the table and the trial's number alone.
 *
 * Sources: Eriksson, Pearce, Gardner, Turner, Poloczek, "Scalable Global Optimization via Local
 *          Bayesian Optimization", NeurIPS 2019, and its code, turbo_1.py: lengths 0.8, at most
 *          1.6, at least 0.5^7, 3 successes, max(4, d) failures, min(100 d, 5000) candidates;
 *          Eriksson, Poloczek, "Scalable Constrained Bayesian Optimization", AISTATS 2021.
 * Departures: several regions take trials in turn, not by draws across them, so that a trial's
 *          region follows from its number; trials count one by one as they finish, not by
 *          batches, with the same number of failures; 1,000 candidates at most, as joint draws
 *          cost their cube; priors of the surrogate (gp) in place of bounds on its lengthscales;
 *          sides and choices: box.c.
 *
 * Measured on testfn, shift 0.7, d = 20, 1,000 trials, seeds 1 and 2, best values:
 *     levy          turbo 0.15, 6.7    bayes 0.18, 0.09    cmaes 0.92, 0.81
 *     ackley        turbo 2.0, 2.2     bayes 0.63, 0.06    cmaes 2.2, 2.4
 *     rosenbrock    turbo 253, 329     bayes 14, 0.13      cmaes 23, 38
 * and after 200 trials levy turbo 15, 13, random 97, 84; ackley 12.8, 6.6, random 20.1, 20.4;
 * rosenbrock 3464, 2605, random 3e5, 4e5.  So bayes is the better choice on these. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "turbo.h"

enum { SURROGATE, REGIONS, INITIAL, SUCCESSES, FAILURES, LENGTH, CANDIDATES, N_OPTIONS };
static const double LONGEST = 1.6, SHORTEST = 0.0078125 /* 0.5^7 */;
enum { PER_PARAMETER = 100, MOST_CANDIDATES = 1000, FEWEST_FAILURES = 4 };

typedef struct turbo {
    const hone_host *host;
    rules rules;
    int64_t p, candidates;
    region *regions; /* [n_regions] */
    local *locals;   /* [n_regions] */
    box box;
    hone_fresh fresh;
    int64_t read, last, anew; /* finished trials that were read, the last one's number */
    double *scale;            /* [p] */
} turbo;

/* One ask of one region: draws for all its rows of the batch. */
typedef struct batch {
    int64_t m, s, used; /* candidates, draws, draws that were used */
    double *X, *F;      /* m x p; n_models x s x m */
} batch;

/* ---- points -------------------------------------------------------------------------------*/

static int is_new(const turbo *s, const hone_trials *t, double *X, int64_t ldx, int64_t i)
{
    s->host->snap(s->host, 1, X + i * ldx, ldx);
    return !hone_tried_has(&s->fresh.tried, t, s->p, X + i * ldx) &&
           !hone_tried_twice(X, ldx, i, s->p);
}

/* Row i := point `number` of a Sobol sequence of the epoch, or of others; HONE_DONE: all were
 * tried. */
static int32_t spread(turbo *s, const hone_trials *t, int64_t number, int64_t epoch, double *X,
                      int64_t ldx, int64_t i)
{
    hone_fresh *f = &s->fresh;
    uint64_t start;

    for (int64_t k = 0; k < HONE_FRESH_TRIES; k++) {
        const int64_t stream = epoch * HONE_FRESH_TRIES + k;

        if (s->host->quasi(s->host, -stream, number, 1, f->d, f->u, f->d) < 0)
            s->host->uniform(s->host, number, k * f->d, f->d, f->u);
        hone_spread(f->space, f->u, X + i * ldx);
        if (is_new(s, t, X, ldx, i))
            return HONE_OK;
    }
    if (!f->finite)
        return HONE_OK;
    s->host->bits(s->host, number, 0, 1, &start);
    return hone_fresh_search(f, t, start, X, ldx, i) ? HONE_OK : HONE_DONE;
}

/* Is draw a (violation, value) better than b? */
static int better(const double *a, const double *b)
{
    return a[0] != b[0] ? a[0] < b[0] : a[1] < b[1];
}

/* What draw j says of candidate i. */
static void judge(const batch *b, int64_t n_models, int64_t j, int64_t i, double out[2])
{
    out[0] = 0.0;
    out[1] = b->F[j * b->m + i];
    for (int64_t k = 1; k < n_models; k++)
        out[0] += fmax(b->F[(k * b->s + j) * b->m + i], 0.0);
}

/* Row i := the new candidate that the next draw likes best; 0: there is none. */
static int pick(const turbo *s, batch *b, int64_t n_models, const hone_trials *t, double *X,
                int64_t ldx, int64_t i)
{
    const int64_t j = b->used++;
    char *refused = calloc((size_t)b->m, 1);
    int found = 0;

    for (int64_t tries = 0; refused && tries < b->m && !found; tries++) {
        double best[2] = {INFINITY, INFINITY}, now[2];
        int64_t at = -1;

        for (int64_t c = 0; c < b->m; c++) {
            if (refused[c])
                continue;
            judge(b, n_models, j, c, now);
            if (at < 0 || better(now, best)) {
                at = c;
                memcpy(best, now, sizeof best);
            }
        }
        refused[at] = 1;
        memcpy(X + i * ldx, b->X + at * s->p, (size_t)s->p * sizeof *X);
        found = is_new(s, t, X, ldx, i);
    }
    free(refused);
    return found;
}

/* ---- a region -----------------------------------------------------------------------------*/

static int32_t draw_batch(turbo *s, int64_t k, const hone_trials *t, int64_t number, int64_t draws,
                          batch *b)
{
    const region *r = &s->regions[k];
    local *l = &s->locals[k];
    const int64_t cells = (1 + t->n_constraints) * draws * s->candidates;
    int32_t status = HONE_OK;

    free(b->X); /* of a try before that met its end in numbers */
    free(b->F);
    *b = (batch){.m = s->candidates, .s = draws};
    double *Z = malloc((size_t)cells * sizeof *Z);
    b->X = malloc((size_t)(b->m * s->p) * sizeof *b->X + 1);
    b->F = malloc((size_t)cells * sizeof *b->F);
    if (!Z || !b->X || !b->F)
        status = HONE_ENOMEM;
    if (status >= 0)
        status = local_learn(l, r, t);
    if (status >= 0)
        status = local_scales(l, s->scale);
    if (status >= 0) {
        box_shape(&s->box, s->scale, r->length);
        status = box_fill(&s->box, t->x + r->best * t->ldx, r->length, number, b->m, b->X);
    }
    if (status >= 0) {
        s->host->normal(s->host, number, 0, cells, Z);
        status = local_draw(l, b->m, b->X, draws, Z, b->F);
    }
    free(Z);
    return status;
}

static void explain(const turbo *s, const region *r, int64_t k, int64_t number, const char *phase)
{
    char words[120];

    snprintf(words, sizeof words, "%s: region %" PRId64 ", start %" PRId64 ", length %g", phase, k,
             r->epoch, r->length);
    s->host->note(s->host, number, "phase", NAN, words);
}

/* Does trial `number` still belong to the points that its region begins with? */
static int is_initial(const turbo *s, const region *r, int64_t number)
{
    const int64_t begun = (number - r->first) / s->rules.n_regions;

    return begun < s->rules.initial || r->best < 0 || r->n < (s->rules.initial + 1) / 2 ||
           s->p == 0;
}

static int32_t propose(turbo *s, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                       int64_t ldx, int64_t i, batch *batches)
{
    const int64_t k = number[i] % s->rules.n_regions;
    const region *r = &s->regions[k];
    batch *b = &batches[k];
    int64_t draws = 0;
    int32_t status = HONE_OK;

    if (is_initial(s, r, number[i])) {
        explain(s, r, k, number[i], "initial");
        return spread(s, t, number[i], r->epoch, X, ldx, i);
    }
    for (int64_t j = i; j < n; j++)
        draws += number[j] % s->rules.n_regions == k;
    if (!b->m)
        status = draw_batch(s, k, t, number[i], draws, b);
    if (status < 0 && status != HONE_ENUMERIC)
        return status;
    if (status == HONE_ENUMERIC)
        b->m = 0;
    const int found = b->m && pick(s, b, s->locals[k].n_models, t, X, ldx, i);
    explain(s, r, k, number[i], found ? "region" : b->m ? "rest" : "fallback");
    return found ? HONE_OK : spread(s, t, number[i], r->epoch, X, ldx, i);
}

/* ---- operations ---------------------------------------------------------------------------*/

static void forget(turbo *s)
{
    for (int64_t k = 0; k < s->rules.n_regions; k++) {
        s->regions[k].epoch = 0;
        s->regions[k].last = -1;
        region_begin(&s->regions[k], &s->rules, 0);
        s->locals[k].fitted = s->locals[k].held = 0;
    }
    s->read = 0;
}

/* Takes what has finished since; starts anew with a table that does not continue the last. */
static int32_t learn(turbo *s, const hone_trials *t)
{
    int32_t status = hone_tried_read(&s->fresh.tried, t, s->p);

    if (s->fresh.tried.anew != s->anew || t->n_finished < s->read ||
        (s->read > 0 && t->number[t->finished[s->read - 1]] != s->last))
        forget(s);
    s->anew = s->fresh.tried.anew;
    for (; s->read < t->n_finished && status >= 0; s->read++) {
        const int64_t row = t->finished[s->read];

        status = region_add(&s->regions[t->number[row] % s->rules.n_regions], &s->rules, t, row);
        s->last = t->number[row];
    }
    return status;
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    turbo *s = self;
    batch *batches = calloc((size_t)s->rules.n_regions, sizeof *batches);
    int32_t status = batches ? learn(s, t) : HONE_ENOMEM;

    *n_out = 0;
    while (*n_out < n && status == HONE_OK) {
        status = propose(s, t, n, number, X, ldx, *n_out, batches);
        *n_out += status == HONE_OK;
    }
    for (int64_t k = 0; batches && k < s->rules.n_regions; k++) {
        free(batches[k].X);
        free(batches[k].F);
    }
    free(batches);
    if (status == HONE_ENOMEM)
        s->host->error(s->host, -1, "out of memory");
    return status;
}

static void destroy(void *self)
{
    turbo *s = self;

    if (!s)
        return;
    for (int64_t k = 0; k < s->rules.n_regions; k++) {
        if (s->regions)
            region_free(&s->regions[k]);
        if (s->locals)
            local_free(&s->locals[k]);
    }
    free(s->regions);
    free(s->locals);
    free(s->scale);
    box_free(&s->box);
    hone_fresh_free(&s->fresh);
    free(s);
}

static int32_t prepare(turbo *s, const hone_value *values)
{
    if (hone_fresh_init(&s->fresh, s->host) < 0 || box_init(&s->box, s->host) < 0)
        return HONE_ENOMEM;
    const int64_t d = s->fresh.d, most = PER_PARAMETER * d;
    int32_t status = HONE_OK;

    s->p = s->box.p;
    s->candidates = values[CANDIDATES].is_set ? values[CANDIDATES].i
                    : most < MOST_CANDIDATES  ? most + (d == 0)
                                              : MOST_CANDIDATES;
    s->rules = (rules){.n_regions = values[REGIONS].i,
                       .initial = values[INITIAL].is_set ? values[INITIAL].i : 2 * d + (d == 0),
                       .success = values[SUCCESSES].i,
                       .failure = values[FAILURES].is_set ? values[FAILURES].i
                                  : d > FEWEST_FAILURES   ? d
                                                          : FEWEST_FAILURES,
                       .longest = LONGEST,
                       .shortest = SHORTEST,
                       .start = values[LENGTH].d};
    s->regions = calloc((size_t)s->rules.n_regions, sizeof *s->regions);
    s->locals = calloc((size_t)s->rules.n_regions, sizeof *s->locals);
    s->scale = malloc((size_t)(s->p + 1) * sizeof *s->scale);
    if (!s->regions || !s->locals || !s->scale)
        return HONE_ENOMEM;
    forget(s);
    for (int64_t k = 0; k < s->rules.n_regions && status >= 0; k++)
        status = local_init(&s->locals[k], s->host, SURROGATE,
                            (int32_t)(k * (1 + s->fresh.space->n_constraints)));
    return status;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    turbo *s = calloc(1, sizeof *s);

    int32_t status = HONE_ENOMEM;

    if (s) {
        s->host = host;
        status = prepare(s, values);
    }
    if (status == HONE_ENOMEM)
        host->error(host, -1, "out of memory");
    if (status < 0) {
        destroy(s);
        return status;
    }
    *self = s;
    return HONE_OK;
}

/* ---- tables -------------------------------------------------------------------------------*/

static const hone_option OPTIONS[N_OPTIONS] = {
    [SURROGATE] = {.name = "surrogate",
                   .type = HONE_OPT_COMPONENT,
                   .def = "gp",
                   .kind = HONE_SURROGATE,
                   .doc = "The model of a region's trials: one an objective and constraint."},
    [REGIONS] = {.name = "regions",
                 .type = HONE_OPT_INT,
                 .def = "1",
                 .low = 1,
                 .high = 1000,
                 .doc = "Trust regions that are searched side by side, in turn."},
    [INITIAL] = {.name = "initial",
                 .type = HONE_OPT_INT,
                 .low = 1,
                 .high = 1e6,
                 .unit = "trials",
                 .doc = "Points all over the space that a region begins with; unset, twice the "
                        "number of parameters (Eriksson et al. 2019)."},
    [SUCCESSES] = {.name = "successes",
                   .type = HONE_OPT_INT,
                   .flags = HONE_OPT_ADVANCED,
                   .def = "3",
                   .low = 1,
                   .high = 1e6,
                   .unit = "trials",
                   .doc = "So many better trials in a row double a region's length."},
    [FAILURES] = {.name = "failures",
                  .type = HONE_OPT_INT,
                  .flags = HONE_OPT_ADVANCED,
                  .low = 1,
                  .high = 1e6,
                  .unit = "trials",
                  .doc = "So many others in a row halve it; unset, the number of parameters, at "
                         "least 4."},
    [LENGTH] = {.name = "length",
                .type = HONE_OPT_REAL,
                .flags = HONE_OPT_ADVANCED,
                .def = "0.8",
                .low = 0.01,
                .high = 1.6,
                .doc = "Length of a region at its start, as a part of the ranges."},
    [CANDIDATES] = {.name = "candidates",
                    .type = HONE_OPT_INT,
                    .flags = HONE_OPT_ADVANCED,
                    .low = 1,
                    .high = 10000,
                    .unit = "points",
                    .doc = "Points of the region at which the model is drawn; unset, 100 for each "
                           "parameter, at most 1000; a draw costs their cube."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_CONSTRAINTS | HONE_CAP_HISTORY_ONLY,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "turbo",
    .version = "1.0.0",
    .doc = "Bayesian optimization in trust regions, TuRBO: for many parameters.",
    .sources = "Eriksson, Pearce, Gardner, Turner, Poloczek, \"Scalable Global Optimization via "
               "Local Bayesian Optimization\", NeurIPS 2019; constraints: Eriksson, Poloczek, "
               "AISTATS 2021.\nDepartures: regions take trials in turn; trials count one by one "
               "as they finish.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("turbo", "1.0.0", "MIT", "", PLUGINS)
