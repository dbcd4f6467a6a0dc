/* scale.c - native values to the unit interval and back, exactly: see scale.h. */
#include <float.h>
#include <math.h>

#include "scale.h"

/* How finely a unit interval is divided at most: three roundings of the way there and back
 * stay below half a cell of 2^-49. */
static const double MOST_CELLS = 0x1p49;
/* Beyond this many values a grid is treated as a continuum that is rounded. */
static const double MOST_LEVELS = 0x1p49;
/* Significant bits of integers on a log scale: exp and log err by less than 2^-45. */
enum { LOG_BITS = 37 };
/* A step divides the range if it does so to this part of a step, and to the rounding of the
 * bounds; as in Optuna, bounds such as 0.3 = 3 * 0.1 are meant exactly. */
static const double STEP_TOLERANCE = 1e-8;

/* Distance from |x| to the next larger double. */
static double ulp(double x)
{
    x = fabs(x);
    return x >= DBL_MAX ? x * DBL_EPSILON / 2 : nextafter(x, INFINITY) - x;
}

static bool is_whole(double x)
{
    return fabs(x - rint(x)) <= 1e-9 && fabs(x) < 0x1p53;
}

/* 10^j such that low and step are whole numbers of 1/10^j; 0 if there is none.  The value
 * (low tens + k step tens)/tens is then the double nearest to the decimal number meant. */
static double decimal_unit(double low, double step, double high)
{
    double tens = 1;

    for (int j = 0; j <= 15; j++, tens *= 10) {
        if (fmax(fabs(low), fabs(high)) * tens >= 0x1p52)
            break;
        if (is_whole(low * tens) && is_whole(step * tens) && rint(step * tens) / tens == step &&
            rint(low * tens) / tens == low)
            return tens;
    }
    return 0;
}

static double step_of(const hone_param *p)
{
    if (p->type == HONE_CATEGORICAL)
        return 1;
    if (p->type == HONE_INT)
        return p->step > 1 ? p->step : 1;
    return p->step > 0 ? p->step : 0;
}

static double tolerance(const hone_param *p)
{
    return fmin(STEP_TOLERANCE + 4 * ulp(fmax(fabs(p->low), fabs(p->high))) / step_of(p), 0.25);
}

/* Number of values minus one, as a double: may exceed any integer. */
static double last_level(const hone_param *p)
{
    return floor((p->high / 2 - p->low / 2) / step_of(p) * 2 + tolerance(p));
}

int64_t scale_levels(const hone_param *p)
{
    if (p->type == HONE_CATEGORICAL)
        return p->n_choices;
    if (p->low == p->high)
        return 1;
    if (step_of(p) == 0 || last_level(p) >= 0x1p53)
        return 0;
    return (int64_t)last_level(p) + 1;
}

/* The most cells, a power of two, that stay apart: 8 times wider than `grain`, the spacing
 * that values can have. */
static double cells_of(double start, double end, double grain)
{
    const double room = (end / 2 - start / 2) / (4 * grain);
    int exponent;

    if (!(room > 1))
        return 1;
    frexp(room, &exponent);
    return fmin(ldexp(1, exponent - 1), MOST_CELLS);
}

/* low + k step, in decimal where it is meant so. */
static double level(const scale *s, int64_t k)
{
    if (s->tens > 0)
        return (rint(s->low * s->tens) + (double)k * rint(s->step * s->tens)) / s->tens;
    return s->low + (double)k * s->step;
}

