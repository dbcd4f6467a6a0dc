/* estimator.c - a mixture of products of kernels, kept as columns.
 *
 * Every trial of the estimator gives one component: the product over the dimensions of a kernel
 * around its value.  One more component, the prior, is the kernel around the middle with the
 * deviation 1; of choices it is uniform.
 *
 * Numbers: the deviation is the larger distance to the two neighbours in that dimension, the
 * first and the last having one (a single kernel: the bounds of [0, 1]), but at least
 * 1 / min(100, n + 2) and at most 1.  Choices: (1 + r) / (1 + C r) for the own one, r / (1 + C r)
 * for each other, r = 1 / (n + 1), C choices.  Weights: 1, but beyond 25 components they rise
 * linearly with age from 1/n for the oldest to 1 for the 25 newest; the prior has 1.  These are
 * the rules of Optuna 5 (optuna/samplers/_tpe/parzen_estimator.py).
 *
 * Source: Bergstra, Bardenet, Bengio, Kegl, "Algorithms for Hyper-Parameter Optimization", NIPS
 *         2011, section 4; Watanabe, "Tree-Structured Parzen Estimator: Understanding Its
 *         Algorithm Components and Their Roles", arXiv 2304.11127, 2023.
 *
 * A kernel is put into a slot; its neighbours in each dimension, found by bisection, are the
 * only ones whose deviations change.  Kernels lie in blocks of LANES slots, so that a density
 * is one pass over contiguous numbers with the same operations in every lane, which compilers
 * turn into vector instructions without changing a bit.  Which slot a kernel gets follows from
 * the order of insertions and removals alone, and removing in reverse what was inserted
 * restores every bit. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tpe.h"

static const double INVERSE_ROOT_2 = 0.70710678118654752440;
static const double LOG_ROOT_2PI = 0.91893853320467274178;
enum { FLAT = 25 };              /* newest components of full weight */
static const double VOID = -1e9; /* log density of an empty slot */

/* ---- slots ---- */

/* Room for `n` more elements of `size` bytes after `old`, those set to 0. */
static int grow(void *array, int64_t old, int64_t n, size_t size)
{
    char *now, *held;

    memcpy(&held, array, sizeof held);
    if (!(now = realloc(held, (size_t)(old + n) * size + 1)))
        return 0;
    memset(now + (size_t)old * size, 0, (size_t)n * size);
    memcpy(array, &now, sizeof now);
    return 1;
}

static int32_t reserve(estimator *e, int64_t slots)
{
    const int64_t old = e->room, d = e->d;
    int64_t more = old > 0 ? old : 4 * LANES;

    if (slots <= old)
        return HONE_OK;
    if (!grow(&e->id, old, more, sizeof *e->id) || !grow(&e->age, old, more, sizeof *e->age) ||
        !grow(&e->empty, old, more, sizeof *e->empty) ||
        !grow(&e->kernels, old * 2 * d, more * 2 * d, sizeof *e->kernels) ||
        !grow(&e->table, old * e->table_rows, more * e->table_rows, sizeof *e->table) ||
        !grow(&e->gap, old * d, more * d, sizeof *e->gap) ||
        !grow(&e->norm, old * d, more * d, sizeof *e->norm) ||
        !grow(&e->fixed, old, more, sizeof *e->fixed) ||
        !grow(&e->weight, old, more, sizeof *e->weight) || !grow(&e->stale, old, more, 1))
        return HONE_ENOMEM;
    for (int64_t j = 0; j < d; j++)
        if (!grow(&e->order[j], old, more, sizeof *e->order[j]))
            return HONE_ENOMEM;
    for (int64_t i = old; i < old + more; i++) {
        e->id[i] = -1;
        e->fixed[i] = VOID;
    }
    e->room = old + more;
    return HONE_OK;
}

int32_t estimator_init(estimator *e, int64_t d, const dimension *dims)
{
    *e = (estimator){.d = d, .dims = dims};
    e->table_at = calloc((size_t)d + 1, sizeof *e->table_at);
    e->order = calloc((size_t)d + 1, sizeof *e->order);
    if (!e->table_at || !e->order)
        return HONE_ENOMEM;
    for (int64_t j = 0; j < d; j++) {
        e->table_at[j] = e->table_rows;
        e->table_rows += dims[j].tabled;
    }
    if (reserve(e, 1) < 0)
        return HONE_ENOMEM;
    for (int64_t j = 0; j < d; j++) {
        *estimator_centre(e, 0, j) = dims[j].kind == CHOICE ? -1 : 0.5;
        e->gap[j] = 1;
    }
    e->stale[0] = 1;
    e->used = 1;
    return HONE_OK;
}

void estimator_free(estimator *e)
{
    for (int64_t j = 0; e->order && j < e->d; j++)
        free(e->order[j]);
    free(e->order);
    free(e->table_at);
    free(e->id);
    free(e->age);
    free(e->empty);
    free(e->kernels);
    free(e->table);
    free(e->gap);
    free(e->norm);
    free(e->fixed);
    free(e->weight);
    free(e->stale);
    free(e->scratch);
    memset(e, 0, sizeof *e);
}

/* ---- insert and remove ---- */

