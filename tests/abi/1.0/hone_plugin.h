/* hone_plugin.h - the plugin interface of hone, version 1.x (draft of 1.0).
 *
 * Plain C99 (and C++11), header only: a plugin includes this file and links to
 * nothing of hone's.  It exports one function, hone_module_v1, which
 * HONE_MODULE() at the end of this file writes.
 *
 * What a plugin MUST give:  a table (hone_plugin) with name, version, doc, its
 *   options, create, destroy and the operations of its kind.
 * What it MAY leave NULL:   the slots marked "optional"; the host fills them.
 *
 * Rules of the interface
 *   Structs grow at the end only and begin with their size.  For a struct that the
 *   other side fills, the caller sets `size` and the callee writes no further.
 *   Only int32_t, int64_t, uint32_t, uint64_t, double and pointers cross it: no
 *   enum types, bool, unions, bit-fields, structs by value, varargs or exceptions.
 *   Each side frees what it allocated.  Strings and tables that a plugin gives are
 *   constant for the life of the process (a module is never unloaded).  What the
 *   host passes to a call is valid during that call, unless said otherwise.
 *   Matrices are row-major with a leading dimension counted in doubles.
 *
 * Directions  Everything a plugin sees is minimised, and a constraint is met where
 *   it is <= 0; objectives alone speak the user's own direction.
 *
 * Threads  [any thread] may be called at any time.  All other calls on one `self`
 *   come one at a time, but successive ones may come from different threads.
 *   Distinct instances are called at once, unless HONE_CAP_PROCESS_GLOBAL.
 *   Calls marked [const] come at once on one self only with HONE_CAP_CONCURRENT.
 *   ask, tell, fit, update, prepare and evaluate may start threads (host->threads of
 *   them) and join them before they return, or keep them blocked between calls and
 *   join them in destroy; from such threads only log, cancelled, snap and the random
 *   functions may be called.
 *
 * Determinism  A plugin decides from its arguments only: never from clocks,
 *   addresses, the environment, the number of threads, or generators of its own.
 *
 * Process  A plugin must not change the working directory, locale, signal handlers,
 *   umask, rounding or flush-to-zero mode; must not exit, fork or print to stdout.
 */
#ifndef HONE_PLUGIN_H
#define HONE_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#define HONE_ABI_MAJOR 1 /* also in the entry symbol: hone_module_v1 */

/* What the author targets.  The default is the oldest, so that a new header builds
 * plugins that old hosts still load. */
#ifndef HONE_ABI_MINOR
#define HONE_ABI_MINOR 0
#endif

/* What the plugin needs of a host; lower it where newer calls are guarded by HONE_HAS(). */
#ifndef HONE_ABI_REQUIRED
#define HONE_ABI_REQUIRED HONE_ABI_MINOR
#endif

#define HONE_MAGIC 0x314E4F48 /* "HON1" in little-endian memory */

#ifdef __cplusplus
#define HONE_EXTERN_C extern "C"
#else
#define HONE_EXTERN_C
#endif
#define HONE_EXPORT HONE_EXTERN_C __attribute__((visibility("default")))

/* Is the number f present in the struct *p that the other side gave? */
#define HONE_SIZED(p, T, f) ((p)->size >= (uint32_t)(offsetof(T, f) + sizeof((p)->f)))
/* Is the pointer f present there, and not NULL? */
#define HONE_HAS(p, T, f) (HONE_SIZED(p, T, f) && (p)->f)

/* ---- status: 0 done; > 0 done, with a note; < 0 error ---------------------------------
 * Before a negative status a plugin calls host->error(option, text) once.  An unknown
 * negative status counts as HONE_EFAIL, an unknown positive one as HONE_OK. */
