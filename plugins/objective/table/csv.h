/* csv.h - a CSV file as records of cells (RFC 4180).
 *
 * Records end at a newline, cells at a comma; a cell in double quotes may hold both, "" is a
 * quote in it. */
#ifndef HONE_TABLE_CSV_H
#define HONE_TABLE_CSV_H

#include <stdbool.h>
#include <stdint.h>

enum { CSV_SENTENCE = 400 };

/* The whole file as a string, from malloc; NULL: `why`. */
char *csv_load(const char *path, char why[CSV_SENTENCE]);
/* Splits one record off *at in place: cells are NUL-terminated.  Returns how many there were;
 * only `most` are stored.  *at moves behind it, *lines counts newlines. */
int64_t csv_record(char **at, char **cells, int64_t most, int64_t *lines);
/* The cell without blanks around it, in place. */
const char *csv_trim(char *cell);
/* A number; NaN for an empty cell, nan and none.  false: neither.  The caller sees to the C
 * locale. */
bool csv_number(const char *cell, double *out);

#endif
