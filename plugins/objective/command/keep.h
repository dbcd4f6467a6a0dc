/* keep.h - the head and the tail of what a program prints, in constant memory. */
#ifndef HONE_COMMAND_KEEP_H
#define HONE_COMMAND_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct keep {
    size_t half;       /* bytes of the head, and of the tail */
    char *head, *tail; /* [half] each; the tail is a ring */
    int64_t n;         /* bytes seen */
} keep;

/* `most` bytes are kept, half of them from each end.  false: no memory. */
bool keep_init(keep *k, size_t most);
void keep_free(keep *k);
void keep_add(keep *k, const char *bytes, size_t n);
/* As one string of valid UTF-8 without control characters but tab and newline; a line says what
 * was left out.  From malloc; NULL: no memory, or nothing was seen. */
char *keep_text(const keep *k);

#endif
