/* table.c - evaluations that were made before, looked up in a CSV file.
 *
 * The file has a header line.  Parameters are found by their names among its columns, the
 * value (or one for each objective) in the columns that `value` names.  A number equals a parameter's value when both are the same double, a choice when the texts
 * are equal; an inactive parameter's cell is empty, nan or none.  A point without a row is a
 * failed trial, unless `nearest` allows the closest one.  Equal rows: the first counts.
 *
 * The rows are hashed once, so that a look-up costs one probe however long the file is. */
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "hone_plugin.h"

enum { FILE_OPTION, VALUE, CONSTRAINT, SECONDS, NEAREST };
enum { SHOWN = 60 };
static const double MISSING = -1;                /* no native value: a choice unknown to [space] */

typedef struct table {
    const hone_host *host;
    const hone_space *space;
    const hone_ext_evaluation *site;
    int64_t n, room;          /* rows */
    int64_t width;            /* n_params + n_objectives + n_constraints + 1 (seconds) */
    double *rows;             /* n x width; native parameters first, NaN: empty */
    int64_t *slots;           /* [n_slots] row + 1, 0: free */
    int64_t n_slots;          /* a power of two over 2 n */
    bool nearest;
} table;

static int32_t refuse(const table *t, int32_t option, const char *text)
{
    t->host->error(t->host, option, text);
    return HONE_EINVAL;
}

/* ---- look-up -----------------------------------------------------------------------------*/

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

static bool same(const double *a, const double *b, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

/* The slot of the row with these parameters, or the free one where it would be. */
static int64_t *find_slot(const table *t, const double *x)
{
    int64_t n = t->space->n_params;
    uint64_t at = hash(x, n) & (uint64_t)(t->n_slots - 1);
    while (t->slots[at] && !same(t->rows + (t->slots[at] - 1) * t->width, x, n))
        at = (at + 1) & (uint64_t)(t->n_slots - 1);
    return &t->slots[at];
}

/* Between 0 and 1 along each parameter: its share of the range (logarithms if LOG); another
 * choice, or active against inactive, is 1. */
static double apart(const hone_param *p, double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b) ? 0 : 1;
    if (p->type == HONE_CATEGORICAL && !(p->flags & HONE_PARAM_ORDERED))
        return a != b;
    if (!(p->high > p->low))
        return 0;
    if ((p->flags & HONE_PARAM_LOG) && a > 0 && b > 0)
        return fabs(log(a / b)) / log(p->high / p->low);
    return fabs(a - b) / (p->high - p->low);
}

static int64_t find_nearest(const table *t, const double *x)
{
    int64_t best = -1;
    double least = INFINITY;
    for (int64_t i = 0; i < t->n; i++) {
        double sum = 0;
        for (int32_t j = 0; j < t->space->n_params && sum < least; j++) {
            double d = apart(t->space->params[j], x[j], t->rows[i * t->width + j]);
            sum += d * d;
        }
        if (sum < least) {
            least = sum;
            best = i;
        }
    }
    return best;
}

static int32_t evaluate(void *self, const hone_points *in, hone_outcomes *out)
{
    const table *t = self;
    for (int64_t i = 0; i < in->n; i++) {
        const double *x = in->x + i * in->ldx;
        int64_t row = *find_slot(t, x) - 1;
        if (row < 0 && t->nearest)
            row = find_nearest(t, x);
        if (row < 0) {
            t->host->note(t->host, in->number[i], "reason", NAN,
                          "the table has no row with these parameters");
            continue;
        }
        const double *found = t->rows + row * t->width + in->n_params;
        memcpy(out->y + i * out->ldy, found, (size_t)out->n_objectives * sizeof *found);
        found += out->n_objectives;
        if (out->c)
            memcpy(out->c + i * out->ldc, found, (size_t)out->n_constraints * sizeof *found);
        if (out->seconds && found[out->n_constraints] >= 0)
            out->seconds[i] = found[out->n_constraints];
        out->state[i] = HONE_COMPLETE;
    }
    return HONE_OK;
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
        refuse(t, option, text);
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
        refuse(t, v->n > 0 && v->n != s->n_objectives ? VALUE : CONSTRAINT,
               "names one column for each objective, or constraint, of the study");
        return false;
    }
    for (int32_t i = 0; i < s->n_params; i++)
        if ((column[k++] = need_column(t, header, n, s->params[i]->name, FILE_OPTION)) < 0)
            return false;
    for (int32_t i = 0; i < s->n_objectives; i++)
        if ((column[k++] = need_column(t, header, n, v->n ? v->ss[i] : t->site->objectives[i],
                                       VALUE)) < 0)
            return false;
    for (int32_t i = 0; i < s->n_constraints; i++)
        if ((column[k++] = need_column(t, header, n, c->n ? c->ss[i] : t->site->constraints[i],
                                       CONSTRAINT)) < 0)
            return false;
    column[k] = -1;
    return !values[SECONDS].s ||
           (column[k] = need_column(t, header, n, values[SECONDS].s, SECONDS)) >= 0;
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
        if (!(k < t->space->n_params ? read_native(t->space->params[k], cell, &row[k])
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
            return refuse(t, FILE_OPTION, text);
        }
        double *row = add_row(t);
        if (!row)
            return refuse(t, -1, "out of memory");
        if (!read_row(t, cells, column, row, &bad)) {
            snprintf(text, sizeof text, "line %lld: '%.*s' is not a number", (long long)here, SHOWN,
                     bad);
            return refuse(t, FILE_OPTION, text);
        }
    }
    return t->n > 0 ? HONE_OK : refuse(t, FILE_OPTION, "the table has no rows");
}

