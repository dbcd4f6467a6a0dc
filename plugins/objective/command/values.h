/* values.h - a point as text: for arguments, for the environment, as JSON. */
#ifndef HONE_COMMAND_VALUES_H
#define HONE_COMMAND_VALUES_H

#include "argv.h"

/* The texts of a point's values; NULL where inactive.  The array and its strings are one
 * allocation, to be freed; NULL: out of memory.
 * Numbers: the shortest decimal that reads back as the same double (whole ones without a
 * point); a choice: its text.  The caller sees to the C locale. */
const char **values_texts(const hone_space *space, const double *x);

/* {"C":0.5,"kernel":"rbf"}: active parameters, choices as strings.  From malloc, or NULL. */
char *values_json(const hone_space *space, const char *const *texts);

/* The environment of a program: this process's own without HONE_*, then HONE_<PARAMETER>
 * (upper case, other characters than letters and digits as _) for each active one whose name is
 * not ambiguous, HONE_PARAMS, the facts that are not NULL as HONE_TRIAL and so on, then
 * `more` (NAME=value, [n_more]).  NULL-terminated, from malloc (argv_free), or NULL. */
char **values_environment(const hone_space *space, const value_texts *values, const char *json,
                          const char *const *more, int64_t n_more);
/* "HONE_LEARNING_RATE"; from malloc. */
char *values_variable(const char *name);
/* Do two parameters, or a parameter and a fact, share this variable? */
bool values_ambiguous(const hone_space *space, const char *variable);

#endif
