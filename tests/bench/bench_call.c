/* bench_call.c - a call into a plugin through its table, beside a direct call of the same code.
 *
 * The direct one is the source of ucb compiled into this program; the other is build's ucb.so
 * through dlopen.  Best of several rounds each, taken in turns. */
#include "hone_plugin.h"

/* It must stay a call. */
static int32_t value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean,
                     double *da_dvar) __attribute__((noinline));
#include "../../plugins/acquisition/ucb.c"

#include <dlfcn.h>
#include <stdio.h>
#include <time.h>

enum { CALLS = 5000000, ROUNDS = 9 };

typedef int32_t (*value_function)(void *, const hone_acq_context *, int64_t, const double *,
                                  const double *, int64_t, double *, double *, double *);

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double result, point_mean = 0.5, point_var = 2.0;
static hone_acq_context context = {.size = sizeof context, .n_models = 1};

static double direct(ucb *self)
{
    double start = now();
    for (long i = 0; i < CALLS; i++) {
        value(self, &context, 1, &point_mean, &point_var, 1, &result, NULL, NULL);
        __asm__ volatile("" ::: "memory");
    }
    return (now() - start) / CALLS * 1e9;
}

static double through_table(const hone_acquisition_ops *ops, ucb *self)
{
    double start = now();
    for (long i = 0; i < CALLS; i++) {
        ops->value(self, &context, 1, &point_mean, &point_var, 1, &result, NULL, NULL);
        __asm__ volatile("" ::: "memory");
    }
    return (now() - start) / CALLS * 1e9;
}

int main(void)
{
    void *module = dlopen(BUILD_DIR "/plugins/acquisition/ucb.so", RTLD_NOW | RTLD_LOCAL);
    hone_module_fn entry = NULL;
    ucb self = {.kappa = 1.8, .delta = 0.1, .d = 5};
    double here = 1e300, there = 1e300;

    if (module)
        *(void **)&entry = dlsym(module, "hone_module_v1");
    if (!entry) {
        fprintf(stderr, "bench_call: %s\n", dlerror());
        return 1;
    }
    const hone_acquisition_ops *ops = entry()->plugins[0]->ops;
    for (int i = 0; i < ROUNDS; i++) {
        here = fmin(here, direct(&self));
        there = fmin(there, through_table(ops, &self));
    }
    printf("a call through the table: %.2f ns; direct: %.2f ns; difference %.2f ns\n", there, here,
           there - here);
    return 0;
}
