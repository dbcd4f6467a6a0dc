/* test_sobol.c - the direction numbers as published, nets as they must be, and the scramble. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"
#include "rng.h"
#include "sobol.h"
#include "sobol_directions.h"

/* ---- without the scramble ---------------------------------------------------------- */

static double plain(int64_t index, int64_t dimension)
{
    uint64_t v[SOBOL_BITS];

    sobol_directions(dimension, SOBOL_BITS, v);
    return (double)sobol_digits(index, v) * 0x1p-53;
}

/* The first ten points in three dimensions: Joe and Kuo, "Notes on generating Sobol'
 * sequences" (2008), as their sobol.cc prints them. */
Test(sobol, first_points)
{
    static const double KNOWN[10][3] = {
        {0, 0, 0},           {0.5, 0.5, 0.5},       {0.75, 0.25, 0.25},   {0.25, 0.75, 0.75},
        {0.375, 0.375, 0.625}, {0.875, 0.875, 0.125}, {0.625, 0.125, 0.875}, {0.125, 0.625, 0.375},
        {0.1875, 0.3125, 0.9375}, {0.6875, 0.8125, 0.4375},
    };

    for (int i = 0; i < 10; i++)
        for (int j = 0; j < 3; j++)
            cr_assert_eq(plain(i, j), KNOWN[i][j], "point %d dimension %d", i, j);
}

/* scipy 1.10.1: qmc.Sobol(4096, scramble=False), points 7920 k. */
Test(sobol, far_points)
{
    static const int64_t DIMENSION[10] = {0, 1, 2, 3, 4, 17, 100, 1000, 2222, 4095};
    static const double KNOWN[10][6] = {
        {0, 0.0684814453125, 0.03424072265625, 0.114471435546875, 0.017120361328125,
         0.0934295654296875},
        {0, 0.0274658203125, 0.01776123046875, 0.395233154296875, 0.026519775390625,
         0.3290557861328125},
        {0, 0.7418212890625, 0.86273193359375, 0.366607666015625, 0.305877685546875,
         0.9294891357421875},
        {0, 0.3887939453125, 0.69451904296875, 0.141693115234375, 0.541534423828125,
         0.5319671630859375},
        {0, 0.6759033203125, 0.88482666015625, 0.073944091796875, 0.827178955078125,
         0.2673492431640625},
        {0, 0.8140869140625, 0.60638427734375, 0.454071044921875, 0.053863525390625,
         0.7658843994140625},
        {0, 0.3692626953125, 0.23065185546875, 0.127838134765625, 0.913543701171875,
         0.3271026611328125},
        {0, 0.0958251953125, 0.92034912109375, 0.411712646484375, 0.619415283203125,
         0.1538848876953125},
        {0, 0.9368896484375, 0.85528564453125, 0.401153564453125, 0.659149169921875,
         0.9806976318359375},
        {0, 0.9476318359375, 0.55889892578125, 0.099273681640625, 0.494232177734375,
         0.8206024169921875},
    };

    for (int j = 0; j < 10; j++)
        for (int i = 0; i < 6; i++)
            cr_assert_eq(plain(7920 * i, DIMENSION[j]), KNOWN[j][i], "%d %d", i, j);
}

/* All numbers of dimensions 2..4096 in the published file new-joe-kuo-6.21201, in its order
 * (degree, inner coefficients, m_1 .. m_degree), as an FNV-1a hash of 32-bit words. */
