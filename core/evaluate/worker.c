/* worker.c - `hone --worker`: one process that evaluates, one trial after the other.
 *
 * Descriptor 3 is a socket to the host (frame.h), descriptor 4 the life line: the host writes
 * the number of a job there to have it end, and its death closes the line.  A thread watches
 * the line, because the objective may be deep in somebody's library: when the host is gone,
 * however it went, the thread kills all that the objective started and then this process.
 * Being a subreaper the process inherits what double-forks, so that nothing escapes. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "evaluate.h"
#include "frame.h"
#include "instance.h"
#include "reap.h"
#include "site.h"
#include "study.h"
#include "worker.h"

typedef struct worker {
    config config;
    log_sink log;
    surroundings around;
    site site;
    instance *instance;

    inbox inbox;
    frame out;               /* under `sending` */
    pthread_mutex_t sending; /* log may be called from any thread */

    pthread_mutex_t ending;  /* the three below */
    int64_t job, asked;      /* the job at work; the newest one that was asked to end */
    int wake_fd;             /* readable while `cancelled` */
    atomic_int cancelled;

    double *x, *y, *c, *yvar; /* [n_params], [n_goals], [n_constraints], [n_goals] */
} worker;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- the life line -----------------------------------------------------------------------*/

/* Sets or takes back `cancelled`; the caller holds `ending`. */
static void set_cancelled(worker *w, int cancelled)
{
    uint64_t count = 1;
    ssize_t n = 0;
    if (cancelled && !w->cancelled)
        n = write(w->wake_fd, &count, sizeof count);
    else if (!cancelled && w->cancelled)
        n = read(w->wake_fd, &count, sizeof count);
    (void)n;
    w->cancelled = cancelled;
}

static void end_job(worker *w, int64_t sequence)
{
    pthread_mutex_lock(&w->ending);
    w->asked = sequence;
    if (w->asked == w->job)
        set_cancelled(w, 1);
    pthread_mutex_unlock(&w->ending);
}

static void start_job(worker *w, int64_t sequence)
{
    pthread_mutex_lock(&w->ending);
    w->job = sequence;
    set_cancelled(w, w->asked == sequence);
    pthread_mutex_unlock(&w->ending);
}

/* A program started between the last look and the end dies by its parent-death signal. */
static void *watch(void *context)
{
    worker *w = context;
    for (;;) {
        int64_t sequence;
        ssize_t n = read(WORKER_LIFE_FD, &sequence, sizeof sequence);
        if (n == (ssize_t)sizeof sequence) {
            end_job(w, sequence);
        } else if (n >= 0 || errno != EINTR) {
            descendants_kill(getpid(), NULL, 0);
            _exit(WORKER_ORPHANED);
        }
    }
    return NULL;
}

/* Signals are the objective's: the thread takes none. */
static bool start_watching(worker *w)
{
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&thread, NULL, watch, w) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        pthread_detach(thread);
    return started;
}

/* ---- what the objective may call ---------------------------------------------------------*/

/* `sending` is held from begin to finish. */
static frame *begin(worker *w, uint32_t type)
{
    pthread_mutex_lock(&w->sending);
    frame_begin(&w->out, type);
    return &w->out;
}

/* A host that does not listen is gone: the life line ends this process. */
static bool finish(worker *w)
{
    bool sent = frame_send(&w->out, WORKER_SOCKET_FD);
    pthread_mutex_unlock(&w->sending);
    return sent;
}

static void log_to_host(void *context, int32_t level, const char *line)
{
    worker *w = context;
    frame *f = begin(w, FRAME_LOG);
    frame_put_int(f, level);
    frame_put_text(f, line);
    finish(w);
}

static void note(void *context, int64_t number, const char *key, double value, const char *text)
{
    worker *w = context;
    frame *f = begin(w, FRAME_NOTE);
    frame_put_int(f, number);
    frame_put_text(f, key);
    frame_put_real(f, value);
    frame_put_text(f, text);
    finish(w);
}

static int32_t is_cancelled(void *context)
{
    worker *w = context;
    return w->cancelled;
}

