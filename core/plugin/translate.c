/* translate.c - between the columns that a strategy sees and those that its asker speaks.
 *
 * An asker with unit columns may use a strategy that wants native values, and the other way
 * round.  The study's own history has a matrix for each view, so its tables are translated by
 * exchanging the pointer to the points, or by asking the history for the table as the other
 * view has it; a table that a plugin made is copied row by row. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "instance_state.h"

typedef struct translation {
    double *native;            /* [n_params] */
    double *points;            /* [room_points x n_cols] the plugin's answer */
    int64_t room_points;
    int64_t *rows;             /* [room_rows] told rows in the plugin's table */
    int64_t room_rows;
    /* a copied table: [room] rows */
    int64_t room;
    int64_t *number, *finished, *running, *place; /* place: row of the copy, -1: left out */
    int32_t *state;
    double *x, *y, *c, *yvar, *seconds, *ask_seconds;
} translation;

static void free_columns(translation *t)
{
    free(t->number);
    free(t->finished);
    free(t->running);
    free(t->place);
    free(t->state);
    free(t->x);
    free(t->y);
    free(t->c);
    free(t->yvar);
    free(t->seconds);
    free(t->ask_seconds);
}

void translate_free(instance *i)
{
    translation *t = i->translation;
    if (!t)
        return;
    free_columns(t);
    free(t->native);
    free(t->points);
    free(t->rows);
    free(t);
    i->translation = NULL;
}

static translation *buffers(instance *i, error *err)
{
    if (!i->translation && (i->translation = calloc(1, sizeof *i->translation))) {
        i->translation->native = malloc(((size_t)i->seen->space->n + 1) * sizeof(double));
        if (!i->translation->native)
            translate_free(i);
    }
    if (!i->translation)
        error_add(err, HONE_ENOMEM, "out of memory for points in other columns");
    return i->translation;
}

bool translate_needed(const instance *i)
{
    return i->seen != i->spoken && !view_same(i->seen, i->spoken);
}

/* Does a plugin with this view not see trials below full fidelity? */
static bool leaves_out(const view *v)
{
    return v->space->fidelity >= 0 && !(v->caps & HONE_CAP_FIDELITY);
}

/* ---- points ---- */

double *translate_room(instance *i, int64_t n, error *err)
{
    translation *t = buffers(i, err);
    if (!t)
        return NULL;
    if (n > t->room_points) {
        size_t cols = (size_t)i->seen->table.n_cols + 1;
        double *more = realloc(t->points, (size_t)n * cols * sizeof *more);
        if (!more) {
            error_add(err, HONE_ENOMEM, "out of memory for %lld points", (long long)n);
            return NULL;
        }
        t->points = more;
        t->room_points = n;
    }
    return t->points;
}

int32_t translate_points(instance *i, int64_t n, const double *from, double *x, int64_t ldx,
                         error *err)
{
    translation *t = buffers(i, err);
    if (!t)
        return HONE_ENOMEM;
    for (int64_t r = 0; r < n; r++) {
        view_decode(i->seen, from + r * i->seen->table.n_cols, t->native);
        view_encode(i->spoken, t->native, x + r * ldx);
    }
    return HONE_OK;
}

/* ---- a copied table ---- */

static void *resized(void *old, int64_t n, size_t size, bool *failed)
{
    void *more = realloc(old, (size_t)n * size + 1);
    *failed |= !more;
    return more ? more : old;
}

static bool make_room(const instance *i, translation *t, const hone_trials *from)
{
    const size_t cols = (size_t)i->seen->table.n_cols, goals = (size_t)from->n_objectives;
    const int64_t n = from->n > t->room ? from->n + from->n / 2 : t->room;
    bool failed = false;
    if (from->n <= t->room && t->number)
        return true;
    t->number = resized(t->number, n, sizeof *t->number, &failed);
    t->finished = resized(t->finished, n, sizeof *t->finished, &failed);
    t->running = resized(t->running, n, sizeof *t->running, &failed);
    t->place = resized(t->place, n, sizeof *t->place, &failed);
    t->state = resized(t->state, n, sizeof *t->state, &failed);
    t->x = resized(t->x, n, cols * sizeof *t->x, &failed);
    t->y = resized(t->y, n, goals * sizeof *t->y, &failed);
    t->c = resized(t->c, n, (size_t)from->n_constraints * sizeof *t->c, &failed);
    t->yvar = resized(t->yvar, n, goals * sizeof *t->yvar, &failed);
    t->seconds = resized(t->seconds, n, sizeof *t->seconds, &failed);
    t->ask_seconds = resized(t->ask_seconds, n, sizeof *t->ask_seconds, &failed);
    if (!failed)
        t->room = n;
    return !failed;
}

