/* conform_work.c - ordinary work for each kind of plugin, in steps whose answers can be
 * compared: of one instance alone, of two in turn, from several threads, twice. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "conform_model.h"
#include "conform_stand.h"

enum { BATCH = 3, POINTS = 12, QUERIES = 4, COLUMNS = 16, PARAMETERS = 64, GOALS = 2 };

void answers_add(answers *a, int64_t n, const double *v)
{
    if (a->n + n > a->room) {
        const int64_t room = 2 * (a->n + n) + 64;
        double *more = realloc(a->v, (size_t)room * sizeof *more);
        if (!more) {
            a->failed = true;
            return;
        }
        a->v = more;
        a->room = room;
    }
    if (n > 0)
        memcpy(a->v + a->n, v, (size_t)n * sizeof *v);
    a->n += n;
}

void answers_free(answers *a)
{
    free(a->v);
    *a = (answers){0};
}

bool answers_same(const answers *a, const answers *b)
{
    return !a->failed && !b->failed && a->n == b->n &&
           (a->n == 0 || memcmp(a->v, b->v, (size_t)a->n * sizeof *a->v) == 0);
}

bool work_open(stand *s, rig *r, uint64_t flavour, int64_t threads)
{
    return rig_open(s, r, &(rig_plan){.seed = flavour, .threads = threads});
}

/* ---- a strategy: ask for three, tell what came of them, one stays at work ---- */

static bool finish(rig *r, int64_t row, uint64_t flavour)
{
    double x[COLUMNS], y = 0;
    const double *native = history_native(r->history, row);
    const int32_t n = r->config.space.n;
    memcpy(x, native, (size_t)n * sizeof *x);
    for (int32_t k = 0; k < n; k++)
        y += (x[k] - (double)flavour) * (x[k] - (double)flavour);
    const outcome o = {.state = history_number(r->history, row) % 5 == 3 ? HONE_FAILED : HONE_COMPLETE,
                       .y = &y,
                       .seconds = 1};
    const double failed = NAN;
    const outcome bad = {.state = HONE_FAILED, .y = &failed, .seconds = 1};
    return history_finish(r->history, row, o.state == HONE_FAILED ? &bad : &o, &r->err) >= 0;
}

static bool tell_all_but_last(rig *r, int64_t first, uint64_t flavour)
{
    hone_trials t;
    for (int64_t row = first; row + 1 < history_rows(r->history); row++) {
        if (history_state(r->history, row) != HONE_RUNNING)
            continue;
        if (!finish(r, row, flavour) || !rig_table(r, &t) || rig_tell(r, &t, 1, &row) < 0)
            return false;
    }
    return true;
}

static bool strategy_step(rig *r, uint64_t flavour, answers *out)
{
    hone_trials t;
    int64_t number[BATCH], given = 0;
    double x[BATCH * COLUMNS], native[COLUMNS];
    const int64_t first = history_rows(r->history) > 0 ? history_rows(r->history) - 1 : 0;
    for (int k = 0; k < BATCH; k++)
        number[k] = r->next + k;
    if (rig_space(r)->n_cols > COLUMNS || !rig_table(r, &t) ||
        rig_ask(r, &t, BATCH, number, x, COLUMNS, &given) < 0 || given < 0 || given > BATCH)
        return false;
    for (int64_t k = 0; k < given; k++) {
        answers_add(out, rig_space(r)->n_cols, x + k * COLUMNS);
        view_decode(r->instance->seen, x + k * COLUMNS, native);
        if (history_start(r->history, r->next++, native, 0, &r->err) < 0)
            return false;
    }
    return tell_all_but_last(r, first, flavour);
}

/* ---- a surrogate: fit, then predict ---- */

static bool surrogate_step(rig *r, uint64_t flavour, int step, answers *out)
{
    const int64_t p = rig_space(r)->n_cols, n = POINTS + 2 * step;
    double u[(POINTS + 2 * WORK_STEPS) * COLUMNS], y[POINTS + 2 * WORK_STEPS];
    double mean[QUERIES], var[QUERIES];
    if (p > COLUMNS)
        return false;
    model_points(r->stand, 100 + (int64_t)flavour, n, p, u, p, y);
    if (rig_fit(r, n, p, u, p, y, NULL) < 0)
        return false;
    model_points(r->stand, 7, QUERIES, p, u, p, y);
    if (rig_predict(r, QUERIES, u, p, mean, var, NULL, NULL, 0) < 0)
        return false;
    answers_add(out, QUERIES, mean);
    answers_add(out, QUERIES, var);
    return true;
}

