/* space_parse.c - one line of [space]:
 *
 *     NAME = float LOW HIGH [log] [step S] [init V] [fidelity] [when PARENT = A B ...]
 *     NAME = int   LOW HIGH ...
 *     NAME = categorical A B C ... [init A] [when ...]      ordered A B C ...
 *     NAME = fixed VALUE [when ...]
 *
 * Words stand between blanks; a quoted word ("two words", "log") is a choice whatever it
 * says. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "space.h"
#include "text.h"

typedef struct word {
    char *text;
    bool quoted;
} word;

typedef struct line {
    const space *s;
    const char *name, *origin;
    error *err;
    word *words;   /* [n] */
    int32_t n, at; /* at: the next word */
    char *copy;    /* what the words point into */
    hone_param p;
    const char **choices; /* [n] */
    double *when;         /* [n] */
    const word *init;
} line;

static int32_t complain(line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int32_t complain(line *l, const char *format, ...)
{
    char sentence[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    return error_add(l->err, HONE_ECONFIG, "%s: [space] %s: %s", l->origin, l->name, sentence);
}

/* ---- words ---- */

static int32_t split(line *l, const char *value)
{
    size_t length = strlen(value);
    l->copy = strdup(value);
    l->words = calloc(length / 2 + 2, sizeof *l->words);
    l->choices = calloc(length / 2 + 2, sizeof *l->choices);
    l->when = calloc(length / 2 + 2, sizeof *l->when);
    if (!l->copy || !l->words || !l->choices || !l->when)
        return error_add(l->err, HONE_ENOMEM, "%s: out of memory", l->origin);
    for (char *at = l->copy; *at;) {
        at += strspn(at, " \t");
        if (!*at)
            break;
        word *w = &l->words[l->n++];
        char quote = *at == '"' || *at == '\'' ? *at : 0;
        w->quoted = quote != 0;
        w->text = quote ? at + 1 : at;
        char *end = quote ? strchr(at + 1, quote) : at + strcspn(at, " \t");
        if (!end)
            return complain(l, "the quote %c is not closed", quote);
        at = *end ? end + 1 : end;
        *end = 0;
    }
    return HONE_OK;
}

static const word *next(line *l)
{
    return l->at < l->n ? &l->words[l->at++] : NULL;
}

static bool is(const word *w, const char *keyword)
{
    return w && !w->quoted && strcmp(w->text, keyword) == 0;
}

static int32_t take_number(line *l, const char *what, double *out)
{
    const word *w = next(l);
    if (!w)
        return complain(l, "%s is missing", what);
    if (!number_real(w->text, out) || isnan(*out))
        return complain(l, "%s = '%s' is not a number", what, w->text);
    return HONE_OK;
}

/* ---- conditions ---- */

static bool values_of_parent(line *l, const hone_param *parent, const word *w, double *out)
{
    error problem = {0};
    bool good = param_read(parent, w->text, out, &problem) >= 0;
    if (!good)
        complain(l, "when %s", error_text(&problem));
    error_free(&problem);
    return good;
}

/* PARENT = A B ..., to the end of the line; '=' may touch its neighbours. */
static int32_t take_when(line *l)
{
    const word *name = next(l);
    char *glued = name && !name->quoted ? strchr(name->text, '=') : NULL;
    const char *first = NULL;
    if (glued) {
        *glued = 0;
        first = glued[1] ? glued + 1 : NULL;
    } else if (name && l->at < l->n && l->words[l->at].text[0] == '=') {
        const word *equals = next(l);
        first = equals->text[1] ? equals->text + 1 : NULL;
    } else {
        return complain(l, "a condition is written: when PARENT = VALUE ...");
    }
    l->p.parent = space_index(l->s, name->text);
    if (l->p.parent < 0) {
        const char **names = calloc((size_t)l->s->n + 1, sizeof *names);
        for (int32_t i = 0; names && i < l->s->n; i++)
            names[i] = l->s->params[i].name;
        const char *meant = names ? nearest(name->text, names, l->s->n) : NULL;
        int32_t status =
            complain(l, "when '%s': no parameter of that name stands above%s%s%s", name->text,
                     meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
        free(names);
        return status;
    }
    const hone_param *parent = &l->s->params[l->p.parent];
    word glued_word = {.text = (char *)(uintptr_t)first};
    if (first && !values_of_parent(l, parent, &glued_word, &l->when[l->p.n_when++]))
        return HONE_ECONFIG;
    for (const word *w; (w = next(l));)
        if (!values_of_parent(l, parent, w, &l->when[l->p.n_when++]))
            return HONE_ECONFIG;
    if (l->p.n_when == 0)
        return complain(l, "when %s = ...: a value of %s is missing", parent->name, parent->name);
    l->p.when = l->when;
    return HONE_OK;
}

/* ---- numbers ---- */

static const char *const WORDS[] = {"log", "step", "init", "fidelity", "when"};
enum { N_WORDS = sizeof WORDS / sizeof *WORDS };

static int32_t unknown_word(line *l, const word *w)
{
    const char *meant = nearest(w->text, WORDS, N_WORDS);
    return complain(l, "'%s' is not understood; log, step, init, fidelity or when%s%s%s", w->text,
                    meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
}

static int32_t check_grid(line *l)
{
    hone_param *p = &l->p;
    double cells = (p->high - p->low) / p->step, below = p->low + floor(cells) * p->step;
    char high[NUMBER_ROOM], a[NUMBER_ROOM], b[NUMBER_ROOM], step[NUMBER_ROOM];
    if (fabs(cells - rint(cells)) < 1e-9 * fmax(1, fabs(cells)))
        return HONE_OK;
    return complain(l, "high %s is not low plus a multiple of step %s; the nearest are %s and %s",
                    number_text(p->high, high), number_text(p->step, step), number_short(below, a),
                    number_short(below + p->step, b));
}

static int32_t take_number_words(line *l)
{
    int32_t status = HONE_OK;
    for (const word *w; status >= 0 && (w = next(l));) {
        if (is(w, "log"))
            l->p.flags |= HONE_PARAM_LOG;
        else if (is(w, "fidelity"))
            l->p.flags |= HONE_PARAM_FIDELITY;
        else if (is(w, "step"))
            status = take_number(l, "step", &l->p.step);
        else if (is(w, "init"))
            status = take_number(l, "init", &l->p.init);
        else if (is(w, "when"))
            status = take_when(l);
        else
            status = unknown_word(l, w);
    }
    return status;
}

static int32_t read_number(line *l, int32_t type)
{
    hone_param *p = &l->p;
    p->type = type;
    p->step = 0;
    int32_t status = take_number(l, "low", &p->low);
    if (status >= 0)
        status = take_number(l, "high", &p->high);
    if (status >= 0)
        status = take_number_words(l);
    if (status < 0)
        return status;
    if (p->step < 0 || (p->step == 0 && type == HONE_INT))
        p->step = type == HONE_INT && p->step == 0 ? 1 : p->step;
    if (p->step < 0)
        return complain(l, "step must be > 0");
    return p->step > 0 && isfinite(p->high - p->low) && p->high > p->low ? check_grid(l) : HONE_OK;
}

/* ---- choices ---- */

static int32_t read_choices(line *l, int32_t flags)
{
    hone_param *p = &l->p;
    int32_t status = HONE_OK;
    p->type = HONE_CATEGORICAL;
    p->flags = flags;
    for (const word *w; status >= 0 && (w = next(l));) {
        if (is(w, "when"))
            status = take_when(l);
        else if (is(w, "init") && l->at < l->n)
            l->init = next(l);
        else if (l->init)
            status = complain(l, "'%s' after init; choices stand before it", w->text);
        else
            l->choices[p->n_choices++] = w->text;
    }
    if (status < 0)
        return status;
    if (p->n_choices == 0)
        return complain(l, "choices are missing");
    p->choices = l->choices;
    p->high = (double)(p->n_choices - 1);
    for (int64_t i = 0; l->init && i < p->n_choices; i++)
        if (strcmp(l->choices[i], l->init->text) == 0)
            p->init = (double)i;
    if (l->init && isnan(p->init)) {
        const char *meant = nearest(l->init->text, l->choices, (int)p->n_choices);
        return complain(l, "init '%s' is not one of the choices%s%s%s", l->init->text,
                        meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
    }
    return HONE_OK;
}

/* A number with one value, or a single choice. */
static int32_t read_fixed(line *l)
{
    hone_param *p = &l->p;
    const word *w = next(l);
    if (!w)
        return complain(l, "the fixed value is missing");
    if (!w->quoted && number_real(w->text, &p->low) && isfinite(p->low)) {
        p->high = p->low;
        bool whole = p->low == rint(p->low) && fabs(p->low) <= 0x1p53;
        p->type = whole ? HONE_INT : HONE_REAL;
        p->step = whole ? 1 : 0;
    } else {
        p->type = HONE_CATEGORICAL;
        l->choices[p->n_choices++] = w->text;
        p->choices = l->choices;
    }
    const word *more = next(l);
    if (!more)
        return HONE_OK;
    return is(more, "when")
               ? take_when(l)
               : complain(l, "'%s' after the fixed value; only `when` may follow", more->text);
}

static const char *const KINDS[] = {"float", "int", "categorical", "ordered", "fixed"};
enum { N_KINDS = sizeof KINDS / sizeof *KINDS };

static int32_t read_kind(line *l)
{
    const word *kind = next(l);
    if (is(kind, "float"))
        return read_number(l, HONE_REAL);
    if (is(kind, "int"))
        return read_number(l, HONE_INT);
    if (is(kind, "categorical"))
        return read_choices(l, 0);
    if (is(kind, "ordered"))
        return read_choices(l, HONE_PARAM_ORDERED);
    if (is(kind, "fixed"))
        return read_fixed(l);
    const char *meant = kind ? nearest(kind->text, KINDS, N_KINDS) : NULL;
    return complain(l,
                    "'%s' is no kind of parameter; float, int, categorical, ordered or fixed"
                    "%s%s%s",
                    kind ? kind->text : "", meant ? "; did you mean '" : "", meant ? meant : "",
                    meant ? "'?" : "");
}

int32_t space_add(space *s, const char *name, const char *value, const char *origin, error *err)
{
    line l = {.s = s, .name = name, .origin = origin, .err = err};
    l.p = (hone_param){.size = sizeof l.p, .parent = -1, .name = name, .init = NAN};
    int32_t status = split(&l, value);
    if (status >= 0)
        status = read_kind(&l);
    if (status >= 0) {
        text who = {0};
        text_add(&who, "%s: [space] %s", origin, name);
        status = space_append(s, &l.p, who.data ? who.data : name, err);
        text_free(&who);
    }
    free(l.copy);
    free(l.words);
    free(l.choices);
    free(l.when);
    return status;
}
