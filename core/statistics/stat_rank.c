/* stat_rank.c - many strategies on many problems: ranks, Friedman, Nemenyi, Holm.
 *
 * Sources: Demsar, "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR 7
 *          (2006), sections 3.2.2 and 3.2.3 and figure 1; Iman, Davenport, Communications in
 *          Statistics 9 (1980); the correction for ties: Conover, "Practical Nonparametric
 *          Statistics", 3rd ed., section 5.8; Holm, Scandinavian J. of Statistics 6 (1979). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"
#include "statistics.h"

int32_t stat_holm(const double *p, int64_t n, double *adjusted)
{
    int64_t *order = malloc(sizeof *order * (size_t)(n > 0 ? n : 1));
    int32_t status = order ? stat_order(p, n, order) : HONE_ENOMEM;
    double largest = 0.0;

    for (int64_t i = 0; status == HONE_OK && i < n; i++) {
        largest = fmax(largest, fmin(1.0, (double)(n - i) * p[order[i]]));
        adjusted[order[i]] = largest;
    }
    free(order);
    return status;
}

/* Rank sums over the problems, and the sum of t^3 - t. */
static int32_t rank_sums(const double *values, int64_t problems, int64_t k, double *sums,
                         double *ties)
{
    double *ranks = malloc(sizeof *ranks * (size_t)k);
    int32_t status = ranks ? HONE_OK : HONE_ENOMEM;

    memset(sums, 0, sizeof *sums * (size_t)k);
    *ties = 0.0;
    for (int64_t i = 0; status == HONE_OK && i < problems; i++) {
        double tied;

        status = stat_ranks(values + i * k, k, ranks, &tied);
        for (int64_t j = 0; status == HONE_OK && j < k; j++)
            sums[j] += ranks[j];
        *ties += status == HONE_OK ? tied : 0.0;
    }
    free(ranks);
    return status;
}

int32_t stat_average_ranks(const double *values, int64_t problems, int64_t k, double *ranks)
{
    double ties;
    int32_t status;

    if (problems < 1 || k < 1)
        return HONE_EINVAL;
    status = rank_sums(values, problems, k, ranks, &ties);
    for (int64_t j = 0; j < k; j++)
        ranks[j] /= (double)problems;
    return status;
}

int32_t stat_friedman_test(const double *values, int64_t problems, int64_t k, stat_friedman *out)
{
    const double n = (double)problems, m = (double)k;
    double *sums, ties = 0.0, squares = 0.0;
    int32_t status;

    if (problems < 2 || k < 2)
        return HONE_EINVAL;
    sums = malloc(sizeof *sums * (size_t)k);
    if (sums == NULL)
        return HONE_ENOMEM;
    status = rank_sums(values, problems, k, sums, &ties);
    for (int64_t j = 0; status == HONE_OK && j < k; j++) {
        const double off = sums[j] - 0.5 * n * (m + 1.0);

        squares += off * off;
    }
    free(sums);
    if (status < 0)
        return status;
    out->tie_correction = 1.0 - ties / (n * m * (m * m - 1.0));
    out->chi2 = 0.0; /* all equal on every problem: no difference */
    if (out->tie_correction > 0.0)
        out->chi2 = 12.0 * squares / (n * m * (m + 1.0)) / out->tie_correction;
    out->chi2 = fmin(out->chi2, n * (m - 1.0));
    out->p = stat_chi2_upper(out->chi2, m - 1.0);
    out->f = (n - 1.0) * out->chi2 / (n * (m - 1.0) - out->chi2);
    out->p_f = stat_f_upper(out->f, m - 1.0, (m - 1.0) * (n - 1.0));
    return HONE_OK;
}

double stat_critical_difference(int64_t k, int64_t problems, double alpha)
{
    const double m = (double)k;

    return stat_range_quantile(1.0 - alpha, k, INFINITY) * M_SQRT1_2 *
           sqrt(m * (m + 1.0) / (6.0 * (double)problems));
}

void stat_alike(const double *ranks, int64_t k, double cd, uint8_t *alike)
{
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j < k; j++)
            alike[i * k + j] = fabs(ranks[i] - ranks[j]) <= cd;
}

/* The last position up to which all pairs from `first` on are alike. */
static int64_t reach(int64_t k, const int64_t *order, const uint8_t *alike, int64_t first)
{
    for (int64_t last = first + 1; last < k; last++)
        for (int64_t i = first; i < last; i++)
            if (!alike[order[i] * k + order[last]])
                return last - 1;
    return k - 1;
}

int64_t stat_cliques(int64_t k, const int64_t *order, const uint8_t *alike, stat_clique *cliques)
{
    int64_t n = 0, covered = 0;

    for (int64_t first = 0; first < k; first++) {
        const int64_t last = reach(k, order, alike, first);

        if (last > first && last > covered) {
            cliques[n].first = first;
            cliques[n++].last = last;
            covered = last;
        }
    }
    return n;
}
