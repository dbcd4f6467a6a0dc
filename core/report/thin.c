/* thin.c - thins curves, clouds of points and bundles of lines by the rule of thin.h. */
#include "thin.h"

#include <math.h>
#include <stdlib.h>

const char THIN_RULE[] =
    "Figures show every point up to 2000 a series. Of longer curves, 500 equal stretches keep "
    "their first, lowest, highest and last point each; of larger clouds one point is kept in "
    "every cell of a 200 by 200 grid, of those every k-th so that 1200 are left, and the lowest "
    "and the highest; of more than 400 lines every k-th is drawn.";

static void keep_row(double **column, int n_columns, int64_t to, int64_t from)
{
    for (int c = 0; c < n_columns; c++)
        column[c][to] = column[c][from];
}

/* Rows marked in `keep` move to the front. */
static int64_t compact(double **column, int n_columns, int64_t n, const bool *keep)
{
    int64_t m = 0;
    for (int64_t i = 0; i < n; i++)
        if (keep[i])
            keep_row(column, n_columns, m++, i);
    return m;
}

bool thin_curve(double **column, int n_columns, int64_t *n)
{
    if (*n <= THIN_MOST)
        return true;
    bool *keep = calloc((size_t)*n, sizeof *keep);
    if (!keep)
        return false;
    const int64_t stretches = THIN_MOST / 4;
    for (int64_t s = 0; s < stretches; s++) {
        const int64_t from = *n * s / stretches, to = *n * (s + 1) / stretches;
        keep[from] = keep[to - 1] = true;
        int64_t low = from, high = from;
        for (int64_t i = from; i < to; i++) {
            low = column[1][i] < column[1][low] || !isfinite(column[1][low]) ? i : low;
            high = column[n_columns - 1][i] > column[n_columns - 1][high] ||
                           !isfinite(column[n_columns - 1][high])
                       ? i
                       : high;
        }
        keep[low] = keep[high] = true;
    }
    *n = compact(column, n_columns, *n, keep);
    free(keep);
    return true;
}

/* ---- clouds ---- */

typedef struct extent {
    double low, width;
    bool log;
} extent;

/* Where a value stands on its axis; not finite: nowhere. */
static double place(double v, bool log_axis)
{
    return !log_axis ? v : v > 0.0 ? log(v) : NAN;
}

static extent extent_of(const double *v, int64_t n, bool log_axis)
{
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < n; i++)
        if (isfinite(place(v[i], log_axis))) {
            low = fmin(low, place(v[i], log_axis));
            high = fmax(high, place(v[i], log_axis));
        }
    return (extent){low, high > low ? high - low : 1.0, log_axis};
}

/* -1: nowhere. */
static int64_t cell_of(double v, extent e)
{
    const double at = (place(v, e.log) - e.low) / e.width * THIN_CELLS;
    return !isfinite(at) ? -1 : at < THIN_CELLS ? (int64_t)at : THIN_CELLS - 1;
}

static void keep_extremes(const double *y, int64_t n, bool *keep)
{
    int64_t low = 0, high = 0;
    for (int64_t i = 0; i < n; i++) {
        low = y[i] < y[low] || !isfinite(y[low]) ? i : low;
        high = y[i] > y[high] || !isfinite(y[high]) ? i : high;
    }
    keep[low] = keep[high] = true;
}

bool thin_points(double **column, int n_columns, int64_t *n, bool log_x, bool log_y)
{
    if (*n <= THIN_MOST)
        return true;
    bool *keep = calloc((size_t)*n, sizeof *keep);
    bool *taken = calloc((size_t)THIN_CELLS * THIN_CELLS, sizeof *taken);
    if (keep && taken) {
        const extent x = extent_of(column[0], *n, log_x), y = extent_of(column[1], *n, log_y);
        for (int64_t i = 0; i < *n; i++) {
            const int64_t column_of = cell_of(column[0][i], x), row = cell_of(column[1][i], y);
            if (column_of < 0 || row < 0)
                continue;
            bool *cell = &taken[column_of * THIN_CELLS + row];
            keep[i] = !*cell;
            *cell = true;
        }
        keep_extremes(column[1], *n, keep);
        *n = compact(column, n_columns, *n, keep);
        const int64_t step = (*n + THIN_CLOUD - 1) / THIN_CLOUD;
        for (int64_t i = 0; i < *n; i++)
            keep[i] = i % step == 0;
        keep_extremes(column[1], *n, keep);
        *n = compact(column, n_columns, *n, keep);
    }
    const bool done = keep && taken;
    free(keep);
    free(taken);
    return done;
}

/* ---- bundles of lines ---- */

void thin_paths(double **column, int n_columns, int64_t *n)
{
    int64_t lines = 1, m = 0, line = 0;
    for (int64_t i = 0; i < *n; i++)
        lines += !isfinite(column[1][i]);
    const int64_t step = (lines + THIN_PATHS - 1) / THIN_PATHS;
    for (int64_t i = 0; step > 1 && i < *n; i++) {
        if (line % step == 0)
            keep_row(column, n_columns, m++, i);
        line += !isfinite(column[1][i]);
    }
    *n = step > 1 ? m : *n;
}
