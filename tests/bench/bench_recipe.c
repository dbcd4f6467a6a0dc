/* bench_recipe.c - regret of one recipe of Bayesian optimization, seed by seed, to be laid beside
 * that of another.
 *
 *     bench_recipe few|all|half|other|flat|mixed|noisy|wide|peers SEEDS [option=value ...]
 *
 * few    12 functions that disagree about what is good     60 trials
 * half   the functions that a fair coin chose to be tuned on
 * other  those that it held out                            60 trials
 * flat   values of few levels                              60 trials
 * mixed  whole numbers, choices and conditions              60 trials
 * noisy  normal noise; the true regret of the best posterior mean  60 trials
 * wide   20 parameters                                    100 trials
 * peers  the functions that peers' curves are recorded on 100 trials
 *
 * Each line: function, parameters, seed, regret after 20, 40 and 60 trials or 30, 50 and 100,
 * seconds of processor time spent on proposals. */
#include "bayes_runs.h"

static const char *const FEW[] = {
    "branin",          "hartmann6",       "levy", "ackley", "rosenbrock", "rastrigin",
    "goldstein_price", "styblinski_tang", "1",    "8",      "10",         "14"};
static const problem WIDE[] = {
    {"testfn", "ellipsoid", 20, "0.9", 0.0, NULL},
    {"testfn", "levy", 20, NULL, 0.0, NULL},
    {"testfn", "rosenbrock", 20, NULL, 0.0, NULL},
    {"testfn", "ackley", 20, "3.7", 0.0, NULL},
    {"bbob", "8", 20, NULL, 0.0, NULL},
    {"bbob", "10", 20, NULL, 0.0, NULL},
    {"bbob", "15", 20, NULL, 0.0, NULL},
};
static const problem FLAT[] = {
    {"testfn", "branin", 2, NULL, 0.5, NULL},  {"testfn", "hartmann6", 6, NULL, 0.2, NULL},
    {"testfn", "levy", 4, NULL, 0.25, NULL},   {"testfn", "rosenbrock", 4, NULL, 5.0, NULL},
    {"testfn", "ackley", 3, "3.7", 0.5, NULL}, {"testfn", "goldstein_price", 2, NULL, 10.0, NULL},
    {"testfn", "step", 5, "3.7", 0.0, NULL},   {"bbob", "7", 5, NULL, 0.0, NULL},
    {"bbob", "1", 5, NULL, 1.0, NULL},         {"bbob", "8", 5, NULL, 10.0, NULL},
};
static const problem PEERS[] = {{"testfn", "branin", 2, NULL, 0.0, NULL},
                                {"testfn", "hartmann6", 6, NULL, 0.0, NULL},
                                {"testfn", "levy", 10, NULL, 0.0, NULL},
                                {"testfn", "rosenbrock", 5, NULL, 0.0, NULL}};
