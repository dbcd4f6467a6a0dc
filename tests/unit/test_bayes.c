/* Bayesian optimization as its host sees it: what it asks for, table by table. */
#include <criterion/criterion.h>

#include "../../plugins/strategy/bayes/columns.c"
#include "../../plugins/strategy/bayes/data.c"
#include "../../plugins/strategy/bayes/model.c"
#include "../../plugins/strategy/bayes/region.c"
#include "../../plugins/strategy/bayes/warp.c"
#include "../support/fake_host.h"
#include "history.h"

enum { MOST_COLS = 256 };

typedef struct rig {
    space s;
    fake *f;
    const hone_strategy_ops *ops;
    history *h;
    int64_t n, budget;
    char phase[4096][12]; /* by number */
    double mean[4096], sd[4096];
} rig;

static void take_note(void *context, int64_t number, const char *key, double v, const char *words)
{
    rig *r = context;
    if (strcmp(key, "phase") == 0) {
        snprintf(r->phase[number], sizeof r->phase[number], "%s", words);
    } else if (strcmp(key, "mean") == 0) {
        r->mean[number] = v;
    } else if (strcmp(key, "sd") == 0) {
        r->sd[number] = v;
    }
}

static void rig_strategy(rig *r, uint64_t seed, const char *const *set)
{
    r->f = fake_new(HONE_STRATEGY, "bayes", &r->s, rng_root(seed), set);
    cr_assert(r->f);
    r->f->noted = take_note;
    r->f->context = r;
    r->ops = r->f->plugin->ops;
}

/* params: name, line, name, line, ..., NULL */
static void rig_open(rig *r, uint64_t seed, const char *const *params, const char *const *set)
{
    error err = {0};
    setenv("OPENBLAS_NUM_THREADS", "1", 1); /* read when gp is loaded */
    memset(r, 0, sizeof *r);
    for (; *params; params += 2) {
        cr_assert(space_add(&r->s, params[0], params[1], "test", &err) == HONE_OK, "%s",
                  error_text(&err));
    }
    r->s.n_objectives = 1;
    r->budget = -1;
    rig_strategy(r, seed, set);
    cr_assert(history_new(&r->s, &r->h, &err) == HONE_OK);
}

static void rig_close(rig *r)
{
    fake_free(r->f);
    history_free(r->h);
    space_free(&r->s);
}

/* Asks for n points, numbers from r->n on, into X (n x n_cols of the strategy's view). */
static int32_t ask(rig *r, int64_t n, double *X, int64_t *n_out)
{
    hone_trials t;
    error err = {0};
    int64_t number[64];
    for (int64_t i = 0; i < n; i++) {
        number[i] = r->n + i;
    }
    cr_assert(history_table(r->h, &r->f->view, r->budget, &t, &err) == HONE_OK);
    return r->ops->ask(r->f->self, &t, n, number, X, r->f->view.table.n_cols, n_out);
}

/* Starts the trial whose point is x; returns its row. */
static int64_t start(rig *r, const double *x, double *native)
{
    error err = {0};
    view_decode(&r->f->view, x, native);
    const int64_t row = history_start(r->h, r->n++, native, NAN, &err);
    cr_assert(row >= 0);
    return row;
}

static void finish(rig *r, int64_t row, int32_t state, double y, const double *yvar)
{
    error err = {0};
    const outcome o = {.state = state, .y = &y, .yvar = yvar, .seconds = 1.0};
    cr_assert(history_finish(r->h, row, &o, &err) == HONE_OK);
}

/* One sequential step. */
static double step(rig *r, double (*f)(const double *))
{
    double x[MOST_COLS], native[MOST_COLS];
    int64_t n_out = 0;
    cr_assert(ask(r, 1, x, &n_out) == HONE_OK && n_out == 1);
    const int64_t row = start(r, x, native);
    const double y = f(native);
    finish(r, row, isnan(y) ? HONE_FAILED : HONE_COMPLETE, y, NULL);
    return y;
}

