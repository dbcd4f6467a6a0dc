/* The Gaussian process against scikit-learn (gp_reference.h), extended precision, central
 * differences and refits; and what it makes of data that break models. */
/* LIBS: -llbfgsb -llapacke -lopenblas */
#include <criterion/criterion.h>

#include "../../plugins/surrogate/gp/embedding.c"
#include "../../plugins/surrogate/gp/fit.c"
#include "../../plugins/surrogate/gp/kernel.c"
#include "../../plugins/surrogate/gp/model.c"
#include "../../plugins/surrogate/gp/posterior.c"
#include "../support/fake_host.h"
#include "../support/gp_reference.h"

static double x_ref[REF_N * REF_P], q_ref[REF_M * REF_P], y_ref[REF_N], t_ref[REF_N];
static double shift_ref, scale_ref;

static void reference_points(int first, int n, double *X)
{
    static const double primes[REF_P] = {2.0, 3.0, 5.0};
    for (int i = 0; i < n; i++) {
        for (int c = 0; c < REF_P; c++) {
            X[i * REF_P + c] = fmod(sqrt(primes[c]) * (first + i + 1.0), 1.0);
        }
    }
}

static void setup(void)
{
    openblas_set_num_threads(1);
    reference_points(0, REF_N, x_ref);
    reference_points(100, REF_M, q_ref);
    for (int i = 0; i < REF_N; i++) {
        const double *u = x_ref + i * REF_P;
        y_ref[i] = sin(5 * u[0]) + u[1] * u[1] * u[2] + 0.3 * cos(7 * u[2]);
    }
    cr_assert(standard(REF_N, y_ref, &shift_ref, &scale_ref) == HONE_OK);
    for (int i = 0; i < REF_N; i++) {
        t_ref[i] = (y_ref[i] - shift_ref) / scale_ref;
    }
}

TestSuite(gp, .init = setup);

static void near(double a, double b, double tolerance, const char *what)
{
    cr_expect(fabs(a - b) <= tolerance * (1.0 + fabs(b)), "%s: %.17g, not %.17g", what, a, b);
}

static settings plain(int kernel)
{
    return (settings){.kernel = kernel, .mean = MEAN_ZERO, .prior = PRIOR_NONE, .ard = 1,
                      .restarts = 9, .tolerance = 1e-4, .noise = NAN, .length = {0.05, 20.0},
                      .signal = {0.05, 20.0}, .nugget = {1e-6, 1.0}};
}

/* theta of the reference */
static void reference_theta(double *theta)
{
    for (int c = 0; c < REF_P; c++) {
        theta[c] = log(REF_LENGTH[c]);
    }
    theta[REF_P] = log(REF_SIGNAL[0]);
    theta[REF_P + 1] = log(REF_NUGGET[0]);
}

static void against_reference(int kernel, double evidence, const double *slopes)
{
    settings s = plain(kernel);
    objective o;
    double theta[REF_P + 2], g[REF_P + 2];
    reference_theta(theta);
    cr_assert(objective_init(&o, &s, REF_N, REF_P, x_ref, REF_P, t_ref, NULL) == HONE_OK);
    near(objective_value(&o, theta, g), -evidence, 1e-12, "evidence");
    for (int v = 0; v < REF_P + 2; v++) {
        near(g[v], -slopes[v], 1e-11, "slope of the evidence");
    }
    objective_free(&o);
}

Test(gp, evidence_and_gradient_are_those_of_scikit_learn)
{
    against_reference(MATERN52, REF_MATERN52_EVIDENCE[0], REF_MATERN52_GRADIENT);
    against_reference(MATERN32, REF_MATERN32_EVIDENCE[0], REF_MATERN32_GRADIENT);
    against_reference(RBF, REF_RBF_EVIDENCE[0], REF_RBF_GRADIENT);
}

/* -log of posterior density in extended precision, written from the formulas alone: constant
 * mean by its normal equation, priors as their densities. */
