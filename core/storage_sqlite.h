/* storage_sqlite.h - the SQLite storage's parts; for the storage_*.c files only.
 *
 *   storage_sqlite.c   connection, transactions, statements
 *   storage_error.c    SQLite's failures as sentences
 *   storage_schema.c   tables: made, recognised, refused
 *   storage_studies.c  studies, facts
 *   storage_workers.c  who runs a study
 *   storage_write.c    trials: started, reported, finished
 *   storage_asks.c     asks and saved states
 *   storage_trials.c   trials: read
 *   storage_space.c    parameters of a study and their distributions */
#ifndef HONE_CORE_STORAGE_SQLITE_H
#define HONE_CORE_STORAGE_SQLITE_H

#include <sqlite3.h>
#include <sys/types.h>

#include "storage_backend.h"

#define NOW_SECONDS "(julianday('now') - 2440587.5) * 86400"

/* Prepared once for the connection's life. */
#define STATEMENTS(X)                                                                              \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")                                                                        \
    X(READ, "BEGIN")                                                                               \
    X(DATA_VERSION, "PRAGMA data_version")                                                         \
    /* studies */                                                                                  \
    X(FIND_STUDY, "SELECT study_id FROM studies WHERE study_name = ?1")                            \
    X(ADD_STUDY, "INSERT INTO studies (study_name) VALUES (?1)")                                   \
    X(ADD_GOAL,                                                                                    \
      "INSERT INTO study_directions (direction, study_id, objective) VALUES (?3, ?1, ?2)")         \
    X(GOALS, "SELECT direction FROM study_directions WHERE study_id = ?1 ORDER BY objective")      \
    X(SET_FACT, "INSERT OR REPLACE INTO hone_study (study_id, key, value) VALUES (?1, ?2, ?3)")    \
    X(GET_FACT, "SELECT value FROM hone_study WHERE study_id = ?1 AND key = ?2")                   \
    X(SET_SYSTEM_ATTRIBUTE,                                                                        \
      "INSERT INTO study_system_attributes (study_id, \"key\", value_json) VALUES (?1, ?2, ?3) "   \
      "ON CONFLICT (study_id, \"key\") DO UPDATE SET value_json = ?3")                             \
    X(SET_USER_ATTRIBUTE,                                                                          \
      "INSERT INTO study_user_attributes (study_id, \"key\", value_json) VALUES (?1, ?2, ?3) "     \
      "ON CONFLICT (study_id, \"key\") DO UPDATE SET value_json = ?3")                             \
    /* who runs them; seconds since 1970 of the storage's clock */                                 \
    X(DISOWN, "UPDATE hone_trials SET owner = ?3 WHERE owner = ?2 AND trial_id IN "                \
              "(SELECT trial_id FROM trials WHERE study_id = ?1)")                                 \
    X(BEAT, "INSERT INTO hone_workers (study_id, owner, label, started, heartbeat) VALUES "        \
            "(?1, ?2, ?3, ?4, " NOW_SECONDS ") ON CONFLICT (study_id, owner) DO UPDATE SET "       \
            "heartbeat = excluded.heartbeat")                                                      \
    X(LEAVE, "DELETE FROM hone_workers WHERE study_id = ?1 AND owner = ?2")                        \
    X(WORKERS, "SELECT owner, label, started, heartbeat, " NOW_SECONDS " - heartbeat "             \
               "FROM hone_workers WHERE study_id = ?1 ORDER BY owner")                             \
    X(UNCLAIM, "DELETE FROM hone_study WHERE study_id = ?1 AND key = 'owner' AND value = ?2")      \
    /* trials, writing */                                                                          \
    X(NEWEST_NUMBER,                                                                               \
      "SELECT number FROM trials WHERE study_id = ?1 ORDER BY trial_id DESC LIMIT 1")              \
    X(ADD_TRIAL,                                                                                   \
      "INSERT INTO trials (number, study_id, state, datetime_start) VALUES (?2, ?1, ?3, ?4)")      \
    X(SET_PARAM,                                                                                   \
      "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) "           \
      "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (trial_id, param_name) "                                \
      "DO UPDATE SET param_value = ?3, distribution_json = ?4")                                    \
    X(ADD_RECORD, "INSERT INTO hone_trials (trial_id, ask, seed, ask_seconds, owner) "             \
                  "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (trial_id) "                            \
                  "DO UPDATE SET ask = ?2, seed = ?3, ask_seconds = ?4, owner = ?5")               \
    X(FINISH_TRIAL, "UPDATE trials SET state = ?2, datetime_complete = ?3, "                       \
                    "datetime_start = coalesce(datetime_start, ?3) "                               \
                    "WHERE trial_id = ?1 AND state IN ('RUNNING', 'WAITING') AND "                 \
                    "(CAST(?4 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM hone_trials h "            \
                    "WHERE h.trial_id = ?1 AND h.owner = ?4))")                                    \
    X(FINISH_RECORD,                                                                               \
      "INSERT INTO hone_trials (trial_id, sequence, seconds, yvar) VALUES (?1, ?2, ?3, ?4) "       \
      "ON CONFLICT (trial_id) DO UPDATE SET sequence = ?2, seconds = ?3, yvar = ?4, owner = NULL") \
    X(ADOPT, "INSERT INTO hone_trials (trial_id, sequence) VALUES (?1, ?2) "                       \
             "ON CONFLICT (trial_id) DO UPDATE SET sequence = ?2")                                 \
    X(ADD_VALUE, "INSERT INTO trial_values (trial_id, objective, value, value_type) "              \
                 "VALUES (?1, ?2, ?3, ?4)")                                                        \
    X(SET_REPORT, "INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, "    \
                  "intermediate_value_type) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (trial_id, step) " \
                  "DO UPDATE SET intermediate_value = ?3, intermediate_value_type = ?4")           \
    X(SET_NOTE,                                                                                    \
      "INSERT INTO trial_user_attributes (trial_id, \"key\", value_json) VALUES (?1, ?2, ?3) "     \
      "ON CONFLICT (trial_id, \"key\") DO UPDATE SET value_json = ?3")                             \
    X(SET_TRIAL_SYSTEM,                                                                            \
      "INSERT INTO trial_system_attributes (trial_id, \"key\", value_json) VALUES (?1, ?2, ?3) "   \
      "ON CONFLICT (trial_id, \"key\") DO UPDATE SET value_json = ?3")                             \
    X(HEARTBEAT,                                                                                   \
      "INSERT INTO trial_heartbeats (trial_id, heartbeat) VALUES (?1, CURRENT_TIMESTAMP) "         \
      "ON CONFLICT (trial_id) DO UPDATE SET heartbeat = CURRENT_TIMESTAMP")                        \
    X(OWN, "INSERT INTO hone_trials (trial_id, owner) VALUES (?1, ?2) "                            \
           "ON CONFLICT (trial_id) DO UPDATE SET owner = ?2")                                      \
    X(TAKE, "UPDATE trials SET state = 'RUNNING', datetime_start = ?2 "                            \
            "WHERE trial_id = ?1 AND state = 'WAITING'")                                           \
    X(WHICH_TRIAL, "SELECT study_id, number, state FROM trials WHERE trial_id = ?1")               \
    X(STORED_DISTRIBUTION,                                                                         \
      "SELECT p.distribution_json FROM trials t JOIN trial_params p ON p.trial_id = t.trial_id "   \
      "AND p.param_name = ?2 WHERE t.study_id = ?1 ORDER BY t.trial_id DESC LIMIT 1")              \
    /* asks */                                                                                     \
    X(ADD_ASK,                                                                                     \
      "INSERT INTO hone_asks (study_id, sequence, n, n_out, n_rows, n_finished, budget, "          \
      "status, n_cols, numbers, x) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")         \
    X(SET_STATE,                                                                                   \
      "INSERT OR REPLACE INTO hone_states (study_id, sequence, state) VALUES (?1, ?2, ?3)")        \
    X(NEWEST_STATE, "SELECT sequence FROM hone_states WHERE study_id = ?1")

