/* trials.c - `hone trials STUDY`: a table for people, CSV and JSON lines for programs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "point.h"
#include "stored.h"

enum { FORMAT_TABLE = 0, FORMAT_CSV, FORMAT_JSON };

/* One printed trial: its cells, or one cell with its JSON. */
typedef struct row {
    int64_t number;
    double key; /* to sort by, smaller first; NaN last */
    char **cells;
} row;

typedef struct output {
    const stored *study;
    int format, n_columns;
    bool sorted;
    int sort_param, sort_value; /* index or -1; neither: by seconds */
    int32_t state;              /* wanted */
    bool any_state;
    int64_t n, room;
    row *rows;       /* kept where they are sorted or a table */
    int64_t *newest; /* ring of the numbers of the last trials */
    int64_t last, matched;
} output;

/* ---- cells ---- */

static char *cell_number(const output *o, double value)
{
    char number[NUMBER_ROOM];
    if (isnan(value))
        return strdup(o->format == FORMAT_CSV ? "" : "-");
    return strdup(o->format == FORMAT_CSV ? number_text(value, number)
                                          : number_short(value, number));
}

static char *cell_param(const output *o, const hone_param *p, double value)
{
    if (isnan(value))
        return strdup(o->format == FORMAT_CSV ? "" : "-");
    if (p->type == HONE_CATEGORICAL || o->format == FORMAT_CSV)
        return param_write(p, value);
    char number[NUMBER_ROOM];
    return strdup(p->type == HONE_INT ? number_text(value, number) : number_short(value, number));
}

static char *cell_time(const char *when)
{
    return strdup(when ? when : "");
}

/* number state values... params... seconds [started completed] */
static bool make_cells(const output *o, const trial_record *t, char **cells)
{
    const stored *s = o->study;
    char number[NUMBER_ROOM];
    int n = 0;
    if (o->format == FORMAT_JSON) {
        json_t *json = record_json(s, t);
        cells[n++] = json ? json_dumps(json, JSON_COMPACT) : NULL;
        json_decref(json);
        return cells[0] != NULL;
    }
    cells[n++] = strdup(number_text((double)t->number, number));
    cells[n++] = strdup(state_text(t->state));
    for (int32_t i = 0; i < s->record.n_goals; i++)
        cells[n++] = cell_number(o, i < t->n_values ? t->values[i] : NAN);
    for (int32_t i = 0; i < s->space.n; i++)
        cells[n++] = cell_param(o, &s->space.params[i], t->native[i]);
    cells[n++] = cell_number(o, t->seconds);
    if (o->format == FORMAT_CSV) {
        cells[n++] = cell_time(t->started);
        cells[n++] = cell_time(t->completed);
    }
    for (int i = 0; i < n; i++)
        if (!cells[i])
            return false;
    return true;
}

static const char *heading(const output *o, int column)
{
    const stored *s = o->study;
    static const char *const after[] = {"seconds", "started", "completed"};
    if (column < 2)
        return column == 0 ? "number" : "state";
    column -= 2;
    if (column < s->record.n_goals)
        return s->objectives[column];
    column -= s->record.n_goals;
    return column < s->space.n ? s->space.params[column].name : after[column - s->space.n];
}

/* ---- printing ---- */

/* As RFC 4180 has it: quotes where a comma, a quote or a line end stands inside. */
static void print_csv(const char *cell, bool last)
{
    if (!strpbrk(cell, ",\"\r\n"))
        fputs(cell, stdout);
    else {
        putchar('"');
        for (; *cell; cell++) {
            if (*cell == '"')
                putchar('"');
            putchar(*cell);
        }
        putchar('"');
    }
    putchar(last ? '\n' : ',');
}

static void print_row(const output *o, char *const *cells)
{
    if (o->format == FORMAT_JSON)
        puts(cells[0]);
    for (int i = 0; o->format == FORMAT_CSV && i < o->n_columns; i++)
        print_csv(cells[i], i + 1 == o->n_columns);
}

