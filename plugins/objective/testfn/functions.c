/* functions.c - the classics, all to be minimised.
 *
 * Sources: Surjanovic and Bingham, "Virtual Library of Simulation Experiments: Test Functions
 * and Datasets" (www.sfu.ca/~ssurjano), for boxes and optima, where not said otherwise;
 * Dixon and Szego, "The global optimization problem: an introduction" (1978), for branin,
 * hartmann and goldstein_price; Hansen et al., "Real-Parameter Black-Box Optimization
 * Benchmarking: Noiseless Functions Definitions" (2009), f2 without its rotation and
 * oscillation, for ellipsoid; Zitzler, Deb, Thiele, "Comparison of Multiobjective
 * Evolutionary Algorithms" (2000), for zdt1; Binh and Korn (1997) for binh_korn; Gardner et
 * al., "Bayesian Optimization with Inequality Constraints" (2014), simulation 1, for gardner. */
#include "functions.h"

#include <math.h>
#include <stddef.h>

static double square(double x)
{
    return x * x;
}

void testfn_noop(int64_t n, const double *x, double *y, double *c)
{
    (void)n, (void)x, (void)c;
    y[0] = 0;
}

void testfn_sphere(int64_t n, const double *x, double *y, double *c)
{
    double sum = 0;
    (void)c;
    for (int64_t i = 0; i < n; i++)
        sum += x[i] * x[i];
    y[0] = sum;
}

/* sum of 10^(6 (i-1)/(n-1)) x_i^2: condition number 10^6. */
void testfn_ellipsoid(int64_t n, const double *x, double *y, double *c)
{
    double sum = 0;
    (void)c;
    for (int64_t i = 0; i < n; i++)
        sum += pow(10, n > 1 ? 6.0 * (double)i / (double)(n - 1) : 0) * x[i] * x[i];
    y[0] = sum;
}

void testfn_rosenbrock(int64_t n, const double *x, double *y, double *c)
{
    double sum = 0;
    (void)c;
    for (int64_t i = 0; i + 1 < n; i++)
        sum += 100 * square(x[i + 1] - x[i] * x[i]) + square(1 - x[i]);
    y[0] = sum;
}

void testfn_rastrigin(int64_t n, const double *x, double *y, double *c)
{
    double sum = 10 * (double)n;
    (void)c;
    for (int64_t i = 0; i < n; i++)
        sum += x[i] * x[i] - 10 * cos(2 * M_PI * x[i]);
    y[0] = sum;
}

void testfn_ackley(int64_t n, const double *x, double *y, double *c)
{
    double squares = 0, cosines = 0;
    (void)c;
    for (int64_t i = 0; i < n; i++) {
        squares += x[i] * x[i];
        cosines += cos(2 * M_PI * x[i]);
    }
    y[0] = 20 - 20 * exp(-0.2 * sqrt(squares / (double)n)) + M_E - exp(cosines / (double)n);
}

void testfn_branin(int64_t n, const double *x, double *y, double *c)
{
    double b = 5.1 / (4 * M_PI * M_PI), r = 5 / M_PI, t = 1 / (8 * M_PI);
    (void)n, (void)c;
    y[0] = square(x[1] - b * x[0] * x[0] + r * x[0] - 6) + 10 * (1 - t) * cos(x[0]) + 10;
}

static const double HARTMANN_ALPHA[4] = {1.0, 1.2, 3.0, 3.2};

void testfn_hartmann3(int64_t n, const double *x, double *y, double *c)
{
    static const double A[4][3] = {{3, 10, 30}, {0.1, 10, 35}, {3, 10, 30}, {0.1, 10, 35}};
    static const double P[4][3] = {{0.3689, 0.1170, 0.2673},
                                   {0.4699, 0.4387, 0.7470},
                                   {0.1091, 0.8732, 0.5547},
                                   {0.0381, 0.5743, 0.8828}};
    (void)n, (void)c;
    y[0] = 0;
    for (int i = 0; i < 4; i++) {
        double sum = 0;
        for (int j = 0; j < 3; j++)
            sum += A[i][j] * square(x[j] - P[i][j]);
        y[0] -= HARTMANN_ALPHA[i] * exp(-sum);
    }
}

