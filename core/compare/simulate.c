/* simulate.c - see simulate.h. */
#include "simulate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 64 }; /* points asked for at once, at most */

typedef struct flight {      /* an evaluation at work */
    int64_t number;          /* -1: the worker is free */
    double started, ends;    /* simulated */
    int32_t state;
    double cost;             /* NaN: the objective said nothing */
    double *native;          /* [n_params] */
    double *values, *yvar;   /* [n_goals] */
    double *constraints;     /* [n_constraints] */
    int64_t n_reports, at, room;
    int64_t *steps;          /* [n_reports] */
    double *reported;        /* [n_reports] user's direction */
    double *after;           /* [n_reports] seconds from the start; NaN: spread by steps */
    double noted;            /* what was noted for the next report, or NaN */
} flight;

typedef struct simulation {
    const simulation_settings *set;
    const config *c;
    evaluator *evaluator;
    flight *flights;         /* [workers] */
    int64_t busy;
    double now;
    double *noisy;           /* [n_goals] */
    bool waiting, stopped;
    simulation_result *out;
} simulation;

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- a study proposes -------------------------------------------------------------------- */

static int32_t ask_study(void *context, int64_t n, trial *trials, int64_t *n_out, error *err)
{
    return study_ask(context, n, trials, n_out, err);
}

static int32_t tell_study(void *context, int64_t number, const told *t, error *err)
{
    return study_tell(context, number, t, err);
}

static int32_t report_study(void *context, int64_t number, int64_t step, double value, bool *stop,
                            error *err)
{
    return study_report(context, number, step, value, stop, err);
}

proposer proposer_study(study *s)
{
    return (proposer){.context = s, .ask = ask_study, .tell = tell_study, .report = report_study};
}

/* ---- beginning an evaluation ------------------------------------------------------------- */

static bool keep_report(flight *f, const event *e)
{
    if (f->n_reports == f->room) {
        int64_t room = f->room ? 2 * f->room : 32;
        int64_t *steps = realloc(f->steps, (size_t)room * sizeof *steps);
        if (steps)
            f->steps = steps;
        double *reported = realloc(f->reported, (size_t)room * sizeof *reported);
        if (reported)
            f->reported = reported;
        double *after = realloc(f->after, (size_t)room * sizeof *after);
        if (after)
            f->after = after;
        if (!steps || !reported || !after)
            return false;
        f->room = room;
    }
    f->steps[f->n_reports] = e->step;
    f->after[f->n_reports] = f->noted;
    f->noted = NAN;
    f->reported[f->n_reports++] = e->value;
    return true;
}

static void keep_result(const config *c, flight *f, const event *e)
{
    f->state = e->state;
    f->cost = e->measured || !(e->seconds >= 0) ? NAN : e->seconds;
    for (int32_t j = 0; j < c->n_goals; j++) {
        f->values[j] = e->state == HONE_COMPLETE ? e->y[j] : NAN;
        f->yvar[j] = e->yvar ? e->yvar[j] : NAN;
    }
    for (int32_t j = 0; j < c->n_constraints; j++)
        f->constraints[j] = e->c ? e->c[j] : NAN;
}

/* Evaluates the trial now; its effects come on the simulated clock. */
static int32_t begin(simulation *s, flight *f, const trial *t, error *err)
{
    job j = {.number = t->number, .seed = t->seed, .native = t->native};
    event e = {0};
    double start = seconds_now();
    f->number = t->number;
    f->started = s->now;
    f->n_reports = f->at = 0;
    f->noted = NAN;
    memcpy(f->native, t->native, (size_t)s->c->space.n * sizeof *f->native);
    int32_t status = evaluator_submit(s->evaluator, &j, err);
    while (status >= 0 && e.type != EVENT_RESULT) {
        e = (event){0};
        status = evaluator_wait(s->evaluator, INFINITY, -1, &e, err);
        if (e.type == EVENT_NOTE && !e.text && strcmp(e.key, "seconds") == 0)
            f->noted = e.value;
        if (status >= 0 && e.type == EVENT_REPORT && !keep_report(f, &e))
            status = error_add(err, HONE_ENOMEM, "out of memory for intermediate values");
    }
    s->out->evaluating += seconds_now() - start;
    if (status < 0)
        return status;
    keep_result(s->c, f, &e);
    f->ends = s->now + (isnan(f->cost) ? 1 : f->cost);
    s->busy++;
    s->out->begun++;
    return HONE_OK;
}

static flight *free_worker(simulation *s)
{
    for (int64_t i = 0; i < s->set->workers; i++)
        if (s->flights[i].number < 0)
            return &s->flights[i];
    return NULL;
}

/* Asks for as many as there are free workers, until they are busy or nothing comes. */
static int32_t fill(simulation *s, error *err)
{
    trial trials[BATCH];
    for (;;) {
        int64_t n = s->set->workers - s->busy, left = s->set->budget - s->out->begun, given = 0;
        n = n > left ? left : n;
        n = n > BATCH ? BATCH : n;
        if (n <= 0 || s->waiting || s->out->exhausted || s->now >= s->set->time)
            return HONE_OK;
        double start = seconds_now();
        int32_t status = s->set->by.ask(s->set->by.context, n, trials, &given, err);
        s->out->asking += seconds_now() - start;
        if (status < 0)
            return status;
        s->out->exhausted = status == HONE_DONE;
        s->waiting = status == HONE_WAIT || given == 0;
        for (int64_t i = 0; i < given; i++)
            if (!trials[i].reused && (status = begin(s, free_worker(s), &trials[i], err)) < 0)
                return status;
    }
}

