/* probe.h - what a plugin file does is found out in another process first.
 *
 * A damaged file kills its loader, a constructor may crash, hang, exit, fork or close what it
 * finds.  So a process is started for each file (`hone --probe FILE`); it watches a child of
 * its own which loads the file, and leaves nothing behind.  Nothing is kept between runs. */
#ifndef HONE_CORE_PROBE_H
#define HONE_CORE_PROBE_H

#include "registry.h"

typedef struct probe_reply {
    module module; /* kind, caps, name, version and doc of each plugin; nothing to call */
    char *text;    /* what these point to */
} probe_reply;

/* HONE_OK: FILE can be loaded, *out describes it.  HONE_EPLUGIN: it cannot, with the reason.
 * program "": there is no hone program, and a copy of this process (fork) does the work. */
int32_t probe_file(const char *program, const char *path, double seconds, probe_reply *out,
                   error *err);
void probe_free(probe_reply *r);

#endif
