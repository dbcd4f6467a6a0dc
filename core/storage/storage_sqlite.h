/* storage_sqlite.h - the engine SQLite's parts; for the storage_sqlite*.c files only.
 *
 *   storage_sqlite.c         the storage: connection, transactions, changes
 *   storage_sqlite_rows.c    statements, rows, reading transactions
 *   storage_sqlite_error.c   its failures as sentences
 *   storage_sqlite_schema.c  tables: made, recognised, refused */
#ifndef HONE_CORE_STORAGE_SQLITE_H
#define HONE_CORE_STORAGE_SQLITE_H

#include <sqlite3.h>

#include "storage_sql.h"

typedef struct sqlite_storage {
    database data;
    sqlite3 *db;
    sqlite3_stmt *version; /* PRAGMA data_version */
    bool indexed;          /* schema of Optuna >= 3.2 */
    double wait;           /* seconds for a lock */
    double waiting;        /* CLOCK_MONOTONIC seconds since when */
} sqlite_storage;

/* Adds the sentence for SQLite's result `code` and returns the status. */
int32_t sqlite_fail(sqlite_storage *s, int code, error *err);

/* ESTATE in a child of the process that opened the file. */
int32_t sqlite_same_process(const sqlite_storage *s, error *err);
extern const engine SQLITE_ENGINE;

/* storage_sqlite_schema.c */
int32_t sqlite_prepare_schema(sqlite_storage *s, const storage_settings *settings, error *err);
/* Is the file on a file system whose users share no memory? */
bool sqlite_on_shared(const sqlite_storage *s);

#endif
