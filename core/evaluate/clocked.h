/* clocked.h - evaluations on a simulated clock (isolation = simulated).
 *
 * A job is evaluated in this process when it is submitted, which takes no simulated time; what it
 * said, and its result, are handed out when the clock of N workers comes to them.  How long an
 * evaluation takes is what the objective says in `seconds`, or 1 where it says nothing; where it
 * notes "seconds" before a report, the report comes so long after the start; of others, step s of
 * last step S comes after s/S of the evaluation.  Of events at one time the one of the smaller
 * trial comes first, so that a run is the same on every machine.  Every result is preceded by a note "clock": the simulated second in which the trial ended. */
#ifndef HONE_CORE_CLOCKED_H
#define HONE_CORE_CLOCKED_H

#include "evaluate.h"

typedef struct clocked clocked;

int32_t clocked_new(const evaluator_settings *s, clocked **out, error *err);
void clocked_free(clocked *s); /* accepts NULL */

int64_t clocked_jobs(const clocked *s); /* result not handed out */
/* Evaluates; there must be a free slot. */
int32_t clocked_submit(clocked *s, const job *j, error *err);
/* The next event of the clock; type 0: there is no job. */
void clocked_next(clocked *s, event *out);
/* The trial ends now, as pruned. */
void clocked_stop(clocked *s, int64_t number);

#endif
