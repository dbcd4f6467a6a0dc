/* test_strategies.c - strategies that decide from the table: legal, pure, even, without repeats. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake_host.h"
#include "history.h"
#include "hone_permutation.h"
#include "spaces.h"

static const char *const NAMES[] = {"random", "sobol", "lhs",       "grid",
                                    "tpe",    "asha",  "hyperband", "bohb", "dehb",
                                    "nsga2",  "auto",  "turbo",     "evolution",
                                    "de",     "pso",      "local"};
enum { STRATEGIES = 16, WIDE = 64, EIGHT = 8, BATCH = 5 };

static bool same_bits(const double *a, const double *b, int64_t n)
{
    return memcmp(a, b, (size_t)n * sizeof *a) == 0;
}

static const hone_strategy_ops *ops_of(const fake *f)
{
    return f->plugin->ops;
}

#define STRATEGY(name, space, ...)                                                                \
    fake_new(HONE_STRATEGY, name, space, rng_child(rng_root(1), "strategy", 0),                   \
             (const char *const[]){__VA_ARGS__, NULL})

/* ---- a study in small ---------------------------------------------------------------------- */

typedef struct bench {
    const space *s;
    history *h;
    int64_t budget, next;
} bench;

static bench bench_new(const space *s, int64_t budget)
{
    bench b = {.s = s, .budget = budget};
    error err = {0};

    cr_assert_eq(history_new(s, &b.h, &err), HONE_OK);
    return b;
}

/* An instance ends: its view goes with it. */
static void bench_leave(bench *b, fake *f)
{
    if (f)
        history_drop(b->h, &f->view);
    fake_free(f);
}

static int32_t bench_ask(bench *b, fake *f, int64_t n, double *X, int64_t *n_out)
{
    hone_trials t;
    error err = {0};
    int64_t number[BATCH];

    for (int64_t i = 0; i < n; i++)
        number[i] = b->next + i;
    cr_assert_eq(history_table(b->h, &f->view, b->budget, &t, &err), HONE_OK);
    *n_out = -1;
    const int32_t status = ops_of(f)->ask(f->self, &t, n, number, X, WIDE, n_out);
    cr_assert(status >= 0, "%s", f->message);
    cr_assert(*n_out >= 0 && *n_out <= n);
    return status;
}

static int64_t bench_start(bench *b, const double *native)
{
    error err = {0};
    const int64_t row = history_start(b->h, b->next++, native, 0, &err);

    cr_assert(row >= 0, "%s", error_text(&err));
    return row;
}

static void bench_finish(bench *b, int64_t row, dice *d)
{
    const double y[2] = {roll(d), roll(d)};
    error err = {0};
    const outcome o = {.state = roll(d) < 0.7 ? HONE_COMPLETE : HONE_FAILED, .y = y, .seconds = 1};

    cr_assert_eq(history_finish(b->h, row, &o, &err), HONE_OK);
}

/* ---- every strategy, every space --------------------------------------------------------------- */

