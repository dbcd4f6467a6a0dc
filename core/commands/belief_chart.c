/* belief_chart.c - the figure of a surrogate. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "belief.h"
#include "chart_parts.h"

enum { CURVE = 201, SURFACE = 40, FIT_MOST = 300, LEAVE_ONE_OUT_MOST = 60, FOLDS = 10,
       FOLDED_MOST = 150 };

const char BELIEF_CAPTION[] =
    "The study's surrogate, fitted to the complete trials (to 300 at most, then every k-th): over "
    "one parameter its mean and two standard deviations of the noise-free value, with the "
    "observations; over two its mean and its standard deviation; over more, predictions of "
    "left-out observations against what was observed, leaving out one at a time up to 60 "
    "observations, else a tenth of every k-th, 150 at most.";

static int32_t no_memory(error *err)
{
    return error_add(err, HONE_ENOMEM, "out of memory for a figure");
}

/* Every k-th observation, at most `most`. */
static int32_t take_some(const belief *b, int64_t most, cloud *out, error *err)
{
    const space *s = &b->o.config.space;
    const int64_t step = (b->data.n + most - 1) / most;
    int32_t status = HONE_OK;
    for (int64_t i = 0; i < b->data.n && status >= 0; i += step)
        status = cloud_add(out, s, b->data.native + i * s->n, b->data.y[i], b->data.yvar[i], err);
    return status;
}

static const char *value_name(const belief *b)
{
    const config *c = &b->o.config;
    return c->n_goals > 0 && c->objectives ? c->objectives[0] : "value";
}

static void add_observations(const belief *b, const int32_t *axis, int n_axes, panel *to,
                             points *at, int style)
{
    const int32_t d = b->o.config.space.n;
    for (int64_t i = 0; i < b->data.n; i++) {
        const double *x = b->data.native + i * d;
        points_add(at, x[axis[0]], n_axes > 1 ? x[axis[1]] : b->data.y[i], 0.0);
    }
    points_series(at, to, SERIES_POINTS, style, "observations");
}

/* ---- one parameter ---- */

static void draw_curve(const belief *b, int32_t i, const cloud *at, const double *mean,
                       const double *var, figure *f, points *p)
{
    const hone_param *q = &b->o.config.space.params[i];
    const int32_t d = b->o.config.space.n;
    panel *to = figure_panel(f, NULL, q->name, value_name(b));
    axis_of_param(to, 'x', q);
    for (int64_t k = 0; k < at->n; k++)
        points_add(p, at->native[k * d + i], mean[k] - 2.0 * sqrt(var[k]),
                   mean[k] + 2.0 * sqrt(var[k]));
    points_series(p, to, SERIES_BAND, 0, "2 standard deviations");
    for (int64_t k = 0; k < at->n; k++)
        points_add(p, at->native[k * d + i], mean[k], 0.0);
    points_series(p, to, SERIES_LINE, 0, "mean");
    add_observations(b, &i, 1, to, p, STYLE_DOT);
    figure_size(f, 800, 460);
}

/* ---- two parameters ---- */

static void draw_surface(const belief *b, const int32_t *axis, const cloud *at, const double *z,
                         const char *title, const char *label, bool observations, figure *f,
                         points *p)
{
    const space *s = &b->o.config.space;
    panel *to = figure_panel(f, title, s->params[axis[0]].name, s->params[axis[1]].name);
    axis_of_param(to, 'x', &s->params[axis[0]]);
    axis_of_param(to, 'y', &s->params[axis[1]]);
    panel_z_label(to, label);
    int64_t m = 1; /* the grid has the second parameter fastest; a figure wants the first */
    while (m < at->n && at->native[m * s->n + axis[0]] == at->native[axis[0]])
        m++;
    for (int64_t k = 0; k < at->n; k++) {
        const int64_t from = k % (at->n / m) * m + k / (at->n / m);
        const double *x = at->native + from * s->n;
        points_add(p, x[axis[0]], x[axis[1]], z[from]);
    }
    series_xyz(to, SERIES_HEAT, 0, NULL, p->n, p->x, p->y, p->z);
    if (s->params[axis[0]].type != HONE_CATEGORICAL && s->params[axis[1]].type != HONE_CATEGORICAL)
        series_xyz(to, SERIES_CONTOUR, STYLE_BLACK, NULL, p->n, p->x, p->y, p->z);
    p->n = 0;
    if (observations)
        add_observations(b, axis, 2, to, p, 1);
}

static void draw_surfaces(const belief *b, const int32_t *axis, const cloud *at,
                          const double *mean, double *var, figure *f, points *p)
{
    draw_surface(b, axis, at, mean, "Mean", value_name(b), true, f, p);
    for (int64_t k = 0; k < at->n; k++)
        var[k] = sqrt(var[k]);
    draw_surface(b, axis, at, var, "Standard deviation", "standard deviation", true, f, p);
    figure_size(f, 600, 460);
}

