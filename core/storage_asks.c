/* storage_asks.c - what strategies were asked and what they proposed, for exact resume. */
#include <stdlib.h>
#include <string.h>

#include "storage_sqlite.h"

/* Numbers and points are kept as they are in memory: a study goes on on the same type of
 * processor. */
int32_t sqlite_ask(storage *base, int64_t study, const ask_record *a, error *err)
{
    sqlite_storage *s = (sqlite_storage *)base;
    int64_t cells = a->n_out * a->n_cols;
    int32_t status = db_run(s, SQL_ADD_ASK,
                            CELLS(CELL_INT(study), CELL_INT(a->sequence), CELL_INT(a->n),
                                  CELL_INT(a->n_out), CELL_INT(a->n_rows), CELL_INT(a->n_finished),
                                  CELL_INT(a->budget), CELL_INT(a->status), CELL_INT(a->n_cols),
                                  CELL_BLOB(a->numbers, a->n * (int64_t)sizeof *a->numbers),
                                  CELL_BLOB(a->x, cells * (int64_t)sizeof *a->x)),
                            err);
    if (status < 0 || !a->state)
        return status;
    return db_run(s, SQL_SET_STATE,
                  CELLS(CELL_INT(study), CELL_INT(a->sequence), CELL_BLOB(a->state, a->n_state)),
                  err);
}

/* A copy of a blob of exactly `bytes`, aligned for numbers; NULL: it has another size. */
static void *column_blob(sqlite3_stmt *row, int column, int64_t bytes, bool *fits)
{
    *fits = sqlite3_column_bytes(row, column) == bytes;
    void *copy = *fits ? malloc(bytes > 0 ? (size_t)bytes : 1) : NULL;
    if (copy && bytes > 0)
        memcpy(copy, sqlite3_column_blob(row, column), (size_t)bytes);
    return copy;
}

static int32_t visit_ask(sqlite_storage *s, sqlite3_stmt *row, ask_visitor visit, void *context,
                         error *err)
{
    ask_record a = {.sequence = sqlite3_column_int64(row, 0),
                    .n = sqlite3_column_int64(row, 1),
                    .n_out = sqlite3_column_int64(row, 2),
                    .n_rows = sqlite3_column_int64(row, 3),
                    .n_finished = sqlite3_column_int64(row, 4),
                    .budget = sqlite3_column_int64(row, 5),
                    .status = sqlite3_column_int(row, 6),
                    .n_cols = sqlite3_column_int64(row, 7),
                    .n_state = sqlite3_column_bytes(row, 10)};
    bool fits, both;
    int64_t *numbers = column_blob(row, 8, a.n * (int64_t)sizeof *numbers, &fits);
    double *x = column_blob(row, 9, a.n_out * a.n_cols * (int64_t)sizeof *x, &both);
    int32_t status = HONE_OK;
    if (!fits || !both)
        status = error_add(err, HONE_ESTORAGE, "%s: the record of ask %lld is damaged", s->path,
                           (long long)a.sequence);
    else if (!numbers || !x)
        status = error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    a.numbers = numbers;
    a.x = x;
    a.state = sqlite3_column_blob(row, 10);
    if (status >= 0)
        status = visit(context, &a, err);
    free(numbers);
    free(x);
    return status;
}

int32_t sqlite_asks(storage *base, int64_t study, int64_t from, ask_visitor visit, void *context,
                    error *err)
{
    static const char sql[] =
        "SELECT a.sequence, n, n_out, n_rows, n_finished, budget, status, n_cols, numbers, x, "
        "state FROM hone_asks a LEFT JOIN hone_states t ON t.study_id = a.study_id AND "
        "t.sequence = a.sequence WHERE a.study_id = ?1 AND a.sequence >= ?2 ORDER BY a.sequence";
    sqlite_storage *s = (sqlite_storage *)base;
    sqlite3_stmt *row = NULL;
    if (!s->has_own)
        return HONE_OK;
    int32_t status = db_prepare(s, sql, CELLS(CELL_INT(study), CELL_INT(from)), &row, err);
    while (status >= 0 && (status = db_step(s, row, err)) > 0) {
        status = visit_ask(s, row, visit, context, err);
        if (status == HONE_DONE)
            break;
    }
    sqlite3_finalize(row);
    return status < 0 ? status : HONE_OK;
}

int32_t sqlite_newest_state(storage *base, int64_t study, int64_t *sequence, error *err)
{
    sqlite_storage *s = (sqlite_storage *)base;
    sqlite3_stmt *row;
    if (!s->has_own)
        return HONE_OK;
    int32_t status = db_row(s, SQL_NEWEST_STATE, CELLS(CELL_INT(study)), &row, err);
    if (status > 0)
        *sequence = sqlite3_column_int64(row, 0);
    db_done(row);
    return status < 0 ? status : HONE_OK;
}
