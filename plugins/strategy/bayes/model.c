/* model.c - when the surrogate is fitted anew, and what it is conditioned on.
 *
 * What is known after n finished trials is a function of those trials alone, whatever was asked
 * before, so that a resumed study goes on with the same bits.  The surrogate is fitted to the
 * first rows, as many as the last scheduled size up to n, and the rows after them are appended
 * with the hyperparameters and the warp of that fit.  Sizes: every one up to EVERY, then each
 * larger by a PART of itself, at most by MOST.  A fit to the same rows is not repeated: it would
 * have the same bits.  Large tables: data.c says which rows are taken. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bayes.h"

enum { EVERY = 50, PART = 10, MOST = 100 };

int64_t model_size(int64_t n)
{
    int64_t size = n < EVERY ? n : EVERY;
    for (int64_t step = size / PART; size >= EVERY && size + step <= n;) {
        size += step;
        step = size / PART < MOST ? size / PART : MOST;
    }
    return size;
}

/* ---- rows ---------------------------------------------------------------------------------*/

static int grow(double **array, size_t n)
{
    double *larger = realloc(*array, n * sizeof *larger + 1);
    *array = larger ? larger : *array;
    return larger != NULL;
}

static int32_t rows_reserve(rows *r, int64_t n, int64_t p)
{
    if (n <= r->room) {
        return HONE_OK;
    }
    const size_t room = (size_t)(n + n / 2 + 64);
    if (!grow(&r->X, room * (size_t)p) || !grow(&r->y, room) || !grow(&r->noise, room)) {
        return HONE_ENOMEM;
    }
    r->room = (int64_t)room;
    return HONE_OK;
}

static void rows_free(rows *r)
{
    free(r->X);
    free(r->y);
    free(r->noise);
    memset(r, 0, sizeof *r);
}

static int same(const double *a, const double *b, int64_t n)
{
    return memcmp(a, b, (size_t)n * sizeof *a) == 0;
}

/* How many first rows two sets have in common, values aside. */
static int64_t rows_shared(const rows *a, const rows *b, int64_t p)
{
    const int64_t most = a->n < b->n ? a->n : b->n;
    int64_t i = 0;
    while (i < most && same(a->X + i * p, b->X + i * p, p) && same(a->noise + i, b->noise + i, 1)) {
        i++;
    }
    return i;
}

static void rows_copy(rows *to, const rows *from, int64_t first, int64_t p)
{
    const size_t n = (size_t)(from->n - first);
    memcpy(to->X + first * p, from->X + first * p, n * (size_t)p * sizeof *to->X);
    memcpy(to->noise + first, from->noise + first, n * sizeof *to->noise);
    memcpy(to->y, from->y, (size_t)from->n * sizeof *to->y);
    to->n = from->n;
}

/* ---- the surrogate ------------------------------------------------------------------------*/

void model_free(model *m)
{
    rows_free(&m->now);
    rows_free(&m->held);
    free(m->fitted_y);
    m->fitted_y = NULL;
    m->fitted = 0;
}

static const double *noise_of(const model *m, const rows *r)
{
    return m->noise_known ? r->noise : NULL;
}

static int32_t fit(model *m, int64_t n)
{
    if (!grow(&m->fitted_y, (size_t)n)) {
        return HONE_ENOMEM;
    }
    const int32_t status = m->ops->fit(m->surrogate.self, n, m->p, m->now.X, m->p, m->now.y,
                                       noise_of(m, &m->now));
    rows first = m->now;
    first.n = n;
    m->fitted = status < 0 ? 0 : n;
    rows_copy(&m->held, &first, 0, m->p);
    memcpy(m->fitted_y, m->now.y, (size_t)n * sizeof *m->fitted_y);
    return status;
}

/* Brings the surrogate from what it holds to m->now. */
static int32_t follow(model *m)
{
    const int64_t keep = rows_shared(&m->held, &m->now, m->p);
    if (keep == m->now.n && keep == m->held.n && same(m->held.y, m->now.y, keep)) {
        return HONE_OK;
    }
    const int32_t status = m->ops->update(m->surrogate.self, keep, m->now.n, m->now.X, m->p,
                                          m->now.y, noise_of(m, &m->now));
    rows_copy(&m->held, &m->now, keep, m->p);
    m->fitted = status < 0 ? 0 : m->fitted;
    return status;
}

