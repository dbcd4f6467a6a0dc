/* call_pruner.c - intermediate values to a pruner. */
#include "call.h"

static int32_t observe(instance *i, int64_t number, int64_t step, double value, int32_t *stop,
                       error *err)
{
    call c;
    int32_t status = call_ready(i, err);
    *stop = 0;
    if (status < 0)
        return status;
    call_begin(&c, i, "observe", number);
    return call_end(&c, i->plugin->pruner.observe(i->self, number, step, value, stop), err);
}

int32_t pruner_observe(instance *i, int64_t number, int64_t step, double value, bool *stop,
                       error *err)
{
    int32_t answer;
    int32_t status = observe(i, number, step, value, &answer, err);
    *stop = status >= 0 && answer != 0;
    return status;
}

int32_t pruner_finish(instance *i, int64_t number, int32_t state, error *err)
{
    call c;
    int32_t status = call_ready(i, err);
    if (status < 0)
        return status;
    call_begin(&c, i, "finish", number);
    return call_end(&c, i->plugin->pruner.finish(i->self, number, state), err);
}

/* ---- for other plugins ---- */

static int32_t part_observe(void *self, int64_t number, int64_t step, double value, int32_t *stop)
{
    error why = {0};
    int32_t status = observe(self, number, step, value, stop, &why);
    return status < 0 ? instance_inner(self, status, &why) : status;
}

static int32_t part_finish(void *self, int64_t number, int32_t state)
{
    error why = {0};
    int32_t status = pruner_finish(self, number, state, &why);
    return status < 0 ? instance_inner(self, status, &why) : status;
}

void pruner_table(instance *i)
{
    i->table.pruner = (hone_pruner_ops){.size = sizeof i->table.pruner,
                                        .caps = i->plugin->caps,
                                        .observe = part_observe,
                                        .finish = part_finish};
}
