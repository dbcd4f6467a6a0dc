/* constraints_read.c - declared constraints: read by recursive descent into a program for a
 * stack. */
#include "constraints_parts.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { PROGRAM_MOST = 4096 };

static const struct {
    const char *name;
    int op, arguments;
} FUNCTIONS[] = {{"log", LOG, 1},     {"log2", LOG2, 1}, {"log10", LOG10, 1}, {"exp", EXP, 1},
                 {"sqrt", SQRT, 1},   {"abs", ABS, 1},   {"floor", FLOOR, 1}, {"ceil", CEIL, 1},
                 {"min", MIN, 2},     {"max", MAX, 2}};
enum { N_FUNCTIONS = sizeof FUNCTIONS / sizeof *FUNCTIONS };

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
        r->status = *r->at ? error_add(r->err, status, "%s: [constraints] %s: %s at '%s'",
                                       r->origin, r->name, what, text_excerpt(r->at, place))
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
    if (c->n == PROGRAM_MOST || r->stack > CONSTRAINT_DEEPEST) {
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
    if (++r->depth > CONSTRAINT_DEEPEST)
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

void constraint_drop(constraint *c)
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
        constraint_drop(k);
    return r.status;
}