Test(sobol, every_number_as_published)
{
    static const uint64_t PUBLISHED = 0x20d0670f0df14f96;
    uint64_t h = 0xcbf29ce484222325, v[SOBOL_BITS];

    for (int64_t j = 1; j < SOBOL_DIMENSIONS; j++) {
        const sobol_degree *g = sobol_degrees + SOBOL_DEGREES - 1;
        uint32_t words[2 + SOBOL_DEGREES], inner = 0;
        int s;

        while (g->first_dimension > j)
            g--;
        s = g->degree;
        sobol_directions(j, s, v);
        for (int k = 0; k < s; k++)
            words[2 + k] = (uint32_t)(v[k] >> (SOBOL_BITS - 1 - k));
        const int64_t at = g->first_bit + (j - g->first_dimension) * ((s - 1) * (s + 2) / 2);
        for (int k = 0; k < s - 1; k++)
            inner |= (uint32_t)(sobol_bits[(at + k) / 64] >> ((at + k) % 64) & 1) << k;
        words[0] = (uint32_t)s;
        words[1] = inner;
        for (int k = 0; k < s + 2; k++)
            for (int b = 0; b < 4; b++)
                h = (h ^ (words[k] >> (8 * b) & 255)) * 0x100000001b3;
    }
    cr_assert_eq(h, PUBLISHED, "%llx", (unsigned long long)h);
}

/* ---- nets ------------------------------------------------------------------------------ */

/* Each of n cells of width 1/n of column j has exactly one of the n points. */
static void assert_one_in_each(const double *u, int64_t n, int64_t d, int64_t j)
{
    char *seen = calloc((size_t)n, 1);

    for (int64_t i = 0; i < n; i++) {
        const int64_t cell = (int64_t)(u[i * d + j] * (double)n);

        cr_assert(u[i * d + j] >= 0 && u[i * d + j] < 1);
        cr_assert_not(seen[cell], "dimension %lld cell %lld", (long long)j, (long long)cell);
        seen[cell] = 1;
    }
    free(seen);
}

Test(sobol, every_dimension_is_stratified)
{
    enum { N = 64 };
    double *u = malloc(sizeof *u * N * SOBOL_DIMENSIONS);

    for (int64_t block = 0; block < 3; block++) {
        cr_assert_eq(sobol_points(rng_root(5), 1, block * N * 37, N, SOBOL_DIMENSIONS, u,
                                  SOBOL_DIMENSIONS),
                     HONE_OK);
        for (int64_t j = 0; j < SOBOL_DIMENSIONS; j++)
            assert_one_in_each(u, N, SOBOL_DIMENSIONS, j);
    }
    free(u);
}

Test(sobol, many_points_are_stratified)
{
    enum { N = 1 << 16, D = 8 };
    double *u = malloc(sizeof *u * N * D);

    sobol_points(rng_root(6), 0, 0, N, D, u, D);
    for (int64_t j = 0; j < D; j++)
        assert_one_in_each(u, N, D, j);
    free(u);
}

/* Dimensions 0 and 1 are a (0,m,2)-net: one point in each of the 2^m rectangles of area
 * 2^-m, of every shape. */
Test(sobol, first_two_dimensions_are_a_net)
{
    enum { M = 10, N = 1 << M };
    static double u[N * 2];

    for (int64_t stream = 0; stream < 4; stream++) {
        sobol_points(rng_root(7), stream, stream * N, N, 2, u, 2);
        for (int a = 0; a <= M; a++) {
            char seen[N] = {0};

            for (int i = 0; i < N; i++) {
                const int x = (int)(u[2 * i] * (1 << a)), y = (int)(u[2 * i + 1] * (1 << (M - a)));

                cr_assert_not(seen[x << (M - a) | y]);
                seen[x << (M - a) | y] = 1;
            }
        }
    }
}

/* ---- the scramble -------------------------------------------------------------------------- */

Test(sobol, a_point_stands_alone)
{
    enum { N = 100, D = 9, LDU = 11 };
    double all[N * LDU], one[D];

    for (int i = 0; i < N * LDU; i++)
        all[i] = -1;
    sobol_points(rng_root(8), 2, 1000, N, D, all, LDU);
    for (int64_t i = 0; i < N; i++) {
        sobol_points(rng_root(8), 2, 1000 + i, 1, D, one, D);
        cr_assert_eq(memcmp(one, all + i * LDU, sizeof one), 0);
        cr_assert(all[i * LDU + D] == -1 && all[i * LDU + D + 1] == -1);
        sobol_points(rng_root(8), 2, 1000 + i, 1, 3, one, D); /* fewer dimensions, same numbers */
        cr_assert_eq(memcmp(one, all + i * LDU, 3 * sizeof *one), 0);
    }
}

