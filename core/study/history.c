/* history.c - the columns of all trials: how rows start, report and finish.
 *
 * The order of finishing is kept beside the order of numbers, so that what followed from it
 * (the table of an earlier moment, the front, the hash of points) can be brought forward by
 * the new events alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "history_parts.h"

/* ---- growing --------------------------------------------------------------------- */

bool resize(void *array, int64_t room, size_t size)
{
    void *old, *new;

    memcpy(&old, array, sizeof old);
    if (!(new = realloc(old, (size_t)(room > 0 ? room : 1) * (size > 0 ? size : 1))))
        return false;
    memcpy(array, &new, sizeof new);
    return true;
}

int64_t more(int64_t room, int64_t need)
{
    const int64_t third = room + room / 3 + 8;

    return third > need ? third : need;
}

bool grow(void *array, int64_t *room, int64_t need, size_t size)
{
    if (need <= *room)
        return true;
    if (!resize(array, more(*room, need), size))
        return false;
    *room = more(*room, need);
    return true;
}

bool results_resize(const history *h, results *r, int64_t room)
{
    const size_t m = (size_t)h->n_objectives, k = (size_t)h->n_constraints;

    return resize(&r->state, room, sizeof *r->state) &&
           resize(&r->y, room, m * sizeof *r->y) &&
           (k == 0 || resize(&r->c, room, k * sizeof *r->c)) &&
           (!r->yvar || resize(&r->yvar, room, m * sizeof *r->yvar)) &&
           resize(&r->seconds, room, sizeof *r->seconds);
}

static void fill(double *x, int64_t n, const double *from)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = from ? from[i] : NAN;
}

void results_clear(const history *h, results *r, int64_t row)
{
    r->state[row] = HONE_RUNNING;
    fill(r->y + row * h->n_objectives, h->n_objectives, NULL);
    if (r->c)
        fill(r->c + row * h->n_constraints, h->n_constraints, NULL);
    if (r->yvar)
        fill(r->yvar + row * h->n_objectives, h->n_objectives, NULL);
    r->seconds[row] = NAN;
}

void results_free(results *r)
{
    free(r->state);
    free(r->y);
    free(r->c);
    free(r->yvar);
    free(r->seconds);
    memset(r, 0, sizeof *r);
}

bool reserve(history *h, int64_t need)
{
    const int64_t room = more(h->room, need);

    if (need <= h->room)
        return true;
    if (!resize(&h->native, room, (size_t)h->n_params * sizeof *h->native) ||
        !resize(&h->number, room, sizeof *h->number) ||
        !resize(&h->ask_seconds, room, sizeof *h->ask_seconds) ||
        (h->finished && !resize(&h->finished, room, sizeof *h->finished)) ||
        !results_resize(h, &h->results, room))
        return false;
    h->room = room;
    return true;
}

/* ---- the rows that run -------------------------------------------------------------- */

bool running_add(running *r, int64_t row)
{
    if (!grow(&r->row, &r->room, r->n + 1, sizeof *r->row))
        return false;
    r->row[r->n++] = row;
    return true;
}

void running_sweep(running *r, const int32_t *state)
{
    int64_t kept = 0;

    for (int64_t i = 0; r->stale > 0 && i < r->n; i++)
        if (state[r->row[i]] == HONE_RUNNING)
            r->row[kept++] = r->row[i];
    if (r->stale > 0)
        r->n = kept;
    r->stale = 0;
}

/* ---- life ---------------------------------------------------------------------------- */

int32_t history_new(const space *s, history **out, error *err)
{
    history *h = calloc(1, sizeof *h);

    if (h && !(h->front = calloc(1, sizeof *h->front))) {
        free(h);
        h = NULL;
    }
    *out = h;
    if (!h)
        return error_add(err, HONE_ENOMEM, "out of memory for the history");
    h->space = s;
    h->n_params = s->n;
    h->n_objectives = s->n_objectives;
    h->n_constraints = s->n_constraints;
    h->best = -1;
    h->windows[LIVE_FULL].full_only = h->windows[PAST_FULL].full_only = true;
    return HONE_OK;
}

