/* fit.c - hyperparameters that maximise the posterior density (evidence times priors).
 *
 * Minimised over theta = log(lengthscales, variance of the process, nugget):
 *
 *     -log p = w'w/2 + log det(L) + n/2 log(2 pi) + mean^2 / (2 MEAN_VAR) - log priors
 *     L L' = K = signal R + noise,  w = L^-1 (y - mean)
 *     d(-log p)/d theta = -1/2 tr((alpha alpha' - K^-1) dK/d theta) - ...,  alpha = L'^-1 w
 *
 * Source: Rasmussen, Williams, "Gaussian Processes for Machine Learning", MIT Press 2006,
 *         eqs. (2.30), (5.9).  The constant mean is eliminated: for given theta its best value
 *         is linear in y, and at the best value the derivatives are those with mean held.
 *
 * All lengthscale derivatives come from one inverse and one pass: with M = (alpha alpha' -
 * K^-1) o T (T from kernel.c), sum_ij M_ij (z_i - z_j)^2 = 2 sum_i z_i (z_i (M 1)_i - (M z)_i),
 * one dsymv and one dsymm for all columns.
 *
 * Priors (prior = dimension), densities over the parameters themselves:
 *     lengthscales  LogNormal(sqrt2 + log(number of them)/2, sqrt3): Hvarfner, Hellsten, Nardi,
 *                   "Vanilla Bayesian Optimization Performs Great in High Dimensions", ICML 2024.
 *                   Of the variance 3 of the logarithm 2.75 is common to all numbers: they are
 *                   alike until values say otherwise, which few values cannot.  Against
 *                   independent ones the geometric means of the regrets of bench_recipe were
 *                   0.68 after 20 and 0.81 after 60 trials, and with 20 parameters 0.68 after
 *                   30 and 0.49 after 100.  Those of choices are independent.
 *     nugget        LogNormal(-6, 2): theirs, LogNormal(-4, 1), has its mode at a noise of 8 % of
 *                   the deviation of y, which slows the last digits where there is none
 *     signal        Gamma(2, 1), mode 1
 *     mean          Normal(0, 1) on standardised y
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gp.h"
#include "hone_lbfgsb.h"
#include "hone_linalg.h"
#include "hone_math.h"

static const double LENGTH_MU = 1.41421356237309504880;
static const double LENGTH_SIGMA = 1.73205080756887729353;
static const double LENGTH_APART = 0.5;
static const double NUGGET_MU = -6.0, NUGGET_SIGMA = 2.0;
static const double SIGNAL_SHAPE = 2.0, SIGNAL_RATE = 1.0;
static const double MEAN_VAR = 1.0;
static const double SEARCH_PROGRESS = 1e-7, SEARCH_REACH = 1.0;
enum { SEARCH_LIMIT = 100 };
enum { RACE = 12 }; /* evaluations after which the best of several searches goes on alone */

int32_t objective_init(objective *o, const settings *set, int64_t n, int64_t p, const double *U,
                       int64_t ldu, const double *y, const double *noise)
{
    const int64_t q = embedding_size(set->embedding, p), most = n > p ? n : p;
    const size_t square = (size_t)n * (size_t)n, block = (size_t)n * (size_t)q;
    memset(o, 0, sizeof *o);
    o->set = set;
    o->n = n;
    o->p = p;
    o->q = q;
    o->y = y;
    o->noise = noise;
    o->n_length = set->ard ? embedding_lengths(set->embedding, p) : 1;
    o->free_signal = set->signal[0] < set->signal[1];
    o->free_nugget = !noise && isnan(set->noise);
    o->n_free = o->n_length + o->free_signal + o->free_nugget;

    double *work = malloc((3 * square + 3 * block + 2 * (size_t)n) * sizeof *work);
    double *ones = malloc((size_t)most * sizeof *ones);
    o->K = work;
    o->ones = ones;
    if (!work || !ones) {
        return HONE_ENOMEM;
    }
    o->L = o->K + square;
    o->T = o->L + square;
    o->x = o->T + square;
    o->z = o->T + square + block;
    o->product = o->z + block;
    o->alpha = o->product + block;
    o->row_sums = o->alpha + n;
    for (int64_t i = 0; i < most; i++) {
        ones[i] = 1.0;
    }
    embedding_map(set->embedding, n, p, U, ldu, ones, o->x, n);
    return HONE_OK;
}

void objective_free(objective *o)
{
    free(o->K);
    free(o->ones);
    memset(o, 0, sizeof *o);
}

