/* owned.c - a chain of blocks, each from malloc. */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "owned.h"
#include "text.h"

typedef struct block {
    struct block *next;
    max_align_t data[];
} block;

void *owned_block(void **list, size_t n, size_t size)
{
    if (size && n > (SIZE_MAX - sizeof(block)) / size)
        return NULL;
    block *b = calloc(1, sizeof *b + n * size);
    if (!b)
        return NULL;
    b->next = *list;
    *list = b;
    return b->data;
}

char *owned_string(void **list, const char *bytes, size_t n)
{
    char *s = owned_block(list, n + 1, 1);
    if (s)
        memcpy(s, bytes, n);
    return s;
}

char *owned_format(void **list, const char *format, ...)
{
    text t = {0};
    va_list arguments;
    va_start(arguments, format);
    text_add_list(&t, format, arguments);
    va_end(arguments);
    char *s = t.failed ? NULL : owned_string(list, t.data, t.length);
    text_free(&t);
    return s;
}

void owned_free(void **list)
{
    for (block *b = *list, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    *list = NULL;
}
