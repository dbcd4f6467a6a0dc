/* module_short.c - a module that is shorter than that of 1.0. */
#define MODULE_BREAKS .size = 16
#include "broken.h"
