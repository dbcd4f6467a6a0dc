/* conform_model.c - a known model behind the table of a surrogate. */
#include "conform_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void model_points(const stand *s, int64_t stream, int64_t n, int64_t p, double *u, int64_t ldu,
                  double *y)
{
    for (int64_t i = 0; i < n; i++) {
        y[i] = 0;
        for (int64_t k = 0; k < p; k++) {
            const double v = stand_uniform(s, stream, i * p + k);
            u[i * ldu + k] = v;
            y[i] += sin(3 * v + (double)k) + 0.3 * v * v;
        }
    }
}

void model_predict(const model *m, int64_t n, const double *u, int64_t ldu, double *mean,
                   double *var, double *dmean, double *dvar, int64_t ldg)
{
    for (int64_t i = 0; i < n; i++) {
        double far = 0;
        for (int64_t k = 0; k < m->p; k++) {
            const double d = u[i * ldu + k] - m->centre;
            far += d * d;
            if (dmean)
                dmean[i * ldg + k] = 2 * d;
            if (dvar)
                dvar[i * ldg + k] = 0.4 * d;
        }
        mean[i] = far - m->shift;
        if (var)
            var[i] = 0.05 + 0.2 * far;
    }
}

static int32_t fit(void *self, int64_t n, int64_t p, const double *u, int64_t ldu, const double *y,
                   const double *noise)
{
    (void)self, (void)n, (void)p, (void)u, (void)ldu, (void)y, (void)noise;
    return HONE_EUNSUPPORTED; /* models are not the acquisition's to fit */
}

static int32_t update(void *self, int64_t keep, int64_t n, const double *u, int64_t ldu,
                      const double *y, const double *noise)
{
    (void)keep;
    return fit(self, n, 0, u, ldu, y, noise);
}

static int32_t predict(void *self, int64_t m, const double *u, int64_t ldu, double *mean,
                       double *var, double *dmean, double *dvar, int64_t ldg)
{
    model_predict(self, m, u, ldu, mean, var, dmean, dvar, ldg);
    return HONE_OK;
}

/* Independent points: a diagonal covariance. */
static int32_t draw(void *self, int64_t m, const double *u, int64_t ldu, int64_t s, const double *z,
                    int64_t ldz, double *f, int64_t ldf)
{
    for (int64_t i = 0; i < m; i++) {
        double mean, var;
        model_predict(self, 1, u + i * ldu, ldu, &mean, &var, NULL, NULL, 0);
        for (int64_t k = 0; k < s; k++)
            f[k * ldf + i] = mean + sqrt(var) * z[k * ldz + i];
    }
    return HONE_OK;
}

static int32_t info(void *self, hone_fit_info *out)
{
    (void)self;
    out->noise_var = 0.01;
    out->score = 0;
    return HONE_OK;
}

static const hone_surrogate_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_BATCH | HONE_CAP_GRADIENT | HONE_CAP_CONDITIONAL,
    .fit = fit,
    .predict = predict,
    .update = update,
    .draw = draw,
    .info = info,
};

bool model_init(model *m, rig *r, double shift, int64_t columns)
{
    const hone_space *seen = rig_space(r);
    double y[MODEL_KNOWN];
    memset(m, 0, sizeof *m);
    m->shift = shift;
    m->centre = 0.4;
    m->p = seen->n_cols;
    if (m->p > columns || m->p > MODEL_COLUMNS) {
        stand_fail(r->stand, "the space of the test has too many columns");
        return false;
    }
    m->handle = (hone_component){sizeof m->handle, HONE_SURROGATE, "known", m, &OPS, seen};
    for (int i = 0; i < 3; i++) {
        m->models[i] = &m->handle;
        m->noise[i] = 0.01;
    }
    model_points(r->stand, 11, MODEL_KNOWN, m->p, m->points, m->p, y);
    for (int64_t k = 0; k < m->p; k++) /* the best by posterior mean stands first */
        m->points[k] = m->centre;
    m->front[0] = -shift;
    m->context = (hone_acq_context){.size = sizeof m->context,
                                    .n_objectives = 1,
                                    .n_models = 1,
                                    .number = 20,
                                    .n_trials = 20,
                                    .n_pending = 1,
                                    .budget = 100,
                                    .best = -shift,
                                    .noise_var = m->noise,
                                    .front = m->front,
                                    .n_front = 1,
                                    .ld_front = 1,
                                    .points = m->points,
                                    .n_points = MODEL_KNOWN,
                                    .ld_points = m->p};
    return true;
}

int32_t model_prepare(model *m, rig *r)
{
    m->context.n_models = 1 + m->context.n_constraints + m->seconds;
    int32_t status = rig_prepare(r, &m->context, m->models);
    if (status >= 0 || m->seconds)
        return status;
    m->seconds = true;
    return model_prepare(m, r);
}

/* The rows of mean and var, and a last one of the seconds. */
static double *with_seconds(const double *rows, int64_t n_rows, int64_t ldm, double last)
{
    double *all = malloc((size_t)((n_rows + 1) * ldm) * sizeof *all);
    if (!all)
        return NULL;
    if (rows)
        memcpy(all, rows, (size_t)(n_rows * ldm) * sizeof *all);
    for (int64_t i = 0; i < ldm; i++)
        all[n_rows * ldm + i] = last;
    return all;
}

int32_t model_value(const model *m, rig *r, int64_t n, const double *mean, const double *var,
                    int64_t ldm, double *a, double *dmean, double *dvar)
{
    const int64_t rows = 1 + m->context.n_constraints;
    const size_t size = (size_t)(rows * ldm) * sizeof *mean;
    if (!m->seconds)
        return rig_value(r, &m->context, n, mean, var, ldm, a, dmean, dvar);
    double *all_mean = with_seconds(mean, rows, ldm, 0.3), *all_var = with_seconds(var, rows, ldm, 0.01);
    double *dm = with_seconds(dmean, rows, ldm, 0), *dv = with_seconds(dvar, rows, ldm, 0);
    int32_t status = HONE_ENOMEM;
    if (all_mean && all_var && dm && dv)
        status = rig_value(r, &m->context, n, all_mean, all_var, ldm, a, dmean ? dm : NULL,
                           dvar ? dv : NULL);
    if (dmean && dm)
        memcpy(dmean, dm, size);
    if (dvar && dv)
        memcpy(dvar, dv, size);
    free(all_mean);
    free(all_var);
    free(dm);
    free(dv);
    return status;
}
