/* nsga2.h - the parts of nsga2: who survives, and what children they have. */
#ifndef NSGA2_H
#define NSGA2_H

#include <stdint.h>

#include "hone_plugin.h"

/* Why a trial stands where it does: smaller is better, before anything else. */
enum { MERIT_FEASIBLE = 0, MERIT_PRUNED, MERIT_INFEASIBLE };

/* ---- population.c ---- */

/* Parents and those who wait for the next selection, in slots that are used again. */
typedef struct population {
    int64_t size;                 /* how many survive a selection */
    int64_t cols, m;              /* of a point, of its values */
    int64_t parents, newcomers;   /* order[0 .. parents), then newcomers */
    int64_t next_age;
    int64_t *order;               /* [2 size] slots, parents best first */
    double *x;                    /* 2 size x cols, by slot, as all that follow */
    double *y;                    /* 2 size x m */
    int32_t *merit;               /* [2 size] */
    double *violation;            /* [2 size] sum of what constraints exceed 0 by */
    int64_t *age;                 /* [2 size] */
    int64_t *rank;                /* [2 size] front, 0 is best */
    double *crowding;             /* [2 size] larger is better */
    int64_t *member, *front;      /* [2 size] room to work */
    double *values;               /* 2 size x m, room to work */
    struct standing *standing;    /* [2 size] room to work */
} population;

int32_t population_init(population *p, int64_t size, int64_t cols, int64_t m);
void population_free(population *p);
void population_empty(population *p);
/* A finished trial, row of t; failed ones leave nothing.  A generation's last one brings on the
 * selection. */
int32_t population_add(population *p, const hone_trials *t, int64_t row);
/* Is parent a (a place in order) a better one than b: front, then room around it? */
int population_better(const population *p, int64_t a, int64_t b);

/* ---- variation.c ---- */

/* The columns of one parameter. */
typedef struct gene {
    int64_t col, choices; /* choices: columns of unordered choices, else 0 */
    int64_t levels;       /* equally spaced cells, 0: continuous */
} gene;

typedef struct variation {
    double crossover, mutation;           /* probabilities: of a pair, of a gene */
    double eta_crossover, eta_mutation;   /* distribution indices */
} variation;

/* Random numbers that child takes. */
int64_t variation_numbers(int64_t n_genes);
/* x [cols] := a child of parents, by the random numbers u [variation_numbers]. */
void variation_child(const variation *v, const population *p, const gene *genes, int64_t n_genes,
                     const double *u, double *x);

#endif
