/* chart.h - the figures of one study. */
#ifndef HONE_CORE_CHART_H
#define HONE_CORE_CHART_H

#include "figure.h"
#include "past.h"

typedef struct forest forest;

typedef struct chart_request {
    const past *past;
    const forest *forest;   /* of objective `goal`; NULL: not grown */
    const int32_t *ranked;  /* [space->n] parameters, the most important first */
    int32_t goal;           /* which objective */
    int32_t x, y;           /* parameters of a contour, -1: the two most important */
} chart_request;

typedef struct chart {
    const char *kind, *summary; /* summary: what it shows, a line */
    const char *caption;        /* below it in a report */
    bool needs_forest;
    /* HONE_EUNSUPPORTED with a sentence where the study has nothing of the sort. */
    int32_t (*make)(const chart_request *r, figure **out, error *err);
} chart;

/* In the order of a report; the last has kind NULL. */
extern const chart CHARTS[];
const chart *chart_find(const char *kind);

enum { CHART_PARAMETERS = 12 }; /* a figure shows the most important ones */

#endif
