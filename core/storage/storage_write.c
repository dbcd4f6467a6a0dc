/* storage_write.c - trials into a database: started, reported, noted, finished.
 *
 * Statements of a trial at d parameters and one objective: the newest number, the trial, d
 * parameters, our record; then its state, its value, our record.  All are one step of a
 * prepared statement on rows at the end of their tables, so a trial costs the same at any
 * number of trials.
 *
 * Times are texts as Optuna keeps them, without a zone: UTC since Optuna 5, local before;
 * the setting `timestamps` chooses. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config.h"
#include "optuna.h"
#include "storage_sql.h"

const char *time_text(const database *s, char out[TIME_ROOM])
{
    struct timespec now;
    struct tm t;
    clock_gettime(CLOCK_REALTIME, &now);
    if (s->timestamps == TIMESTAMPS_LOCAL)
        localtime_r(&now.tv_sec, &t);
    else
        gmtime_r(&now.tv_sec, &t);
    snprintf(out, TIME_ROOM, "%04d-%02d-%02d %02d:%02d:%02d.%06ld", t.tm_year + 1900, t.tm_mon + 1,
             t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, now.tv_nsec / 1000);
    return out;
}

/* ---- start ---- */

static int32_t next_number(database *s, int64_t study, int64_t *number, error *err)
{
    rows *row;
    int32_t status = db_row(s, SQL_NEWEST_NUMBER, CELLS(CELL_INT(study)), &row, err);
    *number = status > 0 ? row_int(row, 0) + 1 : 0;
    db_done(row);
    return status < 0 ? status : HONE_OK;
}

/* A row of the state, with the next number. */
static int32_t add_trial(database *s, int64_t study, int32_t state, int64_t *id, int64_t *number,
                         error *err)
{
    char now[TIME_ROOM];
    int32_t status = next_number(s, study, number, err);
    if (status < 0)
        return status;
    const char *start = state == HONE_RUNNING ? time_text(s, now) : NULL;
    rows *row;
    status = db_row(
        s, SQL_ADD_TRIAL,
        CELLS(CELL_INT(study), CELL_INT(*number), CELL_TEXT(optuna_state(state)), CELL_TEXT(start)),
        &row, err);
    *id = status > 0 ? row_int(row, 0) : -1;
    db_done(row);
    return status < 0 ? status : HONE_OK;
}

/* Under the number and id that storage_next gave. */
static int32_t add_numbered(database *s, int64_t study, const trial_start *t, error *err)
{
    char now[TIME_ROOM];
    return db_run(s, SQL_ADD_TRIAL_AS,
                  CELLS(CELL_INT(study), CELL_INT(t->number), CELL_TEXT(optuna_state(HONE_RUNNING)),
                        CELL_TEXT(time_text(s, now)), CELL_INT(t->id)),
                  err);
}

static int32_t write_params(database *s, int64_t id, const space *sp, const double *native,
                            error *err)
{
    int32_t status = HONE_OK;
    for (int32_t i = 0; i < sp->n && status >= 0; i++)
        if (!isnan(native[i]))
            status = db_run(s, SQL_SET_PARAM,
                            CELLS(CELL_INT(id), CELL_TEXT(sp->params[i].name), CELL_REAL(native[i]),
                                  CELL_TEXT(s->descriptions[i].distribution)),
                            err);
    return status;
}

static int32_t write_record(database *s, int64_t id, const trial_start *t, error *err)
{
    return db_run(s, SQL_ADD_RECORD,
                  CELLS(CELL_INT(id), CELL_INT(t->ask), CELL_INT((int64_t)t->seed),
                        CELL_REAL(t->ask_seconds), CELL_TEXT(t->owner)),
                  err);
}

int32_t sql_start(storage *base, int64_t study, const space *sp, const trial_start *t, int64_t *id,
                  int64_t *number, error *err)
{
    database *s = (database *)base;
    int32_t status;
    *id = t->id;
    *number = t->number;
    if ((status = describe_space(s, study, sp, err)) < 0 ||
        (status = t->id ? add_numbered(s, study, t, err)
                        : add_trial(s, study, HONE_RUNNING, id, number, err)) < 0 ||
        (status = write_params(s, *id, sp, t->native, err)) < 0)
        return status;
    return write_record(s, *id, t, err);
}

int32_t sql_enqueue(storage *base, int64_t study, const space *sp, const double *native,
                    int64_t *id, int64_t *number, error *err)
{
    database *s = (database *)base;
    const trial_start ours = {.ask = -1, .ask_seconds = NAN};
    char *fixed = fixed_params_text(sp, native);
    int32_t status = fixed ? describe_space(s, study, sp, err)
                           : error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    if (status >= 0)
        status = add_trial(s, study, TRIAL_WAITING, id, number, err);
    if (status >= 0)
        status = db_run(s, SQL_SET_TRIAL_SYSTEM,
                        CELLS(CELL_INT(*id), CELL_TEXT("fixed_params"), CELL_TEXT(fixed)), err);
    free(fixed);
    return status < 0 ? status : write_record(s, *id, &ours, err);
}

typedef struct stored_trial {
    int64_t study, number;
    int32_t state;
} stored_trial;

static int32_t find_trial(database *s, int64_t id, stored_trial *out, error *err)
{
    rows *row;
    int32_t status = db_row(s, SQL_WHICH_TRIAL, CELLS(CELL_INT(id)), &row, err);
    if (status == 0)
        status = error_add(err, HONE_ESTORAGE, "%s: a trial of the study was deleted", s->path);
    if (status > 0) {
        const char *state = row_text(row, 2);
        out->study = row_int(row, 0);
        out->number = row_int(row, 1);
        status = optuna_state_read(state ? state : "", &out->state, err);
    }
    db_done(row);
    return status;
}

