/* compare_external.h - a program as a contender: it answers where a study would.
 *
 * One JSON object a line each way on the program's standard input and output:
 *   {"op":"open","space":[{"name":"x1","type":"float","low":-5,"high":5,"log":false}, ...],
 *    "goals":["minimize"],"seed":1,"budget":100}             {"ok":true}
 *   {"op":"ask","n":1}     {"trials":[{"number":0,"params":{"x1":0.5}}]}; none and
 *                          "done":true: nothing is left; "wait":true: tell first
 *   {"op":"tell","number":0,"values":[1.5]}  or "state":"failed" or "pruned"   {"ok":true}
 *   {"op":"report","number":0,"step":3,"value":0.2}          {"stop":false}
 *   {"op":"close"}
 * The parameters of `space` also have "type":"int" with "step" and "type":"categorical" with
 * "choices"; a child says of which "parent" and "when".  {"error":"..."} ends the run. */
#ifndef HONE_CORE_COMPARE_EXTERNAL_H
#define HONE_CORE_COMPARE_EXTERNAL_H

#include "simulate.h"

typedef struct external external;

/* Runs `command` in a shell in `folder` and opens the study there.  The config outlives it. */
int32_t external_start(const char *command, const char *folder, const config *c, external **out,
                       error *err);
proposer external_proposer(external *e);
void external_stop(external *e); /* accepts NULL; the program has 2 seconds to end */

#endif
