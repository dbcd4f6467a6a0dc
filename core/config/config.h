/* config.h - a study file as checked values.
 *
 *     config_load(path, settings, &c, &err)   reads, checks everything, opens plugins
 *
 * All problems are reported in one go, each as `file:line: [section] what is wrong; what is
 * allowed; did you mean 'x'?`.  A config is constant once loaded. */
#ifndef HONE_CORE_CONFIG_H
#define HONE_CORE_CONFIG_H

#include "options.h"
#include "registry.h"
#include "space.h"

enum { DUPLICATES_REUSE = 0, DUPLICATES_EVALUATE = 1 };
enum { ISOLATION_PROCESS = 0, ISOLATION_NONE = 1, ISOLATION_SIMULATED = 2 };
enum { TIMESTAMPS_UTC = 0, TIMESTAMPS_LOCAL = 1 };

/* A section that makes a plugin instance: resolved, checked, not created. */
typedef struct component {
    char *section;                  /* "surrogate"; a plugin with defaults: its name */
    const plugin *plugin;
    options options;                /* options.values go to create */
    int32_t n_parts;                /* = plugin->n_options */
    const struct component **parts; /* [n_parts] what a COMPONENT option names, else NULL */
} component;

typedef struct config {
    ini doc;
    registry *registry;
    space space;

    /* [study]; the table with defaults and documentation is study_options in config.c */
    char *name;              /* default: the file's name without .ini */
    int32_t n_goals;
    bool *maximize;          /* [n_goals] */
    char **objectives;       /* [n_goals] names; default value, or value1 value2 ... */
    int32_t n_constraints;
    char **constraints;      /* [n_constraints] names */
    int64_t trials;          /* total wanted; INT64_MAX: no bound */
    uint64_t seed;
    int64_t workers;
    char *storage;           /* absolute path, "memory" or postgresql://... */
    double time;             /* seconds, INFINITY: no bound */
    double *target;          /* [n_goals] in the user's direction, NaN: none */
    int64_t patience;        /* trials without improvement, 0: no bound */
    int64_t max_failures;    /* in a row, 0: no bound */
    int64_t repeats;         /* evaluations a point */
    int32_t duplicates;      /* DUPLICATES_* */
    int64_t retries;         /* of a trial whose worker was lost */
    int64_t batch;           /* trials asked for at once, after all before are told; 0: as they come */
    bool replayable;         /* every ask is recorded, in the order in which they happened */
    double lease;            /* seconds of silence after which a worker loses its trials */
    char *optuna_schema;     /* "3.2" or "3.0" */
    int32_t timestamps;      /* TIMESTAMPS_* */
    char *plugin_dir;        /* absolute, or NULL */

    /* the host's keys of [objective]: isolation, timeout, grace */
    int32_t isolation;
    double timeout;          /* seconds an evaluation may take, INFINITY: no bound */
    double grace;            /* seconds between asking it to end and killing it */

    const component *strategy, *objective, *pruner; /* objective NULL: told from outside */
    int32_t n_components;
    component **components;  /* all, owned; parts before the whole */

    int32_t n_points;        /* [point 1] ...: enqueued before the strategy is asked */
    double *points;          /* n_points x space.n, native, snapped */
    char **point_names;
    error warnings;          /* a parameter that reaches the objective in no way, ... */
} config;

typedef struct config_settings {
    registry_settings plugins;
    const char *const *set;  /* --set section.key=value; [n_set] */
    int n_set;
    bool need_objective;     /* false: a study that is told from outside may lack it */
    bool no_plugins;         /* only [study] and [space]: the worker and readers use less */
    bool objective_only;     /* resolve [objective] alone (workers) */
} config_settings;

/* config_free follows, also after a failure. */
int32_t config_load(const char *path, const config_settings *settings, config *out, error *err);
int32_t config_read(const char *text, const char *path, const char *folder,
                    const config_settings *settings, config *out, error *err);
void config_free(config *c);

/* Where [space] is missing: the objective's own, copied; then the points are read, and the
 * strategy by default is the one for that space. */
int32_t config_take_space(config *c, const hone_space *own, error *err);

/* The tables behind [study] and the host's keys of [objective], for info, init and manuals. */
const hone_option *study_options(int32_t *n);
const hone_option *objective_host_options(int32_t *n);

/* What matters for continuing a stored study, as canonical text lines "section.key = value":
 * space, goals, constraints, seed, strategy, surrogate, acquisition, pruner and objective
 * with all their options; not trials, workers, storage, time and the like.  The caller
 * frees.  config_differences compares two of them: one sentence a difference. */
char *config_identity(const config *c);
void config_differences(const char *stored, const char *now, error *out);

#endif
