/* test_space.c - parameters, legal points, and what users write. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "param.h"
#include "scale.h"
#include "spaces.h"

static bool same_bits(const double *a, const double *b, int64_t n)
{
    return memcmp(a, b, (size_t)n * sizeof *a) == 0;
}

/* ---- what is refused ------------------------------------------------------------------ */

static const char *const AB[] = {"a", "b", "a"};
static const double HALF = 0.5;

Test(space, refuses)
{
    const struct {
        hone_param p;
        const char *says;
    } BAD[] = {
        {{.low = 2, .high = 1}, "above high"},
        {{.low = 0, .high = INFINITY}, "finite"},
        {{.low = NAN, .high = 1}, "finite"},
        {{.low = 0, .high = 1, .flags = HONE_PARAM_LOG}, "low > 0"},
        {{.low = 1, .high = 2, .step = -1}, "step"},
        {{.low = 1, .high = 2, .step = NAN}, "step"},
        {{.low = 1, .high = 2, .step = 0.5, .flags = HONE_PARAM_LOG}, "exclude"},
        {{.type = HONE_INT, .low = 0.5, .high = 2}, "whole"},
        {{.type = HONE_INT, .low = 0, .high = 0x1p54}, "2^53"},
        {{.type = HONE_CATEGORICAL}, "choices"},
        {{.type = HONE_CATEGORICAL, .n_choices = 3, .choices = AB}, "'a' stands twice"},
        {{.type = 7}, "type"},
        {{.low = 0, .high = 1, .init = 2}, "init 2"},
        {{.low = 0, .high = 1, .parent = 2}, "above"},
        {{.low = 0, .high = 1, .parent = 0}, "needs values"},
        {{.low = 0, .high = 1, .parent = 0, .n_when = 1, .when = &HALF}, "'p' cannot be 0.5"},
        {{.low = 0, .high = 1, .flags = HONE_PARAM_FIDELITY, .parent = 0, .n_when = 1}, "needs"},
        {{.low = 0, .high = 1, .parent = 1, .n_when = 1, .when = &HALF}, "continuum"},
        {{.name = "p", .low = 0, .high = 1}, "stands twice"},
        {{.name = "", .low = 0, .high = 1}, "name"},
    };

    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        space s = SPACE("p = int 0 3", "x = float 0 1");
        error err = {0};
        hone_param p = BAD[i].p;

        p.size = sizeof p;
        p.name = p.name ? p.name : "q";
        if (p.parent == 0 && p.n_when == 0 && !strstr(BAD[i].says, "needs"))
            p.parent = -1;
        if (p.init == 0)
            p.init = NAN;
        cr_assert_eq(space_append(&s, &p, "f:1", &err), HONE_EINVAL, "%zu", i);
        cr_assert(strstr(error_text(&err), BAD[i].says), "%zu: %s", i, error_text(&err));
        cr_assert(strncmp(error_text(&err), "f:1", 3) == 0);
        cr_assert_eq(s.n, 2);
        error_free(&err);
        space_free(&s);
    }
}

Test(space, one_fidelity_without_conditions)
{
    space s = SPACE("k = categorical a b", "n = int 1 81 log fidelity");
    error err = {0};
    static const double ONE = 1;
    hone_param p = {.size = sizeof p, .name = "q", .low = 0, .high = 1, .init = NAN, .parent = -1,
                    .flags = HONE_PARAM_FIDELITY};

    cr_assert_eq(s.fidelity, 1);
    cr_assert_lt(space_append(&s, &p, NULL, &err), 0);
    p.flags = 0;
    p.parent = 1;
    p.n_when = 1;
    p.when = &ONE;
    cr_assert_lt(space_append(&s, &p, NULL, &err), 0);
    cr_assert(strstr(error_text(&err), "at most one"));
    cr_assert(strstr(error_text(&err), "depend on the fidelity"));
    error_free(&err);
    space_free(&s);
}

/* ---- copies, text --------------------------------------------------------------------------- */

