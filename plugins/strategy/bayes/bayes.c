/* bayes.c - strategy: Bayesian optimization.
 *
 * The first points are the middle of the space and scrambled Sobol points.  Then a surrogate is
 * fitted to the warped values of all finished trials, and the point is proposed where an
 * acquisition function is largest (maximize.c), among points not tried yet.  Trials that still
 * run, and those proposed in the same batch, count as if they had come out as predicted, so
 * that no two proposals are alike.
 *
 * Failed trials are learnt as the worst value, pruned ones as the upper quartile (data.c).  The
 * reference value of the acquisition is the smallest posterior mean at a complete or expected
 * trial, which noise does not lower.  Where the surrogate has no answer (HONE_ENUMERIC) the trial
 * gets a Sobol point and the note `fallback`.
 *
 * What is asked follows from the table and the trial's number alone (model.c).
 *
 * Each objective and each constraint has a model of its own, and with costs = yes so has the
 * logarithm of the seconds that an evaluation takes: numbered in this order, which is that of
 * the acquisition's models.  Several objectives and constraints are what the acquisition makes of
 * them: one that knows nothing of them is refused.
 *
 * Sources: Jones, Schonlau, Welch, "Efficient Global Optimization of Expensive Black-Box
 *          Functions", J. Global Optimization 13, 1998; Ginsbourger, Le Riche, Carraro,
 *          "Kriging is well-suited to parallelize optimization", 2010 (pending points: kriging
 *          believer). */
/* LIBS: -llbfgsb */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bayes.h"

enum { SURROGATE, ACQUISITION, COSTS, INITIAL, RANDOM, REGION, CANDIDATES, STARTS, N_OPTIONS };
enum { INCUMBENTS = 5 };   /* around which candidates are moved */
static const double INTERLEAVED = 0.2; /* of the trials with a model that has no slopes: SMAC3 */

typedef struct bayes {
    const hone_host *host;
    int64_t initial, candidates, starts;
    double region;         /* share of trials that are kept to the trust region */
    double random;         /* chance of a point without the model; below 0: not set */
    int flat;              /* the models have no slopes */
    columns columns;
    hone_fresh fresh;
    data data;
    models models;
    hone_component acquisition;
    int ready;             /* components are there */
    double *row;           /* [p] */
} bayes;

/* One ask: rows of X are filled one after the other. */
typedef struct request {
    const hone_trials *t;
    const int64_t *number;
    double *X;
    int64_t ldx;
    int learnt;
    int64_t expected;      /* rows of X that the model expects */
} request;

/* ---- points without a model ---------------------------------------------------------------*/

/* Is row i of X, snapped, a row of the table or one of those before it? */
static int tried(const bayes *b, const request *q, int64_t i)
{
    const int64_t p = b->columns.p;
    return hone_tried_has(&b->fresh.tried, q->t, p, q->X + i * q->ldx) ||
           hone_tried_twice(q->X, q->ldx, i, p);
}

/* Row i := an untried point of the Sobol sequence or of other scrambles of it, in a finite space
 * any untried one; HONE_DONE: there is none. */
static int32_t spread_point(bayes *b, const request *q, int64_t i)
{
    const hone_host *host = b->host;
    const columns *c = &b->columns;
    double *x = q->X + i * q->ldx;
    uint64_t start;
    for (int k = 0; k < HONE_FRESH_TRIES; k++) {
        /* stream 0 is the design, -k other scrambles; candidates have streams above 0 */
        if (host->quasi(host, -k, q->number[i], 1, c->n, b->fresh.u, c->n) < 0) {
            host->uniform(host, q->number[i], k * c->n, c->n, b->fresh.u);
        }
        hone_spread(c->space, b->fresh.u, x);
        host->snap(host, 1, x, q->ldx);
        if (!tried(b, q, i)) {
            return HONE_OK;
        }
    }
    if (!b->fresh.finite) {
        return HONE_OK;
    }
    host->bits(host, q->number[i], 0, 1, &start);
    return hone_fresh_search(&b->fresh, q->t, start, q->X, q->ldx, i) ? HONE_OK : HONE_DONE;
}

/* The middle of every number; of unordered choices what x has. */
static void middle_point(const bayes *b, double *x)
{
    const columns *c = &b->columns;
    for (int64_t k = 0; k < c->n; k++) {
        if (c->groups[k].kind != CHOICE) {
            x[c->groups[k].first] = 0.5;
        }
    }
    b->host->snap(b->host, 1, x, c->p);
}

