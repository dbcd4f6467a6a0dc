/* import.c - `hone import STUDY results.csv`: what was measured before becomes trials.
 *
 * All lines are read and checked before the first trial is told, and all trials are told in
 * one transaction. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "open.h"
#include "stored.h"

/* What a column of the file holds. */
enum {
    COLUMN_PARAM = 0,
    COLUMN_VALUE,
    COLUMN_CONSTRAINT,
    COLUMN_STATE,
    COLUMN_SECONDS,
    COLUMN_NONE
};
typedef struct column {
    int what, index;
} column;

typedef struct result {
    int line;
    int32_t state;
    double seconds;
    double *native, *values, *constraints; /* one block */
} result;

typedef struct import {
    const config *config;
    csv csv;
    column *columns; /* [n_columns] */
    int n_columns;
    bool constrained; /* a column of each constraint is there */
    int n;
    result *results;
} import;

/* ---- the header ---- */

static int name_index(char *const *names, int32_t n, const char *name)
{
    for (int32_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static column column_named(const config *c, const char *name)
{
    static const char *const ignored[] = {"number", "started", "completed"};
    int i;
    if ((i = space_index(&c->space, name)) >= 0)
        return (column){COLUMN_PARAM, i};
    if ((i = name_index(c->objectives, c->n_goals, name)) >= 0)
        return (column){COLUMN_VALUE, i};
    if ((i = name_index(c->constraints, c->n_constraints, name)) >= 0)
        return (column){COLUMN_CONSTRAINT, i};
    if (strcmp(name, "value") == 0 && c->n_goals == 1)
        return (column){COLUMN_VALUE, 0};
    if (strcmp(name, "state") == 0)
        return (column){COLUMN_STATE, 0};
    if (strcmp(name, "seconds") == 0)
        return (column){COLUMN_SECONDS, 0};
    for (size_t k = 0; k < sizeof ignored / sizeof ignored[0]; k++)
        if (strcmp(name, ignored[k]) == 0)
            return (column){COLUMN_NONE, 0};
    return (column){-1, 0};
}

static void unknown_column(const import *m, const char *name, error *err)
{
    const config *c = m->config;
    int n = 0;
    const char **names =
        calloc((size_t)(c->space.n + c->n_goals + c->n_constraints) + 1, sizeof *names);
    for (int32_t i = 0; names && i < c->space.n; i++)
        names[n++] = c->space.params[i].name;
    for (int32_t i = 0; names && i < c->n_goals; i++)
        names[n++] = c->objectives[i];
    for (int32_t i = 0; names && i < c->n_constraints; i++)
        names[n++] = c->constraints[i];
    const char *meant = names ? nearest(name, names, n) : NULL;
    char shown[EXCERPT_ROOM];
    error_add(err, HONE_EINVAL,
              "%s:%d: column '%s' is no parameter and no objective of study '%s'%s%s%s",
              m->csv.path, m->csv.rows[0].line, text_excerpt(name, shown), c->name,
              meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
    free(names);
}

/* Which column holds it; -1: none. */
static int find_column(const import *m, int what, int index)
{
    for (int i = 0; i < m->n_columns; i++)
        if (m->columns[i].what == what && m->columns[i].index == index)
            return i;
    return -1;
}

static void missing_columns(import *m, error *err)
{
    const config *c = m->config;
    const char *path = m->csv.path;
    for (int32_t i = 0; i < c->space.n; i++) {
        const hone_param *p = &c->space.params[i];
        if (find_column(m, COLUMN_PARAM, i) < 0 && !param_single(p) && p->parent < 0)
            error_add(err, HONE_EINVAL, "%s: there is no column for parameter '%s'", path, p->name);
    }
    for (int32_t i = 0; i < c->n_goals; i++)
        if (find_column(m, COLUMN_VALUE, i) < 0)
            error_add(err, HONE_EINVAL, "%s: there is no column for objective '%s'", path,
                      c->objectives[i]);
    int given = 0;
    for (int32_t i = 0; i < c->n_constraints; i++)
        given += find_column(m, COLUMN_CONSTRAINT, i) >= 0;
    m->constrained = given > 0;
    if (given > 0 && given < c->n_constraints)
        error_add(err, HONE_EINVAL, "%s: some constraints have a column and some have none", path);
}

static int32_t read_header(import *m, error *err)
{
    const csv_row *header = &m->csv.rows[0];
    m->columns = calloc((size_t)header->n + 1, sizeof *m->columns);
    if (!m->columns)
        return error_add(err, HONE_ENOMEM, "out of memory");
    for (int i = 0; i < header->n; i++) {
        column c = column_named(m->config, header->cells[i]);
        if (c.what < 0)
            unknown_column(m, header->cells[i], err);
        else if (c.what != COLUMN_NONE && find_column(m, c.what, c.index) >= 0)
            error_add(err, HONE_EINVAL, "%s:%d: column '%s' stands twice", m->csv.path,
                      header->line, header->cells[i]);
        m->columns[m->n_columns++] = c;
    }
    missing_columns(m, err);
    return err->n ? HONE_EINVAL : HONE_OK;
}

/* ---- a line ---- */

static int32_t bad(const import *m, const csv_row *r, error *err, const char *name,
                   const char *what)
{
    return error_add(err, HONE_EINVAL, "%s:%d: %s: %s", m->csv.path, r->line, name, what);
}

/* `sound`: nothing was wrong with the line so far; else its parent may have been. */
static int32_t read_param(const import *m, const csv_row *r, int32_t i, bool sound, double *native,
                          error *err)
{
    const hone_param *p = &m->config->space.params[i];
    int place = find_column(m, COLUMN_PARAM, i);
    const char *cell = place >= 0 ? r->cells[place] : "";
    bool active = space_active(&m->config->space, i, native);
    native[i] = NAN;
    if (!active)
        return *cell && sound ? bad(m, r, err, p->name, "has a value, but is inactive in this line")
                              : HONE_OK;
    if (!*cell && param_single(p)) {
        native[i] = p->low;
        return HONE_OK;
    }
    if (!*cell)
        return bad(m, r, err, p->name, "is empty");
    error why = {0};
    int32_t status = param_read(p, cell, &native[i], &why);
    if (status < 0)
        status = error_add(err, HONE_EINVAL, "%s:%d: %s", m->csv.path, r->line, error_text(&why));
    error_free(&why);
    return status;
}

/* A finite number; an empty cell is NaN. */
static int32_t read_number(const import *m, const csv_row *r, int what, int index, const char *name,
                           double *out, error *err)
{
    int place = find_column(m, what, index);
    *out = NAN;
    if (place < 0 || !*r->cells[place])
        return HONE_OK;
    if (number_real(r->cells[place], out) && isfinite(*out))
        return HONE_OK;
    *out = NAN;
    return bad(m, r, err, name, "is not a finite number; a failed trial has state failed");
}

static int32_t read_state(const import *m, const csv_row *r, int32_t *state, error *err)
{
    int place = find_column(m, COLUMN_STATE, 0);
    *state = HONE_COMPLETE;
    if (place < 0 || !*r->cells[place])
        return HONE_OK;
    if (!state_read(r->cells[place], state) || *state == HONE_RUNNING || *state < 0)
        return bad(m, r, err, "state", "allowed are complete, pruned and failed");
    return HONE_OK;
}

static void read_result(const import *m, const csv_row *r, result *out, error *err)
{
    const config *c = m->config;
    if (r->n != m->n_columns) {
        error_add(err, HONE_EINVAL, "%s:%d: has %d cells, the header has %d", m->csv.path, r->line,
                  r->n, m->n_columns);
        return;
    }
    int before = err->n;
    for (int32_t i = 0; i < c->space.n; i++) /* parents first */
        read_param(m, r, i, err->n == before, out->native, err);
    bool read = read_state(m, r, &out->state, err) >= 0;
    for (int32_t i = 0; i < c->n_goals; i++)
        if (read_number(m, r, COLUMN_VALUE, i, c->objectives[i], &out->values[i], err) >= 0 &&
            isnan(out->values[i]) && read && out->state == HONE_COMPLETE)
            bad(m, r, err, c->objectives[i], "is empty; a failed trial has state failed");
    for (int32_t i = 0; i < c->n_constraints; i++)
        read_number(m, r, COLUMN_CONSTRAINT, i, c->constraints[i], &out->constraints[i], err);
    read_number(m, r, COLUMN_SECONDS, 0, "seconds", &out->seconds, err);
}

/* Every line; those with problems are left out, and their problems added to err. */
static int32_t read_results(import *m, error *err)
{
    const config *c = m->config;
    size_t cells = (size_t)(c->space.n + c->n_goals + c->n_constraints) + 1;
    m->results = calloc((size_t)m->csv.n + 1, sizeof *m->results);
    if (!m->results)
        return error_add(err, HONE_ENOMEM, "out of memory");
    for (int i = 1; i < m->csv.n; i++) {
        result *r = &m->results[m->n];
        int before = err->n;
        if (!r->native && !(r->native = calloc(cells, sizeof *r->native)))
            return error_add(err, HONE_ENOMEM, "out of memory");
        r->values = r->native + c->space.n;
        r->constraints = r->values + c->n_goals;
        r->line = m->csv.rows[i].line;
        read_result(m, &m->csv.rows[i], r, err);
        m->n += err->n == before;
    }
    return err->n ? HONE_EINVAL : HONE_OK;
}

/* ---- the command ---- */

static int32_t add_results(const import *m, study *s, int64_t *first, int64_t *last, error *err)
{
    int32_t status = study_begin(s, err);
    if (status < 0)
        return status;
    for (int i = 0; i < m->n; i++) {
        const result *r = &m->results[i];
        told t = {.state = r->state,
                  .values = r->values,
                  .constraints = m->constrained ? r->constraints : NULL,
                  .seconds = r->seconds};
        if ((status = study_add(s, r->native, &t, last, err)) < 0)
            return status; /* undone there */
        if (i == 0)
            *first = *last;
    }
    return study_commit(s, err);
}

static int tell_results(const invocation *in, import *m, opened *o)
{
    error err = {0};
    int64_t first = -1, last = -1;
    study_settings settings = {.log = &in->log, .one_shot = true, .amend = flag_given(in, "amend")};
    int exit = opened_study(o, &settings);
    if (exit != EXIT_DONE)
        return exit;
    if (add_results(m, o->study, &first, &last, &err) < 0)
        exit = command_fail(&err);
    else if (!flag_given(in, "quiet"))
        printf("%d trials imported into study '%s': %lld to %lld\n", m->n, o->config.name,
               (long long)first, (long long)last);
    opened_close(o);
    return exit;
}

static int32_t read_file(import *m, const invocation *in, const config *c, error *err)
{
    m->config = c;
    int32_t status = csv_load(in->arguments[1], &m->csv, err);
    return status < 0 ? status : read_header(m, err);
}

static void import_free(import *m)
{
    for (int i = 0; m->results && i <= m->csv.n; i++)
        free(m->results[i].native);
    free(m->results);
    free(m->columns);
    csv_free(&m->csv);
}

static int import_run(invocation *in)
{
    opened o;
import m = {0 };
    error err = {0};
    int exit = opened_config(&o, in, in->arguments[0], false, NULL);
    if (exit != EXIT_DONE)
        return exit;
    int32_t status = read_file(&m, in, &o.config, &err);
    if (status >= 0)
        status = read_results(&m, &err);
    bool skip = flag_given(in, "skip-bad") && m.results && m.n > 0 && status != HONE_ENOMEM;
    if (status >= 0 && m.n == 0)
        status = error_add(&err, HONE_EINVAL, "%s: has a header and no trials", m.csv.path);
    if (status < 0 && !skip) {
        exit = command_fail(&err);
        fprintf(stderr, "hone: nothing was imported%s\n",
                m.n > 0 ? "; --skip-bad leaves the bad lines out" : "");
        opened_close(&o);
    } else {
        if (status < 0)
            command_fail(&err);
        exit = tell_results(in, &m, &o);
    }
    import_free(&m);
    return exit;
}

static const flag FLAGS[] = {
    {"skip-bad", NULL, "import the good lines although others have problems"},
    {"amend", NULL, "go on although the study file changed in what matters"},
    {NULL, NULL, NULL},
};

const command COMMAND_IMPORT = {
    .name = "import",
    .arguments = "STUDY.ini RESULTS.csv",
    .summary = "add earlier results to a study as finished trials",
    .help = "The file has a header: the parameters' names and the objectives' (or `value`), and\n"
            "if wanted the constraints', `state` (complete, pruned, failed) and `seconds`.  Cells\n"
            "of inactive parameters are empty.  Every bad line is reported; unless --skip-bad is\n"
            "given, nothing is imported then.  What hone trials --csv prints can be imported.\n"
            "- is standard input.\n",
    .examples = "  hone import study.ini results.csv\n"
                "  hone trials old.db --csv | hone import study.ini -\n",
    .flags = FLAGS,
    .min_arguments = 2,
    .max_arguments = 2,
    .completes = ARGUMENT_STUDY,
    .run = import_run,
};
