/* reference.h - reference pages made from the tables that the program itself works from, as
 * text for a terminal, as a manual page, or as Markdown.
 *
 * What a page says (reference.c) is apart from how it looks: a form is the six things that a
 * page is made of. */
#ifndef HONE_COMMANDS_REFERENCE_H
#define HONE_COMMANDS_REFERENCE_H

#include <stdbool.h>
#include <stdio.h>

#include "registry.h"

typedef struct reference_form {
    bool tells_file; /* where the plugin lies on this machine */
    void (*title)(FILE *out, const char *kind, const char *name, const char *version,
                  const char *summary); /* kind and version: NULL for a section of the host's */
    void (*heading)(FILE *out, const char *words);
    void (*paragraph)(FILE *out, const char *words);
    void (*fact)(FILE *out, const char *term, const char *words);
    /* marks: "advanced", ... or ""; value is code, not prose */
    void (*option)(FILE *out, const char *name, const char *value, const char *marks,
                   const char *words);
    void (*lines)(FILE *out, const char *lines); /* verbatim */
} reference_form;

extern const reference_form REFERENCE_TEXT, REFERENCE_MAN, REFERENCE_MARKDOWN;

/* false: out of memory */
bool reference_plugin(const plugin *p, const reference_form *form, FILE *out);
/* A section that is the host's own. */
bool reference_section(const char *section, const char *summary, const hone_option *table,
                       int32_t n, const reference_form *form, FILE *out);
/* All plugins that the registry finds, kind by kind, in Markdown: a table of each kind, then
 * their pages.  A plugin that cannot be loaded is left out with its reason. */
int32_t reference_catalogue(registry *r, FILE *out, error *err);

/* Text where a backslash, dot or quote at the start, or a hyphen would mean something to roff. */
void roff_words(FILE *out, const char *s, size_t n);

#endif
