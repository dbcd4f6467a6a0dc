/* module_major.c - a module of another major version behind the entry of this one. */
#define MODULE_BREAKS .abi_major = 2
#include "broken.h"
