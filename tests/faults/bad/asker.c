/* asker.c - a strategy that uses whatever the host lends to plugins, and notes what it got.
 * It keeps a count of its asks as hone.state/1. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"

enum { INNER, MODEL, SCORE, WHAT, N_OPTIONS };
enum { BY_INNER, OWN_SPACE, BY_MODEL, BAD_OPTION, TWICE };
static const char *const WHATS[] = {"inner", "space", "model", "option", "twice", NULL};
static const hone_option OPTIONS[N_OPTIONS] = {
    {.name = "inner", .type = HONE_OPT_COMPONENT, .def = "again", .kind = HONE_STRATEGY,
     .doc = "Another strategy."},
    {.name = "model", .type = HONE_OPT_COMPONENT, .def = "bowl", .kind = HONE_SURROGATE,
     .doc = "A model."},
    {.name = "score", .type = HONE_OPT_COMPONENT, .def = "bent", .kind = HONE_ACQUISITION,
     .doc = "An acquisition."},
    {.name = "what", .type = HONE_OPT_CHOICE, .def = "inner", .choices = WHATS,
     .doc = "What to try."},
};

typedef struct asker {
    const hone_host *host;
    int64_t what, asks;
} asker;

static void note(const asker *a, int64_t number, const char *key, double value)
{
    a->host->note(a->host, number, key, value, NULL);
}

static int32_t get(const asker *a, int32_t option, int32_t index, const hone_space *space,
                   hone_component *c)
{
    *c = (hone_component){.size = sizeof *c};
    return a->host->component(a->host, option, index, space, c);
}

/* x in [3, 5] and k in 1 .. 4, told at (4.5, 2) and (3.25, 3): the newest comes back. */
static int32_t own_space(const asker *a, int64_t number)
{
    static const hone_param X = {.size = sizeof X, .type = HONE_REAL, .parent = -1, .name = "x",
                                 .low = 3, .high = 5, .init = NAN};
    static const hone_param K = {.size = sizeof K, .type = HONE_INT, .parent = -1, .name = "k",
                                 .low = 1, .high = 4, .step = 1, .init = NAN};
    static const hone_param *const PARAMS[] = {&X, &K};
    static const double POINTS[] = {4.5, 2, 3.25, 3}, VALUES[] = {1, 2};
    static const int64_t NUMBERS[] = {0, 1};
    static const int32_t STATES[] = {HONE_COMPLETE, HONE_COMPLETE};
    const hone_space s = {
        .size = sizeof s, .n_objectives = 1, .n_params = 2, .params = PARAMS};
    const hone_trials t = {.size = sizeof t, .n_objectives = 1, .n = 2, .budget = -1,
                           .number = NUMBERS, .state = STATES, .x = POINTS, .ldx = 2,
                           .y = VALUES, .ldy = 1, .finished = NUMBERS, .n_finished = 2};
    hone_component c;
    double x[8];
    int64_t n = 0, next = 2;
    int32_t status = get(a, INNER, 7, &s, &c);
    if (status < 0)
        return status;
    const hone_strategy_ops *ops = c.ops;
    if ((status = ops->tell(c.self, &t, 2, NUMBERS)) < 0 ||
        (status = ops->ask(c.self, &t, 1, &next, x, c.space->n_cols, &n)) < 0)
        return status;
    note(a, number, "columns", (double)c.space->n_cols);
    note(a, number, "x", x[0]);
    note(a, number, "k", x[1]);
    note(a, number, "released", a->host->release(a->host, &c));
    return HONE_OK;
}

