/* rng.c - addressed random numbers: Philox4x64-10 as a pure function of where a draw stands.
 *
 * A counter of four words addresses one block of four draws:
 *
 *     draws        { position / 4, stream, 0,      kind }    kind: bits, uniform, normal
 *     a name       { 8 bytes,      8 bytes, offset, NAME  }  a key's child: see rng_child
 *     its index    { index,        length,  0,      INDEX }
 *
 * The kind keeps the three sorts of draws, and the making of keys, apart from one another.
 *
 * Sources: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC11,
 *          section 3.3 (Philox) and the constants of its table 2;
 *          Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution",
 *          Applied Statistics 37 (1988), routine PPND16 (relative error below 1e-15). */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "rng.h"
#include "rng_block.h"

enum { ROUNDS = 10 };
static const uint64_t MULTIPLIER_0 = 0xD2E7470EE14C6C93u;
static const uint64_t MULTIPLIER_1 = 0xCA5A826395121157u;
static const uint64_t WEYL_0 = 0x9E3779B97F4A7C15u; /* the golden ratio */
static const uint64_t WEYL_1 = 0xBB67AE8584CAA73Bu; /* the square root of 3, less 1 */

__extension__ typedef unsigned __int128 uint128;

void rng_block(rng_key key, const uint64_t counter[4], uint64_t out[4])
{
    uint64_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint64_t k0 = key.k[0], k1 = key.k[1];

    for (int round = 0; round < ROUNDS; round++) {
        const uint128 p0 = (uint128)MULTIPLIER_0 * c0;
        const uint128 p1 = (uint128)MULTIPLIER_1 * c2;

        c0 = (uint64_t)(p1 >> 64) ^ c1 ^ k0;
        c1 = (uint64_t)p1;
        c2 = (uint64_t)(p0 >> 64) ^ c3 ^ k1;
        c3 = (uint64_t)p0;
        k0 += WEYL_0;
        k1 += WEYL_1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

rng_key rng_root(uint64_t seed)
{
    return (rng_key){{seed, 0}};
}

/* The name is absorbed 16 bytes at a time, each time giving the key for the next; then its
 * length and the index, so that "ab" + "c" and "a" + "bc" are different chains. */
rng_key rng_child(rng_key parent, const char *name, int64_t index)
{
    const size_t length = strlen(name);
    rng_key key = parent;
    uint64_t out[4];

    for (size_t at = 0; at < length; at += 16) {
        uint64_t counter[4] = {0, 0, at, RNG_NAME};

        for (size_t i = at; i < length && i < at + 16; i++)
            counter[(i - at) / 8] |= (uint64_t)(unsigned char)name[i] << (8 * (i % 8));
        rng_block(key, counter, out);
        memcpy(key.k, out, sizeof key.k);
    }
    rng_block(key, (uint64_t[4]){(uint64_t)index, length, 0, RNG_INDEX}, out);
    memcpy(key.k, out, sizeof key.k);
    return key;
}

/* ---- draws: raw words, then what is made of them ---------------------------- */

/* Words first..first+n-1 of a kind; `out` may be where the result is wanted, as any 8-byte
 * draw is made from the word in its place. */
static void draw(rng_key key, uint64_t kind, int64_t stream, int64_t first, int64_t n,
                 uint64_t *out)
{
    uint64_t block[4];
    uint64_t at = (uint64_t)first;
    int64_t i = 0;

    while (i < n) {
        const uint64_t counter[4] = {at / 4, (uint64_t)stream, 0, kind};

        if (at % 4 == 0 && n - i >= 4) {
            rng_block(key, counter, out + i);
            i += 4;
            at += 4;
        } else {
            rng_block(key, counter, block);
            do
                out[i++] = block[at++ % 4];
            while (i < n && at % 4 != 0);
        }
    }
}

void rng_bits(rng_key key, int64_t stream, int64_t first, int64_t n, uint64_t *out)
{
    draw(key, RNG_BITS, stream, first, n, out);
}

/* Draws n words in batches that stay in cache and turns each into a double. */
enum { BATCH = 64 };

void rng_uniform(rng_key key, int64_t stream, int64_t first, int64_t n, double *out)
{
    uint64_t word[BATCH];

    for (int64_t i = 0; i < n; i += BATCH) {
        const int64_t m = n - i < BATCH ? n - i : BATCH;

        draw(key, RNG_UNIFORM, stream, first + i, m, word);
        for (int64_t j = 0; j < m; j++)
            out[i + j] = (double)(word[j] >> 11) * 0x1p-53;
    }
}

/* ---- the normal quantile, AS 241 (PPND16) ------------------------------------ */

static double ratio(const double *a, const double *b, double r)
{
    double top = a[7], bottom = b[6];

    for (int i = 6; i >= 0; i--)
        top = top * r + a[i];
    for (int i = 5; i >= 0; i--)
        bottom = bottom * r + b[i];
    return top / (bottom * r + 1.0);
}

double rng_normal_quantile(double p)
{
    /* |p - 1/2| <= 0.425, in r = 0.425^2 - (p - 1/2)^2 */
    static const double A[8] = {3.3871328727963666080e0, 1.3314166789178437745e+2,
                                1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static const double B[7] = {4.2313330701600911252e+1, 6.8718700749205790830e+2,
                                5.3941960214247511077e+3, 2.1213794301586595867e+4,
                                3.9307895800092710610e+4, 2.8729085735721942674e+4,
                                5.2264952788528545610e+3};
    /* tails to exp(-25), in r = sqrt(-log(tail)) - 1.6 */
    static const double C[8] = {1.42343711074968357734e0, 4.63033784615654529590e0,
                                5.76949722146069140550e0, 3.64784832476320460504e0,
                                1.27045825245236838258e0, 2.41780725177450611770e-1,
                                2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double D[7] = {2.05319162663775882187e0, 1.67638483018380384940e0,
                                6.89767334985100004550e-1, 1.48103976427480074590e-1,
                                1.51986665636164571966e-2, 5.47593808499534494600e-4,
                                1.05075007164441684324e-9};
    /* beyond, in r = sqrt(-log(tail)) - 5 */
    static const double E[8] = {6.65790464350110377720e0, 5.46378491116411436990e0,
                                1.78482653991729133580e0, 2.96560571828504891230e-1,
                                2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double F[7] = {5.99832206555887937690e-1, 1.36929880922735805310e-1,
                                1.48753612908506148525e-2, 7.86869131145613259100e-4,
                                1.84631831751005468180e-5, 1.42151175831644588870e-7,
                                2.04426310338993978564e-15};
    const double q = p - 0.5;

    if (fabs(q) <= 0.425)
        return q * ratio(A, B, 0.180625 - q * q);

    const double r = sqrt(-log(q < 0 ? p : 1.0 - p));
    const double x = r <= 5.0 ? ratio(C, D, r - 1.6) : ratio(E, F, r - 5.0);

    return q < 0 ? -x : x;
}

/* The uniforms are the odd multiples of 2^-53: never 0 or 1, and as many below 1/2 as above. */
void rng_normal(rng_key key, int64_t stream, int64_t first, int64_t n, double *out)
{
    uint64_t word[BATCH];

    for (int64_t i = 0; i < n; i += BATCH) {
        const int64_t m = n - i < BATCH ? n - i : BATCH;

        draw(key, RNG_NORMAL, stream, first + i, m, word);
        for (int64_t j = 0; j < m; j++)
            out[i + j] = rng_normal_quantile(((double)(word[j] >> 12) + 0.5) * 0x1p-52);
    }
}
