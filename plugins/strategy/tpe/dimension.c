/* dimension.c - one parameter: its values, and masses of a truncated normal on it.
 *
 * A kernel is a normal distribution truncated to [0, 1], the scale of the parameter.  Where the
 * values are cells of that interval (steps, ordered choices, integers), a kernel gives each
 * the mass in its cell.  Cells narrower than 1/TABLED have their density at the middle times
 * their width instead, whose logarithm is off by at most (w/s)^2 |z^2 - 1| / 24 to first order
 * (w: width; s: deviation; z: distance from the centre over s).
 *
 * Source of the series in log_mass: Abramowitz and Stegun, 26.2.12. */
#include <math.h>

#include "tpe.h"

static const double ROOT_HALF = 0.70710678118654752440;
static const double HALF_LOG_2PI = 0.91893853320467274178;
/* Beyond, masses are near the smallest doubles, and five terms of the series exact to 1e-9. */
static const double FAR = 30;

void dimension_init(dimension *d, const hone_space *space, int64_t col)
{
    const hone_param *p = space->params[space->col_param[col]];

    *d = (dimension){.kind = SMOOTH, .col = col, .cols = 1, .levels = space->col_levels[col]};
    if (space->col_choice[col] >= 0) {
        d->kind = CHOICE;
        d->cols = d->levels = p->n_choices;
    } else if (d->levels > 0) {
        d->kind = CELLS;
        d->tabled = d->levels <= TABLED ? d->levels : 0;
    } else if (p->type == HONE_INT && (p->flags & HONE_PARAM_LOG)) {
        d->kind = WHOLE;
        d->low = p->low;
        d->log_low = log(p->low - 0.5);
        d->range = log(p->high + 0.5) - d->log_low;
        d->levels = (int64_t)(p->high - p->low) + 1;
        d->tabled = d->levels <= TABLED ? d->levels : TABLED;
    }
}

int dimension_active(const dimension *d, const double *x)
{
    return !isnan(x[d->col]);
}

double dimension_value(const dimension *d, const double *x)
{
    int64_t k = 0;

    if (d->kind != CHOICE)
        return x[d->col];
    while (k < d->levels - 1 && !(x[d->col + k] > 0.5))
        k++;
    return (double)k;
}

void dimension_write(const dimension *d, double value, double *x)
{
    if (d->kind != CHOICE) {
        x[d->col] = value;
        return;
    }
    for (int64_t k = 0; k < d->levels; k++)
        x[d->col + k] = (double)(k == (int64_t)value);
}

int64_t dimension_level(const dimension *d, double value)
{
    int64_t k = (int64_t)value;

    if (d->kind == CELLS)
        k = (int64_t)(value * (double)d->levels);
    else if (d->kind == WHOLE)
        k = (int64_t)rint(exp(d->log_low + value * d->range) - d->low);
    return k < 0 ? 0 : k < d->levels ? k : d->levels - 1;
}

double dimension_snap(const dimension *d, double u)
{
    const double k = (double)dimension_level(d, u);

    switch (d->kind) {
    case CELLS:
        return (k + 0.5) / (double)d->levels;
    case WHOLE:
        return (log(d->low + k) - d->log_low) / d->range;
    case CHOICE:
        return k;
    default:
        return u;
    }
}

void dimension_cell(const dimension *d, int64_t level, double *from, double *to)
{
    const double k = (double)level;

    if (d->kind == WHOLE) {
        *from = level > 0 ? (log(d->low + k - 0.5) - d->log_low) / d->range : 0;
        *to = level < d->levels - 1 ? (log(d->low + k + 0.5) - d->log_low) / d->range : 1;
    } else {
        *from = k / (double)d->levels;
        *to = (k + 1) / (double)d->levels;
    }
}

/* log of the upper tail from z > FAR on. */
static double log_tail(double z)
{
    const double r = 1 / (z * z);

    return -0.5 * z * z - HALF_LOG_2PI - log(z) + log1p(-r * (1 - r * (3 - r * (15 - 105 * r))));
}

double log_mass(double a, double b)
{
    if (b < 0) {
        const double swap = a;
        a = -b;
        b = -swap;
    }
    if (a > FAR) {
        const double tail = log_tail(a);
        return tail + log1p(-exp(log_tail(b) - tail));
    }
    if (a > 0)
        return log(0.5 * (erfc(a * ROOT_HALF) - erfc(b * ROOT_HALF)));
    return log(0.5 * (erf(b * ROOT_HALF) - erf(a * ROOT_HALF)));
}
