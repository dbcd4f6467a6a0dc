/* crew.h - the worker processes of a study, all at once (isolation = process). */
#ifndef HONE_CORE_CREW_H
#define HONE_CORE_CREW_H

#include "evaluate.h"

typedef struct crew crew;

/* Starts the first worker and waits until its objective is made; the others start with their
 * first job. */
int32_t crew_new(const evaluator_settings *settings, crew **out, error *err);
void crew_free(crew *w); /* kills what runs, reaps all; accepts NULL */

int64_t crew_running(const crew *w); /* jobs whose result was not handed out */
/* There must be a free slot. */
int32_t crew_submit(crew *w, const job *j, error *err);
/* As evaluator_wait. */
void crew_wait(crew *w, double seconds, int wake_fd, event *out);
void crew_stop(crew *w, int64_t number);
void crew_cancel(crew *w);

/* Seconds as poll takes them, rounded up; -1 for very long. */
int wait_milliseconds(double seconds);

#endif
