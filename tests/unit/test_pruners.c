/* test_pruners.c - pruners decide as Optuna's do, and are rebuilt by replay; none never stops. */
#include <criterion/criterion.h>
#include <string.h>

#include "fake_host.h"
#include "pruners_reference.h"
#include "spaces.h"

enum { TRIALS = 40 };

static fake *pruner(const char *name, const space *s, const char *const *set)
{
    fake *f = fake_new(HONE_PRUNER, name, s, rng_root(1), set);

    cr_assert_not_null(f);
    return f;
}

static int32_t observe(fake *f, int64_t number, int64_t step, double value)
{
    const hone_pruner_ops *ops = f->plugin->ops;
    int32_t stop = -1;

    cr_assert_eq(ops->observe(f->self, number, step, value, &stop), HONE_OK);
    cr_assert(stop == 0 || stop == 1);
    return stop;
}

static void finish(fake *f, int64_t number, int32_t state)
{
    const hone_pruner_ops *ops = f->plugin->ops;

    cr_assert_eq(ops->finish(f->self, number, state), HONE_OK);
}

/* A linear congruential generator (Knuth's MMIX), the same in the program that made KNOWN. */
static uint64_t draw(uint64_t *x)
{
    *x = *x * 6364136223846793005u + 1442695040888963407u;
    return *x >> 40;
}

/* Trials report random values at random steps, one in eight fails, until they are pruned.
 * For each the step at which Optuna 3.1.0 pruned it, -1: not, with
 * MedianPruner(startup, warmup, interval_steps, n_min_trials). */
static const struct {
    int startup, warmup, interval, min_trials, seed;
    int stopped[TRIALS];
} KNOWN[] = {
    {5, 0, 1, 1, 1, {-1, -1, -1, -1, -1, -1, -1, -1, 2, -1, 7, 2, -1, 2, 1, 1, -1, 1, -1, 0,
                     2, -1, 1, 19, 1, 2, -1, 7, -1, 2, 1, 2, 0, 2, 2, 19, 2, 0, 2, 19}},
    {0, 0, 1, 1, 2, {-1, -1, -1, 1, -1, 12, 1, 12, 12, 10, -1, 0, 3, 0, 1, 12, 0, 0, 12, 2,
                     2, 1, 1, 12, 1, 1, 1, 1, 0, 0, 2, 12, -1, 2, 1, 2, 1, 2, 1, 0}},
    {3, 4, 1, 1, 3, {-1, -1, -1, -1, -1, -1, -1, -1, -1, 4, -1, -1, -1, 7, -1, -1, 4, -1, 8, 4,
                     -1, -1, -1, 4, 7, -1, -1, 4, 4, -1, -1, -1, 4, 4, 5, -1, -1, -1, 4, -1}},
    {2, 1, 3, 1, 4, {-1, -1, -1, 1, 9, 1, 1, 1, 7, 9, 1, 11, -1, 3, 2, 1, 2, 1, -1, 2,
                     2, -1, 1, 1, 1, -1, -1, 1, 1, -1, -1, 2, 2, 2, -1, -1, 1, 1, 1, 2}},
    {5, 0, 2, 4, 5, {-1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 12, -1, 12, 1, 2, -1, 1, 12, -1, -1,
                     -1, 1, -1, -1, 1, 1, -1, -1, 7, 0, -1, -1, 2, 1, 2, 0, 2, 1, 2, -1}},
    {1, 2, 5, 3, 6, {-1, -1, -1, -1, -1, -1, -1, -1, 9, -1, -1, -1, 3, -1, 2, -1, -1, 2, -1, 2,
                     2, -1, 2, -1, -1, -1, -1, -1, -1, -1, 2, 2, -1, -1, -1, -1, -1, -1, 2, 2}},
};
enum { CASES = sizeof KNOWN / sizeof *KNOWN };

static fake *median_of(int k, const space *s)
{
    static char set[4][32];
    static const char *list[5];

    snprintf(set[0], sizeof set[0], "median.startup=%d", KNOWN[k].startup);
    snprintf(set[1], sizeof set[1], "median.warmup=%d", KNOWN[k].warmup);
    snprintf(set[2], sizeof set[2], "median.interval=%d", KNOWN[k].interval);
    snprintf(set[3], sizeof set[3], "median.min_trials=%d", KNOWN[k].min_trials);
    for (int i = 0; i < 4; i++)
        list[i] = set[i];
    return pruner("median", s, list);
}

