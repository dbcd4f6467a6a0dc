/* calls.c - calls to strategies, objectives and pruners; and a strategy as a component.
 *
 * The host's own calls take the instance; a component's table has the same functions with the
 * instance as `self`, and translates where asker and component see different columns. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "instance_state.h"

/* ---- strategies ---- */

/* Rows with NaN in an active column become random points, counted. */
static void replace_illegal(instance *i, const int64_t *number, double *x, int64_t ldx, int64_t n)
{
    const space *s = i->view->space;
    for (int64_t r = 0; r < n; r++) {
        double *row = x + r * ldx;
        if (view_legal(i->view, row))
            continue;
        double *u = instance_scratch(i, 2 * (int64_t)s->n);
        if (!u)
            return;
        rng_uniform(rng_child(i->key, "illegal", 0), number[r], 0, s->n, u);
        space_random(s, u, u + s->n);
        view_encode(i->view, u + s->n, row);
        i->faults++;
        log_line(i->around->log, HONE_LOG_WARN,
                 "strategy '%s' proposed an illegal point for trial %lld; a random one takes its "
                 "place",
                 i->plugin->name, (long long)number[r]);
    }
}

static int32_t raw_ask(instance *i, const hone_trials *past, int64_t n, const int64_t *number,
                       double *x, int64_t ldx, int64_t *n_out)
{
    *n_out = 0;
    crossing c = enter(i, "ask", n > 0 ? number[0] : -1);
    int32_t status = i->plugin->strategy.ask(i->self, past, n, number, x, ldx, n_out);
    leave(i, &c);
    if (*n_out < 0 || *n_out > n) {
        i->host.error(&i->host, -1, "ask gave more points than were asked for");
        *n_out = 0;
        return HONE_EFAIL;
    }
    if (status >= 0)
        replace_illegal(i, number, x, ldx, *n_out);
    return status > HONE_WAIT ? HONE_OK : status;
}

int32_t strategy_ask(instance *i, const hone_trials *past, int64_t n, const int64_t *number,
                     double *x, int64_t ldx, int64_t *n_out, error *err)
{
    return instance_blame(i, raw_ask(i, past, n, number, x, ldx, n_out), "ask", err);
}

static int32_t raw_tell(instance *i, const hone_trials *past, int64_t n, const int64_t *row)
{
    if (!i->plugin->strategy.tell || n == 0)
        return HONE_OK;
    crossing c = enter(i, "tell", past->number[row[0]]);
    int32_t status = i->plugin->strategy.tell(i->self, past, n, row);
    leave(i, &c);
    return status;
}

int32_t strategy_tell(instance *i, const hone_trials *past, int64_t n, const int64_t *row,
                      error *err)
{
    return instance_blame(i, raw_tell(i, past, n, row), "tell", err);
}

/* The asker's table in the component's columns.  *x is to be freed; NULL: nothing to do. */
static int32_t translate(const instance *i, const hone_trials *past, hone_trials *out, double **x)
{
    const view *from = i->owner ? i->owner->view : i->view;
    *x = NULL;
    *out = *past;
    if (i->has_space || from == i->view || view_same(from, i->view))
        return HONE_OK;
    int64_t cols = i->view->table.n_cols, d = i->view->space->n;
    double *rows = malloc((size_t)(past->n * cols + d + 1) * sizeof *rows);
    if (!rows)
        return HONE_ENOMEM;
    double *native = rows + past->n * cols;
    for (int64_t r = 0; r < past->n; r++) {
        view_decode(from, past->x + r * past->ldx, native);
        view_encode(i->view, native, rows + r * cols);
    }
    out->x = rows;
    out->ldx = cols;
    out->view = NULL;
    *x = rows;
    return HONE_OK;
}

