/* recommend.h - the trial whose noise-free value is best by the study's surrogate. */
#ifndef HONE_COMMANDS_RECOMMEND_H
#define HONE_COMMANDS_RECOMMEND_H

#include "history.h"
#include "stored.h"

/* Of the feasible rows of h, in the order of its numbers: *row, and what its value is thought to be
 * and how surely, minimised.  A status. */
int32_t recommend(const invocation *in, const stored *s, const history *h, int64_t *row,
                  double *mean, double *sd, error *err);

#endif