#define STATEMENT_ID(id, sql) SQL_##id,
enum { STATEMENTS(STATEMENT_ID) N_STATEMENTS };

/* The parameters of a study as they are written, made at the first trial. */
typedef struct description {
    uint64_t fingerprint; /* of everything in the parameter that the text depends on */
    char *distribution;
} description;

typedef struct sqlite_storage {
    storage base;
    sqlite3 *db;
    char *path;
    pid_t process; /* that opened it: a connection is never carried across fork */
    bool read_only, has_own, has_workers; /* has_own: the hone_* tables are there */
    bool local;                           /* a file that processes of one host share */
    bool indexed;                         /* schema of Optuna >= 3.2 */
    int32_t timestamps;
    double wait;    /* seconds for a lock */
    double waiting; /* CLOCK_MONOTONIC seconds since when */
    sqlite3_stmt *statements[N_STATEMENTS];
    int64_t described; /* study that the descriptions belong to, -1: none */
    int32_t n_descriptions;
    description *descriptions;
} sqlite_storage;

/* ---- values bound to a statement, in order ---- */
typedef struct cell {
    int type; /* SQLITE_INTEGER, ... */
    int64_t i;
    double d;
    const void *s; /* text, or n bytes; NULL: NULL */
    int64_t n;
} cell;
#define CELL_INT(x) ((cell){.type = SQLITE_INTEGER, .i = (x)})
#define CELL_REAL(x) ((cell){.type = SQLITE_FLOAT, .d = (x)}) /* NaN: NULL */
#define CELL_TEXT(x) ((cell){.type = SQLITE_TEXT, .s = (x)})
#define CELL_BLOB(p, bytes) ((cell){.type = SQLITE_BLOB, .s = (p), .n = (bytes)})
#define CELL_NULL ((cell){.type = SQLITE_NULL})
#define CELLS(...)                                                                                 \
    ((const cell[]){__VA_ARGS__}), (int)(sizeof((cell[]){__VA_ARGS__}) / sizeof(cell))

