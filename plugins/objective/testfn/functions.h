/* functions.h - the test functions as mathematics: no interface of hone's in here. */
#ifndef HONE_TESTFN_FUNCTIONS_H
#define HONE_TESTFN_FUNCTIONS_H

#include <stdint.h>

typedef struct test_function {
    const char *name;
    int32_t dimension;      /* the only one it has; 0: any, at least `least` */
    int32_t least;
    int32_t n_objectives, n_constraints;
    double low[2], high[2]; /* usual box: the first two parameters; the rest as the second */
    double optimum;         /* least value, NaN: depends on the dimension or is a front */
    double optimum_each;    /* least value for one parameter, where it is a sum over them; NaN */
    /* x: [n]; y: [n_objectives]; c: [n_constraints], met where <= 0 */
    void (*evaluate)(int64_t n, const double *x, double *y, double *c);
} test_function;

extern const test_function TEST_FUNCTIONS[]; /* the last one has name NULL */

#endif
