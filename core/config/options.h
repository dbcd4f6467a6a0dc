/* options.h - a section of a study file against a plugin's table of options.
 *
 * The same parser serves study files, --set, defaults, documentation and the host's own
 * keys ([study], and the host's keys of [objective]), so that they cannot disagree. */
#ifndef HONE_CORE_OPTIONS_H
#define HONE_CORE_OPTIONS_H

#include <stdbool.h>

#include "ini.h"
#include "hone_plugin.h"

typedef struct options {
    const hone_option *table; /* [n] not owned */
    int32_t n;
    hone_value *values;       /* [n] */
    const ini_entry **from;   /* [n] the entry that set it; NULL: the default */
    void *owned;              /* what values point to */
} options;

/* Parses every entry of `section` (NULL: all defaults) but those named in `skip`
 * (NULL-terminated, may be NULL).  `who` names the owner of the table in messages ("gp").
 * Adds every problem: unknown keys with what was probably meant, types, ranges, choices,
 * missing required ones.  Deprecated ones add to `warnings` (may be NULL). */
int32_t options_read(const hone_option *table, int32_t n, const char *who, const ini *doc,
                     const ini_section *section, const char *const *skip, options *out,
                     error *warnings, error *err);
void options_free(options *o);
int32_t options_index(const hone_option *table, int32_t n, const char *name); /* -1 */
/* Is it an option, or an entry of a list of texts (key.2)? */
bool options_knows(const hone_option *table, int32_t n, const char *name);
/* Adds that `who` has no such option, and which one was probably meant. */
void options_refuse_unknown(const hone_option *table, int32_t n, const char *who,
                            const ini_section *section, const ini_entry *entry, error *err);

/* Does the table obey the rules?  (defaults parse and are in range, names are legal, ...) */
int32_t options_check_table(const hone_option *table, int32_t n, const char *who, error *err);

/* "number > 0, default 1e-6" and the like: type, range, choices, default, unit. */
char *option_allowed(const hone_option *o);

#endif
