/* constraints.c - declared constraints: read by recursive descent into a program for a stack,
 * run on points, and points moved until they are met. */
#include "constraints.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { DEEPEST = 64, PROGRAM_MOST = 4096 };
enum { SEARCH = 100000, DRAWS = 1000, ANCHORS = 16, HALVINGS = 40 };

/* A share of the way, so that a plugin's columns, which round, do not lead across. */
static const double MARGIN = 1e-9;

enum { PUSH, PARAMETER, ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, NEGATE, LOG, LOG2, LOG10, EXP,
       SQRT, ABS, FLOOR, CEIL, MIN, MAX };

typedef struct step {
    int op, param;
    double value;
} step;

typedef struct constraint {
    char *name, *expression;
    step *steps; /* leaves the left side and the right side on the stack */
    int n, sense; /* sense: '<' or '>' */
    bool strict;
} constraint;

struct constraints {
    int n;
    constraint *all; /* [n] */
    double *anchor;  /* [space.n] meets them all; NULL: not settled */
};

static const struct {
    const char *name;
    int op, arguments;
} FUNCTIONS[] = {{"log", LOG, 1},     {"log2", LOG2, 1}, {"log10", LOG10, 1}, {"exp", EXP, 1},
                 {"sqrt", SQRT, 1},   {"abs", ABS, 1},   {"floor", FLOOR, 1}, {"ceil", CEIL, 1},
                 {"min", MIN, 2},     {"max", MAX, 2}};
enum { N_FUNCTIONS = sizeof FUNCTIONS / sizeof *FUNCTIONS };

/* ---- reading ---- */

typedef struct reader {
    const space *s;
    const char *at, *name, *origin;
    constraint *out;
    int depth, stack; /* stack: values that the program holds at this place */
    int32_t status;
    error *err;
} reader;

static void refuse(reader *r, int32_t status, const char *what)
{
    char place[EXCERPT_ROOM];

    if (r->status == HONE_OK)
        r->status = *r->at ? error_add(r->err, status, "%s: [constraints] %s: %s at '%s'", r->origin,
                                       r->name, what, text_excerpt(r->at, place))
                           : error_add(r->err, status, "%s: [constraints] %s: %s at the end",
                                       r->origin, r->name, what);
}

static void emit(reader *r, int op, int param, double value)
{
    constraint *c = r->out;

    r->stack += op == PUSH || op == PARAMETER                                       ? 1
                : (op >= ADD && op <= POWER) || op == MIN || op == MAX ? -1
                                                                                    : 0;
    if (r->status != HONE_OK)
        return;
    if (c->n == PROGRAM_MOST || r->stack > DEEPEST) {
        refuse(r, HONE_ECONFIG, "the expression is too long");
        return;
    }
    step *steps = realloc(c->steps, (size_t)(c->n + 1) * sizeof *steps);
    if (!steps) {
        r->status = error_add(r->err, HONE_ENOMEM, "out of memory for constraints");
        return;
    }
    c->steps = steps;
    c->steps[c->n++] = (step){op, param, value};
}

static char look(reader *r)
{
    while (*r->at == ' ' || *r->at == '\t' || *r->at == '\n')
        r->at++;
    return *r->at;
}

static bool take(reader *r, char c)
{
    if (look(r) != c)
        return false;
    r->at++;
    return true;
}

static void sum(reader *r);

static void read_number(reader *r)
{
    char word[NUMBER_ROOM * 2];
    size_t n = 0;
    double value;

    while (n + 1 < sizeof word &&
           (isdigit((unsigned char)r->at[n]) || r->at[n] == '.' || r->at[n] == 'e' ||
            r->at[n] == 'E' ||
            (n > 0 && (r->at[n] == '-' || r->at[n] == '+') &&
             (r->at[n - 1] == 'e' || r->at[n - 1] == 'E')))) {
        word[n] = r->at[n];
        n++;
    }
    word[n] = '\0';
    if (!number_real(word, &value)) {
        refuse(r, HONE_ECONFIG, "this is not a number");
        return;
    }
    r->at += n;
    emit(r, PUSH, 0, value);
}

static void read_call(reader *r, int which)
{
    for (int i = 0; i < FUNCTIONS[which].arguments && r->status == HONE_OK; i++) {
        if (i > 0 && !take(r, ','))
            refuse(r, HONE_ECONFIG, "a comma and a second argument are missing");
        sum(r);
    }
    if (!take(r, ')'))
        refuse(r, HONE_ECONFIG, "')' is missing");
    emit(r, FUNCTIONS[which].op, 0, 0);
}

