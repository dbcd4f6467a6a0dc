/* options.c - the entries of a section against a table of options. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options_value.h"
#include "owned.h"
#include "text.h"

typedef struct reading {
    options *out;
    const char *who, *path, *folder;
    const ini_section *section; /* NULL: all defaults */
    error *warnings, *err;
} reading;

static const ini_entry *in_section(const ini_section *s, const char *name)
{
    return s ? ini_get(s, name) : NULL;
}

int32_t options_index(const hone_option *table, int32_t n, const char *name)
{
    for (int32_t i = 0; i < n; i++)
        if (strcmp(table[i].name, name) == 0)
            return i;
    return -1;
}

/* "key.12" of a list `key`: 12; 0: not of this form.  Numbers have no leading zeros. */
static int64_t list_number(const hone_option *o, const char *name)
{
    size_t n = strlen(o->name);
    int64_t number = 0;
    if (o->type != HONE_OPT_STRINGS || strncmp(name, o->name, n) != 0 || name[n] != '.' ||
        name[n + 1] == '0' || !name[n + 1])
        return 0;
    for (const char *s = name + n + 1; *s; s++) {
        if (*s < '0' || *s > '9' || number > INT32_MAX / 10 - 1)
            return 0;
        number = 10 * number + (*s - '0');
    }
    return number;
}

/* ---- sentences -------------------------------------------------------------------------------- */

static void refuse(reading *r, const hone_option *o, const ini_entry *e, const char *why)
{
    char word[EXCERPT_ROOM];
    char *allowed = option_allowed(o);
    const char *meant = option_meant(o, e->value);
    error_add(r->err, HONE_ECONFIG, "%s: [%s] %s = %s %s; allowed: %s%s%s%s", e->origin,
              r->section->name, e->name, text_excerpt(e->value, word), why,
              allowed ? allowed : "?", meant ? "; did you mean '" : "", meant ? meant : "",
              meant ? "'?" : "");
    free(allowed);
}

void options_refuse_unknown(const hone_option *table, int32_t n, const char *who,
                            const ini_section *section, const ini_entry *entry, error *err)
{
    text all = {0};
    const char **names = calloc((size_t)n + 1, sizeof *names);
    for (int32_t i = 0; names && i < n; i++) {
        names[i] = table[i].name;
        text_add(&all, "%s%s", i ? ", " : "; allowed: ", names[i]);
    }
    const char *meant = names ? nearest(entry->name, names, n) : NULL;
    if (meant)
        error_add(err, HONE_ECONFIG, "%s: [%s] unknown option '%s'; did you mean '%s'?",
                  entry->origin, section->name, entry->name, meant);
    else
        error_add(err, HONE_ECONFIG, "%s: [%s] '%s' is not an option of %s%s", entry->origin,
                  section->name, entry->name, who, all.data ? all.data : ", which has none");
    free(names);
    text_free(&all);
}

static void refuse_missing(reading *r, const hone_option *o)
{
    char *allowed = option_allowed(o);
    if (r->section)
        error_add(r->err, HONE_ECONFIG, "%s: [%s] '%s' is missing, which %s needs; allowed: %s",
                  r->section->origin, r->section->name, o->name, r->who, allowed ? allowed : "?");
    else
        error_add(r->err, HONE_ECONFIG, "%s: '%s' is missing, which %s needs; allowed: %s",
                  r->path, o->name, r->who, allowed ? allowed : "?");
    free(allowed);
}

static void no_memory(reading *r)
{
    error_add(r->err, HONE_ENOMEM, "%s: out of memory", r->path);
}

/* ---- one option --------------------------------------------------------------------------------- */

static void take_entry(reading *r, int32_t i, const ini_entry *e)
{
    const hone_option *o = &r->out->table[i];
    hone_value *value = &r->out->values[i];
    int32_t status = HONE_OK;
    const char *why = option_read(o, e->value, r->folder, &r->out->owned, value, &status);
    value->is_set = 1;
    r->out->from[i] = e;
    if (status < 0)
        no_memory(r);
    else if (why)
        refuse(r, o, e, why);
    else if (o->flags & HONE_OPT_DEPRECATED && r->warnings)
        error_add(r->warnings, HONE_OK, "%s: [%s] '%s' is deprecated: %s", e->origin,
                  r->section->name, o->name, o->doc);
}

/* How many entries are key.NUMBER; *most: the largest number. */
static int64_t count_list(const reading *r, const hone_option *o, int64_t *most)
{
    int64_t n = 0;
    *most = 0;
    for (int k = 0; r->section && k < r->section->n_entries; k++) {
        int64_t number = list_number(o, r->section->entries[k].name);
        n += number > 0;
        *most = number > *most ? number : *most;
    }
    return n;
}

