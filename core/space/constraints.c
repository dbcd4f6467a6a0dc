/* constraints.c - declared constraints: their programs run on points, and points moved until they
 * are met. */
#include "constraints_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { SEARCH = 100000, DRAWS = 1000, ANCHORS = 16, HALVINGS = 40 };

/* A share of the way, so that a plugin's columns, which round, do not lead across. */
static const double MARGIN = 1e-9;

void constraints_free(constraints *c)
{
    for (int i = 0; c && i < c->n; i++)
        constraint_drop(&c->all[i]);
    if (c) {
        free(c->all);
        free(c->anchor);
    }
    free(c);
}

/* ---- points ---- */

static double apply(int op, double a, double b)
{
    switch (op) {
    case ADD: return a + b;
    case SUBTRACT: return a - b;
    case MULTIPLY: return a * b;
    case DIVIDE: return a / b;
    case POWER: return pow(a, b);
    case MIN: return fmin(a, b);
    case MAX: return fmax(a, b);
    case NEGATE: return -b;
    case LOG: return log(b);
    case LOG2: return log2(b);
    case LOG10: return log10(b);
    case EXP: return exp(b);
    case SQRT: return sqrt(b);
    case ABS: return fabs(b);
    case FLOOR: return floor(b);
    default: return ceil(b);
    }
}

static bool met(const constraint *c, const double *native)
{
    double stack[CONSTRAINT_DEEPEST + 1];
    int top = -1;

    for (int i = 0; i < c->n; i++) {
        const step *s = &c->steps[i];

        if (s->op == PUSH) {
            stack[++top] = s->value;
        } else if (s->op == PARAMETER) {
            if (isnan(native[s->param]))
                return true; /* inactive */
            stack[++top] = native[s->param];
        } else if ((s->op >= ADD && s->op <= POWER) || s->op == MIN || s->op == MAX) {
            top--;
            stack[top] = apply(s->op, stack[top], stack[top + 1]);
        } else {
            stack[top] = apply(s->op, 0, stack[top]);
        }
    }
    const double left = c->sense == '<' ? stack[0] : stack[1];
    const double right = c->sense == '<' ? stack[1] : stack[0];
    return c->strict ? left < right : left <= right;
}

bool constraints_met(const space *s, const double *native, const char **which)
{
    const constraints *c = s->declared;

    for (int i = 0; c && i < c->n; i++)
        if (!met(&c->all[i], native)) {
            if (which)
                *which = c->all[i].name;
            return false;
        }
    return true;
}

static void draw(const space *s, rng_key key, int64_t number, int64_t k, double *u, double *native)
{
    rng_uniform(key, number, k * s->n, s->n, u);
    space_random(s, u, native);
}

int32_t constraints_settle(space *s, const char *origin, error *err)
{
    constraints *c = s->declared;
    double *u = malloc((2 * (size_t)s->n + 1) * sizeof *u), *native = u + s->n;
    bool found = false;

    if (u && (c->anchor = malloc(((size_t)s->n + 1) * sizeof *c->anchor)))
        for (int64_t k = 0; k < SEARCH && !found; k++) {
            draw(s, rng_child(rng_root(0), "constraints", 0), 0, k, u, native);
            if ((found = constraints_met(s, native, NULL)))
                memcpy(c->anchor, native, (size_t)s->n * sizeof *native);
        }
    free(u);
    if (!c->anchor)
        return error_add(err, HONE_ENOMEM, "out of memory for constraints");
    if (!found)
        return error_add(err, HONE_ECONFIG,
                         "%s: [constraints] none of 100,000 random points meets all constraints; "
                         "narrow the bounds of [space], or see whether they contradict each other",
                         origin);
    return HONE_OK;
}

/* out := part t of the way from a to b, on the scale of each parameter; choices are those of a. */
static void between(const space *s, const double *a, const double *b, double t, double *out)
{
    for (int32_t i = 0; i < s->n; i++) {
        const hone_param *p = &s->params[i];

        if (p->type == HONE_CATEGORICAL || isnan(a[i]) || isnan(b[i]))
            out[i] = a[i];
        else if (p->flags & HONE_PARAM_LOG)
            out[i] = exp(log(a[i]) + t * (log(b[i]) - log(a[i])));
        else
            out[i] = a[i] + t * (b[i] - a[i]);
    }
    space_snap(s, out);
}

/* How far from `anchor` one can go towards `to`; `best` is the point there.  room: [n] */
static double reach(const space *s, const double *anchor, const double *to, double *room,
                    double *best)
{
    double low = 0, high = 1;

    memcpy(best, anchor, (size_t)s->n * sizeof *best);
    between(s, anchor, to, 1, room);
    if (constraints_met(s, room, NULL)) {
        memcpy(best, room, (size_t)s->n * sizeof *best);
        return 1;
    }
    for (int k = 0; k < HALVINGS; k++) {
        const double middle = 0.5 * (low + high);

        between(s, anchor, to, middle, room);
        if (constraints_met(s, room, NULL)) {
            low = middle;
            memcpy(best, room, (size_t)s->n * sizeof *best);
        } else {
            high = middle;
        }
    }
    between(s, anchor, to, low * (1 - MARGIN), room);
    if (constraints_met(s, room, NULL))
        memcpy(best, room, (size_t)s->n * sizeof *best);
    return low;
}

int32_t constraints_repair(const space *s, rng_key key, int64_t number, double *native)
{
    const size_t n = (size_t)s->n, bytes = n * sizeof *native;
    double *u = malloc((5 * n + 1) * sizeof *u), furthest;
    double *anchor = u + n, *room = anchor + n, *at = room + n, *best = at + n;
    int anchors = 0;

    if (!u)
        return HONE_ENOMEM;
    furthest = reach(s, s->declared->anchor, native, room, best);
    for (int64_t k = 0; k < DRAWS && anchors < ANCHORS; k++) {
        draw(s, key, number, k, u, anchor);
        if (!constraints_met(s, anchor, NULL))
            continue;
        const double far = reach(s, anchor, native, room, at);
        if (far > furthest || anchors++ == 0) {
            furthest = far;
            memcpy(best, at, bytes);
        }
    }
    memcpy(native, best, bytes);
    free(u);
    return HONE_OK;
}

void constraints_describe(const space *s, text *out)
{
    const constraints *c = s->declared;

    for (int i = 0; c && i < c->n; i++)
        text_add(out, "constraints.%s = %s\n", c->all[i].name, c->all[i].expression);
}
