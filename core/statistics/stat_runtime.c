/* stat_runtime.c - how many evaluations until the target: expected runtime, restarts, profiles.
 *
 * Sources: Hansen, Auger, Brockhoff, Tusar, Tusar, "COCO: Performance Assessment",
 *          arXiv:1605.03560, sections 4.1 (simulated restarts) and 4.2 (expected runtime, which
 *          counts the evaluations of unsuccessful runs and divides by the successful ones);
 *          More, Wild, "Benchmarking Derivative-Free Optimization Algorithms", SIAM J. Optim. 20
 *          (2009), eqs. 2.1 to 2.3; Dolan, More, Mathematical Programming 91 (2002). */
#include <math.h>

#include "hone_plugin.h"
#include "statistics.h"

double stat_runtime(const double *values, int64_t n, double target)
{
    for (int64_t i = 0; i < n; i++)
        if (values[i] <= target)
            return (double)(i + 1);
    return INFINITY;
}

double stat_expected_runtime(const double *runtimes, const double *spent, int64_t n)
{
    double evaluations = 0.0;
    int64_t solved = 0;

    if (n < 1)
        return NAN;
    for (int64_t i = 0; i < n; i++) {
        solved += isfinite(runtimes[i]) != 0;
        evaluations += isfinite(runtimes[i]) ? runtimes[i] : spent[i];
    }
    return solved > 0 ? evaluations / (double)solved : INFINITY;
}

int32_t stat_restarts(const double *runtimes, const double *spent, int64_t n, rng_key key,
                      double *draws, int64_t m)
{
    const double ert = stat_expected_runtime(runtimes, spent, n);

    if (isnan(ert))
        return HONE_EINVAL;
    for (int64_t i = 0; i < m; i++) {
        double sum = 0.0, u;
        int64_t run, position = 0;

        if (isinf(ert)) {
            draws[i] = INFINITY;
            continue;
        }
        for (;;) {
            rng_uniform(key, i, position++, 1, &u);
            run = (int64_t)(u * (double)n);
            if (isfinite(runtimes[run]))
                break;
            sum += spent[run];
        }
        draws[i] = sum + runtimes[run];
    }
    return HONE_OK;
}

double stat_ecdf(const double *sorted, int64_t n, double t)
{
    int64_t low = 0, high = n; /* sorted[low - 1] <= t < sorted[high] */

    if (n < 1)
        return NAN;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;

        if (sorted[middle] <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return (double)low / (double)n;
}

/* Adds one problem, on which strategy j needs cost[j]/unit, to the counts. */
static void count(const double *cost, int64_t k, double unit, const double *at, int64_t m,
                  double *out)
{
    for (int64_t j = 0; j < k; j++)
        for (int64_t i = 0; i < m; i++)
            out[j * m + i] += isfinite(cost[j]) && cost[j] <= at[i] * unit ? 1.0 : 0.0;
}

static void shares(double *out, int64_t cells, int64_t problems)
{
    for (int64_t i = 0; i < cells; i++)
        out[i] /= (double)problems;
}

void stat_data_profile(const double *runtimes, const int64_t *dimension, int64_t problems,
                       int64_t k, const double *at, int64_t m, double *out)
{
    for (int64_t i = 0; i < k * m; i++)
        out[i] = 0.0;
    for (int64_t p = 0; p < problems; p++)
        count(runtimes + p * k, k, (double)(dimension[p] + 1), at, m, out);
    shares(out, k * m, problems);
}

void stat_performance_profile(const double *runtimes, int64_t problems, int64_t k, const double *at,
                              int64_t m, double *out)
{
    for (int64_t i = 0; i < k * m; i++)
        out[i] = 0.0;
    for (int64_t p = 0; p < problems; p++) {
        double fastest = INFINITY;

        for (int64_t j = 0; j < k; j++)
            fastest = fmin(fastest, runtimes[p * k + j]);
        count(runtimes + p * k, k, fastest, at, m, out);
    }
    shares(out, k * m, problems);
}
