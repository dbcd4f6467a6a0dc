/* forest.c - surrogate: a random forest.
 *
 * Trees are grown on as many rows as there are, drawn with repetition.  The mean is that of the
 * trees' means; the variance that of the law of total variance, the mean of the leaves' variances
 * and the variance of the trees' means (Hutter et al., section 4.3.2), so it is large where trees
 * disagree: far from data, and where values jump.  Numbers, choices and inactive parameters (NaN)
 * are cut as they are (tree.c).  Known noise variances are not used: leaves average noise away.
 *
 * With log = yes trees learn the logarithm of the distance to a place below all values, and leaves
 * average the distances themselves; mean and variance are then those of a log-normal value.
 *
 * A fit costs O(trees d n log n), a prediction O(trees log n).  It depends on the data, the order
 * of rows and the instance alone, so `update` is a fit.
 *
 * Sources: Breiman, "Random Forests", Machine Learning 45, 2001; Hutter, Xu, Hoos, Leyton-Brown,
 *          "Algorithm Runtime Prediction", Artificial Intelligence 206, 2014: random cuts between
 *          neighbouring values, variance; Lindauer et al., "SMAC3", JMLR 23, 2022: ten trees, all
 *          features, leaves of one row.
 * Departure: SMAC3 makes up a value for inactive parameters. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forest.h"

enum { TREES, FEATURES, LEAST_LEAF, LEAST_SPLIT, DEPTH, BOOTSTRAP, CUTS, LOG, N_OPTIONS };

/* Of the variance of the values: the least variance that is predicted (SMAC3: 1e-10). */
static const double LEAST_VAR = 1e-10;
/* The place below all values: this part of the distance from the least to the median. */
static const double BELOW = 0.01;

typedef struct forest {
    const hone_host *host;
    int64_t n_trees;
    double part; /* of the features that a node tries */
    int bootstrap, logarithms;
    plan plan;
    features features;
    tree *trees;  /* [n_trees] */
    double floor; /* least variance, in the units of the trees */
    double below; /* log: the place */
    double noise, score;
    int fitted;
    double *v, *y;
    int32_t *order;
} forest;

static int32_t failed(const forest *f, int32_t status, const char *what)
{
    f->host->error(f->host, -1, what);
    return status;
}

/* ---- fitting ------------------------------------------------------------------------------*/

static int32_t reserve(forest *f, int64_t n)
{
    const size_t cells = (size_t)(n * f->features.d);
    double *v = realloc(f->v, cells * sizeof *v + 1);
    f->v = v ? v : f->v;
    double *y = realloc(f->y, (size_t)n * sizeof *y + 1);
    f->y = y ? y : f->y;
    int32_t *order = realloc(f->order, cells * sizeof *order + 1);
    f->order = order ? order : f->order;

    return v && y && order ? HONE_OK : HONE_ENOMEM;
}

typedef struct keyed {
    double value;
    int32_t row;
} keyed;

