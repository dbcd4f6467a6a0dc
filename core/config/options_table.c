/* options_table.c - what an option allows, in words, and what a table of options must be. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ini_lines.h"
#include "kind.h"
#include "options_value.h"
#include "owned.h"
#include "text.h"

/* ---- what is allowed ------------------------------------------------------------------------------ */

static const double WHOLE_MOST = 0x1p53; /* as a bound of whole numbers it says nothing */

static void add_range(text *t, const hone_option *o)
{
    char low[NUMBER_ROOM], high[NUMBER_ROOM];
    bool below = isfinite(o->low), above = isfinite(o->high);
    if (o->type == HONE_OPT_INT) {
        below = below && o->low > -WHOLE_MOST;
        above = above && o->high < WHOLE_MOST;
    }
    if (below)
        text_add(t, " %s %s", o->flags & HONE_OPT_OPEN_LOW ? ">" : ">=", number_text(o->low, low));
    if (above)
        text_add(t, "%s %s %s", below ? " and" : "", o->flags & HONE_OPT_OPEN_HIGH ? "<" : "<=",
                 number_text(o->high, high));
}

static void add_choices(text *t, const hone_option *o, const char *before)
{
    for (int64_t i = 0; o->choices && o->choices[i]; i++)
        text_add(t, "%s%s", i ? ", " : before, o->choices[i]);
}

static const char *noun_of(const hone_option *o)
{
    switch (o->type) {
    case HONE_OPT_BOOL:
        return "yes or no";
    case HONE_OPT_INT:
        return "a whole number";
    case HONE_OPT_REAL:
        return "a number";
    case HONE_OPT_REALS:
        return "numbers";
    case HONE_OPT_SECONDS:
        return "a duration such as 30s, 1.5m, 2h";
    case HONE_OPT_PATH:
        return "a path";
    default:
        return "a text";
    }
}

static void add_allowed(text *t, const hone_option *o)
{
    switch (o->type) {
    case HONE_OPT_CHOICE:
        add_choices(t, o, "one of ");
        break;
    case HONE_OPT_COMPONENT:
        text_add(t, "a section, or a plugin of kind %s", kind_name((int32_t)o->kind));
        break;
    case HONE_OPT_STRINGS:
        text_add(t, "a text, or several as %s.1, %s.2, ...", o->name, o->name);
        break;
    case HONE_OPT_SECONDS: /* any duration that is not negative is the rule */
        text_add(t, "%s", noun_of(o));
        if (o->low > 0 || o->flags & HONE_OPT_OPEN_LOW || isfinite(o->high))
            add_range(t, o);
        add_choices(t, o, ", or ");
        break;
    case HONE_OPT_INT:
    case HONE_OPT_REAL:
    case HONE_OPT_REALS:
        text_add(t, "%s", noun_of(o));
        add_range(t, o);
        add_choices(t, o, ", or ");
        break;
    default:
        text_add(t, "%s", noun_of(o));
    }
}

char *option_allowed(const hone_option *o)
{
    text t = {0};
    add_allowed(&t, o);
    if (o->def)
        text_add(&t, ", default %s", *o->def ? o->def : "empty");
    else if (o->flags & HONE_OPT_REQUIRED)
        text_add(&t, ", required");
    if (o->unit && *o->unit)
        text_add(&t, " (%s)", o->unit);
    return text_take(&t);
}

/* ---- what a table must be --------------------------------------------------------------------------- */

static bool name_legal(const char *name)
{
    if (!name || *name < 'a' || *name > 'z' || strlen(name) > INI_NAME_MOST)
        return false;
    for (; *name; name++)
        if ((*name < 'a' || *name > 'z') && (*name < '0' || *name > '9') && *name != '_')
            return false;
    return true;
}

static bool is_number(const hone_option *o)
{
    return o->type == HONE_OPT_INT || o->type == HONE_OPT_REAL || o->type == HONE_OPT_REALS ||
           o->type == HONE_OPT_SECONDS;
}

/* NULL: nothing is wrong with the option by itself. */
static const char *fault_of(const hone_option *o)
{
    if (o->type < HONE_OPT_BOOL || o->type > HONE_OPT_SECONDS)
        return "has a type that is unknown";
    if (strcmp(o->name, "plugin") == 0 || strcmp(o->name, "module") == 0)
        return "is a key of the host's own";
    if (!o->doc || !*o->doc)
        return "lacks its sentence of documentation";
    if (o->type == HONE_OPT_CHOICE && (!o->choices || !o->choices[0]))
        return "lacks its choices";
    if (o->type == HONE_OPT_COMPONENT && (o->kind < HONE_STRATEGY || o->kind > HONE_PRUNER))
        return "wants a kind of plugin that is unknown";
    if (is_number(o) && !(o->low <= o->high))
        return "has a low above its high";
    if (is_number(o) && o->low == o->high)
        return "allows one number only; -INFINITY and INFINITY stand for no bounds";
    if (o->flags & HONE_OPT_REQUIRED && o->def)
        return "is required and has a default";
    return NULL;
}

static int32_t check_default(const hone_option *o, const char *who, error *err)
{
    void *owned = NULL;
    hone_value value = option_unset(o);
    int32_t status = HONE_OK;
    const char *why = option_read(o, o->def, NULL, &owned, &value, &status);
    owned_free(&owned);
    if (status < 0)
        return error_add(err, status, "%s: out of memory", who);
    if (!why)
        return HONE_OK;
    char *allowed = option_allowed(o);
    error_add(err, HONE_EPLUGIN, "%s: the default of option '%s', %s, %s; allowed: %s", who,
              o->name, o->def, why, allowed ? allowed : "?");
    free(allowed);
    return HONE_EPLUGIN;
}

int32_t options_check_table(const hone_option *table, int32_t n, const char *who, error *err)
{
    int32_t status = HONE_OK;
    for (int32_t i = 0; i < n; i++) {
        const hone_option *o = &table[i];
        const char *fault = name_legal(o->name) ? fault_of(o) : NULL;
        if (!name_legal(o->name))
            status = error_add(err, HONE_EPLUGIN,
                               "%s: option %d: '%s' is no name; allowed: a-z, then a-z, 0-9 and _, "
                               "at most %d",
                               who, (int)i, o->name ? o->name : "", INI_NAME_MOST);
        else if (options_index(table, i, o->name) >= 0)
            status = error_add(err, HONE_EPLUGIN, "%s: option '%s' stands twice", who, o->name);
        else if (fault)
            status = error_add(err, HONE_EPLUGIN, "%s: option '%s' %s", who, o->name, fault);
        else if (o->def && check_default(o, who, err) < 0)
            status = HONE_EPLUGIN;
    }
    return status;
}
