/* loop.c - one study, from the first ask to the rule that stops it. */
#include "loop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "active.h"

enum { BATCH = 64 }; /* points asked for at once, at most */

/* What came of a trial, until it is in storage. */
typedef struct outbox {
    bool full;
    int64_t number;
    told told;      /* its arrays lie in `room` */
    double *room;   /* [2 n_goals + n_constraints] */
    double repeats; /* evaluations behind it */
    char *reason, *output;
} outbox;

typedef struct run {
    const run_settings *set;
    study *study;
    const config *c;
    evaluator *evaluator;
    run_result *result;
    actives at_work; /* room: workers */
    outbox box;
    bool exhausted, waiting; /* DONE; WAIT until something is told */
    bool draining;           /* nothing new is asked for */
    int interrupts;
    double interrupted_at;
    bool cancelled;
    error observing; /* what went wrong while an evaluation reported */
} run;

static double now_seconds(void)
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

/* ---- what came of a trial ---- */

/* The rules see a trial as soon as it is told; people see it once it is in storage. */
static void note_finished(run *r, finished_trial *t)
{
    stop_state *state = &r->result->state;
    int64_t before = state->best;
    stop_note(state, &r->set->rules, study_history(r->study), r->c, t->row);
    r->result->finished++;
    t->improved = state->best != before;
}

/* What other processes finished counts for the rules as well, and a strategy or a lost trial
 * may have something for us again. */
static void note_news(run *r)
{
    const int64_t *rows;
    int64_t n = study_news(r->study, &rows);
    for (int64_t i = 0; i < n; i++)
        stop_note(&r->result->state, &r->set->rules, study_history(r->study), r->c, rows[i]);
    if (n > 0 || study_lost(r->study) > 0)
        r->waiting = r->exhausted = false;
}

/* A trial that was given to somebody else while it ran here: its result is not ours to tell. */
static void say_dropped(run *r, int64_t number)
{
    log_line(r->set->log, HONE_LOG_WARN,
             "trial %lld was taken over by another worker; what this one found is dropped",
             (long long)number);
}

static void drop(run *r, active *a)
{
    say_dropped(r, a->number);
    actives_end(&r->at_work, a);
}

static void announce(run *r, const finished_trial *t)
{
    if (r->set->finished)
        r->set->finished(r->set->context, t);
}

static void keep_failure(run *r, const active *a)
{
    snprintf(r->result->last_reason, sizeof r->result->last_reason, "%s",
             a->reason ? a->reason : "no reason given");
    free(r->result->last_output);
    r->result->last_output = a->output ? strdup(a->output) : NULL;
}

/* Takes what the trial's evaluations said; its slot is free then. */
static void post(run *r, active *a)
{
    const config *c = r->c;
    size_t goals = (size_t)c->n_goals;
    outbox *box = &r->box;
    double *values = box->room, *yvar = values + goals, *constraints = yvar + goals;
    bool noisy = false, complete = !a->failed && !a->pruned;
    if (complete)
        active_average(&r->at_work, a, values, yvar, constraints);
    for (size_t j = 0; j < goals && complete; j++)
        noisy = noisy || !isnan(yvar[j]);
    box->full = true;
    box->number = a->number;
    box->repeats = (double)a->done;
    box->reason = a->reason;
    box->output = a->output;
    a->reason = a->output = NULL;
    box->told = (told){.state = a->failed   ? HONE_FAILED
                                : a->pruned ? HONE_PRUNED
                                            : HONE_COMPLETE,
                       .values = values,
                       .constraints = c->n_constraints && complete ? constraints : NULL,
                       .yvar = noisy ? yvar : NULL,
                       .seconds = a->seconds};
    actives_end(&r->at_work, a);
}

static void empty(outbox *box)
{
    free(box->reason);
    free(box->output);
    box->reason = box->output = NULL;
    box->full = false;
}

static int32_t write_notes(run *r, error *err)
{
    const outbox *box = &r->box;
    int32_t status = HONE_OK;
    if (box->reason)
        status = study_note(r->study, box->number, "reason", 0, box->reason, err);
    if (status >= 0 && box->output)
        status = study_note(r->study, box->number, "output", 0, box->output, err);
    if (status >= 0 && box->repeats > 1)
        status = study_note(r->study, box->number, "repeats", box->repeats, NULL, err);
    return status;
}

/* Of the trial in the outbox, for those who are told of it. */
static finished_trial sent(run *r)
{
    const outbox *box = &r->box;
    return (finished_trial){.number = box->number,
                            .row = history_row(study_history(r->study), box->number),
                            .state = box->told.state,
                            .seconds = box->told.seconds,
                            .reason = box->told.state == HONE_FAILED ? box->reason : NULL};
}

