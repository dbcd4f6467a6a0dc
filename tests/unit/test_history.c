/* test_history.c - the history against a plain model of it, at random: rows start, report and
 * finish in any order, and every table, now or as of an earlier moment, must be the one that
 * the model rebuilds from nothing. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "history.h"
#include "spaces.h"

enum { ROWS = 120, WIDE = 64, EIGHT = 8 };

static bool same_bits(const double *a, const double *b, int64_t n)
{
    return memcmp(a, b, (size_t)n * sizeof *a) == 0;
}

/* ---- the model ------------------------------------------------------------------------ */

typedef struct row {
    int64_t number;
    double native[EIGHT], ask_seconds, seconds, y[2], c[2], yvar[2];
    int32_t state;
} row;

typedef struct model {
    const space *space;
    row rows[ROWS]; /* as they are in the end */
    int64_t n, finished[ROWS], n_finished;
} model;

static bool is_full(const model *m, const row *r)
{
    const int32_t f = m->space->fidelity;

    return f < 0 || r->native[f] == m->space->params[f].high;
}

static bool feasible(const model *m, const row *r)
{
    for (int32_t k = 0; k < m->space->n_constraints; k++)
        if (!(r->c[k] <= 0))
            return false;
    return r->state == HONE_COMPLETE && is_full(m, r);
}

/* The table for v when n rows existed and the first n_finished events had happened. */
static void check_table(const model *m, const view *v, int64_t n, int64_t n_finished,
                        const hone_trials *t)
{
    const bool all = m->space->fidelity < 0 || (v->caps & HONE_CAP_FIDELITY);
    const int32_t objectives = m->space->n_objectives, constraints = m->space->n_constraints;
    int64_t at = 0, running = 0, finished = 0, place[ROWS];
    bool done[ROWS] = {false}, noise = false;

    for (int64_t i = 0; i < n_finished; i++)
        done[m->finished[i]] = true;
    cr_assert_eq(t->size, sizeof *t);
    cr_assert_eq(t->view, v);
    cr_assert_eq(t->budget, 500);
    cr_assert_eq(t->n_objectives, objectives);
    cr_assert_eq(t->n_constraints, constraints);
    cr_assert(t->number && t->state && t->x && t->y);
    cr_assert_eq(t->c != NULL, constraints > 0);
    for (int64_t i = 0; i < n; i++) {
        const row *r = &m->rows[i];
        double x[WIDE];

        place[i] = -1;
        if (!all && !is_full(m, r))
            continue;
        cr_assert_lt(at, t->n);
        view_encode(v, r->native, x);
        cr_assert(same_bits(t->x + at * t->ldx, x, v->table.n_cols));
        cr_assert_eq(t->number[at], r->number);
        cr_assert_eq(t->state[at], done[i] ? r->state : HONE_RUNNING);
        cr_assert(same_bits(&t->ask_seconds[at], &r->ask_seconds, 1));
        if (done[i]) {
            cr_assert(same_bits(t->y + at * t->ldy, r->y, objectives));
            cr_assert(same_bits(&t->seconds[at], &r->seconds, 1));
            cr_assert(!t->c || same_bits(t->c + at * t->ldc, r->c, constraints));
            for (int32_t k = 0; k < objectives; k++)
                noise = noise || !isnan(r->yvar[k]);
            for (int32_t k = 0; k < objectives && t->yvar; k++)
                cr_assert(same_bits(t->yvar + at * t->ldv + k, &r->yvar[k], 1));
        } else {
            for (int32_t k = 0; k < objectives; k++)
                cr_assert(isnan(t->y[at * t->ldy + k]) &&
                          (!t->yvar || isnan(t->yvar[at * t->ldv + k])));
            for (int32_t k = 0; k < constraints; k++)
                cr_assert(isnan(t->c[at * t->ldc + k]));
            cr_assert(isnan(t->seconds[at]));
            cr_assert_eq(t->running[running++], at);
        }
        place[i] = at++;
    }
    cr_assert_eq(t->n, at);
    cr_assert_eq(t->n_running, running);
    cr_assert_eq(t->yvar != NULL, noise);
    for (int64_t i = 0; i < n_finished; i++)
        if (place[m->finished[i]] >= 0)
            cr_assert_eq(t->finished[finished++], place[m->finished[i]]);
    cr_assert_eq(t->n_finished, finished);
}

