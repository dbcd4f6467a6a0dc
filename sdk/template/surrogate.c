/* surrogate.c - template of a surrogate: inverse distance weighting.
 *
 * Copy it, rename "idw", and change predict_one().  fit keeps the data; predict weighs all
 * observed values by the inverse square of their distance.  The uncertainty has two parts:
 * how much the weighed values disagree, and how far the point is from any of them.
 *
 * Source: Bemporad, "Global optimization via inverse distance weighting and radial basis
 *         functions", Comput. Optim. Appl. 77, 2020: the weights with q = 0, the confidence
 *         s(x) and the distance z(x); the variance here is s^2 + (range z)^2.
 * Departures: noise variances are not used; all observations count as exact.
 *
 * Shapes: U is n x p in the asker's columns, y is n; m points in, m means and variances out.
 * Derivatives are left to the host, which takes differences (no HONE_CAP_GRADIENT).
 * Build: cc -shared -fPIC $(pkg-config --cflags hone-plugin) surrogate.c -lm -o idw.so */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"

typedef struct idw {
    const hone_host *host;
    int64_t n, p;
    double *U, *y; /* n x p and n, owned */
    double range;  /* of y */
    double weight; /* of the distance part */
} idw;

static double square_distance(const double *a, const double *b, int64_t p)
{
    double sum = 0.0;
    for (int64_t j = 0; j < p; j++)
        sum += (a[j] - b[j]) * (a[j] - b[j]);
    return sum;
}

static void predict_one(const idw *s, const double *u, double *mean, double *var)
{
    const double pi = 3.14159265358979323846;
    double total = 0.0, sum = 0.0, spread = 0.0;

    for (int64_t i = 0; i < s->n; i++) {
        const double d2 = square_distance(u, s->U + i * s->p, s->p);
        if (d2 == 0.0) { /* an observed point */
            *mean = s->y[i];
            *var = 0.0;
            return;
        }
        total += 1.0 / d2;
        sum += s->y[i] / d2;
    }
    *mean = sum / total;
    for (int64_t i = 0; i < s->n; i++) {
        const double e = s->y[i] - *mean;
        spread += e * e / square_distance(u, s->U + i * s->p, s->p);
    }
    const double z = 2.0 / pi * atan(1.0 / total) * s->weight * s->range;
    *var = spread / total + z * z;
}

static int32_t fit(void *self, int64_t n, int64_t p, const double *U, int64_t ldu,
                   const double *y, const double *noise_var)
{
    idw *s = self;
    double low = INFINITY, high = -INFINITY;
    (void)noise_var;

    double *new_U = malloc((size_t)(n * p + 1) * sizeof *new_U);
    double *new_y = malloc((size_t)(n + 1) * sizeof *new_y);
    if (!new_U || !new_y) {
        free(new_U);
        free(new_y);
        s->host->error(s->host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    for (int64_t i = 0; i < n; i++) {
        memcpy(new_U + i * p, U + i * ldu, (size_t)p * sizeof *U);
        new_y[i] = y[i];
        low = fmin(low, y[i]);
        high = fmax(high, y[i]);
    }
    free(s->U);
    free(s->y);
    s->U = new_U;
    s->y = new_y;
    s->n = n;
    s->p = p;
    s->range = high > low ? high - low : 1.0;
    return HONE_OK;
}

static int32_t predict(void *self, int64_t m, const double *U, int64_t ldu, double *mean,
                       double *var, double *dmean, double *dvar, int64_t ldg)
{
    const idw *s = self;
    double unused;
    (void)dmean, (void)dvar, (void)ldg;

    if (s->n == 0) {
        s->host->error(s->host, -1, "predict before fit");
        return HONE_EINVAL;
    }
    for (int64_t i = 0; i < m; i++)
        predict_one(s, U + i * ldu, &mean[i], var ? &var[i] : &unused);
    return HONE_OK;
}

enum { WEIGHT, N_OPTIONS };

static const hone_option OPTIONS[N_OPTIONS] = {
    [WEIGHT] = {.name = "weight",
                .type = HONE_OPT_REAL,
                .def = "1",
                .low = 0.0,
                .high = 1e6,
                .doc = "How much distance from all observations adds to the uncertainty: larger "
                       "explores more."},
};

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    idw *s = calloc(1, sizeof *s);
    if (!s) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    s->host = host;
    s->weight = values[WEIGHT].d;
    *self = s;
    return HONE_OK;
}

static void destroy(void *self)
{
    idw *s = self;
    if (!s)
        return;
    free(s->U);
    free(s->y);
    free(s);
}

static const hone_surrogate_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_BATCH,
    .fit = fit,
    .predict = predict,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_SURROGATE,
    .name = "idw",
    .version = "1.0.0",
    .doc = "Inverse distance weighting: no hyperparameters to fit, O(n) a prediction.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("idw", "1.0.0", "MIT", "", PLUGINS)