/* In a transaction of the caller's; what is announced after its commit is left in *out. */
static int32_t tell(run *r, finished_trial *out, error *err)
{
    *out = sent(r);
    int32_t status = write_notes(r, err);
    return status < 0 ? status : study_tell(r->study, r->box.number, &r->box.told, err);
}

/* ---- asking ---- */

static bool may_ask(run *r)
{
    int64_t room = r->at_work.room - r->at_work.n;
    return room > 0 && !r->draining && !r->exhausted && !r->waiting &&
           stop_reason(&r->result->state, &r->set->rules, now_seconds()) == STOP_NOT &&
           evaluator_free_slots(r->evaluator) > 0;
}

/* Asks for as many as there are free slots; trials answered from the record go to `reused`. */
static int32_t ask(run *r, trial *reused, int64_t *n_reused, error *err)
{
    trial trials[BATCH];
    int64_t n = r->at_work.room - r->at_work.n, given = 0;
    int64_t slots = evaluator_free_slots(r->evaluator) / r->c->repeats;
    n = n > slots ? slots : n;
    n = n < 1 ? 1 : n > BATCH ? BATCH : n;
    int32_t status = study_ask(r->study, n, trials, &given, err);
    if (status < 0)
        return status;
    r->exhausted = status == HONE_DONE;
    r->waiting = status == HONE_WAIT && given == 0;
    for (int64_t i = 0; i < given; i++) {
        if (trials[i].reused)
            reused[(*n_reused)++] = trials[i];
        else
            actives_start(&r->at_work, &trials[i]);
    }
    return HONE_OK;
}

static void finish_reused(run *r, const trial *t, finished_trial *out)
{
    history *h = study_history(r->study);
    *out = (finished_trial){.number = t->number, .row = history_row(h, t->number), .reused = true};
    out->state = history_state(h, out->row);
    note_finished(r, out);
}

/* In the transaction: tells what is in the outbox, asks for the next. */
static int32_t exchange(run *r, finished_trial *finished, int64_t *n_finished, error *err)
{
    trial reused[BATCH];
    int64_t n_reused = 0;
    int32_t status = HONE_OK;
    note_news(r);
    if (r->box.full && !study_holds(r->study, r->box.number)) {
        say_dropped(r, r->box.number);
        empty(&r->box);
    }
    if (r->box.full) {
        if ((status = tell(r, &finished[0], err)) < 0)
            return status;
        r->waiting = false;
        note_finished(r, &finished[(*n_finished)++]);
    }
    if (may_ask(r))
        status = ask(r, reused, &n_reused, err);
    for (int64_t i = 0; i < n_reused && status >= 0; i++)
        finish_reused(r, &reused[i], &finished[(*n_finished)++]);
    return status;
}

/* One transaction: tell the finished trial (if any) and ask for the next. */
static int32_t tell_and_ask(run *r, error *err)
{
    finished_trial finished[BATCH + 1];
    int64_t n_finished = 0, before = r->result->finished;
    int32_t status = study_begin(r->study, err);
    if (status < 0)
        return status;
    status = exchange(r, finished, &n_finished, err);
    if (status >= 0)
        status = study_commit(r->study, err);
    if (status < 0) {
        r->result->finished = before;
        return status;
    }
    for (int64_t i = 0; i < n_finished; i++)
        announce(r, &finished[i]);
    empty(&r->box);
    return HONE_OK;
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

static int32_t take_result(run *r, active *a, const event *e, error *err)
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
    post(r, a);
    return tell_and_ask(r, err);
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
        drop(r, a);
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
        return take_result(r, a, e, err);
    }
}

/* First signal: nothing new, running ones get their grace.  Second: at once. */
static void heed_interrupts(run *r)
{
    int n = r->set->interrupts ? r->set->interrupts(r->set->context) : 0;
    double now = now_seconds();
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
           stop_reason(&r->result->state, &r->set->rules, now_seconds()) == STOP_NOT;
}

