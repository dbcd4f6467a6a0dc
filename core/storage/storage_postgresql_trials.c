/* storage_postgresql_trials.c - trials of a strategy that looks at no others: numbers and places
 * without reading what other workers did.
 *
 * Numbers without a gap are given one after the other, under the lock of the study.  So the
 * transaction that takes one does nothing else, is three rounds to the server long, and does not
 * wait for the disk: the log is one sequence, so a trial's beginning is on disk before its end.
 * After a crash of the server trials of the last moment may never have begun; none was told. */
#include "storage_postgresql.h"

int32_t pg_next(storage *base, int64_t study, int64_t n, bool alone, trial_next *out, error *err)
{
    database *s = (database *)base;
    int64_t i = 0;
    rows *row = NULL;
    ((pg_storage *)base)->study = study;
    int32_t status = alone ? db_run(s, SQL_ASYNCHRONOUS, NULL, 0, err) : HONE_OK;
    if (status >= 0)
        status = db_run(s, SQL_LOCK_STUDY, CELLS(CELL_INT(study)), err);
    if (status >= 0)
        status = db_row(s, SQL_NEXT_TRIALS, CELLS(CELL_INT(study), CELL_INT(n)), &row, err);
    if (status == 0)
        status = error_add(err, HONE_ESTORAGE, "%s: the study was deleted", s->path);
    for (; status > 0 && i < n; i++) {
        out->ids[i] = row_int(row, 0);
        out->number = row_int(row, 1);
        out->waiting = *row_text(row, 2) == 't';
        status = db_step(s, row, err);
    }
    db_done(row);
    return status < 0 ? status : HONE_OK;
}

int32_t pg_order(storage *base, int64_t study, error *err)
{
    return db_run((database *)base, SQL_ORDER_TRIALS, CELLS(CELL_INT(study)), err);
}

int32_t pg_open_elsewhere(storage *base, int64_t study, const char *owner, int64_t *n, error *err)
{
    rows *row;
    int32_t status = db_row((database *)base, SQL_OPEN_ELSEWHERE,
                            CELLS(CELL_INT(study), CELL_TEXT(owner)), &row, err);
    *n = status > 0 ? row_int(row, 0) : 0;
    db_done(row);
    return status < 0 ? status : HONE_OK;
}
