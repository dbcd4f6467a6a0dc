/* state.c - hone.state/1: the state of an instance and of its parts as one blob.
 *
 * The blob: "hone.state/1\n"; for each instance that has the extension, the outer before the
 * inner, a line of address, plugin, version and length between tabs, and its bytes; a SHA-256
 * of all that.  A part that does not exist yet when it is loaded gets its state when it is
 * made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "sha256.h"
#include "text.h"

static const char HEAD[] = "hone.state/1\n";
static const char ID[] = "hone.state/1";
enum { HEAD_LENGTH = sizeof HEAD - 1, LINE_ROOM = 512 };

typedef struct saved {
    char *address, *plugin, *version;
    char *data;
    size_t n;
} saved;

/* NULL: the plugin has no state to save. */
static const hone_ext_state *extension_of(const instance *i)
{
    const hone_ext_state *e = i->plugin->extension ? i->plugin->extension(ID) : NULL;
    return e && HONE_HAS(e, hone_ext_state, save) && HONE_HAS(e, hone_ext_state, load) ? e : NULL;
}

/* ---- streams ---- */

typedef struct writer {
    hone_stream stream; /* first */
    text *out;
} writer;

static int64_t write_bytes(const hone_stream *s, void *buffer, int64_t n)
{
    const writer *w = (const writer *)(const void *)s;
    if (n < 0)
        return HONE_EINVAL;
    text_put(w->out, buffer, (size_t)n);
    return w->out->failed ? HONE_ENOMEM : n;
}

typedef struct reader {
    hone_stream stream; /* first */
    const char *data;
    size_t n, *at;
} reader;

static int64_t read_bytes(const hone_stream *s, void *buffer, int64_t n)
{
    const reader *r = (const reader *)(const void *)s;
    size_t left = r->n - *r->at;
    if (n < 0)
        return HONE_EINVAL;
    size_t take = (uint64_t)n < left ? (size_t)n : left;
    memcpy(buffer, r->data + *r->at, take);
    *r->at += take;
    return (int64_t)take;
}

/* ---- save ---- */

/* HONE_WAIT: not now. */
static int32_t save_one(instance *i, const hone_ext_state *e, text *out, error *err)
{
    text own = {0};
    writer w = {.stream = {.size = sizeof w.stream, .io = write_bytes}, .out = &own};
    call c;
    int32_t status = call_ready(i, err);
    if (status < 0)
        return status;
    call_begin(&c, i, "save", -1);
    status = call_end(&c, e->save(i->self, &w.stream), err);
    if (status == HONE_OK) {
        text_add(out, "%s\t%s\t%s\t%zu\n", i->address, i->plugin->name, i->plugin->version,
                 own.length);
        text_put(out, own.data ? own.data : "", own.length);
        out->failed |= own.failed;
    }
    text_free(&own);
    return status;
}

static int32_t save_tree(instance *i, text *out, error *err)
{
    const hone_ext_state *e = extension_of(i);
    int32_t status = e ? save_one(i, e, out, err) : HONE_OK;
    for (int k = 0; k < i->n_parts && status == HONE_OK; k++)
        status = save_tree(i->parts[k], out, err);
    return status;
}

int32_t instance_save(instance *i, void **blob, int64_t *n, error *err)
{
    text out = {0};
    uint8_t digest[SHA256_BYTES];
    *blob = NULL;
    *n = 0;
    text_put(&out, HEAD, HEAD_LENGTH);
    int32_t status = save_tree(i, &out, err);
    if (status == HONE_OK && out.length > HEAD_LENGTH) {
        sha256(out.data, out.length, digest);
        text_put(&out, (const char *)digest, sizeof digest);
        *n = (int64_t)out.length;
        *blob = text_take(&out);
        if (!*blob)
            status = error_add(err, HONE_ENOMEM, "out of memory for a saved state");
    }
    text_free(&out);
    if (!*blob)
        *n = 0;
    return status < 0 ? status : HONE_OK;
}

/* ---- load ---- */

static int32_t corrupt(const instance *i, error *err)
{
    return error_add(err, HONE_ESTATE, "[%s] the saved state of %s '%s' is damaged",
                     i->component->section, kind_name(i->plugin->kind), i->plugin->name);
}

