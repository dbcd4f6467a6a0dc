/* evolution.c - strategy: regularized evolution of Real and others, for choices, integers and
 * conditional spaces.
 *
 * The population are the last `population` finished trials that did not fail: the oldest leaves,
 * however good it is, so that a lucky value does not stay for ever.  A suggestion is the best of
 * `sample` members drawn at random, with one of its active parameters changed.  The first
 * `population` trials are scrambled Sobol points.
 *
 * Every suggestion comes from the population of its moment, so that any number of workers is served
 * without waiting, as in the paper.  What is asked follows from the table and the trial's number
 * alone.  No point is proposed that the table holds, running ones included: such a child is drawn
 * again, at last with more parameters changed; a finite space ends when all its points were tried.
 *
 * A choice becomes any other; a number moves by a normal step of `step` of its range, reflected at
 * the bounds, integers by one at least.  A parameter that its parent activates anew is drawn
 * uniformly.  Pruned trials, which have no value, stand behind complete ones; infeasible ones stand
 * behind both and are compared by what they exceed constraints by.
 *
 * Source: Real, Aggarwal, Huang, Le, "Regularized Evolution for Image Classifier Architecture
 *         Search", AAAI 33 (2019), algorithm 1 and section "Experiment setup": P = 100, S = 25.
 * Departures: members are drawn from the newest P at once, not from a queue of its own; numbers,
 *         which the paper does not have, move as above; P = 50 and S = 12, the same ratio, since
 *         budgets here are smaller. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_fresh.h"

enum { POPULATION, SAMPLE, STEP, N_OPTIONS };
enum { FINE = 1, PRUNED, INFEASIBLE }; /* merits, the smaller the better */

typedef struct evolution {
    const hone_host *host;
    const hone_space *space;
    int64_t size, sample;  /* options */
    double step;
    hone_fresh fresh;
    int64_t *member;       /* [size] rows of the table, a ring */
    int64_t members, next; /* in the ring; where the next one goes */
    int64_t n, last;       /* finished trials that were read, the number of the last one */
    int64_t *first;        /* [fresh.d] first column of each parameter */
    double *numbers;       /* [room] random numbers of a child */
} evolution;

/* ---- population ---------------------------------------------------------------------------*/

/* Takes what has finished since; starts anew with a table that does not continue the last. */
static void learn(evolution *s, const hone_trials *t)
{
    if (t->n_finished < s->n || (s->n > 0 && t->number[t->finished[s->n - 1]] != s->last))
        s->members = s->next = s->n = 0;
    for (; s->n < t->n_finished; s->n++) {
        const int64_t row = t->finished[s->n];

        if (t->state[row] == HONE_FAILED)
            continue;
        s->member[s->next] = row;
        s->next = (s->next + 1) % s->size;
        s->members += s->members < s->size;
    }
    s->last = s->n > 0 ? t->number[t->finished[s->n - 1]] : 0;
}

static double violation(const hone_trials *t, int64_t row)
{
    double sum = 0;

    for (int64_t k = 0; t->c && k < t->n_constraints; k++)
        if (!(t->c[row * t->ldc + k] <= 0)) /* unknown counts as one */
            sum += isnan(t->c[row * t->ldc + k]) ? 1 : t->c[row * t->ldc + k];
    return sum;
}

static int merit(const hone_trials *t, int64_t row)
{
    if (t->state[row] == HONE_PRUNED)
        return PRUNED;
    return violation(t, row) > 0 ? INFEASIBLE : FINE;
}

static int better(const hone_trials *t, int64_t a, int64_t b)
{
    const int ma = merit(t, a), mb = merit(t, b);

    if (ma != mb)
        return ma < mb;
    if (ma == INFEASIBLE)
        return violation(t, a) < violation(t, b);
    return t->y[a * t->ldy] < t->y[b * t->ldy]; /* of pruned ones NaN: neither */
}

