/* module.c - dlopen of a file that was checked and probed.
 *
 * RTLD_NOW: a missing symbol shows at the start, not at trial 300.  RTLD_LOCAL: plugins do not
 * see each other.  RTLD_NODELETE and no dlclose: strings and tables live as long as the
 * process. */
#include "module.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "elf_check.h"
#include "guard.h"
#include "path.h"
#include "table.h"

#define ENTRY "hone_module_v1"

/* POSIX lets dlsym return functions; C has no cast for it. */
static hone_module_fn as_entry(void *symbol)
{
    hone_module_fn f;
    memcpy(&f, &symbol, sizeof f);
    return f;
}

/* The linker's words, without the path that the sentence begins with anyway. */
static const char *linker_words(const char *path)
{
    const char *words = dlerror();
    size_t n = strlen(path);
    if (!words)
        return "the dynamic linker gave no reason";
    return strncmp(words, path, n) == 0 && strncmp(words + n, ": ", 2) == 0 ? words + n + 2
                                                                          : words;
}

static int32_t load(const char *path, hone_module_fn *entry, error *err)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle)
        return error_add(err, HONE_EPLUGIN, "%s cannot be loaded: %s", path, linker_words(path));
    void *symbol = dlsym(handle, ENTRY);
    if (!symbol)
        return error_add(err, HONE_EPLUGIN, "%s is not a hone plugin: it exports no " ENTRY,
                         path);
    *entry = as_entry(symbol);
    return HONE_OK;
}

/* Is what was mapped the file that was probed?  A file of this name may have been loaded by an
 * earlier study of this process; the linker then gives back the old code. */
static int32_t check_same(const module_file *file, hone_module_fn entry, error *err)
{
    struct stat now;
    Dl_info object;
    void *address;
    memcpy(&address, &entry, sizeof address);
    if (stat(file->path, &now) != 0 || !path_unchanged(&now, &file->facts))
        return error_add(err, HONE_EPLUGIN, "%s changed while loading; start again", file->path);
    if (dladdr(address, &object) && !elf_same(object.dli_fbase, file->data, file->n))
        return error_add(err, HONE_EPLUGIN,
                         "%s changed since this process loaded it; start the process again",
                         file->path);
    return HONE_OK;
}

static int32_t read_tables(const char *path, hone_module_fn entry, module **out, error *err)
{
    module *m = calloc(1, sizeof *m);
    int32_t status = HONE_ENOMEM;
    if (m && (m->path = strdup(path)))
        status = table_read(entry(), m, err);
    else
        error_add(err, HONE_ENOMEM, "out of memory");
    if (status < 0) {
        module_free(m);
        m = NULL;
    }
    *out = m;
    return status;
}

int32_t module_describe(const char *path, module **out, error *err)
{
    hone_module_fn entry;
    *out = NULL;
    int32_t status = load(path, &entry, err);
    return status < 0 ? status : read_tables(path, entry, out, err);
}

int32_t module_open(const module_file *file, const log_sink *log, module **out, error *err)
{
    hone_module_fn entry;
    text changed = {0};
    guard before;
    *out = NULL;
    guard_take(&before, true);
    int32_t status = load(file->path, &entry, err);
    if (status >= 0)
        status = check_same(file, entry, err);
    if (status >= 0)
        status = read_tables(file->path, entry, out, err);
    guard_restore(&before, &changed);
    if (changed.length)
        log_line(log, HONE_LOG_WARN, "%s changed the %s while loading; it was put back",
                 file->path, changed.data);
    guard_free(&before);
    text_free(&changed);
    return status;
}

void module_free(module *m)
{
    if (!m)
        return;
    for (int32_t i = 0; i < m->n_plugins; i++)
        free((void *)m->plugins[i].options);
    for (int32_t i = 0; i < m->n_skipped; i++)
        free(m->skipped[i]);
    free(m->plugins);
    free(m->skipped);
    free(m->path);
    free(m);
}
