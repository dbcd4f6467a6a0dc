/* data.c - a table of trials to the rows that models are fitted to.
 *
 * All finished trials count, in the order in which they finished, so a longer table only
 * appends.  A failed trial has no value but says "not here": it is learnt as the worst value of
 * the complete ones.  A pruned one was stopped because it looked worse than what was known: it
 * is learnt as their upper quartile, as is a constraint that is not known.  model.c puts these
 * stand-ins in, since they belong to the values that a model was fitted to.
 *
 * An exact Gaussian process costs the cube of its rows.  Of tables beyond WHOLE rows a part
 * is taken: of the trials up to the last scheduled size, half of PART_ROWS that are nearest to the
 * best one, a quarter with the best values, and a quarter evenly out of the rest, so that
 * the model is sharp where points are proposed and still knows the rest of the space; and all
 * trials since.  The part follows from the table alone, as all else does. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bayes.h"

enum { WHOLE = 1500, PART_ROWS = 500 };
static const double SECONDS_LEAST = 1e-8;

static int widen(double **array, size_t n)
{
    double *larger = realloc(*array, n * sizeof *larger + 1);
    *array = larger ? larger : *array;
    return larger != NULL;
}

static int32_t reserve(data *d, int64_t n)
{
    if (n <= d->room) {
        return HONE_OK;
    }
    const size_t room = (size_t)(n + n / 2 + 64), outputs = room * (size_t)d->k;
    int32_t *state = realloc(d->state, room * sizeof *state);
    d->state = state ? state : d->state;
    int64_t *row = realloc(d->row, room * sizeof *row);
    d->row = row ? row : d->row;
    if (!state || !row || !widen(&d->X, room * (size_t)d->p) || !widen(&d->values, outputs) ||
        !widen(&d->noise, outputs)) {
        return HONE_ENOMEM;
    }
    d->room = (int64_t)room;
    return HONE_OK;
}

/* Row r of the table becomes row i. */
static void read_row(data *d, const hone_trials *t, int64_t r, int64_t i)
{
    double *value = d->values + i * d->k, *noise = d->noise + i * d->k;
    d->state[i] = t->state[r];
    memcpy(d->X + i * d->p, t->x + r * t->ldx, (size_t)d->p * sizeof *d->X);
    for (int64_t k = 0; k < d->k; k++) {
        value[k] = noise[k] = NAN;
    }
    if (t->state[r] != HONE_COMPLETE) {
        return;
    }
    for (int64_t k = 0; k < d->n_objectives; k++) {
        value[k] = t->y[r * t->ldy + k];
        noise[k] = t->yvar ? t->yvar[r * t->ldv + k] : NAN;
    }
    for (int64_t k = 0; k < d->n_constraints; k++) {
        value[d->n_objectives + k] = t->c ? t->c[r * t->ldc + k] : NAN;
    }
    if (d->costs && t->seconds && t->seconds[r] >= 0.0) {
        value[d->k - 1] = log(fmax(t->seconds[r], SECONDS_LEAST));
    }
}

/* ---- the part of a large table ------------------------------------------------------------*/

typedef struct ranked {
    double first, second; /* smaller is earlier: by first, then by second, then by row */
    int64_t row;
} ranked;

static int by_rank(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->first != y->first) {
        return x->first < y->first ? -1 : 1;
    }
    return x->second != y->second ? (x->second < y->second ? -1 : 1)
                                  : (x->row > y->row) - (x->row < y->row);
}

static double square_distance(const data *d, int64_t a, int64_t b)
{
    double sum = 0.0;
    for (int64_t c = 0; c < d->p; c++) {
        const double u = d->X[a * d->p + c], v = d->X[b * d->p + c];
        sum += isnan(u) || isnan(v) ? isnan(u) != isnan(v) : (u - v) * (u - v);
    }
    return sum;
}

/* Marks the first of the n ranked that are not marked, until `wanted` were. */
static void mark_first(const ranked *r, int64_t n, int64_t wanted, char *marked)
{
    for (int64_t i = 0; i < n && wanted > 0; i++) {
        wanted -= !marked[r[i].row];
        marked[r[i].row] = 1;
    }
}

