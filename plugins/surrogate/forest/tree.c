/* tree.c - regression trees.
 *
 * A node is cut where the sum of squares within the two parts becomes smallest: a number at a place
 * between two neighbouring values, a choice by the best of all ways to divide the choices, which is
 * one of those along the order of their means (Fisher, "On Grouping for Maximum Homogeneity", JASA
 * 53, 1958; Breiman et al. 1984, theorem 4.5).  Rows without a value go to either side, whichever
 * is better, also all alone; so a parameter that is inactive is a fact to learn from and no
 * number is made up for it.
 *
 * Rows are sorted by each feature once for all trees; cuts keep the order by stable partition.  So
 * a level costs O(d n).  A tree sees rows by weights, the number of times that each was drawn. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forest.h"

static const double LEAST_GAIN = 1e-12; /* of the node's sum of squares */

typedef struct grower {
    const plan *p;
    tree *t;
    const int32_t *weight;
    const hone_host *host;
    int64_t stream;
    int64_t m;             /* rows of weight above 0 */
    int32_t *order;        /* d x m of these, by value */
    int32_t *spare;        /* [m] */
    signed char *goes_low; /* [n] */
    int64_t *turn;         /* [d] features in the order in which a node tries them */
    double *uniform;       /* [d + 1] */
    struct group *groups;  /* [most choices + 1] */
} grower;

typedef struct sums {
    double w, s; /* weight, weighted sum */
} sums;

/* Rows with one choice; `choice` n: those without a value. */
typedef struct group {
    sums sums;
    int64_t choice;
} group;

typedef struct cut {
    int64_t feature;           /* -1: none */
    double gain, below, above; /* between two values; infinite: values from NaN */
    int missing_low;
    int64_t n_groups; /* of a choice: how many of g->groups, in their order, go low */
} cut;

static double part(sums a)
{
    return a.w > 0.0 ? a.s * a.s / a.w : 0.0;
}

static sums minus(sums a, sums b)
{
    return (sums){a.w - b.w, a.s - b.s};
}

static sums plus(sums a, sums b)
{
    return (sums){a.w + b.w, a.s + b.s};
}

/* Gain of a cut into low and the rest; -1: a part is too small. */
static double gain_of(const grower *g, sums all, sums low)
{
    const sums high = minus(all, low);

    if (low.w < g->p->least_leaf || high.w < g->p->least_leaf || low.w <= 0.0 || high.w <= 0.0)
        return -1.0;
    return part(low) + part(high) - part(all);
}

/* ---- the best cut -------------------------------------------------------------------------*/

static sums row_sums(const grower *g, int32_t row)
{
    return (sums){g->weight[row], g->weight[row] * g->p->y[row]};
}

static void take(cut *best, double gain, int64_t i, double below, double above, int missing_low)
{
    if (gain > best->gain)
        *best = (cut){i, gain, below, above, missing_low, 0};
}

static void try_number(const grower *g, int64_t i, int64_t from, int64_t to, sums all, cut *best)
{
    const int32_t *order = g->order + i * g->m;
    const double *v = g->p->v + i * g->p->n;
    sums missing = {0}, low = {0};
    int64_t end = to;

    while (end > from && isnan(v[order[end - 1]]))
        missing = plus(missing, row_sums(g, order[--end]));
    for (int64_t k = from; k + 1 < end; k++) {
        const double below = v[order[k]], above = v[order[k + 1]];

        low = plus(low, row_sums(g, order[k]));
        if (!(below < above))
            continue;
        const double high_side = gain_of(g, all, low);
        take(best, high_side, i, below, above, missing.w > 0.0 ? 0 : low.w > 0.5 * all.w);
        if (missing.w > 0.0)
            take(best, gain_of(g, all, plus(low, missing)), i, below, above, 1);
    }
    if (missing.w > 0.0)
        take(best, gain_of(g, all, minus(all, missing)), i, INFINITY, INFINITY, 0);
}

static int by_mean(const void *a, const void *b)
{
    const group *x = a, *y = b;
    const double left = x->sums.s / x->sums.w, right = y->sums.s / y->sums.w;

    if (left != right)
        return left < right ? -1 : 1;
    return (x->choice > y->choice) - (x->choice < y->choice);
}