enum {
    HONE_OK = 0,
    HONE_DONE = 1,          /* ask: nothing left to suggest; may come with last points     */
    HONE_WAIT = 2,          /* ask: tell me pending results first; n_out < n is free       */
    HONE_EINVAL = -1,       /* bad option or argument: the study does not start            */
    HONE_ENOMEM = -2,
    HONE_ENUMERIC = -3,     /* e.g. not positive definite: the caller falls back, the
                               instance stays usable                                       */
    HONE_EUNSUPPORTED = -4, /* this space or number of objectives is not handled           */
    HONE_ESTATE = -5,       /* saved state is corrupt or of another version                */
    HONE_ECANCELLED = -6,
    HONE_EFAIL = -7         /* anything else; the instance is not used again               */
};
enum { HONE_LOG_DEBUG = 0, HONE_LOG_INFO, HONE_LOG_WARN, HONE_LOG_ERROR };
enum { HONE_STRATEGY = 1, HONE_SURROGATE, HONE_ACQUISITION, HONE_OBJECTIVE, HONE_PRUNER };

/* Capabilities: what is possible; create refuses what the options make impossible.
 * Bits 0..15 may be ignored by a side that does not know them; bits 16..31 must be
 * understood, or the plugin is refused. */
enum {
    HONE_CAP_CONCURRENT = 1 << 0,      /* [const] calls may run in parallel on one self    */
    HONE_CAP_BATCH = 1 << 1,           /* n > 1 is faster than n calls                     */
    HONE_CAP_GRADIENT = 1 << 2,        /* derivative outputs are exact                     */
    HONE_CAP_MULTI_OBJECTIVE = 1 << 3, /* more than one objective                          */
    HONE_CAP_CONSTRAINTS = 1 << 4,     /* constraint values are used                       */
    HONE_CAP_CONDITIONAL = 1 << 5,     /* NaN = inactive is handled; without it inactive
                                          columns hold `init`, else the middle             */
    HONE_CAP_HISTORY_ONLY = 1 << 6,    /* ask depends on nothing but space, options, seed,
                                          number and table: resume gives it one tell       */
    HONE_CAP_FIDELITY = 1 << 7,        /* sees and sets the fidelity parameter             */
    HONE_CAP_NO_HISTORY = 1 << 8,      /* history only, and in a space that is not finite
                                          on nothing of the table: it may be empty         */
    HONE_CAP_JOINT = 1 << 9,           /* acquisition: the values of one call belong together, as
                                          those of a draw do; calls cannot be compared     */
    HONE_CAP_PROCESS_GLOBAL = 1 << 16, /* one instance per process (COMMON, SAVE)          */
    HONE_CAP_NATIVE = 1 << 17          /* wants native values, not the unit cube           */
};

/* ---- search space ---------------------------------------------------------------------
 * A parameter is active when it has no parent, or when its parent is active and the
 * parent's native value is one of when[0..n_when-1].  parent < own index. */
enum { HONE_REAL = 0, HONE_INT = 1, HONE_CATEGORICAL = 2 };
enum {
    HONE_PARAM_LOG = 1 << 0,     /* scaled by its logarithm; low > 0                       */
    HONE_PARAM_ORDERED = 1 << 1, /* categorical whose choices have an order                */
    HONE_PARAM_FIDELITY = 1 << 2 /* cost against accuracy; high is the full evaluation     */
};
typedef struct hone_param {
    uint32_t size;
    int32_t type, flags;
    int32_t parent;             /* index of the parent parameter, -1: none                 */
    const char *name;
    double low, high;           /* native bounds, inclusive; choices: 0 .. n_choices-1     */
    double step, init;          /* step 0: continuous; init NaN: none                      */
    int64_t n_choices;
    const char *const *choices; /* [n_choices]; native value = index                       */
    int64_t n_when;
    const double *when;         /* [n_when] native values of the parent                    */
} hone_param;

/* Columns of X as one instance sees them.  By default the unit cube: a number takes one
 * column, scaled (by its logarithm if LOG); ordered choices take one column; unordered
 * ones take one column a choice, 1 for the chosen and 0 for the others.  With
 * HONE_CAP_NATIVE: one column a parameter, native values, NaN where inactive.
 * Parameters with a single value have no column.
 * Cell i of L levels has the unit value (i + 0.5)/L; integers on a log scale are cells
 * between log(low - 0.5) and log(high + 0.5), continuous there, snapped to the image of
 * the integer (col_levels 0). */
