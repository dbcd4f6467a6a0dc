/* mes.c - max-value entropy search, for minimisation.
 *
 * How much a measurement at x would tell about the smallest value f* of the function: the
 * information between them, for f* drawn from its posterior,
 *
 *     a(x) = 1/K sum_k  g phi(g) / (2 Phi(g)) - log Phi(g),   g = (mean - f*_k) / sd.
 *
 * Draws of f*: on a grid of points, taken as independent, P(f* > y) = prod Phi((mean - y) / sd).
 * Its quartiles fix a Gumbel distribution, whose quantiles at K uniform numbers are the draws.
 *
 * Source: Wang, Jegelka, "Max-value Entropy Search for Efficient Bayesian Optimization", ICML 2017,
 *         eq. (6) and section 3.1, with the sign turned for minimisation.
 *
 * Shapes: m predictions of model 0 in, m values >= 0 out, in nats; larger is better.
 * Departures: the grid is of Sobol points, GRID of them.  Draws are at least MARGIN deviations of
 *         the noise below the best posterior mean, as in the authors' code, and MARGIN_LEAST of
 *         the spread of the draws: at the best mean itself a point that is known for certain
 *         would look informative.  Below g = -1 the formula is arranged so that no digits
 *         cancel.  A variance under 1e-300 counts as 1e-300.  Before prepare the best value is the
 *         only draw; where there is none, what is left is the uncertainty: one unit
 *         below the mean. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_fresh.h"
#include "hone_math.h"
#include "hone_plugin.h"

enum { GRID = 1000, BISECTIONS = 60 };
static const double VARIANCE_LEAST = 1e-300;
static const double Z_MOST = 1e150;
static const double MARGIN = 5.0, MARGIN_LEAST = 1e-3;

typedef struct mes {
    const hone_host *host;
    int64_t draws;
    int ready;
    double *lowest;     /* [draws] draws of the smallest value */
    double *mean, *sd;  /* [GRID] */
} mes;

/* The information about one draw, and its slope in g, which is never positive. */
static double information(double g, double *slope)
{
    if (g > -1.0) {
        const double ratio = hone_norm_pdf(g) / hone_norm_cdf(g);
        *slope = -0.5 * ratio * (1.0 + g * (g + ratio));
        return 0.5 * g * ratio - hone_log_ndtr(g);
    }
    /* ratio = 1 / mills, g + ratio = h / (pdf mills) */
    const double mills = hone_mills(g), excess = hone_h_over_pdf(g) / mills;
    *slope = g < -1e4 ? 1.0 / g : -0.5 / mills * (1.0 + g * excess);
    return 0.5 * g * excess + HONE_LOG_SQRT_2PI - log(mills);
}

static int32_t value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean,
                     double *da_dvar)
{
    const mes *s = self;
    const int64_t draws = s->ready ? s->draws : 1;
    const int blind = !s->ready && isnan(ctx->best);
    (void)ldm; /* one model: one row */
    for (int64_t i = 0; i < m; i++) {
        const double sd = sqrt(fmax(var[i], VARIANCE_LEAST));
        double sum = 0.0, dmean = 0.0, dvar = 0.0;
        for (int64_t k = 0; k < draws; k++) {
            const double lowest = s->ready ? s->lowest[k] : blind ? mean[i] - 1.0 : ctx->best;
            const double g = fmin(fmax((mean[i] - lowest) / sd, -Z_MOST), Z_MOST);
            double slope;
            sum += information(g, &slope);
            dmean += blind ? 0.0 : hone_finite(slope / sd);
            dvar += hone_finite(slope * (-g / (2.0 * sd)) / sd);
        }
        a[i] = sum / (double)draws;
        if (da_dmean) {
            da_dmean[i] = hone_finite(dmean / (double)draws);
            da_dvar[i] = var[i] < VARIANCE_LEAST ? 0.0 : hone_finite(dvar / (double)draws);
        }
    }
    return HONE_OK;
}

/* ---- draws of the smallest value ----------------------------------------------------------*/

/* log P(f* > y) on the grid. */
static double log_above(const mes *s, double y)
{
    double sum = 0.0;
    for (int64_t i = 0; i < GRID; i++) {
        sum += hone_log_ndtr(fmax((s->mean[i] - y) / s->sd[i], -Z_MOST));
    }
    return sum;
}

