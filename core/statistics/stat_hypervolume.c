/* stat_hypervolume.c - the volume that a set of points dominates, exactly.
 *
 * Two objectives: one sweep.  Three: points in order of the third, each added to a staircase
 * of the first two, whose growth is swept along.  More: While, Bradstreet, Barone, "A Fast Way
 * of Calculating Exact Hypervolumes", IEEE TEVC 16 (2012): a point's exclusive volume is its box
 * less the volume of the others limited to that box; with the points in order of the last
 * objective the limited ones share it, so each level has one objective fewer. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"
#include "statistics.h"

/* ---- two objectives ---------------------------------------------------------------------- */

static int by_first(const void *a, const void *b)
{
    const double *u = *(const double *const *)a, *v = *(const double *const *)b;

    if (u[0] != v[0])
        return u[0] < v[0] ? -1 : 1;
    return (u[1] > v[1]) - (u[1] < v[1]);
}

/* Reorders p. */
static double area(const double **p, int64_t n, const double *reference)
{
    double sum = 0.0, lowest = reference[1];

    qsort(p, (size_t)n, sizeof *p, by_first);
    for (int64_t i = 0; i < n; i++) {
        if (p[i][1] >= lowest)
            continue;
        sum += (reference[0] - p[i][0]) * (lowest - p[i][1]);
        lowest = p[i][1];
    }
    return sum;
}

/* ---- three objectives -------------------------------------------------------------------- */

static int by_third(const void *a, const void *b)
{
    const double *u = *(const double *const *)a, *v = *(const double *const *)b;

    return (u[2] > v[2]) - (u[2] < v[2]);
}

/* Adds p to a staircase (first objective increasing, second decreasing) of *n points; returns
 * by how much the area grew. */
static double add_step(const double **stairs, int64_t *n, const double *p, const double *reference)
{
    int64_t low = 0, high = *n, last;
    double grown = 0.0, left = p[0], top;

    while (low < high) { /* the first step that is not left of p */
        const int64_t middle = low + (high - low) / 2;

        if (stairs[middle][0] < p[0])
            low = middle + 1;
        else
            high = middle;
    }
    top = low > 0 ? stairs[low - 1][1] : reference[1];
    if (top <= p[1] || (low < *n && stairs[low][0] == p[0] && stairs[low][1] <= p[1]))
        return 0.0;
    for (last = low; last < *n && stairs[last][1] >= p[1]; last++) { /* steps that p covers */
        grown += (stairs[last][0] - left) * (top - p[1]);
        left = stairs[last][0];
        top = stairs[last][1];
    }
    grown += ((last < *n ? stairs[last][0] : reference[0]) - left) * (top - p[1]);
    memmove(stairs + low + 1, stairs + last, sizeof *stairs * (size_t)(*n - last));
    stairs[low] = p;
    *n += low + 1 - last;
    return grown;
}

/* Reorders p; stairs has room for n. */
static double volume3(const double **p, int64_t n, const double **stairs, const double *reference)
{
    double sum = 0.0, floor_area = 0.0;
    int64_t steps = 0;

    qsort(p, (size_t)n, sizeof *p, by_third);
    for (int64_t i = 0; i < n; i++) {
        const double next = i + 1 < n ? p[i + 1][2] : reference[2];

        floor_area += add_step(stairs, &steps, p[i], reference);
        sum += floor_area * (next - p[i][2]);
    }
    return sum;
}

/* ---- more -------------------------------------------------------------------------------- */

/* Sorting by a coordinate that is known at run time only: the key stands beside the point. */
typedef struct keyed {
    double key;
    const double *point;
} keyed;

static int by_key_down(const void *a, const void *b)
{
    const double u = ((const keyed *)a)->key, v = ((const keyed *)b)->key;

    return (u < v) - (u > v);
}

static bool weakly_dominates(const double *a, const double *b, int64_t d)
{
    for (int64_t j = 0; j < d; j++)
        if (a[j] > b[j])
            return false;
    return true;
}

