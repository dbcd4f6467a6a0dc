/* ini_lines.h - the lines of a study file, each checked by itself. */
#ifndef HONE_CORE_INI_LINES_H
#define HONE_CORE_INI_LINES_H

#include <stdbool.h>

#include "error.h"

enum { LINE_EMPTY, LINE_HEADER, LINE_ENTRY }; /* empty: comments and refused ones too */
enum { INI_NAME_MOST = 48 };                  /* bytes; inih holds 49 */

typedef struct ini_line {
    int kind;
    size_t name_length, value_length;
    const char *name, *value; /* into the text */
} ini_line;

typedef struct ini_lines {
    int n;
    ini_line *line; /* [n] line k stands at k - 1; from malloc */
} ini_lines;

/* Adds a problem for each line that is refused.  `bytes` outlive the lines. */
int32_t ini_lines_cut(const char *bytes, size_t length, const char *path, ini_lines *out,
                      error *err);

typedef struct ini_span {
    const char *s;
    size_t n;
} ini_span;
ini_span ini_trim(const char *begin, const char *end); /* without blanks at both ends */

bool ini_section_legal(const char *name, size_t n); /* letters, digits, _ - and inner blanks */
bool ini_name_legal(const char *name, size_t n);    /* a letter or _, then also digits . - */

#endif
