/* axes.h - the levels of every parameter, as the options of grid say. */
#ifndef GRID_AXES_H
#define GRID_AXES_H

#include "hone_product.h"

/* Fills axis[n_params].  `points`: levels of a parameter with a continuum of values;
 * specs: [n] "name = count" or "name = v1 v2 ...".  HONE_EINVAL is explained through
 * host->error with `option`.  Values are from malloc also on failure: free with axes_free. */
int32_t axes_make(const hone_host *host, int32_t option, int64_t points, const char *const *specs,
                  int64_t n, hone_axis *axis);
void axes_free(const hone_space *space, hone_axis *axis);

#endif
