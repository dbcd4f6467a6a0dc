/* test_frame.c - frames out and in: round trips, pieces, and everything malformed. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"

typedef struct lines {
    int ours, theirs;
    inbox in;
} lines;

static lines open_lines(void)
{
    int pair[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    return (lines){.ours = pair[0], .theirs = pair[1]};
}

static void close_lines(lines *l)
{
    close(l->ours);
    close(l->theirs);
    inbox_free(&l->in);
}

static void make(frame *f)
{
    const char *const list[] = {"a=b", "", "c"};
    const double x[] = {0.1, NAN, -INFINITY};
    frame_begin(f, FRAME_NOTE);
    frame_put_int(f, -7);
    frame_put_text(f, "hello");
    frame_put_text(f, NULL);
    frame_put_text(f, "");
    frame_put_texts(f, list, 3);
    frame_put_reals(f, x, 3);
    frame_put_texts(f, NULL, 0);
}

static void check(frame *f)
{
    double x[3];
    int64_t n;
    cr_assert_eq(f->type, FRAME_NOTE);
    cr_assert_eq(frame_int(f), -7);
    cr_assert_str_eq(frame_text(f), "hello");
    cr_assert_null(frame_text(f));
    cr_assert_str_eq(frame_text(f), "");
    const char **list = frame_texts(f, &n);
    cr_assert(n == 3 && strcmp(list[0], "a=b") == 0 && list[1][0] == '\0' && !list[3]);
    free(list);
    frame_reals(f, x, 3);
    cr_assert(x[0] == 0.1 && isnan(x[1]) && x[2] == -INFINITY);
    list = frame_texts(f, &n);
    cr_assert(n == 0 && list && !list[0]);
    free(list);
    cr_assert_not(f->failed);
    cr_assert_eq(frame_int(f), 0);
    cr_assert(f->failed, "nothing is left");
}

Test(frame, there_and_back)
{
    frame f = {0}, got;
    lines l = open_lines();
    for (int i = 0; i < 3; i++) {
        make(&f);
        cr_assert(frame_send(&f, l.ours));
    }
    while (inbox_read(&l.in, l.theirs, MSG_DONTWAIT) > 0)
        ;
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(inbox_next(&l.in, &got), 1);
        check(&got);
    }
    cr_assert_eq(inbox_next(&l.in, &got), 0);
    cr_assert_eq(inbox_read(&l.in, l.theirs, MSG_DONTWAIT), -1);
    close(l.ours);
    cr_assert_eq(inbox_read(&l.in, l.theirs, 0), 0);
    frame_free(&f);
    close_lines(&l);
}

/* The bytes of a frame one by one: complete only with the last one. */
Test(frame, byte_by_byte)
{
    frame f = {0}, got;
    lines l = open_lines();
    make(&f);
    cr_assert(frame_send(&f, l.ours));
    unsigned char *bytes = malloc(f.length);
    cr_assert_eq(recv(l.theirs, bytes, f.length, MSG_WAITALL), (ssize_t)f.length);
    for (size_t i = 0; i < f.length; i++) {
        cr_assert_eq(inbox_next(&l.in, &got), 0);
        cr_assert_eq(send(l.ours, bytes + i, 1, 0), 1);
        cr_assert_eq(inbox_read(&l.in, l.theirs, 0), 1);
    }
    cr_assert_eq(inbox_next(&l.in, &got), 1);
    check(&got);
    free(bytes);
    frame_free(&f);
    close_lines(&l);
}

Test(frame, large)
{
    frame f = {0}, got;
    lines l = open_lines();
    size_t n = 3 << 20;
    char *text = malloc(n + 1);
    memset(text, 'x', n);
    text[n] = '\0';
    if (fork() == 0) {
        frame_begin(&f, FRAME_SETUP);
        frame_put_text(&f, text);
        _exit(!frame_send(&f, l.ours));
    }
    while (inbox_next(&l.in, &got) == 0)
        cr_assert_gt(inbox_read(&l.in, l.theirs, 0), 0);
    const char *arrived = frame_text(&got);
    cr_assert(arrived && strlen(arrived) == n);
    free(text);
    close_lines(&l);
}

Test(frame, too_large)
{
    frame f = {0};
    double *x = calloc(FRAME_LIMIT / 8 + 1, 8);
    frame_begin(&f, FRAME_JOB);
    frame_put_reals(&f, x, FRAME_LIMIT / 8 + 1);
    cr_assert(f.failed);
    cr_assert_not(frame_send(&f, -1));
    free(x);
    frame_free(&f);
}

static int next_of(const void *bytes, size_t n, frame *got)
{
    static inbox in;
    lines l = open_lines();
    inbox_free(&in);
    cr_assert_eq(send(l.ours, bytes, n, 0), (ssize_t)n);
    inbox_read(&in, l.theirs, 0);
    int found = inbox_next(&in, got);
    close_lines(&l);
    return found;
}

Test(frame, malformed)
{
    frame f = {0}, got;
    int64_t n;
    struct {
        uint32_t magic, type;
        uint64_t length;
        uint64_t body[2];
    } raw;
    frame_begin(&f, FRAME_READY);
    memcpy(&raw, f.data, 16);
    raw.length = 16;
    raw.body[0] = 5;
    raw.body[1] = 0x4141414141414141;
    cr_assert_eq(next_of(&raw, sizeof raw, &got), 1);
    cr_assert_null(frame_text(&got), "a text without its NUL");
    cr_assert(got.failed);
    raw.body[0] = UINT64_MAX - 1;
    cr_assert_eq(next_of(&raw, sizeof raw, &got), 1);
    cr_assert(!frame_text(&got) && got.failed);
    raw.body[0] = 1000000;
    cr_assert_eq(next_of(&raw, sizeof raw, &got), 1);
    cr_assert(!frame_texts(&got, &n) && got.failed && n == 0);
    raw.type = FRAME_TYPES;
    cr_assert_eq(next_of(&raw, sizeof raw, &got), -1);
    raw.type = 0;
    cr_assert_eq(next_of(&raw, sizeof raw, &got), -1);
    raw.type = FRAME_JOB;
    raw.length = (uint64_t)FRAME_LIMIT + 1;
    cr_assert_eq(next_of(&raw, sizeof raw, &got), -1);
    raw.length = 16;
    raw.magic ^= 1;
    cr_assert_eq(next_of(&raw, sizeof raw, &got), -1);
    frame_free(&f);
}
