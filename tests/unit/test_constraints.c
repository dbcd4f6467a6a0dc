/* test_constraints.c - declared constraints: what is read, what is refused, and that no strategy's
 * proposal violates one. */
#include <criterion/criterion.h>
#include <math.h>

#include "constraints.h"
#include "spaces.h"

static bool holds(const space *s, const char *expression, const double *native)
{
    error err = {0};
    space copy = *s;
    copy.declared = NULL;

    cr_assert_eq(constraints_add(&copy, "c", expression, "test:1", &err), HONE_OK, "%s: %s",
                 expression, error_text(&err));
    const bool met = constraints_met(&copy, native, NULL);
    constraints_free(copy.declared);
    return met;
}

Test(constraints, have_the_usual_arithmetic)
{
    space s = SPACE("a = float 0 10", "b = float -5 5", "k = categorical p q",
                    "n = int 1 9 when k = q");
    const double at[] = {2, -3, 0, NAN}, on[] = {2, -3, 1, 4};
    static const char *const TRUE[] = {
        "a + b <= -1", "a + b >= -1", "a < 2.0001", "2 - 3 - 4 < -4.9", "2 ^ 3 ^ 2 > 511",
        "-a ^ 2 <= -4", "2^-1 <= 0.5", "a * (b + 4) >= 2", "8 / 2 / 2 <= 2", "log(a) < 0.7",
        "max(a, b) >= 2", "min(a, b) <= -3", "abs(b) >= 3", "sqrt(a * 8) >= 4", "exp(0) <= 1",
        "floor(2.7) <= 2", "ceil(2.2) >= 3", "log2(8) >= 3", "log10(100) >= 2", "1e-3 < a",
        ".5<a", "n > 100"};
    static const char *const FALSE[] = {"a < 2", "a > 2", "log(b) < 0", "log(b) > 0", "b >= a",
                                        "sqrt(b) <= 100", "a + b > -1"};

    for (size_t i = 0; i < sizeof TRUE / sizeof *TRUE; i++)
        cr_expect(holds(&s, TRUE[i], at), "%s", TRUE[i]);
    for (size_t i = 0; i < sizeof FALSE / sizeof *FALSE; i++)
        cr_expect_not(holds(&s, FALSE[i], at), "%s", FALSE[i]);
    cr_expect_not(holds(&s, "n > 100", on));
    space_free(&s);
}

Test(constraints, say_what_is_wrong)
{
    space s = SPACE("alpha = float 0 10", "k = categorical p q");
    char deep[400] = "";
    static const struct {
        const char *expression, *says;
    } BAD[] = {{"alpa < 1", "did you mean 'alpha'"}, {"lgo(alpha) < 1", "did you mean 'log'"},
               {"alpha", "comparison"},              {"alpha < ", "at the end"},
               {"k < 1", "categorical"},             {"alpha < 1 < 2", "should have ended"},
               {"(alpha < 1", "')' is missing"},     {"min(alpha) < 1", "second argument"},
               {"1..2 < alpha", "not a number"},     {"", "missing"}};

    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        error err = {0};

        cr_assert_lt(constraints_add(&s, "c", BAD[i].expression, "study.ini:7", &err), 0, "%s",
                     BAD[i].expression);
        cr_assert(strstr(error_text(&err), BAD[i].says), "%s: %s", BAD[i].expression,
                  error_text(&err));
        cr_assert(strstr(error_text(&err), "study.ini:7"));
        error_free(&err);
    }
    error err = {0};
    memset(deep, '(', sizeof deep - 1);
    cr_assert_lt(constraints_add(&s, "c", deep, "x", &err), 0);
    memset(deep, '-', sizeof deep - 1);
    cr_assert_lt(constraints_add(&s, "c", deep, "x", &err), 0);
    error_free(&err);
    cr_assert_lt(constraints_add(&s, "c", "alpha > 11", "x", &err), 1);
    cr_assert_eq(constraints_settle(&s, "x", &err), HONE_ECONFIG);
    error_free(&err);
    space_free(&s);
}

