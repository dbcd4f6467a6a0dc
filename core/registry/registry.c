/* registry.c - the search path, and files that become modules. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "elf_check.h"
#include "program.h"
#include "registry_state.h"
#include "sha256.h"
#include "text.h"

enum { MOST_BYTES = 1 << 30 }; /* of a plugin's file */

/* ---- the search path ---- */

static int32_t add_dir(registry *r, const char *dir, error *err)
{
    char **dirs = realloc(r->dirs, ((size_t)r->n_dirs + 1) * sizeof *dirs);
    char *own = strdup(dir);
    if (dirs)
        r->dirs = dirs;
    if (!dirs || !own) {
        free(own);
        return error_add(err, HONE_ENOMEM, "out of memory");
    }
    r->dirs[r->n_dirs++] = own;
    return HONE_OK;
}

static int32_t add_given(registry *r, error *err)
{
    int32_t status = HONE_OK;
    for (int i = 0; i < r->set.n_dirs && status >= 0; i++) {
        const char *dir = r->set.dirs[i];
        struct stat facts;
        if (*dir != '/')
            status = error_add(err, HONE_EINVAL, "plugin folder '%s' is not an absolute path", dir);
        else if (stat(dir, &facts) != 0 || !S_ISDIR(facts.st_mode))
            status = error_add(err, HONE_EINVAL, "plugin folder '%s' is not a folder", dir);
        else
            status = add_dir(r, dir, err);
    }
    return status;
}

/* An empty or relative element would be the working directory, wherever that is. */
static int32_t add_environment(registry *r, error *err)
{
    const char *path = secure_getenv("HONE_PLUGIN_PATH");
    if (!path || !*path)
        return HONE_OK;
    char *copy = strdup(path), *at = copy, *dir;
    int32_t status = copy ? HONE_OK : error_add(err, HONE_ENOMEM, "out of memory");
    while (status >= 0 && (dir = strsep(&at, ":"))) {
        if (*dir != '/')
            status = error_add(err, HONE_EINVAL,
                               "HONE_PLUGIN_PATH = '%s': its element '%s' is %s; each must be an "
                               "absolute path",
                               path, dir, *dir ? "relative" : "empty");
        else
            status = add_dir(r, dir, err);
    }
    free(copy);
    return status;
}

static int32_t add_home(registry *r, error *err)
{
    struct passwd user, *u = NULL;
    char room[4096];
    const char *home = secure_getenv("HOME");
    if (program_elevated())
        return HONE_OK;
    if (!home && getpwuid_r(geteuid(), &user, room, sizeof room, &u) == 0 && u)
        home = u->pw_dir;
    if (!home || *home != '/')
        return HONE_OK;
    char *dir = path_join(home, ".local/lib/hone/1");
    int32_t status = dir ? add_dir(r, dir, err) : error_add(err, HONE_ENOMEM, "out of memory");
    free(dir);
    return status;
}

static int32_t add_built_in(registry *r, error *err)
{
    const char *beside = program_plugins();
    return add_dir(r, *beside ? beside : HONE_LIBDIR "/hone/1", err);
}

/* BLAS inside a plugin runs on one thread: results must not depend on the number of cores.
 * What the user has set stands. */
static void one_thread(void)
{
    static const char *const VARIABLES[] = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS",
                                            "MKL_NUM_THREADS", "BLIS_NUM_THREADS"};
    for (size_t i = 0; i < sizeof VARIABLES / sizeof *VARIABLES; i++)
        if (!getenv(VARIABLES[i]))
            setenv(VARIABLES[i], "1", 0);
}

int32_t registry_new(const registry_settings *settings, registry **out, error *err)
{
    registry *r = calloc(1, sizeof *r);
    int32_t status = HONE_OK;
    *out = NULL;
    if (!r)
        return error_add(err, HONE_ENOMEM, "out of memory");
    one_thread();
    r->set = *settings;
    trust_init(&r->trust, settings->allow_unsafe);
    r->program = strdup(settings->program ? settings->program : registry_program());
    if (!r->program)
        status = error_add(err, HONE_ENOMEM, "out of memory");
    if (status < 0 || (status = add_given(r, err)) < 0 ||
        (status = add_environment(r, err)) < 0 || (status = add_home(r, err)) < 0 ||
        (status = add_built_in(r, err)) < 0) {
        registry_free(r);
        return status;
    }
    *out = r;
    return HONE_OK;
}

void registry_free(registry *r)
{
    if (!r)
        return;
    for (int i = 0; i < r->n_known; i++)
        module_free(r->known[i].module);
    for (int i = 0; i < r->n_dirs; i++)
        free(r->dirs[i]);
    free(r->known);
    free(r->dirs);
    free(r->program);
    free(r);
}

const char *const *registry_path(const registry *r, int *n)
{
    *n = r->n_dirs;
    return (const char *const *)r->dirs;
}

/* ---- one file ---- */

