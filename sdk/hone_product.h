/* hone_product.h - the points of a grid by number: index arithmetic over levels and conditions.
 *
 * Every parameter has an axis: its levels, all values it can take or the chosen ones.  A
 * product counts the different points (an inactive parameter adds none) and finds the levels
 * of point number `index` without listing any, so 2^40 points cost nothing.
 *
 *     hone_product p;
 *     hone_product_init(&p, space, axes);     axes: [n_params], kept by the caller
 *     hone_product_point(&p, index, level);   level: [n_params], -1: inactive
 *     hone_product_free(&p);
 *
 * Header only, C99 and C++11.  The last parameter varies fastest. */
#ifndef HONE_PRODUCT_H
#define HONE_PRODUCT_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "hone_plugin.h"

/* Counts end here: a larger product has points that no index reaches. */
#define HONE_PRODUCT_MOST ((uint64_t)1 << 62)

typedef struct hone_axis {
    int64_t n;            /* levels; 0: a continuum */
    double low, step;     /* level k is low + k step, unless there are */
    const double *values; /* [n] native, or NULL */
} hone_axis;

/* All values of a parameter. */
static inline hone_axis hone_axis_all(const hone_param *p)
{
    hone_axis a = {0, 0, 1, NULL};
    double last, slack;

    if (p->type == HONE_CATEGORICAL) {
        a.n = p->n_choices;
        return a;
    }
    a.low = p->low;
    a.step = p->type == HONE_INT && !(p->step > 1) ? 1 : p->step;
    if (p->low == p->high) {
        a.n = 1;
        return a;
    }
    if (!(a.step > 0))
        return a;
    /* The host takes bounds such as 0.3 = 3 * 0.1 as meant exactly. */
    slack = 1e-8 + 1e-15 * fmax(fabs(p->low), fabs(p->high)) / a.step;
    last = floor((p->high - p->low) / a.step + fmin(slack, 0.25));
    a.n = last < 9007199254740992.0 ? (int64_t)last + 1 : 0;
    return a;
}

static inline double hone_axis_value(const hone_axis *a, int64_t level)
{
    return a->values ? a->values[level] : a->low + (double)level * a->step;
}

/* The level with a native value, -1: none. */
static inline int64_t hone_axis_level(const hone_axis *a, double value)
{
    int64_t k;

    if (a->values) {
        for (k = 0; k < a->n; k++)
            if (a->values[k] == value)
                return k;
        return -1;
    }
    k = (int64_t)rint((value - a->low) / (a->step > 0 ? a->step : 1));
    return k >= 0 && k < a->n ? k : -1;
}

typedef struct hone_product {
    const hone_space *space;
    const hone_axis *axis; /* [n_params] the caller's */
    uint64_t *count;       /* [n_params] points of a parameter and all that depend on it */
    int32_t *parent;       /* [n_params] 1: others depend on it */
    uint64_t n;            /* points in all; 0: infinitely many */
} hone_product;

static inline uint64_t hone_product_times(uint64_t a, uint64_t b)
{
    return b != 0 && a > HONE_PRODUCT_MOST / b ? HONE_PRODUCT_MOST : a * b;
}

static inline uint64_t hone_product_plus(uint64_t a, uint64_t b)
{
    return a + b > HONE_PRODUCT_MOST ? HONE_PRODUCT_MOST : a + b;
}

/* Is parameter c active where its parent, i, has this level? */
static inline int hone_product_on(const hone_product *p, int32_t c, int64_t level)
{
    const hone_param *child = p->space->params[c];
    int64_t k;

    for (k = 0; k < child->n_when; k++)
        if (hone_axis_level(&p->axis[child->parent], child->when[k]) == level)
            return 1;
    return 0;
}

