/* storage_studies.c - studies in an SQLite file: names, goals, facts, and who runs them. */
#include <stdlib.h>
#include <string.h>

#include "optuna.h"
#include "owner.h"
#include "storage_sqlite.h"
#include "text.h"

enum { NAME_LIMIT = 512 }; /* of Optuna's columns */

/* ---- list ---- */

static char *column_text(sqlite3_stmt *row, int column)
{
    const char *stored = (const char *)sqlite3_column_text(row, column);
    return strdup(stored ? stored : "");
}

static int32_t read_goals(sqlite_storage *s, study_record *r, error *err)
{
    sqlite3_stmt *row;
    int32_t status = db_row(s, SQL_GOALS, CELLS(CELL_INT(r->id)), &row, err);
    while (status > 0) {
        bool *more = realloc(r->maximize, ((size_t)r->n_goals + 1) * sizeof *more);
        if (!more) {
            status = error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
            break;
        }
        const char *direction = (const char *)sqlite3_column_text(row, 0);
        r->maximize = more;
        r->maximize[r->n_goals++] = direction && strcmp(direction, "MAXIMIZE") == 0;
        status = db_step(s, row, err);
    }
    db_done(row);
    return status;
}

static int32_t read_counts(sqlite_storage *s, study_record *r, error *err)
{
    static const char sql[] = "SELECT count(*), sum(state = 'COMPLETE'), min(datetime_start) "
                              "FROM trials WHERE study_id = ?1";
    sqlite3_stmt *row;
    int32_t status = db_prepare(s, sql, CELLS(CELL_INT(r->id)), &row, err);
    if (status >= 0 && (status = db_step(s, row, err)) > 0) {
        r->n_trials = sqlite3_column_int64(row, 0);
        r->n_complete = sqlite3_column_int64(row, 1);
        r->created = column_text(row, 2);
        if (!r->created)
            status = error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    }
    sqlite3_finalize(row);
    return status;
}

static int32_t read_studies(sqlite_storage *s, study_record **out, int *n, error *err)
{
    sqlite3_stmt *row;
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
        *r = (study_record){.id = sqlite3_column_int64(row, 0), .name = column_text(row, 1)};
        if (!r->name)
            status = error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
        else if ((status = read_goals(s, r, err)) >= 0)
            status = read_counts(s, r, err);
    }
    sqlite3_finalize(row);
    return status;
}

int32_t sqlite_studies(storage *base, study_record **out, int *n, error *err)
{
    sqlite_storage *s = (sqlite_storage *)base;
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

int32_t sqlite_find_study(storage *base, const char *name, int64_t *id, error *err)
{
    sqlite3_stmt *row;
    int32_t status =
        db_row((sqlite_storage *)base, SQL_FIND_STUDY, CELLS(CELL_TEXT(name)), &row, err);
    if (status > 0)
        *id = sqlite3_column_int64(row, 0);
    db_done(row);
    return status < 0 ? status : HONE_OK;
}

/* ---- make and delete ---- */

int32_t sqlite_create_study(storage *base, const char *name, const bool *maximize, int32_t n_goals,
                            int64_t *id, error *err)
{
    sqlite_storage *s = (sqlite_storage *)base;
    int64_t there = -1;
    if (!*name || strlen(name) > NAME_LIMIT || !utf8_valid(name))
        return error_add(err, HONE_EINVAL, "a study's name has 1 to %d bytes of UTF-8", NAME_LIMIT);
    int32_t status = sqlite_find_study(base, name, &there, err);
    if (status >= 0 && there >= 0)
        status = error_add(err, HONE_ESTORAGE, "%s: has a study '%s' already", s->path, name);
    if (status >= 0)
        status = db_run(s, SQL_ADD_STUDY, CELLS(CELL_TEXT(name)), err);
    *id = sqlite3_last_insert_rowid(s->db);
    for (int32_t i = 0; i < n_goals && status >= 0; i++)
        status = db_run(
            s, SQL_ADD_GOAL,
            CELLS(CELL_INT(*id), CELL_INT(i), CELL_TEXT(maximize[i] ? "MAXIMIZE" : "MINIMIZE")),
            err);
    return status;
}

int32_t sqlite_delete_study(storage *base, int64_t study, error *err)
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
        "hone_study", "hone_asks",        "hone_states",           "studies"};
    sqlite_storage *s = (sqlite_storage *)base;
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

int32_t sqlite_set(storage *base, int64_t study, const char *key, const char *value, error *err)
{
    return db_run((sqlite_storage *)base, SQL_SET_FACT,
                  CELLS(CELL_INT(study), CELL_TEXT(key), CELL_TEXT(value)), err);
}

int32_t sqlite_get(storage *base, int64_t study, const char *key, char **value, error *err)
{
    sqlite_storage *s = (sqlite_storage *)base;
    sqlite3_stmt *row;
    *value = NULL;
    if (!s->has_own)
        return HONE_OK;
    int32_t status = db_row(s, SQL_GET_FACT, CELLS(CELL_INT(study), CELL_TEXT(key)), &row, err);
    if (status > 0 && !(*value = column_text(row, 0)))
        status = error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    db_done(row);
    return status < 0 ? status : HONE_OK;
}

