/* valleys.c - further functions on a box: narrow valleys, many minima, needles, plateaus.
 *
 * Sources: Surjanovic and Bingham's library (see functions.c) for formulae and boxes; Jamil,
 * Yang, "A Literature Survey of Benchmark Functions for Global Optimisation Problems", IJMMNO 4
 * (2013), for salomon, alpine, himmelblau; Yao, Liu, Lin, "Evolutionary Programming Made
 * Faster", IEEE TEVC 3 (1999), f6, for step. */
#include <math.h>

#include "functions.h"

static double square(double x)
{
    return x * x;
}

/* ---- two parameters ---------------------------------------------------------------------- */

void testfn_beale(int64_t n, const double *x, double *y, double *c)
{
    const double a = x[0], b = x[1];
    (void)n, (void)c;
    y[0] =
        square(1.5 - a + a * b) + square(2.25 - a + a * b * b) + square(2.625 - a + a * b * b * b);
}

void testfn_booth(int64_t n, const double *x, double *y, double *c)
{
    (void)n, (void)c;
    y[0] = square(x[0] + 2 * x[1] - 7) + square(2 * x[0] + x[1] - 5);
}

void testfn_matyas(int64_t n, const double *x, double *y, double *c)
{
    (void)n, (void)c;
    y[0] = 0.26 * (x[0] * x[0] + x[1] * x[1]) - 0.48 * x[0] * x[1];
}

/* A needle at (pi, pi) on a plain. */
void testfn_easom(int64_t n, const double *x, double *y, double *c)
{
    (void)n, (void)c;
    y[0] = -cos(x[0]) * cos(x[1]) * exp(-square(x[0] - M_PI) - square(x[1] - M_PI));
}

void testfn_eggholder(int64_t n, const double *x, double *y, double *c)
{
    const double a = x[0], b = x[1] + 47;
    (void)n, (void)c;
    y[0] = -b * sin(sqrt(fabs(b + a / 2))) - a * sin(sqrt(fabs(a - b)));
}

void testfn_holder_table(int64_t n, const double *x, double *y, double *c)
{
    const double r = sqrt(x[0] * x[0] + x[1] * x[1]);
    (void)n, (void)c;
    y[0] = -fabs(sin(x[0]) * cos(x[1]) * exp(fabs(1 - r / M_PI)));
}

void testfn_cross_in_tray(int64_t n, const double *x, double *y, double *c)
{
    const double r = sqrt(x[0] * x[0] + x[1] * x[1]);
    (void)n, (void)c;
    y[0] = -1e-4 * pow(fabs(sin(x[0]) * sin(x[1]) * exp(fabs(100 - r / M_PI))) + 1, 0.1);
}

void testfn_drop_wave(int64_t n, const double *x, double *y, double *c)
{
    const double s = x[0] * x[0] + x[1] * x[1];
    (void)n, (void)c;
    y[0] = -(1 + cos(12 * sqrt(s))) / (0.5 * s + 2);
}

void testfn_schaffer2(int64_t n, const double *x, double *y, double *c)
{
    const double a = x[0] * x[0], b = x[1] * x[1];
    (void)n, (void)c;
    y[0] = 0.5 + (square(sin(a - b)) - 0.5) / square(1 + 0.001 * (a + b));
}

/* A curved ridge without a slope at its foot. */
void testfn_bukin6(int64_t n, const double *x, double *y, double *c)
{
    (void)n, (void)c;
    y[0] = 100 * sqrt(fabs(x[1] - 0.01 * x[0] * x[0])) + 0.01 * fabs(x[0] + 10);
}

void testfn_bohachevsky(int64_t n, const double *x, double *y, double *c)
{
    (void)n, (void)c;
    y[0] = x[0] * x[0] + 2 * x[1] * x[1] - 0.3 * cos(3 * M_PI * x[0]) - 0.4 * cos(4 * M_PI * x[1]) +
           0.7;
}

void testfn_three_hump_camel(int64_t n, const double *x, double *y, double *c)
{
    const double a = x[0] * x[0];
    (void)n, (void)c;
    y[0] = (2 - 1.05 * a + a * a / 6) * a + x[0] * x[1] + x[1] * x[1];
}

void testfn_mccormick(int64_t n, const double *x, double *y, double *c)
{
    (void)n, (void)c;
    y[0] = sin(x[0] + x[1]) + square(x[0] - x[1]) - 1.5 * x[0] + 2.5 * x[1] + 1;
}

