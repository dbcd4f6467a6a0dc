/* module_null.c - a module whose table of plugins is NULL. */
#define MODULE_BREAKS .plugins = NULL
#include "broken.h"
