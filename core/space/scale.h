/* scale.h - one parameter between its native values and the unit interval.
 *
 * Two maps, unit -> native and native -> unit, made so that they are exact inverses on what
 * they produce, bit for bit:
 *     native(unit(native(u))) == native(u)    and    unit(native(unit(v))) == unit(v).
 * Three sorts of scale reach that, each in its way:
 *     CELLS       L equally likely values; cell i has the unit value (i + 1/2)/L
 *     CONTINUOUS  unit values are multiples of a power of two, no finer than what the native
 *                 doubles (or their logarithms) can hold apart; at best 2^-49
 *     LOG_CELLS   integers on a log scale: between log(low - 1/2) and log(high + 1/2); beyond
 *                 2^37 they keep 37 significant bits */
#ifndef HONE_CORE_SCALE_H
#define HONE_CORE_SCALE_H

#include <stdbool.h>

#include "hone_plugin.h"

enum { SCALE_CELLS, SCALE_CONTINUOUS, SCALE_LOG_CELLS };

typedef struct scale {
    int32_t sort;
    bool log, whole;     /* logarithmic; native values are whole numbers */
    int64_t levels;      /* CELLS: how many */
    double low, high;    /* native: the first and the last value */
    double start, end;   /* of the interval that becomes [0, 1]: native or logarithms */
    double step, tens;   /* grid: value k is low + k step; computed in units of 1/tens */
    double cells;        /* CONTINUOUS: 2^p, the number of unit steps */
} scale;

scale scale_of(const hone_param *p);
double scale_native(const scale *s, double unit);  /* any number, clipped; not NaN */
double scale_unit(const scale *s, double native);

/* The values of a parameter with equally spaced ones: how many (0: a continuum), the k-th,
 * and which is nearest, half to even. */
int64_t scale_levels(const hone_param *p);
double scale_level(const scale *s, int64_t k);
int64_t scale_nearest(const scale *s, double native);

#endif
