/* bowl.c - a surrogate with the least that one must have: mean 2 + sum (k + 1) u_k^2, variance
 * 0.1 + u_0^2, whatever it was fitted to; no derivatives, no update, no draws. */
#include <math.h>
#include <stdlib.h>

#include "hone_plugin.h"

typedef struct bowl {
    int64_t fault, p;
} bowl;

enum { NONE, NOT_A_NUMBER, NEGATIVE, UNFILLED, NUMERIC };
static const char *const FAULTS[] = {"none", "nan", "negative", "unfilled", "numeric", NULL};
static const hone_option OPTIONS[] = {{.name = "fault", .type = HONE_OPT_CHOICE, .def = "none",
                                       .choices = FAULTS, .doc = "What goes wrong."}};

static int32_t fit(void *self, int64_t n, int64_t p, const double *u, int64_t ldu, const double *y,
                   const double *noise_var)
{
    bowl *b = self;
    (void)n, (void)u, (void)ldu, (void)y, (void)noise_var;
    b->p = p;
    return b->fault == NUMERIC ? HONE_ENUMERIC : HONE_OK;
}

static int32_t predict(void *self, int64_t m, const double *u, int64_t ldu, double *mean,
                       double *var, double *dmean, double *dvar, int64_t ldg)
{
    bowl *b = self;
    (void)ldg;
    if (dmean || dvar)
        return HONE_EFAIL; /* it never said that it has any */
    for (int64_t i = 0; i < m; i++) {
        mean[i] = 2;
        for (int64_t k = 0; k < b->p; k++)
            mean[i] += (double)(k + 1) * u[i * ldu + k] * u[i * ldu + k];
        if (var && b->fault != UNFILLED)
            var[i] = b->fault == NEGATIVE ? -1 : 0.1 + u[i * ldu] * u[i * ldu];
    }
    if (b->fault == NOT_A_NUMBER)
        mean[m - 1] = NAN;
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    bowl *b = calloc(1, sizeof *b);
    (void)host;
    *self = b;
    if (!b)
        return HONE_ENOMEM;
    b->fault = values[0].i;
    return HONE_OK;
}

static const hone_surrogate_ops OPS = {.size = sizeof OPS, .fit = fit, .predict = predict};
static const hone_plugin BOWL = {.size = sizeof BOWL,
                                 .kind = HONE_SURROGATE,
                                 .name = "bowl",
                                 .version = "1.0",
                                 .doc = "A quadratic function, whatever the data.",
                                 .options = OPTIONS,
                                 .n_options = 1,
                                 .option_size = sizeof *OPTIONS,
                                 .ops = &OPS,
                                 .create = create,
                                 .destroy = free};
static const hone_plugin *const PLUGINS[] = {&BOWL};
HONE_MODULE("bowl", "1.0", "MIT", "", PLUGINS)
