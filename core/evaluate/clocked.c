/* clocked.c - see clocked.h: a queue of what each slot says next, by simulated time. */
#include "clocked.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inprocess.h"

typedef struct saying {      /* one note or report */
    int32_t type;
    int64_t step;
    double value, at;        /* seconds since the start of the evaluation */
    char *key, *text;        /* owned */
} saying;

typedef struct slot_of {     /* one worker */
    bool busy, clock_told, measured;
    int64_t number, repeat;
    double start, seconds;
    saying *said;            /* [n] the next is `next` */
    int64_t n, room, next;
    int32_t state;
    bool pruned;
    double *values;          /* y, c, yvar: [2 goals + constraints] */
} slot_of;

struct clocked {
    const config *config;
    inprocess *inside;
    int64_t n_slots, n_jobs;
    slot_of *slots;          /* [n_slots] */
    double clock;
};

static void clear(slot_of *w)
{
    for (int64_t i = 0; i < w->n; i++) {
        free(w->said[i].key);
        free(w->said[i].text);
    }
    w->n = w->next = 0;
}

static int32_t keep(slot_of *w, const event *e, error *err)
{
    if (w->n == w->room) {
        int64_t room = w->room ? 2 * w->room : 16;
        saying *moved = realloc(w->said, (size_t)room * sizeof *moved);
        if (!moved)
            return error_add(err, HONE_ENOMEM, "out of memory for what trial %lld reports",
                             (long long)w->number);
        w->said = moved;
        w->room = room;
    }
    saying *s = &w->said[w->n++];
    *s = (saying){.type = e->type, .step = e->step, .value = e->value, .at = NAN};
    if (e->type == EVENT_REPORT)
        return HONE_OK;
    s->key = strdup(e->key);
    s->text = e->text ? strdup(e->text) : NULL;
    return s->key && (s->text || !e->text)
               ? HONE_OK
               : error_add(err, HONE_ENOMEM, "out of memory for a note");
}

static void keep_result(slot_of *w, const config *c, const event *e)
{
    size_t goals = (size_t)c->n_goals, constraints = (size_t)c->n_constraints;
    w->state = e->state;
    w->pruned = w->clock_told = false;
    w->measured = e->measured || !(e->seconds >= 0);
    w->seconds = w->measured ? 1 : e->seconds;
    memcpy(w->values, e->y, goals * sizeof *e->y);
    if (e->c)
        memcpy(w->values + goals, e->c, constraints * sizeof *e->c);
    memcpy(w->values + goals + constraints, e->yvar, goals * sizeof *e->yvar);
}

/* When each saying comes: reports at the seconds noted before them, else spread over the
 * evaluation by their steps; notes with what comes next. */
static void set_times(slot_of *w)
{
    double noted = NAN, next = w->seconds, last = 0;
    for (int64_t i = 0; i < w->n; i++)
        if (w->said[i].type == EVENT_REPORT)
            last = (double)w->said[i].step;
    for (int64_t i = 0; i < w->n; i++) {
        saying *s = &w->said[i];
        if (s->type == EVENT_NOTE && !s->text && strcmp(s->key, "seconds") == 0) {
            noted = s->value;
            s->type = 0;
        } else if (s->type == EVENT_REPORT) {
            double share = last > 0 ? fmax((double)s->step / last, 0) : 1;
            s->at = fmin(noted >= 0 ? noted : share * w->seconds, w->seconds);
            noted = NAN;
        }
    }
    for (int64_t i = w->n - 1; i >= 0; i--) {
        next = w->said[i].type == EVENT_REPORT ? fmin(w->said[i].at, next) : next;
        w->said[i].at = next;
    }
}

int32_t clocked_submit(clocked *s, const job *j, error *err)
{
    slot_of *w = s->slots;
    int32_t status = HONE_OK;
    event e = {0};
    while (w->busy)
        w++;
    w->number = j->number;
    w->repeat = j->repeat;
    w->start = s->clock;
    clear(w);
    inprocess_submit(s->inside, j);
    for (;;) {
        e = (event){0};
        inprocess_next(s->inside, -1, &e);
        if (e.type == EVENT_RESULT)
            break;
        if (status >= 0)
            status = keep(w, &e, err);
    }
    if (status < 0)
        return status;
    keep_result(w, s->config, &e);
    set_times(w);
    w->busy = true;
    s->n_jobs++;
    return HONE_OK;
}

