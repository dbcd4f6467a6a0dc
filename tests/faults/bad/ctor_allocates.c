/* ctor_allocates.c - its constructor takes memory without end. */
#include <stdlib.h>
#include <string.h>

#define CONSTRUCTOR_BREAKS
#include "broken.h"

static void break_it(void)
{
    for (size_t size = 64 << 20;;) {
        char *p = malloc(size);
        if (!p)
            abort();
        memset(p, 1, 4096);
    }
}
