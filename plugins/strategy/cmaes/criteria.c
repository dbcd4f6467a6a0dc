/* criteria.c - the usual criteria to end a run of CMA-ES.
 *
 * Sources: Hansen, arXiv:1604.00772, section B.3, and "Benchmarking a BI-population CMA-ES on
 * the BBOB-2009 function testbed", GECCO 2009, section 2.2 (the longest run).
 *
 * Departures: stagnation is looked for every 20 generations, which saves sorting; a run also
 * ends after three generations without any value (every member failed), to try elsewhere.  The
 * criterion of tutorial and code against a diverging step size is not needed: the step size is
 * bounded by the cube. */
#include "criteria.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_EVERY = 20, LONGEST_MEMORY = 20000, MOST_BARREN = 3 };
static const double MOST_CONDITION = 1e14;

void criteria_begin(criteria *c)
{
    c->n = 0;
    c->barren = 0;
}

void criteria_free(criteria *c)
{
    free(c->best);
    free(c->median);
    free(c->scratch);
    c->best = c->median = c->scratch = NULL;
    c->n = c->room = 0;
}

static int grow(double **p, int64_t room)
{
    double *more = realloc(*p, (size_t)room * sizeof *more);

    if (more)
        *p = more;
    return more ? 0 : -1;
}

static int remember(criteria *c, double best, double median)
{
    if (c->n == c->room) {
        const int64_t room = c->room ? 2 * c->room : 256;

        if (grow(&c->best, room) < 0 || grow(&c->median, room) < 0 || grow(&c->scratch, room) < 0)
            return -1;
        c->room = room;
    }
    c->best[c->n] = best;
    c->median[c->n++] = median;
    return 0;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median_of(criteria *c, const double *x, int64_t n)
{
    memcpy(c->scratch, x, (size_t)n * sizeof *x);
    qsort(c->scratch, (size_t)n, sizeof *x, by_value);
    return c->scratch[n / 2];
}

/* Have the last 30 % of the generations looked at been no better than the first? */
static int stagnant(criteria *c, const evolution *e)
{
    const int64_t least = 120 + 30 * e->n / e->lambda;
    int64_t n = c->n / 5 > least ? c->n / 5 : least;

    n = n > LONGEST_MEMORY ? LONGEST_MEMORY : n;
    if (c->n < n || c->n % LOOK_EVERY != 0)
        return 0;
    const int64_t part = 3 * n / 10, first = c->n - n, last = c->n - part;

    return median_of(c, c->best + last, part) >= median_of(c, c->best + first, part) &&
           median_of(c, c->median + last, part) >= median_of(c, c->median + first, part);
}

static int flat(const criteria *c, const evolution *e, const double *y, int64_t n_values)
{
    const int64_t n = 10 + (30 * e->n + e->lambda - 1) / e->lambda;
    double low = y[0], high = y[n_values - 1];

    if (c->n < n)
        return 0;
    for (int64_t g = c->n - n; g < c->n; g++) {
        low = fmin(low, c->best[g]);
        high = fmax(high, c->best[g]);
    }
    return high - low <= c->tolfun;
}

static int narrow(const criteria *c, const evolution *e)
{
    const double most = c->tolx * e->sigma0;

    for (int64_t i = 0; i < e->n; i++)
        if (evolution_deviation(e, i) > most || e->sigma * fabs(e->p_c[i]) > most)
            return 0;
    return 1;
}

/* A fifth of a deviation along a coordinate, or a tenth along an axis, changes nothing. */
static int without_effect(const evolution *e)
{
    const int64_t axis = e->generation % e->n;
    const double step = 0.1 * e->sigma * e->d[axis];
    int moved = 0;

    for (int64_t i = 0; i < e->n; i++)
        if (e->mean[i] + 0.2 * evolution_deviation(e, i) == e->mean[i])
            return 1;
    for (int64_t i = 0; i < e->n && !moved; i++)
        moved = e->mean[i] + step * e->E[axis * e->n + i] != e->mean[i];
    return !moved;
}

static const char *met(criteria *c, const evolution *e, const double *y, int64_t n_values)
{
    const double n = (double)e->n, ratio = e->d[e->n - 1] / e->d[0];

    if (narrow(c, e))
        return "tolx";
    if (flat(c, e, y, n_values))
        return "tolfun";
    if (ratio * ratio > MOST_CONDITION)
        return "condition";
    if (without_effect(e))
        return "no effect";
    if (stagnant(c, e))
        return "stagnation";
    if ((double)e->generation > 100.0 + 50.0 * (n + 3.0) * (n + 3.0) / sqrt((double)e->lambda))
        return "length";
    return NULL;
}

int criteria_look(criteria *c, const evolution *e, const double *y, int64_t n_values, int updated,
                  const char **why)
{
    *why = NULL;
    c->barren = n_values > 0 ? 0 : c->barren + 1;
    if (!updated) {
        *why = "condition";
    } else if (c->barren >= MOST_BARREN) {
        *why = "no values";
    } else if (n_values > 0) {
        if (remember(c, y[0], y[n_values / 2]) < 0)
            return -1;
        *why = met(c, e, y, n_values);
    }
    return 0;
}
