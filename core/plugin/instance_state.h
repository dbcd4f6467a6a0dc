/* instance_state.h - what an instance holds; for the files around instance.c only.
 *
 *   instance.c          made, found, freed
 *   host.c              the functions of hone_host
 *   call.c              what surrounds each call; breadcrumb.c the line of a crash
 *   call_<kind>.c       the calls of each kind, for the host and for other plugins
 *   fallback.c          derivatives by differences
 *   translate.c         tables and points between the columns of two plugins
 *   state.c             hone.state/1 of an instance and its parts */
#ifndef HONE_CORE_INSTANCE_STATE_H
#define HONE_CORE_INSTANCE_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "instance.h"

struct translation; /* translate.c */
struct saved;       /* state.c */

typedef union any_ops {
    hone_strategy_ops strategy;
    hone_surrogate_ops surrogate;
    hone_acquisition_ops acquisition;
    hone_objective_ops objective;
    hone_pruner_ops pruner;
} any_ops;

struct instance {
    hone_host host;             /* first: a plugin's host is its instance */
    const surroundings *around;
    const component *component;
    const plugin *plugin;
    void *self;                 /* the plugin's */
    bool created;               /* its create has succeeded: destroy it */
    any_ops table;              /* complete, for other plugins; self there is the instance */
    rng_key key;
    char *address;              /* "strategy", "strategy/surrogate.0" */

    instance *owner, *root;     /* who asked for it, NULL: the host; root: of the tree */
    int32_t option, index;      /* of the owner's table, that this is the part for */
    int n_parts;
    instance **parts;           /* [n_parts] in the order in which they were made */

    space *own_space;           /* given by its asker; NULL: the asker's */
    view *own_seen, *own_spoken;
    hone_space *own_table;      /* columns laid out by the asker */
    const view *seen;           /* the plugin's columns */
    const view *spoken;         /* those of whoever calls it */
    const hone_space *shown;    /* what host->space answers */
    struct translation *translation; /* buffers, where seen and spoken differ */
    int64_t columns;            /* of a model: p of the newest fit */

    _Atomic int64_t calls;
    _Atomic int64_t faults;     /* of the root: of the whole tree */
    _Atomic int lost;           /* HONE_EFAIL: not used again */
    _Atomic int blamed;         /* for changing the process, once */

    pthread_mutex_t lock;       /* of `said`, which concurrent calls may write */
    char *said;                 /* by host->error in this call */
    int32_t said_option;

    /* of the root */
    char *inner;                /* the newest failure of a part, during call inner_call */
    int64_t inner_call;
    int n_waiting;
    struct saved *waiting;      /* [n_waiting] states of parts that are not made yet */
};

/* instance.c */
int32_t instance_part(instance *owner, int32_t option, int32_t index, const hone_space *given,
                      instance **out, error *err);
int32_t instance_release(instance *owner, instance *part);
void instance_handle(instance *i, hone_component *out);
/* A part failed in a call that its asker made: kept for the asker's own failure; empties why. */
int32_t instance_inner(instance *i, int32_t status, error *why);

/* host.c */
void host_init(instance *i);

/* call_<kind>.c: the complete table */
void strategy_table(instance *i);
void surrogate_table(instance *i);
void acquisition_table(instance *i);
void objective_table(instance *i);
void pruner_table(instance *i);

/* fallback.c: central differences where the plugin has no exact derivatives */
typedef int32_t (*predict_function)(instance *i, int64_t m, const double *u, int64_t ldu,
                                    double *mean, double *var, error *err);
int32_t differences_predict(instance *i, predict_function predict, int64_t m, int64_t p,
                            const double *u, int64_t ldu, double *dmean, double *dvar,
                            int64_t ldg, error *err);
typedef int32_t (*value_function)(instance *i, const hone_acq_context *ctx, int64_t m,
                                  const double *mean, const double *var, int64_t ldm, double *a,
                                  error *err);
int32_t differences_value(instance *i, value_function value, const hone_acq_context *ctx,
                          int64_t m, const double *mean, const double *var, int64_t ldm,
                          double *da_dmean, double *da_dvar, error *err);

/* translate.c */
bool translate_needed(const instance *i);
/* *out: the table in the plugin's columns, valid until the next call. */
int32_t translate_table(instance *i, const hone_trials *t, hone_trials *out, error *err);
/* Rows of `from` as rows of the table translated last; those left out are dropped. */
int32_t translate_rows(instance *i, const hone_trials *from, const hone_trials *to, int64_t n,
                       const int64_t *row, const int64_t **out, int64_t *n_out, error *err);
/* Room for n points in the plugin's columns; and from there to the caller's. */
double *translate_room(instance *i, int64_t n, error *err);
int32_t translate_points(instance *i, int64_t n, const double *from, double *x, int64_t ldx,
                         error *err);
void translate_free(instance *i);

/* state.c */
int32_t state_resume(instance *i, error *err); /* a state waiting for this new instance */
void state_free(instance *root);

#endif
