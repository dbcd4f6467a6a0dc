/* test_table.c - known results looked up: equal and nearest rows, quoting, all types, refusals. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation.h"

static const char STUDY[] = "[space]\nC = float 0.1 1000 log\nkernel = categorical lin 'r,b\"f'\n"
                            "n = int 1 9 when kernel = lin\n[objective]\nplugin = table\n"
                            "file = known.csv\n";
static const char TABLE[] =
    "\xEF\xBB\xBFloss, kernel ,C,\"n\",took\r\n"
    "1.5,lin,0.1,3,0.25\r\n"
    "2.5,\"r,b\"\"f\",1e0,,7\r\n"
    "\r\n"
    "3.5,\"r,b\"\"f\",100,nan,\r\n"
    "9,lin,0.1,3,0\r\n" /* equal to the first: not looked at */
    "4.5,other,0.1,3,1\r\n"
    "nan,lin,10,1,1";

static evaluation look_up(const char *more, double c, double kernel, double n)
{
    char file[1000];
    laboratory l;
    laboratory_begin(&l);
    laboratory_file(&l, "known.csv", TABLE);
    snprintf(file, sizeof file, "%svalue = loss\nseconds = took\nisolation = none\n%s\n", STUDY,
             more);
    cr_assert_eq(laboratory_open(&l, file, 1), HONE_OK, "%s", error_text(&l.err));
    evaluation e = laboratory_try(&l, 0, (const double[]){c, kernel, n});
    laboratory_close(&l);
    return e;
}

static void finds(const char *more, double c, double kernel, double n, double value)
{
    evaluation e = look_up(more, c, kernel, n);
    cr_assert(e.state == HONE_COMPLETE && e.y[0] == value, "%g %g %g: %g %s", c, kernel, n, e.y[0],
              e.reason);
    evaluation_free(&e);
}

Test(table, equal_rows)
{
    finds("", 0.1, 0, 3, 1.5);
    finds("", 1, 1, NAN, 2.5);
    finds("", 100, 1, NAN, 3.5);
    evaluation e = look_up("", 0.1, 0, 3);
    cr_assert_eq(e.seconds, 0.25);
    evaluation_free(&e);
}

Test(table, missing_rows)
{
    evaluation e = look_up("", 0.1, 0, 4);
    cr_assert_eq(e.state, HONE_FAILED);
    cr_assert_str_eq(e.reason, "the table has no row with these parameters");
    evaluation_free(&e);
    e = look_up("", 0.1000001, 0, 3);
    cr_assert_eq(e.state, HONE_FAILED);
    evaluation_free(&e);
    e = look_up("", 10, 0, 1); /* there, but without a value */
    cr_assert(e.state == HONE_FAILED && strcmp(e.reason, "the value is nan") == 0, "%s", e.reason);
    evaluation_free(&e);
}

Test(table, nearest_rows)
{
    finds("nearest = yes", 0.1, 0, 3, 1.5);
    finds("nearest = yes", 0.12, 0, 4, 1.5);
    finds("nearest = yes", 9, 1, NAN, 2.5);   /* log10: 0.954 from 1, 1.046 from 100 */
    finds("nearest = yes", 11, 1, NAN, 3.5);
}

Test(table, several_columns)
{
    laboratory l;
    laboratory_begin(&l);
    laboratory_file(&l, "known.csv", "x,loss,time,size\n1,2,3,-1\n2,4,6,1\n");
    cr_assert_eq(laboratory_open(&l, "goal = minimize maximize\nobjectives = loss time\n"
                                     "constraints = size\n[space]\nx = int 1 3\n[objective]\n"
                                     "plugin = table\nfile = known.csv\n", 1), HONE_OK, "%s",
                 error_text(&l.err));
    evaluation e = laboratory_try(&l, 0, (const double[]){2});
    cr_assert(e.state == HONE_COMPLETE && e.y[0] == 4 && e.y[1] == 6 && e.c[0] == 1);
    evaluation_free(&e);
    laboratory_close(&l);
}

