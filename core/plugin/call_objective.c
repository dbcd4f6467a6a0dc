/* call_objective.c - an evaluation: an outcome that the plugin did not give is a failure. */
#include <math.h>

#include "call.h"

static void preset(hone_outcomes *out, int64_t n)
{
    for (int64_t r = 0; r < n; r++) {
        out->state[r] = HONE_FAILED;
        for (int32_t k = 0; k < out->n_objectives; k++) {
            out->y[r * out->ldy + k] = NAN;
            if (out->yvar)
                out->yvar[r * out->ldv + k] = NAN;
        }
        for (int64_t k = 0; out->c && k < out->n_constraints; k++)
            out->c[r * out->ldc + k] = NAN;
        if (out->seconds)
            out->seconds[r] = NAN;
    }
}

static void check_states(hone_outcomes *out, int64_t n)
{
    for (int64_t r = 0; r < n; r++)
        if (out->state[r] != HONE_COMPLETE && out->state[r] != HONE_PRUNED)
            out->state[r] = HONE_FAILED;
}

int32_t objective_evaluate(instance *i, const hone_points *in, hone_outcomes *out, error *err)
{
    call c;
    int32_t status = call_ready(i, err);
    if (status < 0 || in->n <= 0)
        return status;
    preset(out, in->n);
    call_begin(&c, i, "evaluate", in->number[0]);
    status = call_end(&c, i->plugin->objective.evaluate(i->self, in, out), err);
    check_states(out, in->n);
    return status;
}

/* ---- for other plugins, and for a study without a space of its own ---- */

static int32_t part_evaluate(void *self, const hone_points *in, hone_outcomes *out)
{
    error why = {0};
    int32_t status = objective_evaluate(self, in, out, &why);
    return status < 0 ? instance_inner(self, status, &why) : status;
}

static const hone_space *part_space(void *self)
{
    instance *i = self;
    call c;
    error ignored = {0};
    if (!i->plugin->objective.space)
        return NULL;
    call_begin(&c, i, "space", -1);
    const hone_space *own = i->plugin->objective.space(i->self);
    call_end(&c, HONE_OK, &ignored);
    return own;
}

void objective_table(instance *i)
{
    i->table.objective = (hone_objective_ops){.size = sizeof i->table.objective,
                                              .caps = i->plugin->caps,
                                              .evaluate = part_evaluate,
                                              .space = part_space};
}
