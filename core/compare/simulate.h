/* simulate.h - one run of a comparison on the simulated clock: W workers that exist only as
 * numbers, see clocked.h.
 *
 * What happens next is decided by (time, number), so a run depends on neither the machine nor
 * its load, and hours of many workers take as long as the asking does.  A trial that a report
 * stops frees its worker there. */
#ifndef HONE_CORE_SIMULATE_H
#define HONE_CORE_SIMULATE_H

#include "evaluate.h"
#include "study.h"

/* Who proposes points: a study, or another program. */
typedef struct proposer {
    void *context;
    /* As study_ask, study_tell and study_report. */
    int32_t (*ask)(void *context, int64_t n, trial *trials, int64_t *n_out, error *err);
    int32_t (*tell)(void *context, int64_t number, const told *t, error *err);
    int32_t (*report)(void *context, int64_t number, int64_t step, double value, bool *stop,
                      error *err);
} proposer;
proposer proposer_study(study *s);

/* An evaluation that has ended. */
typedef struct simulated {
    int64_t number;          /* of the trial */
    int64_t order;           /* 0, 1, ... in the order of ending */
    int32_t state;           /* HONE_COMPLETE, HONE_PRUNED, HONE_FAILED */
    double started, ended;   /* simulated */
    bool timed;              /* the objective said how long it took */
    double spent;            /* seconds of this machine until then, asking and evaluating */
    const double *native;    /* [n_params] */
    const double *values;    /* [n_goals] user's direction, without the noise; NaN: none */
    const double *constraints; /* [n_constraints] */
} simulated;

typedef struct simulation_settings {
    const config *config;    /* isolation simulated; its objective is evaluated */
    const log_sink *log;
    proposer by;
    int64_t workers;         /* >= 1 */
    int64_t budget;          /* evaluations begun at most */
    double time;             /* on the simulated clock, INFINITY: no bound */
    double noise;            /* standard deviation added to every value told; 0: none */
    rng_key noise_key;       /* goal j of trial i: normal j of stream i */
    /* In the order of ending; another value than 0 ends the run.  May be NULL. */
    int32_t (*ended)(void *context, const simulated *t);
    void *context;
} simulation_settings;

typedef struct simulation_result {
    int64_t begun, ended;    /* evaluations */
    double clock;            /* simulated time of the last end */
    double asking, evaluating; /* seconds of this machine; asking: ask, tell and report */
    bool exhausted;          /* the proposer had nothing left */
} simulation_result;

/* A negative status is the proposer's or the host's failure, never an evaluation's. */
int32_t simulate_run(const simulation_settings *s, simulation_result *out, error *err);

#endif
