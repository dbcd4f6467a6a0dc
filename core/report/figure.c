/* figure.c - describes a figure: everything that is added is copied and kept. */
#include "figure_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "gnuplot.h"

static const int KIND_COLUMNS[SERIES_KINDS] = {
    [SERIES_LINE] = 2,   [SERIES_STEPS] = 2, [SERIES_POINTS] = 2, [SERIES_SHADED] = 3,
    [SERIES_BAND] = 3,   [SERIES_ERRORS] = 4, [SERIES_BARS] = 2,  [SERIES_BOXES] = 6,
    [SERIES_SPANS] = 3,  [SERIES_HEAT] = 3,  [SERIES_CONTOUR] = 3, [SERIES_PATHS] = 3,
    [SERIES_TEXT] = 2,   [SERIES_TEXT_AFTER] = 2, [SERIES_TEXT_BEFORE] = 2,
};

int series_columns(int kind)
{
    return KIND_COLUMNS[kind];
}

/* ---- memory ---- */

/* A copy, or NULL; the figure remembers where that is for want of memory. */
static char *keep(figure *f, const char *words)
{
    char *copy = words ? strdup(words) : NULL;
    f->failed |= words && !copy;
    return copy;
}

/* One more element at the end of *array. */
static void *grow(figure *f, void *array, int n, size_t size)
{
    void *larger = realloc(array, ((size_t)n + 1) * size);
    f->failed |= !larger;
    return larger;
}

static void series_clear(series *s)
{
    for (int c = 0; c < SERIES_COLUMNS; c++)
        free(s->column[c]);
    for (int64_t i = 0; s->names && i < s->n; i++)
        free(s->names[i]);
    free(s->names);
    free(s->label);
}

static void panel_free(panel *p)
{
    if (!p)
        return;
    for (int i = 0; i < p->n_series; i++)
        series_clear(&p->series[i]);
    for (int i = 0; i < p->n_ticks; i++)
        free(p->ticks[i].words);
    free(p->series);
    free(p->ticks);
    free(p->title);
    free(p->x_label);
    free(p->y_label);
    free(p->z_label);
    free(p);
}

figure *figure_new(const char *title)
{
    figure *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->width = 640;
    f->height = 400;
    f->title = keep(f, title);
    return f;
}

void figure_free(figure *f)
{
    if (!f)
        return;
    for (int i = 0; i < f->n_panels; i++)
        panel_free(f->panels[i]);
    free(f->panels);
    free(f->title);
    free(f);
}

const char *figure_title(const figure *f)
{
    return f && f->title ? f->title : "";
}

void figure_layout(figure *f, int columns)
{
    if (f)
        f->columns = columns;
}

void figure_size(figure *f, int width, int height)
{
    if (f) {
        f->width = width;
        f->height = height;
    }
}

/* ---- panels ---- */

panel *figure_panel(figure *f, const char *title, const char *x_label, const char *y_label)
{
    panel **larger = f ? grow(f, f->panels, f->n_panels, sizeof *larger) : NULL;
    if (!larger)
        return NULL;
    f->panels = larger;
    panel *p = calloc(1, sizeof *p);
    if (!p) {
        f->failed = true;
        return NULL;
    }
    p->figure = f;
    p->title = keep(f, title);
    p->x_label = keep(f, x_label);
    p->y_label = keep(f, y_label);
    for (int i = 0; i < 3; i++)
        p->low[i] = p->high[i] = NAN;
    f->panels[f->n_panels++] = p;
    return p;
}

void panel_flags(panel *p, int flags)
{
    if (p)
        p->flags |= flags;
}

void panel_z_label(panel *p, const char *label)
{
    if (p) {
        free(p->z_label);
        p->z_label = keep(p->figure, label);
    }
}

void panel_range(panel *p, char axis, double low, double high)
{
    if (p && axis >= 'x' && axis <= 'z') {
        p->low[axis - 'x'] = low;
        p->high[axis - 'x'] = high;
    }
}

void panel_tick(panel *p, char axis, double at, const char *words)
{
    tick *larger = p ? grow(p->figure, p->ticks, p->n_ticks, sizeof *larger) : NULL;
    if (!larger)
        return;
    p->ticks = larger;
    p->ticks[p->n_ticks++] = (tick){.axis = axis, .at = at, .words = keep(p->figure, words)};
}

/* ---- series ---- */

static bool copy_columns(series *s, const double *const *columns)
{
    for (int c = 0; c < series_columns(s->kind); c++) {
        s->column[c] = malloc((size_t)s->n * sizeof(double) + 1);
        if (!s->column[c])
            return false;
        for (int64_t i = 0; i < s->n; i++)
            s->column[c][i] = columns[c][i];
    }
    return true;
}

static bool copy_names(series *s, const char *const *names)
{
    s->names = calloc((size_t)s->n + 1, sizeof *s->names);
    for (int64_t i = 0; s->names && i < s->n; i++)
        if (!(s->names[i] = strdup(names[i] ? names[i] : "")))
            return false;
    return s->names != NULL;
}

void series_add(panel *p, int kind, int style, const char *label, int64_t n,
                const double *const *columns, const char *const *names)
{
    series *larger = p ? grow(p->figure, p->series, p->n_series, sizeof *larger) : NULL;
    if (!larger)
        return;
    p->series = larger;
    series *s = &p->series[p->n_series++];
    *s = (series){.kind = kind, .style = style, .n = n, .label = keep(p->figure, label)};
    if (!copy_columns(s, columns) || (names && !copy_names(s, names)))
        p->figure->failed = true;
}

void series_xy(panel *p, int kind, int style, const char *label, int64_t n, const double *x,
               const double *y)
{
    series_add(p, kind, style, label, n, (const double *[]){x, y}, NULL);
}

void series_xyz(panel *p, int kind, int style, const char *label, int64_t n, const double *x,
                const double *y, const double *z)
{
    series_add(p, kind, style, label, n, (const double *[]){x, y, z}, NULL);
}

/* ---- drawing ---- */

int32_t figure_draw(figure *f, int format, int width, int height, text *out, error *err)
{
    text script = {0}, drawn = {0};
    int32_t status = figure_script(f, format, width, height, &script, err);
    if (status >= 0)
        status = gnuplot_run(&script, &drawn, err);
    if (status >= 0 && drawn.length > 0) { /* text begins with a form feed */
        const size_t skipped = format == FIGURE_TERM && drawn.data[0] == '\f';
        text_put(out, drawn.data + skipped, drawn.length - skipped);
    }
    if (status >= 0 && out->failed)
        status = error_add(err, HONE_ENOMEM, "out of memory for a figure");
    text_free(&script);
    text_free(&drawn);
    return status;
}

int figure_format(const char *path)
{
    static const char *const ENDINGS[] = {
        [FIGURE_SVG] = ".svg",
        [FIGURE_PDF] = ".pdf",
        [FIGURE_PNG] = ".png",
        [FIGURE_TERM] = ".txt",
    };
    const char *dot = strrchr(path, '.');
    for (int i = 0; dot && i <= FIGURE_TERM; i++)
        if (strcmp(dot, ENDINGS[i]) == 0)
            return i;
    return -1;
}

int32_t figure_save(figure *f, const char *path, error *err)
{
    text drawn = {0};
    const int format = figure_format(path);
    if (format < 0)
        return error_add(err, HONE_EINVAL, "%s: a figure's file ends in .svg, .pdf, .png or .txt",
                         path);
    int32_t status = figure_draw(f, format, 0, 0, &drawn, err);
    if (status >= 0)
        status = file_write(path, drawn.data, drawn.length, err);
    text_free(&drawn);
    return status;
}
