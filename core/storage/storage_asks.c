/* storage_asks.c - what strategies were asked and what they proposed, for exact resume. */
#include <stdlib.h>
#include <string.h>

#include "storage_sql.h"

/* Numbers and points are kept as they are in memory: a study goes on on the same type of
 * processor. */
int32_t sql_ask(storage *base, int64_t study, const ask_record *a, error *err)
{
    database *s = (database *)base;
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
static void *column_blob(rows *row, int column, int64_t bytes, bool *fits)
{
    *fits = row_bytes(row, column) == bytes;
    void *copy = *fits ? malloc(bytes > 0 ? (size_t)bytes : 1) : NULL;
    if (copy && bytes > 0)
        memcpy(copy, row_blob(row, column), (size_t)bytes);
    return copy;
}

static int32_t visit_ask(database *s, rows *row, ask_visitor visit, void *context, error *err)
{
    ask_record a = {.sequence = row_int(row, 0),
                    .n = row_int(row, 1),
                    .n_out = row_int(row, 2),
                    .n_rows = row_int(row, 3),
                    .n_finished = row_int(row, 4),
                    .budget = row_int(row, 5),
                    .status = (int32_t)row_int(row, 6),
                    .n_cols = row_int(row, 7),
                    .n_state = row_bytes(row, 10)};
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
    a.state = row_blob(row, 10);
    if (status >= 0)
        status = visit(context, &a, err);
    free(numbers);
    free(x);
    return status;
}

int32_t sql_asks(storage *base, int64_t study, int64_t from, ask_visitor visit, void *context,
                 error *err)
{
    static const char sql[] =
        "SELECT a.sequence, n, n_out, n_rows, n_finished, budget, status, n_cols, numbers, x, "
        "state FROM hone_asks a LEFT JOIN hone_states t ON t.study_id = a.study_id AND "
        "t.sequence = a.sequence WHERE a.study_id = ?1 AND a.sequence >= ?2 ORDER BY a.sequence";
    database *s = (database *)base;
    rows *row = NULL;
    if (!s->has_own)
        return HONE_OK;
    int32_t status = db_prepare(s, sql, CELLS(CELL_INT(study), CELL_INT(from)), &row, err);
    while (status >= 0 && (status = db_step(s, row, err)) > 0) {
        status = visit_ask(s, row, visit, context, err);
        if (status == HONE_DONE)
            break;
    }
    rows_free(row);
    return status < 0 ? status : HONE_OK;
}

static int32_t newest(database *s, int id, int64_t study, int64_t *sequence, error *err)
{
    rows *row;
    if (!s->has_own)
        return HONE_OK;
    int32_t status = db_row(s, id, CELLS(CELL_INT(study)), &row, err);
    if (status > 0)
        *sequence = row_int(row, 0);
    db_done(row);
    return status < 0 ? status : HONE_OK;
}

int32_t sql_newest_ask(storage *base, int64_t study, int64_t *sequence, error *err)
{
    return newest((database *)base, SQL_NEWEST_ASK, study, sequence, err);
}

int32_t sql_newest_state(storage *base, int64_t study, int64_t *sequence, error *err)
{
    return newest((database *)base, SQL_NEWEST_STATE, study, sequence, err);
}
