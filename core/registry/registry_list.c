/* registry_list.c - everything on the search path, for `hone plugins`.
 *
 * Each file is checked and probed as for a run; none is loaded into this process. */
#include <stdlib.h>
#include <string.h>

#include "registry_state.h"
#include "text.h"

typedef struct roll {
    registry *r;
    int n, room;
    listing *list;
} roll;

static listing *add_entry(roll *l, const char *path, const char *dir, error *err)
{
    if (l->n == l->room) {
        int room = l->room ? 2 * l->room : 32;
        listing *more = realloc(l->list, (size_t)room * sizeof *more);
        if (!more) {
            error_add(err, HONE_ENOMEM, "out of memory");
            return NULL;
        }
        l->list = more;
        l->room = room;
    }
    listing *e = &l->list[l->n];
    *e = (listing){.path = strdup(path), .dir = strdup(dir)};
    if (!e->path || !e->dir) {
        free(e->path);
        free(e->dir);
        error_add(err, HONE_ENOMEM, "out of memory");
        return NULL;
    }
    l->n++;
    return e;
}

static int32_t add_skipped(roll *l, const char *path, const char *dir, const char *reason,
                           error *err)
{
    listing *e = add_entry(l, path, dir, err);
    if (e)
        e->skipped = strdup(reason);
    return e ? HONE_OK : HONE_ENOMEM;
}

/* An earlier one of the same kind and name, unless it is the same file by another way. */
static const listing *winner(const roll *l, int32_t kind, const char *name)
{
    for (int i = 0; i < l->n; i++)
        if (l->list[i].kind == kind && l->list[i].name && strcmp(l->list[i].name, name) == 0)
            return &l->list[i];
    return NULL;
}

static int32_t add_plugin(roll *l, const char *path, const char *dir, const plugin *p, error *err)
{
    const module *m = p->module;
    const listing *first = winner(l, p->kind, p->name);
    char *shadow = first ? strdup(first->path) : NULL;
    text abi = {0};
    listing *e = add_entry(l, path, dir, err);
    if (!e) {
        free(shadow);
        return HONE_ENOMEM;
    }
    text_add(&abi, "%d.%u", HONE_ABI_MAJOR, m->abi_minor);
    e->module = strdup(m->name);
    e->version = strdup(m->version);
    e->abi = text_take(&abi);
    e->kind = p->kind;
    e->caps = p->caps;
    e->name = strdup(p->name);
    e->plugin_version = strdup(p->version);
    e->doc = strdup(p->doc);
    e->shadowed_by = shadow;
    if (!e->module || !e->version || !e->abi || !e->name || !e->plugin_version || !e->doc)
        return error_add(err, HONE_ENOMEM, "out of memory");
    return HONE_OK;
}

static int32_t add_module(roll *l, const char *path, const char *dir, const module *m, error *err)
{
    int32_t status = HONE_OK;
    for (int32_t i = 0; i < m->n_plugins && status >= 0; i++)
        status = add_plugin(l, path, dir, &m->plugins[i], err);
    for (int32_t i = 0; i < m->n_skipped && status >= 0; i++)
        status = add_skipped(l, path, dir, m->skipped[i], err);
    return status;
}

static int32_t add_file(roll *l, const char *path, const char *dir, error *err)
{
    error why = {0};
    module_file file;
    probe_reply reply = {0};
    int32_t status = registry_look(l->r, path, &file, &why);
    if (status >= 0)
        status = registry_probe(l->r, file.path, &reply, &why);
    if (status == HONE_OK)
        status = add_module(l, path, dir, &reply.module, err);
    else
        status = add_skipped(l, path, dir, why.n ? error_text(&why) : "it is gone", err);
    probe_free(&reply);
    registry_unlook(&file);
    error_free(&why);
    return status;
}

static int32_t add_folder(roll *l, const char *folder, const char *dir, error *err)
{
    names n;
    int32_t status = HONE_OK;
    names_of(folder, &n);
    for (int i = 0; i < n.n && status >= 0; i++) {
        text path = {0};
        text_add(&path, "%s/%s.so", folder, n.list[i]);
        status = path.failed ? error_add(err, HONE_ENOMEM, "out of memory")
                             : add_file(l, path.data, dir, err);
        text_free(&path);
    }
    names_free(&n);
    return status;
}

int32_t registry_list(registry *r, listing **out, int *n, error *err)
{
    roll l = {.r = r};
    int32_t status = HONE_OK;
    for (int i = 0; i < r->n_dirs && status >= 0; i++) {
        for (int32_t kind = HONE_STRATEGY; kind <= HONE_PRUNER && status >= 0; kind++) {
            char *folder = path_join(r->dirs[i], kind_name(kind));
            status = folder ? add_folder(&l, folder, r->dirs[i], err)
                            : error_add(err, HONE_ENOMEM, "out of memory");
            free(folder);
        }
        if (status >= 0)
            status = add_folder(&l, r->dirs[i], r->dirs[i], err);
    }
    if (status < 0) {
        listing_free(l.list, l.n);
        l = (roll){0};
    }
    *out = l.list;
    *n = l.n;
    return status;
}

void listing_free(listing *list, int n)
{
    for (int i = 0; i < n; i++) {
        listing *e = &list[i];
        free(e->path);
        free(e->dir);
        free(e->module);
        free(e->version);
        free(e->abi);
        free(e->name);
        free(e->plugin_version);
        free(e->doc);
        free(e->shadowed_by);
        free(e->skipped);
    }
    free(list);
}
