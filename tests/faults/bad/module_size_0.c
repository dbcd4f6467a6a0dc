/* module_size_0.c - a module that says it has no size. */
#define MODULE_BREAKS .size = 0
#include "broken.h"
