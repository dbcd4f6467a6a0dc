/* forest_variance.c - what a forest says of parameters: shares of variance, interactions, means
 * over the others, and a permutation measure.
 *
 * Source: Hutter, Hoos, Leyton-Brown, "An Efficient Approach for Assessing Hyperparameter
 * Importance", ICML 2014, algorithm 2: a tree's leaves are boxes, so the mean over all other
 * parameters is a step function of one (or two), piece by piece a sum over leaves.  Here the
 * sums are made for all pieces at once, with differences at the ends of the boxes. */
#include "forest_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEFT_OUT_MOST = 1000 }; /* trials a tree is asked about in the permutation measure */

/* ---- leaves of a tree ---- */

typedef struct leaves {
    int32_t d;
    int64_t n;
    double *low, *high;      /* n x d */
    double *value, *weight;  /* [n] weight: volume */
} leaves;

static void leaves_free(leaves *l)
{
    free(l->low);
    free(l->high);
    free(l->value);
    free(l->weight);
}

/* box: low[d], then high[d] of node `at`; unchanged on return. */
static void collect(const tree *t, int32_t at, double *box, leaves *l)
{
    const node *k = &t->nodes[at];
    const int32_t d = l->d;
    if (k->param < 0) {
        double weight = 1.0;
        for (int32_t i = 0; i < d; i++)
            weight *= box[d + i] - box[i];
        memcpy(l->low + l->n * d, box, (size_t)d * sizeof *box);
        memcpy(l->high + l->n * d, box + d, (size_t)d * sizeof *box);
        l->value[l->n] = k->value;
        l->weight[l->n++] = weight;
        return;
    }
    const double low = box[k->param], high = box[d + k->param];
    box[d + k->param] = k->cut;
    collect(t, k->low, box, l);
    box[d + k->param] = high;
    box[k->param] = k->cut;
    collect(t, k->high, box, l);
    box[k->param] = low;
}

static double *unit_box(int32_t d)
{
    double *box = malloc(2 * (size_t)d * sizeof *box + 1);
    for (int32_t i = 0; box && i < d; i++) {
        box[i] = 0.0;
        box[d + i] = 1.0;
    }
    return box;
}

static bool leaves_of(const forest *f, const tree *t, leaves *l)
{
    const int32_t d = f->space->n;
    const size_t n = (size_t)t->n;
    double *box = unit_box(d);
    *l = (leaves){.d = d,
                  .low = malloc(n * (size_t)d * sizeof(double) + 1),
                  .high = malloc(n * (size_t)d * sizeof(double) + 1),
                  .value = malloc(n * sizeof(double) + 1),
                  .weight = malloc(n * sizeof(double) + 1)};
    const bool got = box && l->low && l->high && l->value && l->weight;
    if (got)
        collect(t, 0, box, l);
    else
        leaves_free(l);
    free(box);
    return got;
}

static double mean_of(const leaves *l)
{
    double mean = 0.0;
    for (int64_t k = 0; k < l->n; k++)
        mean += l->weight[k] * l->value[k];
    return mean;
}

static double variance_of(const leaves *l, double mean)
{
    double v = 0.0;
    for (int64_t k = 0; k < l->n; k++)
        v += l->weight[k] * (l->value[k] - mean) * (l->value[k] - mean);
    return v;
}

/* ---- the pieces of one parameter ---- */

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Ends of the pieces from 0 to 1, increasing; returns how many ends, 0: no memory. */
static int64_t ends_of(const tree *t, int32_t i, double **out)
{
    double *ends = malloc(((size_t)t->n + 2) * sizeof *ends);
    int64_t n = 0, m = 0;
    if (!ends)
        return 0;
    ends[n++] = 0.0;
    ends[n++] = 1.0;
    for (int32_t k = 0; k < t->n; k++)
        if (t->nodes[k].param == i)
            ends[n++] = t->nodes[k].cut;
    qsort(ends, (size_t)n, sizeof *ends, by_value);
    for (int64_t k = 0; k < n; k++)
        if (m == 0 || ends[k] > ends[m - 1])
            ends[m++] = ends[k];
    *out = ends;
    return m;
}

