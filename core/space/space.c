/* space.c - what a search space is made of, and what a legal point of it is. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "constraints.h"
#include "param.h"
#include "scale.h"
#include "space.h"

#include "text.h"

/* Whole numbers are exact as doubles up to here. */
static const double MOST_INT = 0x1p53;
/* Up to so many values every one has a place of its own in the unit interval (scale.h). */
static const int64_t MOST_CONDITIONS = (int64_t)1 << 37;

/* ---- one parameter ------------------------------------------------------------ */

bool param_single(const hone_param *p)
{
    return scale_levels(p) == 1;
}

static double clip(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* What stands for a number that is missing: `init`, else the middle; the first of choices
 * without an order. */
static double param_default(const hone_param *p)
{
    if (!isnan(p->init))
        return p->init;
    if (p->type == HONE_CATEGORICAL && !(p->flags & HONE_PARAM_ORDERED))
        return 0;

    const scale s = scale_of(p);
    return scale_native(&s, 0.5);
}

double param_snap(const hone_param *p, double value)
{
    const double x = isnan(value) ? param_default(p) : value;

    if (p->type == HONE_CATEGORICAL)
        return rint(clip(x, 0, (double)(p->n_choices - 1))) + 0.0;
    if (p->type == HONE_INT && p->step <= 1)
        return rint(clip(x, p->low, p->high)) + 0.0;
    if (p->type == HONE_INT || p->step > 0) {
        const scale s = scale_of(p);
        return scale_level(&s, scale_nearest(&s, x)) + 0.0;
    }
    return clip(x, p->low, p->high) + 0.0;
}

bool param_legal(const hone_param *p, double x, double *out)
{
    const double high = p->type == HONE_CATEGORICAL ? (double)(p->n_choices - 1) : p->high;
    const double low = p->type == HONE_CATEGORICAL ? 0 : p->low;

    if (isnan(x) || x < low || x > high)
        return false;
    *out = param_snap(p, x);
    return *out == x || (p->type == HONE_REAL && fabs(*out - x) <= 1e-8 * p->step);
}

/* ---- building a space ----------------------------------------------------------- */

static void param_free(hone_param *p)
{
    for (int64_t i = 0; p->choices && i < p->n_choices; i++)
        free((char *)p->choices[i]);
    free((void *)p->choices);
    free((void *)p->when);
    free((char *)p->name);
    memset(p, 0, sizeof *p);
}

/* Copies what p points to; what could not be copied stays NULL and makes it answer false. */
static bool param_copy(const hone_param *from, hone_param *to)
{
    *to = *from;
    to->size = sizeof *to;
    to->choices = NULL;
    to->when = NULL;
    if (!(to->name = strdup(from->name)))
        return false;
    if (to->type == HONE_CATEGORICAL) {
        char **choices = calloc((size_t)from->n_choices, sizeof *choices);

        to->choices = (const char *const *)choices;
        for (int64_t i = 0; choices && i < from->n_choices; i++)
            if (!(choices[i] = strdup(from->choices[i])))
                return false;
        if (!choices)
            return false;
    }
    if (from->n_when > 0) {
        double *when = malloc((size_t)from->n_when * sizeof *when);

        if (!when)
            return false;
        memcpy(when, from->when, (size_t)from->n_when * sizeof *when);
        to->when = when;
    }
    return true;
}

static int32_t check_choices(const hone_param *p, const char *who, error *err)
{
    if (p->n_choices < 1 || p->n_choices > INT32_MAX || !p->choices)
        return error_add(err, HONE_EINVAL, "%s: a categorical parameter needs choices", who);
    for (int64_t i = 0; i < p->n_choices; i++) {
        if (!p->choices[i])
            return error_add(err, HONE_EINVAL, "%s: choice %lld has no text", who, (long long)i);
        for (int64_t j = 0; j < i; j++)
            if (strcmp(p->choices[i], p->choices[j]) == 0)
                return error_add(err, HONE_EINVAL, "%s: choice '%s' stands twice", who,
                                 p->choices[i]);
    }
    if (p->flags & HONE_PARAM_FIDELITY)
        return error_add(err, HONE_EINVAL, "%s: a fidelity is a number, not a choice", who);
    return HONE_OK;
}

static int32_t check_number(const hone_param *p, const char *who, error *err)
{
    char low[NUMBER_ROOM], high[NUMBER_ROOM];

    number_text(p->low, low);
    number_text(p->high, high);
    if (!isfinite(p->low) || !isfinite(p->high))
        return error_add(err, HONE_EINVAL, "%s: bounds must be finite, not %s and %s", who, low,
                         high);
    if (p->low > p->high)
        return error_add(err, HONE_EINVAL, "%s: low %s is above high %s", who, low, high);
    if ((p->flags & HONE_PARAM_LOG) && !(p->low > 0))
        return error_add(err, HONE_EINVAL, "%s: log needs low > 0, not %s", who, low);
    if (!(p->step >= 0) || isinf(p->step))
        return error_add(err, HONE_EINVAL, "%s: step must be a number > 0", who);
    if ((p->flags & HONE_PARAM_LOG) && p->step > (p->type == HONE_INT ? 1 : 0))
        return error_add(err, HONE_EINVAL, "%s: log and step exclude each other", who);
    if (p->step > (p->type == HONE_INT ? 1 : 0) && (p->high - p->low) / p->step > MOST_INT)
        return error_add(err, HONE_EINVAL, "%s: step is so small that it makes more than 2^53 values",
                         who);
    if (p->type != HONE_INT)
        return HONE_OK;
    if (fabs(p->low) > MOST_INT || fabs(p->high) > MOST_INT)
        return error_add(err, HONE_EINVAL,
                         "%s: integers are allowed from -2^53 to 2^53, not %s and %s", who, low,
                         high);
    if (p->low != rint(p->low) || p->high != rint(p->high) || p->step != rint(p->step))
        return error_add(err, HONE_EINVAL, "%s: bounds and step of an int must be whole numbers",
                         who);
    return HONE_OK;
}

static int32_t check_place(const space *s, const hone_param *p, const char *who, error *err)
{
    if (space_index(s, p->name) >= 0)
        return error_add(err, HONE_EINVAL, "%s: parameter '%s' stands twice", who, p->name);
    if (p->parent < -1 || p->parent >= s->n)
        return error_add(err, HONE_EINVAL, "%s: its parent must stand above it", who);
    if (p->parent >= 0 && (p->n_when < 1 || !p->when))
        return error_add(err, HONE_EINVAL, "%s: a condition needs values of '%s'", who,
                         s->params[p->parent].name);
    if (p->parent >= 0 && p->parent == s->fidelity)
        return error_add(err, HONE_EINVAL, "%s: cannot depend on the fidelity '%s'", who,
                         s->params[p->parent].name);
    if (p->parent >= 0) {
        const int64_t levels = scale_levels(&s->params[p->parent]);

        if (levels == 0 || levels > MOST_CONDITIONS)
            return error_add(err, HONE_EINVAL,
                             "%s: '%s' has a continuum of values, so a condition on one of them "
                             "is never met; give it a step, or make it an int or categorical",
                             who, s->params[p->parent].name);
    }
    if (!(p->flags & HONE_PARAM_FIDELITY))
        return HONE_OK;
    if (s->fidelity >= 0)
        return error_add(err, HONE_EINVAL, "%s: '%s' is the fidelity already; at most one is", who,
                         s->params[s->fidelity].name);
    if (p->parent >= 0)
        return error_add(err, HONE_EINVAL, "%s: a fidelity cannot have a condition", who);
    return HONE_OK;
}

static int32_t check(const space *s, const hone_param *p, const char *who, error *err)
{
    const int32_t status = p->type == HONE_CATEGORICAL ? check_choices(p, who, err)
                           : p->type == HONE_REAL || p->type == HONE_INT
                               ? check_number(p, who, err)
                               : error_add(err, HONE_EINVAL, "%s: unknown type %d", who, p->type);
    const int32_t place = check_place(s, p, who, err);

    return status < 0 ? status : place;
}

/* Every value of a condition must be one that the parent can have; init must be legal. */
static int32_t check_values(const space *s, const hone_param *p, const char *who, error *err)
{
    char digits[NUMBER_ROOM];
    double x;

    for (int64_t i = 0; p->parent >= 0 && i < p->n_when; i++)
        if (!param_legal(&s->params[p->parent], p->when[i], &x))
            return error_add(err, HONE_EINVAL, "%s: '%s' cannot be %s", who,
                             s->params[p->parent].name, number_text(p->when[i], digits));
    if (!isnan(p->init) && !param_legal(p, p->init, &x))
        return error_add(err, HONE_EINVAL, "%s: init %s is not one of its values", who,
                         number_text(p->init, digits));
    return HONE_OK;
}

/* The copy's numbers, exactly; and there is no -0.0. */
static void settle(const space *s, hone_param *p)
{
    double *when = (double *)p->when;

    p->low = scale_of(p).low;
    p->high = scale_of(p).high; /* the last step */
    for (int64_t i = 0; p->parent >= 0 && i < p->n_when; i++)
        when[i] = param_snap(&s->params[p->parent], when[i]);
    if (p->parent < 0)
        p->n_when = 0;
    if (!isnan(p->init))
        p->init = param_snap(p, p->init);
}

/* Room for one parameter more: rooms are powers of two, from 8 on. */
static bool make_room(space *s)
{
    const size_t room = s->n ? 2 * (size_t)s->n : 8;
    hone_param *params;
    const hone_param **list;

    if (s->n != 0 && (s->n < 8 || (s->n & (s->n - 1)) != 0))
        return true;
    if (!(params = realloc(s->params, room * sizeof *params)))
        return false;
    s->params = params;
    if (!(list = realloc(s->list, room * sizeof *list)))
        return false;
    s->list = list;
    for (int32_t i = 0; i < s->n; i++)
        list[i] = &params[i];
    return true;
}

int32_t space_append(space *s, const hone_param *p, const char *origin, error *err)
{
    const char *who = origin ? origin : p->name ? p->name : "a parameter";
    hone_param *params;
    int32_t status;

    if (!p->name || !*p->name)
        return error_add(err, HONE_EINVAL, "%s: a parameter needs a name", who);
    if (s->n == 0)
        s->fidelity = -1;
    if ((status = check(s, p, who, err)) < 0 || (status = check_values(s, p, who, err)) < 0)
        return status;

    if (!make_room(s))
        return error_add(err, HONE_ENOMEM, "%s: out of memory", who);
    params = s->params;
    s->list[s->n] = &params[s->n];
    if (!param_copy(p, &params[s->n])) {
        param_free(&params[s->n]);
        return error_add(err, HONE_ENOMEM, "%s: out of memory", who);
    }
    if (p->type == HONE_CATEGORICAL) {
        params[s->n].low = 0;
        params[s->n].high = (double)(p->n_choices - 1);
    } else {
        params[s->n].n_choices = 0;
    }
    settle(s, &params[s->n]);
    if (p->flags & HONE_PARAM_FIDELITY)
        s->fidelity = s->n;
    s->n++;
    return HONE_OK;
}

int32_t space_copy(const hone_space *from, space *out, error *err)
{
    space s = {.fidelity = -1,
               .n_objectives = from->n_objectives,
               .n_constraints = from->n_constraints};

    for (int32_t i = 0; i < from->n_params; i++) {
        const hone_param *given = from->params[i];
        hone_param p = {.init = NAN};
        int32_t status;

        memcpy(&p, given, given->size < sizeof p ? given->size : sizeof p);
        if ((status = space_append(&s, &p, NULL, err)) < 0) {
            space_free(&s);
            return status;
        }
    }
    *out = s;
    return HONE_OK;
}

void space_free(space *s)
{
    if (!s)
        return;
    for (int32_t i = 0; i < s->n; i++)
        param_free(&s->params[i]);
    free(s->params);
    free(s->list);
    constraints_free(s->declared);
    *s = (space){.fidelity = -1};
}

int32_t space_index(const space *s, const char *name)
{
    for (int32_t i = 0; i < s->n; i++)
        if (strcmp(s->params[i].name, name) == 0)
            return i;
    return -1;
}

/* ---- points ----------------------------------------------------------------------- */

bool param_when(const hone_param *p, double parent)
{
    for (int64_t i = 0; i < p->n_when; i++)
        if (p->when[i] == parent)
            return true;
    return false;
}

bool space_active(const space *s, int32_t i, const double *native)
{
    for (const hone_param *p = &s->params[i]; p->parent >= 0; p = &s->params[p->parent])
        if (!param_when(p, native[p->parent]))
            return false;
    return true;
}

bool space_snap(const space *s, double *native)
{
    bool same = true;

    for (int32_t i = 0; i < s->n; i++) {
        const hone_param *p = &s->params[i];
        /* Parents stand before: an inactive one is NaN here, and matches nothing. */
        const bool active = p->parent < 0 || param_when(p, native[p->parent]);
        const double x = active ? param_snap(p, native[i]) : NAN;

        same = same && (x == native[i] || (isnan(x) && isnan(native[i])));
        native[i] = x;
    }
    return same;
}

void space_random(const space *s, const double *u, double *native)
{
    for (int32_t i = 0; i < s->n; i++) {
        const hone_param *p = &s->params[i];
        const scale unit = scale_of(p);

        native[i] = i == s->fidelity ? p->high : scale_native(&unit, u[i]);
    }
    space_snap(s, native);
}

/* ---- counting ---------------------------------------------------------------------- */

/* Points of the tree under i, given those of its children: values that no child waits for
 * count once, each other one as often as the children active there have points. */
static double count(const space *s, int32_t i, const double *below)
{
    const int64_t levels = scale_levels(&s->params[i]);
    double special = 0, points = 0;

    for (int32_t c = i + 1; c < s->n; c++) {
        const hone_param *child = &s->params[c];

        for (int64_t k = 0; child->parent == i && k < child->n_when; k++) {
            double product = 1;
            bool seen = false;

            for (int32_t d = i + 1; d < s->n; d++) {
                if (s->params[d].parent != i || !param_when(&s->params[d], child->when[k]))
                    continue;
                seen = seen || d < c;
                product *= below[d];
            }
            for (int64_t j = 0; j < k; j++)
                seen = seen || child->when[j] == child->when[k];
            special += !seen;
            points += seen ? 0 : product;
        }
    }
    return levels == 0 ? INFINITY : (double)levels - special + points;
}

double space_size(const space *s)
{
    double *points = calloc((size_t)s->n + 1, sizeof *points);
    double product = 1;

    if (!points)
        return INFINITY; /* nothing is lost: a search of unknown size never ends by itself */
    for (int32_t i = s->n - 1; i >= 0; i--) {
        points[i] = count(s, i, points);
        if (s->params[i].parent < 0)
            product *= points[i];
    }
    free(points);
    return product;
}
