/* The automatic choice: who proposes, when another takes over, the same from the table alone. */
#include <criterion/criterion.h>

#include "../../plugins/strategy/auto/choose.c"
#include "../support/fake_host.h"
#include "history.h"
#include "spaces.h"

enum { WIDE = 16, MOST = 4096 };

typedef struct rig {
    const space *s;
    fake *f;
    history *h;
    const char *const *set;
    int64_t n;
    double seconds; /* that an evaluation takes */
    const double *yvar;
    char said[1024]; /* all reasons, by line */
} rig;

static void take_note(void *context, int64_t number, const char *key, double v, const char *words)
{
    rig *r = context;
    (void)v;
    if (strcmp(key, "strategy") == 0) {
        const size_t at = strlen(r->said);
        snprintf(r->said + at, sizeof r->said - at, "%lld %s\n", (long long)number, words);
    }
}

static void begin(rig *r)
{
    r->f = fake_new(HONE_STRATEGY, "auto", r->s, rng_child(rng_root(1), "strategy", 0), r->set);
    cr_assert_not_null(r->f);
    r->f->noted = take_note;
    r->f->context = r;
}

static void leave(rig *r)
{
    history_drop(r->h, &r->f->view);
    fake_free(r->f);
}

static rig rig_open(const space *s, const char *const *set)
{
    rig r = {.s = s, .set = set, .seconds = 1.0};
    error err = {0};
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    cr_assert_eq(history_new(s, &r.h, &err), HONE_OK);
    return r;
}

static void rig_close(rig *r)
{
    leave(r);
    history_free(r->h);
}

static int32_t ask(rig *r, int64_t budget, int64_t n, double *X, int64_t *n_out)
{
    hone_trials t;
    error err = {0};
    int64_t number[8];
    for (int64_t i = 0; i < n; i++)
        number[i] = r->n + i;
    cr_assert_eq(history_table(r->h, &r->f->view, budget, &t, &err), HONE_OK);
    const int32_t status = ((const hone_strategy_ops *)r->f->plugin->ops)
                               ->ask(r->f->self, &t, n, number, X, WIDE, n_out);
    cr_assert(status >= 0, "%s", r->f->message);
    return status;
}

static int64_t start(rig *r, const double *x, double *native)
{
    error err = {0};
    view_decode(&r->f->view, x, native);
    return history_start(r->h, r->n++, native, 0, &err);
}

static void finish(rig *r, int64_t row, double y)
{
    error err = {0};
    const double y2[2] = {y, -y};
    const outcome o = {.state = isnan(y) ? HONE_FAILED : HONE_COMPLETE,
                       .y = y2,
                       .yvar = r->yvar,
                       .seconds = r->seconds};
    cr_assert_eq(history_finish(r->h, row, &o, &err), HONE_OK);
}

static double sphere(const double *x, int32_t n)
{
    double sum = 0;
    for (int32_t i = 0; i < n; i++)
        sum += isnan(x[i]) ? 0 : (x[i] - 0.3) * (x[i] - 0.3);
    return sum;
}

/* n trials, one after the other; the best value. */
static double work(rig *r, int64_t budget, int64_t n)
{
    double x[WIDE], native[WIDE], best = HUGE_VAL;
    for (int64_t i = 0; i < n; i++) {
        int64_t given;
        cr_assert_eq(ask(r, budget, 1, x, &given), HONE_OK);
        cr_assert_eq(given, 1);
        const int64_t row = start(r, x, native);
        const double y = sphere(native, r->s->n);
        finish(r, row, y);
        best = fmin(best, y);
    }
    return best;
}

#define SET(...)                                                                                   \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

/* The first words that are said in a space. */
static void assert_first(space s, int objectives, const char *begins)
{
    s.n_objectives = objectives;
    rig r = rig_open(&s, SET("auto.model=sobol", "bohb.min_resource=1"));
    begin(&r);
    work(&r, 100, 3);
    cr_expect(strncmp(r.said, begins, strlen(begins)) == 0, "%s", r.said);
    cr_expect_eq(strchr(r.said, '\n'), r.said + strlen(r.said) - 1);
    rig_close(&r);
    space_free(&s);
}

Test(automatic, who_proposes_first)
{
    assert_first(SPACE("a = float 0 1", "k = categorical p q"), 1,
                 "0 sobol: 2 parameters, one obj");
    assert_first(SPACE("a = float 0 1", "b = float 0 1"), 2, "0 nsga2: 2 objectives");
    assert_first(SPACE("a = float 0 1", "e = int 1 27 fidelity"), 1,
                 "0 bohb: a parameter is marked");
}

