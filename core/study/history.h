/* history.h - all trials of a study as contiguous columns, and the tables plugins see.
 *
 * One row a trial, in the order of numbers.  The native matrix is the record; each view that
 * a plugin asks for is a second matrix, made at first need and grown with the history.
 * Rows below full fidelity are left out of the views of plugins that do not know fidelities.
 * Memory a row at d float parameters: 16 d + about 60 bytes. */
#ifndef HONE_CORE_HISTORY_H
#define HONE_CORE_HISTORY_H

#include "space.h"

typedef struct history history;

/* What came of a trial.  Arrays are the caller's. */
typedef struct outcome {
    int32_t state;            /* HONE_COMPLETE, HONE_PRUNED, HONE_FAILED */
    const double *y;          /* [n_objectives] MINIMISED; NaN unless complete */
    const double *c;          /* [n_constraints] or NULL: unknown */
    const double *yvar;       /* [n_objectives] or NULL: unknown */
    double seconds;           /* NaN: unknown */
} outcome;

int32_t history_new(const space *s, history **out, error *err);
void history_free(history *h);

/* Adds a running trial; numbers increase strictly.  Returns its row or a negative status. */
int64_t history_start(history *h, int64_t number, const double *native, double ask_seconds,
                      error *err);
/* The trial in `row` finished: state, values and the order of finishing. */
int32_t history_finish(history *h, int64_t row, const outcome *o, error *err);
/* Keeps one intermediate value (MINIMISED); a repeated or smaller step is dropped: false. */
bool history_report(history *h, int64_t row, int64_t step, double value);

int64_t history_rows(const history *h);
int64_t history_row(const history *h, int64_t number);         /* -1: unknown */
int64_t history_number(const history *h, int64_t row);
int32_t history_state(const history *h, int64_t row);
const double *history_native(const history *h, int64_t row);   /* [n_params] */
const double *history_values(const history *h, int64_t row);   /* [n_objectives] minimised */
const double *history_constraints(const history *h, int64_t row); /* NULL: none */
double history_noise(const history *h, int64_t row, int32_t objective); /* yvar; NaN unknown */
double history_seconds(const history *h, int64_t row);
int64_t history_reports(const history *h, int64_t row, const int64_t **step, const double **value);
/* A COMPLETE row with exactly this native point, -1: none.  Kept only once asked for. */
int64_t history_find(history *h, const double *native);

/* The table as the plugin behind `v` sees it, with v as its mark; valid until the history
 * changes, beside tables for other views.  `budget`: trials planned, -1 unknown. */
int32_t history_table(history *h, const view *v, int64_t budget, hone_trials *out, error *err);
/* The table as it was when only the first n_finished trials had finished and `n` rows
 * existed: for replay.  finished rows beyond that count as running.  Valid until the history
 * changes or the past of another moment is asked for. */
int32_t history_past(history *h, const view *v, int64_t budget, int64_t n, int64_t n_finished,
                     hone_trials *out, error *err);
/* What finished from the first_finished-th on counts as finished in the order of numbers. */
void history_settle(history *h, int64_t first_finished);
/* Forgets the matrix made for v (its plugin is gone). */
void history_drop(history *h, const view *v);

/* Full fidelity, complete, all constraints <= 0. */
bool history_feasible(const history *h, int64_t row);
/* Row with the smallest feasible value of objective 0, the earlier of equals; -1: none. */
int64_t history_best(const history *h);
/* Feasible and non-dominated rows, increasing; returns how many; *rows from malloc. */
int64_t history_front(const history *h, int64_t **rows);

#endif
