/* study_tell.c - outcomes, intermediate values and notes, durable before the strategy learns. */
#include "constraints.h"
#include "study_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- notes ---- */

void notes_drop(study *s)
{
    for (int i = 0; i < s->n_notes; i++) {
        free(s->notes[i].key);
        free(s->notes[i].text);
    }
    s->n_notes = 0;
}

/* A strategy notes what it knows about a trial while it is asked for it. */
void study_note_callback(void *context, int64_t number, const char *key, double value,
                         const char *text)
{
    study *s = context;
    if (s->replaying)
        return;
    if (s->n_notes == s->room_notes) {
        int room = s->room_notes ? 2 * s->room_notes : 8;
        early_note *more = realloc(s->notes, (size_t)room * sizeof *more);
        if (!more)
            return;
        s->notes = more;
        s->room_notes = room;
    }
    early_note n = {
        .number = number, .key = strdup(key), .value = value, .text = text ? strdup(text) : NULL};
    if (!n.key || (text && !n.text)) {
        free(n.key);
        free(n.text);
        return;
    }
    s->notes[s->n_notes++] = n;
}

void notes_flush(study *s, int64_t number, int64_t id, error *err)
{
    for (int i = 0; i < s->n_notes; i++) {
        const early_note *n = &s->notes[i];
        if (n->number == number)
            storage_note(s->storage, id, n->key, n->value, n->text, err);
    }
}

int32_t study_note(study *s, int64_t number, const char *key, double value, const char *text,
                   error *err)
{
    if (!study_pending(s, number))
        return error_add(err, HONE_ESTATE, "trial %lld is not running", (long long)number);
    int32_t status = study_begin(s, err);
    if (status < 0)
        return status;
    const pending *p = study_pending(s, number); /* others may have taken it since */
    if (p && !share_held_elsewhere(s, p))
        status = storage_note(s->storage, p->id, key, value, text, err);
    return status < 0 ? study_abandon(s, status) : study_commit(s, err);
}

/* ---- intermediate values: to storage once a second, or with the outcome ---- */

static int32_t keep_report(study *s, int64_t id, int64_t step, double value, error *err)
{
    if (s->n_reports == s->room_reports) {
        int room = s->room_reports ? 2 * s->room_reports : 64;
        early_report *more = realloc(s->reports, (size_t)room * sizeof *more);
        if (!more)
            return error_add(err, HONE_ENOMEM, "out of memory for intermediate values");
        s->reports = more;
        s->room_reports = room;
    }
    s->reports[s->n_reports++] = (early_report){id, step, value};
    return HONE_OK;
}

/* Within a transaction. */
static int32_t flush_reports(study *s, error *err)
{
    int32_t status = HONE_OK;
    for (int i = 0; i < s->n_reports && status >= 0; i++)
        status = storage_report(s->storage, s->reports[i].trial, s->reports[i].step,
                                s->reports[i].value, err);
    if (s->n_reports > 0)
        s->reports_flushed = study_clock();
    s->n_reports = 0;
    return status;
}

static int32_t write_reports(study *s, error *err)
{
    int32_t status = study_begin(s, err);
    if (status < 0)
        return status;
    status = flush_reports(s, err);
    return status < 0 ? study_abandon(s, status) : study_commit(s, err);
}

/* ---- outcomes ---- */

static int32_t check_told(const study *s, int64_t number, const told *t, error *err)
{
    if (t->state != HONE_COMPLETE && t->state != HONE_PRUNED && t->state != HONE_FAILED)
        return error_add(err, HONE_EINVAL, "trial %lld: a told trial is complete, pruned or failed",
                         (long long)number);
    for (int32_t j = 0; t->state == HONE_COMPLETE && j < s->config->n_goals; j++)
        if (!t->values || !isfinite(t->values[j]))
            return error_add(err, HONE_EINVAL,
                             "trial %lld: %s is not a finite number; tell the trial as failed",
                             (long long)number, s->config->objectives[j]);
    return HONE_OK;
}

/* Optuna keeps the last intermediate value as the value of a pruned trial. */
static int32_t store_outcome(study *s, const pending *p, const told *t, error *err)
{
    const config *c = s->config;
    const int64_t *step;
    const double *value;
    double last = NAN;
    int64_t n = t->state == HONE_PRUNED ? history_reports(s->history, p->row, &step, &value) : 0;
    if (n > 0)
        last = study_sign(s, 0) * value[n - 1];
    bool complete = t->state == HONE_COMPLETE;
    trial_finish f = {.state = t->state,
                      .n_values = complete      ? c->n_goals
                                  : isnan(last) ? 0
                                                : 1,
                      .values = complete ? t->values : &last,
                      .n_constraints = t->constraints ? c->n_constraints : 0,
                      .constraints = t->constraints,
                      .yvar = complete ? t->yvar : NULL,
                      .seconds = t->seconds,
                      .sequence = s->apart ? -1 : s->next_sequence,
                      .owner = p->fenced ? s->owner : NULL};
    if (c->n_goals > 1 && !complete)
        f.n_values = 0;
    return storage_finish(s->storage, p->id, &f, err);
}

