/* simulate.c - see simulate.h: asks, hands to the evaluator's clock, tells what it says. */
#include "simulate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 64 }; /* points asked for at once, at most */

typedef struct flight {      /* an evaluation at work */
    int64_t number;          /* -1: the worker is free */
    double started;          /* simulated */
    double *native;          /* [n_params] */
} flight;

typedef struct simulation {
    const simulation_settings *set;
    const config *c;
    evaluator *evaluator;
    flight *flights;         /* [workers] */
    int64_t busy;
    double now;
    double *values, *noisy;  /* [n_goals] of the evaluation that ended */
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

/* ---- asking ------------------------------------------------------------------------------ */

/* The worker that has the trial, -1: a free one. */
static flight *find_flight(simulation *s, int64_t number)
{
    for (int64_t i = 0; i < s->set->workers; i++)
        if (s->flights[i].number == number)
            return &s->flights[i];
    return NULL;
}

/* The evaluation is computed here; its effects come on the simulated clock. */
static int32_t begin(simulation *s, const trial *t, error *err)
{
    job j = {.number = t->number, .seed = t->seed, .native = t->native};
    flight *f = find_flight(s, -1);
    double start = seconds_now();
    f->number = t->number;
    f->started = s->now;
    memcpy(f->native, t->native, (size_t)s->c->space.n * sizeof *f->native);
    int32_t status = evaluator_submit(s->evaluator, &j, err);
    s->out->evaluating += seconds_now() - start;
    s->busy++;
    s->out->begun++;
    return status;
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
            if (!trials[i].reused && (status = begin(s, &trials[i], err)) < 0)
                return status;
    }
}

/* ---- telling ----------------------------------------------------------------------------- */

static const double *with_noise(simulation *s, int64_t number)
{
    if (!(s->set->noise > 0))
        return s->values;
    rng_normal(s->set->noise_key, number, 0, s->c->n_goals, s->noisy);
    for (int32_t j = 0; j < s->c->n_goals; j++)
        s->noisy[j] = s->values[j] + s->set->noise * s->noisy[j];
    return s->noisy;
}

static int32_t end(simulation *s, const event *e, error *err)
{
    flight *f = find_flight(s, e->number);
    bool complete = e->state == HONE_COMPLETE, known = false;
    for (int32_t j = 0; j < s->c->n_goals; j++) {
        s->values[j] = complete ? e->y[j] : NAN;
        known = known || !isnan(e->yvar[j]);
    }
    double start = seconds_now();
    told t = {.state = e->state,
              .values = with_noise(s, e->number),
              .constraints = complete ? e->c : NULL,
              .yvar = complete && known ? e->yvar : NULL,
              .seconds = e->seconds};
    int32_t status = s->set->by.tell(s->set->by.context, e->number, &t, err);
    s->out->asking += seconds_now() - start;
    simulated done = {.number = e->number,
                      .order = s->out->ended++,
                      .state = e->state,
                      .started = f->started,
                      .ended = s->now,
                      .timed = !e->measured,
                      .spent = s->out->asking + s->out->evaluating,
                      .native = f->native,
                      .values = s->values,
                      .constraints = e->c};
    s->out->clock = s->now;
    if (status >= 0 && s->set->ended)
        s->stopped = s->set->ended(s->set->context, &done) != 0;
    f->number = -1;
    s->busy--;
    s->waiting = false;
    return status;
}

/* One report: the trial may be stopped by it. */
static int32_t report(simulation *s, const event *e, error *err)
{
    bool stop = false;
    double start = seconds_now();
    int32_t status =
        s->set->by.report(s->set->by.context, e->number, e->step, e->value, &stop, err);
    s->out->asking += seconds_now() - start;
    if (status >= 0 && stop)
        evaluator_stop(s->evaluator, e->number);
    return status;
}

static int32_t run(simulation *s, error *err)
{
    int32_t status = HONE_OK;
    while (!s->stopped && (status = fill(s, err)) >= 0) {
        event e = {0};
        if (s->busy == 0 || (status = evaluator_wait(s->evaluator, 0, -1, &e, err)) < 0 ||
            e.clock > s->set->time)
            break;
        s->now = e.clock;
        if (e.type == EVENT_REPORT)
            status = report(s, &e, err);
        else if (e.type == EVENT_RESULT)
            status = end(s, &e, err);
        if (status < 0)
            break;
    }
    return status;
}

/* ---- made and gone ----------------------------------------------------------------------- */

static bool allocate(simulation *s)
{
    size_t goals = (size_t)s->c->n_goals, n = (size_t)s->c->space.n + 1;
    s->flights = calloc((size_t)s->set->workers, sizeof *s->flights);
    s->values = calloc(goals, sizeof *s->values);
    s->noisy = calloc(goals, sizeof *s->noisy);
    for (int64_t i = 0; s->flights && i < s->set->workers; i++) {
        s->flights[i].number = -1;
        if (!(s->flights[i].native = calloc(n, sizeof(double))))
            return false;
    }
    return s->flights && s->values && s->noisy;
}

static void release(simulation *s)
{
    for (int64_t i = 0; s->flights && i < s->set->workers; i++)
        free(s->flights[i].native);
    free(s->flights);
    free(s->values);
    free(s->noisy);
    evaluator_free(s->evaluator);
}

int32_t simulate_run(const simulation_settings *set, simulation_result *out, error *err)
{
    simulation s = {.set = set, .c = set->config, .out = out};
    evaluator_settings evaluating = {
        .config = set->config, .log = set->log, .workers = set->workers};
    *out = (simulation_result){0};
    if (set->config->isolation != ISOLATION_SIMULATED)
        return error_add(err, HONE_EINVAL, "%s: [objective] isolation = simulated is what runs on "
                         "a simulated clock", set->config->doc.path);
    int32_t status = allocate(&s) ? evaluator_new(&evaluating, &s.evaluator, err)
                                  : error_add(err, HONE_ENOMEM, "out of memory for a run");
    if (status >= 0)
        status = run(&s, err);
    release(&s);
    return status;
}