static int32_t initial_point(bayes *b, const request *q, int64_t i)
{
    const int32_t status = spread_point(b, q, i);
    if (status == HONE_OK && q->t->n == 0 && i == 0) {
        middle_point(b, q->X);
    }
    b->host->note(b->host, q->number[i], "phase", NAN, "initial");
    return status;
}

/* ---- points by the model ------------------------------------------------------------------*/

/* Expects the point x, snapped: one row of p columns. */
static int32_t expect(bayes *b, const double *x)
{
    memcpy(b->row, x, (size_t)b->columns.p * sizeof *x);
    columns_fill(&b->columns, 1, b->row, b->columns.p);
    return models_expect(&b->models, b->row);
}

/* The models know all finished trials, and expects those that run and the first i rows. */
static int32_t learn(bayes *b, request *q, int64_t i)
{
    const hone_trials *t = q->t;
    int32_t status = HONE_OK;
    if (!q->learnt) {
        status = models_learn(&b->models, &b->data);
        for (int64_t k = 0; k < t->n_running && status >= 0; k++) {
            status = expect(b, t->x + t->running[k] * t->ldx);
        }
        q->learnt = status >= 0;
        q->expected = 0;
    }
    while (q->expected < i && status >= 0) {
        status = expect(b, q->X + q->expected++ * q->ldx);
    }
    return status;
}

/* What the acquisition is told; near (room for INCUMBENTS rows): the incumbents. */
static int32_t prepare(bayes *b, const request *q, int64_t i, judge *j, double *near,
                       int64_t *n_near)
{
    *n_near = models_survey(&b->models, &b->data, INCUMBENTS, near);
    if (*n_near < 0) {
        return (int32_t)*n_near;
    }
    j->models = &b->models;
    j->acquisition = &b->acquisition;
    j->ops = b->acquisition.ops;
    j->context = models_context(&b->models);
    j->context.number = q->number[i];
    j->context.n_trials = q->t->n;
    j->context.n_pending = b->models.each[0].now.n - b->data.n_rows;
    j->context.budget = q->t->budget;
    j->context.batch_index = i;
    return j->ops->prepare ? j->ops->prepare(b->acquisition.self, &j->context, b->models.component)
                           : HONE_OK;
}

/* Notes why row i was proposed: x is the full point. */
static void explain(const bayes *b, int64_t number, const double *x, double score)
{
    const hone_host *host = b->host;
    char mean_key[32] = "mean", sd_key[32] = "sd";
    host->note(host, number, "phase", NAN, "model");
    host->note(host, number, "score", score, NULL);
    for (int64_t k = 0; k < b->models.n_objectives; k++) {
        const model *m = &b->models.each[k];
        double mean, var;
        if (k > 0) {
            snprintf(mean_key, sizeof mean_key, "mean.%" PRId64, k);
            snprintf(sd_key, sizeof sd_key, "sd.%" PRId64, k);
        }
        if (m->ops->predict(m->surrogate.self, 1, x, m->p, &mean, &var, NULL, NULL, 0) >= 0) {
            const double low = warp_back(&m->warp, mean - sqrt(var));
            const double high = warp_back(&m->warp, mean + sqrt(var));
            host->note(host, number, mean_key, warp_back(&m->warp, mean), NULL);
            host->note(host, number, sd_key, 0.5 * high - 0.5 * low, NULL);
        }
    }
}

/* Row i := the best point found that was not tried yet. */
static int32_t take_best(bayes *b, const request *q, const search *s, int64_t i)
{
    const int64_t p = b->columns.p;
    double *x = q->X + i * q->ldx;
    for (int64_t k = 0; k < s->n; k++) {
        const double *found = s->X + s->order[k] * p;
        memcpy(x, found, (size_t)p * sizeof *x);
        b->host->snap(b->host, 1, x, q->ldx);
        if (!tried(b, q, i)) {
            explain(b, q->number[i], found, s->a[s->order[k]]);
            return HONE_OK;
        }
    }
    b->host->note(b->host, q->number[i], "phase", NAN, "rest");
    return spread_point(b, q, i);
}

static int is_interleaved(const bayes *b, int64_t number)
{
    double u;
    b->host->uniform(b->host, -2 - number, 0, 1, &u); /* the first of a stream of walk.c */
    return u < b->random;
}

/* A point without the model, so that a wrong one does not hide the best for ever. */
static int32_t random_point(bayes *b, const request *q, int64_t i)
{
    b->host->note(b->host, q->number[i], "phase", NAN, "random");
    return spread_point(b, q, i);
}

/* Near the best point, where box (2 p) says, candidates are denser, and some trials stay: not while
 * others run, which would crowd there. */