typedef struct hone_space {
    uint32_t size;
    int32_t n_objectives, n_constraints, n_params;
    const hone_param *const *params; /* [n_params], parents before children                */
    int64_t n_cols;
    const int32_t *col_param;        /* [n_cols] column -> parameter                       */
    const int32_t *col_choice;       /* [n_cols] one-hot column -> choice, else -1         */
    const int64_t *col_levels;       /* [n_cols] equally spaced cells; 0: continuous       */
} hone_space;

/* ---- trials: a structure of arrays -----------------------------------------------------
 * The state of a study at one call.  Nothing in it changes during the call, and its
 * pointers end with the call.  Queued trials count as running. */
enum { HONE_RUNNING = 0, HONE_COMPLETE = 1, HONE_PRUNED = 2, HONE_FAILED = 3 };
typedef struct hone_trials {
    uint32_t size;
    int32_t n_objectives;
    int64_t n, n_constraints;
    int64_t budget;            /* trials planned in all, -1: unknown                       */
    const int64_t *number;     /* [n] strictly increasing                                  */
    const int32_t *state;      /* [n]                                                      */
    const double *x;           /* n x n_cols, as the host snapped it                       */
    int64_t ldx;
    const double *y;           /* n x n_objectives; finite where COMPLETE, else NaN        */
    int64_t ldy;
    const double *c;           /* n x n_constraints, NaN: unknown; NULL: none              */
    int64_t ldc;
    const double *yvar;        /* n x n_objectives, variance of the noise in y, NaN:
                                  unknown; NULL: unknown everywhere                        */
    int64_t ldv;
    const double *seconds;     /* [n] what the evaluation took, NaN: unknown; or NULL      */
    const double *ask_seconds; /* [n] what proposing it took; or NULL                      */
    const int64_t *finished;   /* [n_finished] rows, in the order in which they finished   */
    int64_t n_finished;
    const int64_t *running;    /* [n_running] rows, increasing                             */
    int64_t n_running;
    const void *view;          /* the host's mark; NULL in tables that a plugin makes      */
} hone_trials;

/* ---- options: a plugin describes the keys of its section --------------------------------
 * The host parses, checks, fills in defaults and documents them. */
enum {
    HONE_OPT_BOOL = 1,  /* yes no true false on off 1 0 -> i                               */
    HONE_OPT_INT,       /* -> i                                                            */
    HONE_OPT_REAL,      /* 0.5  1e-3  2^-5 -> d                                            */
    HONE_OPT_STRING,    /* -> s                                                            */
    HONE_OPT_PATH,      /* relative ones are taken from the study file's folder -> s       */
    HONE_OPT_CHOICE,    /* one of choices -> i, its index, and s                           */
    HONE_OPT_REALS,     /* numbers between spaces or commas -> v, n                        */
    HONE_OPT_COMPONENT, /* a section, or a plugin of `kind` -> s                           */
    HONE_OPT_STRINGS,   /* `key = value` alone, or key.1, key.2, ...: whole values -> ss, n */
    HONE_OPT_SECONDS    /* 60s 1.5m 2h 10ms 1d, plain numbers are seconds -> d             */
};
enum {
    HONE_OPT_REQUIRED = 1 << 0,
    HONE_OPT_ADVANCED = 1 << 1,
    HONE_OPT_DEPRECATED = 1 << 2, /* works and warns with the text of doc                  */
    HONE_OPT_OPEN_LOW = 1 << 3,   /* low itself is not allowed                             */
    HONE_OPT_OPEN_HIGH = 1 << 4
};
typedef struct hone_option {
    const char *name;           /* [a-z][a-z0-9_]*                                         */
    int32_t type, flags;
    const char *def;            /* default as the user would write it; NULL: none, then
                                   is_set 0 and s NULL, n 0, d NaN, i 0                    */
    double low, high;           /* INT, REAL, REALS, SECONDS; infinities allowed           */
    const char *const *choices; /* CHOICE: NULL-terminated.  INT, REAL, SECONDS: words allowed
                                   beside numbers -> s, with d NaN and i 0; or NULL        */
    int64_t kind;               /* COMPONENT: the kind of plugin wanted                    */
    const char *unit, *doc;     /* doc: one sentence: the effect, and the source           */
} hone_option;

