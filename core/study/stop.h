/* stop.h - the only place that decides that a study is over. */
#ifndef HONE_CORE_STOP_H
#define HONE_CORE_STOP_H

#include "study.h"

enum {
    STOP_NOT = 0,
    STOP_TRIALS,     /* as many as asked for */
    STOP_TIME,
    STOP_TARGET,     /* the value asked for was reached */
    STOP_PATIENCE,   /* no improvement for so many trials */
    STOP_FAILURES,   /* so many failed in a row */
    STOP_EXHAUSTED,  /* the strategy has nothing left */
    STOP_SIGNAL
};

typedef struct stop_rules {
    int64_t trials;          /* total */
    double deadline;         /* CLOCK_MONOTONIC seconds, INFINITY: none */
    const double *target;    /* [n_goals] user's direction, NaN: none */
    int64_t patience, max_failures;
} stop_rules;

typedef struct stop_state {
    int64_t finished;        /* trials of any final state */
    int64_t since_best;      /* finished since the incumbent improved */
    int64_t failures;        /* failed in a row */
    int64_t best;            /* row of the incumbent + 1; 0: none */
    bool target_met;
} stop_state;

/* Call once for each finished row in order of finishing (also when a study is continued). */
void stop_note(stop_state *state, const stop_rules *rules, history *h, const config *c,
               int64_t row);
int32_t stop_reason(const stop_state *state, const stop_rules *rules, double now);
/* One sentence: "60 trials are done". */
char *stop_text(int32_t reason, const stop_rules *rules);

#endif
