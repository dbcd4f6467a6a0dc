/* table.h - the table's own rooms.
 *
 *     csv.c    the file as records of cells
 *     rows.c   the records as rows, sorted and hashed
 *     table.c  options, evaluations, and the table of operations */
#ifndef HONE_TABLE_H
#define HONE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "hone_plugin.h"

enum { FILE_OPTION, VALUE, CONSTRAINT, SECONDS, STEP, NEAREST };

typedef struct table {
    const hone_host *host;
    const hone_space *space;
    const hone_ext_evaluation *site;
    int64_t n, room;          /* rows */
    int64_t width;            /* n_params + n_objectives + n_constraints + 2 (seconds, step) */
    double *rows;             /* n x width; native parameters first, NaN: empty; sorted, the
                                 step's parameter NaN */
    int64_t *slots;           /* [n_slots] first row of a point + 1, 0: free */
    bool has_steps;
    int32_t step_param;       /* the parameter that says how far to go, -1: none */
    double *key;              /* [n_params] scratch */
    int64_t n_slots;          /* a power of two over 2 n */
    bool nearest;
} table;

/* ---- rows.c ---- */
/* Fills in rows and slots from the options; a status, told to the host.  In the C locale. */
int32_t table_load(table *t, const hone_value *values);
/* Have two points the same n parameters? */
bool table_same(const double *a, const double *b, int64_t n);
/* The slot of the point with these parameters, or the free one where it would be. */
int64_t *table_slot(const table *t, const double *x);
/* Tells the host what is wrong with an option; HONE_EINVAL. */
int32_t table_refuse(const table *t, int32_t option, const char *text);

#endif
