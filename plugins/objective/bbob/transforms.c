/* transforms.c - the transformations that make the functions less regular.
 *
 * Source: the report, section 0.2: T_osz, T_asy, Lambda, f_pen.  The power of an exponential
 * in T_osz is taken as COCO takes it, not in the exponent: f16 enlarges a difference in the
 * last digit a million times. */
#include <math.h>

#include "problem.h"

static const double OSZ_STEP = 0.1; /* of log |x|: frequencies c1 are 10 and 5.5, c2 7.9 and 3.1 */

/* out := matrix times x; sums run in the order of x's entries. */
void bbob_multiply(const double *columns, const double *x, double *out, int64_t d)
{
    for (int64_t i = 0; i < d; i++)
        out[i] = 0.0;
    for (int64_t j = 0; j < d; j++) {
        const double *column = columns + j * d;
        const double xj = x[j];

        for (int64_t i = 0; i < d; i++)
            out[i] += column[i] * xj;
    }
}

void bbob_subtract(const double *x, const double *xopt, double *out, int64_t d)
{
    for (int64_t i = 0; i < d; i++)
        out[i] = x[i] - xopt[i];
}

/* T_osz of one number. */
double bbob_oscillate(double x)
{
    double t;

    if (x == 0.0)
        return 0.0;
    t = log(fabs(x)) / OSZ_STEP;
    if (x > 0.0)
        return pow(exp(t + 0.49 * (sin(t) + sin(0.79 * t))), OSZ_STEP);
    return -pow(exp(t + 0.49 * (sin(0.55 * t) + sin(0.31 * t))), OSZ_STEP);
}

void bbob_oscillate_all(double *x, int64_t d)
{
    for (int64_t i = 0; i < d; i++)
        x[i] = bbob_oscillate(x[i]);
}

/* T_asy^beta in place. */
void bbob_asymmetric(double *x, double beta, int64_t d)
{
    for (int64_t i = 0; i < d; i++)
        if (x[i] > 0.0)
            x[i] = pow(x[i], 1.0 + beta * (double)i / (double)(d - 1) * sqrt(x[i]));
}

/* f_pen: squared distance to [-5, 5]^d. */
double bbob_penalty(const double *x, int64_t d)
{
    double sum = 0.0;

    for (int64_t i = 0; i < d; i++) {
        const double beyond = fabs(x[i]) - 5.0;

        if (beyond > 0.0)
            sum += beyond * beyond;
    }
    return sum;
}

double bbob_power(double base, int64_t i, int64_t d)
{
    return pow(base, (double)i / (double)(d - 1));
}
