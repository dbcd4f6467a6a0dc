/* conform_process.h - one test in a process of its own. */
#ifndef HONE_CORE_CONFORM_PROCESS_H
#define HONE_CORE_CONFORM_PROCESS_H

#include "conform.h"

typedef struct verdict_line { /* what the process said; `why` from malloc */
    int verdict;
    char *why;
    int64_t calls;
    double seconds, call_seconds;
} verdict_line;

/* Starts `hone check PATH --in-process --json --only KIND/PLUGIN/TEST` and waits, at most for the
 * deadline.  A crash, an exit, a hang or a process left behind is a failure with its sentence. */
int32_t conform_process(const char *path, const char *test, const conform_settings *settings,
                        verdict_line *out, error *err);

#endif