/* Points are legal; and a new instance, which knows the table alone, proposes the same. */
Test(strategies, propose_from_the_table_alone)
{
    dice d = {.key = rng_root(41)};

    for (int round = 0; round < 400; round++) {
        const char *name = NAMES[round % STRATEGIES];
        space s = space_any(&d);

        while (s.fidelity >= 0 && (!(s.params[s.fidelity].low > 0 && /* such are refused */
                                     s.params[s.fidelity].high < 1e5 * s.params[s.fidelity].low) ||
                                   s.n_objectives > 1)) { /* columns are not translated here */
            space_free(&s);
            s = space_any(&d);
        }
        fake *f = STRATEGY(name, &s, "tpe.initial=3", "nsga2.population=4", "evolution.population=4", "de.population=5", "pso.particles=4", "grid.points=3", "lhs.n=7", "auto.model=sobol", "turbo.candidates=20",
                           round % 16 < 8 ? "grid.order=plain" : "grid.order=shuffled");
        if (!f) {
            cr_assert(strstr(fake_refusal, "2^62 points"), "%s", fake_refusal);
            space_free(&s);
            continue;
        }
        bench b = bench_new(&s, round % 3 ? 30 : -1);
        error err = {0};

        for (int k = 0; k < 12; k++) {
            double X[BATCH * WIDE], again[BATCH * WIDE], native[EIGHT];
            const int64_t n = 1 + roll_below(&d, BATCH);
            int64_t given, given_again;
            int32_t status;

            if (roll(&d) < 0.2) { /* somebody else's */
                space_any_point(&s, &d, native);
                bench_start(&b, native);
            }
            status = bench_ask(&b, f, n, X, &given);
            fake *fresh = STRATEGY(name, &s, "tpe.initial=3", "nsga2.population=4", "evolution.population=4", "de.population=5", "pso.particles=4", "grid.points=3", "lhs.n=7", "auto.model=sobol", "turbo.candidates=20",
                                   round % 16 < 8 ? "grid.order=plain" : "grid.order=shuffled");
            cr_assert_eq(bench_ask(&b, fresh, n, again, &given_again), status);
            cr_assert_eq(given_again, given);
            bench_leave(&b, fresh);
            for (int64_t i = 0; i < given; i++) {
                cr_assert(view_legal(&f->view, X + i * WIDE), "%s", name);
                cr_assert(same_bits(X + i * WIDE, again + i * WIDE, f->view.table.n_cols), "%s", name);
                view_decode(&f->view, X + i * WIDE, native);
                const int64_t row = bench_start(&b, native);
                if (roll(&d) < 0.6)
                    bench_finish(&b, row, &d);
            }
            if (status == HONE_DONE)
                break;
            cr_assert(given == n || (status == HONE_WAIT && s.fidelity >= 0), "%s", name);
        }
        cr_assert_eq(err.n, 0);
        history_free(b.h);
        fake_free(f);
        space_free(&s);
    }
}


/* In a finite space every point is proposed once, in batches, with failures, with points of
 * others among them, across resumes; then the search is done and stays so. */
