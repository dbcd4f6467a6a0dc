/* hone predict: CSV files, grids, and the example of a sine against scikit-learn's numbers. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/cloud.h"

static char folder[64];

static void setup(void)
{
    snprintf(folder, sizeof folder, "/tmp/hone_predict_XXXXXX");
    cr_assert(mkdtemp(folder) && chdir(folder) == 0);
}

static void teardown(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_expect(system(command) == 0);
}

TestSuite(predict, .init = setup, .fini = teardown);

static void write_file(const char *name, const char *body)
{
    FILE *f = fopen(name, "w");
    cr_assert(f);
    fputs(body, f);
    fclose(f);
}

static void add(space *s, const char *name, const char *line)
{
    error err = {0};
    cr_assert(space_add(s, name, line, "test", &err) == HONE_OK, "%s", error_text(&err));
}

Test(predict, grid_has_every_point_once)
{
    space s = {0};
    cloud grid = {0};
    error err = {0};
    add(&s, "lr", "float 1e-4 1 log");
    add(&s, "kernel", "categorical a b");
    add(&s, "degree", "int 2 4 when kernel = b");
    cr_assert(cloud_grid(&grid, &s, 5, &err) == HONE_OK);
    cr_expect(grid.n == 5 * (1 + 3), "%d points", (int)grid.n);
    for (int64_t i = 0; i < grid.n; i++) {
        const double *x = grid.native + i * s.n;
        cr_expect(isnan(x[2]) == (x[1] == 0.0));
        for (int64_t k = 0; k < i; k++)
            cr_expect(memcmp(x, grid.native + k * s.n, 3 * sizeof *x) != 0);
    }
    cr_expect(grid.native[0] == 1e-4 && grid.native[(grid.n - 1) * s.n] == 1.0);
    cr_expect(fabs(grid.native[4 * s.n] / 1e-3 - 1.0) < 1e-9, "steps of the logarithm");
    cr_expect(cloud_grid(&grid, &s, 1000000, &err) == HONE_EINVAL);
    error_free(&err);
    cloud_free(&grid);
    space_free(&s);
}

Test(predict, points_are_read_by_name)
{
    space s = {0};
    sheet f;
    cloud points = {0};
    error err = {0};
    add(&s, "x", "float 0 1");
    add(&s, "k", "categorical a b");
    write_file("p.csv", "y,k,x\n1.5,b,0.25\n-2,a,1\n");
    cr_assert(sheet_read("p.csv", &f, &err) == HONE_OK);
    cr_assert(cloud_read(&f, &s, sheet_column(&f, "y"), &points, &err) == HONE_OK);
    cr_expect(points.n == 2 && points.native[0] == 0.25 && points.native[1] == 1.0);
    cr_expect(points.y[0] == 1.5 && points.y[1] == -2.0 && isnan(points.yvar[0]));
    cloud_free(&points);
    sheet_free(&f);
    space_free(&s);
}

Test(predict, what_is_wrong_with_a_file_is_said_with_its_line)
{
    static const char *const files[][2] = {
        {"x,y\n0.5,1\n0.7\n", "bad.csv:3: 1 cells, where the first line has 2"},
        {"x,y\n0.5,1\n2,1\n", "bad.csv:3:"},
        {"x,y\n0.5,nan\n", "bad.csv:2: y = 'nan' is no finite number"},
        {"x,y\n", "bad.csv: a line of names and lines of values are wanted"},
        {"z,y\n1,2\n", "bad.csv: no column is named 'x'"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        space s = {0};
        sheet f;
        cloud points = {0};
        error err = {0};
        add(&s, "x", "float 0 1");
        write_file("bad.csv", files[i][0]);
        if (sheet_read("bad.csv", &f, &err) >= 0)
            cr_expect(cloud_read(&f, &s, 1, &points, &err) < 0);
        cr_expect(strstr(error_text(&err), files[i][1]), "%s", error_text(&err));
        cloud_free(&points);
        sheet_free(&f);
        error_free(&err);
        space_free(&s);
    }
}

/* Column of numbers `col` of a command's CSV output; returns how many. */
static int column(const char *command, int col, double *out, int most)
{
    char line[512];
    FILE *in = popen(command, "r");
    int n = -1; /* the header */
    cr_assert(in);
    while (fgets(line, sizeof line, in)) {
        char *cell = strtok(line, ",\n");
        for (int i = 0; i < col && cell; i++)
            cell = strtok(NULL, ",\n");
        if (n >= 0 && n < most)
            out[n] = cell ? atof(cell) : NAN;
        n++;
    }
    cr_expect(pclose(in) == 0, "%s", command);
    return n;
}