/* d'S^-1 d / 2 for S = 1/4 I + 11/4 1 1' (3 by 3), by elimination; d = theta - middle. */
static long double joint_prior(const double *theta, long double middle)
{
    long double S[REF_P][REF_P + 1], value = 0;
    for (int i = 0; i < REF_P; i++) {
        for (int j = 0; j < REF_P; j++) {
            S[i][j] = i == j ? 3.0L : 2.75L;
        }
        S[i][REF_P] = theta[i] - middle;
    }
    for (int k = 0; k < REF_P; k++) {
        for (int i = 0; i < REF_P; i++) {
            const long double part = S[i][k] / S[k][k];
            for (int j = k; j <= REF_P && i != k; j++) {
                S[i][j] -= part * S[k][j];
            }
        }
    }
    for (int i = 0; i < REF_P; i++) {
        value += (theta[i] - middle) * S[i][REF_P] / S[i][i] / 2;
    }
    return value;
}

static long double extended(const double *theta, int kernel)
{
    enum { N = REF_N };
    long double K[N][N], v[N], w[N], log_det = 0, value = 0;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j <= i; j++) {
            long double r2 = 0, k;
            for (int c = 0; c < REF_P; c++) {
                const long double d = ((long double)x_ref[i * REF_P + c] - x_ref[j * REF_P + c]) /
                                      expl(theta[c]);
                r2 += d * d;
            }
            const long double a = sqrtl((kernel == MATERN52 ? 5 : 3) * r2);
            k = kernel == MATERN52   ? (1 + a + a * a / 3) * expl(-a)
                : kernel == MATERN32 ? (1 + a) * expl(-a)
                : kernel == MATERN12 ? expl(-sqrtl(r2))
                : kernel == RATIONAL ? 1 / ((1 + r2 / 4) * (1 + r2 / 4))
                                     : expl(-r2 / 2);
            K[i][j] = expl(theta[REF_P]) * k + (i == j ? expl(theta[REF_P + 1]) : 0);
        }
    }
    for (int i = 0; i < N; i++) {
        for (int j = 0; j <= i; j++) {
            for (int k = 0; k < j; k++) {
                K[i][j] -= K[i][k] * K[j][k];
            }
            K[i][j] = i == j ? sqrtl(K[i][j]) : K[i][j] / K[j][j];
        }
        log_det += logl(K[i][i]);
        v[i] = 1;
        w[i] = t_ref[i];
        for (int j = 0; j < i; j++) {
            v[i] -= K[i][j] * v[j];
            w[i] -= K[i][j] * w[j];
        }
        v[i] /= K[i][i];
        w[i] /= K[i][i];
    }
    long double vw = 0, vv = 0;
    for (int i = 0; i < N; i++) {
        vw += v[i] * w[i];
        vv += v[i] * v[i];
    }
    const long double mean = vw / (vv + 1), mu = sqrtl(2) + logl(REF_P) / 2;
    for (int i = 0; i < N; i++) {
        value += (w[i] - mean * v[i]) * (w[i] - mean * v[i]) / 2;
    }
    value += log_det + N * logl(2 * acosl(-1)) / 2 + mean * mean / 2;
    value += joint_prior(theta, mu - 3);
    value += expl(theta[REF_P]) - theta[REF_P];
    return value + (theta[REF_P + 1] + 6) * (theta[REF_P + 1] + 6) / 8 + theta[REF_P + 1];
}

Test(gp, posterior_density_and_gradient_match_extended_precision)
{
    for (int kernel = MATERN52; kernel <= RATIONAL; kernel++) {
        settings s = plain(kernel);
        objective o;
        double theta[REF_P + 2], g[REF_P + 2];
        s.mean = MEAN_CONSTANT;
        s.prior = PRIOR_DIMENSION;
        reference_theta(theta);
        cr_assert(objective_init(&o, &s, REF_N, REF_P, x_ref, REF_P, t_ref, NULL) == HONE_OK);
        near(objective_value(&o, theta, g), (double)extended(theta, kernel), 1e-13, "density");
        for (int v = 0; v < REF_P + 2; v++) {
            const double at = theta[v], h = ldexp(1.0, -18);
            theta[v] = at + h;
            const long double above = extended(theta, kernel);
            theta[v] = at - h;
            const long double below = extended(theta, kernel);
            theta[v] = at;
            near(g[v], (double)((above - below) / (2 * h)), 1e-9, "slope of the density");
        }
        objective_free(&o);
    }
}

