/* bayes_runs.h - what the benches of Bayesian optimization share: functions with known optima, two
 * halves of them, and runs of a strategy by its operations alone, without the host's loop. */
#ifndef BAYES_RUNS_H
#define BAYES_RUNS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fake_host.h"
#include "history.h"

enum { MOST_TRIALS = 1000, MOST_SEEDS = 99, HALVES_SEED = 20241, MOST_PARAMS = 128 };

static double processor(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- problems -----------------------------------------------------------------------------*/

/* Functions whose optimum is the middle of their space are shifted: the first trial is there. */
typedef struct problem {
    const char *plugin, *function;
    int dimension;
    const char *shift; /* or NULL */
    double quantum;    /* values are rounded down to multiples of it; 0: as they are */
    const char *kinds; /* a letter a parameter: f float, i 10 whole numbers, c 6 choices, d 12;
                          choices stand for places of the range in mixed order; NULL: its own */
} problem;

static const problem PROBLEMS[] = {
    {"testfn", "branin", 2, NULL, 0.0, NULL},
    {"testfn", "hartmann3", 3, NULL, 0.0, NULL},
    {"testfn", "hartmann6", 6, NULL, 0.0, NULL},
    {"testfn", "six_hump_camel", 2, NULL, 0.0, NULL},
    {"testfn", "goldstein_price", 2, NULL, 0.0, NULL},
    {"testfn", "levy", 6, NULL, 0.0, NULL},
    {"testfn", "ackley", 5, "3.7", 0.0, NULL},
    {"testfn", "rosenbrock", 4, NULL, 0.0, NULL},
    {"testfn", "rastrigin", 4, "0.73", 0.0, NULL},
    {"testfn", "griewank", 5, "70", 0.0, NULL},
    {"testfn", "schwefel", 3, NULL, 0.0, NULL},
    {"testfn", "styblinski_tang", 5, NULL, 0.0, NULL},
    {"testfn", "ellipsoid", 8, "0.9", 0.0, NULL},
    {"testfn", "shekel10", 4, NULL, 0.0, NULL},
    {"testfn", "colville", 4, NULL, 0.0, NULL},
    {"testfn", "powell", 8, NULL, 0.0, NULL},
    {"testfn", "dixon_price", 5, NULL, 0.0, NULL},
    {"testfn", "beale", 2, NULL, 0.0, NULL},
    {"testfn", "drop_wave", 2, "0.6", 0.0, NULL},
    {"testfn", "eggholder", 2, NULL, 0.0, NULL},
    {"testfn", "mccormick", 2, NULL, 0.0, NULL},
    {"testfn", "zakharov", 6, "0.8", 0.0, NULL},
    {"testfn", "alpine", 5, "1.3", 0.0, NULL},
    {"bbob", "1", 5, NULL, 0.0, NULL},
    {"bbob", "2", 5, NULL, 0.0, NULL},
    {"bbob", "3", 5, NULL, 0.0, NULL},
    {"bbob", "4", 5, NULL, 0.0, NULL},
    {"bbob", "5", 5, NULL, 0.0, NULL},
    {"bbob", "6", 5, NULL, 0.0, NULL},
    {"bbob", "7", 5, NULL, 0.0, NULL},
    {"bbob", "8", 5, NULL, 0.0, NULL},
    {"bbob", "9", 5, NULL, 0.0, NULL},
    {"bbob", "10", 5, NULL, 0.0, NULL},
    {"bbob", "11", 5, NULL, 0.0, NULL},
    {"bbob", "12", 5, NULL, 0.0, NULL},
    {"bbob", "13", 5, NULL, 0.0, NULL},
    {"bbob", "14", 5, NULL, 0.0, NULL},
    {"bbob", "15", 5, NULL, 0.0, NULL},
    {"bbob", "16", 5, NULL, 0.0, NULL},
    {"bbob", "17", 5, NULL, 0.0, NULL},
    {"bbob", "18", 5, NULL, 0.0, NULL},
    {"bbob", "19", 5, NULL, 0.0, NULL},
    {"bbob", "20", 5, NULL, 0.0, NULL},
    {"bbob", "21", 5, NULL, 0.0, NULL},
    {"bbob", "22", 5, NULL, 0.0, NULL},
    {"bbob", "23", 5, NULL, 0.0, NULL},
    {"bbob", "24", 5, NULL, 0.0, NULL},
};
enum { N_PROBLEMS = sizeof PROBLEMS / sizeof PROBLEMS[0] };

/* A fair coin for each, thrown once. */
static int held_out(int i)
{
    uint64_t bits;
    rng_bits(rng_root(HALVES_SEED), 0, i, 1, &bits);
    return (int)(bits & 1);
}

typedef struct task {
    fake *objective;
    space space;
    double optimum, quantum;
    double noise;          /* deviation of what is added to values, in the runs of this task */
    const char *kinds;
    double low[MOST_PARAMS], high[MOST_PARAMS];
    int64_t n_params;
} task;

static void task_open(task *t, const problem *p);
static void task_close(task *t);

/* A shifted function has the optimum that it has where it stands. */
static double optimum_of(const problem *p)
{
    problem still = *p;
    task t;
    still.shift = NULL;
    task_open(&t, &still);
    task_close(&t);
    return t.optimum;
}

static void task_open(task *t, const problem *p)
{
    char function[64], dimension[32], shift[32];
    static const space none = {0};
    error err = {0};
    memset(t, 0, sizeof *t);
    snprintf(function, sizeof function, "%s.function=%s", p->plugin, p->function);
    snprintf(dimension, sizeof dimension, "%s.dimension=%d", p->plugin, p->dimension);
    snprintf(shift, sizeof shift, "%s.shift=%s", p->plugin, p->shift ? p->shift : "0");
    const char *const set[] = {function, dimension, p->shift ? shift : NULL, NULL};
    t->objective = fake_new(HONE_OBJECTIVE, p->plugin, &none, rng_root(1), set);
    if (!t->objective) {
        fprintf(stderr, "%s %s: %s\n", p->plugin, p->function, fake_refusal);
        exit(1);
    }
    const hone_objective_ops *ops = t->objective->plugin->ops;
    const hone_ext_front *known = t->objective->plugin->extension("hone.front/1");
    const hone_space *own = ops->space(t->objective->self);
    t->n_params = own->n_params;
    t->quantum = p->quantum;
    t->kinds = p->kinds;
    for (int32_t i = 0; i < own->n_params; i++) {
        static const char *const LINES[] = {"float 0 1", "int 0 9", "categorical a b c d e f",
                                            "categorical a b c d e f g h i j k l"};
        char name[16];
        t->low[i] = own->params[i]->low;
        t->high[i] = own->params[i]->high;
        snprintf(name, sizeof name, "x%d", (int)i);
        if (p->kinds) {
            const char *line = LINES[strchr("ficd", p->kinds[i]) - "ficd"];
            space_add(&t->space, name, line, "bench", &err);
        } else {
            space_append(&t->space, own->params[i], NULL, &err);
        }
    }
    t->space.n_objectives = 1;
    if (!known || known->front(t->objective->self, 1, &t->optimum, 1) == 0) {
        t->optimum = p->shift ? optimum_of(p) : NAN;
    }
    if (p->quantum > 0.0) {
        t->optimum = floor(t->optimum / p->quantum) * p->quantum;
    }
}

static void task_close(task *t)
{
    fake_free(t->objective);
    space_free(&t->space);
}

/* The place in the box that a point of the mixed space stands for. */
static void place(const task *t, const double *x, double *at)
{
    for (int64_t i = 0; i < t->n_params; i++) {
        const int k = t->kinds[i] == 'f' ? 0 : (int)x[i];
        const double u = t->kinds[i] == 'f'   ? x[i]
                         : t->kinds[i] == 'i' ? (k + 0.5) / 10.0
                         : t->kinds[i] == 'c' ? ((5 * k + 2) % 6 + 0.5) / 6.0
                                              : ((5 * k + 3) % 12 + 0.5) / 12.0;
        at[i] = t->low[i] + u * (t->high[i] - t->low[i]);
    }
}

static double evaluate(const task *t, const double *point, int64_t number)
{
    double at[MOST_PARAMS];
    const double *x = t->kinds ? at : point;
    if (t->kinds) {
        place(t, point, at);
    }
    const hone_objective_ops *ops = t->objective->plugin->ops;
    const uint64_t seed = 1;
    int32_t state = HONE_FAILED;
    double y = NAN, variance = NAN, seconds = NAN;
    const hone_points in = {.size = sizeof in,
                            .n_params = (int32_t)t->n_params,
                            .n = 1,
                            .number = &number,
                            .x = x,
                            .ldx = t->n_params,
                            .seed = &seed};
    hone_outcomes out = {.size = sizeof out,
                         .n_objectives = 1,
                         .state = &state,
                         .y = &y,
                         .ldy = 1,
                         .yvar = &variance,
                         .ldv = 1,
                         .seconds = &seconds};
    ops->evaluate(t->objective->self, &in, &out);
    y = t->quantum > 0.0 ? floor(y / t->quantum) * t->quantum : y;
    return state == HONE_COMPLETE ? y : NAN;
}

/* ---- runs ---------------------------------------------------------------------------------*/

enum { RECOMMENDED_EVERY = 20 };

/* The row with the best posterior mean among n points (ldx numbers each) with values y. */
static int64_t recommended(const space *sp, int64_t n, const double *X, int64_t ldx,
                           const double *y, const char *const *set)
{
    fake *f = fake_new(HONE_SURROGATE, "gp", sp, rng_root(1), set);
    double *mean = calloc((size_t)n, sizeof *mean);
    int64_t best = 0;
    if (!f || !mean) {
        fprintf(stderr, "gp: %s\n", fake_refusal);
        exit(1);
    }
    const hone_surrogate_ops *ops = f->plugin->ops;
    if (ops->fit(f->self, n, ldx, X, ldx, y, NULL) >= 0) {
        ops->predict(f->self, n, X, ldx, mean, NULL, NULL, NULL, 0);
    }
    for (int64_t i = 1; i < n; i++) {
        best = mean[i] < mean[best] ? i : best;
    }
    free(mean);
    fake_free(f);
    return best;
}

/* trace[i] := regret after i + 1 trials; with noise that of the true value at the recommended
 * point, known after every RECOMMENDED_EVERY trials.  Returns seconds of processor time in ask. */
static double run(const task *t, const char *strategy, const char *const *set, uint64_t seed,
                  int trials, double *trace)
{
    fake *f = fake_new(HONE_STRATEGY, strategy, &t->space, rng_root(seed), set);
    history *h = NULL;
    error err = {0};
    double best = HUGE_VAL, spent = 0.0;
    const int64_t ldx = f ? f->view.table.n_cols : 1;
    double *X = calloc((size_t)(trials * (ldx + 2)), sizeof *X);
    double *seen = X + trials * ldx, *truth = seen + trials;
    if (!X || !f || history_new(&t->space, &h, &err) < 0) {
        fprintf(stderr, "%s: %s\n", strategy, f ? error_text(&err) : fake_refusal);
        exit(1);
    }
    const hone_strategy_ops *ops = f->plugin->ops;
    for (int64_t i = 0; i < trials; i++) {
        double native[MOST_PARAMS], *x = X + i * ldx, noise;
        hone_trials table;
        int64_t given = 0;
        history_table(h, &f->view, trials, &table, &err);
        const double begin = processor();
        ops->ask(f->self, &table, 1, &i, x, ldx, &given);
        spent += processor() - begin;
        view_decode(&f->view, x, native);
        const int64_t row = history_start(h, i, native, NAN, &err);
        truth[i] = evaluate(t, native, i);
        rng_normal(rng_root(seed), 77, i, 1, &noise);
        seen[i] = truth[i] + t->noise * noise;
        const outcome o = {.state = isnan(seen[i]) ? HONE_FAILED : HONE_COMPLETE,
                           .y = seen + i,
                           .seconds = 1};
        history_finish(h, row, &o, &err);
        best = fmin(best, truth[i]);
        if (t->noise > 0.0 && (i + 1) % RECOMMENDED_EVERY == 0) {
            best = truth[recommended(&t->space, i + 1, X, ldx, seen, set)];
        }
        trace[i] = best - t->optimum;
    }
    free(X);
    fake_free(f);
    history_free(h);
    return spent;
}

#endif
