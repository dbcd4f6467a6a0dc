/* study_space.c - where [space] is missing, the objective's own space is taken. */
#include "instance.h"
#include "study.h"

int32_t study_take_space(config *c, const log_sink *log, error *err)
{
    if (c->space.n > 0)
        return HONE_OK;
    if (!c->objective)
        return error_add(err, HONE_ECONFIG, "%s: [space] is missing", c->doc.path);

    instance *objective = NULL;
    hone_component as_seen = {.size = sizeof as_seen};
    surroundings around = {.config = c, .space = &c->space, .log = log, .threads = 1};
    int32_t status = instance_new(&around, c->objective, &objective, err);
    if (status >= 0)
        status = instance_component(objective, &as_seen, err);
    if (status >= 0) {
        const hone_objective_ops *ops = as_seen.ops;
        const hone_space *own = ops->space(as_seen.self);
        status = own ? config_take_space(c, own, err)
                     : error_add(err, HONE_ECONFIG,
                                 "%s: [space] is missing, and objective %s has none of its own",
                                 c->doc.path, c->objective->plugin->name);
    }
    instance_free(objective);
    return status;
}
