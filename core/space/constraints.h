/* constraints.h - what [constraints] ask of points: `name = expression <= expression`.
 *
 * An expression has numbers, names of numeric parameters, + - * / ^, parentheses, and log, log2,
 * log10, exp, sqrt, abs, floor, ceil, min, max; it is compared by <, <=, > or >=.  A constraint is
 * met where it names an inactive parameter; one whose sides are not numbers (log of a negative one)
 * is not. */
#ifndef HONE_CORE_CONSTRAINTS_H
#define HONE_CORE_CONSTRAINTS_H

#include "rng.h"
#include "space.h"

typedef struct constraints constraints;
struct text;

/* Adds a constraint to s; every problem is added to err as `origin: [constraints] name: ...`. */
int32_t constraints_add(space *s, const char *name, const char *expression, const char *origin,
                        error *err);
/* Looks for a point that meets all of them, which constraints_repair needs; ECONFIG: none of
 * 100,000 random ones does. */
int32_t constraints_settle(space *s, const char *origin, error *err);
void constraints_free(constraints *c);

/* Does a native point meet all?  *which: the name of the first that it does not, or NULL. */
bool constraints_met(const space *s, const double *native, const char **which);
/* Moves a point that does not towards one that does: of some random points and the settled one,
 * the one towards which least has to change.  A function of point, key and number alone.
 * ENOMEM. */
int32_t constraints_repair(const space *s, rng_key key, int64_t number, double *native);
/* Lines "constraints.name = expression", as they were written. */
void constraints_describe(const space *s, struct text *out);

#endif
