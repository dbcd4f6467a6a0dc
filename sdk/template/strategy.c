/* strategy.c - template of a strategy: a climb by normal steps around the best point so far.
 *
 * Copy it, rename "climb", and change propose().  It reads nothing but the table of trials
 * that comes with each call, so it needs neither tell nor a state of its own, and the host
 * continues it exactly after an interruption (HONE_CAP_HISTORY_ONLY).
 *
 * Source: the (1+1) scheme of Rastrigin, "The convergence of the random search method in the
 *         extremal control of a many parameter system", 1963, with a fixed step, and with
 *         uniform points in between so that it cannot stay in a valley for ever.
 *
 * Shapes: X is n x n_cols in the unit cube; the host knows scales, steps and choices.
 * Build: cc -shared -fPIC $(pkg-config --cflags hone-plugin) strategy.c -lm -o climb.so */
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"

static const int64_t TRIES = 256;       /* draws for a new point before the space counts as seen */
static const double CHOICE_SHAKE = 0.5; /* a category wins by score; 0.5 changes about one in ten */

typedef struct climb {
    const hone_host *host;
    double step, explore;
    int64_t random_points;
} climb;

static int64_t best_row(const hone_trials *past)
{
    int64_t best = -1;
    for (int64_t i = 0; i < past->n; i++)
        if (past->state[i] == HONE_COMPLETE &&
            (best < 0 || past->y[i * past->ldy] < past->y[best * past->ldy]))
            best = i;
    return best;
}

/* Is x the same point as one of n rows?  Snapped points are the same bit for bit. */
static int among(const double *x, int64_t d, int64_t n, const double *rows, int64_t ld)
{
    for (int64_t i = 0; i < n; i++)
        if (memcmp(x, rows + i * ld, (size_t)d * sizeof *x) == 0)
            return 1;
    return 0;
}

/* Draw number `t` for a trial.  Random numbers have addresses: the trial's number and a
 * position; the same address always gives the same number. */
static void propose(const climb *c, const hone_trials *past, int64_t best, int64_t number,
                    int64_t t, double *x)
{
    const hone_space *space = c->host->space(c->host);
    const int64_t d = space->n_cols;
    double coin;

    c->host->uniform(c->host, number, t * (d + 1), 1, &coin);
    if (best < 0 || past->n_finished < c->random_points || coin < c->explore) {
        c->host->uniform(c->host, number, t * (d + 1) + 1, d, x);
    } else {
        c->host->normal(c->host, number, t * d, d, x);
        for (int64_t j = 0; j < d; j++)
            x[j] = past->x[best * past->ldx + j] +
                   (space->col_choice[j] < 0 ? c->step : CHOICE_SHAKE) * x[j];
    }
    c->host->snap(c->host, 1, x, d);
}

static int32_t ask(void *self, const hone_trials *past, int64_t n, const int64_t *number,
                   double *X, int64_t ldx, int64_t *n_out)
{
    const climb *c = self;
    const int64_t d = c->host->space(c->host)->n_cols, best = best_row(past);

    for (*n_out = 0; *n_out < n; ++*n_out) {
        double *x = X + *n_out * ldx;
        int64_t t = 0;
        do {
            if (t == TRIES)
                return HONE_DONE;
            propose(c, past, best, number[*n_out], t++, x);
        } while (among(x, d, past->n, past->x, past->ldx) || among(x, d, *n_out, X, ldx));
    }
    return HONE_OK;
}

enum { STEP, EXPLORE, RANDOM_POINTS, N_OPTIONS };

static const hone_option OPTIONS[N_OPTIONS] = {
    [STEP] = {.name = "step",
              .type = HONE_OPT_REAL,
              .flags = HONE_OPT_OPEN_LOW,
              .def = "0.1",
              .low = 0.0,
              .high = 1.0,
              .unit = "share of a parameter's range",
              .doc = "Standard deviation of a step: smaller polishes, larger roams."},
    [EXPLORE] = {.name = "explore",
                 .type = HONE_OPT_REAL,
                 .def = "0.1",
                 .low = 0.0,
                 .high = 1.0,
                 .doc = "Share of the trials that are uniform instead of near the best."},
    [RANDOM_POINTS] = {.name = "random_points",
                       .type = HONE_OPT_INT,
                       .def = "5",
                       .low = 0.0,
                       .high = 1e6,
                       .doc = "Uniform trials before the first step."},
};

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    climb *c = malloc(sizeof *c);
    if (!c) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    c->host = host;
    c->step = values[STEP].d;
    c->explore = values[EXPLORE].d;
    c->random_points = values[RANDOM_POINTS].i;
    *self = c;
    return HONE_OK;
}

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_HISTORY_ONLY,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "climb",
    .version = "1.0.0",
    .doc = "Normal steps around the best point so far.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = free,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("climb", "1.0.0", "MIT", "", PLUGINS)
