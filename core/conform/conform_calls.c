/* conform_calls.c - the plugin's own functions, called with nothing between: timed, with the
 * breadcrumb, and with the rule that an error comes with a sentence. */
#include <stdlib.h>

#include "call.h"
#include "conform_stand.h"

typedef struct timed {
    call call;
    double start;
} timed;

static void begin(rig *r, timed *t, const char *name, int64_t trial)
{
    error_free(&r->err);
    free(r->instance->said);
    r->instance->said = NULL;
    call_begin(&t->call, r->instance, name, trial);
    t->start = stand_clock();
}

static int32_t end(rig *r, timed *t, int32_t status)
{
    stand *s = r->stand;
    s->call_seconds += stand_clock() - t->start;
    s->calls++;
    call_current = t->call.outer;
    if (float_mode_now() != t->call.mode)
        stand_fail(s, "%s changed the floating-point mode", t->call.name);
    float_mode_set(t->call.mode);
    if (t->call.before)
        call_restore(&t->call);
    if (status < 0 && !r->instance->said)
        stand_fail(s, "%s answered %s without a sentence; call host->error before a negative status",
                   t->call.name, status_name(status));
    if (status > HONE_WAIT || status < HONE_EFAIL)
        stand_fail(s, "%s answered %d, which no status is", t->call.name, status);
    r->status = status;
    return status;
}

#define CALL(r, name, trial, expression)                                                          \
    timed t_;                                                                                     \
    begin(r, &t_, name, trial);                                                                   \
    return end(r, &t_, expression)

static void *self(const rig *r)
{
    return r->instance->self;
}

int32_t rig_ask(rig *r, const hone_trials *t, int64_t n, const int64_t *number, double *x,
                int64_t ldx, int64_t *n_out)
{
    CALL(r, "ask", n ? number[0] : -1,
         r->stand->plugin->strategy.ask(self(r), t, n, number, x, ldx, n_out));
}

int32_t rig_tell(rig *r, const hone_trials *t, int64_t n, const int64_t *row)
{
    if (!r->stand->plugin->strategy.tell)
        return HONE_OK;
    CALL(r, "tell", n ? t->number[row[0]] : -1,
         r->stand->plugin->strategy.tell(self(r), t, n, row));
}

int32_t rig_fit(rig *r, int64_t n, int64_t p, const double *u, int64_t ldu, const double *y,
                const double *noise)
{
    CALL(r, "fit", -1, r->stand->plugin->surrogate.fit(self(r), n, p, u, ldu, y, noise));
}

int32_t rig_update(rig *r, int64_t keep, int64_t n, const double *u, int64_t ldu, const double *y,
                   const double *noise)
{
    CALL(r, "update", -1, r->stand->plugin->surrogate.update(self(r), keep, n, u, ldu, y, noise));
}

int32_t rig_predict(rig *r, int64_t m, const double *u, int64_t ldu, double *mean, double *var,
                    double *dmean, double *dvar, int64_t ldg)
{
    CALL(r, "predict", -1,
         r->stand->plugin->surrogate.predict(self(r), m, u, ldu, mean, var, dmean, dvar, ldg));
}

int32_t rig_draw(rig *r, int64_t m, const double *u, int64_t ldu, int64_t n, const double *z,
                 int64_t ldz, double *f, int64_t ldf)
{
    CALL(r, "draw", -1,
         r->stand->plugin->surrogate.draw(self(r), m, u, ldu, n, z, ldz, f, ldf));
}

int32_t rig_info(rig *r, hone_fit_info *out)
{
    CALL(r, "info", -1, r->stand->plugin->surrogate.info(self(r), out));
}

int32_t rig_prepare(rig *r, const hone_acq_context *ctx, const hone_component *const *models)
{
    if (!r->stand->plugin->acquisition.prepare)
        return HONE_OK;
    CALL(r, "prepare", ctx->number, r->stand->plugin->acquisition.prepare(self(r), ctx, models));
}

int32_t rig_value(rig *r, const hone_acq_context *ctx, int64_t m, const double *mean,
                  const double *var, int64_t ldm, double *a, double *dmean, double *dvar)
{
    CALL(r, "value", ctx->number,
         r->stand->plugin->acquisition.value(self(r), ctx, m, mean, var, ldm, a, dmean, dvar));
}

int32_t rig_evaluate(rig *r, const hone_points *in, hone_outcomes *out)
{
    if (in->n)
        site_trial(&r->site, in->number[0], 0);
    CALL(r, "evaluate", in->n ? in->number[0] : -1,
         r->stand->plugin->objective.evaluate(self(r), in, out));
}

int32_t rig_observe(rig *r, int64_t number, int64_t step, double value, int32_t *stop)
{
    CALL(r, "observe", number,
         r->stand->plugin->pruner.observe(self(r), number, step, value, stop));
}

int32_t rig_finish(rig *r, int64_t number, int32_t state)
{
    if (!r->stand->plugin->pruner.finish)
        return HONE_OK;
    CALL(r, "finish", number, r->stand->plugin->pruner.finish(self(r), number, state));
}

static const hone_ext_state *state_of(const rig *r)
{
    return r->stand->plugin->extension("hone.state/1");
}

int32_t rig_save(rig *r, const hone_stream *out)
{
    CALL(r, "save", -1, state_of(r)->save(self(r), out));
}

int32_t rig_load(rig *r, const hone_stream *in)
{
    CALL(r, "load", -1, state_of(r)->load(self(r), in));
}