/* One trial to its end; the step at which it was stopped, or -1. */
static int one_trial(fake *f, int64_t number, int longest, int gap, uint64_t *x)
{
    const bool fails = draw(x) % 8 == 0;
    const int64_t n = 5 + (int64_t)(draw(x) % (uint64_t)longest);
    int64_t step = 0;
    int stopped = -1;

    for (int64_t k = 0; k < n && stopped < 0; k++) {
        step += (int64_t)(draw(x) % (uint64_t)gap) + (k > 0);
        if (observe(f, number, step, (double)(draw(x) % 1000) / 8))
            stopped = (int)step;
    }
    finish(f, number, stopped >= 0 ? HONE_PRUNED : fails ? HONE_FAILED : HONE_COMPLETE);
    return stopped;
}

Test(pruners, median_decides_as_optuna)
{
    space s = SPACE("x = float 0 1");

    for (int k = 0; k < CASES; k++) {
        fake *f = median_of(k, &s);
        uint64_t x = (uint64_t)KNOWN[k].seed;

        for (int i = 0; i < TRIALS; i++)
            cr_assert_eq(one_trial(f, i, 8, 3, &x), KNOWN[k].stopped[i], "case %d trial %d", k, i);
        fake_free(f);
    }
    space_free(&s);
}

/* The pruner of one case: options as "name=value name=value". */
static fake *reference(int k, const space *s)
{
    static char set[8][64];
    static const char *list[9];
    const char *at = REFERENCE[k].set;
    int n = 0;

    for (size_t length; *at; at += length + (at[length] == ' ')) {
        length = strcspn(at, " ");
        snprintf(set[n], sizeof set[n], "%s.%.*s", REFERENCE[k].pruner, (int)length, at);
        list[n] = set[n];
        n++;
    }
    list[n] = NULL;
    return pruner(REFERENCE[k].pruner, s, list);
}

Test(pruners, decide_as_optuna)
{
    space s = SPACE("x = float 0 1");

    for (size_t k = 0; k < sizeof REFERENCE / sizeof *REFERENCE; k++) {
        fake *f = reference((int)k, &s);
        uint64_t x = (uint64_t)REFERENCE[k].seed;

        for (int i = 0; i < TRIALS; i++)
            cr_assert_eq(one_trial(f, i, REFERENCE[k].longest, REFERENCE[k].gap, &x),
                         REFERENCE[k].stopped[i], "%s %s, trial %d", REFERENCE[k].pruner,
                         REFERENCE[k].set, i);
        fake_free(f);
    }
    space_free(&s);
}

/* Resume shows a new pruner all reports and ends again, whatever it answers; from then on it
 * decides as the first one did.  Four trials at a time. */
enum { EVENTS = 600 };
typedef struct event {
    int64_t number, step; /* step -1: the trial ends */
    double value;
    int32_t stop;
} event;

static void replay(int k, const space *s, const event *log)
{
    for (int cut = 0; cut < EVENTS; cut += 41) {
        fake *f = reference(k, s);

        for (int i = 0; i < EVENTS; i++) {
            int32_t stop = 0;

            if (log[i].step < 0)
                finish(f, log[i].number, HONE_COMPLETE);
            else
                stop = observe(f, log[i].number, log[i].step, log[i].value);
            cr_assert(i < cut || stop == log[i].stop, "%s", REFERENCE[k].pruner);
        }
        fake_free(f);
    }
}

