/* log.c - one formatted line to whoever listens. */
#include <stdarg.h>

#include "log.h"
#include "text.h"

void log_line(const log_sink *log, int32_t level, const char *format, ...)
{
    if (!log || !log->write || level < log->level)
        return;
    text line = {0};
    va_list list;
    va_start(list, format);
    text_add_list(&line, format, list);
    va_end(list);
    log->write(log->context, level, line.failed || !line.data ? format : line.data);
    text_free(&line);
}
