/* gp.c - surrogate: an exact Gaussian process.
 *
 * Cost: a fit is 10 to 40 evaluations of O(n^3).  From 2 SEARCH_ROWS rows on the searches from the
 * priors see every few rows only; from the best of them one goes on with MORE_ROWS times as many,
 * and so on to all, where it has few steps left.  An update is O(n^2) a row,
 * a prediction O(n^2) a point.  Good to a few thousand rows.
 *
 * y is standardised inside, so options speak of fractions of its variance, and answers come in
 * its own units.  Known noise variances replace the nugget.  Hyperparameters, and the shift and
 * scale of y, are those of the last fit; update keeps them.
 *
 * Where the covariance cannot be factorised, its diagonal is raised by growing fractions of
 * itself (hone_linalg.h).  HONE_ENUMERIC: that did not help, or the variance of y is not a
 * finite number (values beyond 1e150). */
/* LIBS: -llbfgsb -llapacke -lopenblas */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gp.h"

enum { SEARCH_ROWS = 60, MORE_ROWS = 4 };

/* ---- operations ---------------------------------------------------------------------------*/

static int32_t failed(const gp *g, int32_t status, const char *what)
{
    g->host->error(g->host, -1, what);
    return status;
}

static int32_t explain(const gp *g, int32_t status)
{
    if (status == HONE_ENOMEM) {
        return failed(g, status, "out of memory");
    }
    if (status < 0) {
        return failed(g, status, "the covariance of the data cannot be factorised");
    }
    return status;
}

/* theta := what a search on every `every`-th row finds, from theta or (from 0) from the priors. */
static int32_t search_some(gp *g, int64_t n, int64_t every, const double *U, int64_t ldu, int from,
                           double *theta)
{
    const model *m = &g->m;
    const int64_t some = n / every;
    double *y = malloc((size_t)(2 * some) * sizeof *y + 1), *noise = y + some;
    objective o;
    if (!y) {
        return HONE_ENOMEM;
    }
    for (int64_t i = 0; i < some; i++) {
        y[i] = m->y[i * every];
        noise[i] = m->noise_known ? m->noise[i * every] : 0.0;
    }
    int32_t status = objective_init(&o, &g->set, some, m->p, U, ldu * every, y,
                                    m->noise_known ? noise : NULL);
    if (status == HONE_OK) {
        status = fit_search(&o, g->host, n, from ? theta : NULL, theta);
    }
    objective_free(&o);
    free(y);
    return status;
}

/* Searches on a part of the rows, on four times as many, and so on below n: 1 if theta is where the
 * last ended, 0 if n is small or none found anything. */
static int climb(gp *g, int64_t n, const double *U, int64_t ldu, double *theta)
{
    int64_t every = 1;
    int from = 0;
    while (n / every >= 2 * SEARCH_ROWS) {
        every *= MORE_ROWS;
    }
    for (; every > 1; every /= MORE_ROWS) {
        from |= search_some(g, n, every, U, ldu, from, theta) == HONE_OK;
    }
    return from;
}

/* Hyperparameters for the n values in m->y. */
static int32_t search(gp *g, int64_t n, const double *U, int64_t ldu)
{
    model *m = &g->m;
    objective o;
    double *theta = malloc((size_t)(m->p + 2) * sizeof *theta);
    if (!theta) {
        return HONE_ENOMEM;
    }
    const double *from = climb(g, n, U, ldu, theta) ? theta : NULL;
    int32_t status = objective_init(&o, &g->set, n, m->p, U, ldu, m->y,
                                    m->noise_known ? m->noise : NULL);
    if (status == HONE_OK) {
        status = fit_search(&o, g->host, n, from, theta);
    }
    if (status == HONE_OK) {
        objective_unpack(&o, theta, &m->h);
        m->score = objective_left_out(&o) - (double)n * log(m->scale);
    }
    objective_free(&o);
    free(theta);
    return status;
}

static int32_t fit(void *self, int64_t n, int64_t p, const double *U, int64_t ldu, const double *y,
                   const double *noise_var)
{
    gp *g = self;
    model *m = &g->m;
    double shift, scale;
    m->n = 0;
    if (n < 1 || p < 1) {
        return failed(g, HONE_EINVAL, "a fit needs at least one row and one column");
    }
    if (standard(n, y, &shift, &scale) < 0) {
        return failed(g, HONE_ENUMERIC, "the variance of the values is not a finite number");
    }
    if (model_reserve(m, n, p) < 0) {
        return failed(g, HONE_ENOMEM, "out of memory");
    }
    m->shift = shift;
    m->scale = scale;
    model_values(m, n, y);
    for (int64_t c = 0; c < p; c++) {
        m->h.length[c] = 1.0;
    }
    model_take(m, 0, n, U, ldu, noise_var);
    int32_t status = search(g, n, U, ldu);
    if (status == HONE_OK) {
        model_take(m, 0, n, U, ldu, noise_var);
        status = model_factorise(m, n);
    }
    if (status == HONE_OK) {
        status = model_solve(m);
    }
    return explain(g, status);
}