static void free_cells(const output *o, char **cells)
{
    for (int i = 0; cells && i < o->n_columns; i++)
        free(cells[i]);
    free(cells);
}

static bool print_table(const output *o)
{
    columns l = {.n_columns = o->n_columns};
    for (int i = 0; i < o->n_columns; i++)
        columns_add(&l, heading(o, i));
    for (int64_t i = 0; i < o->n; i++)
        for (int j = 0; j < o->n_columns; j++)
            columns_add(&l, o->rows[i].cells[j]);
    bool printed = columns_print(&l, stdout);
    columns_free(&l);
    return printed;
}

/* ---- choosing ---- */

static double sort_key(const output *o, const trial_record *t)
{
    if (o->sort_param >= 0)
        return t->native[o->sort_param];
    if (o->sort_value < 0)
        return t->seconds;
    if (o->sort_value >= t->n_values || t->state != HONE_COMPLETE)
        return NAN;
    double value = t->values[o->sort_value];
    return o->study->record.maximize[o->sort_value] ? -value : value;
}

static int by_key(const void *a, const void *b)
{
    const row *p = a, *q = b;
    if (isnan(p->key) != isnan(q->key))
        return isnan(p->key) ? 1 : -1;
    if (p->key != q->key && !isnan(p->key))
        return p->key < q->key ? -1 : 1;
    return (p->number > q->number) - (p->number < q->number);
}

static bool wanted(const output *o, const trial_record *t)
{
    return o->any_state || t->state == o->state;
}

static int32_t remember_number(void *context, const trial_record *t, error *err)
{
    (void)err;
    output *o = context;
    if (wanted(o, t))
        o->newest[o->matched++ % o->last] = t->number;
    return HONE_OK;
}

static int32_t keep(output *o, const trial_record *t, char **cells, error *err)
{
    if (o->n == o->room) {
        int64_t room = o->room ? 2 * o->room : 256;
        row *more = realloc(o->rows, (size_t)room * sizeof *more);
        if (!more) {
            free_cells(o, cells);
            return error_add(err, HONE_ENOMEM, "out of memory for the list of trials");
        }
        o->rows = more;
        o->room = room;
    }
    o->rows[o->n++] = (row){t->number, o->sorted ? sort_key(o, t) : NAN, cells};
    return HONE_OK;
}

static int32_t show_trial(void *context, const trial_record *t, error *err)
{
    output *o = context;
    if (!wanted(o, t))
        return HONE_OK;
    char **cells = calloc((size_t)o->n_columns, sizeof *cells);
    if (!cells || !make_cells(o, t, cells)) {
        free_cells(o, cells);
        return error_add(err, HONE_ENOMEM, "out of memory for the list of trials");
    }
    if (o->sorted || o->format == FORMAT_TABLE)
        return keep(o, t, cells, err);
    print_row(o, cells);
    free_cells(o, cells);
    return ferror(stdout) ? HONE_DONE : HONE_OK; /* nobody reads */
}

/* ---- the command ---- */

static int32_t print_trials(output *o, error *err)
{
    const stored *s = o->study;
    int64_t from = 0;
    int32_t status = HONE_OK;
    if (o->last > 0) {
        status = storage_trials(s->storage, s->record.id, NULL, 0, 0, remember_number, o, err);
        if (o->matched > 0)
            from = o->newest[o->matched < o->last ? 0 : o->matched % o->last];
    }
    for (int i = 0; o->format == FORMAT_CSV && i < o->n_columns; i++)
        print_csv(heading(o, i), i + 1 == o->n_columns);
    if (status >= 0)
        status = storage_trials(s->storage, s->record.id, &s->space, from, 0, show_trial, o, err);
    if (status < 0)
        return status;
    if (o->sorted && o->n)
        qsort(o->rows, (size_t)o->n, sizeof *o->rows, by_key);
    if (o->format == FORMAT_TABLE && !print_table(o))
        return error_add(err, HONE_ENOMEM, "out of memory for the list of trials");
    for (int64_t i = 0; o->format != FORMAT_TABLE && i < o->n; i++)
        print_row(o, o->rows[i].cells);
    return HONE_OK;
}

