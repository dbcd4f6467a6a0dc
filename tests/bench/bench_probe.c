/* bench_probe.c - what looking at a plugin in another process costs, beyond loading the
 * libraries that it links.
 *
 * For each plugin: the time in which a registry finds it (lookup, checks, probe in a child,
 * dlopen here), and the time of a bare child that loads the same libraries.  The libraries
 * are loaded here first, so that our own dlopen of the plugin does not count them twice.
 * Medians of 15. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "registry.h"

enum { TIMES = 15 };

typedef struct subject {
    int32_t kind;
    const char *name;
    const char *libraries[3]; /* NULL-terminated */
} subject;

static const subject SUBJECTS[] = {
    {HONE_STRATEGY, "random", {NULL}},
    {HONE_ACQUISITION, "log_ei", {NULL}},
    {HONE_SURROGATE, "gp", {"liblapacke.so.3", "libopenblas.so.0", NULL}},
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v)
{
    qsort(v, TIMES, sizeof *v, ascending);
    return v[TIMES / 2];
}

/* `bench_probe libraries ...` loads them and ends. */
static int load_all(char **libraries)
{
    for (; *libraries; libraries++)
        if (!dlopen(*libraries, RTLD_NOW)) {
            fprintf(stderr, "%s\n", dlerror());
            return 1;
        }
    return 0;
}

static double child_seconds(const subject *s)
{
    double start = now();
    pid_t pid = fork();
    if (pid == 0) {
        execl("/proc/self/exe", "bench_probe", "libraries", s->libraries[0], s->libraries[1],
              (char *)NULL);
        _exit(127);
    }
    int status;
    waitpid(pid, &status, 0);
    return now() - start;
}

static double find_seconds(const subject *s)
{
    const char *const dirs[] = {BUILD_DIR "/plugins"};
    registry_settings settings = {.dirs = dirs, .n_dirs = 1, .program = BUILD_DIR "/hone"};
    registry *r = NULL;
    error err = {0};
    double start = now();
    if (registry_new(&settings, &r, &err) < 0 || !registry_find(r, s->kind, s->name, NULL, &err)) {
        fprintf(stderr, "bench_probe: %s\n", error_text(&err));
        exit(1);
    }
    double spent = now() - start;
    registry_free(r);
    error_free(&err);
    return spent;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "libraries") == 0)
        return load_all(argv + 2);
    for (size_t i = 0; i < sizeof SUBJECTS / sizeof *SUBJECTS; i++) {
        const subject *s = &SUBJECTS[i];
        double found[TIMES], bare[TIMES];
        for (int k = 0; s->libraries[k]; k++)
            dlopen(s->libraries[k], RTLD_NOW);
        for (int k = 0; k < TIMES; k++) {
            found[k] = find_seconds(s);
            bare[k] = child_seconds(s);
        }
        double f = median(found), b = median(bare);
        printf("%-7s found, checked, probed, loaded in %5.2f ms; a child with its libraries alone "
               "%5.2f ms; difference %.2f ms\n", s->name, 1e3 * f, 1e3 * b, 1e3 * (f - b));
    }
    return 0;
}
