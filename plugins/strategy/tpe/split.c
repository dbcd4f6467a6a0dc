/* split.c - finished trials by merit: the good ones, and the window of others.
 *
 * Good ("below") are the best ceil(0.1 n) of n ranked trials, at most `most_good`.  Merit goes
 * first to complete trials that meet all constraints, by value; then to pruned ones, by the last
 * step they reported and the value there; then to trials that violate constraints, by the sum of
 * violations.  Failed trials are never good and not counted in n, but are among the others: a
 * place to avoid.  A constraint of unknown value is taken as met.  These are the rules of Optuna
 * 5 (optuna/samplers/_tpe/sampler.py), which leaves failed trials out.
 *
 * Of the others ("above") the newest `most_others` are kept.  A trial that was good and is no
 * longer takes its place by age.
 *
 * One trial at a time in the order of finishing: so the split follows from the table alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tpe.h"

static const double SHARE = 0.1;

int32_t split_init(split *s, const hone_host *host, int64_t most_good, int64_t most_others)
{
    *s = (split){.host = host, .most_good = most_good, .most_others = most_others};
    s->below = malloc((size_t)(most_good + 2) * sizeof *s->below);
    s->above = malloc((size_t)(most_others + 2) * sizeof *s->above);
    return s->below && s->above ? HONE_OK : HONE_ENOMEM;
}

void split_free(split *s)
{
    free(s->merits);
    free(s->below);
    free(s->above);
    memset(s, 0, sizeof *s);
}

static merit merit_of(const split *s, const hone_trials *t, int64_t row)
{
    double violation = 0;

    if (t->state[row] == HONE_FAILED)
        return (merit){.class = LOST};
    for (int64_t k = 0; t->c && k < t->n_constraints; k++)
        if (t->c[row * t->ldc + k] > 0)
            violation += t->c[row * t->ldc + k];
    if (violation > 0)
        return (merit){.class = INFEASIBLE, .first = violation};
    if (t->state[row] == HONE_PRUNED) {
        const int64_t *step;
        const double *value;
        const int64_t n = s->host->reports(s->host, t->number[row], &step, &value);

        if (n <= 0)
            return (merit){.class = CUT_SHORT, .first = 1};
        return (merit){
            .class = CUT_SHORT, .first = -(double)step[n - 1], .second = value[n - 1]};
    }
    return (merit){.class = FEASIBLE, .first = t->y[row * t->ldy]};
}

static int better(const split *s, int64_t a, int64_t b)
{
    const merit *p = &s->merits[a], *q = &s->merits[b];

    if (p->class != q->class)
        return p->class < q->class;
    if (p->first != q->first)
        return p->first < q->first;
    return p->second != q->second ? p->second < q->second : a < b;
}

static void insert(int64_t *ids, int64_t *n, int64_t id)
{
    int64_t k = (*n)++;

    for (; k > 0 && ids[k - 1] > id; k--)
        ids[k] = ids[k - 1];
    ids[k] = id;
}

static void delete(int64_t *ids, int64_t *n, int64_t place)
{
    --*n;
    memmove(ids + place, ids + place + 1, (size_t)(*n - place) * sizeof *ids);
}

/* The place of the best among ids, or of the worst. */
static int64_t extreme(const split *s, const int64_t *ids, int64_t n, int best)
{
    int64_t k = 0;

    for (int64_t i = 1; i < n; i++)
        if (better(s, ids[i], ids[k]) == best)
            k = i;
    return k;
}

/* Moves a trial from above to below. */
static void promote(split *s, int64_t place)
{
    s->came = s->above[place];
    insert(s->below, &s->n_below, s->came);
    delete(s->above, &s->n_above, place);
}

static void demote(split *s)
{
    const int64_t place = extreme(s, s->below, s->n_below, 0);

    s->left = s->below[place];
    insert(s->above, &s->n_above, s->left);
    delete(s->below, &s->n_below, place);
}

int32_t split_add(split *s, const hone_trials *t)
{
    const int64_t row = t->finished[s->n], id = s->n;

    s->came = s->left = s->dropped = -1;
    if (s->n == s->room) {
        const int64_t room = s->room ? 2 * s->room : 64;
        merit *merits = realloc(s->merits, (size_t)room * sizeof *merits);

        if (!merits)
            return HONE_ENOMEM;
        s->merits = merits;
        s->room = room;
    }
    s->merits[id] = merit_of(s, t, row);
    s->last = t->number[row];
    s->n++;
    insert(s->above, &s->n_above, id);
    if (s->merits[id].class != LOST) {
        const double wanted = fmin(ceil(SHARE * (double)++s->ranked), (double)s->most_good);

        if (s->n_below < (int64_t)wanted) {
            const int64_t best = extreme(s, s->above, s->n_above, 1);

            if (s->merits[s->above[best]].class != LOST)
                promote(s, best);
        } else if (better(s, id, s->below[extreme(s, s->below, s->n_below, 0)])) {
            promote(s, s->n_above - 1);
            demote(s);
        }
    }
    if (s->n_above > s->most_others) {
        s->dropped = s->above[0];
        delete(s->above, &s->n_above, 0);
    }
    return HONE_OK;
}
