/* history_table.c - the tables that plugins see: pointers into columns, and no copies where
 * the history's own columns serve.
 *
 *     whole table, now      the history's own columns
 *     whole table, earlier  a window: results of its own, as they were
 *     full fidelity only    a window with all columns of its own, now or as it was
 *
 * The points stand in a matrix for each different view, encoded once a row.  A window or a
 * matrix is brought forward by what is new since the last call, so that a table costs O(1)
 * beside the new rows; a window that has to go back starts again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "history_parts.h"

/* ---- windows -------------------------------------------------------------------------- */

static bool window_reserve(const history *h, window *w, int64_t need)
{
    const int64_t room = more(w->room, need);

    if (need <= w->room)
        return true;
    if (!results_resize(h, &w->results, room))
        return false;
    if (w->full_only &&
        (!resize(&w->row, room, sizeof *w->row) || !resize(&w->number, room, sizeof *w->number) ||
         !resize(&w->ask_seconds, room, sizeof *w->ask_seconds) ||
         !resize(&w->finished, room, sizeof *w->finished)))
        return false;
    w->room = room;
    return true;
}

static void window_restart(window *w)
{
    w->n_rows = w->n_events = w->n = w->n_finished = 0;
    w->running.n = w->running.stale = 0;
    free(w->results.yvar); /* it exists from the first known value on, as in the history */
    w->results.yvar = NULL;
}

static void window_free(window *w)
{
    results_free(&w->results);
    free(w->running.row);
    free(w->row);
    free(w->number);
    free(w->ask_seconds);
    free(w->finished);
}

/* A row starts. */
static bool window_start(const history *h, window *w, int64_t row)
{
    if (w->full_only && !full_fidelity(h, row))
        return true;
    if (!window_reserve(h, w, w->n + 1))
        return false;
    results_clear(h, &w->results, w->n);
    if (w->full_only) {
        w->row[w->n] = row;
        w->number[w->n] = h->number[row];
        w->ask_seconds[w->n] = h->ask_seconds[row];
    }
    w->n++;
    return true;
}