static int32_t update(void *self, int64_t keep, int64_t n, const double *U, int64_t ldu,
                      const double *y, const double *noise_var)
{
    gp *g = self;
    model *m = &g->m;
    if (m->n == 0 || keep > m->n || keep > n || n < 1) {
        return failed(g, HONE_EINVAL, "an update needs a fitted model, and keeps rows of it");
    }
    m->n = keep;
    if (model_reserve(m, n, m->p) < 0) {
        m->n = 0;
        return failed(g, HONE_ENOMEM, "out of memory");
    }
    model_take(m, keep, n, U, ldu, noise_var);
    model_values(m, n, y);
    int32_t status = model_append(m, n);
    if (status == HONE_OK) {
        status = model_solve(m);
    }
    return explain(g, status);
}

static int32_t predict(void *self, int64_t count, const double *U, int64_t ldu, double *mean,
                       double *var, double *dmean, double *dvar, int64_t ldg)
{
    const gp *g = self;
    if (g->m.n == 0) {
        return failed(g, HONE_EINVAL, "a prediction needs a fitted model");
    }
    return explain(g, posterior(&g->m, count, U, ldu, mean, var, dmean, dvar, ldg));
}

static int32_t draw(void *self, int64_t count, const double *U, int64_t ldu, int64_t s,
                    const double *Z, int64_t ldz, double *F, int64_t ldf)
{
    const gp *g = self;
    if (g->m.n == 0) {
        return failed(g, HONE_EINVAL, "a draw needs a fitted model");
    }
    return explain(g, posterior_draw(&g->m, count, U, ldu, s, Z, ldz, F, ldf));
}

/* The score is that of the last fit, without rows appended since. */
static int32_t info(void *self, hone_fit_info *out)
{
    const gp *g = self;
    const model *m = &g->m;
    double noise = 0.0;
    if (m->n == 0) {
        return failed(g, HONE_EINVAL, "there is no fitted model");
    }
    for (int64_t i = 0; i < m->n; i++) {
        noise += model_noise(m, i) / (double)m->n;
    }
    if (HONE_SIZED(out, hone_fit_info, noise_var))
        out->noise_var = noise * m->scale * m->scale;
    if (HONE_SIZED(out, hone_fit_info, score))
        out->score = m->score;
    return HONE_OK;
}

/* ---- options ------------------------------------------------------------------------------*/

enum {
    KERNEL, MEAN, PRIOR, ARD, CATEGORIES, INACTIVE, NOISE, RESTARTS, TOLERANCE,
    LENGTH_BOUNDS, SCALE_BOUNDS, NOISE_BOUNDS,
    N_OPTIONS
};

/* Two positive numbers, the first not larger. */
static int bounds(const hone_host *host, const hone_value *values, int32_t option, double out[2])
{
    const hone_value *v = &values[option];
    if (v->n != 2 || !(v->v[0] > 0.0) || !(v->v[1] >= v->v[0]) || !isfinite(v->v[1])) {
        host->error(host, option, "two numbers above 0 are wanted, the lower bound first");
        return -1;
    }
    out[0] = v->v[0];
    out[1] = v->v[1];
    return 0;
}