Test(strategies, exhaust_finite_spaces)
{
    dice d = {.key = rng_root(42)};
    int exhausted[STRATEGIES] = {0};

    for (int round = 0; round < 400 * STRATEGIES; round++) {
        space s = space_any(&d);
        const int which = round % STRATEGIES;
        const double size = space_size(&s);
        const bool fits = size <= 120 && s.fidelity < 0;
        fake *f = fits ? STRATEGY(NAMES[which], &s, "lhs.n=7", "nsga2.population=4", "evolution.population=4", "de.population=5", "pso.particles=4", "auto.model=sobol", "turbo.candidates=20",
                                  round % 16 < 8 ? "grid.order=plain" : "grid.order=shuffled")
                       : NULL;
        bench b = bench_new(&s, (int64_t)fmin(size, 1000));
        int32_t status = fits ? HONE_OK : HONE_DONE;

        while (status == HONE_OK) {
            double X[BATCH * WIDE], native[EIGHT];
            int64_t given;

            if (roll(&d) < 0.05) {
                space_any_point(&s, &d, native);
                if (history_find(b.h, native) < 0)
                    bench_finish(&b, bench_start(&b, native), &d);
            }
            if (roll(&d) < 0.1) {
                bench_leave(&b, f);
                f = STRATEGY(NAMES[which], &s, "lhs.n=7", "nsga2.population=4", "evolution.population=4", "de.population=5", "pso.particles=4", "auto.model=sobol", "turbo.candidates=20",
                             round % 16 < 8 ? "grid.order=plain" : "grid.order=shuffled");
            }
            status = bench_ask(&b, f, 1 + roll_below(&d, BATCH), X, &given);
            for (int64_t i = 0; i < given; i++) {
                view_decode(&f->view, X + i * WIDE, native);
                bench_start(&b, native);
            }
            for (int64_t i = 0; i < history_rows(b.h); i++)
                if (history_state(b.h, i) == HONE_RUNNING && roll(&d) < 0.5)
                    bench_finish(&b, i, &d);
        }
        if (fits) {
            double X[BATCH * WIDE];
            int64_t given;
            int64_t own = 0;

            cr_assert_eq(bench_ask(&b, f, 1, X, &given), HONE_DONE);
            cr_assert_eq(given, 0);
            /* Somebody else's point may repeat one that runs; the strategy's never do. */
            for (int64_t i = 0; i < history_rows(b.h); i++) {
                bool first = true;
                for (int64_t j = 0; j < i; j++)
                    first = first && !same_bits(history_native(b.h, i), history_native(b.h, j), s.n);
                own += first;
            }
            cr_assert_eq((double)own, size, "%s: %lld of %g", NAMES[which], (long long)own, size);
            exhausted[which]++;
        }
        fake_free(f);
        history_free(b.h);
        space_free(&s);
    }
    for (int i = 0; i < STRATEGIES; i++)
        cr_assert_gt(exhausted[i], 50);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The last points of a large finite space are found without guessing for ever. */
Test(strategies, exhaust_a_large_space, .timeout = 120)
{
    enum { N = 20000 };
    space s = SPACE("n = int 1 200", "k = ordered a b c d e f g h i j", "x = float 0 0.9 step 0.1");
    const double start = now();

    for (int which = 0; which < STRATEGIES; which++) {
        fake *f = STRATEGY(NAMES[which], &s, "tpe.kernels=50", "grid.order=shuffled",
                           "auto.model=sobol", "auto.share=0",
                           "turbo.initial=100000");
        bench b = bench_new(&s, N);
        double x[WIDE], native[EIGHT];
        int64_t given;
        dice d = {.key = rng_root(43)};

        for (int64_t i = 0; i < N; i++) {
            cr_assert_eq(bench_ask(&b, f, 1, x, &given), HONE_OK, "%s %lld", NAMES[which],
                         (long long)i);
            view_decode(&f->view, x, native);
            bench_finish(&b, bench_start(&b, native), &d);
        }
        cr_assert_eq(bench_ask(&b, f, 1, x, &given), HONE_DONE);
        fake_free(f);
        history_free(b.h);
    }
    cr_assert_lt(now() - start, strstr(BUILD_DIR, "/release") ? 15 : 60);
    space_free(&s);
}

/* ---- how points are spread ------------------------------------------------------------------------ */

/* n points at once, as rows of natives [n x s->n]; the study has no other trials. */
static double *points_of(const char *name, const space *s, const char *const *set, int64_t n,
                         int64_t budget)
{
    fake *f = fake_new(HONE_STRATEGY, name, s, rng_child(rng_root(1), "strategy", 0), set);
    double *all = malloc((size_t)(n * s->n) * sizeof *all), x[WIDE];
    bench b = bench_new(s, budget);
    int64_t given;

    cr_assert_not_null(f);
    for (int64_t i = 0; i < n; i++) {
        cr_assert_eq(bench_ask(&b, f, 1, x, &given), HONE_OK);
        cr_assert_eq(given, 1);
        view_decode(&f->view, x, all + i * s->n);
        bench_start(&b, all + i * s->n);
    }
    fake_free(f);
    history_free(b.h);
    return all;
}

/* Is there one of n values in each n-th part of [0, 1]? */
static bool one_in_each(const double *x, int64_t stride, int64_t n)
{
    char *seen = calloc((size_t)n, 1);
    bool good = true;

    for (int64_t i = 0; i < n && good; i++) {
        const int64_t part = (int64_t)fmin(x[i * stride] * (double)n, (double)(n - 1));

        good = !seen[part];
        seen[part] = 1;
    }
    free(seen);
    return good;
}

Test(strategies, sobol_is_stratified)
{
    enum { N = 256 };
    space s = SPACE("a = float 0 1", "b = float 0 1", "k = categorical p q r s", "c = float 0 1");
    double *x = points_of("sobol", &s, NULL, N, -1);
    int choice[4] = {0};

    cr_assert(one_in_each(x, 4, N) && one_in_each(x + 1, 4, N) && one_in_each(x + 3, 4, N));
    for (int i = 0; i < N; i++)
        choice[(int)x[4 * i + 2]]++;
    for (int k = 0; k < 4; k++)
        cr_assert_eq(choice[k], N / 4);
    free(x);
    space_free(&s);
}

Test(strategies, lhs_is_latin)
{
    space s = SPACE("a = float 0 1", "b = float 0 1", "n = int 1 30", "c = float 0 1");
    static const char *const SET[] = {"lhs.n=30", NULL}, *const CENTERED[] = {"lhs.n=30", "lhs.centered=yes", NULL};

    for (int how = 0; how < 3; how++) { /* a set size; the budget; centered */
        double *x = points_of("lhs", &s, how == 0 ? SET : how == 1 ? NULL : CENTERED, 90, 30);
        int together = 0;

        for (int design = 0; design < 3; design++) {
            const double *from = x + design * 30 * 4;
            int seen[31] = {0};

            cr_assert(one_in_each(from, 4, 30) && one_in_each(from + 1, 4, 30) &&
                      one_in_each(from + 3, 4, 30));
            for (int i = 0; i < 30; i++)
                cr_assert_eq(seen[(int)from[4 * i + 2]]++, 0);
            for (int i = 0; i < 30; i++)
                together += (int)(from[4 * i] * 30) == (int)(from[4 * i + 1] * 30);
        }
        cr_assert_lt(together, 15); /* parts are paired at random: 3 are expected */
        for (int i = 0; i < 90 && how == 2; i++)
            cr_assert_float_eq(x[4 * i] * 30 - floor(x[4 * i] * 30), 0.5, 1e-9);
        free(x);
    }
    space_free(&s);
}

Test(strategies, random_is_even)
{
    enum { N = 20000 };
    space s = SPACE("a = float 1e-3 1e3 log", "k = categorical p q r", "n = int 1 4 when k = r");
    double *x = points_of("random", &s, NULL, N, -1);
    int low = 0, choice[3] = {0}, face[5] = {0};

    for (int i = 0; i < N; i++) {
        low += x[3 * i] < 1;
        choice[(int)x[3 * i + 1]]++;
        cr_assert_eq(isnan(x[3 * i + 2]), x[3 * i + 1] != 2);
        face[isnan(x[3 * i + 2]) ? 0 : (int)x[3 * i + 2]]++;
    }
    cr_assert_lt(fabs(low - N / 2.0), 5 * sqrt(N / 4.0));
    for (int k = 0; k < 3; k++)
        cr_assert_lt(fabs(choice[k] - N / 3.0), 5 * sqrt(N * 2 / 9.0));
    for (int k = 1; k < 5; k++)
        cr_assert_lt(fabs(face[k] - N / 12.0), 5 * sqrt(N / 12.0));
    free(x);
    space_free(&s);
}

/* Every order is a permutation, and different keys give different ones. */
Test(strategies, permutations)
{
    const uint64_t a[2] = {1, 2}, b[2] = {1, 3};

    for (uint64_t n = 1; n < 300; n++) {
        char seen[300] = {0};

        for (uint64_t i = 0; i < n; i++) {
            const uint64_t at = hone_permuted(a, n, i);

            cr_assert_lt(at, n);
            cr_assert_eq(seen[at]++, 0);
        }
    }
    int same = 0, fixed = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        same += hone_permuted(a, 1000, i) == hone_permuted(b, 1000, i);
        fixed += hone_permuted(a, 1000, i) == i;
        cr_assert_lt(hone_permuted(a, (uint64_t)1 << 62, i << 40), (uint64_t)1 << 62);
    }
    cr_assert_lt(same, 10);
    cr_assert_lt(fixed, 10);
}