typedef struct hone_value {     /* FROZEN */
    int32_t type, is_set;       /* is_set 0: the default                                   */
    int64_t i;
    double d;
    const char *s;
    const double *v;
    int64_t n;                  /* counts v or ss                                          */
    const char *const *ss;
} hone_value;

/* ---- what the host gives ----------------------------------------------------------------
 * One hone_host an instance, valid until its destroy returns.  No pointer in it is ever
 * NULL; what makes no sense for a kind answers HONE_EUNSUPPORTED. */
typedef struct hone_host hone_host;

typedef struct hone_component { /* an instance that the host made for a plugin            */
    uint32_t size;
    int32_t kind;
    const char *name;
    void *self;                 /* pass it to the functions in ops                         */
    const void *ops;            /* hone_<kind>_ops, every slot filled by the host          */
    const hone_space *space;    /* the columns it speaks                                   */
} hone_component;

struct hone_host {
    uint32_t size, abi_minor;
    const char *name, *version; /* of the host                                             */
    const char *section;        /* the section this instance came from                     */
    int64_t threads;            /* how many threads this instance may use                  */

    /* [any thread] */
    void (*log)(const hone_host *, int32_t level, const char *msg);
    int32_t (*cancelled)(const hone_host *);

    /* [within a call] option: index into the plugin's table, or -1 */
    void (*error)(const hone_host *, int32_t option, const char *msg);

    /* [any thread] Random numbers first..first+n-1 of a stream: pure functions of (study
     * seed, instance, stream, position), the three kinds independent of one another.  Use
     * the trial number as stream and count `first` up.  uniform: [0, 1). */
    void (*uniform)(const hone_host *, int64_t stream, int64_t first, int64_t n, double *out);
    void (*normal)(const hone_host *, int64_t stream, int64_t first, int64_t n, double *out);
    void (*bits)(const hone_host *, int64_t stream, int64_t first, int64_t n, uint64_t *out);

    /* [any thread] Points first..first+n-1 of a Sobol sequence, scrambled by stream;
     * u: n x d with ldu, in [0, 1).  HONE_EUNSUPPORTED beyond the host's table of
     * dimensions. */
    int32_t (*quasi)(const hone_host *, int64_t stream, int64_t first, int64_t n, int64_t d,
                     double *u, int64_t ldu);

    /* [any thread] The space as this instance sees it. */
    const hone_space *(*space)(const hone_host *);

    /* [any thread] X (n x n_cols) := what the host would tell had X been asked: clipped,
     * rounded, one-hot, inactive columns canonical.  Idempotent. */
    int32_t (*snap)(const hone_host *, int64_t n, double *X, int64_t ldx);

    /* [within a call] Instance `index` of COMPONENT option `option`, made at the first call
     * for that pair.  space NULL: the asker's own space, in the asker's columns; otherwise
     * the space is copied: native values in it, n_cols 0 lets the host lay out columns.
     * The host destroys it after the asker. */
    int32_t (*component)(const hone_host *, int32_t option, int32_t index,
                         const hone_space *space, hone_component *out);
    int32_t (*release)(const hone_host *, hone_component *); /* destroy it now             */

    /* [within a call] Intermediate values of a trial, minimised; returns how many. */
    int64_t (*reports)(const hone_host *, int64_t number, const int64_t **step,
                       const double **value);

    /* [within a call] Keep a fact with a trial: text, or value if text is NULL.  Keys that
     * the host understands: reason, phase, mean, sd, score (mean.1 ... for further
     * objectives; minimised).  Kept are those of the study's own instances and of strategies
     * that work for its strategy; other components' go to the log. */
    void (*note)(const hone_host *, int64_t number, const char *key, double value,
                 const char *text);

