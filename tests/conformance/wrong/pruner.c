/* pruner.c - a sound small pruner, and with -DFAULT_<name> one that is wrong in one way.
 *
 * Stops what is worse than the mean of all values that it has seen, from the third step on. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "hone_plugin.h"

/* FAULT name: the test that is meant to find it
 *
 * FAULT stops_twice: stops
 * FAULT unwritten: stops
 * FAULT few_trials: interwoven
 * FAULT overflows: values
 * FAULT counts_steps: steps */

typedef struct mean {
    const hone_host *host;
    int64_t n, step;
    double value; /* of what was seen, as a running mean */
} mean;

static int32_t failed(const mean *m, const char *words)
{
    m->host->error(m->host, -1, words);
    return HONE_EFAIL;
}

static int32_t observe(void *self, int64_t number, int64_t step, double value, int32_t *stop)
{
    mean *m = self;
    (void)number, (void)step;
    (void)failed;
#ifdef FAULT_unwritten
    if (m->n < 2) {
        m->n++;
        return HONE_OK;
    }
#endif
    *stop = m->n > 2 && value > m->value;
#ifdef FAULT_stops_twice
    *stop *= 2;
#endif
#ifdef FAULT_few_trials
    if (number > 64)
        return failed(m, "64 trials at most");
#endif
#ifdef FAULT_counts_steps
    if (step < 0 || step > 1000)
        return failed(m, "steps count from 0");
#endif
    m->n++;
#ifdef FAULT_overflows
    if (!isfinite(value * value))
        return failed(m, "no number");
#endif
    m->value += (value / (double)m->n) - (m->value / (double)m->n);
    return HONE_OK;
}

static int32_t finish(void *self, int64_t number, int32_t state)
{
    (void)self, (void)number, (void)state;
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    mean *m = calloc(1, sizeof *m);
    (void)values;
    if (!m) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    m->host = host;
    *self = m;
    return HONE_OK;
}

static const hone_pruner_ops OPS = {.size = sizeof OPS, .observe = observe, .finish = finish};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_PRUNER,
    .name = "mean",
    .version = "1.0.0",
    .doc = "Stops what is worse than the mean of all values.",
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = free,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("mean", "1.0.0", "MIT", "", PLUGINS)