static int64_t end_index(const double *ends, int64_t n, double at)
{
    const double *found = bsearch(&at, ends, (size_t)n, sizeof *ends, by_value);
    return found ? found - ends : 0;
}

/* Variance of the mean over all but parameter i; -1: no memory. */
static double variance_alone(const tree *t, const leaves *l, int32_t i, double mean)
{
    double *ends = NULL, *step = NULL, level = 0.0, v = -1.0;
    const int64_t n = ends_of(t, i, &ends);
    if (n > 0 && (step = calloc((size_t)n, sizeof *step))) {
        for (int64_t k = 0; k < l->n; k++) {
            const double low = l->low[k * l->d + i], high = l->high[k * l->d + i];
            const double part = (l->value[k] - mean) * l->weight[k] / (high - low);
            step[end_index(ends, n, low)] += part;
            step[end_index(ends, n, high)] -= part;
        }
        v = 0.0;
        for (int64_t k = 0; k + 1 < n; k++) {
            level += step[k];
            v += (ends[k + 1] - ends[k]) * level * level;
        }
    }
    free(ends);
    free(step);
    return v;
}

/* Variance of the mean over all but i and j; -1: no memory. */
static double variance_pair(const tree *t, const leaves *l, int32_t i, int32_t j, double mean)
{
    double *a = NULL, *b = NULL, *step = NULL, v = -1.0;
    const int64_t n = ends_of(t, i, &a), m = ends_of(t, j, &b);
    if (n > 0 && m > 0 && (step = calloc((size_t)(n * m), sizeof *step))) {
        for (int64_t k = 0; k < l->n; k++) {
            const double *low = l->low + k * l->d, *high = l->high + k * l->d;
            const double part = (l->value[k] - mean) * l->weight[k] /
                                ((high[i] - low[i]) * (high[j] - low[j]));
            const int64_t a0 = end_index(a, n, low[i]), a1 = end_index(a, n, high[i]);
            const int64_t b0 = end_index(b, m, low[j]), b1 = end_index(b, m, high[j]);
            step[a0 * m + b0] += part;
            step[a0 * m + b1] -= part;
            step[a1 * m + b0] -= part;
            step[a1 * m + b1] += part;
        }
        v = 0.0;
        for (int64_t p = 0; p + 1 < n; p++) {
            double level = 0.0;
            for (int64_t q = 0; q + 1 < m; q++) {
                level += step[p * m + q]; /* along j; rows before were added below */
                v += (a[p + 1] - a[p]) * (b[q + 1] - b[q]) * level * level;
            }
            for (int64_t q = 0; q < m; q++)
                step[(p + 1) * m + q] += step[p * m + q];
        }
    }
    free(a);
    free(b);
    free(step);
    return v;
}

/* ---- shares ---- */

static int32_t lost(error *err)
{
    return error_add(err, HONE_ENOMEM, "out of memory for the importance of parameters");
}

/* share[d], square[d] += of one tree; counts it if it has variance. */
static bool add_tree(const forest *f, const tree *t, double *share, double *square, int *counted)
{
    leaves l;
    if (!leaves_of(f, t, &l))
        return false;
    const double mean = mean_of(&l), all = variance_of(&l, mean);
    bool got = true;
    for (int32_t i = 0; i < l.d && got && all > 0.0; i++) {
        const double part = variance_alone(t, &l, i, mean);
        got = part >= 0.0;
        share[i] += part / all;
        square[i] += part / all * (part / all);
    }
    *counted += all > 0.0;
    leaves_free(&l);
    return got;
}