static int32_t load_one(instance *i, const saved *s, error *err)
{
    const hone_ext_state *e = extension_of(i);
    size_t at = 0;
    reader r = {.stream = {.size = sizeof r.stream, .io = read_bytes},
                .data = s->data, .n = s->n, .at = &at};
    call c;
    if (!e || strcmp(s->plugin, i->plugin->name) != 0 ||
        strcmp(s->version, i->plugin->version) != 0)
        return error_add(err, HONE_ESTATE,
                         "[%s] the state was saved by '%s' %s; %s '%s' %s cannot go on from it",
                         i->component->section, s->plugin, s->version,
                         kind_name(i->plugin->kind), i->plugin->name, i->plugin->version);
    call_begin(&c, i, "load", -1);
    int32_t status = call_end(&c, e->load(i->self, &r.stream), err);
    return status < 0 || at == s->n ? status : corrupt(i, err);
}

static instance *at_address(instance *i, const char *address)
{
    instance *found = strcmp(i->address, address) == 0 ? i : NULL;
    for (int k = 0; k < i->n_parts && !found; k++)
        found = at_address(i->parts[k], address);
    return found;
}

static void saved_free(saved *s)
{
    free(s->address);
    free(s->plugin);
    free(s->version);
    free(s->data);
    *s = (saved){0};
}

/* Keeps the state until the part is made. */
static int32_t wait_for(instance *root, saved *s, error *err)
{
    saved *more = realloc(root->waiting, ((size_t)root->n_waiting + 1) * sizeof *more);
    if (!more)
        return error_add(err, HONE_ENOMEM, "out of memory for a saved state");
    root->waiting = more;
    root->waiting[root->n_waiting++] = *s;
    *s = (saved){0};
    return HONE_OK;
}

int32_t state_resume(instance *i, error *err)
{
    instance *root = i->root;
    for (int k = 0; k < root->n_waiting; k++)
        if (strcmp(root->waiting[k].address, i->address) == 0) {
            saved s = root->waiting[k];
            root->waiting[k] = root->waiting[--root->n_waiting];
            int32_t status = load_one(i, &s, err);
            saved_free(&s);
            return status;
        }
    return HONE_OK;
}

void state_free(instance *root)
{
    for (int k = 0; k < root->n_waiting; k++)
        saved_free(&root->waiting[k]);
    free(root->waiting);
    root->waiting = NULL;
    root->n_waiting = 0;
}

/* One record from `at` on; false: it makes no sense. */
static bool read_record(const char *blob, size_t n, size_t *at, saved *s)
{
    char line[LINE_ROOM], address[LINE_ROOM], name[LINE_ROOM], version[LINE_ROOM];
    const char *end = memchr(blob + *at, '\n', n - *at);
    size_t length = end ? (size_t)(end - (blob + *at)) : LINE_ROOM;
    *s = (saved){0};
    if (length >= LINE_ROOM)
        return false;
    memcpy(line, blob + *at, length);
    line[length] = '\0';
    *at += length + 1;
    if (sscanf(line, "%511[^\t]\t%511[^\t]\t%511[^\t]\t%zu", address, name, version, &s->n) != 4 ||
        s->n > n - *at)
        return false;
    s->address = strdup(address);
    s->plugin = strdup(name);
    s->version = strdup(version);
    s->data = malloc(s->n + 1);
    if (s->data)
        memcpy(s->data, blob + *at, s->n);
    *at += s->n;
    return s->address && s->plugin && s->version && s->data;
}

int32_t instance_load(instance *i, const void *blob, int64_t n, error *err)
{
    uint8_t digest[SHA256_BYTES];
    size_t at = HEAD_LENGTH, end = (size_t)n - SHA256_BYTES;
    int32_t status = HONE_OK;
    if (n < (int64_t)(HEAD_LENGTH + SHA256_BYTES) || memcmp(blob, HEAD, HEAD_LENGTH) != 0)
        return corrupt(i, err);
    sha256(blob, end, digest);
    if (memcmp(digest, (const char *)blob + end, sizeof digest) != 0)
        return corrupt(i, err);
    while (at < end && status >= 0) {
        saved s;
        if (!read_record(blob, end, &at, &s)) {
            status = corrupt(i, err);
        } else {
            instance *to = at_address(i, s.address);
            status = to ? load_one(to, &s, err) : wait_for(i, &s, err);
        }
        saved_free(&s);
    }
    return status < 0 ? status : HONE_OK;
}
