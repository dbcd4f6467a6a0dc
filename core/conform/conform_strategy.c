/* conform_strategy.c - which points a strategy proposes, in which spaces. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "conform_play.h"

static bool refused(const stand *s)
{
    return !s->failure.length;
}

/* Trials in one space; a space may be refused with a sentence. */
static bool play_in(stand *s, const rig_plan *plan, int results, int64_t trials, int64_t n)
{
    rig r;
    play p;
    if (!rig_open(s, &r, plan))
        return refused(s);
    bool done = play_open(&p, &r, results) && play_rounds(&p, trials, n);
    play_close(&p);
    rig_close(&r);
    return done;
}

static void inside(stand *s)
{
    play_in(s, &(rig_plan){0}, PLAY_SMOOTH, stand_size(s, 12, 40), 4);
}

/* ---- spaces of all sorts ---- */

static const struct {
    const char *name, *lines;
} SPACES[] = {
    {"one float", "x = float -5 5\n"},
    {"one choice", "k = categorical a b c d e f g h i j k l m n o p q r s t\n"},
    {"mixed", "x = float 0 1\nl = float 1e-9 1e9 log\nn = int -3 12\nm = int 1 100000 log\n"
              "q = float 0 1 step 0.05\nk = categorical a b c\no = ordered low mid high\n"},
    {"conditional", "k = categorical a b\nx = float 0 1 when k = a\nn = int 1 90 when k = b\n"
                    "y = float 0 1 when n = 2 3 4 5 6 7 8 9 10 11 12\nz = float 0 1\n"},
    {"choices only", "a = categorical p q r s\nb = categorical p q r s\nc = ordered 1 2 3 4\n"
                     "d = categorical on off\n"},
    {"with one value", "x = float 0 1\nn = int 3 3\nk = categorical only\n"},
    {"narrow", "x = float 1e15 1.000001e15\ny = float -1e-12 1e-12\n"},
};
enum { N_SPACES = sizeof SPACES / sizeof *SPACES };

static void spaces(stand *s)
{
    for (int i = 0; i < N_SPACES && !s->failure.length; i++) {
        const rig_plan plan = {.space = SPACES[i].lines, .may_refuse = true};
        if (!play_in(s, &plan, PLAY_SMOOTH, stand_size(s, 8, 20), 3))
            text_add(&s->failure, " (space: %s)", SPACES[i].name);
    }
}

static void fidelity(stand *s)
{
    if (!(s->plugin->caps & HONE_CAP_FIDELITY)) {
        stand_leave_out(s, "it does not know fidelities");
        return;
    }
    play_in(s, &(rig_plan){.space = "x = float 0 1\ny = float 0 1\ne = int 1 27 fidelity\n"},
            PLAY_SMOOTH, stand_size(s, 40, 120), 4);
}

static void wide(stand *s)
{
    text lines = {0};
    for (int i = 0; i < 200; i++)
        text_add(&lines, "x%d = float 0 1\n", i);
    if (lines.data)
        play_in(s, &(rig_plan){.space = lines.data, .may_refuse = true}, PLAY_SMOOTH,
                stand_size(s, 6, 24), 2);
    text_free(&lines);
}

/* ---- arguments ---- */

static void empty(stand *s)
{
    rig r;
    play p;
    if (!rig_open(s, &r, &(rig_plan){0}))
        return;
    if (play_open(&p, &r, PLAY_SMOOTH) && play_ask(&p, 0)) {
        if (p.given != 0)
            stand_fail(s, "asked for no point it gave some");
        hone_trials t;
        if (rig_table(&r, &t) && rig_tell(&r, &t, 0, NULL) < 0)
            stand_fail(s, "a tell of no rows fails: %s", rig_said(&r));
        play_rounds(&p, 6, 1);
    }
    play_close(&p);
    rig_close(&r);
}

static void cancelled(stand *s)
{
    rig r;
    play p;
    hone_trials t;
    if (!rig_open(s, &r, &(rig_plan){0}))
        return;
    if (play_open(&p, &r, PLAY_SMOOTH) && play_rounds(&p, stand_size(s, 8, 30), 2) &&
        rig_table(&r, &t)) {
        r.cancel = 1;
        p.number[0] = r.next;
        const double start = stand_clock();
        const int32_t status = rig_ask(&r, &t, 1, p.number, p.x, p.ldx, &p.given);
        if (status < 0 && status != HONE_ECANCELLED)
            stand_fail(s, "ask fails once the study is cancelled: %s", rig_said(&r));
        if (stand_clock() - start > 2)
            stand_fail(s, "ask goes on for %.1f s after the study was cancelled; look at "
                          "host->cancelled in long loops", stand_clock() - start);
    }
    play_close(&p);
    rig_close(&r);
}