/* By value, NaN last, then by row. */
static int by_value(const void *a, const void *b)
{
    const keyed *x = a, *y = b;

    if (isnan(x->value) || isnan(y->value)) {
        if (isnan(x->value) != isnan(y->value))
            return isnan(x->value) ? 1 : -1;
    } else if (x->value != y->value) {
        return x->value < y->value ? -1 : 1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

static int32_t read_rows(forest *f, int64_t n, const double *U, int64_t ldu)
{
    const int64_t d = f->features.d;
    double *row = malloc((size_t)d * sizeof *row + 1);
    keyed *keys = malloc((size_t)n * sizeof *keys + 1);
    const int32_t status = row && keys ? HONE_OK : HONE_ENOMEM;

    for (int64_t r = 0; r < n && status >= 0; r++) {
        features_read(&f->features, U + r * ldu, row);
        for (int64_t i = 0; i < d; i++)
            f->v[i * n + r] = row[i];
    }
    for (int64_t i = 0; i < d && status >= 0; i++) {
        for (int64_t r = 0; r < n; r++)
            keys[r] = (keyed){f->v[i * n + r], (int32_t)r};
        qsort(keys, (size_t)n, sizeof *keys, by_value);
        for (int64_t r = 0; r < n; r++)
            f->order[i * n + r] = keys[r].row;
    }
    free(row);
    free(keys);
    return status;
}

/* f->y := the values as trees learn them; the least variance. */
static int32_t read_values(forest *f, int64_t n, const double *y)
{
    double mean = 0.0, square = 0.0;
    keyed *keys = malloc((size_t)n * sizeof *keys);

    if (!keys)
        return HONE_ENOMEM;
    for (int64_t r = 0; r < n; r++)
        keys[r] = (keyed){y[r], (int32_t)r};
    qsort(keys, (size_t)n, sizeof *keys, by_value);
    const double least = keys[0].value, gap = keys[n / 2].value - least,
                 all = keys[n - 1].value - least;
    free(keys);
    f->below = least - (gap > 0.0 ? BELOW * gap : all > 0.0 ? BELOW * all : 1.0);
    for (int64_t r = 0; r < n; r++)
        f->y[r] = f->logarithms ? log(y[r] - f->below) : y[r];
    for (int64_t r = 0; r < n; r++)
        mean += f->y[r] / (double)n;
    for (int64_t r = 0; r < n; r++)
        square += (f->y[r] - mean) * (f->y[r] - mean) / (double)n;
    f->floor = LEAST_VAR * (square > 0.0 ? square : 1.0);
    return isfinite(square) && isfinite(all) ? HONE_OK : HONE_ENUMERIC;
}

static void draw_rows(const forest *f, int64_t k, int64_t n, double *u, int32_t *weight)
{
    for (int64_t r = 0; r < n; r++)
        weight[r] = !f->bootstrap;
    if (!f->bootstrap)
        return;
    f->host->uniform(f->host, 2 * k, 0, n, u);
    for (int64_t r = 0; r < n; r++)
        weight[(int64_t)(u[r] * (double)n)]++;
}

/* Grows all trees.  left (n) and count (n): sums of what trees say of rows that they do not have.
 */
static int32_t grow_all(forest *f, double *left, double *count)
{
    const int64_t n = f->plan.n, d = f->features.d;
    double *u = malloc((size_t)(n + d) * sizeof *u + 1), *row = u + n;
    int32_t *weight = malloc((size_t)n * sizeof *weight + 1);
    int32_t status = u && weight ? HONE_OK : HONE_ENOMEM;

    f->noise = 0.0;
    for (int64_t k = 0; k < f->n_trees && status >= 0; k++) {
        draw_rows(f, k, n, u, weight);
        status = tree_grow(&f->trees[k], &f->plan, weight, f->host, 2 * k + 1);
        for (int64_t r = 0; r < n && status >= 0; r++) {
            for (int64_t i = 0; i < d; i++)
                row[i] = f->v[i * n + r];
            const node *leaf = tree_leaf(&f->trees[k], row);
            f->noise += leaf->var / (double)(n * f->n_trees);
            left[r] += weight[r] == 0 ? leaf->value : 0.0;
            count[r] += weight[r] == 0;
        }
    }
    free(u);
    free(weight);
    return status;
}

/* Log density of the values left out, normal with the variance of their errors. */
static double score_of(const forest *f, const double *left, const double *count)
{
    double square = 0.0;
    int64_t n = 0;

    for (int64_t r = 0; r < f->plan.n; r++) {
        const double gap = count[r] > 0.0 ? left[r] / count[r] - f->y[r] : 0.0;

        square += gap * gap;
        n += count[r] > 0.0;
    }
    if (n == 0)
        return NAN;
    square = fmax(square / (double)n, f->floor);
    return -0.5 * (double)f->plan.n * (log(2.0 * acos(-1.0) * square) + 1.0);
}

static int32_t fit(void *self, int64_t n, int64_t p, const double *U, int64_t ldu, const double *y,
                   const double *noise_var)
{
    forest *f = self;
    int32_t status = HONE_OK;

    (void)noise_var;
    f->fitted = 0;
    if (n < 1 || p < 1)
        return failed(f, HONE_EINVAL, "a fit needs at least one row and one column");
    if (f->features.p != p) {
        features_free(&f->features);
        status = features_init(&f->features, f->host->space(f->host), p);
    }
    double *left = calloc((size_t)(2 * n), sizeof *left);
    if (status >= 0)
        status = left ? reserve(f, n) : HONE_ENOMEM;
    if (status >= 0)
        status = read_rows(f, n, U, ldu);
    if (status >= 0)
        status = read_values(f, n, y);
    if (status >= 0) {
        f->plan.f = &f->features;
        f->plan.n = n;
        f->plan.v = f->v;
        f->plan.order = f->order;
        f->plan.y = f->y;
        f->plan.exponential = f->logarithms;
        f->plan.tried = (int64_t)ceil(f->part * (double)f->features.d - 1e-9);
        status = grow_all(f, left, left + n);
    }
    if (status >= 0)
        f->score = score_of(f, left, left + n);
    free(left);
    f->fitted = status >= 0;
    if (status == HONE_ENUMERIC)
        return failed(f, status, "the variance of the values is not a finite number");
    return status < 0 ? failed(f, status, "out of memory") : HONE_OK;
}

/* A forest has nothing to keep. */
static int32_t update(void *self, int64_t keep, int64_t n, const double *U, int64_t ldu,
                      const double *y, const double *noise_var)
{
    forest *f = self;

    (void)keep;
    if (f->features.p == 0)
        return failed(f, HONE_EINVAL, "an update needs a fitted model");
    return fit(self, n, f->features.p, U, ldu, y, noise_var);
}

/* ---- predicting ---------------------------------------------------------------------------*/

/* Of a value whose logarithm, less the place below, has this mean and variance. */
static void from_logarithm(const forest *f, double *mean, double *var)
{
    const double s = fmin(*var, 50.0), middle = exp(*mean + 0.5 * s);

    *var = expm1(s) * middle * middle;
    *mean = f->below + middle;
}

static void predict_row(const forest *f, const double *v, double *mean, double *var)
{
    const double n = (double)f->n_trees;
    double sum = 0.0, within = 0.0, between = 0.0, first = 0.0;

    for (int64_t k = 0; k < f->n_trees; k++) {
        const node *leaf = tree_leaf(&f->trees[k], v);

        first = k == 0 ? leaf->value : first; /* sums of differences lose less */
        sum += leaf->value - first;
        between += (leaf->value - first) * (leaf->value - first);
        within += leaf->var;
    }
    *mean = first + sum / n;
    *var = fmax(within / n + fmax(between / n - sum / n * (sum / n), 0.0), f->floor);
    if (f->logarithms)
        from_logarithm(f, mean, var);
}

static int32_t predict(void *self, int64_t m, const double *U, int64_t ldu, double *mean,
                       double *var, double *dmean, double *dvar, int64_t ldg)
{
    const forest *f = self;

    if (!f->fitted)
        return failed(f, HONE_EINVAL, "a prediction needs a fitted model");
    double *v = malloc((size_t)f->features.d * sizeof *v + 1), unused;
    if (!v)
        return failed(f, HONE_ENOMEM, "out of memory");
    for (int64_t i = 0; i < m; i++) {
        features_read(&f->features, U + i * ldu, v);
        predict_row(f, v, &mean[i], var ? &var[i] : &unused);
        for (int64_t c = 0; c < f->features.p; c++) { /* flat between cuts */
            if (dmean)
                dmean[i * ldg + c] = 0.0;
            if (dvar)
                dvar[i * ldg + c] = 0.0;
        }
    }
    free(v);
    return HONE_OK;
}

static int32_t info(void *self, hone_fit_info *out)
{
    const forest *f = self;

    if (!f->fitted)
        return failed(f, HONE_EINVAL, "there is no fitted model");
    if (HONE_SIZED(out, hone_fit_info, noise_var))
        out->noise_var = f->logarithms ? NAN : f->noise;
    if (HONE_SIZED(out, hone_fit_info, score))
        out->score = f->score;
    return HONE_OK;
}

/* ---- tables -------------------------------------------------------------------------------*/

static void destroy(void *self)
{
    forest *f = self;

    if (!f)
        return;
    for (int64_t k = 0; f->trees && k < f->n_trees; k++)
        tree_free(&f->trees[k]);
    features_free(&f->features);
    free(f->trees);
    free(f->v);
    free(f->y);
    free(f->order);
    free(f);
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    forest *f = calloc(1, sizeof *f);

    if (f)
        f->trees = calloc((size_t)values[TREES].i, sizeof *f->trees);
    if (!f || !f->trees) {
        host->error(host, -1, "out of memory");
        destroy(f);
        return HONE_ENOMEM;
    }
    f->host = host;
    f->n_trees = values[TREES].i;
    f->part = values[FEATURES].d;
    f->bootstrap = (int)values[BOOTSTRAP].i;
    f->logarithms = (int)values[LOG].i;
    f->plan.least_leaf = (double)values[LEAST_LEAF].i;
    f->plan.least_split = (double)values[LEAST_SPLIT].i;
    f->plan.depth = values[DEPTH].i;
    f->plan.random_cut = values[CUTS].i == 0;
    *self = f;
    return HONE_OK;
}

static const char *const CUT_CHOICES[] = {"random", "middle", NULL};

static const hone_option OPTIONS[N_OPTIONS] = {
    [TREES] = {.name = "trees",
               .type = HONE_OPT_INT,
               .def = "10",
               .low = 1,
               .high = 10000,
               .doc = "Trees of the forest (SMAC3: 10): more make a smoother mean and a steadier "
                      "variance."},
    [FEATURES] = {.name = "features",
                  .type = HONE_OPT_REAL,
                  .flags = HONE_OPT_OPEN_LOW,
                  .def = "1",
                  .low = 0,
                  .high = 1,
                  .doc = "Part of the parameters that a node chooses its cut from: fewer make "
                         "trees differ more."},
    [LEAST_LEAF] = {.name = "min_leaf",
                    .type = HONE_OPT_INT,
                    .def = "1",
                    .low = 1,
                    .high = 1e9,
                    .unit = "trials",
                    .doc = "Least trials of a leaf: more are for noise."},
    [LEAST_SPLIT] = {.name = "min_split",
                     .type = HONE_OPT_INT,
                     .def = "2",
                     .low = 2,
                     .high = 1e9,
                     .unit = "trials",
                     .doc = "Nodes of fewer trials are not cut."},
    [DEPTH] = {.name = "depth",
               .type = HONE_OPT_INT,
               .flags = HONE_OPT_ADVANCED,
               .def = "200",
               .low = 0,
               .high = 10000,
               .doc = "Most cuts on the way to a leaf."},
    [BOOTSTRAP] = {.name = "bootstrap",
                   .type = HONE_OPT_BOOL,
                   .def = "yes",
                   .doc = "Each tree learns from trials drawn with repetition; no: from all."},
    [CUTS] = {.name = "cuts",
              .type = HONE_OPT_CHOICE,
              .flags = HONE_OPT_ADVANCED,
              .def = "random",
              .choices = CUT_CHOICES,
              .doc = "Where between two neighbouring values a number is cut: anywhere, which makes "
                     "means smooth and variances grow between data (Hutter et al. 2014), or in "
                     "the middle."},
    [LOG] = {.name = "log",
             .type = HONE_OPT_BOOL,
             .def = "no",
             .doc =
                 "Learns the logarithm of the distance to a place below all values: for values of "
                 "very different size."},
};

static const hone_surrogate_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_BATCH | HONE_CAP_CONDITIONAL,
    .fit = fit,
    .predict = predict,
    .update = update,
    .info = info,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_SURROGATE,
    .name = "forest",
    .version = "1.0.0",
    .doc = "Random forest: numbers, choices and conditions as they are, variance across trees.",
    .sources = "Breiman, \"Random Forests\", Machine Learning 45, 2001; Hutter, Xu, Hoos, "
               "Leyton-Brown, \"Algorithm Runtime Prediction\", Artificial Intelligence 206, "
               "2014; Lindauer et al., \"SMAC3\", JMLR 23, 2022.\nDeparture: no value is made up "
               "for inactive parameters.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("forest", "1.0.0", "MIT", "", PLUGINS)
