/* hone_ladder.h - for strategies that assign budgets: the rungs of the fidelity parameter, and
 * which configuration was evaluated on which.
 *
 * A configuration is a point without its fidelity.  Rung k of n evaluates at the fidelity
 * high / eta^(n - 1 - k); without a parameter marked fidelity there is one rung.  Everything
 * follows from the table: rows of one configuration belong together, whoever asked for them.
 *
 *     hone_ladder_init(&l, host, eta, least)        HONE_OK or an error that was told to the host
 *     in ask:  hone_ladder_read(&l, t)              takes rows that are new
 *              l.row[config * l.n + k]              its row on rung k + 1, 0: none, -1: asked now
 *              hone_ladder_draw(&l, ...)            a configuration nobody tried, at random
 *              hone_ladder_settle(&l, ...)          the fidelities into what is proposed
 *     hone_ladder_free(&l);
 *
 * Header only, C99 and C++11. */
#ifndef HONE_LADDER_H
#define HONE_LADDER_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_fresh.h"

enum { HONE_RUNGS = 40 };

/* Trials in order of merit: by class, then by value. */
enum { HONE_MET, HONE_VIOLATED, HONE_CUT_SHORT, HONE_LOST };
typedef struct hone_merit {
    int32_t rank, pad;
    double value;
    int64_t config;
} hone_merit;

typedef struct hone_ladder {
    const hone_host *host;
    const hone_space *space;
    hone_fresh fresh;        /* over configurations */
    int64_t column;          /* of the fidelity, -1: none */
    double held;             /* what that column holds in configs.x */
    int64_t n, eta;          /* rungs */
    double native[HONE_RUNGS], unit[HONE_RUNGS]; /* their fidelities */
    hone_trials configs;     /* x: configs.n x n_cols; number: of the first row */
    double *x;
    int64_t *number, *row, *first; /* [room], [room x n], [room] first rung */
    int64_t room;
    int64_t rows, last, anew;      /* of the table that were read; number of the last */
    int64_t *config, *rung;        /* [rows_room] of each row */
    int64_t rows_room;
    double *scratch;               /* [n_cols] */
} hone_ladder;

static inline void hone_ladder_free(hone_ladder *l)
{
    hone_fresh_free(&l->fresh);
    free(l->x);
    free(l->number);
    free(l->row);
    free(l->first);
    free(l->config);
    free(l->rung);
    free(l->scratch);
}

/* ---- rungs ---- */

/* The column's value for a native one: the cells of the interface. */
static inline double hone_ladder_unit(const hone_param *p, int64_t levels, double v)
{
    const double half = p->type == HONE_INT ? 0.5 : 0;

    if (p->flags & HONE_PARAM_LOG)
        return log(v / (p->low - half)) / log((p->high + half) / (p->low - half));
    if (levels > 0)
        return ((v - p->low) / (p->step > 0 ? p->step : 1) + 0.5) / (double)levels;
    return (v - p->low) / (p->high - p->low);
}

static inline int32_t hone_ladder_refuse(hone_ladder *l, int32_t status, const char *text)
{
    l->host->error(l->host, -1, text);
    return status;
}

/* Rungs from `high` down, while they are not below `least`. */
static inline void hone_ladder_rungs(hone_ladder *l, const hone_param *p, double least)
{
    double at = p->high;
    int64_t k;

    for (l->n = 0; l->n < HONE_RUNGS && at >= least * (1 - 1e-9); at /= (double)l->eta)
        l->native[l->n++] = at;
    for (k = 0; k < l->n / 2; k++) {
        at = l->native[k];
        l->native[k] = l->native[l->n - 1 - k];
        l->native[l->n - 1 - k] = at;
    }
    for (k = 0; k < l->n; k++) {
        memset(l->scratch, 0, (size_t)l->space->n_cols * sizeof *l->scratch);
        at = p->type == HONE_INT ? rint(l->native[k]) : l->native[k];
        at = fmin(fmax(at, p->low), p->high);
        l->scratch[l->column] = hone_ladder_unit(p, l->space->col_levels[l->column], at);
        l->host->snap(l->host, 1, l->scratch, l->space->n_cols);
        l->unit[k] = l->scratch[l->column];
    }
}