static int32_t by_model(const asker *a, const hone_trials *t, int64_t number)
{
    hone_component model, score;
    double mean, var, dmean[64], dvar[64], draw[2], value, da_dmean, da_dvar;
    const double u[64] = {0.25, 0.5, 0.75}, z[2] = {1, -1}, best = 1;
    hone_fit_info info = {.size = sizeof info};
    hone_acq_context ctx = {.size = sizeof ctx, .n_objectives = 1, .n_models = 1,
                            .number = number, .best = best};
    int64_t p = a->host->space(a->host)->n_cols;
    int32_t status;
    if ((status = get(a, MODEL, 0, NULL, &model)) < 0 ||
        (status = get(a, SCORE, 0, NULL, &score)) < 0)
        return status;
    const hone_surrogate_ops *m = model.ops;
    const hone_acquisition_ops *s = score.ops;
    if ((status = m->fit(model.self, t->n, p, t->x, t->ldx, t->y, NULL)) < 0 ||
        (status = m->update(model.self, t->n, t->n, t->x, t->ldx, t->y, NULL)) < 0 ||
        (status = m->predict(model.self, 1, u, p, &mean, &var, dmean, dvar, p)) < 0)
        return status;
    note(a, number, "mean", mean);
    note(a, number, "var", var);
    note(a, number, "dmean.0", dmean[0]);
    note(a, number, "dmean.2", dmean[2]);
    note(a, number, "dvar.0", dvar[0]);
    note(a, number, "dvar.2", dvar[2]);
    note(a, number, "draw", m->draw(model.self, 1, u, p, 2, z, 1, draw, 1));
    note(a, number, "draw.0", draw[0]);
    note(a, number, "draw.1", draw[1]);
    note(a, number, "draws", m->draw(model.self, 2, u, 1, 1, z, 2, draw, 2));
    note(a, number, "info", m->info(model.self, &info));
    note(a, number, "info.score", info.score);
    if ((status = s->prepare(score.self, &ctx, NULL)) < 0 ||
        (status = s->value(score.self, &ctx, 1, &mean, &var, 1, &value, &da_dmean, &da_dvar)) < 0)
        return status;
    note(a, number, "value", value);
    note(a, number, "da_dmean", da_dmean);
    note(a, number, "da_dvar", da_dvar);
    ctx.n_objectives = 2;
    note(a, number, "two", s->prepare(score.self, &ctx, NULL));
    return HONE_OK;
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *x,
                   int64_t ldx, int64_t *n_out)
{
    asker *a = self;
    const int64_t cols = a->host->space(a->host)->n_cols;
    hone_component c, again;
    int32_t status = HONE_OK;
    a->asks++;
    note(a, number[0], "asks", (double)a->asks);
    for (int64_t i = 0; i < n; i++)
        a->host->uniform(a->host, number[i], 0, cols, x + i * ldx);
    *n_out = n;
    switch (a->what) {
    case OWN_SPACE:
        status = own_space(a, number[0]);
        break;
    case BY_MODEL:
        status = by_model(a, t, number[0]);
        break;
    case BAD_OPTION:
        note(a, number[0], "value.option", get(a, WHAT, 0, NULL, &c));
        note(a, number[0], "no.option", get(a, 99, 0, NULL, &c));
        note(a, number[0], "no.index", get(a, INNER, -1, NULL, &c));
        break;
    case TWICE:
        status = get(a, INNER, 0, NULL, &c) < 0 || get(a, INNER, 0, NULL, &again) < 0;
        note(a, number[0], "same", c.self == again.self);
        if (status == HONE_OK && get(a, INNER, 1, NULL, &again) == HONE_OK)
            note(a, number[0], "other", c.self != again.self);
        break;
    default:
        if ((status = get(a, INNER, 0, NULL, &c)) == HONE_OK)
            status = ((const hone_strategy_ops *)c.ops)->ask(c.self, t, n, number, x, ldx, n_out);
        break;
    }
    if (status < 0)
        a->host->error(a->host, -1, "what was asked for did not work");
    return status;
}

static int32_t tell(void *self, const hone_trials *t, int64_t n, const int64_t *row)
{
    asker *a = self;
    hone_component c;
    if (a->what != BY_INNER)
        return HONE_OK;
    int32_t status = get(a, INNER, 0, NULL, &c);
    return status < 0 ? status
                      : ((const hone_strategy_ops *)c.ops)->tell(c.self, t, n, row);
}

static int32_t save(void *self, const hone_stream *out)
{
    asker *a = self;
    return out->io(out, &a->asks, sizeof a->asks) == sizeof a->asks ? HONE_OK : HONE_EFAIL;
}

static int32_t load(void *self, const hone_stream *in)
{
    asker *a = self;
    return in->io(in, &a->asks, sizeof a->asks) == sizeof a->asks ? HONE_OK : HONE_ESTATE;
}

static const hone_ext_state STATE = {.size = sizeof STATE, .save = save, .load = load};

static const void *extension(const char *id)
{
    return strcmp(id, "hone.state/1") == 0 ? &STATE : NULL;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    asker *a = calloc(1, sizeof *a);
    *self = a;
    if (!a)
        return HONE_ENOMEM;
    a->host = host;
    a->what = values[WHAT].i;
    return HONE_OK;
}

static const hone_strategy_ops OPS = {.size = sizeof OPS, .ask = ask, .tell = tell};
static const hone_plugin ASKER = {.size = sizeof ASKER,
                                  .kind = HONE_STRATEGY,
                                  .name = "asker",
                                  .version = "1.0",
                                  .doc = "Uses what the host lends.",
                                  .options = OPTIONS,
                                  .n_options = N_OPTIONS,
                                  .option_size = sizeof *OPTIONS,
                                  .ops = &OPS,
                                  .create = create,
                                  .destroy = free,
                                  .extension = extension};
static const hone_plugin *const PLUGINS[] = {&ASKER};
HONE_MODULE("asker", "1.0", "MIT", "", PLUGINS)