Test(gp, one_lengthscale_for_all_is_the_sum_of_the_slopes)
{
    settings s = plain(MATERN52);
    objective all, one;
    double theta[REF_P + 2] = {-0.3, -0.3, -0.3, 0.1, -3.0}, few[3] = {-0.3, 0.1, -3.0};
    double g[REF_P + 2], h[3];
    cr_assert(objective_init(&all, &s, REF_N, REF_P, x_ref, REF_P, t_ref, NULL) == HONE_OK);
    const double a = objective_value(&all, theta, g);
    s.ard = 0;
    cr_assert(objective_init(&one, &s, REF_N, REF_P, x_ref, REF_P, t_ref, NULL) == HONE_OK);
    near(objective_value(&one, few, h), a, 1e-14, "evidence");
    near(h[0], g[0] + g[1] + g[2], 1e-12, "slope of the only lengthscale");
    near(h[2], g[4], 1e-13, "slope of the nugget");
    objective_free(&all);
    objective_free(&one);
}

/* A model with the reference's hyperparameters on rows that are not `without`. */
static void reference_model(model *m, int kernel, int without, const double *noise)
{
    double U[REF_N * REF_P], y[REF_N], v[REF_N];
    int n = 0;
    for (int i = 0; i < REF_N; i++) {
        if (i != without) {
            memcpy(U + n * REF_P, x_ref + i * REF_P, REF_P * sizeof *U);
            v[n] = noise ? noise[i] : 0.0;
            y[n++] = y_ref[i];
        }
    }
    *m = (model){.kernel = kernel};
    cr_assert(model_reserve(m, n, REF_P) == HONE_OK);
    m->shift = shift_ref;
    m->scale = scale_ref;
    memcpy(m->h.length, REF_LENGTH, sizeof REF_LENGTH);
    m->h.signal = REF_SIGNAL[0];
    m->h.nugget = REF_NUGGET[0];
    m->h.mean = 0.0;
    model_take(m, 0, n, U, REF_P, noise ? v : NULL);
    model_values(m, n, y);
    cr_assert(model_factorise(m, n) == HONE_OK);
    cr_assert(model_solve(m) == HONE_OK);
}

static void posterior_reference(int kernel, const double *mean, const double *var)
{
    model m;
    double a[REF_M], b[REF_M];
    reference_model(&m, kernel, -1, NULL);
    cr_assert(posterior(&m, REF_M, q_ref, REF_P, a, b, NULL, NULL, 0) == HONE_OK);
    for (int j = 0; j < REF_M; j++) {
        near(a[j], mean[j], 1e-12, "mean");
        near(b[j], var[j], 1e-12, "variance");
    }
    model_free(&m);
}

Test(gp, posterior_is_that_of_scikit_learn)
{
    posterior_reference(MATERN52, REF_MATERN52_MEAN, REF_MATERN52_VAR);
    posterior_reference(MATERN32, REF_MATERN32_MEAN, REF_MATERN32_VAR);
    posterior_reference(RBF, REF_RBF_MEAN, REF_RBF_VAR);
}

