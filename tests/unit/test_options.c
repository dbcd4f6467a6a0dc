/* Sections against tables of options: every type, every kind of refusal, tables themselves. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

static const char *const KERNELS[] = {"rbf", "matern32", "matern52", NULL};
static const char *const AUTO[] = {"auto", "none", NULL};

enum { FAST, COUNT, NOISE, LABEL, FILE_, KERNEL, BOUNDS, MODEL, METRIC, WAIT, OLD, OPEN, WORDY, N };

static const hone_option TABLE[N] = {
    [FAST] = {"fast", HONE_OPT_BOOL, 0, "yes", 0, 0, NULL, 0, NULL, "Fast."},
    [COUNT] = {"count", HONE_OPT_INT, 0, "5", 1, 100, NULL, 0, "points", "How many."},
    [NOISE] = {"noise", HONE_OPT_REAL, 0, "1e-6", 0, INFINITY, NULL, 0, NULL, "Noise."},
    [LABEL] = {"label", HONE_OPT_STRING, 0, NULL, 0, 0, NULL, 0, NULL, "Label."},
    [FILE_] = {"file", HONE_OPT_PATH, 0, NULL, 0, 0, NULL, 0, NULL, "File."},
    [KERNEL] = {"kernel", HONE_OPT_CHOICE, 0, "matern52", 0, 0, KERNELS, 0, NULL, "Kernel."},
    [BOUNDS] = {"bounds", HONE_OPT_REALS, 0, "1e-5, 1e5", 0, INFINITY, NULL, 0, NULL, "Bounds."},
    [MODEL] = {"model", HONE_OPT_COMPONENT, 0, "gp", 0, 0, NULL, HONE_SURROGATE, NULL, "Model."},
    [METRIC] = {"metric", HONE_OPT_STRINGS, 0, NULL, 0, 0, NULL, 0, NULL, "Metric."},
    [WAIT] = {"wait", HONE_OPT_SECONDS, HONE_OPT_OPEN_LOW, "1.5m", 0, INFINITY, NULL, 0, "s",
              "Wait."},
    [OLD] = {"old", HONE_OPT_INT, HONE_OPT_DEPRECATED, "1", 0, 9, NULL, 0, NULL,
             "Use count instead."},
    [OPEN] = {"open", HONE_OPT_REAL, HONE_OPT_OPEN_LOW | HONE_OPT_OPEN_HIGH, "0.5", 0, 1, NULL, 0,
              NULL, "Open."},
    [WORDY] = {"wordy", HONE_OPT_INT, 0, "auto", 1, INFINITY, AUTO, 0, NULL, "Word or number."},
};

typedef struct fixture {
    ini doc;
    options o;
    error warnings, err;
    int32_t status;
} fixture;

static fixture read_lines(const char *lines, const char *const *skip)
{
    fixture f = {0};
    char all[4096];
    snprintf(all, sizeof all, "[gp]\n%s", lines);
    cr_assert_eq(ini_read(all, strlen(all), "s.ini", "/tmp", &f.doc, &f.err), HONE_OK, "%s",
                 error_text(&f.err));
    f.status = options_read(TABLE, N, "gp", &f.doc, ini_find(&f.doc, "gp"), skip, &f.o,
                            &f.warnings, &f.err);
    return f;
}

static void done(fixture *f)
{
    options_free(&f->o);
    ini_free(&f->doc);
    error_free(&f->warnings);
    error_free(&f->err);
}

Test(options, defaults)
{
    fixture f = {0};
    cr_assert_eq(options_read(TABLE, N, "gp", NULL, NULL, NULL, &f.o, NULL, &f.err), HONE_OK);
    const hone_value *v = f.o.values;
    for (int i = 0; i < N; i++) {
        cr_expect_eq(v[i].is_set, 0);
        cr_expect_eq(v[i].type, TABLE[i].type);
        cr_expect_null(f.o.from[i]);
    }
    cr_expect_eq(v[FAST].i, 1);
    cr_expect_eq(v[COUNT].i, 5);
    cr_expect_eq(v[NOISE].d, 1e-6);
    cr_expect(!v[LABEL].s && !v[FILE_].s && isnan(v[LABEL].d) && v[LABEL].i == 0);
    cr_expect_eq(v[KERNEL].i, 2);
    cr_expect_str_eq(v[KERNEL].s, "matern52");
    cr_expect(v[BOUNDS].n == 2 && v[BOUNDS].v[0] == 1e-5 && v[BOUNDS].v[1] == 1e5);
    cr_expect_str_eq(v[MODEL].s, "gp");
    cr_expect(v[METRIC].n == 0 && !v[METRIC].ss);
    cr_expect_eq(v[WAIT].d, 90);
    cr_expect_str_eq(v[WORDY].s, "auto");
    cr_expect(isnan(v[WORDY].d));
    done(&f);
    options_free(NULL);
}

Test(options, every_type)
{
    fixture f = read_lines("fast = off\ncount = 1e2\nnoise = 2^-5\nlabel = a ; b # c = d\n"
                           "file = data/x.csv\nkernel = rbf\nbounds = 1 2,3 ,4\nmodel = forest\n"
                           "metric.2 = two\nmetric.1 = one\nmetric.3 = three\nwait = 10ms\n"
                           "old = 3\nopen = 0.999\nwordy = 7\n",
                           NULL);
    const hone_value *v = f.o.values;
    cr_assert_eq(f.status, HONE_OK, "%s", error_text(&f.err));
    cr_expect(v[FAST].i == 0 && v[FAST].is_set == 1);
    cr_expect_eq(v[COUNT].i, 100);
    cr_expect_eq(v[NOISE].d, 0.03125);
    cr_expect_str_eq(v[LABEL].s, "a ; b # c = d");
    cr_expect_str_eq(v[FILE_].s, "/tmp/data/x.csv");
    cr_expect_eq(v[KERNEL].i, 0);
    cr_expect(v[BOUNDS].n == 4 && v[BOUNDS].v[3] == 4);
    cr_expect_str_eq(v[MODEL].s, "forest");
    cr_expect_eq(v[METRIC].n, 3);
    cr_expect_str_eq(v[METRIC].ss[0], "one");
    cr_expect_str_eq(v[METRIC].ss[1], "two");
    cr_expect_str_eq(v[METRIC].ss[2], "three");
    cr_expect_eq(v[WAIT].d, 0.01);
    cr_expect(v[WORDY].i == 7 && !v[WORDY].s);
    cr_expect_str_eq(f.o.from[COUNT]->origin, "s.ini:3");
    cr_expect_eq(f.o.from[METRIC]->line, 11, "the first of the list");
    cr_expect_str_eq(error_text(&f.warnings), "s.ini:14: [gp] 'old' is deprecated: Use count "
                                              "instead.");
    done(&f);
    f = read_lines("metric = alone\nfile = /abs\n", NULL);
    cr_expect_eq(f.status, HONE_OK);
    cr_expect_eq(f.o.values[METRIC].n, 1);
    cr_expect_str_eq(f.o.values[METRIC].ss[0], "alone");
    cr_expect_str_eq(f.o.values[FILE_].s, "/abs");
    done(&f);
}

Test(options, every_kind_of_problem)
{
    static const struct {
        const char *lines, *sentence;
    } rows[] = {
        {"kernle = rbf\n", "s.ini:2: [gp] unknown option 'kernle'; did you mean 'kernel'?"},
        {"banana = 1\n",
         "s.ini:2: [gp] 'banana' is not an option of gp; allowed: fast, count, noise, label, "
         "file, kernel, bounds, model, metric, wait, old, open, wordy"},
        {"fast = maybe\n",
         "s.ini:2: [gp] fast = maybe is neither yes nor no; allowed: yes or no, default yes"},
        {"count = ten\n", "s.ini:2: [gp] count = ten is not a number; allowed: a whole number >= 1 "
                          "and <= 100, default 5 (points)"},
        {"count = 1.5\n",
         "s.ini:2: [gp] count = 1.5 is not a whole number up to 2^53; allowed: a whole number >= 1 "
         "and <= 100, default 5 (points)"},
        {"count = 101\n", "s.ini:2: [gp] count = 101 is out of range; allowed: a whole number >= 1 "
                          "and <= 100, default 5 (points)"},
        {"count =\n", "s.ini:2: [gp] count =  is not a number; allowed: a whole number >= 1 and <= "
                      "100, default 5 (points)"},
        {"noise = -1\n",
         "s.ini:2: [gp] noise = -1 is out of range; allowed: a number >= 0, default 1e-6"},
        {"noise = nan\n",
         "s.ini:2: [gp] noise = nan is not a number; allowed: a number >= 0, default 1e-6"},
        {"noise = inf\n",
         "s.ini:2: [gp] noise = inf is out of range; allowed: a number >= 0, default 1e-6"},
        {"noise = 0,5\n",
         "s.ini:2: [gp] noise = 0,5 is not a number; allowed: a number >= 0, default 1e-6"},
        {"open = 0\n",
         "s.ini:2: [gp] open = 0 is out of range; allowed: a number > 0 and < 1, default 0.5"},
        {"open = 1\n",
         "s.ini:2: [gp] open = 1 is out of range; allowed: a number > 0 and < 1, default 0.5"},
        {"kernel = matern53\n",
         "s.ini:2: [gp] kernel = matern53 is not one of its choices; allowed: one of rbf, "
         "matern32, matern52, default matern52; did you mean 'matern52'?"},
        {"bounds = 1 x\n", "s.ini:2: [gp] bounds = 1 x holds something that is not a number; "
                           "allowed: numbers >= 0, default 1e-5, 1e5"},
        {"bounds = 1 -1\n", "s.ini:2: [gp] bounds = 1 -1 holds a number that is out of range; "
                            "allowed: numbers >= 0, default 1e-5, 1e5"},
        {"bounds = 1,,2\n", "s.ini:2: [gp] bounds = 1,,2 holds something that is not a number; "
                            "allowed: numbers >= 0, default 1e-5, 1e5"},
        {"bounds = 1,\n", "s.ini:2: [gp] bounds = 1, holds something that is not a number; "
                          "allowed: numbers >= 0, default 1e-5, 1e5"},
        {"bounds =\n", "s.ini:2: [gp] bounds =  is empty; allowed: numbers >= 0, default 1e-5, "
                       "1e5"},
        {"wait = soon\n",
         "s.ini:2: [gp] wait = soon is not a duration; allowed: a duration such as 30s, 1.5m, 2h > "
         "0, default 1.5m (s)"},
        {"wait = 0\n",
         "s.ini:2: [gp] wait = 0 is out of range; allowed: a duration such as 30s, 1.5m, 2h > 0, "
         "default 1.5m (s)"},
        {"file =\n", "s.ini:2: [gp] file =  is empty; allowed: a path"},
        {"file = ~/x\n", "s.ini:2: [gp] file = ~/x begins with ~, which only shells know; write "
                         "the whole path; allowed: a path"},
        {"model =\n", "s.ini:2: [gp] model =  is empty; allowed: a section, or a plugin of kind "
                      "surrogate, default gp"},
        {"wordy = atuo\n", "s.ini:2: [gp] wordy = atuo is not a number; allowed: a whole number >= "
                           "1, or auto, none, default auto; did you mean 'auto'?"},
        {"metric.1 = a\nmetric.3 = c\n",
         "s.ini:2: [gp] metric.2 is missing; allowed: metric.1, metric.2, ... without a gap"},
        {"metric.2 = b\n",
         "s.ini:2: [gp] metric.1 is missing; allowed: metric.1, metric.2, ... without a gap"},
        {"metric = a\nmetric.7 = b\nmetric.8 = c\n",
         "s.ini:2: [gp] 'metric' stands alone and numbered; allowed: either metric, or metric.1, "
         "metric.2, ..."},
        {"metric.0 = a\n", "s.ini:2: [gp] unknown option 'metric.0'; did you mean 'metric'?"},
        {"metric.01 = a\n", "s.ini:2: [gp] unknown option 'metric.01'; did you mean "
                            "'metric'?"},
        {"label.1 = a\n", "s.ini:2: [gp] unknown option 'label.1'; did you mean 'label'?"},
        {"count = 0\nkernle = 1\nnoise = -1\n", /* all in one go, in the order of the table */
         "s.ini:2: [gp] count = 0 is out of range; allowed: a whole number >= 1 and <= 100, "
         "default 5 (points)\n"
         "s.ini:4: [gp] noise = -1 is out of range; allowed: a number >= 0, default 1e-6\n"
         "s.ini:3: [gp] unknown option 'kernle'; did you mean 'kernel'?"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fixture f = read_lines(rows[i].lines, NULL);
        cr_expect_eq(f.status, HONE_ECONFIG, "%s gave %d", rows[i].lines, f.status);
        cr_expect_str_eq(error_text(&f.err), rows[i].sentence);
        done(&f);
    }
}

