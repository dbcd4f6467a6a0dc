/* hone_curves.h - for pruners: the intermediate values of trials that run, and what complete
 * trials had at each step.
 *
 *     hone_curves c = HONE_CURVES_EMPTY;
 *     hone_curve *t = hone_curves_note(&c, number, step, value);   in observe; NULL: no memory
 *     if (hone_curve_due(t, warmup, interval)) ...                 a comparison is due
 *     hone_curves_percentile(&c, step, 50, min_trials)             NaN: too few trials
 *     hone_curves_finish(&c, number, state)                        in finish
 *     hone_curves_free(&c);
 *
 * Values are minimised and finite, steps of a trial increase.  A note costs O(1) and a look at
 * the running trials; a complete trial is inserted in O(log n) comparisons a step.  Header only,
 * C99 and C++11. */
#ifndef HONE_CURVES_H
#define HONE_CURVES_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"

typedef struct hone_curve { /* a trial that has not finished */
    int64_t number, n, room;
    int64_t *step;          /* [n] increasing */
    double *value;          /* [n] */
    double best;            /* the least */
    int64_t rung;           /* for the pruner's own use, 0 at first */
} hone_curve;

typedef struct hone_level { /* complete trials at one step */
    int64_t step, n, room;
    double *value;          /* [n] increasing */
} hone_level;

typedef struct hone_curves {
    hone_curve *curves;     /* [n] in no order */
    int64_t n, room;
    hone_level *levels;     /* [n_levels] by step */
    int64_t n_levels, levels_room;
    int64_t complete;       /* complete trials */
    int64_t last_step;      /* the largest last step of a complete trial, -1: none reported */
} hone_curves;
#define HONE_CURVES_EMPTY {NULL, 0, 0, NULL, 0, 0, 0, -1}

/* An array with room for n elements of `size` bytes, moved if need be; NULL: no memory, and
 * the old one stands. */
static inline void *hone_curves_grow(void *array, int64_t *room, int64_t n, size_t size)
{
    const int64_t more = 2 * *room > n ? 2 * *room : n;
    void *moved;

    if (n <= *room)
        return array;
    if ((moved = realloc(array, (size_t)more * size)))
        *room = more;
    return moved;
}

static inline hone_curve *hone_curves_find(const hone_curves *c, int64_t number)
{
    int64_t i;

    for (i = c->n - 1; i >= 0; i--)
        if (c->curves[i].number == number)
            return &c->curves[i];
    return NULL;
}

static inline hone_curve *hone_curves_add(hone_curves *c, int64_t number)
{
    const hone_curve empty = {number, 0, 0, NULL, NULL, INFINITY, 0};
    void *moved = hone_curves_grow(c->curves, &c->room, c->n + 1, sizeof *c->curves);

    if (!moved)
        return NULL;
    c->curves = (hone_curve *)moved;
    c->curves[c->n] = empty;
    return &c->curves[c->n++];
}

/* The trial's curve with one value more; it stays where it is until the next note or finish. */
static inline hone_curve *hone_curves_note(hone_curves *c, int64_t number, int64_t step,
                                           double value)
{
    hone_curve *t = hone_curves_find(c, number);
    int64_t room;
    void *moved;

    if (!t && !(t = hone_curves_add(c, number)))
        return NULL;
    room = t->room;
    if (!(moved = hone_curves_grow(t->step, &room, t->n + 1, sizeof *t->step)))
        return NULL;
    t->step = (int64_t *)moved;
    if (!(moved = hone_curves_grow(t->value, &t->room, t->n + 1, sizeof *t->value)))
        return NULL;
    t->value = (double *)moved;
    t->step[t->n] = step;
    t->value[t->n++] = value;
    t->best = fmin(t->best, value);
    return t;
}

