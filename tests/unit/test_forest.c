/* The random forest against scikit-learn's trees (forest_reference.h), against all cuts there are,
 * and as a model: choices, conditions, variance, logarithms. */
#include <criterion/criterion.h>

#include "../../plugins/surrogate/forest/forest.c"
#include "../../plugins/surrogate/forest/table.c"
#include "../../plugins/surrogate/forest/tree.c"
#include "../support/fake_host.h"
#include "../support/forest_reference.h"
#include "history.h"
#include "spaces.h"

#define SET(...)                                                                                   \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static fake *new_forest(const space *s, const char *const *set)
{
    fake *f = fake_new(HONE_SURROGATE, "forest", s, rng_root(1), set);
    cr_assert_not_null(f);
    return f;
}

static const hone_surrogate_ops *ops_of(const fake *f)
{
    return f->plugin->ops;
}

static void reference_points(int first, int n, double *X)
{
    static const double primes[REF_P] = {2.0, 3.0, 5.0};
    for (int i = 0; i < n; i++)
        for (int c = 0; c < REF_P; c++)
            X[i * REF_P + c] = fmod(sqrt(primes[c]) * (first + i + 1.0), 1.0);
}

static double formula(const double *u)
{
    return sin(5 * u[0]) + u[1] * u[1] * u[2] + 0.3 * cos(7 * u[2]);
}

static void against_reference(const char *leaf, int leaves, const double *mean, const double *var)
{
    space s = SPACE("a = float 0 1", "b = float 0 1", "c = float 0 1");
    double X[REF_N * REF_P], Q[REF_M * REF_P], y[REF_N], m[REF_M], v[REF_M];
    fake *f =
        new_forest(&s, SET("forest.trees=1", "forest.bootstrap=no", "forest.cuts=middle", leaf));
    reference_points(0, REF_N, X);
    reference_points(200, REF_M, Q);
    for (int i = 0; i < REF_N; i++)
        y[i] = formula(X + i * REF_P);
    cr_assert_eq(ops_of(f)->fit(f->self, REF_N, REF_P, X, REF_P, y, NULL), HONE_OK);
    cr_assert_eq(ops_of(f)->predict(f->self, REF_M, Q, REF_P, m, v, NULL, NULL, 0), HONE_OK);
    for (int i = 0; i < REF_M; i++) {
        cr_expect_lt(fabs(m[i] - mean[i]), 1e-12, "%d: %.17g, not %.17g", i, m[i], mean[i]);
        cr_expect_lt(fabs(v[i] - var[i]), 1e-9, "%d: %.17g, not %.17g", i, v[i], var[i]);
    }
    const forest *own = f->self;
    cr_expect_eq(own->trees[0].n, 2 * leaves - 1);
    fake_free(f);
    space_free(&s);
}

Test(forest, a_tree_is_that_of_scikit_learn)
{
    against_reference("forest.min_leaf=4", REF_LEAVES_4, REF_MEAN_4, REF_VAR_4);
    against_reference("forest.min_leaf=7", REF_LEAVES_7, REF_MEAN_7, REF_VAR_7);
}

/* ---- one cut against all there are ----------------------------------------------------- */

/* Sum of squares of the rows of which `low` says so, and of the others; HUGE_VAL: one is empty. */
static double squares(int n, const double *y, const int *low)
{
    double sum[2] = {0, 0}, all = 0;
    int count[2] = {0, 0};
    for (int i = 0; i < n; i++) {
        sum[low[i]] += y[i];
        count[low[i]]++;
    }
    if (!count[0] || !count[1])
        return HUGE_VAL;
    for (int i = 0; i < n; i++) {
        const double gap = y[i] - sum[low[i]] / count[low[i]];
        all += gap * gap;
    }
    return all;
}

/* All ways to cut one feature: a threshold and a side for NaN, or a set of choices. */
static double best_squares(int n, const double *v, const double *y, int choices)
{
    double best = HUGE_VAL;
    int low[16];
    for (int t = 0; t < n && !choices; t++)
        for (int missing = 0; missing < 2; missing++) {
            for (int i = 0; i < n; i++)
                low[i] = isnan(v[i]) ? missing : isnan(v[t]) ? 1 : v[i] < v[t];
            best = fmin(best, squares(n, y, low));
        }
    for (int set = 0; set < 1 << (choices + 1) && choices; set++) {
        for (int i = 0; i < n; i++)
            low[i] = set >> (isnan(v[i]) ? choices : (int)v[i]) & 1;
        best = fmin(best, squares(n, y, low));
    }
    return best;
}

