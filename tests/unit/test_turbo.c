/* Trust regions: their lengths by the rules, points in the box, the same from the table alone. */
#include <criterion/criterion.h>

#include "../../plugins/strategy/turbo/box.c"
#include "../../plugins/strategy/turbo/region.c"
#include "../support/fake_host.h"
#include "history.h"
#include "spaces.h"

enum { WIDE = 32, BATCH = 4, MOST = 2048 };

#define SET(...)                                                                                   \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

/* ---- a region ---------------------------------------------------------------------------- */

typedef struct sheet {
    int64_t number[MOST];
    int32_t state[MOST];
    double y[MOST];
    hone_trials t;
} sheet;

static const rules RULES = {.n_regions = 1,
                            .initial = 2,
                            .success = 3,
                            .failure = 4,
                            .longest = 1.6,
                            .shortest = 0.0078125,
                            .start = 0.8};

static void add(sheet *s, region *r, int32_t state, double y)
{
    const int64_t row = s->t.n++;
    s->number[row] = row;
    s->state[row] = state;
    s->y[row] = y;
    s->t.number = s->number;
    s->t.state = s->state;
    s->t.y = s->y;
    s->t.ldy = 1;
    cr_assert_eq(region_add(r, &RULES, &s->t, row), HONE_OK);
}

Test(turbo, a_region_grows_shrinks_and_begins_anew)
{
    static sheet s;
    region r = {.last = -1};
    region_begin(&r, &RULES, 0);
    add(&s, &r, HONE_COMPLETE, 10);
    add(&s, &r, HONE_COMPLETE, 20); /* initial ones do not count */
    for (int i = 0; i < 3; i++)
        add(&s, &r, HONE_COMPLETE, 9 - i);
    cr_expect(r.length == 1.6 && r.successes == 0 && r.best == 4);
    for (int i = 0; i < 3; i++)
        add(&s, &r, HONE_COMPLETE, 6 - i);
    cr_expect_eq(r.length, 1.6, "it is the longest");
    add(&s, &r, HONE_COMPLETE, 4 * (1 - 0.0005)); /* too little to be a success */
    cr_expect(r.failures == 1 && r.best_value < 4);
    add(&s, &r, HONE_FAILED, NAN);
    add(&s, &r, HONE_PRUNED, NAN);
    cr_expect_eq(r.length, 1.6);
    add(&s, &r, HONE_COMPLETE, 5);
    cr_expect_eq(r.length, 0.8);
    for (int k = 0; k < 6; k++) {
        cr_expect_eq(r.length, 0.8 * pow(0.5, k));
        for (int i = 0; i < 4; i++)
            add(&s, &r, HONE_COMPLETE, 100);
    }
    cr_expect(r.epoch == 0 && r.length == 0.0125);
    const int64_t n = s.t.n;
    for (int i = 0; i < 4; i++)
        add(&s, &r, HONE_COMPLETE, 100);
    cr_expect(r.epoch == 1 && r.length == 0.8 && r.n == 0 && r.first == n + 4 && r.best == -1);
    s.number[s.t.n] = 3; /* from before */
    s.state[s.t.n] = HONE_COMPLETE;
    s.y[s.t.n] = 0;
    cr_assert_eq(region_add(&r, &RULES, &s.t, s.t.n), HONE_OK);
    cr_expect(r.n == 0 && r.best == -1);
    region_free(&r);
}

/* ---- the box ----------------------------------------------------------------------------- */

Test(turbo, sides_have_the_length_as_their_mean)
{
    space s = SPACE("a = float 0 1", "b = float 0 1", "k = categorical p q r", "c = float 0 1");
    fake *f = fake_new(HONE_STRATEGY, "turbo", &s, rng_root(1), NULL);
    cr_assert_not_null(f, "%s", fake_refusal);
    box b = {0};
    const double along[6] = {0.2, 0.4, NAN, NAN, NAN, 0.1};
    cr_assert_eq(box_init(&b, &f->host), HONE_OK);
    box_shape(&b, along, 0.5);
    cr_expect_lt(fabs(b.width[0] * b.width[1] * b.width[5] - 0.125), 1e-12);
    cr_expect_lt(fabs(b.width[1] / b.width[0] - 2), 1e-12);
    cr_expect_lt(fabs(b.width[5] / b.width[0] - 0.5), 1e-12);
    box_free(&b);
    fake_free(f);
    space_free(&s);
}

