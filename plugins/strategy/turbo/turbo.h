/* turbo.h - trust regions' own rooms.
 *
 *     region.c    what the table says of each region: its length, its trials, its best one
 *     local.c     models of the trials of one region
 *     box.c       candidates around the best one, in a box shaped by the model
 *     turbo.c     options, the ask, and the table of operations
 *
 * Trial `number` belongs to region number % n of n.  Matrices are row-major, m x p with rows close
 * together (p: columns of the space). */
#ifndef TURBO_H
#define TURBO_H

#include "hone_fresh.h"
#include "hone_plugin.h"

/* ---- region.c ---- */
typedef struct region {
    int64_t epoch; /* restarts so far */
    int64_t first; /* trials from this number on count */
    double length;
    int64_t successes, failures; /* in a row */
    int64_t n, room;             /* finished trials of this epoch, in the order of finishing */
    int64_t *row;                /* [room] rows of the table */
    int64_t best;                /* row of the best complete one, -1: none */
    double best_value, best_violation;
    int64_t last; /* largest number of a finished trial */
} region;
typedef struct rules {
    int64_t n_regions, initial; /* initial: trials that a region begins with */
    int64_t success, failure;   /* so many in a row change the length */
    double longest, shortest, start;
} rules;
void region_begin(region *r, const rules *u, int64_t first);
/* One more finished trial of the region, row `row`. */
int32_t region_add(region *r, const rules *u, const hone_trials *t, int64_t row);
void region_free(region *r);
/* By how much constraints are missed; infinite: not complete or not known. */
double region_violation(const hone_trials *t, int64_t row);

/* ---- local.c ---- */
typedef struct local { /* models of one region: the objective, then constraints */
    const hone_host *host;
    int64_t p, n_models;
    hone_component *surrogate;   /* [n_models] */
    int64_t epoch, fitted, held; /* rows fitted to and held; fitted 0: nothing */
    int64_t room;
    double *X, *y; /* room x p, n_models x room */
} local;
/* Surrogates are made from COMPONENT option `option`, indices from `index` on. */
int32_t local_init(local *l, const hone_host *host, int32_t option, int32_t index);
void local_free(local *l);
/* Conditions the models on the region's trials; HONE_ENUMERIC: there is no model. */
int32_t local_learn(local *l, const region *r, const hone_trials *t);
/* scale (p) := how far the values change little along each column: one over the slope's size, NaN
 * where it is not known. */
int32_t local_scales(const local *l, double *scale);
/* F: n_models x s x m joint draws at m points. */
int32_t local_draw(const local *l, int64_t m, const double *X, int64_t s, const double *Z,
                   double *F);

/* ---- box.c ---- */
typedef struct box {
    const hone_host *host;
    const hone_space *space;
    int64_t p, d;  /* columns, parameters that have columns */
    double *u;     /* [3 d] */
    double *width; /* [p] */
} box;
int32_t box_init(box *b, const hone_host *host);
void box_free(box *b);
/* Sides of the box by the scales, NaN: unknown; their geometric mean is the length. */
void box_shape(box *b, const double *scale, double length);
/* X (m x p) := snapped candidates around `centre`, by the streams of `number`. */
int32_t box_fill(box *b, const double *centre, double length, int64_t number, int64_t m, double *X);

#endif
