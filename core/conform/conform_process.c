/* conform_process.c - started, watched, heard. */
#include "conform_process.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

enum { ARGUMENTS = 16, NAP_NS = 200 * 1000 };

extern char **environ;

/* Freed memory is to count as free at once: growth is measured by what the allocator says. */
static const char PLAIN_MALLOC[] = "GLIBC_TUNABLES=glibc.malloc.tcache_count=0";

static char **environment(void)
{
    size_t n = 0, kept = 0;
    while (environ[n])
        n++;
    char **all = calloc(n + 2, sizeof *all);
    for (size_t i = 0; all && i < n; i++)
        if (strncmp(environ[i], "GLIBC_TUNABLES=", 15) != 0)
            all[kept++] = environ[i];
    if (all)
        all[kept] = (char *)(uintptr_t)PLAIN_MALLOC;
    return all;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The command line; NULL: out of memory.  The strings stay their owners', but `seed`. */
static const char **arguments(const char *path, const char *test, const conform_settings *set,
                              char seed[NUMBER_ROOM])
{
    const config_settings *c = &set->config;
    const size_t room = ARGUMENTS + 2 * (size_t)(c->n_set + c->plugins.n_dirs);
    const char **a = calloc(room, sizeof *a);
    size_t n = 0;
    if (!a)
        return NULL;
    snprintf(seed, NUMBER_ROOM, "%llu", (unsigned long long)set->seed);
    const char *const fixed[] = {"hone", "check", path, "--in-process", "--json", "--only", test,
                                 "--seed", seed};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        a[n++] = fixed[i];
    if (set->quick)
        a[n++] = "--quick";
    if (c->plugins.allow_unsafe)
        a[n++] = "--allow-unsafe-plugins";
    for (int i = 0; i < c->n_set; i++) {
        a[n++] = "--set";
        a[n++] = c->set[i];
    }
    for (int i = 0; i < c->plugins.n_dirs; i++) {
        a[n++] = "--plugin-dir";
        a[n++] = c->plugins.dirs[i];
    }
    return a;
}

static pid_t start(const char *program, const char **words, int out, int complaints)
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    sigset_t none, all;
    pid_t pid = -1;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO);
    char **around = environment();
    if (!around || posix_spawn(&pid, program, &actions, &attributes,
                               (char *const *)(uintptr_t)words, around) != 0)
        pid = -1;
    free(around);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return pid;
}

/* false: the deadline came first. */
static bool wait_for(pid_t pid, double seconds, int *status)
{
    const double end = now() + seconds;
    const struct timespec nap = {.tv_nsec = NAP_NS};
    for (;;) {
        const pid_t done = waitpid(pid, status, WNOHANG);
        if (done == pid || (done < 0 && errno != EINTR))
            return true;
        if (now() > end)
            break;
        nanosleep(&nap, NULL);
    }
    kill(-pid, SIGKILL);
    while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        continue;
    return false;
}

static char *read_all(int file)
{
    struct stat facts;
    char *s = fstat(file, &facts) == 0 ? calloc((size_t)facts.st_size + 1, 1) : NULL;
    if (s && pread(file, s, (size_t)facts.st_size, 0) != facts.st_size)
        *s = '\0';
    return s;
}

static bool read_verdict(char *said, verdict_line *out)
{
    json_t *line = said ? json_loads(said, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    const char *why = json_string_value(json_object_get(line, "why"));
    const json_t *verdict = json_object_get(line, "passed");
    if (line) {
        out->verdict = json_is_true(verdict)    ? CONFORM_PASSED
                       : json_is_false(verdict) ? CONFORM_FAILED
                                                : CONFORM_NOT_APPLICABLE;
        out->why = strdup(why ? why : "");
        out->calls = json_integer_value(json_object_get(line, "calls"));
        out->seconds = json_number_value(json_object_get(line, "seconds"));
        out->call_seconds = json_number_value(json_object_get(line, "call_seconds"));
    }
    json_decref(line);
    return line != NULL;
}

/* The last line that the process left on standard error: the breadcrumb of a crash. */
static const char *last_line(char *complaints)
{
    size_t n = complaints ? strlen(complaints) : 0;
    while (n > 0 && complaints[n - 1] == '\n')
        complaints[--n] = '\0';
    const char *line = n ? strrchr(complaints, '\n') : NULL;
    return line ? line + 1 : n ? complaints : "";
}

static void explain(verdict_line *v, bool in_time, double deadline, int status, char *complaints)
{
    text t = {0};
    const char *last = last_line(complaints);
    if (!in_time)
        text_add(&t, "it did not come back within %g seconds", deadline);
    else if (WIFEXITED(status) && v->why)
        text_add(&t, "its process ends with exit status %d", WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        text_add(&t, "it crashed with signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        text_add(&t, "it ended the process with exit status %d; plugins must not exit",
                 WEXITSTATUS(status));
    if (*last)
        text_add(&t, ": %s", last);
    free(v->why);
    v->verdict = CONFORM_FAILED;
    v->why = text_take(&t);
}

int32_t conform_process(const char *path, const char *test, const conform_settings *settings,
                        verdict_line *out, error *err)
{
    char seed[NUMBER_ROOM];
    const char **words = arguments(path, test, settings, seed);
    const int said = memfd_create("answer", MFD_CLOEXEC);
    const int complained = memfd_create("complaints", MFD_CLOEXEC);
    int32_t status = HONE_OK;
    int ended = 0;
    *out = (verdict_line){0};
    const double began = now(), deadline = settings->deadline > 0 ? settings->deadline : 60;
    const pid_t pid = words && said >= 0 && complained >= 0
                          ? start(settings->program, words, said, complained)
                          : -1;
    if (pid < 0) {
        status = error_add(err, HONE_EFAIL, "no process for test %s: %s does not start", test,
                           settings->program);
    } else {
        const bool in_time = wait_for(pid, deadline, &ended);
        char *line = read_all(said), *complaints = read_all(complained);
        const bool heard = read_verdict(line, out);
        /* a sanitizer has its say at the end of the process */
        const bool spoilt = out->verdict == CONFORM_PASSED && ended != 0;
        if (!in_time || !heard || WIFSIGNALED(ended) || spoilt) {
            explain(out, in_time, deadline, ended, complaints);
        } else if (kill(-pid, SIGKILL) == 0 && out->verdict == CONFORM_PASSED) {
            free(out->why);
            out->verdict = CONFORM_FAILED;
            out->why = strdup("it left a process running");
        }
        if (!heard)
            out->seconds = now() - began;
        free(line);
        free(complaints);
    }
    if (said >= 0)
        close(said);
    if (complained >= 0)
        close(complained);
    free(words);
    return status;
}