/* Of 40 parameters 20 move on average, and stay in the box; of 5 all do. */
Test(turbo, candidates_stay_in_the_box)
{
    for (int d = 5; d <= 40; d += 35) {
        enum { N = 1000 };
        char words[40][32];
        const char *lines[42] = {NULL};
        for (int i = 0; i < d; i++) {
            snprintf(words[i], sizeof words[i], "x%d = float 0 1", i);
            lines[i] = words[i];
        }
        space s = space_from(lines);
        fake *f = fake_new(HONE_STRATEGY, "turbo", &s, rng_root(1), NULL);
        cr_assert_not_null(f, "%s", fake_refusal);
        box b = {0};
        double *X = malloc((size_t)(N * d) * sizeof *X), centre[40], along[40];
        double moved = 0, far = 0;
        for (int i = 0; i < d; i++) {
            centre[i] = i % 2 ? 0.5 : 0.95;
            along[i] = NAN;
        }
        cr_assert_eq(box_init(&b, &f->host), HONE_OK);
        box_shape(&b, along, 0.2);
        cr_assert_eq(box_fill(&b, centre, 0.2, 7, N, X), HONE_OK);
        for (int64_t i = 0; i < N; i++) {
            int here = 0;
            for (int k = 0; k < d; k++) {
                const double gap = fabs(X[i * d + k] - centre[k]);
                cr_assert(gap <= 0.1 + 1e-12 && X[i * d + k] <= 1);
                here += gap > 1e-9;
                far = fmax(far, gap);
            }
            cr_assert_geq(here, 1);
            moved += (double)here / N;
        }
        cr_expect_gt(far, 0.099);
        cr_expect_lt(fabs(moved - fmin(d, 20.5)), d == 5 ? 1e-9 : 0.6, "%g", moved);
        free(X);
        box_free(&b);
        fake_free(f);
        space_free(&s);
    }
}

/* Choices settle and whole numbers can always move. */
Test(turbo, candidates_of_mixed_spaces)
{
    enum { N = 2000 };
    space s = SPACE("a = float 0 1", "k = categorical p q r s", "n = int 1 10");
    fake *f = fake_new(HONE_STRATEGY, "turbo", &s, rng_root(1), NULL);
    cr_assert_not_null(f, "%s", fake_refusal);
    box b = {0};
    double X[N * 6], along[6] = {NAN, NAN, NAN, NAN, NAN, NAN};
    const double centre[6] = {0.5, 0, 1, 0, 0, 0.45}; /* q, 5 */
    cr_assert_eq(box_init(&b, &f->host), HONE_OK);
    for (int small = 0; small < 2; small++) {
        const double length = small ? 0.01 : 0.8;
        int other = 0, choice[4] = {0}, level[11] = {0};
        box_shape(&b, along, length);
        cr_assert_eq(box_fill(&b, centre, length, 7, N, X), HONE_OK);
        for (int64_t i = 0; i < N; i++) {
            double native[3];
            view_decode(&f->view, X + i * 6, native);
            choice[(int)native[1]]++;
            level[(int)native[2]]++;
            other += native[1] != 1;
        }
        cr_expect_lt(fabs(other / (double)N - length), 0.05, "%d", other);
        cr_expect(small || (choice[0] > 400 && choice[2] > 400 && choice[3] > 400));
        cr_expect(level[4] > 200 && level[5] > 200 && level[6] > 200);
        cr_expect(small ? level[3] == 0 && level[7] == 0 : level[3] > 50 && level[7] > 50);
    }
    box_free(&b);
    fake_free(f);
    space_free(&s);
}

/* ---- studies ----------------------------------------------------------------------------- */

static int32_t ask(fake *f, history *h, int64_t n, double *X, int64_t *n_out)
{
    hone_trials t;
    error err = {0};
    int64_t number[BATCH];
    for (int64_t i = 0; i < n; i++)
        number[i] = history_rows(h) + i;
    const hone_strategy_ops *ops = f->plugin->ops;
    cr_assert_eq(history_table(h, &f->view, -1, &t, &err), HONE_OK);
    const int32_t status = ops->ask(f->self, &t, n, number, X, WIDE, n_out);
    cr_assert(status >= 0, "%s", f->message);
    return status;
}

static int64_t start(fake *f, history *h, const double *x)
{
    double native[WIDE];
    error err = {0};
    view_decode(&f->view, x, native);
    cr_assert_lt(history_find(h, native), 0, "a twin");
    return history_start(h, history_rows(h), native, 0, &err);
}

static void finish(history *h, int64_t row, double y, const double *c)
{
    error err = {0};
    const outcome o = {
        .state = isnan(y) ? HONE_FAILED : HONE_COMPLETE, .y = &y, .c = c, .seconds = 1};
    cr_assert_eq(history_finish(h, row, &o, &err), HONE_OK);
}

