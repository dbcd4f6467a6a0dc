/* optuna.c - distributions and fixed parameters to and from the JSON that Optuna keeps.
 *
 * Choices are written as JSON strings, whatever they look like, so that they read back as
 * the text of the study file.  Ordered choices have no class of their own in Optuna: they are
 * categorical there. */
#include "optuna.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "storage.h"
#include "text.h"

static const struct {
    const char *name;
    int32_t state;
} STATES[] = {
    {"RUNNING", HONE_RUNNING}, {"COMPLETE", HONE_COMPLETE}, {"PRUNED", HONE_PRUNED},
    {"FAIL", HONE_FAILED},     {"WAITING", TRIAL_WAITING},
};
enum { N_STATES = sizeof STATES / sizeof STATES[0] };

const char *optuna_state(int32_t state)
{
    for (int i = 0; i < N_STATES; i++)
        if (STATES[i].state == state)
            return STATES[i].name;
    return "FAIL";
}

int32_t optuna_state_read(const char *name, int32_t *state, error *err)
{
    for (int i = 0; i < N_STATES; i++)
        if (strcmp(STATES[i].name, name) == 0) {
            *state = STATES[i].state;
            return HONE_OK;
        }
    return error_add(err, HONE_ESTORAGE, "unknown state of a trial '%s'", name);
}

/* ---- distributions: writing ---- */

static void add_text(text *t, const char *s)
{
    char *quoted = json_text(s);
    if (quoted)
        text_put(t, quoted, strlen(quoted));
    else
        t->failed = true;
    free(quoted);
}

static void add_choices(text *t, const hone_param *p)
{
    text_add(t, "{\"name\": \"CategoricalDistribution\", \"attributes\": {\"choices\": [");
    for (int64_t i = 0; i < p->n_choices; i++) {
        text_add(t, "%s", i ? ", " : "");
        add_text(t, p->choices[i]);
    }
    text_add(t, "]}}");
}

char *distribution_text(const hone_param *p)
{
    text t = {0};
    char low[JSON_NUMBER_ROOM], high[JSON_NUMBER_ROOM], step[JSON_NUMBER_ROOM];
    const char *log = p->flags & HONE_PARAM_LOG ? "true" : "false";
    if (p->type == HONE_CATEGORICAL)
        add_choices(&t, p);
    else if (p->type == HONE_INT)
        text_add(&t,
                 "{\"name\": \"IntDistribution\", \"attributes\": {\"log\": %s, \"step\": %.0f, "
                 "\"low\": %.0f, \"high\": %.0f}}",
                 log, p->step >= 1 ? p->step : 1, p->low, p->high);
    else
        text_add(&t,
                 "{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": %s, \"low\": %s, "
                 "\"high\": %s, \"log\": %s}}",
                 p->step > 0 ? json_number(p->step, step) : "null", json_number(p->low, low),
                 json_number(p->high, high), log);
    return text_take(&t);
}

/* ---- distributions: reading ---- */

/* Names of Optuna before 3.0 are still found in databases that were upgraded. */
static const struct {
    const char *name;
    int32_t type;
    bool log; /* by its name; else an attribute says */
} CLASSES[] = {
    {"FloatDistribution", HONE_REAL, false},
    {"IntDistribution", HONE_INT, false},
    {"CategoricalDistribution", HONE_CATEGORICAL, false},
    {"UniformDistribution", HONE_REAL, false},
    {"LogUniformDistribution", HONE_REAL, true},
    {"DiscreteUniformDistribution", HONE_REAL, false},
    {"IntUniformDistribution", HONE_INT, false},
    {"IntLogUniformDistribution", HONE_INT, true},
};
enum { N_CLASSES = sizeof CLASSES / sizeof CLASSES[0] };

/* A choice as text: strings as they are, anything else as its JSON. */
static char *choice_text(const json_t *choice)
{
    char number[JSON_NUMBER_ROOM];
    if (json_is_real(choice))
        return strdup(json_number(json_real_value(choice), number));
    return json_is_string(choice) ? strdup(json_string_value(choice))
                                  : json_dumps(choice, JSON_ENCODE_ANY | JSON_COMPACT);
}

static bool read_choices(const json_t *choices, hone_param *out)
{
    size_t n = json_array_size(choices);
    char **texts = calloc(n + 1, sizeof *texts);
    if (!texts)
        return false;
    out->choices = (const char *const *)texts;
    out->n_choices = (int64_t)n;
    out->high = (double)n - 1;
    out->step = 1;
    for (size_t i = 0; i < n; i++)
        if (!(texts[i] = choice_text(json_array_get(choices, i))))
            return false;
    return n > 0;
}