static void copy_row(const instance *i, translation *t, const hone_trials *from, int64_t r,
                     int64_t to)
{
    const size_t goals = (size_t)from->n_objectives, limits = (size_t)from->n_constraints;
    view_encode(i->seen, t->native, t->x + to * i->seen->table.n_cols);
    t->number[to] = from->number[r];
    t->state[to] = from->state[r];
    memcpy(t->y + (size_t)to * goals, from->y + r * from->ldy, goals * sizeof *t->y);
    if (from->c)
        memcpy(t->c + (size_t)to * limits, from->c + r * from->ldc, limits * sizeof *t->c);
    if (from->yvar)
        memcpy(t->yvar + (size_t)to * goals, from->yvar + r * from->ldv, goals * sizeof *t->yvar);
    if (from->seconds)
        t->seconds[to] = from->seconds[r];
    if (from->ask_seconds)
        t->ask_seconds[to] = from->ask_seconds[r];
}

/* A list of rows, as rows of the copy. */
static int64_t copy_list(const translation *t, int64_t n, const int64_t *row, int64_t *out)
{
    int64_t kept = 0;
    for (int64_t k = 0; k < n; k++)
        if (t->place[row[k]] >= 0)
            out[kept++] = t->place[row[k]];
    return kept;
}

static void copy_table(const instance *i, translation *t, const hone_trials *from,
                       hone_trials *out)
{
    const space *s = i->seen->space;
    const bool full_only = leaves_out(i->seen) && !leaves_out(i->spoken);
    int64_t n = 0;
    for (int64_t r = 0; r < from->n; r++) {
        view_decode(i->spoken, from->x + r * from->ldx, t->native);
        bool low = full_only && t->native[s->fidelity] < s->params[s->fidelity].high;
        t->place[r] = low ? -1 : n;
        if (!low)
            copy_row(i, t, from, r, n++);
    }
    *out = *from;
    out->n = n;
    out->number = t->number;
    out->state = t->state;
    out->x = t->x;
    out->ldx = i->seen->table.n_cols;
    out->y = t->y;
    out->ldy = from->n_objectives;
    out->c = from->c ? t->c : NULL;
    out->ldc = from->n_constraints;
    out->yvar = from->yvar ? t->yvar : NULL;
    out->ldv = from->n_objectives;
    out->seconds = from->seconds ? t->seconds : NULL;
    out->ask_seconds = from->ask_seconds ? t->ask_seconds : NULL;
    out->n_finished = copy_list(t, from->n_finished, from->finished, t->finished);
    out->finished = t->finished;
    out->n_running = copy_list(t, from->n_running, from->running, t->running);
    out->running = t->running;
    out->view = NULL;
}

/* ---- tables ---- */

/* The study's own table, as its history has it for the asker.  Rows are the same where both
 * or neither see low fidelities: then only the points are exchanged. */
static int32_t from_history(instance *i, const hone_trials *from, hone_trials *out, error *err)
{
    history *h = i->around->history;
    hone_trials own;
    int32_t status;
    if (leaves_out(i->seen) == leaves_out(i->spoken)) {
        if ((status = history_table(h, i->seen, from->budget, &own, err)) < 0)
            return status;
        *out = *from;
        out->x = own.x;
        out->ldx = own.ldx;
        out->view = own.view;
        return HONE_OK;
    }
    return from->n == history_rows(h)
               ? history_table(h, i->seen, from->budget, out, err)
               : history_past(h, i->seen, from->budget, from->n, from->n_finished, out, err);
}

int32_t translate_table(instance *i, const hone_trials *from, hone_trials *out, error *err)
{
    translation *t = buffers(i, err);
    if (!t)
        return HONE_ENOMEM;
    if (from->view && from->view == i->spoken && i->around->history)
        return from_history(i, from, out, err);
    if (!make_room(i, t, from))
        return error_add(err, HONE_ENOMEM, "out of memory for a table of %lld trials",
                         (long long)from->n);
    copy_table(i, t, from, out);
    return HONE_OK;
}

/* The row of a trial's number in a table, -1: none. */
static int64_t row_of(const hone_trials *t, int64_t number)
{
    int64_t low = 0, high = t->n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (t->number[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->n && t->number[low] == number ? low : -1;
}

int32_t translate_rows(instance *i, const hone_trials *from, const hone_trials *to, int64_t n,
                       const int64_t *row, const int64_t **out, int64_t *n_out, error *err)
{
    translation *t = buffers(i, err);
    if (!t)
        return HONE_ENOMEM;
    if (n > t->room_rows) {
        int64_t *more = realloc(t->rows, (size_t)n * sizeof *more);
        if (!more)
            return error_add(err, HONE_ENOMEM, "out of memory for %lld results", (long long)n);
        t->rows = more;
        t->room_rows = n;
    }
    *n_out = 0;
    for (int64_t k = 0; k < n; k++) {
        int64_t at = row_of(to, from->number[row[k]]);
        if (at >= 0)
            t->rows[(*n_out)++] = at;
    }
    *out = t->rows;
    return HONE_OK;
}
