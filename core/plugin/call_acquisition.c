/* call_acquisition.c - acquisition values, checked, and differentiated where the plugin does
 * not. */
#include <math.h>
#include <string.h>

#include "call.h"

/* Whoever made the context may know fewer members than the plugin. */
static const hone_acq_context *complete(const hone_acq_context *ctx, hone_acq_context *room)
{
    if (ctx->size >= sizeof *ctx)
        return ctx;
    memset(room, 0, sizeof *room);
    memcpy(room, ctx, ctx->size);
    room->size = sizeof *room;
    return room;
}

static int32_t check_context(const instance *i, const hone_acq_context *ctx, error *err)
{
    const plugin *p = i->plugin;
    if (ctx->n_objectives > 1 && !(p->caps & HONE_CAP_MULTI_OBJECTIVE))
        return error_add(err, HONE_EUNSUPPORTED,
                         "[%s] acquisition '%s' handles one objective, and there are %d",
                         i->component->section, p->name, ctx->n_objectives);
    if (ctx->n_constraints > 0 && !(p->caps & HONE_CAP_CONSTRAINTS))
        return error_add(err, HONE_EUNSUPPORTED,
                         "[%s] acquisition '%s' handles no constraints, and there are %d",
                         i->component->section, p->name, ctx->n_constraints);
    return HONE_OK;
}

/* Values that are not numbers would choose a point by accident; an infinite one is an opinion. */
static bool numbers(const double *x, int64_t n)
{
    bool all = true;
    for (int64_t k = 0; k < n; k++)
        all &= !isnan(x[k]);
    return all;
}

static void blank(double *x, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        x[k] = NAN;
}

/* As the plugin answers itself. */
static int32_t value(instance *i, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean,
                     double *da_dvar, error *err)
{
    call c;
    int32_t status = call_ready(i, err);
    if (status < 0)
        return status;
    blank(a, m);
    for (int32_t j = 0; j < ctx->n_models && da_dmean; j++) {
        blank(da_dmean + j * ldm, m);
        blank(da_dvar + j * ldm, m);
    }
    call_begin(&c, i, "value", ctx->number);
    status = i->plugin->acquisition.value(i->self, ctx, m, mean, var, ldm, a, da_dmean, da_dvar);
    if ((status = call_end(&c, status, err)) < 0)
        return status;
    bool sound = numbers(a, m);
    for (int32_t j = 0; j < ctx->n_models && da_dmean; j++)
        sound = sound && numbers(da_dmean + j * ldm, m) && numbers(da_dvar + j * ldm, m);
    return sound ? HONE_OK
                 : error_add(err, HONE_ENUMERIC,
                             "[%s] acquisition '%s' gave NaN, or filled in too little",
                             i->component->section, i->plugin->name);
}

static int32_t value_plain(instance *i, const hone_acq_context *ctx, int64_t m, const double *mean,
                           const double *var, int64_t ldm, double *a, error *err)
{
    return value(i, ctx, m, mean, var, ldm, a, NULL, NULL, err);
}

static int32_t prepare(instance *i, const hone_acq_context *ctx,
                       const hone_component *const *models, error *err)
{
    call c;
    int32_t status = call_ready(i, err);
    if (status < 0 || (status = check_context(i, ctx, err)) < 0 ||
        !i->plugin->acquisition.prepare)
        return status;
    call_begin(&c, i, "prepare", ctx->number);
    return call_end(&c, i->plugin->acquisition.prepare(i->self, ctx, models), err);
}

/* ---- for other plugins ---- */

static int32_t end(instance *i, int32_t status, error *why)
{
    return status < 0 ? instance_inner(i, status, why) : status;
}

static int32_t part_value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                          const double *var, int64_t ldm, double *a, double *da_dmean,
                          double *da_dvar)
{
    instance *i = self;
    hone_acq_context room;
    error why = {0};
    bool exact = i->plugin->caps & HONE_CAP_GRADIENT, slopes = da_dmean && da_dvar;
    ctx = complete(ctx, &room);
    int32_t status = check_context(i, ctx, &why);
    if (status >= 0)
        status = value(i, ctx, m, mean, var, ldm, a, exact && slopes ? da_dmean : NULL,
                       exact && slopes ? da_dvar : NULL, &why);
    if (status >= 0 && slopes && !exact)
        status = differences_value(i, value_plain, ctx, m, mean, var, ldm, da_dmean, da_dvar,
                                   &why);
    return end(i, status, &why);
}

static int32_t part_prepare(void *self, const hone_acq_context *ctx,
                            const hone_component *const *models)
{
    hone_acq_context room;
    error why = {0};
    return end(self, prepare(self, complete(ctx, &room), models, &why), &why);
}

void acquisition_table(instance *i)
{
    i->table.acquisition = (hone_acquisition_ops){.size = sizeof i->table.acquisition,
                                                  .caps = i->plugin->caps,
                                                  .value = part_value,
                                                  .prepare = part_prepare};
}
