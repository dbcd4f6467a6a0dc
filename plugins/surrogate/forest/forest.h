/* forest.h - the random forest's own rooms.
 *
 *     table.c     columns to features: numbers, choices, what is not there
 *     tree.c      a tree grown on weighted rows, and asked
 *     forest.c    options, the table of operations, and what all trees say together
 *
 * A feature is a number (one column) or a choice (its one-hot columns).  Its value is the number or
 * the index of the choice, NaN where the parameter is inactive. */
#ifndef FOREST_H
#define FOREST_H

#include "hone_plugin.h"

/* ---- table.c ---- */
typedef struct feature {
    int64_t first, n; /* columns; n > 1: a choice among n */
} feature;
typedef struct features {
    int64_t p, d;  /* columns, features */
    feature *each; /* [d] */
} features;
/* space NULL, or of other columns than p: every column is a number. */
int32_t features_init(features *f, const hone_space *space, int64_t p);
void features_free(features *f);
/* v (d) := the values of one row of p columns. */
void features_read(const features *f, const double *u, double *v);

/* ---- tree.c ---- */
typedef struct node {
    int32_t feature;     /* -1: a leaf */
    int32_t low, high;   /* nodes */
    int32_t missing_low; /* where NaN goes; so do choices that no row of the node has */
    int64_t choices;     /* of a choice: offset into the tree's `side`, -1: a number */
    double at;           /* of a number: below it to low */
    double value, var;   /* of a leaf: mean and variance of its rows */
} node;
typedef struct tree {
    int32_t n, room;
    node *nodes; /* [n]; the first is the root */
    int64_t n_side, room_side;
    signed char *side; /* [n_side] of each choice 1: low, 0: high */
} tree;
/* What trees are grown from: the same for all of them. */
typedef struct plan {
    const features *f;
    int64_t n;                      /* rows */
    const double *v;                /* d x n values by feature */
    const int32_t *order;           /* d x n rows by value, NaN last */
    const double *y;                /* [n] */
    int64_t tried;                  /* features that a node tries */
    double least_leaf, least_split; /* rows, by weight */
    int64_t depth;
    int random_cut;  /* 0: in the middle between two values */
    int exponential; /* leaves average exp(y) */
} plan;
/* weight: [n], how often the tree has each row.  uniform: numbers of `stream`. */
int32_t tree_grow(tree *t, const plan *p, const int32_t *weight, const hone_host *host,
                  int64_t stream);
const node *tree_leaf(const tree *t, const double *v);
void tree_free(tree *t);

#endif
