/* ctor_kills.c - its constructor kills its process. */
#include <signal.h>

#define CONSTRUCTOR_BREAKS
#include "broken.h"

static void break_it(void)
{
    raise(SIGKILL);
}
