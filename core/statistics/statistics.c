/* statistics.c - one sample: order, quantiles, ranks, bootstrap.
 *
 * Sources: Hyndman, Fan, "Sample Quantiles in Statistical Packages", The American
 *          Statistician 50 (1996), definition 7; Efron, Tibshirani, "An Introduction to the
 *          Bootstrap", 1993, section 13.3 (percentile interval). */
#include "statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"

static const int64_t MAX_DRAWS = 100000000;

static int by_value(const void *a, const void *b)
{
    const double u = *(const double *)a, v = *(const double *)b;

    return (u > v) - (u < v);
}

void stat_sort(double *x, int64_t n)
{
    if (n > 1)
        qsort(x, (size_t)n, sizeof *x, by_value);
}

double stat_quantile(const double *sorted, int64_t n, double p)
{
    const double at = p * (double)(n - 1);
    int64_t below;

    if (n < 1 || !(p >= 0.0 && p <= 1.0))
        return NAN;
    below = (int64_t)at;
    if (below >= n - 1 || at == (double)below || sorted[below] == sorted[below + 1])
        return sorted[below < n ? below : n - 1];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

double stat_mean(const double *x, int64_t n)
{
    double sum = 0.0;

    for (int64_t i = 0; i < n; i++)
        sum += x[i];
    return n > 0 ? sum / (double)n : NAN;
}

double stat_median(double *x, int64_t n)
{
    stat_sort(x, n);
    return stat_quantile(x, n, 0.5);
}

/* ---- ranks ------------------------------------------------------------------------------- */

typedef struct placed {
    double value;
    int64_t index;
} placed;

static int by_place(const void *a, const void *b)
{
    const placed *u = a, *v = b;

    if (u->value != v->value)
        return (u->value > v->value) - (u->value < v->value);
    return (u->index > v->index) - (u->index < v->index);
}

/* x sorted with its indices, from malloc; NULL with *status. */
static placed *sorted_places(const double *x, int64_t n, int32_t *status)
{
    placed *list = malloc(sizeof *list * (size_t)(n > 0 ? n : 1));

    *status = list ? HONE_OK : HONE_ENOMEM;
    for (int64_t i = 0; list != NULL && i < n; i++) {
        if (isnan(x[i])) {
            free(list);
            *status = HONE_EINVAL;
            return NULL;
        }
        list[i].value = x[i];
        list[i].index = i;
    }
    if (list != NULL && n > 1)
        qsort(list, (size_t)n, sizeof *list, by_place);
    return list;
}

int32_t stat_ranks(const double *x, int64_t n, double *ranks, double *ties)
{
    int32_t status;
    placed *list = sorted_places(x, n, &status);
    double sum = 0.0;

    if (list == NULL)
        return status;
    for (int64_t first = 0, next; first < n; first = next) {
        double size;

        for (next = first + 1; next < n && list[next].value == list[first].value; next++)
            ;
        size = (double)(next - first);
        sum += size * size * size - size;
        for (int64_t i = first; i < next; i++)
            ranks[list[i].index] = 0.5 * (double)(first + 1 + next);
    }
    if (ties != NULL)
        *ties = sum;
    free(list);
    return HONE_OK;
}

int32_t stat_order(const double *x, int64_t n, int64_t *order)
{
    int32_t status;
    placed *list = sorted_places(x, n, &status);

    for (int64_t i = 0; list != NULL && i < n; i++)
        order[i] = list[i].index;
    free(list);
    return status;
}

/* ---- bootstrap --------------------------------------------------------------------------- */

int32_t stat_bootstrap(const double *x, int64_t n, double (*statistic)(double *x, int64_t n),
                       const stat_resampling *how, stat_interval *out)
{
    double *sample, *u, *values;
    int32_t status = HONE_ENOMEM;

    if (n < 1 || how->draws < 1 || how->draws > MAX_DRAWS || !(how->level > 0.0) ||
        !(how->level < 1.0))
        return HONE_EINVAL;
    sample = malloc(sizeof *sample * (size_t)n);
    u = malloc(sizeof *u * (size_t)n);
    values = malloc(sizeof *values * (size_t)how->draws);
    if (sample != NULL && u != NULL && values != NULL) {
        for (int64_t draw = 0; draw < how->draws; draw++) {
            rng_uniform(how->key, draw, 0, n, u);
            for (int64_t i = 0; i < n; i++)
                sample[i] = x[(int64_t)(u[i] * (double)n)];
            values[draw] = statistic(sample, n);
        }
        stat_sort(values, how->draws);
        out->low = stat_quantile(values, how->draws, 0.5 * (1.0 - how->level));
        out->high = stat_quantile(values, how->draws, 0.5 * (1.0 + how->level));
        status = HONE_OK;
    }
    free(sample);
    free(u);
    free(values);
    return status;
}