Test(gp, posterior_slopes_match_differences)
{
    for (int kernel = MATERN52; kernel <= RATIONAL; kernel++) {
        enum { LD = REF_P + 2 };
        model m;
        double mean[REF_M], var[REF_M], dmean[REF_M * LD], dvar[REF_M * LD], u[REF_P];
        for (int k = 0; k < REF_M * LD; k++) {
            dmean[k] = dvar[k] = 77.0;
        }
        reference_model(&m, kernel, -1, NULL);
        cr_assert(posterior(&m, REF_M, q_ref, REF_P, mean, var, dmean, dvar, LD) == HONE_OK);
        for (int j = 0; j < REF_M; j++) {
            for (int c = 0; c < REF_P; c++) {
                double f[2][2];
                const double h = 1e-5;
                for (int side = 0; side < 2; side++) {
                    memcpy(u, q_ref + j * REF_P, sizeof u);
                    u[c] += side ? h : -h;
                    posterior(&m, 1, u, REF_P, &f[side][0], &f[side][1], NULL, NULL, 0);
                }
                /* matern12 bends most near data */
                const double close = kernel == MATERN12 ? 2e-8 : 2e-9;
                near(dmean[j * LD + c], (f[1][0] - f[0][0]) / (2 * h), close, "dmean");
                near(dvar[j * LD + c], (f[1][1] - f[0][1]) / (2 * h), close, "dvar");
            }
            cr_expect(dmean[j * LD + REF_P] == 77.0 && dvar[j * LD + REF_P + 1] == 77.0);
        }
        model_free(&m);
    }
}

static double left_out_by_refits(const double *noise)
{
    double sum = 0.0;
    for (int i = 0; i < REF_N; i++) {
        model m;
        double mean, var;
        reference_model(&m, MATERN52, i, noise);
        posterior(&m, 1, x_ref + i * REF_P, REF_P, &mean, &var, NULL, NULL, 0);
        var += noise ? noise[i] : REF_NUGGET[0] * scale_ref * scale_ref;
        sum += -0.5 * (y_ref[i] - mean) * (y_ref[i] - mean) / var - 0.5 * log(2 * acos(-1) * var);
        model_free(&m);
    }
    return sum;
}

static void left_out(const double *noise, double expected)
{
    settings s = plain(MATERN52);
    objective o;
    double theta[REF_P + 2], g[REF_P + 2], standardised[REF_N];
    for (int i = 0; noise && i < REF_N; i++) {
        standardised[i] = noise[i] / scale_ref / scale_ref;
    }
    reference_theta(theta);
    cr_assert(objective_init(&o, &s, REF_N, REF_P, x_ref, REF_P, t_ref,
                             noise ? standardised : NULL) == HONE_OK);
    objective_value(&o, theta, g);
    near(objective_left_out(&o) - REF_N * log(scale_ref), expected, 1e-11, "left-out density");
    objective_free(&o);
}

Test(gp, left_out_density_equals_refits)
{
    double noise[REF_N];
    for (int i = 0; i < REF_N; i++) {
        noise[i] = 0.001 * (1 + i);
    }
    left_out(NULL, left_out_by_refits(NULL));
    left_out(noise, left_out_by_refits(noise));
}

/* ---- through the plugin's table -----------------------------------------------------------*/

typedef struct rig {
    space s;
    fake *f;
    const hone_surrogate_ops *ops;
    void *self;
} rig;

static void rig_open(rig *r, const char *const *set)
{
    error err = {0};
    memset(r, 0, sizeof *r);
    cr_assert(space_add(&r->s, "a", "float 0 1", "test", &err) == HONE_OK);
    r->f = fake_new(HONE_SURROGATE, "gp", &r->s, rng_root(7), set);
    cr_assert(r->f);
    r->ops = r->f->plugin->ops;
    r->self = r->f->self;
}

static void rig_close(rig *r)
{
    fake_free(r->f);
    space_free(&r->s);
}

static const char *const LIKE_SKLEARN[] = {
    "gp.mean=zero",           "gp.prior=none",           "gp.restarts=9", "gp.tolerance=1e-4",
    "gp.noise_bounds=1e-6 1", "gp.scale_bounds=0.05 20", "gp.lengthscale_bounds=0.05 20",
    NULL};

