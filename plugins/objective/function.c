/* function.c - a C function in any shared object as the objective.
 *
 *     scalar    double objective(int64_t n, const double *x);
 *     vector    int32_t objective(int64_t n, const double *x, double *y, double *c);
 *
 * x holds the n parameters in the order of [space]: numbers as they are, a choice as its index
 * from 0, an inactive parameter as NaN.  scalar returns the value; NaN or infinity is a failed
 * trial.  vector fills y (one value an objective) and c (one a constraint, met where <= 0;
 * NULL without constraints) and returns 0, or anything else for a failed trial.  The
 * function needs no header of hone's. */
#include <dlfcn.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hone_plugin.h"

enum { LIBRARY, SYMBOL, FORM };
enum { SCALAR, VECTOR };

typedef double (*scalar_function)(int64_t n, const double *x);
typedef int32_t (*vector_function)(int64_t n, const double *x, double *y, double *c);

typedef struct function {
    const hone_host *host;
    scalar_function scalar;
    vector_function vector; /* one of the two is NULL */
} function;

static int32_t evaluate(void *self, const hone_points *in, hone_outcomes *out)
{
    const function *f = self;
    for (int64_t i = 0; i < in->n; i++) {
        const double *x = in->x + i * in->ldx;
        double *y = out->y + i * out->ldy;
        char reason[64];
        int32_t status = 0;
        if (f->scalar)
            *y = f->scalar(in->n_params, x);
        else
            status = f->vector(in->n_params, x, y, out->c ? out->c + i * out->ldc : NULL);
        if (status == 0) {
            out->state[i] = HONE_COMPLETE;
        } else {
            snprintf(reason, sizeof reason, "the function returned %d", (int)status);
            f->host->note(f->host, in->number[i], "reason", NAN, reason);
        }
    }
    return HONE_OK;
}

static int32_t refuse(const hone_host *host, int32_t option, int32_t status, const char *what,
                      const char *path, const char *why)
{
    char text[600];
    snprintf(text, sizeof text, "%s '%.200s': %.300s", what, path, why);
    host->error(host, option, text);
    return status;
}

/* NULL, or why the file must not be loaded: code runs from it. */
static const char *untrusted(const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return "no such file";
    if (!S_ISREG(st.st_mode))
        return "not a file";
    if (st.st_uid != 0 && st.st_uid != geteuid())
        return "it belongs to another user";
    if (st.st_mode & S_IWOTH)
        return "anybody may change it (chmod o-w)";
    return NULL;
}

static int32_t find_function(function *f, const hone_value *values)
{
    const char *path = values[LIBRARY].s, *symbol = values[SYMBOL].s;
    const char *why = untrusted(path);
    if (why)
        return refuse(f->host, LIBRARY, HONE_EINVAL, "cannot load", path, why);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return refuse(f->host, LIBRARY, HONE_EINVAL, "cannot load", path, dlerror());
    void *found = dlsym(library, symbol);
    if (!found)
        return refuse(f->host, SYMBOL, HONE_EINVAL, "no such function in", path, symbol);
    if (values[FORM].i == SCALAR)
        memcpy(&f->scalar, &found, sizeof found);
    else
        memcpy(&f->vector, &found, sizeof found);
    return HONE_OK;
}

/* The library stays loaded: it may have registered exit handlers or threads. */
static void destroy(void *self)
{
    free(self);
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    const hone_space *space = host->space(host);
    function *f = calloc(1, sizeof *f);
    if (!f) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    f->host = host;
    int32_t status = HONE_OK;
    if (values[FORM].i == SCALAR && (space->n_objectives > 1 || space->n_constraints > 0)) {
        host->error(host, FORM, "a scalar function has one value and no constraints; write "
                                "form = vector");
        status = HONE_EUNSUPPORTED;
    }
    if (status == HONE_OK)
        status = find_function(f, values);
    if (status < 0) {
        destroy(f);
        return status;
    }
    *self = f;
    return HONE_OK;
}

static const char *const FORMS[] = {"scalar", "vector", NULL};

static const hone_option OPTIONS[] = {
    [LIBRARY] = {"library", HONE_OPT_PATH, HONE_OPT_REQUIRED, NULL, 0, 0, NULL, 0, NULL,
                 "The shared object that holds the function."},
    [SYMBOL] = {"symbol", HONE_OPT_STRING, 0, "objective", 0, 0, NULL, 0, NULL,
                "The name of the function in it."},
    [FORM] = {"form", HONE_OPT_CHOICE, 0, "scalar", 0, 0, FORMS, 0, NULL,
              "scalar: double f(int64_t n, const double *x); vector: int32_t f(int64_t n, const "
              "double *x, double *y, double *c), which returns 0, or anything else for a failed "
              "trial."},
};

static const hone_objective_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_MULTI_OBJECTIVE | HONE_CAP_CONSTRAINTS |
            HONE_CAP_CONDITIONAL | HONE_CAP_FIDELITY,
    .evaluate = evaluate,
};

static const hone_plugin FUNCTION = {
    .size = sizeof FUNCTION,
    .kind = HONE_OBJECTIVE,
    .name = "function",
    .version = "1.0.0",
    .doc = "A C function in a shared object.",
    .sources = "Of hone itself.",
    .options = OPTIONS,
    .n_options = sizeof OPTIONS / sizeof OPTIONS[0],
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&FUNCTION};
HONE_MODULE("function", "1.0.0", "MIT", "", PLUGINS)
