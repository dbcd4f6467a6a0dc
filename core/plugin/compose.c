/* compose.c - plugin sections, and the sections and plugins that they name, as one checked
 * graph of components.
 *
 * A section picks its plugin by `plugin =`; a COMPONENT option's value names a section, or a
 * plugin with its defaults where there is no such section.  A section of a kind's own name
 * ([surrogate] beside a strategy without models) is checked even where nothing uses it, so
 * that swapping a strategy needs no other edit. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Problems of the registry get the place in the study file that asked.  Where no section of
 * the name stands, one of a like name may be meant. */
static void blame(composer *k, const char *origin, const char *section, error *from)
{
    const ini *doc = &k->c->doc;
    const char **names = calloc((size_t)doc->n_sections + 1, sizeof *names);
    for (int i = 0; names && i < doc->n_sections; i++)
        names[i] = doc->sections[i].name;
    const char *meant =
        names && !ini_find(doc, section) ? nearest(section, names, doc->n_sections) : NULL;
    for (int i = 0; i < from->n; i++)
        error_add(k->err, from->status, "%s: [%s] %s%s%s%s", origin, section, from->lines[i],
                  meant ? "; or did you mean the section [" : "", meant ? meant : "",
                  meant ? "]?" : "");
    free(names);
    error_free(from);
}

/* The module's file: a path from the study's folder, or a bare name over the search path. */
static char *module_path(composer *k, int32_t kind, const char *file)
{
    int n = 0;
    const char *const *dirs = registry_path(k->c->registry, &n);
    text path = {0};
    if (strchr(file, '/')) {
        text_add(&path, "%s%s%s", *file == '/' ? "" : k->c->doc.folder, *file == '/' ? "" : "/",
                 file);
        return text_take(&path);
    }
    for (int i = 0; i < 2 * n; i++) {
        path.length = 0;
        text_add(&path, "%s/%s%s%s.so", dirs[i / 2], i % 2 ? "" : kind_name(kind),
                 i % 2 ? "" : "/", file);
        if (path.data && access(path.data, F_OK) == 0)
            return text_take(&path);
    }
    text_free(&path);
    return NULL;
}

