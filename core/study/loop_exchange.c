/* loop_exchange.c - with the storage: results out, points in, and after it was away.
 *
 * What arrived together is told together: one transaction, one write to disk. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop_state.h"

int32_t exchange_init(run *r, error *err)
{
    const config *c = r->c;
    size_t room = (size_t)r->at_work.room;
    size_t cells = 2 * (size_t)c->n_goals + (size_t)c->n_constraints;
    r->boxes = calloc(room, sizeof *r->boxes);
    r->values = calloc(room, cells * sizeof *r->values);
    r->finished = calloc(room + BATCH, sizeof *r->finished);
    if (!r->boxes || !r->values || !r->finished)
        return error_add(err, HONE_ENOMEM, "out of memory for results");
    for (size_t i = 0; i < room; i++)
        r->boxes[i].room = r->values + i * cells;
    return HONE_OK;
}

/* Boxes from `first` on lose their contents. */
static void empty(run *r, int64_t first)
{
    for (int64_t i = first; i < r->n_boxes; i++) {
        free(r->boxes[i].reason);
        free(r->boxes[i].output);
        r->boxes[i].reason = r->boxes[i].output = NULL;
    }
    if (first < r->n_boxes)
        r->n_boxes = first;
}

void exchange_free(run *r)
{
    empty(r, 0);
    free(r->boxes);
    free(r->values);
    free(r->finished);
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

/* A strategy or a lost trial may have something for us again, too. */
void exchange_news(run *r)
{
    const int64_t *rows;
    int64_t n = study_news(r->study, &rows);
    for (int64_t i = 0; i < n; i++)
        stop_note(&r->result->state, &r->set->rules, study_history(r->study), r->c, rows[i]);
    if (n > 0 || study_lost(r->study) > 0)
        r->waiting = r->exhausted = false;
}

static void say_dropped(run *r, int64_t number)
{
    log_line(r->set->log, HONE_LOG_WARN,
             "trial %lld was taken over by another worker; what this one found is dropped",
             (long long)number);
}

void exchange_drop(run *r, active *a)
{
    say_dropped(r, a->number);
    actives_end(&r->at_work, a);
}

static void announce(run *r, const finished_trial *t)
{
    if (r->set->finished)
        r->set->finished(r->set->context, t);
}

void exchange_post(run *r, active *a)
{
    const config *c = r->c;
    size_t goals = (size_t)c->n_goals;
    outbox *box = &r->boxes[r->n_boxes++];
    double *values = box->room, *yvar = values + goals, *constraints = yvar + goals;
    bool noisy = false, complete = !a->failed && !a->pruned;
    if (complete)
        active_average(&r->at_work, a, values, yvar, constraints);
    for (size_t j = 0; j < goals && complete; j++)
        noisy = noisy || !isnan(yvar[j]);
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

static int32_t write_notes(run *r, const outbox *box, error *err)
{
    int32_t status = HONE_OK;
    if (box->reason)
        status = study_note(r->study, box->number, "reason", 0, box->reason, err);
    if (status >= 0 && box->output)
        status = study_note(r->study, box->number, "output", 0, box->output, err);
    if (status >= 0 && box->repeats > 1)
        status = study_note(r->study, box->number, "repeats", box->repeats, NULL, err);
    return status;
}

/* The trial of a box, for those who are told of it. */
static finished_trial sent(run *r, const outbox *box)
{
    return (finished_trial){.number = box->number,
                            .row = history_row(study_history(r->study), box->number),
                            .state = box->told.state,
                            .seconds = box->told.seconds,
                            .reason = box->told.state == HONE_FAILED ? box->reason : NULL};
}

/* In a transaction of the caller's; what is announced after its commit is left in finished. */
static int32_t tell(run *r, const outbox *box, int64_t *n_finished, error *err)
{
    finished_trial t = sent(r, box);
    int32_t status = HONE_OK;
    if (study_holds(r->study, box->number)) {
        if ((status = write_notes(r, box, err)) < 0 ||
            (status = study_tell(r->study, box->number, &box->told, err)) < 0)
            return status;
        if (history_state(study_history(r->study), t.row) == t.state) {
            note_finished(r, &t);
            r->finished[(*n_finished)++] = t;
            return status;
        }
    }
    say_dropped(r, box->number);
    return status;
}

static int32_t tell_all(run *r, int64_t *n_finished, error *err)
{
    int32_t status = HONE_OK;
    for (int64_t i = 0; i < r->n_boxes && status >= 0; i++)
        status = tell(r, &r->boxes[i], n_finished, err);
    r->waiting = r->waiting && r->n_boxes == 0;
    return status;
}

/* ---- asking ---- */

bool exchange_may_ask(run *r)
{
    int64_t room = r->at_work.room - r->at_work.n;
    return room > 0 && !r->draining && !r->exhausted && !r->waiting &&
           stop_reason(&r->result->state, &r->set->rules, loop_clock()) == STOP_NOT &&
           evaluator_free_slots(r->evaluator) > 0;
}

static void finish_reused(run *r, const trial *t, int64_t *n_finished)
{
    history *h = study_history(r->study);
    finished_trial *out = &r->finished[(*n_finished)++];
    *out = (finished_trial){.number = t->number, .row = history_row(h, t->number), .reused = true};
    out->state = history_state(h, out->row);
    note_finished(r, out);
}

/* Asks for as many as there are free slots; trials answered from the record are finished. */
static int32_t ask(run *r, int64_t *n_finished, error *err)
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
    for (int64_t i = 0; i < given; i++)
        if (trials[i].reused)
            finish_reused(r, &trials[i], n_finished);
        else
            actives_start(&r->at_work, &trials[i]);
    return HONE_OK;
}

/* ---- both ---- */

static int32_t commit(run *r, int64_t n_finished, int64_t before, int32_t status, error *err)
{
    if (status >= 0)
        status = study_commit(r->study, err);
    if (status < 0) {
        r->result->finished = before;
        return status;
    }
    for (int64_t i = 0; i < n_finished; i++)
        announce(r, &r->finished[i]);
    return HONE_OK;
}

/* One transaction: tell what is finished and ask for the next. */
static int32_t together(run *r, bool asking, error *err)
{
    int64_t n_finished = 0, before = r->result->finished;
    int32_t status = study_begin(r->study, err);
    if (status < 0)
        return status;
    exchange_news(r);
    status = tell_all(r, &n_finished, err);
    if (status >= 0 && asking && exchange_may_ask(r))
        status = ask(r, &n_finished, err);
    if ((status = commit(r, n_finished, before, status, err)) >= 0)
        empty(r, 0);
    return status;
}

int32_t exchange_now(run *r, error *err)
{
    int64_t none = 0;
    if (!study_apart(r->study))
        return together(r, true, err);
    int32_t status = r->n_boxes > 0 ? together(r, false, err) : HONE_OK;
    return status >= 0 && exchange_may_ask(r) ? ask(r, &none, err) : status;
}

/* ---- the study read anew ---- */

int32_t exchange_past(run *r, error *err)
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

/* Of the results not yet known to be stored those stay that can still be told. */
static void sort_boxes(run *r)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < r->n_boxes; i++) {
        outbox box = r->boxes[i];
        if (!study_holds(r->study, box.number)) {
            finished_trial t = sent(r, &box);
            if (told_by_us(r, &t)) {
                r->result->finished++;
                announce(r, &t);
            }
            continue;
        }
        r->boxes[i] = r->boxes[kept];
        r->boxes[kept++] = box;
    }
    empty(r, kept);
}

