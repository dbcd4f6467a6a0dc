/* small_study.h - a study of one strategy in a test's own process: asks one by one, told in any
 * order, with the table as the host makes it. */
#ifndef SMALL_STUDY_H
#define SMALL_STUDY_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#include "fake_host.h"
#include "history.h"

enum { SMALL_COLUMNS = 128 };

typedef struct small_study {
    space s;
    fake *f;
    history *h;
    int64_t budget;
    int32_t status;               /* of the last ask */
    double u[SMALL_COLUMNS];      /* the last point, in the strategy's columns */
} small_study;

/* d numbers in [low, high]. */
static inline space small_box(int d, double low, double high)
{
    space s = {.n_objectives = 1};
    error err = {0};

    for (int i = 0; i < d; i++) {
        char name[16];
        const hone_param p = {.size = sizeof p, .name = name, .low = low, .high = high,
                              .init = NAN, .parent = -1};

        snprintf(name, sizeof name, "x%d", i);
        cr_assert_geq(space_append(&s, &p, NULL, &err), 0, "%s", error_text(&err));
    }
    return s;
}

/* The space is the study's from now on. */
static inline void small_open(small_study *r, const char *name, space s, const char *const *set,
                              uint64_t seed, int64_t budget)
{
    error err = {0};

    *r = (small_study){.s = s, .budget = budget};
    r->f = fake_new(HONE_STRATEGY, name, &r->s, rng_root(seed), set);
    cr_assert_not_null(r->f, "%s", fake_refusal);
    cr_assert_eq(history_new(&r->s, &r->h, &err), HONE_OK);
}

static inline void small_free(small_study *r)
{
    fake_free(r->f);
    history_free(r->h);
    space_free(&r->s);
}

/* A row, its point in native; -1: the strategy waits or is done, see status. */
static inline int64_t small_ask(small_study *r, double *native)
{
    const hone_strategy_ops *ops = r->f->plugin->ops;
    const int64_t number = history_rows(r->h);
    hone_trials t;
    error err = {0};
    int64_t given = 0;

    cr_assert_eq(history_table(r->h, &r->f->view, r->budget, &t, &err), HONE_OK);
    r->status = ops->ask(r->f->self, &t, 1, &number, r->u, SMALL_COLUMNS, &given);
    cr_assert_geq(r->status, 0, "%s", r->f->message);
    if (given == 0)
        return -1;
    view_decode(&r->f->view, r->u, native);
    return history_start(r->h, number, native, 0, &err);
}

static inline void small_tell(small_study *r, int64_t row, int32_t state, double y)
{
    error err = {0};
    const outcome o = {.state = state, .y = &y, .seconds = 1};

    cr_assert_eq(history_finish(r->h, row, &o, &err), HONE_OK);
    const hone_strategy_ops *ops = r->f->plugin->ops;
    if (HONE_HAS(ops, hone_strategy_ops, tell)) {
        hone_trials t;

        cr_assert_eq(history_table(r->h, &r->f->view, r->budget, &t, &err), HONE_OK);
        cr_assert_geq(ops->tell(r->f->self, &t, 1, &row), 0, "%s", r->f->message);
    }
}

/* ---- functions, least 0 ---- */

typedef double (*small_function)(const double *x, int d);

/* At 1.3 everywhere. */
static inline double small_sphere(const double *x, int d)
{
    double sum = 0;
    for (int i = 0; i < d; i++)
        sum += (x[i] - 1.3) * (x[i] - 1.3);
    return sum;
}

static inline double small_rosenbrock(const double *x, int d)
{
    double sum = 0;
    for (int i = 0; i + 1 < d; i++) {
        const double a = x[i] * x[i] - x[i + 1], b = x[i] - 1;
        sum += 100 * a * a + b * b;
    }
    return sum;
}

/* At 1.3 everywhere. */
static inline double small_rastrigin(const double *x, int d)
{
    double sum = 0;
    for (int i = 0; i < d; i++) {
        const double z = x[i] - 1.3;
        sum += z * z - 10 * cos(6.28318530717958647692 * z) + 10;
    }
    return sum;
}

/* ---- runs ---- */

typedef struct small_result {
    int hit;     /* evaluations until the target, 1 + most if never */
    double best;
} small_result;

/* Minimises with `workers` trials running at a time, of which every `loss`-th fails (0: none). */
static inline small_result small_run(small_study *r, small_function of, int d, int most,
                                     double target, int workers, int loss)
{
    small_result found = {.hit = most + 1, .best = INFINITY};
    double x[SMALL_COLUMNS];
    int64_t running[64];
    int n = 0;

    for (int k = 0; k < most;) {
        const int64_t row = n < workers ? small_ask(r, x) : -1;

        if (row >= 0) {
            running[n++] = row;
            if (n < workers)
                continue;
        }
        if (n == 0)
            break;
        const int64_t done = running[0]; /* the oldest ends first */
        const double y = of(history_native(r->h, done), d);
        const int lost = loss > 0 && done % loss == 1;

        memmove(running, running + 1, (size_t)--n * sizeof *running);
        small_tell(r, done, lost ? HONE_FAILED : HONE_COMPLETE, y);
        k++;
        if (!lost && y < found.best)
            found.best = y;
        if (!lost && y <= target && found.hit > most)
            found.hit = k;
    }
    return found;
}

static inline int small_by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static inline double small_median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, small_by_value);
    return v[n / 2];
}

#endif
