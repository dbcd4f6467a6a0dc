/* table.c - the checks of a module's tables, in order: module, plugin, operations, options. */
#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "text.h"

/* Sizes up to the last member that 1.0 had; a struct may be longer, never shorter. */
#define UP_TO(T, last) ((uint32_t)(offsetof(T, last) + sizeof(((T *)0)->last)))
enum {
    MOST_BYTES = 64 * 1024, /* of one struct: more is no size but garbage */
    MOST_PLUGINS = 256,
    MOST_OPTIONS = 1024,
    NAME_LENGTH = 32,
    TEXT_LENGTH = 4096,
    OPTION_1_0 = UP_TO(hone_option, doc)
};
static const uint32_t MUST_UNDERSTAND = 0xffff0000u;
static const uint32_t UNDERSTOOD = HONE_CAP_PROCESS_GLOBAL | HONE_CAP_NATIVE;

/* A function pointer is as large as any other here. */
typedef void (*function)(void);

/* The operations of each kind: where they go in a plugin, how long they were in 1.0, and which
 * of them are not optional. */
typedef struct operations {
    size_t offset, room;
    uint32_t smallest;
    struct {
        size_t offset;
        const char *name;
    } must[2];
} operations;

#define OPERATION(T, f) {offsetof(T, f), #f}
static const operations OPERATIONS[] = {
    [HONE_STRATEGY] = {offsetof(plugin, strategy), sizeof(hone_strategy_ops),
                       UP_TO(hone_strategy_ops, tell), {OPERATION(hone_strategy_ops, ask)}},
    [HONE_SURROGATE] = {offsetof(plugin, surrogate), sizeof(hone_surrogate_ops),
                        UP_TO(hone_surrogate_ops, info),
                        {OPERATION(hone_surrogate_ops, fit),
                         OPERATION(hone_surrogate_ops, predict)}},
    [HONE_ACQUISITION] = {offsetof(plugin, acquisition), sizeof(hone_acquisition_ops),
                          UP_TO(hone_acquisition_ops, prepare),
                          {OPERATION(hone_acquisition_ops, value)}},
    [HONE_OBJECTIVE] = {offsetof(plugin, objective), sizeof(hone_objective_ops),
                        UP_TO(hone_objective_ops, space),
                        {OPERATION(hone_objective_ops, evaluate)}},
    [HONE_PRUNER] = {offsetof(plugin, pruner), sizeof(hone_pruner_ops),
                     UP_TO(hone_pruner_ops, finish),
                     {OPERATION(hone_pruner_ops, observe),
                      OPERATION(hone_pruner_ops, finish)}},
};
enum { N_KINDS = sizeof OPERATIONS / sizeof *OPERATIONS };