int32_t forest_shares(const forest *f, double *share, double *sd, error *err)
{
    const int32_t d = f->space->n;
    double *square = calloc((size_t)d + 1, sizeof *square);
    int counted = 0;
    bool got = square != NULL;
    for (int32_t i = 0; i < d; i++)
        share[i] = 0.0;
    for (int32_t t = 0; t < f->n_trees && got; t++)
        got = add_tree(f, &f->trees[t], share, square, &counted);
    for (int32_t i = 0; i < d && got; i++) {
        const double mean = counted > 0 ? share[i] / counted : 0.0;
        share[i] = mean;
        if (sd)
            sd[i] = counted > 1 ? sqrt(fmax(0.0, square[i] / counted - mean * mean) * counted /
                                       (counted - 1))
                                : 0.0;
    }
    free(square);
    return got ? HONE_OK : lost(err);
}

int32_t forest_interaction(const forest *f, int32_t i, int32_t j, double *share, error *err)
{
    double sum = 0.0;
    int counted = 0;
    for (int32_t k = 0; k < f->n_trees; k++) {
        const tree *t = &f->trees[k];
        leaves l;
        if (!leaves_of(f, t, &l))
            return lost(err);
        const double mean = mean_of(&l), all = variance_of(&l, mean);
        const double one = variance_alone(t, &l, i, mean), other = variance_alone(t, &l, j, mean);
        const double both = variance_pair(t, &l, i, j, mean);
        leaves_free(&l);
        if (one < 0.0 || other < 0.0 || both < 0.0)
            return lost(err);
        if (all > 0.0) {
            sum += (both - one - other) / all;
            counted++;
        }
    }
    *share = counted > 0 ? fmax(0.0, sum / counted) : 0.0;
    return HONE_OK;
}

/* ---- means over the others ---- */

/* Mean of node `at` over all parameters but i and j, which are at u and v. */
static double mean_at(const tree *t, int32_t at, const double where[2], const int32_t which[2],
                      double *box, int32_t d)
{
    const node *k = &t->nodes[at];
    const int32_t p = k->param;
    if (p < 0)
        return k->value;
    for (int c = 0; c < 2; c++)
        if (p == which[c])
            return mean_at(t, where[c] < k->cut ? k->low : k->high, where, which, box, d);
    const double low = box[p], high = box[d + p];
    box[d + p] = k->cut;
    double mean = (k->cut - low) * mean_at(t, k->low, where, which, box, d);
    box[d + p] = high;
    box[p] = k->cut;
    mean += (high - k->cut) * mean_at(t, k->high, where, which, box, d);
    box[p] = low;
    return mean / (high - low);
}

static double place_of(const forest *f, const tree *t, int32_t i, double native)
{
    return f->space->params[i].type == HONE_CATEGORICAL
               ? t->place[i][(int64_t)native]
               : scale_unit(&f->scales[i], native);
}

int32_t forest_mean(const forest *f, int32_t i, const double *at_i, int64_t n_i, int32_t j,
                    const double *at_j, int64_t n_j, double *mean, error *err)
{
    const int32_t d = f->space->n, which[2] = {i, j};
    double *box = unit_box(d);
    for (int64_t k = 0; k < n_i * n_j; k++)
        mean[k] = 0.0;
    for (int32_t k = 0; k < f->n_trees && box; k++) {
        const tree *t = &f->trees[k];
        for (int64_t b = 0; b < n_j; b++)
            for (int64_t a = 0; a < n_i; a++) {
                const double where[2] = {place_of(f, t, i, at_i[a]), place_of(f, t, j, at_j[b])};
                mean[b * n_i + a] += mean_at(t, 0, where, which, box, d) / f->n_trees;
            }
    }
    const bool got = box != NULL;
    free(box);
    return got ? HONE_OK : lost(err);
}

/* ---- permutation ---- */

typedef struct shuffler {
    int64_t *rows;     /* left out of the tree's sample */
    int64_t n_rows;
    int64_t *with;     /* those of them that have the parameter */
    double *value, *x; /* [n] shuffled values; [d] a row */
    double *uniform;   /* [n] */
    bool *drawn;       /* [n] */
} shuffler;

