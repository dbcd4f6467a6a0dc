/* call.c - the rare part of what surrounds a call into a plugin. */
#include "call.h"

#include <stdlib.h>
#include <string.h>

_Thread_local const call *call_current __attribute__((tls_model("initial-exec")));

void call_look(call *c, bool handlers)
{
    c->before = malloc(sizeof *c->before);
    if (c->before)
        guard_take(c->before, handlers);
}

void call_restore(call *c)
{
    text changed = {0};
    if (float_mode_now() != c->mode) {
        float_mode_set(c->mode);
        text_add(&changed, "floating-point mode");
    }
    if (c->before) {
        guard_restore(c->before, &changed);
        guard_free(c->before);
        free(c->before);
        c->before = NULL;
    }
    instance *i = c->instance;
    if (changed.length && !atomic_exchange(&i->blamed, 1))
        log_line(i->around->log, HONE_LOG_WARN,
                 "%s '%s' (%s) changed the %s in %s; it was put back, and is each time",
                 kind_name(i->plugin->kind), i->plugin->name, i->plugin->module->path,
                 changed.data ? changed.data : "process", c->name);
    text_free(&changed);
}

/* "study.ini:12: [surrogate] " and, where an option is to blame, its line. */
static void add_place(text *t, const instance *i, int32_t option)
{
    const component *c = i->component;
    const ini_entry *entry = option >= 0 && c->options.from ? c->options.from[option] : NULL;
    const ini_section *s = i->around->config ? ini_find(&i->around->config->doc, c->section) : NULL;
    const char *origin = entry ? entry->origin : s ? s->origin : NULL;
    if (origin)
        text_add(t, "%s: ", origin);
    text_add(t, "[%s] ", c->section);
    if (entry)
        text_add(t, "%s = %s: ", entry->name, entry->value);
    else if (option >= 0)
        text_add(t, "%s: ", i->plugin->options[option].name);
}

int32_t call_failed(const call *c, int32_t status, error *err)
{
    instance *i = c->instance, *root = i->root;
    text t = {0};
    if (status < HONE_EFAIL)
        status = HONE_EFAIL;
    if (status == HONE_EFAIL)
        atomic_store(&i->lost, 1);

    pthread_mutex_lock(&i->lock);
    add_place(&t, i, i->said ? i->said_option : -1);
    text_add(&t, "%s '%s' failed in %s", kind_name(i->plugin->kind), i->plugin->name, c->name);
    if (c->trial >= 0)
        text_add(&t, ", trial %lld", (long long)c->trial);
    text_add(&t, ": %s", i->said && *i->said ? i->said : status_text(status));
    free(i->said);
    i->said = NULL;
    pthread_mutex_unlock(&i->lock);

    pthread_mutex_lock(&root->lock);
    if (i == root && root->inner && root->inner_call == root->calls)
        text_add(&t, "; before that, %s", root->inner);
    pthread_mutex_unlock(&root->lock);
    error_add(err, status, "%s", t.failed ? status_text(status) : t.data);
    text_free(&t);
    return status;
}

int32_t call_lost(const instance *i, error *err)
{
    return error_add(err, HONE_EFAIL, "[%s] %s '%s' is not used again after its failure",
                     i->component->section, kind_name(i->plugin->kind), i->plugin->name);
}
