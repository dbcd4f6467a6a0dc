/* compose.c - plugin sections, and the sections and plugins that they name, as one checked
 * graph of components.
 *
 * A section picks its plugin by `plugin =`; a COMPONENT option's value names a section, or a
 * plugin with its defaults where there is no such section.  A section of a kind's own name
 * ([surrogate] beside a strategy without models) is checked even where nothing uses it, so
 * that swapping a strategy needs no other edit. */
#include <stdlib.h>
#include <string.h>

#include "config_parts.h"
#include "text.h"

enum { DEEPEST = 16 };

typedef struct composer {
    config *c;
    const config_settings *set;
    error *err;
    bool *used;                      /* [doc.n_sections] */
    const component *stack[DEEPEST]; /* being resolved, outermost first */
    int depth;
} composer;

static int32_t resolve(composer *k, int32_t kind, const char *name, const char *fallback,
                       const char *origin, component **out);

static const ini_section *section_of(composer *k, const char *name)
{
    const ini_section *s = ini_find(&k->c->doc, name);
    if (s)
        k->used[s - k->c->doc.sections] = true;
    return s;
}

/* Problems of the registry get the place in the study file that asked. */
static void blame(composer *k, const char *origin, const char *section, error *from)
{
    for (int i = 0; i < from->n; i++)
        error_add(k->err, from->status, "%s: [%s] %s", origin, section, from->lines[i]);
    error_free(from);
}

static const plugin *in_module(composer *k, int32_t kind, const char *name, const char *file,
                               error *problems)
{
    text path = {0};
    text_add(&path, "%s%s%s", *file == '/' ? "" : k->c->doc.folder, *file == '/' ? "" : "/", file);
    const module *m = path.data ? registry_load(k->c->registry, path.data, problems) : NULL;
    const plugin *found = NULL;
    for (int32_t i = 0; m && i < m->n_plugins; i++)
        if (m->plugins[i].kind == kind && strcmp(m->plugins[i].name, name) == 0)
            found = &m->plugins[i];
    if (m && !found)
        error_add(problems, HONE_EPLUGIN, "%s has no %s '%s'", path.data, kind_name(kind), name);
    text_free(&path);
    return found;
}

static const plugin *pick(composer *k, int32_t kind, const char *name, const ini_section *s,
                          const char *origin, const char *section)
{
    error problems = {0};
    const ini_entry *file = ini_get(s, "module");
    const plugin *p = file ? in_module(k, kind, name, file->value, &problems)
                           : registry_find(k->c->registry, kind, name, k->c->doc.folder, &problems);
    blame(k, file ? file->origin : origin, section, &problems);
    return p;
}

static component *known(composer *k, const char *section, int32_t kind)
{
    for (int32_t i = 0; i < k->c->n_components; i++) {
        component *c = k->c->components[i];
        if (c->plugin->kind == kind && strcmp(c->section, section) == 0)
            return c;
    }
    return NULL;
}

static bool is_cycle(const composer *k, const char *section, const plugin *p)
{
    for (int i = 0; i < k->depth; i++)
        if (k->stack[i]->plugin == p && strcmp(k->stack[i]->section, section) == 0)
            return true;
    return k->depth == DEEPEST;
}

static void component_free(component *c)
{
    if (!c)
        return;
    options_free(&c->options);
    free(c->parts);
    free(c->section);
    free(c);
}

/* What the COMPONENT options name; parts are added before the whole. */
static int32_t resolve_parts(composer *k, component *c)
{
    int32_t status = HONE_OK;
    for (int32_t i = 0; i < c->n_parts && status >= 0; i++) {
        const hone_option *o = &c->plugin->options[i];
        const hone_value *v = &c->options.values[i];
        if (o->type != HONE_OPT_COMPONENT)
            continue;
        const ini_section *alike = v->is_set ? NULL : ini_find(&k->c->doc, o->name);
        const char *name = alike ? alike->name : v->s;
        const ini_entry *from = c->options.from[i];
        component *part = NULL;
        if (!name)
            continue;
        status =
            resolve(k, (int32_t)o->kind, name, o->def, from ? from->origin : k->c->doc.path, &part);
        c->parts[i] = part;
    }
    return status;
}

