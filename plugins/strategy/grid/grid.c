/* grid.c - every combination of chosen values, one after the other.
 *
 * Parameters with finitely many values take all of them unless told otherwise, the others
 * `points` evenly spaced ones (evenly in their logarithms if log).  A parameter that is
 * inactive adds no combinations.  The last parameter varies fastest; order = shuffled visits
 * the same points in a random order, which is fairer when the budget ends first.
 *
 * The next point is the first, in order, that no trial of the study has yet, whatever came
 * of it.  So a resumed study goes on where it stood, enqueued points and numbers that were
 * never used change nothing, and nothing is skipped or proposed twice.  Points are computed
 * from their numbers, not listed: a grid of 2^40 starts at once. */
#include <stdio.h>

#include "axes.h"
#include "hone_permutation.h"
#include "hone_tried.h"

enum { PLAIN, SHUFFLED };

typedef struct grid {
    const hone_host *host;
    const hone_space *space; /* native columns */
    hone_axis *axis;         /* [n_params] */
    int64_t *level;          /* [n_params] */
    hone_product points;
    hone_tried tried;
    int order;
    uint64_t key[2];         /* of the shuffled order */
    uint64_t first;          /* all places before it were tried, as of tried.anew == anew */
    int64_t anew;
} grid;

/* The point at a place of the order, to x. */
static void put(grid *g, uint64_t place, double *x)
{
    if (g->order == SHUFFLED)
        place = hone_permuted(g->key, g->points.n, place);
    hone_product_point(&g->points, place, g->level);
    for (int64_t c = 0; c < g->space->n_cols; c++) {
        const int32_t p = g->space->col_param[c];

        x[c] = g->level[p] < 0 ? NAN : hone_axis_value(&g->axis[p], g->level[p]);
    }
    g->host->snap(g->host, 1, x, g->space->n_cols);
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    grid *g = self;
    const int64_t cols = g->space->n_cols;
    uint64_t place;

    (void)number;
    if (hone_tried_read(&g->tried, t, cols) < 0) {
        g->host->error(g->host, -1, "out of memory for the points tried");
        return HONE_ENOMEM;
    }
    if (g->anew != g->tried.anew)
        g->first = 0;
    g->anew = g->tried.anew;
    *n_out = 0;
    for (place = g->first; *n_out < n && place < g->points.n; place++) {
        double *x = X + *n_out * ldx;

        put(g, place, x);
        if (hone_tried_has(&g->tried, t, cols, x))
            g->first += place == g->first;
        else if (!hone_tried_twice(X, ldx, *n_out, cols))
            ++*n_out;
    }
    return *n_out < n ? HONE_DONE : HONE_OK;
}

static void destroy(void *self)
{
    grid *g = self;

    if (g) {
        axes_free(g->space, g->axis);
        free(g->level);
        hone_product_free(&g->points);
        hone_tried_free(&g->tried);
    }
    free(g);
}

enum { POINTS, VALUES, ORDER, N_OPTIONS };

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    const hone_space *space = host->space(host);
    const size_t n = (size_t)space->n_params + 1;
    grid *g = calloc(1, sizeof *g);
    char text[100];
    int32_t status = HONE_ENOMEM;

    if (!g)
        goto out;
    g->host = host;
    g->space = space;
    g->order = (int)values[ORDER].i;
    host->bits(host, 0, 0, 2, g->key);
    g->axis = calloc(n, sizeof *g->axis);
    g->level = calloc(n, sizeof *g->level);
    if (!g->axis || !g->level)
        goto out;
    status = axes_make(host, VALUES, values[POINTS].i, values[VALUES].ss, values[VALUES].n,
                       g->axis);
    if (status < 0 || (status = hone_product_init(&g->points, space, g->axis)) < 0)
        goto out;
    if (g->points.n >= HONE_PRODUCT_MOST) {
        host->error(host, VALUES, "the grid has more than 2^62 points; take fewer values");
        status = HONE_EINVAL;
        goto out;
    }
    snprintf(text, sizeof text, "the grid has %llu points", (unsigned long long)g->points.n);
    host->log(host, HONE_LOG_INFO, text);
    *self = g;
    return HONE_OK;
out:
    if (status == HONE_ENOMEM)
        host->error(host, -1, "out of memory");
    destroy(g);
    return status;
}

static const char *const ORDERS[] = {"plain", "shuffled", NULL};

static const hone_option OPTIONS[N_OPTIONS] = {
    [POINTS] = {.name = "points",
                .type = HONE_OPT_INT,
                .def = "5",
                .low = 1,
                .high = 1e7,
                .unit = "values",
                .doc = "Evenly spaced values of a parameter without steps, from low to high; "
                       "parameters with finitely many values take all."},
    [VALUES] = {.name = "values",
                .type = HONE_OPT_STRINGS,
                .doc = "What one parameter takes: `name = 4` that many evenly spaced values, "
                       "`name = 0.1 0.3 1` or `name = rbf linear` these and no others."},
    [ORDER] = {.name = "order",
               .type = HONE_OPT_CHOICE,
               .def = "plain",
               .choices = ORDERS,
               .doc = "plain: the last parameter varies fastest; shuffled: the same points in a "
                      "random order of the seed's."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_MULTI_OBJECTIVE | HONE_CAP_CONSTRAINTS |
            HONE_CAP_CONDITIONAL | HONE_CAP_HISTORY_ONLY | HONE_CAP_NATIVE,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "grid",
    .version = "1.0.0",
    .doc = "Grid search: every combination of the values chosen for each parameter.",
    .sources = "Full factorial design, as in Montgomery, \"Design and Analysis of Experiments\".",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("grid", "1.0.0", "MIT", "", PLUGINS)
