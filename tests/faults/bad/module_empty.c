/* module_empty.c - a module without plugins. */
#define MODULE_BREAKS .n_plugins = 0
#include "broken.h"
