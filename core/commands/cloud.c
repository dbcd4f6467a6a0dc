/* cloud.c - points of a space with values: from CSV files, grids, or one by one. */
#include "cloud.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double GRID_MOST = 1e6; /* points */

/* ---- points -------------------------------------------------------------------------------*/

void cloud_free(cloud *p)
{
    free(p->native);
    free(p->y);
    free(p->yvar);
}

static bool grow(double **array, int64_t n)
{
    double *larger = realloc(*array, (size_t)n * sizeof *larger + 1);
    if (larger)
        *array = larger;
    return larger != NULL;
}

int32_t cloud_add(cloud *p, const space *s, const double *native, double y, double yvar,
                  error *err)
{
    if (p->n == p->room) {
        int64_t room = 2 * p->room + 64;
        if (!grow(&p->native, room * s->n) || !grow(&p->y, room) || !grow(&p->yvar, room))
            return error_add(err, HONE_ENOMEM, "out of memory for %lld points", (long long)room);
        p->room = room;
    }
    double *to = p->native + p->n * s->n;
    memcpy(to, native, (size_t)s->n * sizeof *to);
    space_snap(s, to);
    p->y[p->n] = y;
    p->yvar[p->n++] = yvar;
    return HONE_OK;
}

/* ---- from CSV files -----------------------------------------------------------------------*/

/* One row in native values.  A cell may be empty where the parameter is inactive. */
static int32_t read_row(const sheet *f, int row, const space *s, const int *columns,
                        double *native, error *err)
{
    for (int32_t i = 0; i < s->n; i++) {
        error why = {0};
        const char *cell = sheet_cell(f, row, columns[i]);
        native[i] = NAN;
        if (!*cell)
            continue;
        if (param_read(&s->params[i], cell, &native[i], &why) < 0) {
            error_add(err, HONE_EINVAL, "%s:%d: %s", f->path, sheet_line(f, row), error_text(&why));
            error_free(&why);
            return HONE_ECONFIG;
        }
    }
    return HONE_OK;
}

int32_t cloud_read(const sheet *f, const space *s, int target, cloud *out, error *err)
{
    int *columns = calloc((size_t)s->n + 1, sizeof *columns);
    double *native = calloc((size_t)s->n + 1, sizeof *native), y = NAN;
    int32_t status = columns && native ? HONE_OK : error_add(err, HONE_ENOMEM, "out of memory");
    for (int32_t i = 0; i < s->n && status >= 0; i++) {
        columns[i] = sheet_column(f, s->params[i].name);
        if (columns[i] < 0)
            status = error_add(err, HONE_ECONFIG, "%s: no column is named '%s'", f->path,
                               s->params[i].name);
    }
    for (int row = 0; row < f->n_rows && status >= 0; row++) {
        status = read_row(f, row, s, columns, native, err);
        if (status >= 0 && target >= 0)
            status = sheet_number(f, row, target, &y, err);
        if (status >= 0)
            status = cloud_add(out, s, native, y, NAN, err);
    }
    free(columns);
    free(native);
    return status;
}

/* ---- grids --------------------------------------------------------------------------------*/

/* Value k of n on the axis of a parameter. */
static double axis_value(const hone_param *q, int64_t k, int64_t n)
{
    const double part = n > 1 ? (double)k / (double)(n - 1) : 0.5;
    if (q->type == HONE_CATEGORICAL)
        return (double)k;
    if (part == 0.0 || part == 1.0)
        return part == 0.0 ? q->low : q->high; /* no rounding */
    if (q->flags & HONE_PARAM_LOG)
        return fmin(q->high, exp(log(q->low) + part * (log(q->high) - log(q->low))));
    return fmin(q->high, q->low + part * (q->high - q->low));
}

static int64_t axis_length(const hone_param *q, int64_t n)
{
    if (q->type == HONE_CATEGORICAL)
        return q->n_choices;
    if (param_single(q))
        return 1;
    return q->type == HONE_INT && q->high - q->low < (double)n ? (int64_t)(q->high - q->low) + 1
                                                                : n;
}

/* The same point as an earlier one, once snapped?  Then it is the next one's neighbour on an
 * axis of a parameter that is inactive, or of steps that are wider. */
static bool repeated(const cloud *at, const space *s)
{
    return at->n > 1 && memcmp(at->native + (at->n - 1) * s->n, at->native + (at->n - 2) * s->n,
                               (size_t)s->n * sizeof *at->native) == 0;
}

int32_t cloud_grid(cloud *p, const space *s, int64_t n, error *err)
{
    double total = 1.0, *native = calloc((size_t)s->n + 1, sizeof *native);
    int32_t status = native ? HONE_OK : error_add(err, HONE_ENOMEM, "out of memory");
    for (int32_t i = 0; i < s->n; i++)
        total *= (double)axis_length(&s->params[i], n);
    if (total > GRID_MOST)
        status = error_add(err, HONE_EINVAL, "a grid of %.3g points is more than %.0f; "
                           "give a smaller --grid, or points with --at", total, GRID_MOST);
    for (int64_t k = 0; status >= 0 && k < (int64_t)total; k++) {
        int64_t rest = k;
        for (int32_t i = s->n - 1; i >= 0; i--) {
            const int64_t length = axis_length(&s->params[i], n);
            native[i] = axis_value(&s->params[i], rest % length, length);
            rest /= length;
        }
        status = cloud_add(p, s, native, NAN, NAN, err);
        if (status >= 0 && repeated(p, s))
            p->n--;
    }
    free(native);
    return status;
}
