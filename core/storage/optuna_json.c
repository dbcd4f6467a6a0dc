/* optuna_json.c - strings and numbers as Python's json module reads and writes them.
 *
 * Strings are made here and not by jansson, which refuses what is not UTF-8: the output of a
 * command may hold any bytes, and a note of it must not fail. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "optuna.h"
#include "text.h"

/* Bytes of the UTF-8 character at s, 0 if there is no legal one (RFC 3629, section 4). */
static size_t utf8_length(const unsigned char *s)
{
    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xC2 || s[0] > 0xF4)
        return 0;
    size_t n = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xF0 && s[1] < 0x90);
    bool surrogate = s[0] == 0xED && s[1] > 0x9F;
    return overlong || surrogate || (s[0] == 0xF4 && s[1] > 0x8F) ? 0 : n;
}

bool utf8_valid(const char *s)
{
    while (*s) {
        size_t n = utf8_length((const unsigned char *)s);
        if (n == 0)
            return false;
        s += n;
    }
    return true;
}

char *json_text(const char *s)
{
    text t = {0};
    text_put(&t, "\"", 1);
    while (*s) {
        size_t n = utf8_length((const unsigned char *)s);
        if (*s == '"' || *s == '\\')
            text_add(&t, "\\%c", *s);
        else if (*s == '\n')
            text_put(&t, "\\n", 2);
        else if (n == 0)
            text_put(&t, "\\ufffd", 6);
        else if ((unsigned char)*s < 0x20)
            text_add(&t, "\\u%04x", (unsigned)*s);
        else
            text_put(&t, s, n);
        s += n ? n : 1;
    }
    text_put(&t, "\"", 1);
    return text_take(&t);
}

const char *json_number(double value, char out[JSON_NUMBER_ROOM])
{
    char plain[NUMBER_ROOM];
    if (isnan(value))
        return strcpy(out, "NaN");
    if (isinf(value))
        return strcpy(out, value > 0 ? "Infinity" : "-Infinity");
    strcpy(out, number_text(value, plain));
    return strpbrk(out, ".e") ? out : strcat(out, ".0");
}

char *json_numbers(const double *values, int32_t n)
{
    text t = {0};
    char number[JSON_NUMBER_ROOM];
    text_put(&t, "[", 1);
    for (int32_t i = 0; i < n; i++)
        text_add(&t, "%s%s", i ? ", " : "", json_number(values[i], number));
    text_put(&t, "]", 1);
    return text_take(&t);
}

static bool read_word(const char *word, size_t n, double *out)
{
    char copy[64];
    if (n == 0 || n >= sizeof copy)
        return false;
    memcpy(copy, word, n);
    copy[n] = '\0';
    if (strcmp(copy, "NaN") == 0)
        *out = NAN;
    else if (strcmp(copy, "Infinity") == 0)
        *out = INFINITY;
    else if (strcmp(copy, "-Infinity") == 0)
        *out = -INFINITY;
    else
        return number_real(copy, out);
    return true;
}

int32_t json_numbers_read(const char *json, double **out, int32_t *n, error *err)
{
    static const char SPACE[] = " \t\r\n[],";
    int32_t room = 1;
    for (const char *c = json; *c; c++)
        room += *c == ',';
    *n = 0;
    *out = malloc((size_t)room * sizeof **out);
    if (!*out)
        return error_add(err, HONE_ENOMEM, "out of memory for a list of numbers");
    for (const char *word = json + strspn(json, SPACE); *word; word += strspn(word, SPACE)) {
        size_t length = strcspn(word, SPACE);
        if (*n == room || !read_word(word, length, &(*out)[*n])) {
            free(*out);
            *out = NULL;
            *n = 0;
            return error_add(err, HONE_ESTORAGE, "cannot read the list of numbers %s", json);
        }
        ++*n;
        word += length;
    }
    return HONE_OK;
}
