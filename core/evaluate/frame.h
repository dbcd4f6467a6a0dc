/* frame.h - what the host and its workers say to each other.
 *
 * A frame is a header of 16 bytes (magic, type, length of the rest) and a payload: integers
 * and doubles of 8 bytes, strings with their length in front and a NUL behind, in the
 * machine's own order, since both ends are one program.  Nothing that arrives is believed:
 * a wrong magic or type, a length over the limit, or a payload that ends early is
 * malformed, and the other side counts as lost.
 *
 *     frame f = {0};
 *     frame_begin(&f, FRAME_JOB); frame_put_int(&f, 7); frame_send(&f, fd); frame_free(&f);
 *
 *     inbox in = {0};                                  frames out of a stream
 *     inbox_read(&in, fd, flags);
 *     while (inbox_next(&in, &f) == 1) { int64_t n = frame_int(&f); if (f.failed) ... } */
#ifndef HONE_CORE_FRAME_H
#define HONE_CORE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* H: sent by the host, W: by the worker. */
enum {
    FRAME_SETUP = 1, /* H first: the study, its folder, the slot */
    FRAME_READY,     /* W once: status; text of what is wrong, or NULL */
    FRAME_JOB,       /* H: number, repeat, seed, n doubles */
    FRAME_ANSWER,    /* H to each REPORT: 1: prune */
    FRAME_REPORT,    /* W: number, step, value */
    FRAME_NOTE,      /* W: number, key, value, text or NULL */
    FRAME_LOG,       /* W: level, line */
    FRAME_RESULT,    /* W to each JOB: number, repeat, state, seconds, y, c, yvar */
    FRAME_TYPES
};

enum { FRAME_LIMIT = 64 << 20 }; /* bytes of payload; a study file has at most 16 MiB */

typedef struct frame {
    uint32_t type;
    unsigned char *data; /* to send: owned, header included; received: the inbox's */
    size_t length, room; /* room 0: received */
    size_t at;           /* read so far */
    bool failed;         /* no memory, or read beyond the end */
} frame;

/* ---- to send ---- */
void frame_begin(frame *f, uint32_t type); /* what f held before is dropped, its memory kept */
void frame_put_int(frame *f, int64_t value);
void frame_put_real(frame *f, double value);
void frame_put_reals(frame *f, const double *values, int64_t n); /* without the count */
void frame_put_text(frame *f, const char *s);                    /* NULL is kept as NULL */
void frame_put_texts(frame *f, const char *const *list, int64_t n); /* with the count */
/* Blocks until all is written.  false: the other side is gone, or memory ended. */
bool frame_send(frame *f, int fd);
void frame_free(frame *f);

/* ---- received: 0, NaN, NULL and `failed` beyond the end ---- */
int64_t frame_int(frame *f);
double frame_real(frame *f);
void frame_reals(frame *f, double *out, int64_t n);
const char *frame_text(frame *f);      /* valid as long as the frame */
const char **frame_texts(frame *f, int64_t *n); /* the caller frees the array */

/* ---- a stream of frames ---- */
typedef struct inbox {
    unsigned char *data;
    size_t n, room, at; /* read: n; handed out: at */
} inbox;

/* One recv with these flags: > 0 bytes; 0: closed or broken; -1: nothing now (EAGAIN). */
int inbox_read(inbox *in, int fd, int flags);
/* 1: *f is the next frame, valid until the next call; 0: none is complete; -1: malformed. */
int inbox_next(inbox *in, frame *f);
void inbox_free(inbox *in);

#endif
