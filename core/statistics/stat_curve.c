/* stat_curve.c - anytime curves: the best value so far of several runs, as a band.
 *
 * The horizontal axis is whatever `when` counts: evaluations, seconds, a fraction of a budget.
 * The interval of the median is the percentile bootstrap's over runs, each column with the same
 * resampled runs, so that the band is one picture of the same resamples. */
#include <math.h>
#include <stdlib.h>

#include "hone_plugin.h"
#include "statistics.h"

void stat_best_so_far(const double *when, const double *values, int64_t n, const double *at,
                      int64_t m, double *out)
{
    double best = INFINITY;
    int64_t i = 0;

    for (int64_t j = 0; j < m; j++) {
        for (; i < n && when[i] <= at[j]; i++)
            best = values[i] < best ? values[i] : best;
        out[j] = best;
    }
}

int32_t stat_bands(const double *curves, int64_t runs, int64_t m, const stat_resampling *how,
                   stat_band *bands)
{
    double *column;
    int32_t status = HONE_OK;

    if (runs < 1 || m < 0)
        return HONE_EINVAL;
    column = malloc(sizeof *column * (size_t)runs);
    if (column == NULL)
        return HONE_ENOMEM;
    for (int64_t j = 0; j < m && status == HONE_OK; j++) {
        for (int64_t i = 0; i < runs; i++)
            column[i] = curves[i * m + j];
        status = stat_bootstrap(column, runs, stat_median, how, &bands[j].interval);
        stat_sort(column, runs);
        bands[j].median = stat_quantile(column, runs, 0.5);
        bands[j].quartiles.low = stat_quantile(column, runs, 0.25);
        bands[j].quartiles.high = stat_quantile(column, runs, 0.75);
    }
    free(column);
    return status;
}