/* Is the last step of t the first that it reports in its interval, counted from warmup? */
static inline int hone_curve_due(const hone_curve *t, int64_t warmup, int64_t interval)
{
    const int64_t step = t->step[t->n - 1];

    return step >= warmup &&
           (t->n == 1 || t->step[t->n - 2] < step - (step - warmup) % interval);
}

/* ---- complete trials ---- */

/* The first level whose step is not below this one. */
static inline int64_t hone_curves_level(const hone_curves *c, int64_t step)
{
    int64_t low = 0, high = c->n_levels;

    while (low < high) {
        const int64_t middle = (low + high) / 2;

        if (c->levels[middle].step < step)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Inserts into values in increasing order; 0: no memory. */
static inline int hone_level_insert(hone_level *l, double value)
{
    void *moved = hone_curves_grow(l->value, &l->room, l->n + 1, sizeof *l->value);
    int64_t low = 0, high = l->n;

    if (!moved)
        return 0;
    l->value = (double *)moved;
    while (low < high) {
        const int64_t middle = (low + high) / 2;

        if (l->value[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(l->value + low + 1, l->value + low, (size_t)(l->n++ - low) * sizeof *l->value);
    l->value[low] = value;
    return 1;
}

static inline int hone_curves_keep(hone_curves *c, int64_t step, double value)
{
    const hone_level empty = {step, 0, 0, NULL};
    const int64_t at = hone_curves_level(c, step);
    void *moved;

    if (at == c->n_levels || c->levels[at].step != step) {
        moved = hone_curves_grow(c->levels, &c->levels_room, c->n_levels + 1, sizeof *c->levels);
        if (!moved)
            return 0;
        c->levels = (hone_level *)moved;
        memmove(c->levels + at + 1, c->levels + at,
                (size_t)(c->n_levels++ - at) * sizeof *c->levels);
        c->levels[at] = empty;
    }
    return hone_level_insert(&c->levels[at], value);
}

/* The percentile of n increasing values, interpolated linearly between order statistics
 * (Hyndman and Fan 1996, type 7), with NumPy's rounding. */
static inline double hone_percentile(const double *value, int64_t n, double percent)
{
    const double at = percent / 100 * (double)(n - 1), below = floor(at), part = at - below;
    const int64_t i = (int64_t)below;
    double gap;

    if (i + 1 >= n)
        return value[n - 1];
    gap = value[i + 1] - value[i];
    return part < 0.5 ? value[i] + gap * part : value[i + 1] - gap * (1 - part);
}

/* Of what complete trials had at this very step; NaN where fewer than `least` have a value. */
static inline double hone_curves_percentile(const hone_curves *c, int64_t step, double percent,
                                            int64_t least)
{
    const int64_t at = hone_curves_level(c, step);
    const hone_level *l = c->levels + at;

    if (at == c->n_levels || l->step != step || l->n < least)
        return NAN;
    return hone_percentile(l->value, l->n, percent);
}

/* The trial is over; a complete one is kept in the levels.  0: no memory for it. */
static inline int hone_curves_finish(hone_curves *c, int64_t number, int32_t state)
{
    hone_curve *t = hone_curves_find(c, number);
    int kept = 1;
    int64_t i;

    c->complete += state == HONE_COMPLETE;
    if (!t)
        return 1;
    for (i = 0; state == HONE_COMPLETE && kept && i < t->n; i++)
        kept = hone_curves_keep(c, t->step[i], t->value[i]);
    if (state == HONE_COMPLETE && t->step[t->n - 1] > c->last_step)
        c->last_step = t->step[t->n - 1];
    free(t->step);
    free(t->value);
    *t = c->curves[--c->n];
    return kept;
}

static inline void hone_curves_free(hone_curves *c)
{
    int64_t i;

    for (i = 0; i < c->n; i++) {
        free(c->curves[i].step);
        free(c->curves[i].value);
    }
    for (i = 0; i < c->n_levels; i++)
        free(c->levels[i].value);
    free(c->curves);
    free(c->levels);
}

#endif
