/* active.h - trials at work: the evaluations (repeats) of each and what they said. */
#ifndef HONE_CORE_ACTIVE_H
#define HONE_CORE_ACTIVE_H

#include "evaluate.h"
#include "study.h"

typedef struct active {
    int64_t number;          /* -1: the slot is free */
    uint64_t seed;
    double *native;          /* [n] */
    int64_t submitted, done; /* of repeats */
    bool failed, pruned;
    bool stopped;            /* it was told to end: what it still reports does not count */
    double *mean, *spread;   /* [n_goals] of the values; sum of squared deviations (Welford) */
    double *noise;           /* [n_goals] sum of the variances that evaluations gave */
    double *constraints;     /* [n_constraints] sums */
    double seconds;
    char *reason, *output;   /* notes of the evaluation, or NULL */
} active;

typedef struct actives {
    const config *config;
    int64_t n, room;         /* in use; one a worker */
    active *slots;           /* [room] */
} actives;

int32_t actives_init(actives *a, const config *c, int64_t room, error *err);
void actives_free(actives *a);

active *actives_find(const actives *a, int64_t number);       /* NULL: none; -1: a free slot */
active *actives_start(actives *a, const trial *t);            /* there must be a free slot */
void actives_end(actives *a, active *t);

/* The next evaluation of t: a repeat has a seed of its own. */
job active_job(active *t);
/* Counts a result in. */
void active_take(const actives *a, active *t, const event *e);
/* Mean over the repeats; yvar is its squared standard error, or the noise that a single
 * evaluation gave, NaN: unknown.  values, yvar: [n_goals]; constraints: [n_constraints] */
void active_average(const actives *a, const active *t, double *values, double *yvar,
                    double *constraints);

#endif
