/* progress.h - what `hone run` shows while it works.
 *
 * On a terminal one line that is rewritten; in a pipe one plain line a trial; with --json one
 * object a line. */
#ifndef HONE_COMMANDS_PROGRESS_H
#define HONE_COMMANDS_PROGRESS_H

#include "command.h"
#include "loop.h"
#include "text.h"

enum { PROGRESS_QUIET = 0, PROGRESS_LINE, PROGRESS_PLAIN, PROGRESS_JSON };

typedef struct progress {
    study *study;
    int mode;                /* PROGRESS_* */
    bool color;
    double started, shown;   /* CLOCK_MONOTONIC seconds */
    int64_t finished;        /* by this run */
    int64_t before;          /* trials in the study when it began */
    double time_limit;       /* seconds, INFINITY: none */
} progress;

void progress_start(progress *p, study *s, int mode, bool color);
void progress_finished(void *context, const finished_trial *t);
void progress_tick(void *context, int64_t running);
void progress_clear(progress *p);
/* Summary on stdout. */
void progress_summary(progress *p, const run_result *r, const stop_rules *rules);

#endif
