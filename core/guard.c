/* guard.c - the state of a process that plugins share, taken down and put back.
 *
 * Flush-to-zero and rounding live in MXCSR for SSE and in the control word for x87 (Intel 64
 * and IA-32 Architectures Software Developer's Manual, volume 1, 8.1.5 and 10.2.3).  A library
 * built with -ffast-math sets MXCSR in a constructor. */
#include "guard.h"

#include <locale.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int SIGNALS[GUARD_SIGNALS] = {SIGINT,  SIGTERM, SIGHUP,  SIGCHLD, SIGPIPE,
                                           SIGALRM, SIGSEGV, SIGABRT, SIGFPE,  SIGBUS};

void float_mode_set(float_mode mode)
{
#ifdef GUARD_X86
    const uint16_t x87 = (uint16_t)(mode >> 16);
    __asm__ volatile("fldcw %0" : : "m"(x87));
    _mm_setcsr((_mm_getcsr() & MXCSR_FLAGS) | (mode & 0xffffu));
#else
    fesetround((int)mode);
#endif
}

void guard_take(guard *g, bool handlers)
{
    const char *locale = setlocale(LC_ALL, NULL);
    g->mode = float_mode_now();
    g->locale = locale ? strdup(locale) : NULL;
    g->folder = getcwd(NULL, 0);
    pthread_sigmask(SIG_SETMASK, NULL, &g->mask);
    g->n_handlers = handlers ? GUARD_SIGNALS : 0;
    for (int i = 0; i < g->n_handlers; i++)
        sigaction(SIGNALS[i], NULL, &g->handlers[i]);
}

static void name_change(text *changed, const char *what)
{
    text_add(changed, "%s%s", changed->length ? ", " : "", what);
}

static bool same_mask(const sigset_t *a, const sigset_t *b)
{
    for (int s = 1; s < NSIG; s++)
        if (sigismember(a, s) != sigismember(b, s))
            return false;
    return true;
}

static bool same_handler(const struct sigaction *a, const struct sigaction *b)
{
    const int shape = SA_SIGINFO;
    if ((a->sa_flags & shape) != (b->sa_flags & shape))
        return false;
    return a->sa_flags & SA_SIGINFO ? a->sa_sigaction == b->sa_sigaction
                                    : a->sa_handler == b->sa_handler;
}

static void restore_signals(const guard *g, text *changed)
{
    sigset_t mask;
    bool handlers = false;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    if (!same_mask(&mask, &g->mask)) {
        pthread_sigmask(SIG_SETMASK, &g->mask, NULL);
        name_change(changed, "signal mask");
    }
    for (int i = 0; i < g->n_handlers; i++) {
        struct sigaction now;
        if (sigaction(SIGNALS[i], NULL, &now) == 0 && !same_handler(&now, &g->handlers[i])) {
            sigaction(SIGNALS[i], &g->handlers[i], NULL);
            handlers = true;
        }
    }
    if (handlers)
        name_change(changed, "signal handlers");
}

static void restore_folder(const guard *g, text *changed)
{
    char *now = g->folder ? getcwd(NULL, 0) : NULL;
    if (now && strcmp(now, g->folder) != 0)
        name_change(changed, chdir(g->folder) == 0 ? "working directory"
                                                   : "working directory (it is gone)");
    free(now);
}

void guard_restore(const guard *g, text *changed)
{
    const char *locale = setlocale(LC_ALL, NULL);
    if (float_mode_now() != g->mode) {
        float_mode_set(g->mode);
        name_change(changed, "floating-point mode");
    }
    if (g->locale && locale && strcmp(locale, g->locale) != 0) {
        setlocale(LC_ALL, g->locale);
        name_change(changed, "locale");
    }
    restore_folder(g, changed);
    restore_signals(g, changed);
}

void guard_free(guard *g)
{
    free(g->locale);
    free(g->folder);
    *g = (guard){0};
}