/* Marks `wanted` of the rows below n that are not marked, evenly. */
static void mark_evenly(int64_t n, int64_t free_rows, int64_t wanted, char *marked)
{
    int64_t seen = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!marked[i]) {
            marked[i] = (seen + 1) * wanted / free_rows > seen * wanted / free_rows;
            seen++;
        }
    }
}

/* Rows of the first n: the part. */
static int32_t take_part(data *d, int64_t n)
{
    ranked *r = malloc((size_t)n * sizeof *r);
    char *marked = calloc((size_t)n, 1);
    if (!r || !marked) {
        free(r);
        free(marked);
        return HONE_ENOMEM;
    }
    for (int64_t i = 0; i < n; i++) {
        const double y = d->values[i * d->k];
        r[i] = (ranked){data_violation(d, i), isnan(y) ? HUGE_VAL : y, i};
    }
    qsort(r, (size_t)n, sizeof *r, by_rank);
    const int64_t centre = r[0].row;
    mark_first(r, n, PART_ROWS / 4, marked);
    for (int64_t i = 0; i < n; i++) {
        r[i] = (ranked){square_distance(d, i, centre), 0.0, i};
    }
    qsort(r, (size_t)n, sizeof *r, by_rank);
    mark_first(r, n, PART_ROWS / 2, marked);
    mark_evenly(n, n - PART_ROWS / 4 - PART_ROWS / 2, PART_ROWS / 4, marked);
    for (int64_t i = 0; i < n; i++) {
        if (marked[i]) {
            d->row[d->n_rows++] = i;
        }
    }
    free(r);
    free(marked);
    return HONE_OK;
}

static int32_t choose_rows(data *d)
{
    const int64_t size = model_size(d->n);
    int32_t status = HONE_OK;
    d->n_rows = 0;
    if (size > WHOLE) {
        status = take_part(d, size);
    } else {
        while (d->n_rows < size) {
            d->row[d->n_rows] = d->n_rows;
            d->n_rows++;
        }
    }
    d->n_fit = d->n_rows;
    for (int64_t i = size; i < d->n; i++) {
        d->row[d->n_rows++] = i;
    }
    return status;
}

/* ---- operations ---------------------------------------------------------------------------*/

int32_t data_read(data *d, const hone_trials *t, const columns *c)
{
    d->p = c->p;
    if (reserve(d, t->n_finished) < 0) {
        return HONE_ENOMEM;
    }
    d->n = t->n_finished;
    for (int64_t i = 0; i < d->n; i++) {
        read_row(d, t, t->finished[i], i);
    }
    columns_fill(c, d->n, d->X, d->p);
    return choose_rows(d);
}

void data_free(data *d)
{
    free(d->X);
    free(d->values);
    free(d->noise);
    free(d->state);
    free(d->row);
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

double data_violation(const data *d, int64_t i)
{
    double sum = d->state[i] == HONE_COMPLETE ? 0.0 : HUGE_VAL;
    for (int64_t k = 0; k < d->n_constraints; k++) {
        const double c = d->values[i * d->k + d->n_objectives + k];
        sum += isnan(c) ? HUGE_VAL : fmax(c, 0.0);
    }
    return sum;
}

double data_step(const data *d, double *best)
{
    double next = HUGE_VAL;
    int64_t first = -1, ties = 0;
    *best = HUGE_VAL;
    for (int64_t i = 0; i < d->n && d->n_objectives == 1; i++) {
        const double y = d->values[i * d->k];
        if (data_violation(d, i) > 0.0 || isnan(y)) {
            continue;
        }
        if (y < *best) {
            next = *best;
            *best = y;
            first = i;
            ties = 0;
        } else if (y == *best) {
            ties += square_distance(d, i, first) > 0.0;
        } else {
            next = fmin(next, y);
        }
    }
    return ties > 0 && next < HUGE_VAL ? next - *best : 0.0;
}