static bool read_range(const json_t *attributes, bool log, hone_param *out)
{
    const json_t *low = json_object_get(attributes, "low");
    const json_t *high = json_object_get(attributes, "high");
    const json_t *step = json_object_get(attributes, "step");
    const json_t *q = json_object_get(attributes, "q");
    if (!json_is_number(low) || !json_is_number(high))
        return false;
    out->low = json_number_value(low);
    out->high = json_number_value(high);
    out->step = json_is_number(step) ? json_number_value(step) : json_number_value(q);
    if (out->type == HONE_INT && out->step < 1)
        out->step = 1;
    if (log || json_is_true(json_object_get(attributes, "log")))
        out->flags |= HONE_PARAM_LOG;
    return out->low <= out->high;
}

/* *out without its name. */
static bool read_distribution(const char *json, hone_param *out)
{
    json_t *root = json_loads(json, 0, NULL);
    const char *class = json_string_value(json_object_get(root, "name"));
    const json_t *attributes = json_object_get(root, "attributes");
    bool read = false;
    for (int i = 0; class && i < N_CLASSES; i++) {
        if (strcmp(CLASSES[i].name, class) != 0)
            continue;
        out->type = CLASSES[i].type;
        read = out->type == HONE_CATEGORICAL
                   ? read_choices(json_object_get(attributes, "choices"), out)
                   : read_range(attributes, CLASSES[i].log, out);
    }
    json_decref(root);
    return read;
}

int32_t distribution_read(const char *name, const char *json, hone_param *out, error *err)
{
    *out = (hone_param){.size = sizeof *out, .parent = -1, .init = NAN, .name = strdup(name)};
    if (out->name && read_distribution(json, out))
        return HONE_OK;
    distribution_free(out);
    return error_add(err, HONE_ESTORAGE, "parameter '%s': cannot read its distribution %s", name,
                     json);
}

void distribution_free(hone_param *p)
{
    for (int64_t i = 0; p->choices && i < p->n_choices; i++)
        free((char *)p->choices[i]);
    free((void *)p->choices);
    free((char *)p->name);
    *p = (hone_param){0};
}

/* Optuna's own rule: class, log and choices must agree, bounds and step may differ. */
static bool compatible(const hone_param *p, const hone_param *stored)
{
    if (p->type != stored->type || (p->flags & HONE_PARAM_LOG) != (stored->flags & HONE_PARAM_LOG))
        return false;
    if (p->type != HONE_CATEGORICAL)
        return true;
    if (p->n_choices != stored->n_choices)
        return false;
    for (int64_t i = 0; i < p->n_choices; i++)
        if (strcmp(p->choices[i], stored->choices[i]) != 0)
            return false;
    return true;
}

int32_t distribution_check(const hone_param *p, const char *json, error *err)
{
    hone_param stored;
    int32_t status = distribution_read(p->name, json, &stored, err);
    if (status < 0)
        return status;
    if (!compatible(p, &stored)) {
        char *ours = distribution_text(p);
        status = error_add(err, HONE_ESTORAGE,
                           "parameter '%s' is stored as %s, but it is %s now; a study keeps the "
                           "kind, the scale and the choices of a parameter",
                           p->name, json, ours ? ours : "another");
        free(ours);
    }
    distribution_free(&stored);
    return status;
}

/* ---- fixed parameters of enqueued trials ---- */

char *fixed_params_text(const space *sp, const double *native)
{
    text t = {0};
    char number[JSON_NUMBER_ROOM];
    const char *between = "{";
    for (int32_t i = 0; i < sp->n; i++) {
        const hone_param *p = &sp->params[i];
        if (isnan(native[i]))
            continue;
        text_add(&t, "%s", between);
        add_text(&t, p->name);
        text_add(&t, ": ");
        if (p->type == HONE_CATEGORICAL)
            add_text(&t, p->choices[(int64_t)native[i]]);
        else if (p->type == HONE_INT)
            text_add(&t, "%.0f", native[i]);
        else
            text_add(&t, "%s", json_number(native[i], number));
        between = ", ";
    }
    text_add(&t, "%s", *between == '{' ? "{}" : "}");
    return text_take(&t);
}

static bool fixed_value(const hone_param *p, const json_t *value, double *out)
{
    if (p->type != HONE_CATEGORICAL) {
        *out = json_number_value(value);
        return json_is_number(value);
    }
    char *given = choice_text(value);
    int64_t i = 0;
    while (given && i < p->n_choices && strcmp(p->choices[i], given) != 0)
        i++;
    bool found = given && i < p->n_choices;
    free(given);
    *out = (double)i;
    return found;
}

int32_t fixed_params_read(const char *json, const space *sp, double *native, error *err)
{
    int32_t status = HONE_OK;
    json_t *root = json_loads(json, 0, NULL);
    if (!json_is_object(root))
        status = error_add(err, HONE_ESTORAGE, "cannot read the fixed parameters %s", json);
    for (int32_t i = 0; i < sp->n && status >= 0; i++) {
        const json_t *value = json_object_get(root, sp->params[i].name);
        native[i] = NAN;
        if (value && !fixed_value(&sp->params[i], value, &native[i]))
            status =
                error_add(err, HONE_ESTORAGE, "parameter '%s' has no such value as is fixed by %s",
                          sp->params[i].name, json);
    }
    json_decref(root);
    return status;
}
