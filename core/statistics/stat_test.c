/* stat_test.c - are two samples different, by how much, and how many more runs would tell?
 *
 * Sources: Wilcoxon, "Individual Comparisons by Ranking Methods", Biometrics 1 (1945);
 *          Mann, Whitney, Ann. Math. Statist. 18 (1947); corrections for ties: Hollander, Wolfe,
 *          Chicken, "Nonparametric Statistical Methods", 3rd ed., eqs. 3.9 and 4.13;
 *          Kerby, Comprehensive Psychology 3 (2014) (rank-biserial correlation);
 *          Vargha, Delaney, J. Educational and Behavioral Statistics 25 (2000), eq. 2;
 *          Noether, "Sample Size Determination for Some Common Nonparametric Tests",
 *          JASA 82 (1987), eq. for the signed-rank test.
 * Defaults follow SciPy's wilcoxon and mannwhitneyu, except that ties turn exact off. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"
#include "statistics.h"

enum { EXACT_PAIRS = 50, MAX_EXACT_PAIRS = 1000, EXACT_SMALLER = 8 };
static const double EXACT_COUNTS = 9007199254740992.0; /* 2^53 */

/* Sum of probabilities from both ends: 2 min(P(T <= t), P(T >= t)), at most 1.  weights[n]
 * are proportional to the probabilities of 0 .. n-1. */
static double both_tails(const double *weights, int64_t n, int64_t t)
{
    double below = 0.0, above = 0.0, total = 0.0;

    for (int64_t i = 0; i < n; i++) {
        total += weights[i];
        if (i <= t)
            below += weights[i];
        if (i >= t)
            above += weights[i];
    }
    return fmin(1.0, 2.0 * fmin(below, above) / total);
}

/* p for a z that is to be corrected for continuity by 1/2: distance and deviation apart. */
static double normal_p(double distance, double deviation, bool continuity, double *z)
{
    double corrected = continuity ? fmax(0.0, fabs(distance) - 0.5) : fabs(distance);

    if (deviation <= 0.0) {
        *z = 0.0;
        return 1.0;
    }
    *z = copysign(corrected / deviation, distance);
    return 2.0 * stat_normal_upper(fabs(*z));
}

/* ---- Wilcoxon's signed-rank test --------------------------------------------------------- */

/* Weights of plus = 0 .. n(n+1)/2 when each rank is positive with probability 1/2; scaled so
 * that nothing overflows. */
static int32_t signed_rank_exact(int64_t n, double plus, double *p)
{
    const int64_t top = n * (n + 1) / 2;
    double *weights = calloc((size_t)top + 1, sizeof *weights);

    if (weights == NULL)
        return HONE_ENOMEM;
    weights[0] = 1.0;
    for (int64_t rank = 1, sum = 1; rank <= n; rank++, sum += rank) {
        for (int64_t t = sum; t >= rank; t--)
            weights[t] = 0.5 * (weights[t] + weights[t - rank]);
        for (int64_t t = rank - 1; t >= 0; t--)
            weights[t] *= 0.5;
    }
    *p = both_tails(weights, top + 1, (int64_t)plus);
    free(weights);
    return HONE_OK;
}

/* Sizes and signs of the differences that are not zero; NaN gives EINVAL from the ranks. */
static int64_t nonzero(const double *d, int64_t n, double *size, double *sign)
{
    int64_t kept = 0;

    for (int64_t i = 0; i < n; i++) {
        if (d[i] == 0.0)
            continue;
        size[kept] = fabs(d[i]);
        sign[kept++] = d[i] > 0.0 ? 1.0 : -1.0;
    }
    return kept;
}

static int32_t signed_rank_p(stat_signed_rank *t, double ties, int method, bool continuity)
{
    const double n = (double)t->n;
    double mean, variance;

    t->exact = method == STAT_EXACT ||
               (method == STAT_AUTO && ties == 0.0 && t->zeros == 0 && t->n <= EXACT_PAIRS);
    t->z = NAN;
    if (t->n == 0) {
        t->p = 1.0;
        return HONE_OK;
    }
    if (t->exact) {
        if (ties > 0.0 || t->n > MAX_EXACT_PAIRS)
            return HONE_EINVAL;
        return signed_rank_exact(t->n, t->plus, &t->p);
    }
    mean = n * (n + 1.0) / 4.0;
    variance = (n * (n + 1.0) * (2.0 * n + 1.0) - 0.5 * ties) / 24.0;
    t->p = normal_p(t->plus - mean, sqrt(variance), continuity, &t->z);
    return HONE_OK;
}

int32_t stat_signed_rank_test(const double *differences, int64_t n, int method, bool continuity,
                              stat_signed_rank *out)
{
    const size_t room = (size_t)(n > 0 ? n : 1);
    double *size = calloc(room, sizeof *size), *sign = calloc(room, sizeof *sign);
    double *ranks = calloc(room, sizeof *ranks), ties = 0.0;
    stat_signed_rank t = {0};
    int32_t status = HONE_ENOMEM;

    if (size == NULL || sign == NULL || ranks == NULL)
        goto out;
    t.n = nonzero(differences, n, size, sign);
    t.zeros = n - t.n;
    if ((status = stat_ranks(size, t.n, ranks, &ties)) < 0)
        goto out;
    for (int64_t i = 0; i < t.n; i++) {
        t.plus += sign[i] > 0.0 ? ranks[i] : 0.0;
        t.minus += sign[i] > 0.0 ? 0.0 : ranks[i];
    }
    t.effect = t.n > 0 ? (t.plus - t.minus) / (t.plus + t.minus) : NAN;
    if ((status = signed_rank_p(&t, ties, method, continuity)) == HONE_OK)
        *out = t;
out:
    free(size);
    free(sign);
    free(ranks);
    return status;
}

