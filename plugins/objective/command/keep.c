/* keep.c - see keep.h. */
#include "keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTICE_ROOM = 80 };

bool keep_init(keep *k, size_t most)
{
    *k = (keep){.half = most / 2};
    k->head = malloc(k->half + 1);
    k->tail = malloc(k->half + 1);
    return k->head && k->tail;
}

void keep_free(keep *k)
{
    free(k->head);
    free(k->tail);
    *k = (keep){0};
}

void keep_add(keep *k, const char *bytes, size_t n)
{
    if (n == 0)
        return;
    if (k->n < (int64_t)k->half) {
        size_t room = k->half - (size_t)k->n, m = n < room ? n : room;
        memcpy(k->head + k->n, bytes, m);
        k->n += (int64_t)m;
        bytes += m;
        n -= m;
    }
    if (n > k->half) { /* only the end of it will be seen */
        k->n += (int64_t)(n - k->half);
        bytes += n - k->half;
        n = k->half;
    }
    while (n > 0) {
        size_t at = (size_t)(k->n - (int64_t)k->half) % k->half, m = k->half - at;
        m = n < m ? n : m;
        memcpy(k->tail + at, bytes, m);
        k->n += (int64_t)m;
        bytes += m;
        n -= m;
    }
}

/* Bytes of the UTF-8 character at s, 0 if it is none (overlong, surrogate, too large, cut). */
static size_t character(const unsigned char *s, size_t n)
{
    static const unsigned LEAST[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3
                                                    : s[0] < 0xF5   ? 4
                                                                    : 0;
    if (length < 2 || length > n)
        return length > n ? 0 : length;
    unsigned code = s[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3Fu);
    }
    return code < LEAST[length] || (code >= 0xD800 && code < 0xE000) || code > 0x10FFFF ? 0
                                                                                         : length;
}

/* Replaces in place what is no character or controls a terminal; a carriage return, which
 * progress lines use, becomes a newline. */
static void clean(char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t length = character((const unsigned char *)s + i, n - i);
        unsigned char c = (unsigned char)s[i];
        if (length == 1 && c == '\r')
            s[i] = '\n';
        else if (length == 0 || (length == 1 && c != '\n' && c != '\t' && (c < 0x20 || c == 0x7F)))
            s[i] = '?';
        i += length ? length : 1;
    }
}

char *keep_text(const keep *k)
{
    size_t head = k->n < (int64_t)k->half ? (size_t)k->n : k->half;
    int64_t behind = k->n - (int64_t)head;
    size_t tail = behind < (int64_t)k->half ? (size_t)behind : k->half;
    if (head + tail == 0)
        return NULL;
    char *text = malloc(head + tail + NOTICE_ROOM);
    if (!text)
        return NULL;
    memcpy(text, k->head, head);
    size_t n = head;
    if (behind > (int64_t)tail)
        n += (size_t)snprintf(text + n, NOTICE_ROOM, "\n... %lld bytes left out ...\n",
                              (long long)(behind - (int64_t)tail));
    size_t start = behind > (int64_t)tail ? (size_t)behind % k->half : 0;
    memcpy(text + n, k->tail + start, tail - start);
    memcpy(text + n + tail - start, k->tail, start);
    n += tail;
    clean(text, n);
    text[n] = '\0';
    return text;
}