/* g->groups := the groups there are, by their means; returns how many. */
static int64_t group_rows(const grower *g, int64_t i, int64_t from, int64_t to)
{
    const int32_t *order = g->order + i * g->m;
    const double *v = g->p->v + i * g->p->n;
    const int64_t choices = g->p->f->each[i].n;
    int64_t n = 0;

    for (int64_t k = 0; k <= choices; k++)
        g->groups[k] = (group){.choice = k};
    for (int64_t k = from; k < to; k++) {
        const double value = v[order[k]];
        group *at = &g->groups[isnan(value) ? choices : (int64_t)value];

        at->sums = plus(at->sums, row_sums(g, order[k]));
    }
    for (int64_t k = 0; k <= choices; k++)
        if (g->groups[k].sums.w > 0.0)
            g->groups[n++] = g->groups[k];
    qsort(g->groups, (size_t)n, sizeof *g->groups, by_mean);
    return n;
}

static void try_choice(const grower *g, int64_t i, int64_t from, int64_t to, sums all, cut *best)
{
    const int64_t n = group_rows(g, i, from, to);
    sums low = {0};

    for (int64_t k = 0; k + 1 < n; k++) {
        low = plus(low, g->groups[k].sums);
        const double gain = gain_of(g, all, low);
        if (gain > best->gain)
            *best = (cut){i, gain, 0.0, 0.0, low.w > 0.5 * all.w, k + 1};
    }
}

/* Shuffled, so that among equal cuts no feature is favoured. */
static void shuffle(grower *g, int32_t here)
{
    const int64_t d = g->p->f->d;

    g->host->uniform(g->host, g->stream, (int64_t)here * (d + 1), d + 1, g->uniform);
    for (int64_t i = d - 1; i > 0; i--) {
        const int64_t k = (int64_t)(g->uniform[i] * (double)(i + 1)), other = g->turn[k];

        g->turn[k] = g->turn[i];
        g->turn[i] = other;
    }
}

static cut best_cut(grower *g, int32_t here, int64_t from, int64_t to, sums all, double least)
{
    cut best = {.feature = -1, .gain = least};

    shuffle(g, here);
    for (int64_t k = 0; k < g->p->f->d && (k < g->p->tried || best.feature < 0); k++) {
        const int64_t i = g->turn[k];

        if (g->p->f->each[i].n == 1)
            try_number(g, i, from, to, all, &best);
        else
            try_choice(g, i, from, to, all, &best);
    }
    return best;
}

/* ---- growing ------------------------------------------------------------------------------*/

static int32_t add_node(tree *t)
{
    if (t->n == t->room) {
        const int32_t room = 2 * t->room + 64;
        node *more = realloc(t->nodes, (size_t)room * sizeof *more);

        if (!more)
            return HONE_ENOMEM;
        t->nodes = more;
        t->room = room;
    }
    return t->n++;
}

/* Writes down which choices go low; what no row has goes where NaN goes. */
static int32_t keep_choices(grower *g, const cut *c, int64_t from, int64_t to, node *at)
{
    const int64_t choices = g->p->f->each[c->feature].n;
    tree *t = g->t;

    if (t->n_side + choices > t->room_side) {
        const int64_t room = 2 * (t->n_side + choices);
        signed char *more = realloc(t->side, (size_t)room);

        if (!more)
            return HONE_ENOMEM;
        t->side = more;
        t->room_side = room;
    }
    const int64_t n = group_rows(g, c->feature, from, to);
    at->choices = t->n_side;
    at->missing_low = c->missing_low;
    memset(t->side + t->n_side, c->missing_low, (size_t)choices);
    for (int64_t k = 0; k < n; k++) {
        const int64_t choice = g->groups[k].choice;

        if (choice == choices)
            at->missing_low = k < c->n_groups;
        else
            t->side[t->n_side + choice] = k < c->n_groups;
    }
    t->n_side += choices;
    return HONE_OK;
}

static double place(const grower *g, const cut *c)
{
    const double u = g->p->random_cut ? g->uniform[0] : 0.5;
    const double at = isinf(c->below) ? c->below : c->below + u * (c->above - c->below);

    return at > c->below || isinf(at) ? at : c->above;
}

static int goes_low(const tree *t, const node *at, double v)
{
    if (isnan(v))
        return at->missing_low;
    return at->choices < 0 ? v < at->at : t->side[at->choices + (int64_t)v];
}

/* Orders the rows of the node so that those that go low come first; returns where they end. */
static int64_t partition(grower *g, const node *at, int64_t from, int64_t to)
{
    const double *v = g->p->v + (int64_t)at->feature * g->p->n;
    int64_t middle = from;

    for (int64_t k = from; k < to; k++)
        g->goes_low[g->order[k]] = (signed char)goes_low(g->t, at, v[g->order[k]]);
    for (int64_t i = 0; i < g->p->f->d; i++) {
        int32_t *order = g->order + i * g->m;
        int64_t low = from, high = 0;

        for (int64_t k = from; k < to; k++)
            if (g->goes_low[order[k]])
                order[low++] = order[k];
            else
                g->spare[high++] = order[k];
        memcpy(order + low, g->spare, (size_t)high * sizeof *order);
        middle = low;
    }
    return middle;
}

