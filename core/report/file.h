/* file.h - a file written whole or not at all. */
#ifndef HONE_CORE_FILE_H
#define HONE_CORE_FILE_H

#include <stddef.h>

#include "error.h"

/* Writes beside it under another name, then renames; what stood there before is replaced.
 * Other than regular files ("/dev/stdout", a pipe) are written directly. */
int32_t file_write(const char *path, const void *bytes, size_t n, error *err);

#endif
