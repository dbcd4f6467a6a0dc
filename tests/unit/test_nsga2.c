/* test_nsga2.c - fronts and crowding against brute force; how near nsga2 comes to known fronts,
 * what it costs, and what it makes of constraints and failures. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "fake_host.h"
#include "history.h"
#include "hone_nondominated.h"
#include "spaces.h"
#include "statistics.h"

enum { MOST = 40, OBJECTIVES = 5, WIDE = 64 };

/* ---- sorting ---- */

/* Peels fronts off, pair by pair. */
static void ranks_by_force(int64_t n, int64_t m, const double *y, int64_t *rank)
{
    int64_t left = n;

    for (int64_t i = 0; i < n; i++)
        rank[i] = -1;
    for (int64_t f = 0; left > 0; f++) {
        bool dominated[MOST] = {false};

        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < n && rank[i] < 0; j++)
                if (rank[j] < 0)
                    dominated[i] = dominated[i] || hone_dominates(y + j * m, y + i * m, m);
        for (int64_t i = 0; i < n; i++)
            if (rank[i] < 0 && !dominated[i]) {
                rank[i] = f;
                left--;
            }
    }
}

/* Random sets with many ties: values are few. */
static int64_t any_set(dice *d, int64_t *m, double *y)
{
    const int64_t n = roll_below(d, MOST) + 1, values = 2 + roll_below(d, 12);

    *m = 1 + roll_below(d, OBJECTIVES);
    for (int64_t i = 0; i < n * *m; i++)
        y[i] = roll(d) < 0.5 ? (double)roll_below(d, values) : roll(d) * (double)values;
    return n;
}

Test(fronts, equal_brute_force_on_random_sets)
{
    dice d = {.key = rng_root(71)};

    for (int round = 0; round < 10000; round++) {
        double y[MOST * OBJECTIVES];
        int64_t m, rank[MOST], wanted[MOST], most = 0;
        const int64_t n = any_set(&d, &m, y);
        const int64_t fronts = hone_front_ranks(n, m, y, m, rank);

        ranks_by_force(n, m, y, wanted);
        for (int64_t i = 0; i < n; i++) {
            cr_assert_eq(rank[i], wanted[i], "set %d of %lld objectives", round, (long long)m);
            most = wanted[i] > most ? wanted[i] : most;
        }
        cr_assert_eq(fronts, most + 1);
    }
}

/* Points on a grid of whole numbers: the volume is the count of unit cells that are dominated. */
Test(fronts, hypervolume_equals_counted_cells)
{
    enum { SIDE = 6 };
    dice d = {.key = rng_root(72)};

    for (int round = 0; round < 10000; round++) {
        const int64_t m = 1 + roll_below(&d, 4), n = 1 + roll_below(&d, 10);
        double y[10 * 4], reference[4] = {SIDE, SIDE, SIDE, SIDE}, volume;
        int64_t cells = 1, counted = 0;

        for (int64_t i = 0; i < n * m; i++)
            y[i] = (double)roll_below(&d, SIDE + 1);
        for (int64_t j = 0; j < m; j++)
            cells *= SIDE;
        for (int64_t c = 0; c < cells; c++) {
            bool inside = false;

            for (int64_t i = 0; i < n && !inside; i++) {
                int64_t rest = c;

                inside = true;
                for (int64_t j = 0; j < m; j++, rest /= SIDE)
                    inside = inside && y[i * m + j] <= (double)(rest % SIDE);
            }
            counted += inside;
        }
        cr_assert_eq(stat_hypervolume(y, n, m, reference, &volume), HONE_OK);
        cr_assert_float_eq(volume, (double)counted, 1e-9);
    }
}

Test(fronts, crowding_as_in_the_paper)
{
    const double y[] = {0, 4, 1, 2, 2, 1, 4, 0};
    const int64_t member[] = {3, 1, 0, 2};
    double distance[4];

    cr_assert_eq(hone_crowding(4, member, 2, y, 2, distance), HONE_OK);
    cr_assert(isinf(distance[0]) && isinf(distance[3]));
    cr_assert_float_eq(distance[1], 2.0 / 4 + 3.0 / 4, 1e-15);
    cr_assert_float_eq(distance[2], 3.0 / 4 + 2.0 / 4, 1e-15);
}

/* ---- problems ---- */