/* 100,000 rows: each is found, none of its neighbours is. */
Test(table, many_rows)
{
    enum { N = 100000 };
    laboratory l;
    char *file = malloc(N * 32);
    int n = sprintf(file, "a,b,value\n");
    for (int i = 0; i < N; i++)
        n += sprintf(file + n, "%d,%.3f,%d\n", i % 317, i / 1000.0, i);
    laboratory_begin(&l);
    laboratory_file(&l, "known.csv", file);
    free(file);
    cr_assert_eq(laboratory_open(&l, "[space]\na = int 0 316\nb = float 0 100\n[objective]\n"
                                     "plugin = table\nfile = known.csv\nisolation = none\n", 1),
                 HONE_OK, "%s", error_text(&l.err));
    for (int i = 0; i < N; i += 7) {
        char number[32];
        snprintf(number, sizeof number, "%.3f", i / 1000.0);
        evaluation e = laboratory_try(&l, i, (const double[]){i % 317, atof(number)});
        cr_assert(e.state == HONE_COMPLETE && e.y[0] == i);
        evaluation_free(&e);
    }
    laboratory_close(&l);
}

static void refuses(const char *table, const char *more, const char *part)
{
    char file[1000];
    laboratory l;
    laboratory_begin(&l);
    if (table)
        laboratory_file(&l, "known.csv", table);
    snprintf(file, sizeof file, "%s%s\n", STUDY, more);
    cr_assert_lt(laboratory_open(&l, file, 1), 0, "%s", table);
    cr_assert(strstr(error_text(&l.err), part), "%s", error_text(&l.err));
    laboratory_close(&l);
}

Test(table, refusals)
{
    refuses(NULL, "", "not a file");
    refuses("", "", "is empty");
    refuses("C,kernel,n,value\n", "", "no rows");
    refuses("C,kernel,value\n1,lin,2\n", "", "no column 'n'");
    refuses("C,kernel,n,loss\n1,lin,2,3\n", "", "no column 'value'");
    refuses("C,kernel,n,value\n1,lin,2,3\n1,lin,2\n", "", "line 3 has 3 cells; the header has 4");
    refuses("C,kernel,n,value\n1,lin,2,3,4\n", "", "line 2 has 5 cells");
    refuses("C,kernel,n,value\n1,lin,2,\"a\nb\"\n", "", "line 2: 'a");
    refuses("C,kernel,n,value\n1,lin,2,1,5\n", "", "line 2");
    refuses("C,kernel,n,value\n1,lin,2,3\n", "seconds = took", "no column 'took'");
    refuses("C,kernel,n,value\n1,lin,2,3\n", "value.1 = value\nvalue.2 = C", "for each objective");
}

/* ---- learning curves ---- */

static const char CURVES[] = "x,epoch,loss,took\n"
                             "1,3,0.5,30\n"
                             "1,1,0.9,10\n"
                             "1,2,0.7,20\n"
                             "2,1,0.8,5\n"
                             "2,4,0.2,20\n";

static evaluation follow(const char *further, const char *more, const double *x, int stop_at)
{
    char file[1000];
    laboratory l;
    laboratory_begin(&l);
    laboratory_file(&l, "known.csv", CURVES);
    snprintf(file, sizeof file,
             "[space]\nx = float 0 3\n%s\n[objective]\nplugin = table\nfile = known.csv\n"
             "value = loss\nseconds = took\nstep = epoch\nisolation = simulated\n%s\n",
             further, more);
    l.stop_at = stop_at;
    cr_assert_eq(laboratory_open(&l, file, 1), HONE_OK, "%s", error_text(&l.err));
    evaluation e = laboratory_try(&l, 0, x);
    laboratory_close(&l);
    return e;
}

