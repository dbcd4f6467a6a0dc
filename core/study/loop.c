/* loop.c - one study, from the first ask to the rule that stops it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "loop_state.h"

double loop_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- trials at work ---- */

/* Every repeat of every active trial that a slot is free for. */
static int32_t submit(run *r, error *err)
{
    int32_t status = HONE_OK;
    for (int64_t i = 0; i < r->at_work.room && status >= 0; i++) {
        active *a = &r->at_work.slots[i];
        while (a->number >= 0 && !a->failed && a->submitted < r->c->repeats && status >= 0 &&
               evaluator_free_slots(r->evaluator) > 0) {
            job j = active_job(a);
            status = evaluator_submit(r->evaluator, &j, err);
        }
    }
    return status;
}

/* ---- events ---- */

static void keep_text(char **to, const char *from)
{
    free(*to);
    *to = strdup(from);
}

static int32_t take_note(run *r, active *a, const event *e, error *err)
{
    if (e->text && strcmp(e->key, "reason") == 0)
        keep_text(&a->reason, e->text);
    else if (e->text && strcmp(e->key, "output") == 0)
        keep_text(&a->output, e->text);
    else
        return study_note(r->study, a->number, e->key, e->value, e->text, err);
    return HONE_OK;
}

static void keep_failure(run *r, const active *a)
{
    snprintf(r->result->last_reason, sizeof r->result->last_reason, "%s",
             a->reason ? a->reason : "no reason given");
    free(r->result->last_output);
    r->result->last_output = a->output ? strdup(a->output) : NULL;
}

static int32_t take_result(run *r, active *a, const event *e)
{
    const config *c = r->c;
    active_take(&r->at_work, a, e);
    bool cut_short = a->failed || a->pruned;
    if (a->done < a->submitted || (a->done < c->repeats && !cut_short))
        return HONE_OK;
    if (r->cancelled && a->failed) { /* stopped by us: it stays open and runs again next time */
        actives_end(&r->at_work, a);
        return HONE_OK;
    }
    if (a->failed)
        keep_failure(r, a);
    exchange_post(r, a);
    return HONE_OK;
}

/* An evaluation in this process reports and waits for the answer: 1, prune. */
static int32_t observe(void *context, int64_t number, int64_t step, double value)
{
    run *r = context;
    const active *a = actives_find(&r->at_work, number);
    bool stop = false;
    if (a && a->done == 0 && r->observing.status >= 0)
        study_report(r->study, number, step, value, &stop, &r->observing);
    return stop;
}

/* Word of a trial that somebody else has taken over: it is asked to end. */
static int32_t outlive(run *r, active *a, const event *e)
{
    if (e->type == EVENT_RESULT && ++a->done >= a->submitted)
        exchange_drop(r, a);
    else
        evaluator_stop(r->evaluator, e->number);
    return HONE_OK;
}

static int32_t take_event(run *r, const event *e, error *err)
{
    active *a = actives_find(&r->at_work, e->number);
    if (!a)
        return HONE_OK; /* a late word of a trial that is told already */
    bool stop = false;
    int32_t status;
    if (!study_holds(r->study, e->number))
        return outlive(r, a, e);
    switch (e->type) {
    case EVENT_NOTE:
        return take_note(r, a, e, err);
    case EVENT_REPORT:
        if (r->c->repeats > 1 && e->repeat > 0)
            return HONE_OK; /* the first repeat is the one that pruners see */
        if (a->stopped)
            return HONE_OK;
        status = study_report(r->study, e->number, e->step, e->value, &stop, err);
        if (status >= 0 && stop)
            evaluator_stop(r->evaluator, e->number);
        a->stopped = stop;
        return status;
    default:
        return take_result(r, a, e);
    }
}

/* First signal: nothing new, running ones get their grace.  Second: at once. */
static void heed_interrupts(run *r)
{
    int n = r->set->interrupts ? r->set->interrupts(r->set->context) : 0;
    double now = loop_clock();
    if (n > r->interrupts) {
        r->interrupts = n;
        r->draining = true;
        r->interrupted_at = now;
    }
    if (!r->cancelled && n > 0 && (n > 1 || now - r->interrupted_at > r->c->grace)) {
        r->cancelled = true;
        evaluator_cancel(r->evaluator);
    }
}

