/* gnuplot.c - a child process in a folder of its own: the script in, the figure out. */
#include "gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "file.h"

static const double DEADLINE = 60.0; /* seconds */
static const char *const FILES[] = {"figure.gp", "figure", "words"};
enum { SCRIPT, FIGURE, WORDS, N_FILES };

typedef struct workplace {
    char folder[PATH_MAX / 2];
    char path[N_FILES][PATH_MAX];
} workplace;

static int32_t open_workplace(workplace *w, error *err)
{
    const char *top = getenv("TMPDIR");
    const int n = snprintf(w->folder, sizeof w->folder, "%s/hone_figure_XXXXXX",
                           top && *top == '/' ? top : "/tmp");
    if (n >= (int)sizeof w->folder || !mkdtemp(w->folder))
        return error_add(err, HONE_EFAIL, "no folder for gnuplot can be made at %s: %s", w->folder,
                         strerror(errno));
    for (int i = 0; i < N_FILES; i++) { /* a path has twice the room of the folder */
        memcpy(w->path[i], w->folder, (size_t)n);
        w->path[i][n] = '/';
        strcpy(w->path[i] + n + 1, FILES[i]);
    }
    return HONE_OK;
}

static void close_workplace(const workplace *w)
{
    for (int i = 0; i < N_FILES; i++)
        unlink(w->path[i]);
    rmdir(w->folder);
}

static int32_t add_file(const char *path, text *out, error *err)
{
    char bytes[16384];
    size_t n;
    FILE *in = fopen(path, "re");
    if (!in)
        return error_add(err, HONE_EFAIL, "gnuplot drew nothing");
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
        text_put(out, bytes, n);
    fclose(in);
    return out->failed ? error_add(err, HONE_ENOMEM, "out of memory for a figure") : HONE_OK;
}

/* Words of gnuplot's own, as many lines as tell what is wrong. */
static int32_t say_why(const workplace *w, int how, error *err)
{
    text words = {0};
    error ignored = {0};
    add_file(w->path[WORDS], &words, &ignored);
    while (words.length > 0 && strchr(" \n\t", words.data[words.length - 1]))
        words.data[--words.length] = '\0';
    error_free(&ignored);
    if (WIFSIGNALED(how))
        error_add(err, HONE_EFAIL, "gnuplot was ended by signal %d", WTERMSIG(how));
    else
        error_add(err, HONE_EFAIL, "gnuplot failed with status %d: %s", WEXITSTATUS(how),
                  !words.data ? "" : words.length > 400 ? words.data + words.length - 400
                                                        : words.data);
    text_free(&words);
    return HONE_EFAIL;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Waits, and kills what takes too long. */
static int32_t await(pid_t pid, const workplace *w, error *err)
{
    const double end = now() + DEADLINE;
    int how = 0;
    pid_t ended;
    while ((ended = waitpid(pid, &how, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        if (now() > end) {
            kill(pid, SIGKILL);
            waitpid(pid, &how, 0);
            return error_add(err, HONE_EFAIL, "gnuplot took more than %.0f s", DEADLINE);
        }
    }
    if (ended < 0)
        return error_add(err, HONE_EFAIL, "gnuplot cannot be waited for: %s", strerror(errno));
    return WIFEXITED(how) && WEXITSTATUS(how) == 0 ? HONE_OK : say_why(w, how, err);
}

static int32_t start(const workplace *w, pid_t *pid, error *err)
{
    extern char **environ;
    char program[] = "gnuplot", defaults[] = "-d", script[] = "figure.gp";
    char *const line[] = {program, defaults, script, NULL};
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return error_add(err, HONE_ENOMEM, "out of memory to start gnuplot");
    posix_spawn_file_actions_addchdir_np(&actions, w->folder);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, w->path[WORDS], O_WRONLY | O_CREAT, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    const int failed = posix_spawnp(pid, line[0], &actions, NULL, line, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed == ENOENT)
        return error_add(err, HONE_EFAIL, "figures are drawn by gnuplot, which is not on PATH; "
                         "Debian's package is gnuplot-nox");
    return failed ? error_add(err, HONE_EFAIL, "gnuplot cannot be started: %s", strerror(failed))
                  : HONE_OK;
}

int32_t gnuplot_run(const text *script, text *out, error *err)
{
    workplace w;
    pid_t pid;
    int32_t status = open_workplace(&w, err);
    if (status < 0)
        return status;
    status = file_write(w.path[SCRIPT], script->data, script->length, err);
    if (status >= 0)
        status = start(&w, &pid, err);
    if (status >= 0)
        status = await(pid, &w, err);
    if (status >= 0)
        status = add_file(w.path[FIGURE], out, err);
    close_workplace(&w);
    return status;
}