Test(gp, search_ends_where_scikit_learn_ends)
{
    settings s = plain(MATERN52);
    rig r;
    objective o;
    double mean[REF_M], theta[REF_P + 2], g[REF_P + 2];
    rig_open(&r, LIKE_SKLEARN);
    cr_assert(objective_init(&o, &s, REF_N, REF_P, x_ref, REF_P, t_ref, NULL) == HONE_OK);
    cr_assert(fit_search(&o, &r.f->host, REF_N, NULL, theta) == HONE_OK);
    near(objective_value(&o, theta, g), -REF_FIT_EVIDENCE[0], 1e-6, "best evidence");
    objective_free(&o);
    cr_assert(r.ops->fit(r.self, REF_N, REF_P, x_ref, REF_P, y_ref, NULL) == HONE_OK);
    r.ops->predict(r.self, REF_M, q_ref, REF_P, mean, NULL, NULL, NULL, 0);
    for (int j = 0; j < REF_M; j++) {
        near(mean[j], REF_FIT_MEAN[j], 1e-3, "mean of the fit");
    }
    rig_close(&r);
}

Test(gp, rows_appended_singly_or_at_once_give_the_same_bits)
{
    enum { N = 90, P = 4, FIRST = 40 };
    static double X[N * P], y[N], a[N], b[N], c[N], va[N], vb[N], vc[N];
    rig r;
    rig_open(&r, NULL);
    rng_uniform(rng_root(3), 0, 0, N * P, X);
    for (int i = 0; i < N; i++) {
        y[i] = sin(7 * X[i * P]) + X[i * P + 1] * X[i * P + 2];
    }
    memcpy(X + 70 * P, X + 5 * P, P * sizeof *X); /* a repeat among them */
    cr_assert(r.ops->fit(r.self, FIRST, P, X, P, y, NULL) == HONE_OK);
    cr_assert(r.ops->update(r.self, FIRST, N, X, P, y, NULL) == HONE_OK);
    r.ops->predict(r.self, N, X, P, a, va, NULL, NULL, 0);
    cr_assert(r.ops->update(r.self, 20, 20, X, P, y, NULL) == HONE_OK); /* taken back */
    for (int n = 20; n < N; n++) {
        cr_assert(r.ops->update(r.self, n, n + 1, X, P, y, NULL) == HONE_OK);
    }
    r.ops->predict(r.self, N, X, P, b, vb, NULL, NULL, 0);
    cr_assert(r.ops->fit(r.self, FIRST, P, X, P, y, NULL) == HONE_OK);
    for (int n = FIRST; n < N; n += 5) {
        cr_assert(r.ops->update(r.self, n, n + 5, X, P, y, NULL) == HONE_OK);
    }
    r.ops->predict(r.self, N, X, P, c, vc, NULL, NULL, 0);
    cr_expect(memcmp(a, c, sizeof a) == 0 && memcmp(va, vc, sizeof va) == 0, "5 at a time");
    for (int i = 0; i < N; i++) {
        near(b[i], a[i], 1e-9, "mean after rows were taken back and given again");
        near(vb[i], va[i], 1e-9, "variance after rows were taken back and given again");
    }
    rig_close(&r);
}

Test(gp, draws_have_the_posterior_as_their_law)
{
    enum { M = 4, S = M + 1 };
    rig r;
    double Z[S * M] = {0}, F[S * M], mean[M], var[M];
    rig_open(&r, NULL);
    for (int k = 0; k < M; k++) {
        Z[(k + 1) * M + k] = 1.0;
    }
    cr_assert(r.ops->fit(r.self, REF_N, REF_P, x_ref, REF_P, y_ref, NULL) == HONE_OK);
    cr_assert(r.ops->draw(r.self, M, q_ref, REF_P, S, Z, M, F, M) == HONE_OK);
    cr_assert(r.ops->predict(r.self, M, q_ref, REF_P, mean, var, NULL, NULL, 0) == HONE_OK);
    for (int j = 0; j < M; j++) {
        double sum = 0.0;
        for (int k = 1; k < S; k++) {
            sum += (F[k * M + j] - F[j]) * (F[k * M + j] - F[j]);
        }
        near(F[j], mean[j], 1e-12, "draw at zero normals");
        near(sum, var[j], 1e-10, "variance of draws");
    }
    rig_close(&r);
}

