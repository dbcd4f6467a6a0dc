/* study_load.c - stored trials become the history, in the order in which they finished: all of
 * them when a study is opened, and while it runs those of other processes and programs. */
#include "study_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- stored trials into the history ---- */

typedef struct finished_row {
    int64_t sequence, row; /* sequence -1: another program's */
    int64_t place;         /* among ours: in a batch the number decides, not the time */
    int64_t id;
    char completed[40]; /* time as stored; orders other programs' trials */
    int32_t state;
    double seconds;
    double *values; /* [n_goals], then [n_constraints], then yvar [n_goals] */
    bool constrained, noisy;
} finished_row;

typedef struct loading {
    study *s;
    int64_t n, room;
    finished_row *rows;
} loading;

static int by_order(const void *a, const void *b)
{
    const finished_row *p = a, *q = b;
    if ((p->sequence < 0) != (q->sequence < 0))
        return p->sequence < 0 ? 1 : -1; /* ours first, in their order */
    if (p->place != q->place)
        return p->place < q->place ? -1 : 1;
    int c = strcmp(p->completed, q->completed);
    return c ? c : (p->row > q->row) - (p->row < q->row);
}

static int32_t keep_finished(loading *l, const trial_record *t, int64_t row, error *err)
{
    const config *c = l->s->config;
    size_t goals = (size_t)c->n_goals, constraints = (size_t)c->n_constraints;
    if (l->n == l->room) {
        int64_t room = l->room ? 2 * l->room : 256;
        finished_row *more = realloc(l->rows, (size_t)room * sizeof *more);
        if (!more)
            return error_add(err, HONE_ENOMEM, "out of memory for stored trials");
        l->rows = more;
        l->room = room;
    }
    finished_row *f = &l->rows[l->n];
    *f = (finished_row){
        .sequence = t->sequence, .row = row, .id = t->id, .state = t->state, .seconds = t->seconds};
    f->place = c->batch > 0 && t->sequence >= 0 ? t->number : t->sequence;
    strncpy(f->completed, t->completed ? t->completed : "", sizeof f->completed - 1);
    f->values = malloc((2 * goals + constraints) * sizeof *f->values);
    if (!f->values)
        return error_add(err, HONE_ENOMEM, "out of memory for stored trials");
    bool finite = t->n_values >= c->n_goals;
    for (size_t i = 0; i < goals; i++) {
        f->values[i] = finite ? study_sign(l->s, (int32_t)i) * t->values[i] : NAN;
        f->values[goals + constraints + i] = t->yvar ? t->yvar[i] : NAN;
    }
    for (size_t i = 0; i < constraints; i++)
        f->values[goals + i] =
            t->constraints && (int32_t)i < t->n_constraints ? t->constraints[i] : NAN;
    f->constrained = constraints > 0 && t->constraints;
    f->noisy = t->yvar != NULL;
    for (size_t i = 0; i < goals; i++)
        if (f->state == HONE_COMPLETE && !isfinite(f->values[i]))
            f->state = HONE_FAILED; /* another program kept an infinite value */
    l->n++;
    return HONE_OK;
}

/* Who has a running trial; share_find_lost says later whether it is lost. */
static bool note_owner(study *s, pending *p, const char *owner)
{
    p->released = owner && strcmp(owner, RELEASED) == 0;
    p->holder = owner && !p->released ? lease_holder_of(&s->leases, owner) : -1;
    p->lost = p->released;
    return p->holder >= 0 || p->released || !owner;
}

static int32_t keep_pending(study *s, const trial_record *t, int64_t row, error *err)
{
    pending p = {.number = t->number, .id = t->id, .row = row, .seed = t->seed};
    p.foreign = t->ask == -1 && t->sequence == -1 && t->seed == 0 && !t->owner;
    if (!note_owner(s, &p, t->owner))
        return error_add(err, HONE_ENOMEM, "out of memory for workers");
    return study_add_pending(s, &p, err) ? HONE_OK : HONE_ENOMEM;
}

/* Another program may have fixed some of the parameters only. */
static int32_t keep_waiting(study *s, const trial_record *t, error *err)
{
    size_t bytes = (size_t)s->space->n * sizeof(double);
    double *native = malloc(bytes ? bytes : 1);
    if (!native)
        return error_add(err, HONE_ENOMEM, "out of memory for an enqueued trial");
    memcpy(native, t->native, bytes);
    space_snap(s->space, native);
    int32_t status = study_add_waiting(s, t->number, t->id, native, err);
    free(native);
    return status;
}

static void keep_reports(study *s, const trial_record *t, int64_t row)
{
    for (int64_t i = 0; i < t->n_reports; i++)
        history_report(s->history, row, t->steps[i], study_sign(s, 0) * t->reported[i]);
}

