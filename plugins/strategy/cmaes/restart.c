/* restart.c - IPOP: every run has twice the members.  BIPOP: large runs of that kind take turns
 * with small ones of random size and width, the kind that used fewer evaluations going next.
 *
 * Sources: Auger and Hansen, "A Restart CMA Evolution Strategy With Increasing Population Size",
 * CEC 2005; Hansen, "Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed",
 * GECCO 2009, section 2.1.  As there, the first run counts for neither kind.  A population
 * doubles at most nine times, as there. */
#include "restart.h"

#include <math.h>

enum { MOST_DOUBLINGS = 9 };

int restart_spent(const restart *r)
{
    return r->small && 2 * r->evaluations >= r->last_large;
}

void restart_end(restart *r)
{
    if (r->small) {
        r->small_total += r->evaluations;
    } else {
        r->last_large = r->evaluations;
        r->large_total += r->runs > 1 ? r->evaluations : 0;
    }
}

void restart_next(restart *r, const double *u, int64_t *lambda, double *sigma)
{
    r->small = r->mode == RESTART_BIPOP && r->runs > 1 && r->small_total < r->large_total;
    r->evaluations = 0;
    *sigma = r->sigma;
    if (r->runs++ > 0 && !r->small && r->doublings < MOST_DOUBLINGS)
        r->doublings++;
    *lambda = r->lambda << r->doublings;
    if (r->small) {
        const double large = 0.5 * (double)*lambda / (double)r->lambda;

        *lambda = (int64_t)floor((double)r->lambda * pow(large, u[0] * u[0]));
        *sigma *= pow(10.0, -2.0 * u[1]);
    }
}
