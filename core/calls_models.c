/* calls_models.c - surrogates and acquisitions as components: complete tables.
 *
 * What a plugin left out is done generically: fit for update, central differences for
 * derivatives that are not exact.  NaN never leaves a model: HONE_ENUMERIC instead. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "instance_state.h"

static const double STEP = 1e-6;          /* of central differences, in columns of the unit cube */
static const double RELATIVE_STEP = 1e-6; /* of mean and variance */

static bool any_nan(const double *v, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; v && i < n; i++)
        sum += v[i] * 0.0; /* NaN or infinite: NaN */
    if (sum == 0)
        return false;
    for (int64_t i = 0; v && i < n; i++)
        if (isnan(v[i]))
            return true;
    return false;
}

/* ---- surrogates ---- */

static int32_t fit(void *self, int64_t n, int64_t p, const double *U, int64_t ldu, const double *y,
                   const double *noise_var)
{
    instance *i = self;
    crossing c = enter(i, "fit", -1);
    int32_t status = i->plugin->surrogate.fit(i->self, n, p, U, ldu, y, noise_var);
    leave(i, &c);
    return status;
}

static int32_t update(void *self, int64_t keep, int64_t n, const double *U, int64_t ldu,
                      const double *y, const double *noise_var)
{
    instance *i = self;
    if (!i->plugin->surrogate.update)
        return fit(self, n, instance_space(i)->n_cols, U, ldu, y, noise_var);
    crossing c = enter(i, "update", -1);
    int32_t status = i->plugin->surrogate.update(i->self, keep, n, U, ldu, y, noise_var);
    leave(i, &c);
    return status;
}

static int32_t raw_predict(instance *i, int64_t m, const double *U, int64_t ldu, double *mean,
                           double *var, double *dmean, double *dvar, int64_t ldg)
{
    crossing c = enter(i, "predict", -1);
    int32_t status = i->plugin->surrogate.predict(i->self, m, U, ldu, mean, var, dmean, dvar, ldg);
    leave(i, &c);
    if (status < 0)
        return status;
    return any_nan(mean, m) || any_nan(var, m) ? HONE_ENUMERIC : status;
}

/* dmean, dvar by central differences: 2 p further predictions of all m points. */
static int32_t differences(instance *i, int64_t m, const double *U, int64_t ldu, double *dmean,
                           double *dvar, int64_t ldg)
{
    int64_t p = instance_space(i)->n_cols;
    double *X = malloc((size_t)(m * p + 4 * m + 1) * sizeof *X);
    int32_t status = X ? HONE_OK : HONE_ENOMEM;
    double *high = X ? X + m * p : NULL, *low = X ? high + 2 * m : NULL;
    for (int64_t j = 0; j < p && status >= 0; j++)
        for (int side = 0; side < 2 && status >= 0; side++) {
            double *to = side ? high : low;
            for (int64_t r = 0; r < m; r++) {
                memcpy(X + r * p, U + r * ldu, (size_t)p * sizeof *X);
                X[r * p + j] += side ? STEP : -STEP;
            }
            status = raw_predict(i, m, X, p, to, to + m, NULL, NULL, 0);
            for (int64_t r = 0; r < m && side && status >= 0; r++) {
                dmean[r * ldg + j] = (high[r] - low[r]) / (2 * STEP);
                dvar[r * ldg + j] = (high[m + r] - low[m + r]) / (2 * STEP);
            }
        }
    free(X);
    return status;
}

static int32_t predict(void *self, int64_t m, const double *U, int64_t ldu, double *mean,
                       double *var, double *dmean, double *dvar, int64_t ldg)
{
    instance *i = self;
    bool exact = i->plugin->caps & HONE_CAP_GRADIENT;
    int32_t status =
        raw_predict(i, m, U, ldu, mean, var, exact ? dmean : NULL, exact ? dvar : NULL, ldg);
    if (status >= 0 && dmean && !exact)
        status = differences(i, m, U, ldu, dmean, dvar, ldg);
    return status;
}

static int32_t draw(void *self, int64_t m, const double *U, int64_t ldu, int64_t s, const double *Z,
                    int64_t ldz, double *F, int64_t ldf)
{
    instance *i = self;
    if (!i->plugin->surrogate.draw)
        return HONE_EUNSUPPORTED;
    crossing c = enter(i, "draw", -1);
    int32_t status = i->plugin->surrogate.draw(i->self, m, U, ldu, s, Z, ldz, F, ldf);
    leave(i, &c);
    return status;
}