Test(space, described_as_it_is_read)
{
    static const char *const LINES[] = {
        "a = float 0.03125 32768 log",
        "b = float -1 1",
        "c = float 0 1 step 0.1 init 0.3",
        "d = int 2 5",
        "e = int 0 100 step 5 init 20",
        "f = categorical x \"two words\" \"when\"",
        "g = ordered low middle high init middle",
        "h = int 1 81 log fidelity",
        "i = int 2 5 when f = x \"two words\"",
        "j = float 0 1 when c = 0.3 0.9",
        "k = ordered 'a \"b\"' \"init\" c",
        "l = categorical only",
        "m = float 5 5",
        NULL,
    };
    static const char *const WRITTEN[] = {
        "float 0.03125 32768 log",
        "float -1 1",
        "float 0 1 step 0.1 init 0.3",
        "int 2 5",
        "int 0 100 step 5 init 20",
        "categorical x \"two words\" \"when\"",
        "ordered low middle high init middle",
        "int 1 81 log fidelity",
        "int 2 5 when f = x \"two words\"",
        "float 0 1 when c = 0.3 0.9",
        "ordered 'a \"b\"' \"init\" c",
        "categorical only",
        "float 5 5",
    };
    char *lines[16] = {NULL};
    space s, again, copy;
    error err = {0};

    s = space_from(LINES);
    for (int32_t i = 0; i < s.n; i++) {
        char *text = space_describe(&s, i);
        char line[200];

        cr_assert_str_eq(text, WRITTEN[i]);
        snprintf(line, sizeof line, "%s = %s", s.params[i].name, text);
        free(text);
        lines[i] = strdup(line);
    }
    again = space_from((const char *const *)lines);
    const hone_space table = {.size = sizeof table, .n_objectives = 2, .n_constraints = 1,
                              .n_params = again.n, .params = again.list};
    cr_assert_eq(space_copy(&table, &copy, &err), HONE_OK);
    cr_assert_eq(copy.n_objectives, 2);
    cr_assert_eq(copy.n_constraints, 1);
    cr_assert_eq(copy.fidelity, 7);
    space_free(&again);
    for (int32_t i = 0; i < s.n; i++) {
        char *text = space_describe(&copy, i);

        cr_assert_str_eq(text, WRITTEN[i]);
        cr_assert_eq(copy.list[i], &copy.params[i]);
        cr_assert_eq(space_index(&copy, s.params[i].name), i);
        free(text);
        free(lines[i]);
    }
    cr_assert_eq(space_index(&copy, "nobody"), -1);
    space_free(&copy);
    space_free(&s);
    space_free(&s); /* is an empty one now */
}

static void assert_read(const hone_param *p, const char *text, double value)
{
    error err = {0};
    double x = NAN;

    cr_assert_eq(param_read(p, text, &x, &err), HONE_OK, "%s: %s", text, error_text(&err));
    cr_assert_eq(x, value, "%s: %.17g", text, x);
}

static void assert_refused(const hone_param *p, const char *text, const char *says)
{
    error err = {0};
    double x;

    cr_assert_eq(param_read(p, text, &x, &err), HONE_EINVAL, "%s", text);
    cr_assert(strstr(error_text(&err), says), "%s", error_text(&err));
    error_free(&err);
}

