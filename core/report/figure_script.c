/* figure_script.c - writes a figure as a gnuplot script with its data.
 *
 * Data first (figure_data.c), then one plot command a panel. */
#include "figure_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>


typedef struct look {
    const char *colour, *dashes;
    int mark;
} look;

static const look LOOKS[] = {
    {"#0072B2", "1", 7},         {"#D55E00", "'-'", 9},    {"#009E73", "'.'", 5},
    {"#CC79A7", "'_.'", 13},     {"#E69F00", "'_'", 11},   {"#56B4E9", "'-..'", 6},
    {"#F0E442", "'-.'", 4},      {"#777777", "1", 1},      {"#000000", "1", 2},
    {"#BBBBBB", "1", 7},         {"#000000", "1", 7},
};
enum { N_LOOKS = sizeof LOOKS / sizeof *LOOKS };

/* Cividis (Nunez, Anderton, Renslow, PLoS ONE 13(7), 2018): even for normal and for
 * colour-blind sight, and in grey. */
static const char PALETTE[] =
    "set palette defined (0 '#00224e', 1 '#123570', 2 '#3b496c', 3 '#575d6d', 4 '#707173', "
    "5 '#8a8678', 6 '#a59c74', 7 '#c3b369', 8 '#e1cc55', 9 '#fee838')\n";

static const look *look_of(int style)
{
    return &LOOKS[style >= 0 && style < N_LOOKS ? style : 0];
}

static void set_words(text *out, const char *what, const char *words)
{
    text_add(out, "set %s ", what);
    figure_quote(out, words);
    text_put(out, "\n", 1);
}

static bool coloured(const panel *p)
{
    return panel_has(p, SERIES_HEAT) || panel_has(p, SERIES_SHADED) || panel_has(p, SERIES_PATHS);
}

/* ---- axes ---- */

/* Bars and boxes stand whole within the frame, unless a range is given. */
static void make_room(panel *p)
{
    const bool given[] = {!isnan(p->low[0]) || !isnan(p->high[0]),
                          !isnan(p->low[1]) || !isnan(p->high[1])};
    for (int k = 0; k < p->n_series; k++) {
        const series *s = &p->series[k];
        const int axis = s->kind == SERIES_BOXES ? 0 : 1;
        if (given[axis])
            continue;
        if (s->kind != SERIES_BARS && s->kind != SERIES_SPANS && s->kind != SERIES_BOXES)
            continue;
        for (int64_t i = 0; i < s->n; i++) {
            p->low[axis] = fmin(p->low[axis], s->column[0][i] - 0.6);
            p->high[axis] = fmax(p->high[axis], s->column[0][i] + 0.6);
        }
    }
}

static void add_range(const panel *p, char axis, text *out)
{
    const int i = axis - 'x';
    const bool logs = panel_gridded(p) && axis != 'z' && panel_log(p, axis);
    const bool down = axis == 'y' && (p->flags & PANEL_DOWN);
    char a[NUMBER_ROOM] = "*", b[NUMBER_ROOM] = "*";
    if (!isnan(p->low[i]))
        number_text(logs ? log10(p->low[i]) : p->low[i], a);
    if (!isnan(p->high[i]))
        number_text(logs ? log10(p->high[i]) : p->high[i], b);
    const bool turn = down && *a != '*' && *b != '*';
    text_add(out, "set %srange [%s:%s]%s\n", axis == 'z' ? "cb" : axis == 'x' ? "x" : "y",
             turn ? b : a, turn ? a : b, down && !turn ? " reverse" : "");
}

/* Decades on an axis whose logarithms were taken here. */
static void add_decades(char axis, text *out)
{
    text_add(out, "set %ctics (", axis);
    for (int k = -30; k <= 30; k++)
        text_add(out, "%s'1e%d' %d", k > -30 ? ", " : "", k, k);
    text_add(out, ")\n");
}

static void add_ticks(const panel *p, char axis, text *out)
{
    char at[NUMBER_ROOM];
    size_t letters = 0;
    int n = 0;
    for (int i = 0; i < p->n_ticks; i++)
        if (p->ticks[i].axis == axis) {
            n++;
            letters += strlen(p->ticks[i].words ? p->ticks[i].words : "") + 2;
        }
    if (n == 0)
        return;
    text_add(out, "set %ctics %s(", axis, axis == 'x' && letters > 60 ? "rotate by -35 " : "");
    for (int i = 0, k = 0; i < p->n_ticks; i++) {
        const tick *t = &p->ticks[i];
        if (t->axis != axis)
            continue;
        text_add(out, "%s", k++ ? ", " : "");
        figure_quote(out, t->words);
        text_add(out, " %s", number_text(t->at, at));
    }
    text_add(out, ")\n");
}

