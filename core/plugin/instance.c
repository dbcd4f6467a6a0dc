/* instance.c - instances and their parts: made, handed out, freed.
 *
 * The instances of a study are a tree: the strategy, what it asked for, what those asked for.
 * A part stands for a pair (option, index) of its asker and dies with it. */
#include "instance_state.h"

#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "text.h"

enum { MOST_PARTS = 4096 }; /* of one instance: more is a plugin gone wild */
static const uint32_t VIEW_CAPS = HONE_CAP_NATIVE | HONE_CAP_CONDITIONAL | HONE_CAP_FIDELITY;
static const char STATE_EXTENSION[] = "hone.state/1";

/* ---- columns ---- */

static int32_t new_view(const space *s, uint32_t caps, view **own, const view **out, error *err)
{
    int32_t status;
    *own = calloc(1, sizeof **own);
    if (!*own)
        return error_add(err, HONE_ENOMEM, "out of memory");
    status = view_init(*own, s, caps, err);
    *out = *own;
    return status;
}

/* A model whose asker laid out the columns himself. */
static int32_t take_columns(instance *i, const hone_space *given, error *err)
{
    size_t n = (size_t)given->n_cols;
    hone_space *t = calloc(1, sizeof *t + n * (sizeof(int64_t) + 2 * sizeof(int32_t)));
    if (!t)
        return error_add(err, HONE_ENOMEM, "out of memory");
    int64_t *levels = (int64_t *)(void *)(t + 1);
    int32_t *params = (int32_t *)(void *)(levels + n), *choices = params + n;
    for (size_t k = 0; k < n; k++) {
        levels[k] = given->col_levels ? given->col_levels[k] : 0;
        params[k] = given->col_param ? given->col_param[k] : 0;
        choices[k] = given->col_choice ? given->col_choice[k] : -1;
    }
    *t = i->seen->table;
    t->n_params = i->own_space->n;
    t->params = i->own_space->list;
    t->n_cols = given->n_cols;
    t->col_param = params;
    t->col_choice = choices;
    t->col_levels = levels;
    i->own_table = t;
    i->shown = t;
    return HONE_OK;
}

static bool is_model(const instance *i)
{
    return i->plugin->kind == HONE_SURROGATE || i->plugin->kind == HONE_ACQUISITION;
}

/* What the plugin sees, and what its caller speaks. */
static int32_t lay_out(instance *i, const hone_space *given, error *err)
{
    const instance *asker = i->owner;
    uint32_t caps = i->plugin->kind == HONE_STRATEGY ? i->plugin->caps & VIEW_CAPS : VIEW_CAPS;
    const space *s = asker ? asker->seen->space : i->around->space;
    int32_t status = HONE_OK;
    if (given) {
        i->own_space = calloc(1, sizeof *i->own_space);
        if (!i->own_space)
            return error_add(err, HONE_ENOMEM, "out of memory");
        if ((status = space_copy(given, i->own_space, err)) < 0)
            return status;
        s = i->own_space;
    }
    if (is_model(i) && asker && !given) {
        i->seen = i->spoken = asker->seen;
        i->shown = asker->shown;
        return HONE_OK;
    }
    if (is_model(i))
        caps = i->plugin->caps & HONE_CAP_CONDITIONAL;
    else if (asker && !given)
        caps &= asker->seen->caps | ~(uint32_t)HONE_CAP_FIDELITY; /* hidden from the asker */
    if ((status = new_view(s, caps, &i->own_seen, &i->seen, err)) < 0)
        return status;
    i->spoken = i->seen;
    i->shown = &i->seen->table;
    if (given && is_model(i))
        return given->n_cols > 0 ? take_columns(i, given, err) : HONE_OK;
    if (given) /* native values in a space of the asker's own */
        return new_view(s, VIEW_CAPS, &i->own_spoken, &i->spoken, err);
    if (asker)
        i->spoken = asker->seen;
    return HONE_OK;
}

/* ---- made ---- */

/* "strategy/surrogate.0": the address of its random numbers and of its saved state. */
static int32_t set_address(instance *i, error *err)
{
    text t = {0};
    if (i->owner) {
        const char *name = i->owner->plugin->options[i->option].name;
        text_add(&t, "%s/%s.%d", i->owner->address, name, i->index);
        i->key = rng_child(i->owner->key, name, i->index);
    } else {
        const char *name = kind_name(i->plugin->kind);
        text_add(&t, "%s", name);
        i->key = rng_child(i->around->key, name, 0);
    }
    i->address = text_take(&t);
    return i->address ? HONE_OK : error_add(err, HONE_ENOMEM, "out of memory");
}

