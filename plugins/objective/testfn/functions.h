/* functions.h - the test functions as mathematics: no interface of hone's in here. */
#ifndef HONE_TESTFN_FUNCTIONS_H
#define HONE_TESTFN_FUNCTIONS_H

#include <stdint.h>

#include "list.h"

/* A parameter that is not a number in the function's box. */
enum { TEST_REAL = 0, TEST_INT, TEST_CATEGORICAL, TEST_FIDELITY };
typedef struct test_param {
    int32_t type;
    double low, high;   /* of a number */
    int32_t n_choices;  /* of a category: 0 .. n_choices-1 */
    int32_t parent;     /* 0-based parameter, -1: none ... */
    double when;        /* ... which has this value where this one is active */
} test_param;

typedef struct test_function {
    const char *name;
    int32_t dimension;      /* the only one it has; 0: any, at least `least` */
    int32_t least;
    int32_t n_objectives, n_constraints;
    double low[2], high[2]; /* usual box: the first parameter; the others */
    double optimum;         /* least value, NaN: depends on the dimension or is a front */
    double optimum_each;    /* least value for one parameter, where it is a sum over them; NaN */
    const test_param *params; /* [dimension], or one for all where that is 0; NULL: reals */
    /* x: [n], NaN: inactive; y: [n_objectives]; c: [n_constraints], met where <= 0 */
    void (*evaluate)(int64_t n, const double *x, double *y, double *c);
} test_function;

extern const test_function TEST_FUNCTIONS[]; /* in the order of TESTFN_LIST */

#define TESTFN_DECLARE(name, ...) \
    void testfn_##name(int64_t n, const double *x, double *y, double *c);
TESTFN_LIST(TESTFN_DECLARE)

/* mixed.c */
extern const test_param TRAP_PARAMS[], GEAR_PARAMS[], VESSEL_PARAMS[], FUNC2C_PARAMS[],
    JENATTON_PARAMS[], AUGMENTED_PARAMS[];

#endif
