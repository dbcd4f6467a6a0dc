/* stat_bayes.c - Bayesian sign and signed-rank tests with a region of practical equivalence.
 *
 * Source: Benavoli, Corani, Demsar, Zaffalon, "Time for a Change: a Tutorial for Comparing
 *         Multiple Classifiers Through Bayesian Analysis", JMLR 18 (2017), sections 4.2.1 and
 *         4.2.2: a Dirichlet process whose prior stands at zero with weight `prior`; the answer
 *         is the probability of each of (below, within, above) to be the likeliest.
 * Departure: the sign test's three probabilities are integrals, not drawn: with independent
 * gamma numbers G_i of shapes a_i, a Dirichlet's largest component is i with probability
 * E[P(G_j < G_i) P(G_k < G_i)].  They are computed by the trapezoidal rule in log G_i. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"
#include "statistics.h"

static const int64_t MAX_DRAWS = 100000000;

/* ---- sign test --------------------------------------------------------------------------- */

/* P(G(a) < x); a shape of zero is the number zero. */
static double gamma_below(double a, double x)
{
    return a > 0.0 ? 1.0 - stat_gamma_upper(a, x) : 1.0;
}

/* P(G(a) is the largest of G(a), G(b), G(c)) */
static double largest(double a, double b, double c)
{
    const double step = fmin(0.05, 0.25 / sqrt(a)), end = -45.0;
    const double top = log(a);
    double sum = 0.0;
    int sign;

    if (a <= 0.0)
        return 0.0;
    for (int side = -1; side <= 1; side += 2) {
        for (int64_t i = side < 0 ? 0 : 1;; i++) {
            const double t = top + (double)(side * i) * step, x = exp(t);
            const double density = a * t - x - lgamma_r(a, &sign);

            if (density < end)
                break;
            sum += exp(density) * gamma_below(b, x) * gamma_below(c, x);
        }
    }
    return fmin(1.0, sum * step);
}

int32_t stat_bayesian_sign(const double *differences, int64_t n, double rope, double prior,
                           stat_posterior *out)
{
    double below = 0.0, within = prior, above = 0.0;

    if (!(rope >= 0.0) || !(prior >= 0.0) || n < 0 || (n == 0 && prior == 0.0))
        return HONE_EINVAL;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(differences[i]))
            return HONE_EINVAL;
        if (differences[i] < -rope)
            below += 1.0;
        else if (differences[i] > rope)
            above += 1.0;
        else
            within += 1.0;
    }
    if (rope == 0.0) {
        below += 0.5 * within;
        above += 0.5 * within;
        within = 0.0;
    }
    out->below = largest(below, within, above);
    out->within = largest(within, below, above);
    out->above = largest(above, below, within);
    return HONE_OK;
}

/* ---- signed-rank test -------------------------------------------------------------------- */

typedef struct stream { /* numbers of one draw, in order */
    rng_key key;
    int64_t id, uniforms, normals;
} stream;

static double uniform(stream *s)
{
    double u;

    do
        rng_uniform(s->key, s->id, s->uniforms++, 1, &u);
    while (u == 0.0);
    return u;
}

/* A gamma number: Marsaglia, Tsang, ACM Trans. Math. Software 26 (2000); shapes below 1 by
 * G(a) = G(a + 1) U^(1/a). */
static double gamma_number(stream *s, double a)
{
    const double d = (a < 1.0 ? a + 1.0 : a) - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    double z, v;

    do {
        rng_normal(s->key, s->id, s->normals++, 1, &z);
        v = 1.0 + c * z;
        v = v > 0.0 ? v * v * v : 0.0;
    } while (v == 0.0 || log(uniform(s)) >= 0.5 * z * z + d - d * v + d * log(v));
    return a < 1.0 ? d * v * pow(uniform(s), 1.0 / a) : d * v;
}

/* The values in order with the prior's zero among them, and for each value how many of the
 * smaller ones give a sum below -2 rope, and how many one of at most 2 rope. */
typedef struct pairs {
    int64_t n, prior_at;
    double *value;          /* [n] */
    int64_t *below, *up_to; /* [n] */
    double *total;          /* [n + 1] of a draw: weight of the first values */
    double *weight;         /* [n] of a draw */
} pairs;

static void count_pairs(pairs *p, double rope)
{
    int64_t below = p->n, up_to = p->n;

    for (int64_t i = 0; i < p->n; i++) { /* the larger the value, the fewer partners */
        while (below > 0 && p->value[i] + p->value[below - 1] >= -2.0 * rope)
            below--;
        while (up_to > 0 && p->value[i] + p->value[up_to - 1] > 2.0 * rope)
            up_to--;
        p->below[i] = below;
        p->up_to[i] = up_to;
    }
}

/* One draw of the three probabilities; which is largest gets a vote in *votes. */
static void draw_vote(pairs *p, stream *s, double prior, double rope, stat_posterior *votes)
{
    double below = 0.0, above = 0.0, within;

    p->total[0] = 0.0;
    for (int64_t i = 0; i < p->n; i++) {
        if (i == p->prior_at)
            p->weight[i] = prior > 0.0 ? gamma_number(s, prior) : 0.0;
        else
            p->weight[i] = -log(uniform(s));
        p->total[i + 1] = p->total[i] + p->weight[i];
    }
    for (int64_t i = 0; i < p->n; i++) {
        below += p->weight[i] * p->total[p->below[i]];
        above += p->weight[i] * (p->total[p->n] - p->total[p->up_to[i]]);
    }
    within = p->total[p->n] * p->total[p->n] - below - above;
    if (rope > 0.0 && within > below && within > above)
        votes->within += 1.0;
    else if (below == above) {
        votes->below += 0.5;
        votes->above += 0.5;
    } else if (below > above)
        votes->below += 1.0;
    else
        votes->above += 1.0;
}

static int32_t pairs_make(pairs *p, const double *differences, int64_t n, double rope)
{
    const size_t room = (size_t)n + 2;

    p->n = n + 1;
    p->value = malloc(room * sizeof *p->value);
    p->below = malloc(room * sizeof *p->below);
    p->up_to = malloc(room * sizeof *p->up_to);
    p->total = malloc(room * sizeof *p->total);
    p->weight = malloc(room * sizeof *p->weight);
    if (!p->value || !p->below || !p->up_to || !p->total || !p->weight)
        return HONE_ENOMEM;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(differences[i]))
            return HONE_EINVAL;
        p->value[i] = differences[i];
    }
    p->value[n] = 0.0;
    stat_sort(p->value, p->n);
    while (p->value[p->prior_at] != 0.0)
        p->prior_at++;
    count_pairs(p, rope);
    return HONE_OK;
}

int32_t stat_bayesian_signed_rank(const double *differences, int64_t n, double rope, double prior,
                                  int64_t draws, rng_key key, stat_posterior *out)
{
    pairs p = {0};
    stat_posterior votes = {0};
    int32_t status;

    if (!(rope >= 0.0) || !(prior >= 0.0) || n < 1 || draws < 1 || draws > MAX_DRAWS)
        return HONE_EINVAL;
    status = pairs_make(&p, differences, n, rope);
    for (int64_t i = 0; status == HONE_OK && i < draws; i++) {
        stream s = {.key = key, .id = i};

        draw_vote(&p, &s, prior, rope, &votes);
    }
    if (status == HONE_OK) {
        out->below = votes.below / (double)draws;
        out->within = votes.within / (double)draws;
        out->above = votes.above / (double)draws;
    }
    free(p.value);
    free(p.below);
    free(p.up_to);
    free(p.total);
    free(p.weight);
    return status;
}