static bool legal_name(const char *s)
{
    size_t n = strnlen(s, NAME_LENGTH + 1);
    if (n == 0 || n > NAME_LENGTH || *s < 'a' || *s > 'z')
        return false;
    return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

/* NULL is allowed only where `optional`; a string ends somewhere. */
static bool legal_text(const char *s, bool optional)
{
    return s ? strnlen(s, TEXT_LENGTH) < TEXT_LENGTH : optional;
}

/* As above, on one line: it stands in lists and records. */
static bool legal_line(const char *s)
{
    if (!legal_text(s, false))
        return false;
    while ((unsigned char)*s >= ' ' && *s != 0x7f)
        s++;
    return *s == '\0';
}

static bool legal_size(uint32_t size, uint32_t smallest)
{
    return size >= smallest && size <= MOST_BYTES;
}

/* out := as much of a struct of `size` bytes as there is room for, the rest zero. */
static void copy_struct(void *out, size_t room, const void *given, uint32_t size)
{
    memset(out, 0, room);
    memcpy(out, given, size < room ? size : room);
}

/* ---- one plugin: `who` is "gp.so: plugin 'gp'" ---- */

static int32_t read_operations(const hone_plugin *given, const char *who, plugin *out,
                               error *err)
{
    const operations *o = &OPERATIONS[given->kind];
    uint32_t head[2]; /* size and caps stand first in each of them */
    if (!given->ops)
        return error_add(err, HONE_EPLUGIN, "%s has no table of operations", who);
    memcpy(head, given->ops, sizeof head);
    if (!legal_size(head[0], o->smallest))
        return error_add(err, HONE_EPLUGIN,
                         "%s: its operations say they are %u bytes; a %s of interface 1.0 has %u",
                         who, head[0], kind_name(given->kind), o->smallest);
    uint32_t unknown = head[1] & MUST_UNDERSTAND & ~UNDERSTOOD;
    if (unknown)
        return error_add(err, HONE_EPLUGIN,
                         "%s needs capabilities that this host does not know (bits %08x); it "
                         "needs a newer hone",
                         who, unknown);
    for (int i = 0; i < 2 && o->must[i].name; i++) {
        function f;
        memcpy(&f, (const char *)given->ops + o->must[i].offset, sizeof f);
        if (!f)
            return error_add(err, HONE_EPLUGIN, "%s: %s is NULL, but a %s must have it", who,
                             o->must[i].name, kind_name(given->kind));
    }
    copy_struct((char *)out + o->offset, o->room, given->ops, head[0]);
    out->caps = head[1];
    return HONE_OK;
}

static int32_t read_options(const hone_plugin *given, const char *who, plugin *out, error *err)
{
    if (given->n_options == 0)
        return HONE_OK;
    if (given->n_options < 0 || given->n_options > MOST_OPTIONS || !given->options)
        return error_add(err, HONE_EPLUGIN, "%s: says it has %d options%s", who,
                         given->n_options, given->options ? "" : ", but gives none");
    if (!legal_size(given->option_size, OPTION_1_0))
        return error_add(err, HONE_EPLUGIN,
                         "%s: an option says it has %u bytes; in interface 1.0 it has %d", who,
                         given->option_size, (int)OPTION_1_0);
    hone_option *own = calloc((size_t)given->n_options, sizeof *own);
    if (!own)
        return error_add(err, HONE_ENOMEM, "out of memory");
    for (int32_t i = 0; i < given->n_options; i++)
        copy_struct(&own[i], sizeof *own,
                    (const char *)given->options + (size_t)i * given->option_size,
                    given->option_size);
    int32_t status = options_check_table(own, given->n_options, who, err);
    if (status < 0) {
        free(own);
        return status;
    }
    out->options = own;
    out->n_options = given->n_options;
    return HONE_OK;
}

static int32_t read_plugin(const hone_plugin *from, const char *file, plugin *out, error *err)
{
    hone_plugin given;
    text who = {0};
    int32_t status;
    if (!from)
        return error_add(err, HONE_EPLUGIN, "%s: a plugin of it is NULL", file);
    if (!legal_size(from->size, UP_TO(hone_plugin, extension)))
        return error_add(err, HONE_EPLUGIN,
                         "%s: a plugin of it says it is %u bytes; in interface 1.0 it has %u",
                         file, from->size, UP_TO(hone_plugin, extension));
    copy_struct(&given, sizeof given, from, from->size);
    if (!given.name || !legal_name(given.name))
        return error_add(err, HONE_EPLUGIN,
                         "%s: the name of a plugin of it is illegal: 1 to %d of a-z 0-9 _, first "
                         "a letter",
                         file, NAME_LENGTH);
    text_add(&who, "%s: plugin '%s'", file, given.name);
    const char *w = who.failed ? file : who.data;
    if (given.kind <= 0 || given.kind >= N_KINDS)
        status = error_add(err, HONE_EPLUGIN,
                           "%s is of kind %d, which this host does not know; it needs a newer "
                           "hone",
                           w, given.kind);
    else if (!legal_line(given.version) || !legal_text(given.doc, false))
        status = error_add(err, HONE_EPLUGIN, "%s has no version or no doc", w);
    else if (!legal_text(given.sources, true))
        status = error_add(err, HONE_EPLUGIN, "%s: its sources are longer than %d bytes", w,
                           TEXT_LENGTH);
    else if (!given.create || !given.destroy)
        status = error_add(err, HONE_EPLUGIN, "%s: %s is NULL, but each plugin must have it", w,
                           given.create ? "destroy" : "create");
    else if ((status = read_operations(&given, w, out, err)) >= 0)
        status = read_options(&given, w, out, err);
    out->kind = given.kind;
    out->name = given.name;
    out->version = given.version;
    out->doc = given.doc;
    out->sources = given.sources ? given.sources : "";
    out->create = given.create;
    out->destroy = given.destroy;
    out->extension = given.extension;
    text_free(&who);
    return status;
}

/* ---- the module ---- */

static int32_t check_module(const hone_module *given, const char *file, error *err)
{
    if (!given)
        return error_add(err, HONE_EPLUGIN, "%s: hone_module_v1 returned NULL", file);
    if (!legal_size(given->size, UP_TO(hone_module, n_plugins)))
        return error_add(err, HONE_EPLUGIN,
                         "%s: its module says it is %u bytes; in interface 1.0 it has %u", file,
                         given->size, UP_TO(hone_module, n_plugins));
    if (given->magic != HONE_MAGIC)
        return error_add(err, HONE_EPLUGIN,
                         "%s: what hone_module_v1 returned is no hone_module (magic %08x)", file,
                         given->magic);
    if (given->abi_major != HONE_ABI_MAJOR)
        return error_add(err, HONE_EPLUGIN,
                         "%s speaks plugin interface %u, this host speaks %d; build it with this "
                         "host's hone_plugin.h",
                         file, given->abi_major, HONE_ABI_MAJOR);
    if (given->abi_minor > HONE_ABI_MINOR)
        return error_add(err, HONE_EPLUGIN,
                         "%s needs plugin interface %d.%u, this host has %d.%d; update hone, or "
                         "rebuild the plugin with HONE_ABI_MINOR=%d",
                         file, HONE_ABI_MAJOR, given->abi_minor, HONE_ABI_MAJOR, HONE_ABI_MINOR,
                         HONE_ABI_MINOR);
    if (!legal_line(given->name) || !legal_line(given->version) ||
        !legal_text(given->license, true) || !legal_text(given->url, true))
        return error_add(err, HONE_EPLUGIN, "%s: its module has no name or no version", file);
    if (given->n_plugins < 1 || given->n_plugins > MOST_PLUGINS || !given->plugins)
        return error_add(err, HONE_EPLUGIN, "%s: its module says it holds %lld plugins", file,
                         (long long)given->n_plugins);
    return HONE_OK;
}

static const plugin *same_name(const module *m, const plugin *p)
{
    for (int32_t i = 0; i < m->n_plugins; i++)
        if (m->plugins[i].kind == p->kind && strcmp(m->plugins[i].name, p->name) == 0)
            return &m->plugins[i];
    return NULL;
}

/* Keeps the plugin, or the reason why not. */
static int32_t keep(module *m, const hone_plugin *given, error *err)
{
    plugin p = {.module = m};
    error why = {0};
    int32_t status = read_plugin(given, m->path, &p, &why);
    if (status >= 0 && same_name(m, &p))
        status = error_add(&why, HONE_EPLUGIN, "%s: %s '%s' is there twice", m->path,
                           kind_name(p.kind), p.name);
    if (status >= 0) {
        m->plugins[m->n_plugins++] = p;
    } else {
        free((void *)p.options);
        char *reason = strdup(error_text(&why));
        if (!reason)
            return error_add(err, HONE_ENOMEM, "out of memory");
        m->skipped[m->n_skipped++] = reason;
    }
    error_free(&why);
    return HONE_OK;
}

int32_t table_read(const hone_module *given, module *m, error *err)
{
    int32_t status = check_module(given, m->path, err);
    if (status < 0)
        return status;
    m->name = given->name;
    m->version = given->version;
    m->license = given->license ? given->license : "";
    m->url = given->url ? given->url : "";
    m->abi_minor = given->abi_minor;
    m->plugins = calloc((size_t)given->n_plugins, sizeof *m->plugins);
    m->skipped = calloc((size_t)given->n_plugins, sizeof *m->skipped);
    if (!m->plugins || !m->skipped)
        return error_add(err, HONE_ENOMEM, "out of memory");
    for (int64_t i = 0; i < given->n_plugins && status >= 0; i++)
        status = keep(m, given->plugins[i], err);
    if (status >= 0 && m->n_plugins == 0)
        for (int32_t i = 0; i < m->n_skipped; i++)
            status = error_add(err, HONE_EPLUGIN, "%s", m->skipped[i]);
    return status;
}
