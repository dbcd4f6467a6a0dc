/* options_value.h - the text of one option, read into its value. */
#ifndef HONE_CORE_OPTIONS_VALUE_H
#define HONE_CORE_OPTIONS_VALUE_H

#include "options.h"

/* What a value is like before anything was read: is_set 0, d NaN, all else empty. */
hone_value option_unset(const hone_option *o);

/* Reads `word` into *out (is_set stays as it is).  Paths are taken from `folder` (NULL: left
 * as they are); what *out points to is added to *owned.  NULL: done; else why not, for
 * "length = -1 <why>; allowed: ...": a constant.  HONE_ENOMEM goes to *status. */
const char *option_read(const hone_option *o, const char *word, const char *folder, void **owned,
                        hone_value *out, int32_t *status);

/* The word among an option's choices that was probably meant; NULL: none. */
const char *option_meant(const hone_option *o, const char *word);

#endif
