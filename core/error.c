/* error.c - problems as lines; the status is that of the first.
 *
 * lines[n] (one slot past the last problem) holds what error_text joined, or NULL: so an
 * error is one block of lines and needs no further member. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "text.h"

enum { LINES_MOST = 500 }; /* a file of nothing but mistakes is cut here */

static const char *const MORE = "and more problems, which are left out here";

/* Room for one more line and the joined text after it; forgets the joined text. */
static bool make_room(error *err)
{
    if (err->lines) {
        free(err->lines[err->n]);
        err->lines[err->n] = NULL;
    }
    if (err->n + 2 <= err->room)
        return true;
    int room = err->room ? 2 * err->room : 8;
    char **lines = realloc(err->lines, (size_t)room * sizeof *lines);
    if (!lines)
        return false;
    memset(lines + err->room, 0, (size_t)(room - err->room) * sizeof *lines);
    err->lines = lines;
    err->room = room;
    return true;
}

/* Takes over `line`, from malloc; NULL: memory ended while it was written. */
static void add_line(error *err, char *line)
{
    if (line && err->n < LINES_MOST && make_room(err)) {
        err->lines[err->n++] = line;
        if (err->n == LINES_MOST && make_room(err)) {
            char *more = strdup(MORE);
            if (more)
                err->lines[err->n++] = more;
        }
        return;
    }
    free(line);
}

int32_t error_add(error *err, int32_t status, const char *format, ...)
{
    text line = {0};
    va_list list;
    if (err->n > LINES_MOST)
        return status;
    va_start(list, format);
    text_add_list(&line, format, list);
    va_end(list);
    if (err->status == HONE_OK)
        err->status = status;
    add_line(err, text_take(&line));
    return status;
}

void error_take(error *to, error *from)
{
    if (to->status == HONE_OK)
        to->status = from->status;
    for (int i = 0; i < from->n; i++) {
        add_line(to, from->lines[i]);
        from->lines[i] = NULL;
    }
    error_free(from);
}

const char *error_text(error *err)
{
    if (err->n == 0)
        return err->status == HONE_OK ? "" : status_text(err->status);
    if (err->n == 1)
        return err->lines[0];
    if (!err->lines[err->n]) {
        text all = {0};
        for (int i = 0; i < err->n; i++)
            text_add(&all, "%s%s", i ? "\n" : "", err->lines[i]);
        err->lines[err->n] = text_take(&all);
    }
    return err->lines[err->n] ? err->lines[err->n] : err->lines[0];
}

void error_free(error *err)
{
    if (!err)
        return;
    for (int i = 0; i < err->room; i++)
        free(err->lines[i]);
    free(err->lines);
    *err = (error){0};
}

const char *status_name(int32_t status)
{
    switch (status) {
#define NAME(name, number, sentence) \
    case number:                     \
        return #name;
        HONE_STATUS_LIST(NAME)
#undef NAME
    default:
        return status < 0 ? "HONE_EFAIL" : "HONE_OK";
    }
}

const char *status_text(int32_t status)
{
    switch (status) {
#define TEXT(name, number, sentence) \
    case number:                     \
        return sentence;
        HONE_STATUS_LIST(TEXT)
#undef TEXT
    default:
        return status < 0 ? "failed" : "done";
    }
}