static int32_t info(void *self, hone_fit_info *out)
{
    instance *i = self;
    if (!i->plugin->surrogate.info) {
        if (HONE_SIZED(out, hone_fit_info, noise_var))
            out->noise_var = NAN;
        if (HONE_SIZED(out, hone_fit_info, score))
            out->score = NAN;
        return HONE_EUNSUPPORTED;
    }
    crossing c = enter(i, "info", -1);
    int32_t status = i->plugin->surrogate.info(i->self, out);
    leave(i, &c);
    return status;
}

/* ---- acquisitions ---- */

static int32_t raw_value(instance *i, const hone_acq_context *ctx, int64_t m, const double *mean,
                         const double *var, int64_t ldm, double *a, double *dmean, double *dvar)
{
    crossing c = enter(i, "value", ctx->number);
    int32_t status = i->plugin->acquisition.value(i->self, ctx, m, mean, var, ldm, a, dmean, dvar);
    leave(i, &c);
    if (status < 0)
        return status;
    return any_nan(a, m) ? HONE_ENUMERIC : status;
}

/* Partial derivatives by central differences of each model's mean and variance. */
static int32_t partials(instance *i, const hone_acq_context *ctx, int64_t m, const double *mean,
                        const double *var, int64_t ldm, double *dmean, double *dvar)
{
    int64_t k = ctx->n_models, n = k * ldm;
    double *copy = malloc((size_t)(2 * n + 2 * m + 1) * sizeof *copy);
    int32_t status = copy ? HONE_OK : HONE_ENOMEM;
    double *high = copy ? copy + 2 * n : NULL, *low = copy ? high + m : NULL;
    for (int64_t j = 0; j < 2 * k && status >= 0; j++) {
        bool of_var = j >= k;
        const double *from = of_var ? var : mean;
        double *to = of_var ? dvar : dmean;
        int64_t row = (of_var ? j - k : j) * ldm;
        memcpy(copy, mean, (size_t)n * sizeof *copy);
        memcpy(copy + n, var, (size_t)n * sizeof *copy);
        double *moved = copy + (of_var ? n : 0) + row;
        for (int side = 0; side < 2 && status >= 0; side++) {
            for (int64_t r = 0; r < m; r++) {
                double h = RELATIVE_STEP * fmax(fabs(from[row + r]), 1e-3);
                moved[r] = from[row + r] + (side ? h : -h);
                if (of_var && moved[r] < 0)
                    moved[r] = 0;
            }
            status = raw_value(i, ctx, m, copy, copy + n, ldm, side ? high : low, NULL, NULL);
        }
        for (int64_t r = 0; r < m && status >= 0; r++) {
            double h = RELATIVE_STEP * fmax(fabs(from[row + r]), 1e-3);
            double below = of_var && from[row + r] < h ? from[row + r] : h;
            to[row + r] = (high[r] - low[r]) / (h + below);
        }
    }
    free(copy);
    return status;
}

static int32_t value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean, double *da_dvar)
{
    instance *i = self;
    bool exact = i->plugin->caps & HONE_CAP_GRADIENT;
    int32_t status =
        raw_value(i, ctx, m, mean, var, ldm, a, exact ? da_dmean : NULL, exact ? da_dvar : NULL);
    if (status >= 0 && da_dmean && !exact)
        status = partials(i, ctx, m, mean, var, ldm, da_dmean, da_dvar);
    return status;
}

static int32_t prepare(void *self, const hone_acq_context *ctx, const hone_component *const *models)
{
    instance *i = self;
    if (!i->plugin->acquisition.prepare)
        return HONE_OK;
    crossing c = enter(i, "prepare", ctx->number);
    int32_t status = i->plugin->acquisition.prepare(i->self, ctx, models);
    leave(i, &c);
    return status;
}

void calls_fill_models(instance *i)
{
    uint32_t caps = i->plugin->caps;
    i->surrogate = (hone_surrogate_ops){.size = sizeof i->surrogate,
                                        .caps = caps,
                                        .fit = fit,
                                        .predict = predict,
                                        .update = update,
                                        .draw = draw,
                                        .info = info};
    i->acquisition = (hone_acquisition_ops){
        .size = sizeof i->acquisition, .caps = caps, .value = value, .prepare = prepare};
}
