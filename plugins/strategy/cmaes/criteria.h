/* criteria.h - when a run of CMA-ES is over. */
#ifndef HONE_CMAES_CRITERIA_H
#define HONE_CMAES_CRITERIA_H

#include "evolution.h"

typedef struct criteria {
    double tolx, tolfun; /* set by the owner */
    double *best, *median; /* [n] of each generation since the run began */
    int64_t n, room;
    int64_t barren;      /* generations in a row without a value */
    double *scratch;     /* [room] */
} criteria;

void criteria_begin(criteria *c); /* a new run; keeps tolx and tolfun */
void criteria_free(criteria *c);

/* Called after each generation.  y: the values of its n_values members that have one, increasing;
 * updated: whether evolution_update was called and succeeded.  *why is set to the name of the
 * criterion that is met, or NULL.  0, or -1 without memory. */
int criteria_look(criteria *c, const evolution *e, const double *y, int64_t n_values, int updated,
                  const char **why);

#endif
