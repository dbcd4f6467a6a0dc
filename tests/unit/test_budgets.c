/* test_budgets.c - strategies that assign budgets: Hyperband's table, promotions of ASHA, workers
 * side by side, BOHB's model; the same whoever reads the table. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fake_host.h"
#include "history.h"
#include "spaces.h"

enum { WIDE = 16, SMALL = 8, MOST = 4096 };

/* A study in small: `workers` trials run, the one with the least end comes next. */
typedef struct study {
    const space *s;
    history *h;
    fake *f;
    int64_t next, n_running;
    int64_t running[64];
    double ends[64], time;
    double (*value)(const double *native, double fidelity);
} study;

static study study_new(const space *s, const char *name, const char *const *set,
                       double (*value)(const double *, double))
{
    study b = {.s = s, .value = value};
    error err = {0};

    cr_assert_eq(history_new(s, &b.h, &err), HONE_OK);
    b.f = fake_new(HONE_STRATEGY, name, s, rng_child(rng_root(3), "strategy", 0), set);
    cr_assert_not_null(b.f);
    return b;
}

static void study_end(study *b)
{
    fake_free(b->f);
    history_free(b->h);
}

/* Up to n trials more; the status. */
static int32_t study_ask(study *b, int64_t n)
{
    const hone_strategy_ops *ops = b->f->plugin->ops;
    double X[SMALL * WIDE], native[SMALL];
    int64_t number[SMALL], given;
    hone_trials t;
    error err = {0};

    for (int64_t i = 0; i < n; i++)
        number[i] = b->next + i;
    cr_assert_eq(history_table(b->h, &b->f->view, -1, &t, &err), HONE_OK);
    const int32_t status = ops->ask(b->f->self, &t, n, number, X, WIDE, &given);
    cr_assert(status >= 0, "%s", b->f->message);
    for (int64_t i = 0; i < given; i++) {
        view_decode(&b->f->view, X + i * WIDE, native);
        b->ends[b->n_running] = b->time + native[b->s->fidelity];
        b->running[b->n_running++] = history_start(b->h, b->next++, native, 0, &err);
    }
    return status;
}

static void study_tell(study *b, bool failed)
{
    int64_t k = 0;
    error err = {0};

    for (int64_t i = 1; i < b->n_running; i++)
        k = b->ends[i] < b->ends[k] ? i : k;
    const int64_t row = b->running[k];
    const double *native = history_native(b->h, row);
    const double y = b->value(native, native[b->s->fidelity]);
    const outcome o = {.state = failed ? HONE_FAILED : HONE_COMPLETE, .y = &y, .seconds = 1};

    b->time = b->ends[k];
    cr_assert_eq(history_finish(b->h, row, &o, &err), HONE_OK);
    b->running[k] = b->running[--b->n_running];
    b->ends[k] = b->ends[b->n_running];
}

/* Trials of each fidelity 1, 3, 9, 27, 81. */
static void count(const study *b, int64_t from, int64_t to, int of[5])
{
    memset(of, 0, 5 * sizeof *of);
    for (int64_t i = from; i < to; i++)
        of[(int)lround(log(history_native(b->h, i)[b->s->fidelity]) / log(3))]++;
}

/* Cheap evaluations are all but right. */
static double slope(const double *native, double fidelity)
{
    return native[0] + 1e-3 / fidelity;
}

#define LADDER "epochs = int 1 81 log fidelity"

/* Li et al. 2018, table 1 (R = 81, eta = 3): n_i configurations at r_i in brackets s = 4 ... 0;
 * one worker; then the next round begins again. */
