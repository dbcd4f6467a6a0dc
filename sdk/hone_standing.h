/* hone_standing.h - which of two trials with one objective is the better one.
 *
 * Feasible ones by value; then infeasible ones by the sum of what they exceed constraints by, an
 * unknown constraint as infinity; then pruned ones by their last intermediate value; then failed
 * ones, which are all alike.  Header only, C99 and C++11. */
#ifndef HONE_STANDING_H
#define HONE_STANDING_H

#include <math.h>

#include "hone_plugin.h"

enum { HONE_FEASIBLE, HONE_INFEASIBLE, HONE_STOPPED, HONE_FAILURE };

typedef struct hone_standing {
    int32_t rank, pad;
    double key; /* smaller is better, among equals of rank; never NaN */
} hone_standing;

static inline hone_standing hone_standing_of(const hone_host *host, const hone_trials *t,
                                             int64_t row)
{
    hone_standing s = {HONE_FAILURE, 0, 0.0};
    double over = 0.0;
    int64_t k;

    if (t->state[row] == HONE_PRUNED) {
        const int64_t *step;
        const double *value;
        const int64_t n = host->reports(host, t->number[row], &step, &value);

        s.rank = HONE_STOPPED;
        s.key = n > 0 && !isnan(value[n - 1]) ? value[n - 1] : INFINITY;
    } else if (t->state[row] == HONE_COMPLETE) {
        for (k = 0; t->c && k < t->n_constraints; k++) {
            const double c = t->c[row * t->ldc + k];

            over += isnan(c) ? INFINITY : fmax(c, 0.0);
        }
        s.rank = over > 0.0 ? HONE_INFEASIBLE : HONE_FEASIBLE;
        s.key = over > 0.0 ? over : t->y[row * t->ldy];
    }
    return s;
}

/* < 0: a is the better one; 0: neither is. */
static inline int hone_standing_compare(const hone_standing *a, const hone_standing *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return (a->key > b->key) - (a->key < b->key);
}

#endif