static int32_t learn_outcome(study *s, const pending *p, const told *t, error *err)
{
    const config *c = s->config;
    for (int32_t j = 0; j < c->n_goals; j++)
        s->minimised[j] = t->state == HONE_COMPLETE ? study_sign(s, j) * t->values[j] : NAN;
    outcome o = {.state = t->state,
                 .y = s->minimised,
                 .c = c->n_constraints ? t->constraints : NULL,
                 .yvar = t->state == HONE_COMPLETE ? t->yvar : NULL,
                 .seconds = t->seconds};
    int32_t status = history_finish(s->history, p->row, &o, err);
    if (status < 0)
        return status;
    s->next_sequence++;
    if (s->pruner && (status = pruner_finish(s->pruner, p->number, t->state, err)) < 0)
        return status;
    return study_tell_news(s, err);
}

/* The trial, if it may be told here. */
static int32_t find_told(study *s, int64_t number, pending *out, error *err)
{
    const pending *p = study_pending(s, number);
    if (!p)
        return error_add(err, HONE_ESTATE,
                         history_row(s->history, number) >= 0 ? "trial %lld is finished already"
                                                              : "there is no trial %lld",
                         (long long)number);
    if (share_held_elsewhere(s, p))
        return error_add(err, HONE_ESTATE, "trial %lld is run by %s now", (long long)number,
                         s->leases.holders[p->holder].owner);
    *out = *p;
    return HONE_OK;
}

int32_t study_tell(study *s, int64_t number, const told *t, error *err)
{
    pending p;
    int32_t status = check_told(s, number, t, err);
    if (status < 0 || (status = find_told(s, number, &p, err)) < 0 ||
        (status = study_begin(s, err)) < 0)
        return status;
    if ((status = find_told(s, number, &p, err)) < 0) { /* others were quicker: nothing is broken */
        error ignored = {0};
        study_commit(s, &ignored);
        error_free(&ignored);
        return status;
    }
    if ((status = flush_reports(s, err)) < 0)
        goto fail;
    status = store_outcome(s, &p, t, err);
    if (status == HONE_ESTATE && s->apart && !storage_lost(s->storage)) {
        status = apart_lose(s, number, err);
        return status < 0 ? status : study_commit(s, err);
    }
    if (status < 0)
        goto fail;
    study_drop_pending(s, number);
    if ((status = learn_outcome(s, &p, t, err)) < 0)
        goto fail;
    return study_commit(s, err);

fail:
    return study_abandon(s, status);
}

int32_t study_report(study *s, int64_t number, int64_t step, double value, bool *stop, error *err)
{
    *stop = false;
    pending *p = study_pending(s, number);
    if (!p)
        return error_add(err, HONE_ESTATE, "trial %lld is not running", (long long)number);
    double minimised = study_sign(s, 0) * value;
    if (!history_report(s->history, p->row, step, minimised))
        return HONE_OK; /* a repeated step */
    int32_t status = keep_report(s, p->id, step, value, err);
    if (status >= 0 && study_clock() - s->reports_flushed > 1.0)
        status = write_reports(s, err);
    if (status < 0 || !s->pruner || !isfinite(value))
        return status;
    return pruner_observe(s->pruner, number, step, minimised, stop, err);
}

/* ---- trials that the strategy did not propose ---- */

int32_t study_enqueue(study *s, const double *native, error *err)
{
    int64_t id, number;
    const char *which;
    if (!constraints_met(s->space, native, &which))
        return error_add(err, HONE_EINVAL, "the point does not meet the constraint '%s'", which);
    int32_t status = study_begin(s, err);
    if (status < 0)
        return status;
    status = storage_enqueue(s->storage, s->id, s->space, native, &id, &number, err);
    if (status >= 0)
        status = study_add_waiting(s, number, id, native, err);
    if (status < 0)
        return study_abandon(s, status);
    return study_commit(s, err);
}

int32_t study_add(study *s, const double *native, const told *t, int64_t *number, error *err)
{
    pending p = {.ours = true, .holder = -1};
    trial_start start = {.native = native, .ask = -1, .ask_seconds = NAN};
    int32_t status = study_begin(s, err);
    if (status < 0)
        return status;
    start.seed = p.seed = study_trial_seed(s, s->next_number);
    status = storage_start(s->storage, s->id, s->space, &start, &p.id, &p.number, err);
    if (status < 0)
        goto fail;
    p.row = history_start(s->history, p.number, native, NAN, err);
    if (p.row < 0) {
        status = (int32_t)p.row;
        goto fail;
    }
    s->next_number = p.number + 1;
    if (!study_add_pending(s, &p, err)) {
        status = HONE_ENOMEM;
        goto fail;
    }
    *number = p.number;
    if ((status = study_tell(s, p.number, t, err)) < 0)
        return status; /* rolled back there */
    return study_commit(s, err);

fail:
    return study_abandon(s, status);
}

/* ---- open trials ---- */

bool study_open_trial(study *s, int64_t number, trial *out)
{
    pending *p = study_pending(s, number);
    if (!p || p->waiting || p->foreign)
        return false;
    *out = (trial){.number = number, .seed = p->seed, .native = history_native(s->history, p->row)};
    return true;
}
