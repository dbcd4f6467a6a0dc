/* forest.h - a random forest of regression trees over a search space, and what it says of the
 * parameters: exact marginals, the shares of variance (fANOVA), a permutation measure.
 *
 * Trees are those of Breiman (Machine Learning 45, 2001) as scikit-learn grows them by default
 * for regression: each on a bootstrap sample, every parameter a candidate at every cut, cuts
 * half-way between neighbours, grown until leaves are pure.  Each leaf is a box in the unit
 * cube of the space, so that integrals over the other parameters are sums over leaves.
 *
 * Coordinates: a float is on its scale (logarithms where it is logarithmic), the k-th of L
 * integers, steps or choices covers [k/L, (k+1)/L).  Choices stand in the order of their mean
 * value in a tree's sample, which makes the best cut into two sets of choices one threshold
 * (Fisher 1958; Breiman et al. 1984, section 4.2.2).  A conditional parameter is
 * cut only in nodes whose trials all have it: it counts by what it does where it is active. */
#ifndef HONE_CORE_FOREST_H
#define HONE_CORE_FOREST_H

#include "rng.h"
#include "space.h"

typedef struct forest forest;

typedef struct forest_settings {
    int32_t n_trees;      /* 64 */
    int64_t most_draws;   /* a bootstrap sample has min(n, this) draws */
    rng_key key;          /* tree t takes its numbers from stream t */
} forest_settings;

/* x: n x s->n native, y: [n] finite; both are copied.  s outlives the forest. */
int32_t forest_grow(const space *s, int64_t n, const double *x, const double *y,
                    const forest_settings *settings, forest **out, error *err);
void forest_free(forest *f);

/* share[i], sd[i] := mean and standard deviation over trees of the share of the tree's
 * variance that parameter i explains alone (Hutter et al., ICML 2014, section 3.2); sd may be
 * NULL.  Trees without variance do not count; all 0 if none has any. */
int32_t forest_shares(const forest *f, double *share, double *sd, error *err);
/* The same of the interaction of i and j beyond what each explains alone. */
int32_t forest_interaction(const forest *f, int32_t i, int32_t j, double *share, error *err);
/* increase[i] := by how much the squared error of left-out trials grows where parameter i is
 * shuffled among those that have it, over twice the variance of y: for a perfect model the
 * total Sobol index. */
int32_t forest_permutation(const forest *f, double *increase, error *err);
/* mean[b * n_i + a] := mean over all other parameters at the values at_i[a], at_j[b]. */
int32_t forest_mean(const forest *f, int32_t i, const double *at_i, int64_t n_i, int32_t j,
                    const double *at_j, int64_t n_j, double *mean, error *err);

#endif
