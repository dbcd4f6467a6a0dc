/* rng_block.h - the pieces of rng.h that other files and the tests build on. */
#ifndef HONE_CORE_RNG_BLOCK_H
#define HONE_CORE_RNG_BLOCK_H

#include "rng.h"

/* Last word of the counter: what the block is for. */
enum { RNG_BITS = 1, RNG_UNIFORM, RNG_NORMAL, RNG_NAME, RNG_INDEX, RNG_SOBOL };

/* One block of Philox4x64-10. */
void rng_block(rng_key key, const uint64_t counter[4], uint64_t out[4]);

/* x with P(Z <= x) = p for a standard normal Z; 0 < p < 1. */
double rng_normal_quantile(double p);

#endif
