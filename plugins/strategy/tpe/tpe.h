/* tpe.h - the tree-structured Parzen estimator's own rooms.
 *
 *     dimension.c  one parameter: its values, and masses of a truncated normal on it
 *     estimator.c  a mixture of products of kernels, kept as columns: insert and remove
 *     density.c    draws from such a mixture, and its log densities
 *     split.c      finished trials by rank: the good ones, and the window of others
 *     front.c      the good ones where there are several objectives
 *     tpe.c        options, groups of parameters, the ask, and the table of operations
 *
 * A value is what a dimension holds of a point: the unit value of a number, the index of an
 * unordered choice.  An id is the place of a trial in the order of finishing, from 0. */
#ifndef TPE_H
#define TPE_H

#include "hone_fresh.h"
#include "hone_plugin.h"

/* ---- dimension.c ---- */
enum {
    SMOOTH, /* a continuum: densities                                                       */
    CELLS,  /* equally spaced: masses of cells, or densities where the cells are narrow     */
    WHOLE,  /* integers on a log scale: masses of the first cells, densities of narrow ones */
    CHOICE  /* unordered                                                                    */
};
/* A dimension with at most so many cells has a table of their masses for every kernel. */
enum { TABLED = 128 };
typedef struct dimension {
    int kind;
    int64_t col, cols;          /* in the space */
    int64_t levels;             /* values; 0: a continuum */
    int64_t tabled;             /* the first of them have masses in a table */
    double low, log_low, range; /* WHOLE: log(low - 1/2), log(high + 1/2) - log_low */
} dimension;
/* The dimension that begins at column `col`. */
void dimension_init(dimension *d, const hone_space *space, int64_t col);
/* Of a row of the space: is it active there, and its value. */
int dimension_active(const dimension *d, const double *x);
double dimension_value(const dimension *d, const double *x);
/* Writes a value into a row. */
void dimension_write(const dimension *d, double value, double *x);
/* u in [0, 1] (choices: in [0, levels)) to the nearest value. */
double dimension_snap(const dimension *d, double u);
int64_t dimension_level(const dimension *d, double value);
/* Cell `level` as a part of [0, 1]. */
void dimension_cell(const dimension *d, int64_t level, double *from, double *to);
/* log of the standard normal's mass between a < b. */
double log_mass(double a, double b);

/* ---- estimator.c ---- */
enum { LANES = 8 };
/* Random numbers of one trial, used up one after the other. */
typedef struct draws {
    const hone_host *host;
    int64_t number, uniforms, normals; /* the stream, and how many were taken */
    int64_t held;                      /* normals left in buffer, taken from its end */
    double buffer[128];
} draws;

typedef struct estimator {
    int64_t d;
    const dimension *dims;  /* [d] the group's */
    int64_t n;              /* kernels, without the prior */
    int64_t used, room;     /* slots; slot 0 is the prior; some are empty */
    int64_t table_rows;     /* cells that have masses, of all dimensions */
    int64_t *table_at;      /* [d] the first row of a dimension */
    double least;           /* smallest deviation at the last settling */
    int64_t *id;            /* [room] -1: none */
    int32_t *age, *empty;   /* [n] slots by id; [n_empty] a stack */
    int64_t n_empty;
    int32_t **order;        /* [d] -> [n] slots by value */
    double *kernels;        /* blocks of LANES slots: for each dimension LANES centres, then
                               LANES factors 1 / (sqrt(2) deviation) */
    double *table;          /* blocks: for each row LANES log masses */
    double *gap, *norm;     /* [room x d] distance to the neighbours; log factor of density */
    double *fixed, *weight; /* [room] sum of norms; 0 in empty slots */
    unsigned char *stale;   /* [room] */
    double total;           /* of weights */
    double *scratch;        /* [scratch_room] of estimator_log */
    int64_t scratch_room;
} estimator;
/* A kernel's centre in dimension j, its factor, and its log mass in a cell. */
static inline double *estimator_centre(const estimator *e, int64_t slot, int64_t j)
{
    return e->kernels + ((slot / LANES) * e->d + j) * 2 * LANES + slot % LANES;
}
static inline double *estimator_factor(const estimator *e, int64_t slot, int64_t j)
{
    return estimator_centre(e, slot, j) + LANES;
}
static inline double *estimator_mass(const estimator *e, int64_t slot, int64_t row)
{
    return e->table + ((slot / LANES) * e->table_rows + row) * LANES + slot % LANES;
}
int32_t estimator_init(estimator *e, int64_t d, const dimension *dims);
void estimator_free(estimator *e);
/* Inserts the kernel of a row of the space; ids are all different. */
int32_t estimator_add(estimator *e, int64_t id, const double *x);
/* Removes it again; an id that is not there is no error. */
void estimator_remove(estimator *e, int64_t id);
/* Brings deviations and weights up to date: before draw and log. */
void estimator_settle(estimator *e);

/* ---- density.c ---- */
/* n values of every dimension, V: d x n. */
void estimator_draw(const estimator *e, draws *from, int64_t n, double *V);
/* Log densities (masses in dimensions with levels) at n points, V: d x n. */
int32_t estimator_log(estimator *e, int64_t n, const double *V, double *out);

/* ---- split.c ---- */
enum { FEASIBLE, CUT_SHORT, INFEASIBLE, LOST };
/* Trials in order of merit: by class, then by first, then by second, then by id. */
typedef struct merit {
    int32_t class;
    double first, second;
} merit;
typedef struct split {
    const hone_host *host;
    int64_t most_good, most_others; /* bounds */
    int64_t n, last;                /* trials read; the number of the last */
    int64_t ranked;                 /* those that are not LOST */
    merit *merits;                  /* [n] */
    int64_t room;
    int64_t *below, n_below;        /* ids of the good, increasing */
    int64_t *above, n_above;        /* the newest of the others, increasing */
    int64_t came, left;             /* what the last trial moved into and out of below, or -1 */
    int64_t dropped;                /* and out of above, for good, or -1 */
} split;
int32_t split_init(split *s, const hone_host *host, int64_t most_good, int64_t most_others);
void split_free(split *s);
/* Takes the next finished trial of the table, id s->n.  It is in above, unless it came into
 * below; what came otherwise was in above, and what left is there now. */
int32_t split_add(split *s, const hone_trials *t);

#endif
