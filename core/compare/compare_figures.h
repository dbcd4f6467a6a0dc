/* compare_figures.h - the figures of a comparison; each the caller frees, NULL: no memory. */
#ifndef HONE_CORE_COMPARE_FIGURES_H
#define HONE_CORE_COMPARE_FIGURES_H

#include "compare_results.h"
#include "page.h"

/* compare_critical.c: mean ranks and Nemenyi's critical difference; wants r->tested. */
figure *findings_critical(const findings *r);
/* compare_figures.c: distribution of runtimes, over all and, `apart`, in each dimension. */
figure *findings_distributions(const findings *r, bool apart);
figure *findings_profiles(const findings *r); /* data and performance profile */
/* compare_curves.c: best value so far against evaluations and time. */
figure *findings_curves(const findings *r);
/* compare_attained.c: surfaces of the problems with two goals; wants findings_attained_any. */
figure *findings_attained(const findings *r);
bool findings_attained_any(const findings *r);
/* compare_fronts.c: hypervolume and IGD+ as a table of the page. */
int32_t findings_fronts_page(const findings *r, page *p, error *err);

#endif
