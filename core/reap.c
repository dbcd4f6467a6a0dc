/* reap.c - see reap.h.
 *
 * The tree is read from /proc/PID/task/TID/children (a kernel option that Debian sets).  One
 * round: list the descendants and SIGSTOP each; when a listing finds nobody who still runs,
 * none of them can fork, and all are killed.  Killing at once instead would hand the freed
 * process slots to a fork bomb.  Orphans of the killed come back to us and are reaped. */
#include "reap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    CROWD = 16384,     /* processes in one round; more are met in the next one */
    ROUNDS = 1000,     /* before giving up, 2 ms apart at most */
    READ_ROOM = 4096,
};
static const struct timespec PAUSE = {.tv_nsec = 2000000};

typedef struct crowd {
    const pid_t *spare;
    int n_spare, n;
    pid_t pid[CROWD];
} crowd;

/* Descriptor of /proc/<pid>/<rest>, < 0 if the process is gone. */
static int open_proc(pid_t pid, const char *rest, int flags)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, rest);
    return open(path, flags | O_RDONLY | O_CLOEXEC);
}

/* 'R' running, 'S' sleeping, 'T' stopped, 'Z' dead and not reaped, ...; 0: gone. */
static char process_state(pid_t pid)
{
    char line[512];
    int fd = open_proc(pid, "stat", 0);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, line, sizeof line - 1);
    close(fd);
    if (n <= 0)
        return 0;
    line[n] = '\0';
    const char *name_end = strrchr(line, ')'); /* the name may hold anything */
    return name_end && name_end[1] == ' ' ? name_end[2] : 0;
}

static void add_child(crowd *c, pid_t pid)
{
    for (int i = 0; i < c->n_spare; i++)
        if (c->spare[i] == pid)
            return;
    if (c->n < CROWD)
        c->pid[c->n++] = pid;
}

/* Adds the pids of a list "12 13 14 ", which may arrive in pieces. */
static void read_children(crowd *c, int fd)
{
    char piece[READ_ROOM];
    long pid = 0;
    ssize_t n;
    while ((n = read(fd, piece, sizeof piece)) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            if (piece[i] >= '0' && piece[i] <= '9') {
                pid = pid * 10 + (piece[i] - '0');
            } else if (pid > 0) {
                add_child(c, (pid_t)pid);
                pid = 0;
            }
        }
    }
    if (pid > 0)
        add_child(c, (pid_t)pid);
}

/* Adds the children of all threads of a process.  getdents64 instead of readdir: it takes no
 * memory from malloc, whose lock a broken thread may hold. */
static void add_children(crowd *c, pid_t pid)
{
    char entries[READ_ROOM] __attribute__((aligned(8)));
    ssize_t n;
    int tasks = open_proc(pid, "task", O_DIRECTORY);
    if (tasks < 0)
        return;
    while ((n = getdents64(tasks, entries, sizeof entries)) > 0) {
        for (ssize_t at = 0; at < n;) {
            const struct dirent64 *d = (const struct dirent64 *)(const void *)(entries + at);
            char path[300];
            at += d->d_reclen;
            if (d->d_name[0] == '.')
                continue;
            snprintf(path, sizeof path, "%s/children", d->d_name);
            int fd = openat(tasks, path, O_RDONLY | O_CLOEXEC);
            if (fd < 0)
                continue;
            read_children(c, fd);
            close(fd);
        }
    }
    close(tasks);
}

/* All descendants, parents before children. */
static void list_descendants(crowd *c, pid_t root)
{
    c->n = 0;
    add_children(c, root);
    for (int i = 0; i < c->n; i++)
        add_children(c, c->pid[i]);
}

/* true: nobody in the crowd can fork any more. */
static bool stop_all(const crowd *c)
{
    bool still = true;
    for (int i = 0; i < c->n; i++) {
        char state = process_state(c->pid[i]);
        if (state == 0 || strchr("TtZXx", state))
            continue;
        still = false;
        kill(c->pid[i], SIGSTOP);
    }
    return still;
}

static int count_living(const crowd *c)
{
    int living = 0;
    for (int i = 0; i < c->n; i++) {
        char state = process_state(c->pid[i]);
        living += state != 0 && !strchr("ZXx", state);
    }
    return living;
}

int descendants_kill(pid_t root, const pid_t *spare, int n_spare)
{
    crowd c = {.n = 0};
    bool own = root == getpid();
    c.spare = own ? spare : NULL;
    c.n_spare = own ? n_spare : 0;

    for (int round = 0; round < ROUNDS; round++) {
        list_descendants(&c, root);
        int living = count_living(&c);
        if (living == 0 && (!own || c.n == 0))
            return 0;
        if (living > 0 && !stop_all(&c) && round % 8 != 7)
            continue; /* look again for what was born meanwhile */
        for (int i = 0; i < c.n; i++)
            kill(c.pid[i], SIGKILL);
        for (int i = 0; own && i < c.n; i++)
            waitpid(c.pid[i], NULL, WNOHANG);
        if (count_living(&c) > 0)
            nanosleep(&PAUSE, NULL);
    }
    return count_living(&c);
}

pid_t *children_list(int *n)
{
    crowd *c = calloc(1, sizeof *c);
    pid_t *list = NULL;
    *n = 0;
    if (c)
        add_children(c, getpid());
    if (c && c->n > 0 && (list = malloc((size_t)c->n * sizeof *list))) {
        memcpy(list, c->pid, (size_t)c->n * sizeof *list);
        *n = c->n;
    }
    free(c);
    return list;
}
