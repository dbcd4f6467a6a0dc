/* population.c - who survives: Deb's constrained domination, fronts and crowding distance.
 *
 * Trials that meet all constraints come first, by front and then by crowding distance; then
 * pruned ones, the older first, as their values are not known; then those that violate
 * constraints, by the sum of violations (Deb et al. 2002, section VI-A).  Failed ones never enter.
 * A constraint of unknown value counts as met.  Equals are taken by age. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_nondominated.h"
#include "nsga2.h"

typedef struct standing {
    int64_t rank, age, slot;
    double crowding;
} standing;

int32_t population_init(population *p, int64_t size, int64_t cols, int64_t m)
{
    const size_t n = 2 * (size_t)size;

    *p = (population){.size = size, .cols = cols, .m = m};
    p->order = malloc(n * sizeof *p->order);
    p->x = malloc(n * (size_t)(cols + 1) * sizeof *p->x);
    p->y = malloc(n * (size_t)m * sizeof *p->y);
    p->merit = malloc(n * sizeof *p->merit);
    p->violation = malloc(n * sizeof *p->violation);
    p->age = malloc(n * sizeof *p->age);
    p->rank = malloc(n * sizeof *p->rank);
    p->crowding = malloc(n * sizeof *p->crowding);
    p->member = malloc(n * sizeof *p->member);
    p->front = malloc(n * sizeof *p->front);
    p->values = malloc(n * (size_t)m * sizeof *p->values);
    p->standing = malloc(n * sizeof *p->standing);
    if (!p->order || !p->x || !p->y || !p->merit || !p->violation || !p->age || !p->rank ||
        !p->crowding || !p->member || !p->front || !p->values || !p->standing)
        return HONE_ENOMEM;
    population_empty(p);
    return HONE_OK;
}

void population_free(population *p)
{
    free(p->order);
    free(p->x);
    free(p->y);
    free(p->merit);
    free(p->violation);
    free(p->age);
    free(p->rank);
    free(p->crowding);
    free(p->member);
    free(p->front);
    free(p->values);
    free(p->standing);
    memset(p, 0, sizeof *p);
}

void population_empty(population *p)
{
    p->parents = p->newcomers = p->next_age = 0;
    for (int64_t i = 0; i < 2 * p->size; i++)
        p->order[i] = i;
}

/* Fronts and crowding of those who meet all constraints; returns how many fronts. */
static int64_t rank_feasible(population *p, int64_t n)
{
    int64_t feasible = 0, fronts;

    for (int64_t i = 0; i < n; i++) {
        const int64_t slot = p->order[i];

        if (p->merit[slot] != MERIT_FEASIBLE)
            continue;
        memcpy(p->values + feasible * p->m, p->y + slot * p->m, (size_t)p->m * sizeof(double));
        p->member[feasible++] = slot;
    }
    fronts = hone_front_ranks(feasible, p->m, p->values, p->m, p->front);
    for (int64_t i = 0; i < feasible; i++)
        if (fronts >= 0)
            p->rank[p->member[i]] = p->front[i];
    for (int64_t f = 0; f < fronts; f++) {
        int64_t k = 0;

        for (int64_t i = 0; i < n; i++)
            if (p->merit[p->order[i]] == MERIT_FEASIBLE && p->rank[p->order[i]] == f)
                p->member[k++] = p->order[i];
        if (hone_crowding(k, p->member, p->m, p->y, p->m, p->crowding) < 0)
            return HONE_ENOMEM;
    }
    return fronts;
}

static int by_standing(const void *a, const void *b)
{
    const standing *u = a, *v = b;

    if (u->rank != v->rank)
        return u->rank < v->rank ? -1 : 1;
    if (u->crowding != v->crowding)
        return u->crowding > v->crowding ? -1 : 1;
    return (u->age > v->age) - (u->age < v->age);
}

/* The others stand behind the last front: a violation is a crowding below zero. */
static void rank_others(population *p, int64_t n, int64_t fronts)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t slot = p->order[i];

        if (p->merit[slot] == MERIT_FEASIBLE)
            continue;
        p->rank[slot] = fronts + (p->merit[slot] == MERIT_INFEASIBLE);
        p->crowding[slot] = -p->violation[slot];
    }
}

static int32_t select_parents(population *p)
{
    const int64_t n = p->parents + p->newcomers, fronts = rank_feasible(p, n);

    if (fronts < 0)
        return HONE_ENOMEM;
    rank_others(p, n, fronts);
    for (int64_t i = 0; i < n; i++) {
        const int64_t slot = p->order[i];

        p->standing[i] = (standing){p->rank[slot], p->age[slot], slot, p->crowding[slot]};
    }
    qsort(p->standing, (size_t)n, sizeof *p->standing, by_standing);
    for (int64_t i = 0; i < n; i++)
        p->order[i] = p->standing[i].slot;
    p->parents = n < p->size ? n : p->size;
    p->newcomers = 0;
    return HONE_OK;
}

int32_t population_add(population *p, const hone_trials *t, int64_t row)
{
    if (t->state[row] == HONE_FAILED)
        return HONE_OK;
    const int64_t slot = p->order[p->parents + p->newcomers++];
    double violation = 0;

    for (int64_t k = 0; t->c && k < t->n_constraints; k++)
        if (t->c[row * t->ldc + k] > 0)
            violation += t->c[row * t->ldc + k];
    memcpy(p->x + slot * p->cols, t->x + row * t->ldx, (size_t)p->cols * sizeof *p->x);
    memcpy(p->y + slot * p->m, t->y + row * t->ldy, (size_t)p->m * sizeof *p->y);
    p->violation[slot] = violation;
    p->merit[slot] = violation > 0                        ? MERIT_INFEASIBLE
                     : t->state[row] == HONE_PRUNED ? MERIT_PRUNED
                                                    : MERIT_FEASIBLE;
    p->age[slot] = p->next_age++;
    return p->newcomers == p->size ? select_parents(p) : HONE_OK;
}

int population_better(const population *p, int64_t a, int64_t b)
{
    const int64_t s = p->order[a], t = p->order[b];

    if (p->rank[s] != p->rank[t])
        return p->rank[s] < p->rank[t];
    return p->crowding[s] > p->crowding[t];
}
