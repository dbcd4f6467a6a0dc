/* text.c - strings that grow, and strings as they may appear in a sentence. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static bool make_room(text *t, size_t more)
{
    if (t->failed || more > SIZE_MAX / 4)
        return false;
    if (t->length + more + 1 <= t->room)
        return true;
    size_t room = t->room ? t->room : 64;
    while (room < t->length + more + 1)
        room *= 2;
    char *data = realloc(t->data, room);
    if (!data) {
        t->failed = true;
        return false;
    }
    t->data = data;
    t->room = room;
    return true;
}

void text_add_list(text *t, const char *format, va_list list)
{
    /* glibc and musl answer "C" with a constant: nothing is allocated, and it cannot fail. */
    locale_t before = uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
    va_list again;
    va_copy(again, list);
    int n = vsnprintf(NULL, 0, format, list);
    if (n < 0)
        t->failed = true;
    else if (make_room(t, (size_t)n)) {
        vsnprintf(t->data + t->length, (size_t)n + 1, format, again);
        t->length += (size_t)n;
    }
    va_end(again);
    uselocale(before);
}

void text_add(text *t, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    text_add_list(t, format, list);
    va_end(list);
}

void text_put(text *t, const char *bytes, size_t n)
{
    if (!make_room(t, n))
        return;
    if (n)
        memcpy(t->data + t->length, bytes, n);
    t->length += n;
    t->data[t->length] = '\0';
}

void text_free(text *t)
{
    if (!t)
        return;
    free(t->data);
    *t = (text){0};
}

char *text_take(text *t)
{
    if (!t->failed && !t->data)
        text_put(t, "", 0);
    char *data = t->failed ? NULL : t->data;
    if (t->failed)
        free(t->data);
    *t = (text){0};
    return data;
}

const char *text_excerpt(const char *s, char out[EXCERPT_ROOM])
{
    static const char *const DOTS = "...";
    size_t length = strlen(s), keep = length, n = 0;
    if (length > EXCERPT_ROOM - 1) {
        keep = EXCERPT_ROOM - 1 - strlen(DOTS);
        while (keep > 0 && ((unsigned char)s[keep] & 0xC0) == 0x80) /* inside a UTF-8 letter */
            keep--;
    }
    for (; n < keep; n++)
        out[n] = (unsigned char)s[n] < ' ' || s[n] == 0x7F ? '?' : s[n];
    out[n] = '\0';
    if (keep < length)
        memcpy(out + n, DOTS, strlen(DOTS) + 1);
    return out;
}

/* How many bytes follow the first of a letter, and the range of the second: table 3-7 of the
 * Unicode standard.  false: no letter begins so. */
static bool letter_begin(unsigned char c, int *follow, unsigned char *low, unsigned char *high)
{
    *follow = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    *low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    *high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    return c < 0x80 || (c >= 0xC2 && c <= 0xF4);
}

bool text_is_utf8(const char *s)
{
    const unsigned char *c = (const unsigned char *)s;
    while (*c) {
        int follow;
        unsigned char low, high;
        if (!letter_begin(*c++, &follow, &low, &high))
            return false;
        for (; follow > 0; follow--, c++) {
            if (*c < low || *c > high)
                return false;
            low = 0x80;
            high = 0xBF;
        }
    }
    return true;
}