Test(space, values_as_written)
{
    space s = SPACE("c = float 2^-5 2^15 log", "k = categorical rbf linear poly",
                    "s = float 0 1 step 0.1", "n = int 0 20 step 5");

    assert_read(&s.params[0], "2^-5", 0.03125);
    assert_read(&s.params[0], "1e3", 1000);
    assert_read(&s.params[0], "0.1", 0.1);
    assert_refused(&s.params[0], "0", "from 0.03125 to 32768");
    assert_refused(&s.params[0], "many", "allowed: a number");
    assert_refused(&s.params[0], "nan", "allowed");
    assert_read(&s.params[1], "poly", 2);
    assert_refused(&s.params[1], "lineer", "did you mean 'linear'?");
    assert_read(&s.params[2], "0.3", 0.3);
    assert_read(&s.params[2], "0.30000000000000004", 0.3);
    assert_refused(&s.params[2], "0.35", "in steps of 0.1");
    assert_read(&s.params[3], "15", 15);
    assert_refused(&s.params[3], "7", "whole number from 0 to 20 in steps of 5");

    const struct {
        int param;
        double value;
        const char *text;
    } WRITTEN[] = {{0, 0.1, "0.1"}, {0, 1.0 / 3, "0.3333333333333333"}, {1, 2, "poly"},
                   {1, NAN, ""},    {2, 0.3, "0.3"},                    {3, 15, "15"}};
    for (size_t i = 0; i < sizeof WRITTEN / sizeof *WRITTEN; i++) {
        char *text = param_write(&s.params[WRITTEN[i].param], WRITTEN[i].value);

        cr_assert_str_eq(text, WRITTEN[i].text);
        free(text);
    }
    space_free(&s);
}

/* ---- snapping ---------------------------------------------------------------------------------- */

Test(space, snaps)
{
    space s = SPACE("x = float -1 1 init 0.25", "n = int 0 10 step 5", "k = categorical a b c",
                    "d = float 0 0.3 step 0.1 when k = b", "e = int 1 8 when d = 0.3",
                    "only = fixed 7");
    double low[] = {-5, -5, -5, -5, -5, -5}, legal[] = {-1, 0, 0, NAN, NAN, 7};
    double high[] = {2, 8, 1.4, 0.31, 2.5, 9}, top[] = {1, 10, 1, 0.3, 2, 7};
    double none[] = {NAN, NAN, 1, NAN, NAN, NAN}, middle[] = {0.25, 5, 1, 0.2, NAN, 7};
    double zero[] = {-0.0, 2.5, 0, 1, 1, 7}, plus[] = {0, 0, 0, NAN, NAN, 7};

    cr_assert_not(space_snap(&s, low));
    cr_assert(same_bits(low, legal, 6));
    cr_assert(space_snap(&s, low));
    cr_assert_not(space_snap(&s, high));
    cr_assert(same_bits(high, top, 6));
    cr_assert(space_active(&s, 4, high));
    cr_assert_not(space_snap(&s, none));
    cr_assert(same_bits(none, middle, 6));
    cr_assert_not(space_active(&s, 4, none));
    space_snap(&s, zero);
    cr_assert(same_bits(zero, plus, 6));
    space_free(&s);
}

/* Steps are decimal where bounds and steps are: 3 steps of 0.1 are 0.3. */
Test(space, decimal_steps)
{
    space s = SPACE("a = float 0 1 step 0.1", "b = float -0.7 2.1 step 0.35",
                    "c = float 1e-5 0.00101 step 0.0001", "d = float 0 0.3 step 0.1");
    char text[32];

    for (int32_t i = 0; i < s.n; i++) {
        const scale unit = scale_of(&s.params[i]);

        for (int64_t k = 0; k < unit.levels; k++) {
            const double x = scale_level(&unit, k);

            snprintf(text, sizeof text, "%.10g", x);
            cr_assert_eq(strtod(text, NULL), x, "%s is %.17g", text, x);
            cr_assert_eq(scale_nearest(&unit, x), k);
        }
        cr_assert_eq(scale_level(&unit, unit.levels - 1), s.params[i].high);
    }
    cr_assert_eq(scale_levels(&s.params[0]), 11);
    cr_assert_eq(scale_levels(&s.params[3]), 4);
    space_free(&s);
}

/* ---- counting -------------------------------------------------------------------------------------- */

static void assert_size(space s, double size)
{
    cr_assert_eq(space_size(&s), size, "%g", space_size(&s));
    space_free(&s);
}

