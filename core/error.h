/* error.h - what went wrong, in sentences.
 *
 * A function that can fail takes `error *err` last and returns a status: HONE_OK or a
 * negative code.  Whoever knows the facts adds the sentence; callers pass the status on.
 *
 *     error err = {0};
 *     if (storage_open(url, &s, &err) < 0) { print error_text(&err); }
 *     error_free(&err);
 *
 * A checked file may hold many problems: each is one line, in the order found.  `err` is
 * never NULL.  If memory ends, the status is kept and the sentence is a constant one. */
#ifndef HONE_CORE_ERROR_H
#define HONE_CORE_ERROR_H

#include <stddef.h>
#include <stdint.h>

#include "hone.h" /* status codes */

typedef struct error {
    int32_t status; /* of the first problem; HONE_OK: none */
    int n, room;
    char **lines;   /* [n] from malloc */
} error;

/* Adds one sentence (no final newline) and returns `status`, for `return error_add(...)`. */
int32_t error_add(error *err, int32_t status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Moves the problems of `from` to the end of `to`; `from` is empty afterwards. */
void error_take(error *to, error *from);

/* All sentences joined by newlines; "" if none.  Owned by err, valid until it changes. */
const char *error_text(error *err);

void error_free(error *err); /* leaves an empty one */

/* "HONE_ENOMEM" and "out of memory": from the table in hone.h. */
const char *status_name(int32_t status);
const char *status_text(int32_t status);

#endif
