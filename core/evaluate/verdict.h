/* verdict.h - what came of an evaluation: a trustworthy outcome, and the sentence for a
 * failure.  Sentences need VERDICT_ROOM bytes at most. */
#ifndef HONE_CORE_VERDICT_H
#define HONE_CORE_VERDICT_H

#include "config.h"

#define VERDICT_ROOM 600

/* Checks what an objective answered.  COMPLETE stays only with finite values; otherwise the
 * values become NaN.  yvar (may be NULL) that is no variance becomes NaN.  Returns the
 * state; `reason` is set where this check made it FAILED, else "". */
int32_t verdict_check(const config *c, int32_t state, double *y, double *yvar,
                      char reason[VERDICT_ROOM]);

/* How a worker process ended, from waitpid's status: "crashed: Segmentation fault". */
void verdict_death(int status, char reason[VERDICT_ROOM]);

/* "ran longer than 60 s" */
void verdict_timeout(double seconds, char reason[VERDICT_ROOM]);

#endif
