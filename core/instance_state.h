/* instance_state.h - what an instance holds; for instance*.c, host.c and calls*.c only. */
#ifndef HONE_CORE_INSTANCE_STATE_H
#define HONE_CORE_INSTANCE_STATE_H

#include "guard.h"
#include "instance.h"

typedef struct part {
    int32_t option, index;
    instance *instance;
} part;

struct instance {
    hone_host host;              /* first: a hone_host * is its instance * */
    const surroundings *around;
    const component *component;
    const plugin *plugin;
    instance *owner;             /* NULL: made by the host itself */
    char *address;               /* "strategy", "strategy.surrogate[0]" */
    rng_key key;
    space own_space;             /* a copy, where the asker gave a space of its own */
    bool has_space;
    view own_view;               /* what the plugin sees; unused where `view` is the owner's */
    const view *view;
    hone_space given;            /* columns that the asker gave (surrogates), n_cols > 0 */
    void *self;
    bool created;
    int n_parts;
    part *parts;
    error problem;               /* what host->error said */
    int64_t faults, calls;
    double *scratch;             /* [room_scratch] for translation and differences */
    int64_t room_scratch;
    hone_strategy_ops strategy;  /* complete tables, for whoever uses this as a component */
    hone_surrogate_ops surrogate;
    hone_acquisition_ops acquisition;
    hone_objective_ops objective;
    hone_pruner_ops pruner;
};

/* instance.c */
const hone_space *instance_space(const instance *i);
instance *instance_part(instance *i, int32_t option, int32_t index, const hone_space *sp,
                        error *err);
double *instance_scratch(instance *i, int64_t n); /* NULL: out of memory */
/* "file:line: [section] gp: ..." for each thing that the plugin said; status is returned. */
int32_t instance_blame(instance *i, int32_t status, const char *call, error *err);

/* host.c */
void host_fill(instance *i);

/* calls.c */
void calls_fill(instance *i);
/* calls_models.c: the tables of surrogates and acquisitions */
void calls_fill_models(instance *i);

/* Around every call to a plugin: the breadcrumb and the floating-point mode. */
typedef struct crossing {
    const char *plugin, *call;   /* of the call that this one interrupts */
    int64_t trial;
    float_mode mode;
} crossing;
crossing enter(instance *i, const char *call, int64_t trial);
void leave(instance *i, const crossing *c);

#endif
