/* posterior.c - what the fitted process says about other points.
 *
 *     mean(x) = m + k(x)' alpha             var(x) = signal - |L^-1 k(x)|^2
 *     dmean/dx_c = dk/dx_c' alpha           dvar/dx_c = -2 dk/dx_c' K^-1 k(x)
 *
 * Source: Rasmussen, Williams, "Gaussian Processes for Machine Learning", MIT Press 2006,
 *         eqs. (2.25), (2.26).
 *
 * Points are taken in blocks: a block's kernel rows, one triangular solve for all of them, and
 * for derivatives a second one.  As dk_i/dx_c = -signal t_i (q_c - z_ic) / length_c, a weighted
 * sum over i is q_c (sum w_i t_i) - sum w_i t_i z_ic: a matrix product for a whole block.
 *
 * Legal on a fitted model only; const, so several may run at once. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gp.h"
#include "hone_linalg.h"

enum { BLOCK_POINTS = 128 };

/* Work of one block of at most `rows` points. */
typedef struct block {
    const model *m;
    int64_t rows;
    double *q;          /* q columns of `rows` scaled points                                */
    double *k, *t;      /* rows x n: kernel, and its derivatives' factor                    */
    double *w, *sums;   /* rows x n and rows: weighted t, and its row sums                  */
    double *product;    /* rows x q                                                         */
} block;

static int32_t block_init(block *b, const model *m, int64_t rows, int derivatives)
{
    const size_t square = (size_t)rows * (size_t)m->n, points = (size_t)rows * (size_t)m->q;
    const size_t room = derivatives ? 3 * square + 2 * points + (size_t)rows : square + points;
    memset(b, 0, sizeof *b);
    b->m = m;
    b->rows = rows;
    b->k = malloc(room * sizeof *b->k + 1);
    if (!b->k) {
        return HONE_ENOMEM;
    }
    b->q = b->k + square;
    if (derivatives) {
        b->t = b->q + points;
        b->w = b->t + square;
        b->product = b->w + square;
        b->sums = b->product + points;
    }
    return HONE_OK;
}

static void block_kernel(block *b, int64_t count, const double *U, int64_t ldu)
{
    const model *m = b->m;
    embedding_map(m->embedding, count, m->p, U, ldu, m->h.length, b->q, b->rows);
    for (int64_t j = 0; j < count; j++) {
        double *row = b->k + j * m->n;
        kernel_row(m->kernel, m->q, m->z, m->room, m->n, b->q + j, b->rows, row,
                   b->t ? b->t + j * m->n : NULL);
        for (int64_t i = 0; i < m->n; i++) {
            row[i] *= m->h.signal;
        }
    }
}

/* out (count x p, ldg) := factor * sum_i weight_ji dk_ji/dx_c; weights: count x n, or one row of
 * n for all where ldw is 0. */
static void block_gradient(block *b, int64_t count, const double *U, int64_t ldu,
                           const double *weight, int64_t ldw,
                           double factor, double *out, int64_t ldg)
{
    const model *m = b->m;
    const int64_t n = m->n, p = m->p, q = m->q;
    for (int64_t j = 0; j < count; j++) {
        const double *t = b->t + j * n, *v = weight + j * ldw;
        double *w = b->w + j * n, sum = 0.0;
        for (int64_t i = 0; i < n; i++) {
            w[i] = t[i] * v[i];
            sum += w[i];
        }
        b->sums[j] = sum;
    }
    /* z is q x n row-major (q columns of room): product = w z' */
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)q, (int)n, 1.0, b->w,
                (int)n, m->z, (int)m->room, 0.0, b->product, (int)q);
    for (int64_t j = 0; j < count; j++) {
        memset(out + j * ldg, 0, (size_t)p * sizeof *out);
        for (int64_t k = 0; k < q; k++) {
            const int64_t c = embedding_column(m->embedding, p, k);
            const double slope = embedding_slope(m->embedding, p, k, U[j * ldu + c]);
            out[j * ldg + c] += factor * -m->h.signal * slope / m->h.length[c] *
                                (b->q[k * b->rows + j] * b->sums[j] - b->product[j * q + k]);
        }
    }
}

