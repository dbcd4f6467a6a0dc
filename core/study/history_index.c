/* history_index.c - what is found in a history without reading all of it: a complete trial
 * at a given point, and the non-dominated trials.  Both are made when first asked for, and
 * then brought forward by the trials that finished since. */
#include <stdlib.h>
#include <string.h>

#include "history_parts.h"

/* ---- a hash of complete points ---------------------------------------------------- */

static uint64_t hash(const double *x, int32_t n)
{
    uint64_t h = 0x9E3779B97F4A7C15u;

    for (int32_t i = 0; i < n; i++) {
        uint64_t bits;

        memcpy(&bits, &x[i], sizeof bits);
        h = (h ^ bits) * 0xBF58476D1CE4E5B9u;
        h ^= h >> 29;
    }
    h *= 0x94D049BB133111EBu;
    return h ^ (h >> 32);
}

/* The place of a point: where it is, or the empty one where it belongs. */
static uint32_t *place(const history *h, const double *native)
{
    const uint64_t mask = (uint64_t)h->n_found - 1;
    const size_t bytes = (size_t)h->n_params * sizeof *native;

    for (uint64_t at = hash(native, h->n_params) & mask;; at = (at + 1) & mask) {
        const uint32_t row = h->found[at];

        if (row == 0 || memcmp(history_native(h, row - 1), native, bytes) == 0)
            return &h->found[at];
    }
}

static void find_later(history *h)
{
    for (; h->n_found_events < h->n_finished; h->n_found_events++) {
        const int64_t row = finished_row(h, h->n_found_events);
        uint32_t *at;

        if (h->results.state[row] != HONE_COMPLETE)
            continue;
        at = place(h, history_native(h, row));
        if (*at == 0)
            *at = (uint32_t)(row + 1);
    }
}

int64_t history_find(history *h, const double *native)
{
    if (h->n_finished == 0)
        return -1;
    if (h->n_found * 3 < h->n_finished * 4) { /* at most three quarters full */
        int64_t room = 64;
        uint32_t *table;

        while (room * 3 < h->n_finished * 5)
            room *= 2;
        if (!(table = calloc((size_t)room, sizeof *table)))
            return -1; /* the point is evaluated again */
        free(h->found);
        h->found = table;
        h->n_found = room;
        h->n_found_events = 0;
    }
    find_later(h);
    return (int64_t)*place(h, native) - 1;
}

/* ---- the front ----------------------------------------------------------------------- */

/* -1: a dominates b, 1: b dominates a, 0: neither. */
static int compare(const double *a, const double *b, int32_t m)
{
    bool less = false, more = false;

    for (int32_t i = 0; i < m; i++) {
        less = less || a[i] < b[i];
        more = more || a[i] > b[i];
    }
    return less == more ? 0 : less ? -1 : 1;
}

static bool front_add(const history *h, front *f, int64_t row)
{
    const double *y = history_values(h, row);
    int64_t kept = 0;

    /* Dominated by one, it dominates none: nothing has been dropped by then. */
    for (int64_t i = 0; i < f->n; i++) {
        const int order = compare(history_values(h, f->row[i]), y, h->n_objectives);

        if (order < 0)
            return true;
        if (order == 0)
            f->row[kept++] = f->row[i];
    }
    f->n = kept;
    if (!grow(&f->row, &f->room, kept + 1, sizeof *f->row))
        return false;
    f->row[f->n++] = row;
    return true;
}

static int by_row(const void *a, const void *b)
{
    const int64_t i = *(const int64_t *)a, j = *(const int64_t *)b;

    return (i > j) - (i < j);
}

int64_t history_front(const history *h, int64_t **rows)
{
    front *f = h->front;

    *rows = NULL;
    for (; f->n_events < h->n_finished; f->n_events++) {
        const int64_t row = finished_row(h, f->n_events);

        if (history_feasible(h, row) && !front_add(h, f, row))
            return HONE_ENOMEM;
    }
    if (!(*rows = malloc(((size_t)f->n + 1) * sizeof **rows)))
        return HONE_ENOMEM;
    if (f->n > 0)
        memcpy(*rows, f->row, (size_t)f->n * sizeof **rows);
    qsort(*rows, (size_t)f->n, sizeof **rows, by_row);
    return f->n;
}
