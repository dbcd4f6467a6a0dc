/* none.c - never stops a trial: what a study without [pruner] does.
 *
 * Also the smallest pruner there is, to begin one's own from. */
#include "hone_plugin.h"

static int32_t observe(void *self, int64_t number, int64_t step, double value, int32_t *stop)
{
    (void)self, (void)number, (void)step, (void)value;
    *stop = 0;
    return HONE_OK;
}

static int32_t finish(void *self, int64_t number, int32_t state)
{
    (void)self, (void)number, (void)state;
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    (void)values;
    *self = (void *)host; /* no state: anything that is not NULL */
    return HONE_OK;
}

static void destroy(void *self)
{
    (void)self;
}

static const hone_pruner_ops OPS = {.size = sizeof OPS, .observe = observe, .finish = finish};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_PRUNER,
    .name = "none",
    .version = "1.0.0",
    .doc = "Never stops a trial early.",
    .sources = "Of hone itself.",
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("none", "1.0.0", "MIT", "", PLUGINS)