/* Minimum 0.397887 at (-pi, 12.275), (pi, 2.275), (9.42478, 2.475). */
static double branin(const double *x)
{
    const double pi = acos(-1.0), a = x[1] - 5.1 / (4 * pi * pi) * x[0] * x[0] + 5 / pi * x[0] - 6;
    return a * a + 10 * (1 - 1 / (8 * pi)) * cos(x[0]) + 10;
}
static const char *const BRANIN[] = {"a", "float -5 10", "b", "float 0 15", NULL};

Test(bayes, finds_the_minimum_of_branin_in_30)
{
    double best[5];
    for (int seed = 0; seed < 5; seed++) {
        rig r;
        rig_open(&r, (uint64_t)seed, BRANIN, NULL);
        best[seed] = HUGE_VAL;
        for (int i = 0; i < 30; i++) {
            best[seed] = fmin(best[seed], step(&r, branin));
        }
        cr_expect(strcmp(r.phase[0], "initial") == 0 && strcmp(r.phase[29], "model") == 0);
        cr_expect(isfinite(r.mean[29]) && r.sd[29] >= 0.0);
        rig_close(&r);
    }
    qsort(best, 5, sizeof *best, by_value); /* of warp.c */
    cr_expect(best[2] < 0.397887 + 0.005, "median %g", best[2]);
}

/* Resume: a new instance that sees the table asks for the same bits. */
Test(bayes, what_is_asked_follows_from_the_table)
{
    rig r;
    rig_open(&r, 3, BRANIN, NULL);
    for (int i = 0; i < 75; i++) {
        if (i % 7 == 0 || i > 70) {
            double X[4][2], Y[4][2];
            int64_t n_out, again;
            fake *old = r.f;
            ask(&r, 1 + i % 3, X[0], &n_out);
            rig_strategy(&r, 3, NULL);
            ask(&r, 1 + i % 3, Y[0], &again);
            cr_expect(n_out == again && memcmp(X, Y, (size_t)n_out * sizeof X[0]) == 0, "at %d", i);
            fake_free(r.f);
            r.f = old;
        }
        step(&r, branin);
    }
    rig_close(&r);
}

Test(bayes, other_seeds_ask_for_other_points)
{
    rig a, b;
    rig_open(&a, 1, BRANIN, NULL);
    rig_open(&b, 2, BRANIN, NULL);
    for (int i = 0; i < 3; i++) {
        const double x = step(&a, branin), y = step(&b, branin);
        cr_expect(i == 0 ? x == y : x != y); /* both begin in the middle */
    }
    rig_close(&a);
    rig_close(&b);
}

static double mixed(const double *x)
{
    return (x[0] - 3) * (x[0] - 3) + (x[1] == 1.0 ? 0.0 : 2.0) + (isnan(x[2]) ? 1.0 : x[2]);
}

Test(bayes, finite_space_is_asked_point_by_point_and_ends)
{
    static const char *const params[] = {"i", "int 1 5", "k", "categorical p q r", "j",
                                         "int 0 2 when k = q", NULL};
    enum { POINTS = 5 + 15 + 5 };
    rig r;
    double x[MOST_COLS], seen[POINTS][3];
    int64_t n_out;
    rig_open(&r, 5, params, NULL);
    for (int i = 0; i < POINTS; i++) {
        step(&r, mixed);
        memcpy(seen[i], history_native(r.h, i), sizeof seen[i]);
        for (int k = 0; k < i; k++) {
            cr_expect(memcmp(seen[i], seen[k], sizeof seen[i]) != 0, "%d is %d again", i, k);
        }
    }
    cr_expect(ask(&r, 1, x, &n_out) == HONE_DONE && n_out == 0);
    rig_close(&r);
}

