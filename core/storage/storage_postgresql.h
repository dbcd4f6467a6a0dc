/* storage_postgresql.h - the engine PostgreSQL's parts; for the storage_postgresql*.c files only.
 *
 *   storage_postgresql.c         the storage: connection, transactions, locks, changes
 *   storage_postgresql_libpq.c   the client library and its failures
 *   storage_postgresql_rows.c    statements, rows
 *   storage_postgresql_trials.c  numbers and places of trials that are not read
 *   storage_postgresql_schema.c  tables: made, recognised, refused
 *
 * libpq is loaded when a study names postgresql:// and not before, so its declarations stand
 * here: those of libpq-fe.h of PostgreSQL 14 and later, whose interface has not changed. */
#ifndef HONE_CORE_STORAGE_POSTGRESQL_H
#define HONE_CORE_STORAGE_POSTGRESQL_H

#include "storage_sql.h"

typedef struct pg_conn pg_conn;
typedef struct pg_result pg_result;

/* result, name, parameters */
#define LIBPQ(X)                                                                                   \
    X(pg_conn *, connectdbParams, (const char *const *, const char *const *, int))                 \
    X(int, status, (const pg_conn *))                                                              \
    X(int, transactionStatus, (const pg_conn *))                                                   \
    X(char *, errorMessage, (const pg_conn *))                                                     \
    X(void, finish, (pg_conn *))                                                                   \
    X(void *, setNoticeProcessor, (pg_conn *, void (*)(void *, const char *), void *))             \
    X(pg_result *, exec, (pg_conn *, const char *))                                                \
    X(pg_result *, execParams,                                                                     \
      (pg_conn *, const char *, int, const unsigned *, const char *const *, const int *,           \
       const int *, int))                                                                          \
    X(pg_result *, prepare, (pg_conn *, const char *, const char *, int, const unsigned *))        \
    X(pg_result *, execPrepared,                                                                   \
      (pg_conn *, const char *, int, const char *const *, const int *, const int *, int))          \
    X(int, enterPipelineMode, (pg_conn *))                                                         \
    X(int, exitPipelineMode, (pg_conn *))                                                          \
    X(int, pipelineSync, (pg_conn *))                                                              \
    X(int, sendQueryPrepared,                                                                      \
      (pg_conn *, const char *, int, const char *const *, const int *, const int *, int))          \
    X(pg_result *, getResult, (pg_conn *))                                                         \
    X(int, resultStatus, (const pg_result *))                                                      \
    X(char *, resultErrorField, (const pg_result *, int))                                          \
    X(int, ntuples, (const pg_result *))                                                           \
    X(char *, getvalue, (const pg_result *, int, int))                                             \
    X(int, getisnull, (const pg_result *, int, int))                                               \
    X(char *, cmdTuples, (pg_result *))                                                            \
    X(void, clear, (pg_result *))

typedef struct libpq {
#define LIBPQ_MEMBER(result, name, parameters) result(*name) parameters;
    LIBPQ(LIBPQ_MEMBER)
#undef LIBPQ_MEMBER
} libpq;

typedef struct pg_storage {
    database data;
    libpq pq;
    pg_conn *conn;
    bool lost;       /* the connection broke: what was open is undone, or was committed */
    int64_t changed; /* rows that the newest statement wrote */
    int64_t study;   /* locked last, -1: none */
    int queued;      /* statements sent whose answers were not read yet */
    bool prepared[N_STATEMENTS];
} pg_storage;

/* Fills pq from the system's libpq.so.5. */
int32_t pg_load(libpq *pq, error *err);
/* Runs one SQL text; *out, if wanted, is the caller's to clear. */
int32_t pg_execute(pg_storage *s, const char *sql, pg_result **out, error *err);
/* Adds the sentence for a failed result (or none) and returns the status. */
int32_t pg_fail(pg_storage *s, const pg_result *r, error *err);
/* Reads the answers of all queued statements. */
int32_t pg_settle(pg_storage *s, error *err);
extern const engine POSTGRESQL_ENGINE;

/* storage_postgresql_trials.c */
int32_t pg_next(storage *s, int64_t study, int64_t n, bool alone, trial_next *out, error *err);
int32_t pg_order(storage *s, int64_t study, error *err);
int32_t pg_open_elsewhere(storage *s, int64_t study, const char *owner, int64_t *n, error *err);

int32_t pg_prepare_schema(pg_storage *s, const storage_settings *settings, error *err);

#endif
