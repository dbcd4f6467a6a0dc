/* axes.c - which values a grid takes: all, a number of evenly spaced ones, or a list. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "axes.h"

/* More levels than this are a mistake, not a grid: they are kept in memory. */
static const double MOST_LEVELS = 1e7;

enum { WORD = 256, MESSAGE = 512 };

/* Numbers are written as in C, whatever the locale; 2^-5 is a power. */
static int number(const char *word, double *out)
{
    locale_t c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    char *end = NULL;

    if (!c)
        return 0;
    *out = strtod_l(word, &end, c);
    if (end != word && *end == '^') {
        const char *power = end + 1;

        *out = pow(*out, strtod_l(power, &end, c));
        if (end == power)
            end = (char *)word;
    }
    freelocale(c);
    return end != word && *end == '\0' && isfinite(*out);
}

/* ---- one axis --------------------------------------------------------------------- */

static double nearest(const hone_param *p, double x)
{
    const double step = p->type == HONE_INT && !(p->step > 1) ? 1 : p->step;

    if (step > 0)
        x = p->low + rint((x - p->low) / step) * step;
    return fmax(p->low, fmin(x, p->high));
}

/* n values from low to high, evenly spaced on the parameter's scale; the middle if n is 1.
 * Values that rounding makes equal are taken once. */
static int32_t spaced(const hone_param *p, int64_t n, hone_axis *a)
{
    const int in_logs = (p->flags & HONE_PARAM_LOG) != 0;
    const double low = in_logs ? log(p->low) : p->low, high = in_logs ? log(p->high) : p->high;
    double *values = malloc((size_t)n * sizeof *values);

    if (!values)
        return HONE_ENOMEM;
    a->values = values;
    a->n = 0;
    for (int64_t k = 0; k < n; k++) {
        const double at = n > 1 ? (double)k / (double)(n - 1) : 0.5;
        double x = low * (1 - at) + high * at;

        x = n > 1 && k == 0 ? p->low : n > 1 && k == n - 1 ? p->high : in_logs ? exp(x) : x;
        x = nearest(p, x);
        if (a->n == 0 || values[a->n - 1] != x)
            values[a->n++] = x;
    }
    return HONE_OK;
}

/* The native value of a word; 0: it is none of this parameter. */
static int read_value(const hone_param *p, const char *word, double *out)
{
    if (p->type == HONE_CATEGORICAL) {
        for (int64_t k = 0; k < p->n_choices; k++) {
            if (strcmp(p->choices[k], word) == 0) {
                *out = (double)k;
                return 1;
            }
        }
        return 0;
    }
    return number(word, out) && *out >= p->low && *out <= p->high &&
           fabs(nearest(p, *out) - *out) <= 1e-8 * p->step;
}

/* ---- what the user wrote ------------------------------------------------------------ */

/* "'spec': word what" */
static int32_t complain(const hone_host *host, int32_t option, const char *spec, const char *word,
                        const char *what)
{
    char text[MESSAGE];

    snprintf(text, sizeof text, "'%.200s': %.150s%s%.100s", spec, word, *word ? " " : "", what);
    host->error(host, option, text);
    return HONE_EINVAL;
}

/* The next word between spaces and commas; NULL: none, or too long. */
static const char *next_word(const char *at, char word[WORD])
{
    size_t n;

    at += strspn(at, " \t,");
    n = strcspn(at, " \t,");
    if (n == 0 || n >= WORD)
        return NULL;
    memcpy(word, at, n);
    word[n] = '\0';
    return at + n;
}

static int32_t read_list(const hone_host *host, int32_t option, const char *spec, const char *at,
                         const hone_param *p, hone_axis *a)
{
    double *values = malloc((strlen(at) / 2 + 1) * sizeof *values);
    char word[WORD];

    if (!values)
        return HONE_ENOMEM;
    a->values = values;
    a->n = 0;
    while ((at = next_word(at, word))) {
        double x;

        if (!read_value(p, word, &x))
            return complain(host, option, spec, word, "is not a value of this parameter");
        x = p->type == HONE_CATEGORICAL ? x : nearest(p, x);
        if (hone_axis_level(a, x) >= 0)
            return complain(host, option, spec, word, "stands twice");
        values[a->n++] = x;
    }
    return a->n > 0 ? HONE_OK : complain(host, option, spec, "", "no values");
}

/* The parameter whose name stands before the sign, -1: none. */
static int32_t named(const hone_space *space, const char *spec, const char *equals)
{
    const char *from = spec + strspn(spec, " \t");
    int32_t i = 0;

    while (equals > from && strchr(" \t", equals[-1]))
        equals--;
    for (; i < space->n_params; i++)
        if (strlen(space->params[i]->name) == (size_t)(equals - from) &&
            strncmp(space->params[i]->name, from, (size_t)(equals - from)) == 0)
            return i;
    return -1;
}

/* `name = count` or `name = v1 v2 ...` */
static int32_t read_spec(const hone_host *host, int32_t option, const char *spec, hone_axis *axis)
{
    const hone_space *space = host->space(host);
    const char *equals = strchr(spec, '='), *after;
    char word[WORD], more[WORD];
    double count;
    int32_t i;

    if (!equals)
        return complain(host, option, spec, "",
                        "write `name = count` or `name = value value ...`");
    if ((i = named(space, spec, equals)) < 0)
        return complain(host, option, spec, "", "no parameter has this name");
    if (axis[i].values)
        return complain(host, option, spec, "", "this parameter has a line already");

    after = next_word(equals + 1, word);
    if (!after || space->params[i]->type == HONE_CATEGORICAL || next_word(after, more))
        return read_list(host, option, spec, equals + 1, space->params[i], &axis[i]);
    if (!number(word, &count) || count != rint(count) || count < 1 || count > MOST_LEVELS)
        return complain(host, option, spec, "",
                        "one number is how many values to take: a whole one from 1 to 10^7");
    return spaced(space->params[i], (int64_t)count, &axis[i]);
}

int32_t axes_make(const hone_host *host, int32_t option, int64_t points, const char *const *specs,
                  int64_t n, hone_axis *axis)
{
    const hone_space *space = host->space(host);

    for (int64_t k = 0; k < n; k++) {
        const int32_t status = read_spec(host, option, specs[k], axis);

        if (status < 0)
            return status;
    }
    for (int32_t i = 0; i < space->n_params; i++) {
        if (axis[i].values)
            continue;
        axis[i] = hone_axis_all(space->params[i]);
        if (axis[i].n == 0 && spaced(space->params[i], points, &axis[i]) < 0)
            return HONE_ENOMEM;
    }
    return HONE_OK;
}

void axes_free(const hone_space *space, hone_axis *axis)
{
    for (int32_t i = 0; axis && i < space->n_params; i++)
        free((void *)axis[i].values);
    free(axis);
}