Test(forest, a_cut_is_the_best_of_all)
{
    space s = SPACE("k = categorical p q r s", "x = float 0 1", "z = float 0 1 when k = p q",
                    "c = categorical a b c when k = r s");
    enum { COLS = 4 + 1 + 1 + 3 };
    fake *f = new_forest(&s, SET("forest.trees=1", "forest.bootstrap=no", "forest.depth=1"));
    dice d = {.key = rng_root(3)};
    cr_assert_eq(f->view.table.n_cols, COLS);
    for (int round = 0; round < 3000; round++) {
        const int n = 2 + (int)roll_below(&d, 11);
        double X[16 * COLS], v[4][16], y[16], m[16], var[16], least = HUGE_VAL, found = 0;
        for (int i = 0; i < n; i++) {
            double native[4];
            space_any_point(&s, &d, native);
            native[1] = rint(native[1] * 4) / 4; /* so that values repeat */
            view_encode(&f->view, native, X + i * COLS);
            for (int k = 0; k < 4; k++)
                v[k][i] = native[k];
            y[i] = roll(&d) < 0.3 ? 1.0 : roll(&d);
        }
        for (int k = 0; k < 4; k++)
            least = fmin(least, best_squares(n, v[k], y, k == 0 ? 4 : k == 3 ? 3 : 0));
        cr_assert_eq(ops_of(f)->fit(f->self, n, COLS, X, COLS, y, NULL), HONE_OK);
        cr_assert_eq(ops_of(f)->predict(f->self, n, X, COLS, m, var, NULL, NULL, 0), HONE_OK);
        for (int i = 0; i < n; i++)
            found += (y[i] - m[i]) * (y[i] - m[i]);
        if (least < HUGE_VAL)
            cr_assert(found < least + 1e-9, "%d: %g, not %g", round, found, least);
    }
    fake_free(f);
    space_free(&s);
}

/* ---- the forest ------------------------------------------------------------------------- */

Test(forest, variance_is_that_of_all_trees_together)
{
    space s = SPACE("a = float 0 1", "b = float 0 1", "c = float 0 1");
    double X[REF_N * REF_P], Q[REF_M * REF_P], y[REF_N], m[REF_M], v[REF_M];
    fake *f = new_forest(&s, SET("forest.min_leaf=3"));
    reference_points(0, REF_N, X);
    reference_points(200, REF_M, Q);
    for (int i = 0; i < REF_N; i++)
        y[i] = formula(X + i * REF_P);
    cr_assert_eq(ops_of(f)->fit(f->self, REF_N, REF_P, X, REF_P, y, NULL), HONE_OK);
    cr_assert_eq(ops_of(f)->predict(f->self, REF_M, Q, REF_P, m, v, NULL, NULL, 0), HONE_OK);
    const forest *own = f->self;
    double miss = 0;
    for (int i = 0; i < REF_M; i++) {
        double mean = 0, second = 0;
        for (int k = 0; k < 10; k++) {
            const node *leaf = tree_leaf(&own->trees[k], Q + i * REF_P);
            mean += leaf->value / 10;
            second += (leaf->var + leaf->value * leaf->value) / 10;
        }
        cr_expect_lt(fabs(m[i] - mean), 1e-12);
        cr_expect_lt(fabs(v[i] - (second - mean * mean)), 1e-12);
        miss += fabs(m[i] - formula(Q + i * REF_P)) / REF_M;
    }
    cr_expect_lt(miss, 0.25, "%g", miss);
    hone_fit_info info = {.size = sizeof info};
    cr_assert_eq(ops_of(f)->info(f->self, &info), HONE_OK);
    cr_expect(info.noise_var > 0 && isfinite(info.score));
    fake_free(f);
    space_free(&s);
}

/* The same rows give the same bits, whatever was fitted before; an update is a fit. */
Test(forest, depends_on_the_data_alone)
{
    space s = SPACE("a = float 0 1", "b = float 0 1", "c = float 0 1");
    double X[REF_N * REF_P], y[REF_N], m[2][REF_N], v[2][REF_N];
    fake *a = new_forest(&s, NULL), *b = new_forest(&s, NULL);
    reference_points(0, REF_N, X);
    for (int i = 0; i < REF_N; i++)
        y[i] = formula(X + i * REF_P);
    ops_of(a)->fit(a->self, 20, REF_P, X, REF_P, y, NULL);
    cr_assert_eq(ops_of(a)->update(a->self, 20, REF_N, X, REF_P, y, NULL), HONE_OK);
    cr_assert_eq(ops_of(b)->fit(b->self, REF_N, REF_P, X, REF_P, y, NULL), HONE_OK);
    ops_of(a)->predict(a->self, REF_N, X, REF_P, m[0], v[0], NULL, NULL, 0);
    ops_of(b)->predict(b->self, REF_N, X, REF_P, m[1], v[1], NULL, NULL, 0);
    cr_expect_eq(memcmp(m[0], m[1], sizeof m[0]), 0);
    cr_expect_eq(memcmp(v[0], v[1], sizeof v[0]), 0);
    fake_free(a);
    fake_free(b);
    space_free(&s);
}

