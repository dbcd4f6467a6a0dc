/* figure_data.c - the data of a figure, as named blocks of a gnuplot script.
 *
 * On panels with an even grid of colours, which gnuplot draws on linear axes only, logarithms
 * are taken here, and figure_script.c writes the ticks as the numbers they stand for.
 * Contours are computed by gnuplot into further blocks. */
#include "figure_parts.h"

#include <math.h>
#include <string.h>

#include "thin.h"

/* ---- words and numbers ---- */

/* In single quotes, where gnuplot knows no escapes but the doubled quote. */
void figure_quote(text *out, const char *words)
{
    text_put(out, "'", 1);
    for (const char *at = words ? words : ""; *at; at++) {
        const char c = (unsigned char)*at < ' ' ? ' ' : *at;
        text_put(out, &c, 1);
        if (c == '\'')
            text_put(out, "'", 1);
    }
    text_put(out, "'", 1);
}

/* A cell of data: a text stands in double quotes. */
static void quote_cell(text *out, const char *words)
{
    text_put(out, "\"", 1);
    for (const char *at = words; *at; at++) {
        const char c = *at == '"' ? '\'' : (unsigned char)*at < ' ' || *at == '\\' ? ' ' : *at;
        text_put(out, &c, 1);
    }
    text_put(out, "\"", 1);
}

/* ---- what a panel has ---- */

bool panel_has(const panel *p, int kind)
{
    for (int i = 0; i < p->n_series; i++)
        if (p->series[i].kind == kind)
            return true;
    return false;
}

bool panel_gridded(const panel *p)
{
    return panel_has(p, SERIES_HEAT) || panel_has(p, SERIES_CONTOUR);
}

/* Which axis column c of a kind lies on. */
static char axis_of(int kind, int c)
{
    if (kind == SERIES_BARS || kind == SERIES_SPANS)
        return c == 0 ? 'y' : 'x';
    if (c == 2 && (kind == SERIES_SHADED || kind == SERIES_HEAT || kind == SERIES_CONTOUR ||
                   kind == SERIES_PATHS))
        return 'z';
    return c == 0 ? 'x' : 'y';
}

bool panel_log(const panel *p, char axis)
{
    return p->flags & (axis == 'x' ? PANEL_LOG_X : axis == 'y' ? PANEL_LOG_Y : PANEL_LOG_Z);
}

/* As it is written: NaN where it cannot be drawn. */
static double drawn(const panel *p, const series *s, int c, int64_t i)
{
    const double v = s->column[c][i];
    const char axis = axis_of(s->kind, c);
    if (!isfinite(v) || (panel_log(p, axis) && v <= 0.0 && s->kind != SERIES_BARS))
        return NAN;
    return panel_gridded(p) && axis != 'z' && panel_log(p, axis) ? log10(v) : v;
}

static bool row_drawn(const panel *p, const series *s, int64_t i)
{
    for (int c = 0; c < series_columns(s->kind); c++)
        if (isnan(drawn(p, s, c, i)))
            return false;
    return true;
}

bool series_drawn(const panel *p, const series *s)
{
    for (int64_t i = 0; i < s->n; i++)
        if (row_drawn(p, s, i))
            return true;
    return false;
}

bool series_constant(const series *s, int c)
{
    for (int64_t i = 1; i < s->n; i++)
        if (s->column[c][i] != s->column[c][0])
            return false;
    return true;
}

/* ---- data ---- */

/* A gap between lines, or the next line of a grid? */
static bool breaks(const panel *p, const series *s, int64_t i)
{
    if (s->kind == SERIES_HEAT || s->kind == SERIES_CONTOUR)
        return i > 0 && s->column[1][i] != s->column[1][i - 1];
    return s->kind == SERIES_PATHS && !row_drawn(p, s, i);
}

static void add_row(const panel *p, const series *s, int64_t i, text *out)
{
    char number[NUMBER_ROOM];
    for (int c = 0; c < series_columns(s->kind); c++) {
        const double v = drawn(p, s, c, i);
        text_add(out, "%s%s", c ? " " : "", isnan(v) ? "NaN" : number_text(v, number));
    }
    if (s->names) {
        text_put(out, " ", 1);
        quote_cell(out, s->names[i]);
    }
    text_put(out, "\n", 1);
}

void series_data(const panel *p, const series *s, const char *name, text *out)
{
    text_add(out, "$%s << END_OF_DATA\n", name);
    for (int64_t i = 0; i < s->n; i++) {
        const bool gap = breaks(p, s, i);
        if (gap)
            text_put(out, "\n", 1);
        if (!gap || s->kind != SERIES_PATHS)
            add_row(p, s, i, out);
    }
    text_add(out, "END_OF_DATA\n");
    if (s->kind == SERIES_CONTOUR && !series_constant(s, 2))
        text_add(out, "set contour base\nunset surface\nset cntrparam levels auto 10\n"
                      "set table $%s_lines\nsplot $%s using 1:2:3 with lines\nunset table\n"
                      "unset contour\nset surface\n", name, name);
}

bool series_thin(const panel *p, series *s)
{
    const bool log_x = panel_log(p, 'x'), log_y = panel_log(p, 'y');
    if (s->thinned || s->names)
        return true;
    s->thinned = true;
    switch (s->kind) {
    case SERIES_LINE:
    case SERIES_STEPS:
        return thin_curve(s->column, 2, &s->n);
    case SERIES_BAND:
        return thin_curve(s->column, 3, &s->n);
    case SERIES_POINTS:
    case SERIES_SHADED:
    case SERIES_ERRORS:
        return thin_points(s->column, series_columns(s->kind), &s->n, log_x, log_y);
    case SERIES_PATHS:
        thin_paths(s->column, 3, &s->n);
        return true;
    default:
        return true; /* grids, bars and boxes are small by their nature */
    }
}