Test(space, counts)
{
    assert_size(SPACE("a = float 0 1"), INFINITY);
    assert_size(SPACE("a = float 1 1"), 1);
    assert_size(SPACE("a = float 0 1 step 0.1", "b = int 1 3"), 33);
    assert_size(SPACE("k = categorical a b c", "n = int 1 10 when k = b"), 12);
    assert_size(SPACE("k = categorical a b c", "n = int 1 10 when k = b c", "m = int 1 2 when k = c"),
                1 + 10 + 20);
    assert_size(SPACE("k = categorical a b c", "n = int 1 10 when k = b", "m = int 1 2 when n = 3 4",
                      "o = ordered x y"),
                2 * (2 + 8 + 2 * 2));
    assert_size(SPACE("k = categorical a b", "x = float 0 1 when k = b"), INFINITY);
    assert_size(SPACE("n = int 1 100000000000", "m = int 0 9 when n = 5 7"), 1e11 - 2 + 20);
}

/* The count against all points of small random spaces, one by one. */
static double enumerate(const space *s, int32_t i, double *native)
{
    double n = 0;

    if (i == s->n)
        return 1;
    if (!space_active(s, i, native)) {
        native[i] = NAN;
        return enumerate(s, i + 1, native);
    }
    const scale unit = scale_of(&s->params[i]);
    for (int64_t k = 0; k < unit.levels; k++) {
        native[i] = s->params[i].type == HONE_CATEGORICAL ? (double)k : scale_level(&unit, k);
        n += enumerate(s, i + 1, native);
    }
    return n;
}

Test(space, counts_as_enumerated)
{
    dice d = {.key = rng_root(11)};
    int counted = 0;

    for (int round = 0; round < 3000; round++) {
        space s = space_any(&d);
        double native[8], size = space_size(&s);

        if (size < 2000) {
            cr_assert_eq(enumerate(&s, 0, native), size);
            counted++;
        }
        space_free(&s);
    }
    cr_assert_gt(counted, 200);
}

/* ---- random points ------------------------------------------------------------------------------------ */

Test(space, random_points_are_legal)
{
    dice d = {.key = rng_root(12)};

    for (int round = 0; round < 2000; round++) {
        space s = space_any(&d);
        double native[8], again[8];

        space_any_point(&s, &d, native);
        memcpy(again, native, sizeof again);
        cr_assert(space_snap(&s, again));
        cr_assert(same_bits(again, native, s.n));
        for (int32_t i = 0; i < s.n; i++) {
            cr_assert_eq(isnan(native[i]), !space_active(&s, i, native));
            cr_assert(isnan(native[i]) ||
                      (native[i] >= s.params[i].low && native[i] <= s.params[i].high));
        }
        space_free(&s);
    }
}

/* Equal chances: of integers, of choices, of halves of a log scale. */
Test(space, random_points_are_even)
{
    enum { N = 60000 };
    space s = SPACE("n = int 1 6", "k = categorical a b c d", "x = float 1e-4 1e4 log",
                    "m = int 1 100 log");
    dice d = {.key = rng_root(13)};
    int64_t face[6] = {0}, choice[4] = {0}, below = 0, one = 0;

    for (int i = 0; i < N; i++) {
        double native[4], u[4] = {roll(&d), roll(&d), roll(&d), roll(&d)};

        space_random(&s, u, native);
        face[(int)native[0] - 1]++;
        choice[(int)native[1]]++;
        below += native[2] < 1;
        one += native[3] == 1;
    }
    for (int k = 0; k < 6; k++)
        cr_assert_lt(fabs((double)face[k] - N / 6.0), 5 * sqrt(N / 6.0));
    for (int k = 0; k < 4; k++)
        cr_assert_lt(fabs((double)choice[k] - N / 4.0), 5 * sqrt(N / 4.0));
    cr_assert_lt(fabs((double)below - N / 2.0), 5 * sqrt(N / 4.0));
    const double p = log(1.5 / 0.5) / log(100.5 / 0.5);
    cr_assert_lt(fabs((double)one - N * p), 5 * sqrt(N * p));
    space_free(&s);
}
