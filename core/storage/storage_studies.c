/* storage_studies.c - studies in a database: names, goals, facts. */
#include <stdlib.h>
#include <string.h>

#include "optuna.h"
#include "storage_sql.h"
#include "text.h"

enum { NAME_LIMIT = 512 }; /* of Optuna's columns */

/* ---- list ---- */

static char *column_text(rows *row, int column)
{
    const char *stored = row_text(row, column);
    return strdup(stored ? stored : "");
}

static int32_t read_goals(database *s, study_record *r, error *err)
{
    rows *row;
    int32_t status = db_row(s, SQL_GOALS, CELLS(CELL_INT(r->id)), &row, err);
    while (status > 0) {
        bool *more = realloc(r->maximize, ((size_t)r->n_goals + 1) * sizeof *more);
        if (!more) {
            status = error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
            break;
        }
        const char *direction = row_text(row, 0);
        r->maximize = more;
        r->maximize[r->n_goals++] = direction && strcmp(direction, "MAXIMIZE") == 0;
        status = db_step(s, row, err);
    }
    db_done(row);
    return status;
}

static int32_t read_counts(database *s, study_record *r, error *err)
{
    static const char sql[] =
        "SELECT count(*), count(CASE WHEN state = 'COMPLETE' THEN 1 END), min(datetime_start) "
        "FROM trials WHERE study_id = ?1";
    rows *row;
    int32_t status = db_prepare(s, sql, CELLS(CELL_INT(r->id)), &row, err);
    if (status >= 0 && (status = db_step(s, row, err)) > 0) {
        r->n_trials = row_int(row, 0);
        r->n_complete = row_int(row, 1);
        r->created = column_text(row, 2);
        if (!r->created)
            status = error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    }
    rows_free(row);
    return status;
}

static int32_t read_studies(database *s, study_record **out, int *n, error *err)
{
    rows *row;
    int room = 0;
    int32_t status = db_prepare(s, "SELECT study_id, study_name FROM studies ORDER BY study_id",
                                NULL, 0, &row, err);
    while (status >= 0 && (status = db_step(s, row, err)) > 0) {
        if (*n == room) {
            room = room ? 2 * room : 16;
            study_record *more = realloc(*out, (size_t)room * sizeof *more);
            if (!more) {
                status = error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
                break;
            }
            *out = more;
        }
        study_record *r = &(*out)[(*n)++];
        *r = (study_record){.id = row_int(row, 0), .name = column_text(row, 1)};
        if (!r->name)
            status = error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
        else if ((status = read_goals(s, r, err)) >= 0)
            status = read_counts(s, r, err);
    }
    rows_free(row);
    return status;
}

int32_t sql_studies(storage *base, study_record **out, int *n, error *err)
{
    database *s = (database *)base;
    bool begun;
    int32_t status = db_read_begin(s, &begun, err);
    if (status >= 0)
        status = read_studies(s, out, n, err);
    db_read_end(s, begun);
    if (status < 0) {
        study_records_free(*out, *n);
        *out = NULL;
        *n = 0;
    }
    return status < 0 ? status : HONE_OK;
}

int32_t sql_find_study(storage *base, const char *name, int64_t *id, error *err)
{
    rows *row;
    int32_t status = db_row((database *)base, SQL_FIND_STUDY, CELLS(CELL_TEXT(name)), &row, err);
    if (status > 0)
        *id = row_int(row, 0);
    db_done(row);
    return status < 0 ? status : HONE_OK;
}

/* ---- make and delete ---- */