/* Zitzler, Deb, Thiele 2000; Deb, Thiele, Laumanns, Zitzler 2002. */
typedef enum problem { ZDT1, ZDT2, ZDT3, ZDT4, ZDT6, DTLZ2, RANDOM } problem;

static void zdt(problem which, const double *x, int n, double *y)
{
    const double pi = acos(-1);
    double f = x[0], g = 0;

    for (int i = 1; i < n; i++)
        g += which == ZDT4 ? x[i] * x[i] - 10 * cos(4 * pi * x[i]) : x[i];
    g = which == ZDT4   ? 1 + 10 * (n - 1) + g
        : which == ZDT6 ? 1 + 9 * pow(g / (n - 1), 0.25)
                        : 1 + 9 * g / (n - 1);
    if (which == ZDT6)
        f = 1 - exp(-4 * f) * pow(sin(6 * pi * f), 6);
    y[0] = f;
    y[1] = which == ZDT2 || which == ZDT6 ? g * (1 - f / g * (f / g))
           : which == ZDT3 ? g * (1 - sqrt(f / g) - f / g * sin(10 * pi * f))
                           : g * (1 - sqrt(f / g));
}

static void dtlz2(const double *x, int n, double *y)
{
    const double half = acos(-1) / 2;
    double g = 1;

    for (int i = 2; i < n; i++)
        g += (x[i] - 0.5) * (x[i] - 0.5);
    y[0] = g * cos(x[0] * half) * cos(x[1] * half);
    y[1] = g * cos(x[0] * half) * sin(x[1] * half);
    y[2] = g * sin(x[0] * half);
}

typedef struct study {
    space s;
    fake *f;
    history *h;
    double seconds; /* processor time in ask and in making its table */
} study;

static double processor(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static study study_new(problem which, int n, int32_t objectives, int32_t constraints)
{
    study u = {.s = {.n_objectives = objectives, .n_constraints = constraints}};
    error err = {0};

    for (int i = 0; i < n; i++) {
        char name[16];
        hone_param p = {.size = sizeof p, .name = name, .high = 1, .init = NAN, .parent = -1};

        snprintf(name, sizeof name, "x%d", i);
        if (which == ZDT4 && i > 0) {
            p.low = -5;
            p.high = 5;
        }
        space_append(&u.s, &p, NULL, &err);
    }
    return u;
}

/* With constraints, x0 + x1 <= 1 is asked, and a fifth of the trials fail. */
static void study_run(study *u, problem which, int64_t trials, uint64_t seed,
                      const char *const *set)
{
    error err = {0};
    double x[WIDE], native[WIDE], y[3];
    rng_key key = rng_root(seed);

    u->f = fake_new(HONE_STRATEGY, "nsga2", &u->s, key, set);
    cr_assert_not_null(u->f);
    cr_assert_eq(history_new(&u->s, &u->h, &err), HONE_OK);
    for (int64_t i = 0; i < trials; i++) {
        const hone_strategy_ops *ops = u->f->plugin->ops;
        hone_trials t;
        int64_t given;
        const double begin = processor();

        cr_assert_eq(history_table(u->h, &u->f->view, -1, &t, &err), HONE_OK);
        cr_assert_eq(ops->ask(u->f->self, &t, 1, &i, x, WIDE, &given), HONE_OK);
        u->seconds += processor() - begin;
        view_decode(&u->f->view, x, native);
        const int64_t row = history_start(u->h, i, native, 0, &err);

        if (which == RANDOM)
            rng_uniform(key, i, 1000, 3, y);
        else if (which == DTLZ2)
            dtlz2(native, u->s.n, y);
        else
            zdt(which, native, u->s.n, y);
        double fails, c = native[0] + native[1] - 1;
        rng_uniform(key, i, 2000, 1, &fails);
        const outcome o = {.state = u->s.n_constraints && fails < 0.2 ? HONE_FAILED : HONE_COMPLETE,
                           .y = y, .c = u->s.n_constraints ? &c : NULL, .seconds = 1};
        cr_assert_eq(history_finish(u->h, row, &o, &err), HONE_OK);
    }
}

static void study_free(study *u)
{
    fake_free(u->f);
    history_free(u->h);
    space_free(&u->s);
}

/* Volume of all trials below 1.1 in every objective. */
static double volume_of(const study *u)
{
    const int64_t m = u->s.n_objectives;
    const double reference[3] = {1.1, 1.1, 1.1};
    int64_t *rows;
    const int64_t n = history_front(u->h, &rows);
    double *y = malloc((size_t)(n * m + 1) * sizeof *y), volume;

    for (int64_t i = 0; i < n; i++)
        memcpy(y + i * m, history_values(u->h, rows[i]), (size_t)m * sizeof *y);
    cr_assert_eq(stat_hypervolume(y, n, m, reference, &volume), HONE_OK);
    free(rows);
    free(y);
    return volume;
}

/* ---- how near it comes ---- */

/* f2 of the front of a ZDT problem; the front begins at f1 = 0, that of ZDT6 at 0.2807753191. */
static double front_volume(problem which)
{
    enum { N = 20000 };
    double *y = malloc(2 * N * sizeof *y), volume;
    const double reference[2] = {1.1, 1.1}, pi = acos(-1), low = which == ZDT6 ? 0.2807753191 : 0;

    for (int i = 0; i < N; i++) {
        const double f = low + (1 - low) * i / (N - 1);

        y[2 * i] = f;
        y[2 * i + 1] = which == ZDT2 || which == ZDT6 ? 1 - f * f
                       : which == ZDT3                ? 1 - sqrt(f) - f * sin(10 * pi * f)
                                                      : 1 - sqrt(f);
    }
    cr_assert_eq(stat_hypervolume(y, N, 2, reference, &volume), HONE_OK);
    free(y);
    return volume;
}

/* 25,000 trials and 100 parents, as in the studies of Deb et al. (2002, 250 generations of 100). */
Test(nsga2, comes_to_known_fronts, .timeout = 60)
{
    static const char *const SET[] = {"nsga2.population=100", NULL};
    static const struct {
        problem which;
        const char *name;
        int n;
        double share; /* of the volume of the front */
    } CASES[] = {{ZDT1, "ZDT1", 30, 0.995},
                 {ZDT2, "ZDT2", 30, 0.99},
                 {ZDT3, "ZDT3", 30, 0.995},
                 {ZDT4, "ZDT4", 10, 0.97},
                 {ZDT6, "ZDT6", 10, 0.95}};

    for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) {
        study u = study_new(CASES[k].which, CASES[k].n, 2, 0);

        study_run(&u, CASES[k].which, 25000, 3, SET);
        const double share = volume_of(&u) / front_volume(CASES[k].which);
        fprintf(stderr, "%s: %.4f of the volume\n", CASES[k].name, share);
        cr_assert_gt(share, CASES[k].share, "%s: %g of the volume", CASES[k].name, share);
        cr_assert_lt(share, 1 + 1e-6);
        study_free(&u);
    }
}