Test(pruners, are_rebuilt_by_replay)
{
    space s = SPACE("x = float 0 1");
    static event log[EVENTS];
    dice d = {.key = rng_root(51)};

    for (size_t k = 0; k < sizeof REFERENCE / sizeof *REFERENCE; k++) {
        int64_t running[4] = {0, 1, 2, 3}, step[4] = {0}, next = 4;
        fake *f = reference((int)k, &s);

        for (int i = 0; i < EVENTS; i++) {
            const int64_t slot = roll_below(&d, 4);
            event *e = &log[i];

            *e = (event){.number = running[slot], .value = roll(&d)};
            e->step = step[slot] < 8 ? step[slot]++ : -1;
            if (e->step >= 0) {
                e->stop = observe(f, e->number, e->step, e->value);
                continue;
            }
            finish(f, e->number, HONE_COMPLETE);
            running[slot] = next++;
            step[slot] = 0;
        }
        fake_free(f);
        replay((int)k, &s, log);
    }
    space_free(&s);
}

/* The shares of Hyperband's brackets (R = 81, eta = 3: 81, 34, 15, 8, 5 trials), seen by which
 * step is the first at which a hopeless trial ends. */
Test(pruners, hyperband_gives_each_bracket_its_share)
{
    enum { ROUND = 81 + 34 + 15 + 8 + 5 };
    space s = SPACE("x = float 0 1");
    fake *f = pruner("hyperband", &s, (const char *const[]){"hyperband.max_resource=81", NULL});
    int ended[82] = {0};

    for (int64_t i = 0; i < 3 * ROUND; i++) {
        int32_t stop = 0;

        for (int64_t step = 1; step <= 81; step++) /* the first ROUND are better: they set the bar */
            if (observe(f, i, step, i < ROUND ? 0 : 1) && !stop) {
                stop = 1;
                ended[step] += i >= ROUND;
            }
        finish(f, i, HONE_COMPLETE);
    }
    cr_assert_eq(ended[1], 2 * 81);
    cr_assert_eq(ended[3], 2 * 34);
    cr_assert_eq(ended[9], 2 * 15);
    cr_assert_eq(ended[27], 2 * 8);
    cr_assert_eq(ended[81], 2 * 5);
    fake_free(f);
    space_free(&s);
}

Test(pruners, say_what_does_not_fit)
{
    static const char *const WRONG[][4] = {
        {"threshold", NULL},
        {"threshold", "threshold.lower=2", "threshold.upper=1", NULL},
        {"asha", "asha.bootstrap=3", NULL},
        {"hyperband", "hyperband.bootstrap=3", NULL},
        {"hyperband", "hyperband.min_resource=9", "hyperband.max_resource=8", NULL}};
    space s = SPACE("x = float 0 1");

    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
        cr_assert_null(fake_new(HONE_PRUNER, WRONG[i][0], &s, rng_root(1), WRONG[i] + 1));
    space_free(&s);
}

/* Trials that run side by side do not disturb one another, and an even count takes the mean
 * of the two in the middle. */
Test(pruners, median_with_trials_side_by_side)
{
    space s = SPACE("x = float 0 1");
    fake *f = pruner("median", &s, (const char *const[]){"median.startup=4", NULL});

    for (int64_t step = 0; step < 20; step++)
        for (int64_t i = 0; i < 4; i++)
            cr_assert_eq(observe(f, i, step, (double)(i * 10 + 20 - step)), 0);
    for (int64_t i = 3; i >= 0; i--)
        finish(f, i, HONE_COMPLETE);
    /* at step 5: 15, 25, 35, 45; the median is 30 */
    cr_assert_eq(observe(f, 10, 5, 30), 0);
    cr_assert_eq(observe(f, 11, 5, 30.5), 1);
    cr_assert_eq(observe(f, 12, 3, 1), 0);
    cr_assert_eq(observe(f, 12, 5, 1000), 0); /* its best so far counts */
    cr_assert_eq(observe(f, 13, 100, 1e9), 0); /* nobody was there */
    finish(f, 11, HONE_PRUNED);
    finish(f, 99, HONE_COMPLETE); /* reported nothing */
    fake_free(f);
    space_free(&s);
}

Test(pruners, none_never_stops)
{
    space s = SPACE("x = float 0 1");
    fake *f = pruner("none", &s, NULL);

    for (int64_t i = 0; i < 100; i++) {
        cr_assert_eq(observe(f, i, 1, (double)i), 0);
        finish(f, i, HONE_COMPLETE);
    }
    fake_free(f);
    space_free(&s);
}
