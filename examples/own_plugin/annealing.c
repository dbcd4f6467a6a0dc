/* annealing.c - a strategy of one's own: simulated annealing.
 *
 * A walk of normal steps.  A better point is always moved to, a worse one with probability
 * exp(-(rise) / temperature); the temperature falls by a factor at each trial.
 *
 * Source: Kirkpatrick, Gelatt, Vecchi, "Optimization by Simulated Annealing", Science 220, 1983.
 * Departures: the temperature is counted in ranges of the first values, so that it needs no
 * knowledge of the objective's units.
 *
 * The walk is found anew from the table at each ask, so nothing is kept between calls, and an
 * interrupted study goes on exactly (HONE_CAP_HISTORY_ONLY). */
#include <math.h>
#include <stdlib.h>

#include "hone_plugin.h"

static const int64_t FIRST = 10; /* uniform trials, whose values give the unit of temperature */

typedef struct annealing {
    const hone_host *host;
    double step, temperature, cooling;
} annealing;

static double value_at(const hone_trials *past, int64_t i)
{
    return past->y[past->finished[i] * past->ldy];
}

static double range_of_first(const hone_trials *past)
{
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < past->n_finished && i < FIRST; i++) {
        if (past->state[past->finished[i]] != HONE_COMPLETE)
            continue;
        low = fmin(low, value_at(past, i));
        high = fmax(high, value_at(past, i));
    }
    return high > low ? high - low : 1.0;
}

/* The row where the walk stands, -1 before the first complete trial. */
static int64_t walk(const annealing *a, const hone_trials *past)
{
    double heat = a->temperature * range_of_first(past), here = INFINITY, coin;
    int64_t row = -1;
    for (int64_t i = 0; i < past->n_finished; i++) {
        if (past->state[past->finished[i]] != HONE_COMPLETE)
            continue;
        const double rise = value_at(past, i) - here;
        /* Stream: the trial that is judged.  Position 0; its step used positions of `normal`. */
        a->host->uniform(a->host, past->number[past->finished[i]], 0, 1, &coin);
        if (i < FIRST ? rise <= 0 : (rise <= 0 || coin < exp(-rise / heat))) {
            row = past->finished[i];
            here = value_at(past, i);
        }
        if (i >= FIRST)
            heat *= a->cooling;
    }
    return row;
}

static int32_t ask(void *self, const hone_trials *past, int64_t n, const int64_t *number,
                   double *X, int64_t ldx, int64_t *n_out)
{
    const annealing *a = self;
    const int64_t d = a->host->space(a->host)->n_cols, from = walk(a, past);

    for (int64_t i = 0; i < n; i++) {
        double *x = X + i * ldx;
        if (from < 0 || number[i] < FIRST) {
            a->host->uniform(a->host, number[i], 1, d, x);
            continue;
        }
        a->host->normal(a->host, number[i], 0, d, x);
        for (int64_t j = 0; j < d; j++)
            x[j] = past->x[from * past->ldx + j] + a->step * x[j];
    }
    *n_out = n;
    return HONE_OK;
}

enum { STEP, TEMPERATURE, COOLING, N_OPTIONS };

static const hone_option OPTIONS[N_OPTIONS] = {
    [STEP] = {.name = "step",
              .type = HONE_OPT_REAL,
              .flags = HONE_OPT_OPEN_LOW,
              .def = "0.1",
              .low = 0.0,
              .high = 1.0,
              .unit = "share of a parameter's range",
              .doc = "Standard deviation of a step."},
    [TEMPERATURE] = {.name = "temperature",
                     .type = HONE_OPT_REAL,
                     .flags = HONE_OPT_OPEN_LOW,
                     .def = "0.1",
                     .low = 0.0,
                     .high = 100.0,
                     .unit = "range of the first ten values",
                     .doc = "At the start: higher roams more before it settles."},
    [COOLING] = {.name = "cooling",
                 .type = HONE_OPT_REAL,
                 .flags = HONE_OPT_OPEN_LOW,
                 .def = "0.97",
                 .low = 0.0,
                 .high = 1.0,
                 .unit = "a trial",
                 .doc = "Factor on the temperature: nearer 1 cools slower."},
};

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    annealing *a = malloc(sizeof *a);
    if (!a) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    a->host = host;
    a->step = values[STEP].d;
    a->temperature = values[TEMPERATURE].d;
    a->cooling = values[COOLING].d;
    *self = a;
    return HONE_OK;
}

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_HISTORY_ONLY | HONE_CAP_BATCH,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "annealing",
    .version = "1.0.0",
    .doc = "Simulated annealing: a walk that cools down.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = free,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("annealing", "1.0.0", "MIT", "", PLUGINS)
