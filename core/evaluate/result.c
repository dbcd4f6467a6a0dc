/* result.c - see result.h. */
#include "result.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_OUTPUT, STEP_REASON, STEP_RESULT };

bool result_init(result *r, const config *c)
{
    size_t goals = (size_t)c->n_goals + 1;
    r->config = c;
    r->y = calloc(goals, sizeof *r->y);
    r->yvar = calloc(goals, sizeof *r->yvar);
    r->c = calloc((size_t)c->n_constraints + 1, sizeof *r->c);
    return r->y && r->yvar && r->c;
}

void result_free(result *r)
{
    free(r->y);
    free(r->yvar);
    free(r->c);
    *r = (result){0};
}

void result_blank(result *r)
{
    r->state = HONE_FAILED;
    r->seconds = NAN;
    for (int32_t i = 0; i < r->config->n_goals; i++)
        r->y[i] = r->yvar[i] = NAN;
    for (int32_t i = 0; i < r->config->n_constraints; i++)
        r->c[i] = NAN;
}

/* The slot may be closed before the events are handed out: all is copied here. */
void result_take(result *r, slot *from, const char *why)
{
    slot_read_output(from);
    slot_printed(from, r->printed);
    if (from->ending != ENDING_NOT)
        r->state = HONE_FAILED;
    r->state = verdict_check(r->config, r->state, r->y, r->yvar, r->reason);
    if (from->ending == ENDING_TIMEOUT)
        verdict_timeout(r->config->timeout, r->reason);
    else if (from->ending == ENDING_CANCEL)
        why = "cancelled";
    if (from->ending != ENDING_TIMEOUT && why)
        snprintf(r->reason, sizeof r->reason, "%s", why);
    r->from = from;
    r->step = r->state != HONE_FAILED ? STEP_RESULT : r->printed[0] ? STEP_OUTPUT : STEP_REASON;
    from->busy = false;
}

void result_event(result *r, event *out)
{
    const slot *s = r->from;
    *out = (event){.type = EVENT_NOTE, .number = s->number, .repeat = s->repeat, .value = NAN};
    switch (r->step++) {
    case STEP_OUTPUT:
        out->key = "output";
        out->text = r->printed;
        return;
    case STEP_REASON:
        out->key = "reason";
        out->text = r->reason[0] ? r->reason : s->reason;
        if (!out->text)
            out->text = "the objective gave no reason";
        return;
    default:
        out->type = EVENT_RESULT;
        out->state = r->state;
        out->y = r->y;
        out->c = r->config->n_constraints ? r->c : NULL;
        out->yvar = r->yvar;
        out->seconds = r->seconds;
        out->lost = r->lost;
        r->from = NULL;
    }
}
