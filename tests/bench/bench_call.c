/* bench_call.c - a call into a plugin through its table, beside a direct call of the same code.
 *
 * The direct one is the source of ucb compiled into this program; the other is build's ucb.so
 * through dlopen.  The third goes through what the host puts around every call of a plugin:
 * breadcrumb, floating-point mode, results checked.  Best of several rounds each, in turns. */
#include "hone_plugin.h"

/* It must stay a call. */
static int32_t value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean,
                     double *da_dvar) __attribute__((noinline));
#include "../../plugins/acquisition/ucb.c"

#include <dlfcn.h>
#include <stdio.h>
#include <time.h>

#include "instance.h"

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

static double through_table(const hone_acquisition_ops *ops, void *self)
{
    double start = now();
    for (long i = 0; i < CALLS; i++) {
        ops->value(self, &context, 1, &point_mean, &point_var, 1, &result, NULL, NULL);
        __asm__ volatile("" ::: "memory");
    }
    return (now() - start) / CALLS * 1e9;
}

/* An instance of ucb as the host makes it, handed out as a component. */
static instance *make(config *c, space *s, error *err)
{
    static const char *const dirs[] = {BUILD_DIR "/plugins"};
    static surroundings around;
    static char section[] = "acquisition";
    static component part;
    const registry_settings settings = {.dirs = dirs, .n_dirs = 1, .no_probe = true};
    instance *made = NULL;
    registry *plugins;
    if (registry_new(&settings, &plugins, err) < 0)
        return NULL;
    part.section = section;
    part.plugin = registry_find(plugins, HONE_ACQUISITION, "ucb", NULL, err);
    if (!part.plugin || options_read(part.plugin->options, part.plugin->n_options, "ucb", &c->doc,
                                     NULL, NULL, &part.options, NULL, err) < 0)
        return NULL;
    around = (surroundings){.config = c, .space = s, .threads = 1};
    return instance_new(&around, &part, &made, err) < 0 ? NULL : made;
}

int main(void)
{
    void *handle_of_ucb = dlopen(BUILD_DIR "/plugins/acquisition/ucb.so", RTLD_NOW | RTLD_LOCAL);
    hone_module_fn entry = NULL;
    ucb self = {.kappa = 1.8, .delta = 0.1, .d = 5};
    double here = 1e300, there = 1e300, hosted = 1e300;
    config c = {0};
    space s = {.fidelity = -1, .n_objectives = 1};
    error err = {0};
    hone_component handle = {.size = sizeof handle};

    if (handle_of_ucb)
        *(void **)&entry = dlsym(handle_of_ucb, "hone_module_v1");
    if (!entry) {
        fprintf(stderr, "bench_call: %s\n", dlerror());
        return 1;
    }
    const hone_acquisition_ops *ops = entry()->plugins[0]->ops;
    instance *made = make(&c, &s, &err);
    if (!made) {
        fprintf(stderr, "bench_call: %s\n", error_text(&err));
        return 1;
    }
    instance_component(made, &handle, &err);
    for (int i = 0; i < ROUNDS; i++) {
        here = fmin(here, direct(&self));
        there = fmin(there, through_table(ops, &self));
        hosted = fmin(hosted, through_table(handle.ops, handle.self));
    }
    printf("a call through the table: %.2f ns; direct: %.2f ns; difference %.2f ns\n", there, here,
           there - here);
    printf("through the host, checked: %.2f ns; difference %.2f ns\n", hosted, hosted - here);
    instance_free(made);
    return 0;
}
