/* test_rng.c - Philox against the known answers of its authors, AS 241 against 40 digits, and
 * what addresses promise. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "rng_block.h"

/* Random123 1.14 (D. E. Shaw Research), tests/kat_vectors, lines "philox4x64 10". */
Test(rng, known_answers)
{
    static const struct {
        uint64_t counter[4], key[2], out[4];
    } KNOWN[] = {
        {{0, 0, 0, 0},
         {0, 0},
         {0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}},
        {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX},
         {UINT64_MAX, UINT64_MAX},
         {0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}},
        {{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
         {0x452821e638d01377, 0xbe5466cf34e90c6c},
         {0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6}},
    };

    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
        uint64_t out[4];

        rng_block((rng_key){{KNOWN[i].key[0], KNOWN[i].key[1]}}, KNOWN[i].counter, out);
        cr_assert_eq(memcmp(out, KNOWN[i].out, sizeof out), 0, "vector %zu", i);
    }
}

/* Roots of the normal distribution function to 20 digits, by mpmath 1.2.1 with 40. */
Test(rng, normal_quantiles)
{
    static const double KNOWN[][2] = {
        {0.5, 0.0},
        {0.25, -0.6744897501960817432},
        {0.075, -1.4395314709384559349},
        {0.0749, -1.4402382675279636631},
        {0.9251, 1.4402382675279638594},
        {1e-3, -3.0902323061678135354},
        {0.999, 3.0902323061678132778},
        {1e-10, -6.3613409024040561991},
        {1e-11, -6.7060231554951362961},
        {1.4e-11, -6.6567230915181836356},
        {1e-16, -8.2220822161304356152},
        {1e-100, -21.273453560965324294},
        {1e-300, -37.047096299361199237},
    };

    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
        const double x = rng_normal_quantile(KNOWN[i][0]);

        cr_assert_leq(fabs(x - KNOWN[i][1]), 1e-15 * fabs(KNOWN[i][1]), "%g: %.17g",
                      KNOWN[i][0], x);
    }
}

/* Any piece of a stream is what the whole stream has there. */
Test(rng, pieces_equal_the_whole)
{
    enum { N = 200 };
    const rng_key key = rng_root(7);
    double whole[N], piece[N], normal[N];
    uint64_t bits[N], bit_piece[N];

    rng_uniform(key, 3, 0, N, whole);
    rng_normal(key, 3, 0, N, normal);
    rng_bits(key, 3, 0, N, bits);
    for (int64_t first = 0; first < N; first += 7) {
        for (int64_t n = 1; first + n <= N; n += 11) {
            const size_t bytes = (size_t)n * 8;

            rng_uniform(key, 3, first, n, piece);
            cr_assert_eq(memcmp(piece, whole + first, bytes), 0);
            rng_normal(key, 3, first, n, piece);
            cr_assert_eq(memcmp(piece, normal + first, bytes), 0);
            rng_bits(key, 3, first, n, bit_piece);
            cr_assert_eq(memcmp(bit_piece, bits + first, bytes), 0);
        }
    }
}

static uint64_t first_bits(rng_key key, int64_t stream)
{
    uint64_t word;

    rng_bits(key, stream, 0, 1, &word);
    return word;
}

/* Seeds, names, indices, streams and kinds lead to different numbers. */
Test(rng, addresses_differ)
{
    const rng_key root = rng_root(1);
    const rng_key children[] = {
        root,
        rng_root(2),
        rng_root(UINT64_MAX),
        rng_child(root, "", 0),
        rng_child(root, "a", 0),
        rng_child(root, "a", 1),
        rng_child(root, "a", -1),
        rng_child(root, "b", 0),
        rng_child(root, "ab", 0),
        rng_child(rng_child(root, "a", 0), "b", 0),
        rng_child(rng_child(root, "b", 0), "a", 0),
        rng_child(root, "acquisition", 0),
        rng_child(root, "acquisition_and_more", 0),
        rng_child(root, "acquisition_and_mor", 0),
        rng_child(root, "0123456789abcdef", 0),
        rng_child(root, "0123456789abcdefg", 0),
        rng_child(rng_child(root, "0123456789abcdef", 0), "g", 0),
    };
    const int n = sizeof children / sizeof *children;

    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            cr_assert_neq(first_bits(children[i], 0), first_bits(children[j], 0), "%d %d", i, j);
    cr_assert_neq(first_bits(root, 0), first_bits(root, 1));
    cr_assert_neq(first_bits(root, -1), first_bits(root, 1));

    double u, z;
    rng_uniform(root, 0, 0, 1, &u);
    rng_normal(root, 0, 0, 1, &z);
    cr_assert_neq((uint64_t)(u * 0x1p53), first_bits(root, 0) >> 11);
    cr_assert_neq(rng_normal_quantile(u), z);
}

/* The same on every machine, for ever: numbers of this program. */
Test(rng, same_for_ever)
{
    double u, z;

    rng_uniform(rng_child(rng_root(42), "strategy", 0), 17, 5, 1, &u);
    rng_normal(rng_child(rng_root(42), "strategy", 0), 17, 5, 1, &z);
    cr_assert_eq(u, 0.79768447672662546, "%.17g", u);
    cr_assert_float_eq(z, 1.3534992234415431, 1e-14, "%.17g", z);
}

/* Moments and cells, within five standard deviations of their errors. */
Test(rng, distributions)
{
    enum { N = 200000, CELLS = 64 };
    static double x[N];
    double mean = 0, second = 0, cross = 0, chi = 0;
    int64_t cell[CELLS] = {0};

    rng_uniform(rng_root(3), 9, 0, N, x);
    for (int i = 0; i < N; i++) {
        cr_assert(x[i] >= 0 && x[i] < 1);
        mean += x[i] / N;
        cross += i > 0 ? (x[i] - 0.5) * (x[i - 1] - 0.5) / N : 0;
        cell[(int)(x[i] * CELLS)]++;
    }
    for (int k = 0; k < CELLS; k++)
        chi += pow((double)cell[k] - (double)N / CELLS, 2) / ((double)N / CELLS);
    cr_assert_lt(fabs(mean - 0.5), 5 * sqrt(1.0 / 12 / N));
    cr_assert_lt(fabs(cross), 5.0 / 12 / sqrt(N));
    cr_assert_lt(fabs(chi - (CELLS - 1)), 5 * sqrt(2.0 * (CELLS - 1)));

    mean = 0;
    rng_normal(rng_root(3), 9, 0, N, x);
    for (int i = 0; i < N; i++) {
        cr_assert(isfinite(x[i]));
        mean += x[i] / N;
        second += x[i] * x[i] / N;
    }
    cr_assert_lt(fabs(mean), 5 / sqrt(N));
    cr_assert_lt(fabs(second - 1), 5 * sqrt(2.0 / N));
}

/* Numbers of neighbouring streams, as successive trials use them, are uncorrelated. */
Test(rng, neighbouring_streams)
{
    enum { N = 100000 };
    double sum = 0, last = 0.5;

    for (int64_t i = 0; i < N; i++) {
        double u;

        rng_uniform(rng_root(1), i, 0, 1, &u);
        sum += (u - 0.5) * (last - 0.5);
        last = u;
    }
    cr_assert_lt(fabs(sum / N), 5.0 / 12 / sqrt(N));
}