static void set_region(const bayes *b, search *s, const double *best, double *box)
{
    const int64_t p = b->columns.p;
    if (b->region > 0.0 && s->n_near > 0 && !b->flat && b->models.n_objectives == 1) {
        region_box(&b->columns, best, region_side(&b->data, b->columns.n), box, box + p);
        s->lower = box;
        s->upper = box + p;
        s->kept = s->judge->context.n_pending == 0 && region_keeps(s->number, b->region);
    }
}

static int32_t model_point(bayes *b, request *q, int64_t i)
{
    judge j;
    search s = {.columns = &b->columns,
                .judge = &j,
                .candidates = b->candidates,
                .starts = b->starts,
                .flat = b->flat,
                .joint = (((const hone_acquisition_ops *)b->acquisition.ops)->caps &
                          HONE_CAP_JOINT) != 0,
                .number = q->number[i]};
    const int64_t p = b->columns.p;
    double *near = malloc((size_t)((INCUMBENTS + 2) * p) * sizeof *near + 1);
    int32_t status = near ? learn(b, q, i) : HONE_ENOMEM;
    if (status >= 0) {
        status = prepare(b, q, i, &j, near, &s.n_near);
    }
    if (status >= 0) {
        s.near = near;
        set_region(b, &s, near, near + INCUMBENTS * p);
        status = search_run(&s);
    }
    if (status >= 0) {
        status = take_best(b, q, &s, i);
    }
    search_free(&s);
    free(near);
    if (status == HONE_ENUMERIC) {
        b->host->note(b->host, q->number[i], "phase", NAN, "fallback");
        status = spread_point(b, q, i);
    }
    return status;
}

/* ---- operations ---------------------------------------------------------------------------*/

static int32_t find_acquisition(bayes *b)
{
    b->acquisition.size = sizeof b->acquisition;
    return b->host->component(b->host, ACQUISITION, 0, NULL, &b->acquisition);
}

static int32_t components(bayes *b)
{
    int32_t status = HONE_OK;
    if (!b->ready) {
        status = models_init(&b->models, &b->data, b->host, SURROGATE);
        if (status >= 0) {
            status = find_acquisition(b);
        }
        if (status >= 0) {
            const uint32_t caps = b->models.each[0].ops->caps;
            b->columns.sparse = (caps & HONE_CAP_CONDITIONAL) != 0;
            b->flat = !(caps & HONE_CAP_GRADIENT);
            b->random = b->random < 0.0 ? b->flat * INTERLEAVED : b->random;
        }
        b->ready = status >= 0;
    }
    return status;
}

static int32_t fail(const bayes *b, int32_t status)
{
    if (status == HONE_ENOMEM) {
        b->host->error(b->host, -1, "out of memory");
    }
    return status;
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    bayes *b = self;
    request q = {.t = t, .number = number, .X = X, .ldx = ldx};
    int32_t status = components(b);
    *n_out = 0;
    if (status >= 0) {
        status = hone_tried_read(&b->fresh.tried, t, b->columns.p);
    }
    if (status >= 0) {
        status = data_read(&b->data, t, &b->columns);
    }
    if (status < 0) {
        return fail(b, status);
    }
    const int enough = data_complete(&b->data, model_size(b->data.n)) >= 2;
    while (*n_out < n && status == HONE_OK) {
        status = !enough || t->n + *n_out < b->initial  ? initial_point(b, &q, *n_out)
                 : is_interleaved(b, number[*n_out]) ? random_point(b, &q, *n_out)
                                                       : model_point(b, &q, *n_out);
        *n_out += status == HONE_OK;
    }
    return fail(b, status);
}

static void destroy(void *self)
{
    bayes *b = self;
    if (b) {
        columns_free(&b->columns);
        hone_fresh_free(&b->fresh);
        data_free(&b->data);
        models_free(&b->models);
        free(b->row);
        free(b);
    }
}

