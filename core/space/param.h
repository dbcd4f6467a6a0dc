/* param.h - one parameter's values: what space.c, view.c and space_text.c share. */
#ifndef HONE_CORE_PARAM_H
#define HONE_CORE_PARAM_H

#include "space.h"

/* The legal value nearest to `value`; for NaN `init`, else the middle.  Never -0.0. */
double param_snap(const hone_param *p, double value);
/* Is x a value of p?  *out: it exactly, as 0.30000000000000004 is the third step of 0.1. */
bool param_legal(const hone_param *p, double x, double *out);
/* Is p active where its parent is active and has this native value? */
bool param_when(const hone_param *p, double parent);

#endif
