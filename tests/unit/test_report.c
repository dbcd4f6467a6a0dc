/* test_report.c - figures, pages, hone plot and hone report. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "figure.h"
#include "page.h"
#include "thin.h"

#define HONE BUILD_DIR "/hone "

static char folder[64];

static void setup(void)
{
    snprintf(folder, sizeof folder, "/tmp/hone_report_XXXXXX");
    cr_assert(mkdtemp(folder) && chdir(folder) == 0);
}

static void teardown(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_expect(chdir("/") == 0 && system(command) == 0);
}

TestSuite(report, .init = setup, .fini = teardown);

static void write_file(const char *name, const char *body)
{
    FILE *f = fopen(name, "w");
    cr_assert(f);
    fputs(body, f);
    fclose(f);
}

static char *read_whole(const char *name)
{
    text all = {0};
    char bytes[4096];
    size_t n;
    FILE *in = fopen(name, "r");
    cr_assert(in, "%s", name);
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
        text_put(&all, bytes, n);
    fclose(in);
    return text_take(&all);
}

static int count(const char *all, const char *what)
{
    int n = 0;
    for (const char *at = all; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

/* ---- figures ---- */

static figure *small(void)
{
    const double x[] = {1.0, 10.0, 100.0, 1000.0}, y[] = {1.0, NAN, 2.0, 3.0};
    figure *f = figure_new("It's a <figure> & \"more\"");
    panel *p = figure_panel(f, NULL, "budget (s)", "loss 'x' (%)");
    panel_flags(p, PANEL_LOG_X);
    series_xy(p, SERIES_LINE, 0, "tpe_1 \\n $(rm)", 4, x, y);
    series_xy(p, SERIES_POINTS, 1, "other", 4, x, y);
    return f;
}

Test(report, an_svg_has_title_labels_and_data)
{
    text svg = {0};
    error err = {0};
    figure *f = small();
    cr_assert(figure_draw(f, FIGURE_SVG, 0, 0, &svg, &err) == HONE_OK, "%s", error_text(&err));
    cr_expect(strstr(svg.data, "<svg") && strstr(svg.data, "</svg>"));
    cr_expect(strstr(svg.data, "budget (s)") && strstr(svg.data, "loss 'x' (%)"));
    cr_expect(strstr(svg.data, "It's a &lt;figure> &amp;"), "escaped");
    cr_expect(strstr(svg.data, "tpe_1 \\n $(rm)"), "words as they are");
    cr_expect(count(svg.data, "gpPt8'") >= 3, "three triangles: the fourth value is not finite");
    text_free(&svg);
    figure_free(f);
}

Test(report, every_format_is_written_by_its_ending)
{
    static const char *const FILES[][2] = {
        {"f.pdf", "%PDF"}, {"f.png", "\x89PNG"}, {"f.svg", "<?xml"}, {"f.txt", "  "}};
    error err = {0};
    figure *f = small();
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        cr_assert(figure_save(f, FILES[i][0], &err) == HONE_OK, "%s", error_text(&err));
        char *all = read_whole(FILES[i][0]);
        cr_expect(strncmp(all, FILES[i][1], strlen(FILES[i][1])) == 0, "%s", FILES[i][0]);
        free(all);
    }
    cr_expect(figure_save(f, "f.gif", &err) == HONE_EINVAL);
    cr_expect(strstr(error_text(&err), ".svg, .pdf, .png or .txt"));
    error_free(&err);
    cr_expect(figure_save(f, "nowhere/f.svg", &err) == HONE_EFAIL);
    cr_expect(strstr(error_text(&err), "nowhere/f.svg: No such file"), "%s", error_text(&err));
    error_free(&err);
    figure_free(f);
}