/* The next frame of this type, waiting for it.  false: the host is gone or talks nonsense. */
static bool receive(worker *w, uint32_t type, frame *f)
{
    for (;;) {
        int found = inbox_next(&w->inbox, f);
        if (found != 0)
            return found == 1 && f->type == type;
        if (inbox_read(&w->inbox, WORKER_SOCKET_FD, 0) == 0)
            return false;
    }
}

static int32_t report(void *context, int64_t number, int64_t step, double value, int32_t *stop)
{
    worker *w = context;
    frame answer, *f = begin(w, FRAME_REPORT);
    *stop = 1;
    frame_put_int(f, number);
    frame_put_int(f, step);
    frame_put_real(f, value);
    if (!finish(w) || !receive(w, FRAME_ANSWER, &answer))
        return HONE_ECANCELLED;
    *stop = frame_int(&answer) != 0;
    return HONE_OK;
}

static const void *find_extension(void *context, const char *id)
{
    worker *w = context;
    return strcmp(id, SITE_EXTENSION) == 0 ? &w->site.ext : NULL;
}

static void sweep(const hone_host *host)
{
    (void)host;
    descendants_kill(getpid(), NULL, 0);
}

/* ---- one job -----------------------------------------------------------------------------*/

static void send_result(worker *w, const hone_points *in, const hone_outcomes *out,
                        int64_t repeat, double took)
{
    frame *f = begin(w, FRAME_RESULT);
    frame_put_int(f, in->number[0]);
    frame_put_int(f, repeat);
    frame_put_int(f, out->state[0]);
    frame_put_real(f, out->seconds[0] >= 0 ? out->seconds[0] : took);
    frame_put_reals(f, out->y, w->config.n_goals);
    frame_put_reals(f, w->c, w->config.n_constraints);
    frame_put_reals(f, out->yvar, w->config.n_goals);
    finish(w);
}

/* false: the instance is lost, and this worker with it. */
static bool evaluate(worker *w, frame *f)
{
    error err = {0};
    const config *c = &w->config;
    int32_t state = HONE_FAILED;
    double seconds = NAN;
    int64_t sequence = frame_int(f), number = frame_int(f), repeat = frame_int(f);
    uint64_t seed = (uint64_t)frame_int(f);
    frame_reals(f, w->x, c->space.n);
    if (f->failed)
        return false;

    hone_points in = {.size = sizeof in, .n_params = c->space.n, .n = 1, .number = &number,
                      .x = w->x, .ldx = c->space.n, .seed = &seed};
    hone_outcomes out = {.size = sizeof out, .n_objectives = c->n_goals,
                         .n_constraints = c->n_constraints, .state = &state,
                         .y = w->y, .ldy = c->n_goals,
                         .c = c->n_constraints ? w->c : NULL, .ldc = c->n_constraints,
                         .yvar = w->yvar, .ldv = c->n_goals, .seconds = &seconds};
    for (int32_t i = 0; i < c->n_goals; i++)
        w->y[i] = w->yvar[i] = NAN;
    for (int32_t i = 0; i < c->n_constraints; i++)
        w->c[i] = NAN;
    site_trial(&w->site, number, repeat);
    start_job(w, sequence);

    double start = now();
    int32_t status = objective_evaluate(w->instance, &in, &out, &err);
    double took = now() - start;
    if (err.n)
        note(w, number, "reason", NAN, error_text(&err));
    fflush(stdout);
    send_result(w, &in, &out, repeat, took);
    error_free(&err);
    return status >= 0;
}

/* ---- made and gone -----------------------------------------------------------------------*/