Test(automatic, takes_over_where_a_model_is_too_dear)
{
    space numbers = SPACE("a = float 0 1", "b = float 0 1", "n = int 0 9"),
          mixed = SPACE("a = float 0 1", "k = categorical p q");
    rig r = rig_open(&numbers, SET("auto.model=sobol", "auto.patience=0", "auto.share=0"));
    begin(&r);
    work(&r, -1, 40);
    cr_expect(strstr(r.said, "0 sobol:") && strstr(r.said, "\n16 cmaes from trial 16 on"), "%s",
              r.said);
    rig_close(&r);

    r = rig_open(&mixed, SET("auto.model=sobol", "auto.patience=0", "auto.share=0"));
    begin(&r);
    work(&r, -1, 40);
    cr_expect(strstr(r.said, "\n16 tpe from trial 16 on") &&
                  strstr(r.said, "not all parameters are"),
              "%s", r.said);
    rig_close(&r);

    /* 16 suggestions are said to take 0.1 s: more than a tenth of 16 evaluations of 10 ms only */
    for (int dear = 0; dear < 2; dear++) {
        r = rig_open(&numbers, SET("auto.model=sobol", "auto.patience=0"));
        r.seconds = dear ? 1.0 : 0.01;
        begin(&r);
        work(&r, -1, 40);
        cr_expect_eq(strstr(r.said, "cmaes") != NULL, !dear, "%s", r.said);
        rig_close(&r);
    }
    /* no second is looked at within one's patience */
    r = rig_open(&numbers, SET("auto.model=sobol"));
    r.seconds = 0;
    begin(&r);
    work(&r, -1, 100);
    cr_expect_null(strstr(r.said, "cmaes"), "%s", r.said);
    rig_close(&r);

    const double noise[2] = {100.0, 100.0};
    r = rig_open(&numbers, SET("auto.model=sobol", "auto.patience=0", "auto.share=0"));
    r.yvar = noise;
    begin(&r);
    work(&r, -1, 20);
    cr_expect(strstr(r.said, "tpe") && strstr(r.said, "noisy"), "%s", r.said);
    rig_close(&r);
    space_free(&numbers);
    space_free(&mixed);
}

/* CMA-ES goes on from the best point found and converges, in spite of what failed. */
Test(automatic, goes_on_from_the_best)
{
    space s = SPACE("a = float -1 2", "b = float 0 1", "c = float 1e-2 1 log");
    rig r = rig_open(&s, SET("auto.model=sobol", "auto.patience=0", "auto.share=0"));
    begin(&r);
    cr_expect_lt(work(&r, -1, 400), 1e-6);
    rig_close(&r);
    space_free(&s);
}

/* Several workers, failures, points of others: a new instance at any time proposes the same. */
Test(automatic, leads_a_strategy_with_a_state_along_the_table)
{
    space s = SPACE("a = float 0 1", "b = float 0 1", "n = int 0 9");
    rig r = rig_open(&s, SET("auto.model=sobol", "auto.patience=0", "auto.share=0"));
    dice d = {.key = rng_root(7)};
    int64_t running[64], n_running = 0, waited = 0, led = 0;
    begin(&r);
    for (int k = 0; k < 400; k++) {
        double X[4 * WIDE], again[4 * WIDE], native[WIDE];
        const int64_t n = 1 + roll_below(&d, 4);
        int64_t given, given_again;
        if (roll(&d) < 0.05) {
            space_any_point(&s, &d, native);
            error err = {0};
            running[n_running++] = history_start(r.h, r.n++, native, 0, &err);
        }
        const int32_t status = ask(&r, -1, n, X, &given);
        fake *kept = r.f;
        if (k % 3 == 0) {
            begin(&r);
            cr_assert_eq(ask(&r, -1, n, again, &given_again), status);
            cr_assert_eq(given, given_again);
            for (int64_t i = 0; i < given; i++)
                cr_assert_eq(memcmp(X + i * WIDE, again + i * WIDE, 3 * sizeof *X), 0, "%d", k);
            if (k % 2) { /* the old one goes on, or the new one */
                leave(&r);
                r.f = kept;
            } else {
                history_drop(r.h, &kept->view);
                fake_free(kept);
            }
        }
        waited += status == HONE_WAIT;
        led += given;
        for (int64_t i = 0; i < given; i++)
            running[n_running++] = start(&r, X + i * WIDE, native);
        while (n_running > 0 && (n_running > 8 || status == HONE_WAIT || roll(&d) < 0.5)) {
            const int64_t at = roll_below(&d, n_running);
            finish(&r, running[at],
                   roll(&d) < 0.2 ? NAN : sphere(history_native(r.h, running[at]), 3));
            running[at] = running[--n_running];
            if (status == HONE_WAIT && roll(&d) < 0.5)
                break;
        }
    }
    cr_expect(waited > 0 && led > 300, "%lld %lld", (long long)waited, (long long)led);
    rig_close(&r);
    space_free(&s);
}

Test(automatic, bayes_is_what_it_begins_with)
{
    space s = SPACE("a = float 0 1", "b = float 0 1");
    rig r = rig_open(&s, NULL);
    begin(&r);
    cr_expect_lt(work(&r, 25, 25), 1e-4);
    cr_expect(strstr(r.said, "0 bayes: 2 parameters") && strstr(r.said, "for all 25 trials"), "%s",
              r.said);
    rig_close(&r);
    space_free(&s);
}

Test(automatic, says_what_is_wrong)
{
    space s = SPACE("a = float 0 1");
    cr_expect_null(fake_new(HONE_STRATEGY, "auto", &s, rng_root(1), SET("auto.model=cmaes")));
    cr_expect(strstr(fake_refusal, "cmaes keeps a state of its own"), "%s", fake_refusal);
    space_free(&s);
}

Test(automatic, cost_is_the_sum_of_suggestions)
{
    const choice c = {.d = 10};
    for (int64_t n = 100; n <= 3000; n += 290) {
        double sum = 0;
        for (int64_t i = 0; i < n; i++)
            sum += cost_of_one(&c, i);
        cr_expect_lt(fabs(choose_cost(&c, n) - sum), 0.03 * sum);
    }
}
