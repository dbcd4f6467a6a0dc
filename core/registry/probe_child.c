/* probe_child.c - `hone --probe FILE [SECONDS]`: the probe's side.
 *
 * Two processes.  The outer one loads nothing: it keeps the deadline, says what happened to
 * the inner one, and kills whatever that left behind, also what double-forked away (orphans
 * come to it, see reap.h).  The inner one loads FILE, with limits, and describes it. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "module.h"
#include "probe_reply.h"
#include "reap.h"

enum { NOBODY_HEARD = 86 };       /* exit status: the answer could not be written */
static const double SECONDS = 5;       /* for loading, unless told otherwise */
static const double LOOK_SECONDS = 0.02; /* between looks at the inner process */
static const struct timespec PAUSE = {.tv_nsec = 1000000};

/* A constructor that allocates without end must not take the machine along. */
#define MOST_MEMORY ((rlim_t)4 << 30)
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 /* limits and leaks are the sanitizer's */
#elif defined(__has_feature)
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZED 0
#endif

static void limit(int what, rlim_t most)
{
    struct rlimit r;
    if (getrlimit(what, &r) == 0 && most < r.rlim_cur) {
        r.rlim_cur = most;
        setrlimit(what, &r);
    }
}

static bool write_all(int fd, const text *t)
{
    size_t done = 0;
    while (!t->failed && done < t->length) {
        ssize_t n = write(fd, t->data + done, t->length - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return !t->failed;
}

/* ---- the inner process ---- */

/* Nothing of ours is within reach of a constructor but the descriptor for the answer. */
static void lock_up(int answer, double seconds)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2; fd++)
        dup2(null, fd);
    dup2(answer, REPLY_FD);
    close_range(REPLY_FD + 1, ~0U, 0);
    if (!SANITIZED) /* their shadow memory is larger than any limit */
        limit(RLIMIT_DATA, MOST_MEMORY);
    limit(RLIMIT_CPU, (rlim_t)ceil(seconds) + 1);
    limit(RLIMIT_CORE, 1); /* 0 would still feed a core_pattern pipe: core(5), kernel/coredump.c */
}

/* The exit status. */
static int describe(const char *path)
{
    error err = {0};
    text t = {0};
    module *m;
    if (module_describe(path, &m, &err) >= 0)
        reply_write_module(&t, m);
    module_free(m);
    for (int i = 0; i < err.n; i++)
        reply_write_problem(&t, err.lines[i]);
    reply_write_end(&t);
    bool heard = write_all(REPLY_FD, &t);
    error_free(&err);
    text_free(&t);
    return heard ? 0 : NOBODY_HEARD;
}

/* ---- the outer process ---- */

static void explain(text *t, const char *path, bool in_time, int status, double seconds)
{
    text reason = {0};
    bool loaded = t->length > 0; /* it answered, and then could not end */
    if (!in_time)
        text_add(&reason, "%s was still %s after %g s; it is not used", path,
                 loaded ? "ending its process" : "loading", seconds);
    else if (loaded && WIFSIGNALED(status))
        text_add(&reason, "%s is killed by a signal when its process ends (%s); it is damaged or "
                          "broken",
                 path, strsignal(WTERMSIG(status)));
    else if (WIFSIGNALED(status))
        text_add(&reason, "%s was killed by a signal while being loaded (%s); it is damaged or "
                          "broken",
                 path, strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) == NOBODY_HEARD)
        text_add(&reason, "%s closed descriptors that are not its own while being loaded; it is "
                          "broken",
                 path);
    else if (WEXITSTATUS(status) != 0)
        text_add(&reason, "%s ended its process while being loaded (exit status %d); it is damaged "
                          "or broken",
                 path, WEXITSTATUS(status));
    else
        text_add(&reason, "%s ended its process while being loaded, without an error; a plugin "
                          "must not exit",
                 path);
    text_free(t);
    reply_write_problem(t, reason.failed ? path : reason.data);
    reply_write_end(t);
    text_free(&reason);
}

/* Does the process end before the deadline? */
static bool ends(pid_t pid, double deadline, int *status)
{
    struct timespec nap = {.tv_nsec = 20000};
    while (waitpid(pid, status, WNOHANG) != pid) {
        if (reply_clock() >= deadline)
            return false;
        nanosleep(&nap, NULL);
        if (nap.tv_nsec < 5000000)
            nap.tv_nsec *= 2;
    }
    return true;
}

/* The answer usually comes by itself, or the pipe closes because the process has died.  What
 * the process started may hold the pipe open, and it may close the pipe and go on: so it is
 * also looked at now and then.  After the answer the process ends as the host will: a plugin's
 * destructors are part of it. */
static void watch(pid_t pid, int answer, const char *path, double seconds, text *t)
{
    const double deadline = reply_clock() + seconds;
    int got = REPLY_LATE, status = 0;
    bool gone = false;
    while (got != REPLY_WHOLE && !gone && reply_clock() < deadline) {
        double look = reply_clock() + LOOK_SECONDS;
        if (got == REPLY_CLOSED)
            nanosleep(&PAUSE, NULL);
        gone = waitpid(pid, &status, WNOHANG) == pid;
        got = reply_receive(answer, gone ? 0 : look < deadline ? look : deadline, t);
    }
    if (got == REPLY_WHOLE && !gone)
        gone = ends(pid, deadline, &status);
    if (!gone) {
        kill(pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    if (waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD)
        descendants_kill(getpid(), NULL, 0);
    if (got != REPLY_WHOLE || !gone || status != 0)
        explain(t, path, gone, status, seconds);
}

int probe_main(const char *path, const char *seconds_text)
{
    double seconds = SECONDS;
    int ends[2];
    text t = {0};
    if (seconds_text && (!number_real(seconds_text, &seconds) || !(seconds > 0)))
        seconds = SECONDS;
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    if (fcntl(REPLY_FD, F_GETFD) < 0 && dup2(STDOUT_FILENO, REPLY_FD) < 0)
        return 1; /* called by hand, with nowhere to answer to */
    close_range(REPLY_FD + 1, ~0U, 0);
    if (pipe(ends) != 0)
        return 1;
    pid_t pid = fork();
    if (pid == 0) {
        lock_up(ends[1], seconds);
        int status = describe(path);
        if (SANITIZED)
            _exit(status);
        return status; /* to the end of main, with all destructors, as the host will end */
    }
    close(ends[1]);
    if (pid > 0)
        watch(pid, ends[0], path, seconds, &t);
    write_all(REPLY_FD, &t);
    text_free(&t);
    return pid > 0 ? 0 : 1;
}
