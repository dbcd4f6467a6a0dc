/* history_parts.h - what a history is made of: for history.c, history_table.c and
 * history_index.c only.
 *
 * Columns are plain arrays that grow by a third; a large realloc moves pages, not bytes, and
 * the unused end of an array is never touched, so it costs no memory. */
#ifndef HONE_CORE_HISTORY_PARTS_H
#define HONE_CORE_HISTORY_PARTS_H

#include "history.h"

/* What came of trials, by row.  NaN where a row has not finished or a value is unknown. */
typedef struct results {
    int32_t *state;
    double *y;       /* [n_objectives] a row, minimised */
    double *c;       /* [n_constraints] a row; NULL: the study has no constraints */
    double *yvar;    /* [n_objectives] a row; NULL: unknown in every row */
    double *seconds;
} results;

/* Rows that run, increasing; entries whose state is another one are dropped lazily. */
typedef struct running {
    int64_t *row;
    int64_t n, room, stale;
} running;

/* Intermediate values of one trial, as one block: steps, then values. */
typedef struct reports {
    int64_t n, room;
    int64_t *step;   /* [room], from malloc; the values follow */
} reports;

/* A history as it was, or without the rows below full fidelity: its own results, brought
 * forward as rows start and finish. */
typedef struct window {
    bool full_only;      /* keep rows of full fidelity only */
    int64_t n_rows;      /* rows of the history that it has looked at */
    int64_t n_events;    /* finishing events that it has looked at */
    int64_t n, room;     /* rows kept */
    results results;     /* [n] */
    running running;
    /* with full_only: otherwise the history's own serve */
    int64_t *row;        /* [n] row of the history */
    int64_t *number;     /* [n] */
    double *ask_seconds; /* [n] */
    int64_t *finished;   /* [n_finished] */
    int64_t n_finished;
} window;

/* The points in the columns of one or more equal views. */
typedef struct matrix {
    const view **views;  /* [n_views] users; the first one encodes */
    int32_t n_views;
    int64_t n, room;     /* rows encoded */
    int64_t n_rows;      /* rows of the history looked at */
    double *x;           /* n x n_cols */
} matrix;

enum { LIVE_FULL, PAST_ALL, PAST_FULL, N_WINDOWS };

/* Non-dominated rows, unordered, after the first n_events finishing events. */
typedef struct front {
    int64_t *row;
    int64_t n, room, n_events;
} front;

struct history {
    const space *space;
    int32_t n_params, n_objectives, n_constraints;
    int64_t n, room;
    double *native;      /* n x n_params */
    int64_t *number;     /* [n] increasing */
    double *ask_seconds; /* [n] */
    results results;     /* [n] */
    int64_t *finished;   /* [n_finished] rows in order of finishing; NULL while that is the
                          * order of rows and numbers are rows: number[] says the same */
    int64_t n_finished;
    running running;
    int64_t best;        /* row, -1: none */
    reports *reports;    /* [n_reports <= n] made at the first report */
    int64_t n_reports;
    uint32_t *found;     /* [n_found, a power of two] hash of complete points: row + 1, 0: empty */
    int64_t n_found, n_found_events; /* finishing events in it */
    front *front;        /* never NULL */
    matrix *matrices;    /* [n_matrices] */
    int32_t n_matrices;
    window windows[N_WINDOWS];
};

int64_t more(int64_t room, int64_t need); /* the next size: a third more, at least `need` */
bool reserve(history *h, int64_t need);   /* columns for `need` rows */
/* array := room for at least `need` elements of `size` bytes; false: unchanged. */
bool grow(void *array, int64_t *room, int64_t need, size_t size);
/* array := exactly `room` elements. */
bool resize(void *array, int64_t room, size_t size);
bool results_resize(const history *h, results *r, int64_t room);
void results_clear(const history *h, results *r, int64_t row); /* RUNNING, all else NaN */
void results_free(results *r);

bool running_add(running *r, int64_t row);
void running_sweep(running *r, const int32_t *state); /* drops what runs no longer */

int64_t finished_row(const history *h, int64_t event); /* the row that finished event-th */
bool full_fidelity(const history *h, int64_t row);
void tables_free(history *h);

#endif
