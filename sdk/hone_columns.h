/* hone_columns.h - parameters as they stand in the columns of the unit cube: a number or ordered
 * choices in one column, unordered choices in one a choice, 1 for the chosen and 0 for the others.
 *
 *     for (c = 0; c < space->n_cols; c += hone_columns(space, c))     each parameter's first column
 *         if (hone_is_choice(space, c)) k = hone_chosen(hone_columns(space, c), x + c);
 *
 * Header only, C99 and C++11. */
#ifndef HONE_COLUMNS_H
#define HONE_COLUMNS_H

#include "hone_plugin.h"

/* Is column c one of several that stand for the choices of a parameter? */
static inline int hone_is_choice(const hone_space *space, int64_t c)
{
    return space->col_choice[c] >= 0;
}

/* How many columns the parameter has whose first one is c. */
static inline int64_t hone_columns(const hone_space *space, int64_t c)
{
    return hone_is_choice(space, c) ? space->params[space->col_param[c]]->n_choices : 1;
}

/* The choice that n columns stand for: the largest, the first of equal ones; so whatever was
 * computed there becomes a choice.  0 where all are NaN. */
static inline int64_t hone_chosen(int64_t n, const double *x)
{
    int64_t best = 0, k;

    for (k = 1; k < n; k++)
        if (x[k] > x[best])
            best = k;
    return best;
}

/* The n columns of choice k. */
static inline void hone_choose(int64_t n, int64_t k, double *x)
{
    int64_t j;

    for (j = 0; j < n; j++)
        x[j] = j == k ? 1.0 : 0.0;
}

#endif
