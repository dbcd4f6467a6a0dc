/* storage_sql.h - what storages in SQL databases share; for the storage_*.c files only.
 *
 *   storage_sql.c          statements and rows, by the engine of the storage
 *   storage_studies.c      studies, facts
 *   storage_workers.c      who runs a study
 *   storage_write.c        trials: started, reported, finished
 *   storage_asks.c         asks and saved states
 *   storage_trials.c       trials: read
 *   storage_space.c        parameters of a study and their distributions
 *   storage_sqlite*.c      the engine SQLite: connection, failures as sentences, tables
 *   storage_postgresql*.c  the engine PostgreSQL: the library, connection, tables, numbers
 *
 * Statements are written once, for both: ?1 is $1 in PostgreSQL, @NOW@ the seconds since 1970
 * of the database's clock. */
#ifndef HONE_CORE_STORAGE_SQL_H
#define HONE_CORE_STORAGE_SQL_H

#include <sys/types.h>

#include "storage_backend.h"

/* Prepared once for the connection's life. */
#define STATEMENTS(X)                                                                              \
    X(BEGIN, "BEGIN")                                                                              \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")                                                                        \
    /* of engines where a study is locked; its changes as a number */                              \
    X(LOCK_STUDY, "SELECT 1 FROM studies WHERE study_id = ?1 FOR UPDATE")                          \
    X(FINGERPRINT,                                                                                 \
      "SELECT coalesce((SELECT max(trial_id) FROM trials WHERE study_id = ?1), 0)::bigint * "      \
      "1000003 + coalesce(sum(hashtext(concat_ws(' ', t.trial_id, t.state, h.owner))::bigint), "   \
      "0)::bigint FROM trials t LEFT JOIN hone_trials h ON h.trial_id = t.trial_id "               \
      "WHERE t.study_id = ?1 AND t.state IN ('RUNNING', 'WAITING')")                               \
    /* trials whose strategy looks at none: their ids, number and whether one is enqueued; their   \
     * places in the order of finishing; how many others run */                                    \
    X(ASYNCHRONOUS, "SELECT set_config('synchronous_commit', 'off', true)")                        \
    X(NEXT_TRIALS,                                                                                 \
      "SELECT nextval(pg_get_serial_sequence('trials', 'trial_id')), coalesce((SELECT number "     \
      "FROM trials WHERE study_id = ?1 ORDER BY trial_id DESC LIMIT 1), -1) + 1, EXISTS (SELECT "  \
      "1 FROM trials WHERE study_id = ?1 AND state = 'WAITING') FROM studies, "                    \
      "generate_series(1, ?2) WHERE study_id = ?1")                                                \
    X(ADD_TRIAL_AS, "INSERT INTO trials (trial_id, number, study_id, state, datetime_start) "      \
                    "VALUES (?5, ?2, ?1, ?3, ?4)")                                                 \
    X(ORDER_TRIALS,                                                                                \
      "INSERT INTO hone_trials (trial_id, sequence) SELECT t.trial_id, (SELECT "                   \
      "coalesce(max(o.sequence), -1) FROM hone_trials o JOIN trials u ON u.trial_id = o.trial_id " \
      "WHERE u.study_id = ?1) + row_number() OVER (ORDER BY t.datetime_complete, t.trial_id) "     \
      "FROM trials t LEFT JOIN hone_trials x ON x.trial_id = t.trial_id WHERE t.study_id = ?1 "    \
      "AND t.state IN ('COMPLETE', 'PRUNED', 'FAIL') AND x.sequence IS NULL "                      \
      "ON CONFLICT (trial_id) DO UPDATE SET sequence = excluded.sequence")                         \
    X(OPEN_ELSEWHERE,                                                                              \
      "SELECT count(*) FROM trials t LEFT JOIN hone_trials h ON h.trial_id = t.trial_id WHERE "    \
      "t.study_id = ?1 AND t.state IN ('RUNNING', 'WAITING') AND h.owner IS DISTINCT FROM ?2")     \
    /* studies */                                                                                  \
    X(FIND_STUDY, "SELECT study_id FROM studies WHERE study_name = ?1")                            \
    X(ADD_STUDY, "INSERT INTO studies (study_name) VALUES (?1) RETURNING study_id")                \
    X(ADD_GOAL,                                                                                    \
      "INSERT INTO study_directions (direction, study_id, objective) VALUES (?3, ?1, ?2)")         \
    X(GOALS, "SELECT direction FROM study_directions WHERE study_id = ?1 ORDER BY objective")      \
    X(SET_FACT, "INSERT INTO hone_study (study_id, key, value) VALUES (?1, ?2, ?3) "               \
                "ON CONFLICT (study_id, key) DO UPDATE SET value = ?3")                            \
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
            "(?1, ?2, ?3, ?4, @NOW@) ON CONFLICT (study_id, owner) DO UPDATE SET "                 \
            "heartbeat = excluded.heartbeat")                                                      \
    X(LEAVE, "DELETE FROM hone_workers WHERE study_id = ?1 AND owner = ?2")                        \
    X(WORKERS, "SELECT owner, label, started, heartbeat, @NOW@ - heartbeat "                       \
               "FROM hone_workers WHERE study_id = ?1 ORDER BY owner")                             \
    X(UNCLAIM, "DELETE FROM hone_study WHERE study_id = ?1 AND key = 'owner' AND value = ?2")      \
    /* trials, writing */                                                                          \
    X(NEWEST_NUMBER,                                                                               \
      "SELECT number FROM trials WHERE study_id = ?1 ORDER BY trial_id DESC LIMIT 1")              \
    X(ADD_TRIAL,                                                                                   \
      "INSERT INTO trials (number, study_id, state, datetime_start) VALUES (?2, ?1, ?3, ?4) "      \
      "RETURNING trial_id")                                                                        \
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
    X(SET_STATE, "INSERT INTO hone_states (study_id, sequence, state) VALUES (?1, ?2, ?3) "        \
                 "ON CONFLICT (study_id) DO UPDATE SET sequence = ?2, state = ?3")                 \
    X(NEWEST_ASK, "SELECT coalesce(max(sequence), -1) FROM hone_asks WHERE study_id = ?1")         \
    X(NEWEST_STATE, "SELECT sequence FROM hone_states WHERE study_id = ?1")

