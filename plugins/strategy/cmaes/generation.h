/* generation.h - the members of one generation: asked under a number, told in any order. */
#ifndef HONE_CMAES_GENERATION_H
#define HONE_CMAES_GENERATION_H

#include "hone_plugin.h"

typedef struct member {
    int64_t number, index; /* trial; row of Y and Z */
    int32_t told, rank;    /* feasible, infeasible, pruned, failed */
    double key;            /* smaller is better, among equals of rank */
} member;

typedef struct generation {
    int64_t lambda, asked, told;
    member *members;       /* [room] in the order asked */
    int64_t *order;        /* [room] */
    double *values;        /* [room] */
    int64_t room;
    int64_t ranked, n_values; /* once it is known */
} generation;

void generation_free(generation *g);
/* lambda members to ask for; 0, or -1 without memory. */
int generation_begin(generation *g, int64_t lambda);
void generation_ask(generation *g, int64_t number);
/* Row `row` of t finished; 1 where it is the last member that was waited for. */
int generation_tell(generation *g, const hone_host *host, const hone_trials *t, int64_t row);
/* All were told.  order: best first; ranked: how many did not fail; values, n_values: those of
 * complete, feasible members, increasing. */
void generation_rank(generation *g);

#endif
