/* call_surrogate.c - models: fit, predict and what has a substitute.
 *
 *     update absent     fit with the same arrays
 *     derivatives       central differences, without HONE_CAP_GRADIENT
 *     draw absent       a single point from its mean and variance; joint draws cannot be made up
 *     info absent       unknown (NaN) and HONE_EUNSUPPORTED */
#include <math.h>
#include <string.h>

#include "call.h"

static bool all_finite(const double *x, int64_t n)
{
    bool all = true;
    for (int64_t k = 0; k < n; k++)
        all &= isfinite(x[k]) != 0;
    return all;
}

static void blank(double *x, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        x[k] = NAN;
}

/* A number that was not to be had: the caller falls back. */
static int32_t not_finite(const instance *i, const char *what, error *err)
{
    return error_add(err, HONE_ENUMERIC, "[%s] surrogate '%s' %s", i->component->section,
                     i->plugin->name, what);
}

static int32_t check_data(const instance *i, int64_t n, int64_t p, const double *u, int64_t ldu,
                          const double *y, error *err)
{
    bool sound = all_finite(y, n);
    if (!(i->plugin->caps & HONE_CAP_CONDITIONAL))
        for (int64_t r = 0; r < n; r++)
            sound &= all_finite(u + r * ldu, p);
    return sound ? HONE_OK : not_finite(i, "was given data that are not finite", err);
}

static int32_t fit(instance *i, int64_t n, int64_t p, const double *u, int64_t ldu,
                   const double *y, const double *noise_var, error *err)
{
    call c;
    int32_t status = call_ready(i, err);
    if (status < 0 || (status = check_data(i, n, p, u, ldu, y, err)) < 0)
        return status;
    i->columns = p;
    call_begin(&c, i, "fit", -1);
    status = i->plugin->surrogate.fit(i->self, n, p, u, ldu, y, noise_var);
    return call_end(&c, status, err);
}

static int32_t update(instance *i, int64_t keep, int64_t n, const double *u, int64_t ldu,
                      const double *y, const double *noise_var, error *err)
{
    const int64_t p = i->columns;
    call c;
    int32_t status = call_ready(i, err);
    if (status < 0)
        return status;
    if (!i->plugin->surrogate.update)
        return fit(i, n, p, u, ldu, y, noise_var, err);
    if ((status = check_data(i, n, p, u, ldu, y, err)) < 0)
        return status;
    call_begin(&c, i, "update", -1);
    status = i->plugin->surrogate.update(i->self, keep, n, u, ldu, y, noise_var);
    return call_end(&c, status, err);
}

static int32_t check_prediction(const instance *i, int64_t m, const double *mean,
                                const double *var, error *err)
{
    if (!all_finite(mean, m) || (var && !all_finite(var, m)))
        return not_finite(i, "predicted what is not finite, or filled in too little", err);
    for (int64_t k = 0; var && k < m; k++)
        if (var[k] < 0)
            return not_finite(i, "predicted a negative variance", err);
    return HONE_OK;
}

/* As the plugin answers itself. */
static int32_t predict(instance *i, int64_t m, const double *u, int64_t ldu, double *mean,
                       double *var, double *dmean, double *dvar, int64_t ldg, error *err)
{
    const int64_t p = i->columns;
    call c;
    int32_t status = call_ready(i, err);
    if (status < 0)
        return status;
    blank(mean, m);
    if (var)
        blank(var, m);
    for (int64_t r = 0; r < m; r++) {
        if (dmean)
            blank(dmean + r * ldg, p);
        if (dvar)
            blank(dvar + r * ldg, p);
    }
    call_begin(&c, i, "predict", -1);
    status = i->plugin->surrogate.predict(i->self, m, u, ldu, mean, var, dmean, dvar, ldg);
    if ((status = call_end(&c, status, err)) < 0 ||
        (status = check_prediction(i, m, mean, var, err)) < 0)
        return status;
    for (int64_t r = 0; r < m; r++)
        if ((dmean && !all_finite(dmean + r * ldg, p)) || (dvar && !all_finite(dvar + r * ldg, p)))
            return not_finite(i, "gave derivatives that are not finite", err);
    return HONE_OK;
}

static int32_t predict_plain(instance *i, int64_t m, const double *u, int64_t ldu, double *mean,
                             double *var, error *err)
{
    return predict(i, m, u, ldu, mean, var, NULL, NULL, 0, err);
}

static int32_t draw_one(instance *i, const double *u, int64_t ldu, int64_t s, const double *z,
                        int64_t ldz, double *f, int64_t ldf, error *err)
{
    double mean, var;
    int32_t status = predict_plain(i, 1, u, ldu, &mean, &var, err);
    for (int64_t r = 0; r < s && status >= 0; r++)
        f[r * ldf] = mean + sqrt(var) * z[r * ldz];
    return status;
}