Test(options, a_large_number_in_a_list_takes_no_memory)
{
    fixture f = read_lines("metric.1 = a\nmetric.2147483 = b\n", NULL);
    cr_expect_eq(f.status, HONE_ECONFIG);
    cr_expect_eq(f.err.n, 1);
    done(&f);
    f = read_lines("metric.99999999999999999999 = a\n", NULL);
    cr_expect_eq(f.status, HONE_ECONFIG);
    done(&f);
}

Test(options, skipped_names_and_long_values)
{
    static const char *const skip[] = {"plugin", "module", NULL};
    fixture f = read_lines("plugin = gp\nmodule = x\ncount = 3\n", skip);
    cr_expect_eq(f.status, HONE_OK, "%s", error_text(&f.err));
    done(&f);
    char lines[3000] = "label = ", wrong[3000] = "count = ";
    memset(lines + 8, 'a', 2900);
    memset(wrong + 8, '7', 2900);
    f = read_lines(lines, NULL);
    cr_expect_eq(strlen(f.o.values[LABEL].s), 2900, "a value is whole");
    done(&f);
    f = read_lines(wrong, NULL);
    cr_expect_lt(strlen(error_text(&f.err)), 250, "in a sentence it is cut short");
    done(&f);
}

Test(options, required_ones)
{
    static const hone_option table[] = {
        {"command", HONE_OPT_STRING, HONE_OPT_REQUIRED, NULL, 0, 0, NULL, 0, NULL, "Command."}};
    ini doc;
    options o;
    error err = {0};
    cr_assert_eq(ini_read("[objective]\nx = 1\n", 18, "s.ini", NULL, &doc, &err), HONE_OK);
    cr_expect_eq(options_read(table, 1, "command", &doc, ini_find(&doc, "objective"),
                              (const char *const[]){"x", NULL}, &o, NULL, &err),
                 HONE_ECONFIG);
    cr_expect_str_eq(error_text(&err), "s.ini:1: [objective] 'command' is missing, which command "
                                       "needs; allowed: a text, required");
    options_free(&o);
    error_free(&err);
    cr_expect_eq(options_read(table, 1, "command", &doc, NULL, NULL, &o, NULL, &err), HONE_ECONFIG);
    cr_expect_str_eq(error_text(&err), "s.ini: 'command' is missing, which command needs; allowed: "
                                       "a text, required");
    options_free(&o);
    error_free(&err);
    ini_free(&doc);
}