static const instance *same_plugin(const instance *i, const plugin *p, const instance *but)
{
    const instance *found = i != but && i->plugin == p ? i : NULL;
    for (int k = 0; k < i->n_parts && !found; k++)
        found = same_plugin(i->parts[k], p, but);
    return found;
}

static int32_t check_fit(const instance *i, error *err)
{
    const plugin *p = i->plugin;
    if ((p->caps & HONE_CAP_PROCESS_GLOBAL) && same_plugin(i->root, p, i))
        return error_add(err, HONE_EUNSUPPORTED,
                         "[%s] %s '%s' can be there only once in a process, and is already",
                         i->component->section, kind_name(p->kind), p->name);
    if (p->kind == HONE_STRATEGY && i->shown->n_objectives > 1 &&
        !(p->caps & HONE_CAP_MULTI_OBJECTIVE))
        return error_add(err, HONE_EUNSUPPORTED,
                         "[%s] strategy '%s' handles one objective, and there are %d",
                         i->component->section, p->name, i->shown->n_objectives);
    return HONE_OK;
}

static void complete_table(instance *i)
{
    switch (i->plugin->kind) {
    case HONE_STRATEGY:
        strategy_table(i);
        break;
    case HONE_SURROGATE:
        surrogate_table(i);
        break;
    case HONE_ACQUISITION:
        acquisition_table(i);
        break;
    case HONE_OBJECTIVE:
        objective_table(i);
        break;
    default:
        pruner_table(i);
        break;
    }
}

static int32_t create(instance *i, error *err)
{
    call c;
    call_begin(&c, i, "create", -1);
    if (!c.before)
        call_look(&c, true);
    int32_t status = i->plugin->create(&i->host, i->component->options.values, &i->self);
    status = call_end(&c, status, err);
    i->created = status >= 0;
    return status;
}

/* owner NULL: a root; else the part is found through it already when create is called, so that
 * whatever happens there it is freed with its owner. */
