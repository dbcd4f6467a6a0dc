/* module_magic.c - what the entry returns is no module. */
#define MODULE_BREAKS .magic = 0x12345678
#include "broken.h"