static const int SHORT[3] = {20, 40, 60}, LONG[3] = {30, 50, 100};
enum { N_PEERS = sizeof PEERS / sizeof PEERS[0] };
static const problem MIXED[] = {
    {"testfn", "func2c", 0, NULL, 0.0, NULL},
    {"testfn", "jenatton", 0, NULL, 0.0, NULL},
    {"testfn", "hartmann6", 6, NULL, 0.0, "fffccc"},
    {"testfn", "levy", 6, NULL, 0.0, "ffiicc"},
    {"testfn", "branin", 2, NULL, 0.0, "fd"},
    {"testfn", "rosenbrock", 4, NULL, 0.0, "ficc"},
    {"testfn", "ackley", 6, "3.7", 0.0, "fffddd"},
    {"testfn", "styblinski_tang", 6, NULL, 0.0, "iiiddd"},
    {"bbob", "8", 5, NULL, 0.0, "fffcd"},
};
typedef struct noisy_problem {
    problem of;
    double noise;
} noisy_problem;
static const noisy_problem NOISY[] = {
    {{"testfn", "hartmann6", 6, NULL, 0.0, NULL}, 0.2},
    {{"testfn", "hartmann3", 3, NULL, 0.0, NULL}, 0.2},
    {{"testfn", "branin", 2, NULL, 0.0, NULL}, 5.0},
    {{"testfn", "ackley", 3, "3.7", 0.0, NULL}, 1.0},
    {{"testfn", "levy", 6, NULL, 0.0, NULL}, 2.0},
    {{"testfn", "styblinski_tang", 5, NULL, 0.0, NULL}, 10.0},
    {{"testfn", "rosenbrock", 4, NULL, 0.0, NULL}, 50.0},
    {{"testfn", "shekel10", 4, NULL, 0.0, NULL}, 0.3},
    {{"bbob", "1", 5, NULL, 0.0, NULL}, 3.0},
    {{"bbob", "8", 5, NULL, 0.0, NULL}, 50.0},
    {{"bbob", "14", 5, NULL, 0.0, NULL}, 3.0},
    {{"bbob", "21", 5, NULL, 0.0, NULL}, 5.0},
};
enum { N_NOISY = sizeof NOISY / sizeof NOISY[0] };
enum { N_MIXED = sizeof MIXED / sizeof MIXED[0] };
enum { N_FLAT = sizeof FLAT / sizeof FLAT[0] };
enum { N_FEW = sizeof FEW / sizeof FEW[0], N_WIDE = sizeof WIDE / sizeof WIDE[0] };

static int is_few(const problem *p)
{
    for (int i = 0; i < N_FEW; i++) {
        if (strcmp(p->function, FEW[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

static void print_runs(const problem *p, double noise, int seeds, const int at[3],
                       const char *const *set)
{
    static double trace[MOST_TRIALS];
    task t;
    task_open(&t, p);
    t.noise = noise;
    for (int s = 1; s <= seeds; s++) {
        const double spent = run(&t, "bayes", set, (uint64_t)s, at[2], trace);
        printf("%s-%s %d %d %.6g %.6g %.6g %.3g\n", p->plugin, p->function, (int)t.n_params, s,
               trace[at[0] - 1], trace[at[1] - 1], trace[at[2] - 1], spent);
        fflush(stdout);
    }
    task_close(&t);
}

int main(int argc, char **argv)
{
    const char *part = argc > 1 ? argv[1] : "few";
    const int given = argc > 2 ? atoi(argv[2]) : 5;
    const int seeds = given > 0 && given <= MOST_SEEDS ? given : 5;
    const char *const *set = argc > 3 ? (const char *const *)argv + 3 : NULL;
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    for (int i = 0; i < N_PROBLEMS; i++) {
        if (strcmp(part, "all") == 0 || (strcmp(part, "few") == 0 && is_few(&PROBLEMS[i])) ||
            (strcmp(part, "half") == 0 && !held_out(i)) ||
            (strcmp(part, "other") == 0 && held_out(i))) {
            print_runs(&PROBLEMS[i], 0.0, seeds, SHORT, set);
        }
    }
    for (int i = 0; i < N_FLAT && strcmp(part, "flat") == 0; i++) {
        print_runs(&FLAT[i], 0.0, seeds, SHORT, set);
    }
    for (int i = 0; i < N_MIXED && strcmp(part, "mixed") == 0; i++) {
        print_runs(&MIXED[i], 0.0, seeds, SHORT, set);
    }
    for (int i = 0; i < N_NOISY && strcmp(part, "noisy") == 0; i++) {
        print_runs(&NOISY[i].of, NOISY[i].noise, seeds, SHORT, set);
    }
    for (int i = 0; i < N_WIDE && strcmp(part, "wide") == 0; i++) {
        print_runs(&WIDE[i], 0.0, seeds, LONG, set);
    }
    for (int i = 0; i < N_PEERS && strcmp(part, "peers") == 0; i++) {
        print_runs(&PEERS[i], 0.0, seeds, LONG, set);
    }
    return 0;
}