/* What is stored decides: a trial whose tell arrived is announced, any other is told again; asks
 * that did not arrive are forgotten. */
int32_t exchange_recover(run *r, bool rejoin, error *err)
{
    int64_t n = 0, failures = r->result->state.failures;
    int64_t *numbers = malloc(2 * (size_t)r->at_work.room * sizeof *numbers);
    if (!numbers)
        return error_add(err, HONE_ENOMEM, "out of memory for running trials");
    for (int64_t i = 0; i < r->at_work.room; i++) {
        active *a = &r->at_work.slots[i];
        if (a->number >= 0 && a->submitted == 0)
            actives_end(&r->at_work, a); /* asked for in what was undone, perhaps */
        else if (a->number >= 0)
            numbers[n++] = a->number;
    }
    for (int64_t i = 0; i < r->n_boxes; i++)
        numbers[n++] = r->boxes[i].number;
    int32_t status =
        rejoin ? study_rejoin(r->study, numbers, n, err) : study_recover(r->study, numbers, n, err);
    free(numbers);
    r->waiting = r->exhausted = false;
    r->result->state = (stop_state){0};
    if (status >= 0)
        status = exchange_past(r, err);
    r->result->state.failures = failures;
    if (status >= 0)
        sort_boxes(r);
    return status;
}