#define STATEMENT_ID(id, sql) SQL_##id,
enum { STATEMENTS(STATEMENT_ID) N_STATEMENTS };

/* The parameters of a study as they are written, made at the first trial. */
typedef struct description {
    uint64_t fingerprint; /* of everything in the parameter that the text depends on */
    char *distribution;
} description;

/* Rows of a statement; an engine's own begin with this. */
typedef struct rows {
    const struct engine *engine;
} rows;

typedef struct database {
    storage base;
    const struct engine *engine;
    char *path;                           /* or address, without a password: for messages */
    pid_t process;                        /* that opened it: never carried across fork */
    bool read_only, has_own, has_workers; /* has_own: the hone_* tables are there */
    bool local;                           /* a file of which all workers are on this host */
    int32_t timestamps;
    rows *statements[N_STATEMENTS];
    int64_t described; /* study that the descriptions belong to, -1: none */
    int32_t n_descriptions;
    description *descriptions;
} database;

/* ---- values bound to a statement, in order ---- */
enum { CELL_NONE, CELL_INTEGER, CELL_DOUBLE, CELL_STRING, CELL_BYTES };
typedef struct cell {
    int type; /* CELL_* */
    int64_t i;
    double d;
    const void *s; /* text, or n bytes; NULL: NULL */
    int64_t n;
} cell;
#define CELL_INT(x) ((cell){.type = CELL_INTEGER, .i = (x)})
#define CELL_REAL(x) ((cell){.type = CELL_DOUBLE, .d = (x)}) /* NaN: NULL */
#define CELL_TEXT(x) ((cell){.type = CELL_STRING, .s = (x)})
#define CELL_BLOB(p, bytes) ((cell){.type = CELL_BYTES, .s = (p), .n = (bytes)})
#define CELL_NULL ((cell){.type = CELL_NONE})
#define CELLS(...)                                                                                 \
    ((const cell[]){__VA_ARGS__}), (int)(sizeof((cell[]){__VA_ARGS__}) / sizeof(cell))

/* What an engine gives; rows come from its own functions only. */
typedef struct engine {
    int32_t (*row)(database *s, int id, const cell *cells, int n, rows **row, error *err);
    /* NULL: as row.  Within a transaction it may be done, and fail, as late as with the next
     * statement that gives rows, or the commit. */
    int32_t (*run)(database *s, int id, const cell *cells, int n, error *err);
    void (*done)(rows *row);
    int32_t (*prepare)(database *s, const char *sql, const cell *cells, int n, rows **out,
                       error *err);
    int32_t (*step)(database *s, rows *row, error *err);
    void (*free)(rows *row);
    int32_t (*execute)(database *s, const char *sql, error *err);
    int64_t (*changes)(const database *s);
    int32_t (*read_begin)(database *s, bool *begun, error *err);
    void (*read_end)(database *s, bool begun);
    /* of the current row; columns from 0 */
    bool (*is_null)(const rows *row, int column);
    int64_t (*integer)(const rows *row, int column);
    double (*real)(const rows *row, int column);
    const char *(*text)(const rows *row, int column); /* NULL: NULL */
    const void *(*blob)(const rows *row, int column, int64_t *bytes);
} engine;

