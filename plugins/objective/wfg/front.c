/* front.c - points of the known fronts of the WFG problems.
 *
 * wfg4 to wfg9 have a quarter of an ellipsoid; wfg1 its mixed shape, wfg2 the pieces of its
 * disconnected shape where the last objective falls below all before; wfg3 a line, for two
 * objectives: with more, its front is larger than the line that was intended (Ishibuchi, Masuda,
 * Nojima, "Pareto Fronts of Many-Objective Degenerate Test Problems", IEEE TEVC 20, 2016). */
#include <math.h>

#include "hone_front.h"
#include "problem.h"

/* Where x cos(5 pi x)^2 exceeds all its values to the left. */
static const hone_piece DISCONNECTED[] = {{0.0, 0.04158853544223386},
                                          {0.12969246722213, 0.2095949656312109},
                                          {0.35493471458598086, 0.4049933325885807},
                                          {0.5640500911477553, 0.6033554792401994},
                                          {0.7690984706617883, 0.8025237409357283},
                                          {0.9724372738741398, 1.0}};
static const hone_piece WHOLE[] = {{0.0, 1.0}};
enum { MAX_OBJECTIVES = 64 };

/* A grid over the coordinates of the shape.  Where the first is zero all points are the same
 * one, which is given once. */
static int64_t grid(const wfg_problem *p, int64_t n, double *f, int64_t ldf)
{
    const int64_t side = hone_side(n, p->m - 1);
    const int pieces = p->function == WFG2 ? 6 : 1;
    int64_t all = 1, count = 0;

    for (int64_t j = 0; j < p->m - 1; j++)
        all *= side;
    for (int64_t i = 0; i < all; i++) {
        double t[MAX_OBJECTIVES] = {0};
        int64_t rest = i;

        t[0] = hone_pieces_at(pieces > 1 ? DISCONNECTED : WHOLE, pieces, rest % side, side);
        rest /= side;
        if (t[0] == 0.0 && rest > 0)
            continue;
        for (int64_t j = 1; j < p->m - 1; j++) {
            t[j] = hone_pieces_at(WHOLE, 1, rest % side, side);
            rest /= side;
        }
        wfg_shape(p, t, f + count * ldf);
        count++;
    }
    return count;
}

int64_t wfg_front(const wfg_problem *p, int64_t n, double *f, int64_t ldf)
{
    if (n < 1 || (p->function == WFG3 && p->m > 2) || p->m > MAX_OBJECTIVES)
        return 0;
    if (p->function == WFG1 || p->function == WFG2)
        return grid(p, n, f, ldf);
    n = hone_lattice(n, p->m, f, ldf);
    for (int64_t i = 0; i < n; i++) {
        if (p->function != WFG3)
            hone_round(f + i * ldf, p->m);
        for (int64_t j = 0; j < p->m; j++)
            f[i * ldf + j] *= 2.0 * (double)(j + 1);
    }
    return n;
}
