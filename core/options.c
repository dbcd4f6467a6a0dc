/* options.c - entries of a section into the values of a plugin's table. */
#include "options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "owned.h"
#include "text.h"

typedef struct reader {
    const hone_option *table;
    int32_t n;
    const char *who;
    const ini *doc;
    const ini_section *section;
    options *out;
    error *warnings, *err;
} reader;

int32_t options_index(const hone_option *table, int32_t n, const char *name)
{
    for (int32_t i = 0; i < n; i++)
        if (strcmp(table[i].name, name) == 0)
            return i;
    return -1;
}

/* ---- what is allowed, in words ---- */

static void add_range(text *t, const hone_option *o)
{
    char low[NUMBER_ROOM], high[NUMBER_ROOM];
    bool below = isfinite(o->low), above = isfinite(o->high);
    const char *least = o->flags & HONE_OPT_OPEN_LOW ? ">" : ">=";
    const char *most = o->flags & HONE_OPT_OPEN_HIGH ? "<" : "<=";
    if (below)
        text_add(t, " %s %s", least, number_text(o->low, low));
    if (above && fabs(o->high) < 0x1p53)
        text_add(t, "%s %s %s", below ? " and" : "", most, number_text(o->high, high));
}

static void add_type(text *t, const hone_option *o)
{
    switch (o->type) {
    case HONE_OPT_BOOL:
        text_add(t, "yes or no");
        break;
    case HONE_OPT_INT:
        text_add(t, "a whole number");
        add_range(t, o);
        break;
    case HONE_OPT_REAL:
        text_add(t, "a number");
        add_range(t, o);
        break;
    case HONE_OPT_REALS:
        text_add(t, "numbers");
        add_range(t, o);
        break;
    case HONE_OPT_SECONDS:
        text_add(t, "a duration such as 30s, 1.5m, 2h");
        break;
    case HONE_OPT_CHOICE:
        text_add(t, "one of");
        for (const char *const *c = o->choices; c && *c; c++)
            text_add(t, "%s %s", c == o->choices ? "" : ",", *c);
        break;
    case HONE_OPT_COMPONENT:
        text_add(t, "a section, or a plugin");
        break;
    case HONE_OPT_PATH:
        text_add(t, "a path");
        break;
    case HONE_OPT_STRINGS:
        text_add(t, "a text, or several as %s.1, %s.2, ...", o->name, o->name);
        break;
    default:
        text_add(t, "a text");
    }
}

char *option_allowed(const hone_option *o)
{
    text t = {0};
    add_type(&t, o);
    if (o->def)
        text_add(&t, ", default %s", *o->def ? o->def : "empty");
    else if (o->flags & HONE_OPT_REQUIRED)
        text_add(&t, ", required");
    if (o->unit)
        text_add(&t, " (%s)", o->unit);
    return text_take(&t);
}

/* ---- one value ---- */

static bool in_range(const hone_option *o, double x)
{
    if (isnan(x))
        return false;
    bool low = o->flags & HONE_OPT_OPEN_LOW ? x > o->low : x >= o->low;
    bool high = o->flags & HONE_OPT_OPEN_HIGH ? x < o->high : x <= o->high;
    return low && high;
}

static bool read_reals(const hone_option *o, const char *s, options *out, hone_value *v)
{
    size_t most = strlen(s) / 2 + 1;
    double *numbers = owned_block(&out->owned, most, sizeof *numbers);
    char *copy = owned_string(&out->owned, s, strlen(s)), *at = copy, *one;
    if (!numbers || !copy)
        return false;
    v->n = 0;
    while ((one = strsep(&at, " \t,"))) {
        if (!*one)
            continue;
        if (!number_real(one, &numbers[v->n]) || !in_range(o, numbers[v->n]))
            return false;
        v->n++;
    }
    v->v = numbers;
    return v->n > 0;
}

static bool read_choice(const hone_option *o, const char *s, hone_value *v)
{
    for (int64_t i = 0; o->choices && o->choices[i]; i++)
        if (strcmp(o->choices[i], s) == 0) {
            v->i = i;
            v->s = o->choices[i];
            return true;
        }
    return false;
}

static bool read_path(const ini *doc, const char *s, options *out, hone_value *v)
{
    if (!*s)
        return false;
    if (*s == '/' || !doc)
        v->s = owned_string(&out->owned, s, strlen(s));
    else
        v->s = owned_format(&out->owned, "%s/%s", doc->folder, s);
    return v->s != NULL;
}