/* The best of `sample` members, by as many random numbers in [0, 1). */
static int64_t tournament(const evolution *s, const hone_trials *t, const double *u)
{
    int64_t best = s->member[(int64_t)(u[0] * (double)s->members)];

    for (int64_t k = 1; k < s->sample; k++) {
        const int64_t row = s->member[(int64_t)(u[k] * (double)s->members)];

        if (better(t, row, best))
            best = row;
    }
    return best;
}

/* ---- mutation -----------------------------------------------------------------------------*/

/* Into [0, 1] by mirrors at both ends. */
static double reflected(double x)
{
    x = fmod(fabs(x), 2);
    return x > 1 ? 2 - x : x;
}

/* Another value of the parameter whose columns begin at x[c]; u, z: a uniform, a normal number. */
static void mutate(const evolution *s, int64_t c, double u, double z, double *x)
{
    const hone_space *space = s->space;
    const hone_param *p = space->params[space->col_param[c]];

    if (space->col_choice[c] >= 0) {
        const int64_t n = p->n_choices, now = hone_chosen(n, x + c);

        hone_choose(n, (now + 1 + (int64_t)(u * (double)(n - 1))) % n, x + c);
        return;
    }
    const double cell = space->col_levels[c] > 0 ? 1.0 / (double)space->col_levels[c] : 0;
    const double move = copysign(fmax(fabs(z) * s->step, cell), z);

    x[c] = reflected(x[c] + move);
}

/* x := the parent with `changes` of its active parameters changed; those without a value, which
 * snap may make active, are drawn.  u: 3 numbers a change, then one a parameter. */
static void child(const evolution *s, const hone_trials *t, int64_t parent, int changes,
                  const double *u, const double *z, double *x)
{
    const double *from = t->x + parent * t->ldx;
    int64_t active = 0;

    hone_spread(s->space, u + 2 * changes, x);
    for (int64_t c = 0; c < s->space->n_cols; c++)
        if (!isnan(from[c]))
            x[c] = from[c];
    for (int64_t i = 0; i < s->fresh.d; i++)
        active += !isnan(from[s->first[i]]);
    for (int k = 0; k < changes; k++) {
        int64_t chosen = (int64_t)(u[2 * k] * (double)active), i = 0;

        while (isnan(from[s->first[i]]) || chosen-- > 0)
            i++;
        mutate(s, s->first[i], u[2 * k + 1], z[k], x);
    }
}

/* ---- asking -------------------------------------------------------------------------------*/

enum { MOST_CHANGES = 4 };

static int is_new(const evolution *s, const hone_trials *t, double *X, int64_t ldx, int64_t i)
{
    const int64_t cols = s->space->n_cols;

    s->host->snap(s->host, 1, X + i * ldx, ldx);
    return !hone_tried_has(&s->fresh.tried, t, cols, X + i * ldx) &&
           !hone_tried_twice(X, ldx, i, cols);
}

/* Row i := a child that is new; 0: there was none in many tries. */
static int breed(const evolution *s, const hone_trials *t, int64_t number, double *X, int64_t ldx,
                 int64_t i)
{
    const int64_t n = s->sample + 2 * MOST_CHANGES + s->fresh.d;
    double z[MOST_CHANGES];

    for (int64_t k = 0; k < HONE_FRESH_TRIES; k++) {
        const int changes = 1 + (int)(k * MOST_CHANGES / HONE_FRESH_TRIES);

        s->host->uniform(s->host, number, k * n, n, s->numbers);
        s->host->normal(s->host, number, k * MOST_CHANGES, MOST_CHANGES, z);
        child(s, t, tournament(s, t, s->numbers), changes, s->numbers + s->sample, z, X + i * ldx);
        if (is_new(s, t, X, ldx, i))
            return 1;
    }
    return 0;
}

