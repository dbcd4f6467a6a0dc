/* options_value.c - words to values, by the type of the option.
 *
 * An INT, REAL or SECONDS option that has `choices` takes these words beside numbers: then s
 * is the word, d is NaN and i is 0.  An INT of the host's own whose high is 2^64 takes all of
 * uint64_t, and i has its bits. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "options_value.h"
#include "owned.h"
#include "text.h"

static const char OUT_OF_RANGE[] = "is out of range";

hone_value option_unset(const hone_option *o)
{
    return (hone_value){.type = o->type, .d = NAN};
}

static int64_t count_words(const char *const *words)
{
    int64_t n = 0;
    while (words && words[n])
        n++;
    return n;
}

const char *option_meant(const hone_option *o, const char *word)
{
    return nearest(word, o->choices, (int)count_words(o->choices));
}

static int64_t index_of_choice(const hone_option *o, const char *word)
{
    for (int64_t i = 0; o->choices && o->choices[i]; i++)
        if (strcmp(o->choices[i], word) == 0)
            return i;
    return -1;
}

/* Infinities are no values, only bounds. */
static bool in_range(const hone_option *o, double x)
{
    bool above = o->flags & HONE_OPT_OPEN_LOW ? x > o->low : x >= o->low;
    bool below = o->flags & HONE_OPT_OPEN_HIGH ? x < o->high : x <= o->high;
    return isfinite(x) && above && below;
}

static bool read_unsigned(const char *word, int64_t *out)
{
    uint64_t x = 0;
    size_t n = strspn(word, "0123456789");
    if (n == 0 || word[n])
        return false;
    for (; *word; word++) {
        uint64_t digit = (uint64_t)(*word - '0');
        if (x > (UINT64_MAX - digit) / 10)
            return false;
        x = 10 * x + digit;
    }
    memcpy(out, &x, sizeof x);
    return true;
}

static const char *read_number(const hone_option *o, const char *word, hone_value *out)
{
    double x;
    int64_t i;
    if (o->type == HONE_OPT_INT && o->high == 0x1p64)
        return read_unsigned(word, &out->i) ? NULL : "is not a whole number from 0 to 2^64 - 1";
    if (o->type == HONE_OPT_INT) {
        if (!number_int(word, &i))
            return number_real(word, &x) ? "is not a whole number up to 2^53" : "is not a number";
        out->i = i;
        out->d = (double)i;
        return in_range(o, (double)i) ? NULL : OUT_OF_RANGE;
    }
    bool read = o->type == HONE_OPT_REAL ? number_real(word, &x) : number_seconds(word, &x);
    if (!read)
        return o->type == HONE_OPT_REAL ? "is not a number" : "is not a duration";
    out->d = x;
    return in_range(o, x) ? NULL : OUT_OF_RANGE;
}

/* The number at *s, and *s moved behind it and the blanks and the one comma that follow. */
static const char *take_number(const hone_option *o, char **s, double *out, bool *comma)
{
    size_t n = strcspn(*s, " \t,");
    char *end = *s + n, after = *end;
    *end = '\0';
    const char *why = !number_real(*s, out) ? "holds something that is not a number"
                      : !in_range(o, *out)  ? "holds a number that is out of range"
                                            : NULL;
    *end = after;
    end += strspn(end, " \t");
    *comma = *end == ',';
    end += *comma;
    *s = end + strspn(end, " \t");
    return why;
}

static const char *read_numbers(const hone_option *o, const char *word, void **owned,
                                hone_value *out, int32_t *status)
{
    size_t length = strlen(word);
    char *rest = owned_string(owned, word, length);
    double *v = owned_block(owned, length / 2 + 1, sizeof *v);
    bool comma = false;
    int64_t n = 0;
    if (!rest || !v) {
        *status = HONE_ENOMEM;
        return NULL;
    }
    rest += strspn(rest, " \t");
    while (*rest || comma) {
        const char *why = take_number(o, &rest, &v[n++], &comma);
        if (why)
            return why;
    }
    out->v = v;
    out->n = n;
    return n ? NULL : "is empty";
}

static const char *read_path(const char *word, const char *folder, void **owned, hone_value *out,
                             int32_t *status)
{
    if (!*word)
        return "is empty";
    if (strcmp(word, "~") == 0 || strncmp(word, "~/", 2) == 0)
        return "begins with ~, which only shells know; write the whole path";
    bool whole = *word == '/' || !folder;
    out->s = whole ? owned_string(owned, word, strlen(word))
                   : owned_format(owned, "%s%s%s", folder, strcmp(folder, "/") ? "/" : "", word);
    if (!out->s)
        *status = HONE_ENOMEM;
    return NULL;
}

static const char *read_text(const hone_option *o, const char *word, void **owned,
                             hone_value *out, int32_t *status)
{
    char *s = owned_string(owned, word, strlen(word));
    const char **list = owned_block(owned, 1, sizeof *list);
    if (!s || !list) {
        *status = HONE_ENOMEM;
        return NULL;
    }
    if (o->type == HONE_OPT_STRINGS) {
        list[0] = s;
        out->ss = list;
        out->n = 1;
    } else {
        out->s = s;
    }
    bool needed = o->flags & HONE_OPT_REQUIRED || o->type == HONE_OPT_COMPONENT;
    return needed && !*word ? "is empty" : NULL;
}

const char *option_read(const hone_option *o, const char *word, const char *folder, void **owned,
                        hone_value *out, int32_t *status)
{
    bool yes;
    int64_t choice;
    switch (o->type) {
    case HONE_OPT_BOOL:
        if (!number_bool(word, &yes))
            return "is neither yes nor no";
        out->i = yes;
        return NULL;
    case HONE_OPT_CHOICE:
        if ((choice = index_of_choice(o, word)) < 0)
            return "is not one of its choices";
        out->i = choice;
        out->s = o->choices[choice];
        return NULL;
    case HONE_OPT_INT:
    case HONE_OPT_REAL:
    case HONE_OPT_SECONDS:
        if ((choice = index_of_choice(o, word)) < 0)
            return read_number(o, word, out);
        out->s = o->choices[choice];
        return NULL;
    case HONE_OPT_REALS:
        return read_numbers(o, word, owned, out, status);
    case HONE_OPT_PATH:
        return read_path(word, folder, owned, out, status);
    default:
        return read_text(o, word, owned, out, status);
    }
}