/* Several objectives and constraints are the acquisition's to weigh. */
static int32_t weighable(bayes *b, const hone_space *space)
{
    char why[200];
    int32_t status = HONE_OK;
    if (space->n_objectives > 1 || space->n_constraints > 0) {
        status = find_acquisition(b);
    }
    const hone_acquisition_ops *ops = b->acquisition.ops;
    const uint32_t caps = ops ? ops->caps : 0;
    const char *what = space->n_objectives > 1 && !(caps & HONE_CAP_MULTI_OBJECTIVE)
                           ? "one objective, and there are several"
                       : space->n_constraints > 0 && !(caps & HONE_CAP_CONSTRAINTS)
                           ? "no constraints, and there are some"
                           : NULL;
    if (status >= 0 && what) {
        snprintf(why, sizeof why, "acquisition '%s' handles %s", b->acquisition.name, what);
        b->host->error(b->host, ACQUISITION, why);
        return HONE_EUNSUPPORTED;
    }
    return status;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    const hone_space *space = host->space(host);
    bayes *b = calloc(1, sizeof *b);
    if (!b || hone_fresh_init(&b->fresh, host) < 0 || columns_init(&b->columns, host) < 0 ||
        !(b->row = malloc((size_t)space->n_cols * sizeof *b->row + 1))) {
        host->error(host, -1, "out of memory");
        destroy(b);
        return HONE_ENOMEM;
    }
    b->host = host;
    b->candidates = values[CANDIDATES].i;
    b->starts = values[STARTS].i;
    b->initial = values[INITIAL].i;
    b->region = values[REGION].is_set ? values[REGION].d : region_share(&b->columns);
    b->random = values[RANDOM].is_set ? values[RANDOM].d : -1.0;
    b->data.costs = (int)values[COSTS].i;
    b->data.n_objectives = space->n_objectives;
    b->data.n_constraints = space->n_constraints;
    b->data.k = space->n_objectives + space->n_constraints + b->data.costs;
    const int32_t status = weighable(b, space);
    if (status < 0) {
        destroy(b);
        return status;
    }
    *self = b;
    return HONE_OK;
}

/* ---- tables -------------------------------------------------------------------------------*/

static const hone_option OPTIONS[N_OPTIONS] = {
    [SURROGATE] = {.name = "surrogate",
                   .type = HONE_OPT_COMPONENT,
                   .def = "gp",
                   .kind = HONE_SURROGATE,
                   .doc = "The model of an objective or constraint: each has one of its own."},
    [ACQUISITION] = {.name = "acquisition",
                     .type = HONE_OPT_COMPONENT,
                     .def = "log_ei",
                     .kind = HONE_ACQUISITION,
                     .doc = "How a prediction is turned into the worth of evaluating there."},
    [COSTS] = {.name = "costs",
               .type = HONE_OPT_BOOL,
               .def = "no",
               .doc = "A further model, of the logarithm of the seconds that an evaluation takes, "
                      "for acquisitions that weigh them (ei_per_second)."},
    [INITIAL] = {.name = "initial",
                 .type = HONE_OPT_INT,
                 .def = "5",
                 .low = 1,
                 .high = 1e6,
                 .unit = "trials",
                 .doc = "Points that are spread over the space before the model is asked, counting "
                        "all trials there are."},
    [RANDOM] = {.name = "random",
                .type = HONE_OPT_REAL,
                .low = 0,
                .high = 1,
                .doc = "The share of trials that are proposed without the model; unset, 0.2 with a "
                       "surrogate without slopes such as forest (SMAC3), else none."},
    [REGION] = {.name = "region",
                .type = HONE_OPT_REAL,
                .low = 0,
                .high = 1,
                .doc = "The share of trials that are kept to a box around the best one, which "
                       "grows with success and shrinks without (a trust region, Eriksson et al. "
                       "2019), of one objective and while no other trial runs; unset, 0.6 in "
                       "spaces of up to 12 parameters without conditions, else none."},
    [CANDIDATES] = {.name = "candidates",
                    .type = HONE_OPT_INT,
                    .flags = HONE_OPT_ADVANCED,
                    .def = "1024",
                    .low = 1,
                    .high = 1e6,
                    .unit = "points",
                    .doc = "Points all over the space at which the acquisition is looked at, and "
                           "half as many around the best trials; the cost of a proposal grows "
                           "with them."},
    [STARTS] = {.name = "starts",
                .type = HONE_OPT_INT,
                .flags = HONE_OPT_ADVANCED,
                .def = "10",
                .low = 1,
                .high = 1000,
                .unit = "searches",
                .doc = "Quasi-Newton searches from the best of these points, advanced together."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_MULTI_OBJECTIVE | HONE_CAP_CONSTRAINTS |
            HONE_CAP_CONDITIONAL | HONE_CAP_HISTORY_ONLY,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "bayes",
    .version = "1.0.0",
    .doc = "Bayesian optimization: a model of all trials proposes the most promising point.",
    .sources = "Jones, Schonlau, Welch, \"Efficient Global Optimization of Expensive Black-Box "
               "Functions\", J. Global Optimization 13, 1998; pending points: Ginsbourger, Le "
               "Riche, Carraro, \"Kriging is well-suited to parallelize optimization\", 2010.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("bayes", "1.0.0", "MIT", "", PLUGINS)
