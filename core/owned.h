/* owned.h - blocks of memory that end together: whatever a document or a table points to. */
#ifndef HONE_CORE_OWNED_H
#define HONE_CORE_OWNED_H

#include <stddef.h>

/* A list of blocks; NULL is an empty one.  Blocks are zeroed; NULL if memory ended. */
void *owned_block(void **list, size_t n, size_t size);
char *owned_string(void **list, const char *bytes, size_t n); /* copied, NUL-terminated */
char *owned_format(void **list, const char *format, ...) __attribute__((format(printf, 2, 3)));
void owned_free(void **list); /* leaves an empty one */

#endif
