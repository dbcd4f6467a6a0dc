/* ctor_closes.c - its constructor closes every descriptor. */
#include <unistd.h>

#define CONSTRUCTOR_BREAKS
#include "broken.h"

static void break_it(void)
{
    for (int fd = 0; fd < 1024; fd++)
        close(fd);
}
