/* session.h - one JSON object a line each way: any language can drive a study.
 *
 *   {"op":"ask","n":1}                        {"trials":[{"number":0,"params":{"x":0.5}}]}
 *   {"op":"tell","number":0,"values":[1.5]}   {"ok":true}
 *   {"op":"tell","number":0,"state":"failed","reason":"..."} | "state":"pruned"
 *   {"op":"report","number":0,"step":3,"value":0.2}          {"stop":false}
 *   {"op":"best"}                             {"number":0,"values":[1.5],"params":{...}}
 *   {"op":"close"}                            {"ok":true}
 *
 * An error is {"error":"..."} and the session goes on.  An ask that gives fewer than n says
 * why: "done":true or "wait":true. */
#ifndef HONE_CORE_SESSION_H
#define HONE_CORE_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "hone.h"

/* The answer to one line, without a newline; NULL: out of memory.  The caller frees.  *closed
 * becomes true after "close". */
char *session_answer(hone_study *s, const char *line, size_t length, bool *closed);

#endif
