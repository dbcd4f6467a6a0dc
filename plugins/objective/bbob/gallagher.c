/* gallagher.c - f21 and f22, the highest of 101 or 21 rotated Gaussian peaks.
 *
 * Source: the report, f21 and f22.  The code of 2009 decides what the report leaves open: the
 * best peak of f21 has condition sqrt(1000), that of f22 1000, and the first draw of each of
 * the random sequences is used as written below. */
#include <math.h>
#include <stdlib.h>

#include "problem.h"

static const double CONDITION = 1000.0;
static const double BEST_HEIGHT = 10.0, LOWEST = 1.1, HIGHEST = 9.1;
static const double CENTRAL = 0.8; /* the best peak lies within [-4, 4]^d */

typedef struct ranked {
    double value;
    int64_t index;
} ranked;

static int by_value(const void *a, const void *b)
{
    const double u = ((const ranked *)a)->value, v = ((const ranked *)b)->value;

    return (u > v) - (u < v);
}

/* Indices 0..n-1 in the order of n random numbers. */
static void permutation(ranked *order, double *random, int64_t n, int64_t seed)
{
    bbob_uniform(random, n, seed);
    for (int64_t i = 0; i < n; i++) {
        order[i].value = random[i];
        order[i].index = i;
    }
    qsort(order, (size_t)n, sizeof *order, by_value);
}

/* Diagonals of the peaks' matrices, each with its own condition and order. */
static void make_scales(bbob_problem *p, double *condition, ranked *order, double *random,
                        int64_t seed)
{
    const int64_t n = p->peaks.n, d = p->d;

    permutation(order, random, n - 1, seed);
    condition[0] = p->function == 21 ? sqrt(CONDITION) : CONDITION;
    for (int64_t i = 1; i < n; i++)
        condition[i] = pow(CONDITION, (double)order[i - 1].index / (double)(n - 2));
    for (int64_t i = 0; i < n; i++) {
        permutation(order, random, d, seed + 1000 * i);
        for (int64_t j = 0; j < d; j++)
            p->peaks.scale[i * d + j] =
                pow(condition[i], (double)order[j].index / (double)(d - 1) - 0.5);
    }
}

/* Centres, already rotated. */
static void make_centers(bbob_problem *p, double *random, int64_t seed)
{
    const int64_t n = p->peaks.n, d = p->d;
    const double width = p->function == 21 ? 10.0 : 9.8;

    bbob_uniform(random, n * d, seed);
    for (int64_t i = 0; i < n; i++) {
        for (int64_t k = 0; k < d; k++)
            p->y[k] = width * random[i * d + k] - 0.5 * width;
        bbob_multiply(p->inner, p->y, p->peaks.center + i * d, d);
    }
    for (int64_t k = 0; k < d; k++) {
        p->peaks.center[k] *= CENTRAL;
        p->xopt[k] = CENTRAL * (width * random[k] - 0.5 * width);
    }
}

/* Needs p->inner; 0: out of memory. */
int bbob_peaks_prepare(bbob_problem *p, int64_t seed)
{
    const int64_t n = p->function == 21 ? 101 : 21, d = p->d;
    const size_t cells = (size_t)n * (size_t)d;
    bbob_peaks *peaks = &p->peaks;
    double *random = malloc(sizeof *random * cells);
    double *condition = malloc(sizeof *condition * (size_t)n);
    ranked *order = malloc(sizeof *order * (size_t)(n > d ? n : d));
    int done = 0;

    peaks->n = n;
    peaks->height = malloc(sizeof *peaks->height * (size_t)n);
    peaks->center = malloc(sizeof *peaks->center * cells);
    peaks->scale = malloc(sizeof *peaks->scale * cells);
    if (random && condition && order && peaks->height && peaks->center && peaks->scale) {
        peaks->height[0] = BEST_HEIGHT;
        for (int64_t i = 1; i < n; i++)
            peaks->height[i] = (double)(i - 1) / (double)(n - 2) * (HIGHEST - LOWEST) + LOWEST;
        make_scales(p, condition, order, random, seed);
        make_centers(p, random, seed);
        done = 1;
    }
    free(random);
    free(condition);
    free(order);
    return done;
}

/* T_osz(10 - highest peak)^2 + penalty. */
double bbob_gallagher(bbob_problem *p, const double *x)
{
    const int64_t d = p->d;
    double highest = 0.0, value;

    bbob_multiply(p->inner, x, p->z, d);
    for (int64_t i = 0; i < p->peaks.n; i++) {
        const double *center = p->peaks.center + i * d, *scale = p->peaks.scale + i * d;
        double sum = 0.0;

        for (int64_t j = 0; j < d; j++) {
            const double away = p->z[j] - center[j];

            sum += scale[j] * away * away;
        }
        highest = fmax(highest, p->peaks.height[i] * exp(-0.5 / (double)d * sum));
    }
    value = bbob_oscillate(10.0 - highest);
    return value * value + bbob_penalty(x, d);
}