scale scale_of(const hone_param *p)
{
    const int64_t levels = scale_levels(p);
    scale s = {
        .whole = p->type != HONE_REAL,
        .low = p->type == HONE_CATEGORICAL ? 0 : p->low + 0.0, /* + 0.0: no -0.0 */
        .high = p->type == HONE_CATEGORICAL ? (double)(p->n_choices - 1) : p->high + 0.0,
        .step = step_of(p),
        .levels = levels,
    };

    if (p->type == HONE_REAL && s.step > 0)
        s.tens = decimal_unit(s.low, s.step, s.high);
    if (s.step > 0 && levels > 0 && fabs(s.high - level(&s, levels - 1)) > tolerance(p) * s.step)
        s.high = level(&s, levels - 1); /* the last step does not reach it */
    s.log = p->type != HONE_CATEGORICAL && (p->flags & HONE_PARAM_LOG) && levels != 1 &&
            p->low > 0 && !(s.step > 0 && !s.whole) && !(s.step > 1);
    if (s.log && s.whole) {
        s.sort = SCALE_LOG_CELLS;
        s.start = log(s.low - 0.5);
        s.end = log(s.high + 0.5);
    } else if (s.log) {
        s.sort = SCALE_CONTINUOUS;
        s.start = log(s.low);
        s.end = log(s.high);
        s.cells = cells_of(s.start, s.end,
                           fmax(ulp(fmax(fabs(s.start), fabs(s.end))),
                                fmax(DBL_EPSILON, ulp(s.low) / s.low)));
    } else if (levels > 0 && (double)levels <= MOST_LEVELS) {
        s.sort = SCALE_CELLS;
    } else {
        s.sort = SCALE_CONTINUOUS;
        s.start = s.low;
        s.end = s.high;
        s.cells = cells_of(s.start, s.end,
                           fmax(ulp(fmax(fabs(s.start), fabs(s.end))), s.step));
    }
    return s;
}

static double clip(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* ---- equally spaced values ----------------------------------------------------- */

double scale_level(const scale *s, int64_t k)
{
    if (k <= 0)
        return s->low;
    return s->levels > 0 && k >= s->levels - 1 ? s->high : clip(level(s, k), s->low, s->high);
}

int64_t scale_nearest(const scale *s, double native)
{
    const double k = rint((clip(native, s->low, s->high) - s->low) / s->step);

    return s->levels > 0 && k > (double)(s->levels - 1) ? s->levels - 1 : (int64_t)k;
}

/* ---- the two maps ---------------------------------------------------------------- */

/* Whole numbers of LOG_BITS significant bits, half to even. */
static double significant(double x)
{
    int exponent;

    frexp(x, &exponent);
    if (exponent <= LOG_BITS)
        return rint(x);
    return ldexp(rint(ldexp(x, LOG_BITS - exponent)), exponent - LOG_BITS);
}

static double log_cell(const scale *s, double native)
{
    return clip(significant(native), s->low, s->high);
}

double scale_native(const scale *s, double unit)
{
    double u = clip(unit, 0, 1);

    switch (s->sort) {
    case SCALE_CELLS:
        /* The nearest centre of a cell, half to even. */
        return scale_level(s, (int64_t)clip(rint(u * (double)s->levels - 0.5), 0,
                                            (double)(s->levels - 1)));
    case SCALE_LOG_CELLS:
        return log_cell(s, exp(s->start + u * (s->end - s->start)));
    default:
        break;
    }
    u = rint(u * s->cells) / s->cells;
    if (u <= 0)
        return s->low;
    if (u >= 1 && s->step == 0)
        return s->high;

    /* Both ends weighted: nothing overflows, and no end is favoured. */
    const double x = s->start * (1 - u) + s->end * u;
    if (s->log)
        return clip(exp(x), s->low, s->high);
    if (s->step > 0)
        return scale_level(s, scale_nearest(s, x));
    return clip(x, s->low, s->high) + 0.0;
}

/* (x - start)/(end - start), where the difference may exceed the largest double. */
static double part(double x, double start, double end)
{
    if (isfinite(end - start))
        return (x - start) / (end - start);
    return (x / 2 - start / 2) / (end / 2 - start / 2);
}

double scale_unit(const scale *s, double native)
{
    const double x = clip(native, s->low, s->high);
    double at;

    switch (s->sort) {
    case SCALE_CELLS:
        return ((double)scale_nearest(s, x) + 0.5) / (double)s->levels;
    case SCALE_LOG_CELLS:
        return clip((log(log_cell(s, x)) - s->start) / (s->end - s->start), 0, 1);
    default:
        at = s->log ? log(x) : x;
        at = part(at, s->start, s->end);
        return clip(rint(at * s->cells) / s->cells, 0, 1);
    }
}
