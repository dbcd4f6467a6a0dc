/* model.c - data and hyperparameters to a factorised covariance.
 *
 * Rows are appended one by one, so a model that got k rows at once has the bits of one that
 * got them one at a time: what is conditioned on pending trials, and resumed, stays the same. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gp.h"
#include "hone_linalg.h"
#include "hone_math.h"

/* What a row must add to the factor at least, as a fraction of its diagonal entry: where a
 * point is repeated without noise, rounding decides what is left. */
static const double PIVOT_LEAST = 1e-14;

/* Mean and standard deviation (of n, as scikit-learn has it), computed on y / max|y| so that
 * nothing overflows on the way. */
int32_t standard(int64_t n, const double *y, double *shift, double *scale)
{
    double largest = 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(y[i])) {
            return HONE_ENUMERIC;
        }
        largest = fmax(largest, fabs(y[i]));
    }
    *shift = n > 0 ? y[0] : 0.0;
    *scale = 1.0;
    if (n < 2 || largest == 0.0) {
        return HONE_OK;
    }
    double sum = 0.0, squares = 0.0;
    for (int64_t i = 0; i < n; i++) {
        sum += y[i] / largest;
    }
    const double mean = sum / (double)n;
    for (int64_t i = 0; i < n; i++) {
        const double d = y[i] / largest - mean;
        squares += d * d;
    }
    const double sd = sqrt(squares / (double)n);
    if (sd <= 4.0 * DBL_EPSILON) { /* what differs is rounding */
        return HONE_OK;
    }
    *shift = mean * largest;
    *scale = sd * largest;
    const double variance = *scale * *scale;
    return variance >= DBL_MIN && variance <= DBL_MAX ? HONE_OK : HONE_ENUMERIC;
}

static double *grown(const double *old, int64_t rows, int64_t cols, int64_t ld_old,
                     int64_t new_rows, int64_t ld_new)
{
    double *fresh = malloc((size_t)new_rows * (size_t)ld_new * sizeof *fresh);
    for (int64_t i = 0; fresh && cols > 0 && i < rows; i++) {
        memcpy(fresh + i * ld_new, old + i * ld_old, (size_t)cols * sizeof *fresh);
    }
    return fresh;
}

int32_t model_reserve(model *m, int64_t n, int64_t p)
{
    if (p != m->p) {
        const int kernel = m->kernel;
        const embedding *e = m->embedding;
        model_free(m);
        m->kernel = kernel;
        m->embedding = e;
    }
    if (n <= m->room) {
        return HONE_OK;
    }
    const int64_t room = n + n / 4 + 16, keep = m->n, q = embedding_size(m->embedding, p);
    double *z = grown(m->z, keep > 0 ? q : 0, keep, m->room, q, room);
    double *factor = grown(m->factor, keep, keep, m->room, room, room);
    double *y = grown(m->y, 1, keep, 0, 1, room);
    double *noise = grown(m->noise, 1, keep, 0, 1, room);
    double *alpha = grown(m->alpha, 1, keep, 0, 1, room);
    double *length = m->h.length ? m->h.length : malloc((size_t)p * sizeof *length);
    if (!z || !factor || !y || !noise || !alpha || !length) {
        free(z);
        free(factor);
        free(y);
        free(noise);
        free(alpha);
        if (length != m->h.length) {
            free(length);
        }
        return HONE_ENOMEM;
    }
    free(m->z);
    free(m->factor);
    free(m->y);
    free(m->noise);
    free(m->alpha);
    m->z = z;
    m->factor = factor;
    m->y = y;
    m->noise = noise;
    m->alpha = alpha;
    m->h.length = length;
    m->room = room;
    m->p = p;
    m->q = q;
    return HONE_OK;
}

void model_free(model *m)
{
    free(m->z);
    free(m->y);
    free(m->noise);
    free(m->factor);
    free(m->alpha);
    free(m->h.length);
    memset(m, 0, sizeof *m);
}

void model_take(model *m, int64_t first, int64_t n, const double *U, int64_t ldu,
                const double *noise_var)
{
    embedding_map(m->embedding, n - first, m->p, U + first * ldu, ldu, m->h.length, m->z + first,
                  m->room);
    m->noise_known = noise_var != NULL;
    for (int64_t i = first; noise_var && i < n; i++) {
        m->noise[i] = noise_var[i] / m->scale / m->scale;
    }
}

void model_values(model *m, int64_t n, const double *y)
{
    for (int64_t i = 0; i < n; i++) {
        m->y[i] = (y[i] - m->shift) / m->scale;
    }
}

double model_noise(const model *m, int64_t i)
{
    return m->noise_known ? m->noise[i] : m->h.nugget;
}

/* Row i of the covariance, i + 1 numbers. */
static void covariance_row(const model *m, int64_t i, double *row)
{
    kernel_row(m->kernel, m->q, m->z, m->room, i + 1, m->z + i, m->room, row, NULL);
    for (int64_t j = 0; j <= i; j++) {
        row[j] *= m->h.signal;
    }
    row[i] += model_noise(m, i);
}

int32_t model_factorise(model *m, int64_t n)
{
    double *K = malloc((size_t)n * (size_t)n * sizeof *K);
    if (!K) {
        return HONE_ENOMEM;
    }
    for (int64_t i = 0; i < n; i++) {
        covariance_row(m, i, K + i * n);
    }
    const int failed = hone_cholesky(n, K, n, m->factor, m->room, &m->jitter);
    free(K);
    m->n = failed ? 0 : n;
    return failed ? HONE_ENUMERIC : HONE_OK;
}

int32_t model_append(model *m, int64_t n)
{
    while (m->n < n) {
        double *row = m->factor + m->n * m->room;
        covariance_row(m, m->n, row);
        row[m->n] *= 1.0 + m->jitter;
        if (hone_cholesky_append(m->n, m->factor, m->room, fmax(m->jitter, PIVOT_LEAST))) {
            m->n = 0;
            return HONE_ENUMERIC;
        }
        m->n++;
    }
    return HONE_OK;
}

int32_t model_solve(model *m)
{
    double sum = 0.0;
    for (int64_t i = 0; i < m->n; i++) {
        m->alpha[i] = m->y[i] - m->h.mean;
    }
    hone_solve(m->n, m->factor, m->room, m->alpha);
    for (int64_t i = 0; i < m->n; i++) {
        sum += fabs(m->alpha[i]);
    }
    if (!isfinite(sum)) {
        m->n = 0;
        return HONE_ENUMERIC;
    }
    return HONE_OK;
}