/* Reads what was looked at, without waiting for a FIFO's writer and without following a link
 * that came meanwhile. */
static int32_t read_file(module_file *file, error *err)
{
    struct stat now;
    char *data = NULL;
    size_t done = 0;
    int fd = open(file->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return error_add(err, HONE_EPLUGIN, "%s cannot be read: %s", file->path, strerror(errno));
    file->n = (size_t)file->facts.st_size;
    bool same = fstat(fd, &now) == 0 && path_unchanged(&now, &file->facts);
    if (same && file->facts.st_size <= MOST_BYTES && (data = malloc(file->n + 1))) {
        ssize_t n = 1;
        while (done < file->n && n > 0) {
            n = read(fd, data + done, file->n - done);
            done += n > 0 ? (size_t)n : 0;
        }
    }
    close(fd);
    file->data = data;
    if (file->facts.st_size > MOST_BYTES)
        return error_add(err, HONE_EPLUGIN, "%s is larger than 1 GiB: no plugin", file->path);
    if (same && !data)
        return error_add(err, HONE_ENOMEM, "out of memory");
    if (done != file->n)
        return error_add(err, HONE_EPLUGIN, "%s changed while loading; start again", file->path);
    return HONE_OK;
}

int32_t registry_look(registry *r, const char *path, module_file *file, error *err)
{
    char *real;
    *file = (module_file){0};
    int32_t status = path_resolve(path, &r->trust, &real, &file->facts, err);
    file->path = real;
    if (status == HONE_OK)
        status = read_file(file, err);
    if (status == HONE_OK)
        status = elf_check(path, file->data, file->n, err);
    return status;
}

void registry_unlook(module_file *file)
{
    free((void *)file->path);
    free((void *)file->data);
    *file = (module_file){0};
}

int32_t registry_probe(registry *r, const char *path, probe_reply *reply, error *err)
{
    return probe_file(r->program, path, r->set.probe_seconds, reply, err);
}

static const module *find_known(const registry *r, const struct stat *facts)
{
    for (int i = 0; i < r->n_known; i++)
        if (r->known[i].dev == facts->st_dev && r->known[i].ino == facts->st_ino)
            return r->known[i].module;
    return NULL;
}

static int32_t keep(registry *r, const module_file *file, module *m, error *err)
{
    known *more = realloc(r->known, ((size_t)r->n_known + 1) * sizeof *more);
    if (!more) {
        module_free(m);
        return error_add(err, HONE_ENOMEM, "out of memory");
    }
    r->known = more;
    sha256_text(file->data, file->n, m->sha256);
    for (int32_t i = 0; i < m->n_skipped; i++)
        log_line(r->set.log, HONE_LOG_WARN, "%s", m->skipped[i]);
    r->known[r->n_known++] = (known){file->facts.st_dev, file->facts.st_ino, m};
    return HONE_OK;
}

/* PATH_MISSING: there is no such file. */
static int32_t open_file(registry *r, const char *path, const module **out, error *err)
{
    module_file file;
    module *m = NULL;
    *out = NULL;
    int32_t status = registry_look(r, path, &file, err);
    if (status == HONE_OK && (*out = find_known(r, &file.facts)) == NULL) {
        if (!r->set.no_probe) {
            probe_reply reply;
            status = registry_probe(r, file.path, &reply, err);
            probe_free(&reply);
        }
        if (status >= 0)
            status = module_open(&file, r->set.log, &m, err);
        if (status >= 0)
            status = keep(r, &file, m, err);
        if (status >= 0)
            *out = m;
    }
    registry_unlook(&file);
    return status;
}

const module *registry_load(registry *r, const char *path, error *err)
{
    const module *m = NULL;
    char *absolute = *path == '/' ? strdup(path) : NULL;
    if (!absolute) {
        char *here = *path == '/' ? NULL : getcwd(NULL, 0);
        absolute = here ? path_join(here, path) : NULL;
        free(here);
    }
    if (!absolute)
        error_add(err, HONE_ENOMEM, "out of memory");
    else if (open_file(r, absolute, &m, err) == PATH_MISSING)
        error_add(err, HONE_EPLUGIN, "%s does not exist", path);
    free(absolute);
    return m;
}

/* ---- names to plugins ---- */

static const plugin *pick(const module *m, int32_t kind, const char *name)
{
    const plugin *found = NULL;
    for (int32_t i = 0; i < m->n_plugins && !found; i++)
        if ((kind == 0 || m->plugins[i].kind == kind) && strcmp(m->plugins[i].name, name) == 0)
            found = &m->plugins[i];
    return found;
}

/* What the module has instead, and why what it had is left out. */
static void say_what_it_has(const module *m, int32_t kind, const char *name, error *err)
{
    text t = {0};
    text_add(&t, "%s holds no %s%s%s%s", m->path, kind ? kind_name(kind) : "plugin",
             name ? " '" : "", name ? name : "", name ? "'" : "");
    for (int32_t i = 0; i < m->n_plugins; i++)
        text_add(&t, "%s %s '%s'", i ? "," : "; it holds", kind_name(m->plugins[i].kind),
                 m->plugins[i].name);
    for (int32_t i = 0; i < m->n_skipped; i++)
        text_add(&t, "; left out: %s", m->skipped[i]);
    error_add(err, HONE_EPLUGIN, "%s", t.failed ? m->path : t.data);
    text_free(&t);
}

/* The file's own name, from the path as it was given: a link may choose one of several. */
static char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    size_t n = strlen(base);
    return strndup(base, n > 3 && strcmp(base + n - 3, ".so") == 0 ? n - 3 : n);
}

