/* child.c - see child.h.
 *
 * fork and exec rather than posix_spawn, for the parent-death signal.  Between the two only
 * async-signal-safe calls are made, since the host may have threads.  A close-on-exec pipe
 * tells a failed exec from a program that exits with 127. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PIECE = 65536,      /* bytes read at once: what a pipe holds */
    ASK_MS = 50,        /* how often `cancelled` is asked without a wake_fd */
    NO_PIDFD_MS = 5,    /* how often the program's end is looked for on kernels without pidfd */
    PIECES_AT_END = 64  /* read after the end at most; a group that outlived it prints no more */
};

enum { STAGE_FOLDER = 1, STAGE_EXEC };
typedef struct failure {
    int stage, number; /* what failed, and errno */
} failure;

typedef struct child {
    const child_orders *orders;
    pid_t pid;
    int process;    /* pidfd, -1: none */
    int stream[2];  /* -1: ended */
    bool ending;    /* SIGTERM was sent */
    double kill_at; /* seconds of the monotonic clock */
} child;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* ---- the child's side, between fork and exec ---------------------------------------------*/

static void reset_signals(void)
{
    struct sigaction normal = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &normal, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void report_failure(int fd, int stage)
{
    failure f = {.stage = stage, .number = errno};
    ssize_t n = write(fd, &f, sizeof f);
    (void)n;
    _exit(127);
}

static void become(const child_orders *o, pid_t parent, int null, const int ends[2], int status)
{
    setsid();
    reset_signals();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    dup2(null, 0);
    dup2(ends[STREAM_OUTPUT], 1);
    dup2(ends[STREAM_ERRORS], 2);
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    if (chdir(o->folder) < 0)
        report_failure(status, STAGE_FOLDER);
    execve(o->program, o->argv, o->environment);
    report_failure(status, STAGE_EXEC);
}

/* ---- start -------------------------------------------------------------------------------*/

static void describe(const child_orders *o, const failure *f, char *why, size_t room)
{
    if (f->stage == STAGE_FOLDER)
        snprintf(why, room, "cannot enter the folder '%.200s': %s", o->folder,
                 strerror(f->number));
    else if (f->number == ENOEXEC)
        snprintf(why, room, "cannot run '%.200s': not a program; a script begins with a line such "
                 "as #!/bin/sh", o->program);
    else
        snprintf(why, room, "cannot run '%.200s': %s", o->program, strerror(f->number));
}

/* Ends are moved clear of 0, 1 and 2, which the child overwrites. */
static bool open_pipe(int pair[2], int flags)
{
    if (pipe2(pair, O_CLOEXEC) < 0) {
        pair[0] = pair[1] = -1;
        return false;
    }
    for (int i = 0; i < 2; i++) {
        int high = fcntl(pair[i], F_DUPFD_CLOEXEC, 3);
        close(pair[i]);
        pair[i] = high;
    }
    return pair[0] >= 0 && pair[1] >= 0 && (!flags || fcntl(pair[0], F_SETFL, flags) == 0);
}

/* Forks; true once the program runs. */
static bool start(child *c, char *why, size_t room)
{
    int output[2] = {-1, -1}, errors[2] = {-1, -1}, status[2] = {-1, -1};
    pid_t parent = getpid();
    failure f = {0};
    ssize_t n = 0;
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    bool good = null >= 0 && open_pipe(output, O_NONBLOCK) && open_pipe(errors, O_NONBLOCK) &&
                open_pipe(status, 0);
    if (good) {
        int ends[2] = {output[1], errors[1]};
        c->pid = fork();
        if (c->pid == 0)
            become(c->orders, parent, null, ends, status[1]);
        good = c->pid > 0;
    }
    if (!good)
        snprintf(why, room, "cannot start a program: %s", strerror(errno));
    close_fd(&null);
    close_fd(&output[1]);
    close_fd(&errors[1]);
    close_fd(&status[1]);
    while (good && (n = read(status[0], &f, sizeof f)) < 0 && errno == EINTR)
        ;
    close_fd(&status[0]);
    if (good && n == (ssize_t)sizeof f) {
        describe(c->orders, &f, why, room);
        waitpid(c->pid, NULL, 0);
        good = false;
    }
    c->stream[STREAM_OUTPUT] = output[0];
    c->stream[STREAM_ERRORS] = errors[0];
    return good;
}

/* ---- at work -----------------------------------------------------------------------------*/

static void end(child *c)
{
    if (c->ending)
        return;
    c->ending = true;
    c->kill_at = now() + c->orders->grace;
    kill(-c->pid, SIGTERM);
    kill(-c->pid, SIGCONT); /* a stopped program would never see it */
}

/* Reads one piece of a stream; false: there is nothing now. */
static bool drain(child *c, int stream)
{
    char piece[PIECE];
    ssize_t n = read(c->stream[stream], piece, sizeof piece);
    if (n < 0)
        return errno == EINTR;
    if (n == 0)
        close_fd(&c->stream[stream]);
    if (!c->orders->take(c->orders->context, stream, piece, (size_t)n))
        end(c);
    return n > 0;
}

/* Has it ended?  It stays a zombie, so that its group's number stays its own. */
static bool ended(const child *c)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOWAIT | WNOHANG) < 0
               ? errno != EINTR
               : info.si_pid == c->pid;
}

static int patience(const child *c)
{
    double left = c->ending ? c->kill_at - now() : INFINITY;
    int ms = left <= 0 ? 0 : left < 1e6 ? (int)ceil(left * 1e3) : -1;
    int most = c->process < 0 ? NO_PIDFD_MS : c->orders->wake_fd < 0 ? ASK_MS : -1;
    return most >= 0 && (ms < 0 || ms > most) ? most : ms;
}

static void attend(child *c)
{
    bool killed = false;
    while (!ended(c)) {
        struct pollfd p[4] = {
            {.fd = c->stream[STREAM_OUTPUT], .events = POLLIN},
            {.fd = c->stream[STREAM_ERRORS], .events = POLLIN},
            {.fd = c->process, .events = POLLIN},
            {.fd = c->ending ? -1 : c->orders->wake_fd, .events = POLLIN},
        };
        poll(p, 4, killed && c->process >= 0 ? -1 : patience(c));
        for (int stream = 0; stream < 2; stream++)
            if (p[stream].revents)
                drain(c, stream);
        if (!c->ending && c->orders->cancelled(c->orders->context))
            end(c);
        if (c->ending && !killed && now() >= c->kill_at) {
            kill(-c->pid, SIGKILL);
            killed = true;
        }
    }
}

bool child_run(const child_orders *orders, int *status, char *why, size_t room)
{
    child c = {.orders = orders, .process = -1, .stream = {-1, -1}};
    *status = 0;
    bool started = start(&c, why, room);
    if (started) {
        c.process = pidfd_open(c.pid, 0);
        attend(&c);
        kill(-c.pid, SIGKILL); /* what it left in its group */
        while (waitpid(c.pid, status, 0) < 0 && errno == EINTR)
            ;
    }
    for (int stream = 0; stream < 2; stream++) {
        for (int i = 0; started && i < PIECES_AT_END && c.stream[stream] >= 0; i++)
            if (!drain(&c, stream))
                break;
        if (started && c.stream[stream] >= 0)
            orders->take(orders->context, stream, NULL, 0);
        close_fd(&c.stream[stream]);
    }
    close_fd(&c.process);
    return started;
}
