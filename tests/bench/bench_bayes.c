/* bench_bayes.c - Bayesian optimization: seconds beside what linear algebra alone costs, and
 * regret beside random points and beside itself with other options.  One thread.
 *
 *     bench_bayes [speed|run|regret|ablation|dimension] [seeds]
 *
 * speed      likelihood with gradient over its floor (kernel with exponentials, dpotrf, dpotri,
 *            one dsymm for all lengthscales); a whole suggestion with its fit, d = 10
 * run        whole runs at d = 10
 * regret     median regret at 30, 50 and 100 trials, bayes and random, on the held-out half of the
 *            functions: those whose number the fixed seed below put there
 * ablation   the same at 60 trials on the other half, one option changed at a time
 * dimension  20, 50 and 100 parameters */
/* LIBS: -llbfgsb -llapacke -lopenblas */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "../../plugins/surrogate/gp/embedding.c"
#include "../../plugins/surrogate/gp/fit.c"
#include "../../plugins/surrogate/gp/kernel.c"
#include "../../plugins/surrogate/gp/model.c"
#include "bayes_runs.h"

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, by_size);
    return n % 2 ? x[n / 2] : 0.5 * (x[n / 2 - 1] + x[n / 2]);
}

/* Median regrets of some seeds at three numbers of trials. */
static void medians(const task *t, const char *strategy, const char *const *set, int seeds,
                    const int at[3], double out[3])
{
    static double trace[MOST_TRIALS], regret[3][MOST_SEEDS];
    for (int s = 0; s < seeds; s++) {
        run(t, strategy, set, (uint64_t)s + 1, at[2], trace);
        for (int k = 0; k < 3; k++) {
            regret[k][s] = trace[at[k] - 1];
        }
    }
    for (int k = 0; k < 3; k++) {
        out[k] = median(regret[k], seeds);
    }
}

/* ---- parts --------------------------------------------------------------------------------*/

/* The linear algebra that one likelihood with gradient cannot do without, in seconds. */
static double floor_seconds(objective *o)
{
    const int64_t n = o->n, p = o->p;
    const double begin = processor();
    kernel_matrix(MATERN52, n, p, o->x, n, o->K, o->T, n);
    for (int64_t i = 0; i < n; i++) {
        o->K[i * n + i] += 1e-2;
    }
    LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', (lapack_int)n, o->K, (lapack_int)n);
    LAPACKE_dpotri_work(LAPACK_COL_MAJOR, 'U', (lapack_int)n, o->K, (lapack_int)n);
    cblas_dsymm(CblasColMajor, CblasLeft, CblasUpper, (int)n, (int)p, 1.0, o->T, (int)n, o->x,
                (int)n, 0.0, o->product, (int)n);
    return processor() - begin;
}

static void print_ratio(int64_t n)
{
    enum { P = 10, ROUNDS = 7 };
    const settings set = {.kernel = MATERN52,
                          .ard = 1,
                          .noise = NAN,
                          .length = {0.005, 1000},
                          .signal = {0.05, 20},
                          .nugget = {1e-8, 1}};
    double *X = malloc((size_t)(n * (P + 1)) * sizeof *X), *y = X + n * P;
    double theta[P + 2] = {0}, gradient[P + 2], took[ROUNDS], least[ROUNDS];
    objective o;
    rng_uniform(rng_root(5), 0, 0, n * P, X);
    rng_normal(rng_root(5), 0, 0, n, y);
    theta[P + 1] = log(1e-2);
    objective_init(&o, &set, n, P, X, P, y, NULL);
    for (int k = 0; k < ROUNDS; k++) {
        const double begin = processor();
        objective_value(&o, theta, gradient);
        took[k] = processor() - begin;
        least[k] = floor_seconds(&o);
    }
    const double a = median(took, ROUNDS), b = median(least, ROUNDS);
    printf("likelihood n %5d: %8.2f ms, floor %8.2f ms, ratio %.2f\n", (int)n, 1e3 * a, 1e3 * b,
           a / b);
    objective_free(&o);
    free(X);
}

/* The first ask of an instance that sees n trials, so that the model is fitted, and the second. */
static void print_suggestion(int64_t n)
{
    const problem p = {"testfn", "levy", 10, NULL, 0.0, NULL};
    task t;
    history *h = NULL;
    error err = {0};
    double x[2 * MOST_PARAMS], u[MOST_PARAMS], native[MOST_PARAMS];
    struct rusage usage;
    task_open(&t, &p);
    fake *f = fake_new(HONE_STRATEGY, "bayes", &t.space, rng_root(3), NULL);
    if (!f || history_new(&t.space, &h, &err) < 0) {
        exit(1);
    }
    for (int64_t i = 0; i < n; i++) {
        rng_uniform(rng_root(8), i, 0, t.n_params, u);
        view_decode(&f->view, u, native);
        const int64_t row = history_start(h, i, native, NAN, &err);
        const double y = evaluate(&t, native, i);
        const outcome o = {.state = HONE_COMPLETE, .y = &y, .seconds = 1};
        history_finish(h, row, &o, &err);
    }
    double took[2];
    for (int k = 0; k < 2; k++) {
        hone_trials table;
        int64_t given, number = n + k;
        history_table(h, &f->view, -1, &table, &err);
        const double begin = processor();
        ((const hone_strategy_ops *)f->plugin->ops)
            ->ask(f->self, &table, 1, &number, x, t.n_params, &given);
        took[k] = processor() - begin;
    }
    getrusage(RUSAGE_SELF, &usage);
    printf("suggestion n %5d: %8.1f ms with a fit, %8.1f ms without; %ld MiB\n", (int)n,
           1e3 * took[0], 1e3 * took[1], usage.ru_maxrss / 1024);
    fflush(stdout);
    fake_free(f);
    history_free(h);
    task_close(&t);
}

