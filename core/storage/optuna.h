/* optuna.h - the texts in Optuna's database: distributions, fixed parameters, lists, states.
 *
 * Sources: Optuna's documentation of its distributions and the JSON text its storage keeps
 * ({"name": class, "attributes": {...}}), versions 3.0 to 5.0.  JSON here may hold the bare
 * words NaN, Infinity and -Infinity, as Python's json module writes and reads them. */
#ifndef HONE_CORE_OPTUNA_H
#define HONE_CORE_OPTUNA_H

#include "error.h"
#include "space.h"

/* "COMPLETE" for HONE_COMPLETE, ...; TRIAL_WAITING of storage.h included. */
const char *optuna_state(int32_t state);
int32_t optuna_state_read(const char *name, int32_t *state, error *err);

/* A JSON string, quotes included; bytes that are not UTF-8 become U+FFFD.  NULL: no memory. */
char *json_text(const char *s);
bool utf8_valid(const char *s);
/* A JSON number: shortest that reads back as the same double. */
#define JSON_NUMBER_ROOM 40
const char *json_number(double value, char out[JSON_NUMBER_ROOM]);
/* "[1.0, NaN]"; NULL: no memory. */
char *json_numbers(const double *values, int32_t n);
/* Reads a list of numbers into *out (from malloc) or a single number into out[0]. */
int32_t json_numbers_read(const char *json, double **out, int32_t *n, error *err);

/* distribution_json of a parameter; NULL: no memory. */
char *distribution_text(const hone_param *p);
/* A parameter as stored.  Owned: name and choices; parent -1.  Free with distribution_free. */
int32_t distribution_read(const char *name, const char *json, hone_param *out, error *err);
void distribution_free(hone_param *p);
/* Is the stored distribution p's own but for its bounds and step?  A choice that is not a
 * string is compared by its JSON text: 1, true, null.  Error: names p and both. */
int32_t distribution_check(const hone_param *p, const char *json, error *err);

/* fixed_params of an enqueued trial: {"x": 1.0, "kernel": "rbf"}; NULL: no memory. */
char *fixed_params_text(const space *sp, const double *native);
/* Into native[sp->n]; NaN where nothing is fixed; names that sp lacks are skipped. */
int32_t fixed_params_read(const char *json, const space *sp, double *native, error *err);

#endif
