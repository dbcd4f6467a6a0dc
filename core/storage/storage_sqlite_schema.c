/* storage_sqlite_schema.c - the tables of a storage file: made, recognised, or refused by name.
 *
 * Optuna compares the stamp in alembic_version with its own for equality: v3.0.0.d is read by
 * Optuna 3.0 and 3.1, v3.2.0.a by 3.2 and all later ones up to 5.  The two differ in one
 * index.  The tables below are those that Optuna makes; hone_* are ours, ignored by it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#include "storage_sqlite.h"
#include "text.h"

static const char STAMP_NEW[] = "v3.2.0.a", STAMP_OLD[] = "v3.0.0.d";
enum { OPTUNA_SCHEMA = 12 }; /* version_info.schema_version, the same since 2.0 */
/* Of the hone_* tables; files of the first versions lack the workers. */
enum { OWN_SCHEMA = 1, N_FIRST_TABLES = 4, N_OWN_TABLES = 5 };
enum { CHECKED_SIZE = 1 << 20 }; /* bytes up to which opening verifies the whole file */

static const char OPTUNA_TABLES[] =
    "CREATE TABLE studies (study_id INTEGER NOT NULL, study_name VARCHAR(512) NOT NULL, "
    "PRIMARY KEY (study_id));"
    "CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);"
    "CREATE TABLE version_info (version_info_id INTEGER NOT NULL, schema_version INTEGER, "
    "library_version VARCHAR(256), PRIMARY KEY (version_info_id), CHECK (version_info_id=1));"
    "CREATE TABLE study_directions (study_direction_id INTEGER NOT NULL, "
    "direction VARCHAR(8) NOT NULL, study_id INTEGER NOT NULL, objective INTEGER NOT NULL, "
    "PRIMARY KEY (study_direction_id), UNIQUE (study_id, objective), "
    "FOREIGN KEY(study_id) REFERENCES studies (study_id));"
    "CREATE TABLE study_user_attributes (study_user_attribute_id INTEGER NOT NULL, "
    "study_id INTEGER, \"key\" VARCHAR(512), value_json TEXT, "
    "PRIMARY KEY (study_user_attribute_id), UNIQUE (study_id, \"key\"), "
    "FOREIGN KEY(study_id) REFERENCES studies (study_id));"
    "CREATE TABLE study_system_attributes (study_system_attribute_id INTEGER NOT NULL, "
    "study_id INTEGER, \"key\" VARCHAR(512), value_json TEXT, "
    "PRIMARY KEY (study_system_attribute_id), UNIQUE (study_id, \"key\"), "
    "FOREIGN KEY(study_id) REFERENCES studies (study_id));"
    "CREATE TABLE trials (trial_id INTEGER NOT NULL, number INTEGER, study_id INTEGER, "
    "state VARCHAR(8) NOT NULL, datetime_start DATETIME, datetime_complete DATETIME, "
    "PRIMARY KEY (trial_id), FOREIGN KEY(study_id) REFERENCES studies (study_id));"
    "CREATE TABLE trial_user_attributes (trial_user_attribute_id INTEGER NOT NULL, "
    "trial_id INTEGER, \"key\" VARCHAR(512), value_json TEXT, "
    "PRIMARY KEY (trial_user_attribute_id), UNIQUE (trial_id, \"key\"), "
    "FOREIGN KEY(trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE trial_system_attributes (trial_system_attribute_id INTEGER NOT NULL, "
    "trial_id INTEGER, \"key\" VARCHAR(512), value_json TEXT, "
    "PRIMARY KEY (trial_system_attribute_id), UNIQUE (trial_id, \"key\"), "
    "FOREIGN KEY(trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE trial_params (param_id INTEGER NOT NULL, trial_id INTEGER, "
    "param_name VARCHAR(512), param_value FLOAT, distribution_json TEXT, "
    "PRIMARY KEY (param_id), UNIQUE (trial_id, param_name), "
    "FOREIGN KEY(trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE trial_values (trial_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, "
    "objective INTEGER NOT NULL, value FLOAT, value_type VARCHAR(7) NOT NULL, "
    "PRIMARY KEY (trial_value_id), UNIQUE (trial_id, objective), "
    "FOREIGN KEY(trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE trial_intermediate_values (trial_intermediate_value_id INTEGER NOT NULL, "
    "trial_id INTEGER NOT NULL, step INTEGER NOT NULL, intermediate_value FLOAT, "
    "intermediate_value_type VARCHAR(7) NOT NULL, PRIMARY KEY (trial_intermediate_value_id), "
    "UNIQUE (trial_id, step), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE trial_heartbeats (trial_heartbeat_id INTEGER NOT NULL, "
    "trial_id INTEGER NOT NULL, heartbeat DATETIME NOT NULL, "
    "PRIMARY KEY (trial_heartbeat_id), UNIQUE (trial_id), "
    "FOREIGN KEY(trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));"
    "INSERT INTO version_info VALUES (1, 12, 'hone " HONE_VERSION "');";

