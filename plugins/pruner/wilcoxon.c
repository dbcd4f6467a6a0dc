/* wilcoxon.c - stops a trial whose values are worse, step by step, than those of the best trial.
 *
 * For objectives that are the mean over instances (folds, problems, seeds): step i is instance
 * i, the same in every trial.  The differences to the best trial at the steps that both have are
 * put to Wilcoxon's signed-rank test; the trial stops when it is worse with p < `p`.  A trial
 * whose mean is better than the best one's goes on in any case.
 *
 * The test is one-sided.  Differences of zero count half on both sides (zsplit).  Up to 50
 * differences without ties or zeros the distribution is exact, else normal with the variance
 * corrected for ties.
 *
 * Sources: Wilcoxon, Biometrics Bulletin 1 (1945); the rule is that of Optuna's WilcoxonPruner
 *          (3.6), with its defaults.
 * Departures: the best trial is the complete one with the least mean of its values, since a pruner
 *          is not told final values; ties leave the exact distribution (SciPy 1.10 does not look
 *          at them). */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_curves.h"

enum { EXACT = 50 }; /* differences: beyond, the normal approximation is good to 1e-3 */

typedef struct wilcoxon {
    const hone_host *host;
    double p;
    int64_t startup;
    hone_curve best;      /* n 0: no complete trial yet */
    double best_mean;
    double *difference;   /* [room] */
    int64_t room;
    hone_curves curves;
} wilcoxon;

static int32_t no_memory(const wilcoxon *w)
{
    w->host->error(w->host, -1, "out of memory for intermediate values");
    return HONE_ENOMEM;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (fabs(*x) > fabs(*y)) - (fabs(*x) < fabs(*y));
}

/* P(sum of the positive ranks >= r) of n differences, all 2^n signs equally likely. */
static double exact_tail(int64_t n, double r)
{
    double ways[EXACT * (EXACT + 1) / 2 + 1] = {1}, tail = 0, all = 0;
    int64_t most = 0;

    for (int64_t k = 1; k <= n; k++) {
        most += k;
        for (int64_t s = most; s >= k; s--)
            ways[s] += ways[s - k];
    }
    for (int64_t s = 0; s <= most; s++) {
        all += ways[s];
        tail += (double)s >= r ? ways[s] : 0;
    }
    return tail / all;
}

/* The p-value of "these n differences tend to be above zero"; sorts them by size. */
static double test_above(double *d, int64_t n)
{
    const double count = (double)n;
    double above = 0, ties = 0;
    int tied = 0;

    qsort(d, (size_t)n, sizeof *d, by_size);
    for (int64_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && fabs(d[j]) == fabs(d[i]); j++)
            continue;
        const double same = (double)(j - i), rank = (double)(i + j + 1) / 2;

        tied |= j > i + 1 || d[i] == 0;
        ties += same * same * same - same;
        for (int64_t k = i; k < j; k++)
            above += d[k] > 0 ? rank : d[k] < 0 ? 0 : rank / 2;
    }
    if (n <= EXACT && !tied)
        return exact_tail(n, above);
    const double mean = count * (count + 1) / 4;
    const double variance = count * (count + 1) * (2 * count + 1) / 24 - ties / 48;
    return variance > 0 ? erfc((above - mean) / sqrt(2 * variance)) / 2 : 1;
}

static double mean_of(const hone_curve *t)
{
    double sum = 0;

    for (int64_t i = 0; i < t->n; i++)
        sum += t->value[i];
    return sum / (double)t->n;
}

/* Differences to the best trial at common steps; how many. */
static int64_t compare(wilcoxon *w, const hone_curve *t)
{
    int64_t n = 0;

    for (int64_t i = 0, j = 0; i < t->n && j < w->best.n;) {
        if (t->step[i] == w->best.step[j])
            w->difference[n++] = t->value[i++] - w->best.value[j++];
        else if (t->step[i] < w->best.step[j])
            i++;
        else
            j++;
    }
    return n;
}

static int32_t observe(void *self, int64_t number, int64_t step, double value, int32_t *stop)
{
    wilcoxon *w = self;
    const hone_curve *t = hone_curves_note(&w->curves, number, step, value);
    void *moved;
    int64_t n;

    if (!t)
        return no_memory(w);
    if (!(moved = hone_curves_grow(w->difference, &w->room, t->n, sizeof *w->difference)))
        return no_memory(w);
    w->difference = moved;
    n = compare(w, t);
    *stop = n >= w->startup && w->best_mean < mean_of(t) && test_above(w->difference, n) < w->p;
    return HONE_OK;
}

static int32_t finish(void *self, int64_t number, int32_t state)
{
    wilcoxon *w = self;
    hone_curve *t = hone_curves_find(&w->curves, number);

    if (t && state == HONE_COMPLETE && (w->best.n == 0 || mean_of(t) < w->best_mean)) {
        const hone_curve was = w->best;

        w->best_mean = mean_of(t);
        w->best = *t;
        t->step = was.step; /* freed in its place */
        t->value = was.value;
        t->n = 0;
    }
    return hone_curves_finish(&w->curves, number, HONE_FAILED) ? HONE_OK : no_memory(w);
}

static void destroy(void *self)
{
    wilcoxon *w = self;

    if (w) {
        hone_curves_free(&w->curves);
        free(w->best.step);
        free(w->best.value);
        free(w->difference);
    }
    free(w);
}

enum { P, STARTUP, N_OPTIONS };

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    wilcoxon *w = calloc(1, sizeof *w);

    if (!w) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    w->host = host;
    w->curves = (hone_curves)HONE_CURVES_EMPTY;
    w->p = values[P].d;
    w->startup = values[STARTUP].i > 2 ? values[STARTUP].i : 2;
    *self = w;
    return HONE_OK;
}

static const hone_option OPTIONS[N_OPTIONS] = {
    [P] = {.name = "p",
           .type = HONE_OPT_REAL,
           .def = "0.1",
           .low = 0,
           .high = 1,
           .doc = "A trial stops when the test gives less than this; larger stops earlier and "
                  "errs more often."},
    [STARTUP] = {.name = "startup",
                 .type = HONE_OPT_INT,
                 .def = "2",
                 .low = 0,
                 .high = 0x1p53,
                 .unit = "steps",
                 .doc = "So many common steps are needed before the test, at least 2."},
};

static const hone_pruner_ops OPS = {.size = sizeof OPS, .observe = observe, .finish = finish};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_PRUNER,
    .name = "wilcoxon",
    .version = "1.0.0",
    .doc = "Stops a trial that Wilcoxon's test finds worse than the best one, step by step.",
    .sources = "Wilcoxon, \"Individual Comparisons by Ranking Methods\", Biometrics Bulletin 1, "
               "1945; the rule of Optuna's WilcoxonPruner, with its defaults.\nDeparture: the "
               "best trial is the complete one with the least mean of its values.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("wilcoxon", "1.0.0", "MIT", "", PLUGINS)