Test(bayes, batches_and_running_trials_are_kept_apart)
{
    rig r;
    double X[8][2], native[MOST_COLS];
    int64_t n_out, places[8];
    rig_open(&r, 7, BRANIN, NULL);
    for (int i = 0; i < 12; i++) {
        step(&r, branin);
    }
    cr_assert(ask(&r, 8, X[0], &n_out) == HONE_OK && n_out == 8);
    for (int i = 0; i < 8; i++) {
        places[i] = start(&r, X[i], native);
        for (int k = 0; k < i; k++) {
            cr_expect(hypot(X[i][0] - X[k][0], X[i][1] - X[k][1]) > 1e-3, "%d like %d", i, k);
        }
    }
    double one[2];
    cr_assert(ask(&r, 1, one, &n_out) == HONE_OK && n_out == 1);
    for (int k = 0; k < 8; k++) {
        cr_expect(hypot(one[0] - X[k][0], one[1] - X[k][1]) > 1e-3, "like the running %d", k);
    }
    for (int i = 7; i >= 0; i--) { /* they finish in another order */
        view_decode(&r.f->view, X[i], native);
        finish(&r, places[i], HONE_COMPLETE, branin(native), NULL);
    }
    step(&r, branin);
    rig_close(&r);
}

/* One third of the square is the best plateau: once it is known, proposals leave it. */
static double stepped(const double *x)
{
    return 5.0 * floor(branin(x) / 5.0);
}

Test(bayes, plateaus_are_not_crowded)
{
    enum { TRIALS = 40, LATE = 20 };
    rig r;
    int far = 0;
    rig_open(&r, 3, BRANIN, NULL);
    for (int i = 0; i < TRIALS; i++) {
        step(&r, stepped);
    }
    for (int i = TRIALS - LATE; i < TRIALS; i++) {
        const double *x = history_native(r.h, i);
        double nearest = HUGE_VAL;
        for (int k = 0; k < i; k++) {
            const double *y = history_native(r.h, k);
            nearest = fmin(nearest, hypot(x[0] - y[0], x[1] - y[1]));
        }
        far += nearest > 0.5;
    }
    cr_expect(far >= LATE / 2, "%d of %d are new places", far, LATE);
    rig_close(&r);
}

/* A third of the space fails: it is left after a few trials. */
static double failing(const double *x)
{
    return x[0] > 5.0 ? NAN : branin(x);
}

Test(bayes, failed_trials_are_avoided)
{
    rig r;
    int failures = 0;
    double best = HUGE_VAL;
    rig_open(&r, 2, BRANIN, NULL);
    for (int i = 0; i < 40; i++) {
        const double y = step(&r, failing);
        failures += isnan(y);
        best = isnan(y) ? best : fmin(best, y);
    }
    cr_expect(failures < 12, "%d of 40 failed", failures);
    cr_expect(best < 0.5, "best %g", best);
    rig_close(&r);
}

static double outliers(const double *x)
{
    static int n;
    const double y = branin(x);
    return ++n % 20 == 9 ? 1e12 : n == 17 ? 1e300 : y;
}

Test(bayes, huge_values_among_ordinary_ones_do_no_harm)
{
    rig r;
    double best = HUGE_VAL;
    rig_open(&r, 4, BRANIN, NULL);
    for (int i = 0; i < 40; i++) {
        best = fmin(best, step(&r, outliers));
    }
    cr_expect(best < 0.8, "best %g", best);
    rig_close(&r);
}

static double constant(const double *x)
{
    (void)x;
    return 7.0;
}

Test(bayes, constant_values_are_survived)
{
    rig r;
    rig_open(&r, 4, BRANIN, NULL);
    for (int i = 0; i < 20; i++) {
        step(&r, constant);
    }
    rig_close(&r);
}

Test(bayes, pruned_trials_and_known_noise)
{
    rig r;
    double x[MOST_COLS], native[MOST_COLS];
    int64_t n_out;
    rig_open(&r, 4, BRANIN, NULL);
    for (int i = 0; i < 25; i++) {
        const double yvar = 0.01;
        cr_assert(ask(&r, 1, x, &n_out) == HONE_OK);
        const int64_t row = start(&r, x, native);
        if (i % 4 == 3) {
            finish(&r, row, HONE_PRUNED, NAN, NULL);
        } else {
            finish(&r, row, HONE_COMPLETE, branin(native), &yvar);
        }
    }
    cr_expect(strcmp(r.phase[24], "model") == 0);
    rig_close(&r);
}

