/* compare_pool.h - processes that do the runs of a comparison.
 *
 * Each is this program again (a command that reads numbers of runs, a line each, and answers
 * with a record's line), so that no library that keeps threads is forked.  They stand in
 * groups of their own: a Ctrl-C of the terminal reaches the parent only. */
#ifndef HONE_CORE_COMPARE_POOL_H
#define HONE_CORE_COMPARE_POOL_H

#include <stdbool.h>

#include "error.h"

typedef struct pool_settings {
    char *const *words;      /* of the command line, NULL-terminated; words[0]: the program */
    int64_t processes;
    int wake_fd;             /* readable: look at interrupted; -1: none */
    bool (*interrupted)(void *context);
    /* A run's record line, with its newline. */
    int32_t (*done)(void *context, int64_t run, const char *line, error *err);
    /* A process ended at work on a run. */
    void (*lost)(void *context, int64_t run);
    void (*tick)(void *context); /* twice a second at least */
    void *context;
} pool_settings;

/* Does runs[n]; ends early where interrupted, what is at work then is given up. */
int32_t pool_work(const pool_settings *s, const int64_t *runs, int64_t n, error *err);

#endif
