/* child.c - mutation and binomial crossover, parameter by parameter.
 *
 * Numbers: as published; what leaves [0, 1] is put halfway between the bound and the target (JADE).
 * A whole number gets a uniform part of its cell before it is rounded, so that it is rounded up
 * with the probability of what is left over and the difference of close values is not lost.
 * A choice: the weights that the same formula gives the columns, negative ones cut off, are
 * probabilities.  Parameters that are inactive in one of the parents count as equal there, and
 * are drawn where the target has none. */
#include <math.h>

#include "de.h"

static double bounded(double v, double from)
{
    return v < 0.0 ? 0.5 * from : v > 1.0 ? 0.5 * (1.0 + from) : v;
}

/* Column c of row `row`, NaN without such a row. */
static double column(const hone_trials *t, int64_t row, int64_t c)
{
    return row < 0 ? NAN : t->x[row * t->ldx + c];
}

/* The mutant's value of a column in which the target has `from`. */
static double mutant(const hone_trials *t, const recipe *r, int64_t c, double from)
{
    const double toward = column(t, r->toward, c);
    const double difference = column(t, r->plus, c) - column(t, r->minus, c);

    return from + (isnan(toward) ? 0.0 : r->pull * (toward - from)) +
           (isnan(difference) ? 0.0 : r->f * difference);
}

/* x[0 .. n) := the choice drawn by the mutant's weights. */
static void choose(const hone_trials *t, const recipe *r, int64_t c, int64_t n, double u,
                   double *x)
{
    double sum = 0.0;
    int64_t k = 0;

    for (int64_t j = 0; j < n; j++)
        sum += fmax(mutant(t, r, c + j, t->x[r->target * t->ldx + c + j]), 0.0);
    u *= sum;
    for (; k < n - 1; k++) {
        u -= fmax(mutant(t, r, c + k, t->x[r->target * t->ldx + c + k]), 0.0);
        if (u < 0.0)
            break;
    }
    hone_choose(n, k, x);
}

/* One parameter, the first column of which is c.  u: two numbers. */
static void mutate(const hone_space *space, const hone_trials *t, const recipe *r, int64_t c,
                   int64_t n, const double *u, double *x)
{
    const double from = t->x[r->target * t->ldx + c];
    const double cell = space->col_levels[c] > 0 ? 1.0 / (double)space->col_levels[c] : 0.0;

    if (isnan(from)) {
        for (int64_t j = 0; j < n; j++)
            x[j] = n == 1 ? u[0] : (double)(j == (int64_t)(u[0] * (double)n));
        return;
    }
    if (space->col_choice[c] >= 0)
        choose(t, r, c, n, u[0], x);
    else
        x[0] = bounded(mutant(t, r, c, from) + (u[0] - 0.5) * cell, from);
}

void child_make(const hone_space *space, int64_t d, const hone_trials *t, const recipe *r,
                const double *u, double *x)
{
    const int64_t forced = (int64_t)(*u++ * (double)d);
    int64_t i = 0;

    for (int64_t c = 0; c < space->n_cols; i++, u += CHILD_NUMBERS_PARAMETER) {
        const int64_t n = hone_columns(space, c);
        const double *from = t->x + r->target * t->ldx + c;

        if (u[0] < r->cr || i == forced || isnan(*from))
            mutate(space, t, r, c, n, u + 1, x + c);
        else
            for (int64_t j = 0; j < n; j++)
                x[c + j] = from[j];
        c += n;
    }
}
