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

/* ---- figure_data.c ---- */
/* In single quotes, where gnuplot knows no escapes but the doubled quote. */
void figure_quote(text *out, const char *words);
bool panel_has(const panel *p, int kind);
bool panel_gridded(const panel *p);         /* with a grid of colours or contours? */
bool panel_log(const panel *p, char axis);
bool series_drawn(const panel *p, const series *s); /* has it anything to draw? */
bool series_constant(const series *s, int column);
bool series_thin(const panel *p, series *s);        /* once; false: no memory */
/* A block $name; for contours $name_lines too. */
void series_data(const panel *p, const series *s, const char *name, text *out);

#endif
