/* box.c - candidates around the best trial of a region.
 *
 * Of each candidate every parameter moves with the chance min(20/d, 1), at least one: a number
 * to a scrambled Sobol point of the box, whose sides are longer where the model changes slowly; one
 * of few levels at least to its neighbours.  A choice moves to another with a chance that is the
 * region's length, so that it too settles as the region shrinks.
 *
 * The sides in the paper are in proportion to the lengthscales of the model.  A surrogate does not
 * tell these; a process of lengthscale l has slopes in proportion to 1/l, so the sides are in
 * proportion to one over the size of the slopes of its mean at the region's trials. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "turbo.h"

static const double MOVED = 20.0; /* parameters of a candidate that move, of many */
static const double NARROWEST = 0.05, WIDEST = 20.0; /* sides before they are scaled */

int32_t box_init(box *b, const hone_host *host)
{
    b->host = host;
    b->space = host->space(host);
    b->p = b->space->n_cols;
    b->d = hone_varying(b->space);
    b->u = malloc((size_t)(3 * b->d + 1) * sizeof *b->u);
    b->width = malloc((size_t)(b->p + 1) * sizeof *b->width);
    return b->u && b->width ? HONE_OK : HONE_ENOMEM;
}

void box_free(box *b)
{
    free(b->u);
    free(b->width);
    memset(b, 0, sizeof *b);
}

void box_shape(box *b, const double *scale, double length)
{
    double sum = 0.0;
    int64_t n = 0;

    for (int64_t c = 0; c < b->p; c++) {
        if (b->space->col_choice[c] >= 0 || isnan(scale[c]))
            continue;
        sum += log(scale[c]);
        n++;
    }
    const double middle = n > 0 ? sum / (double)n : 0.0;
    sum = 0.0;
    for (int64_t c = 0; c < b->p; c++) {
        const double side = isnan(scale[c]) ? 1.0 : exp(log(scale[c]) - middle);

        b->width[c] = fmin(fmax(side, NARROWEST), WIDEST);
        if (b->space->col_choice[c] < 0 && !isnan(scale[c]))
            sum += log(b->width[c]);
    }
    for (int64_t c = 0; c < b->p; c++)
        b->width[c] *= length * exp(n > 0 ? -sum / (double)n : 0.0);
}

/* u in [0, 1) to the box's part of column c around x. */
static double place(const box *b, int64_t c, double x, double u)
{
    const double levels = (double)b->space->col_levels[c];
    const double half = fmax(0.5 * b->width[c], levels > 0.0 ? 1.5 / levels : 0.0);
    const double low = fmax(x - half, 0.0), high = fmin(x + half, 1.0);

    return low + u * (high - low);
}

/* Columns c .. c+n-1 := another choice, each with the same chance. */
static void choose(double *x, int64_t n, double u)
{
    int64_t now = 0, next = (int64_t)(u * (double)(n - 1));

    for (int64_t k = 1; k < n; k++)
        now = x[k] > x[now] ? k : now;
    next += next >= now;
    for (int64_t k = 0; k < n; k++)
        x[k] = k == next ? 1.0 : 0.0;
}

/* at: [d] points of the box; move, pick: [d] uniforms. */
static void candidate(const box *b, double length, const double *at, const double *move,
                      const double *pick, double *x)
{
    const double chance = fmin(1.0, MOVED / (double)b->d);
    const int64_t always = (int64_t)(move[0] * (double)b->d);
    int64_t c = 0;

    for (int64_t k = 0; k < b->d; k++) {
        const int64_t n = hone_columns(b->space, c);
        const int moves = k == always || pick[k] < chance;

        if (moves && n == 1)
            x[c] = place(b, c, x[c], at[k]);
        else if (moves && (move[k] < length || b->d == 1))
            choose(x + c, n, at[k]);
        c += n;
    }
}

int32_t box_fill(box *b, const double *centre, double length, int64_t number, int64_t m, double *X)
{
    const hone_host *host = b->host;
    const int64_t d = b->d;
    double *at = malloc((size_t)(m * d) * sizeof *at + 1);

    if (!at)
        return HONE_ENOMEM;
    if (host->quasi(host, number + 1, 0, m, d, at, d) < 0) /* streams up to 0: initial points */
        host->uniform(host, -1 - number, 0, m * d, at);
    for (int64_t i = 0; i < m; i++) {
        double *x = X + i * b->p;

        memcpy(x, centre, (size_t)b->p * sizeof *x);
        host->uniform(host, number, 2 * d * i, 2 * d, b->u);
        candidate(b, length, at + i * d, b->u, b->u + d, x);
    }
    free(at);
    return host->snap(host, m, X, b->p);
}