/* ---- what happens next ------------------------------------------------------------------- */

/* When the flight's next report or its end is due. */
static double due(const flight *f)
{
    if (f->at == f->n_reports)
        return f->ends;
    if (f->after[f->at] >= 0)
        return fmin(f->started + f->after[f->at], f->ends);
    double last = (double)f->steps[f->n_reports - 1], step = (double)f->steps[f->at];
    double share = last > 0 ? step / last : 1;
    share = share > 0 ? share < 1 ? share : 1 : 0;
    return f->started + share * (f->ends - f->started);
}

static flight *next_due(simulation *s)
{
    flight *first = NULL;
    double when = INFINITY;
    for (int64_t i = 0; i < s->set->workers; i++) {
        flight *f = &s->flights[i];
        double t = f->number < 0 ? INFINITY : due(f);
        if (f->number >= 0 && (!first || t < when || (t == when && f->number < first->number))) {
            first = f;
            when = t;
        }
    }
    return first;
}

static const double *with_noise(simulation *s, const flight *f)
{
    if (!(s->set->noise > 0))
        return f->values;
    rng_normal(s->set->noise_key, f->number, 0, s->c->n_goals, s->noisy);
    for (int32_t j = 0; j < s->c->n_goals; j++)
        s->noisy[j] = f->values[j] + s->set->noise * s->noisy[j];
    return s->noisy;
}

static int32_t end(simulation *s, flight *f, error *err)
{
    bool known = false;
    for (int32_t j = 0; j < s->c->n_goals; j++)
        known = known || !isnan(f->yvar[j]);
    bool complete = f->state == HONE_COMPLETE;
    double start = seconds_now();
    told t = {.state = f->state,
              .values = with_noise(s, f),
              .constraints = complete && s->c->n_constraints ? f->constraints : NULL,
              .yvar = complete && known ? f->yvar : NULL,
              .seconds = s->now - f->started};
    int32_t status = s->set->by.tell(s->set->by.context, f->number, &t, err);
    s->out->asking += seconds_now() - start;
    simulated done = {.number = f->number,
                      .order = s->out->ended++,
                      .state = f->state,
                      .started = f->started,
                      .ended = s->now,
                      .native = f->native,
                      .values = f->values,
                      .constraints = f->constraints};
    s->out->clock = s->now;
    if (status >= 0 && s->set->ended)
        s->stopped = s->set->ended(s->set->context, &done) != 0;
    f->number = -1;
    s->busy--;
    s->waiting = false;
    return status;
}

/* One report: the trial may be stopped by it. */
static int32_t report(simulation *s, flight *f, error *err)
{
    bool stop = false;
    double start = seconds_now();
    int32_t status = s->set->by.report(s->set->by.context, f->number, f->steps[f->at],
                                       f->reported[f->at], &stop, err);
    s->out->asking += seconds_now() - start;
    f->at++;
    if (status < 0 || !stop)
        return status;
    f->state = HONE_PRUNED;
    for (int32_t j = 0; j < s->c->n_goals; j++)
        f->values[j] = NAN;
    return end(s, f, err);
}

static int32_t run(simulation *s, error *err)
{
    int32_t status = HONE_OK;
    while (!s->stopped && (status = fill(s, err)) >= 0) {
        flight *f = next_due(s);
        if (!f || due(f) > s->set->time)
            break;
        s->now = due(f);
        status = f->at < f->n_reports ? report(s, f, err) : end(s, f, err);
        if (status < 0)
            break;
    }
    return status;
}

/* ---- made and gone ----------------------------------------------------------------------- */

static bool allocate(simulation *s)
{
    size_t goals = (size_t)s->c->n_goals + 1, n = (size_t)s->c->space.n + 1,
           constraints = (size_t)s->c->n_constraints + 1;
    s->flights = calloc((size_t)s->set->workers, sizeof *s->flights);
    s->noisy = calloc(goals, sizeof *s->noisy);
    for (int64_t i = 0; s->flights && i < s->set->workers; i++) {
        flight *f = &s->flights[i];
        f->number = -1;
        f->native = calloc(n, sizeof *f->native);
        f->values = calloc(goals, sizeof *f->values);
        f->yvar = calloc(goals, sizeof *f->yvar);
        f->constraints = calloc(constraints, sizeof *f->constraints);
        if (!f->native || !f->values || !f->yvar || !f->constraints)
            return false;
    }
    return s->flights && s->noisy;
}

static void release(simulation *s)
{
    for (int64_t i = 0; s->flights && i < s->set->workers; i++) {
        flight *f = &s->flights[i];
        free(f->native);
        free(f->values);
        free(f->yvar);
        free(f->constraints);
        free(f->steps);
        free(f->reported);
        free(f->after);
    }
    free(s->flights);
    free(s->noisy);
    evaluator_free(s->evaluator);
}

int32_t simulate_run(const simulation_settings *set, simulation_result *out, error *err)
{
    simulation s = {.set = set, .c = set->config, .out = out};
    evaluator_settings evaluating = {.config = set->config, .log = set->log, .workers = 1};
    *out = (simulation_result){0};
    if (set->config->isolation != ISOLATION_NONE)
        return error_add(err, HONE_EINVAL, "%s: [objective] isolation = none is what runs on a "
                         "simulated clock", set->config->doc.path);
    int32_t status = allocate(&s) ? evaluator_new(&evaluating, &s.evaluator, err)
                                  : error_add(err, HONE_ENOMEM, "out of memory for a run");
    if (status >= 0)
        status = run(&s, err);
    release(&s);
    return status;
}