Test(table, learning_curves)
{
    static const double LOSSES[] = {0.9, 0.7, 0.5};
    evaluation e = follow("", "", (const double[]){1}, 0);
    cr_assert_eq(e.state, HONE_COMPLETE);
    cr_assert_eq(e.y[0], 0.5);
    cr_assert_eq(e.seconds, 30);
    cr_assert_eq(e.n_reports, 3);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(e.steps[i], i + 1);
        cr_assert_eq(e.reported[i], LOSSES[i]);
    }
    evaluation_free(&e);
    e = follow("", "", (const double[]){1}, 2); /* stopped at its second report */
    cr_assert_eq(e.state, HONE_PRUNED);
    cr_assert_eq(e.seconds, 20);
    cr_assert_eq(e.n_reports, 2);
    evaluation_free(&e);
    e = follow("", "", (const double[]){1.4}, 0);
    cr_assert_eq(e.state, HONE_FAILED);
    evaluation_free(&e);
    e = follow("", "nearest = yes", (const double[]){1.4}, 0);
    cr_assert_eq(e.y[0], 0.5);
    cr_assert_eq(e.n_reports, 3);
    evaluation_free(&e);
}

Test(table, curves_go_as_far_as_the_fidelity)
{
    static const char SPACE[] = "epoch = int 0 9 fidelity";
    static const struct {
        double x, epoch, y, seconds;
        int reports;
    } CASES[] = {{1, 1, 0.9, 10, 1}, {1, 2, 0.7, 20, 2}, {1, 9, 0.5, 30, 3}, {2, 3, 0.8, 5, 1},
                 {2, 4, 0.2, 20, 2}};

    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        evaluation e = follow(SPACE, "", (const double[]){CASES[i].x, CASES[i].epoch}, 0);
        cr_assert_eq(e.state, HONE_COMPLETE);
        cr_assert_eq(e.y[0], CASES[i].y);
        cr_assert_eq(e.seconds, CASES[i].seconds);
        cr_assert_eq(e.n_reports, CASES[i].reports);
        evaluation_free(&e);
    }
    evaluation e = follow(SPACE, "", (const double[]){1, 0}, 0);
    cr_assert_eq(e.state, HONE_FAILED);
    cr_assert(strstr(e.reason, "no step so early"), "%s", e.reason);
    evaluation_free(&e);
}

/* Three workers: what each says comes when the clock does, whoever was submitted first. */
Test(table, on_a_simulated_clock)
{
    static const struct {
        int64_t number;
        double clock;
    } ENDS[] = {{1, 20}, {0, 30}, {2, 50}, {3, 50}};
    laboratory l;
    laboratory_begin(&l);
    laboratory_file(&l, "known.csv", CURVES);
    cr_assert_eq(laboratory_open(&l,
                                 "[space]\nx = float 0 3\n[objective]\nplugin = table\n"
                                 "file = known.csv\nvalue = loss\nseconds = took\nstep = epoch\n"
                                 "isolation = simulated\n",
                                 2),
                 HONE_OK, "%s", error_text(&l.err));
    laboratory_submit(&l, 0, (const double[]){1}); /* 30 s */
    laboratory_submit(&l, 1, (const double[]){2}); /* 20 s */
    for (int i = 0; i < 4; i++) {
        evaluation e;
        char clock[40];

        cr_assert(laboratory_next(&l, 1, &e));
        cr_assert_eq(e.number, ENDS[i].number, "%d", i);
        snprintf(clock, sizeof clock, "clock=%g", ENDS[i].clock);
        cr_assert(e.notes && strstr(e.notes, clock), "%s: %s", clock, e.notes);
        evaluation_free(&e);
        if (i == 0)
            laboratory_submit(&l, 2, (const double[]){1}); /* 20 .. 50 */
        if (i == 1) /* 30 .. 50: of equal ends the smaller number comes first */
            laboratory_submit(&l, 3, (const double[]){2});
    }
    laboratory_close(&l);
}
