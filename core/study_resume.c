/* study_resume.c - a stored study continues as if it had never stopped.
 *
 * Stored trials become the history, in the order in which they finished.  A strategy whose
 * asks depend on the history alone is told everything at once; any other is rebuilt by
 * repeating the recorded asks and tells (from the newest saved state, if it has one), and
 * each repeated ask must give the recorded points. */
#include "study_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text.h"

static double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- stored trials into the history ---- */

typedef struct finished_row {
    int64_t sequence, row; /* sequence -1: another program's */
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
    if (p->sequence != q->sequence)
        return p->sequence < q->sequence ? -1 : 1;
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

static int32_t keep_pending(study *s, const trial_record *t, int64_t row, error *err)
{
    pending p = {.number = t->number, .id = t->id, .row = row, .seed = t->seed};
    p.foreign = t->ask == -1 && t->sequence == -1 && t->seed == 0 && !t->owner;
    p.lost = t->state == HONE_RUNNING && t->owner &&
             (strcmp(t->owner, RELEASED) == 0 || !process_alive(t->owner));
    p.released = p.lost && strcmp(t->owner, RELEASED) == 0;
    if (p.lost)
        s->origin.n_lost++;
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
    for (int64_t i = 0; i < t->n_reports; i++)
        history_report(s->history, row, t->steps[i], study_sign(s, 0) * t->reported[i]);
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
    if (status >= 0) {
        s->origin.n_complete += f->state == HONE_COMPLETE;
        s->origin.n_pruned += f->state == HONE_PRUNED;
        s->origin.n_failed += f->state == HONE_FAILED;
    }
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
    bool adopted = false;
    int32_t status = storage_trials(s->storage, s->id, s->space, 0, 0, load_trial, &l, err);
    if (status < 0)
        goto out;
    if (l.n)
        qsort(l.rows, (size_t)l.n, sizeof *l.rows, by_order);
    if (l.n && l.rows[l.n - 1].sequence < 0) {
        if ((status = storage_begin(s->storage, err)) < 0)
            goto out;
        adopted = true;
    }
    for (int64_t i = 0; i < l.n && status >= 0; i++)
        status = finish_row(s, &l.rows[i], err);
    if (adopted && status >= 0)
        status = storage_commit(s->storage, err);
    else if (adopted)
        storage_rollback(s->storage);
    s->origin.n_trials = history_rows(s->history);

out:
    loading_free(&l);
    return status;
}

/* ---- strategies and pruners brought up to the history ---- */

int32_t study_tell_news(study *s, error *err)
{
    hone_trials t;
    if (!instance_has_tell(s->strategy))
        return HONE_OK;
    int32_t status = history_table(s->history, instance_view(s->strategy), s->planned, &t, err);
    if (status >= 0 && s->told < t.n_finished) {
        int64_t first = s->told;
        s->told = t.n_finished;
        status = strategy_tell(s->strategy, &t, t.n_finished - first, t.finished + first, err);
    }
    return status;
}

typedef struct replay {
    study *s;
    int64_t from;    /* asks up to this one are contained in the loaded state */
    int64_t restart; /* earlier asks were another instance's: the history stands for them */
    bool differs;
    int64_t number; /* first trial whose point was not reproduced */
} replay;

/* The table that the ask saw, after telling what had finished by then. */
static int32_t past_of(study *s, const ask_record *a, hone_trials *t, bool tell, error *err)
{
    int32_t status = history_past(s->history, instance_view(s->strategy), a->budget, a->n_rows,
                                  a->n_finished, t, err);
    int64_t first = s->told;
    if (status < 0 || first >= t->n_finished)
        return status;
    s->told = t->n_finished;
    if (!tell || !instance_has_tell(s->strategy))
        return HONE_OK;
    return strategy_tell(s->strategy, t, t->n_finished - first, t->finished + first, err);
}

static int32_t replay_ask(void *context, const ask_record *a, error *err)
{
    replay *r = context;
    study *s = r->s;
    hone_trials t;
    s->next_ask = a->sequence + 1;
    if (r->differs || a->sequence < r->from || a->sequence < r->restart)
        return HONE_OK;
    if (a->n_cols != instance_view(s->strategy)->table.n_cols) {
        r->differs = true;
        r->number = a->n > 0 ? a->numbers[0] : -1;
        return HONE_OK;
    }
    if (a->sequence == r->from) { /* the state contains all up to here */
        int32_t loaded = past_of(s, a, &t, false, err);
        return loaded < 0 ? loaded : instance_load(s->strategy, a->state, a->n_state, err);
    }
    int32_t status = past_of(s, a, &t, true, err);
    if (status < 0)
        return status;

    int64_t n_out = 0, cells = a->n * a->n_cols;
    double *x = malloc((size_t)(cells > 0 ? cells : 1) * sizeof *x);
    if (!x)
        return error_add(err, HONE_ENOMEM, "out of memory to replay an ask");
    status = strategy_ask(s->strategy, &t, a->n, a->numbers, x, a->n_cols, &n_out, err);
    if (status == a->status || (status >= 0 && a->status >= 0)) {
        status = HONE_OK;
        if (n_out != a->n_out || memcmp(x, a->x, (size_t)(n_out * a->n_cols) * sizeof *x) != 0) {
            r->differs = true;
            r->number = a->n > 0 ? a->numbers[0] : -1;
        }
    }
    free(x);
    return status;
}

static int32_t not_reproduced(study *s, const replay *r, error *err)
{
    const plugin *p = instance_plugin(s->strategy);
    char *changes = header_changes(s);
    int32_t status = HONE_OK;
    if (changes && *changes) /* the blame is known: go on from the history */
        log_line(s->set.log, HONE_LOG_WARN,
                 "resume: strategy '%s' %s does not reproduce trial %lld; changed since: %s; the "
                 "study goes on from its history",
                 p->name, p->version, (long long)r->number, changes);
    else if (s->set.amend)
        log_line(s->set.log, HONE_LOG_WARN,
                 "resume: strategy '%s' %s does not reproduce trial %lld; the study goes on from "
                 "its history",
                 p->name, p->version, (long long)r->number);
    else
        status =
            error_add(err, HONE_ECHANGED,
                      "resume: strategy '%s' %s does not reproduce trial %lld, and nothing "
                      "else changed: it is not deterministic; --amend goes on from the history",
                      p->name, p->version, (long long)r->number);
    free(changes);
    return status;
}

/* A fresh instance that only knows the history; later replays begin here. */
static int32_t restart(study *s, error *err)
{
    char next[NUMBER_ROOM];
    instance_free(s->strategy);
    s->strategy = NULL;
    s->told = 0;
    snprintf(next, sizeof next, "%lld", (long long)s->next_ask);
    int32_t status = storage_begin(s->storage, err);
    if (status < 0)
        return status;
    if ((status = storage_set(s->storage, s->id, "restart", next, err)) < 0) {
        storage_rollback(s->storage);
        return status;
    }
    if ((status = storage_commit(s->storage, err)) < 0 ||
        (status = instance_new(&s->around, s->config->strategy, &s->strategy, err)) < 0)
        return status;
    return study_tell_news(s, err);
}

static int32_t replay_asks(study *s, error *err)
{
    replay r = {.s = s, .from = -1};
    char *restarted = NULL;
    int32_t status = storage_get(s->storage, s->id, "restart", &restarted, err);
    if (restarted)
        number_int(restarted, &r.restart);
    free(restarted);
    if (status >= 0 && instance_stateful(s->strategy))
        status = storage_newest_state(s->storage, s->id, &r.from, err);
    if (status >= 0)
        status = storage_asks(s->storage, s->id, 0, replay_ask, &r, err);
    if (status < 0)
        return status;
    if (r.differs) {
        status = not_reproduced(s, &r, err);
        return status < 0 ? status : restart(s, err);
    }
    return study_tell_news(s, err);
}

static int32_t replay_pruner(study *s, error *err)
{
    hone_trials t;
    view none;
    int32_t status = view_init(&none, s->space, HONE_CAP_NATIVE | HONE_CAP_FIDELITY, err);
    if (status < 0)
        return status;
    status = history_table(s->history, &none, -1, &t, err);
    for (int64_t i = 0; i < t.n_finished && status >= 0; i++) {
        int64_t row = t.finished[i];
        const int64_t *step;
        const double *value;
        int64_t n = history_reports(s->history, row, &step, &value);
        bool stop;
        for (int64_t k = 0; k < n && status >= 0; k++)
            if (isfinite(value[k]))
                status = pruner_observe(s->pruner, t.number[row], step[k], value[k], &stop, err);
        if (status >= 0)
            status = pruner_finish(s->pruner, t.number[row], t.state[row], err);
    }
    history_drop(s->history, &none);
    view_free(&none);
    return status;
}

int32_t resume_replay(study *s, error *err)
{
    if (!s->origin.continued)
        return HONE_OK;
    double start = now_seconds();
    s->replaying = true;
    int32_t status = s->history_only ? study_tell_news(s, err) : replay_asks(s, err);
    if (status >= 0 && s->pruner)
        status = replay_pruner(s, err);
    s->replaying = false;
    notes_drop(s);
    s->origin.replay_seconds = now_seconds() - start;
    return status;
}

/* ---- what others did meanwhile ---- */

static int32_t sync_trial(void *context, const trial_record *t, error *err)
{
    loading *l = context;
    study *s = l->s;
    pending *p = study_pending(s, t->number);
    if (t->number >= s->next_number)
        return load_trial(l, t, err);
    if (!p || p->ours || t->state == TRIAL_WAITING)
        return HONE_OK;
    int64_t row = p->row;
    p->waiting = false; /* somebody took it */
    if (t->state == HONE_RUNNING)
        return HONE_OK;
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
    for (int i = 0; i < s->n_pending; i++)
        if (!s->pending[i].ours && s->pending[i].number < from)
            from = s->pending[i].number;
    loading l = {.s = s};
    status = storage_trials(s->storage, s->id, s->space, from, 0, sync_trial, &l, err);
    if (status >= 0 && l.n)
        qsort(l.rows, (size_t)l.n, sizeof *l.rows, by_order);
    for (int64_t i = 0; i < l.n && status >= 0; i++)
        status = finish_row(s, &l.rows[i], err);
    if (status >= 0 && s->strategy)
        status = study_tell_news(s, err);
    loading_free(&l);
    return status;
}
