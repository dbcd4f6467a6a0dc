/* problem.c - transformations and shapes of the nine WFG problems.
 *
 * Source: Huband, Hingston, Barone, While, "A Review of Multiobjective Test Problems and a
 *         Scalable Test Problem Toolkit", IEEE Trans. Evolutionary Computation 10 (2006), tables
 *         X (shapes), XI (transformations) and XIV (the problems); names follow it. */
#include "problem.h"

#include <math.h>

/* Rounding may leave [0, 1] by a few last digits. */
static double within(double v)
{
    return fmin(1.0, fmax(0.0, v));
}

/* ---- transformations of one parameter ---------------------------------------------------- */

static double b_poly(double y, double alpha)
{
    return within(pow(y, alpha));
}

static double b_flat(double y, double a, double b, double c)
{
    return within(a + fmin(0.0, floor(y - b)) * a * (b - y) / b -
                  fmin(0.0, floor(c - y)) * (1.0 - a) * (y - c) / (1.0 - c));
}

/* Depends on u, the reduction of others; a, b, c as all problems have them. */
static double b_param(double y, double u)
{
    const double a = 0.98 / 49.98, b = 0.02, c = 50.0;
    const double v = a - (1.0 - 2.0 * u) * fabs(floor(0.5 - u) + a);

    return within(pow(y, b + (c - b) * v));
}

static double s_linear(double y, double a)
{
    return within(fabs(y - a) / fabs(floor(a - y) + a));
}

static double s_decept(double y, double a, double b, double c)
{
    const double low = floor(y - a + b) * (1.0 - c + (a - b) / b) / (a - b);
    const double high = floor(a + b - y) * (1.0 - c + (1.0 - a - b) / b) / (1.0 - a - b);

    return within(1.0 + (fabs(y - a) - b) * (low + high + 1.0 / b));
}

static double s_multi(double y, double a, double b, double c)
{
    const double off = fabs(y - c) / (2.0 * (floor(c - y) + c));

    return within((1.0 + cos((4.0 * a + 2.0) * M_PI * (0.5 - off)) + 4.0 * b * off * off) /
                  (b + 2.0));
}

/* ---- reductions of several --------------------------------------------------------------- */

/* Weights first, first + step, ... */
static double r_sum(const double *y, int64_t n, double first, double step)
{
    double sum = 0.0, weights = 0.0;

    for (int64_t i = 0; i < n; i++) {
        const double weight = first + step * (double)i;

        sum += weight * y[i];
        weights += weight;
    }
    return within(sum / weights);
}

static double mean(const double *y, int64_t n)
{
    return r_sum(y, n, 1.0, 0.0);
}

static double r_nonsep(const double *y, int64_t n, int64_t degree)
{
    const double a = (double)degree, half = ceil(0.5 * a);
    double sum = 0.0;

    for (int64_t j = 0; j < n; j++) {
        sum += y[j];
        for (int64_t i = 1; i < degree; i++)
            sum += fabs(y[j] - y[(j + i) % n]);
    }
    return within(sum / ((double)n * half * (1.0 + 2.0 * a - 2.0 * half) / a));
}

/* ---- first transformations: n parameters to n -------------------------------------------- */

static void shift_distance(wfg_problem *p)
{
    for (int64_t i = p->k; i < p->n; i++)
        p->y[i] = s_linear(p->y[i], 0.35);
}

static void bias(wfg_problem *p)
{
    for (int64_t i = p->k; i < p->n; i++)
        p->y[i] = b_flat(p->y[i], 0.8, 0.75, 0.85);
    for (int64_t i = 0; i < p->n; i++)
        p->y[i] = b_poly(p->y[i], 0.02);
}

/* The first `n` parameters each depend on all that follow. */
static void depend_on_later(wfg_problem *p, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        p->y[i] = b_param(p->y[i], mean(p->y + i + 1, p->n - i - 1));
}

/* The distance parameters each depend on all before, as they came in. */
static void depend_on_earlier(wfg_problem *p)
{
    for (int64_t i = p->n - 1; i >= p->k; i--)
        p->y[i] = b_param(p->y[i], mean(p->y, i));
}

static void deceive(wfg_problem *p, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        p->y[i] = s_decept(p->y[i], 0.35, 0.001, 0.05);
}

static void ripple(wfg_problem *p, int64_t from, double b)
{
    for (int64_t i = from; i < p->n; i++)
        p->y[i] = s_multi(p->y[i], 30.0, b, 0.35);
}