static void usable(rig *r, int64_t n, int64_t p, const double *X, const double *y,
                   const char *what)
{
    static double mean[300], var[300], dmean[300 * 200], dvar[300 * 200];
    hone_fit_info fit_info = {.size = sizeof fit_info};
    int32_t status = r->ops->fit(r->self, n, p, X, p, y, NULL);
    cr_expect(status == HONE_OK || status == HONE_ENUMERIC, "%s: status %d", what, status);
    if (status < 0) {
        return;
    }
    status = r->ops->predict(r->self, n, X, p, mean, var, dmean, dvar, p);
    cr_expect(status == HONE_OK, "%s: predict says %d", what, status);
    for (int64_t i = 0; i < n; i++) {
        cr_expect(isfinite(mean[i]) && isfinite(var[i]) && var[i] >= 0.0, "%s: row %d", what,
                  (int)i);
        for (int64_t c = 0; c < p; c++) {
            cr_expect(isfinite(dmean[i * p + c]) && isfinite(dvar[i * p + c]), "%s", what);
        }
    }
    cr_expect(r->ops->info(r->self, &fit_info) == HONE_OK, "%s: info", what);
    cr_expect(isfinite(fit_info.noise_var) && isfinite(fit_info.score), "%s: info", what);
    cr_expect(r->ops->update(r->self, n, n, X, p, y, NULL) == HONE_OK, "%s: update", what);
}

Test(gp, hard_data_leave_a_usable_posterior)
{
    enum { N = 60 };
    static double X[300 * 200], y[300];
    rig r;
    rig_open(&r, NULL);
    rng_uniform(rng_root(11), 0, 0, 300 * 200, X);
    usable(&r, 1, 3, X, (double[]){1e12}, "one row");
    for (int i = 0; i < N; i++) {
        y[i] = 4.25;
    }
    usable(&r, N, 3, X, y, "constant values");
    for (int i = 0; i < N; i++) {
        y[i] = 1e12 + 1e-4 * (i % 2);
    }
    usable(&r, N, 3, X, y, "constant but for rounding");
    for (int scale = -300; scale <= 300; scale += 50) {
        for (int i = 0; i < N; i++) {
            y[i] = pow(10.0, scale) * (X[i * 3] - 0.4);
        }
        usable(&r, N, 3, X, y, "scaled values");
    }
    for (int i = 0; i < N; i++) {
        y[i] = i == 7 ? 1e100 : X[i * 3];
    }
    usable(&r, N, 3, X, y, "one huge value");
    for (int i = 0; i < N; i++) {
        y[i] = (double)(i % 3);
        memcpy(X + 3 * i, X + 3 * (i % 4), 3 * sizeof *X);
    }
    usable(&r, N, 3, X, y, "repeated points that disagree");
    for (int i = 0; i < N; i++) {
        y[i] = X[3 * i];
    }
    usable(&r, N, 3, X, y, "repeated points that agree");
    rng_uniform(rng_root(12), 0, 0, 300 * 200, X);
    for (int i = 0; i < N; i++) {
        y[i] = X[i * 200] + X[i * 200 + 1] * X[i * 200 + 2];
    }
    usable(&r, N, 200, X, y, "200 columns");
    y[3] = NAN;
    cr_expect(r.ops->fit(r.self, N, 3, X, 3, y, NULL) == HONE_ENUMERIC);
    cr_expect(r.ops->predict(r.self, 1, X, 3, y, y, NULL, NULL, 0) == HONE_EINVAL);
    rig_close(&r);
}

/* sklearn.gaussian_process.kernels (scikit-learn 1.2): Matern(nu=0.5) and
 * RationalQuadratic(alpha=2) at distance r are exp(-r) and (1 + r^2/4)^-2. */