static void print_speed(void)
{
    static const int64_t sizes[] = {100, 200, 500, 1000, 5000, 20000};
    for (int k = 0; k < 4; k++) {
        print_ratio(sizes[k]);
    }
    for (int k = 0; k < 6; k++) {
        print_suggestion(sizes[k]);
    }
}

static void print_runs(int most)
{
    static const int trials[] = {100, 200, 500, 1000};
    static double trace[MOST_TRIALS];
    const problem p = {"testfn", "levy", 10, NULL, 0.0, NULL};
    task t;
    task_open(&t, &p);
    for (int k = 0; k < 4 && trials[k] <= most; k++) {
        const double took = run(&t, "bayes", NULL, 1, trials[k], trace);
        printf("run of %4d, d = 10: %.2f s, regret %.3g\n", trials[k], took, trace[trials[k] - 1]);
        fflush(stdout);
    }
    task_close(&t);
}

static void print_regret(const problem *p, int seeds, const int at[3])
{
    double ours[3], random[3];
    task t;
    task_open(&t, p);
    medians(&t, "bayes", NULL, seeds, at, ours);
    medians(&t, "random", NULL, seeds, at, random);
    printf("%-6s %-16s d %3d   bayes %9.3g %9.3g %9.3g   random %9.3g %9.3g %9.3g%s\n", p->plugin,
           p->function, (int)t.n_params, ours[0], ours[1], ours[2], random[0], random[1], random[2],
           ours[2] > random[2] ? "   LOST" : "");
    fflush(stdout);
    task_close(&t);
}

static void print_regrets(int seeds)
{
    static const int at[3] = {30, 50, 100};
    printf("median regret of %d seeds at 30, 50 and 100 trials, held-out half\n", seeds);
    for (int i = 0; i < N_PROBLEMS; i++) {
        if (held_out(i)) {
            print_regret(&PROBLEMS[i], seeds, at);
        }
    }
}

static void print_dimensions(int seeds)
{
    static const int at[3] = {50, 100, 150}, dimensions[] = {20, 50, 100};
    static const char *const functions[] = {"ellipsoid", "levy", "rosenbrock"};
    printf("median regret of %d seeds at 50, 100 and 150 trials\n", seeds);
    for (int k = 0; k < 9; k++) {
        const problem p = {"testfn", functions[k % 3], dimensions[k / 3], k % 3 ? NULL : "0.9", 0.0,
                           NULL};
        print_regret(&p, seeds, at);
    }
}

static const char *const VARIANTS[][2] = {
    {NULL, NULL},
    {"bayes.acquisition=ei", NULL},
    {"bayes.acquisition=ucb", NULL},
    {"bayes.acquisition=mes", NULL},
    {"gp.kernel=matern32", NULL},
    {"gp.kernel=rbf", NULL},
    {"gp.kernel=rational", NULL},
    {"gp.prior=none", NULL},
    {"gp.restarts=0", NULL},
    {"bayes.starts=1", NULL},
    {"bayes.candidates=128", NULL},
};
enum { N_VARIANTS = sizeof VARIANTS / sizeof VARIANTS[0] };

/* Mean rank of each variant over the functions of the other half, and how often it is best. */
static void print_ablation(int seeds)
{
    static const int at[3] = {20, 40, 60};
    double ranks[N_VARIANTS][3] = {{0}};
    int count = 0;
    for (int i = 0; i < N_PROBLEMS; i++) {
        double out[N_VARIANTS][3];
        task t;
        if (held_out(i)) {
            continue;
        }
        task_open(&t, &PROBLEMS[i]);
        for (int v = 0; v < N_VARIANTS; v++) {
            medians(&t, "bayes", VARIANTS[v], seeds, at, out[v]);
        }
        for (int v = 0; v < N_VARIANTS; v++) {
            for (int k = 0; k < 3; k++) {
                ranks[v][k] += 1.0;
                for (int w = 0; w < N_VARIANTS; w++) {
                    const double tie = w != v && out[w][k] == out[v][k] ? 0.5 : 0.0;
                    ranks[v][k] += out[w][k] < out[v][k] ? 1.0 : tie;
                }
            }
        }
        count++;
        task_close(&t);
    }
    printf("mean rank among %d variants on %d functions at 20, 40 and 60 trials, %d seeds\n",
           N_VARIANTS, count, seeds);
    for (int v = 0; v < N_VARIANTS; v++) {
        printf("%-24s %5.2f %5.2f %5.2f\n", VARIANTS[v][0] ? VARIANTS[v][0] : "defaults",
               ranks[v][0] / count, ranks[v][1] / count, ranks[v][2] / count);
    }
}

int main(int argc, char **argv)
{
    const char *part = argc > 1 ? argv[1] : "";
    const int given = argc > 2 ? atoi(argv[2]) : 0, all = !*part;
    const int seeds = given > 0 && given <= MOST_SEEDS ? given : all ? 3 : 15;
    openblas_set_num_threads(1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    if (all || strcmp(part, "speed") == 0) {
        print_speed();
    }
    if (all || strcmp(part, "run") == 0) {
        print_runs(given > 1 ? given : MOST_TRIALS);
    }
    if (all || strcmp(part, "regret") == 0) {
        print_regrets(seeds);
    }
    if (strcmp(part, "ablation") == 0) {
        print_ablation(seeds);
    }
    if (strcmp(part, "dimension") == 0) {
        print_dimensions(seeds);
    }
    return 0;
}
