/* probe_reply.h - the text that a probe answers with, for the probe*.c files only.
 *
 * Lines of fields between tabs: `module name version minor license url`, `plugin kind caps
 * name version doc`, `skipped reason`, `problem reason`; the last one is `end`. */
#ifndef HONE_CORE_PROBE_REPLY_H
#define HONE_CORE_PROBE_REPLY_H

#include <stdbool.h>

#include "probe.h"
#include "text.h"

enum { REPLY_FD = 3, REPLY_MOST = 4 << 20 };

void reply_write_module(text *t, const module *m);
void reply_write_problem(text *t, const char *reason);
void reply_write_end(text *t);
/* Takes t over.  A problem in it is added to err; path names the file where it makes no sense. */
int32_t reply_read(text *t, const char *path, probe_reply *out, error *err);

/* Reads from fd until the reply is whole, the other side closed it (or said too much), or it
 * is `deadline` by reply_clock. */
enum { REPLY_LATE, REPLY_CLOSED, REPLY_WHOLE };
int reply_receive(int fd, double deadline, text *t);
/* Seconds of the monotonic clock. */
double reply_clock(void);

#endif