/* Keeps the points that no other one weakly dominates (one of equals). */
static int64_t keep_front(const double **p, int64_t n, int64_t d)
{
    int64_t kept = 0;

    for (int64_t i = 0; i < n; i++) {
        int64_t into = 0;
        bool dominated = false;

        for (int64_t j = 0; j < kept && !dominated; j++)
            dominated = weakly_dominates(p[j], p[i], d);
        if (dominated)
            continue;
        for (int64_t j = 0; j < kept; j++)
            if (!weakly_dominates(p[i], p[j], d))
                p[into++] = p[j];
        p[into++] = p[i];
        kept = into;
    }
    return kept;
}

/* The volume of n points in their first d objectives; *p is reordered.  NAN: out of memory. */
static double volume(const double *reference, const double **p, int64_t n, int64_t d);

/* p's box in d objectives, less what the n others cover of it. */
static double exclusive(const double *reference, const double *point, const double *const *others,
                        int64_t n, int64_t d, double *limited, const double **list)
{
    double box = 1.0;

    for (int64_t j = 0; j < d; j++)
        box *= reference[j] - point[j];
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < d; j++)
            limited[i * d + j] = fmax(point[j], others[i][j]);
        list[i] = limited + i * d;
    }
    return n > 0 ? box - volume(reference, list, keep_front(list, n, d), d) : box;
}

static double volume_by_slices(const double *reference, const double **p, int64_t n, int64_t d)
{
    double *limited = malloc(sizeof *limited * (size_t)(n * (d - 1)));
    const double **list = malloc(sizeof *list * (size_t)n);
    keyed *order = malloc(sizeof *order * (size_t)n);
    double sum = limited && list && order ? 0.0 : NAN;

    if (!isnan(sum)) {
        for (int64_t i = 0; i < n; i++)
            order[i] = (keyed){p[i][d - 1], p[i]};
        qsort(order, (size_t)n, sizeof *order, by_key_down);
        for (int64_t i = 0; i < n; i++)
            p[i] = order[i].point;
        /* each point against the later ones, whose last objective is no worse */
        for (int64_t i = 0; i < n; i++)
            sum += (reference[d - 1] - p[i][d - 1]) *
                   exclusive(reference, p[i], p + i + 1, n - i - 1, d - 1, limited, list);
    }
    free(limited);
    free(list);
    free(order);
    return sum;
}

static double volume(const double *reference, const double **p, int64_t n, int64_t d)
{
    const double **stairs;
    double sum;

    if (n == 0)
        return 0.0;
    if (d == 2)
        return area(p, n, reference);
    if (d > 3)
        return volume_by_slices(reference, p, n, d);
    stairs = malloc(sizeof *stairs * (size_t)n);
    if (stairs == NULL)
        return NAN;
    sum = volume3(p, n, stairs, reference);
    free(stairs);
    return sum;
}

static bool improves(const double *point, const double *reference, int64_t m)
{
    for (int64_t j = 0; j < m; j++)
        if (!(point[j] < reference[j]))
            return false;
    return true;
}

static bool all_finite(const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

int32_t stat_hypervolume(const double *points, int64_t n, int64_t m, const double *reference,
                         double *out)
{
    const double **p;
    int64_t kept = 0;

    if (m < 1 || n < 0 || !all_finite(reference, m) || !all_finite(points, n * m))
        return HONE_EINVAL;
    p = malloc(sizeof *p * (size_t)(n > 0 ? n : 1));
    if (p == NULL)
        return HONE_ENOMEM;
    for (int64_t i = 0; i < n; i++) {
        if (improves(points + i * m, reference, m))
            p[kept++] = points + i * m;
    }
    if (m == 1) {
        *out = 0.0;
        for (int64_t i = 0; i < kept; i++)
            *out = fmax(*out, reference[0] - p[i][0]);
    } else {
        kept = m > 3 ? keep_front(p, kept, m) : kept;
        *out = volume(reference, p, kept, m);
    }
    free(p);
    return isnan(*out) ? HONE_ENOMEM : HONE_OK;
}