/* The smallest level of i, at least `from`, at which another parameter is active; n: none. */
static inline int64_t hone_product_special(const hone_product *p, int32_t i, int64_t from)
{
    int64_t best = p->axis[i].n, k;
    int32_t c;

    for (c = i + 1; p->parent[i] && c < p->space->n_params; c++) {
        const hone_param *child = p->space->params[c];

        for (k = 0; child->parent == i && k < child->n_when; k++) {
            const int64_t level = hone_axis_level(&p->axis[i], child->when[k]);

            if (level >= from && level < best)
                best = level;
        }
    }
    return best;
}

/* Points of what depends on i, where i has this level. */
static inline uint64_t hone_product_below(const hone_product *p, int32_t i, int64_t level)
{
    uint64_t n = 1;
    int32_t c;

    for (c = i + 1; c < p->space->n_params; c++)
        if (p->space->params[c]->parent == i && hone_product_on(p, c, level))
            n = hone_product_times(n, p->count[c]);
    return n;
}

static inline void hone_product_free(hone_product *p)
{
    free(p->count);
    free(p->parent);
    p->count = NULL;
    p->parent = NULL;
}

static inline int32_t hone_product_init(hone_product *p, const hone_space *space,
                                        const hone_axis *axis)
{
    const int32_t n = space->n_params;
    int32_t i;

    p->space = space;
    p->axis = axis;
    p->n = 1;
    p->count = (uint64_t *)calloc((size_t)n + 1, sizeof *p->count);
    p->parent = (int32_t *)calloc((size_t)n + 1, sizeof *p->parent);
    if (!p->count || !p->parent) {
        hone_product_free(p);
        return HONE_ENOMEM;
    }
    for (i = n - 1; i >= 0; i--) {
        int64_t at = 0, special;

        if (space->params[i]->parent >= 0)
            p->parent[space->params[i]->parent] = 1;
        if (axis[i].n == 0) {
            p->n = 0;
            return HONE_OK;
        }
        for (; (special = hone_product_special(p, i, at)) < axis[i].n; at = special + 1) {
            p->count[i] = hone_product_plus(p->count[i], (uint64_t)(special - at));
            p->count[i] = hone_product_plus(p->count[i], hone_product_below(p, i, special));
        }
        p->count[i] = hone_product_plus(p->count[i], (uint64_t)(axis[i].n - at));
        if (space->params[i]->parent < 0)
            p->n = hone_product_times(p->n, p->count[i]);
    }
    return HONE_OK;
}

/* Divides rank among the parameters that depend on i and are active at this level (i = -1:
 * those without a parent), the last one fastest. */
static inline void hone_product_divide(const hone_product *p, int32_t i, int64_t at, uint64_t rank,
                                       int64_t *level)
{
    int32_t c;

    for (c = p->space->n_params - 1; c > i; c--) {
        if (p->space->params[c]->parent != i || (i >= 0 && !hone_product_on(p, c, at)))
            continue;
        level[c] = (int64_t)(rank % p->count[c]);
        rank /= p->count[c];
    }
}

/* The levels of point number `index` < n. */
static inline void hone_product_point(const hone_product *p, uint64_t index, int64_t *level)
{
    int32_t i;

    for (i = 0; i < p->space->n_params; i++)
        level[i] = -1;
    hone_product_divide(p, -1, 0, index, level);
    for (i = 0; i < p->space->n_params; i++) {
        uint64_t rank = (uint64_t)level[i];
        int64_t at = 0;

        if (level[i] < 0 || !p->parent[i])
            continue; /* inactive; or the rank is the level */
        for (;;) {
            const int64_t special = hone_product_special(p, i, at);
            uint64_t below;

            if (special >= p->axis[i].n || rank < (uint64_t)(special - at)) {
                level[i] = at + (int64_t)rank;
                break;
            }
            rank -= (uint64_t)(special - at);
            below = hone_product_below(p, i, special);
            if (rank < below) {
                level[i] = special;
                hone_product_divide(p, i, special, rank, level);
                break;
            }
            rank -= below;
            at = special + 1;
        }
    }
}

#endif
