/* table.c - columns to features. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forest.h"

int32_t features_init(features *f, const hone_space *space, int64_t p)
{
    const int known = space && space->n_cols == p;

    f->p = p;
    f->d = 0;
    f->each = calloc((size_t)p + 1, sizeof *f->each);
    if (!f->each)
        return HONE_ENOMEM;
    for (int64_t c = 0; c < p; f->d++) {
        feature *each = &f->each[f->d];

        *each = (feature){.first = c++, .n = 1};
        while (known && space->col_choice[each->first] >= 0 && c < p &&
               space->col_param[c] == space->col_param[each->first]) {
            each->n++;
            c++;
        }
    }
    return HONE_OK;
}

void features_free(features *f)
{
    free(f->each);
    memset(f, 0, sizeof *f);
}

/* The largest of n shares; NaN where there is none, or none larger than the others. */
static double chosen(const double *u, int64_t n)
{
    int64_t best = 0;
    int alike = 1;

    for (int64_t k = 1; k < n; k++) {
        alike = alike && u[k] == u[0];
        best = u[k] > u[best] ? k : best;
    }
    return isnan(u[0]) || alike ? NAN : (double)best;
}

void features_read(const features *f, const double *u, double *v)
{
    for (int64_t i = 0; i < f->d; i++) {
        const feature *each = &f->each[i];

        v[i] = each->n == 1 ? u[each->first] : chosen(u + each->first, each->n);
    }
}