static const char OWN_TABLES[] =
    "CREATE TABLE IF NOT EXISTS hone_study (study_id INTEGER NOT NULL, key TEXT NOT NULL, "
    "value TEXT, PRIMARY KEY (study_id, key));"
    "CREATE TABLE IF NOT EXISTS hone_trials (trial_id INTEGER PRIMARY KEY, ask INTEGER, "
    "sequence INTEGER, seed INTEGER, seconds REAL, ask_seconds REAL, yvar TEXT, owner TEXT);"
    "CREATE TABLE IF NOT EXISTS hone_asks (study_id INTEGER NOT NULL, "
    "sequence INTEGER NOT NULL, n INTEGER, n_out INTEGER, n_rows INTEGER, n_finished INTEGER, "
    "budget INTEGER, status INTEGER, n_cols INTEGER, numbers BLOB, x BLOB, "
    "PRIMARY KEY (study_id, sequence));"
    "CREATE TABLE IF NOT EXISTS hone_states (study_id INTEGER PRIMARY KEY, sequence INTEGER, "
    "state BLOB);"
    "CREATE TABLE IF NOT EXISTS hone_workers (study_id INTEGER NOT NULL, owner TEXT NOT NULL, "
    "label TEXT, started TEXT, heartbeat DOUBLE PRECISION, PRIMARY KEY (study_id, owner));"
    "INSERT OR IGNORE INTO hone_study VALUES (0, 'schema', '1');"; /* no study has id 0 */

/* ---- where the write-ahead log does not work ---- */

/* Magic numbers of <linux/magic.h> and of the modules of the file systems themselves. */
static const int64_t SHARED_FILE_SYSTEMS[] = {
    0x6969,     0x517B,     0xFF534D42, 0xFE534D42, /* nfs, smb, cifs, smb2 */
    0x564C,     0x5346414F, 0x73757245, 0x01021997, /* ncp, afs, coda, 9p */
    0x65735546, 0x0BD00BD0, 0x47504653, 0x00C36400, /* fuse (sshfs), lustre, gpfs, ceph */
    0x786F4256, 0x01161970, 0x7461636F,             /* vboxsf, gfs2, ocfs2 */
};

bool file_system_shared(int64_t type)
{
    for (size_t i = 0; i < sizeof SHARED_FILE_SYSTEMS / sizeof SHARED_FILE_SYSTEMS[0]; i++)
        if (((type ^ SHARED_FILE_SYSTEMS[i]) & 0xFFFFFFFF) == 0)
            return true;
    return false;
}

