/* number.c - numbers as people write them, in the C locale always.
 *
 * strtod alone would take hexadecimal, "nan(...)", leading blanks and the locale's comma, so
 * the shape is checked first and only digits are handed to it. */
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static const double WHOLE_MOST = 9007199254740992.0; /* 2^53: doubles count in ones up to here */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *s)
{
    while (is_digit(*s))
        s++;
    return s;
}

/* The end of [+-] digits [. digits] [e [+-] digits] at s; NULL: none there. */
static const char *decimal_end(const char *s)
{
    if (*s == '+' || *s == '-')
        s++;
    const char *whole = skip_digits(s), *end = whole;
    if (*end == '.')
        end = skip_digits(end + 1);
    if (end - s - (*whole == '.') < 1)
        return NULL;
    if (*end == 'e' || *end == 'E') {
        const char *power = end + 1 + (end[1] == '+' || end[1] == '-');
        if (is_digit(*power))
            end = skip_digits(power);
    }
    return end;
}

static double decimal_value(const char *s)
{
    return strtod_l(s, NULL, newlocale(LC_ALL_MASK, "C", (locale_t)0));
}

/* base^power; of ten through decimal digits, so that 10^-5 and 1e-5 are the same bits. */
static double raise(double base, double power)
{
    if (base == 10 && power == floor(power) && fabs(power) < 1000) {
        char digits[NUMBER_ROOM];
        snprintf(digits, sizeof digits, "1e%d", (int)power);
        return decimal_value(digits);
    }
    return pow(base, power);
}

/* Reads a number at *s and moves *s behind it. */
static bool take_real(const char **s, double *out)
{
    double sign = **s == '-' ? -1 : 1;
    const char *bare = *s + (**s == '-' || **s == '+');
    if (strncmp(bare, "inf", 3) == 0) {
        *s = bare + 3;
        *out = sign * INFINITY;
        return true;
    }
    const char *end = decimal_end(*s);
    if (!end)
        return false;
    double value = decimal_value(*s);
    if (*end == '^') {
        const char *power = end + 1;
        end = decimal_end(power);
        if (!end)
            return false;
        value = sign * raise(decimal_value(bare), decimal_value(power));
    }
    *s = end;
    *out = value;
    return isfinite(value);
}

bool number_real(const char *s, double *out)
{
    double value;
    if (!take_real(&s, &value) || *s)
        return false;
    *out = value;
    return true;
}

/* Plain digits are compared as they stand: 9007199254740993 must not become ...992. */
static bool digits_fit(const char *s)
{
    static const char MOST[] = "9007199254740992";
    s += *s == '-' || *s == '+';
    while (*s == '0')
        s++;
    size_t n = (size_t)(skip_digits(s) - s), most = sizeof MOST - 1;
    return s[n] || n < most || (n == most && strncmp(s, MOST, most) <= 0);
}

bool number_int(const char *s, int64_t *out)
{
    double value;
    if (!number_real(s, &value) || value != floor(value) || fabs(value) > WHOLE_MOST ||
        !digits_fit(s))
        return false;
    *out = (int64_t)value;
    return true;
}

typedef struct unit {
    const char *name;
    double factor;
} unit;

/* The factor of the unit that is all of s; 0: no such unit. */
static double unit_factor(const char *s, const unit *units)
{
    for (; units->name; units++)
        if (strcmp(s, units->name) == 0)
            return units->factor;
    return 0;
}

bool number_seconds(const char *s, double *out)
{
    static const unit UNITS[] = {{"", 1},     {"s", 1},    {"m", 60},    {"min", 60}, {"h", 3600},
                                 {"d", 86400}, {"ms", 1e3}, {"us", 1e6}, {NULL, 0}};
    double value;
    if (!take_real(&s, &value))
        return false;
    while (*s == ' ')
        s++;
    double factor = unit_factor(s, UNITS);
    /* the small units divide: 10 / 1000 is exact where 10 * 0.001 is not */
    value = factor >= 1e3 && s[1] == 's' ? value / factor : value * factor;
    if (factor == 0 || isnan(value))
        return false;
    *out = value;
    return true;
}

bool number_bytes(const char *s, int64_t *out)
{
    static const unit UNITS[] = {{"", 1},          {"k", 1024},       {"K", 1024},
                                 {"M", 1048576},   {"G", 1073741824}, {"T", 1099511627776},
                                 {NULL, 0}};
    double value;
    if (!take_real(&s, &value))
        return false;
    value *= unit_factor(s, UNITS);
    if (value != floor(value) || fabs(value) > WHOLE_MOST || unit_factor(s, UNITS) == 0)
        return false;
    *out = (int64_t)value;
    return true;
}

bool number_bool(const char *s, bool *out)
{
    static const char *const YES[] = {"yes", "true", "on", "1"};
    static const char *const NO[] = {"no", "false", "off", "0"};
    for (int i = 0; i < 4; i++)
        if (strcmp(s, YES[i]) == 0 || strcmp(s, NO[i]) == 0) {
            *out = strcmp(s, YES[i]) == 0;
            return true;
        }
    return false;
}

static void print_real(char out[NUMBER_ROOM], int digits, double value)
{
    locale_t before = uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
    snprintf(out, NUMBER_ROOM, "%.*g", digits, value);
    uselocale(before);
}

const char *number_text(double value, char out[NUMBER_ROOM])
{
    if (!isfinite(value))
        return strcpy(out, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
    /* 15 digits name every normal double that was written with at most 15; %g drops zeros */
    int digits = fabs(value) < DBL_MIN ? 1 : 15;
    do
        print_real(out, digits, value);
    while (decimal_value(out) != value && digits++ < 17);
    return out;
}

const char *number_short(double value, char out[NUMBER_ROOM])
{
    if (!isfinite(value))
        return number_text(value, out);
    print_real(out, 5, value);
    return out;
}

const char *duration_text(double seconds, char out[NUMBER_ROOM])
{
    static const struct {
        const char *large, *small;
        double of_large, of_small;
    } STEPS[] = {{"d", "h", 86400, 3600}, {"h", "min", 3600, 60}, {"min", "s", 60, 1}};
    if (!isfinite(seconds) || fabs(seconds) >= 1e9 || seconds < 59.95) {
        bool small = fabs(seconds) < 0.9995 && seconds != 0;
        print_real(out, 3, small ? seconds * 1e3 : seconds);
        return strcat(out, small ? " ms" : " s");
    }
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++) {
        double whole = round(seconds / STEPS[i].of_small);
        double per = STEPS[i].of_large / STEPS[i].of_small;
        if (whole < per)
            continue;
        int64_t large = (int64_t)(whole / per), rest = (int64_t)whole - large * (int64_t)per;
        if (rest)
            snprintf(out, NUMBER_ROOM, "%lld %s %lld %s", (long long)large, STEPS[i].large,
                     (long long)rest, STEPS[i].small);
        else
            snprintf(out, NUMBER_ROOM, "%lld %s", (long long)large, STEPS[i].large);
        return out;
    }
    return out;
}