/* Over scrambles each point is uniform, and two points of one coordinate are as Owen's
 * scramble has them: with their first k digits equal and the next one not, they are uniform
 * in different halves of one cell of width 2^-k, independently below. */
Test(sobol, each_point_is_uniform)
{
    enum { N = 40000, CELLS = 32 };
    int64_t cell[CELLS] = {0};
    double u[2], chi = 0, product = 0;

    for (int64_t stream = 0; stream < N; stream++) {
        sobol_points(rng_root(9), stream, 5, 2, 1, u, 1);
        cell[(int)(u[0] * CELLS)]++;
        /* Points 5 and 6 are 0.875 and 0.625: they share the digit 1 and differ in the next. */
        cr_assert_eq((int)(u[0] * 2), (int)(u[1] * 2));
        cr_assert_neq((int)(u[0] * 4), (int)(u[1] * 4));
        product += (u[0] * 4 - floor(u[0] * 4) - 0.5) * (u[1] * 4 - floor(u[1] * 4) - 0.5);
    }
    for (int k = 0; k < CELLS; k++)
        chi += pow((double)cell[k] - (double)N / CELLS, 2) / ((double)N / CELLS);
    cr_assert_lt(fabs(chi - (CELLS - 1)), 5 * sqrt(2.0 * (CELLS - 1)), "%g", chi);
    cr_assert_lt(fabs(product / N), 5.0 / 12 / sqrt(N));
}

/* A smooth integrand in 5 dimensions: the error of 1024 points falls far below that of random
 * points (0.0038 with scipy 1.10.1's scramble where random ones have 0.056), and the
 * estimates scatter around the truth without bias. */
Test(sobol, integrates)
{
    enum { N = 1024, D = 5, R = 60 };
    static double u[N * D];
    double mean = 0, squares = 0, random = sqrt(pow(4.0 / 3, D) - 1) / sqrt(N);

    for (int64_t stream = 0; stream < R; stream++) {
        double sum = 0;

        sobol_points(rng_root(10), stream, 0, N, D, u, D);
        for (int i = 0; i < N; i++) {
            double f = 1;
            for (int j = 0; j < D; j++)
                f *= 2 * u[i * D + j];
            sum += f / N;
        }
        mean += (sum - 1) / R;
        squares += (sum - 1) * (sum - 1) / R;
    }
    cr_assert_lt(sqrt(squares), random / 10, "%g of %g", sqrt(squares), random);
    cr_assert_lt(fabs(mean), 5 * sqrt(squares / R));
}

Test(sobol, limits)
{
    double u[2];

    cr_assert_eq(sobol_points(rng_root(1), 0, 0, 1, SOBOL_DIMENSIONS + 1, u, 2),
                 HONE_EUNSUPPORTED);
    cr_assert_eq(sobol_points(rng_root(1), 0, -1, 1, 2, u, 2), HONE_EUNSUPPORTED);
    cr_assert_eq(sobol_points(rng_root(1), 0, (int64_t)1 << 53, 1, 2, u, 2), HONE_EUNSUPPORTED);
    cr_assert_eq(sobol_points(rng_root(1), 0, ((int64_t)1 << 53) - 1, 1, 2, u, 2), HONE_OK);
    cr_assert(u[0] >= 0 && u[0] < 1 && u[1] >= 0 && u[1] < 1);
    cr_assert_eq(sobol_points(rng_root(1), 0, 0, 0, 2, u, 2), HONE_OK);
}
