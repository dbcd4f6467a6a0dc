/* kind.h - the kinds of plugins and their capabilities, in words. */
#ifndef HONE_CORE_KIND_H
#define HONE_CORE_KIND_H

#include <stdbool.h>
#include <stdint.h>

const char *kind_name(int32_t kind);     /* "strategy" ... */
int32_t kind_number(const char *name);   /* 0: unknown */
char *caps_text(uint32_t caps);          /* "batch conditional native"; caller frees */
/* The i-th bit of caps, by its name and what it means to a user; false: there are no more. */
bool caps_item(uint32_t caps, int i, const char **name, const char **sentence);

#endif
