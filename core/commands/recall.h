/* recall.h - a stored study with all its trials and what a forest makes of them: what
 * `hone plot` and `hone report` draw from. */
#ifndef HONE_COMMANDS_RECALL_H
#define HONE_COMMANDS_RECALL_H

#include "chart.h"
#include "forest.h"
#include "stored.h"

/* What the parameters matter for one objective. */
typedef struct weights {
    forest *forest;         /* NULL: too few trials, or not asked for */
    int32_t *ranked;        /* [space.n] parameters, the most important first */
    double *share, *share_sd, *permutation; /* [space.n] by parameter; 0 without a forest */
} weights;

typedef struct recall {
    stored study;
    past past;
    weights *weights;       /* [n_goals] */
    chart_request request;  /* all of this, for charts of one objective */
} recall;

enum { WEIGH_NONE, WEIGH_ONE, WEIGH_ALL };
/* An exit status; on failure everything is printed and freed.  `weigh`: for which objectives, that
 * of `goal` or all, a forest is grown that ranks parameters; else they stand in their order. */
int recall_open(recall *r, const invocation *in, const char *word, int32_t goal, int weigh);
/* The charts' request for another objective. */
chart_request recall_request(const recall *r, int32_t goal);
void recall_close(recall *r);
/* Which objective and parameters --objective, --x and --y name; a status. */
int32_t recall_choose(recall *r, const invocation *in, error *err);

#endif
