/* hone_dialogue.h - a program at the other end of a line: started, asked and answered in lines of
 * JSON, watched by a deadline, ended with its asker.
 *
 *     hone_dialogue_start(&d, host, "python3", "mine.py");
 *     hone_dialogue_ask(&d, question, &answer)      one line out, one line in
 *     hone_dialogue_end(&d);
 *
 * Both ends of the line are one socket, so that a program that has died is an error here and no
 * signal.  Its standard error stays the host's.  For plugins that link Jansson. */
#ifndef HONE_DIALOGUE_H
#define HONE_DIALOGUE_H

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hone_plugin.h"

enum { HONE_DIALOGUE_WORDS = 256, HONE_DIALOGUE_SLICE = 50 /* ms between looks at cancelled */ };

typedef struct hone_dialogue {
    const hone_host *host;
    pid_t pid;                      /* 0: not started */
    int line;                       /* the socket */
    double patience;                /* seconds for an answer */
    char *heard;                    /* bytes of the next answer */
    size_t n, room;
    char why[HONE_DIALOGUE_WORDS];  /* of the newest failure */
} hone_dialogue;

static inline double hone_dialogue_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline int32_t hone_dialogue_fail(hone_dialogue *d, const char *why)
{
    snprintf(d->why, sizeof d->why, "%s", why);
    return HONE_EFAIL;
}

/* Runs `runner file`; the names are looked for in PATH.  Nothing is said yet. */
static inline int32_t hone_dialogue_start(hone_dialogue *d, const char *runner, const char *file)
{
    extern char **environ;
    int ends[2];
    posix_spawn_file_actions_t actions;
    char *const words[] = {(char *)(uintptr_t)runner, (char *)(uintptr_t)file, NULL};

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return hone_dialogue_fail(d, "no socket is left");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    const int failed = posix_spawnp(&d->pid, runner, &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    d->n = 0;
    d->line = ends[0];
    if (!failed)
        return HONE_OK;
    close(d->line);
    d->pid = 0;
    snprintf(d->why, sizeof d->why, "%s does not start: %s", runner, strerror(failed));
    return HONE_EFAIL;
}

/* Closes the line, gives the program a second to end by itself, and reaps it. */
static inline void hone_dialogue_end(hone_dialogue *d)
{
    const struct timespec nap = {0, 5000000};
    int status, ended = 0, k;

    if (d->pid > 0) {
        close(d->line);
        for (k = 0; k < 200 && !ended; k++) {
            ended = waitpid(d->pid, &status, WNOHANG) != 0;
            if (!ended)
                nanosleep(&nap, NULL);
        }
        if (!ended) {
            kill(d->pid, SIGKILL);
            while (waitpid(d->pid, &status, 0) < 0 && errno == EINTR)
                continue;
        }
    }
    d->pid = 0;
    free(d->heard);
    d->heard = NULL;
    d->n = d->room = 0;
}

static inline int32_t hone_dialogue_say(hone_dialogue *d, const char *words, size_t n)
{
    while (n > 0) {
        const ssize_t k = send(d->line, words, n, MSG_NOSIGNAL);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return hone_dialogue_fail(d, "the program has ended");
        words += k;
        n -= (size_t)k;
    }
    return HONE_OK;
}

/* More bytes into `heard`; HONE_WAIT: none yet. */
static inline int32_t hone_dialogue_hear(hone_dialogue *d)
{
    struct pollfd look = {d->line, POLLIN, 0};
    if (poll(&look, 1, HONE_DIALOGUE_SLICE) <= 0)
        return HONE_WAIT;
    if (d->room - d->n < 4096) {
        char *more = (char *)realloc(d->heard, 2 * d->room + 8192);
        if (!more)
            return HONE_ENOMEM;
        d->heard = more;
        d->room = 2 * d->room + 8192;
    }
    const ssize_t k = recv(d->line, d->heard + d->n, d->room - d->n, 0);
    if (k <= 0)
        return hone_dialogue_fail(d, "the program has ended");
    d->n += (size_t)k;
    return HONE_OK;
}

/* The next line as JSON; the caller gives it up. */
static inline int32_t hone_dialogue_answer(hone_dialogue *d, json_t **answer)
{
    const double end = hone_dialogue_clock() + d->patience;
    for (;;) {
        char *stop = d->n ? (char *)memchr(d->heard, '\n', d->n) : NULL;
        if (stop) {
            const size_t length = (size_t)(stop - d->heard);
            *answer = json_loadb(d->heard, length, 0, NULL);
            d->n -= length + 1;
            memmove(d->heard, stop + 1, d->n);
            return json_is_object(*answer) ? HONE_OK
                                           : hone_dialogue_fail(d, "an answer is no JSON object");
        }
        const int32_t status = hone_dialogue_hear(d);
        if (status < 0)
            return status;
        if (d->host->cancelled(d->host))
            return HONE_ECANCELLED;
        if (hone_dialogue_clock() > end)
            return hone_dialogue_fail(d, "the program did not answer in time");
    }
}

/* Says `question` (given up here) and hears the answer, which the caller gives up.  An answer
 * {"error": "sentence"} is HONE_EINVAL, with the sentence in d->why. */
static inline int32_t hone_dialogue_ask(hone_dialogue *d, json_t *question, json_t **answer)
{
    char *words = question ? json_dumps(question, JSON_COMPACT) : NULL;
    int32_t status = HONE_ENOMEM;
    *answer = NULL;
    json_decref(question);
    if (words) {
        status = hone_dialogue_say(d, words, strlen(words));
        if (status >= 0)
            status = hone_dialogue_say(d, "\n", 1);
    }
    free(words);
    if (status >= 0)
        status = hone_dialogue_answer(d, answer);
    const char *error = json_string_value(json_object_get(*answer, "error"));
    if (status >= 0 && error) {
        snprintf(d->why, sizeof d->why, "the program says: %s", error);
        status = HONE_EINVAL;
    }
    if (status < 0) {
        json_decref(*answer);
        *answer = NULL;
    }
    return status;
}

#endif