/* A moved point meets all, is the same again, and one that can stay near does. */
Test(constraints, repair_moves_no_further_than_needed)
{
    space s = SPACE("a = float 0 1", "b = float 0 1", "c = float 1e-4 1 log", "n = int 1 20");
    error err = {0};
    dice d = {.key = rng_root(91)};
    double moved = 0;

    cr_assert_eq(constraints_add(&s, "sum", "a + b <= 1", "x", &err), HONE_OK);
    cr_assert_eq(constraints_add(&s, "ratio", "log10(c) < -n / 10", "x", &err), HONE_OK);
    cr_assert_eq(constraints_settle(&s, "x", &err), HONE_OK);
    for (int64_t i = 0; i < 10000; i++) {
        double native[4], again[4], before[4];

        space_any_point(&s, &d, native);
        memcpy(before, native, sizeof before);
        memcpy(again, native, sizeof again);
        if (constraints_met(&s, native, NULL))
            continue;
        cr_assert_eq(constraints_repair(&s, rng_root(3), i, native), HONE_OK);
        cr_assert_eq(constraints_repair(&s, rng_root(3), i, again), HONE_OK);
        cr_assert(memcmp(native, again, sizeof native) == 0);
        cr_assert(constraints_met(&s, native, NULL));
        moved += fabs(native[0] - before[0]) + fabs(native[1] - before[1]);
    }
    cr_assert_lt(moved / 10000, 0.6, "%g", moved / 10000);
    space_free(&s);
}

/* 10,000 proposals in all by strategies of all sorts, through the program itself. */
Test(constraints, no_proposal_violates_any, .timeout = 120)
{
    static const char *const NAMES[] = {"random", "sobol", "lhs", "cmaes", "tpe", "nsga2",
                                        "evolution", "de", "nelder_mead", "pso",
                                        "local"};
    char folder[] = "/tmp/hone_constraints_XXXXXX", command[1024], line[256];

    cr_assert_not_null(mkdtemp(folder));
    for (size_t k = 0; k < sizeof NAMES / sizeof *NAMES; k++) {
        int64_t n = 0, bad = 0;
        snprintf(command, sizeof command, "%s/study.ini", folder);
        FILE *f = fopen(command, "w");
        cr_assert_not_null(f);
        fprintf(f,
                "[study]\nname = s\ntrials = 1700\nseed = 3\nstorage = memory\n[space]\n"
                "a = float 0 1\nb = float 0 1\nc = float 1e-4 1 log\n"
                "[constraints]\nsum = a + b <= 1\nratio = log10(c) < -1 - a\n"
                "[strategy]\nplugin = %s\n", NAMES[k]);
        fclose(f);
        snprintf(command, sizeof command,
                 "cd %s && { for i in $(seq 1700); do echo '{\"op\":\"ask\",\"n\":1}'; "
                 "echo '{\"op\":\"tell\",\"number\":'$((i - 1))',\"values\":['$((i %% 97))']}'; done; } "
                 "| %s/hone session study.ini 2>&1",
                 folder, BUILD_DIR);
        FILE *out = popen(command, "r");
        cr_assert_not_null(out);
        while (fgets(line, sizeof line, out)) {
            double a, b, c;
            const char *at = strstr(line, "\"a\"");
            if (!at || sscanf(at, "\"a\": %lf, \"b\": %lf, \"c\": %lf", &a, &b, &c) != 3)
                if (!at || sscanf(at, "\"a\":%lf,\"b\":%lf,\"c\":%lf", &a, &b, &c) != 3)
                    continue;
            n++;
            bad += a + b > 1 || log10(c) >= -1 - a;
        }
        pclose(out);
        cr_expect_eq(n, 1700, "%s: %lld, %s", NAMES[k], (long long)n, line);
        cr_expect_eq(bad, 0, "%s: %lld", NAMES[k], (long long)bad);
    }
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}