/* The text of a value into v; false: not allowed. */
static bool read_value(const hone_option *o, const ini *doc, const char *s, options *out,
                       hone_value *v)
{
    bool yes;
    const char **one;
    switch (o->type) {
    case HONE_OPT_BOOL:
        if (!number_bool(s, &yes))
            return false;
        v->i = yes;
        return true;
    case HONE_OPT_INT:
        if (!number_int(s, &v->i) || !in_range(o, (double)v->i))
            return false;
        v->d = (double)v->i;
        return true;
    case HONE_OPT_REAL:
        return number_real(s, &v->d) && in_range(o, v->d);
    case HONE_OPT_SECONDS:
        return number_seconds(s, &v->d) && in_range(o, v->d);
    case HONE_OPT_REALS:
        return read_reals(o, s, out, v);
    case HONE_OPT_CHOICE:
        return read_choice(o, s, v);
    case HONE_OPT_PATH:
        return read_path(doc, s, out, v);
    case HONE_OPT_STRINGS:
        one = owned_block(&out->owned, 2, sizeof *one);
        if (!one || !(one[0] = owned_string(&out->owned, s, strlen(s))))
            return false;
        v->ss = one;
        v->n = 1;
        return true;
    default:
        v->s = owned_string(&out->owned, s, strlen(s));
        return v->s != NULL && (o->type != HONE_OPT_COMPONENT || *s);
    }
}

static hone_value unset(const hone_option *o)
{
    return (hone_value){.type = o->type, .d = NAN};
}