static void check_looks(const model *m, history *h)
{
    int64_t best = -1, *front, n_front, k = 0;

    cr_assert_eq(history_rows(h), m->n);
    for (int64_t i = 0; i < m->n; i++) {
        const row *r = &m->rows[i];

        cr_assert_eq(history_row(h, r->number), i);
        cr_assert_eq(history_number(h, i), r->number);
        cr_assert_eq(history_state(h, i), r->state);
        cr_assert(same_bits(history_native(h, i), r->native, m->space->n));
        cr_assert(same_bits(history_values(h, i), r->y, m->space->n_objectives));
        cr_assert_eq(history_feasible(h, i), feasible(m, r));
        cr_assert(isnan(r->yvar[0]) ? isnan(history_noise(h, i, 0))
                                    : history_noise(h, i, 0) == r->yvar[0]);
        if (feasible(m, r) && (best < 0 || r->y[0] < m->rows[best].y[0]))
            best = i;
    }
    cr_assert_eq(history_best(h), best);
    cr_assert_eq(history_row(h, m->n > 0 ? m->rows[m->n - 1].number + 1 : 0), -1);

    n_front = history_front(h, &front);
    for (int64_t i = 0; i < m->n; i++) {
        bool dominated = !feasible(m, &m->rows[i]);

        for (int64_t j = 0; j < m->n && !dominated; j++) {
            bool worse = false, better = false;

            for (int32_t o = 0; o < m->space->n_objectives; o++) {
                better = better || m->rows[j].y[o] < m->rows[i].y[o];
                worse = worse || m->rows[j].y[o] > m->rows[i].y[o];
            }
            dominated = feasible(m, &m->rows[j]) && better && !worse;
        }
        if (!dominated) {
            cr_assert_lt(k, n_front);
            cr_assert_eq(front[k++], i);
        }
    }
    cr_assert_eq(k, n_front);
    free(front);
}

/* The first finished complete row with these bits. */
static int64_t model_find(const model *m, const double *native)
{
    for (int64_t i = 0; i < m->n_finished; i++) {
        const row *r = &m->rows[m->finished[i]];

        if (r->state == HONE_COMPLETE && same_bits(r->native, native, m->space->n))
            return m->finished[i];
    }
    return -1;
}

/* ---- at random ---------------------------------------------------------------------------- */

static void model_start(model *m, history *h, dice *d, double in_order)
{
    row *r = &m->rows[m->n];
    error err = {0};

    memset(r, 0, sizeof *r);
    r->number = m->n == 0 ? 0 : m->rows[m->n - 1].number + 1 + (roll(d) < in_order ? 0 : 2);
    if (m->n > 0 && roll(d) < 0.2)
        memcpy(r->native, m->rows[roll_below(d, m->n)].native, sizeof r->native);
    else
        space_any_point(m->space, d, r->native);
    r->ask_seconds = roll(d);
    r->seconds = r->y[0] = r->y[1] = r->c[0] = r->c[1] = r->yvar[0] = r->yvar[1] = NAN;
    cr_assert_eq(history_start(h, r->number, r->native, r->ask_seconds, &err), m->n, "%s",
                 error_text(&err));
    m->n++;
}

static void model_finish(model *m, history *h, dice *d, int64_t i, double noise)
{
    row *r = &m->rows[i];
    error err = {0};
    outcome o = {.y = r->y, .c = r->c, .yvar = r->yvar};

    o.state = roll(d) < 0.7 ? HONE_COMPLETE : roll(d) < 0.5 ? HONE_PRUNED : HONE_FAILED;
    for (int k = 0; k < 2; k++) {
        r->y[k] = o.state == HONE_COMPLETE ? (double)roll_below(d, 12) : NAN;
        r->c[k] = roll(d) < 0.2 ? NAN : roll(d) - 0.7;
        r->yvar[k] = roll(d) < noise ? roll(d) : NAN;
    }
    o.seconds = r->seconds = roll(d) < 0.1 ? NAN : roll(d);
    if (noise == 0)
        o.yvar = NULL;
    r->state = o.state;
    cr_assert_eq(history_finish(h, i, &o, &err), HONE_OK, "%s", error_text(&err));
    cr_assert_eq(history_finish(h, i, &o, &err), HONE_ESTATE);
    error_free(&err);
    m->finished[m->n_finished++] = i;
}

