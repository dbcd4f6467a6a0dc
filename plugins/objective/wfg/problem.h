/* problem.h - the WFG toolkit's nine problems as mathematics: no interface of hone's in here. */
#ifndef HONE_WFG_PROBLEM_H
#define HONE_WFG_PROBLEM_H

#include <stdint.h>

enum { WFG1, WFG2, WFG3, WFG4, WFG5, WFG6, WFG7, WFG8, WFG9, WFG_PROBLEMS };

typedef struct wfg_problem {
    int64_t function;
    int64_t n, m, k; /* parameters, objectives, position parameters (a multiple of m - 1) */
    double *y;       /* [n] scratch: the parameters on their way */
    double *t;       /* [m] scratch: what they are reduced to */
} wfg_problem;

/* x: [n], x_i in [0, 2 i]; f: [m] */
void wfg_values(wfg_problem *p, const double *x, double *f);

/* Objectives of the point of the shape at t[m]: t[m-1] is the distance, 0 on the front. */
void wfg_shape(const wfg_problem *p, const double *t, double *f);

/* Up to n points of the front into f (n x m with ldf); how many, 0: not known. */
int64_t wfg_front(const wfg_problem *p, int64_t n, double *f, int64_t ldf);

#endif