bool sqlite_on_shared(const sqlite_storage *s)
{
    struct statfs info;
    return statfs(s->data.path, &info) == 0 && file_system_shared((int64_t)info.f_type);
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* SQLite does not always wait for the lock when the journal mode changes, so we do. */
static int32_t set_journal(sqlite_storage *s, error *err)
{
    const char *sql =
        sqlite_on_shared(s) ? "PRAGMA journal_mode = DELETE" : "PRAGMA journal_mode = WAL";
    const struct timespec pause = {.tv_nsec = 5000000};
    double deadline = seconds_now() + s->wait;
    int code;
    while (((code = sqlite3_exec(s->db, sql, NULL, NULL, NULL)) & 0xFF) == SQLITE_BUSY &&
           seconds_now() < deadline)
        nanosleep(&pause, NULL);
    if (code != SQLITE_OK)
        return sqlite_fail(s, code, err);
    return db_execute(&s->data, "PRAGMA synchronous = FULL", err);
}

/* ---- what is in the file ---- */

/* The first column of the only row as text, from malloc; NULL: no row or no such table. */
static char *ask_text(sqlite_storage *s, const char *sql)
{
    sqlite3_stmt *row = NULL;
    char *answer = NULL;
    if (sqlite3_prepare_v2(s->db, sql, -1, &row, NULL) == SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW && sqlite3_column_text(row, 0))
        answer = strdup((const char *)sqlite3_column_text(row, 0));
    sqlite3_finalize(row);
    return answer;
}

static int32_t count_tables(sqlite_storage *s, const char *like, int64_t *n, error *err)
{
    rows *row;
    int32_t status = db_prepare(
        &s->data, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name LIKE ?1",
        CELLS(CELL_TEXT(like)), &row, err);
    if (status >= 0 && (status = db_step(&s->data, row, err)) > 0)
        *n = row_int(row, 0);
    rows_free(row);
    return status < 0 ? status : HONE_OK;
}

static int32_t refuse_foreign(sqlite_storage *s, error *err)
{
    char *tables = ask_text(s, "SELECT group_concat(name, ', ') FROM (SELECT name FROM "
                               "sqlite_master WHERE type = 'table' ORDER BY name LIMIT 4)");
    int32_t status =
        error_add(err, HONE_ESTORAGE, "%s: is an SQLite file of another program (it has tables %s)",
                  s->data.path, tables ? tables : "");
    free(tables);
    return status;
}

static int32_t check_stamp(sqlite_storage *s, error *err)
{
    int32_t status = HONE_OK;
    char *stamp = ask_text(s, "SELECT version_num FROM alembic_version");
    char *schema = ask_text(s, "SELECT schema_version FROM version_info");
    s->indexed = stamp && strcmp(stamp, STAMP_NEW) == 0;
    if (!stamp || !schema)
        status = refuse_foreign(s, err);
    else if ((!s->indexed && strcmp(stamp, STAMP_OLD) != 0) || atoi(schema) != OPTUNA_SCHEMA)
        status = error_add(err, HONE_ESTORAGE,
                           "%s: has Optuna's schema '%s'; hone reads %s (Optuna 3.2 and later) and "
                           "%s (Optuna 3.0 and 3.1); an older one is brought up to date by: "
                           "optuna storage upgrade --storage 'sqlite:///%s'",
                           s->data.path, stamp, STAMP_NEW, STAMP_OLD, s->data.path);
    free(stamp);
    free(schema);
    return status;
}

static int32_t check_own(sqlite_storage *s, error *err)
{
    int64_t n = 0;
    int32_t status = count_tables(s, "hone_%", &n, err);
    s->data.has_own = n >= N_FIRST_TABLES;
    s->data.has_workers = n >= N_OWN_TABLES;
    char *schema = s->data.has_own
                       ? ask_text(s, "SELECT value FROM hone_study WHERE study_id = 0 AND "
                                     "key = 'schema'")
                       : NULL;
    if (schema && atoi(schema) > OWN_SCHEMA)
        status = error_add(err, HONE_ESTORAGE,
                           "%s: was written by a newer hone (schema %s, this "
                           "one knows %d)",
                           s->data.path, schema, OWN_SCHEMA);
    free(schema);
    return status;
}

/* Large files are not read through; SQLite notices damage where it meets it. */
static int32_t check_damage(sqlite_storage *s, error *err)
{
    struct stat info;
    if (stat(s->data.path, &info) != 0 || info.st_size > CHECKED_SIZE)
        return HONE_OK;
    rows *row;
    int32_t status = db_prepare(&s->data, "PRAGMA quick_check(1)", NULL, 0, &row, err);
    if (status >= 0)
        status = db_step(&s->data, row, err);
    const char *found = status > 0 ? row_text(row, 0) : NULL;
    if (found && strcmp(found, "ok") != 0)
        status = error_add(err, HONE_ESTORAGE,
                           "%s: is damaged: %s; what can be read is saved by: "
                           "sqlite3 '%s' .recover | sqlite3 recovered.db",
                           s->data.path, found, s->data.path);
    rows_free(row);
    return status < 0 ? status : HONE_OK;
}

/* ---- making it ---- */

static int32_t make_tables(sqlite_storage *s, const char *optuna_schema, error *err)
{
    bool old = optuna_schema && strcmp(optuna_schema, "3.0") == 0;
    int64_t n = 0;
    int32_t status = storage_begin(&s->data.base, err);
    if (status < 0)
        return status;
    if ((status = count_tables(s, "%", &n, err)) < 0)
        goto fail;
    if (n == 0) { /* another process may have been quicker */
        if ((status = db_execute(&s->data, OPTUNA_TABLES, err)) < 0 ||
            (status = db_execute(&s->data,
                                 old ? "INSERT INTO alembic_version VALUES ('v3.0.0.d')"
                                     : "CREATE INDEX ix_trials_study_id ON trials (study_id);"
                                       "INSERT INTO alembic_version VALUES ('v3.2.0.a')",
                                 err)) < 0)
            goto fail;
    }
    if ((status = db_execute(&s->data, OWN_TABLES, err)) < 0)
        goto fail;
    return storage_commit(&s->data.base, err);

fail:
    storage_rollback(&s->data.base);
    return status;
}

int32_t sqlite_prepare_schema(sqlite_storage *s, const storage_settings *settings, error *err)
{
    int64_t n = 0;
    int32_t status = count_tables(s, "%", &n, err);
    if (status < 0 || (status = check_damage(s, err)) < 0)
        return status;
    if (n == 0 && s->data.read_only)
        return error_add(err, HONE_ESTORAGE, "%s: is empty: there is no study in it", s->data.path);
    if (n > 0 && ((status = check_stamp(s, err)) < 0 || (status = check_own(s, err)) < 0))
        return status;
    if (s->data.read_only)
        return HONE_OK;
    /* Views and triggers of a file that somebody sent run no functions. */
    if ((status = db_execute(&s->data, "PRAGMA trusted_schema = OFF", err)) < 0 ||
        (status = set_journal(s, err)) < 0)
        return status;
    if (n > 0 && s->data.has_workers)
        return HONE_OK;
    if ((status = make_tables(s, settings->optuna_schema, err)) < 0)
        return status;
    status = check_stamp(s, err);
    return status < 0 ? status : check_own(s, err);
}
