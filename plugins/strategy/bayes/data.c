/* data.c - a table of trials to the rows that a model is fitted to.
 *
 * All finished trials count, in the order in which they finished, so a longer table only
 * appends.  A failed trial has no value but says "not here": it is learnt as the worst value of
 * the complete ones.  A pruned one was stopped because it looked worse than what was known: it
 * is learnt as their upper quartile.  model.c puts these stand-ins in, since they belong to
 * the values that a model was fitted to. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bayes.h"

static int32_t reserve(data *d, int64_t n)
{
    if (n <= d->room) {
        return HONE_OK;
    }
    const size_t room = (size_t)(n + n / 2 + 64);
    double *X = realloc(d->X, room * (size_t)d->p * sizeof *X + 1);
    d->X = X ? X : d->X;
    double *values = realloc(d->values, room * sizeof *values);
    d->values = values ? values : d->values;
    double *noise = realloc(d->noise, room * sizeof *noise);
    d->noise = noise ? noise : d->noise;
    int32_t *state = realloc(d->state, room * sizeof *state);
    d->state = state ? state : d->state;
    if (!X || !values || !noise || !state) {
        return HONE_ENOMEM;
    }
    d->room = (int64_t)room;
    return HONE_OK;
}

int32_t data_read(data *d, const hone_trials *t, const columns *c)
{
    d->p = c->p;
    if (reserve(d, t->n_finished) < 0) {
        return HONE_ENOMEM;
    }
    d->n = t->n_finished;
    for (int64_t i = 0; i < d->n; i++) {
        const int64_t r = t->finished[i];
        const int complete = t->state[r] == HONE_COMPLETE;
        memcpy(d->X + i * d->p, t->x + r * t->ldx, (size_t)d->p * sizeof *d->X);
        d->state[i] = t->state[r];
        d->values[i] = complete ? t->y[r * t->ldy] : NAN;
        d->noise[i] = complete && t->yvar ? t->yvar[r * t->ldv] : NAN;
    }
    columns_fill(c, d->n, d->X, d->p);
    return HONE_OK;
}

void data_free(data *d)
{
    free(d->X);
    free(d->values);
    free(d->noise);
    free(d->state);
    memset(d, 0, sizeof *d);
}

int64_t data_complete(const data *d, int64_t n)
{
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        count += d->state[i] == HONE_COMPLETE;
    }
    return count;
}