Test(gp, rough_and_rational_kernels_have_their_closed_forms)
{
    for (double r = 0.0; r < 30.0; r = 1.7 * r + 1e-3) {
        const double z = r, q = 0.0;
        double k, t;
        kernel_row(MATERN12, 1, &z, 1, 1, &q, 1, &k, &t);
        near(k, exp(-r), 1e-15, "matern12");
        cr_expect(isfinite(t) && fabs(t * r - (r > 0.0 ? exp(-r) : 0.0)) < 1e-14);
        kernel_row(RATIONAL, 1, &z, 1, 1, &q, 1, &k, &t);
        near(k, pow(1.0 + r * r / 4.0, -2.0), 1e-15, "rational");
        near(t, pow(1.0 + r * r / 4.0, -3.0), 1e-15, "slope of rational");
    }
}

/* From 200 rows on the first searches see a part of the rows: the evidence that they lead to is
 * that of searches on all rows. */
Test(gp, searches_on_some_rows_end_where_searches_on_all_do)
{
    enum { MANY = 260, P = 3 };
    static double X[MANY * P], y[MANY];
    settings s = plain(MATERN52);
    double theta[2][P + 2], g[P + 2], value[2];
    objective o, some;
    rig r;
    s.prior = PRIOR_DIMENSION;
    rig_open(&r, NULL);
    rng_uniform(rng_root(21), 0, 0, MANY * P, X);
    for (int i = 0; i < MANY; i++) {
        y[i] = sin(9 * X[i * P]) + X[i * P + 1] * cos(4 * X[i * P + 2]);
    }
    s.restarts = 2;
    cr_assert(objective_init(&o, &s, MANY, P, X, P, y, NULL) == HONE_OK);
    cr_assert(objective_init(&some, &s, MANY / 2, P, X, 2 * P, y, NULL) == HONE_OK);
    for (int i = 0; i < MANY / 2; i++) {
        g[0] = y[2 * i];
        y[i] = g[0]; /* in place: only forward */
    }
    cr_assert(fit_search(&some, &r.f->host, 1, NULL, theta[1]) == HONE_OK);
    for (int i = 0; i < MANY; i++) {
        y[i] = sin(9 * X[i * P]) + X[i * P + 1] * cos(4 * X[i * P + 2]);
    }
    cr_assert(fit_search(&o, &r.f->host, 1, NULL, theta[0]) == HONE_OK);
    cr_assert(fit_search(&o, &r.f->host, 1, theta[1], theta[1]) == HONE_OK);
    for (int k = 0; k < 2; k++) {
        value[k] = objective_value(&o, theta[k], g);
    }
    near(value[1], value[0], 1e-3, "evidence");
    objective_free(&o);
    objective_free(&some);
    rig_close(&r);
}

Test(gp, without_noise_it_interpolates)
{
    rig r;
    double mean[REF_N], var[REF_N], none[REF_N] = {0};
    rig_open(&r, NULL);
    cr_assert(r.ops->fit(r.self, REF_N, REF_P, x_ref, REF_P, y_ref, none) == HONE_OK);
    cr_assert(r.ops->predict(r.self, REF_N, x_ref, REF_P, mean, var, NULL, NULL, 0) == HONE_OK);
    for (int i = 0; i < REF_N; i++) {
        near(mean[i], y_ref[i], 1e-8, "mean at a datum");
        cr_expect(var[i] <= 1e-8 && var[i] >= 0.0);
    }
    rig_close(&r);
}

Test(gp, bad_bounds_are_refused)
{
    static const char *const set[] = {"gp.lengthscale_bounds=2 1", NULL};
    space s = {0};
    error err = {0};
    cr_assert(space_add(&s, "a", "float 0 1", "test", &err) == HONE_OK);
    cr_expect(fake_new(HONE_SURROGATE, "gp", &s, rng_root(7), set) == NULL);
    space_free(&s);
}

