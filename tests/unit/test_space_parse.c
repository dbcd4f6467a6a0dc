/* Lines of [space]: what they become, how they are written again, and what is refused. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "space.h"
#include "text.h"

typedef struct row {
    const char *name, *value;
} row;

static space good(const row *rows, size_t n)
{
    space s = {.fidelity = -1};
    error err = {0};
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(space_add(&s, rows[i].name, rows[i].value, "s.ini:1", &err), HONE_OK, "%s",
                     error_text(&err));
    return s;
}

Test(space_parse, every_kind)
{
    static const row rows[] = {
        {"C", "float 2^-5 2^15 log"},
        {"lr", "float 1e-5  1e-1 log init 1e-3"},
        {"mix", "float 0.1 1 step 0.1 init 0.3"},
        {"kernel", "categorical 0 1 2 init 1"},
        {"degree", "int 2 5 when kernel = 1 2"},
        {"size", "ordered small \"very large\" 'log' when degree=3"},
        {"epochs", "int 1 81 log fidelity"},
        {"even", "int 2 10 step 2"},
        {"eight", "fixed 8"},
        {"half", "fixed 0.5 when kernel = \"0\""},
        {"mode", "fixed fast"},
        {"deep", "float 0 1 when even =4 6"},
    };
    space s = good(rows, sizeof rows / sizeof *rows);
    const hone_param *p = s.params;
    cr_assert_eq(s.n, 12);
    cr_expect(p[0].type == HONE_REAL && p[0].low == 0x1p-5 && p[0].high == 32768 &&
              p[0].flags == HONE_PARAM_LOG && isnan(p[0].init) && p[0].step == 0);
    cr_expect(p[1].init == 1e-3);
    cr_expect(p[2].step == 0.1 && fabs(p[2].init - 0.3) < 1e-15);
    cr_expect(p[3].type == HONE_CATEGORICAL && p[3].n_choices == 3 && p[3].init == 1);
    cr_expect(p[4].parent == 3 && p[4].n_when == 2 && p[4].when[0] == 1 && p[4].when[1] == 2);
    cr_expect(p[5].flags == HONE_PARAM_ORDERED && p[5].n_choices == 3);
    cr_expect_str_eq(p[5].choices[1], "very large");
    cr_expect_str_eq(p[5].choices[2], "log");
    cr_expect(p[5].parent == 4 && p[5].when[0] == 3);
    cr_expect_eq(s.fidelity, 6);
    cr_expect(p[7].type == HONE_INT && p[7].step == 2);
    cr_expect(p[8].type == HONE_INT && p[8].low == 8 && p[8].high == 8);
    cr_expect(p[9].type == HONE_REAL && p[9].low == 0.5 && p[9].when[0] == 0);
    cr_expect(p[10].type == HONE_CATEGORICAL && p[10].n_choices == 1);
    cr_expect(p[11].parent == 7 && p[11].n_when == 2 && p[11].when[1] == 6);
    space_free(&s);
}

/* What space_describe writes is read back to the same parameter. */
Test(space_parse, descriptions_are_read_back)
{
    static const row rows[] = {
        {"a", "float 1e-5 1 log init 0.1"},
        {"b", "int 0 30 step 3 init 9"},
        {"c", "categorical x \"two words\" \"log\" \"when\" \"it's\" 'say \"so\"' \"end,\" \"\" \"=\""},
        {"d", "ordered lo mid hi init mid when c = \"two words\" \"when\""},
        {"e", "fixed 7 when d = hi"},
        {"f", "fixed \"a b\""},
        {"g", "int 1 9 log fidelity"},
        {"h", "float -3 3 when b = 0 3 30"},
    };
    const size_t n = sizeof rows / sizeof *rows;
    space s = good(rows, n), t = {.fidelity = -1};
    error err = {0};
    for (int32_t i = 0; i < s.n; i++) {
        char *line = space_describe(&s, i);
        cr_assert_eq(space_add(&t, s.params[i].name, line, "again", &err), HONE_OK, "%s: %s", line,
                     error_text(&err));
        char *again = space_describe(&t, i);
        cr_expect_str_eq(line, again);
        const hone_param *p = &s.params[i], *q = &t.params[i];
        cr_expect(p->type == q->type && p->flags == q->flags && p->low == q->low &&
                      p->high == q->high && p->step == q->step && p->parent == q->parent &&
                      p->n_choices == q->n_choices && p->n_when == q->n_when,
                  "%s", line);
        for (int64_t k = 0; k < p->n_choices; k++)
            cr_expect_str_eq(p->choices[k], q->choices[k]);
        for (int64_t k = 0; k < p->n_when; k++)
            cr_expect_eq(p->when[k], q->when[k]);
        free(line);
        free(again);
    }
    space_free(&s);
    space_free(&t);
}

