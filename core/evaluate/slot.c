/* slot.c - see slot.h. */
#include "slot.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "reap.h"
#include "worker.h"

enum {
    FIRST_FD = 10,    /* ends for the worker stay clear of 0..4 until they are put there */
    OUTPUT_PIECES = 64, /* read in one go: more than a pipe holds, less than for ever */
    SEND_SECONDS = 30 /* a worker that reads nothing for so long is lost */
};

double slot_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void slot_init(slot *s, int64_t index)
{
    *s = (slot){.index = index, .process = -1, .socket = -1, .life = -1, .output = -1,
                .deadline = INFINITY, .kill_at = INFINITY};
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* ---- start -------------------------------------------------------------------------------*/

/* The worker's ends: read side of life, write side of output, one of the socket pair. */
typedef struct ends {
    int socket, life, output, null;
} ends;

static int lift(int fd)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);
    close(fd);
    return high;
}

static bool open_lines(slot *s, ends *w)
{
    int pair[2], pipe_life[2], pipe_output[2];
    struct timeval patience = {.tv_sec = SEND_SECONDS};
    *w = (ends){-1, -1, -1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return false;
    s->socket = pair[0];
    w->socket = lift(pair[1]);
    if (pipe2(pipe_life, O_CLOEXEC) < 0)
        return false;
    s->life = pipe_life[1];
    w->life = lift(pipe_life[0]);
    if (pipe2(pipe_output, O_CLOEXEC) < 0)
        return false;
    s->output = pipe_output[0];
    w->output = lift(pipe_output[1]);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    w->null = null < 0 ? -1 : lift(null);
    return w->socket >= 0 && w->life >= 0 && w->output >= 0 && w->null >= 0 &&
           fcntl(s->output, F_SETFL, O_NONBLOCK) == 0 && fcntl(s->life, F_SETFL, O_NONBLOCK) == 0 &&
           setsockopt(s->socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0;
}

static int spawn(slot *s, const ends *w, const char *program)
{
    char *argv[] = {strdup(program), strdup("--worker"), NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&files, w->null, 0);
    posix_spawn_file_actions_adddup2(&files, w->output, 1);
    posix_spawn_file_actions_adddup2(&files, w->output, 2);
    posix_spawn_file_actions_adddup2(&files, w->socket, WORKER_SOCKET_FD);
    posix_spawn_file_actions_adddup2(&files, w->life, WORKER_LIFE_FD);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETSID);
    int failure = argv[0] && argv[1]
                      ? posix_spawn(&s->pid, program, &files, &attributes, argv, environ)
                      : ENOMEM;
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    free(argv[0]);
    free(argv[1]);
    return failure;
}

/* Folders of the path that are there; a worker takes them as given by the user. */
static const char **existing(const char *const *dirs, int *n)
{
    const char **there = calloc((size_t)*n + 1, sizeof *there);
    int kept = 0;
    for (int i = 0; there && i < *n; i++)
        if (access(dirs[i], F_OK) == 0)
            there[kept++] = dirs[i];
    *n = kept;
    return there;
}

/* What every worker would say alike (a warning of create) is heard once. */
static int32_t log_level(const slot *s, const log_sink *log)
{
    if (!log)
        return HONE_LOG_ERROR + 1;
    return s->index > 0 && log->level == HONE_LOG_WARN ? HONE_LOG_ERROR : log->level;
}

static bool send_setup(slot *s, const evaluator_settings *e)
{
    const config *c = e->config;
    frame *f = &s->out;
    int n_dirs = 0;
    const char *const *path = registry_path(c->registry, &n_dirs);
    const char **dirs = existing(path, &n_dirs);
    if (!dirs)
        return false;
    frame_begin(f, FRAME_SETUP);
    frame_put_text(f, HONE_VERSION);
    frame_put_text(f, c->doc.text);
    frame_put_text(f, c->doc.path);
    frame_put_text(f, c->doc.folder);
    frame_put_text(f, c->objective->plugin->module->sha256);
    frame_put_int(f, s->index);
    frame_put_int(f, log_level(s, e->log));
    frame_put_int(f, (int64_t)c->seed);
    frame_put_texts(f, e->set, e->n_set);
    frame_put_texts(f, dirs, n_dirs);
    free(dirs);
    return frame_send(f, s->socket);
}

int32_t slot_start(slot *s, const evaluator_settings *e, error *err)
{
    const char *program = e->program ? e->program : registry_program();
    ends w;
    int failure = 0;
    slot_close(s);
    if (!program || !*program)
        return error_add(err, HONE_EFAIL, "workers need the hone program, and it was not found; "
                         "write [objective] isolation = none to evaluate in this process");
    bool opened = open_lines(s, &w);
    if (!opened || (failure = spawn(s, &w, program)) != 0) {
        error_add(err, HONE_EFAIL, "cannot start a worker (%s): %s", program,
                  strerror(opened ? failure : errno));
        s->pid = 0;
    }
    close_fd(&w.socket);
    close_fd(&w.life);
    close_fd(&w.output);
    close_fd(&w.null);
    if (s->pid == 0) {
        slot_close(s);
        return HONE_EFAIL;
    }
    s->process = pidfd_open(s->pid, 0); /* close-on-exec by itself; -1 on old kernels */
    send_setup(s, e); /* a failure shows as a closed line, with the worker's status */
    return HONE_OK;
}

/* ---- at work -----------------------------------------------------------------------------*/

bool slot_send(slot *s, const job *j, int32_t n_params)
{
    frame *f = &s->out;
    frame_begin(f, FRAME_JOB);
    frame_put_int(f, s->sequence + 1);
    frame_put_int(f, j->number);
    frame_put_int(f, j->repeat);
    frame_put_int(f, (int64_t)j->seed);
    frame_put_reals(f, j->native, n_params);
    slot_read_output(s);
    s->printed = 0;
    if (!frame_send(f, s->socket))
        return false;
    s->sequence++;
    s->busy = true;
    s->number = j->number;
    s->repeat = j->repeat;
    s->ending = ENDING_NOT;
    s->deadline = s->kill_at = INFINITY;
    s->asking = false;
    free(s->reason);
    s->reason = NULL;
    return true;
}

bool slot_answer(slot *s, bool stop)
{
    s->asking = false;
    frame_begin(&s->out, FRAME_ANSWER);
    frame_put_int(&s->out, stop);
    return frame_send(&s->out, s->socket);
}

int slot_read(slot *s)
{
    return inbox_read(&s->inbox, s->socket, MSG_DONTWAIT);
}

void slot_read_output(slot *s)
{
    char piece[SLOT_TAIL];
    for (int i = 0; i < OUTPUT_PIECES && s->output >= 0; i++) {
        ssize_t n = read(s->output, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return;
        if (n == 0)
            close_fd(&s->output);
        size_t at = (size_t)(s->printed % SLOT_TAIL), first = SLOT_TAIL - at;
        first = first < (size_t)n ? first : (size_t)n;
        memcpy(s->tail + at, piece, first);
        memcpy(s->tail, piece + first, (size_t)n - first);
        s->printed += n;
    }
}

const char *slot_printed(const slot *s, char out[SLOT_TAIL + 1])
{
    size_t n = s->printed < SLOT_TAIL ? (size_t)s->printed : SLOT_TAIL;
    size_t start = s->printed < SLOT_TAIL ? 0 : (size_t)(s->printed % SLOT_TAIL);
    for (size_t i = 0; i < n; i++) {
        char c = s->tail[(start + i) % SLOT_TAIL];
        out[i] = c ? c : ' ';
    }
    out[n] = '\0';
    return out;
}

void slot_cancel(slot *s, int why, double now, double grace)
{
    if (!s->busy || s->ending != ENDING_NOT)
        return;
    ssize_t n = write(s->life, &s->sequence, sizeof s->sequence); /* full: it will be killed */
    (void)n;
    s->ending = why;
    s->kill_at = now + grace;
}

/* ---- ends --------------------------------------------------------------------------------*/

int slot_reap(slot *s, double seconds)
{
    int status = 0;
    double end = slot_now() + seconds;
    struct pollfd died = {.fd = s->process, .events = POLLIN};
    for (;;) {
        pid_t pid = waitpid(s->pid, &status, WNOHANG);
        double left = end - slot_now();
        if (pid == s->pid)
            return status;
        if (pid < 0 && errno != EINTR)
            return 0; /* somebody else reaped it */
        if (left <= 0)
            return -1;
        poll(&died, 1, s->process >= 0 ? (int)ceil(left * 1e3) : 1);
    }
}

void slot_kill(slot *s)
{
    if (s->pid == 0)
        return;
    kill(s->pid, SIGSTOP); /* so that it starts nothing meanwhile */
    descendants_kill(s->pid, NULL, 0);
    kill(s->pid, SIGKILL);
    slot_reap(s, 10);
    slot_close(s);
}

void slot_close(slot *s)
{
    close_fd(&s->process);
    close_fd(&s->socket);
    close_fd(&s->life);
    close_fd(&s->output);
    inbox_free(&s->inbox);
    frame_free(&s->out);
    free(s->reason);
    s->reason = NULL;
    s->pid = 0;
    s->ready = s->busy = s->asking = s->gone = s->nonsense = false;
    s->printed = 0;
}

void slot_dismiss(slot *s)
{
    if (s->socket >= 0)
        shutdown(s->socket, SHUT_WR);
}
