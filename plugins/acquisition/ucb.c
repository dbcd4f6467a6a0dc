/* ucb.c - confidence bound: optimism in the face of uncertainty, for minimisation.
 *
 * value = kappa sd - mean.  With schedule = growing kappa is multiplied by sqrt(beta_t), which
 * rises with the logarithm of the number of trials, as the regret bounds ask.
 *
 * Source: Srinivas, Krause, Kakade, Seeger, "Gaussian Process Optimization in the Bandit
 *         Setting", ICML 2010; beta_t = 2 log(t^(d/2 + 2) pi^2 / (3 delta)) as in Brochu, Cora,
 *         de Freitas, arXiv:1012.2599, section 2.3.2.
 *
 * Shapes: m predictions of model 0 in, m values out, in the units of mean.
 * Departures: at variance 0 the slope in the variance, infinite there, is given as 0. */
#include <math.h>
#include <stdlib.h>

#include "hone_math.h"
#include "hone_plugin.h"

enum { CONSTANT, GROWING };

typedef struct ucb {
    double kappa, delta;
    int growing;
    int64_t d; /* parameters that vary */
} ucb;

static double factor(const ucb *u, int64_t trials)
{
    const double pi = 3.14159265358979323846, t = (double)trials + 1.0;
    if (!u->growing) {
        return u->kappa;
    }
    const double log_t = (0.5 * (double)u->d + 2.0) * log(t);
    return u->kappa * sqrt(2.0 * (log_t + log(pi * pi / (3.0 * u->delta))));
}

static int32_t value(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean,
                     double *da_dvar)
{
    const double kappa = factor(self, ctx->n_trials);
    (void)ldm; /* one model: one row */
    for (int64_t i = 0; i < m; i++) {
        const double sd = sqrt(fmax(var[i], 0.0));
        a[i] = kappa * sd - mean[i];
        if (da_dmean) {
            da_dmean[i] = -1.0;
            da_dvar[i] = sd > 0.0 ? hone_finite(kappa / (2.0 * sd)) : 0.0;
        }
    }
    return HONE_OK;
}

static int64_t varying(const hone_space *space)
{
    int64_t d = 0;
    for (int64_t c = 0; c < space->n_cols; c++) {
        d += c == 0 || space->col_param[c] != space->col_param[c - 1];
    }
    return d;
}

enum { KAPPA, SCHEDULE, DELTA, N_OPTIONS };

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    ucb *u = malloc(sizeof *u);
    if (!u) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    u->growing = values[SCHEDULE].i == GROWING;
    u->kappa = values[KAPPA].is_set || !u->growing ? values[KAPPA].d : 1.0;
    u->delta = values[DELTA].d;
    u->d = varying(host->space(host));
    *self = u;
    return HONE_OK;
}

static const char *const SCHEDULES[] = {"constant", "growing", NULL};

static const hone_option OPTIONS[N_OPTIONS] = {
    [KAPPA] = {.name = "kappa",
               .type = HONE_OPT_REAL,
               .def = "1.8",
               .low = 0.0,
               .high = HUGE_VAL,
               .unit = "standard deviations",
               .doc = "Weight of the uncertainty: larger explores more (1.8: Vizier's default, "
                      "arXiv:2408.11527). Unset with schedule = growing: 1."},
    [SCHEDULE] = {.name = "schedule",
                  .type = HONE_OPT_CHOICE,
                  .def = "constant",
                  .choices = SCHEDULES,
                  .doc = "growing: kappa is multiplied by sqrt(beta_t) of Brochu et al. 2010, "
                         "which rises slowly with the number of trials."},
    [DELTA] = {.name = "delta",
               .type = HONE_OPT_REAL,
               .flags = HONE_OPT_ADVANCED | HONE_OPT_OPEN_LOW | HONE_OPT_OPEN_HIGH,
               .def = "0.1",
               .low = 0.0,
               .high = 1.0,
               .doc = "Probability with which the bound behind beta_t may fail; smaller "
                      "explores more."},
};

static const hone_acquisition_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_CONCURRENT | HONE_CAP_BATCH | HONE_CAP_GRADIENT,
    .value = value,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_ACQUISITION,
    .name = "ucb",
    .version = "1.0.0",
    .doc = "Confidence bound: mean and uncertainty weighed by kappa.",
    .sources = "Srinivas, Krause, Kakade, Seeger, \"Gaussian Process Optimization in the Bandit "
               "Setting\", ICML 2010; the schedule: Brochu, Cora, de Freitas, arXiv:1012.2599, "
               "section 2.3.2.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = free,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("ucb", "1.0.0", "MIT", "", PLUGINS)