/* least: the smallest fidelity, NaN: the parameter's low. */
static inline int32_t hone_ladder_init(hone_ladder *l, const hone_host *host, int64_t eta,
                                       double least)
{
    const hone_space *space = host->space(host);
    const hone_param *p = NULL;
    int64_t c;

    memset(l, 0, sizeof *l);
    l->host = host;
    l->space = space;
    l->eta = eta;
    l->column = -1;
    l->n = 1;
    l->configs.size = (uint32_t)sizeof l->configs;
    l->configs.ldx = space->n_cols;
    l->scratch = (double *)calloc((size_t)space->n_cols + 1, sizeof *l->scratch);
    if (hone_fresh_init(&l->fresh, host) < 0 || !l->scratch)
        return hone_ladder_refuse(l, HONE_ENOMEM, "out of memory");
    for (c = 0; c < space->n_cols; c++)
        if (space->params[space->col_param[c]]->flags & HONE_PARAM_FIDELITY) {
            l->column = c;
            p = space->params[space->col_param[c]];
        }
    if (!p) {
        host->log(host, HONE_LOG_WARN, "no parameter of [space] is marked fidelity: every trial "
                                       "is a full evaluation");
        return HONE_OK;
    }
    least = least > 0 || !(p->low >= 0) ? least : p->low;
    if (!(least > 0) || least > p->high)
        return hone_ladder_refuse(l, HONE_EINVAL, "the smallest fidelity must be above 0 and at "
                                                  "most the parameter's high: set min_resource");
    hone_ladder_rungs(l, p, fmax(least, p->low));
    if (hone_fresh_hold(&l->fresh, space->col_param[l->column], &l->held) < 0)
        return hone_ladder_refuse(l, HONE_ENOMEM, "out of memory");
    return HONE_OK;
}

/* The rung of a row: the highest whose fidelity it has. */
static inline int64_t hone_ladder_rung(const hone_ladder *l, const double *x)
{
    int64_t k = l->n - 1;

    while (l->column >= 0 && k > 0 && l->unit[k] > x[l->column])
        k--;
    return k;
}

/* ---- configurations ---- */

/* *array := moved to room for n elements; 0: no memory, and it stands. */
static inline int hone_ladder_grow(int64_t **array, int64_t n)
{
    int64_t *moved = (int64_t *)realloc(*array, (size_t)n * sizeof *moved);

    if (moved)
        *array = moved;
    return moved != NULL;
}

static inline int hone_ladder_room(hone_ladder *l)
{
    const int64_t room = l->room ? 2 * l->room : 64;
    double *x;

    if (l->configs.n < l->room)
        return 1;
    if (!(x = (double *)realloc(l->x, (size_t)(room * (l->space->n_cols + 1)) * sizeof *x)))
        return 0;
    l->configs.x = l->x = x;
    if (!hone_ladder_grow(&l->number, room) || !hone_ladder_grow(&l->row, room * l->n) ||
        !hone_ladder_grow(&l->first, room))
        return 0;
    l->configs.number = l->number;
    l->room = room;
    return 1;
}

/* The configuration at l->scratch, made if it is not there; -1: no memory. */
static inline int64_t hone_ladder_config(hone_ladder *l, int64_t number)
{
    const int64_t cols = l->space->n_cols, at = l->configs.n;
    int64_t k;

    if (l->fresh.tried.room > 0) {
        const uint32_t *slot =
            hone_tried_slot(&l->fresh.tried, &l->configs, cols, l->scratch);

        if (*slot)
            return (int64_t)*slot - 1;
    }
    if (!hone_ladder_room(l))
        return -1;
    memcpy(l->x + at * cols, l->scratch, (size_t)cols * sizeof *l->x);
    l->number[at] = number;
    l->first[at] = -1;
    for (k = 0; k < l->n; k++)
        l->row[at * l->n + k] = 0;
    l->configs.n++;
    return hone_tried_read(&l->fresh.tried, &l->configs, cols) < 0 ? -1 : at;
}

