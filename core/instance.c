/* instance.c - plugins at work: made, with their parts, saved, loaded and ended. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instance_state.h"
#include "text.h"

/* ---- views ---- */

/* Surrogates and acquisitions see their asker's columns. */
static bool shares_columns(const instance *i)
{
    return i->owner && !i->has_space &&
           (i->plugin->kind == HONE_SURROGATE || i->plugin->kind == HONE_ACQUISITION);
}

static int32_t make_view(instance *i, const hone_space *given, error *err)
{
    const space *s = i->owner ? (i->owner->has_space ? &i->owner->own_space : i->around->space)
                              : i->around->space;
    if (given) {
        int32_t status = space_copy(given, &i->own_space, err);
        if (status < 0)
            return status;
        i->has_space = true;
        i->given = *given;
        s = &i->own_space;
    }
    if (shares_columns(i)) {
        i->view = i->owner->view;
        i->given = i->owner->given;
        return HONE_OK;
    }
    uint32_t caps = i->plugin->caps;
    if (i->plugin->kind == HONE_OBJECTIVE || i->plugin->kind == HONE_PRUNER)
        caps = HONE_CAP_NATIVE | HONE_CAP_CONDITIONAL | HONE_CAP_FIDELITY;
    int32_t status = view_init(&i->own_view, s, caps, err);
    i->view = &i->own_view;
    return status;
}

const hone_space *instance_space(const instance *i)
{
    return i->given.n_cols > 0 ? &i->given : &i->view->table;
}

double *instance_scratch(instance *i, int64_t n)
{
    if (n > i->room_scratch) {
        double *more = realloc(i->scratch, (size_t)n * sizeof *more);
        if (!more)
            return NULL;
        i->scratch = more;
        i->room_scratch = n;
    }
    return i->scratch;
}

/* ---- what went wrong ---- */

static void gather(instance *i, error *err)
{
    for (int k = 0; k < i->n_parts; k++)
        gather(i->parts[k].instance, err);
    error_take(err, &i->problem);
}

int32_t instance_blame(instance *i, int32_t status, const char *call, error *err)
{
    error said = {0};
    if (status >= 0) {
        error_free(&i->problem);
        return status;
    }
    if (status < HONE_EFAIL)
        status = HONE_EFAIL; /* unknown negative ones */
    gather(i, &said);
    if (said.n == 0)
        error_add(err, status, "%s '%s' failed in %s: %s", kind_name(i->plugin->kind),
                  i->plugin->name, call, status_text(status));
    for (int k = 0; k < said.n; k++)
        error_add(err, status, "%s", said.lines[k]);
    error_free(&said);
    return status;
}

/* ---- life ---- */

static int32_t create(instance *i, error *err)
{
    guard before;
    text changed = {0};
    guard_take(&before);
    crossing c = enter(i, "create", -1);
    int32_t status = i->plugin->create(&i->host, i->component->options.values, &i->self);
    leave(i, &c);
    guard_restore(&before, &changed);
    guard_free(&before);
    if (changed.length)
        log_line(i->around->log, HONE_LOG_WARN, "%s '%s' changed the process's %s; it was put back",
                 kind_name(i->plugin->kind), i->plugin->name, changed.data);
    text_free(&changed);
    i->created = status >= 0;
    if (status == HONE_EINVAL || status == HONE_EUNSUPPORTED) {
        instance_blame(i, status, "create", err);
        return HONE_ECONFIG;
    }
    return instance_blame(i, status, "create", err);
}

static int32_t make(const surroundings *around, const component *c, instance *owner,
                    const hone_space *given, rng_key key, const char *address, instance **out,
                    error *err)
{
    instance *i = calloc(1, sizeof *i);
    *out = NULL;
    if (!i || !(i->address = strdup(address))) {
        free(i);
        return error_add(err, HONE_ENOMEM, "out of memory for plugin '%s'", c->plugin->name);
    }
    i->around = around;
    i->component = c;
    i->plugin = c->plugin;
    i->owner = owner;
    i->key = key;
    host_fill(i);
    calls_fill(i);
    int32_t status = make_view(i, given, err);
    if (status >= 0)
        status = create(i, err);
    if (status < 0) {
        instance_free(i);
        return status;
    }
    *out = i;
    return HONE_OK;
}

int32_t instance_new(const surroundings *around, const component *c, instance **out, error *err)
{
    const char *kind = kind_name(c->plugin->kind);
    return make(around, c, NULL, NULL, rng_child(around->key, kind, 0), kind, out, err);
}

void instance_free(instance *i)
{
    if (!i)
        return;
    if (i->created) {
        crossing c = enter(i, "destroy", -1);
        i->plugin->destroy(i->self);
        leave(i, &c);
    }
    while (i->n_parts > 0)
        instance_free(i->parts[--i->n_parts].instance);
    if (i->around->history && i->view == &i->own_view)
        history_drop(i->around->history, i->view);
    view_free(&i->own_view);
    if (i->has_space)
        space_free(&i->own_space);
    free(i->parts);
    free(i->scratch);
    free(i->address);
    error_free(&i->problem);
    free(i);
}

/* ---- parts ---- */

static instance *find_part(const instance *i, int32_t option, int32_t index)
{
    for (int k = 0; k < i->n_parts; k++)
        if (i->parts[k].option == option && i->parts[k].index == index)
            return i->parts[k].instance;
    return NULL;
}

instance *instance_part(instance *i, int32_t option, int32_t index, const hone_space *sp,
                        error *err)
{
    char address[512];
    instance *made = find_part(i, option, index);
    if (made)
        return made;
    if (option < 0 || option >= i->component->n_parts || !i->component->parts[option]) {
        error_add(err, HONE_EINVAL, "%s '%s' has no component for option %d",
                  kind_name(i->plugin->kind), i->plugin->name, option);
        return NULL;
    }
    const char *name = i->plugin->options[option].name;
    snprintf(address, sizeof address, "%s.%s[%d]", i->address, name, index);
    part *more = realloc(i->parts, ((size_t)i->n_parts + 1) * sizeof *more);
    if (!more) {
        error_add(err, HONE_ENOMEM, "out of memory for %s", address);
        return NULL;
    }
    i->parts = more;
    if (make(i->around, i->component->parts[option], i, sp, rng_child(i->key, name, index), address,
             &made, err) < 0)
        return NULL;
    i->parts[i->n_parts++] = (part){option, index, made};
    return made;
}

const plugin *instance_plugin(const instance *i)
{
    return i->plugin;
}

const view *instance_view(const instance *i)
{
    return i->view;
}

bool instance_has_tell(const instance *i)
{
    return i->plugin->kind == HONE_STRATEGY && i->plugin->strategy.tell;
}

int64_t instance_faults(const instance *i)
{
    return i->faults;
}

int32_t instance_component(instance *i, hone_component *out, error *err)
{
    static const size_t room = sizeof(hone_component);
    const void *ops = i->plugin->kind == HONE_STRATEGY      ? (const void *)&i->strategy
                      : i->plugin->kind == HONE_SURROGATE   ? (const void *)&i->surrogate
                      : i->plugin->kind == HONE_ACQUISITION ? (const void *)&i->acquisition
                      : i->plugin->kind == HONE_OBJECTIVE   ? (const void *)&i->objective
                                                            : (const void *)&i->pruner;
    hone_component c = {.size = out->size ? out->size : (uint32_t)room,
                        .kind = i->plugin->kind,
                        .name = i->plugin->name,
                        .self = i,
                        .ops = ops,
                        .space = instance_space(i)};
    (void)err;
    memcpy(out, &c, c.size < room ? c.size : room);
    return HONE_OK;
}