/* Runs a statement that gives no row. */
int32_t db_run(sqlite_storage *s, int id, const cell *cells, int n, error *err);
/* The first row of a statement: 1 with *row, 0 if there is none; db_done afterwards. */
int32_t db_row(sqlite_storage *s, int id, const cell *cells, int n, sqlite3_stmt **row, error *err);
void db_done(sqlite3_stmt *row);
/* A statement of one use; finalize it. */
int32_t db_prepare(sqlite_storage *s, const char *sql, const cell *cells, int n, sqlite3_stmt **out,
                   error *err);
/* The next row: 1, 0 at the end, negative. */
int32_t db_step(sqlite_storage *s, sqlite3_stmt *statement, error *err);
/* SQL text of one use without result. */
int32_t db_execute(sqlite_storage *s, const char *sql, error *err);
/* All rows that follow are of one moment.  *begun: db_read_end has something to end. */
int32_t db_read_begin(sqlite_storage *s, bool *begun, error *err);
void db_read_end(sqlite_storage *s, bool begun);

/* Adds the sentence for SQLite's result `code` and returns the status. */
int32_t db_fail(sqlite_storage *s, int code, error *err);

/* storage_schema.c */
int32_t schema_prepare(sqlite_storage *s, const storage_settings *settings, error *err);
/* Does statfs.f_type name a file system whose users share no memory?  The storage's own? */
bool file_system_shared(int64_t type);
bool sqlite_on_shared(const sqlite_storage *s);

/* storage_space.c: descriptions[i] for each parameter of sp. */
int32_t describe_space(sqlite_storage *s, int64_t study, const space *sp, error *err);
void descriptions_free(sqlite_storage *s);
int32_t sqlite_space(storage *s, int64_t study, space *out, error *err);

/* storage_studies.c */
int32_t sqlite_studies(storage *s, study_record **out, int *n, error *err);
int32_t sqlite_find_study(storage *s, const char *name, int64_t *id, error *err);
int32_t sqlite_create_study(storage *s, const char *name, const bool *maximize, int32_t n_goals,
                            int64_t *id, error *err);
int32_t sqlite_delete_study(storage *s, int64_t study, error *err);
int32_t sqlite_set(storage *s, int64_t study, const char *key, const char *value, error *err);
int32_t sqlite_get(storage *s, int64_t study, const char *key, char **value, error *err);
int32_t sqlite_set_attribute(storage *s, int64_t study, bool system, const char *key,
                             const char *json, error *err);
int32_t sqlite_get_attribute(storage *s, int64_t study, bool system, const char *key, char **json,
                             error *err);

/* storage_workers.c */
int32_t sqlite_join(storage *s, int64_t study, const char *label, bool shared, double lease,
                    error *err);
int32_t sqlite_beat(storage *s, int64_t study, const char *owner, error *err);
int32_t sqlite_leave(storage *s, int64_t study, const char *owner, error *err);
int32_t sqlite_workers(storage *s, int64_t study, worker_visitor visit, void *context, error *err);
int32_t sqlite_claim(storage *s, int64_t study, error *err);
void sqlite_release(storage *s, int64_t study);

/* storage_write.c */
enum { TIME_ROOM = 100 };
const char *time_text(const sqlite_storage *s, char out[TIME_ROOM]); /* now, as Optuna has it */
int32_t sqlite_start(storage *s, int64_t study, const space *sp, const trial_start *t, int64_t *id,
                     int64_t *number, error *err);
int32_t sqlite_finish(storage *s, int64_t trial, const trial_finish *f, error *err);
int32_t sqlite_report(storage *s, int64_t trial, int64_t step, double value, error *err);
int32_t sqlite_note(storage *s, int64_t trial, const char *key, double value, const char *text,
                    error *err);
int32_t sqlite_heartbeat(storage *s, int64_t trial, error *err);
int32_t sqlite_own(storage *s, int64_t trial, const char *owner, error *err);
int32_t sqlite_enqueue(storage *s, int64_t study, const space *sp, const double *native,
                       int64_t *id, int64_t *number, error *err);
int32_t sqlite_take(storage *s, int64_t trial, const space *sp, const trial_start *t, bool *taken,
                    error *err);
int32_t sqlite_adopt(storage *s, int64_t trial, int64_t sequence, error *err);

/* storage_asks.c */
int32_t sqlite_ask(storage *s, int64_t study, const ask_record *a, error *err);
int32_t sqlite_asks(storage *s, int64_t study, int64_t from, ask_visitor visit, void *context,
                    error *err);
int32_t sqlite_newest_state(storage *s, int64_t study, int64_t *sequence, error *err);

/* storage_trials.c */
int32_t sqlite_trials(storage *s, int64_t study, const space *sp, int64_t from_number, int flags,
                      trial_visitor visit, void *context, error *err);

#endif
