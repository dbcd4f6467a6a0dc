/* registry_state.h - what a registry holds; for the registry*.c files only. */
#ifndef HONE_CORE_REGISTRY_STATE_H
#define HONE_CORE_REGISTRY_STATE_H

#include <sys/stat.h>

#include "module.h"
#include "path.h"
#include "probe.h"

typedef struct known { /* one inode, one module */
    dev_t dev;
    ino_t ino;
    module *module;
} known;

struct registry {
    registry_settings set; /* its strings are the caller's and not kept, but for dirs below */
    char *program;
    trust trust;
    int n_dirs;
    char **dirs;           /* the search path in order */
    int n_known;
    known *known;
};

/* registry.c: a file by its real path, with its bytes, after every check but the probe.  The
 * caller frees file->path and file->data, also after a failure.  PATH_MISSING: not there. */
int32_t registry_look(registry *r, const char *path, module_file *file, error *err);
void registry_unlook(module_file *file);
int32_t registry_probe(registry *r, const char *path, probe_reply *reply, error *err);

/* registry_names.c: file names without .so in a folder, sorted; none if it cannot be read. */
typedef struct names {
    int n, room;
    char **list;
} names;
void names_of(const char *folder, names *out);
void names_free(names *n);
/* Adds the sentence for a name that was not found. */
int32_t names_miss(const registry *r, int32_t kind, const char *name, error *err);

#endif
