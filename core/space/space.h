/* space.h - the parameters of a study, and how plugins see them.
 *
 * A point is native: n doubles in the order of the parameters; a category is its index, an
 * inactive parameter NaN.  A view lays the same points out in columns for one plugin: the
 * unit cube, or native values (HONE_CAP_NATIVE).  Snapping is defined here and nowhere
 * else: what is told is what was evaluated. */
#ifndef HONE_CORE_SPACE_H
#define HONE_CORE_SPACE_H

#include <stdbool.h>

#include "error.h"
#include "hone_plugin.h"

typedef struct space {
    int32_t n;                 /* parameters */
    hone_param *params;        /* [n] owned, with all that they point to */
    const hone_param **list;   /* [n] &params[i], as the plugin interface wants it */
    int32_t fidelity;          /* index of the fidelity parameter, -1: none */
    int32_t n_objectives, n_constraints;
    struct constraints *declared; /* of the study file, constraints.h; NULL: none; owned */
} space;

/* One line of [space]: `kind words...` (space_parse.c).  Parameters are added in file order;
 * the parent must stand above.  Every problem is added to err with `origin: [space] name`. */
int32_t space_add(space *s, const char *name, const char *value, const char *origin, error *err);
/* Checks *p (parent: an index into s, or -1) and adds a deep copy of it.  Every problem is
 * added to err as `origin: what is wrong`; origin NULL: the parameter's name. */
int32_t space_append(space *s, const hone_param *p, const char *origin, error *err);
/* A deep copy of a table that a plugin gave. */
int32_t space_copy(const hone_space *from, space *out, error *err);
void space_free(space *s);
int32_t space_index(const space *s, const char *name); /* -1: unknown */
/* How the parameter is written in a study file: "float 1e-5 1 log when kernel = 1". */
char *space_describe(const space *s, int32_t i);

/* Number of different points, or INFINITY; conditions are counted exactly. */
double space_size(const space *s);
bool param_single(const hone_param *p); /* has one value only: no column for it */
bool space_active(const space *s, int32_t i, const double *native);

/* Reads a value as a user writes it (a number, a choice's text) into its native value;
 * refuses what is out of range or not on the grid, saying what is allowed. */
int32_t param_read(const hone_param *p, const char *value, double *out, error *err);
/* A native value as the user wrote it: 17 digits at most, choice text; "" if NaN. */
char *param_write(const hone_param *p, double value);

/* Clips to bounds, rounds to step or choice, NaN where inactive, the single value or `init`
 * or the middle where an active value is NaN.  Idempotent.  true: nothing had to change. */
bool space_snap(const space *s, double *native);

/* ---- views ---- */
typedef struct view {
    const space *space;
    uint32_t caps;             /* NATIVE, CONDITIONAL, FIDELITY: those that matter here */
    hone_space table;          /* as the plugin sees it; its arrays are owned by the view */
    int32_t *param_of;         /* [n_cols] index into table.params */
    int32_t *choice_of;
    int64_t *levels;
    int32_t *first_col, *n_col;/* [space->n] columns of a parameter, n_col 0: hidden */
    int32_t *shown;            /* [table.n_params] index into space->params */
    hone_param *params;        /* [table.n_params] parents as indices into table.params */
    const hone_param **list;   /* [table.n_params] &params[i] */
    struct scale *scales;      /* [space->n] */
    double *blank;             /* [space->n] what stands where a value is missing */
} view;

int32_t view_init(view *v, const space *s, uint32_t caps, error *err);
void view_free(view *v);
bool view_same(const view *a, const view *b); /* the same columns with the same values */
bool view_native(const view *v); /* are its rows the native points themselves? */
void view_encode(const view *v, const double *native, double *x);   /* x: [n_cols] */
/* Decodes and snaps: hidden parameters get their single value or, the fidelity, its high. */
void view_decode(const view *v, const double *x, double *native);
/* x := encode(decode(x)), n rows. */
void view_snap(const view *v, int64_t n, double *x, int64_t ldx);
/* NaN in an active column? (other values are clipped, not illegal) */
bool view_legal(const view *v, const double *x);
/* Uniforms u[n_params] in [0,1) to a legal random point; the fidelity has its high. */
void space_random(const space *s, const double *u, double *native);

#endif
