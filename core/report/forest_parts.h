/* forest_parts.h - what forest.c, which grows trees, and forest_variance.c, which integrates
 * over them, share. */
#ifndef HONE_CORE_FOREST_PARTS_H
#define HONE_CORE_FOREST_PARTS_H

#include "forest.h"
#include "scale.h"

typedef struct node {
    int32_t param;       /* -1: a leaf */
    int32_t low, high;   /* children: coordinates below the cut, and the rest */
    double cut, value;   /* value: mean of its draws */
} node;

typedef struct tree {
    int32_t n, room;
    node *nodes;         /* [n] the first is the root */
    int64_t n_draws;
    int64_t *draws;      /* [n_draws] rows it was grown on, repeated ones repeated */
    double **place;      /* [space->n] of categorical parameters: coordinate of each choice */
} tree;

struct forest {
    const space *space;
    int64_t n;
    double *x, *y;       /* n x space->n coordinates (choices: their index), y [n] */
    bool *active;        /* n x space->n */
    scale *scales;       /* [space->n] */
    int32_t n_trees;
    tree *trees;
    rng_key key;
};

/* Coordinate in [0, 1] of parameter i, whose value is x in the forest's matrix. */
double tree_place(const forest *f, const tree *t, int32_t i, double x);
/* The tree's value at the row `x` of the forest's matrix. */
double tree_value(const forest *f, const tree *t, const double *x);

#endif
