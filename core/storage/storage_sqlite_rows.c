/* storage_sqlite_rows.c - statements, rows and reading transactions of an SQLite file. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "storage_sqlite.h"

#define STATEMENT_SQL(id, sql) sql,
static const char *const SQL[] = {STATEMENTS(STATEMENT_SQL)};
static const char CLOCK[] = "((julianday('now') - 2440587.5) * 86400)";

typedef struct sqlite_rows {
    rows base;
    sqlite3_stmt *statement;
} sqlite_rows;

static sqlite3_stmt *statement_of(const rows *row)
{
    return ((const sqlite_rows *)row)->statement;
}

/* ---- statements ---- */

static int bind_cells(sqlite3_stmt *statement, const cell *cells, int n)
{
    int code = SQLITE_OK;
    for (int i = 0; i < n && code == SQLITE_OK; i++) {
        const cell *c = &cells[i];
        if (c->type == CELL_INTEGER)
            code = sqlite3_bind_int64(statement, i + 1, c->i);
        else if (c->type == CELL_DOUBLE)
            code = sqlite3_bind_double(statement, i + 1, c->d);
        else if (c->type == CELL_STRING)
            code = sqlite3_bind_text(statement, i + 1, c->s, -1, SQLITE_STATIC);
        else if (c->type == CELL_BYTES)
            code = sqlite3_bind_blob64(statement, i + 1, c->s, (sqlite3_uint64)c->n, SQLITE_STATIC);
        else
            code = sqlite3_bind_null(statement, i + 1);
    }
    return code;
}

static void sqlite_done(rows *row)
{
    sqlite3_reset(statement_of(row));
    sqlite3_clear_bindings(statement_of(row)); /* they point to the caller's memory */
}

static void sqlite_free(rows *row)
{
    sqlite3_finalize(statement_of(row));
    free(row);
}

/* A statement made ready; persistent ones are kept for the connection's life. */
static int make_rows(sqlite_storage *s, const char *sql, unsigned flags, rows **out)
{
    char *own = db_dialect(sql, '?', CLOCK);
    sqlite_rows *row = own ? calloc(1, sizeof *row) : NULL;
    int code =
        row ? sqlite3_prepare_v3(s->db, own, -1, flags, &row->statement, NULL) : SQLITE_NOMEM;
    free(own);
    if (code != SQLITE_OK) {
        free(row);
        return code;
    }
    row->base.engine = s->data.engine;
    *out = &row->base;
    return SQLITE_OK;
}

static int32_t sqlite_row(database *base, int id, const cell *cells, int n, rows **row, error *err)
{
    sqlite_storage *s = (sqlite_storage *)base;
    *row = NULL;
    int code = SQLITE_OK;
    if (!base->statements[id])
        code = make_rows(s, SQL[id], SQLITE_PREPARE_PERSISTENT, &base->statements[id]);
    rows *made = base->statements[id];
    if (code == SQLITE_OK)
        code = bind_cells(statement_of(made), cells, n);
    errno = 0;
    if (code == SQLITE_OK)
        code = sqlite3_step(statement_of(made));
    if (code == SQLITE_ROW) {
        *row = made;
        return 1;
    }
    int32_t status = code == SQLITE_DONE ? 0 : sqlite_fail(s, code, err);
    if (made)
        sqlite_done(made);
    return status;
}

static int32_t sqlite_prepare(database *base, const char *sql, const cell *cells, int n, rows **out,
                              error *err)
{
    int code = make_rows((sqlite_storage *)base, sql, 0, out);
    if (code == SQLITE_OK)
        code = bind_cells(statement_of(*out), cells, n);
    return code == SQLITE_OK ? HONE_OK : sqlite_fail((sqlite_storage *)base, code, err);
}

static int32_t sqlite_step(database *base, rows *row, error *err)
{
    errno = 0;
    int code = sqlite3_step(statement_of(row));
    if (code == SQLITE_ROW)
        return 1;
    return code == SQLITE_DONE ? 0 : sqlite_fail((sqlite_storage *)base, code, err);
}

static int32_t sqlite_execute(database *base, const char *sql, error *err)
{
    sqlite_storage *s = (sqlite_storage *)base;
    int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? HONE_OK : sqlite_fail(s, code, err);
}

static int64_t sqlite_changes(const database *base)
{
    return sqlite3_changes(((const sqlite_storage *)base)->db);
}

/* ---- columns ---- */

static bool column_is_null(const rows *row, int column)
{
    return sqlite3_column_type(statement_of(row), column) == SQLITE_NULL;
}

static int64_t column_integer(const rows *row, int column)
{
    return sqlite3_column_int64(statement_of(row), column);
}

static double column_real(const rows *row, int column)
{
    return sqlite3_column_double(statement_of(row), column);
}

static const char *column_text(const rows *row, int column)
{
    return (const char *)sqlite3_column_text(statement_of(row), column);
}

static const void *column_blob(const rows *row, int column, int64_t *bytes)
{
    const void *blob = sqlite3_column_blob(statement_of(row), column);
    *bytes = sqlite3_column_bytes(statement_of(row), column);
    return blob;
}

/* ---- transactions for reading ---- */

int32_t sqlite_same_process(const sqlite_storage *s, error *err)
{
    if (s->data.process == getpid())
        return HONE_OK;
    return error_add(err, HONE_ESTATE,
                     "%s: opened by process %ld; a child process has to open "
                     "the file itself",
                     s->data.path, (long)s->data.process);
}

static int32_t sqlite_read_begin(database *base, bool *begun, error *err)
{
    sqlite_storage *s = (sqlite_storage *)base;
    int32_t status = sqlite_same_process(s, err);
    if (status < 0 || !sqlite3_get_autocommit(s->db))
        return status;
    status = db_execute(base, "BEGIN", err);
    *begun = status >= 0;
    return status;
}

static void sqlite_read_end(database *base, bool begun)
{
    error ignored = {0};
    if (begun && !sqlite3_get_autocommit(((sqlite_storage *)base)->db))
        db_run(base, SQL_COMMIT, NULL, 0, &ignored);
    error_free(&ignored);
}

const engine SQLITE_ENGINE = {
    .row = sqlite_row,
    .done = sqlite_done,
    .prepare = sqlite_prepare,
    .step = sqlite_step,
    .free = sqlite_free,
    .execute = sqlite_execute,
    .changes = sqlite_changes,
    .read_begin = sqlite_read_begin,
    .read_end = sqlite_read_end,
    .is_null = column_is_null,
    .integer = column_integer,
    .real = column_real,
    .text = column_text,
    .blob = column_blob,
};