void objective_bounds(const objective *o, double *lower, double *upper)
{
    const settings *s = o->set;
    int64_t v = 0;
    for (; v < o->n_length; v++) {
        lower[v] = log(s->length[0]);
        upper[v] = log(s->length[1]);
    }
    if (o->free_signal) {
        lower[v] = log(s->signal[0]);
        upper[v++] = log(s->signal[1]);
    }
    if (o->free_nugget) {
        lower[v] = log(s->nugget[0]);
        upper[v] = log(s->nugget[1]);
    }
}

/* The lengthscale of column c among the variables. */
static int64_t length_of(const objective *o, int64_t c)
{
    return o->n_length > 1 ? embedding_length(o->set->embedding, o->p, c) : 0;
}

void objective_unpack(const objective *o, const double *theta, hyper *h)
{
    int64_t v = o->n_length;
    for (int64_t c = 0; c < o->p; c++) {
        h->length[c] = exp(theta[length_of(o, c)]);
    }
    h->signal = o->free_signal ? exp(theta[v++]) : o->set->signal[0];
    h->nugget = o->free_nugget ? exp(theta[v]) : o->noise ? 0.0 : o->set->noise;
    h->mean = o->mean;
}

/* Location of the prior of log lengthscales: it grows with the number of parameters. */
static double length_mu(const objective *o)
{
    return LENGTH_MU + 0.5 * log((double)embedding_lengths(o->set->embedding, o->p));
}

/* Negative log density of LogNormal(mu, sigma) at exp(t), without its constant. */
static double log_normal(double t, double mu, double sigma, double *slope)
{
    const double z = (t - mu) / sigma;
    *slope += z / sigma + 1.0;
    return 0.5 * z * z + t;
}

/* Is variable v the lengthscale of a choice? */
static int of_choice(const objective *o, int64_t v)
{
    return o->n_length > 1 && embedding_is_choice(o->set->embedding, o->p, v);
}

/* Negative log density of the log lengthscales, without its constant: normal about `middle` with
 * variance LENGTH_SIGMA^2, of which those of numbers have all but LENGTH_APART^2 in common. */
static double lengths_prior(const objective *o, const double *theta, double middle,
                            double *gradient)
{
    const double whole = LENGTH_SIGMA * LENGTH_SIGMA, apart = LENGTH_APART * LENGTH_APART;
    double sum = 0.0, value = 0.0;
    int64_t numbers = 0;
    for (int64_t v = 0; v < o->n_length; v++) {
        numbers += !of_choice(o, v);
        sum += of_choice(o, v) ? 0.0 : theta[v] - middle;
    }
    /* the inverse of apart I + common 1 1' is (I - 1 1' common / (apart + n common)) / apart */
    const double common = whole - apart;
    const double shared = common / (apart + (double)numbers * common) * sum;
    for (int64_t v = 0; v < o->n_length; v++) {
        const double d = theta[v] - middle;
        const double slope = of_choice(o, v) ? d / whole : (d - shared) / apart;
        gradient[v] += slope;
        value += 0.5 * d * slope;
    }
    return value;
}

static double priors(const objective *o, const double *theta, double *gradient)
{
    const double mu = length_mu(o);
    int64_t v = o->n_length;
    double value = lengths_prior(o, theta, mu - LENGTH_SIGMA * LENGTH_SIGMA, gradient);
    if (o->free_signal) {
        value += SIGNAL_RATE * exp(theta[v]) - (SIGNAL_SHAPE - 1.0) * theta[v];
        gradient[v] += SIGNAL_RATE * exp(theta[v]) - (SIGNAL_SHAPE - 1.0);
        v++;
    }
    if (o->free_nugget) {
        value += log_normal(theta[v], NUGGET_MU, NUGGET_SIGMA, gradient + v);
    }
    return value;
}

/* K := signal R + noise, factor in L; false where it cannot be factorised. */
static int covariance(objective *o, double signal, double nugget)
{
    const int64_t n = o->n;
    for (int64_t i = 0; i < n; i++) {
        double *row = o->K + i * n;
        for (int64_t j = 0; j <= i; j++) {
            row[j] *= signal;
        }
        row[i] += o->noise ? o->noise[i] : nugget;
    }
    return hone_cholesky(n, o->K, n, o->L, n, NULL) == 0;
}