    /* [within evaluate] An intermediate value in the user's direction; steps increase.
     * *stop becomes 1 if the trial is to end as HONE_PRUNED. */
    int32_t (*report)(const hone_host *, int64_t number, int64_t step, double value,
                      int32_t *stop);

    /* A named interface of the host, "org.example.thing/1", or NULL. */
    const void *(*extension)(const hone_host *, const char *id);
};

/* ---- strategy ---------------------------------------------------------------------------
 * Each trial is told exactly once, with its final state, under the number that was asked.
 * The told x is authoritative (the host snaps, and changes nothing else).  Numbers that
 * were not asked of this instance are other people's data.  A strategy avoids repeating
 * points of a finite space itself, and ends it with HONE_DONE. */
typedef struct hone_strategy_ops {
    uint32_t size, caps;
    /* Propose up to n points: X is n x n_cols, row i for trial number[i]; *n_out rows are
     * filled.  An illegal row is replaced by a random point, counted and told as usual.  A
     * row that the study file's [constraints] forbid is moved to the nearest allowed point
     * towards some that the host knows: a function of the row, seed and number alone. */
    int32_t (*ask)(void *self, const hone_trials *history, int64_t n, const int64_t *number,
                   double *X, int64_t ldx, int64_t *n_out);
    /* Optional.  Rows row[0..n-1] of t finished, in this order.  A tell of n rows equals n
     * tells of one. */
    int32_t (*tell)(void *self, const hone_trials *t, int64_t n, const int64_t *row);
} hone_strategy_ops;

/* ---- surrogate --------------------------------------------------------------------------
 * A model of one output.  U holds points in the asker's columns, never NaN unless the
 * surrogate has HONE_CAP_CONDITIONAL.  y in any units; predict answers in the same. */
typedef struct hone_fit_info {
    uint32_t size;
    int32_t pad;
    double noise_var; /* variance of the noise of one observation, as estimated            */
    double score;     /* log density of y left out, or evidence; larger is better          */
} hone_fit_info;

typedef struct hone_surrogate_ops {
    uint32_t size, caps;
    /* U: n x p, y: n; noise_var: n known noise variances, or NULL: estimate one. */
    int32_t (*fit)(void *self, int64_t n, int64_t p, const double *U, int64_t ldu,
                   const double *y, const double *noise_var);
    /* [const] Mean and variance of the latent function at m points (m each; var may be
     * NULL), and their derivatives (m x p with ldg, or NULL both). */
    int32_t (*predict)(void *self, int64_t m, const double *U, int64_t ldu, double *mean,
                       double *var, double *dmean, double *dvar, int64_t ldg);
    /* Optional.  All n rows; the first `keep` rows of U and noise_var are those of the last
     * call; y may differ; hyperparameters stay.  After a failure only fit may follow. */
    int32_t (*update)(void *self, int64_t keep, int64_t n, const double *U, int64_t ldu,
                      const double *y, const double *noise_var);
    /* [const] Optional.  s joint draws of the latent function at m points, F is s x m: a
     * function of the standard normals Z, s x m. */
    int32_t (*draw)(void *self, int64_t m, const double *U, int64_t ldu, int64_t s,
                    const double *Z, int64_t ldz, double *F, int64_t ldf);
    /* [const] Optional. */
    int32_t (*info)(void *self, hone_fit_info *out);
} hone_surrogate_ops;

/* ---- acquisition ------------------------------------------------------------------------
 * How promising is a point?  Larger is better.  Models: objectives first, then
 * constraints (met where <= 0); all values in the units of mean and var. */
