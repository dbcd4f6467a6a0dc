/* surrogate.c - a sound small model, and with -DFAULT_<name> one that is wrong in one way.
 *
 * Kernel regression: mean = (a m0 + sum k_i y_i) / (a + sum k_i), variance s^2 a / (a + sum k_i). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"

/* FAULT name: the test that is meant to find it
 *
 * FAULT nan_variance: variance
 * FAULT negative_variance: variance
 * FAULT ignores_ldu: variance
 * FAULT ignores_data: informed
 * FAULT batch_differs: singles
 * FAULT last_unwritten: written
 * FAULT beyond_ldg: written
 * FAULT changes_points: written
 * FAULT needs_var: optional
 * FAULT changes_y: inputs
 * FAULT wrong_gradient: gradient
 * FAULT no_spread: degenerate
 * FAULT two_at_least: degenerate
 * FAULT single_precision: scales
 * FAULT few_columns: columns
 * FAULT update_forgets: update
 * FAULT narrow_draws: draw
 * FAULT info_overrun: info */

static const double WIDTH = 0.02, PRIOR = 1e-3;

typedef struct kernel {
    const hone_host *host;
    int64_t n, p;
    double *u, *y, middle, spread;
} kernel;

static int32_t failed(const kernel *k, int32_t status, const char *words)
{
    k->host->error(k->host, -1, words);
    return status;
}

static void moments(kernel *k)
{
    double scale = 0, sum = 0;
    k->middle = 0;
    for (int64_t i = 0; i < k->n; i++)
        k->middle += k->y[i] / (double)k->n;
    for (int64_t i = 0; i < k->n; i++)
        scale = fmax(scale, fabs(k->y[i] - k->middle));
#ifdef FAULT_single_precision
    k->middle = (float)k->middle;
    scale = (float)scale;
#endif
    for (int64_t i = 0; i < k->n && scale > 0; i++)
        sum += (k->y[i] - k->middle) / scale * ((k->y[i] - k->middle) / scale);
    k->spread = scale * sqrt(sum / (double)k->n);
#ifdef FAULT_no_spread
    k->middle += 0 * (1 / k->spread);
#endif
}

static int32_t fit(void *self, int64_t n, int64_t p, const double *U, int64_t ldu, const double *y,
                   const double *noise_var)
{
    kernel *k = self;
    (void)noise_var;
    free(k->u);
    free(k->y);
    k->n = 0;
    k->u = malloc((size_t)(n * p + 1) * sizeof *k->u);
    k->y = malloc((size_t)(n + 1) * sizeof *k->y);
    if (!k->u || !k->y)
        return failed(k, HONE_ENOMEM, "out of memory");
#ifdef FAULT_two_at_least
    if (n < 2)
        return failed(k, HONE_EINVAL, "two observations are needed");
#endif
#ifdef FAULT_few_columns
    if (p > 100)
        return failed(k, HONE_EUNSUPPORTED, "a hundred columns at most");
#endif
#ifdef FAULT_ignores_ldu
    ldu = p;
#endif
    k->n = n;
    k->p = p;
    for (int64_t i = 0; i < n; i++)
        memcpy(k->u + i * p, U + i * ldu, (size_t)p * sizeof *U);
    memcpy(k->y, y, (size_t)n * sizeof *y);
#ifdef FAULT_changes_y
    ((double *)(uintptr_t)y)[0] = 0;
#endif
#ifdef FAULT_ignores_data
    for (int64_t i = 0; i < n; i++)
        k->y[i] = y[0];
#endif
    moments(k);
    return HONE_OK;
}

static int32_t update(void *self, int64_t keep, int64_t n, const double *U, int64_t ldu,
                      const double *y, const double *noise_var)
{
    kernel *k = self;
    (void)keep;
#ifdef FAULT_update_forgets
    return HONE_OK;
#endif
    return fit(self, n, k->p, U, ldu, y, noise_var);
}