/* Names are not repeated in a section: n numbers up to n are all of 1..n. */
static void take_list(reading *r, int32_t i, int64_t n, int64_t most)
{
    const hone_option *o = &r->out->table[i];
    hone_value *value = &r->out->values[i];
    const char **list = owned_block(&r->out->owned, (size_t)n, sizeof *list);
    if (!list) {
        no_memory(r);
        return;
    }
    for (int k = 0; k < r->section->n_entries; k++) {
        const ini_entry *e = &r->section->entries[k];
        int64_t number = list_number(o, e->name);
        if (number == 0)
            continue;
        if (number <= n && !(list[number - 1] = owned_string(&r->out->owned, e->value,
                                                             strlen(e->value))))
            no_memory(r);
        if (!r->out->from[i] || number == 1)
            r->out->from[i] = e;
    }
    for (int64_t k = 0; most > n && k < n; k++)
        if (!list[k]) {
            const ini_entry *e = r->out->from[i];
            error_add(r->err, HONE_ECONFIG,
                      "%s: [%s] %s.%lld is missing; allowed: %s.1, %s.2, ... without a gap",
                      e->origin, r->section->name, o->name, (long long)k + 1, o->name, o->name);
            list[k] = "";
            break;
        }
    value->is_set = 1;
    value->ss = list;
    value->n = n;
}

static void take_default(reading *r, int32_t i)
{
    const hone_option *o = &r->out->table[i];
    int32_t status = HONE_OK;
    if (o->flags & HONE_OPT_REQUIRED)
        refuse_missing(r, o);
    if (!o->def)
        return;
    const char *why =
        option_read(o, o->def, r->folder, &r->out->owned, &r->out->values[i], &status);
    if (status < 0)
        no_memory(r);
    else if (why)
        error_add(r->err, HONE_EPLUGIN, "%s: the default of '%s', %s, %s", r->who, o->name, o->def,
                  why);
}

static void take_option(reading *r, int32_t i)
{
    const hone_option *o = &r->out->table[i];
    const ini_entry *e = in_section(r->section, o->name);
    int64_t most, n = o->type == HONE_OPT_STRINGS ? count_list(r, o, &most) : 0;
    if (e && n)
        error_add(r->err, HONE_ECONFIG,
                  "%s: [%s] '%s' stands alone and numbered; allowed: either %s, or %s.1, %s.2, ...",
                  e->origin, r->section->name, o->name, o->name, o->name, o->name);
    if (e)
        take_entry(r, i, e);
    else if (n)
        take_list(r, i, n, most);
    else
        take_default(r, i);
}

/* ---- the whole section ----------------------------------------------------------------------------- */

bool options_knows(const hone_option *table, int32_t n, const char *name)
{
    for (int32_t i = 0; i < n; i++)
        if (strcmp(table[i].name, name) == 0 || list_number(&table[i], name) > 0)
            return true;
    return false;
}

static bool is_among(const char *const *names, const char *name)
{
    for (; names && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

int32_t options_read(const hone_option *table, int32_t n, const char *who, const ini *doc,
                     const ini_section *section, const char *const *skip, options *out,
                     error *warnings, error *err)
{
    error found = {0};
    reading r = {.out = out, .who = who, .path = doc ? doc->path : who,
                 .folder = doc ? doc->folder : NULL, .section = section, .warnings = warnings,
                 .err = &found};
    *out = (options){.table = table, .n = n};
    out->values = calloc((size_t)n + 1, sizeof *out->values);
    out->from = calloc((size_t)n + 1, sizeof *out->from);
    if (!out->values || !out->from) {
        options_free(out);
        return error_add(err, HONE_ENOMEM, "%s: out of memory", who);
    }
    for (int32_t i = 0; i < n; i++)
        out->values[i] = option_unset(&table[i]);
    for (int32_t i = 0; i < n; i++)
        take_option(&r, i);
    for (int k = 0; section && k < section->n_entries; k++)
        if (!options_knows(table, n, section->entries[k].name) &&
            !is_among(skip, section->entries[k].name))
            options_refuse_unknown(table, n, who, section, &section->entries[k], &found);
    int32_t status = found.status;
    error_take(err, &found);
    return status;
}

void options_free(options *o)
{
    if (!o)
        return;
    free(o->values);
    free(o->from);
    owned_free(&o->owned);
    *o = (options){0};
}