/* Neighbouring distance parameters to one each; the others stay. */
static int64_t join_pairs(wfg_problem *p)
{
    const int64_t pairs = (p->n - p->k) / 2;

    for (int64_t i = 0; i < pairs; i++)
        p->y[p->k + i] = r_nonsep(p->y + p->k + 2 * i, 2, 2);
    return p->k + pairs;
}

/* ---- last transformations: n to m -------------------------------------------------------- */

static void reduce_by_sum(wfg_problem *p, int64_t n, double step)
{
    const int64_t gap = p->k / (p->m - 1);
    const double start = step > 0.0 ? step : 1.0;

    for (int64_t i = 0; i < p->m - 1; i++)
        p->t[i] = r_sum(p->y + i * gap, gap, start + step * (double)(i * gap), step);
    p->t[p->m - 1] = r_sum(p->y + p->k, n - p->k, start + step * (double)p->k, step);
}

static void reduce_nonsep(wfg_problem *p)
{
    const int64_t gap = p->k / (p->m - 1);

    for (int64_t i = 0; i < p->m - 1; i++)
        p->t[i] = r_nonsep(p->y + i * gap, gap, gap);
    p->t[p->m - 1] = r_nonsep(p->y + p->k, p->n - p->k, p->n - p->k);
}

static void transform(wfg_problem *p)
{
    switch (p->function) {
    case WFG1:
        shift_distance(p);
        bias(p);
        reduce_by_sum(p, p->n, 2.0);
        break;
    case WFG2:
    case WFG3:
        shift_distance(p);
        reduce_by_sum(p, join_pairs(p), 0.0);
        break;
    case WFG4:
        ripple(p, 0, 10.0);
        reduce_by_sum(p, p->n, 0.0);
        break;
    case WFG5:
        deceive(p, p->n);
        reduce_by_sum(p, p->n, 0.0);
        break;
    case WFG6:
        shift_distance(p);
        reduce_nonsep(p);
        break;
    case WFG7:
        depend_on_later(p, p->k);
        shift_distance(p);
        reduce_by_sum(p, p->n, 0.0);
        break;
    case WFG8:
        depend_on_earlier(p);
        shift_distance(p);
        reduce_by_sum(p, p->n, 0.0);
        break;
    default:
        depend_on_later(p, p->n - 1);
        deceive(p, p->k);
        ripple(p, p->k, 95.0);
        reduce_nonsep(p);
        break;
    }
}

/* ---- shapes ------------------------------------------------------------------------------ */

/* The factor that coordinate x gives to all objectives but the one where it is last. */
static double shared(int64_t function, double x)
{
    if (function == WFG1 || function == WFG2)
        return 1.0 - cos(0.5 * M_PI * x); /* convex */
    return function == WFG3 ? x : sin(0.5 * M_PI * x);
}

static double last(int64_t function, double x)
{
    if (function == WFG1 || function == WFG2)
        return 1.0 - sin(0.5 * M_PI * x);
    return function == WFG3 ? 1.0 - x : cos(0.5 * M_PI * x);
}

/* The last objective's shape. */
static double final(int64_t function, double x)
{
    const double waves = 5.0;

    if (function == WFG1) /* mixed: convex and concave by turns */
        return 1.0 - x - cos(2.0 * waves * M_PI * x + 0.5 * M_PI) / (2.0 * waves * M_PI);
    if (function == WFG2) { /* disconnected */
        const double c = cos(waves * M_PI * x);

        return 1.0 - x * c * c;
    }
    return last(function, x);
}

void wfg_shape(const wfg_problem *p, const double *t, double *f)
{
    const double distance = t[p->m - 1];
    double product = 1.0;

    for (int64_t i = 0; i < p->m - 1; i++) {
        /* wfg3 is degenerate: only the first coordinate counts where the distance is zero */
        const double a = p->function == WFG3 && i > 0 ? 0.0 : 1.0;
        const double x = fmax(distance, a) * (t[i] - 0.5) + 0.5;
        const int64_t objective = p->m - 1 - i;
        const double h = i == 0 ? final(p->function, x) : last(p->function, x);

        f[objective] = distance + 2.0 * (double)(objective + 1) * within(product * h);
        product *= shared(p->function, x);
    }
    f[0] = distance + 2.0 * within(product);
}

void wfg_values(wfg_problem *p, const double *x, double *f)
{
    for (int64_t i = 0; i < p->n; i++)
        p->y[i] = x[i] / (2.0 * (double)(i + 1));
    transform(p);
    wfg_shape(p, p->t, f);
}
