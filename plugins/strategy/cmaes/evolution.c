/* evolution.c - the mathematics of CMA-ES, with active (negative) covariance updates.
 *
 * Source: Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772; its equation
 * numbers are named below.
 *
 * Departures:
 *   - C is decomposed every 1 / (n (c_1 + c_mu)) generations, ten times less often than the
 *     tutorial's section B.2 says.  It is the largest interval at which C stays positive
 *     definite for certain: a generation takes at most n (c_1 + c_mu) of the C that was last
 *     decomposed, since the negative weights sum to at most 1 + c_1 / c_mu (50) and (46) bounds
 *     each step's length by that C.  It costs no evaluations: on the ellipsoid of condition 1e6
 *     the median of 11 seeds to 1e-9 is 4130 at n = 10 and 49110 at n = 40 (intervals of 2 and 3
 *     generations), and with a decomposition every generation 4250 and 49575.
 *   - A member that was moved (into the box, or off a point tried before) can be far away as C
 *     measures it.  Its step is shortened to sqrt(n) + 2 n / (n + 2): Hansen, "Injecting
 *     External Solutions Into CMA-ES", arXiv:1110.4181, section 2.
 *   - The step size grows by at most e a generation, and the largest standard deviation is at
 *     most a third of the unit cube; both as in pycma (maxstd_boundrange).
 *   - Failed members have no rank.  Positive weights go to ranked members alone, and failed ones
 *     share the weights of the last ranks. */
#include "evolution.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double LARGEST_DEVIATION = 1.0 / 3.0;
static const double ALPHA_COV = 2.0; /* (57), (58) */

static double *numbers(int64_t n)
{
    return calloc((size_t)(n > 0 ? n : 1), sizeof(double));
}

int evolution_init(evolution *e, int64_t n)
{
    memset(e, 0, sizeof *e);
    e->n = n;
    e->mean = numbers(n);
    e->p_sigma = numbers(n);
    e->p_c = numbers(n);
    e->C = numbers(n * n);
    e->E = numbers(n * n);
    e->d = numbers(n);
    e->a = numbers(n);
    e->b = numbers(n);
    e->work = numbers(1 + 6 * n + 2 * n * n); /* dsyevd's own figures */
    e->iwork = calloc((size_t)(3 + 5 * n), sizeof *e->iwork);
    return e->mean && e->p_sigma && e->p_c && e->C && e->E && e->d && e->a && e->b && e->work &&
                   e->iwork
               ? 0
               : -1;
}

static void free_members(evolution *e)
{
    free(e->weight);
    free(e->given);
    free(e->Y);
    free(e->Z);
    free(e->S);
    e->weight = e->given = e->Y = e->Z = e->S = NULL;
    e->room = 0;
}

void evolution_free(evolution *e)
{
    free_members(e);
    free(e->mean);
    free(e->p_sigma);
    free(e->p_c);
    free(e->C);
    free(e->E);
    free(e->d);
    free(e->a);
    free(e->b);
    free(e->work);
    free(e->iwork);
    memset(e, 0, sizeof *e);
}

static int make_room(evolution *e, int64_t lambda)
{
    if (lambda <= e->room)
        return 0;
    free_members(e);
    e->weight = numbers(lambda);
    e->given = numbers(lambda);
    e->Y = numbers(lambda * e->n);
    e->Z = numbers(lambda * e->n);
    e->S = numbers((lambda + 1) * e->n);
    if (!e->weight || !e->given || !e->Y || !e->Z || !e->S) {
        free_members(e);
        return -1;
    }
    e->room = lambda;
    return 0;
}

/* ---- parameters ---------------------------------------------------------------------------*/

/* (sum w)^2 / sum w^2 of n weights: how many equal ones they are worth. */
static double effective(const double *w, int64_t n)
{
    double sum = 0.0, squares = 0.0;

    for (int64_t i = 0; i < n; i++) {
        sum += w[i];
        squares += w[i] * w[i];
    }
    return squares > 0.0 ? sum * sum / squares : 0.0;
}

static void scale_to(double *w, int64_t n, double total)
{
    double sum = 0.0;

    for (int64_t i = 0; i < n; i++)
        sum += fabs(w[i]);
    for (int64_t i = 0; i < n && sum > 0.0; i++)
        w[i] *= total / sum;
}

