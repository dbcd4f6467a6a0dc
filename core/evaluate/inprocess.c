/* inprocess.c - see inprocess.h.
 *
 * Jobs wait in a ring as large as the number of slots.  What an evaluation says meanwhile
 * (notes, reports) is queued and handed out before its result. */
#include "inprocess.h"

#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "instance.h"
#include "reap.h"
#include "site.h"
#include "verdict.h"

enum { NO_JOB, SAYING, TELLING }; /* no evaluation at hand; handing out notes; the result next */

typedef struct said {            /* one note or report */
    int32_t type;
    int64_t step;
    double value;
    char *key, *text;            /* owned */
} said;

struct inprocess {
    const config *config;
    const log_sink *log;
    surroundings around;
    site site;
    instance *instance;          /* NULL after it was lost: made anew for the next job */

    int64_t n_slots, first, n_jobs;
    job *jobs;                   /* [n_slots] a ring from `first` */
    double *natives;             /* n_slots x n_params */

    int stage;                   /* of the oldest job */
    hone_points points;
    hone_outcomes outcomes;
    int32_t state;
    double seconds;
    bool measured;               /* seconds are ours */
    double *y, *c, *yvar;        /* [n_goals], [n_constraints], [n_goals] */
    char reason[VERDICT_ROOM];
    said *queue;                 /* [n_queue] */
    int64_t n_queue, queue_room, at;

