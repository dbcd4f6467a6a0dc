/* stat_front.c - several objectives: fronts and the distance to a known one.
 *
 * Sources: Zhang, Tian, Cheng, Jin, "An Efficient Approach to Nondominated Sorting for
 *          Evolutionary Multiobjective Optimization", IEEE TEVC 19 (2015) (ENS with sequential
 *          search); Ishibuchi, Masuda, Tanigaki, Nojima, "Modified Distance Calculation in
 *          Generational Distance and Inverted Generational Distance", EMO 2015 (IGD+). */
#include <math.h>
#include <stdlib.h>

#include "hone_plugin.h"
#include "statistics.h"

typedef struct row {
    const double *y;
    int64_t m, index;
} row;

/* By the first objective, then the next, ...: a point comes after all that dominate it. */
static int lexicographic(const void *a, const void *b)
{
    const row *u = a, *v = b;

    for (int64_t j = 0; j < u->m; j++)
        if (u->y[j] != v->y[j])
            return u->y[j] < v->y[j] ? -1 : 1;
    return (u->index > v->index) - (u->index < v->index);
}

static bool dominates(const double *a, const double *b, int64_t m)
{
    bool better = false;

    for (int64_t j = 0; j < m; j++) {
        if (a[j] > b[j])
            return false;
        better = better || a[j] < b[j];
    }
    return better;
}

/* Fronts as lists: head[f] is the newest member of front f, next[i] the one before i; the
 * newest ones are the likeliest to dominate a point that comes later. */
static int64_t find_front(const row *rows, int64_t i, const int64_t *head, const int64_t *next,
                          int64_t n_fronts)
{
    for (int64_t f = 0; f < n_fronts; f++) {
        int64_t j = head[f];

        while (j >= 0 && !dominates(rows[j].y, rows[i].y, rows[i].m))
            j = next[j];
        if (j < 0)
            return f;
    }
    return n_fronts;
}

int32_t stat_front_ranks(const double *points, int64_t n, int64_t m, int64_t *rank)
{
    const size_t room = (size_t)(n > 0 ? n : 1);
    row *rows = malloc(sizeof *rows * room);
    int64_t *head = malloc(sizeof *head * room), *next = malloc(sizeof *next * room);
    int64_t n_fronts = 0;
    int32_t status = rows && head && next ? HONE_OK : HONE_ENOMEM;

    for (int64_t i = 0; status == HONE_OK && i < n * m; i++)
        status = isnan(points[i]) ? HONE_EINVAL : HONE_OK;
    if (status == HONE_OK) {
        for (int64_t i = 0; i < n; i++)
            rows[i] = (row){points + i * m, m, i};
        qsort(rows, (size_t)n, sizeof *rows, lexicographic);
        for (int64_t i = 0; i < n; i++) {
            const int64_t f = find_front(rows, i, head, next, n_fronts);

            next[i] = f < n_fronts ? head[f] : -1;
            head[f] = i;
            n_fronts += f == n_fronts;
            rank[rows[i].index] = f;
        }
    }
    free(rows);
    free(head);
    free(next);
    return status;
}

double stat_igd_plus(const double *points, int64_t n, const double *front, int64_t n_front,
                     int64_t m)
{
    double sum = 0.0;

    if (n_front < 1)
        return NAN;
    for (int64_t r = 0; r < n_front; r++) {
        double nearest = INFINITY;

        for (int64_t i = 0; i < n; i++) {
            double squares = 0.0;

            for (int64_t j = 0; j < m; j++) {
                const double short_by = points[i * m + j] - front[r * m + j];

                squares += short_by > 0.0 ? short_by * short_by : 0.0;
            }
            nearest = fmin(nearest, squares);
        }
        sum += sqrt(nearest);
    }
    return sum / (double)n_front;
}
