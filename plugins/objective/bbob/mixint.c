/* mixint.c - the bbob-mixint variants: four fifths of the coordinates are integers of 2, 4, 8
 * and 16 levels.
 *
 * Source: Tusar, Brockhoff, Hansen, "Mixed-Integer Benchmark Problems for Single- and
 * Bi-Objective Optimization", GECCO 2019, section 3; the constants as COCO has them.  The
 * levels stand at equal distances inside [-4, 4], shifted so that the optimum is on them. */
#include <math.h>

#include "problem.h"

static const int64_t LEVELS[MIXINT_PARTS] = {2, 4, 8, 16, 0};
static const double LOW = -4.0, HIGH = 4.0;
static const double TIE = 1e-7; /* an optimum half-way between two levels goes to the upper */
static const double FACTORS[BBOB_FUNCTIONS] = {
    1,    1e-3, 1e-1, 1e-1, 1,  1e-2, 1,  1e-2, 1e-2, 1e-3, 1e-2, 1e-4,
    1e-1, 1,    1e-1, 1,    10, 1,    10, 1e-1, 1,    1,    10,   1e-1,
};

double mixint_factor(int32_t function)
{
    return FACTORS[function - 1];
}

int64_t mixint_levels(int64_t i, int64_t d)
{
    return LEVELS[i / (d / MIXINT_PARTS)];
}

/* Level k of n, and the nearest level to a number. */
static double place(double k, int64_t n)
{
    const double margin = (HIGH - LOW) / (double)(n + 1);
    const double first = LOW + margin, last = HIGH - margin;

    return first + (last - first) * k / (double)(n - 1);
}

static double level(double k, int64_t n)
{
    return fmin(fmax(floor(k + 0.5), 0.0), (double)(n - 1));
}

/* COCO's best point; of f20 it is not the xopt of its definition, but one 2e-10 away. */
static double optimum(const bbob_problem *p, int64_t i)
{
    return p->function == 20 ? copysign(420.96874633 / 200.0, p->xopt[i]) : p->xopt[i];
}

void mixint_prepare(const bbob_problem *p, double *shift)
{
    for (int64_t i = 0; i < p->d; i++) {
        const int64_t n = mixint_levels(i, p->d);
        double first, last, k;

        shift[i] = 0.0;
        if (n == 0)
            continue;
        first = place(0.0, n);
        last = place((double)(n - 1), n);
        k = (double)(n - 1) * (optimum(p, i) - first) / (last - first);
        shift[i] = place(level(k + TIE, n), n) - optimum(p, i);
    }
}

void mixint_map(const double *x, const double *shift, double *out, int64_t d)
{
    for (int64_t i = 0; i < d; i++) {
        const int64_t n = mixint_levels(i, d);

        out[i] = n == 0 ? x[i] : place(level(x[i], n), n) - shift[i];
    }
}
