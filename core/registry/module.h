/* module.h - a shared object of plugins, in this process: loaded, checked, copied into this
 * host's own layout. */
#ifndef HONE_CORE_MODULE_H
#define HONE_CORE_MODULE_H

#include <sys/stat.h>

#include "registry.h"

/* The file as it was looked at and probed; what is loaded must be that. */
typedef struct module_file {
    const char *path;   /* real path */
    struct stat facts;
    const void *data;   /* [n] its bytes */
    size_t n;
} module_file;

/* Loads it for good.  HONE_EPLUGIN with the reason: the linker's own words, another version of
 * the interface, no usable plugin, a file that changed meanwhile.  What a constructor changed
 * about the process is put back, with a warning in the log. */
int32_t module_open(const module_file *file, const log_sink *log, module **out, error *err);

/* The same in a process that is thrown away afterwards. */
int32_t module_describe(const char *path, module **out, error *err);

void module_free(module *m); /* the tables only: code is never unloaded */

#endif
