/* module_wild.c - a name that points nowhere: the probe dies of it. */
#define MODULE_BREAKS .name = (const char *)16
#include "broken.h"
