/* storage_postgresql_schema.c - the tables of a PostgreSQL database: made, recognised, refused.
 *
 * Those of Optuna are what Optuna itself makes there (see storage_sqlite_schema.c for the
 * stamps); hone_* are ours.  hone_trials_open is an index of ours on a table of Optuna's: which
 * trials are not finished is asked several times a second. */
#include <stdlib.h>
#include <string.h>

#include "storage_postgresql.h"

static const char OPTUNA_TABLES[] =
    "CREATE TYPE studydirection AS ENUM ('NOT_SET', 'MINIMIZE', 'MAXIMIZE');"
    "CREATE TYPE trialstate AS ENUM ('RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING');"
    "CREATE TYPE trialvaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG');"
    "CREATE TYPE trialintermediatevaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG', 'NAN');"
    "CREATE TABLE studies (study_id SERIAL NOT NULL, study_name VARCHAR(512) NOT NULL, "
    "PRIMARY KEY (study_id));"
    "CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);"
    "CREATE TABLE version_info (version_info_id INTEGER NOT NULL, schema_version INTEGER, "
    "library_version VARCHAR(256), PRIMARY KEY (version_info_id), CHECK (version_info_id = 1));"
    "CREATE TABLE study_directions (study_direction_id SERIAL NOT NULL, "
    "direction studydirection NOT NULL, study_id INTEGER NOT NULL, objective INTEGER NOT NULL, "
    "PRIMARY KEY (study_direction_id), UNIQUE (study_id, objective), "
    "FOREIGN KEY (study_id) REFERENCES studies (study_id));"
    "CREATE TABLE study_user_attributes (study_user_attribute_id SERIAL NOT NULL, "
    "study_id INTEGER, key VARCHAR(512), value_json TEXT, PRIMARY KEY (study_user_attribute_id), "
    "UNIQUE (study_id, key), FOREIGN KEY (study_id) REFERENCES studies (study_id));"
    "CREATE TABLE study_system_attributes (study_system_attribute_id SERIAL NOT NULL, "
    "study_id INTEGER, key VARCHAR(512), value_json TEXT, "
    "PRIMARY KEY (study_system_attribute_id), UNIQUE (study_id, key), "
    "FOREIGN KEY (study_id) REFERENCES studies (study_id));"
    "CREATE TABLE trials (trial_id SERIAL NOT NULL, number INTEGER, study_id INTEGER, "
    "state trialstate NOT NULL, datetime_start TIMESTAMP WITHOUT TIME ZONE, "
    "datetime_complete TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY (trial_id), "
    "FOREIGN KEY (study_id) REFERENCES studies (study_id));"
    "CREATE TABLE trial_user_attributes (trial_user_attribute_id SERIAL NOT NULL, "
    "trial_id INTEGER, key VARCHAR(512), value_json TEXT, PRIMARY KEY (trial_user_attribute_id), "
    "UNIQUE (trial_id, key), FOREIGN KEY (trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE trial_system_attributes (trial_system_attribute_id SERIAL NOT NULL, "
    "trial_id INTEGER, key VARCHAR(512), value_json TEXT, "
    "PRIMARY KEY (trial_system_attribute_id), UNIQUE (trial_id, key), "
    "FOREIGN KEY (trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE trial_params (param_id SERIAL NOT NULL, trial_id INTEGER, "
    "param_name VARCHAR(512), param_value FLOAT(53), distribution_json TEXT, "
    "PRIMARY KEY (param_id), UNIQUE (trial_id, param_name), "
    "FOREIGN KEY (trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE trial_values (trial_value_id SERIAL NOT NULL, trial_id INTEGER NOT NULL, "
    "objective INTEGER NOT NULL, value FLOAT(53), value_type trialvaluetype NOT NULL, "
    "PRIMARY KEY (trial_value_id), UNIQUE (trial_id, objective), "
    "FOREIGN KEY (trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE trial_intermediate_values (trial_intermediate_value_id SERIAL NOT NULL, "
    "trial_id INTEGER NOT NULL, step INTEGER NOT NULL, intermediate_value FLOAT(53), "
    "intermediate_value_type trialintermediatevaluetype NOT NULL, "
    "PRIMARY KEY (trial_intermediate_value_id), UNIQUE (trial_id, step), "
    "FOREIGN KEY (trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE trial_heartbeats (trial_heartbeat_id SERIAL NOT NULL, "
    "trial_id INTEGER NOT NULL, heartbeat TIMESTAMP WITHOUT TIME ZONE NOT NULL, "
    "PRIMARY KEY (trial_heartbeat_id), UNIQUE (trial_id), "
    "FOREIGN KEY (trial_id) REFERENCES trials (trial_id));"
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));"
    "INSERT INTO version_info VALUES (1, 12, 'hone " HONE_VERSION "');";

