/* figure.h - a figure described: panels of series with labelled axes; gnuplot draws it.
 *
 *     figure *f = figure_new("History");
 *     panel *p = figure_panel(f, NULL, "trial", "loss (%)");
 *     series_xy(p, SERIES_POINTS, 0, "complete", n, number, value);
 *     series_xy(p, SERIES_STEPS, 1, "best so far", n, number, best);
 *     figure_save(f, "history.pdf", &err);            .svg .pdf .png .txt
 *     figure_free(f);
 *
 * Everything is copied.  A failed allocation is remembered, adding goes on doing nothing, and
 * drawing reports it; so only drawing has a status.  NULL figures and panels are accepted.
 *
 * Colours are those of Okabe and Ito (jfly.uni-koeln.de/color, 2008), which colour-blind
 * people tell apart; every style has its own dashes and mark too, so that print without colour
 * works.  Values that are not finite are gaps.
 *
 * What has more points than a figure can show is thinned, see thin.h for the rule. */
#ifndef HONE_CORE_FIGURE_H
#define HONE_CORE_FIGURE_H

#include <stdbool.h>

#include "error.h"
#include "text.h"

/* Columns of a series: a, b, c, ... as named here. */
enum {
    SERIES_LINE,   /* x y: connected; a gap where one is not finite */
    SERIES_STEPS,  /* x y: holds y until the next x */
    SERIES_POINTS, /* x y */
    SERIES_SHADED, /* x y z: points coloured by z */
    SERIES_BAND,   /* x low high: area between two curves */
    SERIES_ERRORS, /* x y low high: points with bars */
    SERIES_BARS,   /* x length: horizontal bars at y = x, from 0; names[] label the y axis */
    SERIES_BOXES,  /* x low quartile1 median quartile3 high: box plots at x */
    SERIES_SPANS,  /* y from to: horizontal boxes on the lines y */
    SERIES_HEAT,   /* x y z: an even grid, x fastest; n = nx * ny points */
    SERIES_CONTOUR,/* the same: lines of equal z over it; no log axes */
    SERIES_PATHS,  /* x y z: a line coloured by z; a gap where y is not finite */
    SERIES_TEXT,   /* x y: names[] written there, centred */
    SERIES_TEXT_AFTER,  /* the same, beginning there */
    SERIES_TEXT_BEFORE, /* the same, ending there */
    SERIES_KINDS
};
enum { SERIES_COLUMNS = 6 };

/* Styles 0 to STYLES-1 differ in colour, dashes and mark. */
enum { STYLES = 7, STYLE_GREY = 7, STYLE_BLACK = 8, STYLE_FAINT = 9, STYLE_DOT = 10 };

/* Of a panel. */
enum {
    PANEL_LOG_X = 1,
    PANEL_LOG_Y = 2,
    PANEL_NO_X = 4,      /* no axis: neither ticks nor label */
    PANEL_NO_Y = 8,
    PANEL_NO_FRAME = 16,
    PANEL_DOWN = 32,     /* y grows downwards: the first bar on top */
    PANEL_NO_KEY = 64,
    PANEL_DIAGONAL = 128,/* the line y = x behind everything */
    PANEL_SQUARE = 256,  /* both axes equally long */
    PANEL_LOG_Z = 512,   /* of colours */
};

typedef struct figure figure;
typedef struct panel panel;

figure *figure_new(const char *title);
void figure_free(figure *f);
const char *figure_title(const figure *f);
/* Panels stand in rows of `columns`; 0: as many as make a square or a row of at most 3. */
void figure_layout(figure *f, int columns);
/* Pixels of one panel at 96 to the inch; 640 x 400 unless said. */
void figure_size(figure *f, int width, int height);

/* Labels name the quantity and, in brackets, its unit; title NULL: none. */
panel *figure_panel(figure *f, const char *title, const char *x_label, const char *y_label);
void panel_flags(panel *p, int flags);            /* added to those it has */
void panel_z_label(panel *p, const char *label);  /* of the colours */
/* axis 'x', 'y' or 'z'; a bound that is NaN is automatic. */
void panel_range(panel *p, char axis, double low, double high);
/* Text instead of numbers on an axis 'x' or 'y'; the first one replaces all numbers. */
void panel_tick(panel *p, char axis, double at, const char *words);

/* columns: as many arrays of n as the kind has; label NULL: not in the key. */
void series_add(panel *p, int kind, int style, const char *label, int64_t n,
                const double *const *columns, const char *const *names);
/* The same with the columns one by one. */
void series_xy(panel *p, int kind, int style, const char *label, int64_t n, const double *x,
               const double *y);
void series_xyz(panel *p, int kind, int style, const char *label, int64_t n, const double *x,
                const double *y, const double *z);

enum { FIGURE_SVG, FIGURE_PDF, FIGURE_PNG, FIGURE_TERM };

/* The drawn figure's bytes are added to `out`.  FIGURE_TERM: plain text of width x height
 * characters, 0: 79 x 24.  HONE_EFAIL with a sentence where gnuplot is missing or fails. */
int32_t figure_draw(figure *f, int format, int width, int height, text *out, error *err);
/* FIGURE_* of a file's name; -1: another ending. */
int figure_format(const char *path);
/* Draws to a file, in the format of its ending; whole or not at all. */
int32_t figure_save(figure *f, const char *path, error *err);
/* What gnuplot is told; for tests and to draw by hand. */
int32_t figure_script(figure *f, int format, int width, int height, text *out, error *err);

#endif
