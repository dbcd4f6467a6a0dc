/* hone.h - optimize from inside a C program: libhone.
 *
 *     hone_study *s;
 *     if (hone_open("study.ini", NULL, &s) < 0) { puts(hone_message(s)); ... }
 *     hone_trial *t;
 *     while (hone_ask(s, &t) == HONE_OK) {
 *         double x = hone_get(t, "x");
 *         hone_tell(t, f(x));
 *     }
 *     printf("%g\n", hone_best_value(s, 0));
 *     hone_close(s);
 *
 * No globals, no prints, no exits; one thread at a time per study.  Values are in the
 * user's own direction.  A tell has returned HONE_OK only when the trial is in storage. */
#ifndef HONE_H
#define HONE_H

#include <stddef.h>
#include <stdint.h>

#include "hone_plugin.h" /* HONE_OK, HONE_DONE, HONE_EINVAL, ... */

/* Statuses of the library beside the plugin interface's, with their sentences. */
#define HONE_STATUS_LIST(X)                                            \
    X(HONE_OK, 0, "done")                                              \
    X(HONE_DONE, 1, "nothing left to propose, or the study is over")   \
    X(HONE_WAIT, 2, "pending trials have to be told first")            \
    X(HONE_EINVAL, -1, "invalid argument")                             \
    X(HONE_ENOMEM, -2, "out of memory")                                \
    X(HONE_ENUMERIC, -3, "numerical failure")                          \
    X(HONE_EUNSUPPORTED, -4, "not supported")                          \
    X(HONE_ESTATE, -5, "wrong state")                                  \
    X(HONE_ECANCELLED, -6, "cancelled")                                \
    X(HONE_EFAIL, -7, "failed")                                        \
    X(HONE_ECONFIG, -20, "the study file has problems")                \
    X(HONE_EPLUGIN, -21, "a plugin cannot be used")                    \
    X(HONE_ESTORAGE, -22, "storage failed")                            \
    X(HONE_ECHANGED, -23, "the study file changed in what matters")
enum { HONE_ECONFIG = -20, HONE_EPLUGIN = -21, HONE_ESTORAGE = -22, HONE_ECHANGED = -23 };

#ifdef __cplusplus
extern "C" {
#endif

#define HONE_API __attribute__((visibility("default")))

typedef struct hone_study hone_study;
typedef struct hone_trial hone_trial; /* belongs to its study; ends when told */

typedef struct hone_open_settings {
    uint32_t size;                 /* sizeof(hone_open_settings) */
    int32_t amend;                 /* go on although the file changed in what matters */
    const char *const *set;        /* "section.key=value", NULL-terminated; or NULL */
    const char *const *plugin_dirs;/* NULL-terminated; or NULL */
    void (*log)(void *context, int32_t level, const char *line); /* NULL: silence */
    void *context;
} hone_open_settings;

HONE_API const char *hone_version(void);

/* Opens a study file, new or continued.  [objective] may be missing.  *out is set in any
 * case (but for lack of memory), so that hone_message can be asked; close it. */
HONE_API int32_t hone_open(const char *path, const hone_open_settings *settings,
                           hone_study **out);
/* The same from text; relative paths are taken from `folder` (NULL: the working directory). */
HONE_API int32_t hone_open_text(const char *text, const char *folder,
                                const hone_open_settings *settings, hone_study **out);
HONE_API void hone_close(hone_study *s);        /* accepts NULL */
HONE_API const char *hone_message(hone_study *s); /* of the last failure; "" if none */

/* The next trial to evaluate.  HONE_DONE: the planned trials are done, or nothing is left.
 * Several trials may be pending at once. */
HONE_API int32_t hone_ask(hone_study *s, hone_trial **out);
/* A trial that was asked and not told yet, e.g. by an earlier process; NULL: none. */
HONE_API hone_trial *hone_pending(hone_study *s, int64_t number);

HONE_API int64_t hone_number(const hone_trial *t);
HONE_API uint64_t hone_seed(const hone_trial *t);
HONE_API double hone_get(const hone_trial *t, const char *name); /* NaN: inactive, unknown */
HONE_API const char *hone_get_text(const hone_trial *t, const char *name); /* as in the file */

/* The trial ends with each of these, whatever they return. */
HONE_API int32_t hone_tell(hone_trial *t, double value);
HONE_API int32_t hone_tell_values(hone_trial *t, const double *values,
                                  const double *constraints); /* constraints or NULL */
HONE_API int32_t hone_tell_pruned(hone_trial *t);
HONE_API int32_t hone_tell_failed(hone_trial *t, const char *reason);
/* An intermediate value; *stop becomes 1 where the trial should be told as pruned. */
HONE_API int32_t hone_report(hone_trial *t, int64_t step, double value, int32_t *stop);

/* Best trial so far (feasible, complete); number -1: none. */
HONE_API int64_t hone_best(hone_study *s);
HONE_API double hone_best_value(hone_study *s, int32_t objective);
/* Parameters and values of any trial. */
HONE_API double hone_trial_param(hone_study *s, int64_t number, const char *name);
HONE_API double hone_trial_value(hone_study *s, int64_t number, int32_t objective);
HONE_API int32_t hone_trial_state(hone_study *s, int64_t number); /* HONE_RUNNING ...; -1: none */
HONE_API int64_t hone_count(hone_study *s); /* trials in the study */

/* The study itself.  Type: HONE_REAL, HONE_INT or HONE_CATEGORICAL. */
HONE_API int32_t hone_n_params(const hone_study *s);
HONE_API const char *hone_param_name(const hone_study *s, int32_t i);
HONE_API int32_t hone_param_type(const hone_study *s, int32_t i);
/* A parameter's value of any trial as in the file, "" if inactive; valid until the next call. */
HONE_API const char *hone_trial_text(hone_study *s, int64_t number, int32_t i);
HONE_API int32_t hone_n_objectives(const hone_study *s);
HONE_API int32_t hone_n_constraints(const hone_study *s);

#ifdef __cplusplus
}
#endif
#endif
