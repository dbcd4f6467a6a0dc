/* module_huge.c - a size that is garbage. */
#define MODULE_BREAKS .size = 0x7fffffff
#include "broken.h"
