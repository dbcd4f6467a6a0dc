/* mixed.c - constraints, integers, categories, conditions, fidelities.
 *
 * Sources: Townsend, "Constrained Optimization in Chebfun" (2014), for townsend; Mishra, "Some
 * New Test Functions for Global Optimization" (2006), with the disc that is usual, for
 * mishra_bird; Liang et al., "Problem Definitions and Evaluation Criteria for the CEC 2006 Special
 * Session on Constrained Real-Parameter Optimization", for g06 and g08; Deb, Goldberg,
 * "Analyzing Deception in Trap Functions", FOGA 2 (1993), for trap5; Sandgren, J. Mechanical
 * Design 112 (1990), for gear_train and pressure_vessel (thickness in sixteenths of an inch);
 * Ru et al., "Bayesian Optimisation over Multiple Continuous and Categorical Inputs", ICML 2020,
 * func-2C, for func2c; Jenatton, Archambeau, Gonzalez, Seeger, "Bayesian Optimization with
 * Tree-structured Dependencies", ICML 2017, section 5.1, for jenatton; Wu et al., "Practical
 * Multi-fidelity Bayesian Optimization for Hyperparameter Tuning", UAI 2019, for
 * augmented_branin. */
#include <math.h>

#include "functions.h"

static double square(double x)
{
    return x * x;
}

/* ---- constraints ------------------------------------------------------------------------- */

void testfn_townsend(int64_t n, const double *x, double *y, double *c)
{
    const double t = atan2(x[0], x[1]);
    const double edge = 2 * cos(t) - 0.5 * cos(2 * t) - 0.25 * cos(3 * t) - 0.125 * cos(4 * t);
    (void)n;
    y[0] = -square(cos((x[0] - 0.1) * x[1])) - x[0] * sin(3 * x[0] + x[1]);
    c[0] = x[0] * x[0] + x[1] * x[1] - square(edge) - square(2 * sin(t));
}

void testfn_mishra_bird(int64_t n, const double *x, double *y, double *c)
{
    (void)n;
    y[0] = sin(x[1]) * exp(square(1 - cos(x[0]))) + cos(x[0]) * exp(square(1 - sin(x[1]))) +
           square(x[0] - x[1]);
    c[0] = square(x[0] + 5) + square(x[1] + 5) - 25;
}

/* The feasible set is a sickle of 0.007 percent of the box. */
void testfn_g06(int64_t n, const double *x, double *y, double *c)
{
    const double a = x[0] - 10, b = x[1] - 20;
    (void)n;
    y[0] = a * a * a + b * b * b;
    c[0] = 100 - square(x[0] - 5) - square(x[1] - 5);
    c[1] = square(x[0] - 6) + square(x[1] - 5) - 82.81;
}

void testfn_g08(int64_t n, const double *x, double *y, double *c)
{
    const double s = sin(2 * M_PI * x[0]);
    (void)n;
    /* zero in the limit of the two edges where the quotient is none */
    y[0] = x[0] > 0 ? -s * s * s * sin(2 * M_PI * x[1]) / (x[0] * x[0] * x[0] * (x[0] + x[1])) : 0;
    c[0] = x[0] * x[0] - x[1] + 1;
    c[1] = 1 - x[0] + square(x[1] - 4);
}

/* ---- integers ---------------------------------------------------------------------------- */

const test_param TRAP_PARAMS[] = {{TEST_INT, 0, 1, 0, -1, 0}};

/* Blocks of five bits: the fewer ones the better, but five are best of all.  Bits that do not
 * fill a block count as they are wrong. */
void testfn_trap5(int64_t n, const double *x, double *y, double *c)
{
    (void)c;
    y[0] = 0;
    for (int64_t i = 0; i < n; i += 5) {
        int ones = 0, size = n - i < 5 ? (int)(n - i) : 5;
        for (int j = 0; j < size; j++)
            ones += x[i + j] > 0.5;
        y[0] += size < 5 ? size - ones : ones == 5 ? 0 : 1 + ones;
    }
}

const test_param GEAR_PARAMS[] = {{TEST_INT, 12, 60, 0, -1, 0},
                                  {TEST_INT, 12, 60, 0, -1, 0},
                                  {TEST_INT, 12, 60, 0, -1, 0},
                                  {TEST_INT, 12, 60, 0, -1, 0}};

