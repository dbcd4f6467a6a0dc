/* good.c - a sound plugin, to be truncated and damaged. */
#include "broken.h"

static const char *const FRUIT[] = {"apple", "pear", NULL};
static const hone_option OPTIONS[] = {
    {.name = "weight", .type = HONE_OPT_REAL, .def = "0.5", .low = 0, .high = 1,
     .doc = "How heavy it is."},
    {.name = "fruit", .type = HONE_OPT_CHOICE, .def = "pear", .choices = FRUIT,
     .doc = "Which one it is."},
};
static const hone_plugin GOOD = {SOUND("good"),
                                 .options = OPTIONS,
                                 .n_options = 2,
                                 .option_size = sizeof(hone_option)};
static const hone_plugin *const PLUGINS[] = {&GOOD};
HONE_MODULE("good", "1.0", "MIT", "https://example.org/good", PLUGINS)
