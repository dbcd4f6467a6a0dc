/* stat_front.c - several objectives: fronts and the distance to a known one.
 *
 * Sources: hone_nondominated.h (fronts); Ishibuchi, Masuda, Tanigaki, Nojima, "Modified Distance
 *          Calculation in Generational Distance and Inverted Generational Distance", EMO 2015
 *          (IGD+). */
#include <math.h>

#include "hone_nondominated.h"
#include "statistics.h"

int32_t stat_front_ranks(const double *points, int64_t n, int64_t m, int64_t *rank)
{
    for (int64_t i = 0; i < n * m; i++)
        if (isnan(points[i]))
            return HONE_EINVAL;
    return hone_front_ranks(n, m, points, m, rank) < 0 ? HONE_ENOMEM : HONE_OK;
}

double stat_igd_plus(const double *points, int64_t n, const double *front, int64_t n_front,
                     int64_t m)
{
    double sum = 0.0;

    if (n_front < 1)
        return NAN;
    for (int64_t r = 0; r < n_front; r++) {
        double nearest = INFINITY;

        for (int64_t i = 0; i < n; i++) {
            double squares = 0.0;

            for (int64_t j = 0; j < m; j++) {
                const double short_by = points[i * m + j] - front[r * m + j];

                squares += short_by > 0.0 ? short_by * short_by : 0.0;
            }
            nearest = fmin(nearest, squares);
        }
        sum += sqrt(nearest);
    }
    return sum / (double)n_front;
}