static const uint32_t CAPS[] = {0, HONE_CAP_CONDITIONAL | HONE_CAP_FIDELITY,
                                HONE_CAP_NATIVE | HONE_CAP_CONDITIONAL | HONE_CAP_FIDELITY,
                                HONE_CAP_NATIVE, 0};
enum { VIEWS = sizeof CAPS / sizeof *CAPS };

static void one_study(dice *d)
{
    static model m;
    space s = space_any(d);
    history *h;
    error err = {0};
    view views[VIEWS];
    int64_t moments[2 * ROWS][2], n_moments = 0;
    const double order = roll(d) < 0.3 ? 1 : roll(d), noise = roll(d) < 0.5 ? 0 : roll(d) * 0.2;

    memset(&m, 0, sizeof m);
    m.space = &s;
    cr_assert_eq(history_new(&s, &h, &err), HONE_OK);
    for (int i = 0; i < VIEWS; i++)
        cr_assert_eq(view_init(&views[i], &s, CAPS[i], &err), HONE_OK);
    for (int step = 0; step < 2 * ROWS; step++) {
        const view *v = &views[roll_below(d, VIEWS)];
        hone_trials t;
        int64_t open[ROWS], n_open = 0;

        for (int64_t i = 0; i < m.n; i++)
            if (m.rows[i].state == HONE_RUNNING)
                open[n_open++] = i;
        if (m.n < ROWS && (n_open == 0 || roll(d) < 0.55))
            model_start(&m, h, d, order);
        else if (n_open > 0)
            model_finish(&m, h, d, roll(d) < order ? open[0] : open[roll_below(d, n_open)], noise);
        moments[n_moments][0] = m.n;
        moments[n_moments++][1] = m.n_finished;
        if (roll(d) < 0.3) {
            cr_assert_eq(history_table(h, v, 500, &t, &err), HONE_OK);
            check_table(&m, v, m.n, m.n_finished, &t);
        }
        if (roll(d) < 0.1) {
            const int64_t at = roll_below(d, n_moments);

            v = &views[roll_below(d, VIEWS)];
            cr_assert_eq(history_past(h, v, 500, moments[at][0], moments[at][1], &t, &err), HONE_OK);
            check_table(&m, v, moments[at][0], moments[at][1], &t);
        }
        if (roll(d) < 0.05)
            history_drop(h, v);
        if (roll(d) < 0.1 && m.n > 0) {
            const double *native = m.rows[roll_below(d, m.n)].native;

            cr_assert_eq(history_find(h, native), model_find(&m, native));
        }
        if (roll(d) < 0.05)
            check_looks(&m, h);
    }
    /* A replay goes through all moments in order. */
    for (int64_t at = 0; at < n_moments; at++) {
        const view *v = &views[at % 2];
        hone_trials t;

        cr_assert_eq(history_past(h, v, 500, moments[at][0], moments[at][1], &t, &err), HONE_OK);
        check_table(&m, v, moments[at][0], moments[at][1], &t);
    }
    check_looks(&m, h);
    cr_assert_eq(err.n, 0);
    history_free(h);
    for (int i = 0; i < VIEWS; i++)
        view_free(&views[i]);
    space_free(&s);
}

Test(history, is_what_a_plain_model_says)
{
    dice d = {.key = rng_root(31)};

    for (int round = 0; round < 150; round++)
        one_study(&d);
}

/* ---- reports ---------------------------------------------------------------------------------- */

Test(history, reports)
{
    space s = SPACE("x = float 0 1");
    history *h;
    error err = {0};
    const double x = 0.5;
    const int64_t *step;
    const double *value;

    history_new(&s, &h, &err);
    for (int64_t i = 0; i < 40; i++)
        history_start(h, i, &x, 0, &err);
    cr_assert_eq(history_reports(h, 3, &step, &value), 0);
    for (int64_t k = 0; k < 200; k++)
        for (int64_t i = 0; i < 40; i += 3)
            cr_assert(history_report(h, i, k * (i + 1), (double)(k - i)));
    cr_assert_not(history_report(h, 3, 199 * 4, 1)); /* repeated */
    cr_assert_not(history_report(h, 3, 5, 1));       /* smaller */
    cr_assert_not(history_report(h, 40, 5, 1));
    cr_assert(history_report(h, 3, 1000, 7));
    for (int64_t i = 0; i < 40; i++) {
        const int64_t n = history_reports(h, i, &step, &value);

        cr_assert_eq(n, i % 3 ? 0 : i == 3 ? 201 : 200);
        for (int64_t k = 0; k < n && k < 200; k++)
            cr_assert(step[k] == k * (i + 1) && value[k] == (double)(k - i));
    }
    cr_assert_eq(value - value, 0);
    history_free(h);
    space_free(&s);
}

