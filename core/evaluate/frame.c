/* frame.c - see frame.h. */
#include "frame.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const uint32_t MAGIC = 0x52464E48; /* "HNFR" in little-endian memory */
static const uint64_t NO_TEXT = UINT64_MAX;

enum {
    PIECE = 65536,     /* bytes read at once */
    KEEP = 1 << 20     /* an empty inbox larger than this is given back */
};

typedef struct header {
    uint32_t magic, type;
    uint64_t length;
} header;

static void put(frame *f, const void *bytes, size_t n)
{
    if (f->failed || n > (size_t)FRAME_LIMIT + sizeof(header) - f->length) {
        f->failed = true;
        return;
    }
    if (f->length + n > f->room) {
        size_t room = f->room ? f->room : 256;
        while (room < f->length + n)
            room *= 2;
        unsigned char *data = realloc(f->data, room);
        if (!data) {
            f->failed = true;
            return;
        }
        f->data = data;
        f->room = room;
    }
    if (n)
        memcpy(f->data + f->length, bytes, n);
    f->length += n;
}

void frame_begin(frame *f, uint32_t type)
{
    header h = {.magic = MAGIC, .type = type};
    f->type = type;
    f->length = f->at = 0;
    f->failed = false;
    put(f, &h, sizeof h);
}

void frame_put_int(frame *f, int64_t value)
{
    put(f, &value, sizeof value);
}

void frame_put_real(frame *f, double value)
{
    put(f, &value, sizeof value);
}

void frame_put_reals(frame *f, const double *values, int64_t n)
{
    put(f, values, (size_t)n * sizeof *values);
}

void frame_put_text(frame *f, const char *s)
{
    uint64_t n = s ? strlen(s) : NO_TEXT;
    put(f, &n, sizeof n);
    if (s)
        put(f, s, (size_t)n + 1);
}

void frame_put_texts(frame *f, const char *const *list, int64_t n)
{
    frame_put_int(f, n);
    for (int64_t i = 0; i < n; i++)
        frame_put_text(f, list[i]);
}

bool frame_send(frame *f, int fd)
{
    size_t sent = 0;
    uint64_t payload = f->length - sizeof(header);
    if (f->failed)
        return false;
    memcpy(f->data + offsetof(header, length), &payload, sizeof payload);
    while (sent < f->length) {
        ssize_t n = send(fd, f->data + sent, f->length - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        sent += (size_t)n;
    }
    return true;
}

void frame_free(frame *f)
{
    free(f->data);
    *f = (frame){0};
}

/* ---- received ----------------------------------------------------------------------------*/

/* The next n bytes, NULL beyond the end. */
static const unsigned char *take(frame *f, uint64_t n)
{
    if (f->failed || n > f->length - f->at) {
        f->failed = true;
        return NULL;
    }
    f->at += (size_t)n;
    return f->data + f->at - n;
}

int64_t frame_int(frame *f)
{
    int64_t value = 0;
    const unsigned char *bytes = take(f, sizeof value);
    if (bytes)
        memcpy(&value, bytes, sizeof value);
    return value;
}

double frame_real(frame *f)
{
    double value = NAN;
    const unsigned char *bytes = take(f, sizeof value);
    if (bytes)
        memcpy(&value, bytes, sizeof value);
    return value;
}

void frame_reals(frame *f, double *out, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = frame_real(f);
}

const char *frame_text(frame *f)
{
    uint64_t n = (uint64_t)frame_int(f);
    if (f->failed || n == NO_TEXT)
        return NULL;
    const char *s = n < FRAME_LIMIT ? (const char *)take(f, n + 1) : NULL;
    if (s && s[n] == '\0' && strlen(s) == n)
        return s;
    f->failed = true;
    return NULL;
}

const char **frame_texts(frame *f, int64_t *n)
{
    int64_t count = frame_int(f);
    *n = 0;
    if (count < 0 || (uint64_t)count > (f->length - f->at) / sizeof(uint64_t))
        f->failed = true;
    const char **list = f->failed ? NULL : calloc((size_t)count + 1, sizeof *list);
    if (!list) {
        f->failed = true;
        return NULL;
    }
    for (int64_t i = 0; i < count; i++) {
        list[i] = frame_text(f);
        f->failed = f->failed || !list[i];
    }
    *n = count;
    return list;
}

/* ---- a stream of frames ------------------------------------------------------------------*/

/* Moves what is left to the front and makes room for one more piece. */
static bool make_room(inbox *in)
{
    if (in->at > 0) {
        memmove(in->data, in->data + in->at, in->n - in->at);
        in->n -= in->at;
        in->at = 0;
    }
    if (in->n == 0 && in->room > KEEP) {
        free(in->data);
        in->data = NULL;
        in->room = 0;
    }
    if (in->room - in->n >= PIECE)
        return true;
    size_t room = in->room ? 2 * in->room : 2 * PIECE;
    unsigned char *data = realloc(in->data, room);
    if (!data)
        return false;
    in->data = data;
    in->room = room;
    return true;
}

int inbox_read(inbox *in, int fd, int flags)
{
    ssize_t n;
    if (!make_room(in))
        return 0;
    do
        n = recv(fd, in->data + in->n, PIECE, flags);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return -1;
    if (n <= 0)
        return 0;
    in->n += (size_t)n;
    return (int)n;
}

int inbox_next(inbox *in, frame *f)
{
    header h;
    if (in->n - in->at < sizeof h)
        return 0;
    memcpy(&h, in->data + in->at, sizeof h);
    if (h.magic != MAGIC || h.type == 0 || h.type >= FRAME_TYPES || h.length > FRAME_LIMIT)
        return -1;
    if (in->n - in->at - sizeof h < h.length)
        return 0;
    *f = (frame){.type = h.type, .data = in->data + in->at + sizeof h, .length = h.length};
    in->at += sizeof h + (size_t)h.length;
    return 1;
}

void inbox_free(inbox *in)
{
    free(in->data);
    *in = (inbox){0};
}