/* Values over many magnitudes: the logarithm finds what sums of squares do not see. */
Test(forest, learns_logarithms)
{
    space s = SPACE("a = float 0 1", "b = float 0 1", "c = float 0 1");
    double X[REF_N * REF_P], Q[REF_M * REF_P], y[REF_N], m[REF_M], v[REF_M], wrong[2] = {0, 0};
    reference_points(0, REF_N, X);
    reference_points(200, REF_M, Q);
    for (int i = 0; i < REF_N; i++)
        y[i] = exp(8 * X[i * REF_P]) - 5;
    for (int how = 0; how < 2; how++) {
        fake *f = new_forest(&s, SET(how ? "forest.log=yes" : "forest.log=no", "forest.depth=3"));
        cr_assert_eq(ops_of(f)->fit(f->self, REF_N, REF_P, X, REF_P, y, NULL), HONE_OK);
        cr_assert_eq(ops_of(f)->predict(f->self, REF_M, Q, REF_P, m, v, NULL, NULL, 0), HONE_OK);
        for (int i = 0; i < REF_M; i++) {
            cr_expect(isfinite(m[i]) && v[i] > 0 && isfinite(v[i]));
            wrong[how] += fabs(log(fmax(m[i] + 5, 1e-3)) - 8 * Q[i * REF_P]) / REF_M;
        }
        fake_free(f);
    }
    cr_expect_lt(wrong[1], 0.8 * wrong[0], "%g %g", wrong[0], wrong[1]);
    space_free(&s);
}

Test(forest, data_that_break_models)
{
    space s = SPACE("a = float 0 1", "b = float 0 1", "c = float 0 1");
    double X[REF_N * REF_P], y[REF_N], m, v;
    fake *f = new_forest(&s, NULL);
    reference_points(0, REF_N, X);
    for (int i = 0; i < REF_N; i++)
        y[i] = 3.0;
    cr_expect_eq(ops_of(f)->predict(f->self, 1, X, REF_P, &m, &v, NULL, NULL, 0), HONE_EINVAL);
    for (int n = 1; n <= REF_N; n += 79) { /* one row; all alike */
        cr_assert_eq(ops_of(f)->fit(f->self, n, REF_P, X, REF_P, y, NULL), HONE_OK);
        cr_assert_eq(ops_of(f)->predict(f->self, 1, X, REF_P, &m, &v, NULL, NULL, 0), HONE_OK);
        cr_expect(m == 3.0 && v > 0 && v < 1e-6);
    }
    y[3] = 1e300;
    cr_expect_eq(ops_of(f)->fit(f->self, REF_N, REF_P, X, REF_P, y, NULL), HONE_ENUMERIC);
    for (int i = 0; i < REF_N; i++) { /* one point, many values */
        memcpy(X + i * REF_P, X, REF_P * sizeof *X);
        y[i] = i;
    }
    cr_assert_eq(ops_of(f)->fit(f->self, REF_N, REF_P, X, REF_P, y, NULL), HONE_OK);
    cr_assert_eq(ops_of(f)->predict(f->self, 1, X, REF_P, &m, &v, NULL, NULL, 0), HONE_OK);
    cr_expect(fabs(m - 39.5) < 15 && v > 100, "%g %g", m, v);
    fake_free(f);
    space_free(&s);
}

/* ---- bayes on a forest ------------------------------------------------------------------ */

enum { WIDE = 16, BATCH = 3 };

static int32_t ask(fake *f, history *h, int64_t n, double *X, int64_t *n_out)
{
    hone_trials t;
    error err = {0};
    const int64_t next = history_rows(h), number[BATCH] = {next, next + 1, next + 2};
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
    if (strcmp(f->plugin->name, "bayes") == 0)
        cr_assert_lt(history_find(h, native), 0, "a twin");
    return history_start(h, history_rows(h), native, 0, &err);
}