Test(report, every_kind_of_series_is_drawn)
{
    enum { N = 9 };
    double a[N], b[N], c[N], low[N], high[N];
    const char *names[N];
    error err = {0};
    text svg = {0};
    figure *f = figure_new("kinds");
    for (int i = 0; i < N; i++) {
        a[i] = i % 3;
        b[i] = i / 3;
        c[i] = a[i] + b[i] * b[i];
        low[i] = c[i] + 1.0;
        high[i] = c[i] + 2.0;
        names[i] = "name";
    }
    for (int kind = 0; kind < SERIES_KINDS; kind++) {
        const double *const columns[] = {a, b, c, low, high, high};
        panel *p = figure_panel(f, NULL, "x", "y");
        if (kind == SERIES_CONTOUR || kind == SERIES_HEAT || kind == SERIES_SHADED)
            panel_z_label(p, "z (m)");
        series_add(p, kind, kind, "s", N, columns, kind == SERIES_TEXT ? names : NULL);
    }
    figure_panel(f, "empty", "x", "y");
    cr_expect(figure_draw(f, FIGURE_SVG, 0, 0, &svg, &err) == HONE_OK, "%s", error_text(&err));
    cr_expect(strstr(svg.data, "nothing to draw"));
    cr_expect(count(svg.data, ">z (m)<") >= 2);
    text_free(&svg);
    figure_free(f);
}

Test(report, a_missing_gnuplot_is_said_and_how_to_get_it)
{
    text svg = {0};
    error err = {0};
    figure *f = small();
    setenv("PATH", "/nonexistent", 1);
    cr_expect(figure_draw(f, FIGURE_SVG, 0, 0, &svg, &err) == HONE_EFAIL);
    cr_expect(strstr(error_text(&err), "gnuplot-nox"), "%s", error_text(&err));
    setenv("PATH", "/usr/bin:/bin", 1); /* teardown's */
    error_free(&err);
    text_free(&svg);
    figure_free(f);
    figure_free(NULL);
    cr_expect(figure_draw(NULL, FIGURE_SVG, 0, 0, &svg, &err) == HONE_ENOMEM);
    error_free(&err);
}

/* ---- thinning ---- */

Test(report, thinned_curves_keep_every_extreme)
{
    enum { N = 100000 };
    double *x = malloc(N * sizeof *x), *y = malloc(N * sizeof *y), *columns[] = {x, y};
    int64_t n = N;
    cr_assert(x && y);
    for (int i = 0; i < N; i++) {
        x[i] = i;
        y[i] = sin(i * 0.01);
    }
    y[777] = -5.0;
    y[88888] = 9.0;
    cr_assert(thin_curve(columns, 2, &n));
    double low = 0.0, high = 0.0;
    for (int64_t i = 0; i < n; i++) {
        low = fmin(low, y[i]);
        high = fmax(high, y[i]);
        cr_assert(i == 0 || x[i] > x[i - 1]);
    }
    cr_expect(n <= THIN_MOST && n > THIN_MOST / 4 && low == -5.0 && high == 9.0, "%d", (int)n);
    cr_expect(x[0] == 0.0 && x[n - 1] == N - 1.0);
    free(x);
    free(y);
}

Test(report, thinned_clouds_and_bundles_are_small)
{
    enum { N = 30000 };
    double *x = malloc(N * sizeof *x), *y = malloc(N * sizeof *y), *z = malloc(N * sizeof *z);
    double *columns[] = {x, y, z};
    int64_t n = N;
    cr_assert(x && y && z);
    for (int i = 0; i < N; i++) {
        x[i] = exp(i % 1000 * 0.01);
        y[i] = (i * 7919) % N;
        z[i] = i;
    }
    cr_assert(thin_points(columns, 3, &n, true, false));
    double low = N, high = 0.0;
    for (int64_t i = 0; i < n; i++) {
        low = fmin(low, y[i]);
        high = fmax(high, y[i]);
    }
    cr_expect(n <= THIN_CLOUD + 2 && n > THIN_CLOUD / 2, "%d", (int)n);
    cr_expect(low == 0.0 && high == N - 1.0);
    for (int i = 0; i < N; i++) {
        x[i] = i % 3;
        y[i] = i % 3 == 2 ? NAN : i;
    }
    n = N;
    thin_paths(columns, 3, &n);
    cr_expect(n % 3 == 0 && n / 3 <= THIN_PATHS, "%d", (int)n);
    free(x);
    free(y);
    free(z);
}

/* ---- pages ---- */