static void set_parameters(evolution *e)
{
    const double n = (double)e->n, lambda = (double)e->lambda;
    double *w = e->weight;

    e->mu = e->lambda / 2;
    for (int64_t i = 0; i < e->lambda; i++)
        w[i] = log((lambda + 1.0) / 2.0) - log((double)i + 1.0); /* (49) */
    const double mueff = e->mueff = effective(w, e->mu);
    const double mueff_minus = effective(w + e->mu, e->lambda - e->mu);

    e->c_sigma = (mueff + 2.0) / (n + mueff + 5.0); /* (55) */
    e->d_sigma = 1.0 + 2.0 * fmax(0.0, sqrt((mueff - 1.0) / (n + 1.0)) - 1.0) + e->c_sigma;
    e->c_c = (4.0 + mueff / n) / (n + 4.0 + 2.0 * mueff / n);    /* (56) */
    e->c_1 = ALPHA_COV / ((n + 1.3) * (n + 1.3) + mueff);        /* (57) */
    e->c_mu = fmin(1.0 - e->c_1, ALPHA_COV * (0.25 + mueff + 1.0 / mueff - 2.0) /
                                     ((n + 2.0) * (n + 2.0) + ALPHA_COV * mueff / 2.0)); /* (58) */
    e->chi = sqrt(n) * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n));

    const double by_rate = 1.0 + e->c_1 / e->c_mu;                        /* (50) */
    const double by_size = 1.0 + 2.0 * mueff_minus / (mueff + 2.0);       /* (51) */
    const double definite = (1.0 - e->c_1 - e->c_mu) / (n * e->c_mu);     /* (52) */
    scale_to(w, e->mu, 1.0);                                              /* (53) */
    scale_to(w + e->mu, e->lambda - e->mu, fmin(by_rate, fmin(by_size, definite)));
    e->interval = (int64_t)fmax(1.0, floor(1.0 / (n * (e->c_1 + e->c_mu))));
}

int evolution_begin(evolution *e, int64_t lambda, const double *mean, double sigma)
{
    const int64_t n = e->n;

    if (make_room(e, lambda) < 0)
        return -1;
    e->lambda = lambda;
    set_parameters(e);
    e->sigma = e->sigma0 = sigma;
    e->generation = e->decomposed = 0;
    memcpy(e->mean, mean, (size_t)n * sizeof *mean);
    memset(e->C, 0, (size_t)(n * n) * sizeof *e->C);
    memset(e->E, 0, (size_t)(n * n) * sizeof *e->E);
    for (int64_t i = 0; i < n; i++) {
        e->p_sigma[i] = e->p_c[i] = 0.0;
        e->C[i * n + i] = e->E[i * n + i] = e->d[i] = 1.0;
    }
    return 0;
}

/* ---- members ------------------------------------------------------------------------------*/

/* y := B z, and z := B' y; the rows of E are the columns of B. */
static void rotate(const evolution *e, const double *z, double *y)
{
    const int n = (int)e->n;

    cblas_dgemv(CblasRowMajor, CblasTrans, n, n, 1.0, e->E, n, z, 1, 0.0, y, 1);
}

static void rotate_back(const evolution *e, const double *y, double *z)
{
    const int n = (int)e->n;

    cblas_dgemv(CblasRowMajor, CblasNoTrans, n, n, 1.0, e->E, n, y, 1, 0.0, z, 1);
}

void evolution_sample(evolution *e, int64_t i, const double *z, double *x)
{
    double *y = e->Y + i * e->n;

    memcpy(e->Z + i * e->n, z, (size_t)e->n * sizeof *z);
    for (int64_t k = 0; k < e->n; k++)
        e->a[k] = e->d[k] * z[k];
    rotate(e, e->a, y);                       /* (39) */
    for (int64_t k = 0; k < e->n; k++)
        x[k] = e->mean[k] + e->sigma * y[k];  /* (40) */
}

static double length(const double *x, int64_t n)
{
    double sum = 0.0;

    for (int64_t k = 0; k < n; k++)
        sum += x[k] * x[k];
    return sqrt(sum);
}

void evolution_place(evolution *e, int64_t i, const double *x)
{
    const double n = (double)e->n, most = sqrt(n) + 2.0 * n / (n + 2.0);
    double *y = e->Y + i * e->n, *z = e->Z + i * e->n;

    for (int64_t k = 0; k < e->n; k++)
        y[k] = (x[k] - e->mean[k]) / e->sigma;
    rotate_back(e, y, z);
    for (int64_t k = 0; k < e->n; k++)
        z[k] /= e->d[k];
    const double far = length(z, e->n);
    for (int64_t k = 0; k < e->n && far > most; k++) {
        y[k] *= most / far;
        z[k] *= most / far;
    }
}

double evolution_deviation(const evolution *e, int64_t i)
{
    return e->sigma * sqrt(e->C[i * e->n + i]);
}

/* ---- a generation -------------------------------------------------------------------------*/

/* given[k]: the weight of member order[k]. */
static void give_weights(evolution *e, int64_t ranked)
{
    double *w = e->given, last = 0.0;

    memcpy(w, e->weight, (size_t)e->lambda * sizeof *w);
    if (ranked == e->lambda)
        return;
    for (int64_t k = ranked; k < e->lambda; k++)
        last += fmin(w[k], 0.0);
    for (int64_t k = ranked; k < e->lambda; k++)
        w[k] = last / (double)(e->lambda - ranked);
    scale_to(w, ranked < e->mu ? ranked : e->mu, 1.0);
}