static int32_t build_index(table *t)
{
    t->n_slots = 4;
    while (t->n_slots < 2 * t->n + 1)
        t->n_slots *= 2;
    t->slots = calloc((size_t)t->n_slots, sizeof *t->slots);
    if (!t->slots)
        return refuse(t, -1, "out of memory");
    for (int64_t i = 0; i < t->n; i++) {
        int64_t *slot = find_slot(t, t->rows + i * t->width);
        if (!*slot)
            *slot = i + 1;
    }
    return HONE_OK;
}

static int32_t load(table *t, const hone_value *values)
{
    char why[CSV_SENTENCE], *first, *text = csv_load(values[FILE_OPTION].s, why);
    int64_t line = 1, n_columns = 1;
    if (!text)
        return refuse(t, FILE_OPTION, why);
    char *at = strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? text + 3 : text; /* byte order mark */
    first = at;
    for (const char *c = at; *c && *c != '\n'; c++)
        n_columns += *c == ','; /* at least as many as there are */
    char **cells = calloc((size_t)n_columns, sizeof *cells);
    char **header = calloc((size_t)n_columns, sizeof *header);
    int64_t *column = calloc((size_t)t->width, sizeof *column);
    int32_t status = HONE_EINVAL;
    if (!cells || !header || !column) {
        refuse(t, -1, "out of memory");
    } else if (*first == '\0') {
        refuse(t, FILE_OPTION, "the table is empty");
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

/* ---- made and gone -----------------------------------------------------------------------*/

static void destroy(void *self)
{
    table *t = self;
    if (!t)
        return;
    free(t->rows);
    free(t->slots);
    free(t);
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    table *t = calloc(1, sizeof *t);
    if (!t) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    t->host = host;
    t->space = host->space(host);
    t->site = host->extension(host, "hone.evaluation/1");
    t->width = t->space->n_params + t->space->n_objectives + t->space->n_constraints + 1;
    t->nearest = values[NEAREST].i != 0;
    int32_t status = HONE_EUNSUPPORTED;
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), before = uselocale(c);
    if (t->site)
        status = load(t, values);
    else
        refuse(t, -1, "this host has no hone.evaluation/1");
    uselocale(before);
    if (c)
        freelocale(c);
    if (status < 0) {
        destroy(t);
        return status;
    }
    *self = t;
    return HONE_OK;
}

static const hone_option OPTIONS[] = {
    [FILE_OPTION] = {"file", HONE_OPT_PATH, HONE_OPT_REQUIRED, NULL, 0, 0, NULL, 0, NULL,
                     "the CSV file; its header names a column for each parameter"},
    [VALUE] = {"value", HONE_OPT_STRINGS, 0, NULL, 0, 0, NULL, 0, NULL,
               "the column of the value, value.1, value.2, ... for several objectives; by "
               "default the names of the objectives"},
    [CONSTRAINT] = {"constraint", HONE_OPT_STRINGS, 0, NULL, 0, 0, NULL, 0, NULL,
                    "the columns of the constraints, met where <= 0; by default their names"},
    [SECONDS] = {"seconds", HONE_OPT_STRING, 0, NULL, 0, 0, NULL, 0, NULL,
                 "the column of what each evaluation cost; it is recorded, not waited for"},
    [NEAREST] = {"nearest", HONE_OPT_BOOL, 0, "no", 0, 0, NULL, 0, NULL,
                 "take the closest row where none is equal: ranges scaled to 1 (logarithms for "
                 "log parameters), another choice counts 1"},
};

static const hone_objective_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_MULTI_OBJECTIVE | HONE_CAP_CONSTRAINTS |
            HONE_CAP_CONDITIONAL | HONE_CAP_FIDELITY,
    .evaluate = evaluate,
};

static const hone_plugin TABLE = {
    .size = sizeof TABLE,
    .kind = HONE_OBJECTIVE,
    .name = "table",
    .version = "1.0.0",
    .doc = "results that are known already, looked up in a CSV file",
    .options = OPTIONS,
    .n_options = sizeof OPTIONS / sizeof OPTIONS[0],
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&TABLE};
HONE_MODULE("table", "1.0.0", "MIT", "", PLUGINS)
