/* storage.h - where studies live: an SQLite file, PostgreSQL or memory, in Optuna's schema.
 *
 * Durable before told: a trial counts as done when storage_commit has returned.
 *
 *     storage_open(url, ...)                     creates or checks the schema
 *     storage_find_study / storage_create_study
 *     storage_begin; start / finish / report ...; storage_commit      one transaction
 *
 * Every writing call belongs between begin and commit.  begin takes the write lock, so a
 * trial's number is the newest row's number + 1.  Values and parameters are native and in
 * the user's own direction here.  What Optuna has no place for lives in tables named
 * hone_*, which it ignores. */
#ifndef HONE_CORE_STORAGE_H
#define HONE_CORE_STORAGE_H

#include "error.h"
#include "space.h"

typedef struct storage storage;

typedef struct storage_settings {
    const char *optuna_schema; /* "3.2" (default when NULL) or "3.0"; for new files */
    int32_t timestamps;        /* TIMESTAMPS_UTC or _LOCAL of config.h */
    bool read_only;            /* status, report, trials: never creates, never locks */
    bool must_exist;
    bool say_lost;    /* HONE_WAIT from open while a server does not answer */
    double lock_wait; /* seconds to wait for another program's lock, 0: 10 */
} storage_settings;

int32_t storage_open(const char *url, const storage_settings *settings, storage **out, error *err);
void storage_close(storage *s);

int32_t storage_begin(storage *s, error *err);
/* After begin, before the first look at what is stored: until commit nobody else of hone writes
 * to the study (-1: makes a study). */
int32_t storage_lock(storage *s, int64_t study, error *err);
int32_t storage_commit(storage *s, error *err);
/* Is the connection broken?  What the newest commit did is then unknown: open anew and look. */
bool storage_lost(storage *s);
void storage_rollback(storage *s);

/* ---- studies ---- */
typedef struct study_record {
    int64_t id;
    char *name;
    int32_t n_goals;
    bool *maximize;
    int64_t n_trials, n_complete;
    char *created; /* time of the first trial, or "" */
} study_record;
int32_t storage_studies(storage *s, study_record **out, int *n, error *err);
void study_records_free(study_record *list, int n);
/* HONE_OK with *id -1 where there is none of that name. */
int32_t storage_find_study(storage *s, const char *name, int64_t *id, error *err);
int32_t storage_create_study(storage *s, const char *name, const bool *maximize, int32_t n_goals,
                             int64_t *id, error *err);
int32_t storage_delete_study(storage *s, int64_t study, error *err);

/* Facts of a study under keys of ours (hone_study table; owner, space and constraints are the
 * storage's own) ... */
int32_t storage_set(storage *s, int64_t study, const char *key, const char *value, error *err);
int32_t storage_get(storage *s, int64_t study, const char *key, char **value, error *err);
/* ... and under Optuna's system or user attributes, as JSON text. */
int32_t storage_set_attribute(storage *s, int64_t study, bool system, const char *key,
                              const char *json, error *err);
/* *json from malloc; NULL: none. */
int32_t storage_get_attribute(storage *s, int64_t study, bool system, const char *key, char **json,
                              error *err);

/* ---- trials: writing ---- */
typedef struct trial_start {
    const double *native; /* [space->n] NaN: inactive, no row */
    int64_t ask;          /* the ask that proposed it, -1: enqueued or told */
    uint64_t seed;
    double ask_seconds; /* NaN: unknown */
    const char *owner;  /* host:pid:start of the process that runs it; NULL: none */
    int64_t id, number; /* from storage_next; id 0: the storage chooses both */
} trial_start;
/* A RUNNING row with its parameters.  *id and *number are assigned. */
int32_t storage_start(storage *s, int64_t study, const space *sp, const trial_start *t, int64_t *id,
                      int64_t *number, error *err);

/* ---- trials whose strategy looks at no others ----
 * Where writers do not exclude each other (storage_concurrent) a trial may be started and
 * finished without reading what others did. */
typedef struct trial_next {
    int64_t number;  /* of the first; the others follow */
    int64_t ids[64]; /* [n] */
    bool waiting;    /* one is enqueued */
} trial_next;
bool storage_concurrent(const storage *s);
/* The next n <= 64 numbers, the study being locked until commit.  `alone`: the transaction
 * starts trials and nothing else; a server that crashes may forget it, so that the lock lasts no
 * longer than it has to. */
int32_t storage_next(storage *s, int64_t study, int64_t n, bool alone, trial_next *out, error *err);
/* After storage_lock: finished trials without a place in the order of finishing (sequence -1, or
 * another program's) get theirs, by the time at which they ended. */
int32_t storage_order(storage *s, int64_t study, error *err);
/* Trials that run or wait and are not this owner's. */
int32_t storage_open_elsewhere(storage *s, int64_t study, const char *owner, int64_t *n,
                               error *err);

typedef struct trial_finish {
    int32_t state; /* HONE_COMPLETE, PRUNED, FAILED */
    int32_t n_values;
    const double *values; /* user's direction; infinities allowed, NaN: no row */
    int32_t n_constraints;
    const double *constraints; /* NULL: none */
    const double *yvar;        /* [n_values] NULL: unknown */
    double seconds;
    int64_t sequence;  /* order of finishing in the study, from 0; -1: storage_order gives it */
    const char *owner; /* only while the trial is this one's; NULL: whosoever */
} trial_finish;
/* Compare-and-set on RUNNING (or WAITING) and on the owner: HONE_ESTATE where the trial is
 * finished already or somebody else's. */