void testfn_himmelblau(int64_t n, const double *x, double *y, double *c)
{
    (void)n, (void)c;
    y[0] = square(x[0] * x[0] + x[1] - 11) + square(x[0] + x[1] * x[1] - 7);
}

/* ---- one and four ------------------------------------------------------------------------ */

void testfn_forrester(int64_t n, const double *x, double *y, double *c)
{
    (void)n, (void)c;
    y[0] = square(6 * x[0] - 2) * sin(12 * x[0] - 4);
}

void testfn_gramacy_lee(int64_t n, const double *x, double *y, double *c)
{
    (void)n, (void)c;
    y[0] = sin(10 * M_PI * x[0]) / (2 * x[0]) + square(square(x[0] - 1));
}

void testfn_shekel10(int64_t n, const double *x, double *y, double *c)
{
    static const double C[10][4] = {{4, 4, 4, 4}, {1, 1, 1, 1},    {8, 8, 8, 8}, {6, 6, 6, 6},
                                    {3, 7, 3, 7}, {2, 9, 2, 9},    {5, 5, 3, 3}, {8, 1, 8, 1},
                                    {6, 2, 6, 2}, {7, 3.6, 7, 3.6}};
    static const double BETA[10] = {0.1, 0.2, 0.2, 0.4, 0.4, 0.6, 0.3, 0.7, 0.5, 0.5};
    (void)n, (void)c;
    y[0] = 0;
    for (int i = 0; i < 10; i++) {
        double sum = BETA[i];
        for (int j = 0; j < 4; j++)
            sum += square(x[j] - C[i][j]);
        y[0] -= 1 / sum;
    }
}

void testfn_colville(int64_t n, const double *x, double *y, double *c)
{
    (void)n, (void)c;
    y[0] = 100 * square(x[0] * x[0] - x[1]) + square(x[0] - 1) + square(x[2] - 1) +
           90 * square(x[2] * x[2] - x[3]) + 10.1 * (square(x[1] - 1) + square(x[3] - 1)) +
           19.8 * (x[1] - 1) * (x[3] - 1);
}

/* Its Hessian is singular at the optimum. */
void testfn_powell(int64_t n, const double *x, double *y, double *c)
{
    (void)n, (void)c;
    y[0] = square(x[0] + 10 * x[1]) + 5 * square(x[2] - x[3]) + square(square(x[1] - 2 * x[2])) +
           10 * square(square(x[0] - x[3]));
}

/* ---- any number -------------------------------------------------------------------------- */

void testfn_zakharov(int64_t n, const double *x, double *y, double *c)
{
    double sum = 0, weighted = 0;
    (void)c;
    for (int64_t i = 0; i < n; i++) {
        sum += x[i] * x[i];
        weighted += 0.5 * (double)(i + 1) * x[i];
    }
    y[0] = sum + square(weighted) + square(square(weighted));
}

void testfn_dixon_price(int64_t n, const double *x, double *y, double *c)
{
    (void)c;
    y[0] = square(x[0] - 1);
    for (int64_t i = 1; i < n; i++)
        y[0] += (double)(i + 1) * square(2 * x[i] * x[i] - x[i - 1]);
}

void testfn_sum_powers(int64_t n, const double *x, double *y, double *c)
{
    (void)c;
    y[0] = 0;
    for (int64_t i = 0; i < n; i++)
        y[0] += pow(fabs(x[i]), (double)(i + 2));
}

void testfn_salomon(int64_t n, const double *x, double *y, double *c)
{
    double sum = 0;
    (void)c;
    for (int64_t i = 0; i < n; i++)
        sum += x[i] * x[i];
    y[0] = 1 - cos(2 * M_PI * sqrt(sum)) + 0.1 * sqrt(sum);
}

/* Not smooth where a coordinate is zero. */
void testfn_alpine(int64_t n, const double *x, double *y, double *c)
{
    (void)c;
    y[0] = 0;
    for (int64_t i = 0; i < n; i++)
        y[0] += fabs(x[i] * sin(x[i]) + 0.1 * x[i]);
}

/* Plateaus: every derivative is zero. */
void testfn_step(int64_t n, const double *x, double *y, double *c)
{
    (void)c;
    y[0] = 0;
    for (int64_t i = 0; i < n; i++)
        y[0] += square(floor(x[i] + 0.5));
}
