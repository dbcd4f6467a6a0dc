/* words.h - spaces, trials and points as JSON, with native values and the texts of choices. */
#ifndef PROGRAM_WORDS_H
#define PROGRAM_WORDS_H

#include <jansson.h>

#include "hone_plugin.h"

json_t *words_space(const hone_space *space);
json_t *words_trial(const hone_space *space, const hone_trials *t, int64_t row);
/* The point as a row of native columns; NULL, or the name of the parameter that is wrong. */
const char *words_point(const hone_space *space, const json_t *point, double *x);

#endif
