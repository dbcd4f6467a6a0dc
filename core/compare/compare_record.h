/* compare_record.h - what is kept of a run, and the log it is kept in.
 *
 * The log has a line a run, made of words: a check of the rest (16 digits of its SHA-256), the
 * run's key, numbers, the improvements, the front, and why it failed if it did.  Lines are appended and
 * made durable; one that was cut short by a kill fails its check and is run again. */
#ifndef HONE_CORE_COMPARE_RECORD_H
#define HONE_CORE_COMPARE_RECORD_H

#include <stdbool.h>

#include "comparison.h"

typedef struct improvement {
    int64_t evaluation;          /* 1, 2, ... in the order of ending */
    double clock;                /* simulated */
    double spent;                /* seconds of the machine until then: not reproducible */
    double value;                /* minimised; several goals: the hypervolume times -1 */
} improvement;

typedef struct run_record {
    bool present;
    int64_t dimension, evaluations, failures; /* failures: evaluations without a value */
    double optimum;              /* of value; NaN: not known */
    double clock;                /* simulated time of the last end */
    double asking, evaluating;   /* seconds of the machine: not reproducible */
    int64_t n, room;
    improvement *steps;          /* [n] */
    bool timed;                  /* the objective said how long an evaluation took */
    int32_t n_goals;             /* of front; 0: one goal, no front */
    int64_t n_front;
    double *front;               /* n_front x n_goals, minimised: what is not dominated at last */
    double igd_plus;             /* to the objective's own front; NaN: it knows none */
    char *failure;               /* why the run itself failed, or NULL */
} run_record;

void run_record_free(run_record *r);
bool run_record_improve(run_record *r, improvement step);
/* The line, with its newline. */
void run_record_write(const run_record *r, const char key[65], text *out);
/* false: damaged.  key: 65 bytes. */
bool run_record_read(const char *line, char key[65], run_record *out);
double run_record_best(const run_record *r);   /* INFINITY: none */
/* Evaluations until value <= target, INFINITY: never. */
double run_record_runtime(const run_record *r, double target);

/* All records of a comparison by its runs. */
typedef struct record_log {
    int fd;
    char *path;
    int64_t n, n_present;
    char (*keys)[65];            /* [n] */
    run_record *records;         /* [n] */
} record_log;
/* Makes the folder and the log, reads what it holds of these runs. */
int32_t record_log_open(const comparison *c, record_log *out, error *err);
/* Keeps a line that a run gave: durable once it returns. */
int32_t record_log_add(record_log *l, int64_t run, const char *line, error *err);
void record_log_close(record_log *l);

/* Does the run, HONE_OK also where the strategy fails: that is in the record. */
int32_t compare_run(const comparison *c, run_place at, const config_settings *settings,
                    const log_sink *log, run_record *out, error *err);

#endif
