/* study_recover.c - a study goes on after its connection to the storage broke.
 *
 * Nobody can know whether a commit whose answer did not come was done.  So nothing is repeated
 * on suspicion: the study is read anew, as at its start, and what it holds decides.  Trials
 * that run here go on meanwhile. */
#include "study_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Seconds: first pause, longest pause, and when to give up. */
static const double FIRST_PAUSE = 0.1, LONGEST_PAUSE = 5, PATIENCE = 600;

bool study_cut_off(const study *s)
{
    return s->storage && storage_lost(s->storage);
}

/* Back to a study that has read nothing. */
static void forget(study *s)
{
    instance_free(s->pruner);
    instance_free(s->strategy);
    s->pruner = s->strategy = NULL;
    storage_close(s->storage);
    s->storage = NULL;
    history_free(s->history);
    s->history = NULL;
    notes_drop(s);
    leases_free(&s->leases);
    s->n_pending = s->depth = s->faults_in_row = 0;
    s->told = s->next_number = s->next_ask = s->next_sequence = s->changes = s->faults = 0;
    s->n_news = s->settled = 0;
    s->claimed = s->broken = s->apart = false;
}

static bool rest(const study *s, double seconds)
{
    const double step = 0.1;
    for (; seconds > 0; seconds -= step) {
        const struct timespec pause = {.tv_nsec = (long)(1e9 * fmin(seconds, step))};
        if (s->set.cancelled && s->set.cancelled(s->set.context))
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

static bool among(const int64_t *numbers, int64_t n, int64_t number)
{
    for (int64_t i = 0; i < n; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

/* Which of the running trials are this process's, and are still at work? */
static void claim_own(study *s, const int64_t *numbers, int64_t n)
{
    for (int i = 0; i < s->n_pending; i++) {
        pending *p = &s->pending[i];
        if (p->holder < 0 || strcmp(s->leases.holders[p->holder].owner, s->identity) != 0)
            continue;
        if (among(numbers, n, p->number))
            p->ours = p->fenced = true;
        else
            p->lost = p->released = true; /* begun, and the answer did not come */
    }
}

/* What was reported and did not get into storage yet. */
static void report_again(study *s)
{
    int kept = 0;
    for (int i = 0; i < s->n_reports; i++)
        for (int k = 0; k < s->n_pending; k++) {
            const pending *p = &s->pending[k];
            if (!p->ours || p->id != s->reports[i].trial)
                continue;
            history_report(s->history, p->row, s->reports[i].step,
                           study_sign(s, 0) * s->reports[i].value);
            s->reports[kept++] = s->reports[i];
            break;
        }
    s->n_reports = kept;
}

int32_t study_reach(study *s, double patience, error *err)
{
    const double until = study_clock() + patience;
    bool said = false;
    for (double pause = FIRST_PAUSE;; pause = fmin(2 * pause, LONGEST_PAUSE)) {
        int32_t status = study_connect(s, err);
        bool away = status == HONE_WAIT || (status < 0 && study_cut_off(s));
        if (!away)
            return status;
        if (!said)
            log_line(s->set.log, HONE_LOG_WARN, "%s; trying again", error_text(err));
        said = true;
        if (study_clock() >= until || !rest(s, pause))
            return HONE_ESTORAGE;
        error_free(err);
        forget(s);
    }
}

int32_t study_rejoin(study *s, const int64_t *numbers, int64_t n, error *err)
{
    const study_origin origin = s->origin;
    forget(s);
    s->set.must_be_new = false;
    int32_t status = study_reach(s, PATIENCE, err);
    if (status < 0) {
        s->broken = true;
        return status;
    }
    s->origin = origin;
    claim_own(s, numbers, n);
    report_again(s);
    apart_review(s);
    return HONE_OK;
}

int32_t study_recover(study *s, const int64_t *numbers, int64_t n, error *err)
{
    log_line(s->set.log, HONE_LOG_WARN, "%s; connecting again", error_text(err));
    error_free(err);
    int32_t status = study_rejoin(s, numbers, n, err);
    if (status >= 0)
        log_line(s->set.log, HONE_LOG_WARN, "connected again");
    return status;
}
