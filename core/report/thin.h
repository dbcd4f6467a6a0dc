/* thin.h - fewer points that look the same.
 *
 * The rule: up to THIN_MOST points everything is drawn.  Of longer curves, THIN_MOST / 4
 * equal stretches keep their first, lowest, highest and last point each, so that no extreme is
 * lost.  Of larger clouds of points one is kept in every cell of a grid of THIN_CELLS x
 * THIN_CELLS over their range (half a mark wide), the first of each; where that leaves more
 * than THIN_CLOUD, every k-th of these; the lowest and the highest always.  Of bundles of
 * lines with gaps between them every k-th line is kept whole, THIN_PATHS at most.
 *
 * column: n_columns arrays of *n, the first two x and y; changed in place.  Cells are even in
 * logarithms where an axis is logarithmic.  false: no memory. */
#ifndef HONE_CORE_THIN_H
#define HONE_CORE_THIN_H

#include <stdbool.h>
#include <stdint.h>

enum { THIN_MOST = 2000, THIN_CLOUD = 1200, THIN_CELLS = 200, THIN_PATHS = 400 };
/* The rule in words, for people. */
extern const char THIN_RULE[];

bool thin_curve(double **column, int n_columns, int64_t *n);
bool thin_points(double **column, int n_columns, int64_t *n, bool log_x, bool log_y);
void thin_paths(double **column, int n_columns, int64_t *n);

#endif