/* One block, in units of y. */
static void block_predict(block *b, int64_t count, const double *U, int64_t ldu, double *mean,
                          double *var, double *dmean, double *dvar, int64_t ldg)
{
    const model *m = b->m;
    const int64_t n = m->n;
    block_kernel(b, count, U, ldu);
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)count, (int)n, 1.0, b->k, (int)n, m->alpha, 1,
                0.0, mean, 1);
    for (int64_t j = 0; j < count; j++) {
        mean[j] = m->shift + m->scale * (m->h.mean + mean[j]);
    }
    if (dmean) {
        block_gradient(b, count, U, ldu, m->alpha, 0, m->scale, dmean, ldg);
    }
    if (!var && !dvar) {
        return;
    }
    hone_solve_lower_rows(n, m->factor, m->room, count, b->k, n);
    for (int64_t j = 0; var && j < count; j++) {
        const double *v = b->k + j * n;
        const double rest = m->h.signal - cblas_ddot((int)n, v, 1, v, 1);
        var[j] = fmax(rest, 0.0) * m->scale * m->scale;
    }
    if (dvar) {
        hone_solve_upper_rows(n, m->factor, m->room, count, b->k, n);
        block_gradient(b, count, U, ldu, b->k, n, -2.0 * m->scale * m->scale, dvar, ldg);
    }
}

int32_t posterior(const model *m, int64_t count, const double *U, int64_t ldu, double *mean,
                  double *var, double *dmean, double *dvar, int64_t ldg)
{
    block b;
    const int64_t rows = count < BLOCK_POINTS ? count : BLOCK_POINTS;
    int32_t status = block_init(&b, m, rows, dmean != NULL);
    for (int64_t from = 0; status == HONE_OK && from < count; from += rows) {
        const int64_t some = count - from < rows ? count - from : rows;
        block_predict(&b, some, U + from * ldu, ldu, mean + from, var ? var + from : NULL,
                      dmean ? dmean + from * ldg : NULL, dvar ? dvar + from * ldg : NULL, ldg);
    }
    free(b.k);
    return status;
}

/* Covariance of the points of b, whose k holds L^-1 k(x): lower triangle of C (count x count). */
static void joint_covariance(const block *b, int64_t count, double *C)
{
    const model *m = b->m;
    for (int64_t j = 0; j < count; j++) {
        kernel_row(m->kernel, m->q, b->q, b->rows, j + 1, b->q + j, b->rows, C + j * count, NULL);
    }
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasNoTrans, (int)count, (int)m->n, -1.0, b->k,
                (int)m->n, m->h.signal, C, (int)count);
    for (int64_t j = 0; j < count; j++) {
        C[j * count + j] = fmax(C[j * count + j], 1e-12 * m->h.signal);
    }
}

int32_t posterior_draw(const model *m, int64_t count, const double *U, int64_t ldu, int64_t s,
                       const double *Z, int64_t ldz, double *F, int64_t ldf)
{
    const size_t square = (size_t)count * (size_t)count;
    double *C = malloc((2 * square + (size_t)count) * sizeof *C + 1);
    double *L = C ? C + square : NULL, *mean = C ? L + square : NULL;
    block b;
    int32_t status = block_init(&b, m, count, 0);
    if (status < 0 || !C) {
        status = HONE_ENOMEM;
        goto out;
    }
    block_kernel(&b, count, U, ldu);
    for (int64_t j = 0; j < count; j++) {
        mean[j] = m->h.mean + cblas_ddot((int)m->n, b.k + j * m->n, 1, m->alpha, 1);
    }
    hone_solve_lower_rows(m->n, m->factor, m->room, count, b.k, m->n);
    joint_covariance(&b, count, C);
    if (hone_cholesky(count, C, count, L, count, NULL)) {
        status = HONE_ENUMERIC;
        goto out;
    }
    for (int64_t r = 0; r < s; r++) {
        double *f = F + r * ldf;
        memcpy(f, Z + r * ldz, (size_t)count * sizeof *f);
        cblas_dtrmv(CblasColMajor, CblasUpper, CblasTrans, CblasNonUnit, (int)count, L,
                    (int)count, f, 1);
        for (int64_t j = 0; j < count; j++) {
            f[j] = m->shift + m->scale * (mean[j] + f[j]);
        }
    }
out:
    free(b.k);
    free(C);
    return status;
}