Test(budgets, hyperband_has_the_brackets_of_the_paper)
{
    static const int TABLE[5][5] = {{81, 27, 9, 3, 1}, {0, 34, 11, 3, 1}, {0, 0, 15, 5, 1},
                                    {0, 0, 0, 8, 2},   {0, 0, 0, 0, 5}};
    static const char *const NAMES[] = {"hyperband", "bohb"};
    space s = SPACE("x = float 0 1", LADDER);

    for (int which = 0; which < 2; which++) {
        study b = study_new(&s, NAMES[which], NULL, slope);

        for (int round = 0; round < 2; round++)
            for (int k = 0; k < 5; k++) {
                int64_t from = b.next, n = 0;
                int of[5];

                for (int i = 0; i < 5; i++)
                    n += TABLE[k][i];
                for (int64_t i = 0; i < n; i++) {
                    cr_assert_eq(study_ask(&b, 1), HONE_OK);
                    study_tell(&b, false);
                }
                count(&b, from, b.next, of);
                cr_assert_arr_eq(of, TABLE[k], sizeof of, "round %d bracket %d", round, k);
            }
        study_end(&b);
    }
    space_free(&s);
}

/* In the first bracket the best of each rung go on, and nobody else. */
Test(budgets, hyperband_promotes_the_best)
{
    enum { FIRST = 81 + 27 + 9 + 3 + 1 };
    static const int FROM[] = {0, 81, 108, 117, 120, 121};
    space s = SPACE("x = float 0 1", LADDER);
    study b = study_new(&s, "hyperband", NULL, slope);

    for (int i = 0; i < FIRST; i++) {
        cr_assert_eq(study_ask(&b, 1), HONE_OK);
        study_tell(&b, false);
    }
    for (int k = 1; k < 5; k++)
        for (int i = FROM[k]; i < FROM[k + 1]; i++) {
            const double x = history_native(b.h, i)[0];
            int better = 0, same = 0;

            for (int j = FROM[k - 1]; j < FROM[k]; j++) {
                better += history_native(b.h, j)[0] < x;
                same += history_native(b.h, j)[0] == x;
            }
            cr_assert_eq(same, 1); /* to the bit */
            cr_assert_lt(better, FROM[k + 1] - FROM[k]);
        }
    study_end(&b);
    space_free(&s);
}

/* ---- asha ---- */

/* Li et al. 2020, algorithm 2, followed literally: after each tell, from the top rung down,
 * the first of the best floor(n / eta) finished that was not promoted. */
Test(budgets, asha_follows_the_algorithm)
{
    static const char *const SET[] = {"asha.eta=3", NULL};
    space s = SPACE("x = float 0 1", "k = categorical a b c", LADDER);
    study b = study_new(&s, "asha", SET, slope);
    double x[5][MOST]; /* finished on each rung, sorted */
    bool gone[5][MOST];
    int n[5] = {0};

    for (int i = 0; i < 500; i++) {
        double wanted = NAN, native[SMALL];
        int to = 0;

        for (int k = 3; k >= 0 && isnan(wanted); k--)
            for (int j = 0; j < n[k] / 3 && isnan(wanted); j++)
                if (!gone[k][j]) {
                    wanted = x[k][j];
                    to = k + 1;
                    gone[k][j] = true;
                }
        cr_assert_eq(study_ask(&b, 1), HONE_OK);
        memcpy(native, history_native(b.h, b.next - 1), (size_t)s.n * sizeof *native);
        cr_assert_eq(lround(log(native[2]) / log(3)), to, "trial %d", i);
        cr_assert(isnan(wanted) || wanted == native[0]);
        study_tell(&b, false);
        int at = n[to]++;
        for (; at > 0 && x[to][at - 1] > native[0]; at--) {
            x[to][at] = x[to][at - 1];
            gone[to][at] = gone[to][at - 1];
        }
        x[to][at] = native[0];
        gone[to][at] = false;
    }
    cr_assert_gt(n[4], 3);
    study_end(&b);
    space_free(&s);
}

/* ---- all of them ---- */

static const char *const NAMES[] = {"asha", "hyperband", "bohb", "dehb"};
enum { N_NAMES = 4 };

/* Many workers, batches, a fifth of the trials failing: no twin on any fidelity, failed ones do
 * not go on, and an instance that reads the table alone proposes the same. */
