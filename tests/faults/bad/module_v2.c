/* module_v2.c - a plugin for a future interface. */
#include "broken.h"

HONE_EXPORT const void *hone_module_v2(void);
HONE_EXPORT const void *hone_module_v2(void)
{
    return &BROKEN_OPS;
}
