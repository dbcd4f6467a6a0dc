/* hone_rungs.h - for pruners: asynchronous successive halving without resuming.
 *
 * A trial that reaches step r eta^(s + k) enters rung k with the value it has there, and goes on
 * if it is among the best 1/eta of all that entered so far.
 *
 *     hone_rungs h = {r, eta, s, bootstrap};                       the rest zero
 *     hone_rungs_observe(&h, curve, step, value, &stop)            0: no memory
 *     hone_rungs_free(&h);
 *
 * curve->rung counts the rungs that the trial entered.  The first eta - 1 trials of a rung go on
 * if they are the best so far, as in Optuna's SuccessiveHalvingPruner.  Header only. */
#ifndef HONE_RUNGS_H
#define HONE_RUNGS_H

#include "hone_curves.h"

typedef struct hone_rungs {
    int64_t least, eta, skipped, bootstrap; /* r, eta, s; trials that a rung stops in any case */
    hone_level *rungs;                      /* [n] values that entered */
    int64_t n, room;
} hone_rungs;

/* The step of rung k; INT64_MAX beyond all steps. */
static inline int64_t hone_rungs_step(const hone_rungs *h, int64_t k)
{
    int64_t step = h->least, i;

    for (i = 0; i < h->skipped + k; i++) {
        if (step > INT64_MAX / h->eta)
            return INT64_MAX;
        step *= h->eta;
    }
    return step;
}

/* The values of rung k, NULL: no memory. */
static inline hone_level *hone_rungs_at(hone_rungs *h, int64_t k)
{
    const hone_level empty = {0, 0, 0, NULL};
    void *moved;

    while (h->n <= k) {
        if (!(moved = hone_curves_grow(h->rungs, &h->room, h->n + 1, sizeof *h->rungs)))
            return NULL;
        h->rungs = (hone_level *)moved;
        h->rungs[h->n] = empty;
        h->rungs[h->n].step = hone_rungs_step(h, h->n);
        h->n++;
    }
    return &h->rungs[k];
}

static inline int hone_rungs_observe(hone_rungs *h, hone_curve *t, int64_t step, double value,
                                     int32_t *stop)
{
    for (*stop = 0; !*stop; t->rung++) {
        hone_level *l = hone_rungs_at(h, t->rung);
        int64_t last;

        if (!l)
            return 0;
        if (step < l->step)
            return 1;
        if (!hone_level_insert(l, value))
            return 0;
        last = l->n / h->eta > 0 ? l->n / h->eta - 1 : 0;
        *stop = l->n <= h->bootstrap || value > l->value[last];
    }
    return 1;
}

static inline void hone_rungs_free(hone_rungs *h)
{
    int64_t k;

    for (k = 0; k < h->n; k++)
        free(h->rungs[k].value);
    free(h->rungs);
}

#endif