static inline int hone_ladder_add(hone_ladder *l, const hone_trials *t, int64_t r)
{
    const double *x = t->x + r * t->ldx;
    int64_t config, *row;

    if (l->rows == l->rows_room) {
        const int64_t room = l->rows_room ? 2 * l->rows_room : 64;

        if (!hone_ladder_grow(&l->config, room) || !hone_ladder_grow(&l->rung, room))
            return 0;
        l->rows_room = room;
    }
    memcpy(l->scratch, x, (size_t)l->space->n_cols * sizeof *x);
    if (l->column >= 0)
        l->scratch[l->column] = l->held;
    if ((config = hone_ladder_config(l, t->number[r])) < 0)
        return 0;
    l->config[r] = config;
    l->rung[r] = hone_ladder_rung(l, x);
    row = &l->row[config * l->n + l->rung[r]];
    if (*row == 0)
        *row = r + 1;
    if (l->first[config] < 0)
        l->first[config] = l->rung[r];
    l->rows++;
    l->last = t->number[r];
    return 1;
}

/* Takes rows that are new; begins again, with l->anew one more, if the table does not continue
 * the last one.  0: no memory. */
static inline int hone_ladder_read(hone_ladder *l, const hone_trials *t)
{
    if (t->n < l->rows || (l->rows > 0 && t->number[l->rows - 1] != l->last)) {
        l->rows = l->configs.n = 0;
        l->fresh.tried.rows = l->fresh.tried.n = 0;
        if (l->fresh.tried.slot)
            memset(l->fresh.tried.slot, 0,
                   (size_t)l->fresh.tried.room * sizeof *l->fresh.tried.slot);
        l->anew++;
    }
    while (l->rows < t->n)
        if (!hone_ladder_add(l, t, l->rows))
            return 0;
    return hone_tried_read(&l->fresh.tried, &l->configs, l->space->n_cols) >= 0;
}

/* ---- merit ---- */

static inline hone_merit hone_ladder_merit(const hone_ladder *l, const hone_trials *t, int64_t r)
{
    hone_merit m = {HONE_MET, 0, 0, 0};
    int64_t k;

    m.config = l->config[r];
    for (k = 0; t->c && k < t->n_constraints; k++)
        m.value += t->c[r * t->ldc + k] > 0 ? t->c[r * t->ldc + k] : 0;
    if (t->state[r] != HONE_COMPLETE)
        m.rank = t->state[r] == HONE_PRUNED ? HONE_CUT_SHORT : HONE_LOST;
    else if (m.value > 0)
        m.rank = HONE_VIOLATED;
    else
        m.value = t->y[r * t->ldy];
    return m;
}

/* Negative: a is the better one; of equals the older. */
static inline int hone_merit_compare(const void *one, const void *other)
{
    const hone_merit *a = (const hone_merit *)one, *b = (const hone_merit *)other;

    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->value != b->value)
        return a->value < b->value ? -1 : 1;
    return (a->config > b->config) - (a->config < b->config);
}

/* ---- proposing: rows of X hold configurations until they are settled ---- */

/* Is row i, with any fidelity, a configuration that is neither in the table nor among the rows
 * before it?  It is snapped. */
static inline int hone_ladder_new(hone_ladder *l, double *X, int64_t ldx, int64_t i)
{
    if (l->column >= 0)
        X[i * ldx + l->column] = l->held;
    l->host->snap(l->host, 1, X + i * ldx, ldx);
    return hone_fresh_row(&l->fresh, &l->configs, X, ldx, i);
}

/* Row i := a new configuration at random, with the numbers of stream `number`; 0: none left. */
static inline int hone_ladder_draw(hone_ladder *l, int64_t number, double *X, int64_t ldx,
                                   int64_t i)
{
    hone_fresh *f = &l->fresh;
    uint64_t start;
    int k;

    for (k = 0; k < HONE_FRESH_TRIES; k++) {
        l->host->uniform(l->host, number, k * f->d, f->d, f->u);
        hone_spread(l->space, f->u, X + i * ldx);
        if (hone_ladder_new(l, X, ldx, i))
            return 1;
    }
    l->host->bits(l->host, number, 0, 1, &start);
    return hone_fresh_search(f, &l->configs, start, X, ldx, i);
}

/* Row i := a configuration of the table. */
static inline void hone_ladder_copy(const hone_ladder *l, int64_t config, double *X, int64_t ldx,
                                    int64_t i)
{
    const int64_t cols = l->space->n_cols;

    memcpy(X + i * ldx, l->x + config * cols, (size_t)cols * sizeof *X);
}

/* Row i is to be evaluated on this rung. */
static inline void hone_ladder_settle(const hone_ladder *l, int64_t rung, double *X, int64_t ldx,
                                      int64_t i)
{
    if (l->column >= 0)
        X[i * ldx + l->column] = l->unit[rung];
}

#endif