/* Runs a statement that gives no row. */
int32_t db_run(database *s, int id, const cell *cells, int n, error *err);
/* The same, and how many rows it wrote. */
int32_t db_write(database *s, int id, const cell *cells, int n, int64_t *written, error *err);
/* The first row of a statement: 1 with *row, 0 if there is none; db_done afterwards. */
int32_t db_row(database *s, int id, const cell *cells, int n, rows **row, error *err);
void db_done(rows *row);
/* A statement of one use; rows_free follows. */
int32_t db_prepare(database *s, const char *sql, const cell *cells, int n, rows **out, error *err);
/* The next row: 1, 0 at the end, negative. */
int32_t db_step(database *s, rows *row, error *err);
/* SQL text of one use without result. */
int32_t db_execute(database *s, const char *sql, error *err);
/* All rows that follow are of one moment.  *begun: db_read_end has something to end. */
int32_t db_read_begin(database *s, bool *begun, error *err);
void db_read_end(database *s, bool begun);
/* The statement as an engine writes it: ?N with its mark, @NOW@ with its clock.  The caller
 * frees; NULL: no memory. */
char *db_dialect(const char *sql, char mark, const char *clock);

void rows_free(rows *row);
bool row_null(const rows *row, int column);
int64_t row_int(const rows *row, int column);
double row_real(const rows *row, int column);
const char *row_text(const rows *row, int column); /* NULL: NULL; valid until the next step */
int64_t row_bytes(const rows *row, int column);
const void *row_blob(const rows *row, int column);

/* storage_sqlite_schema.c: do users of this file system type (statfs.f_type) share no memory? */
bool file_system_shared(int64_t type);

/* storage_space.c: descriptions[i] for each parameter of sp. */
int32_t describe_space(database *s, int64_t study, const space *sp, error *err);
void descriptions_free(database *s);
int32_t sql_space(storage *s, int64_t study, space *out, error *err);

/* storage_studies.c */
int32_t sql_studies(storage *s, study_record **out, int *n, error *err);
int32_t sql_find_study(storage *s, const char *name, int64_t *id, error *err);
int32_t sql_create_study(storage *s, const char *name, const bool *maximize, int32_t n_goals,
                         int64_t *id, error *err);
int32_t sql_delete_study(storage *s, int64_t study, error *err);
int32_t sql_set(storage *s, int64_t study, const char *key, const char *value, error *err);
int32_t sql_get(storage *s, int64_t study, const char *key, char **value, error *err);
int32_t sql_set_attribute(storage *s, int64_t study, bool system, const char *key, const char *json,
                          error *err);
int32_t sql_get_attribute(storage *s, int64_t study, bool system, const char *key, char **json,
                          error *err);

/* storage_workers.c */
int32_t sql_join(storage *s, int64_t study, const char *label, bool shared, double lease,
                 error *err);
int32_t sql_beat(storage *s, int64_t study, const char *owner, error *err);
int32_t sql_leave(storage *s, int64_t study, const char *owner, error *err);
int32_t sql_disown(storage *s, int64_t study, const char *owner, const char *heir, error *err);
int32_t sql_workers(storage *s, int64_t study, worker_visitor visit, void *context, error *err);
int32_t sql_claim(storage *s, int64_t study, error *err);
void sql_release(storage *s, int64_t study);

/* storage_write.c */
enum { TIME_ROOM = 100 };
const char *time_text(const database *s, char out[TIME_ROOM]); /* now, as Optuna has it */
int32_t sql_start(storage *s, int64_t study, const space *sp, const trial_start *t, int64_t *id,
                  int64_t *number, error *err);
int32_t sql_finish(storage *s, int64_t trial, const trial_finish *f, error *err);
int32_t sql_report(storage *s, int64_t trial, int64_t step, double value, error *err);
int32_t sql_note(storage *s, int64_t trial, const char *key, double value, const char *text,
                 error *err);
int32_t sql_heartbeat(storage *s, int64_t trial, error *err);
int32_t sql_own(storage *s, int64_t trial, const char *owner, error *err);
int32_t sql_enqueue(storage *s, int64_t study, const space *sp, const double *native, int64_t *id,
                    int64_t *number, error *err);
int32_t sql_take(storage *s, int64_t trial, const space *sp, const trial_start *t, bool *taken,
                 error *err);
int32_t sql_adopt(storage *s, int64_t trial, int64_t sequence, error *err);

/* storage_asks.c */
int32_t sql_ask(storage *s, int64_t study, const ask_record *a, error *err);
int32_t sql_asks(storage *s, int64_t study, int64_t from, ask_visitor visit, void *context,
                 error *err);
int32_t sql_newest_ask(storage *s, int64_t study, int64_t *sequence, error *err);
int32_t sql_newest_state(storage *s, int64_t study, int64_t *sequence, error *err);

/* storage_trials.c */
int32_t sql_trials(storage *s, int64_t study, const space *sp, int64_t from_number, int flags,
                   trial_visitor visit, void *context, error *err);

#endif