/* sum := the weighted sum of the better members' rows. */
static void recombine(const evolution *e, const int64_t *order, const double *rows, double *sum)
{
    memset(sum, 0, (size_t)e->n * sizeof *sum);
    for (int64_t k = 0; k < e->mu && e->given[k] > 0.0; k++) {
        const double *row = rows + order[k] * e->n;

        for (int64_t j = 0; j < e->n; j++)
            sum[j] += e->given[k] * row[j];
    }
}

static void add_row(evolution *e, int64_t at, double factor, const double *row)
{
    double *s = e->S + at * e->n;

    for (int64_t j = 0; j < e->n; j++)
        s[j] = factor * row[j];
}

/* (47); old: what of C is kept.  Rows of S are the terms: first those added, then those taken. */
static void update_covariance(evolution *e, const int64_t *order, double old)
{
    const int n = (int)e->n;
    int64_t rows = 0;

    add_row(e, rows++, sqrt(e->c_1), e->p_c);
    for (int64_t k = 0; k < e->lambda; k++)
        if (e->given[k] > 0.0)
            add_row(e, rows++, sqrt(e->c_mu * e->given[k]), e->Y + order[k] * e->n);
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, n, (int)rows, 1.0, e->S, n, old, e->C, n);
    rows = 0;
    for (int64_t k = 0; k < e->lambda; k++) {
        const double *z = e->Z + order[k] * e->n, far = length(z, e->n);

        if (e->given[k] < 0.0 && far > 0.0) /* (46) */
            add_row(e, rows++, sqrt(-e->c_mu * e->given[k] * (double)e->n) / far,
                    e->Y + order[k] * e->n);
    }
    if (rows > 0)
        cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, n, (int)rows, -1.0, e->S, n, 1.0, e->C,
                    n);
}

/* E and d of C.  LAPACK reads the lower triangle of rows as the upper one of columns, and
 * leaves an eigenvector in each column, which is a row of ours. */
static int decompose(evolution *e)
{
    const lapack_int n = (lapack_int)e->n;

    memcpy(e->E, e->C, (size_t)(n * n) * sizeof *e->E);
    if (LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, 'V', 'U', n, e->E, n, e->d, e->work,
                            1 + 6 * n + 2 * n * n, e->iwork, 3 + 5 * n) != 0)
        return -1;
    if (!(e->d[0] > 0.0 && e->d[n - 1] <= 1e300))
        return -1;
    for (int64_t k = 0; k < n; k++)
        e->d[k] = sqrt(e->d[k]);
    e->decomposed = e->generation;
    return 0;
}

static void limit_sigma(evolution *e)
{
    double largest = 0.0;

    for (int64_t i = 0; i < e->n; i++)
        largest = fmax(largest, e->C[i * e->n + i]);
    e->sigma = fmin(e->sigma, LARGEST_DEVIATION / sqrt(largest));
}

int evolution_update(evolution *e, const int64_t *order, int64_t ranked)
{
    const int64_t n = e->n;
    const double keep = 1.0 - e->c_sigma, learn = sqrt(e->c_sigma * (2.0 - e->c_sigma) * e->mueff);
    double weights = 0.0;

    give_weights(e, ranked);
    recombine(e, order, e->Z, e->a);
    rotate(e, e->a, e->b);                                       /* C^-1/2 y_w */
    recombine(e, order, e->Y, e->a);                             /* (41) */
    for (int64_t j = 0; j < n; j++) {
        e->mean[j] += e->sigma * e->a[j];                        /* (42), c_m = 1 */
        e->p_sigma[j] = keep * e->p_sigma[j] + learn * e->b[j];  /* (43) */
    }
    e->generation++;
    const double far = length(e->p_sigma, n);
    const double settled = sqrt(1.0 - pow(keep, 2.0 * (double)e->generation));
    const double h = far < (1.4 + 2.0 / ((double)n + 1.0)) * e->chi * settled ? 1.0 : 0.0;
    const double path = h * sqrt(e->c_c * (2.0 - e->c_c) * e->mueff);
    for (int64_t j = 0; j < n; j++)
        e->p_c[j] = (1.0 - e->c_c) * e->p_c[j] + path * e->a[j]; /* (45) */
    for (int64_t k = 0; k < e->lambda; k++)
        weights += e->given[k];
    update_covariance(e, order, 1.0 + e->c_1 * (1.0 - h) * e->c_c * (2.0 - e->c_c) - e->c_1 -
                                    e->c_mu * weights);
    e->sigma *= exp(fmin(1.0, e->c_sigma / e->d_sigma * (far / e->chi - 1.0))); /* (44) */
    if (e->generation - e->decomposed >= e->interval && decompose(e) < 0)
        return -1;
    limit_sigma(e);
    return 0;
}