/* value, an objective's name, a parameter's name, seconds, number. */
static int32_t read_sort(output *o, const char *word, error *err)
{
    const stored *s = o->study;
    o->sort_param = o->sort_value = -1;
    if (!word || strcmp(word, "number") == 0)
        return HONE_OK; /* the order of storage */
    o->sorted = true;
    if (strcmp(word, "seconds") == 0)
        return HONE_OK;
    o->sort_param = space_index(&s->space, word);
    for (int32_t i = 0; i < s->record.n_goals && o->sort_param < 0; i++)
        if (strcmp(s->objectives[i], word) == 0)
            o->sort_value = i;
    if (o->sort_param < 0 && o->sort_value < 0 && strcmp(word, "value") == 0)
        o->sort_value = 0;
    return o->sort_param >= 0 || o->sort_value >= 0
               ? HONE_OK
               : error_add(err, HONE_EINVAL,
                           "--sort %s: allowed are number, seconds, value, an objective or a "
                           "parameter of study '%s'",
                           word, s->record.name);
}

static int32_t read_flags(output *o, const invocation *in, error *err)
{
    const char *state = flag_value(in, "state");
    o->any_state = !state;
    if (state && !state_read(state, &o->state))
        return error_add(err, HONE_EINVAL,
                         "--state %s: allowed are complete, pruned, failed, running, waiting",
                         state);
    if (o->last > 0 && !(o->newest = malloc((size_t)o->last * sizeof *o->newest)))
        return error_add(err, HONE_ENOMEM, "out of memory for --last %lld", (long long)o->last);
    return read_sort(o, flag_value(in, "sort"), err);
}

static int trials(invocation *in)
{
    stored s;
    error err = {0};
    output o = {.study = &s};
    if (flag_given(in, "json"))
        o.format = FORMAT_JSON;
    else if (flag_given(in, "csv"))
        o.format = FORMAT_CSV;
    if (!flag_int(in, "last", 1, &o.last))
        return EXIT_USAGE;
    int exit = stored_open(&s, in, in->arguments[0], true);
    if (exit != EXIT_DONE)
        return exit;
    if (o.last > s.record.n_trials)
        o.last = 0;
    o.n_columns = o.format == FORMAT_JSON  ? 1
                  : o.format == FORMAT_CSV ? s.record.n_goals + s.space.n + 5
                                           : s.record.n_goals + s.space.n + 3;
    int32_t status = read_flags(&o, in, &err);
    if (status >= 0)
        status = print_trials(&o, &err);
    for (int64_t i = 0; i < o.n; i++)
        free_cells(&o, o.rows[i].cells);
    free(o.rows);
    free(o.newest);
    stored_close(&s);
    return status < 0 ? command_fail(&err) : EXIT_DONE;
}

static const flag FLAGS[] = {
    {"csv", NULL, "comma-separated values with all digits; hone import reads them"},
    {"json", NULL, "one JSON object a line"},
    {"state", "STATE", "only complete, pruned, failed, running or waiting ones"},
    {"last", "N", "only the last N"},
    {"sort", "KEY", "by number, seconds, value, an objective (the best first) or a parameter"},
    {NULL, NULL, NULL},
};

const command COMMAND_TRIALS = {
    .name = "trials",
    .arguments = "STUDY",
    .summary = "list the trials of a study",
    .help = "Prints one line a trial: number, state, values, parameters, seconds.  Also while the\n"
            "study runs.\n",
    .examples = "  hone trials study.ini --last 10\n"
                "  hone trials study.db --sort value --state complete\n"
                "  hone trials study.db#name --csv > trials.csv\n",
    .flags = FLAGS,
    .min_arguments = 1,
    .max_arguments = 1,
    .completes = ARGUMENT_STUDY,
    .run = trials,
};
