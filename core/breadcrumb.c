/* breadcrumb.c - which plugin was at work, in the last line of a program that crashes. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "instance_state.h"

static const int SIGNALS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
enum { N_SIGNALS = sizeof SIGNALS / sizeof *SIGNALS, STACK_BYTES = 64 * 1024 };

/* A handler can reach nothing else. */
static _Thread_local struct {
    const char *plugin, *call;
    int64_t trial;
} at_work;

crossing enter(instance *i, const char *call, int64_t trial)
{
    crossing before = {at_work.plugin, at_work.call, at_work.trial, float_mode_now()};
    at_work.plugin = i->plugin->name;
    at_work.call = call;
    at_work.trial = trial >= 0 ? trial : before.trial;
    return before;
}

void leave(instance *i, const crossing *before)
{
    at_work.plugin = before->plugin;
    at_work.call = before->call;
    at_work.trial = before->trial;
    if (float_mode_now() == before->mode)
        return;
    float_mode_set(before->mode);
    if (i->faults++ == 0)
        log_line(i->around->log, HONE_LOG_WARN,
                 "%s '%s' changed the floating-point mode; it was put back",
                 kind_name(i->plugin->kind), i->plugin->name);
}

static void put(const char *s)
{
    ssize_t written = write(STDERR_FILENO, s, strlen(s));
    (void)written;
}

static void put_number(int64_t n)
{
    char digits[24], *at = digits + sizeof digits - 1;
    *at = 0;
    do
        *--at = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    put(at);
}

static void crash(int number)
{
    if (at_work.plugin) {
        put("\nhone: crashed inside plugin '");
        put(at_work.plugin);
        put("' (");
        put(at_work.call ? at_work.call : "?");
        if (at_work.trial >= 0) {
            put(", trial ");
            put_number(at_work.trial);
        }
        put("); what was reported as done is kept: run the study again to go on\n");
    }
    raise(number); /* SA_RESETHAND: now with the default action */
}

void breadcrumb_install(void)
{
    static char stack[STACK_BYTES];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction act = {.sa_handler = crash, .sa_flags = SA_RESETHAND | SA_ONSTACK};
    sigaltstack(&alternate, NULL);
    sigemptyset(&act.sa_mask);
    at_work.trial = -1;
    for (int i = 0; i < N_SIGNALS; i++)
        sigaction(SIGNALS[i], &act, NULL);
}
