/* conform_play.c - a study in small, and what a strategy may not do in it. */
#include "conform_play.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MARGIN = 3, MOST = 64, GOALS = 4 };
static const uint64_t CANARY = 0x7ff4dead4badf00d; /* a NaN that nobody computes */

const char *const PLAY_NAMES[PLAY_OUTCOMES] = {
    "smooth values",   "every second trial failed", "all trials failed",
    "every second trial pruned", "constant values", "values of about 1e300",
    "values over 200 orders of magnitude"};

static double canary(void)
{
    double d;
    memcpy(&d, &CANARY, sizeof d);
    return d;
}

static bool is_canary(const double *v)
{
    return memcmp(v, &CANARY, sizeof *v) == 0;
}

bool play_open(play *p, rig *r, int results)
{
    *p = (play){.rig = r, .results = results, .ldx = rig_space(r)->n_cols + MARGIN};
    p->room = (MOST + 1) * p->ldx;
    p->x = malloc((size_t)p->room * sizeof *p->x);
    if (!p->x)
        stand_fail(r->stand, "out of memory");
    return p->x;
}

void play_close(play *p)
{
    free(p->x);
    p->x = NULL;
}

const double *play_row(const play *p, int64_t i)
{
    return p->x + i * p->ldx;
}

/* ---- what may not change ---- */

static uint64_t mix(uint64_t h, const void *data, size_t n)
{
    const unsigned char *b = data;
    for (size_t i = 0; data && i < n; i++)
        h = (h ^ b[i]) * 0x100000001b3; /* FNV-1a */
    return h;
}

static uint64_t table_print(const hone_trials *t)
{
    const size_t n = (size_t)t->n;
    uint64_t h = 0xcbf29ce484222325;
    h = mix(h, t->number, n * sizeof *t->number);
    h = mix(h, t->state, n * sizeof *t->state);
    h = mix(h, t->x, n * (size_t)t->ldx * sizeof *t->x);
    h = mix(h, t->y, n * (size_t)t->ldy * sizeof *t->y);
    h = mix(h, t->finished, (size_t)t->n_finished * sizeof *t->finished);
    return mix(h, t->running, (size_t)t->n_running * sizeof *t->running);
}

/* ---- what an ask may answer ---- */

static bool inside(const hone_space *s, bool native, const double *x, int64_t *column)
{
    for (*column = 0; *column < s->n_cols; ++*column) {
        const hone_param *p = s->params[s->col_param[*column]];
        const double low = native ? p->low : 0, high = native ? p->high : 1, v = x[*column];
        if (v < low || v > high)
            return false;
    }
    return true;
}

static bool check_row(play *p, int64_t i)
{
    rig *r = p->rig;
    const hone_space *seen = rig_space(r);
    const double *x = play_row(p, i);
    int64_t column;
    for (int64_t k = 0; k < seen->n_cols; k++)
        if (is_canary(x + k)) {
            stand_fail(r->stand, "it says that it filled %lld rows, and row %lld lacks column %lld",
                       (long long)p->given, (long long)i, (long long)k);
            return false;
        }
    if (!view_legal(r->instance->seen, x)) {
        stand_fail(r->stand, "a point has NaN where the parameter is active");
        return false;
    }
    if (!inside(seen, r->stand->plugin->caps & HONE_CAP_NATIVE, x, &column)) {
        stand_fail(r->stand, "a point lies outside of the space: %s is %g",
                   seen->params[seen->col_param[column]]->name, x[column]);
        return false;
    }
    return true;
}

static bool margins_whole(const play *p, int64_t n)
{
    const int64_t n_cols = p->ldx - MARGIN;
    for (int64_t i = 0; i <= MOST; i++)
        for (int64_t k = i < n ? n_cols : 0; k < p->ldx; k++)
            if (!is_canary(p->x + i * p->ldx + k))
                return false;
    return true;
}

static bool check_answer(play *p, int64_t n, int64_t running)
{
    rig *r = p->rig;
    stand *s = r->stand;
    if (p->given < 0 || p->given > n)
        stand_fail(s, "asked for %lld points it says that it gave %lld", (long long)n,
                   (long long)p->given);
    else if (!margins_whole(p, n))
        stand_fail(s, "it writes beyond its rows: into the gap that ldx leaves, or after the last");
    else if (n > 0 && p->given == 0 && r->status == HONE_OK)
        stand_fail(s, "asked for %lld points it gave none, with HONE_OK: HONE_DONE or HONE_WAIT is "
                      "meant", (long long)n);
    else if (n > 0 && p->given == 0 && r->status == HONE_WAIT && running == 0)
        stand_fail(s, "it waits, and no trial is running: the study would stand still");
    for (int64_t i = 0; i < p->given && !s->failure.length; i++)
        check_row(p, i);
    return !s->failure.length;
}

