/* registry.h - plugin names to trusted, checked, loaded plugins.
 *
 * A bare name is looked up as <dir>/<kind>/<name>.so and <dir>/<name>.so over the search
 * path, first match wins; a name with a slash is a file, relative to the study file's
 * folder.  Nothing is scanned for a run.  Each file is checked before any of its code runs
 * (owner and writability of it and of each folder above, ELF header and symbol), then probed
 * in another process with a deadline, then loaded for good, and its tables are copied into
 * the newest layout.  Modules are never unloaded, so a registry's plugins outlive it. */
#ifndef HONE_CORE_REGISTRY_H
#define HONE_CORE_REGISTRY_H

#include <stdbool.h>

#include "error.h"
#include "hone_plugin.h"
#include "kind.h"
#include "log.h"

/* A plugin in the host's own layout: every slot that it did not give is NULL here and is
 * filled by instance.c. */
typedef struct plugin {
    int32_t kind;
    uint32_t caps;
    const char *name, *version, *doc;
    const char *sources;        /* "" if not stated */
    const hone_option *options; /* [n_options] normalised: this host's stride */
    int32_t n_options;
    hone_strategy_ops strategy;       /* the one of `kind` is filled, zero beyond its size */
    hone_surrogate_ops surrogate;
    hone_acquisition_ops acquisition;
    hone_objective_ops objective;
    hone_pruner_ops pruner;
    int32_t (*create)(const hone_host *host, const hone_value *values, void **self);
    void (*destroy)(void *self);
    const void *(*extension)(const char *id);
    const struct module *module;
} plugin;

typedef struct module {
    char *path;                 /* real path */
    char sha256[65];            /* of the file, hexadecimal */
    const char *name, *version, *license, *url;
    uint32_t abi_minor;
    int32_t n_plugins;
    plugin *plugins;
    int32_t n_skipped;
    char **skipped;             /* plugins of the module left out, with the reason */
} module;

typedef struct registry_settings {
    const char *const *dirs;    /* --plugin-dir and [study] plugin_dir, absolute; [n_dirs] */
    int n_dirs;
    bool allow_unsafe;          /* --allow-unsafe-plugins: skip the ownership checks */
    bool no_probe;              /* tests only */
    double probe_seconds;       /* 0: 5 s */
    const char *program;        /* the hone program for probing; NULL: registry_program() */
    const log_sink *log;
} registry_settings;

typedef struct registry registry;

int32_t registry_new(const registry_settings *settings, registry **out, error *err);
void registry_free(registry *r);

/* The plugin, probed and loaded at first use.  NULL with a sentence that names where it was
 * searched and what was probably meant.  kind 0: any (then `name` must be unique). */
const plugin *registry_find(registry *r, int32_t kind, const char *name, const char *folder,
                            error *err);
/* One file, as `hone check FILE.so` has it; probed and loaded. */
const module *registry_load(registry *r, const char *path, error *err);

/* Everything on the path, probed in other processes, nothing loaded into this one. */
typedef struct listing {
    char *path, *dir;
    char *module, *version, *abi;
    int32_t kind;               /* 0: the file was skipped */
    char *name, *plugin_version, *doc;
    uint32_t caps;
    char *shadowed_by;          /* path of the one that wins, or NULL */
    char *skipped;              /* reason, or NULL */
} listing;
int32_t registry_list(registry *r, listing **out, int *n, error *err);
void listing_free(listing *list, int n);

const char *const *registry_path(const registry *r, int *n); /* the search path in order */

/* Path of the hone program that runs probes and workers: this process if it is hone, else
 * the one beside libhone.  "" if there is none. */
const char *registry_program(void);

/* `hone --probe FILE [SECONDS]`: describe FILE on descriptor 3, loading it for at most so long
 * (NULL: 5 s); never returns to normal work.  Returns the exit status. */
int probe_main(const char *path, const char *seconds);

#endif
