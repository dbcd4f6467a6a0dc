/* forest.c - grows the trees of a random forest.
 *
 * Columns are sorted once a tree; cuts keep them sorted by stable partition, so that a tree on
 * m draws of d parameters costs O(d m log m) for sorting and O(d m) a level. */
#include "forest_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MOST = 64 };

typedef struct grower {
    const forest *f;
    tree *t;
    int64_t m;            /* draws */
    int32_t d;
    double *u;            /* d x m coordinates of the draws, by parameter */
    double *y;            /* [m] */
    int32_t *order;       /* d x m draws sorted by each parameter */
    int32_t *spare;       /* [m] */
    bool *goes_low;       /* [m] */
    int32_t *turn;        /* [d] parameters in the order in which a node tries them */
    double *uniform;      /* [d] */
    rng_key key;          /* of that order; node k of a tree takes positions k d ... */
    int32_t index;        /* of the tree */
} grower;

typedef struct cut {
    int32_t param;        /* -1: none */
    double at, gain;
    int64_t n_low;
} cut;

/* ---- a cut ---- */

/* The best cut of parameter i over order[from .. to): largest sum of squares between parts. */
static void try_param(const grower *g, int32_t i, int64_t from, int64_t to, double total, cut *best)
{
    const int32_t *order = g->order + i * g->m;
    const double *u = g->u + i * g->m;
    const double n = (double)(to - from);
    double low = 0.0;
    for (int64_t k = from; k + 1 < to; k++) {
        low += g->y[order[k]];
        if (!(u[order[k]] < u[order[k + 1]]))
            continue;
        const double m = (double)(k + 1 - from), high = total - low;
        const double gain = low * low / m + high * high / (n - m) - total * total / n;
        if (gain > best->gain) {
            const double at = 0.5 * (u[order[k]] + u[order[k + 1]]);
            *best = (cut){i, at > u[order[k]] ? at : u[order[k + 1]], gain, k + 1 - from};
        }
    }
}

/* Have all draws of the node the parameter?  Else a cut would tell those that have it apart by
 * the place where the others stand. */
static bool all_have(const grower *g, int32_t i, int64_t from, int64_t to)
{
    if (g->f->space->params[i].parent < 0)
        return true;
    for (int64_t k = from; k < to; k++)
        if (!g->f->active[g->t->draws[g->order[k]] * g->d + i])
            return false;
    return true;
}

/* Shuffles the order in which parameters are tried: among equal cuts, as all are of a node with
 * two values, the first one wins, and no parameter may be favoured. */
static void shuffle_params(grower *g, int32_t here)
{
    rng_uniform(g->key, g->index, (int64_t)here * g->d, g->d, g->uniform);
    for (int32_t i = g->d - 1; i > 0; i--) {
        const int32_t k = (int32_t)(g->uniform[i] * (i + 1)), other = g->turn[k];
        g->turn[k] = g->turn[i];
        g->turn[i] = other;
    }
}

static void partition(grower *g, const cut *c, int64_t from, int64_t to)
{
    const double *u = g->u + c->param * g->m;
    for (int64_t k = from; k < to; k++)
        g->goes_low[g->order[c->param * g->m + k]] = u[g->order[c->param * g->m + k]] < c->at;
    for (int32_t i = 0; i < g->d; i++) {
        int32_t *order = g->order + i * g->m;
        int64_t low = from, high = 0;
        for (int64_t k = from; k < to; k++)
            if (g->goes_low[order[k]])
                order[low++] = order[k];
            else
                g->spare[high++] = order[k];
        memcpy(order + low, g->spare, (size_t)high * sizeof *order);
    }
}

/* ---- a tree ---- */

/* Index of a new node, -1: no memory. */
static int32_t add_node(tree *t)
{
    if (t->n == t->room) {
        const int32_t room = 2 * t->room + 64;
        node *larger = realloc(t->nodes, (size_t)room * sizeof *larger);
        if (!larger)
            return -1;
        t->nodes = larger;
        t->room = room;
    }
    return t->n++;
}