Test(strategies, sobol_says_where_its_dimensions_end)
{
    space s = {.n_objectives = 1};
    error err = {0};

    for (int i = 0; i < SOBOL_DIMENSIONS + 1; i++) {
        char name[16];

        snprintf(name, sizeof name, "x%d", i);
        if (i == SOBOL_DIMENSIONS) {
            fake *f = STRATEGY("sobol", &s, "");
            cr_assert_not_null(f);
            fake_free(f);
        }
        /* Appended, not parsed: names are looked up one by one. */
        hone_param p = {.size = sizeof p, .name = name, .high = 1, .init = NAN, .parent = -1};
        space_append(&s, &p, NULL, &err);
    }
    cr_assert_null(STRATEGY("sobol", &s, ""));
    cr_assert(strstr(fake_refusal, "4097 parameters"), "%s", fake_refusal);
    space_free(&s);
}

/* ---- grid ------------------------------------------------------------------------------------------- */

static void assert_grid(const space *s, const char *const *set, int64_t n, const double *expected)
{
    double *x = points_of("grid", s, set, n, -1);

    for (int64_t i = 0; i < n * s->n; i++)
        cr_assert(isnan(expected[i]) ? isnan(x[i]) : fabs(x[i] - expected[i]) <= 1e-14 * fabs(x[i]),
                  "value %lld is %.17g, not %g", (long long)i, x[i], expected[i]);
    free(x);
}

