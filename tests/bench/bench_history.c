/* bench_history.c - what a trial costs in the history, and a random number or Sobol point.
 *
 * A trial: the table for a plugin on the unit cube, a uniform a parameter, decoding, a row
 * started and finished, the best; with `find` also the look-up of its point.  Limits of the
 * whole host: 5000 ns and 300 bytes a trial at 5 parameters, 700 bytes at 40. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "history.h"
#include "rng.h"

enum { MOST = 64 };

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Resident bytes of this process. */
static double resident(void)
{
    long size = 0, pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    if (!f || fscanf(f, "%ld %ld", &size, &pages) != 2)
        pages = 0;
    if (f)
        fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static int fail(error *err)
{
    fprintf(stderr, "bench_history: %s\n", error_text(err));
    error_free(err);
    return 1;
}

static int trials(int d, int64_t n, int find)
{
    space s = {.n_objectives = 1};
    error err = {0};
    history *h = NULL;
    view v;
    int32_t status = HONE_OK;

    for (int i = 0; i < d && status >= 0; i++) {
        char name[16];
        hone_param p = {.size = sizeof p, .name = name, .low = -1, .high = 3, .init = NAN,
                        .parent = -1};

        snprintf(name, sizeof name, "x%d", i);
        status = space_append(&s, &p, NULL, &err);
    }
    if (status < 0 || view_init(&v, &s, 0, &err) < 0 || history_new(&s, &h, &err) < 0)
        return fail(&err);

    const double memory = resident(), start = now();
    for (int64_t i = 0; i < n && err.n == 0; i++) {
        double u[MOST], x[MOST], y;
        hone_trials t;
        int64_t row;

        history_table(h, &v, n, &t, &err);
        rng_uniform(rng_root(1), i, 0, d, u);
        view_decode(&v, u, x);
        if (find)
            history_find(h, x);
        row = history_start(h, i, x, 0, &err);
        y = u[0];
        history_finish(h, row, &(outcome){.state = HONE_COMPLETE, .y = &y, .seconds = 0}, &err);
    }
    const double seconds = now() - start, bytes = resident() - memory;
    if (err.n > 0)
        return fail(&err);
    printf("history %2d floats %8lld trials%s: %6.0f ns, %4.0f bytes a trial\n", d, (long long)n,
           find ? " with find" : "          ", seconds / (double)n * 1e9, bytes / (double)n);
    history_free(h);
    view_free(&v);
    space_free(&s);
    return 0;
}

/* In a process of its own: what an earlier run left free must not be counted or used. */
static int alone(int d, int64_t n, int find)
{
    int status = 1;
    const pid_t child = fork();

    if (child == 0) {
        status = trials(d, n, find);
        fflush(stdout);
        _exit(status);
    }
    if (child > 0)
        waitpid(child, &status, 0);
    return status != 0;
}

static void draws(void)
{
    enum { N = 1 << 20, POINTS = 2048, D = 10 };
    static double x[1024], u[POINTS * D];
    const rng_key key = rng_root(1);
    double start = now();

    for (int64_t i = 0; i < N; i += 1024)
        rng_uniform(key, 0, i, 1024, x);
    printf("uniform, 1024 at once: %.1f ns each\n", (now() - start) / N * 1e9);
    start = now();
    for (int64_t i = 0; i < N; i += 1024)
        rng_normal(key, 0, i, 1024, x);
    printf("normal,  1024 at once: %.1f ns each\n", (now() - start) / N * 1e9);
    start = now();
    for (int64_t i = 0; i < N; i += 5)
        rng_uniform(key, i, 0, 5, x);
    printf("uniform, 5 at once:    %.1f ns each\n", (now() - start) / N * 1e9);
    start = now();
    sobol_points(key, 1, 0, POINTS, D, u, D);
    printf("sobol, 2048 x 10:      %.0f us\n", (now() - start) * 1e6);
}

int main(void)
{
    draws();
    fflush(stdout);
    return alone(5, 1000000, 0) || alone(5, 1000000, 1) || alone(40, 200000, 0) ||
           alone(40, 200000, 1);
}