/* The y with P(f* > y) = p. */
static double quantile(const mes *s, double low, double high, double p)
{
    for (int k = 0; k < BISECTIONS; k++) {
        const double y = low + 0.5 * (high - low);
        if (log_above(s, y) > log(p)) {
            low = y;
        } else {
            high = y;
        }
    }
    return low + 0.5 * (high - low);
}

static int32_t predict_grid(mes *s, const hone_acq_context *ctx, const hone_component *model)
{
    const hone_host *host = s->host;
    const hone_space *space = host->space(host);
    const hone_surrogate_ops *ops = model->ops;
    const int64_t d = space->n_params, p = space->n_cols;
    double *U = malloc((size_t)(GRID * (d + p)) * sizeof *U + 1), *X = U + GRID * d;
    if (!U) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    if (host->quasi(host, ctx->number, 0, GRID, d, U, d) < 0) {
        host->uniform(host, ctx->number, s->draws, GRID * d, U);
    }
    for (int64_t i = 0; i < GRID; i++) {
        hone_spread(space, U + i * d, X + i * p);
    }
    host->snap(host, GRID, X, p);
    const int32_t status = ops->predict(model->self, GRID, X, p, s->mean, s->sd, NULL, NULL, 0);
    for (int64_t i = 0; i < GRID && status >= 0; i++) {
        s->sd[i] = sqrt(fmax(s->sd[i], VARIANCE_LEAST));
    }
    free(U);
    return status;
}

static int32_t prepare(void *self, const hone_acq_context *ctx,
                       const hone_component *const *models)
{
    mes *s = self;
    const int32_t status = predict_grid(s, ctx, models[0]);
    double low = HUGE_VAL, high = HUGE_VAL;
    if (status < 0) {
        return status;
    }
    for (int64_t i = 0; i < GRID; i++) { /* between them is all that can be told from 0 and 1 */
        low = fmin(low, s->mean[i] - 10.0 * s->sd[i]);
        high = fmin(high, s->mean[i] + 10.0 * s->sd[i]);
    }
    const double lower = quantile(s, low, high, 0.75), middle = quantile(s, low, high, 0.5);
    const double upper = quantile(s, low, high, 0.25);
    /* P(f* > y) = exp(-exp((y - at) / b)): -f* has a Gumbel law, whose quartiles give */
    const double b = (upper - lower) / (log(log(4.0)) - log(log(4.0 / 3.0)));
    const double at = middle - b * log(log(2.0));
    const double noise = ctx->noise_var && ctx->noise_var[0] > 0.0 ? ctx->noise_var[0] : 0.0;
    const double highest = ctx->best - MARGIN * sqrt(noise) - MARGIN_LEAST * b;
    s->host->uniform(s->host, ctx->number, 0, s->draws, s->lowest);
    for (int64_t k = 0; k < s->draws; k++) {
        const double u = fmax(s->lowest[k], 0x1p-54);
        s->lowest[k] = at + b * log(-log(u));
        if (s->lowest[k] > highest) {
            s->lowest[k] = highest;
        }
    }
    s->ready = 1;
    return HONE_OK;
}

/* ---- tables -------------------------------------------------------------------------------*/

static void destroy(void *self)
{
    mes *s = self;
    if (s) {
        free(s->lowest);
        free(s->mean);
        free(s);
    }
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    mes *s = calloc(1, sizeof *s);
    if (s) {
        s->host = host;
        s->draws = values[0].i;
        s->lowest = malloc((size_t)s->draws * sizeof *s->lowest);
        s->mean = malloc(2 * GRID * sizeof *s->mean);
        s->sd = s->mean ? s->mean + GRID : NULL;
    }
    if (!s || !s->lowest || !s->mean) {
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
     .def = "16",
     .low = 1,
     .high = 1e4,
     .doc = "Draws of the smallest value that are averaged over (Wang and Jegelka, ICML 2017: "
            "from 1 to 100 made little difference)."},
};

static const hone_acquisition_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_BATCH | HONE_CAP_GRADIENT,
    .value = value,
    .prepare = prepare,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_ACQUISITION,
    .name = "mes",
    .version = "1.0.0",
    .doc = "Max-value entropy search: what a measurement tells about the smallest value.",
    .sources = "Wang, Jegelka, \"Max-value Entropy Search for Efficient Bayesian Optimization\", "
               "ICML 2017, eq. (6) and section 3.1.\nDeparture: draws of the smallest value keep "
               "a distance from the best posterior mean.",
    .options = OPTIONS,
    .n_options = sizeof OPTIONS / sizeof OPTIONS[0],
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("mes", "1.0.0", "MIT", "", PLUGINS)