Test(space_parse, every_kind_of_problem)
{
    static const row above[] = {{"kernel", "categorical rbf poly sigmoid"},
                                {"depth", "int 1 9"},
                                {"width", "float 0 1"},
                                {"budget", "int 1 81 fidelity"}};
    static const struct {
        const char *name, *value, *sentence;
    } rows[] = {
        {"x", "", "'' is no kind of parameter; allowed: float, int, categorical, ordered, fixed"},
        {"x", "flaot 0 1", "'flaot' is no kind of parameter; allowed: float, int, categorical, "
                           "ordered, fixed; did you mean 'float'?"},
        {"x", "float", "low is missing; allowed: float LOW HIGH, then log, step S, init V, "
                       "fidelity, when PARENT = VALUE ..."},
        {"x", "int 3", "high is missing; allowed: int LOW HIGH, then log, step S, init V, "
                       "fidelity, when PARENT = VALUE ..."},
        {"x", "float 0,1 1", "low = '0,1' is not a finite number"},
        {"x", "float 0 nan", "high = 'nan' is not a finite number"},
        {"x", "float 0 inf", "high = 'inf' is not a finite number"},
        {"x", "float 2 1", "low 2 is above high 1"},
        {"x", "float 0 1 log", "log needs low > 0, not 0"},
        {"x", "int 0 8 log", "log needs low > 0, not 0"},
        {"x", "float 1 2 log step 0.5", "log and step exclude each other"},
        {"x", "float 0 1 lgo",
         "'lgo' is not understood; allowed after the bounds: log, step S, init V, fidelity, when "
         "PARENT = VALUE ...; did you mean 'log'?"},
        {"x", "float 1 2 log log", "'log' stands twice"},
        {"x", "int 1 9 step 3 step 2", "'step' stands twice"},
        {"x", "int 1 9 step 3", "high 9 is not low plus whole steps of 3; nearest: 7 and 10"},
        {"x", "float 0 1 step 0.3",
         "high 1 is not low plus whole steps of 0.3; nearest: 0.9 and 1.2"},
        {"x", "int 1 9 step 7777777777772", "high 9 is not low plus whole steps of 7777777777772; "
                                            "nearest: 1 and 7.77777777777e+12"},
        {"x", "float 0 1e300 step 1",
         "step 1 is too small: from 0 to 1e+300 it makes more than 2^53 values"},
        {"x", "float 0 1 step 1e-17",
         "step 1e-17 is too small: from 0 to 1 it makes more than 2^53 values"},
        {"x", "float 0 1 step 0", "step must be > 0, not 0"},
        {"x", "float 0 1 step -0.5", "step must be > 0, not -0.5"},
        {"x", "float 0 1 step", "step is missing; allowed: float LOW HIGH, then log, step S, init "
                                "V, fidelity, when PARENT = VALUE ..."},
        {"x", "int 1 9 step 1.5", "bounds and step of an int must be whole numbers"},
        {"x", "int 0.5 9", "bounds and step of an int must be whole numbers"},
        {"x", "int 0 2^54", "integers are allowed from -2^53 to 2^53, not 0 and 18014398509481984"},
        {"x", "float 0 1 init 2",
         "init: x = 2 is not a value of this parameter; allowed: a number from 0 to 1"},
        {"x", "int 0 9 step 3 init 4", "init: x = 4 is not a value of this parameter; allowed: a "
                                       "whole number from 0 to 9 in steps of 3"},
        {"x", "float 0 1 init", "init lacks its value"},
        {"x", "float 0 1 init 0 init 1", "'init' stands twice"},
        {"x", "float 0 1 fidelity", "'budget' is the fidelity already; at most one is"},
        {"x", "categorical", "choices are missing; allowed: categorical A B C ..., then init A, "
                             "when PARENT = VALUE ..."},
        {"x", "ordered init a", "choices are missing; allowed: ordered A B C ..., then init A, "
                                "when PARENT = VALUE ..."},
        {"x", "categorical a b a", "choice 'a' stands twice"},
        {"x", "categorical a, b", "'a,' ends in a comma; choices stand between blanks, and one "
                                  "that ends in a comma is quoted"},
        {"x", "categorical a log",
         "'log' is a word of the grammar; as a choice it is written \"log\""},
        {"x", "categorical a b init c", "'c' is init, but not one of the choices"},
        {"x", "categorical alpha beta init alhpa",
         "'alhpa' is init, but not one of the choices; did you mean 'alpha'?"},
        {"x", "categorical a init a b", "'b' stands after init; choices stand before it"},
        {"x", "categorical a \"b", "a quote is not closed"},
        {"x", "categorical a \"b\"c", "a blank is missing after the closing quote"},
        {"x", "categorical a b\"c",
         "a quote stands inside a word; the whole word is to be quoted"},
        {"x", "categorical a \xff", "'\xff' is not UTF-8 text"},
        {"x", "fixed", "the value is missing; allowed: fixed VALUE, then when PARENT = VALUE ..."},
        {"x", "fixed 1 2", "'2' stands after the value; allowed: when PARENT = VALUE ..."},
        {"x", "int 1 2 when", "a condition is not complete; allowed: when PARENT = VALUE ..."},
        {"x", "int 1 2 when kernel",
         "a condition is not complete; allowed: when PARENT = VALUE ..."},
        {"x", "int 1 2 when kernel =",
         "a condition is not complete; allowed: when PARENT = VALUE ..."},
        {"x", "int 1 2 when kernle = poly", "'kernle' is no valid parameter above this line; a "
                                            "parent stands above; did you mean 'kernel'?"},
        {"x", "int 1 2 when x = 1",
         "'x' is no valid parameter above this line; a parent stands above"},
        {"x", "int 1 2 when kernel = ploy",
         "when kernel = ploy is not a value of this parameter; allowed: rbf poly sigmoid; did you "
         "mean 'poly'?"},
        {"x", "int 1 2 when depth = 10", "when depth = 10 is not a value of this parameter; "
                                         "allowed: a whole number from 1 to 9"},
        {"x", "int 1 2 when width = 0.5 2", "when width = 2 is not a value of this parameter; "
                                            "allowed: a number from 0 to 1"},
        {"x", "int 1 2 when kernel = rbf rbf", "when kernel = rbf: the value stands twice"},
        {"x", "int 1 2 when budget = 1", "cannot depend on the fidelity 'budget'"},
        {"kernel", "int 1 2", "parameter 'kernel' stands twice"},
        {"seed", "int 1 2", "the name is taken: {seed} is the host's own; allowed: any but trial, "
                            "seed, worker, dir, study"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        space s = good(above, 4);
        error err = {0};
        char sentence[512];
        int32_t status = space_add(&s, rows[i].name, rows[i].value, "s.ini:7", &err);
        snprintf(sentence, sizeof sentence, "s.ini:7: [space] %s: %s", rows[i].name,
                 rows[i].sentence);
        cr_expect_eq(status, HONE_ECONFIG, "%s gave %d", rows[i].value, status);
        cr_expect_str_eq(error_text(&err), sentence);
        cr_expect_eq(s.n, 4, "%s was added", rows[i].value);
        error_free(&err);
        space_free(&s);
    }
}

Test(space_parse, grids_that_doubles_miss_by_a_little)
{
    static const char *const lines[] = {"float 0 1 step 0.1", "float 0.1 0.9 step 0.1",
                                        "float -1 1 step 0.001", "float 0 0.3 step 0.1",
                                        "float 1 1 step 5", "int 3 3 step 7"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        space s = {.fidelity = -1};
        error err = {0};
        cr_expect_eq(space_add(&s, "x", lines[i], "s", &err), HONE_OK, "%s", error_text(&err));
        error_free(&err);
        space_free(&s);
    }
}

Test(space_parse, values_are_read_and_written)
{
    static const row rows[] = {{"a", "float 0 1 step 0.1"}, {"b", "int 1 9"},
                               {"c", "categorical \"two words\" x"}};
    space s = good(rows, 3);
    error err = {0};
    double v;
    cr_expect_eq(param_read(&s.params[0], "0.30000000000000004", &v, &err), HONE_OK);
    cr_expect_eq(param_read(&s.params[1], "1e0", &v, &err), HONE_OK);
    cr_expect_eq(v, 1);
    cr_expect_eq(param_read(&s.params[2], "two words", &v, &err), HONE_OK);
    cr_expect_eq(v, 0);
    cr_expect_lt(param_read(&s.params[0], "0.35", &v, &err), 0);
    cr_expect_lt(param_read(&s.params[1], "nan", &v, &err), 0);
    cr_expect_lt(param_read(&s.params[2], "", &v, &err), 0);
    char *w = param_write(&s.params[2], 0);
    cr_expect_str_eq(w, "two words");
    free(w);
    w = param_write(&s.params[1], NAN);
    cr_expect_str_eq(w, "");
    free(w);
    error_free(&err);
    space_free(&s);
}

Test(space_parse, ten_thousand_parameters_in_a_second)
{
    space s = {.fidelity = -1};
    error err = {0};
    char name[32];
    const clock_t begin = clock();
    (void)begin;
    for (int i = 0; i < 10000; i++) {
        snprintf(name, sizeof name, "parameter_%d", i);
        cr_assert_eq(space_add(&s, name, "float 1e-5 1 log", "s.ini", &err), HONE_OK);
    }
#ifndef __SANITIZE_ADDRESS__
    cr_expect_lt((double)(clock() - begin) / CLOCKS_PER_SEC, 1);
#endif
    cr_expect_eq(s.n, 10000);
    space_free(&s);
}
