/* region.c - what the table says of a trust region.
 *
 * Trials count in the order in which they finished.  After the initial ones each is a success, if
 * it is better than the best by more than a thousandth of its size, or a failure; a number of
 * successes in a row doubles the length, a number of failures halves it, and below the shortest
 * length the region begins anew somewhere else.  Trials that were under way when it did, with
 * numbers below one that had finished, count no more. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "turbo.h"

static const double PROGRESS = 1e-3; /* of the best value's size: Eriksson et al.'s code */

void region_begin(region *r, const rules *u, int64_t first)
{
    r->first = first;
    r->length = u->start;
    r->successes = r->failures = 0;
    r->n = 0;
    r->best = -1;
    r->best_value = r->best_violation = INFINITY;
}

double region_violation(const hone_trials *t, int64_t row)
{
    double sum = t->state[row] == HONE_COMPLETE ? 0.0 : INFINITY;

    for (int64_t k = 0; k < t->n_constraints; k++) {
        const double c = t->c ? t->c[row * t->ldc + k] : NAN;

        sum += isnan(c) ? INFINITY : fmax(c, 0.0);
    }
    return sum;
}

/* Less violation, and then a better value by more than the noise of rounding. */
static int succeeds(const region *r, double violation, double value)
{
    if (violation != r->best_violation)
        return violation < r->best_violation;
    return value < r->best_value - PROGRESS * fabs(r->best_value);
}

static void keep_best(region *r, int64_t row, double violation, double value)
{
    if (r->best < 0 || violation < r->best_violation ||
        (violation == r->best_violation && value < r->best_value)) {
        r->best = row;
        r->best_violation = violation;
        r->best_value = value;
    }
}

static void resize(region *r, const rules *u, int success)
{
    r->successes = success ? r->successes + 1 : 0;
    r->failures = success ? 0 : r->failures + 1;
    if (r->successes == u->success) {
        r->length = fmin(2.0 * r->length, u->longest);
        r->successes = 0;
    } else if (r->failures == u->failure) {
        r->length *= 0.5;
        r->failures = 0;
    }
}

int32_t region_add(region *r, const rules *u, const hone_trials *t, int64_t row)
{
    const int64_t number = t->number[row];
    const int complete = t->state[row] == HONE_COMPLETE;
    const double violation = region_violation(t, row);
    const double value = complete ? t->y[row * t->ldy] : INFINITY;

    r->last = number > r->last ? number : r->last;
    if (number < r->first)
        return HONE_OK;
    if (r->n == r->room) {
        const int64_t room = 2 * r->room + 64;
        int64_t *more = realloc(r->row, (size_t)room * sizeof *more);

        if (!more)
            return HONE_ENOMEM;
        r->row = more;
        r->room = room;
    }
    if (r->n >= u->initial)
        resize(r, u, complete && succeeds(r, violation, value));
    r->row[r->n++] = row;
    if (complete)
        keep_best(r, row, violation, value);
    if (r->length < u->shortest) {
        r->epoch++;
        region_begin(r, u, r->last + 1);
    }
    return HONE_OK;
}

void region_free(region *r)
{
    free(r->row);
    memset(r, 0, sizeof *r);
}
