/* compare_attained.c - the figure of attained surfaces: what half of a strategy's runs reach, and
 * a band from what a quarter of them to what three quarters reach; two goals. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_figures.h"

enum { MOST_PANELS = 6, MOST_BANDS = 4 };
enum { LOW, MIDDLE, HIGH, SURFACES };

typedef struct surfaces {
    int64_t n[SURFACES];
    double *corners[SURFACES]; /* n x 2 */
} surfaces;

static void surfaces_free(surfaces *s)
{
    for (int k = 0; k < SURFACES; k++)
        free(s->corners[k]);
}

/* Of the runs of one contender on a block; false: no memory. */
static bool attain(const findings *r, int64_t who, int64_t where, surfaces *out)
{
    const comparison *c = r->comparison;
    int64_t runs = c->n_instances * c->repeats, n = 0, total = 1;
    *out = (surfaces){0};
    for (int64_t i = 0; i < runs; i++)
        total += findings_record(r, (run_place){who, where, i / c->repeats, i % c->repeats})->n_front;
    double *points = calloc(2 * (size_t)total, sizeof *points);
    int64_t *whose = calloc((size_t)total, sizeof *whose);
    bool good = points && whose;
    for (int64_t i = 0; i < runs && good; i++) {
        run_place at = {who, where, i / c->repeats, i % c->repeats};
        const run_record *run = findings_record(r, at);
        for (int64_t k = 0; k < run->n_front; k++, n++) {
            points[2 * n] = run->front[2 * k];
            points[2 * n + 1] = run->front[2 * k + 1];
            whose[n] = i;
        }
    }
    for (int k = 0; k < SURFACES && good; k++) {
        int64_t attained = (int64_t)ceil(0.25 * (double)((k + 1) * runs));
        out->corners[k] = calloc(2 * (size_t)total, sizeof(double));
        out->n[k] = out->corners[k]
                        ? stat_attainment(points, whose, n, runs, attained, out->corners[k])
                        : -1;
        good = out->n[k] >= 0;
    }
    free(points);
    free(whose);
    return good;
}

/* The second value attained at a first one; NaN: none. */
static double height(const double *corners, int64_t n, double at)
{
    double found = NAN;
    for (int64_t i = 0; i < n && corners[2 * i] <= at; i++)
        found = corners[2 * i + 1];
    return found;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Between the outer surfaces, with their steps. */
static bool add_band(panel *p, int style, const surfaces *s)
{
    int64_t n = s->n[LOW] + s->n[HIGH], m = 0;
    double *x = calloc((size_t)(n + 1), sizeof *x), *at = calloc(6 * (size_t)(n + 1), sizeof *at);
    double *low = at ? at + 2 * (n + 1) : NULL, *high = at ? low + 2 * (n + 1) : NULL;
    for (int64_t i = 0; x && i < n; i++)
        x[i] = i < s->n[LOW] ? s->corners[LOW][2 * i] : s->corners[HIGH][2 * (i - s->n[LOW])];
    if (x && at) {
        qsort(x, (size_t)n, sizeof *x, by_value);
        for (int64_t i = 0; i < n; i++)
            for (int end = 0; end < 2 && i + end < n; end++, m++) {
                at[m] = x[i + end];
                low[m] = height(s->corners[LOW], s->n[LOW], x[i]);
                high[m] = height(s->corners[HIGH], s->n[HIGH], x[i]);
                if (isnan(low[m]) || isnan(high[m]))
                    low[m] = high[m] = NAN;
            }
        series_xyz(p, SERIES_BAND, style, NULL, m, at, low, high);
    }
    bool good = x && at;
    free(x);
    free(at);
    return good;
}

static bool add_strategy(const findings *r, panel *p, int64_t who, int64_t where)
{
    const comparison *c = r->comparison;
    surfaces s;
    bool good = attain(r, who, where, &s);
    int style = (int)(who % STYLES);
    double *x = good ? calloc((size_t)s.n[MIDDLE] + 1, sizeof *x) : NULL;
    double *y = good ? calloc((size_t)s.n[MIDDLE] + 1, sizeof *y) : NULL;
    good = x && y;
    if (good && c->n_contenders <= MOST_BANDS)
        good = add_band(p, style, &s);
    for (int64_t i = 0; good && i < s.n[MIDDLE]; i++) {
        x[i] = s.corners[MIDDLE][2 * i];
        y[i] = s.corners[MIDDLE][2 * i + 1];
    }
    if (good)
        series_xy(p, SERIES_STEPS, style, c->contenders[who].name, s.n[MIDDLE], x, y);
    free(x);
    free(y);
    surfaces_free(&s);
    return good;
}

static bool two_goals(const findings *r, int64_t where)
{
    for (int64_t i = 0; i < r->log->n; i++)
        if (comparison_place(r->comparison, i).block == where &&
            r->log->records[i].n_front > 0)
            return r->log->records[i].n_goals == 2;
    return false;
}

figure *findings_attained(const findings *r)
{
    const comparison *c = r->comparison;
    figure *f = figure_new(NULL);
    bool good = f != NULL;
    int panels = 0;
    for (int64_t b = 0; b < c->n_blocks && good && panels < MOST_PANELS; b++) {
        if (!two_goals(r, b))
            continue;
        panel *p = figure_panel(f, c->blocks[b].name, "value 1 (minimised)", "value 2 (minimised)");
        for (int64_t s = 0; s < c->n_contenders && good; s++)
            good = add_strategy(r, p, s, b);
        panels++;
    }
    figure_layout(f, 2);
    if (good && panels > 0)
        return f;
    figure_free(f);
    return NULL;
}

bool findings_attained_any(const findings *r)
{
    for (int64_t b = 0; b < r->comparison->n_blocks; b++)
        if (two_goals(r, b))
            return true;
    return false;
}