/* The only plugin of the kind in a file, or the one that is called like the file. */
static const plugin *pick_from_file(const module *m, int32_t kind, const char *path, error *err)
{
    const plugin *only = NULL;
    int n = 0;
    for (int32_t i = 0; i < m->n_plugins; i++)
        if (kind == 0 || m->plugins[i].kind == kind) {
            only = &m->plugins[i];
            n++;
        }
    if (n == 1)
        return only;
    char *name = base_name(path);
    const plugin *named = n && name ? pick(m, kind, name) : NULL;
    if (!named)
        say_what_it_has(m, kind, n ? name : NULL, err);
    free(name);
    return named;
}

static const plugin *find_file(registry *r, int32_t kind, const char *name, const char *folder,
                               error *err)
{
    const module *m = NULL;
    char *path = *name == '/' ? strdup(name) : folder ? path_join(folder, name) : NULL;
    const plugin *p = NULL;
    if (!path) {
        error_add(err, HONE_EINVAL, "plugin '%s': a relative path needs a study file's folder",
                  name);
        return NULL;
    }
    int32_t status = open_file(r, path, &m, err);
    if (status == PATH_MISSING)
        error_add(err, HONE_EPLUGIN, "plugin '%s': %s does not exist", name, path);
    else if (status >= 0)
        p = pick_from_file(m, kind, path, err);
    free(path);
    return p;
}

/* One candidate, <dir>/<name>.so or <dir>/<kind>/<name>.so.  In a folder of its kind a file
 * must hold what it is called; elsewhere it may be about another kind. */
static int32_t try_place(registry *r, const char *dir, const char *subfolder, int32_t kind,
                         const char *name, const plugin **out, error *err)
{
    const module *m;
    text path = {0};
    text_add(&path, "%s%s%s/%s.so", dir, subfolder ? "/" : "", subfolder ? subfolder : "", name);
    char *p = text_take(&path);
    int32_t status = p ? open_file(r, p, &m, err) : error_add(err, HONE_ENOMEM, "out of memory");
    if (status == HONE_OK) {
        *out = pick(m, kind, name);
        if (!*out && subfolder) {
            say_what_it_has(m, kind, name, err);
            status = HONE_EPLUGIN;
        }
    }
    free(p);
    return status < 0 ? status : HONE_OK;
}

/* kind is known. */
static int32_t find_kind(registry *r, int32_t kind, const char *name, const plugin **out,
                         error *err)
{
    int32_t status = HONE_OK;
    *out = NULL;
    for (int i = 0; i < r->n_dirs && !*out && status >= 0; i++) {
        status = try_place(r, r->dirs[i], kind_name(kind), kind, name, out, err);
        if (status >= 0 && !*out)
            status = try_place(r, r->dirs[i], NULL, kind, name, out, err);
    }
    return status;
}

static const plugin *find_any(registry *r, const char *name, error *err)
{
    const plugin *found = NULL;
    for (int32_t kind = HONE_STRATEGY; kind <= HONE_PRUNER; kind++) {
        const plugin *p;
        if (find_kind(r, kind, name, &p, err) < 0)
            return NULL;
        if (p && found) {
            error_add(err, HONE_EINVAL, "'%s' is both a %s and a %s; say which with --kind", name,
                      kind_name(found->kind), kind_name(p->kind));
            return NULL;
        }
        found = p ? p : found;
    }
    if (!found)
        names_miss(r, 0, name, err);
    return found;
}

static bool legal_name(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return n > 0 && n <= 32 && name[n] == '\0';
}

const plugin *registry_find(registry *r, int32_t kind, const char *name, const char *folder,
                            error *err)
{
    const plugin *found = NULL;
    if (strchr(name, '/'))
        return find_file(r, kind, name, folder, err);
    if (!legal_name(name)) {
        error_add(err, HONE_EINVAL,
                  "'%s' is not the name of a plugin: 1 to 32 of a-z 0-9 _, or a file's path with "
                  "a slash",
                  name);
        return NULL;
    }
    if (kind == 0)
        return find_any(r, name, err);
    if (find_kind(r, kind, name, &found, err) >= 0 && !found)
        names_miss(r, kind, name, err);
    return found;
}
