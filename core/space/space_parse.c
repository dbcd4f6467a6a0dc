/* space_parse.c - one line of [space]:
 *
 *     NAME = float LOW HIGH [log] [step S] [init V] [fidelity] [when PARENT = A B ...]
 *     NAME = int   LOW HIGH ...
 *     NAME = categorical A B C ... [init A] [when ...]      ordered A B C ...
 *     NAME = fixed VALUE [when ...]
 *
 * A quoted word ("two words", "log") is a choice whatever it says.  high must lie on the grid
 * that low and step make: a bound that is never tried is a mistake of the file. */
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "space.h"
#include "space_words.h"
#include "text.h"

enum { CHOICES_MOST = 10000 };

static const double WHOLE_MOST = 0x1p53;

typedef struct line {
    const space *s;
    const char *name, *origin;
    error *err;
    space_words words;
    int32_t at;           /* the next word */
    hone_param p;
    const char **choices; /* [words.n] */
    double *when;         /* [words.n] */
    const char *init;     /* as written, NULL: none */
} line;

static int32_t complain(line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int32_t complain(line *l, const char *format, ...)
{
    text sentence = {0};
    va_list arguments;
    va_start(arguments, format);
    text_add_list(&sentence, format, arguments);
    va_end(arguments);
    error_add(l->err, HONE_ECONFIG, "%s: [space] %s: %s", l->origin, l->name,
              sentence.data ? sentence.data : "wrong");
    text_free(&sentence);
    return HONE_ECONFIG;
}

/* Like complain with one word of the line and, where there is one, the word meant. */
static int32_t complain_word(line *l, const char *word, const char *rest, const char *meant)
{
    char shown[EXCERPT_ROOM];
    return complain(l, "'%s' %s%s%s%s", text_excerpt(word, shown), rest,
                    meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
}

static const space_word *next(line *l)
{
    return l->at < l->words.n ? &l->words.word[l->at++] : NULL;
}

static bool is(const space_word *w, const char *keyword)
{
    return w && !w->quoted && strcmp(w->text, keyword) == 0;
}

/* ---- conditions -------------------------------------------------------------------------------- */

static int32_t unknown_parent(line *l, const char *name)
{
    const char **names = calloc((size_t)l->s->n + 1, sizeof *names);
    for (int32_t i = 0; names && i < l->s->n; i++)
        names[i] = l->s->params[i].name;
    const char *meant = names ? nearest(name, names, l->s->n) : NULL;
    int32_t status = complain_word(
        l, name, "is no valid parameter above this line; a parent stands above", meant);
    free(names);
    return status;
}

static int32_t take_when_value(line *l, const hone_param *parent, const char *word)
{
    error problem = {0};
    double value;
    char shown[EXCERPT_ROOM];
    int32_t status = param_read(parent, word, &value, &problem);
    if (status < 0)
        status = complain(l, "when %s", error_text(&problem));
    error_free(&problem);
    for (int64_t i = 0; status >= 0 && i < l->p.n_when; i++)
        if (l->when[i] == value)
            status = complain(l, "when %s = %s: the value stands twice", parent->name,
                              text_excerpt(word, shown));
    if (status >= 0)
        l->when[l->p.n_when++] = value;
    return status;
}

/* PARENT = A B ..., to the end of the line. */
static int32_t take_when(line *l)
{
    const space_word *name = next(l), *equals = next(l), *value;
    if (!name || name->quoted || !is(equals, "=") || l->at == l->words.n)
        return complain(l, "a condition is not complete; allowed: when PARENT = VALUE ...");
    l->p.parent = space_index(l->s, name->text);
    if (l->p.parent < 0)
        return unknown_parent(l, name->text);
    int32_t status = HONE_OK;
    while (status >= 0 && (value = next(l)))
        status = take_when_value(l, &l->s->params[l->p.parent], value->text);
    l->p.when = l->when;
    return status;
}

/* ---- numbers ------------------------------------------------------------------------------------- */

static int32_t take_number(line *l, const char *what, double *out)
{
    const space_word *w = next(l);
    char shown[EXCERPT_ROOM];
    if (!w)
        return complain(l, "%s is missing; allowed: %s LOW HIGH, then log, step S, init V, "
                        "fidelity, when PARENT = VALUE ...",
                        what, l->p.type == HONE_INT ? "int" : "float");
    if (w->quoted || !number_real(w->text, out) || !isfinite(*out))
        return complain(l, "%s = '%s' is not a finite number", what, text_excerpt(w->text, shown));
    return HONE_OK;
}

static int32_t check_grid(line *l)
{
    const hone_param *p = &l->p;
    double cells = (p->high - p->low) / p->step;
    char low[NUMBER_ROOM], high[NUMBER_ROOM], step[NUMBER_ROOM];
    if (!(cells <= WHOLE_MOST) && !(p->type == HONE_INT && p->step == 1))
        return complain(l, "step %s is too small: from %s to %s it makes more than 2^53 values",
                        number_text(p->step, step), number_text(p->low, low),
                        number_text(p->high, high));
    /* what decimals such as 0.1 lose as doubles is forgiven */
    if (rint(cells) >= 1 && fabs(cells - rint(cells)) <= 1e-9 + 8 * DBL_EPSILON * cells)
        return HONE_OK;
    return complain(l, "high %s is not low plus whole steps of %s; nearest: %.12g and %.12g",
                    number_text(p->high, high), number_text(p->step, step),
                    p->low + floor(cells) * p->step, p->low + ceil(cells) * p->step);
}

/* Bounds that values can be checked against; what else is wrong, space_append says. */
static bool is_sane(const hone_param *p)
{
    bool whole = p->type != HONE_INT || (p->low == rint(p->low) && p->high == rint(p->high) &&
                                         p->step == rint(p->step) && fabs(p->low) <= WHOLE_MOST &&
                                         fabs(p->high) <= WHOLE_MOST);
    bool log = p->flags & HONE_PARAM_LOG;
    return p->low <= p->high && whole && !(log && (p->low <= 0 || p->step > 1)) &&
           !(log && p->type == HONE_REAL && p->step > 0);
}

static int32_t check_number(line *l)
{
    hone_param *p = &l->p;
    error problem = {0};
    int32_t status = HONE_OK;
    if (!is_sane(p))
        return HONE_OK;
    if (p->step > 0 && p->high > p->low && (status = check_grid(l)) < 0)
        return status;
    if (l->init && param_read(p, l->init, &p->init, &problem) < 0)
        status = complain(l, "init: %s", error_text(&problem));
    error_free(&problem);
    return status;
}

static int32_t take_flag(line *l, const space_word *w, int32_t flag)
{
    if (l->p.flags & flag)
        return complain_word(l, w->text, "stands twice", NULL);
    l->p.flags |= flag;
    return HONE_OK;
}

static int32_t take_step(line *l)
{
    if (l->p.step != 0)
        return complain_word(l, "step", "stands twice", NULL);
    int32_t status = take_number(l, "step", &l->p.step);
    if (status >= 0 && l->p.step <= 0)
        status = complain(l, "step must be > 0, not %g", l->p.step);
    return status;
}

static int32_t take_init(line *l)
{
    const space_word *w = next(l);
    if (l->init)
        return complain_word(l, "init", "stands twice", NULL);
    if (!w)
        return complain(l, "init lacks its value");
    l->init = w->text;
    return HONE_OK;
}

static int32_t unknown_word(line *l, const space_word *w)
{
    static const char *const WORDS[] = {"log", "step", "init", "fidelity", "when"};
    return complain_word(l, w->text,
                         "is not understood; allowed after the bounds: log, step S, init V, "
                         "fidelity, when PARENT = VALUE ...",
                         nearest(w->text, WORDS, sizeof WORDS / sizeof *WORDS));
}

static int32_t read_number(line *l, int32_t type)
{
    hone_param *p = &l->p;
    p->type = type;
    int32_t status = take_number(l, "low", &p->low);
    if (status >= 0)
        status = take_number(l, "high", &p->high);
    for (const space_word *w; status >= 0 && (w = next(l));) {
        if (is(w, "log"))
            status = take_flag(l, w, HONE_PARAM_LOG);
        else if (is(w, "fidelity"))
            status = take_flag(l, w, HONE_PARAM_FIDELITY);
        else if (is(w, "step"))
            status = take_step(l);
        else if (is(w, "init"))
            status = take_init(l);
        else if (is(w, "when"))
            status = take_when(l);
        else
            status = unknown_word(l, w);
    }
    if (type == HONE_INT && p->step == 0)
        p->step = 1;
    return status < 0 ? status : check_number(l);
}

/* ---- choices ---------------------------------------------------------------------------------------- */

static int32_t take_choice(line *l, const space_word *w)
{
    char shown[EXCERPT_ROOM];
    size_t n = strlen(w->text);
    if (l->init)
        return complain_word(l, w->text, "stands after init; choices stand before it", NULL);
    if (!text_is_utf8(w->text))
        return complain_word(l, w->text, "is not UTF-8 text", NULL);
    if (!w->quoted && n > 1 && w->text[n - 1] == ',')
        return complain_word(l, w->text,
                             "ends in a comma; choices stand between blanks, and one that ends "
                             "in a comma is quoted",
                             NULL);
    if (!w->quoted && space_word_reserved(w->text))
        return complain(l, "'%s' is a word of the grammar; as a choice it is written \"%s\"",
                        text_excerpt(w->text, shown), shown);
    if (l->p.n_choices == CHOICES_MOST)
        return complain(l, "a parameter has at most %d choices", CHOICES_MOST);
    l->choices[l->p.n_choices++] = w->text;
    return HONE_OK;
}

static int32_t find_init(line *l)
{
    for (int64_t i = 0; i < l->p.n_choices; i++)
        if (strcmp(l->choices[i], l->init) == 0) {
            l->p.init = (double)i;
            return HONE_OK;
        }
    return complain_word(l, l->init, "is init, but not one of the choices",
                         nearest(l->init, l->choices, (int)l->p.n_choices));
}

static int32_t read_choices(line *l, int32_t flags)
{
    hone_param *p = &l->p;
    int32_t status = HONE_OK;
    p->type = HONE_CATEGORICAL;
    p->flags = flags;
    p->choices = l->choices;
    for (const space_word *w; status >= 0 && (w = next(l));) {
        if (is(w, "when"))
            status = take_when(l);
        else if (is(w, "init"))
            status = take_init(l);
        else
            status = take_choice(l, w);
    }
    p->high = (double)(p->n_choices - 1);
    if (status >= 0 && p->n_choices == 0)
        status = complain(l, "choices are missing; allowed: %s A B C ..., then init A, "
                          "when PARENT = VALUE ...",
                          flags ? "ordered" : "categorical");
    return status >= 0 && l->init ? find_init(l) : status;
}

/* A number with one value, or a single choice. */
static int32_t read_fixed(line *l)
{
    hone_param *p = &l->p;
    const space_word *w = next(l), *more;
    int32_t status = HONE_OK;
    if (!w)
        return complain(l, "the value is missing; allowed: fixed VALUE, then "
                        "when PARENT = VALUE ...");
    if (!w->quoted && number_real(w->text, &p->low) && isfinite(p->low)) {
        bool whole = p->low == rint(p->low) && fabs(p->low) <= WHOLE_MOST;
        p->high = p->low;
        p->type = whole ? HONE_INT : HONE_REAL;
        p->step = whole ? 1 : 0;
    } else {
        p->type = HONE_CATEGORICAL;
        p->choices = l->choices;
        status = take_choice(l, w);
    }
    if (status < 0 || !(more = next(l)))
        return status;
    return is(more, "when") ? take_when(l)
                            : complain_word(l, more->text,
                                            "stands after the value; allowed: "
                                            "when PARENT = VALUE ...",
                                            NULL);
}

/* ---- the line ------------------------------------------------------------------------------------------ */

static int32_t read_kind(line *l)
{
    static const char *const KINDS[] = {"float", "int", "categorical", "ordered", "fixed"};
    const space_word *kind = next(l);
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
    return complain_word(l, kind ? kind->text : "",
                         "is no kind of parameter; allowed: float, int, categorical, ordered, "
                         "fixed",
                         kind ? nearest(kind->text, KINDS, sizeof KINDS / sizeof *KINDS) : NULL);
}

/* Names that commands and folders use for what is no parameter. */
static int32_t check_name(line *l)
{
    static const char *const TAKEN[] = {"trial", "seed", "worker", "dir", "study"};
    for (size_t i = 0; i < sizeof TAKEN / sizeof *TAKEN; i++)
        if (strcmp(l->name, TAKEN[i]) == 0)
            return complain(l, "the name is taken: {%s} is the host's own; allowed: any but trial, "
                            "seed, worker, dir, study",
                            l->name);
    return HONE_OK;
}

static int32_t append(space *s, line *l)
{
    text who = {0};
    text_add(&who, "%s: [space] %s", l->origin, l->name);
    int32_t status = space_append(s, &l->p, who.data ? who.data : l->name, l->err);
    text_free(&who);
    return status == HONE_EINVAL ? HONE_ECONFIG : status;
}

int32_t space_add(space *s, const char *name, const char *value, const char *origin, error *err)
{
    line l = {.s = s, .name = name, .origin = origin, .err = err};
    l.p = (hone_param){.size = sizeof l.p, .parent = -1, .name = name, .init = NAN};
    const char *why = space_words_cut(value, &l.words);
    l.choices = calloc((size_t)l.words.n + 1, sizeof *l.choices);
    l.when = calloc((size_t)l.words.n + 1, sizeof *l.when);
    int32_t status = HONE_OK;
    if (!l.words.word || !l.words.copy || !l.choices || !l.when)
        status = error_add(err, HONE_ENOMEM, "%s: out of memory", origin);
    else if (why)
        status = complain(&l, "%s", why);
    else
        status = check_name(&l);
    if (status >= 0)
        status = read_kind(&l);
    if (status >= 0)
        status = append(s, &l);
    free(l.choices);
    free(l.when);
    space_words_free(&l.words);
    return status;
}
