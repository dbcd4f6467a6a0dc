/* ini.h - a study file as sections and entries, through inih.
 *
 * inih finds sections and names; it never sees a value (Debian's cuts them at 200 bytes and
 * at " ;"), so values arrive whole: leading and trailing blanks removed, nothing else.
 * A comment stands on a line of its own, first character ; or #.  Refused, each with its
 * line: NUL bytes, indented entries, lines without '=', names or sections over 48 bytes,
 * duplicate names in a section, duplicate sections unless named ([point 1]), a line over
 * 1 MiB, a file over 16 MiB.  A UTF-8 byte order mark and CRLF are accepted. */
#ifndef HONE_CORE_INI_H
#define HONE_CORE_INI_H

#include "error.h"

typedef struct ini_entry {
    char *name, *value;
    int line;        /* 0: set from the command line */
    const char *origin; /* "file.ini:12" or "--set"; owned by the document */
} ini_entry;

typedef struct ini_section {
    char *name;      /* "point 1" */
    int line;
    const char *origin;
    int n_entries;
    ini_entry *entries;
} ini_section;

typedef struct ini {
    char *path;      /* as given, for messages */
    char *folder;    /* absolute; relative paths in values are taken from here */
    char *text;      /* the whole file, as read */
    int n_sections;
    ini_section *sections;
    void *origins;   /* owned strings */
} ini;

/* Reads a regular file.  Adds every problem of the file; HONE_ECONFIG then. */
int32_t ini_load(const char *path, ini *out, error *err);
/* The same from memory; `path` names it in messages, `folder` NULL: the working directory. */
int32_t ini_read(const char *text, size_t length, const char *path, const char *folder, ini *out,
                 error *err);
/* section.key=value, as --set has it; makes the section where it is missing.  The section is
 * what stands before the first dot (sections have none, keys may): point 1.x=3. */
int32_t ini_set(ini *doc, const char *assignment, error *err);
const ini_section *ini_find(const ini *doc, const char *section);
const ini_entry *ini_get(const ini_section *section, const char *name); /* section may be NULL */
void ini_free(ini *doc);

#endif