static void destroy(void *self)
{
    gp *g = self;
    if (g) {
        model_free(&g->m);
        embedding_free(g->embedding);
        free(g);
    }
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    gp *g = calloc(1, sizeof *g);
    if (!g) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    g->host = host;
    g->set.kernel = (int)values[KERNEL].i;
    g->set.mean = (int)values[MEAN].i;
    g->set.prior = (int)values[PRIOR].i;
    g->set.ard = (int)values[ARD].i;
    g->set.restarts = (int)values[RESTARTS].i;
    g->set.tolerance = values[TOLERANCE].d;
    g->set.noise = values[NOISE].is_set ? values[NOISE].d : NAN;
    g->embedding = embedding_new(host->space(host), (int)values[CATEGORIES].i,
                                 !(int)values[INACTIVE].i);
    if (!g->embedding) {
        destroy(g);
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    g->set.embedding = g->embedding;
    g->m.embedding = g->embedding;
    g->m.kernel = g->set.kernel;
    if (bounds(host, values, LENGTH_BOUNDS, g->set.length) ||
        bounds(host, values, SCALE_BOUNDS, g->set.signal) ||
        bounds(host, values, NOISE_BOUNDS, g->set.nugget)) {
        destroy(g);
        return HONE_EINVAL;
    }
    *self = g;
    return HONE_OK;
}

static const char *const KERNELS[] = {"matern52", "matern32", "rbf", "matern12", "rational", NULL};
static const char *const MEANS[] = {"constant", "zero", NULL};
static const char *const PRIORS[] = {"dimension", "none", NULL};

static const char *const CATEGORY_KERNELS[] = {"hamming", "ard", NULL};
static const char *const PLACES[] = {"apart", "middle", NULL};

static const hone_option OPTIONS[N_OPTIONS] = {
    [KERNEL] = {.name = "kernel",
                .type = HONE_OPT_CHOICE,
                .def = "matern52",
                .choices = KERNELS,
                .doc = "Covariance function: how smooth the values are thought to be (twice "
                       "differentiable, once, infinitely often, nowhere; rational: rational "
                       "quadratic with exponent 2, many lengths at once)."},
    [MEAN] = {.name = "mean",
              .type = HONE_OPT_CHOICE,
              .def = "constant",
              .choices = MEANS,
              .doc = "What the model returns to far from all data: a fitted constant, or the "
                     "average of the values."},
    [PRIOR] = {.name = "prior",
               .type = HONE_OPT_CHOICE,
               .def = "dimension",
               .choices = PRIORS,
               .doc = "dimension: lengthscales are expected to grow with the square root of the "
                      "number of parameters (Hvarfner et al., ICML 2024) and to be alike; "
                      "none: the evidence alone decides, within the bounds."},
    [ARD] = {.name = "ard",
             .type = HONE_OPT_BOOL,
             .def = "yes",
             .doc = "A lengthscale for each column instead of one for all: finds out which "
                    "parameters matter."},
    [CATEGORIES] = {.name = "categories",
                    .type = HONE_OPT_CHOICE,
                    .flags = HONE_OPT_ADVANCED,
                    .def = "hamming",
                    .choices = CATEGORY_KERNELS,
                    .doc = "How unlike two choices are: hamming, alike or not, with one "
                           "lengthscale for the parameter; ard, a lengthscale for each of its "
                           "choices."},
    [INACTIVE] = {.name = "inactive",
                  .type = HONE_OPT_CHOICE,
                  .flags = HONE_OPT_ADVANCED,
                  .def = "apart",
                  .choices = PLACES,
                  .doc = "Where points stand in a parameter that is inactive: apart, all in one "
                         "place, equally far from all active values (Swersky et al. 2014); "
                         "middle, in the middle of its range."},
    [NOISE] = {.name = "noise",
               .type = HONE_OPT_REAL,
               .low = 0.0,
               .high = 1.0,
               .doc = "Variance of the noise as a fraction of the variance of the values; unset, "
                      "it is learnt."},
    [RESTARTS] = {.name = "restarts",
                  .type = HONE_OPT_INT,
                  .def = "2",
                  .low = 0,
                  .high = 1000,
                  .doc = "Searches for hyperparameters beyond the first, from random starts: "
                         "each has a few evaluations, and the best goes on."},
    [TOLERANCE] = {.name = "tolerance",
                   .type = HONE_OPT_REAL,
                   .flags = HONE_OPT_ADVANCED,
                   .def = "0.01",
                   .low = 0.0,
                   .high = 1.0,
                   .doc = "A search ends where the slope of the log density, in the logarithm of a "
                          "hyperparameter, is below this times the root of the number of rows: "
                          "at 0.01 the density is within 0.01 of its best, and smaller ones "
                          "made no difference to what was found."},
    [LENGTH_BOUNDS] = {.name = "lengthscale_bounds",
                       .type = HONE_OPT_REALS,
                       .flags = HONE_OPT_ADVANCED,
                       .def = "0.005 1000",
                       .low = 0.0,
                       .high = HUGE_VAL,
                       .unit = "fractions of a parameter's range",
                       .doc = "Least and largest lengthscale."},
    [SCALE_BOUNDS] = {.name = "scale_bounds",
                      .type = HONE_OPT_REALS,
                      .flags = HONE_OPT_ADVANCED,
                      .def = "0.05 20",
                      .low = 0.0,
                      .high = HUGE_VAL,
                      .unit = "fractions of the variance of the values",
                      .doc = "Least and largest variance of the process; equal bounds fix it."},
    [NOISE_BOUNDS] = {.name = "noise_bounds",
                      .type = HONE_OPT_REALS,
                      .flags = HONE_OPT_ADVANCED,
                      .def = "1e-8 1",
                      .low = 0.0,
                      .high = HUGE_VAL,
                      .unit = "fractions of the variance of the values",
                      .doc = "Least and largest variance of a noise that is learnt."},
};

/* ---- tables -------------------------------------------------------------------------------*/

static const hone_surrogate_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_BATCH | HONE_CAP_GRADIENT | HONE_CAP_CONDITIONAL,
    .fit = fit,
    .predict = predict,
    .update = update,
    .draw = draw,
    .info = info,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_SURROGATE,
    .name = "gp",
    .version = "1.0.0",
    .doc = "Exact Gaussian process with one lengthscale a column.",
    .sources = "Rasmussen, Williams, \"Gaussian Processes for Machine Learning\", 2006, "
               "algorithm 2.1 and eqs. (5.8), (5.9); priors: Hvarfner, Hellsten, Nardi, "
               "\"Vanilla Bayesian Optimization Performs Great in High Dimensions\", ICML 2024.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("gp", "1.0.0", "MIT", "", PLUGINS)