/* Mean and variance of the rows of a node; with `exponential` the logarithm of their mean. */
static node leaf_of(const grower *g, int64_t from, int64_t to, sums all, double *spread)
{
    node leaf = {.feature = -1, .choices = -1, .value = all.s / all.w};
    double square = 0.0, high = -INFINITY, sum = 0.0;

    for (int64_t k = from; k < to; k++) {
        const double y = g->p->y[g->order[k]], gap = y - leaf.value;

        square += g->weight[g->order[k]] * gap * gap;
        high = fmax(high, y);
    }
    leaf.var = square / all.w;
    *spread = square;
    for (int64_t k = from; k < to && g->p->exponential; k++)
        sum += g->weight[g->order[k]] * exp(g->p->y[g->order[k]] - high);
    if (g->p->exponential)
        leaf.value = high + log(sum / all.w);
    return leaf;
}

/* Grows the node over order[from .. to) of every feature; its index or a negative status. */
static int32_t grow(grower *g, int64_t from, int64_t to, int64_t depth)
{
    const int32_t here = add_node(g->t);
    sums all = {0};
    double spread;

    if (here < 0)
        return here;
    for (int64_t k = from; k < to; k++)
        all = plus(all, row_sums(g, g->order[k]));
    node at = leaf_of(g, from, to, all, &spread);
    g->t->nodes[here] = at;
    if (depth >= g->p->depth || all.w < g->p->least_split || !(spread > 0.0))
        return here;
    const cut best = best_cut(g, here, from, to, all, LEAST_GAIN * spread);
    if (best.feature < 0)
        return here;
    at.feature = (int32_t)best.feature;
    at.missing_low = best.missing_low;
    if (best.n_groups > 0 && keep_choices(g, &best, from, to, &at) < 0)
        return HONE_ENOMEM;
    at.at = best.n_groups > 0 ? 0.0 : place(g, &best);
    const int64_t middle = partition(g, &at, from, to);
    at.low = grow(g, from, middle, depth + 1);
    at.high = at.low < 0 ? at.low : grow(g, middle, to, depth + 1);
    if (at.high < 0)
        return at.high;
    g->t->nodes[here] = at;
    return here;
}

/* ---- operations ---------------------------------------------------------------------------*/

static void grower_free(grower *g)
{
    free(g->order);
    free(g->spare);
    free(g->goes_low);
    free(g->turn);
    free(g->uniform);
    free(g->groups);
}

static int32_t grower_init(grower *g)
{
    const plan *p = g->p;
    const int64_t d = p->f->d;
    int64_t most = 0;

    for (int64_t r = 0; r < p->n; r++)
        g->m += g->weight[r] > 0;
    for (int64_t i = 0; i < d; i++)
        most = p->f->each[i].n > most ? p->f->each[i].n : most;
    g->order = malloc((size_t)(d * g->m) * sizeof *g->order + 1);
    g->spare = malloc((size_t)g->m * sizeof *g->spare + 1);
    g->goes_low = malloc((size_t)p->n + 1);
    g->turn = malloc((size_t)d * sizeof *g->turn + 1);
    g->uniform = malloc((size_t)(d + 1) * sizeof *g->uniform);
    g->groups = malloc((size_t)(most + 1) * sizeof *g->groups);
    if (!g->order || !g->spare || !g->goes_low || !g->turn || !g->uniform || !g->groups)
        return HONE_ENOMEM;
    for (int64_t i = 0; i < d; i++) {
        int64_t at = 0;

        g->turn[i] = i;
        for (int64_t k = 0; k < p->n; k++)
            if (g->weight[p->order[i * p->n + k]] > 0)
                g->order[i * g->m + at++] = p->order[i * p->n + k];
    }
    return HONE_OK;
}

int32_t tree_grow(tree *t, const plan *p, const int32_t *weight, const hone_host *host,
                  int64_t stream)
{
    grower g = {.p = p, .t = t, .weight = weight, .host = host, .stream = stream};
    int32_t status = grower_init(&g);

    t->n = 0;
    t->n_side = 0;
    if (status >= 0)
        status = grow(&g, 0, g.m, 0);
    grower_free(&g);
    return status < 0 ? status : HONE_OK;
}

const node *tree_leaf(const tree *t, const double *v)
{
    const node *at = t->nodes;

    while (at->feature >= 0)
        at = &t->nodes[goes_low(t, at, v[at->feature]) ? at->low : at->high];
    return at;
}

void tree_free(tree *t)
{
    free(t->nodes);
    free(t->side);
    memset(t, 0, sizeof *t);
}
