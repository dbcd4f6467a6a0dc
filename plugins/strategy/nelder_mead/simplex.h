/* simplex.h - one run of the Nelder-Mead method as questions and answers: points that it wants the
 * standing of, some of them in advance. */
#ifndef HONE_NELDER_MEAD_SIMPLEX_H
#define HONE_NELDER_MEAD_SIMPLEX_H

#include "hone_standing.h"

enum { UNASKED = 0, ASKED, KNOWN };
typedef struct question {
    int32_t state;
    int64_t number;         /* of the trial, once it is asked */
    hone_standing standing; /* once it is known */
    double *x;              /* [n] */
} question;

/* What is going on; all questions of the first and the last are wanted. */
enum { BUILDING = 0, MOVING, SHRINKING };
/* Questions while MOVING. */
enum { REFLECTION = 0, INSIDE, EXPANSION, OUTSIDE, MOVES };

typedef struct simplex {
    int64_t n;               /* columns */
    double reflection, expansion, contraction, shrinkage;
    int32_t phase;
    int64_t iteration, improved; /* the latter: the last in which the best point changed */
    double *x;               /* (n + 1) x n vertices, best first from the first iteration on */
    hone_standing *standing; /* [n + 1] */
    question *questions;     /* [n_questions] */
    int64_t n_questions;
    double *room;            /* n + 1 points of questions, at least MOVES; then one more */
} simplex;

/* adaptive: coefficients by the number of columns.  HONE_ENOMEM leaves what simplex_free takes. */
int32_t simplex_init(simplex *s, int64_t n, int adaptive);
void simplex_free(simplex *s);
/* The vertices: `start`, and from it a step along each column, back where it would leave the
 * cube.  steps: [n] signed. */
void simplex_begin(simplex *s, const double *start, const double *steps);
/* An unasked question that is wanted or, if ahead, may be soon; NULL: none. */
question *simplex_next(simplex *s, int ahead);
/* Answers may have come: goes on as far as they allow. */
void simplex_advance(simplex *s);
/* Is there nothing more to gain?  All columns within tolx and values within tolfun of the
 * best, all values equal, or no better vertex for long. */
int simplex_ended(const simplex *s, double tolx, double tolfun);

#endif
