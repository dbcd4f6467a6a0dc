/* local.c - models of the trials of one region.
 *
 * Hyperparameters are fitted to the first trials of the region's epoch, as many as the last
 * scheduled size: every one up to EVERY, then each larger by a tenth; later trials are appended. So
 * what is known follows from the trials alone, whatever was asked before.
 *
 * Values above the upper quartile are drawn in by a logarithm: what matters is near the best.
 * Failed trials are learnt as the worst value, pruned ones and unknown constraints as the upper
 * quartile.  Constraints keep their zero, and are measured in the median of their sizes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "turbo.h"

enum { EVERY = 50 };

static int64_t size_of(int64_t n)
{
    int64_t size = n < EVERY ? n : EVERY;

    for (int64_t next = size + size / 10; size >= EVERY && next <= n; next = size + size / 10)
        size = next;
    return size;
}

int32_t local_init(local *l, const hone_host *host, int32_t option, int32_t index)
{
    const hone_space *space = host->space(host);
    int32_t status = HONE_OK;

    l->host = host;
    l->p = space->n_cols;
    l->n_models = 1 + space->n_constraints;
    l->surrogate = calloc((size_t)l->n_models, sizeof *l->surrogate);
    if (!l->surrogate)
        return HONE_ENOMEM;
    for (int64_t k = 0; k < l->n_models && status >= 0; k++) {
        l->surrogate[k].size = sizeof l->surrogate[k];
        status = host->component(host, option, index + (int32_t)k, NULL, &l->surrogate[k]);
    }
    return status;
}

void local_free(local *l)
{
    free(l->surrogate);
    free(l->X);
    free(l->y);
    memset(l, 0, sizeof *l);
}

static int32_t reserve(local *l, int64_t n)
{
    if (n <= l->room)
        return HONE_OK;
    const int64_t room = 2 * n + 64;
    double *X = realloc(l->X, (size_t)(room * l->p) * sizeof *X + 1);
    l->X = X ? X : l->X;
    double *y = realloc(l->y, (size_t)(room * l->n_models) * sizeof *y);
    l->y = y ? y : l->y;
    if (!X || !y)
        return HONE_ENOMEM;
    l->room = room;
    return HONE_OK;
}

/* ---- values -------------------------------------------------------------------------------*/

typedef struct shape { /* of an output's values */
    double quartile, spread, worst;
    int constraint;
} shape;

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double raw(const hone_trials *t, int64_t row, int64_t model)
{
    if (t->state[row] != HONE_COMPLETE)
        return NAN;
    if (model == 0)
        return t->y[row * t->ldy];
    return t->c ? t->c[row * t->ldc + model - 1] : NAN;
}

static double shaped(const shape *s, double y)
{
    if (s->constraint)
        return y > s->spread ? s->spread * (1.0 + log(y / s->spread)) : y;
    return y > s->quartile ? s->quartile + s->spread * log1p((y - s->quartile) / s->spread) : y;
}

/* From the first n rows of the region; 0: no value is known. */
static int find_shape(const region *r, const hone_trials *t, int64_t n, int64_t model,
                      double *sorted, shape *s)
{
    int64_t known = 0;

    for (int64_t i = 0; i < n; i++) {
        const double y = raw(t, r->row[i], model);

        if (!isnan(y))
            sorted[known++] = model > 0 ? fabs(y) : y;
    }
    s->constraint = model > 0;
    if (known == 0)
        return 0;
    qsort(sorted, (size_t)known, sizeof *sorted, by_value);
    const double middle = sorted[known / 2], least = sorted[0];
    s->quartile = sorted[3 * known / 4];
    s->spread = model > 0 ? middle : s->quartile - least;
    s->spread = s->spread > 0.0 ? s->spread : 1.0;
    s->worst = shaped(s, sorted[known - 1]);
    return 1;
}