static int32_t load_trial(void *context, const trial_record *t, error *err)
{
    loading *l = context;
    study *s = l->s;
    s->next_number = t->number + 1;
    if (t->state == TRIAL_WAITING)
        return keep_waiting(s, t, err);
    int64_t row = history_start(s->history, t->number, t->native, t->ask_seconds, err);
    if (row < 0)
        return (int32_t)row;
    keep_reports(s, t, row);
    return t->state == HONE_RUNNING ? keep_pending(s, t, row, err) : keep_finished(l, t, row, err);
}

static int32_t finish_row(study *s, const finished_row *f, error *err)
{
    const config *c = s->config;
    outcome o = {.state = f->state,
                 .y = f->values,
                 .c = f->constrained ? f->values + c->n_goals : NULL,
                 .yvar = f->noisy ? f->values + c->n_goals + c->n_constraints : NULL,
                 .seconds = f->seconds};
    int32_t status = history_finish(s->history, f->row, &o, err);
    if (status >= 0 && f->sequence < 0)
        status = storage_adopt(s->storage, f->id, s->next_sequence, err);
    s->next_sequence++;
    if (status >= 0 && s->strategy) { /* while we run: somebody else's */
        status = share_keep_news(s, f->row, err);
        if (status >= 0 && s->pruner)
            status = resume_prune(s, f->row, err);
    } else if (status >= 0) {
        s->origin.n_complete += f->state == HONE_COMPLETE;
        s->origin.n_pruned += f->state == HONE_PRUNED;
        s->origin.n_failed += f->state == HONE_FAILED;
    }
    return status;
}

static int32_t finish_rows(loading *l, error *err)
{
    int32_t status = HONE_OK;
    if (l->n)
        qsort(l->rows, (size_t)l->n, sizeof *l->rows, by_order);
    for (int64_t i = 0; i < l->n && status >= 0; i++)
        status = finish_row(l->s, &l->rows[i], err);
    return status;
}

static void loading_free(loading *l)
{
    for (int64_t i = 0; i < l->n; i++)
        free(l->rows[i].values);
    free(l->rows);
}

int32_t resume_load(study *s, error *err)
{
    loading l = {.s = s};
    bool changed;
    int32_t status = storage_begin(s->storage, err); /* others' trials are given their places */
    if (status < 0)
        return status;
    if ((status = storage_lock(s->storage, s->id, err)) >= 0)
        status = storage_changed(s->storage, &s->changes, &changed, err);
    if (status >= 0)
        status = storage_order(s->storage, s->id, err);
    if (status >= 0)
        status = storage_trials(s->storage, s->id, s->space, 0, 0, load_trial, &l, err);
    if (status >= 0)
        status = finish_rows(&l, err);
    if (status >= 0)
        status = share_find_lost(s, err);
    if (status >= 0)
        status = storage_commit(s->storage, err);
    else
        storage_rollback(s->storage);
    s->origin.n_trials = history_rows(s->history);
    for (int i = 0; i < s->n_pending; i++)
        s->origin.n_lost += s->pending[i].lost;
    loading_free(&l);
    return status;
}

/* ---- what others did meanwhile ---- */

static bool ours_still(const study *s, const trial_record *t)
{
    if (t->state != HONE_RUNNING)
        return false;
    return s->owner && t->owner ? strcmp(s->owner, t->owner) == 0 : !s->owner && !t->owner;
}

static int32_t sync_trial(void *context, const trial_record *t, error *err)
{
    loading *l = context;
    study *s = l->s;
    if (t->number >= s->next_number)
        return load_trial(l, t, err);
    pending *p = study_pending(s, t->number);
    if (!p || (p->ours && ours_still(s, t)))
        return HONE_OK;
    if (p->ours)
        share_lose(s, p);
    if (t->state == TRIAL_WAITING)
        return HONE_OK;
    p->waiting = false; /* somebody took it */
    p->seed = t->seed;
    if (t->state == HONE_RUNNING)
        return note_owner(s, p, t->owner)
                   ? HONE_OK
                   : error_add(err, HONE_ENOMEM, "out of memory for workers");
    int64_t row = p->row;
    keep_reports(s, t, row);
    study_drop_pending(s, t->number);
    return keep_finished(l, t, row, err);
}

int32_t resume_sync(study *s, error *err)
{
    bool changed = false;
    int32_t status = storage_changed(s->storage, &s->changes, &changed, err);
    if (status < 0 || !changed)
        return status;
    int64_t from = s->next_number;
    if (s->n_pending > 0 && s->pending[0].number < from)
        from = s->pending[0].number;
    loading l = {.s = s};
    status = storage_trials(s->storage, s->id, s->space, from, 0, sync_trial, &l, err);
    if (status >= 0)
        status = finish_rows(&l, err);
    if (status >= 0)
        status = share_find_lost(s, err);
    if (status >= 0 && s->strategy)
        status = study_tell_news(s, err);
    loading_free(&l);
    return status;
}
