/* walk.c - local search on models without slopes, such as forests.
 *
 * From each start to the best of its neighbours as long as that is better: points that differ in
 * one parameter, any other value of a choice, levels around a whole number, and STEPS normal
 * steps of a number.  A model of constant pieces leaves plateaus, so every walk may go on to an
 * equal neighbour LEVEL times in a row.  All walks take a step together: one batch of
 * predictions.
 *
 * Source: Hutter, Hoos, Leyton-Brown, "Sequential Model-Based Optimization for General Algorithm
 *         Configuration", LION 5, 2011, section 4.3; Lindauer et al., "SMAC3", JMLR 23, 2022: four
 *         neighbours of a number with deviation 0.2.
 * Departures: the best neighbour, not the first that is better; smaller steps beside those of
 *         0.2, for the last digits; steps that leave the range are uniform ones. */
#include <stdlib.h>
#include <string.h>

#include "bayes.h"

enum { STEPS = 4, MOST = 40, LEVEL = 3 };

typedef struct walker {
    double value;
    int going, level;
    int64_t first, n;           /* its neighbours in the batch */
} walker;

/* The walker's neighbours from row first of the batch on. */
static void look_around(const search *s, int64_t w, int round, const double *x, double *X,
                        walker *k, double *u, double *z)
{
    const columns *c = s->columns;
    const int64_t draws = c->n * STEPS, at = (w * MOST + round) * draws;
    /* streams below -number - 1 are nobody else's */
    c->host->uniform(c->host, -2 - s->number, 1 + at, draws, u);
    c->host->normal(c->host, -2 - s->number, at, draws, z);
    k->n = columns_steps(c, x, STEPS, u, z, X + k->first * c->p);
}

static void step(const search *s, double *x, const double *X, const double *a, walker *k)
{
    const int64_t p = s->columns->p;
    int64_t best = k->first;
    for (int64_t i = k->first; i < k->first + k->n; i++) {
        best = a[i] > a[best] ? i : best;
    }
    const int better = k->n > 0 && a[best] > k->value;
    k->level = better ? 0 : k->level + 1;
    k->going = k->n > 0 && a[best] >= k->value && k->level <= LEVEL;
    if (k->going) {
        memcpy(x, X + best * p, (size_t)p * sizeof *x);
        k->value = a[best];
    }
}

int32_t walk(search *s, int64_t n, const int64_t *row)
{
    const columns *c = s->columns;
    const int64_t room = columns_most_steps(c, STEPS);
    double *X = malloc((size_t)(n * room) * (size_t)(c->p + 1) * sizeof *X + 1);
    double *u = malloc((size_t)(2 * c->n * STEPS) * sizeof *u + 1);
    walker *each = calloc((size_t)n + 1, sizeof *each);
    double *at = s->X + s->n * c->p;
    int32_t status = X && u && each ? HONE_OK : HONE_ENOMEM;
    for (int64_t w = 0; w < n && status >= 0; w++) {
        each[w] = (walker){.value = s->a[row[w]], .going = 1};
        memcpy(at + w * c->p, s->X + row[w] * c->p, (size_t)c->p * sizeof *at);
    }
    for (int round = 0, going = 1; round < MOST && going && status >= 0; round++) {
        int64_t m = 0;
        going = 0;
        for (int64_t w = 0; w < n; w++) {
            each[w].first = m;
            each[w].n = 0;
            if (each[w].going) {
                look_around(s, w, round, at + w * c->p, X, &each[w], u, u + c->n * STEPS);
                m += each[w].n;
            }
        }
        columns_settle(c, m, X);
        status = m ? judge_values(s->judge, m, X, X + n * room * c->p, NULL) : HONE_OK;
        for (int64_t w = 0; w < n && status >= 0; w++) {
            if (each[w].going) {
                step(s, at + w * c->p, X, X + n * room * c->p, &each[w]);
                going |= each[w].going;
            }
        }
    }
    free(X);
    free(u);
    free(each);
    return status < 0 ? status : search_take(s, n);
}