static int32_t never_fits(void *self, int64_t n, int64_t p, const double *U, int64_t ldu,
                          const double *y, const double *noise_var)
{
    (void)self, (void)n, (void)p, (void)U, (void)ldu, (void)y, (void)noise_var;
    return HONE_ENUMERIC;
}

Test(bayes, without_a_model_it_falls_back)
{
    const hone_surrogate_ops broken = {.size = sizeof broken,
                                       .caps = HONE_CAP_GRADIENT,
                                       .fit = never_fits};
    rig r;
    rig_open(&r, 4, BRANIN, NULL);
    r.f->surrogate = &broken;
    for (int i = 0; i < 10; i++) {
        step(&r, branin);
    }
    cr_expect(strcmp(r.phase[9], "fallback") == 0, "%s", r.phase[9]);
    rig_close(&r);
}

static double wide(const double *x)
{
    double sum = 0.0;
    for (int i = 0; i < 5; i++) {
        sum += (x[i] - 0.3) * (x[i] - 0.3);
    }
    return sum;
}

Test(bayes, two_hundred_parameters)
{
    static char names[200][16];
    static const char *params[401];
    static const char *const set[] = {"bayes.candidates=200", "gp.restarts=0", NULL};
    double first = HUGE_VAL, best = HUGE_VAL;
    rig r;
    for (int i = 0; i < 200; i++) {
        snprintf(names[i], sizeof names[i], "x%d", i);
        params[2 * i] = names[i];
        params[2 * i + 1] = "float 0 1";
    }
    rig_open(&r, 1, params, set);
    for (int i = 0; i < 15; i++) {
        const double y = step(&r, wide);
        first = i < 5 ? fmin(first, y) : first;
        best = fmin(best, y);
    }
    cr_expect(best < first);
    rig_close(&r);
}

Test(bayes, several_objectives_are_refused)
{
    space s = {0};
    error err = {0};
    cr_assert(space_add(&s, "a", "float 0 1", "test", &err) == HONE_OK);
    s.n_objectives = 2;
    cr_expect(fake_new(HONE_STRATEGY, "bayes", &s, rng_root(1), NULL) == NULL);
    space_free(&s);
}

/* Beyond 1,500 trials a part of them is modelled: chosen from the table alone, and sharp where the
 * best ones are. */
Test(bayes, large_tables_are_modelled_in_part)
{
    enum { MANY = 3000 };
    rig r;
    double x[2], again[2], native[2], u[2];
    int64_t n_out;
    rig_open(&r, 9, BRANIN, NULL);
    for (int i = 0; i < MANY; i++) {
        rng_uniform(rng_root(9), i, 0, 2, u);
        const int64_t row = start(&r, u, native);
        finish(&r, row, HONE_COMPLETE, branin(native), NULL);
    }
    cr_assert(ask(&r, 1, x, &n_out) == HONE_OK && n_out == 1);
    fake *first = r.f; /* the history reads its view until the end */
    rig_strategy(&r, 9, NULL);
    cr_assert(ask(&r, 1, again, &n_out) == HONE_OK);
    cr_expect(memcmp(x, again, sizeof x) == 0);
    view_decode(&r.f->view, x, native);
    cr_expect(branin(native) < 0.397887 + 0.01, "%g", branin(native));
    rig_close(&r);
    fake_free(first);
}

/* ---- constraints and costs ------------------------------------------------------------------*/

/* Branin in the disc of Gelbart et al., UAI 2014, section 5: (a - 2.5)^2 + (b - 7.5)^2 <= 50, where
 * the minimum is that at (pi, 2.275) still. */
static double outside(const double *x)
{
    return (x[0] - 2.5) * (x[0] - 2.5) + (x[1] - 7.5) * (x[1] - 7.5) - 50.0;
}

