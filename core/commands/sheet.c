/* sheet.c - a CSV file with a line of names: columns by name, cells as text or numbers. */
#include "sheet.h"

#include <math.h>
#include <string.h>

#include "text.h"

int32_t sheet_read(const char *path, sheet *out, error *err)
{
    *out = (sheet){0};
    int32_t status = csv_load(path, &out->csv, err);
    if (status < 0)
        return status;
    const csv_row *rows = out->csv.rows;
    out->path = out->csv.path;
    out->n_cols = rows[0].n;
    out->n_rows = out->csv.n - 1;
    out->names = rows[0].cells;
    for (int i = 1; i < out->csv.n; i++)
        if (rows[i].n != rows[0].n)
            status = error_add(err, HONE_EINVAL, "%s:%d: %d cells, where the first line has %d",
                               out->path, rows[i].line, rows[i].n, rows[0].n);
    if (out->n_rows == 0)
        status = error_add(err, HONE_EINVAL, "%s: a line of names and lines of values are wanted",
                           out->path);
    return status;
}

void sheet_free(sheet *s)
{
    csv_free(&s->csv);
    *s = (sheet){0};
}

int sheet_column(const sheet *s, const char *name)
{
    for (int i = 0; i < s->n_cols; i++)
        if (strcmp(s->names[i], name) == 0)
            return i;
    return -1;
}

const char *sheet_cell(const sheet *s, int row, int col)
{
    return s->csv.rows[row + 1].cells[col];
}

int sheet_line(const sheet *s, int row)
{
    return s->csv.rows[row + 1].line;
}

int32_t sheet_number(const sheet *s, int row, int col, double *out, error *err)
{
    const char *cell = sheet_cell(s, row, col);
    char shown[EXCERPT_ROOM];
    if (number_real(cell, out) && isfinite(*out))
        return HONE_OK;
    return error_add(err, HONE_EINVAL, "%s:%d: %s = '%s' is no finite number", s->path,
                     sheet_line(s, row), s->names[col], text_excerpt(cell, shown));
}