static int32_t keep(composer *k, component *c)
{
    component **all = realloc(k->c->components, ((size_t)k->c->n_components + 1) * sizeof *all);
    if (!all)
        return HONE_ENOMEM;
    k->c->components = all;
    all[k->c->n_components++] = c;
    return HONE_OK;
}

static const char *const OURS[] = {"plugin", "module", NULL};
static const char *const OURS_OBJECTIVE[] = {"plugin",  "module", "isolation",
                                             "timeout", "grace",  NULL};

static int32_t fill(composer *k, component *c, const ini_section *s)
{
    const plugin *p = c->plugin;
    const char *const *skip = p->kind == HONE_OBJECTIVE ? OURS_OBJECTIVE : OURS;
    c->n_parts = p->n_options;
    c->parts = calloc((size_t)p->n_options + 1, sizeof *c->parts);
    if (!c->parts)
        return HONE_ENOMEM;
    int32_t status = options_read(p->options, p->n_options, p->name, &k->c->doc, s, skip,
                                  &c->options, &k->c->warnings, k->err);
    if (status == HONE_ENOMEM)
        return status;
    k->stack[k->depth++] = c;
    status = resolve_parts(k, c);
    k->depth--;
    return status;
}

/* name: a section, else a plugin with defaults.  fallback: plugin of a section without
 * `plugin =`.  *out is NULL where problems were added. */
static int32_t resolve(composer *k, int32_t kind, const char *name, const char *fallback,
                       const char *origin, component **out)
{
    const ini_section *s = section_of(k, name);
    const ini_entry *chosen = ini_get(s, "plugin");
    const char *plugin_name = chosen ? chosen->value : s ? fallback : name;
    int32_t status = HONE_OK;
    *out = known(k, name, kind);
    if (*out)
        return HONE_OK;
    if (!plugin_name || !*plugin_name) {
        error_add(k->err, HONE_ECONFIG, "%s: [%s] plugin = NAME is missing", s ? s->origin : origin,
                  name);
        return HONE_OK;
    }
    const plugin *p = pick(k, kind, plugin_name, s,
                           chosen ? chosen->origin
                           : s    ? s->origin
                                  : origin,
                           name);
    if (!p)
        return HONE_OK;
    if (is_cycle(k, name, p)) {
        error_add(k->err, HONE_ECONFIG, "%s: [%s] %s would contain itself", origin, name, p->name);
        return HONE_OK;
    }
    component *c = calloc(1, sizeof *c);
    if (!c || !(c->section = strdup(name))) {
        status = HONE_ENOMEM;
        goto fail;
    }
    c->plugin = p;
    if ((status = fill(k, c, s)) < 0 || (status = keep(k, c)) < 0)
        goto fail;
    *out = c;
    return HONE_OK;

fail:
    component_free(c);
    return error_add(k->err, status, "out of memory for section [%s]", name);
}

/* ---- capabilities ---- */

static void check_goals(composer *k)
{
    const config *c = k->c;
    const ini_entry *goal = ini_get(ini_find(&c->doc, "study"), "goal");
    const char *origin = goal ? goal->origin : c->doc.path;
    const plugin *s = c->strategy ? c->strategy->plugin : NULL;
    if (s && c->n_goals > 1 && !(s->caps & HONE_CAP_MULTI_OBJECTIVE))
        error_add(k->err, HONE_ECONFIG,
                  "%s: [study] goal has %d objectives, but strategy %s handles one; hone plugins "
                  "lists what each can do",
                  origin, c->n_goals, s->name);
    if (s && c->n_constraints > 0 && !(s->caps & HONE_CAP_CONSTRAINTS))
        error_add(k->err, HONE_ECONFIG,
                  "%s: [study] has constraints, but strategy %s does not handle them; hone plugins "
                  "lists what each can do",
                  origin, s->name);
    if (c->pruner && c->n_goals > 1 && strcmp(c->pruner->plugin->name, "none") != 0)
        error_add(k->err, HONE_ECONFIG, "%s: [pruner] %s needs a study with one objective", origin,
                  c->pruner->plugin->name);
}