/* ---- an acquisition: prepare with a model, then value ---- */

static bool acquisition_step(rig *r, uint64_t flavour, int step, answers *out)
{
    model m;
    double a[QUERIES], mean[QUERIES], var[QUERIES], x[QUERIES * COLUMNS];
    if (!model_init(&m, r, (double)flavour + 0.1 * step, COLUMNS))
        return false;
    m.context.number = step;
    model_points(r->stand, 9, QUERIES, m.p, x, m.p, mean);
    model_predict(&m, QUERIES, x, m.p, mean, var, NULL, NULL, 0);
    m.context.x = x;
    m.context.ldx = m.p;
    if (model_prepare(&m, r) < 0 ||
        model_value(&m, r, QUERIES, mean, var, QUERIES, a, NULL, NULL) < 0)
        return false;
    answers_add(out, QUERIES, a);
    return true;
}

/* ---- an objective: random points of the study's space ---- */

static bool objective_step(rig *r, uint64_t flavour, int step, answers *out)
{
    const space *sp = &r->config.space;
    double x[BATCH * PARAMETERS], u[PARAMETERS], y[BATCH * GOALS], seconds[BATCH], yvar[BATCH * GOALS];
    int64_t number[BATCH];
    uint64_t seed[BATCH];
    int32_t state[BATCH];
    if (sp->n > PARAMETERS)
        return false;
    for (int k = 0; k < BATCH; k++) {
        for (int32_t j = 0; j < sp->n; j++)
            u[j] = stand_uniform(r->stand, 300 + (int64_t)flavour, (step * BATCH + k) * PARAMETERS + j);
        space_random(sp, u, x + k * PARAMETERS);
        number[k] = r->next++;
        seed[k] = flavour + (uint64_t)number[k];
        state[k] = HONE_FAILED;
        seconds[k] = NAN;
    }
    for (int k = 0; k < BATCH * GOALS; k++)
        y[k] = yvar[k] = NAN;
    const hone_points in = {sizeof in, sp->n, BATCH, number, x, PARAMETERS, seed};
    hone_outcomes o = {.size = sizeof o, .n_objectives = r->config.n_goals, .state = state, .y = y,
                       .ldy = GOALS, .yvar = yvar, .ldv = GOALS, .seconds = seconds};
    if (rig_evaluate(r, &in, &o) < 0)
        return false;
    answers_add(out, BATCH * GOALS, y);
    return true;
}

/* ---- a pruner: three trials reporting in turn ---- */

static bool pruner_step(rig *r, uint64_t flavour, int step, answers *out)
{
    for (int k = 0; k < BATCH; k++) {
        const int64_t number = (int64_t)step * BATCH + k;
        int32_t stop = 0;
        for (int64_t at = 1; at <= 4 && !stop; at++) {
            const double value = stand_uniform(r->stand, 400 + (int64_t)flavour, 8 * number + at) /
                                 (double)at;
            if (rig_observe(r, number, at, value, &stop) < 0)
                return false;
            answers_add(out, 1, &(double){stop});
        }
        if (rig_finish(r, number, stop ? HONE_PRUNED : HONE_COMPLETE) < 0)
            return false;
    }
    return true;
}

bool work_step(rig *r, uint64_t flavour, int step, answers *out)
{
    bool done;
    switch (r->stand->plugin->kind) {
    case HONE_STRATEGY:
        done = strategy_step(r, flavour, out);
        break;
    case HONE_SURROGATE:
        done = surrogate_step(r, flavour, step, out);
        break;
    case HONE_ACQUISITION:
        done = acquisition_step(r, flavour, step, out);
        break;
    case HONE_OBJECTIVE:
        done = objective_step(r, flavour, step, out);
        break;
    default:
        done = pruner_step(r, flavour, step, out);
        break;
    }
    if (!done)
        stand_fail(r->stand, "ordinary work fails at step %d: %s", step, rig_said(r));
    return done;
}