typedef struct hone_acq_context {
    uint32_t size;
    int32_t n_objectives, n_constraints, n_models;
    int64_t number;          /* the trial being chosen: a stream                           */
    int64_t n_trials, n_pending, budget, batch_index;
    double best;             /* best feasible value of objective 0, NaN: none              */
    const double *noise_var; /* [n_models]                                                 */
    const double *front;     /* n_front x n_objectives, feasible and non-dominated         */
    int64_t n_front, ld_front;
    const double *reference; /* [n_objectives] or NULL                                     */
    /* in the columns of models; NULL: not told */
    const double *x;         /* m x n_cols: the points of this call of value               */
    int64_t ldx;
    const double *points;    /* n_points x n_cols: points that models know, feasible and
                                best by posterior mean first, not always all               */
    int64_t n_points, ld_points;
} hone_acq_context;

typedef struct hone_acquisition_ops {
    uint32_t size, caps;
    /* [const] a: m values; mean, var: n_models x m with ldm, row j is model j; the partial
     * derivatives have the same shape, or are NULL both. */
    int32_t (*value)(void *self, const hone_acq_context *ctx, int64_t m, const double *mean,
                     const double *var, int64_t ldm, double *a, double *da_dmean,
                     double *da_dvar);
    /* Optional.  Called whenever a model or ctx changed, before value.  models: surrogate
     * components, [n_models], which value may ask until the next prepare. */
    int32_t (*prepare)(void *self, const hone_acq_context *ctx,
                       const hone_component *const *models);
} hone_acquisition_ops;

/* ---- objective --------------------------------------------------------------------------*/
typedef struct hone_points {
    uint32_t size;
    int32_t n_params;
    int64_t n;
    const int64_t *number; /* [n]                                                          */
    const double *x;       /* n x n_params, native, NaN: inactive                          */
    int64_t ldx;
    const uint64_t *seed;  /* [n] a seed for each evaluation                               */
} hone_points;

typedef struct hone_outcomes { /* the host's buffers, preset to NaN and HONE_FAILED       */
    uint32_t size;
    int32_t n_objectives;
    int64_t n_constraints;
    int32_t *state;            /* [n] HONE_COMPLETE, HONE_PRUNED or HONE_FAILED            */
    double *y;                 /* n x n_objectives, in the user's own direction            */
    int64_t ldy;
    double *c;                 /* n x n_constraints, or NULL                               */
    int64_t ldc;
    double *yvar;              /* n x n_objectives; optional to fill                       */
    int64_t ldv;
    double *seconds;           /* [n] optional to fill; left NaN the host measures         */
} hone_outcomes;

typedef struct hone_objective_ops {
    uint32_t size, caps;
    /* A failed evaluation is a row left HONE_FAILED with a note `reason`, and status
     * HONE_OK; a negative status loses the instance. */
    int32_t (*evaluate)(void *self, const hone_points *in, hone_outcomes *out);
    /* Optional: the objective knows its own space (used where [space] is missing). */
    const hone_space *(*space)(void *self);
} hone_objective_ops;

/* Extension "hone.evaluation/1" of the host, for objectives: where the evaluation happens.
 * Valid as long as the instance; dir answers during evaluate only. */
typedef struct hone_ext_evaluation {
    uint32_t size;
    int32_t n_constraints;
    const char *study;              /* its name                                            */
    const char *folder;             /* of the study file, absolute                         */
    int64_t worker;                 /* slot of this worker, 0 .. workers-1                 */
    const char *const *goals;       /* [n_objectives] "minimize" or "maximize"             */
    const char *const *objectives;  /* [n_objectives] names                                */
    const char *const *constraints; /* [n_constraints] names                               */
    double grace;                   /* seconds between asking a program to end and killing */
    /* The trial's own folder, made at the first call; NULL with host->error on failure. */
    const char *(*dir)(const hone_host *, int64_t number);
    int32_t wake_fd; /* readable once cancelled() is 1, to be polled beside others; -1: none */
    int32_t pad;
    /* Kills and reaps what this evaluation started and left behind, also what double-forked
     * away from its process group. */
    void (*sweep)(const hone_host *);
} hone_ext_evaluation;

/* Extension "hone.front/1" of a plugin, for objectives whose answer is known: the best value,
 * or points of the Pareto front, in the values that evaluate gives. */
