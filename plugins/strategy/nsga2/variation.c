/* variation.c - a child: binary tournaments, simulated binary crossover, polynomial mutation.
 *
 * Numbers and ordered choices cross and mutate in the unit cube, on their scale, within its
 * bounds: the spread factors are those of the bounded operators in Deb's own program (NSGA-II
 * 1.1.6), which never leave the cube.  A mutated number of few levels moves by one level at least.
 * Unordered choices are exchanged whole, and mutate to any other choice.  A parameter that is
 * inactive in one parent comes from the other; in both, it is drawn evenly.
 *
 * Sources: Deb, Agrawal, "Simulated Binary Crossover for Continuous Search Space", Complex
 *          Systems 9 (1995); Deb, Goyal, "A Combined Genetic Adaptive Search (GeneAS) for
 *          Engineering Design" (1996), polynomial mutation. */
#include <math.h>
#include <string.h>

#include "nsga2.h"

enum { U_FIRST = 0, U_SECOND = 2, U_CROSS = 4, N_PAIR };          /* of a pair */
enum { U_MIX = 0, U_SPREAD, U_SIDE, U_MUTATE, U_STEP, N_OF_GENE }; /* of a gene */
static const double ALIKE = 1e-14; /* parents closer than this do not cross (Deb's EPS) */

int64_t variation_numbers(int64_t n_genes)
{
    return N_PAIR + N_OF_GENE * n_genes;
}

static const double *tournament(const population *p, const double *u)
{
    const int64_t a = (int64_t)(u[0] * (double)p->parents);
    const int64_t b = (int64_t)(u[1] * (double)p->parents);

    return p->x + p->order[population_better(p, b, a) ? b : a] * p->cols;
}

/* One of the two children of numbers a and b in [0, 1]. */
static double cross(double a, double b, double eta, const double *u)
{
    const double low = fmin(a, b), high = fmax(a, b), gap = high - low;
    const int lower = u[U_SIDE] < 0.5;

    if (gap <= ALIKE)
        return a;
    const double beta = 1 + 2 * (lower ? low : 1 - high) / gap;
    const double alpha = 2 - pow(beta, -(eta + 1)), at = u[U_SPREAD] * alpha;
    const double spread = pow(at <= 1 ? at : 1 / (2 - at), 1 / (eta + 1));
    const double middle = 0.5 * (low + high), half = 0.5 * spread * gap;

    return fmin(fmax(lower ? middle - half : middle + half, 0), 1);
}

static double mutate(double x, double eta, int64_t levels, double u)
{
    const int down = u <= 0.5;
    const double away = pow(down ? 1 - x : x, eta + 1);
    const double step = down ? pow(2 * u + (1 - 2 * u) * away, 1 / (eta + 1)) - 1
                             : 1 - pow(2 * (1 - u) + 2 * (u - 0.5) * away, 1 / (eta + 1));
    double to = fmin(fmax(x + step, 0), 1);

    if (levels > 1) {
        const double n = (double)levels, from = fmin(floor(x * n), n - 1);
        double cell = fmin(floor(to * n), n - 1);

        if (cell == from)
            cell += (down && from > 0) || from == n - 1 ? -1 : 1;
        to = (cell + 0.5) / n;
    }
    return to;
}

static void number_gene(const variation *v, const gene *g, const double *a, const double *b,
                        int crossing, double mutation, const double *u, double *x)
{
    double at = isnan(a[g->col]) ? b[g->col] : a[g->col];

    if (isnan(at))
        at = u[U_SPREAD];
    else if (crossing && u[U_MIX] < 0.5 && !isnan(b[g->col]))
        at = cross(at, b[g->col], v->eta_crossover, u);
    x[g->col] = u[U_MUTATE] < mutation ? mutate(at, v->eta_mutation, g->levels, u[U_STEP]) : at;
}

/* The chosen one of a gene's columns, -1: inactive. */
static int64_t choice_of(const gene *g, const double *x)
{
    for (int64_t k = 0; k < g->choices; k++)
        if (x[g->col + k] == 1)
            return k;
    return -1;
}

static void choice_gene(const gene *g, const double *a, const double *b, int crossing,
                        double mutation, const double *u, double *x)
{
    const int64_t first = choice_of(g, a), second = choice_of(g, b);
    int64_t k = first;

    if (first < 0 || (crossing && u[U_MIX] < 0.5 && second >= 0))
        k = second;
    if (k < 0)
        k = (int64_t)(u[U_SPREAD] * (double)g->choices);
    if (u[U_MUTATE] < mutation)
        k = (k + 1 + (int64_t)(u[U_STEP] * (double)(g->choices - 1))) % g->choices;
    for (int64_t j = 0; j < g->choices; j++)
        x[g->col + j] = j == k;
}

void variation_child(const variation *v, const population *p, const gene *genes, int64_t n_genes,
                     const double *u, double *x)
{
    const double *a = tournament(p, u + U_FIRST), *b = tournament(p, u + U_SECOND);
    const int crossing = u[U_CROSS] < v->crossover;
    const double mutation = v->mutation >= 0 ? v->mutation : 1 / (double)n_genes;

    u += N_PAIR;
    for (int64_t k = 0; k < n_genes; k++, u += N_OF_GENE) {
        const gene *g = &genes[k];

        if (g->choices > 0)
            choice_gene(g, a, b, crossing, mutation, u, x);
        else
            number_gene(v, g, a, b, crossing, mutation, u, x);
    }
}
