/* thompson.c - Thompson sampling, for minimisation.
 *
 * The models are drawn from, jointly at all points of a call, and the value of a point is minus the
 * draw of the objective there: the best of many candidates has the chance of being chosen that
 * the posterior gives it of being the minimum.  A point where the draw of a constraint is above 0
 * is worth less than all others, and the less the more it is missed.
 *
 * Source: Thompson, "On the likelihood that one unknown probability exceeds another in view of the
 *         evidence of two samples", Biometrika 25, 1933; with joint draws at candidates, Kandasamy
 *         et al., "Parallelised Bayesian Optimisation via Thompson Sampling", AISTATS 2018.
 *
 * Shapes: m points and predictions of each model in, m values out; larger is better.
 * Departures: where a model cannot be drawn from jointly (HONE_EUNSUPPORTED), or its covariance at
 *         the points cannot be factorised, or the points are not told, the draws are independent,
 *         by mean and variance.  Values of different calls are different draws. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_math.h"
#include "hone_plugin.h"

/* Below what any draw gives: predictions are in units of the deviation of the values. */
static const double FORBIDDEN = -1e100;

typedef struct thompson {
    const hone_host *host;
    int32_t n;
    const hone_component **models; /* [n], none until prepared */
} thompson;

static void independent(int64_t m, const double *mean, const double *var, const double *Z,
                        double *F)
{
    for (int64_t i = 0; i < m; i++) {
        F[i] = mean[i] + sqrt(fmax(var[i], 0.0)) * Z[i];
    }
}

/* F (m) := one draw of model k at the points; Z: m normals. */
static int32_t draw(const thompson *s, const hone_acq_context *ctx, int32_t k, int64_t m,
                    const double *mean, const double *var, const double *Z, double *F)
{
    int32_t status = HONE_EUNSUPPORTED;
    if (k < s->n && HONE_HAS(ctx, hone_acq_context, x)) {
        const hone_surrogate_ops *ops = s->models[k]->ops;
        status = ops->draw(s->models[k]->self, m, ctx->x, ctx->ldx, 1, Z, m, F, m);
    }
    if (status == HONE_EUNSUPPORTED || status == HONE_ENUMERIC) {
        independent(m, mean, var, Z, F);
        status = HONE_OK;
    }
    return status;
}

static int32_t value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean, double *da_dvar)
{
    const thompson *s = self;
    const int32_t n = 1 + ctx->n_constraints;
    double *Z = malloc((size_t)(2 * m) * sizeof *Z + 1), *F = Z + m;
    int32_t status = Z ? HONE_OK : HONE_ENOMEM;
    for (int32_t k = 0; k < n && status >= 0; k++) {
        s->host->normal(s->host, ctx->number, k * m, m, Z);
        status = draw(s, ctx, k, m, mean + k * ldm, var + k * ldm, Z, F);
        for (int64_t i = 0; i < m && status >= 0; i++) {
            if (k == 0) {
                a[i] = hone_finite(-F[i]);
            } else if (F[i] > 0.0) {
                a[i] = fmin(a[i], FORBIDDEN) + fmin(F[i], 1e10) * FORBIDDEN;
            }
        }
    }
    /* a draw has no slopes in the variance that a search could follow: none are claimed in caps */
    for (int64_t i = 0; i < n * ldm && da_dmean && status >= 0; i++) {
        da_dmean[i] = i < m ? -1.0 : 0.0;
        da_dvar[i] = 0.0;
    }
    free(Z);
    if (status == HONE_ENOMEM) {
        s->host->error(s->host, -1, "out of memory");
    }
    return status;
}

static int32_t prepare(void *self, const hone_acq_context *ctx,
                       const hone_component *const *models)
{
    thompson *s = self;
    const size_t bytes = (size_t)ctx->n_models * sizeof *models;
    const hone_component **copy = realloc(s->models, bytes + 1);
    if (!copy) {
        s->host->error(s->host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    memcpy(copy, models, bytes);
    s->models = copy;
    s->n = ctx->n_models;
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    thompson *s = calloc(1, sizeof *s);
    (void)values;
    if (!s) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    s->host = host;
    *self = s;
    return HONE_OK;
}

static void destroy(void *self)
{
    thompson *s = self;
    if (s) {
        free(s->models);
        free(s);
    }
}

static const hone_acquisition_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_BATCH | HONE_CAP_CONSTRAINTS | HONE_CAP_JOINT,
    .value = value,
    .prepare = prepare,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_ACQUISITION,
    .name = "thompson",
    .version = "1.0.0",
    .doc = "Thompson sampling: the minimum of one draw of the models at many candidates.",
    .sources = "Thompson, Biometrika 25, 1933; with joint draws at candidates, Kandasamy et al., "
               "\"Parallelised Bayesian Optimisation via Thompson Sampling\", AISTATS "
               "2018.\nDeparture: where a model cannot be drawn from jointly, the draws are "
               "independent.",
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("thompson", "1.0.0", "MIT", "", PLUGINS)
