/* hone_linalg.h - Cholesky factors for models, over LAPACKE and CBLAS.
 *
 * Header only, for plugins that link -llapacke and a BLAS; the host itself links neither.
 *
 * Matrices are row-major with a leading dimension, as everywhere in hone.  A symmetric matrix
 * is its lower triangle and a factor L its lower triangle: row i holds i + 1 numbers one after
 * the other, so a factor grows by a row without moving the others.  LAPACK reads the same
 * memory as the upper triangle of a column-major matrix and works in place, which is why its
 * calls below say `U` (LAPACKE's own row-major mode would transpose into a copy).
 *
 * Same arguments, same bits, given the same BLAS, processor and number of BLAS threads; the
 * host runs plugins with one.  Appending rows one at a time or several at once gives the same
 * bits; a factorisation of the longer matrix from scratch does not.
 *
 * Functions that can fail return 0, or -1 where the matrix is not positive definite. */
#ifndef HONE_LINALG_H
#define HONE_LINALG_H

#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif
#include <cblas.h>
#ifdef __cplusplus
}
#endif

/* The steps of the ladder: each diagonal entry is raised by this fraction of itself.  It starts
 * where rounding ends (n eps is 2e-13 at n = 1000) and ends where the answer would show it. */
static const double HONE_JITTER_FIRST = 1e-14;
static const double HONE_JITTER_LAST = 1e-3;

/* Is every pivot more than rounding left over from its diagonal entry? */
static inline int hone_pivots_sound(int64_t n, const double *A, int64_t lda, const double *L,
                                    int64_t ldl)
{
    for (int64_t i = 0; i < n; i++) {
        const double pivot = L[i * ldl + i];
        if (!(pivot * pivot > DBL_EPSILON * A[i * lda + i])) {
            return 0;
        }
    }
    return 1;
}

/* L (n x n, ldl) := a factor of A + jitter diag(A); A (lda) is kept.  *jitter, if wanted, is
 * the fraction that was needed, 0 mostly.  A NaN or infinity in A fails. */
static inline int hone_cholesky(int64_t n, const double *A, int64_t lda, double *L, int64_t ldl,
                                double *jitter)
{
    for (double added = 0.0; added <= HONE_JITTER_LAST;
         added = added > 0.0 ? 10.0 * added : HONE_JITTER_FIRST) {
        for (int64_t i = 0; i < n; i++) {
            memcpy(L + i * ldl, A + i * lda, (size_t)(i + 1) * sizeof(double));
            L[i * ldl + i] *= 1.0 + added;
            if (!(L[i * ldl + i] > 0.0 && L[i * ldl + i] <= DBL_MAX)) {
                return -1;
            }
        }
        if (LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', (lapack_int)n, L, (lapack_int)ldl) == 0 &&
            hone_pivots_sound(n, A, lda, L, ldl)) {
            if (jitter) {
                *jitter = added;
            }
            return 0;
        }
    }
    return -1;
}

/* x := L^-1 x and x := L^-T x, for one vector. */
static inline void hone_solve_lower(int64_t n, const double *L, int64_t ldl, double *x)
{
    cblas_dtrsv(CblasColMajor, CblasUpper, CblasTrans, CblasNonUnit, (int)n, L, (int)ldl, x, 1);
}
static inline void hone_solve_upper(int64_t n, const double *L, int64_t ldl, double *x)
{
    cblas_dtrsv(CblasColMajor, CblasUpper, CblasNoTrans, CblasNonUnit, (int)n, L, (int)ldl, x, 1);
}

/* The same for m vectors at once, the rows of X (m x n, ldx). */
static inline void hone_solve_lower_rows(int64_t n, const double *L, int64_t ldl, int64_t m,
                                         double *X, int64_t ldx)
{
    cblas_dtrsm(CblasColMajor, CblasLeft, CblasUpper, CblasTrans, CblasNonUnit, (int)n, (int)m,
                1.0, L, (int)ldl, X, (int)ldx);
}
static inline void hone_solve_upper_rows(int64_t n, const double *L, int64_t ldl, int64_t m,
                                         double *X, int64_t ldx)
{
    cblas_dtrsm(CblasColMajor, CblasLeft, CblasUpper, CblasNoTrans, CblasNonUnit, (int)n, (int)m,
                1.0, L, (int)ldl, X, (int)ldx);
}

/* x := (L L')^-1 x. */
static inline void hone_solve(int64_t n, const double *L, int64_t ldl, double *x)
{
    hone_solve_lower(n, L, ldl, x);
    hone_solve_upper(n, L, ldl, x);
}

/* Row n of L holds row n of the larger matrix (n + 1 numbers) and becomes that of its factor:
 * O(n^2).  `least` is the smallest fraction of the diagonal entry that may be left of it; a
 * row that adds less (a repeated point) gets so much, as jitter would have given it. */
static inline int hone_cholesky_append(int64_t n, double *L, int64_t ldl, double least)
{
    double *row = L + n * ldl;
    const double diagonal = row[n];
    hone_solve_lower(n, L, ldl, row);
    double rest = diagonal - cblas_ddot((int)n, row, 1, row, 1);
    if (rest < least * diagonal) {
        rest = least * diagonal;
    }
    if (!(rest > 0.0 && rest <= DBL_MAX)) {
        return -1;
    }
    row[n] = sqrt(rest);
    return 0;
}

/* log det(L L'). */
static inline double hone_log_det(int64_t n, const double *L, int64_t ldl)
{
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++) {
        sum += log(L[i * ldl + i]);
    }
    return 2.0 * sum;
}

/* L becomes (L L')^-1, its lower triangle. */
static inline int hone_inverse(int64_t n, double *L, int64_t ldl)
{
    return LAPACKE_dpotri_work(LAPACK_COL_MAJOR, 'U', (lapack_int)n, L, (lapack_int)ldl) == 0
               ? 0
               : -1;
}

#endif