/* When the slot has its next word. */
static double due(const slot_of *w)
{
    return w->start + (w->next < w->n ? w->said[w->next].at : w->seconds);
}

static void say(const saying *s, event *out)
{
    out->type = s->type;
    out->step = s->step;
    out->value = s->value;
    out->key = s->key;
    out->text = s->text;
}

static void give_result(clocked *s, slot_of *w, event *out)
{
    const config *c = s->config;
    out->type = EVENT_RESULT;
    out->state = w->pruned ? HONE_PRUNED : w->state;
    out->y = w->values;
    out->c = c->n_constraints ? w->values + c->n_goals : NULL;
    out->yvar = w->values + c->n_goals + c->n_constraints;
    out->seconds = w->seconds;
    out->measured = w->measured;
    w->busy = false;
    s->n_jobs--;
}

static slot_of *first_due(clocked *s)
{
    slot_of *first = NULL;
    for (int64_t i = 0; i < s->n_slots; i++) {
        slot_of *w = &s->slots[i];
        while (w->busy && w->next < w->n && w->said[w->next].type == 0)
            w->next++;
        if (!w->busy)
            continue;
        double t = due(w), best = first ? due(first) : INFINITY;
        if (t < best || (t == best && first && (w->number < first->number ||
                                       (w->number == first->number && w->repeat < first->repeat))))
            first = w;
    }
    return first;
}

void clocked_next(clocked *s, event *out)
{
    slot_of *w = first_due(s);
    if (!w)
        return;
    s->clock = fmax(s->clock, due(w));
    out->clock = s->clock;
    out->number = w->number;
    out->repeat = w->repeat;
    if (w->next < w->n) {
        say(&w->said[w->next++], out);
    } else if (!w->clock_told) {
        w->clock_told = true;
        out->type = EVENT_NOTE;
        out->key = "clock";
        out->value = s->clock;
    } else {
        give_result(s, w, out);
    }
}

void clocked_stop(clocked *s, int64_t number)
{
    for (int64_t i = 0; i < s->n_slots; i++) {
        slot_of *w = &s->slots[i];
        if (w->busy && w->number == number) {
            w->pruned = true;
            w->seconds = s->clock - w->start;
            w->next = w->n;
        }
    }
}

int64_t clocked_jobs(const clocked *s)
{
    return s->n_jobs;
}

int32_t clocked_new(const evaluator_settings *settings, clocked **out, error *err)
{
    const config *c = settings->config;
    evaluator_settings inner = *settings;
    int32_t status = HONE_OK;
    clocked *s = calloc(1, sizeof *s);
    *out = NULL;
    if (!s)
        return error_add(err, HONE_ENOMEM, "out of memory");
    s->config = c;
    s->n_slots = settings->workers > 0 ? settings->workers : 1;
    inner.workers = 1;
    inner.observe = NULL; /* answers come when the clock does */
    s->slots = calloc((size_t)s->n_slots, sizeof *s->slots);
    for (int64_t i = 0; s->slots && status >= 0 && i < s->n_slots; i++) {
        s->slots[i].values =
            calloc((size_t)(2 * c->n_goals + c->n_constraints) + 1, sizeof *s->slots[i].values);
        status = s->slots[i].values ? HONE_OK : HONE_ENOMEM;
    }
    if (!s->slots || status < 0)
        status = error_add(err, HONE_ENOMEM, "out of memory");
    else
        status = inprocess_new(&inner, &s->inside, err);
    if (status < 0) {
        clocked_free(s);
        return status;
    }
    *out = s;
    return HONE_OK;
}

void clocked_free(clocked *s)
{
    if (!s)
        return;
    for (int64_t i = 0; s->slots && i < s->n_slots; i++) {
        clear(&s->slots[i]);
        free(s->slots[i].said);
        free(s->slots[i].values);
    }
    free(s->slots);
    inprocess_free(s->inside);
    free(s);
}