/* alpha := L'^-1 w for the best mean; returns w'w/2 and what the mean costs. */
static double residual(objective *o)
{
    const int64_t n = o->n;
    double *w = o->alpha, *v = o->row_sums, cost = 0.0;
    memcpy(w, o->y, (size_t)n * sizeof *w);
    hone_solve_lower(n, o->L, n, w);
    o->mean = 0.0;
    if (o->set->mean == MEAN_CONSTANT) {
        const double precision = o->set->prior == PRIOR_DIMENSION ? 1.0 / MEAN_VAR : 0.0;
        for (int64_t i = 0; i < n; i++) {
            v[i] = 1.0;
        }
        hone_solve_lower(n, o->L, n, v);
        o->mean = cblas_ddot((int)n, v, 1, w, 1) / (cblas_ddot((int)n, v, 1, v, 1) + precision);
        cblas_daxpy((int)n, -o->mean, v, 1, w, 1);
        cost = 0.5 * precision * o->mean * o->mean;
    }
    cost += 0.5 * cblas_ddot((int)n, w, 1, w, 1);
    hone_solve_upper(n, o->L, n, w);
    return cost;
}

/* Adds the derivatives of the evidence; K^-1 takes the place of L, M that of T. */
static int evidence_gradient(objective *o, double signal, double nugget, double *gradient)
{
    const int64_t n = o->n, q = o->q;
    const double *a = o->alpha;
    double noise_trace = 0.0, nugget_trace = 0.0;
    if (hone_inverse(n, o->L, n)) {
        return -1;
    }
    for (int64_t i = 0; i < n; i++) {
        const double *inverse = o->L + i * n, ai = a[i];
        double *m = o->T + i * n;
        const double diagonal = ai * ai - inverse[i];
        noise_trace += (o->noise ? o->noise[i] : nugget) * diagonal;
        nugget_trace += nugget * diagonal;
        for (int64_t j = 0; j <= i; j++) {
            m[j] *= ai * a[j] - inverse[j];
        }
    }
    cblas_dsymv(CblasColMajor, CblasUpper, (int)n, 1.0, o->T, (int)n, o->ones, 1, 0.0, o->row_sums,
                1);
    cblas_dsymm(CblasColMajor, CblasLeft, CblasUpper, (int)n, (int)q, 1.0, o->T, (int)n, o->z,
                (int)n, 0.0, o->product, (int)n);
    for (int64_t k = 0; k < q; k++) {
        const double *z = o->z + k * n, *mz = o->product + k * n;
        double sum = 0.0;
        for (int64_t i = 0; i < n; i++) {
            sum += z[i] * (z[i] * o->row_sums[i] - mz[i]);
        }
        gradient[length_of(o, embedding_column(o->set->embedding, o->p, k))] -= signal * sum;
    }
    /* tr((alpha alpha' - K^-1) K) = (y - mean)'alpha - n needs no pass over the matrix */
    int64_t v = o->n_length;
    if (o->free_signal) {
        double trace = -(double)n;
        for (int64_t i = 0; i < n; i++) {
            trace += (o->y[i] - o->mean) * a[i];
        }
        gradient[v++] -= 0.5 * (trace - noise_trace);
    }
    if (o->free_nugget) {
        gradient[v] -= 0.5 * nugget_trace;
    }
    return 0;
}

double objective_value(objective *o, const double *theta, double *gradient)
{
    const int64_t n = o->n, q = o->q;
    const double log_2pi = 2.0 * HONE_LOG_SQRT_2PI;
    int64_t v = o->n_length;
    const double signal = o->free_signal ? exp(theta[v++]) : o->set->signal[0];
    const double nugget = o->free_nugget ? exp(theta[v]) : o->noise ? 0.0 : o->set->noise;

    for (int64_t k = 0; k < q; k++) {
        const int64_t c = embedding_column(o->set->embedding, o->p, k);
        const double inverse = exp(-theta[length_of(o, c)]);
        for (int64_t i = 0; i < n; i++) {
            o->z[k * n + i] = o->x[k * n + i] * inverse;
        }
    }
    kernel_matrix(o->set->kernel, n, q, o->z, n, o->K, o->T, n);
    if (!covariance(o, signal, nugget)) {
        return HUGE_VAL;
    }
    double value = residual(o) + 0.5 * hone_log_det(n, o->L, n) + 0.5 * (double)n * log_2pi;
    memset(gradient, 0, (size_t)o->n_free * sizeof *gradient);
    if (evidence_gradient(o, signal, nugget, gradient)) {
        return HUGE_VAL;
    }
    if (o->set->prior == PRIOR_DIMENSION) {
        value += priors(o, theta, gradient);
    }
    return value;
}

