/* constraints_parts.h - what a declared constraint is kept as; for constraints*.c only.
 *
 *   constraints.c       programs run on points, points moved until they are met
 *   constraints_read.c  expressions read into programs */
#ifndef HONE_CORE_CONSTRAINTS_PARTS_H
#define HONE_CORE_CONSTRAINTS_PARTS_H

#include "constraints.h"

enum { CONSTRAINT_DEEPEST = 64 }; /* values on the stack, levels of an expression */

enum { PUSH, PARAMETER, ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, NEGATE, LOG, LOG2, LOG10, EXP,
       SQRT, ABS, FLOOR, CEIL, MIN, MAX };

typedef struct step {
    int op, param;
    double value;
} step;

typedef struct constraint {
    char *name, *expression;
    step *steps; /* leaves the left side and the right side on the stack */
    int n, sense; /* sense: '<' or '>' */
    bool strict;
} constraint;

struct constraints {
    int n;
    constraint *all; /* [n] */
    double *anchor;  /* [space.n] meets them all; NULL: not settled */
};

/* Frees what c holds, not c. */
void constraint_drop(constraint *c);

#endif
