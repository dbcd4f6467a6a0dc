/* past.h - all trials of a stored study in memory, as reports and figures need them. */
#ifndef HONE_CORE_PAST_H
#define HONE_CORE_PAST_H

#include "storage.h"

typedef struct past_trial {
    int64_t number, id;
    int32_t state;          /* HONE_COMPLETE, ..., TRIAL_WAITING */
    bool feasible;          /* complete, constraints met, at full fidelity */
    double *native;         /* [space->n] NaN: inactive or unknown */
    double *values;         /* [n_goals] user's direction, NaN: none */
    double start, end;      /* seconds since 1970, NaN: unknown */
    double seconds, ask_seconds;
    int64_t n_reports;
    int64_t *steps;
    double *reported;       /* [n_reports] user's direction */
    /* What the strategy noted when it proposed the trial; NaN and NULL: nothing. */
    double mean, sd, score; /* mean in the user's direction */
    char *phase, *reason;   /* reason: why it failed */
} past_trial;

typedef struct past {
    const space *space;
    int32_t n_goals;
    const bool *maximize;       /* [n_goals] */
    char *const *objectives;    /* [n_goals] names */
    int64_t n, room;
    past_trial *trials;         /* [n] in order of number */
} past;

/* Copies a record read WITH_NOTES; the first three fields of `p` are set by the caller. */
int32_t past_add(past *p, const trial_record *t, bool feasible, error *err);
void past_free(past *p);        /* trials only */

/* Feasible trials in the order of numbers: x (n x space->n native), y [n] of objective `goal`,
 * MINIMISED.  Both from malloc, also for n 0; returns n, or HONE_ENOMEM. */
int64_t past_observations(const past *p, int32_t goal, double **x, double **y, error *err);
/* Index of the best feasible trial for `goal`, the earlier of equals; -1: none. */
int64_t past_best(const past *p, int32_t goal);
/* Non-dominated feasible trials: front[i] for trial i; from malloc, NULL: no memory. */
bool *past_front(const past *p);

#endif
