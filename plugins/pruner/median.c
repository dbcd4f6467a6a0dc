/* median.c - stops a trial that does worse than half of the complete ones did at that step.
 *
 * At a step, the best intermediate value of the trial so far is compared with the median of
 * the values that complete trials had at this very step; if it is worse, the trial stops.
 * A good choice where curves do not cross much; where slow starters win in the end, raise
 * `warmup`.
 *
 * Source: Golovin et al., "Google Vizier: A Service for Black-Box Optimization", KDD 2017,
 *         section 3.2.2 (which compares with running averages); the rule is that of
 *         Optuna's MedianPruner, with its defaults, and decides as it does. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"

/* Intermediate values of a trial that has not finished. */
typedef struct trial {
    int64_t number, n, room;
    int64_t *step;  /* [n] increasing */
    double *value;  /* [n] */
    double best;
} trial;

/* Values of complete trials at one step. */
typedef struct level {
    int64_t step, n, room;
    double *value;  /* [n] increasing */
} level;

typedef struct median {
    const hone_host *host;
    int64_t startup, warmup, interval, min_trials; /* options */
    int64_t complete;                              /* complete trials */
    trial *trials;                                 /* [n_trials] */
    int64_t n_trials, trials_room;
    level *levels;                                 /* [n_levels] by step */
    int64_t n_levels, levels_room;
} median;

/* *array := room for n elements of `size` bytes. */
static int grow(void *array, int64_t *room, int64_t n, size_t size)
{
    const int64_t more = 2 * *room > n ? 2 * *room : n;
    void *old, *moved;

    if (n <= *room)
        return 1;
    memcpy(&old, array, sizeof old);
    if (!(moved = realloc(old, (size_t)more * size)))
        return 0;
    memcpy(array, &moved, sizeof moved);
    *room = more;
    return 1;
}

/* ---- trials that run ---------------------------------------------------------------- */

static trial *find(const median *m, int64_t number)
{
    for (int64_t i = m->n_trials - 1; i >= 0; i--)
        if (m->trials[i].number == number)
            return &m->trials[i];
    return NULL;
}

static trial *find_or_add(median *m, int64_t number)
{
    trial *t = find(m, number);

    if (t || !grow(&m->trials, &m->trials_room, m->n_trials + 1, sizeof *t))
        return t;
    t = &m->trials[m->n_trials++];
    *t = (trial){.number = number, .best = INFINITY};
    return t;
}

static int note(trial *t, int64_t step, double value)
{
    int64_t room = t->room;

    if (!grow(&t->step, &room, t->n + 1, sizeof *t->step) ||
        !grow(&t->value, &t->room, t->n + 1, sizeof *t->value))
        return 0;
    t->step[t->n] = step;
    t->value[t->n++] = value;
    t->best = fmin(t->best, value);
    return 1;
}

/* ---- what complete trials had ---------------------------------------------------------- */

