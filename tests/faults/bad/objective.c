/* objective.c - functions for the objective `function` that go wrong in one way each. */
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define FAULT(name) EXPORT double name(int64_t n, const double *x); \
    double name(int64_t n, const double *x)

/* The sum of the parameters; the well-behaved one. */
FAULT(sum)
{
    double s = 0;
    for (int64_t i = 0; i < n; i++)
        s += isnan(x[i]) ? 0 : x[i];
    return s;
}

FAULT(segfault)
{
    raise(SIGSEGV);
    return x[n - 1];
}

/* Crashes where x[0] > 0.5, is x[0] elsewhere. */
FAULT(segfault_sometimes)
{
    if (n > 0 && x[0] > 0.5)
        raise(SIGSEGV);
    return x[0];
}

FAULT(aborts)
{
    fprintf(stderr, "the sky fell at %lld %g\n", (long long)n, x[0]);
    abort();
}

FAULT(exits)
{
    exit(n > 0 && x[0] > 2 ? 1 : 3);
}

FAULT(killed)
{
    raise(SIGKILL);
    return x[n - 1];
}

FAULT(loops)
{
    volatile double y = x[n - 1];
    signal(SIGTERM, SIG_IGN);
    for (;;)
        y += 1;
    return y;
}

FAULT(stops)
{
    raise(SIGSTOP);
    return x[n - 1];
}

FAULT(is_nan)
{
    return NAN * x[n - 1];
}

FAULT(is_infinite)
{
    return x[n - 1] > 0 ? -INFINITY : INFINITY;
}

/* 4 MB of noise, then the sum. */
FAULT(prints)
{
    for (int i = 0; i < 40000; i++)
        printf("%099d\n", i);
    fprintf(stderr, "to the errors\n");
    return sum(n, x);
}

/* Speaks on the line to the host as if it were hone. */
FAULT(babbles)
{
    char noise[64];
    memset(noise, 'x', sizeof noise);
    if (write(3, noise, sizeof noise) < 0)
        return 0;
    return sum(n, x);
}

FAULT(closes_everything)
{
    for (int fd = 0; fd < 100; fd++)
        close(fd);
    return sum(n, x);
}

/* A daemon: two forks, a session of its own; its command line is `sleep 98765` + x[1]. */
static void start_daemon(const double *x)
{
    char seconds[32];
    snprintf(seconds, sizeof seconds, "%d", 98765 + (int)x[1]);
    if (fork() == 0) {
        setsid();
        if (fork() == 0) {
            signal(SIGTERM, SIG_IGN);
            execl("/bin/sleep", "sleep", seconds, (char *)NULL);
        }
        _exit(0);
    }
}

FAULT(leaves_daemons)
{
    for (int i = 0; i < 5; i++)
        start_daemon(x);
    usleep(50000);
    return sum(n, x);
}

FAULT(leaves_daemons_and_crashes)
{
    leaves_daemons(n, x);
    raise(SIGSEGV);
    return 0;
}

FAULT(leaves_daemons_and_loops)
{
    leaves_daemons(n, x);
    return loops(n, x);
}

static double overflow(int64_t depth, const double *x)
{
    volatile double room[1024];
    room[depth % 1024] = depth == 0 ? 0 : overflow(depth - 1, x) + x[0];
    return room[depth % 1024] + room[0];
}

FAULT(overflows_stack)
{
    return overflow(n << 40, x);
}

FAULT(sleeps)
{
    usleep((useconds_t)(x[0] * 1e6));
    return sum(n, x);
}

/* form = vector: y0 = sum, y1 = -sum, c0 = sum - 1; fails for a negative sum. */
EXPORT int32_t vector(int64_t n, const double *x, double *y, double *c);
int32_t vector(int64_t n, const double *x, double *y, double *c)
{
    double s = sum(n, x);
    if (s < 0)
        return 7;
    y[0] = s;
    y[1] = -s;
    if (c)
        c[0] = s - 1;
    return 0;
}
