/* storage_sql.c - statements and rows, by the engine of the storage. */
#include "storage_sql.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

int32_t db_row(database *s, int id, const cell *cells, int n, rows **row, error *err)
{
    return s->engine->row(s, id, cells, n, row, err);
}

void db_done(rows *row)
{
    if (row)
        row->engine->done(row);
}

int32_t db_run(database *s, int id, const cell *cells, int n, error *err)
{
    int64_t written;
    return s->engine->run ? s->engine->run(s, id, cells, n, err)
                          : db_write(s, id, cells, n, &written, err);
}

int32_t db_write(database *s, int id, const cell *cells, int n, int64_t *written, error *err)
{
    rows *row;
    int32_t status = db_row(s, id, cells, n, &row, err);
    db_done(row);
    *written = status < 0 ? 0 : s->engine->changes(s);
    return status < 0 ? status : HONE_OK;
}

int32_t db_prepare(database *s, const char *sql, const cell *cells, int n, rows **out, error *err)
{
    *out = NULL;
    return s->engine->prepare(s, sql, cells, n, out, err);
}

int32_t db_step(database *s, rows *row, error *err)
{
    return s->engine->step(s, row, err);
}

int32_t db_execute(database *s, const char *sql, error *err)
{
    return s->engine->execute(s, sql, err);
}

int32_t db_read_begin(database *s, bool *begun, error *err)
{
    *begun = false;
    return s->engine->read_begin(s, begun, err);
}

void db_read_end(database *s, bool begun)
{
    if (begun)
        s->engine->read_end(s, begun);
}

char *db_dialect(const char *sql, char mark, const char *clock)
{
    text t = {0};
    for (; *sql; sql++) {
        if (strncmp(sql, "@NOW@", 5) == 0) {
            text_add(&t, "%s", clock);
            sql += 4;
        } else {
            bool place = *sql == '?' && sql[1] >= '0' && sql[1] <= '9';
            text_add(&t, "%c", place ? mark : *sql);
        }
    }
    return text_take(&t);
}

/* ---- the current row ---- */

void rows_free(rows *row)
{
    if (row)
        row->engine->free(row);
}

bool row_null(const rows *row, int column)
{
    return row->engine->is_null(row, column);
}

int64_t row_int(const rows *row, int column)
{
    return row->engine->integer(row, column);
}

double row_real(const rows *row, int column)
{
    return row->engine->real(row, column);
}

const char *row_text(const rows *row, int column)
{
    return row->engine->text(row, column);
}

int64_t row_bytes(const rows *row, int column)
{
    int64_t bytes;
    row->engine->blob(row, column, &bytes);
    return bytes;
}

const void *row_blob(const rows *row, int column)
{
    int64_t bytes;
    return row->engine->blob(row, column, &bytes);
}