/* The first place in dimension j whose value is not below v; after: above v. */
static int64_t place(const estimator *e, int64_t n, int64_t j, double v, int after)
{
    int64_t low = 0, high = n;

    while (low < high) {
        const int64_t middle = (low + high) / 2;
        const double at = *estimator_centre(e, e->order[j][middle], j);

        if (after ? at <= v : at < v)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The distance of place k to its neighbours, of n. */
static void measure(estimator *e, int64_t n, int64_t j, int64_t k)
{
    const int32_t *order = e->order[j];
    double gap;

    if (k < 0 || k >= n)
        return;
    const double at = *estimator_centre(e, order[k], j);
    if (n == 1)
        gap = fmax(at, 1 - at);
    else if (k == 0)
        gap = *estimator_centre(e, order[1], j) - at;
    else if (k == n - 1)
        gap = at - *estimator_centre(e, order[k - 1], j);
    else
        gap = fmax(at - *estimator_centre(e, order[k - 1], j), *estimator_centre(e, order[k + 1], j) - at);
    if (gap != e->gap[order[k] * e->d + j]) {
        e->gap[order[k] * e->d + j] = gap;
        *estimator_factor(e, order[k], j) = 0; /* to be found when settling */
        e->stale[order[k]] = 1;
    }
}

/* The place of an id among those in increasing order. */
static int64_t place_by_age(const estimator *e, int64_t id)
{
    int64_t low = 0, high = e->n;

    while (low < high) {
        const int64_t middle = (low + high) / 2;

        if (e->id[e->age[middle]] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int32_t estimator_add(estimator *e, int64_t id, const double *x)
{
    if (e->n_empty == 0 && reserve(e, e->used + 1) < 0)
        return HONE_ENOMEM;
    const int32_t slot = e->n_empty > 0 ? e->empty[--e->n_empty] : (int32_t)e->used++;
    const int64_t at = place_by_age(e, id);

    memmove(e->age + at + 1, e->age + at, (size_t)(e->n - at) * sizeof *e->age);
    e->age[at] = slot;
    e->id[slot] = id;
    e->stale[slot] = 1;
    for (int64_t j = 0; j < e->d; j++) {
        const double v = dimension_value(&e->dims[j], x);
        int32_t *order = e->order[j];

        *estimator_centre(e, slot, j) = v;
        *estimator_factor(e, slot, j) = 0;
        e->gap[slot * e->d + j] = -1;
        if (e->dims[j].kind == CHOICE)
            continue;
        const int64_t k = place(e, e->n, j, v, 1);
        memmove(order + k + 1, order + k, (size_t)(e->n - k) * sizeof *order);
        order[k] = slot;
        measure(e, e->n + 1, j, k - 1);
        measure(e, e->n + 1, j, k);
        measure(e, e->n + 1, j, k + 1);
    }
    e->n++;
    return HONE_OK;
}

void estimator_remove(estimator *e, int64_t id)
{
    const int64_t at = place_by_age(e, id);

    if (at == e->n || e->id[e->age[at]] != id)
        return;
    const int32_t slot = e->age[at];
    memmove(e->age + at, e->age + at + 1, (size_t)(e->n - at - 1) * sizeof *e->age);
    for (int64_t j = 0; j < e->d; j++) {
        int32_t *order = e->order[j];

        if (e->dims[j].kind == CHOICE)
            continue;
        int64_t k = place(e, e->n, j, *estimator_centre(e, slot, j), 0);
        while (order[k] != slot)
            k++;
        memmove(order + k, order + k + 1, (size_t)(e->n - k - 1) * sizeof *order);
        measure(e, e->n - 1, j, k - 1);
        measure(e, e->n - 1, j, k);
    }
    e->n--;
    e->id[slot] = -1;
    e->weight[slot] = 0;
    e->fixed[slot] = VOID;
    e->stale[slot] = 0;
    e->empty[e->n_empty++] = slot;
}

/* ---- settle ---- */

/* Deviation, normalisation and table of one kernel in one dimension. */
static void shape(estimator *e, int64_t slot, int64_t j)
{
    const dimension *d = &e->dims[j];
    const double s = fmin(fmax(e->gap[slot * e->d + j], e->least), 1);
    const double at = *estimator_centre(e, slot, j), whole = log_mass(-at / s, (1 - at) / s);

    *estimator_factor(e, slot, j) = INVERSE_ROOT_2 / s;
    e->norm[slot * e->d + j] = -log(s) - LOG_ROOT_2PI - whole;
    for (int64_t k = 0; k < d->tabled; k++) {
        double from, to;

        dimension_cell(d, k, &from, &to);
        *estimator_mass(e, slot, e->table_at[j] + k) = log_mass((from - at) / s, (to - at) / s) - whole;
    }
}

static void weigh(estimator *e)
{
    const double n = (double)e->n;
    const int64_t ramp = e->n < FLAT ? 0 : e->n - FLAT;

    e->weight[0] = 1;
    e->total = 1;
    for (int64_t i = 0; i < e->n; i++) {
        double w = 1;

        if (i < ramp)
            w = ramp > 1 ? 1 / n + (1 - 1 / n) * (double)i / (double)(ramp - 1) : 1 / n;
        e->weight[e->age[i]] = w;
        e->total += w;
    }
}

void estimator_settle(estimator *e)
{
    const double least = 1 / fmin(100, (double)e->n + 2), moved = fmax(least, e->least);
    const int all = least != e->least;

    e->least = least;
    for (int64_t slot = 0; slot < e->used; slot++) {
        if (!(e->stale[slot] || all) || (slot > 0 && e->id[slot] < 0))
            continue;
        double sum = 0;
        for (int64_t j = 0; j < e->d; j++) {
            if (e->dims[j].kind == CHOICE)
                continue;
            if (*estimator_factor(e, slot, j) == 0 || (all && e->gap[slot * e->d + j] < moved))
                shape(e, slot, j);
            if (e->dims[j].tabled == 0)
                sum += e->norm[slot * e->d + j];
        }
        e->fixed[slot] = sum;
        e->stale[slot] = 0;
    }
    weigh(e);
}