/* ---- Mann and Whitney's U test ----------------------------------------------------------- */

/* m + n over m, or infinity beyond 2^53. */
static double binomial(int64_t m, int64_t n)
{
    double count = 1.0;

    for (int64_t i = 1; i <= m && count <= EXACT_COUNTS; i++)
        count = count * (double)(n + i) / (double)i;
    return count <= EXACT_COUNTS ? count : INFINITY;
}

/* Weights of U = 0 .. m n: the coefficients of the Gaussian binomial, which is the product of
 * (1 - q^(n+i))/(1 - q^i), i = 1..m.  All numbers are integers below 2^53. */
static int32_t rank_sum_exact(int64_t m, int64_t n, double u, double *p)
{
    const int64_t top = m * n;
    double *weights = calloc((size_t)top + 1, sizeof *weights);

    if (weights == NULL)
        return HONE_ENOMEM;
    weights[0] = 1.0;
    for (int64_t i = 1; i <= m; i++) {
        for (int64_t t = top; t >= n + i; t--)
            weights[t] -= weights[t - n - i];
        for (int64_t t = i; t <= top; t++)
            weights[t] += weights[t - i];
    }
    *p = both_tails(weights, top + 1, (int64_t)u);
    free(weights);
    return HONE_OK;
}

static int32_t rank_sum_p(stat_rank_sum *t, int64_t m, int64_t n, double ties, int method,
                          bool continuity)
{
    const int64_t fewer = m < n ? m : n, more = m < n ? n : m;
    const double total = (double)(m + n), pairs = (double)m * (double)n;
    double variance;

    t->exact = method == STAT_EXACT || (method == STAT_AUTO && ties == 0.0 &&
                                        fewer <= EXACT_SMALLER && isfinite(binomial(fewer, more)));
    t->z = NAN;
    if (t->exact) {
        if (ties > 0.0 || isinf(binomial(fewer, more)))
            return HONE_EINVAL;
        return rank_sum_exact(fewer, more, t->u, &t->p);
    }
    variance = pairs / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
    t->p = normal_p(t->u - 0.5 * pairs, sqrt(fmax(0.0, variance)), continuity, &t->z);
    return HONE_OK;
}

int32_t stat_rank_sum_test(const double *x, int64_t m, const double *y, int64_t n, int method,
                           bool continuity, stat_rank_sum *out)
{
    double *both, *ranks, ties = 0.0, sum = 0.0;
    stat_rank_sum t = {0};
    int32_t status = HONE_ENOMEM;

    if (m < 1 || n < 1)
        return HONE_EINVAL;
    both = malloc(sizeof *both * (size_t)(m + n));
    ranks = malloc(sizeof *ranks * (size_t)(m + n));
    if (both == NULL || ranks == NULL)
        goto out;
    memcpy(both, x, sizeof *x * (size_t)m);
    memcpy(both + m, y, sizeof *y * (size_t)n);
    if ((status = stat_ranks(both, m + n, ranks, &ties)) < 0)
        goto out;
    for (int64_t i = 0; i < m; i++)
        sum += ranks[i];
    t.u = sum - (double)m * (double)(m + 1) / 2.0;
    t.a12 = t.u / ((double)m * (double)n);
    if ((status = rank_sum_p(&t, m, n, ties, method, continuity)) == HONE_OK)
        *out = t;
out:
    free(both);
    free(ranks);
    return status;
}

double stat_cliff_delta(double a12)
{
    return 2.0 * a12 - 1.0;
}

/* ---- how many more ----------------------------------------------------------------------- */

/* Noether: N = (z_{1-alpha/2} + z_power)^2 / (3 (p' - 1/2)^2), where p' is the probability that
 * the sum of two independent differences is positive.  p' is estimated by the share of
 * positive sums over all pairs i < j, zero sums half; zero differences take part. */
int32_t stat_pairs_needed(const double *differences, int64_t n, double alpha, double power,
                          double *pairs)
{
    double *sorted, positive = 0.0, p, z;

    if (n < 2 || !(alpha > 0.0 && alpha < 1.0) || !(power > 0.0 && power < 1.0))
        return HONE_EINVAL;
    sorted = malloc(sizeof *sorted * (size_t)n);
    if (sorted == NULL)
        return HONE_ENOMEM;
    memcpy(sorted, differences, sizeof *sorted * (size_t)n);
    stat_sort(sorted, n);
    for (int64_t i = 0; i < n; i++) {
        int64_t j = i + 1;

        if (isnan(differences[i])) {
            free(sorted);
            return HONE_EINVAL;
        }
        for (; j < n && sorted[i] + sorted[j] < 0.0; j++)
            ;
        for (; j < n && sorted[i] + sorted[j] == 0.0; j++)
            positive += 0.5;
        positive += (double)(n - j);
    }
    free(sorted);
    p = positive / (0.5 * (double)n * (double)(n - 1));
    z = stat_normal_quantile(1.0 - 0.5 * alpha) + stat_normal_quantile(power);
    *pairs = p == 0.5 ? INFINITY : ceil(z * z / (3.0 * (p - 0.5) * (p - 0.5)));
    return HONE_OK;
}