/* ---- no point twice ---- */

static bool is_new(const double *points, int64_t n, int32_t d, const double *native)
{
    for (int64_t i = 0; i < n; i++)
        if (memcmp(points + i * d, native, (size_t)d * sizeof *native) == 0)
            return false;
    return true;
}

/* Nothing is told: what is at work must count. */
static void pending(stand *s)
{
    enum { ASKS = 8 };
    rig r;
    play p;
    if (!rig_open(s, &r, &(rig_plan){0}))
        return;
    const int32_t d = r.config.space.n;
    bool going = play_open(&p, &r, PLAY_SMOOTH) && play_rounds(&p, 6, 2);
    const int64_t first = history_rows(r.history);
    for (int k = 0; k < ASKS && going; k++) {
        going = play_ask(&p, 1 + k % 2) && play_start(&p) && r.status == HONE_OK;
        for (int64_t row = first; row < history_rows(r.history) && going; row++)
            for (int64_t other = first; other < row && going; other++)
                if (memcmp(history_native(r.history, row), history_native(r.history, other),
                           (size_t)d * sizeof(double)) == 0) {
                    stand_fail(s, "it proposes a point again that is still being evaluated");
                    going = false;
                }
    }
    play_close(&p);
    rig_close(&r);
}

/* Every point of a finite space once, then HONE_DONE, again and again. */
static void exhausted(stand *s)
{
    const char *lines = s->settings->quick ? "a = int 1 3\nb = categorical x y\n"
                                           : "a = int 1 3\nb = categorical x y\nc = ordered 1 2 3 4\n";
    const int64_t size = s->settings->quick ? 6 : 24;
    rig r;
    play p;
    if (!rig_open(s, &r, &(rig_plan){.space = lines, .trials = size, .may_refuse = true}))
        return;
    const int32_t d = r.config.space.n;
    bool going = play_open(&p, &r, PLAY_SMOOTH);
    double *seen = malloc((size_t)(size * d) * sizeof *seen);
    int64_t found = 0, idle = 0;
    r.status = HONE_OK;
    while (seen && going && r.status != HONE_DONE && !s->failure.length) {
        const int64_t before = history_rows(r.history);
        going = play_ask(&p, 2);
        const int32_t status = r.status;
        going = going && play_start(&p);
        for (int64_t row = before; row < history_rows(r.history) && going; row++) {
            const double *native = history_native(r.history, row);
            if (!is_new(seen, found, d, native)) {
                stand_fail(s, "it proposes a point of a finite space again after %lld of %lld",
                           (long long)found, (long long)size);
                going = false;
            } else {
                memcpy(seen + found++ * d, native, (size_t)d * sizeof *seen);
            }
        }
        going = going && play_finish(&p, 0);
        r.status = status;
        idle = history_rows(r.history) > before ? 0 : idle + 1;
        if (idle > 3 && status != HONE_DONE)
            stand_fail(s, "it neither proposes nor ends with HONE_DONE");
    }
    if (seen && going && !s->failure.length && found < size)
        stand_fail(s, "it ends a space of %lld points after %lld", (long long)size,
                   (long long)found);
    if (going && !s->failure.length && (!play_ask(&p, 1) || p.given || r.status != HONE_DONE))
        stand_fail(s, "after HONE_DONE it goes on");
    free(seen);
    play_close(&p);
    rig_close(&r);
}

const conform_case CONFORM_STRATEGY[] = {
    {"inside", "Points lie in the space, and nothing but them is written.", FOR(HONE_STRATEGY),
     inside},
    {"spaces", "Spaces of all sorts work, or are refused with a sentence.", FOR(HONE_STRATEGY),
     spaces},
    {"fidelity", "A space with a fidelity works.", FOR(HONE_STRATEGY), fidelity},
    {"wide", "A space of 200 parameters works.", FOR(HONE_STRATEGY), wide},
    {"empty", "An ask for none, a tell of none and asks for one work.", FOR(HONE_STRATEGY), empty},
    {"cancelled", "ask comes back soon once the study is cancelled.", FOR(HONE_STRATEGY),
     cancelled},
    {"pending", "No point is proposed again while it is being evaluated.", FOR(HONE_STRATEGY),
     pending},
    {"finite", "Each point of a finite space comes once, then HONE_DONE.", FOR(HONE_STRATEGY),
     exhausted},
    {0},
};