int32_t sqlite_set_attribute(storage *base, int64_t study, bool system, const char *key,
                             const char *json, error *err)
{
    return db_run((sqlite_storage *)base,
                  system ? SQL_SET_SYSTEM_ATTRIBUTE : SQL_SET_USER_ATTRIBUTE,
                  CELLS(CELL_INT(study), CELL_TEXT(key), CELL_TEXT(json)), err);
}

int32_t sqlite_get_attribute(storage *base, int64_t study, bool system, const char *key, char **json,
                             error *err)
{
    sqlite_storage *s = (sqlite_storage *)base;
    sqlite3_stmt *row;
    int32_t status =
        db_prepare(s,
                   system ? "SELECT value_json FROM study_system_attributes WHERE study_id = ?1 AND "
                            "\"key\" = ?2"
                          : "SELECT value_json FROM study_user_attributes WHERE study_id = ?1 AND "
                            "\"key\" = ?2",
                   CELLS(CELL_INT(study), CELL_TEXT(key)), &row, err);
    if (status >= 0 && (status = db_step(s, row, err)) > 0 && !(*json = column_text(row, 0)))
        status = error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    sqlite3_finalize(row);
    return status < 0 ? status : HONE_OK;
}

/* ---- one running process a study ---- */

/* The study's trials that were running elsewhere have lost their process: they get an owner
 * of this host that never lived. */
static int32_t disown(sqlite_storage *s, int64_t study, const char *owner, const char *identity,
                      error *err)
{
    sqlite3_stmt *row = NULL;
    text dead = {0};
    text_add(&dead, "%.*s:0:0", (int)strcspn(identity, ":"), identity);
    int32_t status =
        dead.failed
            ? error_add(err, HONE_ENOMEM, "%s: out of memory", s->path)
            : db_prepare(s,
                         "UPDATE hone_trials SET owner = ?3 WHERE owner = ?2 AND trial_id "
                         "IN (SELECT trial_id FROM trials WHERE study_id = ?1)",
                         CELLS(CELL_INT(study), CELL_TEXT(owner), CELL_TEXT(dead.data)), &row, err);
    if (status >= 0)
        status = db_step(s, row, err);
    sqlite3_finalize(row);
    text_free(&dead);
    return status;
}

/* May the study be taken from the process that had it last? */
static int32_t take_over(sqlite_storage *s, int64_t study, const char *owner, const char *identity,
                         error *err)
{
    int state = strcmp(owner, identity) == 0 ? OWNER_DEAD : owner_state(owner);
    const char *pid = strchr(owner, ':') + 1;
    if (state == OWNER_ALIVE)
        return error_add(err, HONE_ESTORAGE, "%s: process %.*s runs this study", s->path,
                         (int)strcspn(pid, ":"), pid);
    if (state == OWNER_ELSEWHERE && sqlite_on_shared(s))
        return error_add(err, HONE_ESTORAGE,
                         "%s: process %.*s on host %.*s runs this study; if it has ended: sqlite3 "
                         "'%s' \"DELETE FROM hone_study WHERE key = 'owner'\"",
                         s->path, (int)strcspn(pid, ":"), pid, (int)(pid - owner) - 1, owner,
                         s->path);
    return state == OWNER_ELSEWHERE ? disown(s, study, owner, identity, err) : HONE_OK;
}

static int32_t claim(sqlite_storage *s, int64_t study, error *err)
{
    char *owner = NULL;
    char *identity = process_identity();
    int32_t status = identity ? sqlite_get(&s->base, study, "owner", &owner, err)
                              : error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    if (status >= 0 && owner && strchr(owner, ':'))
        status = take_over(s, study, owner, identity, err);
    if (status >= 0)
        status = sqlite_set(&s->base, study, "owner", identity, err);
    free(identity);
    free(owner);
    return status;
}

int32_t sqlite_claim(storage *base, int64_t study, error *err)
{
    bool alone = !base->open;
    int32_t status = alone ? storage_begin(base, err) : HONE_OK;
    if (status < 0)
        return status;
    status = claim((sqlite_storage *)base, study, err);
    if (!alone)
        return status;
    if (status >= 0)
        return storage_commit(base, err);
    storage_rollback(base);
    return status;
}

static int32_t release(sqlite_storage *s, int64_t study, error *err)
{
    sqlite3_stmt *row = NULL;
    char *identity = process_identity();
    if (!identity)
        return HONE_ENOMEM;
    int32_t status = db_prepare(s,
                                "DELETE FROM hone_study WHERE study_id = ?1 AND key = 'owner' "
                                "AND value = ?2",
                                CELLS(CELL_INT(study), CELL_TEXT(identity)), &row, err);
    if (status >= 0)
        status = db_step(s, row, err);
    sqlite3_finalize(row);
    free(identity);
    return status;
}

void sqlite_release(storage *base, int64_t study)
{
    error ignored = {0}; /* a claim that stays names a dead process */
    bool alone = !base->open;
    if (!alone || storage_begin(base, &ignored) >= 0) {
        int32_t status = release((sqlite_storage *)base, study, &ignored);
        if (alone && status >= 0)
            storage_commit(base, &ignored);
        else if (alone)
            storage_rollback(base);
    }
    error_free(&ignored);
}
