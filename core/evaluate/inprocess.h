/* inprocess.h - evaluations in this process (isolation = none), for functions that take
 * microseconds.  A job is evaluated in the call that asks for its events; nothing is
 * allocated but for notes and reports.  A crash of the objective is a crash of the host. */
#ifndef HONE_CORE_INPROCESS_H
#define HONE_CORE_INPROCESS_H

#include "evaluate.h"

typedef struct inprocess inprocess;

int32_t inprocess_new(const evaluator_settings *s, inprocess **out, error *err);
void inprocess_free(inprocess *p); /* accepts NULL */

int64_t inprocess_jobs(const inprocess *p); /* submitted, result not handed out */
/* Keeps a copy of the job; there must be a free slot. */
void inprocess_submit(inprocess *p, const job *j);
/* The next event of the oldest job, evaluating it if need be; type 0: there is no job.  What
 * becomes readable on wake_fd (-1: none) asks a running evaluation to end after the grace. */
void inprocess_next(inprocess *p, int wake_fd, event *out);
void inprocess_cancel(inprocess *p); /* the jobs that wait fail as cancelled */

#endif