/* The first level whose step is not below this one. */
static int64_t level_at(const median *m, int64_t step)
{
    int64_t low = 0, high = m->n_levels;

    while (low < high) {
        const int64_t middle = (low + high) / 2;

        if (m->levels[middle].step < step)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int keep(median *m, int64_t step, double value)
{
    const int64_t at = level_at(m, step);
    level *l = m->levels + at;
    int64_t low = 0, high;

    if (at == m->n_levels || l->step != step) {
        if (!grow(&m->levels, &m->levels_room, m->n_levels + 1, sizeof *l))
            return 0;
        l = m->levels + at;
        memmove(l + 1, l, (size_t)(m->n_levels++ - at) * sizeof *l);
        *l = (level){.step = step};
    }
    if (!grow(&l->value, &l->room, l->n + 1, sizeof *l->value))
        return 0;
    for (high = l->n; low < high;) {
        const int64_t middle = (low + high) / 2;

        if (l->value[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(l->value + low + 1, l->value + low, (size_t)(l->n++ - low) * sizeof *l->value);
    l->value[low] = value;
    return 1;
}

/* The median at a step; NaN: too few trials reached it. */
static double median_at(const median *m, int64_t step)
{
    const int64_t at = level_at(m, step);
    const level *l = m->levels + at;

    if (at == m->n_levels || l->step != step || l->n < m->min_trials)
        return NAN;
    return l->n % 2 ? l->value[l->n / 2] : (l->value[l->n / 2 - 1] + l->value[l->n / 2]) / 2;
}

/* ---- the rule ------------------------------------------------------------------------------ */

/* Is the last step of t the first one that it reports in its interval? */
static int is_due(const median *m, const trial *t)
{
    const int64_t step = t->step[t->n - 1];
    const int64_t start = step - (step - m->warmup) % m->interval;

    return step >= m->warmup && (t->n == 1 || t->step[t->n - 2] < start);
}

static int32_t observe(void *self, int64_t number, int64_t step, double value, int32_t *stop)
{
    median *m = self;
    trial *t = find_or_add(m, number);

    if (!t || !note(t, step, value)) {
        m->host->error(m->host, -1, "out of memory for intermediate values");
        return HONE_ENOMEM;
    }
    /* A comparison with NaN, no median yet, is false. */
    *stop = m->complete >= m->startup && is_due(m, t) && t->best > median_at(m, step);
    return HONE_OK;
}

static int32_t finish(void *self, int64_t number, int32_t state)
{
    median *m = self;
    trial *t = find(m, number);
    int kept = 1;

    m->complete += state == HONE_COMPLETE;
    if (!t)
        return HONE_OK;
    for (int64_t i = 0; state == HONE_COMPLETE && kept && i < t->n; i++)
        kept = keep(m, t->step[i], t->value[i]);
    free(t->step);
    free(t->value);
    *t = m->trials[--m->n_trials];
    if (kept)
        return HONE_OK;
    m->host->error(m->host, -1, "out of memory for intermediate values");
    return HONE_ENOMEM;
}

static void destroy(void *self)
{
    median *m = self;

    for (int64_t i = 0; m && i < m->n_trials; i++) {
        free(m->trials[i].step);
        free(m->trials[i].value);
    }
    for (int64_t i = 0; m && i < m->n_levels; i++)
        free(m->levels[i].value);
    if (m) {
        free(m->trials);
        free(m->levels);
    }
    free(m);
}

enum { STARTUP, WARMUP, INTERVAL, MIN_TRIALS, N_OPTIONS };

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    median *m = calloc(1, sizeof *m);

    if (!m) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    m->host = host;
    m->startup = values[STARTUP].i > 0 ? values[STARTUP].i : 1;
    m->warmup = values[WARMUP].i;
    m->interval = values[INTERVAL].i;
    m->min_trials = values[MIN_TRIALS].i;
    *self = m;
    return HONE_OK;
}

static const hone_option OPTIONS[N_OPTIONS] = {
    [STARTUP] = {.name = "startup",
                 .type = HONE_OPT_INT,
                 .def = "5",
                 .low = 0,
                 .high = 0x1p53,
                 .unit = "trials",
                 .doc = "Nothing is stopped before so many trials are complete (default as in "
                        "Optuna's MedianPruner)."},
    [WARMUP] = {.name = "warmup",
                .type = HONE_OPT_INT,
                .def = "0",
                .low = 0,
                .high = 0x1p53,
                .unit = "steps",
                .doc = "No trial is stopped before this step: raise it where slow starters can "
                       "win."},
    [INTERVAL] = {.name = "interval",
                  .type = HONE_OPT_INT,
                  .def = "1",
                  .low = 1,
                  .high = 0x1p53,
                  .unit = "steps",
                  .doc = "Steps between comparisons, counted from warmup: larger is more patient "
                         "with noisy values."},
    [MIN_TRIALS] = {.name = "min_trials",
                    .type = HONE_OPT_INT,
                    .def = "1",
                    .low = 1,
                    .high = 0x1p53,
                    .unit = "trials",
                    .doc = "Complete trials that must have a value at a step before its median "
                           "is used."},
};

static const hone_pruner_ops OPS = {.size = sizeof OPS, .observe = observe, .finish = finish};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_PRUNER,
    .name = "median",
    .version = "1.0.0",
    .doc = "Stops a trial that is worse than the median of complete trials at the same step.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("median", "1.0.0", "MIT", "", PLUGINS)
