/* guard.h - what a plugin must leave as it was: floating-point mode, locale, working
 * directory, signal mask and handlers.
 *
 * The floating-point mode is compared around every call, since a few nanoseconds suffice and a
 * changed mode changes results; the rest after loading, after create and now and then. */
#ifndef HONE_CORE_GUARD_H
#define HONE_CORE_GUARD_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "text.h"

#if defined(__x86_64__) || defined(__i386__)
#define GUARD_X86 1
#include <immintrin.h>
#endif
#include <fenv.h>

/* Rounding, flush to zero, precision and trap masks; not the sticky exception flags.  On x86
 * the upper half is the control word of the x87 unit, the lower one MXCSR's. */
typedef uint32_t float_mode;

#ifdef GUARD_X86
#define MXCSR_FLAGS 0x3fu
static inline float_mode float_mode_now(void)
{
    uint16_t x87;
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    return ((float_mode)x87 << 16) | (_mm_getcsr() & 0xffffu & ~MXCSR_FLAGS);
}
#else
static inline float_mode float_mode_now(void)
{
    return (float_mode)fegetround();
}
#endif
void float_mode_set(float_mode mode);

enum { GUARD_SIGNALS = 10 };
typedef struct guard {
    float_mode mode;
    char *locale, *folder;
    sigset_t mask;
    int n_handlers;    /* GUARD_SIGNALS, or 0: not guarded */
    struct sigaction handlers[GUARD_SIGNALS];
} guard;

/* Takes down how things are; what cannot be had (memory) is not guarded.  Signal handlers cost
 * a system call each. */
void guard_take(guard *g, bool handlers);
/* Puts back what differs from g, and adds its names to `changed`: "locale, rounding". */
void guard_restore(const guard *g, text *changed);
void guard_free(guard *g);

#endif
