/* study_share.c - one study, several processes: who may join, whose trial is whose, what others
 * finished and what they lost.
 *
 * Any number of processes run a study whose strategy's asks depend on the history alone: each
 * learns what the others did before it asks.  A strategy that keeps a state of its own
 * between asks would have to be asked in one place; such a study has one process. */
#include "study_state.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "owner.h"

static const double POLL_EVERY = 0.2; /* seconds */

double study_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int32_t share_join(study *s, error *err)
{
    const plugin *strategy = s->config->strategy->plugin;
    bool shared = strategy->caps & HONE_CAP_HISTORY_ONLY;
    char label[LABEL_ROOM];
    int32_t status =
        storage_join(s->storage, s->id, worker_label(label), shared, s->config->lease, err);
    if (status == HONE_ESTORAGE && !shared && strstr(error_text(err), "runs this study"))
        error_add(err, status,
                  "strategy '%s' keeps a state of its own, so one process runs its study; several "
                  "can share one whose strategy depends on the history alone, such as random, "
                  "sobol, tpe or bayes",
                  strategy->name);
    if (status < 0)
        return status;
    s->claimed = true;
    s->leases.duration = s->config->lease;
    s->leases.beaten = s->leases.looked = study_clock();
    return leases_read(&s->leases, s->storage, s->id, study_clock(), err);
}

/* ---- whose trial ---- */

bool share_held_elsewhere(const study *s, const pending *p)
{
    return !p->ours && !p->lost && p->holder >= 0 &&
           strcmp(s->leases.holders[p->holder].owner, s->identity) != 0;
}

/* What it reported and is not in storage yet must not get there. */
void share_lose(study *s, pending *p)
{
    int kept = 0;
    for (int i = 0; i < s->n_reports; i++)
        if (s->reports[i].trial != p->id)
            s->reports[kept++] = s->reports[i];
    s->n_reports = kept;
    p->ours = p->fenced = false;
}

bool study_holds(study *s, int64_t number)
{
    const pending *p = study_pending(s, number);
    return p && p->ours;
}

int64_t study_elsewhere(const study *s)
{
    int64_t n = 0;
    if (s->apart)
        return s->all_out ? s->open_elsewhere : 0;
    for (int i = 0; i < s->n_pending; i++)
        n += share_held_elsewhere(s, &s->pending[i]);
    return n;
}

int64_t study_lost(const study *s)
{
    int64_t n = 0;
    for (int i = 0; i < s->n_pending; i++)
        n += s->pending[i].lost || s->pending[i].waiting;
    return n;
}

/* ---- what others finished ---- */

int32_t share_keep_news(study *s, int64_t row, error *err)
{
    if (s->n_news == s->room_news) {
        int64_t room = s->room_news ? 2 * s->room_news : 64;
        int64_t *more = realloc(s->news, (size_t)room * sizeof *more);
        if (!more)
            return error_add(err, HONE_ENOMEM, "out of memory for finished trials");
        s->news = more;
        s->room_news = room;
    }
    s->news[s->n_news++] = row;
    return HONE_OK;
}

int64_t study_news(study *s, const int64_t **rows)
{
    int64_t n = s->n_news;
    *rows = s->news;
    s->n_news = 0;
    return n;
}

/* ---- leases ---- */

static int mark_lost(study *s, bool mark)
{
    int n = 0;
    for (int i = 0; i < s->n_pending; i++) {
        pending *p = &s->pending[i];
        if (p->ours || p->lost || !lease_lost(&s->leases, p->holder))
            continue;
        n++;
        p->lost = mark;
        if (mark && s->strategy)
            log_line(s->set.log, HONE_LOG_WARN, "trial %lld lost its worker %s",
                     (long long)p->number, s->leases.holders[p->holder].owner);
    }
    return n;
}

/* Whoever seems to be missing may have joined since the last look. */
int32_t share_find_lost(study *s, error *err)
{
    if (mark_lost(s, false) == 0)
        return HONE_OK;
    int32_t status = leases_read(&s->leases, s->storage, s->id, study_clock(), err);
    if (status >= 0)
        mark_lost(s, true);
    return status;
}

int32_t share_beat(study *s, error *err)
{
    bool news;
    int32_t status =
        leases_renew(&s->leases, s->storage, s->id, s->identity, study_clock(), &news, err);
    for (int i = 0; i < s->n_pending && status >= 0 && s->owner; i++)
        if (s->pending[i].ours) /* for programs that look at each trial's own heartbeat */
            status = storage_heartbeat(s->storage, s->pending[i].id, err);
    if (status >= 0)
        mark_lost(s, true);
    s->behind = s->behind || (s->apart && news);
    return status;
}

int32_t study_poll(study *s, error *err)
{
    double now = study_clock();
    bool changed = false, due = leases_due(&s->leases, s->identity, now);
    int64_t mark = s->changes;
    if (s->apart)
        return apart_poll(s, err);
    if (!due && now - s->polled < POLL_EVERY)
        return HONE_OK;
    s->polled = now;
    int32_t status = due ? HONE_OK : storage_changed(s->storage, &mark, &changed, err);
    if (status < 0 || (!due && !changed))
        return status;
    status = study_begin(s, err);
    return status < 0 ? status : study_commit(s, err);
}