static const char OWN_TABLES[] =
    "CREATE TABLE IF NOT EXISTS hone_study (study_id INTEGER NOT NULL, key TEXT NOT NULL, "
    "value TEXT, PRIMARY KEY (study_id, key));"
    "CREATE TABLE IF NOT EXISTS hone_trials (trial_id INTEGER PRIMARY KEY, ask BIGINT, "
    "sequence BIGINT, seed BIGINT, seconds FLOAT(53), ask_seconds FLOAT(53), yvar TEXT, "
    "owner TEXT);"
    "CREATE TABLE IF NOT EXISTS hone_asks (study_id INTEGER NOT NULL, sequence BIGINT NOT NULL, "
    "n BIGINT, n_out BIGINT, n_rows BIGINT, n_finished BIGINT, budget BIGINT, status INTEGER, "
    "n_cols BIGINT, numbers BYTEA, x BYTEA, PRIMARY KEY (study_id, sequence));"
    "CREATE TABLE IF NOT EXISTS hone_states (study_id INTEGER PRIMARY KEY, sequence BIGINT, "
    "state BYTEA);"
    "CREATE TABLE IF NOT EXISTS hone_workers (study_id INTEGER NOT NULL, owner TEXT NOT NULL, "
    "label TEXT, started TEXT, heartbeat FLOAT(53), PRIMARY KEY (study_id, owner));"
    "CREATE INDEX IF NOT EXISTS hone_trials_open ON trials (study_id, trial_id) "
    "WHERE state IN ('RUNNING', 'WAITING');"
    "CREATE INDEX IF NOT EXISTS hone_trials_order ON trials (study_id, trial_id);"
    "INSERT INTO hone_study VALUES (0, 'schema', '1') ON CONFLICT DO NOTHING;"; /* no study has id 0
                                                                                 */

/* The first column of the only row, from malloc; NULL: no such table or row. */
static int32_t ask_text(pg_storage *s, const char *sql, char **out, error *err)
{
    rows *row = NULL;
    *out = NULL;
    int32_t status = db_prepare(&s->data, sql, NULL, 0, &row, err);
    if (status >= 0 && (status = db_step(&s->data, row, err)) > 0 && !row_null(row, 0) &&
        !(*out = strdup(row_text(row, 0))))
        status = error_add(err, HONE_ENOMEM, "%s: out of memory", s->data.path);
    rows_free(row);
    return status < 0 ? status : HONE_OK;
}

/* Of the moment, not of what the session remembers: another one may just have made it. */
static int32_t has_table(pg_storage *s, const char *name, bool *there, error *err)
{
    rows *row = NULL;
    int32_t status = db_prepare(&s->data,
                                "SELECT 1 FROM pg_catalog.pg_class WHERE relname = ?1 AND "
                                "pg_catalog.pg_table_is_visible(oid)",
                                CELLS(CELL_TEXT(name)), &row, err);
    if (status >= 0)
        status = db_step(&s->data, row, err);
    *there = status > 0;
    rows_free(row);
    return status < 0 ? status : HONE_OK;
}

static int32_t check_stamp(pg_storage *s, error *err)
{
    char *stamp = NULL, *schema = NULL;
    int32_t status = ask_text(s, "SELECT version_num FROM alembic_version", &stamp, err);
    if (status >= 0)
        status = ask_text(s, "SELECT schema_version FROM version_info", &schema, err);
    if (status >= 0 &&
        (!stamp || !schema || (strcmp(stamp, "v3.2.0.a") != 0 && strcmp(stamp, "v3.0.0.d") != 0) ||
         atoi(schema) != 12))
        status =
            error_add(err, HONE_ESTORAGE,
                      "%s: has Optuna's schema '%s'; hone reads v3.2.0.a (Optuna 3.2 and later) "
                      "and v3.0.0.d (Optuna 3.0 and 3.1); an older one is brought up to date "
                      "by: optuna storage upgrade",
                      s->data.path, stamp ? stamp : "");
    free(stamp);
    free(schema);
    return status;
}

static int32_t check_own(pg_storage *s, error *err)
{
    char *schema = NULL;
    int32_t status = has_table(s, "hone_workers", &s->data.has_own, err);
    s->data.has_workers = s->data.has_own;
    if (status >= 0 && s->data.has_own)
        status = ask_text(s, "SELECT value FROM hone_study WHERE study_id = 0 AND key = 'schema'",
                          &schema, err);
    if (schema && atoi(schema) > 1)
        status = error_add(err, HONE_ESTORAGE,
                           "%s: was written by a newer hone (schema %s, this one knows 1)",
                           s->data.path, schema);
    free(schema);
    return status;
}

/* Under the lock that only makers of tables and studies take. */
static int32_t make_tables(pg_storage *s, const char *optuna_schema, error *err)
{
    bool old = optuna_schema && strcmp(optuna_schema, "3.0") == 0, there;
    int32_t status = storage_begin(&s->data.base, err);
    if (status < 0)
        return status;
    if ((status = storage_lock(&s->data.base, -1, err)) < 0 ||
        (status = has_table(s, "studies", &there, err)) < 0)
        goto fail;
    if (!there &&
        ((status = db_execute(&s->data, OPTUNA_TABLES, err)) < 0 ||
         (status = db_execute(&s->data,
                              old ? "INSERT INTO alembic_version VALUES ('v3.0.0.d')"
                                  : "CREATE INDEX ix_trials_study_id ON trials (study_id);"
                                    "INSERT INTO alembic_version VALUES ('v3.2.0.a')",
                              err)) < 0))
        goto fail;
    if ((status = db_execute(&s->data, OWN_TABLES, err)) < 0)
        goto fail;
    return storage_commit(&s->data.base, err);

fail:
    storage_rollback(&s->data.base);
    return status;
}

int32_t pg_prepare_schema(pg_storage *s, const storage_settings *settings, error *err)
{
    bool there;
    int32_t status = has_table(s, "studies", &there, err);
    if (status >= 0 && there && (status = check_stamp(s, err)) >= 0)
        status = check_own(s, err);
    if (status < 0)
        return status;
    if (settings->read_only || settings->must_exist)
        return there ? HONE_OK
                     : error_add(err, HONE_ESTORAGE, "%s: there is no study in it", s->data.path);
    if (there && s->data.has_own)
        return HONE_OK;
    status = make_tables(s, settings->optuna_schema, err);
    if (status >= 0)
        status = check_stamp(s, err);
    return status < 0 ? status : check_own(s, err);
}
