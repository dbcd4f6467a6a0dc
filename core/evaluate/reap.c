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
    STUBBORN = 16,     /* rounds before those who do not stop are killed all the same */
    READ_ROOM = 4096,
};
static const double PATIENCE = 2;                          /* seconds before giving up */
static const struct timespec PAUSE = {.tv_nsec = 1000000}; /* for the killed to die */

typedef struct crowd {
    const pid_t *spare;
    int n_spare, n;
    bool stops; /* send SIGSTOP to those found */
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

/* Whoever is found is stopped there and then: a crowd that breeds is also starving us. */
static void add_child(crowd *c, pid_t pid)
{
    for (int i = 0; i < c->n_spare; i++)
        if (c->spare[i] == pid)
            return;
    if (c->stops)
        kill(pid, SIGSTOP);
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

/* How many are not dead, and how many of them may still fork. */
static void survey(const crowd *c, int *living, int *running)
{
    *living = *running = 0;
    for (int i = 0; i < c->n; i++) {
        char state = process_state(c->pid[i]);
        bool dead = state == 0 || strchr("ZXx", state);
        *living += !dead;
        *running += !dead && !strchr("Tt", state);
    }
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int descendants_kill(pid_t root, const pid_t *spare, int n_spare)
{
    crowd c = {.stops = true};
    bool own = root == getpid();
    int living = 0, running = 0;
    double end = now() + PATIENCE;
    c.spare = own ? spare : NULL;
    c.n_spare = own ? n_spare : 0;

    for (int round = 1; now() < end; round++) {
        list_descendants(&c, root);
        survey(&c, &living, &running);
        if (living == 0 && (!own || c.n == 0))
            return 0;
        if (running > 0 && round % STUBBORN != 0)
            continue; /* look again for what was born meanwhile */
        for (int i = 0; i < c.n; i++)
            kill(c.pid[i], SIGKILL);
        for (int i = 0; own && i < c.n; i++)
            waitpid(c.pid[i], NULL, WNOHANG);
        if (living > 0)
            nanosleep(&PAUSE, NULL);
    }
    return living;
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