/* Nothing to do here, but others still work: their results may give the strategy something to
 * propose, and a trial whose worker dies is taken up. */
static bool stays(const run *r)
{
    return !r->draining && study_elsewhere(r->study) > 0 &&
           stop_reason(&r->result->state, &r->set->rules, loop_clock()) == STOP_NOT;
}

/* What came, and all else that worker processes said meanwhile. */
static int32_t take_events(run *r, error *err)
{
    double wait = 0.25;
    int wake = r->set->wake_fd;
    event e;
    do {
        e = (event){0};
        int32_t status = evaluator_wait(r->evaluator, wait, wake, &e, err);
        if (status < 0)
            return status;
        if ((status = r->observing.status) < 0) {
            error_take(err, &r->observing);
            return status;
        }
        if (e.type != 0 && (status = take_event(r, &e, err)) < 0)
            return status;
        wait = 0;
        wake = -1;
    } while (e.type != 0 && r->c->isolation == ISOLATION_PROCESS && r->at_work.n > 0);
    return HONE_OK;
}

/* One round: ask, wait, take what came.  *over: nothing is left to do. */
static int32_t round_of(run *r, bool *over, error *err)
{
    int32_t status = HONE_OK;
    heed_interrupts(r);
    *over = r->interrupts > 1; /* evaluator_free kills what runs */
    while (!*over && (r->n_boxes > 0 || exchange_may_ask(r))) {
        int64_t before = r->at_work.n, finished = r->result->finished;
        if ((status = exchange_now(r, err)) < 0)
            return status;
        if (r->at_work.n == before && r->result->finished == finished)
            break;
    }
    if (*over || (status = submit(r, err)) < 0)
        return status;
    *over = r->at_work.n == 0 && !stays(r);
    if (*over)
        return HONE_OK;
    if ((status = take_events(r, err)) < 0)
        return status;
    if (r->n_boxes > 0 && (status = exchange_now(r, err)) < 0)
        return status;
    if ((status = study_poll(r->study, err)) < 0)
        return status;
    exchange_news(r);
    if (r->set->tick)
        r->set->tick(r->set->context, r->at_work.n);
    return HONE_OK;
}

static int32_t loop(run *r, error *err)
{
    int32_t status = HONE_OK;
    for (bool over = false; !over;) {
        status = round_of(r, &over, err);
        if (status < 0 && study_cut_off(r->study)) {
            over = false;
            status = exchange_recover(r, false, err);
        } else if (status >= 0 && study_behind(r->study)) {
            over = false;
            status = exchange_recover(r, true, err);
        }
        if (status < 0)
            return status;
    }
    return status;
}

int32_t run_study(const run_settings *settings, run_result *out, error *err)
{
    run r = {.set = settings,
             .study = settings->study,
             .c = study_config(settings->study),
             .result = out};
    evaluator_settings evaluating = *settings->evaluator;
    evaluating.observe = observe;
    evaluating.context = &r;
    *out = (run_result){0};
    int32_t status = exchange_past(&r, err);
    out->state.failures = 0; /* "in a row" begins anew with each run */
    if (status >= 0)
        status = actives_init(&r.at_work, r.c, settings->evaluator->workers, err);
    if (status >= 0)
        status = exchange_init(&r, err);
    if (status >= 0 && stop_reason(&out->state, &settings->rules, loop_clock()) == STOP_NOT)
        status = evaluator_new(&evaluating, &r.evaluator, err);
    if (status >= 0 && r.evaluator)
        status = loop(&r, err);
    out->reason = stop_reason(&out->state, &settings->rules, loop_clock());
    if (r.interrupts > 0)
        out->reason = STOP_SIGNAL;
    else if (out->reason == STOP_NOT)
        out->reason = study_all_told(r.study) ? STOP_TRIALS
                      : r.exhausted           ? STOP_EXHAUSTED
                                              : STOP_NOT;
    evaluator_free(r.evaluator);
    error_free(&r.observing);
    exchange_free(&r);
    actives_free(&r.at_work);
    return status;
}
