/* undefined_symbol.c - needs a function that nobody has. */
#define CONSTRUCTOR_BREAKS
#include "broken.h"

int32_t function_that_nobody_has(void);
int32_t (*volatile wanted)(void);

static void break_it(void)
{
    wanted = function_that_nobody_has;
}
