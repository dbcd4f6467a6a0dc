/* crew.c - see crew.h.
 *
 * One thread, one poll: the lines of all slots, the earliest deadline and the caller's wake_fd.
 * An evaluation that is over is handed out in steps, since its output and its reason are
 * events that come before its result. */
#include "crew.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "reap.h"
#include "result.h"
#include "slot.h"
#include "verdict.h"

static const double START_SECONDS = 60; /* for the first worker to make its objective */
static const double END_SECONDS = 1;    /* for an idle worker to end by itself */
static const double MARGIN = 0.25;      /* after the grace: objectives that kill get to say so */

struct crew {
    evaluator_settings set;
    const config *c;
    int64_t n_slots, next; /* next: whose turn it is to be heard */
    slot *slots;           /* [n_slots] */
    struct pollfd *polls;  /* [3 n_slots + 1] socket, process, output of each; wake_fd */
    pid_t *spared;         /* [n_strangers + n_slots] children that are not leftovers */
    int n_strangers;       /* ... that were there before */
    slot *reporting;       /* its report was handed out and is not answered */
    bool stop;             /* ... and this is the answer */

    result over;           /* the evaluation whose end is being handed out */
};

/* ---- the end of an evaluation ------------------------------------------------------------*/

/* Processes that lost workers left to us.  Only where this process inherits orphans: the hone
 * program, whose children are workers, does; a program that embeds the library may have
 * children of its own. */
static void kill_leftovers(crew *w)
{
    int inherits = 0, n = w->n_strangers;
    if (prctl(PR_GET_CHILD_SUBREAPER, &inherits, 0, 0, 0) != 0 || !inherits)
        return;
    for (int64_t i = 0; i < w->n_slots; i++)
        if (w->slots[i].pid)
            w->spared[n++] = w->slots[i].pid;
    descendants_kill(getpid(), w->spared, n);
}

/* The worker is lost, `why` says how; NULL: as its wait status has it.  An idle one goes
 * without a word: the next job starts another. */
static void lose(crew *w, slot *s, const char *why)
{
    char death[VERDICT_ROOM] = "the worker closed its line", reason[VERDICT_ROOM];
    int status = why ? -1 : slot_reap(s, END_SECONDS);
    if (status >= 0)
        verdict_death(status, death);
    snprintf(reason, sizeof reason, "%s%.500s", s->ready ? "" : "the worker did not start: ",
             why ? why : death);
    if (s->busy) {
        result_blank(&w->over);
        result_take(&w->over, s, reason);
        w->over.lost = true;
    }
    if (status < 0)
        slot_kill(s);
    else
        slot_close(s);
    kill_leftovers(w);
}

/* ---- frames ------------------------------------------------------------------------------*/

static void take_ready(crew *w, slot *s, frame *f)
{
    int64_t status = frame_int(f);
    const char *why = frame_text(f);
    s->ready = status >= 0 && !f->failed;
    if (s->ready && s->busy)
        s->deadline = slot_now() + w->c->timeout;
    else if (!s->ready)
        lose(w, s, why ? why : "it did not say why");
}

static void take_result(crew *w, slot *s, frame *f)
{
    int64_t number = frame_int(f), repeat = frame_int(f);
    result *r = &w->over;
    r->state = (int32_t)frame_int(f);
    r->seconds = frame_real(f);
    frame_reals(f, r->y, w->c->n_goals);
    frame_reals(f, r->c, w->c->n_constraints);
    frame_reals(f, r->yvar, w->c->n_goals);
    r->lost = false;
    if (f->failed || !s->busy || number != s->number || repeat != s->repeat)
        s->nonsense = true;
    else
        result_take(r, s, NULL);
}

/* true: *out is a note for the caller. */
static bool take_note(slot *s, frame *f, event *out)
{
    int64_t number = frame_int(f);
    const char *key = frame_text(f);
    double value = frame_real(f);
    const char *text = frame_text(f);
    if (f->failed || !key || !s->busy || number != s->number)
        return false; /* a note on something else is dropped */
    if (strcmp(key, "reason") == 0 && text) {
        free(s->reason);
        s->reason = strdup(text);
        return false;
    }
    *out = (event){.type = EVENT_NOTE, .number = number, .repeat = s->repeat, .key = key,
                   .text = text, .value = value};
    return true;
}

/* true: *out is a report that waits for its answer. */
static bool take_report(crew *w, slot *s, frame *f, event *out)
{
    int64_t number = frame_int(f), step = frame_int(f);
    double value = frame_real(f);
    if (f->failed || !s->busy || number != s->number) {
        s->nonsense = true;
        return false;
    }
    s->asking = true;
    if (s->ending != ENDING_NOT) {
        slot_answer(s, true);
        return false;
    }
    w->reporting = s;
    w->stop = false;
    *out = (event){.type = EVENT_REPORT, .number = number, .repeat = s->repeat, .step = step,
                   .value = value};
    return true;
}

