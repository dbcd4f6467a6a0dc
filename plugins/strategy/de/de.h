/* de.h - the parts of de: what is learnt of F and CR, who is in the population, and children. */
#ifndef DE_H
#define DE_H

#include <stdint.h>

#include "hone_fresh.h"
#include "hone_standing.h"

enum { DE_JSO, DE_LSHADE, DE_RAND1, DE_BEST1 };

/* ---- memory.c ---- */

enum { MEMORY_MOST = 6, MEMORY_NUMBERS = 18 };

/* F and CR that did well; a slot of CR is negative once only CR = 0 did. */
typedef struct memory {
    int64_t variant, slots, next;
    double low, high, crossover; /* of variants that do not learn: F is in [low, high) */
    double f[MEMORY_MOST], cr[MEMORY_MOST];
    double *success;             /* since the last update: F, CR, gain of each */
    int64_t n, room;
} memory;

void memory_free(memory *m);
void memory_reset(memory *m);
/* F and CR of a trial.  u: MEMORY_NUMBERS in [0, 1), z: normal; progress: in [0, 1]. */
void memory_draw(const memory *m, const double *u, double z, double progress, double *f,
                 double *cr);
/* These made a child that is better by `gain`, NaN: by an unknown amount. */
int32_t memory_credit(memory *m, double f, double cr, double gain);
/* A generation is over. */
void memory_update(memory *m);

/* ---- population.c ---- */

typedef struct member {
    int64_t row; /* of the table, -1: none yet */
    hone_standing standing;
} member;

typedef struct population {
    member *members;   /* [n] of `room` */
    int64_t n, room;
    int64_t *order;    /* [ranked] members that there are, best first */
    int64_t ranked;
    int64_t *archive;  /* [kept] of archive_room rows that were replaced */
    int64_t kept, archive_room;
} population;

void population_free(population *p);
/* n empty members; the archive is empty. */
int32_t population_reset(population *p, int64_t n, int64_t archive_room);
/* Row `row` takes member i's place. */
void population_set(population *p, int64_t i, int64_t row, hone_standing standing);
/* A row that was replaced; u in [0, 1) says which one leaves a full archive of `most`. */
void population_archive(population *p, int64_t row, int64_t most, double u);
/* The worst leave until n are left, empty ones first; others keep their order. */
void population_reduce(population *p, int64_t n);
/* Do all members there are have the same standing, to `part` of their values? */
int population_collapsed(const population *p, double part);

/* ---- child.c ---- */

enum { CHILD_NUMBERS = 5, CHILD_NUMBERS_PARAMETER = 3 };

typedef struct recipe { /* rows of the table */
    int64_t target, toward, plus, minus; /* minus: -1 with too few members */
    double pull, f, cr;                  /* target + pull (toward - target) + f (plus - minus) */
} recipe;

/* x := the child, not yet snapped.  u: 1 + CHILD_NUMBERS_PARAMETER numbers a parameter. */
void child_make(const hone_space *space, int64_t d, const hone_trials *t, const recipe *r,
                const double *u, double *x);

#endif
