/* sobol_directions.h - polynomials and initial direction numbers of 4096 dimensions. */
#ifndef HONE_CORE_SOBOL_DIRECTIONS_H
#define HONE_CORE_SOBOL_DIRECTIONS_H

#include <stdint.h>

/* Dimensions whose polynomials have the same degree stand together: from the first one on
 * (counted from 0; dimension 0 has no polynomial), each takes (degree - 1)(degree + 2)/2 bits. */
typedef struct sobol_degree {
    int32_t degree, first_dimension, first_bit;
} sobol_degree;

enum { SOBOL_DEGREES = 16 };
extern const sobol_degree sobol_degrees[SOBOL_DEGREES];

/* Bits, lowest first.  A dimension of degree s: the s - 1 inner coefficients of its
 * polynomial, a_(s-1) lowest, then m_2, ..., m_s without their last bit, which is 1: m_k
 * takes k - 1 bits.  m_1 is 1. */
extern const uint64_t sobol_bits[];

#endif
