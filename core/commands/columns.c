/* columns.c - a table for people. */
#include "columns.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

void columns_add(columns *l, const char *cell)
{
    if (l->n == l->room) {
        int room = l->room ? 2 * l->room : 64;
        char **more = realloc(l->cells, (size_t)room * sizeof *more);
        if (!more) {
            l->failed = true;
            return;
        }
        l->cells = more;
        l->room = room;
    }
    l->cells[l->n] = strdup(cell);
    if (l->cells[l->n])
        l->n++;
    else
        l->failed = true;
}

/* Characters of UTF-8 text. */
static int width_of(const char *s)
{
    int n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

static bool is_number(const char *cell)
{
    double value;
    return !*cell || strcmp(cell, "-") == 0 || number_real(cell, &value);
}

typedef struct shape {
    int width;
    bool right;
} shape;

static shape column_shape(const columns *l, int column)
{
    shape s = {.right = true};
    for (int i = column; i < l->n; i += l->n_columns) {
        int width = width_of(l->cells[i]);
        s.width = width > s.width ? width : s.width;
        if (i >= l->n_columns && !is_number(l->cells[i]))
            s.right = false;
    }
    return s;
}

bool columns_print(const columns *l, FILE *out)
{
    shape *shapes = malloc((size_t)l->n_columns * sizeof *shapes);
    if (!shapes || l->failed) {
        free(shapes);
        return false;
    }
    for (int j = 0; j < l->n_columns; j++)
        shapes[j] = column_shape(l, j);
    for (int i = 0; i < l->n; i++) {
        const shape s = shapes[i % l->n_columns];
        bool last = (i + 1) % l->n_columns == 0;
        int blanks = s.width - width_of(l->cells[i]);
        fprintf(out, "%*s%s", s.right ? blanks : 0, "", l->cells[i]);
        if (last)
            fputc('\n', out);
        else
            fprintf(out, "%*s", (s.right ? 0 : blanks) + 2, "");
    }
    free(shapes);
    return true;
}

void columns_free(columns *l)
{
    for (int i = 0; i < l->n; i++)
        free(l->cells[i]);
    free(l->cells);
    *l = (columns){0};
}
