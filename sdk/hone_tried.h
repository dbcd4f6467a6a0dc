/* hone_tried.h - which points a table holds: a set of its rows, kept from call to call.
 *
 *     hone_tried s = HONE_TRIED_EMPTY;
 *     hone_tried_read(&s, table, n_cols);            adds the rows that are new
 *     if (hone_tried_has(&s, table, n_cols, x)) ...  x: one row, as host->snap leaves it
 *     hone_tried_free(&s);
 *
 * Rows count whatever their state: a failed or running point was tried too.  The set follows
 * from the table alone, and is made anew if the table is not a longer one of the same rows.
 * It holds 4 to 8 bytes a row.  Header only, C99 and C++11. */
#ifndef HONE_TRIED_H
#define HONE_TRIED_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"

typedef struct hone_tried {
    uint32_t *slot; /* [room] row + 1, 0: empty */
    int64_t room;   /* a power of two, or 0 */
    int64_t n;      /* different points */
    int64_t rows;   /* of the table that were read */
    int64_t last;   /* number of the last of them */
    int64_t anew;   /* how often it was emptied: what was kept beside it is then void */
} hone_tried;
#define HONE_TRIED_EMPTY {NULL, 0, 0, 0, 0, 0}

static inline uint64_t hone_tried_hash(const double *x, int64_t cols)
{
    uint64_t h = 0x9E3779B97F4A7C15u, bits;
    int64_t j;

    for (j = 0; j < cols; j++) {
        memcpy(&bits, &x[j], sizeof bits);
        h = (h ^ bits) * 0xBF58476D1CE4E5B9u;
        h ^= h >> 29;
    }
    h *= 0x94D049BB133111EBu;
    return h ^ h >> 32;
}

/* The slot of a point: where it is, or the empty one where it belongs. */
static inline uint32_t *hone_tried_slot(const hone_tried *s, const hone_trials *t, int64_t cols,
                                        const double *x)
{
    const uint64_t mask = (uint64_t)s->room - 1;
    uint64_t at = hone_tried_hash(x, cols) & mask;

    while (s->slot[at] != 0 && memcmp(t->x + (s->slot[at] - 1) * t->ldx, x,
                                      (size_t)cols * sizeof *x) != 0)
        at = (at + 1) & mask;
    return &s->slot[at];
}

static inline int32_t hone_tried_read(hone_tried *s, const hone_trials *t, int64_t cols)
{
    if (t->n < s->rows || (s->rows > 0 && t->number[s->rows - 1] != s->last)) {
        s->rows = s->n = 0;
        s->anew++;
        memset(s->slot, 0, (size_t)s->room * sizeof *s->slot);
    }
    if (t->n * 4 > s->room * 3 || s->room == 0) { /* at most three quarters full */
        int64_t room = s->room ? s->room : 64;
        uint32_t *slot;

        while (t->n * 4 > room * 3)
            room *= 2;
        if (!(slot = (uint32_t *)calloc((size_t)room, sizeof *slot)))
            return HONE_ENOMEM;
        free(s->slot);
        s->slot = slot;
        s->room = room;
        s->rows = s->n = 0;
    }
    for (; s->rows < t->n; s->rows++) {
        uint32_t *slot = hone_tried_slot(s, t, cols, t->x + s->rows * t->ldx);

        if (*slot == 0) {
            *slot = (uint32_t)(s->rows + 1);
            s->n++;
        }
    }
    s->last = t->n > 0 ? t->number[t->n - 1] : 0;
    return HONE_OK;
}

static inline int hone_tried_has(const hone_tried *s, const hone_trials *t, int64_t cols,
                                 const double *x)
{
    return *hone_tried_slot(s, t, cols, x) != 0;
}

/* Is row i of X one of the rows before it? */
static inline int hone_tried_twice(const double *X, int64_t ldx, int64_t i, int64_t cols)
{
    int64_t k;

    for (k = 0; k < i; k++)
        if (memcmp(X + k * ldx, X + i * ldx, (size_t)cols * sizeof *X) == 0)
            return 1;
    return 0;
}

static inline void hone_tried_free(hone_tried *s)
{
    free(s->slot);
    s->slot = NULL;
    s->room = s->n = s->rows = 0;
}

#endif
