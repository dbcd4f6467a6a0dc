/* instance.h - a plugin at work: created, called and watched by the host.
 *
 * Every call to a plugin goes through here.  This file's functions complete the tables that
 * a plugin left short (generic fall-backs), check what comes back, restore floating-point
 * mode and locale, set the breadcrumb for crash messages, translate views between plugins,
 * and give each instance its hone_host. */
#ifndef HONE_CORE_INSTANCE_H
#define HONE_CORE_INSTANCE_H

#include "config.h"
#include "history.h"
#include "rng.h"

typedef struct instance instance;

/* What instances reach of their study; functions may be NULL (then EUNSUPPORTED, 0, ...). */
typedef struct surroundings {
    const config *config;
    const space *space;
    rng_key key;             /* of the study's seed */
    const log_sink *log;
    history *history;        /* for view translation; may be NULL */
    int64_t threads;
    void *context;           /* given back to the functions below */
    int32_t (*cancelled)(void *context);                               /* [any thread] */
    int64_t (*reports)(void *context, int64_t number, const int64_t **step,
                       const double **value);
    void (*note)(void *context, int64_t number, const char *key, double value,
                 const char *text);
    int32_t (*report)(void *context, int64_t number, int64_t step, double value,
                      int32_t *stop);
    const void *(*extension)(void *context, const char *id);
} surroundings;

/* Creates the instance of a component (and, when it asks, its parts).  `around` and the
 * config outlive it.  An error names file, line, section, plugin and option. */
int32_t instance_new(const surroundings *around, const component *c, instance **out, error *err);
void instance_free(instance *i); /* parts first made last; accepts NULL */

const plugin *instance_plugin(const instance *i);
const view *instance_view(const instance *i);
/* Optional slots given by the plugin itself? (e.g. tell) */
bool instance_has_tell(const instance *i);

/* Calls.  Statuses are the plugin's, sentences include its name; results are checked. */
int32_t strategy_ask(instance *i, const hone_trials *past, int64_t n, const int64_t *number,
                     double *x, int64_t ldx, int64_t *n_out, error *err);
int32_t strategy_tell(instance *i, const hone_trials *past, int64_t n, const int64_t *row,
                      error *err);
/* U: n points in the columns of instance_view; y in any units, as the caller's. */
int32_t surrogate_fit(instance *i, int64_t n, const double *U, const double *y,
                      const double *noise_var, error *err);
int32_t surrogate_predict(instance *i, int64_t m, const double *U, double *mean, double *var,
                          error *err);
int32_t surrogate_info(instance *i, hone_fit_info *out, error *err);
int32_t objective_evaluate(instance *i, const hone_points *in, hone_outcomes *out, error *err);
int32_t pruner_observe(instance *i, int64_t number, int64_t step, double value, bool *stop,
                       error *err);
int32_t pruner_finish(instance *i, int64_t number, int32_t state, error *err);

/* As another plugin would use it: the host's handle and complete table. */
int32_t instance_component(instance *i, hone_component *out, error *err);

/* hone.state/1 of this instance and its parts: one blob; n 0 if it has none or not now. */
int32_t instance_save(instance *i, void **blob, int64_t *n, error *err);
int32_t instance_load(instance *i, const void *blob, int64_t n, error *err);
bool instance_stateful(const instance *i); /* anything in it has hone.state/1 */

/* Rows replaced because they were illegal, and other counted faults. */
int64_t instance_faults(const instance *i);

/* The crash line: call once in main.  Prints which plugin, call and trial were at work with
 * write(2) and re-raises. */
void breadcrumb_install(void);

#endif
