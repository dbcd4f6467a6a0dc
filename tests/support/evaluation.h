/* evaluation.h - for tests: a study's objective at work, and what each evaluation said. */
#ifndef HONE_TESTS_EVALUATION_H
#define HONE_TESTS_EVALUATION_H

#include "evaluate.h"

enum { EVALUATION_VALUES = 4, EVALUATION_REPORTS = 16 };

typedef struct evaluation {
    int32_t state;            /* HONE_* */
    double y[EVALUATION_VALUES], c[EVALUATION_VALUES], yvar[EVALUATION_VALUES];
    double seconds;
    bool lost;
    int64_t number, repeat;
    char *reason, *output;    /* notes; NULL: none */
    char *notes;              /* all others as "key=text;key=number;" */
    int n_reports;
    int64_t steps[EVALUATION_REPORTS];
    double reported[EVALUATION_REPORTS];
} evaluation;

typedef struct laboratory {
    char folder[64];          /* of the study file, removed by laboratory_close */
    config config;
    evaluator *evaluator;
    error err;
    const char *const *set;   /* NULL-terminated, may be NULL */
    int stop_at;              /* prune at this report, 0: never */
    char log[4096];           /* warnings of objectives */
    log_sink sink;
} laboratory;

/* A folder and nothing else. */
void laboratory_begin(laboratory *l);
/* A file in the folder; executable if it begins with #!. */
void laboratory_file(const laboratory *l, const char *name, const char *content);
/* Reads a study that begins with name, trials and storage, followed by `more` of [study] and
 * the other sections, and makes its evaluator; a status, with l->err. */
int32_t laboratory_open(laboratory *l, const char *more, int64_t workers);
/* One point to its end, nothing else at work.  evaluation_free afterwards. */
evaluation laboratory_try(laboratory *l, int64_t number, const double *native);
void laboratory_submit(laboratory *l, int64_t number, const double *native);
/* The next result, with what was said before about it; type 0 after `seconds`. */
bool laboratory_next(laboratory *l, double seconds, evaluation *out);
void laboratory_shut(laboratory *l);  /* the evaluator and the study */
void laboratory_close(laboratory *l); /* and the folder */
void evaluation_free(evaluation *e);

/* Processes that have this text in their command line, zombies included. */
int processes_with(const char *text);
/* Children of this process, zombies included. */
int children_count(void);
double seconds_now(void);

#endif
