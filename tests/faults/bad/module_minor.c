/* module_minor.c - needs a host of a later minor version. */
#define MODULE_BREAKS .abi_minor = 99
#include "broken.h"
