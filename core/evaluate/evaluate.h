/* evaluate.h - points out, outcomes in: N workers at once.
 *
 * An objective runs in worker processes (`hone --worker`, isolation = process) or in this
 * one (isolation = none; simulated: on the clock of clocked.h).  An evaluation cannot fail the
 * host: a crash, an exit, a hang or a NaN is an outcome with its reason.  At the timeout the
 * evaluation is asked to end; after the grace the worker and everything that it started is
 * killed and a new worker takes its place.
 */
#ifndef HONE_CORE_EVALUATE_H
#define HONE_CORE_EVALUATE_H

#include "config.h"
#include "rng.h"

typedef struct evaluator evaluator;

typedef struct job {
    int64_t number;              /* of the trial */
    int64_t repeat;              /* 0 .. repeats-1 */
    uint64_t seed;
    const double *native;        /* [n_params] copied */
} job;

/* Something that a worker said; arrays are the evaluator's, valid until the next call. */
enum { EVENT_RESULT = 1, EVENT_REPORT, EVENT_NOTE };
typedef struct event {
    int32_t type;
    int64_t number, repeat;
    double clock;                /* isolation simulated: when, in simulated seconds */
    /* EVENT_RESULT */
    int32_t state;
    const double *y;             /* [n_goals] user's direction */
    const double *c;             /* [n_constraints] or NULL */
    const double *yvar;          /* [n_goals] NaN: unknown */
    double seconds;
    bool measured;               /* seconds are the host's clock, not the objective's word */
    bool lost;                   /* the worker died or was killed (crash, not a plain failure) */
    /* EVENT_REPORT */
    int64_t step;
    double value;                /* user's direction */
    /* EVENT_NOTE; a failed result is preceded by a note "reason" */
    const char *key, *text;      /* text NULL: value */
} event;

typedef struct evaluator_settings {
    const config *config;
    const log_sink *log;
    int64_t workers;
    const char *const *set;      /* the --set of this run, so that workers see the same file */
    int n_set;
    const char *program;         /* NULL: registry_program() */
    /* isolation none: answers a report during the evaluation, 1: prune.  NULL: reports become
     * events once the evaluation is over. */
    int32_t (*observe)(void *context, int64_t number, int64_t step, double value);
    void *context;
} evaluator_settings;

int32_t evaluator_new(const evaluator_settings *s, evaluator **out, error *err);
/* Kills what still runs, reaps everything. */
void evaluator_free(evaluator *e);

int64_t evaluator_free_slots(const evaluator *e);
int64_t evaluator_running(const evaluator *e);
/* Starts a job on a free slot. */
int32_t evaluator_submit(evaluator *e, const job *j, error *err);
/* The next event, waiting at most `seconds`; type 0: none came, or wake_fd became readable. */
int32_t evaluator_wait(evaluator *e, double seconds, int wake_fd, event *out, error *err);
/* Answer to the newest EVENT_REPORT of a trial: prune it. */
void evaluator_stop(evaluator *e, int64_t number);
/* Asks all running evaluations to end (first Ctrl-C after its grace); they finish FAILED
 * with reason "cancelled". */
void evaluator_cancel(evaluator *e);

/* `hone --worker`: speaks frames on descriptor 3 until it closes.  Returns the exit status. */
int worker_main(void);

#endif
