/* problem.h - one of the 24 functions at one dimension and instance.
 *
 * Source: Hansen, Finck, Ros, Auger, "Real-Parameter Black-Box Optimization Benchmarking
 * 2009: Noiseless Functions Definitions", INRIA RR-6829 (updated February 2019), cited here as
 * "the report", for the functions; the random numbers behind the instances are those of the
 * 2009 code, which the COCO platform keeps, so that values agree with all published data. */
#ifndef BBOB_PROBLEM_H
#define BBOB_PROBLEM_H

#include <stdint.h>

enum { BBOB_FUNCTIONS = 24 };

typedef struct bbob_peaks { /* of Gallagher's functions, f21 and f22 */
    int64_t n;
    double *height; /* [n] */
    double *center; /* n x d, rotated */
    double *scale;  /* n x d, the diagonals of C_i */
} bbob_peaks;

typedef struct bbob_problem {
    int32_t function;
    int64_t d;
    double fopt;      /* the smallest value */
    double *xopt;     /* [d] where the smallest value is (f5: a corner; f7, f16: one of many) */
    double *weight;   /* [d] diagonal weights of the function, or exponents */
    double *inner;    /* d x d stored by columns: the matrix nearest to x; NULL: none */
    double *outer;    /* d x d stored by columns: the second one; NULL: none */
    bbob_peaks peaks; /* zero but for f21 and f22 */
    double *y, *z;    /* [d] scratch of an evaluation */
} bbob_problem;

/* Fills *p.  function 1..24, d >= 2, instance >= 1; false: out of memory (p can be freed). */
int bbob_prepare(bbob_problem *p, int32_t function, int64_t d, int64_t instance);
void bbob_free(bbob_problem *p);

/* The value at x less fopt; x may be anywhere.  Uses the problem's scratch. */
double bbob_regret(bbob_problem *p, const double *x);

/* ---- mixint.c: some of the coordinates are integers -------------------------------------- */
enum { MIXINT_PARTS = 5 };
/* Levels of coordinate i of d (a multiple of 5): 2, 4, 8, 16 or 0 for a real one. */
int64_t mixint_levels(int64_t i, int64_t d);
/* shift[d]: moves the optimum of p onto a point of the grid. */
void mixint_prepare(const bbob_problem *p, double *shift);
/* x of the mixed-integer problem to x of p; out may not be x. */
void mixint_map(const double *x, const double *shift, double *out, int64_t d);
double mixint_factor(int32_t function); /* values are multiplied by it */

/* ---- instances.c: what the instance number decides --------------------------------------- */
void bbob_uniform(double *out, int64_t n, int64_t seed);
int bbob_gauss(double *out, int64_t n, int64_t seed);
int bbob_rotation(double *columns, int64_t d, int64_t seed);
void bbob_xopt(double *xopt, int64_t d, int64_t seed);
double bbob_fopt(int32_t function, int64_t instance);
int64_t bbob_seed(int32_t function, int64_t instance);

/* ---- transforms.c: section 0.2 of the report; vectors have d entries --------------------- */
void bbob_multiply(const double *columns, const double *x, double *out, int64_t d);
void bbob_subtract(const double *x, const double *xopt, double *out, int64_t d);
double bbob_oscillate(double x);
void bbob_oscillate_all(double *x, int64_t d);
void bbob_asymmetric(double *x, double beta, int64_t d);
double bbob_penalty(const double *x, int64_t d);
double bbob_power(double base, int64_t i, int64_t d); /* base^(i/(d-1)) */

/* ---- gallagher.c ------------------------------------------------------------------------- */
int bbob_peaks_prepare(bbob_problem *p, int64_t seed);
double bbob_gallagher(bbob_problem *p, const double *x);

#endif
