/* log_nei.c - logarithm of noisy expected improvement, for minimisation.
 *
 * Where values are noisy the best one is not known: log_ei takes the smallest posterior mean for
 * it, as if that were certain.  Here the models' values at the evaluated points are drawn from
 * jointly, each draw has a smallest one, and the expected improvement is averaged over them:
 *
 *     a(x) = log 1/K sum_k EI(mean(x), var(x); best_k),   best_k = min_i f_k(x_i)
 *
 * Without noise the draws at evaluated points are their values, and a is log_ei.
 *
 * Source: Letham, Karrer, Ottoni, Bakshy, "Constrained Bayesian Optimization with Noisy
 *         Experiments", Bayesian Analysis 14, 2019, eqs. (4), (5); the stable logarithm: Ament et
 *         al., NeurIPS 2023, eqs. (8), (9), as in log_ei.c.
 *
 * Shapes: m predictions of each model in, m values out; larger is better.
 * Departures: given a draw, theirs conditions the prediction at x on it; here mean and variance
 *         stay those of the posterior, as if x were independent of the draw: no operation of a
 *         surrogate gives their covariance.  The points that are drawn at are the best
 *         that the asker tells, feasible ones by the means of the constraints' models.
 *         Where none are told, or a draw fails, the best value of the context is the only one.
 *         Constraints weigh as in log_ei.
 *
 * Draws: `bench_recipe noisy 20`, the true regret of the best posterior mean after 60 trials over
 * that of log_ei, geometric mean of 12 functions: 0.83 with 8, 0.91 with 32, standard errors of
 * 1.07 and 1.04 as factors; proposals took 1.3 and 2.2 times as long. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_math.h"
#include "hone_plugin.h"

static const double VARIANCE_LEAST = 1e-300;
static const double Z_LEAST = -1e150;

typedef struct log_nei {
    const hone_host *host;
    int64_t draws;
    int ready;
    double *best; /* [draws] */
} log_nei;

/* ---- values -------------------------------------------------------------------------------*/

/* The sum over draws is kept relative to its largest term, so that no term is lost. */
static double log_nei_value(const log_nei *s, double mean, double var, double best, double *dmean,
                            double *dvar)
{
    const int64_t n = s->ready ? s->draws : 1;
    const int blind = !s->ready && isnan(best);
    const double sd = sqrt(fmax(var, VARIANCE_LEAST));
    double top = -HUGE_VAL, sum = 0.0, fall = 0.0, bend = 0.0;
    for (int64_t k = 0; k < n; k++) {
        const double gap = s->ready ? s->best[k] - mean : blind ? 0.0 : best - mean;
        double slope[2];
        const double term = hone_log_h(fmax(hone_finite(gap / sd), Z_LEAST), slope);
        const double shrink = term > top ? exp(top - term) : 1.0;
        top = fmax(top, term);
        const double weight = exp(term - top);
        sum = sum * shrink + weight;
        fall = fall * shrink + weight * slope[1];
        bend = bend * shrink + weight * slope[0];
    }
    *dmean = blind ? 0.0 : hone_finite(-fall / sum / sd);
    *dvar = var < VARIANCE_LEAST ? 0.0 : hone_finite(bend / sum / (2.0 * sd * sd));
    return hone_finite(top + log(sum / (double)n) + log(sd));
}

static int32_t value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean, double *da_dvar)
{
    const log_nei *s = self;
    const int seeking = ctx->n_constraints > 0 && isnan(ctx->best);
    for (int64_t i = 0; i < m; i++) {
        double dmean = 0.0, dvar = 0.0;
        a[i] = seeking ? 0.0 : log_nei_value(s, mean[i], var[i], ctx->best, &dmean, &dvar);
        if (da_dmean) {
            da_dmean[i] = dmean;
            da_dvar[i] = dvar;
        }
        for (int32_t k = 1; k <= ctx->n_constraints; k++) {
            const int64_t at = k * ldm + i;
            a[i] = hone_finite(a[i] + hone_log_met(mean[at], var[at], &dmean, &dvar));
            if (da_dmean) {
                da_dmean[at] = dmean;
                da_dvar[at] = dvar;
            }
        }
    }
    return HONE_OK;
}

/* ---- draws of the best value --------------------------------------------------------------*/

