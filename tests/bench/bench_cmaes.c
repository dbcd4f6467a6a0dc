/* bench_cmaes.c - what cmaes itself takes an evaluation, at 10, 40 and 100 dimensions: processor
 * time of ask and tell, values being random.  One thread; run it with OPENBLAS_NUM_THREADS=1.
 *
 * For comparison: c-cmaes (b1c6beb) takes 0.72, 3.9 and 18.8 microseconds on the machine on which
 * these figures were taken, drawing and updating alike. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fake_host.h"
#include "rng.h"

enum { MOST = 100, TRIALS = 40000, ROUNDS = 5 };

static double processor(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Microseconds of a trial of n dimensions. */
static double microseconds(int n, uint64_t seed)
{
    space s = {.n_objectives = 1};
    error err = {0};
    for (int i = 0; i < n; i++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", i);
        hone_param p = {.size = sizeof p, .name = name, .high = 1, .init = NAN, .parent = -1};
        space_append(&s, &p, NULL, &err);
    }
    const char *const set[] = {"cmaes.restarts=none", "cmaes.sigma=0.001", NULL};
    fake *f = fake_new(HONE_STRATEGY, "cmaes", &s, rng_root(seed), set);
    const hone_trials none = {.size = sizeof none, .n_objectives = 1, .budget = -1};
    double *values = malloc(TRIALS * sizeof *values), x[MOST];
    int64_t k = 0, given;
    if (!f || !values)
        exit(1);
    const hone_strategy_ops *ops = f->plugin->ops;
    rng_uniform(rng_root(seed + 100), 0, 0, TRIALS, values);
    const double begin = processor();
    for (; k < TRIALS && ops->ask(f->self, &none, 1, &k, x, n, &given) == HONE_OK; k++) {
        const int64_t row = 0;
        const int32_t state = HONE_COMPLETE;
        const hone_trials t = {.size = sizeof t, .n_objectives = 1, .n = 1, .budget = -1,
                               .number = &k, .state = &state, .y = values + k, .ldy = 1,
                               .finished = &row, .n_finished = 1};
        ops->tell(f->self, &t, 1, &row);
    }
    const double took = processor() - begin;
    free(values);
    fake_free(f);
    space_free(&s);
    return 1e6 * took / (double)k;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void)
{
    static const int N[] = {10, 40, 100};
    for (int i = 0; i < 3; i++) {
        double us[ROUNDS];
        for (int k = 0; k < ROUNDS; k++)
            us[k] = microseconds(N[i], (uint64_t)k + 1);
        qsort(us, ROUNDS, sizeof *us, by_value);
        printf("d = %3d: %6.2f us an evaluation (%.2f to %.2f)\n", N[i], us[ROUNDS / 2], us[0],
               us[ROUNDS - 1]);
    }
    return 0;
}
