/* study_resume.c - a stored study continues as if it had never stopped.
 *
 * Its history is loaded (study_load.c).  A strategy whose
 * asks depend on the history alone is told everything at once; any other is rebuilt by
 * repeating the recorded asks and tells (from the newest saved state, if it has one), and
 * each repeated ask must give the recorded points. */
#include "study_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* ---- strategies and pruners brought up to the history ---- */

int32_t study_tell_news(study *s, error *err)
{
    hone_trials t;
    if (study_batch_open(s))
        return HONE_OK;
    if (s->config->batch > 0) {
        history_settle(s->history, s->settled);
        s->settled = s->next_sequence;
    }
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
    s->origin.n_replayed += !r->differs;
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

int32_t resume_prune(study *s, int64_t row, error *err)
{
    const int64_t *step;
    const double *value;
    int64_t number = history_number(s->history, row);
    int64_t n = history_reports(s->history, row, &step, &value);
    int32_t status = HONE_OK;
    bool stop;
    for (int64_t k = 0; k < n && status >= 0; k++)
        if (isfinite(value[k]))
            status = pruner_observe(s->pruner, number, step[k], value[k], &stop, err);
    return status < 0 ? status
                      : pruner_finish(s->pruner, number, history_state(s->history, row), err);
}

static int32_t replay_pruner(study *s, error *err)
{
    hone_trials t;
    view none;
    int32_t status = view_init(&none, s->space, HONE_CAP_NATIVE | HONE_CAP_FIDELITY, err);
    if (status < 0)
        return status;
    status = history_table(s->history, &none, -1, &t, err);
    for (int64_t i = 0; i < t.n_finished && status >= 0; i++)
        status = resume_prune(s, t.finished[i], err);
    history_drop(s->history, &none);
    view_free(&none);
    return status;
}

int32_t resume_replay(study *s, error *err)
{
    if (!s->origin.continued)
        return HONE_OK;
    double start = study_clock();
    s->replaying = true;
    int32_t status = s->history_only && !s->set.replay ? study_tell_news(s, err) : replay_asks(s, err);
    if (status >= 0 && s->pruner)
        status = replay_pruner(s, err);
    s->replaying = false;
    notes_drop(s);
    s->origin.replay_seconds = study_clock() - start;
    return status;
}
