/* ctor_prints.c - its constructor prints 10 MB on each stream. */
#include <stdio.h>

#define CONSTRUCTOR_BREAKS
#include "broken.h"

static void break_it(void)
{
    for (int i = 0; i < 1000000; i++) {
        fputs("0123456789", stdout);
        fputs("0123456789", stderr);
    }
}