/* The place of a row of the history in the window, -1: left out. */
static int64_t window_place(const window *w, int64_t row)
{
    int64_t low = 0, high = w->n;

    if (!w->full_only)
        return row;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;

        if (w->row[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low < w->n && w->row[low] == row ? low : -1;
}

static bool window_noise(const history *h, window *w, int64_t row, int64_t at)
{
    const size_t m = (size_t)h->n_objectives;
    bool known = false;

    for (int32_t i = 0; h->results.yvar && i < h->n_objectives; i++)
        known = known || !isnan(history_noise(h, row, i));
    if (known && !w->results.yvar) {
        if (!resize(&w->results.yvar, w->room, m * sizeof(double)))
            return false;
        for (int64_t i = 0; i < w->n * h->n_objectives; i++)
            w->results.yvar[i] = NAN;
    }
    if (known)
        memcpy(w->results.yvar + (size_t)at * m, h->results.yvar + (size_t)row * m,
               m * sizeof(double));
    return true;
}

/* A row finishes. */
static bool window_finish(const history *h, window *w, int64_t row)
{
    const size_t m = (size_t)h->n_objectives, k = (size_t)h->n_constraints;
    const int64_t at = window_place(w, row);

    if (at < 0)
        return true;
    w->results.state[at] = h->results.state[row];
    w->results.seconds[at] = h->results.seconds[row];
    memcpy(w->results.y + (size_t)at * m, history_values(h, row), m * sizeof(double));
    if (w->results.c)
        memcpy(w->results.c + (size_t)at * k, history_constraints(h, row), k * sizeof(double));
    if (w->full_only)
        w->finished[w->n_finished++] = at;
    w->running.stale++;
    return window_noise(h, w, row, at);
}

/* The window as of n rows and n_events finished trials. */
static bool window_move(const history *h, window *w, int64_t n, int64_t n_events)
{
    int64_t first;

    if (n < w->n_rows || n_events < w->n_events)
        window_restart(w);
    if (!window_reserve(h, w, 1))
        return false;
    first = w->n;
    for (; w->n_rows < n; w->n_rows++)
        if (!window_start(h, w, w->n_rows))
            goto restart;
    for (; w->n_events < n_events; w->n_events++)
        if (!window_finish(h, w, finished_row(h, w->n_events)))
            goto restart;
    running_sweep(&w->running, w->results.state);
    for (int64_t at = first; at < w->n; at++)
        if (w->results.state[at] == HONE_RUNNING && !running_add(&w->running, at))
            goto restart;
    return true;
restart:
    window_restart(w);
    return false;
}

/* ---- matrices --------------------------------------------------------------------------- */

static bool leaves_rows_out(const view *v)
{
    return v->space->n > 0 && v->space->fidelity >= 0 && !(v->caps & HONE_CAP_FIDELITY);
}

static bool matrix_used_by(const matrix *m, const view *v)
{
    for (int32_t i = 0; i < m->n_views; i++)
        if (m->views[i] == v)
            return true;
    return false;
}

static bool matrix_join(matrix *m, const view *v)
{
    if (!resize(&m->views, m->n_views + 1, sizeof *m->views))
        return false;
    m->views[m->n_views++] = v;
    return true;
}

/* The matrix for v, made if there is none for an equal view; NULL: out of memory. */
static matrix *matrix_for(history *h, const view *v)
{
    for (int32_t i = 0; i < h->n_matrices; i++)
        if (matrix_used_by(&h->matrices[i], v))
            return &h->matrices[i];
    for (int32_t i = 0; i < h->n_matrices; i++)
        if (view_same(h->matrices[i].views[0], v))
            return matrix_join(&h->matrices[i], v) ? &h->matrices[i] : NULL;

    matrix made = {0};
    if (!resize(&h->matrices, h->n_matrices + 1, sizeof *h->matrices) || !matrix_join(&made, v))
        return NULL;
    h->matrices[h->n_matrices] = made;
    return &h->matrices[h->n_matrices++];
}

static bool matrix_move(const history *h, matrix *m)
{
    const view *v = m->views[0];
    const bool full_only = leaves_rows_out(v);
    const size_t cols = (size_t)v->table.n_cols;

    if (!grow(&m->x, &m->room, 1, cols * sizeof *m->x))
        return false;
    for (; m->n_rows < h->n; m->n_rows++) {
        if (full_only && !full_fidelity(h, m->n_rows))
            continue;
        if (!grow(&m->x, &m->room, m->n + 1, cols * sizeof *m->x))
            return false;
        view_encode(v, history_native(h, m->n_rows), m->x + (size_t)m->n * cols);
        m->n++;
    }
    return true;
}

/* The points in the columns of v; NULL: out of memory. */
static const double *points(history *h, const view *v)
{
    matrix *m;

    if (view_native(v) && !leaves_rows_out(v))
        return h->native;
    m = matrix_for(h, v);
    return m && matrix_move(h, m) ? m->x : NULL;
}

void history_drop(history *h, const view *v)
{
    for (int32_t i = 0; i < h->n_matrices; i++) {
        matrix *m = &h->matrices[i];

        for (int32_t j = 0; j < m->n_views; j++)
            if (m->views[j] == v)
                m->views[j--] = m->views[--m->n_views];
        if (m->n_views > 0)
            continue;
        free(m->views);
        free(m->x);
        *m = h->matrices[--h->n_matrices];
        i--;
    }
}

void tables_free(history *h)
{
    for (int32_t i = 0; i < h->n_matrices; i++) {
        free(h->matrices[i].views);
        free(h->matrices[i].x);
    }
    free(h->matrices);
    for (int i = 0; i < N_WINDOWS; i++)
        window_free(&h->windows[i]);
}

/* ---- tables -------------------------------------------------------------------------------- */

/* The whole history, now. */
static void describe(const history *h, int64_t budget, hone_trials *out)
{
    *out = (hone_trials){
        .size = sizeof *out,
        .n_objectives = h->n_objectives,
        .n = h->n,
        .n_constraints = h->n_constraints,
        .budget = budget,
        .number = h->number,
        .state = h->results.state,
        .y = h->results.y,
        .ldy = h->n_objectives,
        .c = h->results.c,
        .ldc = h->n_constraints,
        .yvar = h->results.yvar,
        .ldv = h->n_objectives,
        .seconds = h->results.seconds,
        .ask_seconds = h->ask_seconds,
        .finished = h->finished ? h->finished : h->number,
        .n_finished = h->n_finished,
        .running = h->running.row,
        .n_running = h->running.n,
    };
}

static void describe_window(const window *w, hone_trials *out)
{
    out->n = w->n;
    out->state = w->results.state;
    out->y = w->results.y;
    out->c = w->results.c;
    out->yvar = w->results.yvar;
    out->seconds = w->results.seconds;
    out->running = w->running.row;
    out->n_running = w->running.n;
    out->n_finished = w->n_events;
    if (!w->full_only)
        return;
    out->number = w->number;
    out->ask_seconds = w->ask_seconds;
    out->finished = w->finished;
    out->n_finished = w->n_finished;
}

static int32_t table(history *h, const view *v, int64_t budget, window *w, int64_t n,
                     int64_t n_finished, hone_trials *out, error *err)
{
    const double *x = NULL;

    if (reserve(h, 1) && (!w || window_move(h, w, n, n_finished)))
        x = points(h, v);
    if (!x)
        return error_add(err, HONE_ENOMEM, "out of memory for the table of %lld trials",
                         (long long)n);
    running_sweep(&h->running, h->results.state);
    describe(h, budget, out);
    if (w)
        describe_window(w, out);
    out->x = x;
    out->ldx = v->table.n_cols;
    out->view = v;
    return HONE_OK;
}

int32_t history_table(history *h, const view *v, int64_t budget, hone_trials *out, error *err)
{
    window *w = leaves_rows_out(v) ? &h->windows[LIVE_FULL] : NULL;

    return table(h, v, budget, w, h->n, h->n_finished, out, err);
}

int32_t history_past(history *h, const view *v, int64_t budget, int64_t n, int64_t n_finished,
                     hone_trials *out, error *err)
{
    window *w = &h->windows[leaves_rows_out(v) ? PAST_FULL : PAST_ALL];

    if (n > h->n || n_finished > h->n_finished)
        return error_add(err, HONE_EINVAL, "the history has %lld trials, %lld of them finished",
                         (long long)h->n, (long long)h->n_finished);
    return table(h, v, budget, w, n, n_finished, out, err);
}

/* ---- another order ---- */

static int by_row(const void *a, const void *b)
{
    const int64_t i = *(const int64_t *)a, j = *(const int64_t *)b;

    return (i > j) - (i < j);
}

void history_settle(history *h, int64_t first_finished)
{
    if (!h->finished || first_finished >= h->n_finished)
        return; /* in order already */
    qsort(h->finished + first_finished, (size_t)(h->n_finished - first_finished),
          sizeof *h->finished, by_row);
    /* What followed from the order that was is made anew. */
    if (h->front->n_events > first_finished)
        h->front->n = h->front->n_events = 0;
    if (h->n_found_events > first_finished) {
        memset(h->found, 0, (size_t)h->n_found * sizeof *h->found);
        h->n_found_events = 0;
    }
    for (int i = 0; i < N_WINDOWS; i++)
        if (h->windows[i].n_events > first_finished)
            window_restart(&h->windows[i]);
}
