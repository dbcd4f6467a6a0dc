/* csv.h - a table of comma-separated values, as RFC 4180 has it.
 *
 * A cell may stand in quotes, a quote inside doubled; blanks around a cell that is not quoted
 * are removed, empty lines passed over.  A UTF-8 byte order mark and CRLF are accepted. */
#ifndef HONE_COMMANDS_CSV_H
#define HONE_COMMANDS_CSV_H

#include "error.h"

typedef struct csv_row {
    int line; /* where it begins */
    int n;
    char **cells;
} csv_row;

typedef struct csv {
    char *path;
    char *text; /* what cells point into */
    int n, room;
    csv_row *rows; /* [n] the first one is the header */
} csv;

/* "-" is standard input. */
int32_t csv_load(const char *path, csv *out, error *err);
void csv_free(csv *c);

#endif
