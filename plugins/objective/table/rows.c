/* rows.c - a table's rows: read from the file, sorted by point and step, points hashed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "table.h"

enum { SHOWN = 60 };
static const double MISSING = -1;                /* no native value: a choice unknown to [space] */

int32_t table_refuse(const table *t, int32_t option, const char *text)
{
    t->host->error(t->host, option, text);
    return HONE_EINVAL;
}

/* ---- points ------------------------------------------------------------------------------*/

/* The native value of a parameter's cell; MISSING for a choice that [space] does not have. */
static bool read_native(const hone_param *p, const char *s, double *out)
{
    if (p->type != HONE_CATEGORICAL)
        return csv_number(s, out);
    for (int64_t i = 0; i < p->n_choices; i++)
        if (strcmp(p->choices[i], s) == 0) {
            *out = (double)i;
            return true;
        }
    if (!csv_number(s, out) || !isnan(*out))
        *out = MISSING;
    return true;
}

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u; /* splitmix64's finish */
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static uint64_t hash(const double *x, int64_t n)
{
    uint64_t h = 0;
    for (int64_t i = 0; i < n; i++) {
        double v = isnan(x[i]) ? NAN : x[i] + 0.0; /* one NaN, one zero */
        uint64_t bits;
        memcpy(&bits, &v, sizeof bits);
        h = mix(h ^ bits) + 0x9E3779B97F4A7C15u;
    }
    return h;
}

