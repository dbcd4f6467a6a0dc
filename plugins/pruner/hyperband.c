/* hyperband.c - several successive halvings side by side, from eager to patient.
 *
 * Bracket b stops as the plugin `asha` does with its first rung at r eta^b.  A trial belongs to
 * one bracket, by its number alone, and competes within it; eager brackets get more trials:
 * ceil(B eta^s / (s + 1)) of bracket b = B - 1 - s, as Hyperband sizes them.  It needs no
 * knowledge of when values begin to tell, at the price of some patience.
 *
 * Numbers are spread by a step near the golden part of the sum of these sizes and prime to it,
 * so that any run of so many trials has exactly these shares.
 *
 * Sources: Li et al., "Hyperband", JMLR 18 (2018), algorithm 1; Optuna's HyperbandPruner, whose
 *          defaults these are and which this decides as, given the same brackets (Optuna draws
 *          them by a hash of the study's name and the trial's number). */
#include <math.h>
#include <string.h>

#include "hone_rungs.h"

enum { MOST_BRACKETS = 64 };

typedef struct hyperband {
    const hone_host *host;
    int64_t least, most, eta, bootstrap; /* options; most 0: not known yet */
    int64_t n, total, stride;            /* brackets, the sum of their sizes */
    int64_t size[MOST_BRACKETS];
    hone_rungs bracket[MOST_BRACKETS];   /* [n] */
    hone_curves curves;
} hyperband;

static int32_t no_memory(const hyperband *p)
{
    p->host->error(p->host, -1, "out of memory for intermediate values");
    return HONE_ENOMEM;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        const int64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* floor(log(R / r) / log(eta)) + 1 brackets, in integers, so that no rounding loses one. */
static void make_brackets(hyperband *p)
{
    for (int64_t step = p->least; p->n < MOST_BRACKETS && step <= p->most; step *= p->eta) {
        p->n++;
        if (step > p->most / p->eta)
            break;
    }
    p->n += p->n == 0;
    for (int64_t b = 0; b < p->n; b++) {
        const int64_t s = p->n - 1 - b;

        p->size[b] = (int64_t)ceil((double)p->n * pow((double)p->eta, (double)s) / (double)(s + 1));
        p->total += p->size[b];
        p->bracket[b] = (hone_rungs){
            .least = p->least, .eta = p->eta, .skipped = b, .bootstrap = p->bootstrap};
    }
    p->stride = (int64_t)((double)p->total * 0.6180339887498949);
    while (common_divisor(p->total, ++p->stride) != 1)
        continue;
}

static int64_t bracket_of(const hyperband *p, int64_t number)
{
    /* of many brackets the product needs more than 64 bits */
    const unsigned __int128 turned = (unsigned __int128)(uint64_t)(number % p->total) *
                                     (uint64_t)(p->stride % p->total);
    int64_t at = (int64_t)(turned % (uint64_t)p->total), b = 0;

    while (b < p->n - 1 && at >= p->size[b])
        at -= p->size[b++];
    return b;
}

static int32_t observe(void *self, int64_t number, int64_t step, double value, int32_t *stop)
{
    hyperband *p = self;
    hone_curve *t = hone_curves_note(&p->curves, number, step, value);

    *stop = 0;
    if (t && p->n == 0 && p->most == 0 && p->curves.last_step >= 0)
        p->most = p->curves.last_step + 1;
    if (t && p->n == 0 && p->most > 0)
        make_brackets(p);
    if (t && p->n == 0)
        return HONE_OK;
    if (t && hone_rungs_observe(&p->bracket[bracket_of(p, number)], t, step, value, stop))
        return HONE_OK;
    return no_memory(p);
}

static int32_t finish(void *self, int64_t number, int32_t state)
{
    hyperband *p = self;

    return hone_curves_finish(&p->curves, number, state) ? HONE_OK : no_memory(p);
}

static void destroy(void *self)
{
    hyperband *p = self;

    for (int64_t b = 0; p && b < p->n; b++)
        hone_rungs_free(&p->bracket[b]);
    if (p)
        hone_curves_free(&p->curves);
    free(p);
}

enum { MIN_RESOURCE, MAX_RESOURCE, ETA, BOOTSTRAP, N_OPTIONS };

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    const int guessed = values[MAX_RESOURCE].s && strcmp(values[MAX_RESOURCE].s, "auto") == 0;
    hyperband *p;

    if (guessed && values[BOOTSTRAP].i > 0) {
        host->error(host, BOOTSTRAP, "needs max_resource as a number, not auto");
        return HONE_EINVAL;
    }
    if (!guessed && values[MAX_RESOURCE].i < values[MIN_RESOURCE].i) {
        host->error(host, MAX_RESOURCE, "is below min_resource");
        return HONE_EINVAL;
    }
    if (!(p = calloc(1, sizeof *p))) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    p->host = host;
    p->curves = (hone_curves)HONE_CURVES_EMPTY;
    p->least = values[MIN_RESOURCE].i;
    p->most = guessed ? 0 : values[MAX_RESOURCE].i;
    p->eta = values[ETA].i;
    p->bootstrap = values[BOOTSTRAP].i;
    *self = p;
    return HONE_OK;
}

static const char *const AUTO[] = {"auto", NULL};
static const hone_option OPTIONS[N_OPTIONS] = {
    [MIN_RESOURCE] = {.name = "min_resource",
                      .type = HONE_OPT_INT,
                      .def = "1",
                      .low = 1,
                      .high = 0x1p40,
                      .unit = "steps",
                      .doc = "The step of the first rung of the most eager bracket."},
    [MAX_RESOURCE] = {.name = "max_resource",
                      .type = HONE_OPT_INT,
                      .def = "auto",
                      .low = 1,
                      .high = 0x1p40,
                      .choices = AUTO,
                      .unit = "steps",
                      .doc = "Steps of a whole trial (R of Li et al.), of which the number of "
                             "brackets follows; auto: one more than the last step of the first "
                             "complete trial, before which nothing is stopped."},
    [ETA] = {.name = "eta",
             .type = HONE_OPT_INT,
             .def = "3",
             .low = 2,
             .high = 1e6,
             .doc = "One in eta goes on at a rung, and the next rung is eta times as far."},
    [BOOTSTRAP] = {.name = "bootstrap",
                   .type = HONE_OPT_INT,
                   .flags = HONE_OPT_ADVANCED,
                   .def = "0",
                   .low = 0,
                   .high = 0x1p53,
                   .unit = "trials",
                   .doc = "So many trials must have come to a rung before any goes on from it."},
};

static const hone_pruner_ops OPS = {.size = sizeof OPS, .observe = observe, .finish = finish};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_PRUNER,
    .name = "hyperband",
    .version = "1.0.0",
    .doc = "Brackets of successive halving, from eager to patient.",
    .sources = "Li et al., \"Hyperband: A Novel Bandit-Based Approach to Hyperparameter "
               "Optimization\", JMLR 18, 2018, algorithm 1; decisions and defaults of Optuna's "
               "HyperbandPruner.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("hyperband", "1.0.0", "MIT", "", PLUGINS)
