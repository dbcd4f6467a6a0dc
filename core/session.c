/* session.c - the JSON-lines protocol over the library's public interface. */
#include "session.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ASKED = 10000, MOST_VALUES = 64 };

static json_t *say(const char *text)
{
    json_t *o = json_object();
    json_object_set_new(o, "error", json_string(text));
    return o;
}

static json_t *value_json(hone_study *s, int32_t i, const char *text, double value)
{
    switch (hone_param_type(s, i)) {
    case HONE_CATEGORICAL:
        return json_string(text);
    case HONE_INT:
        return json_integer((json_int_t)value);
    default:
        return json_real(value);
    }
}

static json_t *params_of(hone_study *s, int64_t number)
{
    json_t *params = json_object();
    for (int32_t i = 0; i < hone_n_params(s); i++) {
        const char *name = hone_param_name(s, i);
        double value = hone_trial_param(s, number, name);
        if (!isnan(value))
            json_object_set_new(params, name,
                                value_json(s, i, hone_trial_text(s, number, i), value));
    }
    return params;
}

static json_t *ask(hone_study *s, const json_t *in)
{
    json_t *n = json_object_get(in, "n");
    json_int_t wanted = n ? json_integer_value(n) : 1;
    if ((n && !json_is_integer(n)) || wanted < 1 || wanted > MOST_ASKED)
        return say("n must be a whole number from 1 to 10000");
    json_t *trials = json_array();
    int32_t status = HONE_OK;
    for (json_int_t i = 0; i < wanted && status == HONE_OK; i++) {
        hone_trial *t;
        status = hone_ask(s, &t);
        if (status == HONE_OK)
            json_array_append_new(trials,
                                  json_pack("{s:I, s:o}", "number", (json_int_t)hone_number(t),
                                            "params", params_of(s, hone_number(t))));
    }
    if (status < 0 && json_array_size(trials) == 0) {
        json_decref(trials);
        return say(hone_message(s));
    }
    json_t *out = json_pack("{s:o}", "trials", trials);
    if (status == HONE_DONE || status == HONE_WAIT)
        json_object_set_new(out, status == HONE_DONE ? "done" : "wait", json_true());
    return out;
}

static hone_trial *trial_of(hone_study *s, const json_t *in)
{
    json_t *number = json_object_get(in, "number");
    return json_is_integer(number) ? hone_pending(s, json_integer_value(number)) : NULL;
}

/* [n] finite numbers from a list, or from a single number; false if it is anything else. */
static bool numbers_of(const json_t *list, int32_t n, double *out)
{
    if (json_is_number(list) && n == 1) {
        out[0] = json_number_value(list);
        return isfinite(out[0]);
    }
    if (!json_is_array(list) || json_array_size(list) != (size_t)n || n > MOST_VALUES)
        return false;
    for (int32_t i = 0; i < n; i++) {
        json_t *v = json_array_get(list, (size_t)i);
        out[i] = json_number_value(v);
        if (!json_is_number(v) || !isfinite(out[i]))
            return false;
    }
    return true;
}

static json_t *tell_complete(hone_study *s, hone_trial *t, const json_t *in)
{
    double values[MOST_VALUES], constraints[MOST_VALUES];
    json_t *v = json_object_get(in, "values"), *c = json_object_get(in, "constraints");
    if (!v)
        v = json_object_get(in, "value");
    if (!numbers_of(v, hone_n_objectives(s), values))
        return say("values must be a list of one finite number an objective");
    if (c && !numbers_of(c, hone_n_constraints(s), constraints))
        return say("constraints must be a list of one finite number a constraint");
    return hone_tell_values(t, values, c ? constraints : NULL) < 0 ? say(hone_message(s)) : NULL;
}

static json_t *tell(hone_study *s, const json_t *in)
{
    hone_trial *t = trial_of(s, in);
    const char *state = json_string_value(json_object_get(in, "state"));
    json_t *bad = NULL;
    if (!t)
        return say("number must be that of a trial that was asked and not told");
    if (!state || strcmp(state, "complete") == 0)
        bad = tell_complete(s, t, in);
    else if (strcmp(state, "failed") == 0)
        bad = hone_tell_failed(t, json_string_value(json_object_get(in, "reason"))) < 0
                  ? say(hone_message(s))
                  : NULL;
    else if (strcmp(state, "pruned") == 0)
        bad = hone_tell_pruned(t) < 0 ? say(hone_message(s)) : NULL;
    else
        bad = say("state must be complete, failed or pruned");
    return bad ? bad : json_pack("{s:b}", "ok", 1);
}

static json_t *report(hone_study *s, const json_t *in)
{
    hone_trial *t = trial_of(s, in);
    json_t *step = json_object_get(in, "step"), *value = json_object_get(in, "value");
    int32_t stop = 0;
    if (!t)
        return say("number must be that of a trial that was asked and not told");
    if (!json_is_integer(step) || !json_is_number(value))
        return say("step must be a whole number and value a number");
    if (hone_report(t, json_integer_value(step), json_number_value(value), &stop) < 0)
        return say(hone_message(s));
    return json_pack("{s:b}", "stop", stop);
}

static json_t *best(hone_study *s)
{
    int64_t number = hone_best(s);
    if (number < 0)
        return json_pack("{s:n}", "number");
    json_t *values = json_array();
    for (int32_t j = 0; j < hone_n_objectives(s); j++)
        json_array_append_new(values, json_real(hone_trial_value(s, number, j)));
    return json_pack("{s:I, s:o, s:o}", "number", (json_int_t)number, "values", values, "params",
                     params_of(s, number));
}

static json_t *answer(hone_study *s, const json_t *in, bool *closed)
{
    const char *op = json_string_value(json_object_get(in, "op"));
    if (!op)
        return say("an object with \"op\" is wanted: ask, tell, report, best or close");
    if (strcmp(op, "ask") == 0)
        return ask(s, in);
    if (strcmp(op, "tell") == 0)
        return tell(s, in);
    if (strcmp(op, "report") == 0)
        return report(s, in);
    if (strcmp(op, "best") == 0)
        return best(s);
    if (strcmp(op, "close") == 0) {
        *closed = true;
        return json_pack("{s:b}", "ok", 1);
    }
    return say("op must be ask, tell, report, best or close");
}

char *session_answer(hone_study *s, const char *line, size_t length, bool *closed)
{
    json_error_t where;
    json_t *in = json_loadb(line, length, JSON_REJECT_DUPLICATES, &where);
    json_t *out = in ? answer(s, in, closed) : say(where.text);
    char *text = out ? json_dumps(out, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(in);
    json_decref(out);
    return text;
}
