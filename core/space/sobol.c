/* sobol.c - Sobol points by address, scrambled.
 *
 * Points stand in the order of Gray codes (Antonov and Saleev 1979), as Joe and Kuo's own
 * program lists them.  Each coordinate is then scrambled by a nested uniform (Owen)
 * scramble: a digit is flipped or not according to a random bit that belongs to the digits
 * before it.  These bits are not stored but hashed from (key, stream, dimension, digits
 * before).  So point i can be had without its predecessors, the first 2^m points keep the
 * equidistribution of the sequence, and each point is uniform on the cube.
 *
 * A word of 64 hashed bits serves the 63 nodes of six levels of the tree.  LEVELS levels are
 * done so; the digits below them are all flipped by one word, hashed from the digits above.
 * The two agree in distribution until two points share LEVELS digits in one coordinate,
 * that is in the first 2^30 points; beyond, each point is still uniform and the digits
 * equidistributed.
 *
 * Sources: Joe and Kuo, "Constructing Sobol sequences with better two-dimensional
 *          projections", SIAM J. Sci. Comput. 30 (2008), for the numbers; Bratley and Fox,
 *          "Algorithm 659", ACM TOMS 14 (1988), equation (2), for the recurrence;
 *          Owen, "Randomly Permuted (t,m,s)-Nets and (t,s)-Sequences", in Niederreiter and
 *          Shiue (eds.), Monte Carlo and Quasi-Monte Carlo Methods (1995); Steele, Lea,
 *          Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, for the hash. */
#include "hone_plugin.h"
#include "rng_block.h"
#include "sobol.h"
#include "sobol_directions.h"

enum { GROUP = 6, LEVELS = 30 };

/* ---- the sequence ---------------------------------------------------------------- */

static uint64_t bits_at(int64_t at, int n)
{
    const int64_t word = at / 64;
    const int shift = (int)(at % 64);
    uint64_t bits = sobol_bits[word] >> shift;

    if (shift + n > 64)
        bits |= sobol_bits[word + 1] << (64 - shift);
    return bits & (((uint64_t)1 << n) - 1);
}

void sobol_directions(int64_t dimension, int bits, uint64_t v[SOBOL_BITS])
{
    const sobol_degree *group = sobol_degrees + SOBOL_DEGREES - 1;
    uint64_t inner;
    int64_t at;
    int s;

    if (dimension == 0) {
        for (int k = 0; k < bits; k++)
            v[k] = (uint64_t)1 << (SOBOL_BITS - 1 - k);
        return;
    }
    while (group->first_dimension > dimension)
        group--;
    s = group->degree;
    at = group->first_bit + (dimension - group->first_dimension) * ((s - 1) * (s + 2) / 2);
    inner = bits_at(at, s - 1);
    at += s - 1;
    for (int k = 0; k < s && k < bits; k++) {
        v[k] = (bits_at(at, k) << 1 | 1) << (SOBOL_BITS - 1 - k);
        at += k;
    }
    for (int k = s; k < bits; k++) {
        v[k] = v[k - s] ^ v[k - s] >> s;
        for (int i = 1; i < s; i++)
            v[k] ^= v[k - i] & -(inner >> (s - 1 - i) & 1);
    }
}

uint64_t sobol_digits(int64_t index, const uint64_t *v)
{
    uint64_t x = 0;

    for (uint64_t gray = (uint64_t)index ^ (uint64_t)index >> 1; gray; gray &= gray - 1)
        x ^= v[__builtin_ctzll(gray)];
    return x;
}

/* ---- the scramble ------------------------------------------------------------------ */

/* Word number `node` of the SplitMix64 generator that starts at `seed`. */
static uint64_t hash(uint64_t seed, uint64_t node)
{
    uint64_t z = seed + node * 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* The six flips on the way through one word: node 1 is the root, 2t and 2t + 1 follow t;
 * `digits` is what the way says, its first digit highest. */
static uint64_t flips(uint64_t word, uint64_t digits)
{
    return (word >> 1 & 1) << 5 | (word >> (2 + (digits >> 5)) & 1) << 4 |
           (word >> (4 + (digits >> 4)) & 1) << 3 | (word >> (8 + (digits >> 3)) & 1) << 2 |
           (word >> (16 + (digits >> 2)) & 1) << 1 | (word >> (32 + (digits >> 1)) & 1);
}

static uint64_t scramble(uint64_t x, uint64_t seed)
{
    const int below = SOBOL_BITS - LEVELS;
    uint64_t flip = hash(seed, (uint64_t)1 << LEVELS | x >> below) >> (64 - below);

    for (int level = 0; level < LEVELS; level += GROUP) {
        const int rest = SOBOL_BITS - level - GROUP; /* digits after this group */
        const uint64_t node = (uint64_t)1 << level | x >> (rest + GROUP);

        flip |= flips(hash(seed, node), x >> rest & 63) << rest;
    }
    return x ^ flip;
}

/* ---- points ----------------------------------------------------------------------------- */

int32_t sobol_points(rng_key key, int64_t stream, int64_t first, int64_t n, int64_t d, double *u,
                     int64_t ldu)
{
    const int64_t last = first + (n > 0 ? n - 1 : 0);
    uint64_t v[SOBOL_BITS], seeds[4];
    int bits;

    if (d > SOBOL_DIMENSIONS || first < 0 || last >= (int64_t)1 << SOBOL_BITS)
        return HONE_EUNSUPPORTED;
    bits = last > 0 ? 64 - __builtin_clzll((uint64_t)last) : 0;

    for (int64_t j = 0; j < d; j++) {
        uint64_t x;

        if (j % 4 == 0)
            rng_block(key, (uint64_t[4]){(uint64_t)j / 4, (uint64_t)stream, 0, RNG_SOBOL}, seeds);
        sobol_directions(j, bits, v);
        x = sobol_digits(first, v);
        for (int64_t i = 0; i < n; i++) {
            if (i > 0)
                x ^= v[__builtin_ctzll((uint64_t)(first + i))];
            u[i * ldu + j] = (double)scramble(x, seeds[j % 4]) * 0x1p-53;
        }
    }
    return HONE_OK;
}