    double deadline, wake_seen;  /* seconds of the monotonic clock */
    int wake_fd;
    bool cancelled;
    int32_t (*observe)(void *context, int64_t number, int64_t step, double value);
    void *observer;
    pid_t *strangers;            /* children that this process had before; sweep spares them */
    int n_strangers;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- what the objective may call ---------------------------------------------------------*/

static int32_t is_cancelled(void *context)
{
    inprocess *p = context;
    struct pollfd wake = {.fd = p->wake_fd, .events = POLLIN};
    double t = now();
    if (p->cancelled || t >= p->deadline)
        return 1;
    if (p->wake_fd >= 0 && isinf(p->wake_seen) && poll(&wake, 1, 0) > 0)
        p->wake_seen = t;
    return t >= p->wake_seen + p->config->grace;
}

static void clear_queue(inprocess *p)
{
    for (int64_t i = 0; i < p->n_queue; i++) {
        free(p->queue[i].key);
        free(p->queue[i].text);
    }
    p->n_queue = p->at = 0;
}

static said *add_said(inprocess *p, int32_t type)
{
    if (p->n_queue == p->queue_room) {
        int64_t room = p->queue_room ? 2 * p->queue_room : 16;
        said *queue = realloc(p->queue, (size_t)room * sizeof *queue);
        if (!queue)
            return NULL; /* a note is lost, the evaluation is not */
        p->queue = queue;
        p->queue_room = room;
    }
    p->queue[p->n_queue] = (said){.type = type};
    return &p->queue[p->n_queue++];
}

static void take_note(void *context, int64_t number, const char *key, double value,
                      const char *text)
{
    inprocess *p = context;
    said *s = add_said(p, EVENT_NOTE);
    (void)number;
    if (!s)
        return;
    s->value = value;
    s->key = strdup(key);
    s->text = text ? strdup(text) : NULL;
    if (!s->key || (text && !s->text)) {
        free(s->key);
        free(s->text);
        p->n_queue--;
    }
}

static int32_t take_report(void *context, int64_t number, int64_t step, double value,
                           int32_t *stop)
{
    inprocess *p = context;
    *stop = 0;
    if (p->observe) {
        *stop = p->observe(p->observer, number, step, value);
        return HONE_OK;
    }
    said *s = add_said(p, EVENT_REPORT);
    if (!s)
        return HONE_ENOMEM;
    s->step = step;
    s->value = value;
    return HONE_OK;
}

static const void *find_extension(void *context, const char *id)
{
    inprocess *p = context;
    return strcmp(id, SITE_EXTENSION) == 0 ? &p->site.ext : NULL;
}

/* What the evaluation started and left: children of this process that were not there before.
 * Where this process does not inherit orphans, the plugin's process group is all there is. */
static void sweep(const hone_host *host)
{
    const site *s = host->extension(host, SITE_EXTENSION);
    const inprocess *p = (const inprocess *)((const char *)s - offsetof(inprocess, site));
    int inherits = 0;
    if (prctl(PR_GET_CHILD_SUBREAPER, &inherits, 0, 0, 0) == 0 && inherits)
        descendants_kill(getpid(), p->strangers, p->n_strangers);
}

/* ---- one job -----------------------------------------------------------------------------*/

static void evaluate(inprocess *p)
{
    job *j = &p->jobs[p->first];
    error err = {0};
    double start = now();

    clear_queue(p);
    p->wake_seen = INFINITY;
    p->deadline = start + p->config->timeout;
    p->state = HONE_FAILED;
    p->seconds = NAN;
    p->reason[0] = '\0';
    for (int32_t i = 0; i < p->config->n_goals; i++)
        p->y[i] = p->yvar[i] = NAN;
    for (int32_t i = 0; i < p->config->n_constraints; i++)
        p->c[i] = NAN;
    p->points.number = &j->number;
    p->points.seed = &j->seed;
    p->points.x = j->native;
    site_trial(&p->site, j->number, j->repeat);

    if (!p->cancelled && (p->instance || instance_new(&p->around, p->config->objective,
                                                      &p->instance, &err) >= 0)) {
        if (objective_evaluate(p->instance, &p->points, &p->outcomes, &err) < 0) {
            instance_free(p->instance);
            p->instance = NULL;
        }
    }
    double took = now() - start;
    p->measured = !(p->seconds >= 0);
    if (p->measured)
        p->seconds = took;
    if (err.n)
        take_note(p, j->number, "reason", NAN, error_text(&err));
    p->state = verdict_check(p->config, p->state, p->y, p->yvar, p->reason);
    if (p->cancelled)
        strcpy(p->reason, "cancelled");
    else if (p->state == HONE_FAILED && took >= p->config->timeout)
        verdict_timeout(p->config->timeout, p->reason);
    error_free(&err);
}

/* A failure has exactly one reason, and it stands last. */
static void settle_reason(inprocess *p)
{
    const char *given = NULL;
    if (p->state != HONE_FAILED)
        return;
    for (int64_t i = 0; i < p->n_queue; i++)
        if (p->queue[i].key && strcmp(p->queue[i].key, "reason") == 0) {
            given = p->queue[i].text;
            p->queue[i].type = 0;
        }
    if (p->reason[0])
        given = p->reason;
    take_note(p, 0, "reason", NAN, given ? given : "the objective gave no reason");
}

static void hand_out(const said *s, event *out)
{
    out->type = s->type;
    out->step = s->step;
    out->value = s->value;
    out->key = s->key;
    out->text = s->text;
}

void inprocess_next(inprocess *p, int wake_fd, event *out)
{
    if (p->stage == NO_JOB) {
        if (p->n_jobs == 0)
            return;
        p->wake_fd = wake_fd;
        evaluate(p);
        settle_reason(p);
        p->stage = SAYING;
    }
    job *j = &p->jobs[p->first];
    out->number = j->number;
    out->repeat = j->repeat;
    while (p->at < p->n_queue) {
        const said *s = &p->queue[p->at++];
        if (s->type) {
            hand_out(s, out);
            return;
        }
    }
    out->type = EVENT_RESULT;
    out->state = p->state;
    out->y = p->y;
    out->c = p->config->n_constraints ? p->c : NULL;
    out->yvar = p->yvar;
    out->seconds = p->seconds;
    out->measured = p->measured;
    p->stage = NO_JOB;
    p->first = (p->first + 1) % p->n_slots;
    p->n_jobs--;
}

int64_t inprocess_jobs(const inprocess *p)
{
    return p->n_jobs;
}

void inprocess_submit(inprocess *p, const job *j)
{
    if (p->n_jobs == 0)
        p->cancelled = false;
    int64_t i = (p->first + p->n_jobs++) % p->n_slots;
    double *native = p->natives + i * p->points.n_params;
    memcpy(native, j->native, (size_t)p->points.n_params * sizeof *native);
    p->jobs[i] = *j;
    p->jobs[i].native = native;
}

void inprocess_cancel(inprocess *p)
{
    p->cancelled = p->n_jobs > 0;
}

/* ---- made and gone -----------------------------------------------------------------------*/

static bool allocate(inprocess *p)
{
    size_t goals = (size_t)p->config->n_goals + 1, n = (size_t)p->n_slots;
    p->jobs = calloc(n, sizeof *p->jobs);
    p->natives = calloc(n * ((size_t)p->config->space.n + 1), sizeof *p->natives);
    p->y = calloc(goals, sizeof *p->y);
    p->yvar = calloc(goals, sizeof *p->yvar);
    p->c = calloc((size_t)p->config->n_constraints + 1, sizeof *p->c);
    return p->jobs && p->natives && p->y && p->yvar && p->c;
}

static void lay_out(inprocess *p)
{
    const config *c = p->config;
    p->points = (hone_points){
        .size = sizeof p->points, .n_params = c->space.n, .n = 1, .ldx = c->space.n};
    p->outcomes = (hone_outcomes){
        .size = sizeof p->outcomes,
        .n_objectives = c->n_goals,
        .n_constraints = c->n_constraints,
        .state = &p->state,
        .y = p->y,
        .ldy = c->n_goals,
        .c = c->n_constraints ? p->c : NULL,
        .ldc = c->n_constraints,
        .yvar = p->yvar,
        .ldv = c->n_goals,
        .seconds = &p->seconds,
    };
    p->around = (surroundings){
        .config = c,
        .space = &c->space,
        .key = rng_root(c->seed),
        .log = p->log,
        .threads = 1,
        .context = p,
        .cancelled = is_cancelled,
        .note = take_note,
        .report = take_report,
        .extension = find_extension,
    };
}

int32_t inprocess_new(const evaluator_settings *s, inprocess **out, error *err)
{
    int32_t status = HONE_ENOMEM;
    inprocess *p = calloc(1, sizeof *p);
    *out = NULL;
    if (!p)
        return error_add(err, HONE_ENOMEM, "out of memory");
    p->config = s->config;
    p->log = s->log;
    p->n_slots = s->workers > 0 ? s->workers : 1;
    p->observe = s->observe;
    p->observer = s->context;
    p->wake_fd = -1;
    p->wake_seen = p->deadline = INFINITY;
    if (!allocate(p)) {
        error_add(err, HONE_ENOMEM, "out of memory");
        goto fail;
    }
    lay_out(p);
    p->strangers = children_list(&p->n_strangers);
    status = site_init(&p->site, s->config, 0, -1, sweep, err);
    if (status < 0)
        goto fail;
    status = instance_new(&p->around, s->config->objective, &p->instance, err);
    if (status < 0)
        goto fail;
    *out = p;
    return HONE_OK;
fail:
    inprocess_free(p);
    return status;
}

void inprocess_free(inprocess *p)
{
    if (!p)
        return;
    instance_free(p->instance);
    clear_queue(p);
    site_free(&p->site);
    free(p->queue);
    free(p->jobs);
    free(p->natives);
    free(p->y);
    free(p->yvar);
    free(p->c);
    free(p->strangers);
    free(p);
}
