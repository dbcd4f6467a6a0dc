/* embedding.c - columns of the space to the coordinates between which distances are taken.
 *
 *     a number              one coordinate
 *     a choice              its one-hot columns, a quarter each, with one lengthscale: points that
 *                           chose differently are sqrt(2)/4 apart (Hamming's kernel; with
 *                           categories = ard each of the columns has a lengthscale)
 *     a number with a condition
 *                           two coordinates, half a circle of radius 1/2 around the place of all
 *                           points where it is inactive: these are 0 apart, and 1/2 from any
 *                           point where it is active; active ones are sin(pi/2 |u - u'|) apart
 *                           (with inactive = middle one coordinate, and inactive points are in the
 *                           middle)
 *     a choice with a condition
 *                           as a choice; inactive ones are 1/4 from all that chose
 *
 * All are distances in a Euclidean space, so every kernel stays positive definite.  A quarter: with
 * the prior of lengthscales it says that choices are alike until values say otherwise.  Against
 * whole one-hot columns with a lengthscale each, a half and a quarter made the geometric mean of
 * regrets on nine mixed spaces 0.75 and 0.5 times as large (tests/bench/bench_recipe mixed).
 *
 * Sources: Swersky, Duvenaud, Snoek, Hutter, Osborne, "Raiders of the Lost Architecture: Kernels
 *          for Bayesian Optimization in Conditional Parameter Spaces", arXiv 1409.4011, eq. (3),
 *          with omega = 1 / (2 lengthscale) and rho = 1, half their circle; Hutter, "Automated
 *          Configuration of Algorithms for Solving Hard Computational Problems", 2009, section
 *          10.2.1 (Hamming). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gp.h"

static const double PI = 3.14159265358979323846;
static const double CHOICE = 0.25, RADIUS = 0.5;

enum { NUMBER, ONE_HOT, SINE, COSINE };

struct embedding {
    int64_t p, q, n_length;
    int64_t *which;  /* [p] lengthscale of a column */
    int64_t *column; /* [q] column of a coordinate */
    int *kind;       /* [q] */
    int *choice;     /* [n_length] is it that of a choice? */
};

/* Coordinates of column c. */
static void add_column(embedding *e, const hone_space *space, int64_t c, int ard, int arcs)
{
    const hone_param *param = space->params[space->col_param[c]];
    const int one_hot = space->col_choice[c] >= 0;
    const int arc = arcs && !one_hot && param->parent >= 0;
    const int shared = one_hot && !ard && space->col_choice[c] > 0;
    e->n_length += !shared;
    e->which[c] = e->n_length - 1;
    e->choice[e->n_length - 1] = one_hot;
    for (int k = 0; k <= arc; k++) {
        e->column[e->q] = c;
        e->kind[e->q++] = arc ? (k ? COSINE : SINE) : one_hot ? ONE_HOT : NUMBER;
    }
}

embedding *embedding_new(const hone_space *space, int ard, int arcs)
{
    const size_t p = (size_t)space->n_cols;
    embedding *e = calloc(1, sizeof *e);
    if (e) {
        e->p = space->n_cols;
        e->which = malloc(p * sizeof *e->which + 1);
        e->column = malloc(2 * p * sizeof *e->column + 1);
        e->kind = malloc(2 * p * sizeof *e->kind + 1);
        e->choice = malloc(p * sizeof *e->choice + 1);
    }
    if (!e || !e->which || !e->column || !e->kind || !e->choice) {
        embedding_free(e);
        return NULL;
    }
    for (int64_t c = 0; c < e->p; c++) {
        add_column(e, space, c, ard, arcs);
    }
    return e;
}

void embedding_free(embedding *e)
{
    if (e) {
        free(e->which);
        free(e->column);
        free(e->kind);
        free(e->choice);
        free(e);
    }
}

int64_t embedding_size(const embedding *e, int64_t p)
{
    return e && e->p == p ? e->q : p;
}

int64_t embedding_lengths(const embedding *e, int64_t p)
{
    return e && e->p == p ? e->n_length : p;
}

int64_t embedding_length(const embedding *e, int64_t p, int64_t c)
{
    return e && e->p == p ? e->which[c] : c;
}

int embedding_is_choice(const embedding *e, int64_t p, int64_t length)
{
    return e && e->p == p && e->choice[length];
}

int64_t embedding_column(const embedding *e, int64_t p, int64_t k)
{
    return e && e->p == p ? e->column[k] : k;
}

/* Coordinate of kind `kind` where the column holds u, for lengthscale 1.  Numbers are centred:
 * differences of them lose fewer digits. */
static double coordinate(int kind, double u)
{
    if (isnan(u)) {
        return 0.0;
    }
    switch (kind) {
    case ONE_HOT:
        return CHOICE * u;
    case SINE:
        return RADIUS * sin(PI * u);
    case COSINE:
        return RADIUS * cos(PI * u);
    default:
        return u - 0.5;
    }
}

double embedding_slope(const embedding *e, int64_t p, int64_t k, double u)
{
    const int kind = e && e->p == p ? e->kind[k] : NUMBER;
    if (isnan(u)) {
        return 0.0;
    }
    return kind == SINE      ? RADIUS * PI * cos(PI * u)
           : kind == COSINE  ? -RADIUS * PI * sin(PI * u)
           : kind == ONE_HOT ? CHOICE
                             : 1.0;
}

void embedding_map(const embedding *e, int64_t n, int64_t p, const double *U, int64_t ldu,
                   const double *length, double *z, int64_t ldz)
{
    const int64_t q = embedding_size(e, p);
    for (int64_t k = 0; k < q; k++) {
        const int64_t c = embedding_column(e, p, k);
        const int kind = e && e->p == p ? e->kind[k] : NUMBER;
        const double inverse = 1.0 / length[c];
        for (int64_t i = 0; i < n; i++) {
            z[k * ldz + i] = coordinate(kind, U[i * ldu + c]) * inverse;
        }
    }
}
