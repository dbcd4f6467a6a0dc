/* table.c - the list of test functions as a table. */
#include <math.h>
#include <stddef.h>

#include "functions.h"
#include "list.h"

#define ENTRY(name, dimension, least, n_objectives, n_constraints, low_first, low, high_first,     \
              high, optimum, optimum_each, params)                                                 \
    {#name,                                                                                        \
     dimension,                                                                                    \
     least,                                                                                        \
     n_objectives,                                                                                 \
     n_constraints,                                                                                \
     {low_first, low},                                                                             \
     {high_first, high},                                                                           \
     optimum,                                                                                      \
     optimum_each,                                                                                 \
     params,                                                                                       \
     testfn_##name},

const test_function TEST_FUNCTIONS[] = {TESTFN_LIST(ENTRY)};