/* The study as the host sees it, from the first frame. */
static int32_t read_study(worker *w, frame *f, error *err)
{
    config_settings settings = {.objective_only = true, .need_objective = true};
    int64_t n_set = 0, n_dirs = 0;
    const char *version = frame_text(f), *text = frame_text(f), *path = frame_text(f);
    const char *folder = frame_text(f), *sha256 = frame_text(f);
    w->site.ext.worker = frame_int(f);
    w->log.level = (int32_t)frame_int(f);
    uint64_t seed = (uint64_t)frame_int(f);
    const char **set = frame_texts(f, &n_set), **dirs = frame_texts(f, &n_dirs);
    int32_t status = HONE_EFAIL;
    if (f->failed || !version || !text || !path || !folder || !sha256)
        error_add(err, HONE_EFAIL, "the worker did not understand the host");
    else if (strcmp(version, HONE_VERSION) != 0)
        error_add(err, HONE_EFAIL, "the worker is hone %s and the host %s: they must be of one "
                  "installation", HONE_VERSION, version);
    else
        status = HONE_OK;
    /* The host has checked and probed the plugin; its checksum is compared below. */
    settings.plugins = (registry_settings){.dirs = dirs, .n_dirs = (int)n_dirs,
                                           .allow_unsafe = true, .no_probe = true,
                                           .log = &w->log};
    settings.set = set;
    settings.n_set = (int)n_set;
    if (status >= 0)
        status = config_read(text, path, folder, &settings, &w->config, err);
    w->config.seed = seed;
    if (status >= 0)
        status = study_take_space(&w->config, &w->log, err);
    if (status >= 0 && strcmp(w->config.objective->plugin->module->sha256, sha256) != 0)
        status = error_add(err, HONE_EPLUGIN, "%s changed while the study ran",
                           w->config.objective->plugin->module->path);
    free(set);
    free(dirs);
    return status;
}

static int32_t set_up(worker *w, frame *f, error *err)
{
    config *c = &w->config;
    int32_t status = read_study(w, f, err);
    if (status < 0)
        return status;
    size_t goals = (size_t)c->n_goals + 1;
    w->x = calloc((size_t)c->space.n + 1, sizeof *w->x);
    w->y = calloc(goals, sizeof *w->y);
    w->yvar = calloc(goals, sizeof *w->yvar);
    w->c = calloc((size_t)c->n_constraints + 1, sizeof *w->c);
    if (!w->x || !w->y || !w->yvar || !w->c)
        return error_add(err, HONE_ENOMEM, "out of memory");
    status = site_init(&w->site, c, w->site.ext.worker, w->wake_fd, sweep, err);
    if (status < 0)
        return status;
    w->around = (surroundings){.config = c, .space = &c->space, .key = rng_root(c->seed),
                               .log = &w->log, .threads = 1, .context = w,
                               .cancelled = is_cancelled, .note = note, .report = report,
                               .extension = find_extension};
    return instance_new(&w->around, c->objective, &w->instance, err);
}

static bool answer_ready(worker *w, int32_t status, error *err)
{
    frame *f = begin(w, FRAME_READY);
    frame_put_int(f, status);
    frame_put_text(f, status < 0 ? error_text(err) : NULL);
    return finish(w);
}

static bool open_line(worker *w)
{
    fcntl(WORKER_SOCKET_FD, F_SETFD, FD_CLOEXEC);
    fcntl(WORKER_LIFE_FD, F_SETFD, FD_CLOEXEC);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return w->wake_fd >= 0 && start_watching(w);
}

static void tear_down(worker *w)
{
    instance_free(w->instance);
    descendants_kill(getpid(), NULL, 0);
    site_free(&w->site);
    config_free(&w->config);
    inbox_free(&w->inbox);
    frame_free(&w->out);
    free(w->x);
    free(w->y);
    free(w->c);
    free(w->yvar);
}

int worker_main(void)
{
    worker *w = calloc(1, sizeof *w); /* stays: the watching thread has it until the very end */
    frame f = {0};
    error err = {0};
    if (!w)
        return WORKER_ORPHANED;
    w->log = (log_sink){.write = log_to_host, .context = w, .level = HONE_LOG_WARN};
    pthread_mutex_init(&w->sending, NULL);
    pthread_mutex_init(&w->ending, NULL);
    w->job = w->asked = -1;
    if (!open_line(w) || !receive(w, FRAME_SETUP, &f))
        return WORKER_ORPHANED;

    int32_t status = set_up(w, &f, &err);
    bool going = answer_ready(w, status, &err) && status >= 0;
    error_free(&err);
    while (going && receive(w, FRAME_JOB, &f))
        going = evaluate(w, &f);
    tear_down(w);
    return 0;
}
