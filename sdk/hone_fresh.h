/* hone_fresh.h - points of the unit cube for strategies that do not look back: from one number a
 * parameter to the columns, and without repeats where the space is finite.
 *
 *     hone_fresh_init(&f, host);
 *     each ask:  hone_fresh_begin(&f, table);
 *                for each row: fill u[f.d] and hone_spread it, up to HONE_FRESH_TRIES times,
 *                    until hone_fresh_row says that the point is new;
 *                else hone_fresh_search; if that finds none: HONE_DONE
 *     hone_fresh_free(&f);
 *
 * In a space that is not finite every point is taken as new, at no cost.  What is new follows
 * from the table alone.  Header only, C99 and C++11. */
#ifndef HONE_FRESH_H
#define HONE_FRESH_H

#include <math.h>

#include "hone_columns.h"
#include "hone_product.h"
#include "hone_tried.h"

/* After so many repeats a search through the points is cheaper than further tries. */
enum { HONE_FRESH_TRIES = 32 };

/* Parameters that have columns. */
static inline int64_t hone_varying(const hone_space *space)
{
    int64_t d = 0, c;

    for (c = 0; c < space->n_cols; c++)
        d += c == 0 || space->col_param[c] != space->col_param[c - 1];
    return d;
}

/* u: one number in [0, 1) for each parameter that has columns, to x: [n_cols]; of unordered
 * choices each gets an equal part of [0, 1). */
static inline void hone_spread(const hone_space *space, const double *u, double *x)
{
    int64_t c, n;

    for (c = 0; c < space->n_cols; c += n, u++) {
        n = hone_columns(space, c);
        if (hone_is_choice(space, c))
            hone_choose(n, (int64_t)(*u * (double)n), x + c);
        else
            x[c] = *u;
    }
}

/* The value in [0, 1) that becomes level k of a parameter with finitely many values. */
static inline double hone_level_unit(const hone_param *p, const hone_axis *a, int64_t k)
{
    if (p->type != HONE_CATEGORICAL && (p->flags & HONE_PARAM_LOG)) {
        const double low = log(p->low - 0.5), high = log(p->high + 0.5);

        return (log(p->low + (double)k) - low) / (high - low);
    }
    return ((double)k + 0.5) / (double)a->n;
}

/* Where a search from one point begins in column c: at the parameter's initial value, else in the
 * middle. */
static inline double hone_start(const hone_space *space, int64_t c)
{
    const hone_param *p = space->params[space->col_param[c]];
    const double levels = (double)space->col_levels[c];
    double at;

    if (isnan(p->init))
        return 0.5;
    if (space->col_choice[c] >= 0)
        return (double)(space->col_choice[c] == (int32_t)p->init);
    if (levels > 0.0) {
        const double step = p->type == HONE_CATEGORICAL || !(p->step > 0.0) ? 1.0 : p->step;

        at = (rint((p->init - p->low) / step) + 0.5) / levels;
    } else if (p->flags & HONE_PARAM_LOG) {
        const double half = p->type == HONE_INT ? 0.5 : 0.0;

        at = log(p->init / (p->low - half)) / log((p->high + half) / (p->low - half));
    } else {
        at = (p->init - p->low) / (p->high - p->low);
    }
    return fmin(fmax(at, 0.0), 1.0);
}

typedef struct hone_fresh {
    const hone_host *host;
    const hone_space *space;
    int64_t d;        /* parameters that have columns */
    double *u;        /* [d] for the caller's use too */
    hone_axis *axis;  /* [n_params] */
    int64_t *level;   /* [n_params] */
    hone_product points;
    hone_tried tried;
    int finite;
} hone_fresh;

static inline void hone_fresh_free(hone_fresh *f)
{
    free(f->u);
    free(f->axis);
    free(f->level);
    hone_product_free(&f->points);
    hone_tried_free(&f->tried);
}

static inline int32_t hone_fresh_init(hone_fresh *f, const hone_host *host)
{
    const hone_tried empty = HONE_TRIED_EMPTY;
    const hone_space *space = host->space(host);
    const size_t n = (size_t)space->n_params + 1;
    int32_t i;

    memset(f, 0, sizeof *f);
    f->host = host;
    f->space = space;
    f->d = hone_varying(space);
    f->tried = empty;
    f->u = (double *)calloc(n, sizeof *f->u);
    f->axis = (hone_axis *)calloc(n, sizeof *f->axis);
    f->level = (int64_t *)calloc(n, sizeof *f->level);
    if (!f->u || !f->axis || !f->level)
        return HONE_ENOMEM;
    for (i = 0; i < space->n_params; i++)
        f->axis[i] = hone_axis_all(space->params[i]);
    if (hone_product_init(&f->points, space, f->axis) < 0)
        return HONE_ENOMEM;
    f->finite = f->points.n > 0 && f->points.n < HONE_PRODUCT_MOST;
    return HONE_OK;
}

