/* loop.h - one study from ask to tell until a rule stops it: the loop of `hone run`.
 *
 * Fill the free workers, wait for any, tell, ask again.  The tell of one trial and the ask of
 * the next are one transaction; what is announced is in storage. */
#ifndef HONE_CORE_LOOP_H
#define HONE_CORE_LOOP_H

#include "evaluate.h"
#include "stop.h"
#include "study.h"

typedef struct finished_trial {
    int64_t number, row;
    int32_t state;
    double seconds;
    const char *reason;      /* of a failure, or NULL */
    bool reused, improved;   /* the incumbent is this one now */
} finished_trial;

typedef struct run_settings {
    study *study;
    const evaluator_settings *evaluator;
    const log_sink *log;
    stop_rules rules;
    int wake_fd;                          /* readable when a signal came; -1: none */
    int (*interrupts)(void *context);     /* how many signals came; may be NULL */
    /* After a trial is in storage.  May be NULL. */
    void (*finished)(void *context, const finished_trial *t);
    /* Now and then, at least twice a second while waiting.  May be NULL. */
    void (*tick)(void *context, int64_t running);
    void *context;
} run_settings;

typedef struct run_result {
    int32_t reason;          /* STOP_* */
    int64_t finished;        /* trials finished by this run */
    stop_state state;        /* over the whole study */
    char last_reason[512];   /* of the last failed trial */
    char *last_output;       /* what its evaluation printed, or NULL; the caller frees */
} run_result;

/* A negative status is the host's failure, never an objective's. */
int32_t run_study(const run_settings *settings, run_result *out, error *err);

#endif
