/* conform_history.c - what a strategy makes of what it is told. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "conform_play.h"

/* ---- outcomes of all sorts ---- */

static void play_with(stand *s, int results)
{
    rig r;
    play p;
    if (s->failure.length || !rig_open(s, &r, &(rig_plan){0}))
        return;
    if (!play_open(&p, &r, results) || !play_rounds(&p, stand_size(s, 12, 40), 3))
        text_add(&s->failure, " (with %s)", PLAY_NAMES[results]);
    play_close(&p);
    rig_close(&r);
}

static void failures(stand *s)
{
    play_with(s, PLAY_HALF_FAIL);
    play_with(s, PLAY_ALL_FAIL);
    play_with(s, PLAY_PRUNED);
}

static void values(stand *s)
{
    play_with(s, PLAY_CONSTANT);
    play_with(s, PLAY_HUGE);
    play_with(s, PLAY_WILD);
}

static void objectives(stand *s)
{
    rig r;
    play p;
    if (!(s->plugin->caps & HONE_CAP_MULTI_OBJECTIVE)) {
        stand_leave_out(s, "it claims one objective only");
        return;
    }
    for (int n = 2; n <= 3; n++) {
        if (!rig_open(s, &r, &(rig_plan){.objectives = n, .may_refuse = true}))
            continue;
        if (!play_open(&p, &r, PLAY_HALF_FAIL) || !play_rounds(&p, stand_size(s, 12, 40), 3))
            text_add(&s->failure, " (%d objectives)", n);
        play_close(&p);
        rig_close(&r);
    }
}

static void constraints(stand *s)
{
    rig r;
    play p;
    if (!(s->plugin->caps & HONE_CAP_CONSTRAINTS)) {
        stand_leave_out(s, "it does not claim to use constraints");
        return;
    }
    if (!rig_open(s, &r, &(rig_plan){.constraints = 2}))
        return;
    if (play_open(&p, &r, PLAY_HALF_FAIL)) {
        p.unknown_constraints = true;
        play_rounds(&p, stand_size(s, 12, 40), 3);
    }
    play_close(&p);
    rig_close(&r);
}

/* Trials that were not asked of this instance. */
static void foreign(stand *s)
{
    rig r;
    play p;
    if (!rig_open(s, &r, &(rig_plan){0}))
        return;
    bool going = play_open(&p, &r, PLAY_SMOOTH);
    for (int k = 0; k < 5 && going; k++) {
        double u[8], native[8];
        for (int j = 0; j < 8; j++)
            u[j] = stand_uniform(s, 600, 8 * k + j);
        space_random(&r.config.space, u, native);
        going = history_start(r.history, r.next, native, 0, &r.err) >= 0;
        r.next += 2; /* the numbers between are nobody's */
        going = going && play_finish(&p, 0) && play_rounds(&p, history_rows(r.history) + 2, 1);
    }
    play_close(&p);
    rig_close(&r);
}

/* ---- the same decisions by another way ---- */

/* Rows of t that finished, in their order, told at once. */
static bool tell_all(rig *r, instance *i, const hone_trials *t)
{
    const hone_strategy_ops *ops = &r->stand->plugin->strategy;
    return !ops->tell || t->n_finished == 0 ||
           ops->tell(i->self, t, t->n_finished, t->finished) >= 0;
}

static bool ask_newcomer(play *p, int64_t n, double *x, int64_t *given, int32_t *status)
{
    rig *r = p->rig;
    instance *i = NULL;
    hone_trials t;
    bool done = instance_new(&r->around, r->instance->component, &i, &r->err) >= 0 &&
                history_table(r->history, i->seen, r->config.trials, &t, &r->err) >= 0 &&
                tell_all(r, i, &t);
    if (done)
        *status = r->stand->plugin->strategy.ask(i->self, &t, n, p->number, x, p->ldx, given);
    instance_free(i);
    if (!done)
        stand_fail(r->stand, "a new instance cannot take the table: %s", error_text(&r->err));
    return done;
}

