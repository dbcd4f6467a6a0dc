/* ctor_loops.c - its constructor never ends. */
#define CONSTRUCTOR_BREAKS
#include "broken.h"

static void break_it(void)
{
    for (;;)
        called++;
}
