/* text.h - strings that grow, numbers as people write them, and the word probably meant.
 * Numbers are read and printed in the C locale whatever the process locale is. */
#ifndef HONE_CORE_TEXT_H
#define HONE_CORE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing string; {0} is an empty one.  data is NUL-terminated once anything was added.
 * After a failed allocation `failed` is set, further additions do nothing. */
typedef struct text {
    char *data;
    size_t length, room;
    bool failed;
} text;
void text_add(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_list(text *t, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));
void text_put(text *t, const char *bytes, size_t n);
void text_free(text *t);
char *text_take(text *t); /* the caller frees; NULL if an allocation failed; t is empty again */

/* s as it may stand in a sentence: long ones end in "...", control characters become "?". */
#define EXCERPT_ROOM 64
const char *text_excerpt(const char *s, char out[EXCERPT_ROOM]);
bool text_is_utf8(const char *s); /* as RFC 3629 has it */

/* Reads all of s: 12, -0.5, 1e-3, 2^-5, 10^3, inf.  false if anything is left over, and for
 * nan and what overflows (1e999). */
bool number_real(const char *s, double *out);
/* As above but a whole number within +-2^53; 1e3 and 2^10 are whole numbers. */
bool number_int(const char *s, int64_t *out);
/* 60s 1.5m 2h 10ms 1d 250us; a plain number is seconds. */
bool number_seconds(const char *s, double *out);
/* 64k 10M 2G (powers of 1024), plain numbers are bytes. */
bool number_bytes(const char *s, int64_t *out);
bool number_bool(const char *s, bool *out);

#define NUMBER_ROOM 32
/* The shortest text that reads back as the same double (at most 17 digits); "nan", "inf". */
const char *number_text(double value, char out[NUMBER_ROOM]);
/* As a person reads it: 5 significant digits. */
const char *number_short(double value, char out[NUMBER_ROOM]);
/* "1.5 s", "3 min 20 s", "2 h 5 min". */
const char *duration_text(double seconds, char out[NUMBER_ROOM]);

/* The candidate nearest to `word` by Damerau-Levenshtein distance, at most
 * max(1, length/3) away; NULL if none.  candidates: [n] */
const char *nearest(const char *word, const char *const *candidates, int n);

#endif