Test(budgets, workers_side_by_side)
{
    space s = SPACE("x = float 0 1", "k = categorical a b", "z = float 0 1 when k = a", LADDER);
    static const char *const ETA[] = {"asha.eta=3", NULL};
    dice d = {.key = rng_root(61)};

    for (int which = 0; which < N_NAMES; which++) {
        study b = study_new(&s, NAMES[which], ETA, slope);
        int of[5];

        while (b.next < 400) {
            if (roll(&d) < 0.05) { /* the process began again */
                history_drop(b.h, &b.f->view);
                fake_free(b.f);
                b.f = fake_new(HONE_STRATEGY, NAMES[which], &s,
                               rng_child(rng_root(3), "strategy", 0), ETA);
            }
            cr_assert_eq(study_ask(&b, 1 + roll_below(&d, 4)), HONE_OK);
            while (b.n_running > 16)
                study_tell(&b, roll(&d) < 0.2);
        }
        for (int64_t i = 0; i < b.next; i++) {
            const double *one = history_native(b.h, i);

            for (int64_t j = 0; j < i; j++) {
                const double *other = history_native(b.h, j);

                cr_assert(memcmp(one, other, (size_t)s.n * sizeof *one) != 0, "%s", NAMES[which]);
                cr_assert(one[0] != other[0] || one[1] != other[1] || which == 3 ||
                              history_state(b.h, j) != HONE_FAILED,
                          "%s: a failed configuration went on", NAMES[which]);
            }
        }
        count(&b, 0, b.next, of);
        cr_assert_gt(of[0], of[2]);
        cr_assert_gt(of[2], of[4]);
        cr_assert_gt(of[4], 0);
        study_end(&b);
    }
    space_free(&s);
}

/* The full evaluations of 500 trials are better than the first full ones by far where there is
 * something to learn: bohb and dehb, against hyperband with the same trials. */
static double bowl(const double *native, double fidelity)
{
    double sum = 0;

    for (int i = 0; i < 4; i++)
        sum += (native[i] - 0.3) * (native[i] - 0.3);
    return sum + 0.1 / fidelity;
}

static double best_after(const space *s, const char *name, int64_t trials)
{
    study b = study_new(s, name, NULL, bowl);
    double best = INFINITY;

    while (b.next < trials) {
        cr_assert_eq(study_ask(&b, 1), HONE_OK);
        study_tell(&b, false);
    }
    for (int64_t i = 0; i < b.next; i++)
        if (history_native(b.h, i)[4] == 81)
            best = fmin(best, bowl(history_native(b.h, i), 81));
    study_end(&b);
    return best;
}

Test(budgets, models_learn)
{
    space s = SPACE("a = float 0 1", "b = float 0 1", "c = float 0 1", "d = float 0 1", LADDER);
    const double plain = best_after(&s, "hyperband", 500);

    cr_assert_lt(best_after(&s, "bohb", 500) - 0.1 / 81, (plain - 0.1 / 81) / 2);
    cr_assert_lt(best_after(&s, "dehb", 500) - 0.1 / 81, (plain - 0.1 / 81) / 2);
    space_free(&s);
}

/* Every configuration of a finite space starts once; then the rest goes on, and it is done. */
Test(budgets, finite_spaces_end)
{
    space s = SPACE("n = int 1 10", "k = categorical a b", "epochs = int 1 9 fidelity");

    for (int which = 0; which < 3; which++) {
        study b = study_new(&s, NAMES[which], NULL, slope);
        int seen[10][2] = {0};
        int32_t status = HONE_OK;

        while (status != HONE_DONE) {
            status = study_ask(&b, 3);
            cr_assert(status != HONE_WAIT || b.n_running > 0);
            if (b.n_running > 0)
                study_tell(&b, false);
        }
        while (b.n_running > 0)
            study_tell(&b, false);
        for (int64_t i = 0; i < b.next; i++) {
            const double *native = history_native(b.h, i);

            seen[(int)native[0] - 1][(int)native[1]]++;
        }
        for (int i = 0; i < 20; i++)
            cr_assert_geq(seen[i / 2][i % 2], 1, "%s", NAMES[which]);
        cr_assert_gt(b.next, 20);
        study_end(&b);
    }
    space_free(&s);
}