static double valley(const double *x)
{
    double sum = 0;
    for (int i = 0; i < 3; i++)
        sum += (i + 1) * (x[i] - 0.37) * (x[i] - 0.37);
    return sum + (isnan(x[3]) ? 1 : fabs(x[3] - 4));
}

#define VALLEY SPACE("a = float 0 1", "b = float 0 1", "c = float 0 1", "n = int 1 9")

/* Workers, failures, restarts, one region or three: the same from the table alone, no twins. */
Test(turbo, proposes_from_the_table_alone)
{
    const char *const *const SETS[] = {
        SET("turbo.candidates=60", "turbo.failures=4", "turbo.initial=6"),
        SET("turbo.candidates=60", "turbo.regions=3", "turbo.initial=4")};
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    for (int which = 0; which < 2; which++) {
        space s = VALLEY;
        error err = {0};
        history *h;
        dice d = {.key = rng_root(5)};
        int64_t running[256], n_running = 0;
        fake *f = fake_new(HONE_STRATEGY, "turbo", &s, rng_root(1), SETS[which]);
        cr_assert_not_null(f, "%s", fake_refusal);
        cr_assert_eq(history_new(&s, &h, &err), HONE_OK);
        for (int k = 0; k < 60; k++) {
            double X[BATCH * WIDE], again[BATCH * WIDE];
            const int64_t n = 1 + roll_below(&d, BATCH);
            int64_t given, given_again;
            cr_assert_eq(ask(f, h, n, X, &given), HONE_OK);
            cr_assert_eq(given, n);
            if (k % 4 == 0) {
                fake *other = fake_new(HONE_STRATEGY, "turbo", &s, rng_root(1), SETS[which]);
                cr_assert_eq(ask(other, h, n, again, &given_again), HONE_OK);
                for (int64_t i = 0; i < n; i++)
                    cr_assert_eq(memcmp(X + i * WIDE, again + i * WIDE, 4 * sizeof *X), 0);
                history_drop(h, &f->view);
                fake_free(f);
                f = other;
            }
            for (int64_t i = 0; i < n; i++)
                running[n_running++] = start(f, h, X + i * WIDE);
            while (n_running > 0 && (n_running > 5 || roll(&d) < 0.7)) {
                const int64_t at = roll_below(&d, n_running);
                const int64_t row = running[at];
                finish(h, row, roll(&d) < 0.2 ? NAN : valley(history_native(h, row)), NULL);
                running[at] = running[--n_running];
            }
        }
        fake_free(f);
        history_free(h);
        space_free(&s);
    }
}

static double best_of(const char *name, uint64_t seed, int n)
{
    space s = VALLEY;
    error err = {0};
    history *h;
    double best = HUGE_VAL, x[WIDE];
    fake *f = fake_new(HONE_STRATEGY, name, &s, rng_root(seed), SET("turbo.candidates=200"));
    cr_assert_eq(history_new(&s, &h, &err), HONE_OK);
    for (int64_t i = 0, given; i < n; i++) {
        cr_assert_eq(ask(f, h, 1, x, &given), HONE_OK);
        const int64_t row = start(f, h, x);
        const double y = valley(history_native(h, row));
        finish(h, row, y, NULL);
        best = fmin(best, y);
    }
    fake_free(f);
    history_free(h);
    space_free(&s);
    return best;
}

Test(turbo, converges)
{
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    for (uint64_t seed = 0; seed < 3; seed++)
        cr_expect_lt(best_of("turbo", seed, 80), 0.01 * best_of("random", seed, 80));
}

/* A disc around a corner that the objective pulls away from. */
Test(turbo, meets_constraints)
{
    space s = SPACE("a = float 0 1", "b = float 0 1");
    error err = {0};
    history *h;
    double best = HUGE_VAL, x[WIDE];
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    s.n_constraints = 1;
    fake *f = fake_new(HONE_STRATEGY, "turbo", &s, rng_root(1), SET("turbo.candidates=200"));
    cr_assert_not_null(f, "%s", fake_refusal);
    cr_assert_eq(history_new(&s, &h, &err), HONE_OK);
    for (int64_t i = 0, given; i < 60; i++) {
        cr_assert_eq(ask(f, h, 1, x, &given), HONE_OK);
        const int64_t row = start(f, h, x);
        const double *u = history_native(h, row);
        const double c = hypot(u[0] - 1, u[1] - 1) - 0.3, y = u[0] + u[1];
        finish(h, row, y, &c);
        if (c <= 0)
            best = fmin(best, y);
    }
    cr_expect_lt(best, 2 - 0.3 * sqrt(2) + 0.01, "%g", best); /* the optimum is 0.01 less */
    fake_free(f);
    history_free(h);
    space_free(&s);
}