Test(options, tables)
{
    static const struct {
        hone_option o;
        const char *sentence;
    } rows[] = {
        {{"Bad", HONE_OPT_INT, 0, NULL, 0, 1, NULL, 0, NULL, "D."},
         "p: option 0: 'Bad' is no name; allowed: a-z, then a-z, 0-9 and _, at most 48"},
        {{NULL, HONE_OPT_INT, 0, NULL, 0, 1, NULL, 0, NULL, "D."},
         "p: option 0: '' is no name; allowed: a-z, then a-z, 0-9 and _, at most 48"},
        {{"a", 99, 0, NULL, 0, 1, NULL, 0, NULL, "D."}, "p: option 'a' has a type that is unknown"},
        {{"plugin", HONE_OPT_INT, 0, NULL, 0, 1, NULL, 0, NULL, "D."},
         "p: option 'plugin' is a key of the host's own"},
        {{"a", HONE_OPT_INT, 0, NULL, 0, 1, NULL, 0, NULL, NULL},
         "p: option 'a' lacks its sentence of documentation"},
        {{"a", HONE_OPT_CHOICE, 0, NULL, 0, 0, NULL, 0, NULL, "D."},
         "p: option 'a' lacks its choices"},
        {{"a", HONE_OPT_COMPONENT, 0, NULL, 0, 0, NULL, 77, NULL, "D."},
         "p: option 'a' wants a kind of plugin that is unknown"},
        {{"a", HONE_OPT_INT, 0, NULL, 2, 1, NULL, 0, NULL, "D."},
         "p: option 'a' has a low above its high"},
        {{"a", HONE_OPT_REAL, 0, NULL, 0, 0, NULL, 0, NULL, "D."},
         "p: option 'a' allows one number only; -INFINITY and INFINITY stand for no bounds"},
        {{"a", HONE_OPT_REAL, 0, NULL, NAN, 1, NULL, 0, NULL, "D."},
         "p: option 'a' has a low above its high"},
        {{"a", HONE_OPT_INT, HONE_OPT_REQUIRED, "1", 0, 9, NULL, 0, NULL, "D."},
         "p: option 'a' is required and has a default"},
        {{"a", HONE_OPT_INT, 0, "10", 0, 9, NULL, 0, NULL, "D."},
         "p: the default of option 'a', 10, is out of range; allowed: a whole number >= 0 and <= "
         "9, default 10"},
    };
    error err = {0};
    cr_expect_eq(options_check_table(TABLE, N, "gp", &err), HONE_OK, "%s", error_text(&err));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_expect_eq(options_check_table(&rows[i].o, 1, "p", &err), HONE_EPLUGIN);
        cr_expect_str_eq(error_text(&err), rows[i].sentence);
        error_free(&err);
    }
    const hone_option twice[] = {TABLE[0], TABLE[0]};
    cr_expect_eq(options_check_table(twice, 2, "p", &err), HONE_EPLUGIN);
    cr_expect_str_eq(error_text(&err), "p: option 'fast' stands twice");
    error_free(&err);
    cr_expect_eq(options_index(TABLE, N, "kernel"), KERNEL);
    cr_expect_eq(options_index(TABLE, N, "x"), -1);
}