static double constrained_step(rig *r, double seconds, double *c)
{
    double x[MOST_COLS], native[MOST_COLS];
    error err = {0};
    int64_t n_out = 0;
    cr_assert(ask(r, 1, x, &n_out) == HONE_OK && n_out == 1, "%s", r->f->message);
    const int64_t row = start(r, x, native);
    const double y = branin(native);
    *c = outside(native);
    const outcome o = {.state = HONE_COMPLETE, .y = &y, .c = r->s.n_constraints ? c : NULL,
                       .seconds = seconds < 0.0 ? exp(native[0] / 3.0) : seconds};
    cr_assert(history_finish(r->h, row, &o, &err) == HONE_OK);
    return y;
}

static void rig_constrain(rig *r, uint64_t seed, int32_t n, const char *const *set)
{
    error err = {0};
    rig_open(r, seed, BRANIN, NULL);
    fake_free(r->f);
    history_free(r->h);
    r->s.n_constraints = n;
    rig_strategy(r, seed, set);
    cr_assert(history_new(&r->s, &r->h, &err) == HONE_OK);
}

Test(bayes, constraints_are_learnt_and_met)
{
    int worse = 0;
    for (uint64_t seed = 0; seed < 3; seed++) {
        rig r;
        double best = HUGE_VAL, c = 0.0;
        rig_constrain(&r, seed, 1, NULL);
        for (int i = 0; i < 35; i++) {
            const double y = constrained_step(&r, 1.0, &c);
            best = c <= 0.0 ? fmin(best, y) : best;
        }
        worse += !(best < 0.397887 + 0.01);
        rig_close(&r);
    }
    cr_expect(worse <= 1, "%d of 3", worse);
}

Test(bayes, acquisitions_that_ignore_constraints_are_refused)
{
    static const char *const set[] = {"bayes.acquisition=ucb", NULL};
    space s = {0};
    error err = {0};
    cr_assert(space_add(&s, "a", "float 0 1", "test", &err) == HONE_OK);
    s.n_objectives = 1;
    s.n_constraints = 1;
    cr_expect(fake_new(HONE_STRATEGY, "bayes", &s, rng_root(1), set) == NULL);
    cr_expect(strstr(fake_refusal, "constraints") != NULL, "%s", fake_refusal);
    space_free(&s);
}

/* Seconds grow with the first parameter: the same number of trials takes less time. */
Test(bayes, costs_are_learnt_from_the_record)
{
    static const char *const set[] = {"bayes.acquisition=ei_per_second", "bayes.costs=yes", NULL};
    double spent[2] = {0.0, 0.0};
    for (int k = 0; k < 2; k++) {
        rig r;
        rig_constrain(&r, 4, 0, k ? set : NULL);
        for (int i = 0; i < 30; i++) {
            double c;
            constrained_step(&r, -1.0, &c);
            spent[k] += exp(history_native(r.h, i)[0] / 3.0);
        }
        rig_close(&r);
    }
    cr_expect(spent[1] < 0.8 * spent[0], "%g seconds, and %g", spent[1], spent[0]);
}

Test(bayes, max_value_entropy_search_finds_the_minimum)
{
    static const char *const set[] = {"bayes.acquisition=mes", NULL};
    rig r;
    double best = HUGE_VAL, c;
    rig_constrain(&r, 2, 0, set);
    for (int i = 0; i < 35; i++) {
        best = fmin(best, constrained_step(&r, 1.0, &c));
    }
    cr_expect(best < 0.397887 + 0.02, "%g", best);
    rig_close(&r);
}

/* Acquisitions that draw from the models: one in one call, one from its climbs. */
Test(bayes, acquisitions_that_draw_find_the_minimum)
{
    static const char *const sets[][2] = {{"bayes.acquisition=thompson", NULL},
                                          {"bayes.acquisition=log_nei", NULL}};
    for (int k = 0; k < 2; k++) {
        rig r;
        double best = HUGE_VAL, c;
        rig_constrain(&r, 2, 1, sets[k]);
        for (int i = 0; i < 35; i++) {
            const double y = constrained_step(&r, 1.0, &c);
            best = c <= 0.0 ? fmin(best, y) : best;
        }
        cr_expect(best < 0.397887 + 0.05, "%s: %g", sets[k][0], best);
        rig_close(&r);
    }
}

