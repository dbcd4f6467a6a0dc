/* gp.h - the Gaussian process's own rooms: embedding, kernel, model, fit,
 * posterior.
 *
 *     embedding.c  columns of the space to coordinates between which distances are taken
 *     kernel.c     covariance of points, and the factor of its derivatives
 *     model.c      data and hyperparameters to a factorised covariance; rows appended
 *     fit.c        hyperparameters: maximum a posteriori
 *     posterior.c  mean, variance, derivatives, joint draws, leave-one-out
 *     gp.c         options and the table of operations
 *
 * Inside, y is standardised; z are coordinates (q of them, for p columns) divided by their
 * lengthscales, stored column by column ("structure of arrays") so that a row of the kernel is a
 * few vector loops.
 * Matrices are as in hone_linalg.h. */
#ifndef GP_H
#define GP_H

#include "hone_plugin.h"

enum { MATERN52, MATERN32, RBF, MATERN12, RATIONAL };
enum { MEAN_CONSTANT, MEAN_ZERO };
enum { PRIOR_DIMENSION, PRIOR_NONE };

typedef struct embedding embedding;

typedef struct settings {
    const embedding *embedding; /* NULL: a coordinate a column                              */
    int kernel, mean, prior;
    int ard;            /* a lengthscale a column, or one for all                           */
    int restarts;       /* searches beyond the first                                        */
    double tolerance;   /* a search ends at a slope below tolerance sqrt(n)                 */
    double noise;       /* fixed variance as a fraction of var(y); NaN: learnt              */
    double length[2];   /* bounds, in units of a column                                     */
    double signal[2];   /* bounds of the process's variance as a fraction of var(y)         */
    double nugget[2];   /* bounds of a learnt noise                                         */
} settings;

/* Hyperparameters, of standardised y. */
typedef struct hyper {
    double *length;     /* [p] of each column; those of one choice are equal                */
    double signal;      /* variance of the process                                          */
    double nugget;      /* variance of the noise where it is not known                      */
    double mean;
} hyper;

/* A model with n rows of p columns; n = 0: not fitted.  Arrays have space for `room` rows. */
typedef struct model {
    int kernel;
    const embedding *embedding;
    int64_t n, p, q, room;
    double shift, scale;   /* y = shift + scale * standardised                              */
    double jitter;         /* fraction of the diagonal that the factorisation needed        */
    int noise_known;       /* noise[] instead of the nugget                                 */
    hyper h;
    double score;          /* of the last fit: log density of each y given all others       */
    double *z;             /* q columns of `room`                                           */
    double *y;             /* [room] standardised                                           */
    double *noise;         /* [room] known variances, standardised                          */
    double *factor;        /* room x room: L with L L' = K + noise                          */
    double *alpha;         /* [room] (K + noise)^-1 (y - mean)                              */
} model;

typedef struct gp {
    const hone_host *host;
    embedding *embedding;
    settings set;
    model m;
} gp;

/* ---- embedding.c ----  e NULL, or made for another number of columns: a coordinate a column. */
/* ard: a lengthscale for each choice; arcs: inactive numbers are apart from active ones.  NULL
 * without memory. */
embedding *embedding_new(const hone_space *space, int ard, int arcs);
void embedding_free(embedding *e);
/* Coordinates and lengthscales of p columns; the lengthscale of column c; the column of coordinate
 * k; whether a lengthscale is that of a choice; how fast a coordinate changes where its column holds
 * u, for lengthscale 1. */
int64_t embedding_size(const embedding *e, int64_t p);
int64_t embedding_lengths(const embedding *e, int64_t p);
int64_t embedding_length(const embedding *e, int64_t p, int64_t c);
int embedding_is_choice(const embedding *e, int64_t p, int64_t length);
int64_t embedding_column(const embedding *e, int64_t p, int64_t k);
double embedding_slope(const embedding *e, int64_t p, int64_t k, double u);
/* z (a column of ldz for each coordinate) := the n points, over the lengthscales [p]. */
void embedding_map(const embedding *e, int64_t n, int64_t p, const double *U, int64_t ldu,
                   const double *length, double *z, int64_t ldz);

