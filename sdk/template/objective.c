/* objective.c - template of an objective: Rosenbrock's valley, with noise if wanted.
 *
 * Copy it, rename "valley", and put your computation into evaluate_one().  Values are in the
 * user's own direction: return what the goal in the study file speaks of.  It runs in a worker
 * process, so it may crash; with `isolation = none` it runs in the host, for functions that
 * take microseconds.
 *
 * Source: Rosenbrock, "An automatic method for finding the greatest or least value of a
 *         function", Computer Journal 3, 1960.  Minimum 0 at (1, ..., 1).
 *
 * Shapes: n points with n_params native values each (a category is its index, an inactive
 * parameter NaN); out->y is n x n_objectives, preset to NaN and HONE_FAILED.
 * Build: cc -shared -fPIC $(pkg-config --cflags hone-plugin) objective.c -lm -o valley.so */
#include <math.h>
#include <stdlib.h>

#include "hone_plugin.h"

typedef struct valley {
    const hone_host *host;
    double noise;
} valley;

static double evaluate_one(const double *x, int32_t d)
{
    double sum = 0.0;
    for (int32_t i = 0; i + 1 < d; i++) {
        const double a = x[i + 1] - x[i] * x[i], b = 1.0 - x[i];
        sum += 100.0 * a * a + b * b;
    }
    return sum;
}

static int32_t evaluate(void *self, const hone_points *in, hone_outcomes *out)
{
    const valley *v = self;

    for (int64_t i = 0; i < in->n; i++) {
        double noise = 0.0;
        double y = evaluate_one(in->x + i * in->ldx, in->n_params);
        if (v->noise > 0.0) /* a repeated evaluation of a trial has another seed */
            v->host->normal(v->host, (int64_t)(in->seed[i] >> 1), 0, 1, &noise);
        if (!isfinite(y)) {
            v->host->note(v->host, in->number[i], "reason", 0.0, "an inactive parameter");
            continue; /* the row stays HONE_FAILED; that is no error of the objective */
        }
        out->y[i * out->ldy] = y + v->noise * noise;
        out->state[i] = HONE_COMPLETE;
    }
    return HONE_OK;
}

enum { NOISE, N_OPTIONS };

static const hone_option OPTIONS[N_OPTIONS] = {
    [NOISE] = {.name = "noise",
               .type = HONE_OPT_REAL,
               .def = "0",
               .low = 0.0,
               .high = 1e300,
               .unit = "standard deviation",
               .doc = "Normal noise added to each value."},
};

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    const hone_space *space = host->space(host);
    if (space->n_objectives != 1) {
        host->error(host, -1, "valley has one value; the study has several goals");
        return HONE_EUNSUPPORTED;
    }
    if (space->n_params < 2) {
        host->error(host, -1, "valley needs at least two parameters");
        return HONE_EUNSUPPORTED;
    }
    valley *v = malloc(sizeof *v);
    if (!v) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    v->host = host;
    v->noise = values[NOISE].d;
    *self = v;
    return HONE_OK;
}

static const hone_objective_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH,
    .evaluate = evaluate,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_OBJECTIVE,
    .name = "valley",
    .version = "1.0.0",
    .doc = "Rosenbrock's valley in any number of parameters, with noise if wanted.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = free,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("valley", "1.0.0", "MIT", "", PLUGINS)