static int32_t component_ask(void *self, const hone_trials *past, int64_t n, const int64_t *number,
                             double *X, int64_t ldx, int64_t *n_out)
{
    instance *i = self;
    const view *to = i->owner ? i->owner->view : i->view;
    hone_trials t;
    double *rows, *points;
    if (i->has_space || to == i->view || view_same(to, i->view))
        return raw_ask(i, past, n, number, X, ldx, n_out);
    int64_t cols = i->view->table.n_cols, d = i->view->space->n;
    int32_t status = translate(i, past, &t, &rows);
    points = malloc((size_t)(n * cols + d + 1) * sizeof *points);
    if (status >= 0 && points) {
        status = raw_ask(i, &t, n, number, points, cols, n_out);
        for (int64_t r = 0; r < *n_out && status >= 0; r++) {
            view_decode(i->view, points + r * cols, points + n * cols);
            view_encode(to, points + n * cols, X + r * ldx);
        }
    }
    status = status >= 0 && !points ? HONE_ENOMEM : status;
    free(rows);
    free(points);
    return status;
}

static int32_t component_tell(void *self, const hone_trials *past, int64_t n, const int64_t *row)
{
    instance *i = self;
    hone_trials t;
    double *rows;
    if (!i->plugin->strategy.tell || n == 0)
        return HONE_OK;
    int32_t status = translate(i, past, &t, &rows);
    if (status >= 0)
        status = raw_tell(i, &t, n, row);
    free(rows);
    return status;
}

/* ---- objectives ---- */

static int32_t component_evaluate(void *self, const hone_points *in, hone_outcomes *out)
{
    instance *i = self;
    crossing c = enter(i, "evaluate", in->n > 0 ? in->number[0] : -1);
    int32_t status = i->plugin->objective.evaluate(i->self, in, out);
    leave(i, &c);
    return status;
}

int32_t objective_evaluate(instance *i, const hone_points *in, hone_outcomes *out, error *err)
{
    return instance_blame(i, component_evaluate(i, in, out), "evaluate", err);
}

static const hone_space *component_space(void *self)
{
    instance *i = self;
    if (!i->plugin->objective.space)
        return NULL;
    crossing c = enter(i, "space", -1);
    const hone_space *s = i->plugin->objective.space(i->self);
    leave(i, &c);
    return s;
}

/* ---- pruners ---- */

static int32_t component_observe(void *self, int64_t number, int64_t step, double value,
                                 int32_t *stop)
{
    instance *i = self;
    *stop = 0;
    crossing c = enter(i, "observe", number);
    int32_t status = i->plugin->pruner.observe(i->self, number, step, value, stop);
    leave(i, &c);
    return status;
}

static int32_t component_finish(void *self, int64_t number, int32_t state)
{
    instance *i = self;
    if (!i->plugin->pruner.finish)
        return HONE_OK;
    crossing c = enter(i, "finish", number);
    int32_t status = i->plugin->pruner.finish(i->self, number, state);
    leave(i, &c);
    return status;
}

int32_t pruner_observe(instance *i, int64_t number, int64_t step, double value, bool *stop,
                       error *err)
{
    int32_t answer = 0;
    int32_t status = component_observe(i, number, step, value, &answer);
    *stop = status >= 0 && answer;
    return instance_blame(i, status, "observe", err);
}

int32_t pruner_finish(instance *i, int64_t number, int32_t state, error *err)
{
    return instance_blame(i, component_finish(i, number, state), "finish", err);
}

void calls_fill(instance *i)
{
    const plugin *p = i->plugin;
    i->strategy = (hone_strategy_ops){
        .size = sizeof i->strategy, .caps = p->caps, .ask = component_ask, .tell = component_tell};
    i->objective = (hone_objective_ops){.size = sizeof i->objective,
                                        .caps = p->caps,
                                        .evaluate = component_evaluate,
                                        .space = component_space};
    i->pruner = (hone_pruner_ops){.size = sizeof i->pruner,
                                  .caps = p->caps,
                                  .observe = component_observe,
                                  .finish = component_finish};
    calls_fill_models(i);
}