static int32_t draw(instance *i, int64_t m, const double *u, int64_t ldu, int64_t s,
                    const double *z, int64_t ldz, double *f, int64_t ldf, error *err)
{
    call c;
    int32_t status = call_ready(i, err);
    if (status < 0)
        return status;
    if (!i->plugin->surrogate.draw)
        return m == 1 ? draw_one(i, u, ldu, s, z, ldz, f, ldf, err)
                      : error_add(err, HONE_EUNSUPPORTED,
                                  "[%s] surrogate '%s' has no joint draws of several points",
                                  i->component->section, i->plugin->name);
    for (int64_t r = 0; r < s; r++)
        blank(f + r * ldf, m);
    call_begin(&c, i, "draw", -1);
    status = i->plugin->surrogate.draw(i->self, m, u, ldu, s, z, ldz, f, ldf);
    if ((status = call_end(&c, status, err)) < 0)
        return status;
    for (int64_t r = 0; r < s; r++)
        if (!all_finite(f + r * ldf, m))
            return not_finite(i, "drew what is not finite, or filled in too little", err);
    return HONE_OK;
}

static int32_t info(instance *i, hone_fit_info *out, error *err)
{
    call c;
    int32_t status = call_ready(i, err);
    if (status < 0)
        return status;
    if (HONE_SIZED(out, hone_fit_info, noise_var))
        out->noise_var = NAN;
    if (HONE_SIZED(out, hone_fit_info, score))
        out->score = NAN;
    if (!i->plugin->surrogate.info)
        return error_add(err, HONE_EUNSUPPORTED, "[%s] surrogate '%s' says nothing about its fit",
                         i->component->section, i->plugin->name);
    call_begin(&c, i, "info", -1);
    return call_end(&c, i->plugin->surrogate.info(i->self, out), err);
}

/* ---- for the host's own use ---- */

int32_t surrogate_fit(instance *i, int64_t n, const double *U, const double *y,
                      const double *noise_var, error *err)
{
    const int64_t p = instance_view(i)->table.n_cols;
    return fit(i, n, p, U, p, y, noise_var, err);
}

int32_t surrogate_predict(instance *i, int64_t m, const double *U, double *mean, double *var,
                          error *err)
{
    return predict_plain(i, m, U, i->columns, mean, var, err);
}

int32_t surrogate_info(instance *i, hone_fit_info *out, error *err)
{
    return info(i, out, err);
}

/* ---- for other plugins ---- */

static int32_t end(instance *i, int32_t status, error *why)
{
    return status < 0 ? instance_inner(i, status, why) : status;
}

static int32_t part_fit(void *self, int64_t n, int64_t p, const double *u, int64_t ldu,
                        const double *y, const double *noise_var)
{
    error why = {0};
    return end(self, fit(self, n, p, u, ldu, y, noise_var, &why), &why);
}

static int32_t part_update(void *self, int64_t keep, int64_t n, const double *u, int64_t ldu,
                           const double *y, const double *noise_var)
{
    error why = {0};
    return end(self, update(self, keep, n, u, ldu, y, noise_var, &why), &why);
}

static int32_t part_predict(void *self, int64_t m, const double *u, int64_t ldu, double *mean,
                            double *var, double *dmean, double *dvar, int64_t ldg)
{
    instance *i = self;
    error why = {0};
    bool exact = i->plugin->caps & HONE_CAP_GRADIENT, slopes = dmean || dvar;
    int32_t status = predict(i, m, u, ldu, mean, var, exact ? dmean : NULL, exact ? dvar : NULL,
                             ldg, &why);
    if (status >= 0 && slopes && !exact)
        status = differences_predict(i, predict_plain, m, i->columns, u, ldu, dmean, dvar,
                                     ldg, &why);
    return end(i, status, &why);
}

static int32_t part_draw(void *self, int64_t m, const double *u, int64_t ldu, int64_t s,
                         const double *z, int64_t ldz, double *f, int64_t ldf)
{
    error why = {0};
    return end(self, draw(self, m, u, ldu, s, z, ldz, f, ldf, &why), &why);
}

static int32_t part_info(void *self, hone_fit_info *out)
{
    error why = {0};
    return end(self, info(self, out, &why), &why);
}

void surrogate_table(instance *i)
{
    i->table.surrogate = (hone_surrogate_ops){.size = sizeof i->table.surrogate,
                                              .caps = i->plugin->caps,
                                              .fit = part_fit,
                                              .predict = part_predict,
                                              .update = part_update,
                                              .draw = part_draw,
                                              .info = part_info};
}
