/* conform.h - does a plugin keep the promises of the interface?  `hone check PLUGIN.so`.
 *
 * A suite of named tests, each in a process of its own with a deadline: what crashes, hangs,
 * exits or forks is that test's failure and no one else's.  A test works with a small study
 * that it makes itself, and calls the plugin's own functions, without the checks and
 * fall-backs that instance.h puts around them. */
#ifndef HONE_CORE_CONFORM_H
#define HONE_CORE_CONFORM_H

#include "config.h"

enum { CONFORM_PASSED = 0, CONFORM_FAILED, CONFORM_NOT_APPLICABLE };

typedef struct conform_settings {
    config_settings config; /* `set` goes into the studies of the tests: --set strategy.a=1 */
    const char *program;    /* that is started for each test */
    const char *only;       /* a test's name, or PLUGIN/TEST; NULL: all */
    bool quick;             /* fewer rounds and smaller sizes */
    bool in_process;        /* for debuggers: no process, no deadline */
    uint64_t seed;
    double deadline;        /* seconds for a test, 0: 60 */
} conform_settings;

typedef struct conform_result {
    const char *plugin, *kind, *test, *says; /* says: one sentence that is to be true */
    int verdict;                             /* CONFORM_* */
    const char *why;                         /* a sentence where not passed, else "" */
    int64_t calls;
    double seconds, call_seconds;            /* of the test; of the plugin's calls in it */
} conform_result;

/* Runs what applies to each plugin of the file, in order, and tells each result; a negative
 * status when the file cannot be loaded at all, or nothing has the name `only`. */
int32_t conform_file(const char *path, const conform_settings *settings,
                     void (*tell)(void *context, const conform_result *result), void *context,
                     error *err);

/* The tests, in order, for help and manual; NULL after the last.  kinds: names of the kinds
 * that have it, as "strategy surrogate". */
const char *conform_test(int index, const char **says, const char **kinds);

#endif
