/* config_evaluation.c - the host's keys of [objective], which stand beside its plugin's own. */
#include "config_parts.h"

#include <math.h>
#include <stdlib.h>

static const char *const ISOLATIONS[] = {"process", "none", "simulated", NULL};
static const char *const NONE[] = {"none", NULL}; /* a word beside numbers: no bound */

enum { ISOLATION, TIMEOUT, GRACE, N_OBJECTIVE };

static const hone_option OBJECTIVE[N_OBJECTIVE] = {
    [ISOLATION] = {.name = "isolation",
                   .type = HONE_OPT_CHOICE,
                   .def = "process",
                   .choices = ISOLATIONS,
                   .doc =
                       "process: a crash, leak or hang costs one trial; none: in this process, "
                       "for functions that take microseconds; simulated: in this process, results "
                       "come in the order of the seconds that the objective says it took, as if "
                       "the workers were real (table)."},
    [TIMEOUT] = {.name = "timeout",
                 .type = HONE_OPT_SECONDS,
                 .def = "none",
                 .low = 0,
                 .high = INFINITY,
                 .flags = HONE_OPT_OPEN_LOW,
                 .choices = NONE,
                 .doc = "Longest time of one evaluation; then everything that it started is "
                        "killed and the trial has failed."},
    [GRACE] = {.name = "grace",
               .type = HONE_OPT_SECONDS,
               .def = "5s",
               .low = 0,
               .high = INFINITY,
               .doc = "Time between asking an evaluation to end and killing it."},
};

const hone_option *objective_host_options(int32_t *n)
{
    *n = N_OBJECTIVE;
    return OBJECTIVE;
}

const char **config_names_beside(const ini_section *s, const hone_option *table, int32_t n)
{
    int n_entries = s ? s->n_entries : 0, k = 0;
    const char **names = calloc((size_t)n_entries + 1, sizeof *names);
    for (int i = 0; names && i < n_entries; i++)
        if (!options_knows(table, n, s->entries[i].name))
            names[k++] = s->entries[i].name;
    return names;
}

int32_t config_read_evaluation(config *c, error *err)
{
    options o = {0};
    const ini_section *s = ini_find(&c->doc, "objective");
    const char **skip = config_names_beside(s, OBJECTIVE, N_OBJECTIVE); /* the plugin's */
    if (!skip)
        return error_add(err, HONE_ENOMEM, "out of memory for a study file");
    int32_t status = options_read(OBJECTIVE, N_OBJECTIVE, "[objective]", &c->doc, s, skip, &o,
                                  &c->warnings, err);
    if (status != HONE_ENOMEM) {
        c->isolation = (int32_t)o.values[ISOLATION].i;
        c->timeout = o.values[TIMEOUT].s ? INFINITY : o.values[TIMEOUT].d;
        c->grace = o.values[GRACE].d;
        status = HONE_OK; /* problems are in err; the rest is checked too */
    }
    options_free(&o);
    free(skip);
    return status;
}