static void finish(history *h, int64_t row, double y)
{
    error err = {0};
    const outcome o = {.state = isnan(y) ? HONE_FAILED : HONE_COMPLETE, .y = &y, .seconds = 1};
    cr_assert_eq(history_finish(h, row, &o, &err), HONE_OK);
}

static double tuned(const double *x)
{
    const double branch = x[0] == 0 ? 1 + x[2] : x[0] == 1 ? fabs(x[2] - 0.7) : 2 - 0.2 * x[3];
    return branch + 0.05 * fabs(x[1] - 37);
}

#define TUNED                                                                                      \
    SPACE("k = categorical p q r", "n = int 1 100", "z = float 0 1 when k = p q",                  \
          "c = categorical a b c d when k = r")

/* In batches, with failures, resumed: the same points from the table alone, and no twins. */
Test(forest, bayes_proposes_from_the_table_alone)
{
    space s = TUNED;
    error err = {0};
    history *h;
    dice d = {.key = rng_root(5)};
    fake *f = fake_new(HONE_STRATEGY, "bayes", &s, rng_root(1), SET("bayes.surrogate=forest"));
    cr_assert_eq(history_new(&s, &h, &err), HONE_OK);
    for (int k = 0; k < 30; k++) {
        double X[BATCH * WIDE], again[BATCH * WIDE];
        int64_t n, n_again, row[BATCH];
        cr_assert_eq(ask(f, h, BATCH, X, &n), HONE_OK);
        if (k % 5 == 0) {
            fake *other =
                fake_new(HONE_STRATEGY, "bayes", &s, rng_root(1), SET("bayes.surrogate=forest"));
            cr_assert_eq(ask(other, h, BATCH, again, &n_again), HONE_OK);
            for (int64_t i = 0; i < n; i++)
                cr_assert_eq(memcmp(X + i * WIDE, again + i * WIDE,
                                    (size_t)f->view.table.n_cols * sizeof *X),
                             0);
            history_drop(h, &f->view);
            fake_free(f);
            f = other;
        }
        for (int64_t i = 0; i < n; i++)
            row[i] = start(f, h, X + i * WIDE);
        for (int64_t i = 0; i < n; i++)
            if (i < 2 || k % 2)
                finish(h, row[i], roll(&d) < 0.2 ? NAN : tuned(history_native(h, row[i])));
    }
    fake_free(f);
    history_free(h);
    space_free(&s);
}

/* The best of n trials. */
static double best_of(const char *name, uint64_t seed, int n)
{
    space s = TUNED;
    error err = {0};
    history *h;
    double best = HUGE_VAL, x[WIDE];
    fake *f = fake_new(HONE_STRATEGY, name, &s, rng_root(seed), SET("bayes.surrogate=forest"));
    cr_assert_eq(history_new(&s, &h, &err), HONE_OK);
    for (int64_t i = 0, given; i < n; i++) {
        cr_assert_eq(ask(f, h, 1, x, &given), HONE_OK);
        const int64_t row = start(f, h, x);
        finish(h, row, tuned(history_native(h, row)));
        best = fmin(best, tuned(history_native(h, row)));
    }
    fake_free(f);
    history_free(h);
    space_free(&s);
    return best;
}

/* 14 wins of 20 have p = 0.058 by chance, 17 have 0.0013. */
Test(forest, bayes_on_it_beats_random_in_a_conditional_space)
{
    int wins = 0;
    for (uint64_t seed = 0; seed < 20; seed++)
        wins += best_of("bayes", seed, 50) < best_of("random", seed, 50);
    cr_expect_geq(wins, 17, "%d of 20", wins);
}

Test(forest, bayes_on_it_ends_finite_spaces)
{
    space s = SPACE("i = int 1 5", "k = categorical p q r", "j = int 0 2 when k = q");
    enum { POINTS = 5 + 15 + 5 };
    error err = {0};
    history *h;
    double x[WIDE];
    int64_t given;
    fake *f = fake_new(HONE_STRATEGY, "bayes", &s, rng_root(1), SET("bayes.surrogate=forest"));
    cr_assert_eq(history_new(&s, &h, &err), HONE_OK);
    for (int i = 0; i < POINTS; i++) {
        cr_assert_eq(ask(f, h, 1, x, &given), HONE_OK);
        const int64_t row = start(f, h, x);
        finish(h, row, history_native(h, row)[0]);
    }
    cr_expect_eq(ask(f, h, 1, x, &given), HONE_DONE);
    fake_free(f);
    history_free(h);
    space_free(&s);
}