static void take_log(crew *w, frame *f)
{
    int64_t level = frame_int(f);
    const char *line = frame_text(f);
    if (line && w->set.log)
        log_line(w->set.log, (int32_t)level, "%s", line);
}

/* Hears one slot until it has an event or nothing more to say.  true: *out is set. */
static bool hear(crew *w, slot *s, event *out)
{
    frame f;
    int found = 0;
    while (s->pid && !w->over.from && !s->nonsense && (found = inbox_next(&s->inbox, &f)) == 1) {
        if (f.type == FRAME_READY)
            take_ready(w, s, &f);
        else if (f.type == FRAME_RESULT)
            take_result(w, s, &f);
        else if (f.type == FRAME_LOG)
            take_log(w, &f);
        else if (f.type == FRAME_NOTE && take_note(s, &f, out))
            return true;
        else if (f.type == FRAME_REPORT && take_report(w, s, &f, out))
            return true;
        else if (f.type != FRAME_NOTE && f.type != FRAME_REPORT)
            s->nonsense = true;
    }
    if (s->pid && !w->over.from && (found < 0 || s->nonsense))
        lose(w, s, "the worker spoke nonsense; the objective may have damaged its memory");
    else if (s->pid && !w->over.from && s->gone)
        lose(w, s, NULL);
    if (w->over.from)
        result_event(&w->over, out);
    return out->type != 0;
}

static bool hear_all(crew *w, event *out)
{
    for (int64_t i = 0; i < w->n_slots; i++) {
        slot *s = &w->slots[(w->next + i) % w->n_slots];
        if (s->pid && hear(w, s, out)) {
            w->next = (s->index + 1) % w->n_slots;
            return true;
        }
    }
    return false;
}

/* ---- waiting -----------------------------------------------------------------------------*/

/* Asks to end what is past its deadline, kills what is past its grace.  true: *out is set. */
static bool expire(crew *w, event *out)
{
    double now = slot_now();
    for (int64_t i = 0; i < w->n_slots; i++) {
        slot *s = &w->slots[i];
        if (s->busy && now >= s->deadline)
            slot_cancel(s, ENDING_TIMEOUT, now, w->c->grace + MARGIN);
        if (s->busy && now >= s->kill_at) {
            lose(w, s, "");
            result_event(&w->over, out);
            return true;
        }
    }
    return false;
}

static double next_alarm(const crew *w, double end)
{
    for (int64_t i = 0; i < w->n_slots; i++) {
        const slot *s = &w->slots[i];
        double at = s->ending == ENDING_NOT ? s->deadline : s->kill_at;
        if (s->busy && at < end)
            end = at;
    }
    return end;
}

/* Waits until something arrives, an alarm or `end`; reads it all.  true: wake_fd is readable. */
static bool listen_until(crew *w, double end, int wake_fd)
{
    struct pollfd *p = w->polls;
    for (int64_t i = 0; i < w->n_slots; i++) {
        const slot *s = &w->slots[i];
        p[3 * i] = (struct pollfd){.fd = s->gone ? -1 : s->socket, .events = POLLIN};
        p[3 * i + 1] = (struct pollfd){.fd = s->gone ? -1 : s->process, .events = POLLIN};
        p[3 * i + 2] = (struct pollfd){.fd = s->output, .events = POLLIN};
    }
    p[3 * w->n_slots] = (struct pollfd){.fd = wake_fd, .events = POLLIN};
    double left = next_alarm(w, end) - slot_now();
    if (poll(p, (nfds_t)(3 * w->n_slots + 1), wait_milliseconds(left)) <= 0)
        return false;
    for (int64_t i = 0; i < w->n_slots; i++) {
        slot *s = &w->slots[i];
        if (p[3 * i + 2].revents)
            slot_read_output(s);
        if (p[3 * i].revents && slot_read(s) == 0)
            s->gone = true;
        while (p[3 * i + 1].revents && !s->gone)
            s->gone = slot_read(s) <= 0; /* died: what it said before still counts */
    }
    return p[3 * w->n_slots].revents != 0;
}

static void answer_report(crew *w)
{
    slot *s = w->reporting;
    w->reporting = NULL;
    if (s && s->asking)
        slot_answer(s, w->stop); /* a failure shows as a closed line */
}

void crew_wait(crew *w, double seconds, int wake_fd, event *out)
{
    answer_report(w);
    double end = slot_now() + seconds;
    if (w->over.from) {
        result_event(&w->over, out);
        return;
    }
    if (hear_all(w, out))
        return;
    for (;;) {
        bool woken = listen_until(w, end, wake_fd);
        if (hear_all(w, out) || expire(w, out) || woken || slot_now() >= end)
            return;
    }
}

/* ---- jobs --------------------------------------------------------------------------------*/

int64_t crew_running(const crew *w)
{
    int64_t n = 0;
    for (int64_t i = 0; i < w->n_slots; i++)
        n += w->slots[i].busy || w->over.from == &w->slots[i];
    return n;
}