static const plugin *in_module(composer *k, int32_t kind, const char *name, const char *file,
                               error *problems)
{
    char *path = module_path(k, kind, file);
    char word[EXCERPT_ROOM];
    const module *m = path ? registry_load(k->c->registry, path, problems) : NULL;
    const plugin *found = NULL;
    if (!path)
        error_add(problems, HONE_EPLUGIN,
                  "module = %s is in none of the plugin folders; allowed: a module's name without "
                  ".so, or a path",
                  text_excerpt(file, word));
    for (int32_t i = 0; m && i < m->n_plugins; i++)
        if (m->plugins[i].kind == kind && strcmp(m->plugins[i].name, name) == 0)
            found = &m->plugins[i];
    if (m && !found)
        error_add(problems, HONE_EPLUGIN, "%s has no %s '%s'", path, kind_name(kind),
                  text_excerpt(name, word));
    free(path);
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

/* Entries that the plugin does not know: the host's, and those that config_unused.c refuses. */
static const char **names_beside(const plugin *p, const ini_section *s)
{
    int n = s ? s->n_entries : 0, count = 0;
    const char **names = calloc((size_t)n + 1, sizeof *names);
    for (int i = 0; names && i < n; i++)
        if (!options_knows(p->options, p->n_options, s->entries[i].name))
            names[count++] = s->entries[i].name;
    return names;
}

static int32_t fill(composer *k, component *c, const ini_section *s)
{
    const plugin *p = c->plugin;
    const char **skip = names_beside(p, s);
    c->n_parts = p->n_options;
    c->parts = calloc((size_t)p->n_options + 1, sizeof *c->parts);
    int32_t status = HONE_ENOMEM;
    if (c->parts && skip)
        status = options_read(p->options, p->n_options, p->name, &k->c->doc, s, skip, &c->options,
                              &k->c->warnings, k->err);
    free(skip);
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

/* "random, sobol": the strategies found that can do it. */
static char *able(composer *k, uint32_t caps)
{
    text t = {0};
    listing *list = NULL;
    error ignored = {0};
    int n = 0;
    registry_list(k->c->registry, &list, &n, &ignored);
    for (int i = 0; i < n; i++)
        if (list[i].kind == HONE_STRATEGY && (list[i].caps & caps) == caps && !list[i].shadowed_by)
            text_add(&t, "%s%s", t.length ? ", " : "", list[i].name);
    listing_free(list, n);
    error_free(&ignored);
    return text_take(&t);
}

static void refuse_strategy(composer *k, const char *key, const char *what, uint32_t cap)
{
    const config *c = k->c;
    const ini_entry *entry = ini_get(ini_find(&c->doc, "study"), key);
    char *who = able(k, (c->n_goals > 1 ? (uint32_t)HONE_CAP_MULTI_OBJECTIVE : 0) |
                            (c->n_constraints > 0 ? (uint32_t)HONE_CAP_CONSTRAINTS : 0) | cap);
    error_add(k->err, HONE_ECONFIG, "%s: [study] %s, which strategy %s cannot handle; allowed: %s",
              entry ? entry->origin : c->doc.path, what, c->strategy->plugin->name,
              who && *who ? who : "none of the strategies found");
    free(who);
}

static void check_goals(composer *k)
{
    const config *c = k->c;
    uint32_t caps = c->strategy ? c->strategy->plugin->caps : UINT32_MAX;
    if (c->n_goals > 1 && !(caps & HONE_CAP_MULTI_OBJECTIVE))
        refuse_strategy(k, "goal", "goal has several objectives", HONE_CAP_MULTI_OBJECTIVE);
    if (c->n_constraints > 0 && !(caps & HONE_CAP_CONSTRAINTS))
        refuse_strategy(k, "constraints", "there are constraints", HONE_CAP_CONSTRAINTS);
    if (c->pruner && c->n_goals > 1 && strcmp(c->pruner->plugin->name, "none") != 0) {
        const ini_section *s = ini_find(&c->doc, "pruner");
        error_add(k->err, HONE_ECONFIG,
                  "%s: [pruner] %s needs a study with one objective; allowed with several: none",
                  s ? s->origin : c->doc.path, c->pruner->plugin->name);
    }
}

/* ---- the roots ---- */

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

static int32_t compose_strategy(composer *k)
{
    component *found = NULL;
    const ini_section *s = ini_find(&k->c->doc, "strategy");
    int32_t status = resolve(k, HONE_STRATEGY, s ? "strategy" : "auto", "auto",
                             s ? s->origin : k->c->doc.path, &found);
    k->c->strategy = found;
    return status;
}

static int32_t compose_pruner(composer *k)
{
    component *found = NULL;
    const ini_section *s = ini_find(&k->c->doc, "pruner");
    int32_t status = resolve(k, HONE_PRUNER, s ? "pruner" : "none", "none",
                             s ? s->origin : k->c->doc.path, &found);
    k->c->pruner = found;
    return status;
}

int32_t compose(config *c, const config_settings *settings, error *err)
{
    composer k = {.c = c, .set = settings, .err = err};
    k.used = calloc((size_t)c->doc.n_sections + 1, sizeof *k.used);
    if (!k.used)
        return error_add(err, HONE_ENOMEM, "out of memory for a study file");
    int32_t status = compose_objective(&k);
    if (status >= 0 && !settings->objective_only) {
        if ((status = compose_strategy(&k)) >= 0 && (status = compose_pruner(&k)) >= 0)
            status = check_idle(&k);
        check_goals(&k);
        if (status >= 0)
            config_refuse_unused(c, k.used, err);
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
