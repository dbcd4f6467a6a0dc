/* rng.h - random numbers that are addressed, not sequential: Philox4x64-10.
 *
 * A draw is a pure function of (key, stream, kind, position).  Nothing is saved, nothing
 * can race, and a resumed or parallel study draws the same numbers.
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC11. */
#ifndef HONE_CORE_RNG_H
#define HONE_CORE_RNG_H

#include <stdint.h>

typedef struct rng_key {
    uint64_t k[2];
} rng_key;

rng_key rng_root(uint64_t seed);
/* A key for a named part: the chain of names is the address. */
rng_key rng_child(rng_key parent, const char *name, int64_t index);

void rng_bits(rng_key key, int64_t stream, int64_t first, int64_t n, uint64_t *out);
void rng_uniform(rng_key key, int64_t stream, int64_t first, int64_t n, double *out); /* [0,1) */
/* By inversion (Wichura's AS 241): one normal uses one position. */
void rng_normal(rng_key key, int64_t stream, int64_t first, int64_t n, double *out);

/* Points first..first+n-1 of the Sobol sequence with nested uniform scrambling keyed by
 * (key, stream), 53 bits; HONE_EUNSUPPORTED beyond SOBOL_DIMENSIONS (sobol.c). */
#define SOBOL_DIMENSIONS 4096
int32_t sobol_points(rng_key key, int64_t stream, int64_t first, int64_t n, int64_t d, double *u,
                     int64_t ldu);

#endif
