/* ctor_overflows.c - its constructor runs out of stack. */
#define CONSTRUCTOR_BREAKS
#include "broken.h"

static void (*volatile again)(void) = break_it;

static void break_it(void)
{
    volatile char room[1 << 16];
    room[0] = 1;
    again();
    room[1] = room[0];
}