Test(report, a_page_escapes_and_needs_nothing_else)
{
    text all = {0};
    error err = {0};
    figure *f = small();
    page *p = page_new("<script>alert(1)</script>", "a & b");
    page_section(p, "Part \"1\"", "part");
    page_text(p, "%d < %d", 1, 2);
    page_pre(p, "x = <y>\n");
    cr_assert(page_figure(p, f, "one", &err) == HONE_OK, "%s", error_text(&err));
    cr_assert(page_figure(p, f, NULL, &err) == HONE_OK);
    page_table(p, "numbers", 2, (const char *[]){"n", "words"}, (bool[]){true, false});
    page_cell_number(p, 1.0 / 3.0);
    page_cell(p, "it's <b>");
    page_cell_number(p, NAN);
    page_cell_best(p, "best");
    page_table_end(p);
    cr_assert(page_write(p, &all, &err) == HONE_OK);
    cr_expect(!strstr(all.data, "<script>alert") && strstr(all.data, "&lt;script&gt;alert"));
    cr_expect(strstr(all.data, "<p>1 &lt; 2</p>") && strstr(all.data, "x = &lt;y&gt;"));
    cr_expect(strstr(all.data, "it&#39;s &lt;b&gt;") && strstr(all.data, "<b>best</b>"));
    cr_expect(strstr(all.data, "data-v=0.3333333333333333>0.33333"), "sorted by all digits");
    cr_expect(!strstr(all.data, "src=") && !strstr(all.data, "<link"), "no other files");
    cr_expect(count(all.data, "id='f1gpPt0'") == 1 && count(all.data, "id='f2gpPt0'") == 1);
    cr_expect(count(all.data, "<?xml") == 0 && count(all.data, "<svg") == 2);
    cr_expect(strstr(all.data, "<a href=\"#part\">Part &quot;1&quot;</a>"));
    text_free(&all);
    page_free(p);
    page_free(NULL);
    figure_free(f);
}

/* ---- commands ---- */

static void run(const char *command, int wanted)
{
    const int how = system(command);
    cr_expect(WIFEXITED(how) && WEXITSTATUS(how) == wanted, "%s: %d", command, how);
}

static void make_study(void)
{
    write_file("s.ini", "[study]\nname = s\ntrials = 25\nstorage = s.db\n[space]\n"
                        "C = float 1e-3 1e3 log\nkind = categorical lin rbf\n"
                        "gamma = float 0 1 when kind = rbf\n"
                        "[strategy]\nplugin = bayes\n[pruner]\nplugin = median\n"
                        "startup = 3\n[objective]\nplugin = command\ncommand = sh f.sh {C}\n"
                        "report = step ([0-9]+) ([0-9.]+)\n");
    write_file("f.sh", "case $1 in *7) exit 1;; esac\n"
                       "awk -v c=$1 'BEGIN{v=log(c)^2+1; print \"step 1\", v*2; "
                       "print \"step 2\", v; print v}'\n");
    run(HONE "run s.ini --quiet >/dev/null", 0);
}

static const struct {
    const char *kind;
    const char *words[5];
} PLOTS[] = {
    {"history", {"trial (number)", "value (minimized)", "best so far", "complete"}},
    {"parallel", {"gamma", "kind", "value (minimized)", "rbf"}},
    {"slice", {"gamma", "value (minimized)", "trial (number)", "lin"}},
    {"importance", {"share of the variance", "Permutation", "gamma"}},
    {"contour --x C --y kind", {">C<", "kind", "value (minimized)", "complete trials"}},
    {"intermediate", {"step", "value (minimized)"}},
    {"timeline", {"time since the first trial (s)", "trials side by side"}},
    {"calibration", {"observed value", "predicted value", "probability of the interval"}},
    {"surrogate", {"predicted from all others", "observed", "mean and 2 standard deviations"}},
};

Test(report, every_kind_of_plot_has_labels_and_data)
{
    char command[256];
    make_study();
    for (size_t i = 0; i < sizeof PLOTS / sizeof *PLOTS; i++) {
        snprintf(command, sizeof command, HONE "plot %s s.db#s -o f.svg", PLOTS[i].kind);
        run(command, 0);
        char *svg = read_whole("f.svg");
        for (int k = 0; PLOTS[i].words[k]; k++)
            cr_expect(strstr(svg, PLOTS[i].words[k]), "%s: no '%s'", PLOTS[i].kind,
                      PLOTS[i].words[k]);
        cr_expect(!strstr(svg, "nothing to draw"), "%s", PLOTS[i].kind);
        cr_expect(count(svg, "gnuplot_plot_") >= 1, "%s: no data", PLOTS[i].kind);
        free(svg);
        unlink("f.svg");
    }
    run(HONE "plot front s.db#s -o f.svg 2>words", 1);
    char *words = read_whole("words");
    cr_expect(strstr(words, "two objectives or more"), "%s", words);
    free(words);
    run(HONE "plot histori s.db#s 2>words", 2);
    words = read_whole("words");
    cr_expect(strstr(words, "did you mean 'history'?"), "%s", words);
    free(words);
}

