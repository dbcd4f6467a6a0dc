/* breadcrumb.c - a crash inside a plugin says whose it was.
 *
 * The handler only reads what call_begin left behind and writes one line; the signal then has
 * its usual end (a core file, or the report of a sanitizer). */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call.h"

enum { LINE_ROOM = 512, STACK_ROOM = 64 * 1024, N_SIGNALS = 5 };

static const struct {
    int signal;
    const char *name;
} SIGNALS[N_SIGNALS] = {{SIGSEGV, "Segmentation fault"},
                        {SIGBUS, "Bus error"},
                        {SIGFPE, "Floating point exception"},
                        {SIGILL, "Illegal instruction"},
                        {SIGABRT, "Aborted"}};

/* What was there before: sanitizers have handlers of their own. */
static struct sigaction before[N_SIGNALS]; /* written once, by breadcrumb_install */

typedef struct line {
    size_t n;
    char data[LINE_ROOM];
} line;

static void put(line *l, const char *s)
{
    for (; s && *s && l->n < LINE_ROOM - 1; s++)
        l->data[l->n++] = *s;
}

static void put_number(line *l, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    put(l, digits + at);
}

static void put_call(line *l, const call *c)
{
    const plugin *p = c->instance->plugin;
    put(l, kind_name(p->kind));
    put(l, " '");
    put(l, p->name);
    put(l, "' (");
    put(l, p->module->path);
    put(l, ") ");
    put(l, c->name);
    for (; c; c = c->outer) /* a part's call belongs to the trial of its asker */
        if (c->trial >= 0) {
            put(l, ", trial ");
            put_number(l, c->trial);
            break;
        }
}

static void on_crash(int number, siginfo_t *info, void *context)
{
    const call *c = call_current;
    int which = 0;
    (void)context;
    while (which < N_SIGNALS - 1 && SIGNALS[which].signal != number)
        which++;
    if (c) {
        line l = {0};
        put(&l, "hone: ");
        put(&l, SIGNALS[which].name);
        put(&l, " inside ");
        put_call(&l, c);
        put(&l, "; what was told is kept: the same command goes on from there\n");
        ssize_t written = write(STDERR_FILENO, l.data, l.n);
        (void)written;
    }
    sigaction(number, &before[which], NULL);
    if (info->si_code <= 0 || number == SIGABRT) /* sent; a fault comes again by itself */
        raise(number);
}

void breadcrumb_install(void)
{
    static char stack[STACK_ROOM]; /* for crashes by stack overflow, of the first thread */
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack}, old;
    struct sigaction handler = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    if (sigaltstack(NULL, &old) == 0 && (old.ss_flags & SS_DISABLE))
        sigaltstack(&alternate, NULL);
    sigemptyset(&handler.sa_mask);
    for (int i = 0; i < N_SIGNALS; i++)
        sigaction(SIGNALS[i].signal, &handler, &before[i]);
}