Test(grid, order_and_levels)
{
    space s = SPACE("c = float 0.01 100 log", "k = categorical a b c", "n = int 1 10 when k = b");
    static const char *const SET[] = {"grid.values=c = 3|k = b a|n = 4", NULL};
    const double expected[] = {0.01, 1, 1, 0.01, 1, 4, 0.01, 1, 7, 0.01, 1, 10, 0.01, 0, NAN,
                               1,    1, 1, 1,    1, 4, 1,    1, 7, 1,    1, 10, 1,    0, NAN,
                               100,  1, 1, 100,  1, 4, 100,  1, 7, 100,  1, 10, 100,  0, NAN};

    assert_grid(&s, SET, 15, expected);
    space_free(&s);

    s = SPACE("x = float -1 1", "y = float 0 1 step 0.1");
    static const char *const LIST[] = {"grid.points=3", "grid.values=y=0.3, 2^-1 .9", NULL};
    const double listed[] = {-1, 0.3, -1, 0.5, -1, 0.9, 0, 0.3, 0, 0.5,
                             0,  0.9, 1,  0.3, 1,  0.5, 1, 0.9};
    assert_grid(&s, LIST, 9, listed);
    space_free(&s);

    s = SPACE("n = int 1 3", "x = float 2 4");
    static const char *const ONE[] = {"grid.points=1", NULL};
    const double middle[] = {1, 3, 2, 3, 3, 3};
    assert_grid(&s, ONE, 3, middle);
    space_free(&s);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

Test(grid, shuffled_visits_the_same)
{
    enum { N = 1000 };
    space s = SPACE("n = int 1 1000");
    static const char *const SET[] = {"grid.order=shuffled", NULL};
    double *x = points_of("grid", &s, SET, N, -1);
    int ascending = 0;

    for (int i = 1; i < N; i++)
        ascending += x[i] > x[i - 1];
    cr_assert(ascending > 400 && ascending < 600);
    qsort(x, N, sizeof *x, by_value);
    for (int i = 0; i < N; i++)
        cr_assert_eq(x[i], i + 1);
    free(x);
    space_free(&s);
}

/* 2^40 points: starts at once, and goes on without looking at them. */
Test(grid, starts_at_once, .timeout = 10)
{
    enum { N = 3000 };
    const char *lines[41] = {NULL};
    char words[40][32];
    static const char *const SHUFFLED[] = {"grid.order=shuffled", NULL};
    const double start = now();

    for (int i = 0; i < 40; i++) {
        snprintf(words[i], sizeof words[i], "b%d = int 0 1", i);
        lines[i] = words[i];
    }
    space s = space_from(lines);
    double *x = points_of("grid", &s, NULL, N, -1);
    for (int64_t i = 0; i < N; i++)
        for (int j = 0; j < 40; j++)
            cr_assert_eq(x[i * 40 + j], (double)(i >> (39 - j) & 1));
    free(x);
    x = points_of("grid", &s, SHUFFLED, N, -1);
    double ones = 0;
    for (int i = 0; i < N * 40; i++)
        ones += x[i];
    cr_assert_lt(fabs(ones - N * 20.0), 5 * sqrt(N * 10.0));
    free(x);
    cr_assert_lt(now() - start, 5);
    space_free(&s);
}

Test(grid, says_what_is_wrong)
{
    space s = SPACE("x = float 0 1", "k = categorical rbf linear", "n = int 0 20 step 5");
    static const struct {
        const char *set, *says;
    } BAD[] = {
        {"grid.values=x 0.1", "name = count"},       {"grid.values=z = 3", "no parameter"},
        {"grid.values=x = 3|x = 0.1 0.2", "line already"}, {"grid.values=x = 0.1 1.5", "1.5 is not"},
        {"grid.values=x = 0.1 0.1", "stands twice"}, {"grid.values=k = poly", "poly is not"},
        {"grid.values=x = 2.5", "whole one"},        {"grid.values=x = 0", "whole one"},
        {"grid.values=n = 5 7", "7 is not"},         {"grid.values=x =", "no values"},
    };

    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        cr_assert_null(STRATEGY("grid", &s, BAD[i].set));
        cr_assert(strstr(fake_refusal, BAD[i].says), "%s: %s", BAD[i].set, fake_refusal);
    }
    space_free(&s);

    const char *lines[22] = {NULL};
    char words[21][32];
    for (int i = 0; i < 21; i++) {
        snprintf(words[i], sizeof words[i], "x%d = float 0 1", i);
        lines[i] = words[i];
    }
    s = space_from(lines);
    cr_assert_null(STRATEGY("grid", &s, "grid.points=8"));
    cr_assert(strstr(fake_refusal, "2^62"), "%s", fake_refusal);
    space_free(&s);
}
