/* ctor_changes.c - its constructor flushes to zero, sets a locale, goes elsewhere, blocks and
 * handles signals. */
#include <immintrin.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

#define CONSTRUCTOR_BREAKS
#include "broken.h"

static void break_it(void)
{
    sigset_t all;
    _mm_setcsr(_mm_getcsr() | 0x8040); /* flush to zero, denormals are zero */
    setlocale(LC_ALL, "C.UTF-8");
    if (chdir("/") != 0)
        return;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    signal(SIGTERM, SIG_IGN);
}