/* One point: sums of the weights, of weights times values, and their slopes along column c. */
static double weigh(const kernel *k, const double *u, double *values, int64_t c, double *slope,
                    double *slope_values)
{
    double sum = 0;
    *values = *slope = *slope_values = 0;
    for (int64_t i = 0; i < k->n; i++) {
        double far = 0;
        for (int64_t j = 0; j < k->p; j++)
            far += (u[j] - k->u[i * k->p + j]) * (u[j] - k->u[i * k->p + j]);
        const double w = exp(-far / WIDTH), y = k->y[i] - k->middle;
        const double dw = c < 0 ? 0 : -2 * (u[c] - k->u[i * k->p + c]) / WIDTH * w;
        sum += w;
        *values += w * y;
        *slope += dw;
        *slope_values += dw * y;
    }
    return sum;
}

static void slopes(const kernel *k, const double *u, double *dmean, double *dvar)
{
    double values, slope, slope_values;
    for (int64_t c = 0; c < k->p; c++) {
        const double sum = PRIOR + weigh(k, u, &values, c, &slope, &slope_values);
        dmean[c] = slope_values / sum - values * slope / (sum * sum);
        dvar[c] = -k->spread * k->spread * PRIOR * slope / (sum * sum);
#ifdef FAULT_wrong_gradient
        dmean[c] = slope_values / sum;
#endif
    }
}

static int32_t predict(void *self, int64_t m, const double *U, int64_t ldu, double *mean,
                       double *var, double *dmean, double *dvar, int64_t ldg)
{
    const kernel *k = self;
    if (k->n == 0)
        return failed(k, HONE_EINVAL, "there is no fit");
    for (int64_t i = 0; i < m; i++) {
        double values, a, b;
        const double sum = PRIOR + weigh(k, U + i * ldu, &values, -1, &a, &b);
#ifdef FAULT_last_unwritten
        if (i == m - 1 && m > 1)
            continue;
#endif
        mean[i] = k->middle + values / sum;
#ifdef FAULT_batch_differs
        mean[i] += 1e-3 * (double)m * k->spread;
#endif
#ifdef FAULT_needs_var
        var[i] = 0;
#endif
        if (var)
            var[i] = k->spread * k->spread * PRIOR / sum;
#ifdef FAULT_nan_variance
        if (var)
            var[i] = sqrt(var[i] - 0.1 * k->spread * k->spread);
#endif
#ifdef FAULT_negative_variance
        if (var)
            var[i] -= 0.1 * k->spread * k->spread;
#endif
        if (dmean)
            slopes(k, U + i * ldu, dmean + i * ldg, dvar + i * ldg);
#ifdef FAULT_beyond_ldg
        if (dmean)
            dmean[i * ldg + k->p] = 0;
#endif
    }
#ifdef FAULT_changes_points
    ((double *)(uintptr_t)U)[0] = 0.5;
#endif
    return HONE_OK;
}

static int32_t draw(void *self, int64_t m, const double *U, int64_t ldu, int64_t s, const double *Z,
                    int64_t ldz, double *F, int64_t ldf)
{
    for (int64_t i = 0; i < m; i++) {
        double mean, var;
        const int32_t status = predict(self, 1, U + i * ldu, ldu, &mean, &var, NULL, NULL, 0);
        if (status < 0)
            return status;
#ifdef FAULT_narrow_draws
        var *= var;
#endif
        for (int64_t k = 0; k < s; k++)
            F[k * ldf + i] = mean + sqrt(var) * Z[k * ldz + i];
    }
    return HONE_OK;
}

static int32_t info(void *self, hone_fit_info *out)
{
    const kernel *k = self;
    out->noise_var = 0;
#ifdef FAULT_info_overrun
    out->score = k->spread;
#else
    if (HONE_SIZED(out, hone_fit_info, score))
        out->score = k->spread;
#endif
    return HONE_OK;
}

static void destroy(void *self)
{
    kernel *k = self;
    if (k) {
        free(k->u);
        free(k->y);
    }
    free(k);
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    kernel *k = calloc(1, sizeof *k);
    (void)values;
    if (!k) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    k->host = host;
    *self = k;
    return HONE_OK;
}

static const hone_surrogate_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_GRADIENT,
    .fit = fit,
    .predict = predict,
    .update = update,
    .draw = draw,
    .info = info,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_SURROGATE,
    .name = "kernel",
    .version = "1.0.0",
    .doc = "Kernel regression of one fixed width.",
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("kernel", "1.0.0", "MIT", "", PLUGINS)