/* Row i := a Sobol point, in a finite space an untried one; 0: none is left. */
static int spread(evolution *s, const hone_trials *t, int64_t number, double *X, int64_t ldx,
                  int64_t i)
{
    hone_fresh *f = &s->fresh;
    uint64_t start;

    for (int k = 0; k < HONE_FRESH_TRIES; k++) {
        if (s->host->quasi(s->host, -k, number, 1, f->d, f->u, f->d) < 0)
            s->host->uniform(s->host, number, k * f->d, f->d, f->u);
        hone_spread(s->space, f->u, X + i * ldx);
        if (hone_fresh_row(f, t, X, ldx, i))
            return 1;
    }
    s->host->bits(s->host, number, 0, 1, &start);
    return hone_fresh_search(f, t, start, X, ldx, i);
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    evolution *s = self;

    *n_out = 0;
    learn(s, t);
    if (hone_tried_read(&s->fresh.tried, t, s->space->n_cols) < 0) {
        s->host->error(s->host, -1, "out of memory for the trials");
        return HONE_ENOMEM;
    }
    for (; *n_out < n; ++*n_out) {
        const int64_t i = *n_out;
        const int grown = s->members > 0 && s->n >= s->size && s->fresh.d > 0;
        const int bred = grown && breed(s, t, number[i], X, ldx, i);

        if (!bred && !spread(s, t, number[i], X, ldx, i))
            return HONE_DONE;
        s->host->note(s->host, number[i], "phase", NAN,
                      bred ? "child" : grown ? "rest" : "initial");
    }
    return HONE_OK;
}

static void destroy(void *self)
{
    evolution *s = self;

    if (!s)
        return;
    hone_fresh_free(&s->fresh);
    free(s->member);
    free(s->first);
    free(s->numbers);
    free(s);
}

static int32_t prepare(evolution *s, const hone_value *values)
{
    const hone_space *space = s->space;
    int64_t d = 0;

    s->size = values[POPULATION].i;
    s->sample = values[SAMPLE].i;
    s->step = values[STEP].d;
    if (hone_fresh_init(&s->fresh, s->host) < 0)
        return HONE_ENOMEM;
    s->member = malloc((size_t)s->size * sizeof *s->member);
    s->first = malloc((size_t)(s->fresh.d + 1) * sizeof *s->first);
    s->numbers = malloc((size_t)(s->sample + 2 * MOST_CHANGES + s->fresh.d) * sizeof *s->numbers);
    if (!s->member || !s->first || !s->numbers)
        return HONE_ENOMEM;
    for (int64_t c = 0; c < space->n_cols; c++)
        if (c == 0 || space->col_param[c] != space->col_param[c - 1])
            s->first[d++] = c;
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    evolution *s = calloc(1, sizeof *s);

    if (s) {
        s->host = host;
        s->space = host->space(host);
    }
    if (!s || prepare(s, values) < 0) {
        destroy(s);
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    *self = s;
    return HONE_OK;
}

static const hone_option OPTIONS[N_OPTIONS] = {
    [POPULATION] = {.name = "population",
                    .type = HONE_OPT_INT,
                    .def = "50",
                    .low = 2,
                    .high = 1e6,
                    .unit = "trials",
                    .doc = "The newest trials, of which parents are drawn; also the Sobol points at "
                           "the beginning (Real et al. 2019: 100)."},
    [SAMPLE] = {.name = "sample",
                .type = HONE_OPT_INT,
                .def = "12",
                .low = 1,
                .high = 1e4,
                .unit = "trials",
                .doc = "Members drawn, the best of which is the parent: more search closer to the "
                       "best (Real et al. 2019: a quarter of the population)."},
    [STEP] = {.name = "step",
              .type = HONE_OPT_REAL,
              .flags = HONE_OPT_OPEN_LOW,
              .def = "0.1",
              .low = 0,
              .high = 1,
              .doc = "Standard deviation of a number's change, as part of its range on its own "
                     "scale."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_CONSTRAINTS | HONE_CAP_CONDITIONAL | HONE_CAP_HISTORY_ONLY,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "evolution",
    .version = "1.0.0",
    .doc = "Regularized evolution: the best of some recent trials, with one parameter changed.",
    .sources = "Real, Aggarwal, Huang, Le, \"Regularized Evolution for Image Classifier "
               "Architecture Search\", AAAI 33, 2019, algorithm 1.\nDepartures: numbers move, "
               "which the paper does not have; smaller P and S in the same ratio, since budgets "
               "here are smaller.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("evolution", "1.0.0", "MIT", "", PLUGINS)