static bool shuffler_init(shuffler *s, const forest *f)
{
    const size_t n = (size_t)f->n + 1;
    *s = (shuffler){.rows = malloc(n * sizeof *s->rows), .with = malloc(n * sizeof *s->with),
                    .value = malloc(n * sizeof *s->value), .uniform = malloc(n * sizeof(double)),
                    .x = malloc(((size_t)f->space->n + 1) * sizeof *s->x),
                    .drawn = malloc(n * sizeof *s->drawn)};
    return s->rows && s->with && s->value && s->uniform && s->x && s->drawn;
}

static void shuffler_free(shuffler *s)
{
    free(s->rows);
    free(s->with);
    free(s->value);
    free(s->uniform);
    free(s->x);
    free(s->drawn);
}

static void find_left_out(shuffler *s, const forest *f, const tree *t)
{
    int64_t n = 0;
    memset(s->drawn, 0, (size_t)f->n * sizeof *s->drawn);
    for (int64_t k = 0; k < t->n_draws; k++)
        s->drawn[t->draws[k]] = true;
    for (int64_t r = 0; r < f->n; r++)
        if (!s->drawn[r])
            s->rows[n++] = r;
    const int64_t step = (n + LEFT_OUT_MOST - 1) / LEFT_OUT_MOST;
    s->n_rows = 0;
    for (int64_t k = 0; k < n; k += step)
        s->rows[s->n_rows++] = s->rows[k];
}

/* The values of parameter i of the rows that have it, shuffled (Fisher and Yates). */
static int64_t shuffle(shuffler *s, const forest *f, int32_t tree_index, int32_t i)
{
    const int32_t d = f->space->n;
    int64_t m = 0;
    for (int64_t k = 0; k < s->n_rows; k++)
        if (f->active[s->rows[k] * d + i]) {
            s->with[m] = s->rows[k];
            s->value[m++] = f->x[s->rows[k] * d + i];
        }
    rng_uniform(rng_child(f->key, "shuffle", i), tree_index, 0, m, s->uniform);
    for (int64_t k = m - 1; k > 0; k--) {
        const int64_t other = (int64_t)(s->uniform[k] * (double)(k + 1));
        const double v = s->value[k];
        s->value[k] = s->value[other];
        s->value[other] = v;
    }
    return m;
}

static double squared(double v)
{
    return v * v;
}

/* Sum over left-out trials of the growth of the squared error. */
static double growth(shuffler *s, const forest *f, const tree *t, int32_t tree_index, int32_t i)
{
    const int32_t d = f->space->n;
    const int64_t m = shuffle(s, f, tree_index, i);
    double sum = 0.0;
    for (int64_t k = 0; k < m; k++) {
        const double *row = f->x + s->with[k] * d, y = f->y[s->with[k]];
        memcpy(s->x, row, (size_t)d * sizeof *s->x);
        s->x[i] = s->value[k];
        sum += squared(y - tree_value(f, t, s->x)) - squared(y - tree_value(f, t, row));
    }
    return sum;
}

int32_t forest_permutation(const forest *f, double *increase, error *err)
{
    const int32_t d = f->space->n;
    shuffler s;
    double mean = 0.0, variance = 0.0, rows = 0.0;
    const bool got = shuffler_init(&s, f);
    for (int64_t r = 0; r < f->n; r++)
        mean += f->y[r] / (double)f->n;
    for (int64_t r = 0; r < f->n; r++)
        variance += squared(f->y[r] - mean) / (double)f->n;
    for (int32_t i = 0; i < d; i++)
        increase[i] = 0.0;
    for (int32_t k = 0; k < f->n_trees && got; k++) {
        find_left_out(&s, f, &f->trees[k]);
        rows += (double)s.n_rows;
        for (int32_t i = 0; i < d; i++)
            increase[i] += growth(&s, f, &f->trees[k], k, i);
    }
    for (int32_t i = 0; i < d; i++)
        increase[i] = rows > 0.0 && variance > 0.0 ? increase[i] / rows / (2.0 * variance) : 0.0;
    shuffler_free(&s);
    return got ? HONE_OK : lost(err);
}
