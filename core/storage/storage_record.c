/* storage_record.c - one trial's rows, from all tables, into a record.
 *
 * A distribution is parsed only where its text differs from that of the parameter's last
 * trial. */
#include "storage_reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "optuna.h"

static int32_t no_memory(const reader *r, error *err)
{
    return error_add(err, HONE_ENOMEM, "%s: out of memory", r->s->path);
}

static bool grow(void *array, int64_t *room, int64_t n, size_t size)
{
    if (n <= *room)
        return true;
    int64_t larger = n > 2 * *room ? n : 2 * *room;
    void *more = realloc(*(void **)array, (size_t)larger * size);
    if (!more)
        return false;
    *(void **)array = more;
    *room = larger;
    return true;
}

static const char *text_at(const scan *c, int i)
{
    const char *t = row_text(c->statement, i);
    return t ? t : "";
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const column *)a)->name, ((const column *)b)->name);
}

int32_t record_init(reader *r, error *err)
{
    int32_t n = r->space->n;
    r->columns = calloc((size_t)n + 1, sizeof *r->columns);
    r->record.native = malloc(((size_t)n + 1) * sizeof(double));
    if (!r->columns || !r->record.native)
        return no_memory(r, err);
    for (int32_t i = 0; i < n; i++)
        r->columns[i] = (column){.name = (char *)r->space->params[i].name, .param = i};
    qsort(r->columns, (size_t)n, sizeof *r->columns, by_name);
    return HONE_OK;
}

/* Rows come in order of names, so the next column is nearly always the right one. */
static column *find_column(reader *r, const char *name)
{
    for (int32_t k = 0; k < r->space->n; k++) {
        int32_t i = (r->next_column + k) % r->space->n;
        if (strcmp(r->columns[i].name, name) == 0) {
            r->next_column = i + 1;
            return &r->columns[i];
        }
    }
    return NULL;
}

/* ---- one table each ---- */

static int32_t accept_distribution(reader *r, column *c, const char *json, error *err)
{
    if (c->distribution && strcmp(c->distribution, json) == 0)
        return HONE_OK;
    int32_t status = distribution_check(&r->space->params[c->param], json, err);
    if (status < 0)
        return status;
    free(c->distribution);
    c->distribution = strdup(json);
    return c->distribution ? HONE_OK : no_memory(r, err);
}

static int32_t read_params(reader *r, error *err)
{
    int32_t status = HONE_OK;
    r->next_column = 0;
    for (; r->params.trial == r->record.id && status >= 0;
         status = scan_next(r->s, &r->params, err)) {
        column *c = find_column(r, text_at(&r->params, 1));
        if (!c)
            continue;
        const hone_param *p = &r->space->params[c->param];
        double value = row_real(r->params.statement, 2);
        if ((status = accept_distribution(r, c, text_at(&r->params, 3), err)) < 0)
            return status;
        if (p->type == HONE_CATEGORICAL &&
            !(value >= 0 && value < (double)p->n_choices && value == floor(value)))
            return error_add(err, HONE_ESTORAGE,
                             "%s: trial %lld: parameter '%s' is stored as "
                             "choice %g of %lld",
                             r->s->path, (long long)r->record.number, p->name, value,
                             (long long)p->n_choices);
        r->record.native[c->param] = value;
    }
    return status;
}

/* FINITE with a number, INF_POS, INF_NEG or NAN without. */
static double stored_value(const scan *c)
{
    const char *type = text_at(c, 3);
    if (strcmp(type, "FINITE") == 0 && !row_null(c->statement, 2))
        return row_real(c->statement, 2);
    return strcmp(type, "INF_POS") == 0 ? INFINITY : strcmp(type, "INF_NEG") == 0 ? -INFINITY : NAN;
}

static int32_t read_values(reader *r, error *err)
{
    trial_record *t = &r->record;
    int32_t status = HONE_OK;
    for (; r->values.trial == t->id && status >= 0; status = scan_next(r->s, &r->values, err)) {
        int64_t i = row_int(r->values.statement, 1);
        if (i < 0 || i >= INT32_MAX / 2)
            continue;
        if (!grow(&t->values, &r->room_values, i + 1, sizeof *t->values))
            return no_memory(r, err);
        for (; t->n_values <= i; t->n_values++)
            t->values[t->n_values] = NAN;
        t->values[i] = stored_value(&r->values);
    }
    return status;
}

static int32_t read_reports(reader *r, error *err)
{
    trial_record *t = &r->record;
    int32_t status = HONE_OK;
    for (; r->reports.trial == t->id && status >= 0; status = scan_next(r->s, &r->reports, err)) {
        if (!grow(&t->steps, &r->room_steps, t->n_reports + 1, sizeof *t->steps) ||
            !grow(&t->reported, &r->room_reported, t->n_reports + 1, sizeof *t->reported))
            return no_memory(r, err);
        t->steps[t->n_reports] = row_int(r->reports.statement, 1);
        t->reported[t->n_reports++] = stored_value(&r->reports);
    }
    return status;
}

static double real_at(const scan *c, int i)
{
    return row_null(c->statement, i) ? NAN : row_real(c->statement, i);
}

static int64_t int_at(const scan *c, int i)
{
    return row_null(c->statement, i) ? -1 : row_int(c->statement, i);
}