/* ---- mixed spaces -------------------------------------------------------------------------*/

enum { MIXED_N = 6, MIXED_P = 5 };

/* The points of gp_reference.py in columns: a, k = p, q, r, and b where k is q. */
static const double MIXED[MIXED_N * MIXED_P] = {
    0.1, 1, 0, 0, NAN, 0.8, 1, 0, 0, NAN, 0.3, 0, 1, 0, 0.2,
    0.4, 0, 1, 0, 0.9, 0.9, 0, 1, 0, 0.5, 0.2, 0, 0, 1, NAN,
};

static void mixed_open(rig *r, const char *const *set)
{
    error err = {0};
    memset(r, 0, sizeof *r);
    space_add(&r->s, "a", "float 0 1", "test", &err);
    space_add(&r->s, "k", "categorical p q r", "test", &err);
    cr_assert(space_add(&r->s, "b", "float 0 1 when k = q", "test", &err) == HONE_OK);
    r->f = fake_new(HONE_SURROGATE, "gp", &r->s, rng_root(7), set);
    cr_assert(r->f);
    r->ops = r->f->plugin->ops;
    r->self = r->f->self;
}

Test(gp, choices_and_conditions_have_the_kernel_of_the_reference)
{
    static const double length[MIXED_P] = {0.7, 0.3, 0.3, 0.3, 0.4};
    double z[6 * MIXED_N], K[MIXED_N * MIXED_N];
    rig r;
    mixed_open(&r, NULL);
    embedding *e = embedding_new(r.f->host.space(&r.f->host), 0, 1);
    cr_assert(e);
    cr_expect(embedding_size(e, MIXED_P) == 6 && embedding_lengths(e, MIXED_P) == 3);
    embedding_map(e, MIXED_N, MIXED_P, MIXED, MIXED_P, length, z, MIXED_N);
    kernel_matrix(MATERN52, MIXED_N, 6, z, MIXED_N, K, NULL, MIXED_N);
    for (int i = 0; i < MIXED_N; i++) {
        for (int j = 0; j <= i; j++) {
            near(K[i * MIXED_N + j], REF_MIXED[i * MIXED_N + j], 1e-13, "kernel of a mixed space");
        }
    }
    embedding_free(e);
    rig_close(&r);
}

Test(gp, slopes_of_mixed_spaces_match_differences)
{
    static const char *const sets[][2] = {{NULL, NULL}, {"gp.categories=ard", NULL},
                                          {"gp.inactive=middle", NULL}};
    static const double y[MIXED_N] = {0.3, -0.7, 1.1, 0.2, -0.4, 0.9};
    for (int k = 0; k < 3; k++) {
        double at[2 * MIXED_P] = {0.6, 0, 1, 0, 0.35, 0.5, 0.7, 0.1, 0.2, NAN};
        double mean[2], var[2], dmean[2 * MIXED_P], dvar[2 * MIXED_P];
        rig r;
        mixed_open(&r, sets[k]);
        cr_assert(r.ops->fit(r.self, MIXED_N, MIXED_P, MIXED, MIXED_P, y, NULL) == HONE_OK);
        r.ops->predict(r.self, 2, at, MIXED_P, mean, var, dmean, dvar, MIXED_P);
        for (int c = 0; c < 2 * MIXED_P; c++) {
            const double x = at[c], h = 1e-5;
            double m[2][2], v[2][2];
            for (int s = 0; s < 2; s++) {
                at[c] = x + (s ? h : -h);
                r.ops->predict(r.self, 2, at, MIXED_P, m[s], v[s], NULL, NULL, 0);
            }
            at[c] = x;
            const int i = c / MIXED_P;
            near(dmean[c], (m[1][i] - m[0][i]) / (2 * h), 1e-7, "slope of the mean");
            near(dvar[c], (v[1][i] - v[0][i]) / (2 * h), 1e-6, "slope of the variance");
        }
        rig_close(&r);
    }
}
