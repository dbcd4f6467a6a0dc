/* stat_attainment.c - what k of r runs attain, for two objectives.
 *
 * Source: Fonseca, Fleming, "On the Performance Assessment and Comparison of Stochastic
 *         Multiobjective Optimizers", PPSN IV (1996); computed by a sweep over the first
 *         objective: at each place the second one of the surface is the k-th smallest of the
 *         runs' least values so far (Fonseca, Guerreiro, Lopez-Ibanez, Paquete, EMO 2011). */
#include <math.h>
#include <stdlib.h>

#include "hone_plugin.h"
#include "statistics.h"

typedef struct attained {
    double first, second;
    int64_t run;
} attained;

static int by_first(const void *a, const void *b)
{
    const attained *u = a, *v = b;

    return (u->first > v->first) - (u->first < v->first);
}

/* Lowers best[] (in no order of its own) of a run; sorted[] holds the same values increasing. */
static void lower(double *best, double *sorted, int64_t runs, int64_t run, double value)
{
    int64_t at = 0;

    if (value >= best[run])
        return;
    while (at < runs - 1 && sorted[at] != best[run])
        at++;
    for (; at > 0 && sorted[at - 1] > value; at--)
        sorted[at] = sorted[at - 1];
    sorted[at] = value;
    best[run] = value;
}

static int64_t sweep(const attained *list, int64_t n, int64_t runs, int64_t k, double *best,
                     double *sorted, double *surface)
{
    double reached = INFINITY;
    int64_t corners = 0;

    for (int64_t i = 0; i < runs; i++)
        best[i] = sorted[i] = INFINITY;
    for (int64_t i = 0; i < n; i++) {
        lower(best, sorted, runs, list[i].run, list[i].second);
        if (i + 1 < n && list[i + 1].first == list[i].first)
            continue;
        if (sorted[k - 1] < reached) {
            reached = sorted[k - 1];
            surface[2 * corners] = list[i].first;
            surface[2 * corners + 1] = reached;
            corners++;
        }
    }
    return corners;
}

int64_t stat_attainment(const double *points, const int64_t *run, int64_t n, int64_t runs,
                        int64_t k, double *surface)
{
    attained *list;
    double *best;
    int64_t corners = HONE_ENOMEM;

    if (n < 0 || runs < 1 || k < 1 || k > runs)
        return HONE_EINVAL;
    for (int64_t i = 0; i < n; i++)
        if (isnan(points[2 * i]) || isnan(points[2 * i + 1]) || run[i] < 0 || run[i] >= runs)
            return HONE_EINVAL;
    list = malloc(sizeof *list * (size_t)(n > 0 ? n : 1));
    best = malloc(sizeof *best * 2 * (size_t)runs);
    if (list != NULL && best != NULL) {
        for (int64_t i = 0; i < n; i++)
            list[i] = (attained){points[2 * i], points[2 * i + 1], run[i]};
        qsort(list, (size_t)n, sizeof *list, by_first);
        corners = sweep(list, n, runs, k, best, best + runs, surface);
    }
    free(list);
    free(best);
    return corners;
}
