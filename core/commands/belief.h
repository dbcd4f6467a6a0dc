/* belief.h - what a surrogate believes: the observations, and the model fitted to them.
 *
 * For `hone predict` and `hone plot surrogate`: a study file (its stored trials, or --data), a
 * database, or a CSV file alone, whose columns but --target are parameters over their range. */
#ifndef HONE_COMMANDS_BELIEF_H
#define HONE_COMMANDS_BELIEF_H

#include "cloud.h"
#include "instance.h"
#include "open.h"

typedef struct belief {
    opened o;
    const char *source;          /* where the observations come from, for messages */
    cloud data;                  /* in the user's direction */
    const component *used;       /* the surrogate that --surrogate names, else the study's */
    instance *surrogate;         /* NULL until belief_fit */
    surroundings around;         /* the instance's; a belief is not moved */
} belief;

/* Reads everything, by the flags data, target and surrogate where the command has them.  An exit
 * status; on failure everything is printed and freed. */
int belief_open(belief *b, const invocation *in, const char *word);
/* The same of a stored study that is open already, silently; a status. */
typedef struct stored stored;
int32_t belief_recall(belief *b, const invocation *in, const stored *s, error *err);
/* Fits to these observations, all of b->data or some; may be repeated. */
int32_t belief_fit(belief *b, const invocation *in, const cloud *to, error *err);
/* mean, var: [at->n] of the noise-free value. */
int32_t belief_predict(belief *b, const cloud *at, double *mean, double *var, error *err);
void belief_close(belief *b);

/* ---- in belief_chart.c ---- */
typedef struct figure figure;
/* Posterior over one or two parameters; over more, predictions of left-out observations. */
int32_t belief_chart(belief *b, const invocation *in, figure **out, error *err);
extern const char BELIEF_CAPTION[];

#endif