int32_t sql_create_study(storage *base, const char *name, const bool *maximize, int32_t n_goals,
                         int64_t *id, error *err)
{
    database *s = (database *)base;
    int64_t there = -1;
    if (!*name || strlen(name) > NAME_LIMIT || !utf8_valid(name))
        return error_add(err, HONE_EINVAL, "a study's name has 1 to %d bytes of UTF-8", NAME_LIMIT);
    int32_t status = sql_find_study(base, name, &there, err);
    if (status >= 0 && there >= 0)
        status = error_add(err, HONE_ESTORAGE, "%s: has a study '%s' already", s->path, name);
    rows *row = NULL;
    if (status >= 0)
        status = db_row(s, SQL_ADD_STUDY, CELLS(CELL_TEXT(name)), &row, err);
    *id = status > 0 ? row_int(row, 0) : -1;
    db_done(row);
    for (int32_t i = 0; i < n_goals && status >= 0; i++)
        status = db_run(
            s, SQL_ADD_GOAL,
            CELLS(CELL_INT(*id), CELL_INT(i), CELL_TEXT(maximize[i] ? "MAXIMIZE" : "MINIMIZE")),
            err);
    return status < 0 ? status : HONE_OK;
}

int32_t sql_delete_study(storage *base, int64_t study, error *err)
{
    static const char *const of_trials[] = {"trial_values",
                                            "trial_params",
                                            "trial_intermediate_values",
                                            "trial_user_attributes",
                                            "trial_system_attributes",
                                            "trial_heartbeats",
                                            "hone_trials"};
    static const char *const of_study[] = {
        "trials",     "study_directions", "study_user_attributes", "study_system_attributes",
        "hone_study", "hone_asks",        "hone_states",           "hone_workers",
        "studies"};
    database *s = (database *)base;
    text t = {0};
    for (size_t i = 0; i < sizeof of_trials / sizeof of_trials[0]; i++)
        text_add(&t,
                 "DELETE FROM %s WHERE trial_id IN (SELECT trial_id FROM trials WHERE "
                 "study_id = %lld);",
                 of_trials[i], (long long)study);
    for (size_t i = 0; i < sizeof of_study / sizeof of_study[0]; i++)
        text_add(&t, "DELETE FROM %s WHERE study_id = %lld;", of_study[i], (long long)study);
    int32_t status = t.failed ? error_add(err, HONE_ENOMEM, "%s: out of memory", s->path)
                              : db_execute(s, t.data, err);
    text_free(&t);
    descriptions_free(s);
    return status;
}

/* ---- facts ---- */

int32_t sql_set(storage *base, int64_t study, const char *key, const char *value, error *err)
{
    return db_run((database *)base, SQL_SET_FACT,
                  CELLS(CELL_INT(study), CELL_TEXT(key), CELL_TEXT(value)), err);
}

int32_t sql_get(storage *base, int64_t study, const char *key, char **value, error *err)
{
    database *s = (database *)base;
    rows *row;
    *value = NULL;
    if (!s->has_own)
        return HONE_OK;
    int32_t status = db_row(s, SQL_GET_FACT, CELLS(CELL_INT(study), CELL_TEXT(key)), &row, err);
    if (status > 0 && !(*value = column_text(row, 0)))
        status = error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    db_done(row);
    return status < 0 ? status : HONE_OK;
}

int32_t sql_set_attribute(storage *base, int64_t study, bool system, const char *key,
                          const char *json, error *err)
{
    return db_run((database *)base, system ? SQL_SET_SYSTEM_ATTRIBUTE : SQL_SET_USER_ATTRIBUTE,
                  CELLS(CELL_INT(study), CELL_TEXT(key), CELL_TEXT(json)), err);
}

int32_t sql_get_attribute(storage *base, int64_t study, bool system, const char *key, char **json,
                          error *err)
{
    database *s = (database *)base;
    rows *row;
    int32_t status = db_prepare(
        s,
        system ? "SELECT value_json FROM study_system_attributes WHERE study_id = ?1 AND "
                 "\"key\" = ?2"
               : "SELECT value_json FROM study_user_attributes WHERE study_id = ?1 AND "
                 "\"key\" = ?2",
        CELLS(CELL_INT(study), CELL_TEXT(key)), &row, err);
    if (status >= 0 && (status = db_step(s, row, err)) > 0 && !(*json = column_text(row, 0)))
        status = error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    rows_free(row);
    return status < 0 ? status : HONE_OK;
}