int32_t sql_take(storage *base, int64_t trial, const space *sp, const trial_start *t, bool *taken,
                 error *err)
{
    database *s = (database *)base;
    stored_trial found;
    char now[TIME_ROOM];
    int64_t written;
    int32_t status;
    if ((status = find_trial(s, trial, &found, err)) < 0 ||
        (status = describe_space(s, found.study, sp, err)) < 0 ||
        (status = db_write(s, SQL_TAKE, CELLS(CELL_INT(trial), CELL_TEXT(time_text(s, now))),
                           &written, err)) < 0)
        return status;
    *taken = written == 1;
    if (!*taken)
        return HONE_OK;
    status = write_params(s, trial, sp, t->native, err);
    return status < 0 ? status : write_record(s, trial, t, err);
}

/* ---- finish ---- */

static int32_t write_value(database *s, int id, int64_t trial, int64_t place, double value,
                           error *err)
{
    const char *type = isnan(value)      ? "NAN"
                       : isfinite(value) ? "FINITE"
                       : value > 0       ? "INF_POS"
                                         : "INF_NEG";
    return db_run(s, id,
                  CELLS(CELL_INT(trial), CELL_INT(place), CELL_REAL(isfinite(value) ? value : NAN),
                        CELL_TEXT(type)),
                  err);
}

static int32_t write_constraints(database *s, int64_t trial, const trial_finish *f, error *err)
{
    char *json = json_numbers(f->constraints, f->n_constraints);
    int32_t status =
        json ? db_run(s, SQL_SET_TRIAL_SYSTEM,
                      CELLS(CELL_INT(trial), CELL_TEXT("constraints"), CELL_TEXT(json)), err)
             : error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    free(json);
    return status;
}

static int32_t finish_record(database *s, int64_t trial, const trial_finish *f, error *err)
{
    bool known = false;
    for (int32_t i = 0; f->yvar && i < f->n_values; i++)
        known = known || !isnan(f->yvar[i]);
    char *yvar = known ? json_numbers(f->yvar, f->n_values) : NULL;
    if (known && !yvar)
        return error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    int32_t status =
        db_run(s, SQL_FINISH_RECORD,
               CELLS(CELL_INT(trial), f->sequence < 0 ? CELL_NULL : CELL_INT(f->sequence),
                     CELL_REAL(f->seconds), CELL_TEXT(yvar)),
               err);
    free(yvar);
    return status;
}

/* Why was there nothing to finish? */
static int32_t fail_finished(database *s, int64_t trial, error *err)
{
    stored_trial found;
    int32_t status = find_trial(s, trial, &found, err);
    return status < 0
               ? status
               : error_add(
                     err, HONE_ESTATE, "%s: trial %lld is %s", s->path, (long long)found.number,
                     found.state == HONE_RUNNING ? "another worker's now" : "finished already");
}

int32_t sql_finish(storage *base, int64_t trial, const trial_finish *f, error *err)
{
    database *s = (database *)base;
    char now[TIME_ROOM];
    int64_t written;
    int32_t status = db_write(s, SQL_FINISH_TRIAL,
                              CELLS(CELL_INT(trial), CELL_TEXT(optuna_state(f->state)),
                                    CELL_TEXT(time_text(s, now)), CELL_TEXT(f->owner)),
                              &written, err);
    if (status >= 0 && written != 1)
        status = fail_finished(s, trial, err);
    for (int32_t i = 0; i < f->n_values && status >= 0; i++)
        if (!isnan(f->values[i]))
            status = write_value(s, SQL_ADD_VALUE, trial, i, f->values[i], err);
    if (status >= 0 && f->constraints)
        status = write_constraints(s, trial, f, err);
    return status < 0 ? status : finish_record(s, trial, f, err);
}

int32_t sql_adopt(storage *base, int64_t trial, int64_t sequence, error *err)
{
    return db_run((database *)base, SQL_ADOPT, CELLS(CELL_INT(trial), CELL_INT(sequence)), err);
}

/* ---- on the way ---- */

int32_t sql_report(storage *base, int64_t trial, int64_t step, double value, error *err)
{
    return write_value((database *)base, SQL_SET_REPORT, trial, step, value, err);
}

int32_t sql_note(storage *base, int64_t trial, const char *key, double value, const char *text,
                 error *err)
{
    database *s = (database *)base;
    char number[JSON_NUMBER_ROOM];
    char *quoted = text ? json_text(text) : NULL;
    if (text && !quoted)
        return error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    if (!utf8_valid(key)) {
        free(quoted);
        return error_add(err, HONE_EINVAL, "a note's key must be UTF-8");
    }
    int32_t status = db_run(s, SQL_SET_NOTE,
                            CELLS(CELL_INT(trial), CELL_TEXT(key),
                                  CELL_TEXT(quoted ? quoted : json_number(value, number))),
                            err);
    free(quoted);
    return status;
}

int32_t sql_heartbeat(storage *base, int64_t trial, error *err)
{
    return db_run((database *)base, SQL_HEARTBEAT, CELLS(CELL_INT(trial)), err);
}

int32_t sql_own(storage *base, int64_t trial, const char *owner, error *err)
{
    return db_run((database *)base, SQL_OWN, CELLS(CELL_INT(trial), CELL_TEXT(owner)), err);
}
