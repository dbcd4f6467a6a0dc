/* call.h - around every call into a plugin: the breadcrumb, floating-point mode, what went
 * wrong.
 *
 *     call c;
 *     if ((status = call_ready(i, err)) < 0) return status;
 *     call_begin(&c, i, "ask", number);
 *     status = i->plugin->strategy.ask(...);
 *     return call_end(&c, status, err);
 *
 * Costs a few nanoseconds while nothing is wrong: everything else is out of line. */
#ifndef HONE_CORE_CALL_H
#define HONE_CORE_CALL_H

#include <stdatomic.h>

#include "guard.h"
#include "instance_state.h"

enum { CALLS_PER_LOOK = 1000 }; /* at locale, working directory and signal mask */

typedef struct call {
    instance *instance;
    const char *name;
    int64_t trial; /* -1: none */
    const struct call *outer;
    guard *before; /* NULL: only the floating-point mode is compared */
    float_mode mode;
} call;

/* The innermost call of this thread; read by the signal handler of breadcrumb.c. */
extern _Thread_local const call *call_current __attribute__((tls_model("initial-exec")));

void call_look(call *c, bool handlers); /* fills c->before */
void call_restore(call *c);             /* puts back what the plugin changed, and says so once */
int32_t call_failed(const call *c, int32_t status, error *err); /* adds the sentence */
int32_t call_lost(const instance *i, error *err);               /* used after its failure */

static inline int32_t call_ready(const instance *i, error *err)
{
    return atomic_load_explicit(&i->lost, memory_order_relaxed) ? call_lost(i, err) : HONE_OK;
}

static inline void call_begin(call *c, instance *i, const char *name, int64_t trial)
{
    int64_t n = atomic_load_explicit(&i->calls, memory_order_relaxed) + 1;
    atomic_store_explicit(&i->calls, n, memory_order_relaxed); /* a lost count does no harm */
    c->instance = i;
    c->name = name;
    c->trial = trial;
    c->outer = call_current;
    c->before = NULL;
    c->mode = float_mode_now();
    call_current = c;
    if (__builtin_expect(n % CALLS_PER_LOOK == 0, 0))
        call_look(c, false);
}

/* Returns the status as the interface has it: unknown negative ones are HONE_EFAIL, unknown
 * positive ones HONE_OK. */
static inline int32_t call_end(call *c, int32_t status, error *err)
{
    call_current = c->outer;
    if (__builtin_expect(c->before != NULL || float_mode_now() != c->mode, 0))
        call_restore(c);
    if (__builtin_expect(status < 0, 0))
        return call_failed(c, status, err);
    return status <= HONE_WAIT ? status : HONE_OK;
}

#endif
