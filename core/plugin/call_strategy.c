/* call_strategy.c - ask and tell, with their results checked. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "constraints.h"
#include "text.h"

/* Whoever made the table may know fewer members than the plugin. */
static const hone_trials *complete(const hone_trials *t, hone_trials *room)
{
    if (t->size >= sizeof *t)
        return t;
    memset(room, 0, sizeof *room);
    memcpy(room, t, t->size);
    room->size = sizeof *room;
    return room;
}

/* A legal random point in place of an illegal one: a function of the trial's number alone. */
static int32_t replace(instance *i, int64_t number, double *x, error *err)
{
    const space *s = i->seen->space;
    double *u = malloc((2 * (size_t)s->n + 1) * sizeof *u), *native = u + s->n;
    if (!u)
        return error_add(err, HONE_ENOMEM, "out of memory");
    rng_uniform(rng_child(i->key, "illegal", 0), number, 0, s->n, u);
    space_random(s, u, native);
    view_encode(i->seen, native, x);
    free(u);
    atomic_fetch_add(&i->root->faults, 1);
    log_line(i->around->log, HONE_LOG_WARN,
             "strategy '%s' proposed an illegal point for trial %lld (NaN, or not filled in); it "
             "was replaced by a random one",
             i->plugin->name, (long long)number);
    return HONE_OK;
}

/* A point that declared constraints forbid is moved until they are met; all others stay. */
static int32_t keep_constraints(instance *i, int64_t number, double *x, error *err)
{
    const space *s = i->seen->space;
    if (!s->declared)
        return HONE_OK;
    double *native = malloc(((size_t)s->n + 1) * sizeof *native);
    int32_t status = native ? HONE_OK : HONE_ENOMEM;
    if (native) {
        view_decode(i->seen, x, native);
        space_snap(s, native);
    }
    if (native && !constraints_met(s, native, NULL)) {
        status = constraints_repair(s, rng_child(i->key, "constraints", 0), number, native);
        view_encode(i->seen, native, x);
    }
    free(native);
    return status < 0 ? error_add(err, HONE_ENOMEM, "out of memory") : HONE_OK;
}

/* x: n x n_cols in the plugin's columns; every row that it says it filled is looked at. */
static int32_t ask(instance *i, const hone_trials *past, int64_t n, const int64_t *number,
                   double *x, int64_t ldx, int64_t *n_out, error *err)
{
    const int64_t cols = i->seen->table.n_cols;
    call c;
    for (int64_t r = 0; r < n; r++)
        for (int64_t k = 0; k < cols; k++)
            x[r * ldx + k] = NAN;
    call_begin(&c, i, "ask", number[0]);
    int32_t status = i->plugin->strategy.ask(i->self, past, n, number, x, ldx, n_out);
    status = call_end(&c, status, err);
    if (status < 0) {
        *n_out = 0;
        return status;
    }
    if (*n_out < 0 || *n_out > n || (*n_out == 0 && status == HONE_OK)) {
        atomic_store(&i->lost, 1);
        return error_add(err, HONE_EFAIL,
                         "[%s] strategy '%s' was asked for %lld points and says that it gave %lld, "
                         "trial %lld",
                         i->component->section, i->plugin->name, (long long)n, (long long)*n_out,
                         (long long)number[0]);
    }
    for (int64_t r = 0; r < *n_out; r++) {
        int32_t done = view_legal(i->seen, x + r * ldx)
                           ? HONE_OK
                           : replace(i, number[r], x + r * ldx, err);
        if (done >= 0)
            done = keep_constraints(i, number[r], x + r * ldx, err);
        if (done < 0)
            return done;
    }
    return status;
}

int32_t strategy_ask(instance *i, const hone_trials *past, int64_t n, const int64_t *number,
                     double *x, int64_t ldx, int64_t *n_out, error *err)
{
    hone_trials room, own;
    int32_t status = call_ready(i, err);
    *n_out = 0;
    if (status < 0 || n <= 0)
        return status;
    past = complete(past, &room);
    if (!translate_needed(i))
        return ask(i, past, n, number, x, ldx, n_out, err);
    double *inner;
    if ((status = translate_table(i, past, &own, err)) < 0 || !(inner = translate_room(i, n, err)))
        return status < 0 ? status : HONE_ENOMEM;
    status = ask(i, &own, n, number, inner, i->seen->table.n_cols, n_out, err);
    if (status >= 0 && *n_out > 0) {
        int32_t done = translate_points(i, *n_out, inner, x, ldx, err);
        status = done < 0 ? done : status;
    }
    return status;
}

int32_t strategy_tell(instance *i, const hone_trials *past, int64_t n, const int64_t *row,
                      error *err)
{
    hone_trials room, own;
    call c;
    int32_t status = call_ready(i, err);
    if (status < 0 || n <= 0 || !i->plugin->strategy.tell)
        return status;
    past = complete(past, &room);
    if (translate_needed(i)) {
        if ((status = translate_table(i, past, &own, err)) < 0 ||
            (status = translate_rows(i, past, &own, n, row, &row, &n, err)) < 0)
            return status;
        past = &own;
    }
    if (n == 0)
        return HONE_OK;
    call_begin(&c, i, "tell", past->number[row[0]]);
    status = i->plugin->strategy.tell(i->self, past, n, row);
    return call_end(&c, status, err);
}

/* ---- for other plugins ---- */

static int32_t part_ask(void *self, const hone_trials *t, int64_t n, const int64_t *number,
                        double *x, int64_t ldx, int64_t *n_out)
{
    error why = {0};
    int32_t status = strategy_ask(self, t, n, number, x, ldx, n_out, &why);
    return status < 0 ? instance_inner(self, status, &why) : status;
}

static int32_t part_tell(void *self, const hone_trials *t, int64_t n, const int64_t *row)
{
    error why = {0};
    int32_t status = strategy_tell(self, t, n, row, &why);
    return status < 0 ? instance_inner(self, status, &why) : status;
}

void strategy_table(instance *i)
{
    i->table.strategy = (hone_strategy_ops){.size = sizeof i->table.strategy,
                                            .caps = i->plugin->caps,
                                            .ask = part_ask,
                                            .tell = part_tell};
}
