/* probe.c - the host's side: starts the probe of one file and hears its answer. */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe_reply.h"

static const double SECONDS = 5; /* for loading, unless told otherwise */
static const double SLACK = 2;   /* more, for a loaded machine to start the probe itself */

extern char **environ;

static pid_t spawn(const char *program, const char *path, const char *seconds, int reply,
                   error *err)
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    sigset_t none, all;
    pid_t pid = -1;
    char *arguments[] = {strdup("hone"), strdup("--probe"), strdup(path), strdup(seconds), NULL};

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, reply, REPLY_FD);
    int failed = posix_spawn(&pid, program, &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    for (int i = 0; i < 4; i++)
        free(arguments[i]);
    if (failed) {
        error_add(err, HONE_EPLUGIN, "%s cannot be probed: %s does not start: %s", path, program,
                  strerror(failed));
        return -1;
    }
    return pid;
}

/* A program that has libhone linked in and no hone beside it. */
static pid_t spawn_copy(const char *path, const char *seconds, int reply, error *err)
{
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        _exit(dup2(reply, REPLY_FD) == REPLY_FD ? probe_main(path, seconds) : 1);
    }
    if (pid < 0)
        error_add(err, HONE_EPLUGIN, "%s cannot be probed: no new process: %s", path,
                  strerror(errno));
    return pid;
}

static void reap(pid_t pid)
{
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

int32_t probe_file(const char *program, const char *path, double seconds, probe_reply *out,
                   error *err)
{
    char limit[NUMBER_ROOM];
    text answer = {0};
    int ends[2];
    *out = (probe_reply){0};
    if (!(seconds > 0))
        seconds = SECONDS;
    number_text(seconds, limit);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_add(err, HONE_EPLUGIN, "%s cannot be probed: no pipe: %s", path,
                         strerror(errno));
    pid_t pid = *program ? spawn(program, path, limit, ends[1], err)
                         : spawn_copy(path, limit, ends[1], err);
    close(ends[1]);
    if (pid > 0) {
        if (reply_receive(ends[0], reply_clock() + seconds + SLACK, &answer) != REPLY_WHOLE)
            kill(pid, SIGKILL); /* its child dies with it */
        reap(pid);
    }
    close(ends[0]);
    if (pid > 0)
        return reply_read(&answer, path, out, err);
    return HONE_EPLUGIN;
}
