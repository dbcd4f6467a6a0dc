/* evaluate.c - see evaluate.h. */
#include "evaluate.h"

#include <math.h>
#include <poll.h>
#include <stdlib.h>

#include "inprocess.h"

struct evaluator {
    inprocess *inside; /* isolation none */
    int64_t n_slots;
};

int32_t evaluator_new(const evaluator_settings *s, evaluator **out, error *err)
{
    evaluator *e = calloc(1, sizeof *e);
    *out = NULL;
    if (!e)
        return error_add(err, HONE_ENOMEM, "out of memory");
    e->n_slots = s->workers > 0 ? s->workers : 1;
    int32_t status = inprocess_new(s, &e->inside, err);
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
    inprocess_free(e->inside);
    free(e);
}

int64_t evaluator_running(const evaluator *e)
{
    return inprocess_jobs(e->inside);
}

int64_t evaluator_free_slots(const evaluator *e)
{
    return e->n_slots - evaluator_running(e);
}

int32_t evaluator_submit(evaluator *e, const job *j, error *err)
{
    if (evaluator_free_slots(e) <= 0)
        return error_add(err, HONE_EINVAL, "no evaluation slot is free");
    inprocess_submit(e->inside, j);
    return HONE_OK;
}

static int milliseconds(double seconds)
{
    return seconds >= 2e6 ? -1 : seconds > 0 ? (int)ceil(seconds * 1e3) : 0;
}

int32_t evaluator_wait(evaluator *e, double seconds, int wake_fd, event *out, error *err)
{
    struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
    (void)err;
    *out = (event){.type = 0};
    if (inprocess_jobs(e->inside) > 0)
        inprocess_next(e->inside, wake_fd, out);
    else
        poll(&wake, 1, milliseconds(seconds));
    return HONE_OK;
}

void evaluator_stop(evaluator *e, int64_t number)
{
    (void)e;
    (void)number;
}

void evaluator_cancel(evaluator *e)
{
    inprocess_cancel(e->inside);
}

int worker_main(void)
{
    return 1;
}
