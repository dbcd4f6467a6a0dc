/* columns.h - a table for people: columns as wide as their widest cell. */
#ifndef HONE_COMMANDS_COLUMNS_H
#define HONE_COMMANDS_COLUMNS_H

#include <stdbool.h>
#include <stdio.h>

typedef struct columns {
    int n_columns, n, room;
    char **cells; /* [n] row by row; the first row is the heading */
    bool failed;  /* memory ended */
} columns;

/* Adds a cell; rows are filled from left to right.  Text is copied. */
void columns_add(columns *l, const char *cell);
/* Numbers stand right, all else left; without trailing blanks.  false: memory ended. */
bool columns_print(const columns *l, FILE *out);
void columns_free(columns *l);

#endif
