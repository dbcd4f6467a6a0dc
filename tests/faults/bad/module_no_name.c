/* module_no_name.c - a module without a name. */
#define MODULE_BREAKS .name = NULL
#include "broken.h"
