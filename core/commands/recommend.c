/* recommend.c - the best posterior mean among the evaluated points.
 *
 * Where values are noisy the best one seen is mostly a lucky one.  The study's surrogate is fitted
 * to the values of all feasible trials and asked for the noise-free value at each of their points:
 * the smallest is recommended.  Values far worse than the rest say nothing about the best and are
 * drawn in to FAR interquartile ranges above the median.  Of more than MOST trials, half of
 * MOST with the best values and as many evenly out of the others are taken.
 *
 * Source: Frazier, "A Tutorial on Bayesian Optimization", arXiv 1807.02811, section 4.2, the
 *         solution that knowledge gradient reports, restricted to evaluated points. */
#include "recommend.h"

#include <math.h>
#include <stdlib.h>

#include "belief.h"

enum { MOST = 1000 };
static const double FAR = 10.0;

typedef struct ranked {
    double y;
    int64_t row;
} ranked;

static int by_value(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->y != y->y ? (x->y > y->y) - (x->y < y->y) : (x->row > y->row) - (x->row < y->row);
}

/* The n rows by value; of many a part of them, *n.  NULL without memory. */
static ranked *choose(const history *h, int64_t *n)
{
    const int64_t all = history_rows(h);
    ranked *r = malloc((size_t)all * sizeof *r + 1);
    int64_t kept = 0;
    for (int64_t i = 0; r && i < all; i++)
        r[i] = (ranked){history_values(h, i)[0], i};
    if (r)
        qsort(r, (size_t)all, sizeof *r, by_value);
    for (int64_t i = 0; r && i < all; i++) {
        const int64_t k = i - MOST / 2, rest = all - MOST / 2;
        if (all <= MOST || k < 0 || (k + 1) * (MOST / 2) / rest > k * (MOST / 2) / rest)
            r[kept++] = r[i];
    }
    *n = kept;
    return r;
}

static int32_t gather(const space *sp, const history *h, const ranked *r, int64_t n, cloud *out,
                      error *err)
{
    const double middle = r[n / 2].y, width = r[3 * n / 4].y - r[n / 4].y;
    const double top = width > 0.0 ? middle + FAR * width : HUGE_VAL;
    int32_t status = HONE_OK;
    for (int64_t i = 0; i < n && status >= 0; i++)
        status = cloud_add(out, sp, history_native(h, r[i].row), fmin(r[i].y, top),
                           history_noise(h, r[i].row, 0), err);
    return status;
}

int32_t recommend(const invocation *in, const stored *s, const history *h, int64_t *row,
                  double *mean, double *sd, error *err)
{
    belief b;
    cloud data = {0};
    int64_t n = 0, best = 0;
    int32_t status = belief_recall(&b, in, s, err);
    if (status < 0)
        return status;
    ranked *r = choose(h, &n);
    double *means = calloc((size_t)(2 * n) + 1, sizeof *means), *vars = means + n;
    status = r && means ? gather(&b.o.config.space, h, r, n, &data, err)
                        : error_add(err, HONE_ENOMEM, "out of memory");
    if (status >= 0)
        status = belief_fit(&b, in, &data, err);
    if (status >= 0)
        status = belief_predict(&b, &data, means, vars, err);
    for (int64_t i = 1; status >= 0 && i < n; i++)
        best = means[i] < means[best] ? i : best;
    if (status >= 0) {
        *row = r[best].row;
        *mean = means[best];
        *sd = sqrt(vars[best]);
    }
    free(r);
    free(means);
    cloud_free(&data);
    belief_close(&b);
    return status;
}