/* The octant of a sphere: 1.1^3 - pi/6 below (1.1, 1.1, 1.1). */
Test(nsga2, comes_to_a_front_of_three_objectives, .timeout = 60)
{
    static const char *const SET[] = {"nsga2.population=100", NULL};
    study u = study_new(DTLZ2, 12, 3, 0);

    study_run(&u, DTLZ2, 10000, 3, SET);
    const double share = volume_of(&u) / (1.331 - acos(-1) / 6);
    fprintf(stderr, "DTLZ2: %.4f of the volume\n", share);
    cr_assert_gt(share, 0.95, "%g", share);
    cr_assert_lt(share, 1);
    study_free(&u);
}

/* Late suggestions meet the constraint and are no twins, though a fifth of the trials fail. */
Test(nsga2, learns_reported_constraints)
{
    study u = study_new(ZDT1, 10, 2, 1);
    int met = 0;

    study_run(&u, ZDT1, 4000, 4, NULL);
    for (int64_t i = 3000; i < 4000; i++) {
        const double *x = history_native(u.h, i);

        met += x[0] + x[1] <= 1;
    }
    cr_assert_gt(met, 850, "%d of 1000", met);
    for (int64_t i = 0; i < 4000; i++)
        for (int64_t j = 0; j < i; j++)
            cr_assert(memcmp(history_native(u.h, i), history_native(u.h, j), 10 * sizeof(double)));
    study_free(&u);
}

/* 100,000 trials of 40 parameters take the strategy and its table 0.40 s; a busy machine
 * gets more. */
Test(nsga2, cost_does_not_grow, .timeout = 60)
{
    study u = study_new(RANDOM, 40, 2, 0);

    study_run(&u, RANDOM, 100000, 5, NULL);
    fprintf(stderr, "100,000 trials: %.2f s\n", u.seconds);
    cr_assert_lt(u.seconds, 9);
    study_free(&u);
}
