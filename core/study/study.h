/* study.h - ask, tell, resume: one optimization problem with its history.
 *
 *     study_open     new, or continued exactly from storage
 *     study_ask      points to evaluate: enqueued ones first, then the strategy's
 *     study_report   an intermediate value; says whether to stop
 *     study_tell     what came of a trial
 *     study_close
 *
 * Between study_begin and study_commit any number of tells and asks are one transaction.
 * Without them each call is its own. */
#ifndef HONE_CORE_STUDY_H
#define HONE_CORE_STUDY_H

#include "config.h"
#include "history.h"
#include "storage.h"

typedef struct study study;

typedef struct study_settings {
    const config *config;
    const log_sink *log;
    bool amend;       /* go on although the study file changed in what matters */
    bool must_be_new; /* refuse an existing study */
    bool replay;             /* repeat every recorded ask, and fail where one differs */
    bool one_shot;    /* hone ask / tell: trials stay RUNNING without an owner */
    int32_t (*cancelled)(void *context);
    void *context;
} study_settings;

/* What the study was when it was opened. */
typedef struct study_origin {
    bool continued;
    int64_t n_trials, n_complete, n_pruned, n_failed;
    int64_t n_lost; /* found running without a living owner: asked again */
    int64_t n_replayed;      /* asks that were repeated, with the same points */
    double replay_seconds;
} study_origin;

int32_t study_open(const study_settings *settings, study **out, error *err);
void study_close(study *s);
const study_origin *study_origin_of(const study *s);

int32_t study_begin(study *s, error *err);
int32_t study_commit(study *s, error *err);

typedef struct trial {
    int64_t number;
    uint64_t seed;
    const double *native; /* [n_params] the study's, valid until the next ask */
    bool reused;          /* answered from the record already: nothing to evaluate */
} trial;

/* Up to n trials (trials[0..*n_out-1]).  HONE_OK; HONE_WAIT: tell pending ones first;
 * HONE_DONE: the strategy has nothing left.  May give trials with any of them. */
int32_t study_ask(study *s, int64_t n, trial *trials, int64_t *n_out, error *err);

/* Values in the user's direction. */
typedef struct told {
    int32_t state;
    const double *values;      /* [n_goals] */
    const double *constraints; /* [n_constraints] or NULL */
    const double *yvar;        /* [n_goals] or NULL */
    double seconds;            /* NaN: unknown */
} told;
int32_t study_tell(study *s, int64_t number, const told *t, error *err);
int32_t study_report(study *s, int64_t number, int64_t step, double value, bool *stop, error *err);
int32_t study_note(study *s, int64_t number, const char *key, double value, const char *text,
                   error *err);
/* A trial that was evaluated elsewhere: import. */
int32_t study_add(study *s, const double *native, const told *t, int64_t *number, error *err);
int32_t study_enqueue(study *s, const double *native, error *err);

/* ---- beside other processes ---- */
/* After a failure: did the connection to the storage break? */
bool study_cut_off(const study *s);
/* Connects again, waiting for the server longer and longer, and reads anew what is stored: what
 * had been committed is there, what had not is undone.  Of the trials that this process runs,
 * those of numbers[n] go on; others that storage has as its own will be handed out again. */
int32_t study_recover(study *s, const int64_t *numbers, int64_t n, error *err);
/* Does this process neither read nor wait for what others do?  Then a tell and an ask are two
 * transactions, and a tell may find that the trial was another worker's: HONE_OK, and
 * study_holds is false. */
bool study_apart(const study *s);
/* Apart: others left something to do.  study_rejoin reads the study anew; arguments as of
 * study_recover. */
bool study_behind(const study *s);
int32_t study_rejoin(study *s, const int64_t *numbers, int64_t n, error *err);
/* Apart: are there trials that this process never heard of?  Are all planned ones told? */
bool study_partial(const study *s);
bool study_all_told(const study *s);
/* Now and then while nothing is told: renews the lease, learns what others did.  Cheap where
 * nothing happened. */
int32_t study_poll(study *s, error *err);
/* Rows that others finished since the last call, in their order, *rows valid until the next
 * begin or poll; returns how many. */
int64_t study_news(study *s, const int64_t **rows);
/* Is the trial, which was handed out, still this process's? */
bool study_holds(study *s, int64_t number);
/* Trials that other living workers run; and those that may be asked for again. */
int64_t study_elsewhere(const study *s);
int64_t study_lost(const study *s);

/* Raises the total number of trials. */
void study_plan(study *s, int64_t trials);

const config *study_config(const study *s);
history *study_history(study *s);
int64_t study_id(const study *s);         /* in storage */
int64_t study_planned(const study *s);    /* trials in all */
int64_t study_handed_out(const study *s); /* asked by this process and not told yet */
/* The trial that was handed out and not told yet; false: none of that number. */
bool study_open_trial(study *s, int64_t number, trial *out);

/* Where [space] is missing: asks the objective for its own. */
int32_t study_take_space(config *c, const log_sink *log, error *err);

#endif