static void unknown(reader *r, const char *word, bool call)
{
    const char **names = calloc((size_t)r->s->n + N_FUNCTIONS, sizeof *names);
    int n = 0;

    for (int32_t i = 0; names && !call && i < r->s->n; i++)
        names[n++] = r->s->params[i].name;
    for (int i = 0; names && call && i < N_FUNCTIONS; i++)
        names[n++] = FUNCTIONS[i].name;
    const char *meant = names ? nearest(word, names, n) : NULL;
    if (r->status == HONE_OK)
        r->status = error_add(r->err, HONE_ECONFIG, "%s: [constraints] %s: '%s' is no %s%s%s%s",
                              r->origin, r->name, word,
                              call ? "function; there are log log2 log10 exp sqrt abs floor ceil "
                                     "min max"
                                   : "parameter of [space]",
                              meant ? "; did you mean '" : "", meant ? meant : "",
                              meant ? "'?" : "");
    free(names);
}

static void read_name(reader *r)
{
    char word[EXCERPT_ROOM];
    size_t n = 0;

    while (n + 1 < sizeof word && (isalnum((unsigned char)r->at[n]) || r->at[n] == '_' ||
                                   (r->at[n] == '.' && n > 0))) {
        word[n] = r->at[n];
        n++;
    }
    word[n] = '\0';
    r->at += n;
    if (take(r, '(')) {
        int which = 0;
        while (which < N_FUNCTIONS && strcmp(FUNCTIONS[which].name, word) != 0)
            which++;
        if (which == N_FUNCTIONS)
            unknown(r, word, true);
        else
            read_call(r, which);
        return;
    }
    const int32_t i = space_index(r->s, word);
    if (i < 0)
        unknown(r, word, false);
    else if (r->s->params[i].type == HONE_CATEGORICAL)
        refuse(r, HONE_ECONFIG, "a categorical parameter, which is no number, stands before");
    else
        emit(r, PARAMETER, i, 0);
}

static void primary(reader *r)
{
    const char c = look(r);

    if (isdigit((unsigned char)c) || c == '.') {
        read_number(r);
    } else if (isalpha((unsigned char)c) || c == '_') {
        read_name(r);
    } else if (take(r, '(')) {
        sum(r);
        if (!take(r, ')'))
            refuse(r, HONE_ECONFIG, "')' is missing");
    } else {
        refuse(r, HONE_ECONFIG, "a number, a parameter or '(' is missing");
    }
}

/* -a^b is -(a^b), a^-b is legal, a^b^c is a^(b^c). */
static void unary(reader *r)
{
    if (++r->depth > DEEPEST)
        refuse(r, HONE_ECONFIG, "more than 64 levels of parentheses and signs");
    if (r->status == HONE_OK) {
        if (take(r, '-')) {
            unary(r);
            emit(r, NEGATE, 0, 0);
        } else {
            primary(r);
            if (r->status == HONE_OK && take(r, '^')) {
                unary(r);
                emit(r, POWER, 0, 0);
            }
        }
    }
    r->depth--;
}

static void product(reader *r)
{
    unary(r);
    while (r->status == HONE_OK && (look(r) == '*' || *r->at == '/')) {
        const int op = *r->at++ == '*' ? MULTIPLY : DIVIDE;
        unary(r);
        emit(r, op, 0, 0);
    }
}

static void sum(reader *r)
{
    product(r);
    while (r->status == HONE_OK && (look(r) == '+' || *r->at == '-')) {
        const int op = *r->at++ == '+' ? ADD : SUBTRACT;
        product(r);
        emit(r, op, 0, 0);
    }
}

static void comparison(reader *r)
{
    sum(r);
    if (r->status != HONE_OK)
        return;
    if (look(r) != '<' && *r->at != '>') {
        refuse(r, HONE_ECONFIG, "a comparison (<, <=, > or >=) is missing");
        return;
    }
    r->out->sense = *r->at++;
    r->out->strict = *r->at != '=';
    r->at += !r->out->strict;
    sum(r);
    if (r->status == HONE_OK && look(r))
        refuse(r, HONE_ECONFIG, "the constraint should have ended");
}

static void drop(constraint *c)
{
    free(c->name);
    free(c->expression);
    free(c->steps);
}

int32_t constraints_add(space *s, const char *name, const char *expression, const char *origin,
                        error *err)
{
    if (!s->declared && !(s->declared = calloc(1, sizeof *s->declared)))
        return error_add(err, HONE_ENOMEM, "out of memory for constraints");
    constraints *c = s->declared;
    constraint *all = realloc(c->all, (size_t)(c->n + 1) * sizeof *all);
    if (!all)
        return error_add(err, HONE_ENOMEM, "out of memory for constraints");
    c->all = all;
    constraint *k = &all[c->n];
    *k = (constraint){.name = strdup(name), .expression = strdup(expression)};
    reader r = {.s = s, .at = expression, .name = name, .origin = origin, .out = k, .err = err};
    if (!k->name || !k->expression)
        r.status = error_add(err, HONE_ENOMEM, "out of memory for constraints");
    else
        comparison(&r);
    if (r.status == HONE_OK)
        c->n++;
    else
        drop(k);
    return r.status;
}

void constraints_free(constraints *c)
{
    for (int i = 0; c && i < c->n; i++)
        drop(&c->all[i]);
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
    double stack[DEEPEST + 1];
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