static bool same_rows(const play *p, const double *x, int64_t n)
{
    const size_t width = (size_t)rig_space(p->rig)->n_cols * sizeof *x;
    for (int64_t i = 0; i < n; i++)
        if (memcmp(play_row(p, i), x + i * p->ldx, width) != 0)
            return false;
    return true;
}

static void history_only(stand *s)
{
    rig r;
    play p;
    if (!(s->plugin->caps & HONE_CAP_HISTORY_ONLY)) {
        stand_leave_out(s, "it does not claim to decide from the table alone");
        return;
    }
    if (!rig_open(s, &r, &(rig_plan){0}))
        return;
    bool going = play_open(&p, &r, PLAY_HALF_FAIL);
    double *x = malloc((size_t)p.room * sizeof *x);
    for (int64_t k = 0; k < stand_size(s, 6, 16) && going && x; k++) {
        const int64_t n = 1 + k % 3;
        int64_t given = -1;
        int32_t status = HONE_OK;
        going = play_ask(&p, n) && ask_newcomer(&p, n, x, &given, &status);
        if (going && (given != p.given || status != r.status || !same_rows(&p, x, given))) {
            stand_fail(s, "a new instance that knows only the table proposes other points after "
                          "%lld trials", (long long)history_rows(r.history));
            break;
        }
        going = going && r.status != HONE_DONE && play_start(&p) &&
                play_finish(&p, r.status == HONE_WAIT ? 0 : 1);
    }
    free(x);
    play_close(&p);
    rig_close(&r);
}

/* The newest rows of the table, told one by one or at once. */
static bool tell_newest(play *p, int64_t first, bool at_once)
{
    rig *r = p->rig;
    hone_trials t;
    if (!play_finish_untold(p, 0) || !rig_table(r, &t))
        return false;
    const int64_t *rows = t.finished + first, n = t.n_finished - first;
    if (at_once)
        return rig_tell(r, &t, n, rows) >= 0;
    for (int64_t i = 0; i < n; i++)
        if (rig_tell(r, &t, 1, rows + i) < 0)
            return false;
    return true;
}

static void tells(stand *s)
{
    rig one, all;
    play p, q;
    if (!s->plugin->strategy.tell) {
        stand_leave_out(s, "it has no tell");
        return;
    }
    if (!rig_open(s, &one, &(rig_plan){0}) || !rig_open(s, &all, &(rig_plan){0}))
        return;
    bool going = play_open(&p, &one, PLAY_HALF_FAIL) && play_open(&q, &all, PLAY_HALF_FAIL);
    for (int64_t k = 0; k < stand_size(s, 4, 10) && going; k++) {
        const int64_t first = history_rows(one.history);
        going = play_ask(&p, 4) && play_ask(&q, 4);
        if (going && (p.given != q.given || !same_rows(&p, q.x, p.given))) {
            stand_fail(s, "after tells of several rows it proposes other points than after tells "
                          "of one each");
            break;
        }
        going = going && play_start(&p) && play_start(&q) && tell_newest(&p, first, false) &&
                tell_newest(&q, first, true);
        if (!going && !s->failure.length)
            stand_fail(s, "tell fails: %s %s", rig_said(&one), rig_said(&all));
    }
    play_close(&p);
    play_close(&q);
    rig_close(&one);
    rig_close(&all);
}

const conform_case CONFORM_HISTORY[] = {
    {"failures", "Failed and pruned trials, some or all, do no harm.", FOR(HONE_STRATEGY),
     failures},
    {"values", "Constant, huge and wildly spread values do no harm.", FOR(HONE_STRATEGY), values},
    {"objectives", "Two and three objectives work where they are claimed.", FOR(HONE_STRATEGY),
     objectives},
    {"constraints", "Constraints work, with values that are unknown.", FOR(HONE_STRATEGY),
     constraints},
    {"foreign", "Trials that others proposed are taken.", FOR(HONE_STRATEGY), foreign},
    {"history_only", "A new instance with the table alone proposes the same points.",
     FOR(HONE_STRATEGY), history_only},
    {"tells", "One tell of several rows equals several of one.", FOR(HONE_STRATEGY), tells},
    {0},
};