/* ---- the warp -----------------------------------------------------------------------------*/

static void check_warp(int64_t n, const double *values, double reach)
{
    double sorted[100], worst, quartile;
    warp w;
    memcpy(sorted, values, (size_t)n * sizeof *sorted);
    warp_fit(&w, n, sorted, &worst, &quartile);
    cr_expect(isfinite(worst) && isfinite(quartile) && quartile <= worst);
    for (double z = -reach; z < 9.5; z += 0.17) {
        const double y = w.middle + z * w.spread, h = 1e-6 * w.spread, t = warp_of(&w, y);
        cr_expect(warp_of(&w, y + h) > t, "increasing at %g", z);
        cr_expect(fabs(warp_back(&w, t) - y) < 1e-8 * w.spread * (1.0 + fabs(z)), "back at %g", z);
        const double slope = (warp_of(&w, y + h) - warp_of(&w, y - h)) / (2 * h);
        cr_expect(fabs(warp_slope(&w, y) / slope - 1.0) < 1e-4, "slope at %g: %g, %g", z,
                  warp_slope(&w, y), slope);
    }
    cr_expect(isfinite(warp_of(&w, 1e308)) && isfinite(warp_of(&w, -1e308)));
    cr_expect(isfinite(warp_back(&w, 1e9)) && isfinite(warp_back(&w, -1e9)));
}

Test(bayes, warp_is_increasing_and_can_be_undone)
{
    double y[100];
    rng_normal(rng_root(1), 0, 0, 100, y);
    check_warp(100, y, 60.0);
    for (int i = 0; i < 100; i++) {
        y[i] = exp(3.0 * y[i]); /* skew, as the values of many objectives are */
    }
    check_warp(100, y, 5.0);
    check_warp(2, y, 5.0);
    check_warp(1, y, 5.0);
    for (int i = 0; i < 100; i++) {
        y[i] = -y[i];
    }
    check_warp(100, y, 60.0);
}

Test(bayes, warp_makes_skewed_values_more_normal)
{
    double y[100], sorted[100], worst, quartile;
    warp w;
    rng_normal(rng_root(1), 0, 0, 100, y);
    for (int i = 0; i < 100; i++) {
        sorted[i] = y[i] = exp(1.5 * y[i]);
    }
    warp_fit(&w, 100, sorted, &worst, &quartile);
    cr_expect(w.lambda < 0.5, "lambda %g", w.lambda);
    cr_expect(worst / quartile < 10.0);
}

/* ---- the trust region ---------------------------------------------------------------------*/

/* The side after `n` trials of which the marked ones are better than all before. */
static double side_after(const char *better, int64_t n_params)
{
    double values[64];
    int32_t state[64];
    data d = {.n = (int64_t)strlen(better), .k = 1, .n_objectives = 1, .values = values,
              .state = state};
    for (int64_t i = 0; i < d.n; i++) {
        values[i] = better[i] == '+' ? 100.0 - (double)i : 1000.0;
        state[i] = HONE_COMPLETE;
    }
    return region_side(&d, n_params);
}

Test(bayes, a_region_grows_with_success_and_shrinks_without)
{
    cr_expect(side_after("", 2) == 0.8);
    cr_expect(side_after("+++", 2) == 1.6, "%g", side_after("+++", 2));
    cr_expect(side_after("++----", 2) == 0.4);
    cr_expect(side_after("++----", 6) == 0.8, "as many failures as parameters");
    cr_expect(side_after("++----+----++", 2) == 0.2);
    cr_expect(side_after("+----------------------------", 2) == 0.8, "it begins anew");
}

Test(bayes, a_share_of_the_trials_is_kept_to_the_region)
{
    int kept = 0;
    for (int64_t i = 0; i < 1000; i++) {
        kept += region_keeps(i, 0.6);
        cr_expect(!region_keeps(i, 0.0) && region_keeps(i, 1.0));
    }
    cr_expect(kept == 600, "%d", kept);
}
