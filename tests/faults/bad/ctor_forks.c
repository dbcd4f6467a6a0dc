/* ctor_forks.c - its constructor leaves a process behind, out of its group and session. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CONSTRUCTOR_BREAKS
#include "broken.h"

static void break_it(void)
{
    const char *path = getenv("HONE_TEST_MARK");
    if (fork() != 0)
        return;
    setsid();
    if (fork() != 0)
        _exit(0);
    FILE *f = path ? fopen(path, "w") : NULL;
    if (f) {
        fprintf(f, "%ld\n", (long)getpid());
        fclose(f);
    }
    signal(SIGTERM, SIG_IGN);
    for (;;)
        pause();
}
