/* ctor_exits.c - its constructor ends the process as if all were well. */
#include <stdlib.h>
#define CONSTRUCTOR_BREAKS
#include "broken.h"

static void break_it(void)
{
    exit(0);
}
