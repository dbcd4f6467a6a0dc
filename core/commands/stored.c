/* stored.c - a stored study opened by the commands that read it. */
#include "stored.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "locate.h"
#include "point.h"

/* ---- words ---- */

static const struct {
    const char *word, *optuna;
    int32_t state;
} STATES[] = {
    {"complete", "COMPLETE", HONE_COMPLETE}, {"pruned", "PRUNED", HONE_PRUNED},
    {"failed", "FAIL", HONE_FAILED},         {"running", "RUNNING", HONE_RUNNING},
    {"waiting", "WAITING", TRIAL_WAITING},
};
enum { N_STATES = sizeof STATES / sizeof STATES[0] };

const char *state_text(int32_t state)
{
    for (int i = 0; i < N_STATES; i++)
        if (STATES[i].state == state)
            return STATES[i].word;
    return "?";
}

bool state_read(const char *word, int32_t *state)
{
    for (int i = 0; i < N_STATES; i++)
        if (strcmp(STATES[i].word, word) == 0 || strcmp(STATES[i].optuna, word) == 0) {
            *state = STATES[i].state;
            return true;
        }
    return false;
}

/* ---- open ---- */

/* "a, b, c" for a message. */
static void list_names(const study_record *list, int n, text *out)
{
    for (int i = 0; i < n && i < 10; i++)
        text_add(out, "%s%s", i ? ", " : "", list[i].name);
    if (n > 10)
        text_add(out, ", ... (hone studies lists all %d)", n);
}

static int32_t choose(const study_record *list, int n, const char *url, const char *name,
                      int *chosen, error *err)
{
    text names = {0};
    int32_t status = HONE_OK;
    *chosen = name ? -1 : 0;
    for (int i = 0; name && i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            *chosen = i;
    list_names(list, n, &names);
    if (n == 0)
        status = error_add(err, HONE_EFAIL, "%s: there is no study in it", url);
    else if (*chosen < 0)
        status = error_add(err, HONE_EFAIL, "%s: there is no study '%s'; there is: %s", url, name,
                           names.data ? names.data : "");
    else if (!name && n > 1)
        status = error_add(err, HONE_EINVAL, "%s: which study? write %s#NAME; there is: %s", url,
                           url, names.data ? names.data : "");
    text_free(&names);
    return status;
}

static int32_t choose_study(stored *o, const char *name, error *err)
{
    study_record *list;
    int n, chosen;
    int32_t status = storage_studies(o->storage, &list, &n, err);
    if (status >= 0 && (status = choose(list, n, o->url, name, &chosen, err)) >= 0) {
        o->record = list[chosen];
        list[chosen] = (study_record){0};
    }
    study_records_free(list, n);
    return status;
}

/* Names as the study has them; else value, or value1, value2, ... */
static int32_t name_objectives(stored *o, error *err)
{
    char *json = NULL;
    int32_t n = o->record.n_goals;
    int32_t status =
        storage_get_attribute(o->storage, o->record.id, true, "study:metric_names", &json, err);
    json_t *names = json ? json_loads(json, 0, NULL) : NULL;
    free(json);
    o->objectives = calloc((size_t)n + 1, sizeof *o->objectives);
    for (int32_t i = 0; o->objectives && i < n; i++) {
        char plain[32];
        snprintf(plain, sizeof plain, n > 1 ? "value%d" : "value", i + 1);
        const char *given = json_string_value(json_array_get(names, (size_t)i));
        if (!(o->objectives[i] = strdup(given ? given : plain)))
            status = error_add(err, HONE_ENOMEM, "out of memory");
    }
    json_decref(names);
    return o->objectives || status < 0 ? status : error_add(err, HONE_ENOMEM, "out of memory");
}

int stored_open(stored *o, const invocation *in, const char *word, bool read_only)
{
    error err = {0};
    char *name = NULL;
    config_settings settings;
    settings_lists lists;
    const storage_settings opening = {.read_only = read_only, .must_exist = true};
    *o = (stored){.space = {.fidelity = -1}};
    command_settings(in, &settings, &lists);
    int32_t status = study_locate(word, &settings, &o->url, &name, &err);
    if (status >= 0)
        status = storage_open(o->url, &opening, &o->storage, &err);
    if (status >= 0)
        status = choose_study(o, name, &err);
    if (status >= 0)
        status = storage_space(o->storage, o->record.id, &o->space, &err);
    if (status >= 0)
        status = name_objectives(o, &err);
    settings_free(&lists);
    free(name);
    if (status >= 0)
        return EXIT_DONE;
    stored_close(o);
    return command_fail(&err);
}

void stored_close(stored *o)
{
    for (int32_t i = 0; o->objectives && i < o->record.n_goals; i++)
        free(o->objectives[i]);
    free(o->objectives);
    storage_close(o->storage);
    space_free(&o->space);
    free(o->record.name);
    free(o->record.maximize);
    free(o->record.created);
    free(o->url);
    *o = (stored){.space = {.fidelity = -1}};
}

/* ---- trials ---- */

bool record_feasible(const stored *o, const trial_record *t)
{
    int32_t f = o->space.fidelity;
    if (t->state != HONE_COMPLETE || t->n_values < o->record.n_goals)
        return false;
    for (int32_t i = 0; i < t->n_values; i++)
        if (!isfinite(t->values[i]))
            return false;
    for (int32_t i = 0; i < t->n_constraints; i++)
        if (!(t->constraints[i] <= 0))
            return false;
    return f < 0 || t->native[f] == o->space.params[f].high;
}

json_t *record_json(const stored *o, const trial_record *t)
{
    json_t *r =
        json_pack("{s:I, s:s}", "number", (json_int_t)t->number, "state", state_text(t->state));
    json_t *values = json_array();
    for (int32_t i = 0; i < t->n_values; i++)
        json_array_append_new(values, real_or_null(t->values[i]));
    if (t->n_values > 0)
        json_object_set(r, "value", json_array_get(values, 0));
    json_object_set_new(r, "values", values);
    json_object_set_new(r, "params", params_json(&o->space, t->native));
    if (t->n_constraints > 0) {
        json_t *constraints = json_array();
        for (int32_t i = 0; i < t->n_constraints; i++)
            json_array_append_new(constraints, real_or_null(t->constraints[i]));
        json_object_set_new(r, "constraints", constraints);
    }
    json_object_set_new(r, "seconds", real_or_null(t->seconds));
    return r;
}

void print_json(json_t *o, size_t flags)
{
    char *line = o ? json_dumps(o, flags) : NULL;
    if (line)
        puts(line);
    free(line);
    json_decref(o);
}
