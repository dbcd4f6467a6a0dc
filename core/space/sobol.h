/* sobol.h - the Sobol sequence itself, without scrambling. */
#ifndef HONE_CORE_SOBOL_H
#define HONE_CORE_SOBOL_H

#include <stdint.h>

enum { SOBOL_BITS = 53 }; /* digits of a coordinate, and of an index */

/* The direction numbers v[0..bits-1] of a dimension (from 0), as SOBOL_BITS-bit fractions. */
void sobol_directions(int64_t dimension, int bits, uint64_t v[SOBOL_BITS]);

/* Point number `index` in the order of Gray codes, from the first `bits` direction numbers;
 * index < 2^bits. */
uint64_t sobol_digits(int64_t index, const uint64_t *v);

#endif
