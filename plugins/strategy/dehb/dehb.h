/* dehb.h - what dehb keeps; for its own files only.
 *
 *   dehb.c        which trial is next, proposing, the table
 *   population.c  the populations of the rungs
 *   mutant.c      one mutant of them */
#ifndef HONE_DEHB_H
#define HONE_DEHB_H

#include "hone_brackets.h"

enum { DEHB_PARENTS = 3 };

typedef struct dehb_member {
    int64_t row;       /* in the table, -1: none yet */
    hone_merit merit;
} dehb_member;

typedef struct dehb_population {
    dehb_member *members;   /* [n] */
    int64_t n;
    int64_t *order;    /* [n] members that there are, the better first */
    int64_t ranked;
    int64_t begun;     /* trials of this fidelity */
} dehb_population;

typedef struct dehb {
    const hone_host *host;
    double f, crossover;
    hone_ladder l;
    hone_fresh tried;       /* points with their fidelity */
    dehb_population rungs[HONE_RUNGS];
    int64_t rows, finished, anew; /* of the table that were read */
    int64_t *turn, turn_room;     /* [rows] which trial of its fidelity, from 0 */
    int64_t *pool;                /* rows of possible parents */
    int64_t *asked, n_asked, asked_room; /* places of l.row that this batch promoted */
    double *mutant;               /* [n_cols] */
    const hone_trials *t;
} dehb;

/* The largest rung of fidelity k in any bracket, but at least what a mutation needs. */
int64_t dehb_population_size(const hone_ladder *l, int64_t k);
/* Empties the populations: the table is to be read from its beginning. */
void dehb_clear(dehb *s);
/* A finished trial takes the place of its target if it is not worse. */
void dehb_select(dehb *s, int64_t row);
/* s->mutant := a mutant for rung i of a bracket; 0: there are no parents yet.
 * turn: which trial of its fidelity; u: [3 n_cols + 1 + DEHB_PARENTS] */
int dehb_evolve(dehb *s, int64_t number, int64_t kind, int64_t i, int64_t turn, double *u);

#endif