static instance *allocate(const surroundings *around, const component *c, instance *owner,
                          int32_t option, int32_t index, error *err)
{
    instance *i = calloc(1, sizeof *i);
    if (!i) {
        error_add(err, HONE_ENOMEM, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&i->lock, NULL);
    i->around = around;
    i->component = c;
    i->plugin = c->plugin;
    i->owner = owner;
    i->root = owner ? owner->root : i;
    i->option = option;
    i->index = index;
    return i;
}

static int32_t set_up(instance *i, const hone_space *given, error *err)
{
    int32_t status;
    host_init(i);
    complete_table(i);
    if ((status = set_address(i, err)) < 0 || (status = lay_out(i, given, err)) < 0 ||
        (status = check_fit(i, err)) < 0 || (status = create(i, err)) < 0)
        return status;
    return state_resume(i, err);
}

int32_t instance_new(const surroundings *around, const component *c, instance **out, error *err)
{
    instance *i = allocate(around, c, NULL, -1, 0, err);
    *out = NULL;
    if (!i)
        return HONE_ENOMEM;
    error why = {0};
    int32_t status = set_up(i, NULL, &why);
    if (status == HONE_EINVAL || status == HONE_EUNSUPPORTED)
        status = why.status = HONE_ECONFIG; /* what the plugin refuses stands in the study file */
    error_take(err, &why);
    if (status < 0) {
        instance_free(i);
        return status;
    }
    *out = i;
    return HONE_OK;
}

void instance_free(instance *i)
{
    error ignored = {0};
    if (!i)
        return;
    if (i->created) {
        call c;
        call_begin(&c, i, "destroy", -1);
        i->plugin->destroy(i->self);
        call_end(&c, HONE_OK, &ignored);
    }
    while (i->n_parts > 0)
        instance_free(i->parts[--i->n_parts]);
    free(i->parts);
    if (i->around->history && i->own_seen)
        history_drop(i->around->history, i->own_seen);
    translate_free(i);
    view_free(i->own_seen);
    view_free(i->own_spoken);
    free(i->own_seen);
    free(i->own_spoken);
    free(i->own_table);
    if (i->own_space)
        space_free(i->own_space);
    free(i->own_space);
    state_free(i);
    free(i->inner);
    free(i->said);
    free(i->address);
    pthread_mutex_destroy(&i->lock);
    error_free(&ignored);
    free(i);
}

/* ---- parts ---- */

static int32_t add_part(instance *owner, instance *part, error *err)
{
    instance **more = realloc(owner->parts, ((size_t)owner->n_parts + 1) * sizeof *more);
    if (!more)
        return error_add(err, HONE_ENOMEM, "out of memory");
    owner->parts = more;
    owner->parts[owner->n_parts++] = part;
    return HONE_OK;
}

static int32_t check_part(const instance *owner, int32_t option, int32_t index, error *err)
{
    const plugin *p = owner->plugin;
    if (option < 0 || option >= p->n_options || p->options[option].type != HONE_OPT_COMPONENT)
        return error_add(err, HONE_EINVAL, "%s '%s' asks for a component by option %d, which is %s",
                         kind_name(p->kind), p->name, option,
                         option < 0 || option >= p->n_options ? "not there" : "none");
    if (index < 0 || owner->n_parts >= MOST_PARTS)
        return error_add(err, HONE_EINVAL,
                         "%s '%s' asks for component %d of its option %s, after %d",
                         kind_name(p->kind), p->name, index, p->options[option].name,
                         owner->n_parts);
    if (option >= owner->component->n_parts || !owner->component->parts[option])
        return error_add(err, HONE_EUNSUPPORTED, "[%s] %s is not set", owner->component->section,
                         p->options[option].name);
    return HONE_OK;
}

int32_t instance_part(instance *owner, int32_t option, int32_t index, const hone_space *given,
                      instance **out, error *err)
{
    *out = NULL;
    for (int k = 0; k < owner->n_parts && !*out; k++)
        if (owner->parts[k]->option == option && owner->parts[k]->index == index)
            *out = owner->parts[k];
    if (*out)
        return HONE_OK;
    int32_t status = check_part(owner, option, index, err);
    if (status < 0)
        return status;
    instance *part = allocate(owner->around, owner->component->parts[option], owner, option, index,
                              err);
    if (!part)
        return HONE_ENOMEM;
    if ((status = add_part(owner, part, err)) < 0) {
        instance_free(part);
        return status;
    }
    if ((status = set_up(part, given, err)) < 0) {
        instance_release(owner, part);
        return status;
    }
    *out = part;
    return HONE_OK;
}

int32_t instance_release(instance *owner, instance *part)
{
    for (int k = 0; k < owner->n_parts; k++)
        if (owner->parts[k] == part) {
            owner->n_parts--;
            memmove(owner->parts + k, owner->parts + k + 1,
                    (size_t)(owner->n_parts - k) * sizeof(instance *));
            instance_free(part);
            return HONE_OK;
        }
    return HONE_EINVAL;
}

int32_t instance_inner(instance *i, int32_t status, error *why)
{
    instance *root = i->root;
    log_line(root->around->log, HONE_LOG_DEBUG, "%s", error_text(why));
    pthread_mutex_lock(&root->lock);
    free(root->inner);
    root->inner = why->n ? strdup(why->lines[0]) : NULL;
    root->inner_call = root->calls;
    pthread_mutex_unlock(&root->lock);
    error_free(why);
    return status;
}

/* ---- handed out ---- */

void instance_handle(instance *i, hone_component *out)
{
    hone_component c = {.size = out->size,
                        .kind = i->plugin->kind,
                        .name = i->plugin->name,
                        .self = i,
                        .ops = &i->table,
                        .space = i->spoken == i->seen ? i->shown : &i->spoken->table};
    memcpy(out, &c, c.size < sizeof c ? c.size : sizeof c);
}

int32_t instance_component(instance *i, hone_component *out, error *err)
{
    (void)err;
    instance_handle(i, out);
    return HONE_OK;
}

const plugin *instance_plugin(const instance *i)
{
    return i->plugin;
}

const view *instance_view(const instance *i)
{
    return i->seen;
}

bool instance_has_tell(const instance *i)
{
    return i->plugin->kind == HONE_STRATEGY && i->plugin->strategy.tell;
}

int64_t instance_faults(const instance *i)
{
    return atomic_load_explicit(&i->root->faults, memory_order_relaxed);
}

static bool has_state(const component *c)
{
    bool found = c->plugin->extension && c->plugin->extension(STATE_EXTENSION);
    for (int32_t k = 0; k < c->n_parts && !found; k++)
        found = c->parts[k] && has_state(c->parts[k]);
    return found;
}

bool instance_stateful(const instance *i)
{
    return has_state(i->component);
}