/* Parameter p no longer counts: points that differ in it alone are one.  Its column, the only
 * one, must hold *value in all that is compared. */
static inline int32_t hone_fresh_hold(hone_fresh *f, int32_t p, double *value)
{
    const hone_axis one = {1, f->space->params[p]->low, 1, NULL};
    double *x = (double *)calloc((size_t)f->space->n_cols + 1, sizeof *x);
    int64_t c;

    if (!x)
        return HONE_ENOMEM;
    f->axis[p] = one;
    hone_product_free(&f->points);
    if (hone_product_init(&f->points, f->space, f->axis) < 0) {
        free(x);
        return HONE_ENOMEM;
    }
    f->finite = f->points.n > 0 && f->points.n < HONE_PRODUCT_MOST;
    for (c = 0; f->space->col_param[c] != p;)
        c++;
    x[c] = hone_level_unit(f->space->params[p], &one, 0);
    f->host->snap(f->host, 1, x, f->space->n_cols);
    *value = x[c];
    free(x);
    return HONE_OK;
}

static inline int32_t hone_fresh_begin(hone_fresh *f, const hone_trials *t)
{
    return f->finite ? hone_tried_read(&f->tried, t, f->space->n_cols) : HONE_OK;
}

/* Is row i of X neither in the table nor among the rows before it?  It is snapped, if that
 * matters. */
static inline int hone_fresh_row(const hone_fresh *f, const hone_trials *t, double *X, int64_t ldx,
                                 int64_t i)
{
    const int64_t cols = f->space->n_cols;

    if (!f->finite)
        return 1;
    f->host->snap(f->host, 1, X + i * ldx, ldx);
    return !hone_tried_has(&f->tried, t, cols, X + i * ldx) && !hone_tried_twice(X, ldx, i, cols);
}

/* The same question in any space, for strategies that would otherwise propose twins there: the
 * caller has called hone_tried_read on f->tried. */
static inline int hone_fresh_untried(const hone_fresh *f, const hone_trials *t, double *X,
                                     int64_t ldx, int64_t i)
{
    const int64_t cols = f->space->n_cols;

    f->host->snap(f->host, 1, X + i * ldx, ldx);
    return !hone_tried_has(&f->tried, t, cols, X + i * ldx) && !hone_tried_twice(X, ldx, i, cols);
}

/* Fills row i with the first new point from number `start` on, going round; 0: none is left. */
static inline int hone_fresh_search(hone_fresh *f, const hone_trials *t, uint64_t start, double *X,
                                    int64_t ldx, int64_t i)
{
    uint64_t k;

    for (k = 0; k < f->points.n; k++) {
        double *u = f->u;
        int64_t c;

        hone_product_point(&f->points, (start % f->points.n + k) % f->points.n, f->level);
        for (c = 0; c < f->space->n_cols; c++) {
            const int32_t p = f->space->col_param[c];

            if (c == 0 || p != f->space->col_param[c - 1])
                *u++ = f->level[p] < 0 ? 0 : hone_level_unit(f->space->params[p], &f->axis[p],
                                                             f->level[p]);
        }
        hone_spread(f->space, f->u, X + i * ldx);
        if (hone_fresh_row(f, t, X, ldx, i))
            return 1;
    }
    return 0;
}

/* Fills row i with the scrambled Sobol point of a trial's number, in a finite space with a new
 * one; 0: none is left. */
static inline int hone_fresh_sobol(hone_fresh *f, const hone_trials *t, int64_t number, double *X,
                                   int64_t ldx, int64_t i)
{
    uint64_t start;
    int k;

    for (k = 0; k < HONE_FRESH_TRIES; k++) {
        if (f->host->quasi(f->host, -k, number, 1, f->d, f->u, f->d) < 0)
            f->host->uniform(f->host, number, k * f->d, f->d, f->u);
        hone_spread(f->space, f->u, X + i * ldx);
        if (hone_fresh_row(f, t, X, ldx, i))
            return 1;
    }
    f->host->bits(f->host, number, 0, 1, &start);
    return hone_fresh_search(f, t, start, X, ldx, i);
}

#endif
