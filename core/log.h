/* log.h - lines for people; where they go is the caller's choice.
 *
 * Nothing below main and commands prints.  A log is passed down; a NULL write drops. */
#ifndef HONE_CORE_LOG_H
#define HONE_CORE_LOG_H

#include <stdint.h>

typedef struct log_sink {
    void (*write)(void *context, int32_t level, const char *line); /* HONE_LOG_*; any thread */
    void *context;
    int32_t level;                                                 /* lowest that is written */
} log_sink;

void log_line(const log_sink *log, int32_t level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