/* Grows the node over order[from .. to); returns its index, -1: no memory. */
static int32_t grow_node(grower *g, int64_t from, int64_t to, int depth)
{
    double total = 0.0, low = INFINITY, high = -INFINITY;
    for (int64_t k = from; k < to; k++) {
        const double y = g->y[g->order[k]];
        total += y;
        low = fmin(low, y);
        high = fmax(high, y);
    }
    const int32_t here = add_node(g->t);
    if (here < 0)
        return -1;
    const double value = low == high ? low : total / (double)(to - from);
    g->t->nodes[here] = (node){.param = -1, .value = value};
    cut best = {.param = -1};
    if (low < high && depth < DEPTH_MOST) {
        shuffle_params(g, here);
        for (int32_t i = 0; i < g->d; i++)
            if (all_have(g, g->turn[i], from, to))
                try_param(g, g->turn[i], from, to, total, &best);
    }
    if (best.param < 0)
        return here;
    partition(g, &best, from, to);
    const int32_t below = grow_node(g, from, from + best.n_low, depth + 1);
    const int32_t above = below < 0 ? -1 : grow_node(g, from + best.n_low, to, depth + 1);
    if (above < 0)
        return -1;
    g->t->nodes[here] = (node){best.param, below, above, best.at, value};
    return here;
}

typedef struct keyed {
    double key;
    int32_t index;
} keyed;

static int by_key(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key ? 1 : x->index < y->index ? -1 : 1;
}

/* Coordinates of choices in the order of their mean; those never drawn stand in the middle. */
static bool place_choices(grower *g, int32_t i)
{
    const int64_t k = g->f->space->params[i].n_choices;
    keyed *mean = calloc((size_t)k + 1, sizeof *mean);
    double *count = calloc((size_t)k + 1, sizeof *count), all = 0.0;
    g->t->place[i] = malloc((size_t)k * sizeof(double) + 1);
    const bool got = mean && count && g->t->place[i];
    for (int64_t r = 0; got && r < g->m; r++) {
        const int64_t row = g->t->draws[r];
        all += g->y[r] / (double)g->m;
        if (g->f->active[row * g->d + i]) {
            const int64_t c = (int64_t)g->f->x[row * g->d + i];
            mean[c].key += g->y[r];
            count[c] += 1.0;
        }
    }
    for (int64_t c = 0; got && c < k; c++)
        mean[c] = (keyed){count[c] > 0.0 ? mean[c].key / count[c] : all, (int32_t)c};
    if (got)
        qsort(mean, (size_t)k, sizeof *mean, by_key);
    for (int64_t c = 0; got && c < k; c++)
        g->t->place[i][mean[c].index] = ((double)c + 0.5) / (double)k;
    free(mean);
    free(count);
    return got;
}

static bool sort_columns(grower *g)
{
    keyed *keys = malloc((size_t)g->m * sizeof *keys + 1);
    for (int32_t i = 0; keys && i < g->d; i++) {
        for (int64_t r = 0; r < g->m; r++) {
            const int64_t row = g->t->draws[r];
            const double u = g->f->active[row * g->d + i]
                                 ? tree_place(g->f, g->t, i, g->f->x[row * g->d + i])
                                 : 0.5;
            g->u[i * g->m + r] = u;
            keys[r] = (keyed){u, (int32_t)r};
        }
        qsort(keys, (size_t)g->m, sizeof *keys, by_key);
        for (int64_t r = 0; r < g->m; r++)
            g->order[i * g->m + r] = keys[r].index;
    }
    free(keys);
    return keys != NULL;
}

static bool draw_rows(const forest *f, tree *t, int32_t index, int64_t m)
{
    double *uniform = malloc((size_t)m * sizeof *uniform + 1);
    t->draws = malloc((size_t)m * sizeof *t->draws + 1);
    const bool got = uniform && t->draws;
    if (got)
        rng_uniform(f->key, index, 0, m, uniform);
    for (int64_t r = 0; got && r < m; r++)
        t->draws[r] = (int64_t)(uniform[r] * (double)f->n);
    t->n_draws = m;
    free(uniform);
    return got;
}

