/* hone_permutation.h - a random order of 0 .. n-1 that is never written down.
 *
 *     place = hone_permuted(key, n, i)
 *
 * gives the i-th element of the order that belongs to key; each element comes once.  A
 * Feistel network permutes the numbers of 2b bits, 4^b >= n; a result of n or more is sent
 * through again until it is below n ("cycle walking": Black and Rogaway, "Ciphers with
 * Arbitrary Finite Domains", CT-RSA 2002), fewer than four times on average.
 *
 * Key: two random words, from host->bits.  Header only, C99 and C++11. */
#ifndef HONE_PERMUTATION_H
#define HONE_PERMUTATION_H

#include <stdint.h>

/* Four rounds resist distinguishing (Luby and Rackoff 1988); small halves get more. */
enum { HONE_PERMUTATION_ROUNDS = 8 };

static inline uint64_t hone_permutation_mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

/* 0 <= i < n <= 2^62 */
static inline uint64_t hone_permuted(const uint64_t key[2], uint64_t n, uint64_t i)
{
    uint64_t mask;
    int bits = 0, round;

    while (bits < 31 && ((uint64_t)1 << (2 * bits)) < n)
        bits++;
    mask = ((uint64_t)1 << bits) - 1;
    do {
        uint64_t left = i >> bits, right = i & mask;

        for (round = 0; round < HONE_PERMUTATION_ROUNDS; round++) {
            const uint64_t salt = key[round % 2] + 0x9E3779B97F4A7C15u * (uint64_t)(round + 1);
            const uint64_t next = left ^ (hone_permutation_mix(right ^ salt) >> 17 & mask);

            left = right;
            right = next;
        }
        i = left << bits | right;
    } while (i >= n);
    return i;
}

#endif
