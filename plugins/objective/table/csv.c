/* csv.c - see csv.h. */
#include "csv.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const int64_t LARGEST = (int64_t)1 << 32; /* bytes of a file */

char *csv_load(const char *path, char why[CSV_SENTENCE])
{
    struct stat st;
    FILE *f = NULL;
    char *text = NULL;
    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > LARGEST) {
        snprintf(why, CSV_SENTENCE, "'%.200s' is not a file of at most 4 GiB", path);
    } else if (!(f = fopen(path, "rbe")) || !(text = malloc((size_t)st.st_size + 1))) {
        snprintf(why, CSV_SENTENCE, "cannot read '%.200s'", path);
    } else {
        size_t n = fread(text, 1, (size_t)st.st_size, f);
        text[n] = '\0';
        if (strlen(text) != n) {
            snprintf(why, CSV_SENTENCE, "'%.200s' holds NUL bytes", path);
            free(text);
            text = NULL;
        }
    }
    if (f)
        fclose(f);
    return text;
}

int64_t csv_record(char **at, char **cells, int64_t most, int64_t *lines)
{
    char *s = *at;
    int64_t n = 0;
    for (bool more = true; more; n++) {
        char *out = s, *cell = s;
        bool quoted = *s == '"';
        if (quoted) {
            for (s++; *s && !(*s == '"' && s[1] != '"'); s++) {
                s += *s == '"';
                *lines += *s == '\n';
                *out++ = *s;
            }
            s += *s == '"';
        }
        while (*s && *s != ',' && *s != '\n')
            *out++ = *s++;
        char end = *s;
        more = end == ',';
        *lines += end == '\n';
        s += end != '\0';
        if (!more && out > cell && out[-1] == '\r')
            out--;
        *out = '\0';
        if (n < most)
            cells[n] = cell;
    }
    *at = s;
    return n;
}

const char *csv_trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    for (size_t n = strlen(s); n > 0 && isspace((unsigned char)s[n - 1]); n--)
        s[n - 1] = '\0';
    return s;
}

bool csv_number(const char *s, double *out)
{
    char *end;
    *out = NAN;
    if (*s == '\0' || strcasecmp(s, "nan") == 0 || strcasecmp(s, "none") == 0)
        return true;
    *out = strtod(s, &end);
    return *end == '\0';
}
