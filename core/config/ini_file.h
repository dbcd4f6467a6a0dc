/* ini_file.h - the bytes of a study file, taken from regular files only. */
#ifndef HONE_CORE_INI_FILE_H
#define HONE_CORE_INI_FILE_H

#include "error.h"

/* All of it, NUL-terminated; the caller frees *text. */
int32_t ini_file_read(const char *path, char **text, size_t *length, error *err);
/* The folder part of a path, "." if it has none; the caller frees. */
char *ini_file_folder(const char *path);

#endif
