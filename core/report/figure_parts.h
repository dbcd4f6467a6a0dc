/* figure_parts.h - what figure.c, which describes, and figure_script.c, which writes, share. */
#ifndef HONE_CORE_FIGURE_PARTS_H
#define HONE_CORE_FIGURE_PARTS_H

#include "figure.h"

typedef struct series {
    int kind, style;
    char *label;                     /* NULL: not in the key */
    int64_t n;
    double *column[SERIES_COLUMNS];  /* [n] each; those beyond the kind's are NULL */
    char **names;                    /* [n] or NULL */
    bool thinned;                    /* once, when first drawn */
} series;

typedef struct tick {
    char axis;
    double at;
    char *words;
} tick;

struct panel {
    figure *figure;
    char *title, *x_label, *y_label, *z_label;
    int flags;
    double low[3], high[3];          /* of x, y, z; NaN: automatic */
    int n_series, n_ticks;
    series *series;
    tick *ticks;
};

struct figure {
    char *title;
    int columns, width, height;
    int n_panels;
    panel **panels;
    bool failed;                     /* memory ended */
};

int series_columns(int kind);

#endif
