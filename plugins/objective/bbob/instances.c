/* instances.c - the random numbers that make an instance of a function.
 *
 * The generator is Park and Miller's minimal standard one with a Bays-Durham shuffle of 32
 * entries, as the code of 2009 had it; it is part of the definition of the test bed, so its
 * habits are kept: 1e-99 in place of zero, the location of the optimum cut to four digits. */
#include <math.h>
#include <stdlib.h>

#include "problem.h"

enum { MODULUS = 2147483647, MULTIPLIER = 16807, QUOTIENT = 127773, REMAINDER = 2836 };
enum { SHUFFLE = 32, WARM_UP = 40, BUCKET = 67108865 };
static const double NOT_ZERO = 1e-99;
static const double PI = 3.14159265358979323846;

/* Schrage's product modulo 2^31 - 1. */
static int64_t next(int64_t state)
{
    const int64_t q = state / QUOTIENT;

    state = MULTIPLIER * (state - q * QUOTIENT) - REMAINDER * q;
    return state < 0 ? state + MODULUS : state;
}

/* n numbers in (0, 1) from a seed. */
void bbob_uniform(double *out, int64_t n, int64_t seed)
{
    int64_t table[SHUFFLE];
    int64_t state = seed < 0 ? -seed : seed;
    int64_t drawn;

    if (state < 1)
        state = 1;
    for (int i = WARM_UP - 1; i >= 0; i--) {
        state = next(state);
        if (i < SHUFFLE)
            table[i] = state;
    }
    drawn = table[0];
    for (int64_t i = 0; i < n; i++) {
        const int64_t slot = drawn / BUCKET;

        state = next(state);
        drawn = table[slot];
        table[slot] = state;
        out[i] = (double)drawn / (double)MODULUS;
        if (out[i] == 0.0)
            out[i] = NOT_ZERO;
    }
}

/* n standard normals: Box-Muller, the cosine branch; 0: out of memory. */
int bbob_gauss(double *out, int64_t n, int64_t seed)
{
    double *u = malloc(sizeof *u * 2 * (size_t)n);

    if (u == NULL)
        return 0;
    bbob_uniform(u, 2 * n, seed);
    for (int64_t i = 0; i < n; i++) {
        out[i] = sqrt(-2 * log(u[i])) * cos(2 * PI * u[n + i]);
        if (out[i] == 0.0)
            out[i] = NOT_ZERO;
    }
    free(u);
    return 1;
}

static double dot(const double *a, const double *b, int64_t n)
{
    double sum = 0.0;

    for (int64_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* A random orthogonal matrix, stored by columns: Gram-Schmidt on the columns of a matrix of
 * normals; 0: out of memory. */
int bbob_rotation(double *columns, int64_t d, int64_t seed)
{
    if (!bbob_gauss(columns, d * d, seed))
        return 0;
    for (int64_t i = 0; i < d; i++) {
        double *a = columns + i * d;
        double length;

        for (int64_t j = 0; j < i; j++) {
            const double *b = columns + j * d;
            const double along = dot(a, b, d);

            for (int64_t k = 0; k < d; k++)
                a[k] -= along * b[k];
        }
        length = sqrt(dot(a, a, d));
        for (int64_t k = 0; k < d; k++)
            a[k] /= length;
    }
    return 1;
}

/* The optimum's place in [-4, 4]^d. */
void bbob_xopt(double *xopt, int64_t d, int64_t seed)
{
    bbob_uniform(xopt, d, seed);
    for (int64_t i = 0; i < d; i++) {
        xopt[i] = 8 * floor(1e4 * xopt[i]) / 1e4 - 4;
        if (xopt[i] == 0.0)
            xopt[i] = -1e-5;
    }
}

/* f4 shares its numbers with f3, f18 with f17. */
int64_t bbob_seed(int32_t function, int64_t instance)
{
    const int32_t base = function == 4 ? 3 : function == 18 ? 17 : function;

    return base + 10000 * instance;
}

/* The optimal value: a Cauchy number of median 0 with two digits, within [-1000, 1000]. */
double bbob_fopt(int32_t function, int64_t instance)
{
    const int64_t seed = bbob_seed(function, instance);
    double u[2], v[2], ratio;

    bbob_uniform(u, 2, seed);
    bbob_uniform(v, 2, seed + 1);
    ratio = sqrt(-2 * log(u[0])) * cos(2 * PI * u[1]);
    if (ratio == 0.0)
        ratio = NOT_ZERO;
    v[0] = sqrt(-2 * log(v[0])) * cos(2 * PI * v[1]);
    if (v[0] == 0.0)
        v[0] = NOT_ZERO;
    ratio = floor(100.0 * 100.0 * ratio / v[0] + 0.5) / 100.0;
    return fmin(1000.0, fmax(-1000.0, ratio));
}
