/* cloud.h - points of a space with values: from CSV files, grids, or one by one. */
#ifndef HONE_COMMANDS_CLOUD_H
#define HONE_COMMANDS_CLOUD_H

#include "sheet.h"
#include "space.h"

typedef struct cloud {
    int64_t n, room;
    double *native;   /* n x space.n, snapped */
    double *y, *yvar; /* [n] NaN: unknown */
} cloud;

int32_t cloud_add(cloud *p, const space *s, const double *native, double y, double yvar,
                  error *err);
/* Rows of a CSV file whose columns are named like the parameters; target: the column of values,
 * -1: none. */
int32_t cloud_read(const sheet *f, const space *s, int target, cloud *out, error *err);
/* n values of every number, from end to end, and all choices, in all combinations. */
int32_t cloud_grid(cloud *p, const space *s, int64_t n, error *err);
void cloud_free(cloud *p);

#endif