/* X (n x p) := the told points whose constraints are thought to be met; returns how many. */
static int64_t feasible_points(const hone_acq_context *ctx, const hone_component *const *models,
                               int64_t p, double *X)
{
    int64_t n = 0;
    for (int64_t i = 0; i < ctx->n_points; i++) {
        const double *x = ctx->points + i * ctx->ld_points;
        int met = 1;
        for (int32_t k = 1; k <= ctx->n_constraints; k++) {
            const hone_surrogate_ops *ops = models[k]->ops;
            double c = HUGE_VAL;
            met = met && ops->predict(models[k]->self, 1, x, p, &c, NULL, NULL, NULL, 0) >= 0 &&
                  c <= 0.0;
        }
        if (met) {
            memcpy(X + n++ * p, x, (size_t)p * sizeof *X);
        }
    }
    return n;
}

/* best[k] := the smallest of draw k at n points. */
static int32_t draw_best(log_nei *s, const hone_acq_context *ctx, const hone_component *model,
                         int64_t n, int64_t p, const double *X)
{
    const hone_surrogate_ops *ops = model->ops;
    double *Z = malloc((size_t)(2 * n * s->draws) * sizeof *Z + 1), *F = Z + n * s->draws;
    if (!Z) {
        return HONE_ENOMEM;
    }
    s->host->normal(s->host, ctx->number, 0, n * s->draws, Z);
    const int32_t status = ops->draw(model->self, n, X, p, s->draws, Z, n, F, n);
    for (int64_t k = 0; k < s->draws && status >= 0; k++) {
        s->best[k] = F[k * n];
        for (int64_t i = 1; i < n; i++) {
            s->best[k] = fmin(s->best[k], F[k * n + i]);
        }
    }
    free(Z);
    return status;
}

static int32_t prepare(void *self, const hone_acq_context *ctx, const hone_component *const *models)
{
    log_nei *s = self;
    s->ready = 0;
    if (!HONE_HAS(ctx, hone_acq_context, points) || isnan(ctx->best)) {
        return HONE_OK;
    }
    const int64_t p = s->host->space(s->host)->n_cols;
    double *X = malloc((size_t)(ctx->n_points * p) * sizeof *X + 1);
    int32_t status = X ? HONE_OK : HONE_ENOMEM;
    const int64_t n = X ? feasible_points(ctx, models, p, X) : 0;
    if (n > 0) {
        status = draw_best(s, ctx, models[0], n, p, X);
        s->ready = status >= 0;
    }
    free(X);
    if (status == HONE_ENOMEM) {
        s->host->error(s->host, -1, "out of memory");
        return status;
    }
    return HONE_OK;
}

/* ---- tables -------------------------------------------------------------------------------*/

static void destroy(void *self)
{
    log_nei *s = self;
    if (s) {
        free(s->best);
        free(s);
    }
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    log_nei *s = calloc(1, sizeof *s);
    if (s) {
        s->host = host;
        s->draws = values[0].i;
        s->best = malloc((size_t)s->draws * sizeof *s->best);
    }
    if (!s || !s->best) {
        host->error(host, -1, "out of memory");
        destroy(s);
        return HONE_ENOMEM;
    }
    *self = s;
    return HONE_OK;
}

static const hone_option OPTIONS[] = {
    {.name = "draws",
     .type = HONE_OPT_INT,
     .def = "8",
     .low = 1,
     .high = 1e4,
     .doc = "Draws of the best value that are averaged over of all evaluated "
            "points jointly."},
};

static const hone_acquisition_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_BATCH | HONE_CAP_GRADIENT | HONE_CAP_CONSTRAINTS,
    .value = value,
    .prepare = prepare,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_ACQUISITION,
    .name = "log_nei",
    .version = "1.0.0",
    .doc = "Logarithm of noisy expected improvement: the best value so far is drawn, not known.",
    .sources = "Letham, Karrer, Ottoni, Bakshy, \"Constrained Bayesian Optimization with Noisy "
               "Experiments\", Bayesian Analysis 14, 2019, eqs. (4), (5); the logarithm: Ament "
               "et al., NeurIPS 2023.\nDeparture: mean and variance stay those of the posterior, "
               "as if the point were independent of the draw.",
    .options = OPTIONS,
    .n_options = sizeof OPTIONS / sizeof OPTIONS[0],
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("log_nei", "1.0.0", "MIT", "", PLUGINS)
