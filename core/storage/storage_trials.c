/* storage_trials.c - trials out of a database.
 *
 * One ordered scan a table, merged by trial_id: each table has an index that begins with it,
 * so no scan sorts and none is a query per trial.
 *
 * Number and id of a study's trials grow together, so the order of ids is that of numbers. */
#include "storage_reader.h"

/* ---- scans ---- */

int32_t scan_next(database *s, scan *c, error *err)
{
    int32_t status = c->statement ? db_step(s, c->statement, err) : 0;
    c->trial = status > 0 ? row_int(c->statement, 0) : INT64_MAX;
    return status < 0 ? status : HONE_OK;
}

static int32_t scan_open(database *s, scan *c, const char *sql, int64_t first, int64_t last,
                         error *err)
{
    int32_t status = db_prepare(s, sql, CELLS(CELL_INT(first), CELL_INT(last)), &c->statement, err);
    return status < 0 ? status : scan_next(s, c, err);
}

int32_t scan_to(database *s, scan *c, int64_t trial, error *err)
{
    int32_t status = HONE_OK;
    while (c->trial < trial && status >= 0)
        status = scan_next(s, c, err);
    return status;
}

/* ---- the study ---- */

/* The study's lowest or highest id; -1: it has no trials. */
static int32_t find_edge(database *s, int64_t study, bool highest, int64_t *id, error *err)
{
    rows *row;
    const char *sql =
        highest ? "SELECT trial_id FROM trials WHERE study_id = ?1 ORDER BY trial_id DESC LIMIT 1"
                : "SELECT trial_id FROM trials WHERE study_id = ?1 ORDER BY trial_id LIMIT 1";
    int32_t status = db_prepare(s, sql, CELLS(CELL_INT(study)), &row, err);
    if (status >= 0)
        status = db_step(s, row, err);
    *id = status > 0 ? row_int(row, 0) : -1;
    rows_free(row);
    return status < 0 ? status : HONE_OK;
}

/* Id of the first trial with this number or a later one, sought from the end, where it mostly
 * is; -1: none. */
static int32_t find_first(database *s, int64_t study, int64_t number, int64_t *id, error *err)
{
    rows *row;
    *id = -1;
    if (number <= 0)
        return find_edge(s, study, false, id, err);
    int32_t status = db_row(s, SQL_NEWEST_NUMBER, CELLS(CELL_INT(study)), &row, err);
    int64_t newest = status > 0 ? row_int(row, 0) : -1;
    db_done(row);
    if (status < 0 || newest < number)
        return status < 0 ? status : HONE_OK;
    status = db_prepare(s,
                        "SELECT trial_id, number FROM trials WHERE study_id = ?1 "
                        "ORDER BY trial_id DESC LIMIT ?2",
                        CELLS(CELL_INT(study), CELL_INT(newest - number + 1)), &row, err);
    while (status >= 0 && (status = db_step(s, row, err)) > 0) {
        if (row_int(row, 1) < number)
            break;
        *id = row_int(row, 0);
    }
    rows_free(row);
    return status < 0 ? status : HONE_OK;
}

static int32_t open_scans(reader *r, int64_t first, int64_t last, int flags, error *err)
{
#define RANGE " WHERE trial_id BETWEEN ?1 AND ?2 ORDER BY trial_id"
    const struct {
        bool wanted;
        scan *scan;
        const char *sql;
    } scans[] = {
        {r->space, &r->params,
         "SELECT trial_id, param_name, param_value, distribution_json FROM trial_params" RANGE
         ", param_name"},
        {true, &r->values,
         "SELECT trial_id, objective, value, value_type FROM trial_values" RANGE ", objective"},
        {r->s->has_own, &r->own,
         "SELECT trial_id, ask, sequence, seed, seconds, ask_seconds, yvar, owner "
         "FROM hone_trials" RANGE},
        {true, &r->reports,
         "SELECT trial_id, step, intermediate_value, intermediate_value_type "
         "FROM trial_intermediate_values" RANGE ", step"},
        {true, &r->system,
         "SELECT trial_id, \"key\", value_json FROM trial_system_attributes" RANGE ", \"key\""},
        {flags & WITH_NOTES, &r->notes,
         "SELECT trial_id, \"key\", value_json FROM trial_user_attributes" RANGE ", \"key\""},
    };
#undef RANGE
    int32_t status = HONE_OK;
    for (size_t i = 0; i < sizeof scans / sizeof scans[0] && status >= 0; i++) {
        scans[i].scan->trial = INT64_MAX;
        if (scans[i].wanted)
            status = scan_open(r->s, scans[i].scan, scans[i].sql, first, last, err);
    }
    return status;
}

static bool finished(int32_t state)
{
    return state == HONE_COMPLETE || state == HONE_PRUNED || state == HONE_FAILED;
}

static int32_t visit_trials(reader *r, int64_t study, int64_t from, int flags, trial_visitor visit,
                            void *context, error *err)
{
    int64_t first, last;
    rows *row = NULL;
    int32_t status = find_first(r->s, study, from, &first, err);
    if (status < 0 || first < 0 || (status = find_edge(r->s, study, true, &last, err)) < 0)
        return status;
    /* Trials first: whoever finishes one meanwhile has written its values before its state. */
    if (r->space && (status = record_init(r, err)) < 0)
        return status;
    status = db_prepare(r->s,
                        "SELECT trial_id, number, state, datetime_start, datetime_complete FROM "
                        "trials WHERE study_id = ?1 AND trial_id >= ?2 ORDER BY trial_id",
                        CELLS(CELL_INT(study), CELL_INT(first)), &row, err);
    if (status >= 0)
        status = open_scans(r, first, last, flags, err);
    while (status >= 0 && (status = db_step(r->s, row, err)) > 0) {
        if ((status = record_read(r, row, err)) < 0)
            break;
        if ((flags & ONLY_FINISHED) && !finished(r->record.state))
            continue;
        status = visit(context, &r->record, err);
        if (status == HONE_DONE)
            break;
    }
    rows_free(row);
    return status;
}

int32_t sql_trials(storage *base, int64_t study, const space *sp, int64_t from_number, int flags,
                   trial_visitor visit, void *context, error *err)
{
    reader r = {.s = (database *)base, .space = sp};
    bool begun;
    int32_t status = db_read_begin(r.s, &begun, err);
    if (status >= 0)
        status = visit_trials(&r, study, from_number, flags, visit, context, err);
    scan *scans[] = {&r.params, &r.values, &r.own, &r.reports, &r.system, &r.notes};
    for (size_t i = 0; i < sizeof scans / sizeof scans[0]; i++)
        rows_free(scans[i]->statement);
    record_free(&r);
    db_read_end(r.s, begun);
    return status < 0 ? status : HONE_OK;
}