/* ---- kernel.c ----  p: coordinates */
/* k[i] := correlation of the point q (p scaled numbers, incq apart) with row i < count of z
 * (p columns, ldz); t[i] (or NULL) := -2 dk/dr^2, so that dk/d log(length_c) = t (z_ic - q_c)^2 and
 * dk/dq_c = -t (q_c - z_ic) in scaled units. */
void kernel_row(int kernel, int64_t p, const double *z, int64_t ldz, int64_t count,
                const double *q, int64_t incq, double *k, double *t);
/* Rows 0..n-1 of the lower triangle; K and T (or NULL) with ld. */
void kernel_matrix(int kernel, int64_t n, int64_t p, const double *z, int64_t ldz, double *K,
                   double *T, int64_t ld);

/* ---- model.c ---- */
/* Location and scale of y (1 where y is constant); HONE_ENUMERIC where the variance of y is
 * no finite number. */
int32_t standard(int64_t n, const double *y, double *shift, double *scale);
/* Room for n rows of p columns; keeps what is there if p is the same.  HONE_ENOMEM. */
int32_t model_reserve(model *m, int64_t n, int64_t p);
void model_free(model *m);
/* Takes rows first..n-1 in: scaled coordinates, noise. */
void model_take(model *m, int64_t first, int64_t n, const double *U, int64_t ldu,
                const double *noise_var);
void model_values(model *m, int64_t n, const double *y);
/* Variance of the noise of row i, standardised. */
double model_noise(const model *m, int64_t i);
/* Factorises n rows anew; HONE_ENUMERIC. */
int32_t model_factorise(model *m, int64_t n);
/* Appends rows m->n .. n-1 to the factor, one by one. */
int32_t model_append(model *m, int64_t n);
/* alpha for the present factor and values; HONE_ENUMERIC if it is not finite. */
int32_t model_solve(model *m);

/* ---- fit.c ---- */
/* The negative log of posterior density (evidence times priors) over log hyperparameters:
 * lengthscales, then variance of the process, then nugget, each where it is free. */
typedef struct objective {
    const settings *set;
    int64_t n, p, q;
    int64_t n_length;          /* of the embedding, or 1 for all                             */
    int free_signal, free_nugget;
    int64_t n_free;            /* variables                                                 */
    double *x;                 /* coordinates for lengthscales 1: q arrays of n                 */
    const double *y;           /* [n] standardised                                          */
    const double *noise;       /* [n] known, or NULL                                        */
    double mean;               /* the constant that maximises it: set by every evaluation   */
    double *z, *K, *T, *L;     /* work                                                      */
    double *alpha, *ones, *product, *row_sums;
} objective;
int32_t objective_init(objective *o, const settings *set, int64_t n, int64_t p, const double *U,
                       int64_t ldu, const double *y, const double *noise);
void objective_free(objective *o);
/* Value and gradient [n_free]; infinite where nothing can be computed. */
double objective_value(objective *o, const double *theta, double *gradient);
void objective_bounds(const objective *o, double *lower, double *upper);
void objective_unpack(const objective *o, const double *theta, hyper *h);
/* Log density of each y given all others, summed; of the last value that was computed. */
double objective_left_out(const objective *o);
/* theta := that of the best of 1 + restarts searches from the priors, or, where `from` is not
 * NULL, of one from there; the objective is left as evaluated there.  `stream` addresses the
 * random starts. */
int32_t fit_search(objective *o, const hone_host *host, int64_t stream, const double *from,
                   double *theta);

/* ---- posterior.c ---- as the surrogate operations */
int32_t posterior(const model *m, int64_t count, const double *U, int64_t ldu, double *mean,
                  double *var, double *dmean, double *dvar, int64_t ldg);
int32_t posterior_draw(const model *m, int64_t count, const double *U, int64_t ldu, int64_t s,
                       const double *Z, int64_t ldz, double *F, int64_t ldf);

#endif