bool table_same(const double *a, const double *b, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

int64_t *table_slot(const table *t, const double *x)
{
    int64_t n = t->space->n_params;
    uint64_t at = hash(x, n) & (uint64_t)(t->n_slots - 1);
    while (t->slots[at] && !table_same(t->rows + (t->slots[at] - 1) * t->width, x, n))
        at = (at + 1) & (uint64_t)(t->n_slots - 1);
    return &t->slots[at];
}

/* ---- reading the file --------------------------------------------------------------------*/

static int64_t find_column(char *const *header, int64_t n, const char *name)
{
    for (int64_t i = 0; i < n; i++)
        if (strcmp(header[i], name) == 0)
            return i;
    return -1;
}

/* The column of a name; -1 and a sentence where there is none. */
static int64_t need_column(const table *t, char *const *header, int64_t n, const char *name,
                           int32_t option)
{
    char text[CSV_SENTENCE];
    int64_t column = find_column(header, n, name);
    if (column < 0) {
        snprintf(text, sizeof text, "the table has no column '%.100s'; its first is '%.100s', one "
                 "of %lld", name, header[0], (long long)n);
        table_refuse(t, option, text);
    }
    return column;
}

/* Which column each number of a row comes from ([width]); false: refused. */
static bool choose_columns(const table *t, const hone_value *values, char *const *header,
                           int64_t n, int64_t *column)
{
    const hone_space *s = t->space;
    const hone_value *v = &values[VALUE], *c = &values[CONSTRAINT];
    int64_t k = 0;
    if ((v->n > 0 && v->n != s->n_objectives) || (c->n > 0 && c->n != s->n_constraints)) {
        table_refuse(t, v->n > 0 && v->n != s->n_objectives ? VALUE : CONSTRAINT,
               "names one column for each objective, or constraint, of the study");
        return false;
    }
    for (int32_t i = 0; i < s->n_params; i++)
        if ((column[k++] = i == t->step_param
                               ? -1
                               : need_column(t, header, n, s->params[i]->name, FILE_OPTION)) < -1 ||
            (column[k - 1] < 0 && i != t->step_param))
            return false;
    for (int32_t i = 0; i < s->n_objectives; i++)
        if ((column[k++] = need_column(t, header, n, v->n ? v->ss[i] : t->site->objectives[i],
                                       VALUE)) < 0)
            return false;
    for (int32_t i = 0; i < s->n_constraints; i++)
        if ((column[k++] = need_column(t, header, n, c->n ? c->ss[i] : t->site->constraints[i],
                                       CONSTRAINT)) < 0)
            return false;
    column[k] = column[k + 1] = -1;
    if (values[SECONDS].s &&
        (column[k] = need_column(t, header, n, values[SECONDS].s, SECONDS)) < 0)
        return false;
    return !t->has_steps ||
           (column[k + 1] = need_column(t, header, n, values[STEP].s, STEP)) >= 0;
}

static double *add_row(table *t)
{
    if (t->n == t->room) {
        int64_t room = t->room ? 2 * t->room : 256;
        double *rows = realloc(t->rows, (size_t)(room * t->width) * sizeof *rows);
        if (!rows)
            return NULL;
        t->rows = rows;
        t->room = room;
    }
    return t->rows + t->n++ * t->width;
}

/* One record into a row; false: a cell is no number. */
static bool read_row(const table *t, char **cells, const int64_t *column, double *row,
                     const char **bad)
{
    for (int64_t k = 0; k < t->width; k++) {
        const char *cell = column[k] < 0 ? "" : csv_trim(cells[column[k]]);
        *bad = cell;
        if (column[k] < 0)
            row[k] = NAN;
        else if (!(k < t->space->n_params ? read_native(t->space->params[k], cell, &row[k])
                                          : csv_number(cell, &row[k])))
            return false;
    }
    return true;
}

static int32_t read_rows(table *t, char *at, char **cells, int64_t n_columns,
                         const int64_t *column, int64_t line)
{
    char text[CSV_SENTENCE];
    const char *bad;
    while (*at) {
        int64_t here = line;
        int64_t n = csv_record(&at, cells, n_columns, &line);
        if (n == 1 && *csv_trim(cells[0]) == '\0')
            continue; /* an empty line */
        if (n != n_columns) {
            snprintf(text, sizeof text, "line %lld has %lld cells; the header has %lld",
                     (long long)here, (long long)n, (long long)n_columns);
            return table_refuse(t, FILE_OPTION, text);
        }
        double *row = add_row(t);
        if (!row)
            return table_refuse(t, -1, "out of memory");
        bool good = read_row(t, cells, column, row, &bad);
        if (good && t->has_steps && !(row[t->width - 1] >= 0 && row[t->width - 1] < 0x1p53)) {
            snprintf(text, sizeof text, "line %lld: the step is not a number from 0 on",
                     (long long)here);
            return table_refuse(t, FILE_OPTION, text);
        }
        if (!good) {
            snprintf(text, sizeof text, "line %lld: '%.*s' is not a number", (long long)here, SHOWN,
                     bad);
            return table_refuse(t, FILE_OPTION, text);
        }
    }
    return t->n > 0 ? HONE_OK : table_refuse(t, FILE_OPTION, "the table has no rows");
}

/* NaN before numbers. */
static int compare_numbers(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(b) - isnan(a);
    return (a > b) - (a < b);
}

typedef struct order {
    const double *row;
    int64_t n_params, width;
} order;

static int by_point_and_step(const void *one, const void *other)
{
    const order *a = one, *b = other;
    int way = 0;
    for (int64_t k = 0; k < a->n_params && way == 0; k++)
        way = compare_numbers(a->row[k], b->row[k]);
    if (way == 0)
        way = compare_numbers(a->row[a->width - 1], b->row[a->width - 1]);
    return way ? way : (a->row > b->row) - (a->row < b->row);
}

/* Rows of a point beside one another, by step; equal ones keep their order. */
static int32_t sort_rows(table *t)
{
    order *o = malloc((size_t)t->n * sizeof *o);
    double *sorted = malloc((size_t)(t->n * t->width) * sizeof *sorted);
    if (!o || !sorted) {
        free(o);
        free(sorted);
        return table_refuse(t, -1, "out of memory");
    }
    for (int64_t i = 0; i < t->n; i++)
        o[i] = (order){t->rows + i * t->width, t->space->n_params, t->width};
    qsort(o, (size_t)t->n, sizeof *o, by_point_and_step);
    for (int64_t i = 0; i < t->n; i++)
        memcpy(sorted + i * t->width, o[i].row, (size_t)t->width * sizeof *sorted);
    free(o);
    free(t->rows);
    t->rows = sorted;
    return HONE_OK;
}

static int32_t build_index(table *t)
{
    if (sort_rows(t) < 0)
        return HONE_ENOMEM;
    t->n_slots = 4;
    while (t->n_slots < 2 * t->n + 1)
        t->n_slots *= 2;
    t->slots = calloc((size_t)t->n_slots, sizeof *t->slots);
    if (!t->slots)
        return table_refuse(t, -1, "out of memory");
    for (int64_t i = 0; i < t->n; i++) {
        int64_t *slot = table_slot(t, t->rows + i * t->width);
        if (!*slot)
            *slot = i + 1;
    }
    return HONE_OK;
}

int32_t table_load(table *t, const hone_value *values)
{
    char why[CSV_SENTENCE], *first, *text = csv_load(values[FILE_OPTION].s, why);
    int64_t line = 1, n_columns = 1;
    if (!text)
        return table_refuse(t, FILE_OPTION, why);
    char *at = strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? text + 3 : text; /* byte order mark */
    first = at;
    for (const char *c = at; *c && *c != '\n'; c++)
        n_columns += *c == ','; /* at least as many as there are */
    char **cells = calloc((size_t)n_columns, sizeof *cells);
    char **header = calloc((size_t)n_columns, sizeof *header);
    int64_t *column = calloc((size_t)t->width, sizeof *column);
    int32_t status = HONE_EINVAL;
    if (!cells || !header || !column) {
        table_refuse(t, -1, "out of memory");
    } else if (*first == '\0') {
        table_refuse(t, FILE_OPTION, "the table is empty");
    } else {
        int64_t n = csv_record(&at, header, n_columns, &line);
        n = n < n_columns ? n : n_columns;
        for (int64_t i = 0; i < n; i++)
            header[i] = (char *)(uintptr_t)csv_trim(header[i]);
        if (choose_columns(t, values, header, n, column))
            status = read_rows(t, at, cells, n, column, line);
    }
    free(cells);
    free(header);
    free(column);
    free(text);
    return status == HONE_OK ? build_index(t) : status;
}

