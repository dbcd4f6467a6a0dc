/* broken.h - a sound strategy, of which each file here breaks one thing.
 *
 * `called` counts calls of anything but the entry: a refused plugin was never called. */
#ifndef BROKEN_H
#define BROKEN_H

#include "hone_plugin.h"


#define MAYBE_UNUSED __attribute__((unused))

static MAYBE_UNUSED int32_t called;

static MAYBE_UNUSED int32_t broken_ask(void *self, const hone_trials *t, int64_t n,
                                       const int64_t *number, double *x, int64_t ldx,
                                       int64_t *n_out)
{
    (void)self, (void)t, (void)n, (void)number, (void)x, (void)ldx;
    called++;
    *n_out = 0;
    return HONE_DONE;
}

static MAYBE_UNUSED int32_t broken_create(const hone_host *host, const hone_value *values,
                                          void **self)
{
    (void)host, (void)values;
    called++;
    *self = NULL;
    return HONE_OK;
}

static MAYBE_UNUSED void broken_destroy(void *self)
{
    (void)self;
    called++;
}

static MAYBE_UNUSED const hone_strategy_ops BROKEN_OPS = {.size = sizeof BROKEN_OPS,
                                                          .ask = broken_ask};

/* All members of a sound plugin; what follows in an initializer replaces one of them. */
#define SOUND(name_)                                                                             \
    .size = sizeof(hone_plugin), .kind = HONE_STRATEGY, .name = name_, .version = "1.0",         \
    .doc = "Proposes nothing.", .ops = &BROKEN_OPS, .create = broken_create,                     \
    .destroy = broken_destroy

#define SOUND_MODULE                                                                             \
    .size = sizeof(hone_module), .magic = HONE_MAGIC, .abi_major = HONE_ABI_MAJOR,               \
    .name = "broken", .version = "1.0", .plugins = PLUGINS, .n_plugins = 1

/* A module whose file breaks the module itself: MODULE_BREAKS are members. */
#ifdef MODULE_BREAKS
static const hone_plugin PLUGIN = {SOUND("sound")};
static const hone_plugin *const PLUGINS[] = {&PLUGIN};
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma clang diagnostic ignored "-Winitializer-overrides"
#endif
static const hone_module MODULE = {SOUND_MODULE, MODULE_BREAKS};
HONE_EXPORT const hone_module *hone_module_v1(void);
HONE_EXPORT const hone_module *hone_module_v1(void)
{
    return &MODULE;
}
#endif

/* A module whose constructor breaks something: its file writes `break_it`. */
#ifdef CONSTRUCTOR_BREAKS
static const hone_plugin PLUGIN = {SOUND("sound")};
static const hone_plugin *const PLUGINS[] = {&PLUGIN};
static void __attribute__((constructor)) break_it(void);
HONE_MODULE("broken", "1.0", "MIT", "", PLUGINS)
#endif

#endif
