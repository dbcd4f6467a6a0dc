/* result.h - an evaluation that is over in a slot, handed out in steps: what the worker
 * printed and the reason, where it failed, then the result. */
#ifndef HONE_CORE_RESULT_H
#define HONE_CORE_RESULT_H

#include "slot.h"

typedef struct result {
    const config *config;
    slot *from;            /* NULL: nothing to hand out */
    int step;
    int32_t state;
    double *y, *c, *yvar;  /* [n_goals], [n_constraints], [n_goals] */
    double seconds;
    bool lost;             /* the worker went with it */
    char reason[VERDICT_ROOM], printed[SLOT_TAIL + 1];
} result;

bool result_init(result *r, const config *c); /* false: no memory */
void result_free(result *r);

/* The outcome of what said nothing: FAILED, NaN. */
void result_blank(result *r);
/* Takes the job from the slot: settles state and reason from r's outcome and from why the job
 * was asked to end.  `why` (may be NULL) is the reason where it was not. */
void result_take(result *r, slot *from, const char *why);
/* The next event of it; after the last one `from` is NULL. */
void result_event(result *r, event *out);

#endif