static void add_axis(const panel *p, char axis, const char *label, int none, text *out)
{
    if (p->flags & none) {
        text_add(out, "unset %ctics\n", axis);
        return;
    }
    set_words(out, axis == 'x' ? "xlabel" : "ylabel", label);
    if (panel_gridded(p) && panel_log(p, axis))
        add_decades(axis, out);
    else if (panel_log(p, axis))
        text_add(out, "set logscale %c\n", axis);
    add_ticks(p, axis, out);
}

static bool has_labels(const panel *p)
{
    for (int i = 0; i < p->n_series; i++)
        if (p->series[i].label && series_drawn(p, &p->series[i]))
            return true;
    return false;
}

static void add_settings(const panel *p, const char *title, int format, text *out)
{
    text_add(out, "reset\nset encoding utf8\nset tics nomirror out\nset format '%%h'\n"
                  "set border %d lc rgb '#444444'\nset grid lc rgb '#dddddd' lw 0.5 dt 1\n"
                  "set bars small\nset boxwidth 0.6\n",
             p->flags & PANEL_NO_FRAME ? 0 : panel_gridded(p) ? 15 : 3);
    if (panel_gridded(p) || (p->flags & PANEL_NO_FRAME))
        text_add(out, "unset grid\n%s\n",
                 panel_gridded(p) ? "set autoscale fix" : "set tics scale 0");
    if (title)
        set_words(out, "title", title);
    add_axis(p, 'x', p->x_label, PANEL_NO_X, out);
    add_axis(p, 'y', p->y_label, PANEL_NO_Y, out);
    for (char axis = 'x'; axis <= 'z'; axis++)
        add_range(p, axis, out);
    if (coloured(p)) {
        text_add(out, "%s", PALETTE);
        set_words(out, "cblabel", p->z_label);
        text_add(out, "set cblabel offset 1.5,0\n");
        text_add(out, "set rmargin 13\n");
        text_add(out, "%s", panel_log(p, 'z') ? "set logscale cb\n" : "");
    }
    if (p->flags & PANEL_SQUARE)
        text_add(out, "set size square\n");
    if ((p->flags & PANEL_NO_KEY) || !has_labels(p))
        text_add(out, "unset key\n");
    else
        text_add(out, "set key outside top center horizontal%s\n",
                 format == FIGURE_TERM ? "" : " samplen 2.5 spacing 1.1");
}

/* ---- series ---- */

static void add_series(const series *s, const char *name, text *out)
{
    const look *l = look_of(s->style);
    const double size = s->n > 500 ? 0.3 : s->n > 100 ? 0.5 : 0.7;
    char ps[NUMBER_ROOM];
    number_text(size, ps);
    text_add(out, "$%s%s ", name, s->kind == SERIES_CONTOUR ? "_lines" : "");
    switch (s->kind) {
    case SERIES_LINE:
    case SERIES_STEPS:
        text_add(out, "using 1:2 with %s lc rgb '%s' lw 2 dt %s",
                 s->kind == SERIES_LINE ? "lines" : "steps", l->colour, l->dashes);
        break;
    case SERIES_POINTS:
        text_add(out, "using 1:2 with points lc rgb '%s' pt %d ps %s", l->colour, l->mark, ps);
        break;
    case SERIES_SHADED:
        text_add(out, "using 1:2:3 with points lc palette pt 7 ps %s", ps);
        break;
    case SERIES_BAND:
        text_add(out, "using 1:2:3 with filledcurves lc rgb '%s' fs transparent solid 0.22 "
                      "noborder", l->colour);
        break;
    case SERIES_ERRORS:
        text_add(out, "using 1:2:3:4 with yerrorbars lc rgb '%s' pt %d ps %s", l->colour, l->mark,
                 ps);
        break;
    case SERIES_BARS:
        text_add(out, "using ($2/2):1:($2/2):(0.35) with boxxyerror lc rgb '%s' fs solid 0.75",
                 l->colour);
        break;
    case SERIES_BOXES:
        text_add(out, "using 1:3:2:6:5 with candlesticks lc rgb '%s' fs solid 0.35",
                 l->colour);
        break;
    case SERIES_SPANS:
        text_add(out, "using (($2+$3)/2):1:2:3:($1-0.35):($1+0.35) with boxxyerror lc rgb '%s' "
                      "fs solid 0.6", l->colour);
        break;
    case SERIES_HEAT:
        text_add(out, "using 1:2:3 with image");
        break;
    case SERIES_CONTOUR:
        text_add(out, "using 1:2 with lines lc rgb '%s' lw 0.7", l->colour);
        break;
    case SERIES_PATHS:
        text_add(out, "using 1:2:3 with lines lc palette lw 1");
        break;
    case SERIES_TEXT:
    case SERIES_TEXT_AFTER:
    case SERIES_TEXT_BEFORE:
        text_add(out, "using 1:2:3 with labels %s tc rgb '%s'",
                 s->kind == SERIES_TEXT         ? "center"
                 : s->kind == SERIES_TEXT_AFTER ? "left"
                                                : "right",
                 l->colour);
        break;
    }
    if (s->label) {
        text_add(out, " title ");
        figure_quote(out, s->label);
    } else {
        text_add(out, " notitle");
    }
    if (s->kind == SERIES_BOXES)
        text_add(out, " whiskerbars, \\\n  $%s using 1:4:4:4:4 with candlesticks lc rgb '%s' lw 2 "
                      "notitle", name, l->colour);
}