void testfn_gear_train(int64_t n, const double *x, double *y, double *c)
{
    (void)n, (void)c;
    y[0] = square(1 / 6.931 - x[0] * x[1] / (x[2] * x[3]));
}

const test_param VESSEL_PARAMS[] = {{TEST_INT, 1, 99, 0, -1, 0},
                                    {TEST_INT, 1, 99, 0, -1, 0},
                                    {TEST_REAL, 10, 200, 0, -1, 0},
                                    {TEST_REAL, 10, 200, 0, -1, 0}};

void testfn_pressure_vessel(int64_t n, const double *x, double *y, double *c)
{
    const double shell = 0.0625 * x[0], head = 0.0625 * x[1], r = x[2], l = x[3];
    (void)n;
    y[0] = 0.6224 * shell * r * l + 1.7781 * head * r * r + 3.1661 * shell * shell * l +
           19.84 * shell * shell * r;
    c[0] = 0.0193 * r - shell;
    c[1] = 0.00954 * r - head;
    c[2] = 1296000 - M_PI * r * r * (l + 4.0 / 3.0 * r);
}

/* ---- categories, conditions, fidelities -------------------------------------------------- */

const test_param FUNC2C_PARAMS[] = {{TEST_CATEGORICAL, 0, 2, 3, -1, 0},
                                    {TEST_CATEGORICAL, 0, 4, 5, -1, 0},
                                    {TEST_REAL, -1, 1, 0, -1, 0},
                                    {TEST_REAL, -1, 1, 0, -1, 0}};

/* Each category adds Rosenbrock's, the six-hump camel's or (all others) Beale's function. */
void testfn_func2c(int64_t n, const double *x, double *y, double *c)
{
    const double a = x[2], b = x[3], aa = a * a, bb = b * b;
    const double parts[3] = {
        (100 * square(b - aa) + square(a - 1)) / 300,
        ((4 - 2.1 * aa + aa * aa / 3) * aa + a * b + (4 * bb - 4) * bb) / 10,
        (square(1.5 - a + a * b) + square(2.25 - a + a * bb) + square(2.625 - a + a * b * bb)) /
            50};
    (void)n, (void)c;
    y[0] = parts[x[0] < 0.5 ? 0 : x[0] < 1.5 ? 1 : 2] + parts[x[1] < 0.5 ? 0 : x[1] < 1.5 ? 1 : 2];
}

const test_param JENATTON_PARAMS[] = {
    {TEST_CATEGORICAL, 0, 1, 2, -1, 0}, /* x1: which half */
    {TEST_CATEGORICAL, 0, 1, 2, 0, 0},  /* x2: which leaf of the first */
    {TEST_CATEGORICAL, 0, 1, 2, 0, 1},  /* x3: which leaf of the second */
    {TEST_REAL, -1, 1, 0, 1, 0},        {TEST_REAL, -1, 1, 0, 1, 1}, /* x4, x5: at the leaves */
    {TEST_REAL, -1, 1, 0, 2, 0},        {TEST_REAL, -1, 1, 0, 2, 1}, /* x6, x7 */
    {TEST_REAL, 0, 1, 0, 0, 0},         {TEST_REAL, 0, 1, 0, 0, 1},  /* x8, x9: shared by a half */
};

void testfn_jenatton(int64_t n, const double *x, double *y, double *c)
{
    const int second = x[0] > 0.5, leaf = 2 * second + (x[1 + second] > 0.5);
    (void)n, (void)c;
    y[0] = square(x[3 + leaf]) + 0.1 * (leaf + 1) + x[7 + second];
}

const test_param AUGMENTED_PARAMS[] = {
    {TEST_REAL, -5, 10, 0, -1, 0}, {TEST_REAL, 0, 15, 0, -1, 0}, {TEST_FIDELITY, 0, 1, 0, -1, 0}};

/* Branin's function at x3 = 1, another bend of its valley below. */
void testfn_augmented_branin(int64_t n, const double *x, double *y, double *c)
{
    const double b = 5.1 / (4 * M_PI * M_PI) - 0.1 * (1 - x[2]);
    (void)n, (void)c;
    y[0] = square(x[1] - b * x[0] * x[0] + 5 / M_PI * x[0] - 6) +
           10 * (1 - 1 / (8 * M_PI)) * cos(x[0]) + 10;
}
