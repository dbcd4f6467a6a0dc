/* conform_objective.c - what an objective does with points. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "conform_stand.h"

enum { N = 6, GOALS = 2, GAP = 2, LD = GOALS + GAP, ROOM = 64 };

/* Points and the room for what comes of them. */
typedef struct trial_run {
    rig r;
    int32_t d;
    double x[(N + 1) * ROOM], y[(N + 1) * LD], yvar[(N + 1) * LD];
    double seconds[N + 1];
    int64_t number[N];
    uint64_t seed[N];
    int32_t state[N + 1];
    hone_points in;
    hone_outcomes out;
} trial_run;

/* Room preset as the host does; what lies beyond is told apart by its place. */
static void preset(trial_run *t)
{
    for (int i = 0; i <= N; i++)
        t->state[i] = HONE_FAILED;
    for (int i = 0; i < (N + 1) * LD; i++)
        t->y[i] = t->yvar[i] = NAN;
    for (int i = 0; i <= N; i++)
        t->seconds[i] = NAN;
}

static void describe(trial_run *t, int64_t n)
{
    t->in = (hone_points){sizeof t->in, t->d, n, t->number, t->x, ROOM, t->seed};
    t->out = (hone_outcomes){.size = sizeof t->out, .n_objectives = t->r.config.n_goals, .state = t->state,
                             .y = t->y, .ldy = LD, .yvar = t->yvar, .ldv = LD,
                             .seconds = t->seconds};
}

static bool open_run(stand *s, trial_run *t)
{
    double u[ROOM];
    if (!rig_open(s, &t->r, &(rig_plan){0}))
        return false;
    t->d = t->r.config.space.n;
    if (t->d > ROOM) {
        stand_fail(s, "its space has %d parameters; the test has room for %d", t->d, ROOM);
        return false;
    }
    for (int i = 0; i <= N; i++)
        for (int k = 0; k < ROOM; k++)
            t->x[i * ROOM + k] = NAN;
    for (int i = 0; i < N; i++) {
        for (int32_t k = 0; k < t->d; k++)
            u[k] = stand_uniform(s, 800, i * ROOM + k);
        space_random(&t->r.config.space, u, t->x + i * ROOM);
        t->number[i] = i;
        t->seed[i] = 99 + (uint64_t)i;
    }
    preset(t);
    describe(t, N);
    return true;
}

static bool evaluate(trial_run *t)
{
    if (rig_evaluate(&t->r, &t->in, &t->out) >= 0)
        return true;
    stand_fail(t->r.stand, "evaluate fails: %s; a failed evaluation is a row left HONE_FAILED",
               rig_said(&t->r));
    return false;
}

static bool known_state(int32_t state)
{
    return state == HONE_COMPLETE || state == HONE_PRUNED || state == HONE_FAILED;
}

static void rows(stand *s)
{
    trial_run t;
    double x[(N + 1) * ROOM];
    int complete = 0;
    if (!open_run(s, &t))
        return;
    memcpy(x, t.x, sizeof x);
    if (!evaluate(&t))
        return;
    EXPECT(s, memcmp(x, t.x, sizeof x) == 0, "evaluate changed the points");
    for (int i = 0; i < N; i++) {
        EXPECT(s, known_state(t.state[i]), "row %d has the state %d, which none is", i, t.state[i]);
        EXPECT(s, t.state[i] != HONE_COMPLETE || isfinite(t.y[i * LD]),
               "row %d is complete with the value %g", i, t.y[i * LD]);
        const double noise = t.yvar[i * LD], took = t.seconds[i];
        EXPECT(s, isnan(noise) || noise >= 0, "the variance of noise is %g", noise);
        EXPECT(s, isnan(took) || took >= 0, "an evaluation took %g seconds", took);
        complete += t.state[i] == HONE_COMPLETE;
    }
    EXPECT(s, complete > 0, "none of %d random points could be evaluated", N);
    rig_close(&t.r);
}

static void margins(stand *s)
{
    trial_run t;
    if (!open_run(s, &t) || !evaluate(&t))
        return;
    for (int i = 0; i <= N; i++)
        for (int k = i < N ? t.r.config.n_goals : 0; k < LD; k++)
            EXPECT(s, isnan(t.y[i * LD + k]) && isnan(t.yvar[i * LD + k]),
                   "it writes beyond its rows: into the gap that ldy leaves, or after the last");
    EXPECT(s, t.state[N] == HONE_FAILED && isnan(t.seconds[N]), "it writes beyond n rows");
    describe(&t, 0);
    EXPECT(s, evaluate(&t), "evaluate of no point fails");
    rig_close(&t.r);
}

static void singles(stand *s)
{
    trial_run t;
    double y[N];
    if (!open_run(s, &t) || !evaluate(&t))
        return;
    for (int i = 0; i < N; i++)
        y[i] = t.y[i * LD];
    for (int i = N - 1; i >= 0; i--) { /* in another order, too */
        preset(&t);
        t.in = (hone_points){sizeof t.in, t.d, 1, t.number + i, t.x + i * ROOM, ROOM, t.seed + i};
        if (!evaluate(&t))
            return;
        EXPECT(s, memcmp(t.y, y + i, sizeof *y) == 0 || (isnan(t.y[0]) && isnan(y[i])),
               "alone point %d has the value %.17g, among others %.17g", i, t.y[0], y[i]);
    }
    rig_close(&t.r);
}

