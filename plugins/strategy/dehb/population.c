/* population.c - the populations of dehb's rungs: their size, their members, the order of these. */
#include "dehb.h"

int64_t dehb_population_size(const hone_ladder *l, int64_t k)
{
    int64_t most = DEHB_PARENTS + 1;

    for (int64_t s = l->n - 1 - k; s < l->n; s++) {
        const int64_t size = hone_brackets_size(l->n, l->eta, s, k - (l->n - 1 - s));

        most = size > most ? size : most;
    }
    return most;
}

void dehb_clear(dehb *s)
{
    for (int64_t k = 0; k < s->l.n; k++) {
        s->rungs[k].ranked = s->rungs[k].begun = 0;
        for (int64_t i = 0; i < s->rungs[k].n; i++)
            s->rungs[k].members[i].row = -1;
    }
    s->rows = s->finished = 0;
}

/* Member i into its place in the order; it was there if `known`. */
static void rank(dehb_population *p, int64_t i, int known)
{
    int64_t at = 0;

    if (known) {
        while (p->order[at] != i)
            at++;
        memmove(p->order + at, p->order + at + 1,
                (size_t)(--p->ranked - at) * sizeof *p->order);
    }
    for (at = p->ranked++; at > 0; at--) {
        if (hone_merit_compare(&p->members[p->order[at - 1]].merit, &p->members[i].merit) <= 0)
            break;
        p->order[at] = p->order[at - 1];
    }
    p->order[at] = i;
}

void dehb_select(dehb *s, int64_t row)
{
    dehb_population *p = &s->rungs[s->l.rung[row]];
    const int64_t i = s->turn[row] % p->n;
    dehb_member *m = &p->members[i];
    hone_merit merit = hone_ladder_merit(&s->l, s->t, row);

    merit.config = row; /* of equals the older */
    if (merit.rank > HONE_VIOLATED)
        return;
    if (m->row >= 0 && (merit.rank > m->merit.rank ||
                        (merit.rank == m->merit.rank && merit.value > m->merit.value)))
        return;
    const int known = m->row >= 0;
    *m = (dehb_member){.row = row, .merit = merit};
    rank(p, i, known);
}
