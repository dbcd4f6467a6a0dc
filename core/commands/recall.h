/* recall.h - a stored study with all its trials and what a forest makes of them: what
 * `hone plot` and `hone report` draw from. */
#ifndef HONE_COMMANDS_RECALL_H
#define HONE_COMMANDS_RECALL_H

#include "chart.h"
#include "forest.h"
#include "stored.h"

typedef struct recall {
    stored study;
    past past;
    forest *forest;         /* of objective `goal`; NULL: too few trials */
    int32_t *ranked;        /* [space.n] parameters, the most important first */
    double *share, *share_sd, *permutation; /* [space.n] by parameter; 0 without a forest */
    chart_request request;  /* all of this, for charts */
} recall;

/* An exit status; on failure everything is printed and freed.  `importance`: grow a forest and
 * rank parameters by it; without, they stand in their order. */
int recall_open(recall *r, const invocation *in, const char *word, int32_t goal, bool importance);
void recall_close(recall *r);
/* Which objective and parameters --objective, --x and --y name; a status. */
int32_t recall_choose(recall *r, const invocation *in, error *err);

#endif
