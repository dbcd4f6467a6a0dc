/* study_state.h - what a study holds; for the study_*.c files only.
 *
 *   study.c          open, close, transactions, small questions
 *   study_header.c   what is kept of the study file, plugins and machine, and compared
 *   study_load.c     stored trials into the history, at the start and as others change them
 *   study_resume.c   strategies and pruners brought up to the history
 *   study_recover.c  after a broken connection
 *   study_apart.c    beside other processes without reading what they do
 *   study_share.c    beside other processes: leases, what they finished, what they lost
 *   study_ask.c      points: lost, enqueued, proposed
 *   study_tell.c     outcomes, reports, notes */
#ifndef HONE_CORE_STUDY_STATE_H
#define HONE_CORE_STUDY_STATE_H

#include "instance.h"
#include "lease.h"
#include "owner.h"
#include "study.h"

/* A trial that is running or waiting, by us or by others. */
typedef struct pending {
    int64_t number, id; /* id in storage */
    int64_t row;        /* in history */
    bool waiting;       /* enqueued and not taken yet */
    uint64_t seed;
    bool ours;     /* handed out by this process (or handed out for good: one shot) */
    bool fenced;   /* storage names this process as its owner */
    bool lost;     /* its owner is dead: hand it out again */
    bool released; /* its owner gave it back (Ctrl-C): no attempt is counted */
    int holder;    /* its owner among the leases, -1: none */
    bool foreign;  /* another program's: hone has no record beside the trial */
} pending;

/* A note that a strategy wrote about a trial that storage does not have yet. */
typedef struct early_note {
    int64_t number;
    char *key, *text; /* text NULL: value */
    double value;
} early_note;

/* An intermediate value that storage does not have yet. */
typedef struct early_report {
    int64_t trial, step; /* trial: id in storage */
    double value;        /* user's direction */
} early_report;

struct study {
    study_settings set;
    const config *config;
    const space *space;
    rng_key key, trial_key; /* of the study; of the seeds of trials */
    char *owner;            /* = identity; NULL: one shot */
    history *history;
    storage *storage;
    int64_t id;
    surroundings around;
    instance *strategy, *pruner; /* pruner NULL: none */
    bool history_only;           /* the strategy's asks need no record */
    bool replaying;              /* notes are dropped */
    bool independent;            /* asks need no trial of the table, others' results no rule */
    bool apart;                  /* what others did is not read: study_apart.c */
    bool all_out, behind;        /* apart: no number is left; the study has to be read anew */
    double out_since;            /* CLOCK_MONOTONIC seconds */
    int64_t open_elsewhere;      /* apart and all_out: trials that others run */
    bool claimed;
    char *identity; /* of this process, host:pid:start */
    leases leases;
    double polled; /* CLOCK_MONOTONIC seconds */
    int64_t n_news, room_news;
    int64_t *news; /* rows that others finished, until study_news */

    int64_t planned;     /* trials in all, INT64_MAX: no bound */
    int64_t next_number; /* of the next new trial */
    int64_t next_ask, next_sequence;
    int64_t settled; /* finished rows of whole batches, with study.batch */
    int64_t told;    /* finished rows of the strategy's table that it was told */
    int n_pending, room_pending;
    pending *pending; /* in order of number */
    int n_notes, room_notes;
    early_note *notes;
    int n_reports, room_reports;
    early_report *reports;
    double reports_flushed; /* CLOCK_MONOTONIC seconds */
    int64_t changes;        /* storage_changed's mark */
    int depth;              /* of begin */
    bool broken;            /* a transaction failed: history and storage may disagree */
    int64_t faults;         /* of the strategy, seen so far */
    int faults_in_row;

    double *native;   /* [room_asked x n] points handed out by the newest ask */
    double *columns;  /* [room_asked x n_cols] as proposed */
    int64_t *numbers; /* [room_asked] */
    int64_t room_asked;
    double *minimised; /* [n_goals] */
    double *signs;     /* [n_goals] of goals */
    hone_ext_goals goals;
    study_origin origin;
};

/* study.c */
int32_t study_connect(study *s, error *err);      /* HONE_WAIT: the server is away */
pending *study_pending(study *s, int64_t number); /* NULL: none */
pending *study_add_pending(study *s, const pending *p, error *err);
void study_drop_pending(study *s, int64_t number);
uint64_t study_trial_seed(const study *s, int64_t number);
int32_t study_abandon(study *s, int32_t status); /* rolls back; returns status */
double study_sign(const study *s, int32_t goal); /* -1 where maximized */

/* study_header.c */
int32_t header_write(study *s, error *err);
int32_t header_compare(study *s, error *err);
/* What changed about plugins and machine since the study was made: "" if nothing. */
char *header_changes(study *s);

double study_clock(void); /* CLOCK_MONOTONIC seconds */

bool study_batch_open(const study *s); /* is a trial of the newest batch not told yet? */

/* study_recover.c: study_connect again and again while the server is away. */
int32_t study_reach(study *s, double patience, error *err);

/* study_load.c */
int32_t resume_load(study *s, error *err);
int32_t resume_sync(study *s, error *err); /* what others did since; in a transaction */

/* study_resume.c */
int32_t resume_replay(study *s, error *err);
int32_t study_tell_news(study *s, error *err); /* what finished since the last tell */
/* The pruner learns of a finished trial: its intermediate values, then its end. */
int32_t resume_prune(study *s, int64_t row, error *err);

/* study_share.c */
int32_t share_join(study *s, error *err);
bool share_held_elsewhere(const study *s, const pending *p);
void share_lose(study *s, pending *p); /* somebody else has it now */
int32_t share_find_lost(study *s, error *err);
int32_t share_beat(study *s, error *err); /* in a transaction */
int32_t share_keep_news(study *s, int64_t row, error *err);
int32_t study_add_waiting(study *s, int64_t number, int64_t id, const double *native, error *err);

/* study_apart.c */
void apart_review(study *s); /* after the study was read: may this process work apart? */
int32_t apart_ask(study *s, int64_t n, trial_next *next, int64_t *n_free, error *err);
int32_t apart_lose(study *s, int64_t number, error *err); /* a tell found the trial another's */
int32_t apart_poll(study *s, error *err);
int32_t apart_give_back(study *s, error *err);

/* study_tell.c */
void notes_flush(study *s, int64_t number, int64_t id, error *err);
void notes_drop(study *s);
void study_note_callback(void *context, int64_t number, const char *key, double value,
                         const char *text);

#endif
