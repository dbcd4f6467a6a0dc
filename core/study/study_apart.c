/* study_apart.c - beside other processes without reading what they do.
 *
 * A strategy that needs no history gets none.  Where the storage's writers do not exclude each
 * other, a worker then starts and tells its trials by themselves: the next number is taken under
 * the study's lock, a trial is finished under its owner's name, and of other workers only their
 * leases are looked at.  The study is read anew, in the ordinary way, when there is something to
 * take over: a worker died, a trial was enqueued, or at the end others' trials stay open. */
#include "study_state.h"

#include <string.h>

static const double POLL_EVERY = 0.2, STRAGGLE = 1; /* seconds */

/* Is there a parameter that is always there and continuous?  Then no point comes twice, and there
 * is nothing to reuse. */
static bool endless(const space *sp)
{
    for (int32_t i = 0; i < sp->n; i++) {
        const hone_param *p = &sp->params[i];
        if (p->type == HONE_REAL && p->step == 0 && p->parent < 0 && p->low < p->high)
            return true;
    }
    return false;
}

static bool rules_look_back(const config *c)
{
    for (int32_t j = 0; c->target && j < c->n_goals; j++)
        if (c->target[j] == c->target[j])
            return true;
    return c->patience > 0;
}

void apart_review(study *s)
{
    const config *c = s->config;
    s->independent = (instance_plugin(s->strategy)->caps & HONE_CAP_NO_HISTORY) && s->owner &&
                     !s->pruner && c->batch == 0 && !c->replayable && !s->set.replay &&
                     !rules_look_back(c) && storage_concurrent(s->storage) && endless(s->space);
    s->apart = s->independent && study_lost(s) == 0 && history_rows(s->history) < s->planned;
    s->behind = s->all_out = false;
    s->open_elsewhere = 0;
}

bool study_apart(const study *s)
{
    return s->apart;
}

bool study_behind(const study *s)
{
    return s->apart && s->behind;
}

bool study_partial(const study *s)
{
    return s->independent && s->next_number > history_rows(s->history);
}

bool study_all_told(const study *s)
{
    return s->apart && s->all_out && s->open_elsewhere == 0;
}

/* In a transaction.  *n_free of n may be asked for, from next->number on. */
int32_t apart_ask(study *s, int64_t n, trial_next *next, int64_t *n_free, error *err)
{
    *n_free = 0;
    int32_t status = storage_next(s->storage, s->id, n, s->depth == 1, next, err);
    if (status < 0)
        return status;
    s->next_number = next->number;
    s->behind = s->behind || next->waiting;
    int64_t left = s->planned - next->number;
    *n_free = left < n ? left : n;
    if (left > 0)
        return HONE_OK;
    *n_free = 0;
    if (!s->all_out)
        s->out_since = study_clock();
    s->all_out = true;
    s->open_elsewhere = 1; /* until the next look */
    return HONE_DONE;
}

int32_t apart_lose(study *s, int64_t number, error *err)
{
    pending *p = study_pending(s, number);
    if (p)
        share_lose(s, p);
    s->behind = true;
    error_free(err);
    return HONE_OK;
}

/* No number is left: are others still at work?  Then wait, and after a while help. */
static int32_t look_around(study *s, error *err)
{
    int32_t status = storage_open_elsewhere(s->storage, s->id, s->owner, &s->open_elsewhere, err);
    if (status < 0)
        return status;
    if (s->open_elsewhere > 0) {
        s->behind = study_clock() - s->out_since > STRAGGLE;
        return HONE_OK;
    }
    s->behind = history_best(s->history) < 0; /* of no trial at all this process knows */
    if (s->behind || (status = storage_begin(s->storage, err)) < 0)
        return status;
    if ((status = storage_lock(s->storage, s->id, err)) >= 0)
        status = storage_order(s->storage, s->id, err);
    if (status >= 0)
        return storage_commit(s->storage, err);
    storage_rollback(s->storage);
    return status;
}

int32_t apart_poll(study *s, error *err)
{
    double now = study_clock();
    if (leases_due(&s->leases, s->identity, now)) {
        int32_t status = study_begin(s, err);
        return status < 0 ? status : study_commit(s, err);
    }
    if (!s->all_out || study_handed_out(s) > 0 || s->open_elsewhere == 0 ||
        now - s->polled < POLL_EVERY)
        return HONE_OK;
    s->polled = now;
    return look_around(s, err);
}

int32_t apart_give_back(study *s, error *err)
{
    int32_t status = storage_begin(s->storage, err);
    if (status < 0)
        return status;
    if ((status = storage_lock(s->storage, s->id, err)) >= 0)
        status = storage_disown(s->storage, s->id, s->identity, RELEASED, err);
    if (status >= 0)
        return storage_commit(s->storage, err);
    storage_rollback(s->storage);
    return status;
}
