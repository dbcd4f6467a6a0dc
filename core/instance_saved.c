/* instance_saved.c - "hone.state/1" of an instance and its parts, as one blob.
 *
 *     "HONEST1\n"  then a record an instance, inner ones first:
 *         address\0 plugin\0 version\0 length(int64) bytes
 *     and the FNV-1a hash of all before it (uint64).  Anything else is refused. */
#include <stdlib.h>
#include <string.h>

#include "instance_state.h"
#include "text.h"

static const char MAGIC[] = "HONEST1\n";
enum { MAGIC_BYTES = 8, MOST_STATE = 1 << 28 };

static const hone_ext_state *state_of(const instance *i)
{
    const hone_ext_state *e = i->plugin->extension ? i->plugin->extension("hone.state/1") : NULL;
    return e && HONE_HAS(e, hone_ext_state, save) && HONE_HAS(e, hone_ext_state, load) ? e : NULL;
}

bool instance_stateful(const instance *i)
{
    if (state_of(i))
        return true;
    for (int k = 0; k < i->n_parts; k++)
        if (instance_stateful(i->parts[k].instance))
            return true;
    return false;
}

static uint64_t hash(const char *bytes, size_t n)
{
    uint64_t h = 0xCBF29CE484222325u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)bytes[i]) * 0x100000001B3u;
    return h;
}

/* ---- save ---- */

typedef struct sink {
    hone_stream stream; /* first */
    text bytes;
} sink;

static int64_t put(const hone_stream *s, void *buf, int64_t n)
{
    sink *to = (sink *)(uintptr_t)s;
    if (n < 0 || (int64_t)to->bytes.length + n > MOST_STATE)
        return -1;
    text_put(&to->bytes, buf, (size_t)n);
    return to->bytes.failed ? -1 : n;
}

/* 1: HONE_WAIT, not now. */
static int32_t save_one(instance *i, text *out, error *err)
{
    int32_t status = HONE_OK;
    for (int k = 0; k < i->n_parts && status == HONE_OK; k++)
        status = save_one(i->parts[k].instance, out, err);
    const hone_ext_state *e = state_of(i);
    if (!e || status != HONE_OK)
        return status;
    sink to = {.stream = {.size = sizeof to.stream, .io = put}};
    crossing c = enter(i, "save", -1);
    status = instance_blame(i, e->save(i->self, &to.stream), "save", err);
    leave(i, &c);
    if (status == HONE_OK) {
        int64_t n = (int64_t)to.bytes.length;
        text_put(out, i->address, strlen(i->address) + 1);
        text_put(out, i->plugin->name, strlen(i->plugin->name) + 1);
        text_put(out, i->plugin->version, strlen(i->plugin->version) + 1);
        text_put(out, (const char *)&n, sizeof n);
        text_put(out, to.bytes.data ? to.bytes.data : "", (size_t)n);
    }
    text_free(&to.bytes);
    return status;
}

int32_t instance_save(instance *i, void **blob, int64_t *n, error *err)
{
    text t = {0};
    *blob = NULL;
    *n = 0;
    if (!instance_stateful(i))
        return HONE_OK;
    text_put(&t, MAGIC, MAGIC_BYTES);
    int32_t status = save_one(i, &t, err);
    if (status != HONE_OK) {
        text_free(&t);
        return status < 0 ? status : HONE_OK;
    }
    uint64_t sum = hash(t.data, t.length);
    text_put(&t, (const char *)&sum, sizeof sum);
    *n = (int64_t)t.length;
    *blob = text_take(&t);
    return *blob ? HONE_OK : error_add(err, HONE_ENOMEM, "out of memory for a saved state");
}

/* ---- load ---- */

typedef struct source {
    hone_stream stream; /* first */
    const char *at;
    int64_t left;
} source;

static int64_t get(const hone_stream *s, void *buf, int64_t n)
{
    source *from = (source *)(uintptr_t)s;
    int64_t moved = n < from->left ? n : from->left;
    if (moved <= 0)
        return 0;
    memcpy(buf, from->at, (size_t)moved);
    from->at += moved;
    from->left -= moved;
    return moved;
}

/* The instance at "strategy.surrogate[0]" below i, made if it is not there yet. */
static instance *at_address(instance *i, const char *address, error *err)
{
    size_t n = strlen(i->address);
    if (strncmp(address, i->address, n) != 0)
        return NULL;
    if (!address[n])
        return i;
    for (int32_t o = 0; address[n] == '.' && o < i->plugin->n_options; o++) {
        const char *name = i->plugin->options[o].name, *rest = address + n + 1;
        size_t length = strlen(name);
        if (strncmp(rest, name, length) != 0 || rest[length] != '[')
            continue;
        instance *inner =
            instance_part(i, o, (int32_t)strtol(rest + length + 1, NULL, 10), NULL, err);
        return inner ? at_address(inner, address, err) : NULL;
    }
    return NULL;
}

static int32_t corrupt(error *err)
{
    return error_add(err, HONE_ESTATE, "the saved state of the strategy is damaged");
}

/* One record at *at; moves *at behind it. */
static int32_t load_record(instance *root, const char **at, const char *end, error *err)
{
    const char *fields[3];
    int64_t n;
    for (int f = 0; f < 3; f++) {
        fields[f] = *at;
        const char *stop = memchr(*at, 0, (size_t)(end - *at));
        if (!stop)
            return corrupt(err);
        *at = stop + 1;
    }
    if (end - *at < (ptrdiff_t)sizeof n)
        return corrupt(err);
    memcpy(&n, *at, sizeof n);
    *at += sizeof n;
    if (n < 0 || n > end - *at)
        return corrupt(err);
    source from = {.stream = {.size = sizeof from.stream, .io = get}, .at = *at, .left = n};
    *at += n;
    instance *i = at_address(root, fields[0], err);
    const hone_ext_state *e = i ? state_of(i) : NULL;
    if (!e || strcmp(i->plugin->name, fields[1]) != 0)
        return error_add(err, HONE_ESTATE, "the saved state is of plugin '%s' at %s", fields[1],
                         fields[0]);
    if (strcmp(i->plugin->version, fields[2]) != 0)
        return error_add(err, HONE_ESTATE, "the saved state is of %s %s, the plugin is %s",
                         fields[1], fields[2], i->plugin->version);
    crossing c = enter(i, "load", -1);
    int32_t status = e->load(i->self, &from.stream);
    leave(i, &c);
    return instance_blame(i, status, "load", err);
}

int32_t instance_load(instance *i, const void *blob, int64_t n, error *err)
{
    const char *start = blob;
    uint64_t sum;
    if (n < MAGIC_BYTES + (int64_t)sizeof sum || memcmp(start, MAGIC, MAGIC_BYTES) != 0)
        return corrupt(err);
    const char *end = start + n - sizeof sum, *at = start + MAGIC_BYTES;
    memcpy(&sum, end, sizeof sum);
    if (sum != hash(start, (size_t)(end - start)))
        return corrupt(err);
    int32_t status = HONE_OK;
    while (status >= 0 && at < end)
        status = load_record(i, &at, end, err);
    return status;
}
