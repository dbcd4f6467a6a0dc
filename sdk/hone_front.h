/* hone_front.h - points spread evenly over known Pareto fronts, for extension "hone.front/1".
 *
 * Header only, C99 and C++11, needs libm.  All functions are pure.
 *
 *   hone_lattice    points of the unit simplex, as many as fit
 *   hone_round      ... moved to the unit sphere
 *   hone_pieces_at  numbers spread over intervals
 *   hone_side       how many a side for a grid of so many points
 */
#ifndef HONE_FRONT_H
#define HONE_FRONT_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Points of a simplex lattice of h divisions in m coordinates: (h + m - 1) over (m - 1). */
static inline double hone_lattice_size(int64_t h, int64_t m)
{
    double size = 1.0;
    int64_t i;

    for (i = 1; i < m; i++)
        size = size * (double)(h + i) / (double)i;
    return size;
}

/* The next way to write a number as a sum of m parts, from (h, 0, ...) to (..., 0, h); 0 at the
 * end.  Nijenhuis, Wilf, "Combinatorial Algorithms", 2nd ed., NEXCOM. */
static inline int32_t hone_next_parts(double *part, int64_t m)
{
    int64_t k = 0;
    double first;

    while (part[k] == 0.0)
        k++;
    if (k == m - 1)
        return 0;
    first = part[k];
    part[k] = 0.0;
    part[0] = first - 1.0;
    part[k + 1] += 1.0;
    return 1;
}

/* The finest lattice of at most n >= 1 points with m >= 2 coordinates of sum 1 (fewer than m
 * points: some of the corners), into rows of y; returns how many. */
static inline int64_t hone_lattice(int64_t n, int64_t m, double *y, int64_t ldy)
{
    int64_t h = 1, count = 0, j;
    int32_t more = 1;

    while (hone_lattice_size(h + 1, m) <= (double)n)
        h++;
    for (j = 0; j < m; j++)
        y[j] = j == 0 ? (double)h : 0.0;
    while (more) { /* each row starts as the parts of the one before */
        double *row = y + count * ldy;

        count++;
        if (count < n)
            memcpy(row + ldy, row, sizeof *row * (size_t)m);
        more = count < n && hone_next_parts(row + ldy, m);
        for (j = 0; j < m; j++)
            row[j] /= (double)h;
    }
    return count;
}

/* row[m], not zero, to length 1. */
static inline void hone_round(double *row, int64_t m)
{
    double squares = 0.0;
    int64_t j;

    for (j = 0; j < m; j++)
        squares += row[j] * row[j];
    for (j = 0; j < m; j++)
        row[j] /= sqrt(squares);
}

typedef struct hone_piece {
    double from, to;
} hone_piece;

/* Number i of n that are spread evenly over intervals in increasing order, ends included. */
static inline double hone_pieces_at(const hone_piece *pieces, int64_t n_pieces, int64_t i,
                                    int64_t n)
{
    double length = 0.0, at;
    int64_t k;

    for (k = 0; k < n_pieces; k++)
        length += pieces[k].to - pieces[k].from;
    at = n > 1 ? length * (double)i / (double)(n - 1) : 0.0;
    for (k = 0; k < n_pieces - 1 && at > pieces[k].to - pieces[k].from; k++)
        at -= pieces[k].to - pieces[k].from;
    return fmin(pieces[k].from + at, pieces[k].to);
}

/* The largest side with side^dimensions <= n, at least 1. */
static inline int64_t hone_side(int64_t n, int64_t dimensions)
{
    int64_t side = 1;

    while (pow((double)(side + 1), (double)dimensions) <= (double)n)
        side++;
    return side;
}

#endif
