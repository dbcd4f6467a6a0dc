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
 * Single objective, no constraints.  Models are numbered 0, 1, ... as an acquisition wants them
 * (objectives, then constraints); here there is number 0.
 *
 * Sources: Jones, Schonlau, Welch, "Efficient Global Optimization of Expensive Black-Box
 *          Functions", J. Global Optimization 13, 1998; Ginsbourger, Le Riche, Carraro,
 *          "Kriging is well-suited to parallelize optimization", 2010 (pending points: kriging
 *          believer). */
/* LIBS: -llbfgsb */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bayes.h"

enum { SURROGATE, ACQUISITION, INITIAL, CANDIDATES, STARTS, N_OPTIONS };
enum { INCUMBENTS = 5 };   /* around which candidates are moved */

typedef struct bayes {
    const hone_host *host;
    int64_t initial, candidates, starts;
    columns columns;
    hone_fresh fresh;
    data data;
    model model;
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
    return model_expect(&b->model, 1, b->row);
}

/* The model knows all finished trials, and expects those that run and the first i rows. */
static int32_t learn(bayes *b, request *q, int64_t i)
{
    const hone_trials *t = q->t;
    int32_t status = HONE_OK;
    if (!q->learnt) {
        status = model_learn(&b->model, &b->data);
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
    const int64_t p = b->columns.p;
    const hone_component *models[] = {&b->model.surrogate};
    hone_fit_info info = {.size = sizeof info, .noise_var = NAN, .score = NAN};
    int64_t row[INCUMBENTS];
    double best = NAN;
    *n_near = model_best(&b->model, &b->data, INCUMBENTS, row, &best);
    if (*n_near < 0) {
        return (int32_t)*n_near;
    }
    for (int64_t k = 0; k < *n_near; k++) {
        memcpy(near + k * p, b->model.now.X + row[k] * p, (size_t)p * sizeof *near);
    }
    b->model.ops->info(b->model.surrogate.self, &info);
    j->model = &b->model;
    j->acquisition = &b->acquisition;
    j->ops = b->acquisition.ops;
    j->noise = info.noise_var;
    j->best = best;
    j->context = (hone_acq_context){.size = sizeof(hone_acq_context),
                                    .n_objectives = 1,
                                    .n_models = 1,
                                    .number = q->number[i],
                                    .n_trials = q->t->n,
                                    .n_pending = b->model.now.n - b->data.n,
                                    .budget = q->t->budget,
                                    .batch_index = i,
                                    .best = best,
                                    .noise_var = &j->noise,
                                    .front = &j->best,
                                    .n_front = *n_near > 0,
                                    .ld_front = 1};
    return j->ops->prepare ? j->ops->prepare(b->acquisition.self, &j->context, models)
                           : HONE_OK;
}

/* Notes why row i was proposed: x is the full point. */
static void explain(const bayes *b, int64_t number, const double *x, double score)
{
    const model *m = &b->model;
    const hone_host *host = b->host;
    double mean, var;
    host->note(host, number, "phase", NAN, "model");
    host->note(host, number, "score", score, NULL);
    if (m->ops->predict(m->surrogate.self, 1, x, m->p, &mean, &var, NULL, NULL, 0) >= 0) {
        const double low = warp_back(&m->warp, mean - sqrt(var));
        const double high = warp_back(&m->warp, mean + sqrt(var));
        host->note(host, number, "mean", warp_back(&m->warp, mean), NULL);
        host->note(host, number, "sd", 0.5 * high - 0.5 * low, NULL);
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

static int32_t model_point(bayes *b, request *q, int64_t i)
{
    judge j;
    search s = {.columns = &b->columns,
                .judge = &j,
                .candidates = b->candidates,
                .starts = b->starts,
                .number = q->number[i]};
    double *near = malloc((size_t)(INCUMBENTS * b->columns.p) * sizeof *near + 1);
    int32_t status = near ? learn(b, q, i) : HONE_ENOMEM;
    if (status >= 0) {
        status = prepare(b, q, i, &j, near, &s.n_near);
    }
    if (status >= 0) {
        s.near = near;
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

static int32_t components(bayes *b)
{
    int32_t status = HONE_OK;
    if (!b->ready) {
        b->model.surrogate.size = b->acquisition.size = sizeof(hone_component);
        status = b->host->component(b->host, SURROGATE, 0, NULL, &b->model.surrogate);
        if (status >= 0) {
            status = b->host->component(b->host, ACQUISITION, 0, NULL, &b->acquisition);
        }
        b->model.ops = b->model.surrogate.ops;
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
        status = enough && t->n + *n_out >= b->initial ? model_point(b, &q, *n_out)
                                                       : initial_point(b, &q, *n_out);
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
        model_free(&b->model);
        free(b->row);
        free(b);
    }
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    const hone_space *space = host->space(host);
    if (space->n_objectives > 1 || space->n_constraints > 0) {
        host->error(host, -1, "bayes handles one objective and no constraints");
        return HONE_EUNSUPPORTED;
    }
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
    *self = b;
    return HONE_OK;
}

/* ---- tables -------------------------------------------------------------------------------*/

static const hone_option OPTIONS[N_OPTIONS] = {
    [SURROGATE] = {.name = "surrogate",
                   .type = HONE_OPT_COMPONENT,
                   .def = "gp",
                   .kind = HONE_SURROGATE,
                   .doc = "The model of the objective."},
    [ACQUISITION] = {.name = "acquisition",
                     .type = HONE_OPT_COMPONENT,
                     .def = "log_ei",
                     .kind = HONE_ACQUISITION,
                     .doc = "How a prediction is turned into the worth of evaluating there."},
    [INITIAL] = {.name = "initial",
                 .type = HONE_OPT_INT,
                 .def = "5",
                 .low = 1,
                 .high = 1e6,
                 .unit = "trials",
                 .doc = "Points that are spread over the space before the model is asked, counting "
                        "all trials there are."},
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
    .caps = HONE_CAP_BATCH | HONE_CAP_CONDITIONAL | HONE_CAP_HISTORY_ONLY,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "bayes",
    .version = "1.0.0",
    .doc = "Bayesian optimization: a model of all trials proposes the most promising point.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("bayes", "1.0.0", "MIT", "", PLUGINS)
