/* compare_pool.c - see compare_pool.h. */
#include "compare_pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "text.h"

extern char **environ;

enum { TICK_MS = 250 };

typedef struct process {
    pid_t pid;               /* 0: none */
    int to, from;
    int64_t run;             /* -1: idle */
    text said;
} process;

typedef struct pool {
    const pool_settings *set;
    process *processes;
    struct pollfd *polled;   /* [processes + 1] */
    const int64_t *runs;
    int64_t n, next, busy;
} pool;

static int32_t start(const pool *p, process *w, error *err)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) < 0)
        return error_add(err, HONE_EFAIL, "no pipe for a run's process: %s", strerror(errno));
    if (pipe2(out, O_CLOEXEC) < 0) {
        close(in[0]);
        close(in[1]);
        return error_add(err, HONE_EFAIL, "no pipe for a run's process: %s", strerror(errno));
    }
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
    int problem = posix_spawn(&w->pid, p->set->words[0], &files, &how, p->set->words, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    close(in[0]);
    close(out[1]);
    w->to = in[1];
    w->from = out[0];
    if (problem) {
        w->pid = 0;
        close(w->to);
        close(w->from);
        return error_add(err, HONE_EFAIL, "%s cannot be started: %s", p->set->words[0],
                         strerror(problem));
    }
    return HONE_OK;
}

static void end(process *w, bool kill_it)
{
    if (w->pid <= 0)
        return;
    close(w->to);
    close(w->from);
    if (kill_it)
        kill(-w->pid, SIGKILL);
    waitpid(w->pid, NULL, 0);
    text_free(&w->said);
    w->pid = 0;
    w->run = -1;
}

/* Gives every idle process its next run. */
static int32_t hand_out(pool *p, error *err)
{
    for (int64_t i = 0; i < p->set->processes && p->next < p->n; i++) {
        process *w = &p->processes[i];
        char line[32];
        if (w->run >= 0)
            continue;
        int32_t status = w->pid > 0 ? HONE_OK : start(p, w, err);
        if (status < 0)
            return status;
        int length = snprintf(line, sizeof line, "%lld\n", (long long)p->runs[p->next]);
        w->run = p->runs[p->next++];
        p->busy++;
        if (write(w->to, line, (size_t)length) != length)
            continue; /* it is gone: its end is read next */
    }
    return HONE_OK;
}

static void lose(pool *p, process *w)
{
    int64_t run = w->run;
    end(w, true);
    p->busy--;
    if (p->set->lost)
        p->set->lost(p->set->context, run);
}

static int32_t listen(pool *p, process *w, error *err)
{
    char bytes[65536];
    ssize_t n = read(w->from, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR)
        return HONE_OK;
    if (n <= 0) {
        lose(p, w);
        return HONE_OK;
    }
    text_put(&w->said, bytes, (size_t)n);
    if (w->said.failed)
        return error_add(err, HONE_ENOMEM, "out of memory for a run's record");
    if (w->said.data[w->said.length - 1] != '\n')
        return HONE_OK;
    int32_t status = p->set->done(p->set->context, w->run, w->said.data, err);
    text_free(&w->said);
    w->run = -1;
    p->busy--;
    return status;
}

static int32_t wait_and_listen(pool *p, error *err)
{
    int64_t k = p->set->processes;
    for (int64_t i = 0; i < k; i++)
        p->polled[i] = (struct pollfd){
            .fd = p->processes[i].run >= 0 ? p->processes[i].from : -1, .events = POLLIN};
    p->polled[k] = (struct pollfd){.fd = p->set->wake_fd, .events = POLLIN};
    if (poll(p->polled, (nfds_t)k + 1, TICK_MS) < 0 && errno != EINTR)
        return error_add(err, HONE_EFAIL, "poll: %s", strerror(errno));
    for (int64_t i = 0; i < k; i++)
        if (p->processes[i].run >= 0 && p->polled[i].revents) {
            int32_t status = listen(p, &p->processes[i], err);
            if (status < 0)
                return status;
        }
    return HONE_OK;
}

int32_t pool_work(const pool_settings *set, const int64_t *runs, int64_t n, error *err)
{
    pool p = {.set = set, .runs = runs, .n = n};
    p.processes = calloc((size_t)set->processes, sizeof *p.processes);
    p.polled = calloc((size_t)set->processes + 1, sizeof *p.polled);
    int32_t status =
        p.processes && p.polled ? HONE_OK : error_add(err, HONE_ENOMEM, "out of memory");
    for (int64_t i = 0; status >= 0 && i < set->processes; i++)
        p.processes[i].run = -1;
    while (status >= 0 && (p.next < n || p.busy > 0) && !set->interrupted(set->context)) {
        status = hand_out(&p, err);
        if (status >= 0)
            status = wait_and_listen(&p, err);
        set->tick(set->context);
    }
    for (int64_t i = 0; p.processes && i < set->processes; i++)
        end(&p.processes[i], p.processes[i].run >= 0);
    free(p.processes);
    free(p.polled);
    return status;
}