static bool grow_tree(const forest *f, tree *t, int32_t index, int64_t m)
{
    const int32_t d = f->space->n;
    grower g = {.f = f, .t = t, .m = m, .d = d, .index = index,
                .key = rng_child(f->key, "order", 0)};
    g.u = malloc((size_t)(d * m) * sizeof *g.u + 1);
    g.y = malloc((size_t)m * sizeof *g.y + 1);
    g.order = malloc((size_t)(d * m) * sizeof *g.order + 1);
    g.spare = malloc((size_t)m * sizeof *g.spare + 1);
    g.goes_low = malloc((size_t)m * sizeof *g.goes_low + 1);
    g.turn = malloc((size_t)d * sizeof *g.turn + 1);
    g.uniform = malloc((size_t)d * sizeof *g.uniform + 1);
    t->place = calloc((size_t)d + 1, sizeof *t->place);
    bool got = g.u && g.y && g.order && g.spare && g.goes_low && g.turn && g.uniform &&
               t->place && draw_rows(f, t, index, m);
    for (int32_t i = 0; got && i < d; i++)
        g.turn[i] = i;
    for (int64_t r = 0; got && r < m; r++)
        g.y[r] = f->y[t->draws[r]];
    for (int32_t i = 0; got && i < d; i++)
        if (f->space->params[i].type == HONE_CATEGORICAL)
            got = place_choices(&g, i);
    got = got && sort_columns(&g) && grow_node(&g, 0, m, 0) >= 0;
    free(g.u);
    free(g.y);
    free(g.order);
    free(g.spare);
    free(g.goes_low);
    free(g.turn);
    free(g.uniform);
    return got;
}

/* ---- the forest ---- */

double tree_place(const forest *f, const tree *t, int32_t i, double x)
{
    return f->space->params[i].type == HONE_CATEGORICAL ? t->place[i][(int64_t)x] : x;
}

double tree_value(const forest *f, const tree *t, const double *x)
{
    const node *at = t->nodes;
    while (at->param >= 0) {
        const double v = x[at->param];
        const double u = isnan(v) ? 0.5 : tree_place(f, t, at->param, v);
        at = t->nodes + (u < at->cut ? at->low : at->high);
    }
    return at->value;
}

static bool copy_rows(forest *f, const double *x, const double *y)
{
    const int32_t d = f->space->n;
    f->x = malloc((size_t)(f->n * d) * sizeof *f->x + 1);
    f->y = malloc((size_t)f->n * sizeof *f->y + 1);
    f->active = malloc((size_t)(f->n * d) * sizeof *f->active + 1);
    f->scales = calloc((size_t)d + 1, sizeof *f->scales);
    if (!f->x || !f->y || !f->active || !f->scales)
        return false;
    memcpy(f->y, y, (size_t)f->n * sizeof *y);
    for (int32_t i = 0; i < d; i++) {
        const hone_param *q = &f->space->params[i];
        f->scales[i] = scale_of(q);
        for (int64_t r = 0; r < f->n; r++) {
            const double v = x[r * d + i];
            f->active[r * d + i] = !isnan(v);
            const bool as_it_is = isnan(v) || q->type == HONE_CATEGORICAL;
            f->x[r * d + i] = as_it_is ? v : scale_unit(&f->scales[i], v);
        }
    }
    return true;
}

int32_t forest_grow(const space *s, int64_t n, const double *x, const double *y,
                    const forest_settings *settings, forest **out, error *err)
{
    forest *f = calloc(1, sizeof *f);
    if (n < 2 || settings->n_trees < 1) {
        free(f);
        return error_add(err, HONE_EINVAL, "a forest wants two finished trials or more, not %lld",
                         (long long)n);
    }
    const int64_t m = n < settings->most_draws ? n : settings->most_draws;
    bool got = f != NULL;
    if (got) {
        *f = (forest){.space = s, .n = n, .n_trees = settings->n_trees, .key = settings->key};
        f->trees = calloc((size_t)f->n_trees, sizeof *f->trees);
        got = f->trees && copy_rows(f, x, y);
    }
    for (int32_t t = 0; got && t < f->n_trees; t++)
        got = grow_tree(f, &f->trees[t], t, m);
    if (got) {
        *out = f;
        return HONE_OK;
    }
    forest_free(f);
    return error_add(err, HONE_ENOMEM, "out of memory for a forest of %d trees", settings->n_trees);
}

void forest_free(forest *f)
{
    if (!f)
        return;
    for (int32_t t = 0; f->trees && t < f->n_trees; t++) {
        for (int32_t i = 0; f->trees[t].place && i < f->space->n; i++)
            free(f->trees[t].place[i]);
        free(f->trees[t].place);
        free(f->trees[t].nodes);
        free(f->trees[t].draws);
    }
    free(f->trees);
    free(f->x);
    free(f->y);
    free(f->active);
    free(f->scales);
    free(f);
}
