/* plot.c - `hone plot KIND STUDY`: one figure of a study. */
#include <string.h>
#include <unistd.h>

#include "belief.h"
#include "recall.h"

static int unknown_kind(const char *kind)
{
    const char *names[32];
    int n = 0;
    text all = {0};
    for (const chart *c = CHARTS; c->kind; c++) {
        names[n++] = c->kind;
        text_add(&all, "%s, ", c->kind);
    }
    names[n++] = "surrogate";
    const char *meant = nearest(kind, names, n);
    fprintf(stderr, "hone plot: there is no figure '%s'; there is: %ssurrogate%s%s%s\n", kind,
            all.data ? all.data : "", meant ? "; did you mean '" : "", meant ? meant : "",
            meant ? "'?" : "");
    text_free(&all);
    return EXIT_USAGE;
}

/* To the file of -o, else as text to stdout. */
static int32_t deliver(figure *f, const invocation *in, error *err)
{
    text drawn = {0};
    int64_t width = 0;
    const char *path = flag_value(in, "output");
    int32_t status = HONE_OK;
    if (path)
        status = figure_save(f, path, err);
    if (status < 0 || (path && !flag_given(in, "term")))
        return status;
    if (flag_given(in, "width"))
        flag_int(in, "width", 20, &width); /* checked in plot */
    status = figure_draw(f, FIGURE_TERM, width > 500 ? 500 : (int)width, 0, &drawn, err);
    if (status >= 0)
        fwrite(drawn.data, 1, drawn.length, stdout);
    text_free(&drawn);
    return status;
}

static int plot_surrogate(const invocation *in)
{
    belief b;
    figure *f = NULL;
    error err = {0};
    const int exit = belief_open(&b, in, in->arguments[1]);
    if (exit != EXIT_DONE)
        return exit;
    int32_t status = belief_chart(&b, in, &f, &err);
    if (status >= 0)
        status = deliver(f, in, &err);
    figure_free(f);
    belief_close(&b);
    return status < 0 ? command_fail(&err) : EXIT_DONE;
}

static int plot(invocation *in)
{
    recall r;
    figure *f = NULL;
    error err = {0};
    int64_t goal = 1, width = 0;
    const chart *c = chart_find(in->arguments[0]);
    if (flag_given(in, "width") && !flag_int(in, "width", 20, &width))
        return EXIT_USAGE;
    if (strcmp(in->arguments[0], "surrogate") == 0)
        return plot_surrogate(in);
    if (!c)
        return unknown_kind(in->arguments[0]);
    if (flag_given(in, "objective") && !flag_int(in, "objective", 1, &goal))
        return EXIT_USAGE;
    int exit = recall_open(&r, in, in->arguments[1], (int32_t)(goal > 1000 ? 1000 : goal) - 1,
                           c->needs_forest ? WEIGH_ONE : WEIGH_NONE);
    if (exit != EXIT_DONE)
        return exit;
    int32_t status = recall_choose(&r, in, &err);
    if (status >= 0 && c->needs_forest && !r.request.forest)
        status = error_add(&err, HONE_EUNSUPPORTED, "'%s' wants four complete trials or more",
                           c->kind);
    if (status >= 0)
        status = c->make(&r.request, &f, &err);
    if (status >= 0)
        status = deliver(f, in, &err);
    figure_free(f);
    recall_close(&r);
    return status < 0 ? command_fail(&err) : EXIT_DONE;
}

static const flag FLAGS[] = {
    {"output", "FILE", "write the figure to FILE.svg, .pdf, .png or .txt"},
    {"term", NULL, "draw in the terminal (as without --output)"},
    {"width", "N", "characters of a line in the terminal (default 79)"},
    {"objective", "N", "which objective of several (default 1)"},
    {"x", "PARAMETER", "of a contour: the parameter on the x axis"},
    {"y", "PARAMETER", "of a contour: the parameter on the y axis"},
    {"data", "FILE", "of a surrogate: fit to a CSV file instead of the study's trials"},
    {"target", "NAME", "of a surrogate: the CSV file's column of values (default: the last)"},
    {"surrogate", "NAME", "the section or plugin to use (default: the study's surrogate)"},
    {NULL, NULL, NULL},
};

const command COMMAND_PLOT = {
    .name = "plot",
    .arguments = "KIND STUDY",
    .summary = "draw one figure of a study",
    .help = "Draws a figure of a study with gnuplot, to a file or, without --output, as text in\n"
            "the terminal.  KIND is one of\n"
            "  history       values in the order of trials, and the best so far\n"
            "  front         feasible trials of several objectives, and the Pareto front\n"
            "  parallel      parameters and value of every trial as a line\n"
            "  slice         the value over each parameter\n"
            "  importance    how much of the variance each parameter explains\n"
            "  contour       the mean over two parameters, all others averaged out\n"
            "  intermediate  reported values over steps, and where trials were pruned\n"
            "  timeline      when each trial ran, side by side as they overlapped\n"
            "  calibration   what the strategy predicted of each trial against what came out\n"
            "  surrogate     the study's surrogate fitted to its trials: mean and deviation over\n"
            "                one or two parameters; over more, how it predicts what is left out\n"
            "\n"
            "A surrogate is also drawn of a CSV file, or of a study file with --data, as `hone\n"
            "predict` takes them.\n"
            "\n"
            "Axes are logarithmic where the parameter is, or where values span more than two\n"
            "decades above zero.  Large studies are thinned: see the end of `hone report`.\n",
    .examples = "  hone plot history study.ini\n"
                "  hone plot contour study.ini --x C --y gamma --output contour.pdf\n",
    .flags = FLAGS,
    .min_arguments = 2,
    .max_arguments = 2,
    .completes = ARGUMENT_NONE,
    .run = plot,
};
