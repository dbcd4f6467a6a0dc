/* loop_state.h - what the loop of a study holds; for the loop*.c files only.
 *
 *   loop.c           rounds: wait, take what came, until a rule stops it
 *   loop_exchange.c  with the storage: results out, points in, and after it was away */
#ifndef HONE_CORE_LOOP_STATE_H
#define HONE_CORE_LOOP_STATE_H

#include "active.h"
#include "loop.h"

enum { BATCH = 64 }; /* points asked for at once, at most */

/* What came of a trial, until it is in storage. */
typedef struct outbox {
    int64_t number;
    told told;      /* its arrays lie in `room` */
    double *room;   /* [2 n_goals + n_constraints] */
    double repeats; /* evaluations behind it */
    char *reason, *output;
} outbox;

typedef struct run {
    const run_settings *set;
    study *study;
    const config *c;
    evaluator *evaluator;
    run_result *result;
    actives at_work; /* room: workers */
    int64_t n_boxes;
    outbox *boxes;             /* [n_boxes] of at_work.room, in the order in which they came */
    double *values;            /* room of all boxes */
    finished_trial *finished;  /* [at_work.room + BATCH] of one exchange */
    bool exhausted, waiting;   /* DONE; WAIT until something is told */
    bool draining;             /* nothing new is asked for */
    int interrupts;
    double interrupted_at;
    bool cancelled;
    error observing; /* what went wrong while an evaluation reported */
} run;

double loop_clock(void); /* CLOCK_MONOTONIC seconds */

/* loop_exchange.c */
int32_t exchange_init(run *r, error *err); /* once at_work has its room */
void exchange_free(run *r);
/* Takes what the trial's evaluations said; its slot is free then. */
void exchange_post(run *r, active *a);
/* A trial that was given to somebody else while it ran here: its result is not ours to tell. */
void exchange_drop(run *r, active *a);
bool exchange_may_ask(run *r);
/* Tells what was posted and asks for the next, in one transaction where the study is not apart. */
int32_t exchange_now(run *r, error *err);
/* What other processes finished counts for the rules as well. */
void exchange_news(run *r);
/* The rules over what a continued study holds already. */
int32_t exchange_past(run *r, error *err);
/* The study is read anew: the connection broke, or (rejoin) there is something to take over. */
int32_t exchange_recover(run *r, bool rejoin, error *err);

#endif