/* A free slot, one with a worker if there is one. */
static slot *free_slot(crew *w)
{
    slot *empty = NULL;
    for (int64_t i = 0; i < w->n_slots; i++) {
        slot *s = &w->slots[i];
        if (s->busy || w->over.from == s)
            continue;
        if (s->pid && !s->gone)
            return s;
        empty = empty ? empty : s;
    }
    return empty;
}

int32_t crew_submit(crew *w, const job *j, error *err)
{
    slot *s = free_slot(w);
    for (int attempt = 0; attempt < 2; attempt++) {
        int32_t status = s->pid && !s->gone ? HONE_OK : slot_start(s, &w->set, err);
        if (status < 0)
            return status;
        if (slot_send(s, j, w->c->space.n)) {
            if (s->ready)
                s->deadline = slot_now() + w->c->timeout;
            return HONE_OK;
        }
        slot_kill(s); /* it died while idle */
        kill_leftovers(w);
    }
    return error_add(err, HONE_EFAIL, "workers end as soon as they are started");
}

void crew_stop(crew *w, int64_t number)
{
    if (w->reporting && w->reporting->number == number)
        w->stop = true;
}

void crew_cancel(crew *w)
{
    for (int64_t i = 0; i < w->n_slots; i++)
        slot_cancel(&w->slots[i], ENDING_CANCEL, slot_now(), w->c->grace + MARGIN);
}

/* ---- made and gone -----------------------------------------------------------------------*/

static bool allocate(crew *w)
{
    size_t n = (size_t)w->n_slots;
    pid_t *strangers = children_list(&w->n_strangers);
    w->slots = calloc(n, sizeof *w->slots);
    w->polls = calloc(3 * n + 1, sizeof *w->polls);
    w->spared = calloc((size_t)w->n_strangers + n, sizeof *w->spared);
    for (int64_t i = 0; w->slots && i < w->n_slots; i++)
        slot_init(&w->slots[i], i);
    if (w->spared && w->n_strangers)
        memcpy(w->spared, strangers, (size_t)w->n_strangers * sizeof *strangers);
    free(strangers);
    return result_init(&w->over, w->c) && w->slots && w->polls && w->spared;
}

/* Starts the first worker and waits until its objective is made, so that what is wrong with
 * the objective is said before any trial. */
static int32_t start_first(crew *w, error *err)
{
    slot *s = &w->slots[0];
    frame f;
    int found = 0;
    double end = slot_now() + START_SECONDS;
    int32_t status = slot_start(s, &w->set, err);
    if (status < 0)
        return status;
    while (slot_now() < end) {
        while ((found = inbox_next(&s->inbox, &f)) == 1 && f.type == FRAME_LOG)
            take_log(w, &f);
        if (found != 0 || s->gone)
            break;
        listen_until(w, end, -1);
    }
    if (found == 1 && f.type == FRAME_READY) {
        int64_t answer = frame_int(&f);
        const char *why = frame_text(&f);
        s->ready = answer >= 0 && !f.failed;
        return s->ready ? HONE_OK : error_add(err, answer < 0 ? (int32_t)answer : HONE_EFAIL,
                                              "%s", why ? why : "it did not say why");
    }
    char reason[VERDICT_ROOM] = "not ready after 60 s", printed[SLOT_TAIL + 1];
    int death = s->gone ? slot_reap(s, END_SECONDS) : -1;
    if (death >= 0)
        verdict_death(death, reason);
    slot_read_output(s);
    slot_printed(s, printed);
    return error_add(err, HONE_EFAIL, "the objective could not be made: %s%s%s", reason,
                     printed[0] ? "; it printed: " : "", printed);
}

int32_t crew_new(const evaluator_settings *settings, crew **out, error *err)
{
    crew *w = calloc(1, sizeof *w);
    int32_t status = HONE_ENOMEM;
    *out = NULL;
    if (!w)
        return error_add(err, HONE_ENOMEM, "out of memory");
    w->set = *settings;
    w->c = settings->config;
    w->n_slots = settings->workers > 0 ? settings->workers : 1;
    if (allocate(w))
        status = start_first(w, err);
    else
        error_add(err, HONE_ENOMEM, "out of memory");
    if (status < 0) {
        crew_free(w);
        return status;
    }
    *out = w;
    return HONE_OK;
}

void crew_free(crew *w)
{
    if (!w)
        return;
    double end = slot_now() + END_SECONDS;
    for (int64_t i = 0; w->slots && i < w->n_slots; i++)
        slot_dismiss(&w->slots[i]);
    for (int64_t i = 0; w->slots && i < w->n_slots; i++) {
        slot *s = &w->slots[i];
        if (s->pid && !s->busy && slot_reap(s, fmax(0, end - slot_now())) >= 0)
            slot_close(s);
        slot_kill(s);
        slot_close(s);
    }
    if (w->spared && w->slots)
        kill_leftovers(w);
    free(w->slots);
    free(w->polls);
    free(w->spared);
    result_free(&w->over);
    free(w);
}
