/* registry_names.c - which names there are: only looked up once one was not found. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "registry_state.h"
#include "text.h"

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_name(names *n, const char *name, size_t length)
{
    if (n->n == n->room) {
        int room = n->room ? 2 * n->room : 32;
        char **list = realloc(n->list, (size_t)room * sizeof *list);
        if (!list)
            return;
        n->list = list;
        n->room = room;
    }
    if ((n->list[n->n] = strndup(name, length)))
        n->n++;
}

/* Adds the names in a folder to those there are. */
static void add_folder(const char *folder, names *out)
{
    DIR *d = opendir(folder);
    const struct dirent *e;
    while (d && (e = readdir(d))) {
        size_t n = strlen(e->d_name);
        if (n > 3 && *e->d_name != '.' && strcmp(e->d_name + n - 3, ".so") == 0)
            add_name(out, e->d_name, n - 3);
    }
    if (d)
        closedir(d);
}

void names_of(const char *folder, names *out)
{
    *out = (names){0};
    add_folder(folder, out);
    if (out->n > 1)
        qsort(out->list, (size_t)out->n, sizeof *out->list, by_name);
}

void names_free(names *n)
{
    for (int i = 0; i < n->n; i++)
        free(n->list[i]);
    free(n->list);
    *n = (names){0};
}

static void add_kind(const registry *r, int32_t kind, names *out)
{
    for (int i = 0; i < r->n_dirs; i++) {
        char *folder = path_join(r->dirs[i], kind_name(kind));
        if (folder)
            add_folder(folder, out);
        free(folder);
        add_folder(r->dirs[i], out);
    }
}

static int32_t kind_of(const registry *r, const char *name)
{
    int32_t found = 0;
    for (int32_t kind = HONE_STRATEGY; kind <= HONE_PRUNER && !found; kind++)
        for (int i = 0; i < r->n_dirs && !found; i++) {
            text path = {0};
            struct stat facts;
            text_add(&path, "%s/%s/%s.so", r->dirs[i], kind_name(kind), name);
            if (!path.failed && stat(path.data, &facts) == 0)
                found = kind;
            text_free(&path);
        }
    return found;
}

int32_t names_miss(const registry *r, int32_t kind, const char *name, error *err)
{
    text t = {0};
    names all = {0};
    for (int32_t k = kind ? kind : HONE_STRATEGY; k <= (kind ? kind : HONE_PRUNER); k++)
        add_kind(r, k, &all);
    const char *meant = nearest(name, (const char *const *)all.list, all.n);
    int32_t other = kind_of(r, name);
    text_add(&t, "no %s '%s'", kind ? kind_name(kind) : "plugin", name);
    if (other && other != kind)
        text_add(&t, "; '%s' is of kind %s", name, kind_name(other));
    else if (meant && strcmp(meant, name) != 0)
        text_add(&t, "; did you mean '%s'?", meant);
    text_add(&t, " (searched:");
    for (int i = 0; i < r->n_dirs; i++)
        text_add(&t, "%s %s", i ? "," : "", r->dirs[i]);
    text_add(&t, ")");
    int32_t status = error_add(err, HONE_EPLUGIN, "%s", t.failed ? name : t.data);
    text_free(&t);
    names_free(&all);
    return status;
}
