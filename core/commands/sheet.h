/* sheet.h - a CSV file with a line of names: columns by name, cells as text or numbers. */
#ifndef HONE_COMMANDS_SHEET_H
#define HONE_COMMANDS_SHEET_H

#include "csv.h"

typedef struct sheet {
    csv csv;
    const char *path;
    int n_cols, n_rows;
    char **names; /* [n_cols] */
} sheet;

/* Every line has as many cells as the first, and there are two at least. */
int32_t sheet_read(const char *path, sheet *out, error *err);
void sheet_free(sheet *s);
int sheet_column(const sheet *s, const char *name); /* -1: none */
const char *sheet_cell(const sheet *s, int row, int col);
int sheet_line(const sheet *s, int row); /* of the file */
/* A finite number, or a sentence that names file, line and column. */
int32_t sheet_number(const sheet *s, int row, int col, double *out, error *err);

#endif
