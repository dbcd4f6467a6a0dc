/* point.h - a native point for people and for programs. */
#ifndef HONE_COMMANDS_POINT_H
#define HONE_COMMANDS_POINT_H

#include <jansson.h>

#include "config.h"
#include "text.h"

/* "C=2.5 kernel=rbf"; all digits if exact.  Inactive parameters are left out. */
void point_text(const config *c, const double *native, bool exact, text *out);

/* {"C": 2.5, "kernel": "rbf"}: a new reference, NULL without memory. */
json_t *point_json(const config *c, const double *native);

/* The same of a space. */
void params_text(const space *sp, const double *native, bool exact, text *out);
json_t *params_json(const space *sp, const double *native);

/* A finite number, else null. */
json_t *real_or_null(double v);

#endif