/* ---- several instances at once ---- */

typedef struct colleague {
    trial_run run;
    bool done;
} colleague;

static void *work(void *context)
{
    colleague *c = context;
    const hone_objective_ops *ops = &c->run.r.stand->plugin->objective;
    c->done = ops->evaluate(c->run.r.instance->self, &c->run.in, &c->run.out) >= 0;
    return NULL;
}

static void parallel(stand *s)
{
    enum { CREW = 4 };
    trial_run alone;
    colleague *crew = calloc(CREW, sizeof *crew);
    pthread_t threads[CREW];
    int started = 0;
    if (s->plugin->caps & HONE_CAP_PROCESS_GLOBAL) {
        stand_leave_out(s, "it claims one instance a process");
        free(crew);
        return;
    }
    EXPECT(s, crew, "out of memory");
    if (!open_run(s, &alone) || !evaluate(&alone))
        return;
    for (int k = 0; k < CREW; k++)
        if (!open_run(s, &crew[k].run))
            return;
    while (started < CREW &&
           pthread_create(&threads[started], NULL, work, &crew[started]) == 0)
        started++;
    for (int k = 0; k < started; k++)
        pthread_join(threads[k], NULL);
    for (int k = 0; k < started; k++)
        for (int i = 0; i < N * LD; i += LD)
            EXPECT(s, crew[k].done && (memcmp(&crew[k].run.y[i], &alone.y[i], sizeof(double)) == 0 ||
                                       (isnan(crew[k].run.y[i]) && isnan(alone.y[i]))),
                   "%d instances at once give other values than one alone", CREW);
    for (int k = 0; k < CREW; k++)
        rig_close(&crew[k].run.r);
    rig_close(&alone.r);
    free(crew);
}

static void cancelled(stand *s)
{
    trial_run t;
    if (!open_run(s, &t))
        return;
    t.r.cancel = 1;
    const double start = stand_clock();
    const int32_t status = rig_evaluate(&t.r, &t.in, &t.out);
    EXPECT(s, status >= 0 || status == HONE_ECANCELLED, "once cancelled evaluate fails: %s",
           rig_said(&t.r));
    EXPECT(s, stand_clock() - start < 2, "evaluate goes on for %.1f s after it was cancelled; look "
           "at host->cancelled", stand_clock() - start);
    rig_close(&t.r);
}

/* ---- what it knows of itself ---- */

static void own_space(stand *s)
{
    rig r;
    if (!s->plugin->objective.space) {
        stand_leave_out(s, "it does not know its own space");
        return;
    }
    if (!rig_open(s, &r, &(rig_plan){0}))
        return;
    space copy = {0};
    const hone_space *own = s->plugin->objective.space(r.instance->self);
    if (own && space_copy(own, &copy, &r.err) < 0)
        stand_fail(s, "its space is none: %s", error_text(&r.err));
    else if (own && copy.n == 0)
        stand_fail(s, "its space has no parameters");
    space_free(&copy);
    rig_close(&r);
}

static void front(stand *s)
{
    trial_run t;
    double best[GOALS];
    const hone_ext_front *known =
        s->plugin->extension ? s->plugin->extension("hone.front/1") : NULL;
    if (!known || !known->front) {
        stand_leave_out(s, "it does not tell its best value");
        return;
    }
    if (!open_run(s, &t) || !evaluate(&t))
        return;
    const int64_t n = known->front(t.r.instance->self, 1, best, GOALS);
    EXPECT(s, n == 0 || n == 1, "asked for one point of its front it tells %lld", (long long)n);
    for (int k = 0; k < t.r.config.n_goals && n; k++)
        EXPECT(s, isfinite(best[k]), "the best value that it tells is %g", best[k]);
    for (int i = 0; i < N && n && t.r.config.n_goals == 1; i++)
        EXPECT(s, !(t.y[i * LD] < best[0] - 1e-9 * (1 + fabs(best[0]))),
               "it says that %g is best, and %g was found", best[0], t.y[i * LD]);
    rig_close(&t.r);
}

const conform_case CONFORM_OBJECTIVE[] = {
    {"rows", "Every row gets a state, and a finite value where it is complete.",
     FOR(HONE_OBJECTIVE), rows},
    {"margins", "Nothing beside the rows is written; none is evaluated where none is asked.",
     FOR(HONE_OBJECTIVE), margins},
    {"singles", "Points at once and one by one, in any order, have the same values.",
     FOR(HONE_OBJECTIVE), singles},
    {"parallel", "Four instances at once give what one gives.", FOR(HONE_OBJECTIVE), parallel},
    {"cancelled", "evaluate comes back soon once it is cancelled.", FOR(HONE_OBJECTIVE),
     cancelled},
    {"own_space", "The space that it knows is one.", FOR(HONE_OBJECTIVE), own_space},
    {"front", "No value is better than the one it tells as best.", FOR(HONE_OBJECTIVE), front},
    {0},
};
