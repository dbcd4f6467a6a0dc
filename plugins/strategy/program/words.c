/* words.c - JSON of what a strategy sees. */
#include "words.h"

#include <math.h>
#include <string.h>

static json_t *number(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

/* A native value as the program knows it. */
static json_t *value(const hone_param *p, double v)
{
    if (p->type == HONE_CATEGORICAL)
        return json_string(p->choices[(int64_t)v]);
    return p->type == HONE_INT ? json_integer((json_int_t)v) : json_real(v);
}

static json_t *parameter(const hone_space *space, const hone_param *p)
{
    static const char *const TYPES[] = {"float", "int", "categorical"};
    json_t *o = json_pack("{s:s, s:s}", "name", p->name, "type", TYPES[p->type]);
    if (p->type == HONE_CATEGORICAL) {
        json_t *choices = json_array();
        for (int64_t k = 0; k < p->n_choices; k++)
            json_array_append_new(choices, json_string(p->choices[k]));
        json_object_set_new(o, "choices", choices);
        json_object_set_new(o, "ordered", json_boolean(p->flags & HONE_PARAM_ORDERED));
    } else {
        json_object_set_new(o, "low", json_real(p->low));
        json_object_set_new(o, "high", json_real(p->high));
        json_object_set_new(o, "log", json_boolean(p->flags & HONE_PARAM_LOG));
        if (p->step > 0)
            json_object_set_new(o, "step", json_real(p->step));
    }
    if (p->parent >= 0) {
        const hone_param *parent = space->params[p->parent];
        json_t *when = json_array();
        for (int64_t k = 0; k < p->n_when; k++)
            json_array_append_new(when, value(parent, p->when[k]));
        json_object_set_new(o, "parent", json_string(parent->name));
        json_object_set_new(o, "when", when);
    }
    return o;
}

json_t *words_space(const hone_space *space)
{
    json_t *all = json_array();
    for (int32_t i = 0; i < space->n_params; i++)
        json_array_append_new(all, parameter(space, space->params[i]));
    return all;
}

static json_t *numbers(int64_t n, const double *v)
{
    json_t *all = json_array();
    for (int64_t i = 0; i < n; i++)
        json_array_append_new(all, number(v[i]));
    return all;
}

json_t *words_trial(const hone_space *space, const hone_trials *t, int64_t row)
{
    static const char *const STATES[] = {"running", "complete", "pruned", "failed"};
    const double *x = t->x + row * t->ldx;
    json_t *params = json_object();
    for (int64_t c = 0; c < space->n_cols; c++) {
        const hone_param *p = space->params[space->col_param[c]];
        if (!isnan(x[c]))
            json_object_set_new(params, p->name, value(p, x[c]));
    }
    return json_pack("{s:I, s:s, s:o, s:o, s:o}", "number", (json_int_t)t->number[row], "state",
                     STATES[t->state[row]], "params", params, "values",
                     numbers(t->n_objectives, t->y + row * t->ldy), "constraints",
                     numbers(t->c ? t->n_constraints : 0, t->c ? t->c + row * t->ldc : NULL));
}

/* NaN: none. */
static double read_value(const hone_param *p, const json_t *v)
{
    if (p->type != HONE_CATEGORICAL)
        return json_is_number(v) ? json_number_value(v) : NAN;
    for (int64_t k = 0; json_is_string(v) && k < p->n_choices; k++)
        if (strcmp(p->choices[k], json_string_value(v)) == 0)
            return (double)k;
    return NAN;
}

/* Is parameter i active, by the values of its ancestors in x?  A parent without a column has one
 * value, by which its children are active or not at all. */
static int active(const hone_space *space, const double *x, int32_t i)
{
    const hone_param *p = space->params[i];
    double parent = NAN;
    if (p->parent < 0)
        return 1;
    if (!active(space, x, p->parent))
        return 0;
    parent = space->params[p->parent]->low;
    for (int64_t c = 0; c < space->n_cols; c++)
        if (space->col_param[c] == p->parent)
            parent = x[c];
    for (int64_t k = 0; k < p->n_when; k++)
        if (p->when[k] == parent)
            return 1;
    return 0;
}

const char *words_point(const hone_space *space, const json_t *point, double *x)
{
    for (int64_t c = 0; c < space->n_cols; c++) {
        const hone_param *p = space->params[space->col_param[c]];
        x[c] = NAN;
        if (!active(space, x, space->col_param[c]))
            continue;
        x[c] = read_value(p, json_object_get(point, p->name));
        if (isnan(x[c]))
            return p->name;
        if (x[c] < p->low || x[c] > p->high)
            return p->name;
    }
    return NULL;
}