static void refuse(const reader *r, const hone_option *o, const ini_entry *e)
{
    char *allowed = option_allowed(o);
    int n = 0;
    while (o->type == HONE_OPT_CHOICE && o->choices && o->choices[n])
        n++;
    const char *meant = n ? nearest(e->value, o->choices, n) : NULL;
    error_add(r->err, HONE_ECONFIG, "%s: [%s] %s = '%s': must be %s%s%s%s", e->origin,
              r->section->name, e->name, e->value, allowed ? allowed : "something else",
              meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
    free(allowed);
}

/* ---- entries ---- */

/* "metric.2": the option and its place 2; place 0: the plain name. */
static int32_t option_of(const reader *r, const char *name, int64_t *place)
{
    *place = 0;
    int32_t i = options_index(r->table, r->n, name);
    const char *dot = strrchr(name, '.');
    if (i >= 0 || !dot || !number_int(dot + 1, place) || *place < 1)
        return i;
    for (i = 0; i < r->n; i++)
        if (strlen(r->table[i].name) == (size_t)(dot - name) &&
            strncmp(r->table[i].name, name, (size_t)(dot - name)) == 0)
            return r->table[i].type == HONE_OPT_STRINGS ? i : -1;
    return -1;
}

static void unknown(const reader *r, const ini_entry *e)
{
    const char **names = calloc((size_t)r->n + 1, sizeof *names);
    for (int32_t i = 0; names && i < r->n; i++)
        names[i] = r->table[i].name;
    const char *meant = names ? nearest(e->name, names, r->n) : NULL;
    if (meant)
        error_add(r->err, HONE_ECONFIG, "%s: [%s] unknown option '%s'; did you mean '%s'?",
                  e->origin, r->section->name, e->name, meant);
    else {
        text all = {0};
        for (int32_t i = 0; names && i < r->n; i++)
            text_add(&all, "%s%s", i ? ", " : "", names[i]);
        error_add(r->err, HONE_ECONFIG, "%s: [%s] '%s' is not an option of %s%s%s", e->origin,
                  r->section->name, e->name, r->who, r->n ? "; it has " : "; it has none",
                  all.data ? all.data : "");
        text_free(&all);
    }
    free(names);
}

/* key.1, key.2, ... are consecutive; the entries may stand in any order. */
static int32_t add_string(const reader *r, int32_t i, int64_t place, const ini_entry *e)
{
    hone_value *v = &r->out->values[i];
    int64_t room = r->section->n_entries + 1;
    if (place > room) {
        error_add(r->err, HONE_ECONFIG, "%s: [%s] %s: the numbers run from 1 without a gap",
                  e->origin, r->section->name, e->name);
        return HONE_OK;
    }
    const char **list = (const char **)(uintptr_t)v->ss;
    if (!v->is_set || !list) {
        list = owned_block(&r->out->owned, (size_t)room + 1, sizeof *list);
        *v = unset(&r->table[i]);
        v->is_set = 1;
    }
    if (!list || !(list[place - 1] = owned_string(&r->out->owned, e->value, strlen(e->value))))
        return error_add(r->err, HONE_ENOMEM, "%s: out of memory", e->origin);
    v->ss = list;
    v->n = place > v->n ? place : v->n;
    r->out->from[i] = e;
    return HONE_OK;
}

static int32_t take_entry(const reader *r, const ini_entry *e)
{
    int64_t place;
    int32_t i = option_of(r, e->name, &place);
    if (i < 0) {
        unknown(r, e);
        return HONE_OK;
    }
    const hone_option *o = &r->table[i];
    if (place > 0)
        return add_string(r, i, place, e);
    hone_value v = unset(o);
    r->out->from[i] = e;
    if (!read_value(o, r->doc, e->value, r->out, &v)) {
        refuse(r, o, e);
        return HONE_OK;
    }
    v.is_set = 1;
    r->out->values[i] = v;
    if (o->flags & HONE_OPT_DEPRECATED && r->warnings)
        error_add(r->warnings, HONE_OK, "%s: [%s] %s is deprecated: %s", e->origin,
                  r->section->name, o->name, o->doc ? o->doc : "");
    return HONE_OK;
}

static bool skipped(const char *const *skip, const char *name)
{
    for (; skip && *skip; skip++)
        if (strcmp(*skip, name) == 0)
            return true;
    return false;
}

static void check_whole(const reader *r)
{
    const char *place = r->section ? r->section->origin : r->doc ? r->doc->path : "";
    for (int32_t i = 0; i < r->n; i++) {
        const hone_option *o = &r->table[i];
        const hone_value *v = &r->out->values[i];
        if (o->flags & HONE_OPT_REQUIRED && !r->out->from[i])
            error_add(r->err, HONE_ECONFIG, "%s: [%s] %s is missing: %s", place,
                      r->section ? r->section->name : r->who, o->name, o->doc ? o->doc : "");
        for (int64_t k = 0; o->type == HONE_OPT_STRINGS && k < v->n; k++)
            if (!v->ss[k])
                error_add(r->err, HONE_ECONFIG,
                          "%s: [%s] %s.%lld is missing; the numbers run from 1 without a gap",
                          r->out->from[i]->origin, r->section->name, o->name, (long long)k + 1);
    }
}

int32_t options_read(const hone_option *table, int32_t n, const char *who, const ini *doc,
                     const ini_section *section, const char *const *skip, options *out,
                     error *warnings, error *err)
{
    reader r = {table, n, who, doc, section, out, warnings, err};
    int before = err->n;
    int32_t status = HONE_OK;
    *out = (options){.table = table, .n = n};
    out->values = calloc((size_t)n + 1, sizeof *out->values);
    out->from = calloc((size_t)n + 1, sizeof *out->from);
    if (!out->values || !out->from)
        return error_add(err, HONE_ENOMEM, "%s: out of memory", who);
    for (int32_t i = 0; i < n; i++) {
        out->values[i] = unset(&table[i]);
        if (table[i].def && !read_value(&table[i], doc, table[i].def, out, &out->values[i]))
            error_add(err, HONE_EPLUGIN, "%s: default '%s' of option %s is not allowed", who,
                      table[i].def, table[i].name);
    }
    for (int k = 0; section && k < section->n_entries && status >= 0; k++)
        if (!skipped(skip, section->entries[k].name))
            status = take_entry(&r, &section->entries[k]);
    if (status < 0)
        return status;
    check_whole(&r);
    return err->n > before ? HONE_ECONFIG : HONE_OK;
}

void options_free(options *o)
{
    free(o->values);
    free(o->from);
    owned_free(&o->owned);
    *o = (options){0};
}

/* ---- tables ---- */

static bool legal_name(const char *s)
{
    if (!s || *s < 'a' || *s > 'z')
        return false;
    return s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_")] == 0;
}

static int32_t check_option(const hone_option *o, const char *who, error *err)
{
    options scratch = {0};
    hone_value v = unset(o);
    int32_t status = HONE_OK;
    if (!legal_name(o->name))
        return error_add(err, HONE_EPLUGIN, "%s: option name '%s' is not of the form [a-z][a-z0-9_]*",
                         who, o->name ? o->name : "(none)");
    if (o->type < HONE_OPT_BOOL || o->type > HONE_OPT_SECONDS)
        return error_add(err, HONE_EPLUGIN, "%s: option %s has the unknown type %d", who, o->name,
                         o->type);
    if (o->type == HONE_OPT_CHOICE && (!o->choices || !o->choices[0]))
        return error_add(err, HONE_EPLUGIN, "%s: option %s has no choices", who, o->name);
    if (o->low > o->high || isnan(o->low) || isnan(o->high))
        return error_add(err, HONE_EPLUGIN, "%s: option %s has low above high", who, o->name);
    if (o->def && !read_value(o, NULL, o->def, &scratch, &v))
        status = error_add(err, HONE_EPLUGIN, "%s: default '%s' of option %s is not allowed", who,
                           o->def, o->name);
    owned_free(&scratch.owned);
    return status;
}

int32_t options_check_table(const hone_option *table, int32_t n, const char *who, error *err)
{
    int32_t status = HONE_OK;
    for (int32_t i = 0; i < n; i++) {
        int32_t one = check_option(&table[i], who, err);
        status = status < 0 ? status : one;
        if (one >= 0 && options_index(table, n, table[i].name) != i)
            status = error_add(err, HONE_EPLUGIN, "%s: option %s stands twice", who,
                               table[i].name);
    }
    return status;
}
