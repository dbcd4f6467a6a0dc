/* values.c - see values.h. */
#include "values.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NUMBER_SIZE = 32, OWN = 3 }; /* OWN: HONE_PARAMS and two to spare */
static const char PREFIX[] = "HONE_";
static const double WHOLE = 9007199254740992.0; /* 2^53: printed without an exponent up to here */

static void print_number(double value, char out[NUMBER_SIZE])
{
    if (value == 0)
        value = 0; /* no -0 */
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, NUMBER_SIZE, "%.*g", digits, value);
        if (strtod(out, NULL) == value)
            break;
    }
    if (value == floor(value) && fabs(value) <= WHOLE)
        snprintf(out, NUMBER_SIZE, "%.0f", value);
}

/* The text of one value; a number is printed into `room`. */
static const char *value_text(const hone_param *p, double value, char room[NUMBER_SIZE])
{
    if (isnan(value))
        return NULL;
    if (p->type == HONE_CATEGORICAL && value >= 0 && value < (double)p->n_choices)
        return p->choices[(int64_t)value];
    print_number(value, room);
    return room;
}

const char **values_texts(const hone_space *space, const double *x)
{
    size_t n = (size_t)space->n_params, bytes = 0;
    char room[NUMBER_SIZE];
    for (size_t i = 0; i < n; i++) {
        const char *text = value_text(space->params[i], x[i], room);
        bytes += text ? strlen(text) + 1 : 0;
    }
    const char **texts = malloc((n + 1) * sizeof *texts + bytes);
    char *at = texts ? (char *)(texts + n + 1) : NULL;
    for (size_t i = 0; texts && i < n; i++) {
        const char *text = value_text(space->params[i], x[i], room);
        texts[i] = text ? at : NULL;
        at = text ? stpcpy(at, text) + 1 : at;
    }
    return texts;
}

static void print_string(FILE *f, const char *s)
{
    fputc('"', f);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            fprintf(f, "\\%c", *s);
        else if ((unsigned char)*s < 0x20)
            fprintf(f, "\\u%04x", (unsigned)*s);
        else
            fputc(*s, f);
    }
    fputc('"', f);
}

char *values_json(const hone_space *space, const char *const *texts)
{
    char *json = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&json, &n);
    const char *comma = "";
    if (!f)
        return NULL;
    fputc('{', f);
    for (int32_t i = 0; i < space->n_params; i++) {
        if (!texts[i])
            continue;
        fputs(comma, f);
        print_string(f, space->params[i]->name);
        fputc(':', f);
        if (space->params[i]->type == HONE_CATEGORICAL)
            print_string(f, texts[i]);
        else
            fputs(texts[i], f);
        comma = ",";
    }
    fputc('}', f);
    bool failed = ferror(f) != 0;
    if (fclose(f) != 0 || failed) {
        free(json);
        return NULL;
    }
    return json;
}

char *values_variable(const char *name)
{
    char *variable = NULL;
    if (asprintf(&variable, "%s%s", PREFIX, name) < 0)
        return NULL;
    for (char *c = variable; *c; c++)
        *c = isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_';
    return variable;
}

/* Would this name give that variable? */
static bool gives(const char *name, const char *variable)
{
    const char *v = variable + sizeof PREFIX - 1;
    for (; *name && *v; name++, v++)
        if ((isalnum((unsigned char)*name) ? toupper((unsigned char)*name) : '_') != *v)
            return false;
    return *name == *v;
}

bool values_ambiguous(const hone_space *space, const char *variable)
{
    int n = gives("params", variable);
    for (int32_t i = 0; i < space->n_params; i++)
        n += gives(space->params[i]->name, variable);
    for (int i = 0; i < FACTS; i++)
        n += gives(FACT_NAMES[i], variable);
    return n > 1;
}

/* Appends NAME=value (both may be owned by others); false: out of memory. */
static bool add(char **list, int *n, const char *name, const char *value)
{
    if (asprintf(&list[*n], "%s=%s", name, value) < 0) {
        list[*n] = NULL;
        return false;
    }
    (*n)++;
    return true;
}

static bool add_named(char **list, int *n, const hone_space *space, const char *name,
                      const char *value, bool check)
{
    char *variable = values_variable(name);
    bool good = variable != NULL;
    if (good && !(check && values_ambiguous(space, variable)))
        good = add(list, n, variable, value);
    free(variable);
    return good;
}

/* Is the variable in `entry` set again by one of `more`? */
static bool replaced(const char *entry, const char *const *more, int64_t n_more)
{
    size_t n = strcspn(entry, "=") + 1;
    for (int64_t i = 0; i < n_more; i++)
        if (strncmp(entry, more[i], n) == 0)
            return true;
    return false;
}

/* Left over from a hone that runs this one; where to find plugins is everybody's. */
static bool is_ours(const char *entry)
{
    return strncmp(entry, PREFIX, sizeof PREFIX - 1) == 0 &&
           strncmp(entry, "HONE_PLUGIN_PATH=", 17) != 0;
}

char **values_environment(const hone_space *space, const value_texts *values, const char *json,
                          const char *const *more, int64_t n_more)
{
    size_t most = (size_t)space->n_params + FACTS + OWN + (size_t)n_more;
    int n = 0;
    for (char **e = environ; e && *e; e++)
        most++;
    char **list = calloc(most + 1, sizeof *list);
    bool good = list != NULL;
    for (char **e = environ; good && e && *e; e++) {
        if (is_ours(*e) || replaced(*e, more, n_more))
            continue;
        list[n] = strdup(*e);
        good = list[n++] != NULL;
    }
    for (int32_t i = 0; good && i < space->n_params; i++)
        if (values->parameters[i])
            good = add_named(list, &n, space, space->params[i]->name, values->parameters[i], true);
    for (int i = 0; good && i < FACTS; i++)
        if (values->facts[i])
            good = add_named(list, &n, space, FACT_NAMES[i], values->facts[i], false);
    good = good && add(list, &n, "HONE_PARAMS", json);
    for (int64_t i = 0; good && i < n_more; i++) {
        list[n] = strdup(more[i]);
        good = list[n++] != NULL;
    }
    if (!good) {
        argv_free(list);
        return NULL;
    }
    return list;
}
