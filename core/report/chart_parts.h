/* chart_parts.h - what the files of charts share. */
#ifndef HONE_CORE_CHART_PARTS_H
#define HONE_CORE_CHART_PARTS_H

#include "chart.h"

/* Points collected one by one; failed: memory ended. */
typedef struct points {
    int64_t n, room;
    double *x, *y, *z;
    bool failed;
} points;
void points_add(points *p, double x, double y, double z);
void points_free(points *p);
/* Adds them as a series and empties them; nothing where there are none. */
void points_series(points *p, panel *to, int kind, int style, const char *label);

/* "loss (minimized)" */
void goal_label(const past *p, int32_t goal, char *out, size_t room);
/* Do the values (finite ones) span more than two decades, all above zero? */
bool spans_decades(const double *v, int64_t n);
/* Values of objective `goal` of complete trials: do they? */
bool goal_spans_decades(const past *p, int32_t goal);

/* An axis of a parameter: log scale, names of choices. */
void axis_of_param(panel *to, char axis, const hone_param *q);
bool param_is_log(const hone_param *q);
/* Parameters to show, most important first, those with one value left out; returns how many,
 * at most `most`. */
int params_shown(const chart_request *r, int32_t *out, int most);
/* figure_new was given memory, and nothing was lost since? *out or an error. */
int32_t chart_done(figure *f, points *p, figure **out, error *err);

int32_t chart_history(const chart_request *r, figure **out, error *err);
int32_t chart_parallel(const chart_request *r, figure **out, error *err);
int32_t chart_slice(const chart_request *r, figure **out, error *err);
int32_t chart_contour(const chart_request *r, figure **out, error *err);
int32_t chart_importance(const chart_request *r, figure **out, error *err);
int32_t chart_front(const chart_request *r, figure **out, error *err);
int32_t chart_intermediate(const chart_request *r, figure **out, error *err);
int32_t chart_timeline(const chart_request *r, figure **out, error *err);
int32_t chart_calibration(const chart_request *r, figure **out, error *err);

#endif