/* The numbers are made by examples/sine/reference.py with scikit-learn 1.2.1. */
Test(predict, the_sine_is_that_of_scikit_learn)
{
    double ours[64], theirs[64];
    for (int col = 1; col <= 2; col++) {
        int n = column(BUILD_DIR "/hone predict --quiet "
                       SOURCE_DIR "/examples/sine/sine.ini --data "
                       SOURCE_DIR "/examples/sine/data.csv --at "
                       SOURCE_DIR "/examples/sine/sklearn.csv", col, ours, 64);
        int m = column("cat " SOURCE_DIR "/examples/sine/sklearn.csv", col, theirs, 64);
        cr_assert(n == 41 && m == 41, "%d %d rows", n, m);
        for (int i = 0; i < n; i++)
            cr_expect(fabs(ours[i] - theirs[i]) < 1e-6, "row %d: %g, not %g", i, ours[i],
                      theirs[i]);
    }
}

Test(predict, a_stored_study_is_predicted)
{
    double mean[8];
    write_file("s.ini", "[study]\nname = s\ntrials = 12\nstorage = s.db\n[space]\nx = float -5 10\n"
                        "y = float 0 15\n[objective]\nplugin = testfn\nfunction = branin\n"
                        "isolation = none\n");
    cr_assert(system(BUILD_DIR "/hone run s.ini --quiet >/dev/null 2>&1") == 0);
    cr_expect(column(BUILD_DIR "/hone predict s.ini --grid 2 --quiet", 2, mean, 8) == 4);
    cr_expect(system(BUILD_DIR "/hone predict s.ini --grid 2 --surrogate none 2>/dev/null") != 0);
}

/* Branin without noise at the trial that `best` prints in its second and third line. */
static double truth_at_best(const char *flag)
{
    char command[256], line[256];
    double x[2] = {NAN, NAN};
    snprintf(command, sizeof command, BUILD_DIR "/hone best n.ini %s", flag);
    FILE *in = popen(command, "r");
    cr_assert(in);
    while (fgets(line, sizeof line, in)) {
        sscanf(line, " x = %lf", &x[0]);
        sscanf(line, " y = %lf", &x[1]);
    }
    cr_expect(pclose(in) == 0, "%s", command);
    const double pi = acos(-1.0);
    const double a = x[1] - 5.1 / (4 * pi * pi) * x[0] * x[0] + 5 / pi * x[0] - 6;
    return a * a + 10 * (1 - 1 / (8 * pi)) * cos(x[0]) + 10;
}

Test(predict, what_is_recommended_is_better_than_the_luckiest)
{
    double seen = 0.0, recommended = 0.0;
    for (int seed = 1; seed <= 8; seed++) {
        char file[512];
        snprintf(file, sizeof file, "[study]\nname = n%d\nseed = %d\ntrials = 40\nstorage = n.db\n"
                 "[space]\nx = float -5 10\ny = float 0 15\n[strategy]\nplugin = sobol\n"
                 "[objective]\nplugin = testfn\nfunction = branin\nnoise = 10\nisolation = none\n",
                 seed, seed);
        write_file("n.ini", file);
        cr_assert(system(BUILD_DIR "/hone run n.ini --quiet >/dev/null 2>&1") == 0);
        seen += truth_at_best("");
        recommended += truth_at_best("--recommend --set strategy.plugin=bayes");
    }
    cr_expect(recommended < seen, "%g, and %g recommended", seen / 8, recommended / 8);
    /* a strategy without a model has none to recommend by */
    cr_expect(system(BUILD_DIR "/hone best n.ini --recommend >/dev/null 2>&1") != 0);
}

Test(predict, of_two_objectives_none_is_recommended)
{
    write_file("z.ini", "[study]\nname = z\ntrials = 5\nstorage = z.db\ngoal = minimize minimize\n"
                        "[strategy]\nplugin = random\n[objective]\nplugin = zdt\n");
    cr_assert(system(BUILD_DIR "/hone run z.ini --quiet >/dev/null 2>&1") == 0);
    cr_expect(system(BUILD_DIR "/hone best z.ini --recommend 2>&1 | grep -q 'one objective'") == 0);
}
