/* hone_nondominated.h - several objectives: fronts of non-dominated points, and how crowded they
 * are.
 *
 *   hone_dominates    no worse in all objectives and better in one
 *   hone_front_ranks  0 for the non-dominated points, 1 for those without these, ...
 *   hone_crowding     Deb's crowding distance within one front
 *
 * Everything is minimised and finite.  Two objectives: O(n log n).  More: a binary search over
 * the fronts for each point in lexicographic order, O(m n log n) at best and O(m n^2) at worst,
 * when all points are in one front.  Functions that return a number may return HONE_ENOMEM.
 *
 * Header only, C99 and C++11.
 *
 * Sources: Jensen, "Reducing the Run-Time Complexity of Multiobjective EAs: The NSGA-II and Other
 *          Algorithms", IEEE TEVC 7 (2003), section III (two objectives); Zhang, Tian, Cheng,
 *          Jin, "An Efficient Approach to Nondominated Sorting for Evolutionary Multiobjective
 *          Optimization", IEEE TEVC 19 (2015) (ENS-BS); Deb, Pratap, Agarwal, Meyarivan, "A Fast
 *          and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE TEVC 6 (2002), III-B. */
#ifndef HONE_NONDOMINATED_H
#define HONE_NONDOMINATED_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "hone_plugin.h"

static inline int hone_dominates(const double *a, const double *b, int64_t m)
{
    int better = 0;
    int64_t j;

    for (j = 0; j < m; j++) {
        if (a[j] > b[j])
            return 0;
        better |= a[j] < b[j];
    }
    return better;
}

typedef struct hone_front_point {
    const double *y;
    int64_t m, index;
    int64_t before; /* an earlier member of the same front, -1: none */
} hone_front_point;

/* By the first objective, then the next, ...: a point comes after all that dominate it. */
static inline int hone_front_lexicographic(const void *a, const void *b)
{
    const hone_front_point *u = (const hone_front_point *)a, *v = (const hone_front_point *)b;
    int64_t j;

    for (j = 0; j < u->m; j++)
        if (u->y[j] != v->y[j])
            return u->y[j] < v->y[j] ? -1 : 1;
    return (u->index > v->index) - (u->index < v->index);
}

/* Does a member of the front whose newest is `newest` dominate p?  With two objectives the
 * newest has the least second one, so none does if it does not. */
static inline int hone_front_covers(const hone_front_point *all, int64_t newest,
                                    const hone_front_point *p)
{
    for (; newest >= 0; newest = p->m <= 2 ? -1 : all[newest].before)
        if (hone_dominates(all[newest].y, p->y, p->m))
            return 1;
    return 0;
}

/* y: n x m with ldy, minimised; rank: [n].  Returns how many fronts. */
static inline int64_t hone_front_ranks(int64_t n, int64_t m, const double *y, int64_t ldy,
                                       int64_t *rank)
{
    hone_front_point *all = (hone_front_point *)malloc(sizeof *all * (size_t)(n + 1));
    int64_t *newest = (int64_t *)malloc(sizeof *newest * (size_t)(n + 1));
    int64_t fronts = 0, i;

    if (!all || !newest) {
        free(all);
        free(newest);
        return HONE_ENOMEM;
    }
    for (i = 0; i < n; i++) {
        all[i].y = y + i * ldy;
        all[i].m = m;
        all[i].index = i;
        all[i].before = -1;
    }
    qsort(all, (size_t)n, sizeof *all, hone_front_lexicographic);
    for (i = 0; i < n; i++) { /* the first front that does not dominate it: search by halves, as
                                 what a front dominates, all fronts before it dominate too */
        int64_t low = 0, high = fronts;

        while (low < high) {
            const int64_t middle = low + (high - low) / 2;

            if (hone_front_covers(all, newest[middle], &all[i]))
                low = middle + 1;
            else
                high = middle;
        }
        if (low == fronts)
            newest[fronts++] = -1;
        all[i].before = newest[low];
        newest[low] = i;
        rank[all[i].index] = low;
    }
    free(all);
    free(newest);
    return fronts;
}

typedef struct hone_crowd_point {
    double y;
    int64_t at;
} hone_crowd_point;

static inline int hone_crowd_order(const void *a, const void *b)
{
    const hone_crowd_point *u = (const hone_crowd_point *)a, *v = (const hone_crowd_point *)b;

    if (u->y != v->y)
        return u->y < v->y ? -1 : 1;
    return (u->at > v->at) - (u->at < v->at);
}

/* Members of one front are rows member[0..n-1] of y; distance[row] := the sum over objectives of
 * the gap between a point's neighbours, over the range of the front; INFINITY at the ends. */
static inline int32_t hone_crowding(int64_t n, const int64_t *member, int64_t m, const double *y,
                                    int64_t ldy, double *distance)
{
    hone_crowd_point *sorted = (hone_crowd_point *)malloc(sizeof *sorted * (size_t)(n + 1));
    int64_t i, j;

    if (!sorted)
        return HONE_ENOMEM;
    for (i = 0; i < n; i++)
        distance[member[i]] = 0.0;
    for (j = 0; j < m && n > 0; j++) {
        double range;

        for (i = 0; i < n; i++) {
            sorted[i].y = y[member[i] * ldy + j];
            sorted[i].at = member[i];
        }
        qsort(sorted, (size_t)n, sizeof *sorted, hone_crowd_order);
        range = sorted[n - 1].y - sorted[0].y;
        distance[sorted[0].at] = distance[sorted[n - 1].at] = HUGE_VAL;
        for (i = 1; i < n - 1 && range > 0; i++)
            distance[sorted[i].at] += (sorted[i + 1].y - sorted[i - 1].y) / range;
    }
    free(sorted);
    return HONE_OK;
}

#endif
