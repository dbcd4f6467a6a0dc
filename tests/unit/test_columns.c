/* test_columns.c - hone_columns.h: numbers and choices in the columns that the host lays out. */
#include <criterion/criterion.h>
#include <math.h>

#include "hone_columns.h"
#include "hone_fresh.h"
#include "space.h"

Test(columns, each_parameter_has_its_columns)
{
    static const char *const LINES[] = {"float 0 1", "categorical a b c", "int 1 9",
                                        "ordered s m l", "categorical p q"};
    static const int64_t WANTED[] = {1, 3, 1, 1, 2};
    space s = {.n_objectives = 1};
    view v;
    error err = {0};
    char name[2] = "a";
    int p = 0;

    for (; p < 5; p++, name[0]++)
        cr_assert_eq(space_add(&s, name, LINES[p], "test", &err), HONE_OK, "%s", error_text(&err));
    cr_assert_eq(view_init(&v, &s, 0, &err), HONE_OK);
    const hone_space *t = &v.table;
    p = 0;
    for (int64_t c = 0; c < t->n_cols; c += hone_columns(t, c), p++) {
        cr_expect_eq(hone_columns(t, c), WANTED[p]);
        cr_expect_eq(hone_is_choice(t, c), WANTED[p] > 1);
    }
    cr_expect_eq(p, 5);
    const double u[] = {0.25, 0.99, 0.5, 0.1, 0.5}, at[] = {0.25, 0, 0, 1, 0.5, 0.1, 0, 1};
    double x[8];
    hone_spread(t, u, x);
    cr_expect_arr_eq(x, at, sizeof at);
    view_free(&v);
    space_free(&s);
}

Test(columns, what_was_computed_becomes_a_choice)
{
    double x[] = {0.2, 0.7, 0.7, -1};
    const double nothing[] = {NAN, NAN};

    cr_expect_eq(hone_chosen(4, x), 1, "the first of equal ones");
    cr_expect_eq(hone_chosen(1, x), 0);
    cr_expect_eq(hone_chosen(2, nothing), 0);
    hone_choose(4, 2, x);
    cr_expect(x[0] == 0 && x[1] == 0 && x[2] == 1 && x[3] == 0);
    cr_expect_eq(hone_chosen(4, x), 2);
}