/* ---- more ---- */

/* Predictions of every observation from a fit without its fold; mean, var: [some->n]. */
static int32_t leave_out(belief *b, const invocation *in, const cloud *some, double *mean,
                         double *var, error *err)
{
    const space *s = &b->o.config.space;
    const int64_t folds = some->n <= LEAVE_ONE_OUT_MOST ? some->n : FOLDS;
    int32_t status = HONE_OK;
    for (int64_t fold = 0; fold < folds && status >= 0; fold++) {
        cloud rest = {0}, out = {0};
        double m[LEAVE_ONE_OUT_MOST], v[LEAVE_ONE_OUT_MOST];
        for (int64_t i = 0; i < some->n && status >= 0; i++)
            status = cloud_add(i % folds == fold ? &out : &rest, s, some->native + i * s->n,
                               some->y[i], some->yvar[i], err);
        if (status >= 0)
            status = belief_fit(b, in, &rest, err);
        if (status >= 0)
            status = belief_predict(b, &out, m, v, err);
        for (int64_t k = 0; k < out.n && status >= 0; k++) {
            mean[k * folds + fold] = m[k];
            var[k * folds + fold] = v[k];
        }
        cloud_free(&rest);
        cloud_free(&out);
    }
    return status;
}

static int32_t draw_left_out(belief *b, const invocation *in, figure *f, error *err)
{
    cloud some = {0};
    double *column = NULL;
    const int64_t most = b->data.n <= LEAVE_ONE_OUT_MOST ? LEAVE_ONE_OUT_MOST : FOLDED_MOST;
    int32_t status = take_some(b, most, &some, err);
    const int64_t n = some.n;
    if (status >= 0 && n < 4)
        status = error_add(err, HONE_EUNSUPPORTED, "%s: four observations or more are wanted",
                           b->source);
    if (status >= 0 && !(column = malloc(4 * (size_t)n * sizeof *column)))
        status = no_memory(err);
    if (status >= 0)
        status = leave_out(b, in, &some, column, column + n, err);
    if (status >= 0) {
        panel *to = figure_panel(f, NULL, "observed", "predicted from all others");
        panel_flags(to, PANEL_DIAGONAL);
        for (int64_t i = 0; i < n; i++) {
            const double sd = sqrt(column[n + i]);
            column[2 * n + i] = column[i] + 2.0 * sd;
            column[n + i] = column[i] - 2.0 * sd;
        }
        const double *const columns[] = {some.y, column, column + n, column + 2 * n};
        series_add(to, SERIES_ERRORS, 0, "mean and 2 standard deviations", n, columns, NULL);
        figure_size(f, 600, 480);
    }
    free(column);
    cloud_free(&some);
    return status;
}

/* ---- the figure ---- */

static int32_t draw_posterior(belief *b, const invocation *in, const int32_t *axis, int n_axes,
                              figure *f, error *err)
{
    cloud some = {0}, at = {0};
    points p = {0};
    double *mean = NULL;
    int32_t status = take_some(b, FIT_MOST, &some, err);
    if (status >= 0)
        status = cloud_grid(&at, &b->o.config.space, n_axes == 1 ? CURVE : SURFACE, err);
    if (status >= 0 && !(mean = malloc(2 * (size_t)at.n * sizeof *mean + 1)))
        status = no_memory(err);
    if (status >= 0)
        status = belief_fit(b, in, &some, err);
    if (status >= 0)
        status = belief_predict(b, &at, mean, mean + at.n, err);
    if (status >= 0 && n_axes == 1)
        draw_curve(b, axis[0], &at, mean, mean + at.n, f, &p);
    else if (status >= 0)
        draw_surfaces(b, axis, &at, mean, mean + at.n, f, &p);
    if (p.failed)
        status = no_memory(err);
    points_free(&p);
    free(mean);
    cloud_free(&some);
    cloud_free(&at);
    return status;
}

/* A grid has rows and columns only where both parameters are always active. */
static bool even(const space *s, const int32_t *axis, int n)
{
    return n == 1 || (n == 2 && s->params[axis[0]].parent < 0 && s->params[axis[1]].parent < 0);
}

int32_t belief_chart(belief *b, const invocation *in, figure **out, error *err)
{
    const space *s = &b->o.config.space;
    int32_t axis[3];
    int n = 0;
    for (int32_t i = 0; i < s->n && n < 3; i++)
        if (!param_single(&s->params[i]))
            axis[n++] = i;
    figure *f = figure_new("Surrogate");
    int32_t status = n == 0 ? error_add(err, HONE_EUNSUPPORTED, "no parameter has two values")
                     : even(s, axis, n) ? draw_posterior(b, in, axis, n, f, err)
                                        : draw_left_out(b, in, f, err);
    if (status < 0 || !f) {
        figure_free(f);
        return status < 0 ? status : no_memory(err);
    }
    *out = f;
    return HONE_OK;
}