typedef struct hone_ext_front {
    uint32_t size;
    int32_t pad;
    /* Up to n points, spread evenly, into y (n x n_objectives with ldy); returns how many: one
     * for a single objective, 0 where the answer is not known. */
    int64_t (*front)(void *self, int64_t n, double *y, int64_t ldy);
} hone_ext_front;

/* Extension "hone.goals/1" of the host, for options of a strategy or pruner that are in the
 * user's own direction.  Valid as long as the instance. */
typedef struct hone_ext_goals {
    uint32_t size;
    int32_t n_objectives;
    const double *sign; /* [n_objectives] 1: minimized, -1: maximized; minimised value = sign
                           times the user's */
} hone_ext_goals;

/* ---- pruner -----------------------------------------------------------------------------
 * Steps increase strictly within a trial; values are minimised and finite.  With several
 * objectives the intermediate value is one of the first objective: a trial is stopped by that
 * one alone. */
typedef struct hone_pruner_ops {
    uint32_t size, caps;
    int32_t (*observe)(void *self, int64_t number, int64_t step, double value, int32_t *stop);
    int32_t (*finish)(void *self, int64_t number, int32_t state);
} hone_pruner_ops;

/* ---- extension "hone.state/1" of a plugin: optional -------------------------------------
 * For instances whose replay would take too long.  load followed by the remaining asks and
 * tells must equal full replay, bit for bit; save may answer HONE_WAIT (not now); load of
 * anything else answers HONE_ESTATE. */
typedef struct hone_stream { /* returns bytes moved, < 0 on error; short counts are legal */
    uint32_t size;
    int32_t pad;
    int64_t (*io)(const struct hone_stream *, void *buf, int64_t n);
} hone_stream;
typedef struct hone_ext_state {
    uint32_t size;
    int32_t pad;
    int32_t (*save)(void *self, const hone_stream *out);
    int32_t (*load)(void *self, const hone_stream *in);
} hone_ext_state;

/* ---- descriptors ------------------------------------------------------------------------*/
typedef struct hone_plugin {
    uint32_t size;
    int32_t kind;
    const char *name, *version, *doc; /* name: what study files say                       */
    const hone_option *options;       /* [n_options]                                      */
    int32_t n_options;
    uint32_t option_size;             /* sizeof(hone_option): the stride                  */
    const void *ops;                  /* hone_<kind>_ops                                  */
    /* values[i] belongs to options[i]; host and values live until destroy returns. */
    int32_t (*create)(const hone_host *host, const hone_value *values, void **self);
    void (*destroy)(void *self);      /* accepts NULL                                     */
    const void *(*extension)(const char *id); /* NULL, or NULL for unknown ids            */
    const char *sources; /* what the method is taken from and what departs from it, in sentences,
                            paragraphs apart by a newline; NULL: not stated                */
} hone_plugin;

typedef struct hone_module {
    uint32_t size, magic, abi_major, abi_minor;
    const char *name, *version, *license, *url;
    const hone_plugin *const *plugins;
    int64_t n_plugins;
} hone_module;

typedef const hone_module *(*hone_module_fn)(void);

/* The one exported symbol.  No init, no deinit: a module is never unloaded.
 * plugins_: an array of const hone_plugin *. */
#define HONE_MODULE(name_, version_, license_, url_, plugins_)                              \
    HONE_EXPORT const hone_module *hone_module_v1(void);                                    \
    HONE_EXPORT const hone_module *hone_module_v1(void)                                     \
    {                                                                                       \
        static const hone_module m = {(uint32_t)sizeof(hone_module),                        \
                                      HONE_MAGIC,                                           \
                                      HONE_ABI_MAJOR,                                       \
                                      HONE_ABI_REQUIRED,                                    \
                                      name_,                                                \
                                      version_,                                             \
                                      license_,                                             \
                                      url_,                                                 \
                                      plugins_,                                             \
                                      (int64_t)(sizeof(plugins_) / sizeof((plugins_)[0]))}; \
        return &m;                                                                          \
    }

#endif
