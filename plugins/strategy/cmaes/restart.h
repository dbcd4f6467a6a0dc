/* restart.h - which run of CMA-ES comes next: how many members, and how wide. */
#ifndef HONE_CMAES_RESTART_H
#define HONE_CMAES_RESTART_H

#include <stdint.h>

enum { RESTART_NONE, RESTART_IPOP, RESTART_BIPOP }; /* as the option's choices */

typedef struct restart {
    int64_t mode, lambda;   /* lambda of the first run */
    double sigma;
    int64_t runs, doublings;
    int small;              /* the run at work is of the small kind */
    int64_t evaluations;    /* of the run at work */
    int64_t large_total, small_total, last_large; /* evaluations of runs that ended */
} restart;

/* May the run at work go on?  A small one gets half of the last large one's evaluations. */
int restart_spent(const restart *r);
/* The run at work ended. */
void restart_end(restart *r);
/* Members and step size of the next run; u [2]: uniform numbers. */
void restart_next(restart *r, const double *u, int64_t *lambda, double *sigma);

#endif
