/* lhs.c - Latin hypercube designs: n points, one in each n-th part of every parameter.
 *
 * A design of n points divides every parameter into n equal parts and uses each part once,
 * the parts of different parameters paired at random; within its part a point is drawn
 * uniformly.  It covers each parameter by itself as evenly as n points can, for any n, but
 * says nothing of pairs of parameters (sobol does).  After the n-th point another design
 * begins.
 *
 * Source: McKay, Beckman, Conover, "A Comparison of Three Methods for Selecting Values of
 *         Input Variables in the Analysis of Output from a Computer Code", Technometrics 21
 *         (1979), section 2.3.
 *
 * Point i is had without the others: the part of a parameter is place i of an order that
 * hone_permutation.h computes.  In a finite space a point that was tried is replaced by a
 * random one, and when all were tried, the search is done.  The numbers of enqueued trials
 * are left out of their design. */
#include "hone_fresh.h"
#include "hone_permutation.h"

/* A design where neither the option nor the study says how many points it has. */
static const int64_t UNPLANNED = 100;

typedef struct lhs {
    hone_fresh fresh;
    int64_t n;     /* points of a design; 0: the trials planned */
    int centered;
    uint64_t *key; /* [2 d] of the design in `design` */
    int64_t design;
} lhs;

/* One order of parts a parameter, for design number `design`. */
static const uint64_t *keys(lhs *s, int64_t design)
{
    if (design != s->design)
        s->fresh.host->bits(s->fresh.host, design, 0, 2 * s->fresh.d, s->key);
    s->design = design;
    return s->key;
}

/* The point of trial `number`, to fresh.u. */
static void point(lhs *s, int64_t number, int64_t n)
{
    hone_fresh *f = &s->fresh;
    const uint64_t *key = keys(s, number / n);

    f->host->uniform(f->host, number, 0, f->d, f->u);
    for (int64_t j = 0; j < f->d; j++) {
        const uint64_t part = hone_permuted(key + 2 * j, (uint64_t)n, (uint64_t)(number % n));
        const double u = ((double)part + (s->centered ? 0.5 : f->u[j])) / (double)n;

        f->u[j] = u < 1.0 ? u : (double)part / (double)n;
    }
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    lhs *s = self;
    hone_fresh *f = &s->fresh;
    const int64_t points = s->n > 0 ? s->n : t->budget > 0 ? t->budget : UNPLANNED;

    if (hone_fresh_begin(f, t) < 0) {
        f->host->error(f->host, -1, "out of memory for the points tried");
        return HONE_ENOMEM;
    }
    for (*n_out = 0; *n_out < n; ++*n_out) {
        const int64_t i = *n_out;
        uint64_t start;
        int k = 0;

        do {
            if (k == 0)
                point(s, number[i], points);
            else
                f->host->uniform(f->host, number[i], k * f->d, f->d, f->u);
            hone_spread(f->space, f->u, X + i * ldx);
        } while (!hone_fresh_row(f, t, X, ldx, i) && ++k < HONE_FRESH_TRIES);
        if (k < HONE_FRESH_TRIES)
            continue;
        f->host->bits(f->host, number[i], 2 * f->d, 1, &start);
        if (!hone_fresh_search(f, t, start, X, ldx, i))
            return HONE_DONE;
    }
    return HONE_OK;
}

static void destroy(void *self)
{
    lhs *s = self;

    if (s) {
        hone_fresh_free(&s->fresh);
        free(s->key);
    }
    free(s);
}

enum { N, CENTERED, N_OPTIONS };

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    lhs *s = calloc(1, sizeof *s);

    if (!s || hone_fresh_init(&s->fresh, host) < 0 ||
        !(s->key = malloc((size_t)(2 * s->fresh.d + 1) * sizeof *s->key))) {
        destroy(s);
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    s->n = values[N].i;
    s->centered = values[CENTERED].i != 0;
    s->design = -1;
    *self = s;
    return HONE_OK;
}

static const hone_option OPTIONS[N_OPTIONS] = {
    [N] = {.name = "n",
           .type = HONE_OPT_INT,
           .low = 1,
           .high = 0x1p53,
           .unit = "points",
           .doc = "Points of one design, each in a part of its own of every parameter (McKay et "
                  "al. 1979); unset, the trials planned, or 100 if none are."},
    [CENTERED] = {.name = "centered",
                  .type = HONE_OPT_BOOL,
                  .def = "no",
                  .doc = "Put each point into the middle of its part instead of drawing it "
                         "there: evenly spaced values, but no chance for those between."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_MULTI_OBJECTIVE | HONE_CAP_CONSTRAINTS |
            HONE_CAP_CONDITIONAL | HONE_CAP_HISTORY_ONLY,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "lhs",
    .version = "1.0.0",
    .doc = "Latin hypercube: n points, one in each n-th part of every parameter.",
    .sources = "McKay, Beckman, Conover, \"A Comparison of Three Methods for Selecting Values of "
               "Input Variables in the Analysis of Output from a Computer Code\", Technometrics "
               "21, 1979, section 2.3.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("lhs", "1.0.0", "MIT", "", PLUGINS)
