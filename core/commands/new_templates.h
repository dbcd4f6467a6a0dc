/* new_templates.h - the files of sdk/template, kept in the program, so that `hone new` needs no
 * folder beside it. */
#ifndef HONE_COMMANDS_NEW_TEMPLATES_H
#define HONE_COMMANDS_NEW_TEMPLATES_H

#include <stddef.h>
#include <stdint.h>

typedef struct source_template {
    int32_t kind;
    const char *language, *suffix; /* "c", ".c" */
    const char *name;              /* of the plugin in it: "climb" */
    const char *begin, *end;       /* its bytes */
} source_template;

extern const source_template SOURCE_TEMPLATES[]; /* language NULL: the end */

#endif