/* ---- sections that nothing uses ---- */

static const char *const OWN[] = {"study",       "space",     "strategy", "surrogate",
                                  "acquisition", "objective", "pruner"};
enum { N_OWN = sizeof OWN / sizeof *OWN };

static bool is_own(const char *name)
{
    for (int i = 0; i < N_OWN; i++)
        if (strcmp(name, OWN[i]) == 0)
            return true;
    return strncmp(name, "point ", 6) == 0;
}

static void check_unused(composer *k)
{
    for (int i = 0; i < k->c->doc.n_sections; i++) {
        const ini_section *s = &k->c->doc.sections[i];
        if (k->used[i] || is_own(s->name))
            continue;
        const char *meant = nearest(s->name, OWN, N_OWN);
        error_add(k->err, HONE_ECONFIG, "%s: [%s] is used by nothing%s%s%s", s->origin, s->name,
                  meant ? "; did you mean [" : "", meant ? meant : "", meant ? "]?" : "");
    }
}

/* [surrogate] and the like without a user are checked as well. */
static int32_t check_idle(composer *k)
{
    static const int32_t kinds[] = {HONE_SURROGATE, HONE_ACQUISITION};
    static const char *const defaults[] = {"gp", "log_ei"};
    int32_t status = HONE_OK;
    for (int i = 0; i < 2 && status >= 0; i++) {
        const char *name = kind_name(kinds[i]);
        const ini_section *s = ini_find(&k->c->doc, name);
        component *idle;
        if (s && !k->used[s - k->c->doc.sections])
            status = resolve(k, kinds[i], name, defaults[i], s->origin, &idle);
    }
    return status;
}

static int32_t compose_objective(composer *k)
{
    component *found = NULL;
    const ini_section *s = ini_find(&k->c->doc, "objective");
    if (!s) {
        if (k->set->need_objective)
            error_add(k->err, HONE_ECONFIG, "%s: [objective] is missing: how is a trial evaluated?",
                      k->c->doc.path);
        return HONE_OK;
    }
    int32_t status = resolve(k, HONE_OBJECTIVE, "objective", NULL, s->origin, &found);
    k->c->objective = found;
    return status;
}

int32_t compose(config *c, const config_settings *settings, error *err)
{
    component *found = NULL;
    composer k = {.c = c, .set = settings, .err = err};
    k.used = calloc((size_t)c->doc.n_sections + 1, sizeof *k.used);
    if (!k.used)
        return error_add(err, HONE_ENOMEM, "out of memory for a study file");
    int32_t status = compose_objective(&k);
    if (status >= 0 && !settings->objective_only) {
        const char *strategy = config_default_strategy(c);
        const ini_section *s = ini_find(&c->doc, "strategy"), *p = ini_find(&c->doc, "pruner");
        status = resolve(&k, HONE_STRATEGY, s ? "strategy" : strategy, strategy,
                         s ? s->origin : c->doc.path, &found);
        c->strategy = found;
        if (status >= 0)
            status = resolve(&k, HONE_PRUNER, p ? "pruner" : "none", "none",
                             p ? p->origin : c->doc.path, &found);
        c->pruner = found;
        if (status >= 0)
            status = check_idle(&k);
        check_goals(&k);
        check_unused(&k);
    }
    free(k.used);
    return status;
}

void compose_free(config *c)
{
    for (int32_t i = 0; i < c->n_components; i++)
        component_free(c->components[i]);
    free(c->components);
}
