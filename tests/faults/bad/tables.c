/* tables.c - one sound plugin among many broken ones: each of those is left out with its own
 * reason, and nothing of any of them is called.  The test reads `called` through the symbol
 * broken_calls. */
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma clang diagnostic ignored "-Winitializer-overrides"
#endif
#include "broken.h"

static const hone_strategy_ops OPS_SHORT = {.size = 8, .ask = broken_ask};
static const hone_strategy_ops OPS_HUGE = {.size = 0xffffffff, .ask = broken_ask};
static const hone_strategy_ops OPS_NO_ASK = {.size = sizeof OPS_NO_ASK};
static const hone_strategy_ops OPS_NEW_CAPS = {
    .size = sizeof OPS_NEW_CAPS, .caps = 1u << 30, .ask = broken_ask};
static const hone_option BAD_DEFAULT[] = {{.name = "weight", .type = HONE_OPT_REAL, .def = "heavy",
                                           .low = 0, .high = 1, .doc = "How heavy it is."}};
static const hone_option OUT_OF_RANGE[] = {{.name = "weight", .type = HONE_OPT_REAL, .def = "2",
                                            .low = 0, .high = 1, .doc = "How heavy it is."}};
static const hone_option BAD_NAME[] = {
    {.name = "Weight!", .type = HONE_OPT_INT, .def = "1", .low = 0, .high = 9, .doc = "A name."}};

#define OPTIONS(table_) .options = table_, .n_options = 1, .option_size = sizeof(hone_option)

static const hone_plugin SIZE_0 = {SOUND("size_0"), .size = 0};
static const hone_plugin SIZE_SHORT = {SOUND("size_short"), .size = 24};
static const hone_plugin SIZE_HUGE = {SOUND("size_huge"), .size = 0x10000000};
static const hone_plugin NO_NAME = {SOUND(NULL)};
static const hone_plugin LONG_NAME = {SOUND("a23456789012345678901234567890123")};
static const hone_plugin UPPER_NAME = {SOUND("Upper")};
static const hone_plugin PATH_NAME = {SOUND("../x")};
static const hone_plugin NO_DOC = {SOUND("no_doc"), .doc = NULL};
static const hone_plugin NO_VERSION = {SOUND("no_version"), .version = NULL};
static const hone_plugin NO_CREATE = {SOUND("no_create"), .create = NULL};
static const hone_plugin NO_DESTROY = {SOUND("no_destroy"), .destroy = NULL};
static const hone_plugin NO_OPS = {SOUND("no_ops"), .ops = NULL};
static const hone_plugin NO_ASK = {SOUND("no_ask"), .ops = &OPS_NO_ASK};
static const hone_plugin SHORT_OPS = {SOUND("short_ops"), .ops = &OPS_SHORT};
static const hone_plugin HUGE_OPS = {SOUND("huge_ops"), .ops = &OPS_HUGE};
static const hone_plugin NEW_CAPS = {SOUND("new_caps"), .ops = &OPS_NEW_CAPS};
static const hone_plugin NEW_KIND = {SOUND("new_kind"), .kind = 77};
static const hone_plugin KIND_0 = {SOUND("kind_0"), .kind = 0};
static const hone_plugin STRIDE_0 = {SOUND("stride_0"), OPTIONS(BAD_DEFAULT), .option_size = 0};
static const hone_plugin NULL_OPTIONS = {SOUND("null_options"), .n_options = 3,
                                         .option_size = sizeof(hone_option)};
static const hone_plugin MANY_OPTIONS = {SOUND("many_options"), OPTIONS(BAD_DEFAULT),
                                         .n_options = 1 << 30};
static const hone_plugin DEFAULT_TYPE = {SOUND("default_type"), OPTIONS(BAD_DEFAULT)};
static const hone_plugin DEFAULT_RANGE = {SOUND("default_range"), OPTIONS(OUT_OF_RANGE)};
static const hone_plugin OPTION_NAME = {SOUND("option_name"), OPTIONS(BAD_NAME)};
static const hone_plugin WELL = {SOUND("tables")};

static const hone_plugin *const PLUGINS[] = {
    &SIZE_0,        &SIZE_SHORT,   &SIZE_HUGE,  &NO_NAME,  &LONG_NAME, &UPPER_NAME,   &PATH_NAME,
    &NO_DOC,        &NO_VERSION,   &NO_CREATE,  &NO_DESTROY, &NO_OPS,  &NO_ASK,       &SHORT_OPS,
    &HUGE_OPS,      &NEW_CAPS,     &NEW_KIND,   &KIND_0,   &STRIDE_0,  &NULL_OPTIONS, &MANY_OPTIONS,
    &DEFAULT_TYPE,  &DEFAULT_RANGE, &OPTION_NAME, NULL,    &WELL,      &WELL};
HONE_MODULE("tables", "1.0", "MIT", "", PLUGINS)

HONE_EXPORT int32_t broken_calls(void);
HONE_EXPORT int32_t broken_calls(void)
{
    return called;
}