static int32_t read_values(local *l, const region *r, const hone_trials *t, int64_t size)
{
    double *sorted = malloc((size_t)r->n * sizeof *sorted + 1);
    int32_t status = sorted ? HONE_OK : HONE_ENOMEM;

    for (int64_t k = 0; k < l->n_models && status >= 0; k++) {
        double *y = l->y + k * l->room;
        shape s;

        if (!find_shape(r, t, size, k, sorted, &s))
            status = HONE_ENUMERIC;
        for (int64_t i = 0; i < r->n && status >= 0; i++) {
            const double value = raw(t, r->row[i], k);
            const int failed = t->state[r->row[i]] == HONE_FAILED;

            y[i] = !isnan(value) ? shaped(&s, value) : failed ? s.worst : shaped(&s, s.quartile);
        }
    }
    free(sorted);
    return status;
}

/* ---- models -------------------------------------------------------------------------------*/

int32_t local_learn(local *l, const region *r, const hone_trials *t)
{
    const int64_t n = r->n, size = size_of(n);
    const int anew = l->epoch != r->epoch || l->fitted != size || l->held > n;
    int32_t status = reserve(l, n);

    if (status < 0)
        return status;
    for (int64_t i = 0; i < n; i++)
        memcpy(l->X + i * l->p, t->x + r->row[i] * t->ldx, (size_t)l->p * sizeof *l->X);
    status = read_values(l, r, t, size);
    for (int64_t k = 0; k < l->n_models && status >= 0; k++) {
        const hone_surrogate_ops *ops = l->surrogate[k].ops;
        void *self = l->surrogate[k].self;
        const double *y = l->y + k * l->room;

        if (anew)
            status = ops->fit(self, size, l->p, l->X, l->p, y, NULL);
        if (status >= 0 && n > (anew ? size : l->held))
            status = ops->update(self, anew ? size : l->held, n, l->X, l->p, y, NULL);
    }
    l->epoch = r->epoch;
    l->fitted = status < 0 ? 0 : size;
    l->held = status < 0 ? 0 : n;
    return status;
}

int32_t local_scales(const local *l, double *scale)
{
    const hone_surrogate_ops *ops = l->surrogate[0].ops;
    const size_t cells = (size_t)(l->held * l->p);
    double *slope = malloc((2 * cells + 2 * (size_t)l->held) * sizeof *slope + 1);

    if (!slope)
        return HONE_ENOMEM;
    double *other = slope + cells, *mean = other + cells, *var = mean + l->held;
    const int32_t status =
        ops->caps & HONE_CAP_GRADIENT
            ? ops->predict(l->surrogate[0].self, l->held, l->X, l->p, mean, var, slope, other, l->p)
            : HONE_EUNSUPPORTED;
    for (int64_t c = 0; c < l->p; c++) {
        double square = 0.0;

        for (int64_t i = 0; i < l->held && status >= 0; i++)
            square += slope[i * l->p + c] * slope[i * l->p + c];
        scale[c] = square > 0.0 ? 1.0 / sqrt(square) : NAN;
    }
    free(slope);
    return status == HONE_EUNSUPPORTED ? HONE_OK : status;
}

/* Draws of every point by itself, where the model knows no joint ones. */
static int32_t draw_apart(const hone_component *c, int64_t m, int64_t p, const double *X, int64_t s,
                          const double *Z, double *F)
{
    const hone_surrogate_ops *ops = c->ops;
    double *mean = malloc((size_t)(2 * m) * sizeof *mean + 1), *var = mean + m;
    const int32_t status =
        mean ? ops->predict(c->self, m, X, p, mean, var, NULL, NULL, 0) : HONE_ENOMEM;

    for (int64_t j = 0; j < s && status >= 0; j++)
        for (int64_t i = 0; i < m; i++)
            F[j * m + i] = mean[i] + sqrt(var[i]) * Z[j * m + i];
    free(mean);
    return status;
}

int32_t local_draw(const local *l, int64_t m, const double *X, int64_t s, const double *Z,
                   double *F)
{
    int32_t status = HONE_OK;

    for (int64_t k = 0; k < l->n_models && status >= 0; k++) {
        const hone_component *c = &l->surrogate[k];
        const hone_surrogate_ops *ops = c->ops;
        const double *z = Z + k * s * m;

        status = ops->draw ? ops->draw(c->self, m, X, l->p, s, z, m, F + k * s * m, m)
                           : HONE_EUNSUPPORTED;
        if (status == HONE_EUNSUPPORTED)
            status = draw_apart(c, m, l->p, X, s, z, F + k * s * m);
    }
    return status;
}