/* One round: ask, wait, take what came.  *over: nothing is left to do. */
static int32_t round_of(run *r, bool *over, error *err)
{
    int32_t status = HONE_OK;
    heed_interrupts(r);
    *over = r->interrupts > 1; /* evaluator_free kills what runs */
    while (!*over && (r->box.full || may_ask(r))) {
        int64_t before = r->at_work.n, finished = r->result->finished;
        if ((status = tell_and_ask(r, err)) < 0)
            return status;
        if (r->at_work.n == before && r->result->finished == finished)
            break;
    }
    if (*over || (status = submit(r, err)) < 0)
        return status;
    *over = r->at_work.n == 0 && !stays(r);
    if (*over)
        return HONE_OK;
    event e = {0};
    if ((status = evaluator_wait(r->evaluator, 0.25, r->set->wake_fd, &e, err)) < 0)
        return status;
    if ((status = r->observing.status) < 0) {
        error_take(err, &r->observing);
        return status;
    }
    if (e.type != 0 && (status = take_event(r, &e, err)) < 0)
        return status;
    if ((status = study_poll(r->study, err)) < 0)
        return status;
    note_news(r);
    if (r->set->tick)
        r->set->tick(r->set->context, r->at_work.n);
    return HONE_OK;
}

/* The rules over what a continued study holds already. */
static int32_t note_past(run *r, error *err)
{
    view v;
    hone_trials t;
    history *h = study_history(r->study);
    if (history_rows(h) == 0)
        return HONE_OK;
    int32_t status = view_init(&v, &r->c->space, HONE_CAP_NATIVE | HONE_CAP_FIDELITY, err);
    if (status < 0)
        return status;
    status = history_table(h, &v, -1, &t, err);
    for (int64_t i = 0; status >= 0 && i < t.n_finished; i++)
        stop_note(&r->result->state, &r->set->rules, h, r->c, t.finished[i]);
    history_drop(h, &v);
    view_free(&v);
    return status;
}

/* Is what is stored what we sent?  Another worker may have taken the trial over and finished it
 * meanwhile; the seconds that it took, to the last bit, tell the two apart. */
static bool told_by_us(run *r, const finished_trial *t)
{
    history *h = study_history(r->study);
    return t->row >= 0 && history_state(h, t->row) == t->state &&
           history_seconds(h, t->row) == t->seconds;
}

/* The connection to the storage broke.  What is stored decides: a trial whose tell arrived is
 * announced, any other is told again; asks that did not arrive are forgotten. */
static int32_t recover(run *r, error *err)
{
    int64_t n = 0, failures = r->result->state.failures;
    int64_t *numbers = malloc(((size_t)r->at_work.room + 1) * sizeof *numbers);
    if (!numbers)
        return error_add(err, HONE_ENOMEM, "out of memory for running trials");
    for (int64_t i = 0; i < r->at_work.room; i++) {
        active *a = &r->at_work.slots[i];
        if (a->number >= 0 && a->submitted == 0)
            actives_end(&r->at_work, a); /* asked for in what was undone, perhaps */
        else if (a->number >= 0)
            numbers[n++] = a->number;
    }
    if (r->box.full)
        numbers[n++] = r->box.number;
    int32_t status = study_recover(r->study, numbers, n, err);
    free(numbers);
    r->waiting = r->exhausted = false;
    r->result->state = (stop_state){0};
    if (status >= 0)
        status = note_past(r, err);
    r->result->state.failures = failures;
    if (status < 0 || !r->box.full || study_holds(r->study, r->box.number))
        return status;
    finished_trial t = sent(r);
    if (told_by_us(r, &t)) {
        r->result->finished++;
        announce(r, &t);
    }
    empty(&r->box);
    return HONE_OK;
}

static int32_t loop(run *r, error *err)
{
    int32_t status = HONE_OK;
    for (bool over = false; !over;) {
        status = round_of(r, &over, err);
        if (status < 0 && study_cut_off(r->study)) {
            over = false;
            status = recover(r, err);
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
    size_t cells = 2 * (size_t)r.c->n_goals + (size_t)r.c->n_constraints;
    r.box.room = malloc(cells * sizeof *r.box.room);
    int32_t status =
        r.box.room ? note_past(&r, err) : error_add(err, HONE_ENOMEM, "out of memory for a result");
    out->state.failures = 0; /* "in a row" begins anew with each run */
    if (status >= 0)
        status = actives_init(&r.at_work, r.c, settings->evaluator->workers, err);
    if (status >= 0 && stop_reason(&out->state, &settings->rules, now_seconds()) == STOP_NOT)
        status = evaluator_new(&evaluating, &r.evaluator, err);
    if (status >= 0 && r.evaluator)
        status = loop(&r, err);
    out->reason = stop_reason(&out->state, &settings->rules, now_seconds());
    if (r.interrupts > 0)
        out->reason = STOP_SIGNAL;
    else if (out->reason == STOP_NOT)
        out->reason = r.exhausted ? STOP_EXHAUSTED : STOP_NOT;
    evaluator_free(r.evaluator);
    error_free(&r.observing);
    empty(&r.box);
    free(r.box.room);
    actives_free(&r.at_work);
    return status;
}
