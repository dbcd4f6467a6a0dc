/* auto.h - the automatic choice's own rooms.
 *
 *     choose.c    which strategy is worth most where, what a model's suggestions cost, and when
 *                 another takes over
 *     relay.c     a strategy with a state of its own, led along the table
 *     auto.c      options, the ask, and the table of operations
 *
 * A row's place (0, 1, ...) in the table decides who proposes it: rows before `turn` are the
 * model's, the others those of who takes over. */
#ifndef AUTO_H
#define AUTO_H

#include "hone_plugin.h"

/* The strategies to choose from, and their options: the same numbers. */
enum { MODEL, EVOLUTION, DENSITY, FRONT, BUDGETS, PARTS };

/* ---- choose.c ---- */
typedef struct choice {
    double patience, share; /* options */
    int64_t d;              /* parameters with more than one value */
    int numeric;            /* all are numbers and always active, and one is continuous */
    int32_t n_objectives, n_constraints;
    int fidelity;
} choice;
void choose_look(choice *c, const hone_space *space);
/* Who proposes the first trials. */
int choose_first(const choice *c);
/* Where and why another takes over: as many of the first rows are proposed by the first. */
typedef struct turn {
    int64_t row;                   /* INT64_MAX: not within the rows looked at */
    double suggesting, evaluating; /* seconds up to there: by the cost model, and recorded */
    int64_t workers;               /* evaluations at once, at least */
} turn;
/* Looks at the table's first `rows` rows and further ones to come. */
turn choose_turn(const choice *c, const hone_trials *t, int64_t rows);
/* Who takes over, when all rows before `row` have finished. */
int choose_next(const choice *c, const hone_trials *t, int64_t row);
/* Seconds that a model's suggestions for the first n trials take. */
double choose_cost(const choice *c, int64_t n);
/* Sentences for the trial that a strategy begins with. */
void choose_explain_first(const choice *c, int which, const char *name, int64_t budget, char *text,
                          size_t room);
void choose_explain_next(const choice *c, const turn *at, int which, const char *name, char *text,
                         size_t room);

/* ---- relay.c ---- */
typedef struct member {
    int64_t number;
    int told;
} member;
typedef struct relay {
    const hone_host *host;
    int32_t option; /* COMPONENT option of the strategy that is led */
    int64_t d;      /* columns */
    hone_component part;
    const hone_strategy_ops *ops;
    int made;
    hone_space given;          /* [0, 1] in every column; init: where the search begins */
    hone_param *params;        /* [d] */
    const hone_param **list;   /* [d] */
    int64_t first, next, last; /* first row, next row to go through, number of the one before */
    int64_t n_members, room;
    member *members; /* asked and not told; the last `ahead` are not in the table yet */
    int64_t ahead;
    double *x; /* [d] */
} relay;
int32_t relay_init(relay *r, const hone_host *host, int32_t option);
void relay_free(relay *r);
/* Proposes rows for trials number[0..n-1], the rows of the table from `first` on being those of
 * this strategy; start: [d] where it begins.  HONE_WAIT: results first. */
int32_t relay_ask(relay *r, const hone_trials *t, int64_t first, const double *start, int64_t n,
                  const int64_t *number, double *X, int64_t ldx, int64_t *n_out);

#endif
