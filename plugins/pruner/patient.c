/* patient.c - lets another pruner stop a trial only after a while without improvement.
 *
 * A trial is out of patience when the best of its last `patience` + 1 values is worse, by more
 * than `min_delta`, than the best of those before.  Only then the answer of the pruner that
 * `inner` names counts; with `none`, the trial stops by itself.
 *
 * Source: the rule is that of Optuna's PatientPruner.  One departure: the inner pruner sees every
 * value, where Optuna asks it only when patience is out.  This changes nothing for median,
 * percentile and threshold, unless their interval is above 1; asha and hyperband know the rungs
 * of all trials. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_curves.h"

typedef struct patient {
    const hone_host *host;
    int64_t patience;
    double min_delta;
    int alone;            /* no inner pruner */
    hone_component inner;
    hone_curves curves;
} patient;

enum { INNER, PATIENCE, MIN_DELTA, N_OPTIONS };

static int32_t no_memory(const patient *p)
{
    p->host->error(p->host, -1, "out of memory for intermediate values");
    return HONE_ENOMEM;
}

static int is_out(const patient *p, const hone_curve *t)
{
    const int64_t before = t->n - p->patience - 1;
    double earlier = INFINITY, later = INFINITY;

    for (int64_t i = 0; i < t->n; i++)
        *(i < before ? &earlier : &later) = fmin(i < before ? earlier : later, t->value[i]);
    return before > 0 && earlier + p->min_delta < later;
}

static int32_t observe(void *self, int64_t number, int64_t step, double value, int32_t *stop)
{
    patient *p = self;
    const hone_curve *t = hone_curves_note(&p->curves, number, step, value);
    int32_t inner = 1, status = HONE_OK;

    if (!t)
        return no_memory(p);
    if (!p->alone)
        status = ((const hone_pruner_ops *)p->inner.ops)
                     ->observe(p->inner.self, number, step, value, &inner);
    *stop = status >= 0 && inner && is_out(p, t);
    return status;
}

static int32_t finish(void *self, int64_t number, int32_t state)
{
    patient *p = self;

    if (!hone_curves_finish(&p->curves, number, HONE_FAILED)) /* its values do not matter more */
        return no_memory(p);
    return p->alone ? HONE_OK
                    : ((const hone_pruner_ops *)p->inner.ops)->finish(p->inner.self, number, state);
}

static void destroy(void *self)
{
    patient *p = self;

    if (p)
        hone_curves_free(&p->curves);
    free(p);
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    patient *p = calloc(1, sizeof *p);
    int32_t status;

    if (!p) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    p->host = host;
    p->curves = (hone_curves)HONE_CURVES_EMPTY;
    p->patience = values[PATIENCE].i;
    p->min_delta = values[MIN_DELTA].d;
    p->inner.size = sizeof p->inner;
    status = host->component(host, INNER, 0, NULL, &p->inner);
    if (status < 0) {
        destroy(p);
        return status;
    }
    p->alone = strcmp(p->inner.name, "none") == 0;
    *self = p;
    return HONE_OK;
}

static const hone_option OPTIONS[N_OPTIONS] = {
    [INNER] = {.name = "inner",
               .type = HONE_OPT_COMPONENT,
               .def = "none",
               .kind = HONE_PRUNER,
               .doc = "The pruner that decides once patience is out; none: patience alone."},
    [PATIENCE] = {.name = "patience",
                  .type = HONE_OPT_INT,
                  .flags = HONE_OPT_REQUIRED,
                  .low = 0,
                  .high = 0x1p53,
                  .unit = "values",
                  .doc = "So many values after the first may fail to improve before a trial can "
                         "stop."},
    [MIN_DELTA] = {.name = "min_delta",
                   .type = HONE_OPT_REAL,
                   .def = "0",
                   .low = 0,
                   .high = INFINITY,
                   .doc = "By how much later values must be worse than the best before."},
};

static const hone_pruner_ops OPS = {.size = sizeof OPS, .observe = observe, .finish = finish};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_PRUNER,
    .name = "patient",
    .version = "1.0.0",
    .doc = "Lets another pruner stop a trial only after a while without improvement.",
    .sources = "The rule of Optuna's PatientPruner.\nDeparture: the inner pruner sees every "
               "value.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("patient", "1.0.0", "MIT", "", PLUGINS)