int32_t storage_finish(storage *s, int64_t trial, const trial_finish *f, error *err);
int32_t storage_report(storage *s, int64_t trial, int64_t step, double value, error *err);
/* A note: user attribute of the trial; number (text NULL) or text. */
int32_t storage_note(storage *s, int64_t trial, const char *key, double value, const char *text,
                     error *err);
int32_t storage_heartbeat(storage *s, int64_t trial, error *err);
int32_t storage_own(storage *s, int64_t trial, const char *owner, error *err);
/* A WAITING trial with fixed_params, as Optuna's enqueue writes it. */
int32_t storage_enqueue(storage *s, int64_t study, const space *sp, const double *native,
                        int64_t *id, int64_t *number, error *err);
/* WAITING -> RUNNING by compare-and-set, with its parameters; false: somebody else took it. */
int32_t storage_take(storage *s, int64_t trial, const space *sp, const trial_start *t, bool *taken,
                     error *err);

/* ---- asks, for exact resume of strategies that are not history-only ---- */
typedef struct ask_record {
    int64_t sequence;                   /* 0, 1, ... in the study */
    int64_t n, n_out;                   /* asked for, given */
    int64_t n_rows, n_finished, budget; /* the table it saw */
    int32_t status;                     /* HONE_OK, HONE_DONE, HONE_ENUMERIC */
    int64_t n_cols;
    const int64_t *numbers; /* [n] */
    const double *x;        /* n_out x n_cols before snapping */
    const void *state;      /* saved state after this ask, or NULL */
    int64_t n_state;
} ask_record;
int32_t storage_ask(storage *s, int64_t study, const ask_record *a, error *err);
/* A state blob saved for the newest ask; older blobs of the study are dropped. */
typedef int32_t (*ask_visitor)(void *context, const ask_record *a, error *err);
/* In order of sequence, from `from` on. */
int32_t storage_asks(storage *s, int64_t study, int64_t from, ask_visitor visit, void *context,
                     error *err);
/* Sequence of the newest ask, -1: none. */
int32_t storage_newest_ask(storage *s, int64_t study, int64_t *sequence, error *err);
/* Sequence of the newest ask that has a saved state, -1: none. */
int32_t storage_newest_state(storage *s, int64_t study, int64_t *sequence, error *err);

/* ---- trials: reading ---- */
enum { TRIAL_WAITING = -1 }; /* beside HONE_RUNNING ... HONE_FAILED */
typedef struct trial_record {
    int64_t id, number;
    int32_t state;
    double *native; /* [space->n] NaN: no such row */
    int32_t n_values;
    double *values; /* user's direction */
    int32_t n_constraints;
    double *constraints; /* NULL: none */
    double *yvar;        /* NULL: unknown */
    double seconds, ask_seconds;
    int64_t ask, sequence; /* -1: not ours (another program's trial) */
    uint64_t seed;
    char *owner;               /* NULL: none */
    char *started, *completed; /* as stored; NULL: none */
    int64_t n_reports;
    int64_t *steps;
    double *reported; /* user's direction */
    int64_t n_notes;  /* only with WITH_NOTES */
    char **note_keys, **note_json;
} trial_record;
enum { WITH_NOTES = 1, ONLY_FINISHED = 2 };
/* Visits trials in order of number; the record is the storage's, valid during the visit, which
 * may end the reading with HONE_DONE.
 * sp NULL: native is NULL.  Parameters that sp lacks are skipped; those that storage has with
 * another distribution are an error. */
typedef int32_t (*trial_visitor)(void *context, const trial_record *t, error *err);
int32_t storage_trials(storage *s, int64_t study, const space *sp, int64_t from_number, int flags,
                       trial_visitor visit, void *context, error *err);
/* Gives a finished trial of another program its place in the order of finishing. */
int32_t storage_adopt(storage *s, int64_t trial, int64_t sequence, error *err);
/* Rebuilds the space from the distributions stored with trials and our own description. */
int32_t storage_space(storage *s, int64_t study, space *out, error *err);
/* Changes by others since `*mark`?  Cheap: for SQLite data_version. */
int32_t storage_changed(storage *s, int64_t *mark, bool *changed, error *err);

/* ---- who runs a study ---- */
typedef struct worker_record {
    const char *owner;   /* host:pid:start */
    const char *label;   /* what its launcher calls it, or its host */
    const char *started; /* as stored */
    double heartbeat;    /* seconds of the storage's clock */
    double age;          /* seconds since then, by the same clock */
} worker_record;
typedef int32_t (*worker_visitor)(void *context, const worker_record *w, error *err);

/* Enters this process among the study's workers, those that are dead struck out.  Shared:
 * beside others; else alone, and nobody joins until storage_release.  HONE_ESTORAGE with a
 * sentence that names who is there.  `lease`: seconds after which a silent worker of another
 * host counts as dead. */
int32_t storage_join(storage *s, int64_t study, const char *label, bool shared, double lease,
                     error *err);
/* In a transaction: renews the worker's heartbeat, entering it anew if it was struck out. */
int32_t storage_beat(storage *s, int64_t study, const char *owner, error *err);
/* In a transaction: strikes a worker out. */
int32_t storage_leave(storage *s, int64_t study, const char *owner, error *err);
int32_t storage_workers(storage *s, int64_t study, worker_visitor visit, void *context, error *err);
/* In a transaction: all open trials of one owner become another's. */
int32_t storage_disown(storage *s, int64_t study, const char *owner, const char *heir, error *err);
/* For a process that is to be alone with the study (delete): HONE_ESTORAGE and a sentence with
 * the pid while a living process runs it. */
int32_t storage_claim(storage *s, int64_t study, error *err);
/* Ends join and claim. */
void storage_release(storage *s, int64_t study);
char *process_identity(void);             /* host:pid:start of this process */
bool process_alive(const char *identity); /* on this host and running, or another host */

#endif