/* Rasmussen and Williams, eqs. (5.10)-(5.12): L holds the inverse of the covariance. */
double objective_left_out(const objective *o)
{
    double sum = 0.0;
    for (int64_t i = 0; i < o->n; i++) {
        const double precision = o->L[i * o->n + i], error = o->alpha[i] / precision;
        sum += 0.5 * log(precision) - 0.5 * error * error * precision - HONE_LOG_SQRT_2PI;
    }
    return sum;
}

static double within(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* Search number k starts at the priors' modes (k = 0) or at a draw from the priors; without
 * priors at the middle of the bounds or anywhere between them. */
static void start_point(const objective *o, const hone_host *host, int64_t stream, int k,
                        const double *lower, const double *upper, double *theta)
{
    const double mu = length_mu(o);
    const int64_t n = o->n_free, nugget = o->free_nugget ? n - 1 : n;
    if (k > 0) {
        host->uniform(host, stream, (k - 1) * n, n, theta);
    }
    for (int64_t v = 0; v < n; v++) {
        const double u = k > 0 ? theta[v] : 0.5;
        if (o->set->prior == PRIOR_NONE || (v >= o->n_length && v < nugget)) {
            theta[v] = lower[v] + u * (upper[v] - lower[v]);
        } else {
            const double m = v < nugget ? mu : NUGGET_MU;
            const double s = v < nugget ? LENGTH_SIGMA : NUGGET_SIGMA;
            theta[v] = k > 0 ? m + s * hone_norm_quantile(u) : m - s * s;
        }
        theta[v] = within(theta[v], lower[v], upper[v]);
    }
    if (k == 0 && o->free_signal && o->set->prior == PRIOR_DIMENSION) {
        theta[o->n_length] =
            within(log((SIGNAL_SHAPE - 1.0) / SIGNAL_RATE), lower[o->n_length], upper[o->n_length]);
    }
}

/* Advances a search until it has ended (0) or has had `limit` evaluations (1). */
static int advance(objective *o, hone_lbfgsb *b, int limit)
{
    while (b->evaluations < limit) {
        b->f = objective_value(o, b->x, b->g);
        if (!hone_lbfgsb_next(b)) {
            return 0;
        }
    }
    return 1;
}

/* A search that is ready to be advanced, from `from` or as number k. */
static int32_t search_start(objective *o, const hone_host *host, int64_t stream, int k,
                            const double *from, hone_lbfgsb *b)
{
    if (hone_lbfgsb_new(b, (int)o->n_free)) {
        return HONE_ENOMEM;
    }
    b->tolerance = o->set->tolerance * sqrt((double)o->n);
    b->progress = SEARCH_PROGRESS;
    b->reach = SEARCH_REACH;
    b->limit = SEARCH_LIMIT;
    objective_bounds(o, b->lower, b->upper);
    if (from) {
        memcpy(b->x, from, (size_t)o->n_free * sizeof *from);
    } else {
        start_point(o, host, stream, k, b->lower, b->upper, b->x);
    }
    hone_lbfgsb_start(b);
    hone_lbfgsb_next(b);
    return HONE_OK;
}

int32_t fit_search(objective *o, const hone_host *host, int64_t stream, const double *from,
                   double *theta)
{
    const int n = from ? 1 : 1 + o->set->restarts;
    hone_lbfgsb *b = calloc((size_t)n, sizeof *b);
    int32_t status = b ? HONE_OK : HONE_ENOMEM;
    int best = 0, unfinished = 0;
    for (int k = 0; k < n && status == HONE_OK; k++) {
        status = search_start(o, host, stream, k, from, &b[k]);
        if (status == HONE_OK) {
            const int going = advance(o, &b[k], n > 1 ? RACE : SEARCH_LIMIT);
            if (k == 0 || b[k].best_f < b[best].best_f) {
                best = k;
                unfinished = going;
            }
        }
    }
    if (status == HONE_OK && n > 1 && unfinished) {
        advance(o, &b[best], SEARCH_LIMIT);
    }
    if (status == HONE_OK && !(b[best].best_f < HUGE_VAL)) {
        status = HONE_ENUMERIC;
    }
    if (status == HONE_OK) {
        memcpy(theta, b[best].best, (size_t)o->n_free * sizeof *theta);
        objective_value(o, theta, b[best].g); /* the mean that belongs to it */
    }
    for (int k = 0; b && k < n; k++) {
        hone_lbfgsb_free(&b[k]);
    }
    free(b);
    return status;
}
