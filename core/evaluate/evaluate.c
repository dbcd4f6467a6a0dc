/* evaluate.c - see evaluate.h: a crew of worker processes, this process, or a simulated clock. */
#include "evaluate.h"

#include <math.h>
#include <poll.h>
#include <stdlib.h>

#include "crew.h"
#include "inprocess.h"
#include "clocked.h"

struct evaluator {
    int64_t n_slots;
    inprocess *inside; /* isolation none, or NULL */
    crew *crew;        /* isolation process, or NULL */
    clocked *clock;    /* isolation simulated, or NULL */
};

int wait_milliseconds(double seconds)
{
    return seconds >= 2e6 ? -1 : seconds > 0 ? (int)ceil(seconds * 1e3) : 0;
}

int32_t evaluator_new(const evaluator_settings *s, evaluator **out, error *err)
{
    const config *c = s->config;
    *out = NULL;
    if (!c->objective)
        return error_add(err, HONE_EINVAL, "%s: there is no [objective] to evaluate",
                         c->doc.path);
    evaluator *e = calloc(1, sizeof *e);
    if (!e)
        return error_add(err, HONE_ENOMEM, "out of memory");
    e->n_slots = s->workers > 0 ? s->workers : 1;
    int32_t status = c->isolation == ISOLATION_NONE        ? inprocess_new(s, &e->inside, err)
                     : c->isolation == ISOLATION_SIMULATED ? clocked_new(s, &e->clock, err)
                                                           : crew_new(s, &e->crew, err);
    if (status < 0) {
        evaluator_free(e);
        return status;
    }
    *out = e;
    return HONE_OK;
}

void evaluator_free(evaluator *e)
{
    if (!e)
        return;
    crew_free(e->crew);
    inprocess_free(e->inside);
    clocked_free(e->clock);
    free(e);
}

int64_t evaluator_running(const evaluator *e)
{
    return e->inside  ? inprocess_jobs(e->inside)
           : e->clock ? clocked_jobs(e->clock)
                      : crew_running(e->crew);
}

int64_t evaluator_free_slots(const evaluator *e)
{
    return e->n_slots - evaluator_running(e);
}

int32_t evaluator_submit(evaluator *e, const job *j, error *err)
{
    if (evaluator_free_slots(e) <= 0)
        return error_add(err, HONE_EINVAL, "no evaluation slot is free");
    if (e->clock)
        return clocked_submit(e->clock, j, err);
    if (e->crew)
        return crew_submit(e->crew, j, err);
    inprocess_submit(e->inside, j);
    return HONE_OK;
}

/* Whatever happens to a worker is an event, so nothing fails here. */
int32_t evaluator_wait(evaluator *e, double seconds, int wake_fd, event *out, error *err)
{
    struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
    (void)err;
    *out = (event){.type = 0};
    if (e->crew)
        crew_wait(e->crew, seconds, wake_fd, out);
    else if (e->clock && clocked_jobs(e->clock) > 0)
        clocked_next(e->clock, out);
    else if (e->inside && inprocess_jobs(e->inside) > 0)
        inprocess_next(e->inside, wake_fd, out);
    else
        poll(&wake, 1, wait_milliseconds(seconds));
    return HONE_OK;
}

void evaluator_stop(evaluator *e, int64_t number)
{
    if (e->crew)
        crew_stop(e->crew, number);
    else if (e->clock)
        clocked_stop(e->clock, number);
}

void evaluator_cancel(evaluator *e)
{
    if (e->inside)
        inprocess_cancel(e->inside);
    else if (e->crew)
        crew_cancel(e->crew);
}
