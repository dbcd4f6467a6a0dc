/* storage_reader.h - scans over the tables of a database, merged trial by trial. */
#ifndef HONE_CORE_STORAGE_READER_H
#define HONE_CORE_STORAGE_READER_H

#include "storage_sql.h"

typedef struct scan {
    rows *statement; /* NULL: nothing to find */
    int64_t trial;   /* of the current row; INT64_MAX at the end */
} scan;

typedef struct column {
    char *name;
    int32_t param;      /* index into the space */
    char *distribution; /* text that was accepted last */
} column;

typedef struct reader {
    database *s;
    const space *space;  /* may be NULL */
    column *columns;     /* [space->n] in order of names */
    int32_t next_column; /* where the next name is expected */
    scan params, values, own, reports, system, notes;
    trial_record record;
    int64_t room_values, room_steps, room_reported, room_keys, room_json;
    bool foreign; /* another program's trial: we measured nothing */
    bool listed;  /* the trial's constraints came as one list */
} reader;

/* The next row of a scan. */
int32_t scan_next(database *s, scan *c, error *err);
/* Passes over rows of earlier trials (of other studies). */
int32_t scan_to(database *s, scan *c, int64_t trial, error *err);

/* storage_record.c */
int32_t record_init(reader *r, error *err);
/* From a row (trial_id, number, state, datetime_start, datetime_complete) of trials. */
int32_t record_read(reader *r, rows *row, error *err);
void record_free(reader *r);

#endif