Test(report, a_front_is_drawn)
{
    write_file("m.ini", "[study]\nname = m\ntrials = 30\nstorage = m.db\n"
                        "goal = minimize minimize\nobjectives = cost loss\n[strategy]\n"
                        "plugin = random\n[objective]\nplugin = zdt\nisolation = none\n");
    run(HONE "run m.ini --quiet >/dev/null", 0);
    run(HONE "plot front m.ini -o f.svg", 0);
    char *svg = read_whole("f.svg");
    cr_expect(strstr(svg, "cost (minimized)") && strstr(svg, "loss (minimized)") &&
              strstr(svg, "not dominated"));
    free(svg);
}

Test(report, the_sine_is_drawn_with_mean_band_and_observations)
{
    run(HONE "plot surrogate " SOURCE_DIR "/examples/sine/sine.ini --data " SOURCE_DIR
             "/examples/sine/data.csv -o sine.svg", 0);
    char *svg = read_whole("sine.svg");
    cr_expect(strstr(svg, "2 standard deviations") && strstr(svg, ">mean<") &&
              strstr(svg, "observations") && strstr(svg, ">x<"));
    cr_expect(count(svg, "xlink:href='#gpPt6'") >= 100, "%d observations",
              count(svg, "xlink:href='#gpPt6'"));
    free(svg);
    run(HONE "plot surrogate " SOURCE_DIR "/examples/sine/data.csv --term >term", 0);
    svg = read_whole("term");
    cr_expect(strstr(svg, "observations"));
    free(svg);
}

Test(report, a_report_has_everything)
{
    static const char *const PARTS[] = {
        "Study s", "id=\"history\"", "id=\"importance\"", "id=\"surrogate\"", "id=\"trials\"",
        "predicted mean", "acquisition", "initial", "study.seed = 0", "hone run study.ini",
        "SHA-256", "machine of the study", "C = float 1e-3 1e3 log", "best value (minimize)",
        "Figures show every point up to"};
    make_study();
    run(HONE "report s.ini --export data --figures figures --quiet", 0);
    char *all = read_whole("report.html");
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++)
        cr_expect(strstr(all, PARTS[i]), "no '%s'", PARTS[i]);
    cr_expect(count(all, "<svg") == 9 && count(all, "<figure>") == 9, "%d figures",
              count(all, "<svg"));
    free(all);
    all = read_whole("data/trials.csv");
    cr_expect(count(all, "\n") == 26);
    cr_expect(strncmp(all, "number,state,value,C,kind,gamma,phase,predicted_mean,predicted_sd,"
                           "acquisition,seconds,ask_seconds\n0,", 90) == 0, "%.100s", all);
    free(all);
    json_t *data = json_load_file("data/report.json", 0, NULL);
    cr_expect(json_array_size(json_object_get(data, "trials")) == 25);
    cr_expect(json_array_size(json_object_get(data, "importance")) == 3);
    json_decref(data);
    cr_expect(access("figures/history.pdf", R_OK) == 0);
    cr_expect(access("data/importance.csv", R_OK) == 0);
    run("cmp data/trials.csv report.trials.csv && cmp data/importance.csv report.importance.csv", 0);
}

/* What matters differs between objectives: each has its figure and its table. */
Test(report, importance_of_every_objective)
{
    write_file("two.ini", "[study]\nname = two\ngoal = minimize maximize\nobjectives = cost gain\n"
                          "trials = 40\n[space]\na = float 0 1\nb = float 0 1\n"
                          "[strategy]\nplugin = random\n[objective]\nplugin = command\n"
                          "command = echo {a} {b}\n");
    run(HONE "run two.ini --quiet", 0);
    run(HONE "report two.ini -o two.html --figures two --quiet", 0);
    char *all = read_whole("two.html");
    cr_expect(strstr(all, "Importance for cost.") && strstr(all, "Importance for gain."));
    free(all);
    run("awk -F, 'NR > 1 && $3 > 0.8 { print $1, $2 }' two.importance.csv >most", 0);
    all = read_whole("most");
    cr_expect_str_eq(all, "cost a\ngain b\n");
    free(all);
    cr_expect(access("two/importance-2.pdf", R_OK) == 0);
}