void testfn_hartmann6(int64_t n, const double *x, double *y, double *c)
{
    static const double A[4][6] = {{10, 3, 17, 3.5, 1.7, 8},
                                   {0.05, 10, 17, 0.1, 8, 14},
                                   {3, 3.5, 1.7, 10, 17, 8},
                                   {17, 8, 0.05, 10, 0.1, 14}};
    static const double P[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                                   {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                                   {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                                   {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
    (void)n, (void)c;
    y[0] = 0;
    for (int i = 0; i < 4; i++) {
        double sum = 0;
        for (int j = 0; j < 6; j++)
            sum += A[i][j] * square(x[j] - P[i][j]);
        y[0] -= HARTMANN_ALPHA[i] * exp(-sum);
    }
}

void testfn_levy(int64_t n, const double *x, double *y, double *c)
{
    double last = 1 + (x[n - 1] - 1) / 4;
    (void)c;
    y[0] = square(sin(M_PI * (1 + (x[0] - 1) / 4)));
    for (int64_t i = 0; i + 1 < n; i++) {
        double w = 1 + (x[i] - 1) / 4;
        y[0] += square(w - 1) * (1 + 10 * square(sin(M_PI * w + 1)));
    }
    y[0] += square(last - 1) * (1 + square(sin(2 * M_PI * last)));
}

void testfn_griewank(int64_t n, const double *x, double *y, double *c)
{
    double sum = 0, product = 1;
    (void)c;
    for (int64_t i = 0; i < n; i++) {
        sum += x[i] * x[i] / 4000;
        product *= cos(x[i] / sqrt((double)(i + 1)));
    }
    y[0] = sum - product + 1;
}

/* The constant is the largest value of x sin(sqrt(x)) on [0, 500], so that the optimum is 0. */
void testfn_schwefel(int64_t n, const double *x, double *y, double *c)
{
    double sum = 418.98288727243371 * (double)n;
    (void)c;
    for (int64_t i = 0; i < n; i++)
        sum -= x[i] * sin(sqrt(fabs(x[i])));
    y[0] = sum;
}

void testfn_styblinski_tang(int64_t n, const double *x, double *y, double *c)
{
    double sum = 0;
    (void)c;
    for (int64_t i = 0; i < n; i++)
        sum += square(square(x[i])) - 16 * x[i] * x[i] + 5 * x[i];
    y[0] = sum / 2;
}

void testfn_six_hump_camel(int64_t n, const double *x, double *y, double *c)
{
    double a = x[0] * x[0], b = x[1] * x[1];
    (void)n, (void)c;
    y[0] = (4 - 2.1 * a + a * a / 3) * a + x[0] * x[1] + (4 * b - 4) * b;
}

void testfn_goldstein_price(int64_t n, const double *x, double *y, double *c)
{
    double a = x[0], b = x[1];
    (void)n, (void)c;
    y[0] = (1 + square(a + b + 1) *
                    (19 - 14 * a + 3 * a * a - 14 * b + 6 * a * b + 3 * b * b)) *
           (30 + square(2 * a - 3 * b) *
                     (18 - 32 * a + 12 * a * a + 48 * b - 36 * a * b + 27 * b * b));
}

/* Steepness m = 10. */
void testfn_michalewicz(int64_t n, const double *x, double *y, double *c)
{
    (void)c;
    y[0] = 0;
    for (int64_t i = 0; i < n; i++)
        y[0] -= sin(x[i]) * pow(sin((double)(i + 1) * x[i] * x[i] / M_PI), 20);
}

/* Front: y2 = 1 - sqrt(y1), where x_2 ... x_n = 0. */
void testfn_zdt1(int64_t n, const double *x, double *y, double *c)
{
    double g = 0;
    (void)c;
    for (int64_t i = 1; i < n; i++)
        g += x[i];
    g = 1 + 9 * g / (double)(n - 1);
    y[0] = x[0];
    y[1] = g * (1 - sqrt(x[0] / g));
}

void testfn_binh_korn(int64_t n, const double *x, double *y, double *c)
{
    (void)n;
    y[0] = 4 * x[0] * x[0] + 4 * x[1] * x[1];
    y[1] = square(x[0] - 5) + square(x[1] - 5);
    c[0] = square(x[0] - 5) + x[1] * x[1] - 25;
    c[1] = 7.7 - square(x[0] - 8) - square(x[1] + 3);
}

/* Least feasible value about -2 at (1.5 pi, 0). */
void testfn_gardner(int64_t n, const double *x, double *y, double *c)
{
    (void)n;
    y[0] = cos(2 * x[0]) * cos(x[1]) + sin(x[0]);
    c[0] = cos(x[0]) * cos(x[1]) - sin(x[0]) * sin(x[1]) - 0.5;
}
