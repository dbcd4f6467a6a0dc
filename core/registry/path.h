/* path.h - may code from this file run?  Only if nobody but those who are trusted could have
 * put it there.
 *
 * Trusted are root, the user, and the owner of the running program (who could replace the
 * program as well).  A file is safe if it and every folder and link on the way to it belong to
 * one of them and nobody else can write there.  Sticky folders such as /tmp are safe to pass
 * through, since only an entry's owner can replace it; a group counts as nobody else if it is
 * the owner's private one (his own name, no other member). */
#ifndef HONE_CORE_PATH_H
#define HONE_CORE_PATH_H

#include <stdbool.h>
#include <sys/stat.h>

#include "error.h"

typedef struct trust {
    uid_t users[3];
    int n;
    bool all; /* --allow-unsafe-plugins: whoever it belongs to */
} trust;

enum { PATH_MISSING = 1 };

void trust_init(trust *t, bool all);

/* Resolves an absolute path to a regular file, one folder after the other, opening nothing.
 * HONE_OK: *real (the caller frees) and *facts are set.  PATH_MISSING: there is no such file,
 * no sentence.  HONE_EPLUGIN: it is there and not to be used. */
int32_t path_resolve(const char *path, const trust *t, char **real, struct stat *facts,
                     error *err);

/* The facts that tell whether a file has changed: dev, inode, size, mtime and ctime. */
bool path_unchanged(const struct stat *a, const struct stat *b);

/* "a/b" joined with a slash; NULL if memory ended.  The caller frees. */
char *path_join(const char *a, const char *b);

#endif
