/* fallback.c - derivatives of models and acquisitions that have none of their own.
 *
 * Central differences with a step of the cube root of the machine's precision, times the
 * scale of the argument: the error is of the order of its square, 4e-11, relative (Nocedal and
 * Wright, Numerical Optimization, 2nd edition, section 8.1). */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "instance_state.h"

static const double STEP = 6.0554544523933429e-06; /* cbrt(DBL_EPSILON) */

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* ---- a model: d mean / d u and d var / d u ---- */

/* rows 2k and 2k+1 of w: u with column k moved up and down. */
static void spread(int64_t p, const double *u, double *w)
{
    for (int64_t k = 0; k < p; k++) {
        double h = STEP * larger(fabs(u[k]), 1);
        memcpy(w + 2 * k * p, u, (size_t)p * sizeof *u);
        memcpy(w + (2 * k + 1) * p, u, (size_t)p * sizeof *u);
        w[2 * k * p + k] += h;
        w[(2 * k + 1) * p + k] -= h;
    }
}

/* 0 where the column is inactive (NaN), or the function is infinite on both sides. */
static double slope(double up, double down, double width)
{
    return width > 0 && isfinite(up - down) ? (up - down) / width : 0;
}

int32_t differences_predict(instance *i, predict_function predict, int64_t m, int64_t p,
                            const double *u, int64_t ldu, double *dmean, double *dvar,
                            int64_t ldg, error *err)
{
    double *w = malloc(((size_t)p + 2) * 2 * (size_t)(p + 1) * sizeof *w);
    double *mean = w + 2 * p * p, *var = mean + 2 * p;
    int32_t status = HONE_OK;
    if (!w)
        return error_add(err, HONE_ENOMEM, "out of memory");
    for (int64_t r = 0; r < m && status >= 0; r++) {
        spread(p, u + r * ldu, w);
        status = predict(i, 2 * p, w, p, mean, dvar ? var : NULL, err);
        for (int64_t k = 0; k < p && status >= 0; k++) {
            double width = w[2 * k * p + k] - w[(2 * k + 1) * p + k];
            if (dmean)
                dmean[r * ldg + k] = slope(mean[2 * k], mean[2 * k + 1], width);
            if (dvar)
                dvar[r * ldg + k] = slope(var[2 * k], var[2 * k + 1], width);
        }
    }
    free(w);
    return status;
}

/* ---- an acquisition: d a / d mean and d a / d var ---- */

/* mean moves by a part of the standard deviation, on whose scale acquisitions bend. */
static double mean_step(double mean, double var)
{
    double sd = sqrt(var);
    return STEP * (sd > DBL_EPSILON * fabs(mean) ? sd : larger(fabs(mean), DBL_MIN / STEP));
}

/* Values with row j of `moved` shifted by +-h of each point, as slopes over the true width. */
static int32_t slopes(instance *i, value_function value, const hone_acq_context *ctx, int64_t m,
                      const double *mean, const double *var, int64_t ldm, double *moved,
                      const double *h, double *a, double *out, error *err)
{
    double *up = a, *down = a + m, *width = a + 2 * m;
    for (int64_t r = 0; r < m; r++) {
        double at = moved[r];
        moved[r] = at + h[r];
        width[r] = moved[r] - (at - h[r]);
    }
    int32_t status = value(i, ctx, m, mean, var, ldm, up, err);
    for (int64_t r = 0; r < m; r++)
        moved[r] -= width[r];
    if (status >= 0)
        status = value(i, ctx, m, mean, var, ldm, down, err);
    for (int64_t r = 0; r < m && status >= 0; r++)
        out[r] = slope(up[r], down[r], width[r]);
    return status;
}

int32_t differences_value(instance *i, value_function value, const hone_acq_context *ctx,
                          int64_t m, const double *mean, const double *var, int64_t ldm,
                          double *da_dmean, double *da_dvar, error *err)
{
    const size_t models = (size_t)ctx->n_models, size = models * (size_t)ldm;
    double *room = malloc((2 * size + 4 * (size_t)m + 1) * sizeof *room);
    double *mean2 = room, *var2 = room + size, *h = room + 2 * size, *work = h + m;
    int32_t status = HONE_OK;
    if (!room)
        return error_add(err, HONE_ENOMEM, "out of memory");
    for (size_t j = 0; j < models; j++) {
        memcpy(mean2 + j * (size_t)ldm, mean + j * (size_t)ldm, (size_t)m * sizeof *mean);
        memcpy(var2 + j * (size_t)ldm, var + j * (size_t)ldm, (size_t)m * sizeof *var);
    }
    for (size_t j = 0; j < models && status >= 0; j++) {
        const size_t row = j * (size_t)ldm, bytes = (size_t)m * sizeof *room;
        for (int64_t r = 0; r < m; r++)
            h[r] = mean_step(mean[row + (size_t)r], var[row + (size_t)r]);
        status = slopes(i, value, ctx, m, mean2, var2, ldm, mean2 + row, h, work, da_dmean + row,
                        err);
        memcpy(mean2 + row, mean + row, bytes);
        for (int64_t r = 0; r < m; r++)
            h[r] = STEP * var[row + (size_t)r]; /* no variance: no slope */
        if (status >= 0)
            status = slopes(i, value, ctx, m, mean2, var2, ldm, var2 + row, h, work,
                            da_dvar + row, err);
        memcpy(var2 + row, var + row, bytes);
    }
    free(room);
    return status;
}
