/* conform_stand.h - what one test stands on: the plugin, its verdict, and rigs.
 *
 * A rig is one instance in one small study, with everything that a host gives.  Tests read
 *
 *     rig r;
 *     if (!rig_open(s, &r, &(rig_plan){.space = "x = float 0 1\n"}))
 *         return;
 *     ...
 *     EXPECT(s, ok, "sentence");     ends the test at the first failure
 *     rig_close(&r);
 *
 * A failed test leaves its rigs open: its process ends. */
#ifndef HONE_CORE_CONFORM_STAND_H
#define HONE_CORE_CONFORM_STAND_H

#include "conform.h"
#include "history.h"
#include "instance_state.h"
#include "site.h"
#include "text.h"

typedef struct stand {
    const conform_settings *settings;
    const module *module;
    const plugin *plugin;
    text failure;             /* empty: passed so far */
    text not_applicable;      /* why, or empty */
    int64_t calls;
    double call_seconds;
    log_sink log;             /* to that of the settings; warnings are kept */
    char warning[256];
    error err;
} stand;

void stand_fail(stand *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void stand_begin(stand *s, const conform_settings *settings, const module *m, const plugin *p);
void stand_leave_out(stand *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The quick number or the whole one. */
int64_t stand_size(const stand *s, int64_t quick, int64_t whole);
/* A uniform number in [0, 1): a function of the seed, `stream` and `i`. */
double stand_uniform(const stand *s, int64_t stream, int64_t i);
double stand_clock(void); /* CLOCK_MONOTONIC seconds */

#define EXPECT(s, true_, ...)                                                                     \
    do {                                                                                          \
        if (!(true_)) {                                                                           \
            stand_fail(s, __VA_ARGS__);                                                           \
            return;                                                                               \
        }                                                                                         \
    } while (0)

typedef struct rig_plan {
    const char *space;         /* lines of [space]; NULL: three plain parameters */
    const char *options;       /* lines of the plugin's own section; NULL: defaults */
    int objectives, constraints; /* 0 objectives: 1 */
    int64_t trials;            /* planned, 0: 100 */
    int64_t threads;           /* 0: 1 */
    uint64_t seed;             /* added to that of the stand */
    bool may_refuse;           /* a refusal with a message is no failure */
} rig_plan;

typedef struct rig {
    stand *stand;
    config config;
    surroundings around;
    site site;
    hone_ext_goals goals;
    double signs[4];
    history *history;
    instance *instance;
    error err;                 /* of the newest call */
    int32_t status;            /* of the newest call, or of create */
    int32_t cancel;            /* what cancelled() answers */
    int64_t next;              /* number of the next trial */
    int64_t reported;          /* by an objective */
    bool has_site;
} rig;

/* false: create failed.  Unless the plan allows a refusal, the test has failed then, too; a
 * refusal without a sentence fails it always. */
bool rig_open(stand *s, rig *r, const rig_plan *plan);
void rig_close(rig *r);
/* The same study anew: another instance, an empty history. */
bool rig_again(rig *r);
const hone_space *rig_space(const rig *r); /* the columns of the instance */
const char *rig_said(rig *r);              /* the sentence of the newest failure */

/* The plugin's own functions; statuses as they come, except that an error which was not
 * preceded by host->error fails the test. */
int32_t rig_ask(rig *r, const hone_trials *t, int64_t n, const int64_t *number, double *x,
                int64_t ldx, int64_t *n_out);
int32_t rig_tell(rig *r, const hone_trials *t, int64_t n, const int64_t *row);
int32_t rig_fit(rig *r, int64_t n, int64_t p, const double *u, int64_t ldu, const double *y,
                const double *noise);
int32_t rig_update(rig *r, int64_t keep, int64_t n, const double *u, int64_t ldu, const double *y,
                   const double *noise);
int32_t rig_predict(rig *r, int64_t m, const double *u, int64_t ldu, double *mean, double *var,
                    double *dmean, double *dvar, int64_t ldg);
int32_t rig_draw(rig *r, int64_t m, const double *u, int64_t ldu, int64_t n, const double *z,
                 int64_t ldz, double *f, int64_t ldf);
int32_t rig_info(rig *r, hone_fit_info *out);
int32_t rig_prepare(rig *r, const hone_acq_context *ctx, const hone_component *const *models);
int32_t rig_value(rig *r, const hone_acq_context *ctx, int64_t m, const double *mean,
                  const double *var, int64_t ldm, double *a, double *dmean, double *dvar);
int32_t rig_evaluate(rig *r, const hone_points *in, hone_outcomes *out);
int32_t rig_observe(rig *r, int64_t number, int64_t step, double value, int32_t *stop);
int32_t rig_finish(rig *r, int64_t number, int32_t state);
int32_t rig_save(rig *r, const hone_stream *out);
int32_t rig_load(rig *r, const hone_stream *in);

/* The history as the instance sees it. */
bool rig_table(rig *r, hone_trials *out);

/* One test. */
typedef struct conform_case {
    const char *name, *says;
    uint32_t kinds;            /* 1 << HONE_STRATEGY | ... ; 0: all */
    void (*run)(stand *s);
} conform_case;

#define FOR(kind) (1u << (kind))

/* Each file of tests ends with its table. */
extern const conform_case CONFORM_MODULE[], CONFORM_INSTANCES[], CONFORM_STRATEGY[],
    CONFORM_HISTORY[], CONFORM_SURROGATE[], CONFORM_POSTERIOR[], CONFORM_ACQUISITION[], CONFORM_OBJECTIVE[],
    CONFORM_PRUNER[], CONFORM_STATE[];

/* conform_work.c: the same kind of work for every kind of plugin, in steps.  `flavour` changes
 * the data.  All that the plugin answers goes to the end of `out`. */
enum { WORK_STEPS = 5 };
typedef struct answers {
    int64_t n, room;
    double *v;
    bool failed;
} answers;
void answers_add(answers *a, int64_t n, const double *v);
void answers_free(answers *a);
bool answers_same(const answers *a, const answers *b); /* bit for bit */
bool work_open(stand *s, rig *r, uint64_t flavour, int64_t threads);
bool work_step(rig *r, uint64_t flavour, int step, answers *out);

#endif