void history_free(history *h)
{
    if (!h)
        return;
    tables_free(h);
    for (int64_t i = 0; i < h->n_reports; i++)
        free(h->reports[i].step);
    free(h->reports);
    free(h->native);
    free(h->number);
    free(h->ask_seconds);
    free(h->finished);
    free(h->running.row);
    results_free(&h->results);
    free(h->found);
    free(h->front->row);
    free(h->front);
    free(h);
}

/* ---- a trial starts --------------------------------------------------------------------- */

int64_t history_start(history *h, int64_t number, const double *native, double ask_seconds,
                      error *err)
{
    const int64_t row = h->n;
    double *x;

    if (row > 0 && number <= h->number[row - 1])
        return error_add(err, HONE_EINVAL, "trial %lld comes after trial %lld",
                         (long long)number, (long long)h->number[row - 1]);
    if (row >= UINT32_MAX - 1)
        return error_add(err, HONE_EUNSUPPORTED, "a study holds at most 2^32 - 2 trials");
    if (!reserve(h, row + 1) || !running_add(&h->running, row))
        return error_add(err, HONE_ENOMEM, "out of memory for trial %lld", (long long)number);

    x = h->native + row * h->n_params;
    for (int32_t i = 0; i < h->n_params; i++)
        x[i] = isnan(native[i]) ? NAN : native[i] + 0.0; /* one NaN, and no -0.0 */
    h->number[row] = number;
    h->ask_seconds[row] = ask_seconds;
    results_clear(h, &h->results, row);
    h->n++;
    return row;
}

/* ---- and reports --------------------------------------------------------------------------- */

static bool reports_reserve(history *h, int64_t row)
{
    if (row < h->n_reports)
        return true;
    if (!resize(&h->reports, h->room, sizeof *h->reports))
        return false;
    memset(h->reports + h->n_reports, 0, (size_t)(h->room - h->n_reports) * sizeof *h->reports);
    h->n_reports = h->room;
    return true;
}

bool history_report(history *h, int64_t row, int64_t step, double value)
{
    reports *r;

    if (row < 0 || row >= h->n || !reports_reserve(h, row))
        return false;
    r = &h->reports[row];
    if (r->n > 0 && step <= r->step[r->n - 1])
        return false;
    if (r->n == r->room) {
        const int64_t room = more(r->room, r->n + 1);

        if (!resize(&r->step, room, sizeof *r->step + sizeof(double)))
            return false;
        memmove(r->step + room, r->step + r->room, (size_t)r->n * sizeof(double));
        r->room = room;
    }
    r->step[r->n] = step;
    memcpy(r->step + r->room + r->n, &value, sizeof value);
    r->n++;
    return true;
}

int64_t history_reports(const history *h, int64_t row, const int64_t **step, const double **value)
{
    if (row < 0 || row >= h->n || row >= h->n_reports || h->reports[row].n == 0)
        return 0;
    *step = h->reports[row].step;
    *value = (const double *)(h->reports[row].step + h->reports[row].room);
    return h->reports[row].n;
}

/* ---- and finishes --------------------------------------------------------------------- */

/* The column of noise exists from the first known value on. */
static bool noise_reserve(history *h, const outcome *o)
{
    bool known = false;

    for (int32_t i = 0; o->yvar && i < h->n_objectives; i++)
        known = known || !isnan(o->yvar[i]);
    if (!known || h->results.yvar)
        return true;
    if (!resize(&h->results.yvar, h->room, (size_t)h->n_objectives * sizeof(double)))
        return false;
    fill(h->results.yvar, h->n * h->n_objectives, NULL);
    return true;
}

/* The order of finishing is kept from the first row on that breaks it (history_parts.h). */
static bool order_reserve(history *h, int64_t row)
{
    if (h->finished || (row == h->n_finished && h->number[row] == row))
        return true;
    if (!resize(&h->finished, h->room, sizeof *h->finished))
        return false;
    for (int64_t i = 0; i < h->n_finished; i++)
        h->finished[i] = i;
    return true;
}

