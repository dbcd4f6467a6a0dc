/* kind.h - the kinds of plugins and their capabilities, in words. */
#ifndef HONE_CORE_KIND_H
#define HONE_CORE_KIND_H

#include <stdint.h>

const char *kind_name(int32_t kind);     /* "strategy" ... */
int32_t kind_number(const char *name);   /* 0: unknown */
char *caps_text(uint32_t caps);          /* "batch conditional native"; caller frees */

#endif
