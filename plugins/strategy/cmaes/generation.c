/* generation.c - what was told of the members, and their ranks.
 *
 * Best first: feasible members by value; infeasible ones by the sum of what they violate (an
 * unknown constraint as infinity); pruned ones by their last intermediate value; failed ones,
 * which have no rank.  Members that are equal keep the order in which they were asked. */
#include "generation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RANKED_FEASIBLE, RANKED_INFEASIBLE, RANKED_PRUNED, RANKED_FAILED };

void generation_free(generation *g)
{
    free(g->members);
    free(g->order);
    free(g->values);
    memset(g, 0, sizeof *g);
}

int generation_begin(generation *g, int64_t lambda)
{
    if (lambda > g->room) {
        generation_free(g);
        g->members = calloc((size_t)lambda, sizeof *g->members);
        g->order = calloc((size_t)lambda, sizeof *g->order);
        g->values = calloc((size_t)lambda, sizeof *g->values);
        if (!g->members || !g->order || !g->values) {
            generation_free(g);
            return -1;
        }
        g->room = lambda;
    }
    g->lambda = lambda;
    g->asked = g->told = 0;
    return 0;
}

void generation_ask(generation *g, int64_t number)
{
    g->members[g->asked] = (member){.number = number, .index = g->asked};
    g->asked++;
}

/* The sum of constraint values above 0. */
static double violation(const hone_trials *t, int64_t row)
{
    double sum = 0.0;

    for (int64_t j = 0; j < t->n_constraints; j++) {
        const double c = t->c ? t->c[row * t->ldc + j] : NAN;

        sum += isnan(c) ? INFINITY : fmax(c, 0.0);
    }
    return sum;
}

static void judge(member *m, const hone_host *host, const hone_trials *t, int64_t row)
{
    const int64_t *step;
    const double *value;

    m->told = 1;
    m->rank = RANKED_FAILED;
    m->key = 0.0;
    if (t->state[row] == HONE_COMPLETE) {
        const double over = violation(t, row);

        m->rank = over > 0.0 ? RANKED_INFEASIBLE : RANKED_FEASIBLE;
        m->key = over > 0.0 ? over : t->y[row * t->ldy];
    } else if (t->state[row] == HONE_PRUNED) {
        const int64_t n = host->reports(host, m->number, &step, &value);

        m->rank = RANKED_PRUNED;
        m->key = n > 0 ? value[n - 1] : INFINITY;
    }
}

int generation_tell(generation *g, const hone_host *host, const hone_trials *t, int64_t row)
{
    for (int64_t i = 0; i < g->asked; i++) {
        member *m = &g->members[i];

        if (m->number == t->number[row] && !m->told) {
            judge(m, host, t, row);
            return ++g->told == g->lambda;
        }
    }
    return 0;
}

static int by_rank(const void *a, const void *b)
{
    const member *p = a, *q = b;

    if (p->rank != q->rank)
        return p->rank < q->rank ? -1 : 1;
    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    return p->index < q->index ? -1 : 1;
}

void generation_rank(generation *g)
{
    g->ranked = g->n_values = 0;
    qsort(g->members, (size_t)g->lambda, sizeof *g->members, by_rank);
    for (int64_t i = 0; i < g->lambda; i++) {
        const member *m = &g->members[i];

        g->order[i] = m->index;
        g->ranked += m->rank != RANKED_FAILED;
        if (m->rank == RANKED_FEASIBLE)
            g->values[g->n_values++] = m->key;
    }
}
