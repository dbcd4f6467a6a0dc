/* test_evolution.c - evolution against algorithm 1 of Real et al. (2019) run apart, and what it
 * makes of conditions, constraints and failures. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fake_host.h"
#include "history.h"
#include "spaces.h"

enum { WIDE = 128, MOST = 32 };

typedef struct run {
    space s;
    fake *f;
    history *h;
} run;

static const char *const LETTERS[] = {"a", "b", "c", "d"};

static void run_open(run *r, int letters, int64_t choices, const char *const *set, uint64_t seed)
{
    error err = {0};

    *r = (run){.s = {.n_objectives = 1}};
    for (int i = 0; i < letters; i++) {
        char name[16];
        hone_param p = {.size = sizeof p,
                        .type = HONE_CATEGORICAL,
                        .name = name,
                        .high = (double)(choices - 1),
                        .init = NAN,
                        .parent = -1,
                        .n_choices = choices,
                        .choices = LETTERS};
        snprintf(name, sizeof name, "x%d", i);
        cr_assert_geq(space_append(&r->s, &p, NULL, &err), 0, "%s", error_text(&err));
    }
    r->f = fake_new(HONE_STRATEGY, "evolution", &r->s, rng_root(seed), set);
    cr_assert_not_null(r->f, "%s", fake_refusal);
    cr_assert_eq(history_new(&r->s, &r->h, &err), HONE_OK);
}

static void run_free(run *r)
{
    fake_free(r->f);
    history_free(r->h);
    space_free(&r->s);
}

/* One ask; returns its row, the point in native. */
static int64_t run_ask(run *r, double *native)
{
    const hone_strategy_ops *ops = r->f->plugin->ops;
    const int64_t number = history_rows(r->h);
    double x[WIDE];
    hone_trials t;
    error err = {0};
    int64_t given;

    cr_assert_eq(history_table(r->h, &r->f->view, -1, &t, &err), HONE_OK);
    cr_assert_eq(ops->ask(r->f->self, &t, 1, &number, x, WIDE, &given), HONE_OK);
    cr_assert_eq(given, 1);
    view_decode(&r->f->view, x, native);
    return history_start(r->h, number, native, 0, &err);
}

static void run_tell(run *r, int64_t row, int32_t state, double y)
{
    error err = {0};
    const outcome o = {.state = state, .y = &y, .seconds = 1};

    cr_assert_eq(history_finish(r->h, row, &o, &err), HONE_OK);
}

/* Letters that are not the first, the best of `trials`. */
static double wrong_letters(int letters, int64_t choices, int trials, uint64_t seed)
{
    static const char *const SET[] = {"evolution.population=20", "evolution.sample=5", NULL};
    run r;
    double native[MOST], best = letters;

    run_open(&r, letters, choices, SET, seed);
    for (int k = 0; k < trials; k++) {
        const int64_t row = run_ask(&r, native);
        double wrong = 0;

        for (int i = 0; i < letters; i++)
            wrong += native[i] != 0;
        best = fmin(best, wrong);
        run_tell(&r, row, HONE_COMPLETE, wrong);
    }
    run_free(&r);
    return best;
}

/* P = 20, S = 5, algorithm 1 written anew in Python, 4,000 seeds each: 30 bits, 300 trials: 0.900
 * wrong on average; 20 letters of 4, 400 trials: 1.724.  Where, as here, nothing is proposed twice
 * and such children are drawn again: 1.066 (sd 0.750) and 1.857 (sd 0.846). */
Test(evolution, comes_as_far_as_the_published_algorithm, .timeout = 60)
{
    enum { SEEDS = 200 };
    static const struct {
        int letters;
        int64_t choices;
        int trials;
        double mean, deviation;
    } CASES[] = {{30, 2, 300, 1.066, 0.750}, {20, 4, 400, 1.857, 0.846}};

    for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) {
        double sum = 0;

        for (uint64_t seed = 0; seed < SEEDS; seed++)
            sum += wrong_letters(CASES[k].letters, CASES[k].choices, CASES[k].trials, seed);
        fprintf(stderr, "%d letters of %lld: %.3f wrong\n", CASES[k].letters,
                (long long)CASES[k].choices, sum / SEEDS);
        const double spread = CASES[k].deviation / sqrt(SEEDS);
        cr_expect_lt(sum / SEEDS, CASES[k].mean + 4 * spread, "%g", sum / SEEDS);
        cr_expect_gt(sum / SEEDS, CASES[k].mean - 4 * spread, "%g", sum / SEEDS);
    }
}

/* The best of the beginning has children while it is young, and dies of age. */
Test(evolution, the_oldest_leave)
{
    static const char *const SET[] = {"evolution.population=10", "evolution.sample=40", NULL};
    run r;
    double native[MOST], first[MOST];
    int young = 0, old = 0;

    run_open(&r, 24, 4, SET, 3);
    for (int k = 0; k < 40; k++) {
        const int64_t row = run_ask(&r, k == 0 ? first : native);
        int same = 0;

        for (int i = 0; i < 24 && k > 0; i++)
            same += native[i] == first[i];
        young += k == 10 && same == 23; /* the first is the oldest of ten */
        old += k > 20 && same == 23;
        run_tell(&r, row, HONE_COMPLETE, k); /* the first is the best for ever */
    }
    cr_expect_eq(young, 1);
    cr_expect_eq(old, 0);
    run_free(&r);
}

/* Failed trials are nobody's parents; a finite space ends when all of it was tried. */
Test(evolution, failures_and_the_end)
{
    static const char *const SET[] = {"evolution.population=4", "evolution.sample=2", NULL};
    run r;
    double native[MOST], x[WIDE];
    hone_trials t;
    error err = {0};
    int64_t number = 81, given;

    run_open(&r, 4, 3, SET, 5);
    for (int k = 0; k < 81; k++) {
        const int64_t row = run_ask(&r, native);
        run_tell(&r, row, k % 5 == 0 ? HONE_FAILED : HONE_COMPLETE, native[0] + native[1]);
    }
    for (int i = 0; i < 81; i++)
        for (int j = 0; j < i; j++)
            cr_assert(memcmp(history_native(r.h, i), history_native(r.h, j), 4 * sizeof(double)));
    cr_assert_eq(history_table(r.h, &r.f->view, -1, &t, &err), HONE_OK);
    const hone_strategy_ops *ops = r.f->plugin->ops;
    cr_assert_eq(ops->ask(r.f->self, &t, 1, &number, x, WIDE, &given), HONE_DONE);
    cr_assert_eq(given, 0);
    run_free(&r);
}
