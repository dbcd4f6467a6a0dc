/* evolution.h - one run of CMA-ES: a normal distribution that learns from ranked generations.
 *
 * Legal order:  evolution_begin, then for each generation evolution_sample (and perhaps
 * evolution_place) for every member, then evolution_update.  Vectors have n numbers; Y and Z
 * hold a member a row. */
#ifndef HONE_CMAES_EVOLUTION_H
#define HONE_CMAES_EVOLUTION_H

#include <lapacke.h>
#include <stdint.h>

typedef struct evolution {
    int64_t n, lambda, mu;
    double mueff, c_sigma, d_sigma, c_c, c_1, c_mu, chi; /* chi: the mean length of N(0, I) */
    int64_t interval;    /* generations between decompositions */
    double *weight;      /* [lambda] by rank, the worse half negative */

    double sigma, sigma0;
    int64_t generation;  /* finished in this run */
    int64_t decomposed;  /* generation in which E and d were made */
    double *mean, *p_sigma, *p_c;
    double *C;           /* n x n, lower triangle */
    double *E;           /* n x n, row k: eigenvector k of C */
    double *d;           /* [n] square roots of the eigenvalues, increasing */
    double *Y, *Z;       /* lambda x n: steps in units of sigma, and whitened */

    int64_t room;        /* members that Y, Z, S, weight and given have room for */
    double *S;           /* (room + 1) x n, scratch */
    double *given;       /* [room] scratch: weight of each member in rank order */
    double *a, *b;       /* [n] scratch */
    double *work;
    lapack_int *iwork;
} evolution;

/* Room for n dimensions; 0, or -1 without memory.  evolution_free accepts one of zeros. */
int evolution_init(evolution *e, int64_t n);
void evolution_free(evolution *e);

/* A new run of lambda >= 2 members a generation, around `mean` [n]; 0, or -1 without memory. */
int evolution_begin(evolution *e, int64_t lambda, const double *mean, double sigma);

/* x := member i of the generation, of the standard normals z [n]. */
void evolution_sample(evolution *e, int64_t i, const double *z, double *x);
/* Member i lies at x instead. */
void evolution_place(evolution *e, int64_t i, const double *x);

/* The generation is known: order [lambda] holds its members, best first; only the first
 * `ranked` > 0 of them have a rank, the others failed.  0, or -1 where the covariance matrix has
 * degenerated: only evolution_begin may follow. */
int evolution_update(evolution *e, const int64_t *order, int64_t ranked);

/* The standard deviation of coordinate i. */
double evolution_deviation(const evolution *e, int64_t i);

#endif
