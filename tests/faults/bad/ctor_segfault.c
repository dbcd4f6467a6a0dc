/* ctor_segfault.c - its constructor writes to nowhere. */
#define CONSTRUCTOR_BREAKS
#include "broken.h"

static volatile int *volatile nowhere = (volatile int *)8;

static void break_it(void)
{
    *nowhere = 1;
}
