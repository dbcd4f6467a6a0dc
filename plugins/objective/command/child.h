/* child.h - one program from its start to its end, with everything it started.
 *
 * The program gets a session and process group of its own, /dev/null as input, one pipe for
 * its output and one for its errors.  Both are drained as long as it runs, whatever it prints.
 * To end it, the group gets SIGTERM, after the grace SIGKILL; what has left the group is the
 * host's to sweep.  When the program has ended, so has its group. */
#ifndef HONE_COMMAND_CHILD_H
#define HONE_COMMAND_CHILD_H

#include <stdbool.h>
#include <stddef.h>

enum { STREAM_OUTPUT, STREAM_ERRORS };

typedef struct child_orders {
    const char *program; /* path of the file to run */
    char *const *argv, *const *environment;
    const char *folder;  /* to run in */
    double grace;        /* seconds */
    int wake_fd;         /* readable when `cancelled` may have become true; -1: it is asked
                            every 50 ms */
    bool (*cancelled)(void *context);
    /* What came over a stream; n 0: the stream has ended.  false: end the program. */
    bool (*take)(void *context, int stream, const char *bytes, size_t n);
    void *context;
} child_orders;

/* Runs it to its end.  false: it could not be started, `why` says so (a sentence, `room`
 * bytes).  *status is waitpid's. */
bool child_run(const child_orders *orders, int *status, char *why, size_t room);

#endif
