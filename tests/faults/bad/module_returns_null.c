/* module_returns_null.c - the entry returns NULL. */
#include "broken.h"

HONE_EXPORT const hone_module *hone_module_v1(void);
HONE_EXPORT const hone_module *hone_module_v1(void)
{
    return NULL;
}