/* ---- what is refused ------------------------------------------------------------------------------ */

Test(history, refuses)
{
    space s = SPACE("x = float 0 1");
    history *h;
    error err = {0};
    const double x = 0.5, good = 1, bad = NAN, minus = -0.0;
    view v;
    hone_trials t;
    double u[1];

    history_new(&s, &h, &err);
    view_init(&v, &s, 0, &err);
    cr_assert_eq(history_table(h, &v, -1, &t, &err), HONE_OK); /* an empty one */
    cr_assert(t.n == 0 && t.number && t.state && t.x && t.y);
    cr_assert_eq(history_best(h), -1);
    cr_assert_eq(history_find(h, &x), -1);
    cr_assert_eq(history_start(h, 5, &x, 0, &err), 0);
    cr_assert_eq(history_start(h, 5, &x, 0, &err), HONE_EINVAL);
    cr_assert_eq(history_start(h, 6, &minus, 0, &err), 1);
    view_encode(&v, history_native(h, 1), u);
    cr_assert_not(signbit(history_native(h, 1)[0]));
    cr_assert_eq(history_finish(h, 2, &(outcome){.state = HONE_COMPLETE, .y = &good}, &err),
                 HONE_EINVAL);
    cr_assert_eq(history_finish(h, 0, &(outcome){.state = HONE_COMPLETE, .y = &bad}, &err),
                 HONE_EINVAL);
    cr_assert_eq(history_finish(h, 0, &(outcome){.state = 9, .y = &good}, &err), HONE_EINVAL);
    cr_assert_eq(history_finish(h, 0, &(outcome){.state = HONE_COMPLETE, .y = &good}, &err), HONE_OK);
    cr_assert_eq(history_past(h, &v, -1, 3, 0, &t, &err), HONE_EINVAL);
    cr_assert_eq(history_past(h, &v, -1, 2, 2, &t, &err), HONE_EINVAL);
    error_free(&err);
    history_free(h);
    history_free(NULL);
    view_free(&v);
    space_free(&s);
}

/* ---- size --------------------------------------------------------------------------------------------- */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Everything a trial costs must not grow with their number: 300,000 rows started at once and
 * then finished backwards, tables in between, take seconds if anything is O(n). */
Test(history, does_not_slow_down, .timeout = 20)
{
    enum { N = 300000 };
    space s = SPACE("x = float 0 1", "n = int 1 9 fidelity");
    history *h;
    error err = {0};
    view v, w;
    hone_trials t;
    const double start = now();

    history_new(&s, &h, &err);
    view_init(&v, &s, 0, &err);
    view_init(&w, &s, HONE_CAP_FIDELITY, &err);
    for (int64_t i = 0; i < N; i++) {
        const double x[2] = {(double)i / N, i % 3 ? 9 : 1};
        history_start(h, i, x, 0, &err);
    }
    for (int64_t i = N - 1; i >= 0; i--) {
        const double y = (double)i;
        history_finish(h, i, &(outcome){.state = HONE_COMPLETE, .y = &y}, &err);
        if (i % 3000 == 0)
            history_table(h, &w, -1, &t, &err);
    }
    cr_assert_eq(history_table(h, &v, -1, &t, &err), HONE_OK);
    cr_assert_eq(t.n, N - N / 3);
    for (int64_t k = 0; k < N; k += 1000)
        cr_assert_eq(history_past(h, k % 2000 ? &v : &w, -1, N, k, &t, &err), HONE_OK);
    cr_assert_eq(history_best(h), 1);
    cr_assert_lt(now() - start, 10);
    history_free(h);
    view_free(&v);
    view_free(&w);
    space_free(&s);
}