static int32_t check(const history *h, int64_t row, const outcome *o, error *err)
{
    if (row < 0 || row >= h->n)
        return error_add(err, HONE_EINVAL, "there is no trial in row %lld", (long long)row);
    if (h->results.state[row] != HONE_RUNNING)
        return error_add(err, HONE_ESTATE, "trial %lld has finished already",
                         (long long)h->number[row]);
    if (o->state != HONE_COMPLETE && o->state != HONE_PRUNED && o->state != HONE_FAILED)
        return error_add(err, HONE_EINVAL, "trial %lld cannot finish in state %d",
                         (long long)h->number[row], o->state);
    for (int32_t i = 0; o->state == HONE_COMPLETE && i < h->n_objectives; i++)
        if (!isfinite(o->y[i]))
            return error_add(err, HONE_EINVAL, "trial %lld is complete without a finite value",
                             (long long)h->number[row]);
    return HONE_OK;
}

int32_t history_finish(history *h, int64_t row, const outcome *o, error *err)
{
    const int32_t m = h->n_objectives, k = h->n_constraints;
    const int32_t status = check(h, row, o, err);
    results *r = &h->results;

    if (status < 0)
        return status;
    if (!noise_reserve(h, o) || !order_reserve(h, row))
        return error_add(err, HONE_ENOMEM, "out of memory for the result of trial %lld",
                         (long long)h->number[row]);

    r->state[row] = o->state;
    if (o->state == HONE_COMPLETE)
        fill(r->y + row * m, m, o->y);
    if (r->c)
        fill(r->c + row * k, k, o->c);
    if (r->yvar)
        fill(r->yvar + row * m, m, o->yvar);
    r->seconds[row] = o->seconds;
    if (h->finished)
        h->finished[h->n_finished] = row;
    h->n_finished++;
    h->running.stale++;
    if (h->running.stale * 2 > h->running.n)
        running_sweep(&h->running, r->state);

    if (history_feasible(h, row)) {
        const double y = r->y[row * m], best = h->best < 0 ? INFINITY : r->y[h->best * m];

        if (h->best < 0 || y < best || (y == best && row < h->best))
            h->best = row;
    }
    return HONE_OK;
}

/* ---- looking ---------------------------------------------------------------------------- */

int64_t history_rows(const history *h)
{
    return h->n;
}

int64_t history_row(const history *h, int64_t number)
{
    int64_t low = 0, high = h->n;

    if (number >= 0 && number < h->n && h->number[number] == number)
        return number;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;

        if (h->number[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < h->n && h->number[low] == number ? low : -1;
}

int64_t history_number(const history *h, int64_t row)
{
    return h->number[row];
}

int32_t history_state(const history *h, int64_t row)
{
    return h->results.state[row];
}

const double *history_native(const history *h, int64_t row)
{
    return h->native + row * h->n_params;
}

const double *history_values(const history *h, int64_t row)
{
    return h->results.y + row * h->n_objectives;
}

const double *history_constraints(const history *h, int64_t row)
{
    return h->results.c ? h->results.c + row * h->n_constraints : NULL;
}

double history_noise(const history *h, int64_t row, int32_t objective)
{
    return h->results.yvar ? h->results.yvar[row * h->n_objectives + objective] : NAN;
}

double history_seconds(const history *h, int64_t row)
{
    return h->results.seconds[row];
}

int64_t finished_row(const history *h, int64_t event)
{
    return h->finished ? h->finished[event] : event;
}

bool full_fidelity(const history *h, int64_t row)
{
    const int32_t f = h->space->fidelity;

    if (h->n_params == 0 || f < 0)
        return true;
    return h->native[row * h->n_params + f] == h->space->params[f].high;
}

bool history_feasible(const history *h, int64_t row)
{
    const double *c = history_constraints(h, row);

    if (h->results.state[row] != HONE_COMPLETE || !full_fidelity(h, row))
        return false;
    for (int32_t i = 0; c && i < h->n_constraints; i++)
        if (!(c[i] <= 0)) /* unknown is not feasible */
            return false;
    return true;
}

int64_t history_best(const history *h)
{
    return h->best;
}