bool play_ask(play *p, int64_t n)
{
    rig *r = p->rig;
    hone_trials t;
    if (!rig_table(r, &t))
        return false;
    for (int64_t i = 0; i < p->room; i++)
        p->x[i] = canary();
    for (int64_t i = 0; i < n; i++)
        p->number[i] = r->next + i;
    p->given = n + 1;
    const uint64_t before = table_print(&t);
    if (rig_ask(r, &t, n, p->number, p->x, p->ldx, &p->given) < 0) {
        stand_fail(r->stand, "ask fails after %lld trials: %s",
                   (long long)history_rows(r->history), rig_said(r));
        return false;
    }
    if (table_print(&t) != before)
        stand_fail(r->stand, "ask changed the table of trials");
    return check_answer(p, n, t.n_running) && !r->stand->failure.length;
}

bool play_start(play *p)
{
    rig *r = p->rig;
    double *native = malloc((size_t)(r->config.space.n + 1) * sizeof *native);
    bool done = native;
    for (int64_t i = 0; i < p->given && done; i++) {
        view_decode(r->instance->seen, play_row(p, i), native);
        done = history_start(r->history, r->next++, native, 0, &r->err) >= 0;
    }
    free(native);
    if (!done)
        stand_fail(r->stand, "out of memory");
    return done;
}

/* ---- what comes of a trial ---- */

static double bowl(const rig *r, const double *native, double centre)
{
    double y = 0;
    for (int32_t k = 0; k < r->config.space.n; k++) {
        const hone_param *p = &r->config.space.params[k];
        if (!isnan(native[k]) && p->high > p->low) {
            const double u = (native[k] - p->low) / (p->high - p->low) - centre;
            y += u * u;
        }
    }
    return y;
}

static double value_of(const play *p, int64_t row, int goal)
{
    const double y = bowl(p->rig, history_native(p->rig->history, row), goal ? 0.8 : 0.3);
    switch (p->results) {
    case PLAY_CONSTANT:
        return 1;
    case PLAY_HUGE:
        return 1e300 * (1 + y);
    case PLAY_WILD:
        return (row % 2 ? -1 : 1) * pow(10, 200 * y - 100);
    default:
        return y;
    }
}

static int32_t state_of(const play *p, int64_t row)
{
    if (p->results == PLAY_ALL_FAIL || (p->results == PLAY_HALF_FAIL && row % 2))
        return HONE_FAILED;
    return p->results == PLAY_PRUNED && row % 2 ? HONE_PRUNED : HONE_COMPLETE;
}

static bool finish_row(play *p, int64_t row, bool tell)
{
    rig *r = p->rig;
    hone_trials t;
    double y[GOALS], c[GOALS];
    const int32_t state = state_of(p, row);
    for (int g = 0; g < r->config.n_goals; g++)
        y[g] = state == HONE_COMPLETE ? value_of(p, row, g) : NAN;
    for (int k = 0; k < r->config.n_constraints; k++)
        c[k] = p->unknown_constraints && row % 3 == 0 ? NAN
                                                      : 0.2 - bowl(r, history_native(r->history, row), 0.5);
    const outcome o = {.state = state, .y = y, .c = r->config.n_constraints ? c : NULL, .seconds = 1};
    if (history_finish(r->history, row, &o, &r->err) < 0 || (tell && !rig_table(r, &t))) {
        stand_fail(r->stand, "out of memory");
        return false;
    }
    if (!tell)
        return true;
    const uint64_t before = table_print(&t);
    if (rig_tell(r, &t, 1, &row) < 0)
        stand_fail(r->stand, "tell fails with %s: %s", PLAY_NAMES[p->results], rig_said(r));
    else if (table_print(&t) != before)
        stand_fail(r->stand, "tell changed the table of trials");
    return !r->stand->failure.length;
}

static bool finish_rows(play *p, int64_t leave, bool tell)
{
    history *h = p->rig->history;
    int64_t running = 0;
    for (int64_t row = 0; row < history_rows(h); row++)
        running += history_state(h, row) == HONE_RUNNING;
    for (int64_t row = 0; row < history_rows(h) && running > leave; row++)
        if (history_state(h, row) == HONE_RUNNING) {
            if (!finish_row(p, row, tell))
                return false;
            running--;
        }
    return true;
}

bool play_finish(play *p, int64_t leave)
{
    return finish_rows(p, leave, true);
}

bool play_finish_untold(play *p, int64_t leave)
{
    return finish_rows(p, leave, false);
}

bool play_rounds(play *p, int64_t trials, int64_t n)
{
    rig *r = p->rig;
    while (history_rows(r->history) < trials) {
        if (!play_ask(p, n) || !play_start(p))
            return false;
        const bool done = r->status == HONE_DONE;
        /* one stays at work, unless it waits for that one */
        if (!play_finish(p, r->status == HONE_WAIT ? 0 : 1))
            return false;
        if (done)
            break;
    }
    return true;
}