static void series_name(int panel_index, int series_index, char name[32])
{
    snprintf(name, 32, "d%d_%d", panel_index, series_index);
}

/* gnuplot wants something to draw. */
static void add_nothing(text *out)
{
    text_add(out, "set xrange [0:1]\nset yrange [0:1]\nunset tics\nunset key\n"
                  "set label 1 'nothing to draw' at graph 0.5, graph 0.5 center\n"
                  "plot NaN notitle\n");
}

static void add_plot(const panel *p, int index, text *out)
{
    char name[32];
    int n = 0;
    text command = {0};
    if (p->flags & PANEL_DIAGONAL)
        text_add(&command, "plot x with lines lc rgb '#999999' lw 1 notitle");
    for (int i = 0; i < p->n_series; i++) {
        const series *s = &p->series[i];
        if (!series_drawn(p, s) || (s->kind == SERIES_CONTOUR && series_constant(s, 2)))
            continue;
        n++;
        series_name(index, i, name);
        text_add(&command, "%s", command.length ? ", \\\n  " : "plot ");
        add_series(s, name, &command);
    }
    if (n > 0)
        text_add(out, "%s\n", command.data);
    else
        add_nothing(out);
    out->failed |= command.failed;
    text_free(&command);
}

/* ---- the figure ---- */

static void add_terminal(int format, int width, int height, text *out)
{
    switch (format) {
    case FIGURE_SVG:
        text_add(out, "set terminal svg size %d,%d noenhanced standalone font 'sans-serif,12'\n",
                 width, height);
        break;
    case FIGURE_PDF:
        text_add(out, "set terminal pdfcairo size %d.%02din,%d.%02din noenhanced font 'Sans,9'\n",
                 width / 96, width % 96 * 100 / 96, height / 96, height % 96 * 100 / 96);
        break;
    case FIGURE_PNG:
        text_add(out, "set terminal pngcairo size %d,%d noenhanced font 'Sans,9'\n", width,
                 height);
        break;
    default:
        text_add(out, "set terminal dumb size %d,%d noenhanced mono\n", width, height);
        break;
    }
    text_add(out, "set encoding utf8\nset output 'figure'\n");
}

static int columns_of(const figure *f)
{
    if (f->columns > 0)
        return f->columns < f->n_panels ? f->columns : f->n_panels;
    return f->n_panels <= 3 ? f->n_panels : f->n_panels == 4 ? 2 : 3;
}

int32_t figure_script(figure *f, int format, int width, int height, text *out, error *err)
{
    char name[32];
    if (!f || f->n_panels == 0 || f->failed)
        return f && !f->failed ? error_add(err, HONE_EINVAL, "a figure without panels")
                               : error_add(err, HONE_ENOMEM, "out of memory for a figure");
    const int columns = columns_of(f), rows = (f->n_panels + columns - 1) / columns;
    const bool several = f->n_panels > 1;
    if (width <= 0)
        width = format == FIGURE_TERM ? 79 : f->width * columns;
    if (height <= 0)
        height = format == FIGURE_TERM ? 24 * rows : f->height * rows;
    add_terminal(format, width, height, out);
    for (int i = 0; i < f->n_panels; i++) {
        make_room(f->panels[i]);
        for (int k = 0; k < f->panels[i]->n_series; k++) {
            series_name(i, k, name);
            f->failed |= !series_thin(f->panels[i], &f->panels[i]->series[k]);
            if (series_drawn(f->panels[i], &f->panels[i]->series[k]))
                series_data(f->panels[i], &f->panels[i]->series[k], name, out);
        }
    }
    if (several) {
        text_add(out, "set multiplot layout %d,%d title ", rows, columns);
        figure_quote(out, f->title);
        text_put(out, "\n", 1);
    }
    for (int i = 0; i < f->n_panels; i++) {
        add_settings(f->panels[i], several || !f->title ? f->panels[i]->title : f->title, format,
                     out);
        add_plot(f->panels[i], i, out);
    }
    text_add(out, "%sset output\n", several ? "unset multiplot\n" : "");
    return out->failed || f->failed ? error_add(err, HONE_ENOMEM, "out of memory for a figure")
                                    : HONE_OK;
}