static int32_t read_own(reader *r, error *err)
{
    trial_record *t = &r->record;
    const scan *c = &r->own;
    int32_t n;
    if (c->trial != t->id)
        return HONE_OK;
    r->foreign = row_null(c->statement, 1);
    t->ask = int_at(c, 1);
    t->sequence = int_at(c, 2);
    t->seed = (uint64_t)row_int(c->statement, 3);
    t->seconds = real_at(c, 4);
    t->ask_seconds = real_at(c, 5);
    if (!row_null(c->statement, 7) && !(t->owner = strdup(text_at(c, 7))))
        return no_memory(r, err);
    int32_t status = HONE_OK;
    if (!row_null(c->statement, 6))
        status = json_numbers_read(text_at(c, 6), &t->yvar, &n, err);
    if (status >= 0 && t->yvar && n < t->n_values) {
        free(t->yvar);
        t->yvar = NULL;
    }
    return status < 0 ? status : scan_next(r->s, &r->own, err);
}

/* `constraints` holds all; Optuna 5 may write `constraints:name` instead, each one number. */
static int32_t read_constraint(reader *r, const char *key, const char *json, error *err)
{
    trial_record *t = &r->record;
    double *given = NULL;
    int32_t n = 0;
    bool whole = strcmp(key, "constraints") == 0;
    if (!whole && strncmp(key, "constraints:", 12) != 0)
        return HONE_OK;
    if (!whole && r->listed) /* "constraints" comes before "constraints:name" */
        return HONE_OK;
    int32_t status = json_numbers_read(json, &given, &n, err);
    if (status < 0)
        return status;
    double *all = realloc(t->constraints, ((size_t)t->n_constraints + (size_t)n + 1) * sizeof *all);
    if (all) {
        memcpy(all + t->n_constraints, given, (size_t)n * sizeof *all);
        t->constraints = all;
        t->n_constraints += n;
        r->listed = whole;
    }
    free(given);
    return all ? HONE_OK : no_memory(r, err);
}

static int32_t read_system(reader *r, error *err)
{
    int32_t status = HONE_OK;
    r->listed = false;
    for (; r->system.trial == r->record.id && status >= 0;
         status = status < 0 ? status : scan_next(r->s, &r->system, err)) {
        const char *key = text_at(&r->system, 1), *json = text_at(&r->system, 2);
        if (strcmp(key, "fixed_params") == 0) {
            if (r->space && r->record.state == TRIAL_WAITING)
                status = fixed_params_read(json, r->space, r->record.native, err);
        } else
            status = read_constraint(r, key, json, err);
    }
    return status;
}

static int32_t read_notes(reader *r, error *err)
{
    trial_record *t = &r->record;
    int32_t status = HONE_OK;
    for (; r->notes.trial == t->id && status >= 0; status = scan_next(r->s, &r->notes, err)) {
        if (!grow(&t->note_keys, &r->room_keys, t->n_notes + 1, sizeof *t->note_keys) ||
            !grow(&t->note_json, &r->room_json, t->n_notes + 1, sizeof *t->note_json))
            return no_memory(r, err);
        char *key = strdup(text_at(&r->notes, 1)), *json = strdup(text_at(&r->notes, 2));
        t->note_keys[t->n_notes] = key;
        t->note_json[t->n_notes++] = json;
        if (!key || !json)
            return no_memory(r, err);
    }
    return status;
}

/* ---- one trial ---- */

/* Seconds of "2026-11-23 10:00:00.000000" since 1970, as if it were UTC; NaN: not one. */
static double read_time(const char *stored)
{
    struct tm t = {0};
    double seconds;
    if (!stored || sscanf(stored, "%d-%d-%d %d:%d:%lf", &t.tm_year, &t.tm_mon, &t.tm_mday,
                          &t.tm_hour, &t.tm_min, &seconds) != 6)
        return NAN;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    return (double)timegm(&t) + seconds;
}

static void clear_record(reader *r)
{
    trial_record *t = &r->record;
    for (int64_t i = 0; i < t->n_notes; i++) {
        free(t->note_keys[i]);
        free(t->note_json[i]);
    }
    free(t->owner);
    free(t->constraints);
    free(t->yvar);
    t->owner = NULL;
    t->constraints = t->yvar = NULL;
    r->foreign = true;
    t->n_notes = t->n_reports = 0;
    t->n_values = t->n_constraints = 0;
    t->seconds = t->ask_seconds = NAN;
    t->ask = t->sequence = -1;
    t->seed = 0;
    for (int32_t i = 0; r->space && i < r->space->n && t->native; i++)
        t->native[i] = NAN;
}

static int32_t fill_record(reader *r, error *err)
{
    scan *scans[] = {&r->params, &r->values, &r->own, &r->reports, &r->system, &r->notes};
    int32_t status = HONE_OK;
    for (size_t i = 0; i < sizeof scans / sizeof scans[0] && status >= 0; i++)
        status = scan_to(r->s, scans[i], r->record.id, err);
    if (status < 0 || (r->space && (status = read_params(r, err)) < 0) ||
        (status = read_values(r, err)) < 0 || (status = read_own(r, err)) < 0 ||
        (status = read_reports(r, err)) < 0 || (status = read_system(r, err)) < 0)
        return status;
    if (r->foreign && r->record.completed)
        r->record.seconds = read_time(r->record.completed) - read_time(r->record.started);
    return read_notes(r, err);
}

int32_t record_read(reader *r, rows *row, error *err)
{
    trial_record *t = &r->record;
    const char *state = row_text(row, 2);
    clear_record(r);
    t->id = row_int(row, 0);
    t->number = row_int(row, 1);
    t->started = (char *)row_text(row, 3); /* the row's, until the next step */
    t->completed = (char *)row_text(row, 4);
    int32_t status = optuna_state_read(state ? state : "", &t->state, err);
    return status < 0 ? status : fill_record(r, err);
}

void record_free(reader *r)
{
    clear_record(r);
    for (int32_t i = 0; r->columns && i < r->space->n; i++)
        free(r->columns[i].distribution);
    free(r->columns);
    free(r->record.native);
    free(r->record.values);
    free(r->record.steps);
    free(r->record.reported);
    free(r->record.note_keys);
    free(r->record.note_json);
}