/* ---- what is learnt -----------------------------------------------------------------------*/

static double value_of(const model *m, const data *d, int64_t i)
{
    return d->values[d->row[i] * d->k + m->output];
}

static double noise_at(const model *m, const data *d, int64_t i)
{
    return d->noise[d->row[i] * d->k + m->output];
}

/* The warp of the rows fitted to, and what a failed and a pruned trial stand for. */
static void learn_warp(model *m, const data *d, double *failed, double *pruned)
{
    double *sorted = m->now.y;
    int64_t k = 0;
    for (int64_t i = 0; i < d->n_fit; i++) {
        if (!isnan(value_of(m, d, i))) {
            sorted[k++] = value_of(m, d, i);
        }
    }
    if (m->kind == OBJECTIVE) {
        warp_fit(&m->warp, k, sorted, failed, pruned);
    } else if (m->kind == CONSTRAINT) {
        warp_fit_signed(&m->warp, k, sorted, failed, pruned);
    } else {
        warp_fit_plain(&m->warp, k, sorted, failed, pruned);
        *failed = *pruned; /* how long it takes says nothing about why */
    }
}

/* Is the variance of the noise of every value known? */
static int noise_known(const model *m, const data *d)
{
    for (int64_t i = 0; i < d->n_rows; i++) {
        if (!isnan(value_of(m, d, i)) && !(noise_at(m, d, i) >= 0.0)) {
            return 0;
        }
    }
    return m->kind == OBJECTIVE;
}

static void learn_rows(model *m, const data *d, double failed, double pruned)
{
    rows *r = &m->now;
    r->n = d->n_rows;
    for (int64_t i = 0; i < d->n_rows; i++) {
        const int64_t from = d->row[i];
        const double y = value_of(m, d, i), noise = noise_at(m, d, i);
        memcpy(r->X + i * d->p, d->X + from * d->p, (size_t)d->p * sizeof *r->X);
        if (isnan(y)) {
            r->y[i] = d->state[from] == HONE_FAILED ? failed : pruned;
            r->noise[i] = 0.0;
        } else {
            const double slope = warp_slope(&m->warp, y);
            r->y[i] = warp_of(&m->warp, y);
            r->noise[i] = m->noise_known ? fmin(noise * slope * slope, 1e6) : 0.0;
        }
    }
}

int32_t model_learn(model *m, const data *d)
{
    const int64_t size = d->n_fit;
    double failed, pruned;
    m->p = d->p;
    if (rows_reserve(&m->now, d->n_rows, m->p) < 0 || rows_reserve(&m->held, d->n_rows, m->p) < 0) {
        return HONE_ENOMEM;
    }
    const int known = noise_known(m, d);
    if (known != m->noise_known) {
        m->fitted = 0;
        m->noise_known = known;
    }
    learn_warp(m, d, &failed, &pruned);
    learn_rows(m, d, failed, pruned);
    if (m->fitted != size || rows_shared(&m->held, &m->now, m->p) < size ||
        !same(m->fitted_y, m->now.y, size)) {
        const int32_t status = fit(m, size);
        if (status < 0) {
            return status;
        }
    }
    return follow(m);
}

int32_t model_expect(model *m, int64_t count, const double *X)
{
    rows *r = &m->now;
    if (count == 0) {
        return HONE_OK;
    }
    if (rows_reserve(r, r->n + count, m->p) < 0 ||
        rows_reserve(&m->held, r->n + count, m->p) < 0) {
        return HONE_ENOMEM;
    }
    memcpy(r->X + r->n * m->p, X, (size_t)(count * m->p) * sizeof *X);
    memset(r->noise + r->n, 0, (size_t)count * sizeof *r->noise);
    const int32_t status = m->ops->predict(m->surrogate.self, count, X, m->p, r->y + r->n, NULL,
                                           NULL, NULL, 0);
    if (status < 0) {
        return status;
    }
    r->n += count;
    return follow(m);
}
