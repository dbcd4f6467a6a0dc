/* test_importance.c - importance of parameters against closed forms and against Optuna. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "forest.h"

enum { MOST = 4 };

typedef double (*function)(const double *u);

static double ishigami(const double *u)
{
    double x[3];
    for (int i = 0; i < 3; i++)
        x[i] = M_PI * (2.0 * u[i] - 1.0);
    return sin(x[0]) + 7.0 * sin(x[1]) * sin(x[1]) + 0.1 * pow(x[2], 4.0) * sin(x[0]);
}

static const double G[MOST] = {0.0, 1.0, 4.5, 9.0};
static double g_function(const double *u)
{
    double y = 1.0;
    for (int i = 0; i < MOST; i++)
        y *= (fabs(4.0 * u[i] - 2.0) + G[i]) / (1.0 + G[i]);
    return y;
}

static double additive(const double *u)
{
    return 4.0 * u[0] + 2.0 * u[1] + u[2];
}

static void make_space(space *s, int d)
{
    static const char *const NAMES[] = {"x0", "x1", "x2", "x3"};
    error err = {0};
    for (int i = 0; i < d; i++)
        cr_assert(space_add(s, NAMES[i], "float 0 1", "test", &err) == HONE_OK);
}

static forest *grow(const space *s, int64_t n, const double *x, const double *y, int trees)
{
    forest *f = NULL;
    error err = {0};
    const forest_settings settings = {
        .n_trees = trees, .most_draws = n, .key = rng_root(1)};
    cr_assert(forest_grow(s, n, x, y, &settings, &f, &err) == HONE_OK, "%s", error_text(&err));
    return f;
}

/* A forest on n Sobol points. */
static forest *sample(space *s, int d, function of, int64_t n)
{
    double *x = malloc((size_t)(n * d) * sizeof *x), *y = malloc((size_t)n * sizeof *y);
    make_space(s, d);
    cr_assert(x && y && sobol_points(rng_root(7), 0, 0, n, d, x, d) == HONE_OK);
    for (int64_t i = 0; i < n; i++)
        y[i] = of(x + i * d);
    forest *f = grow(s, n, x, y, 64);
    free(x);
    free(y);
    return f;
}

static void expect_near(const double *got, const double *wanted, int d, double within,
                        const char *what)
{
    for (int i = 0; i < d; i++)
        cr_expect(fabs(got[i] - wanted[i]) < within, "%s %d: %g, not %g", what, i, got[i],
                  wanted[i]);
}

/* Sobol indices: Ishigami and Homma 1990 (Saltelli et al., Global Sensitivity Analysis, 2008,
 * section 4.6); of the g-function, Saltelli and Sobol 1995: V_i = 1 / (3 (1 + a_i)^2).
 * SKLEARN: the shares of 16 trees of scikit-learn 1.2.1's RandomForestRegressor on 4096 Sobol
 * points, marginals by quasi-Monte Carlo. */
Test(importance, ishigami_has_its_sobol_indices)
{
    static const double FIRST[] = {0.3139, 0.4424, 0.0}, TOTAL[] = {0.5576, 0.4424, 0.2437};
    static const double SKLEARN[] = {0.2912, 0.3616, 0.0023};
    space s = {0};
    error err = {0};
    double share[3], total[3], pair = 0.0;
    forest *f = sample(&s, 3, ishigami, 4096);
    cr_assert(forest_shares(f, share, NULL, &err) == HONE_OK);
    cr_assert(forest_permutation(f, total, &err) == HONE_OK);
    cr_assert(forest_interaction(f, 0, 2, &pair, &err) == HONE_OK);
    expect_near(share, FIRST, 3, 0.085, "share"); /* what trees make of 4096 points */
    expect_near(share, SKLEARN, 3, 0.015, "share");
    expect_near(total, TOTAL, 3, 0.06, "total");
    cr_expect(fabs(pair - 0.2437) < 0.03, "interaction %g", pair);
    forest_free(f);
    space_free(&s);
}

Test(importance, g_function_has_its_sobol_indices)
{
    space s = {0};
    error err = {0};
    double share[MOST], total[MOST], part[MOST], first[MOST], all[MOST], variance = 1.0;
    forest *f = sample(&s, MOST, g_function, 4096);
    for (int i = 0; i < MOST; i++) {
        part[i] = 1.0 / (3.0 * (1.0 + G[i]) * (1.0 + G[i]));
        variance *= 1.0 + part[i];
    }
    variance -= 1.0;
    for (int i = 0; i < MOST; i++) {
        first[i] = part[i] / variance;
        all[i] = part[i] / (1.0 + part[i]) * (variance + 1.0) / variance;
    }
    cr_assert(forest_shares(f, share, NULL, &err) == HONE_OK);
    cr_assert(forest_permutation(f, total, &err) == HONE_OK);
    expect_near(share, first, MOST, 0.03, "share");
    expect_near(total, all, MOST, 0.05, "total");
    forest_free(f);
    space_free(&s);
}

Test(importance, shares_of_a_sum_are_those_of_its_parts)
{
    static const double PARTS[] = {16.0 / 21.0, 4.0 / 21.0, 1.0 / 21.0};
    space s = {0};
    error err = {0};
    double share[3], sd[3], pair = 1.0;
    forest *f = sample(&s, 3, additive, 2048);
    cr_assert(forest_shares(f, share, sd, &err) == HONE_OK);
    cr_assert(forest_interaction(f, 0, 1, &pair, &err) == HONE_OK);
    expect_near(share, PARTS, 3, 0.02, "share");
    cr_expect(pair < 0.01, "interaction %g", pair);
    cr_expect(sd[0] > 0.0 && sd[0] < 0.02, "deviation %g", sd[0]);
    forest_free(f);
    space_free(&s);
}

/* Over two parameters the shares and their interaction are the whole variance, exactly. */
Test(importance, two_parameters_and_their_interaction_are_everything)
{
    space s = {0};
    error err = {0};
    double x[2 * 50], y[50], share[2], pair;
    make_space(&s, 2);
    cr_assert(sobol_points(rng_root(3), 0, 0, 50, 2, x, 2) == HONE_OK);
    for (int i = 0; i < 50; i++)
        y[i] = sin(7.0 * x[2 * i]) * x[2 * i + 1] + x[2 * i];
    forest *f = grow(&s, 50, x, y, 5);
    cr_assert(forest_shares(f, share, NULL, &err) == HONE_OK);
    cr_assert(forest_interaction(f, 0, 1, &pair, &err) == HONE_OK);
    cr_expect(fabs(share[0] + share[1] + pair - 1.0) < 1e-12, "%.17g",
              share[0] + share[1] + pair);
    forest_free(f);
    space_free(&s);
}

/* Optuna 3.1.0, FanovaImportanceEvaluator (64 trees, depth 64), on the same 200 points
 * frac((i + 1) sqrt(2, 3, 5, 7)): means over seeds 0 to 9, whose standard deviations are 0.014
 * at most.  It gives the shares of single parameters in units of their sum. */
static const struct {
    const char *name;
    function of;
    int d;
    double share[MOST];
} OPTUNA[] = {
    {"ishigami", ishigami, 3, {0.4557, 0.4227, 0.1215}},
    {"g", g_function, 4, {0.8630, 0.1298, 0.0053, 0.0019}},
    {"additive", additive, 3, {0.8134, 0.1566, 0.0300}},
};

Test(importance, shares_are_those_of_optuna)
{
    static const double STEPS[MOST] = {2.0, 3.0, 5.0, 7.0};
    for (size_t c = 0; c < sizeof OPTUNA / sizeof *OPTUNA; c++) {
        space s = {0};
        error err = {0};
        const int d = OPTUNA[c].d;
        double x[200 * MOST], y[200], share[MOST], sum = 0.0;
        make_space(&s, d);
        for (int i = 0; i < 200; i++) {
            for (int j = 0; j < d; j++)
                x[i * d + j] = fmod((i + 1) * sqrt(STEPS[j]), 1.0);
            y[i] = OPTUNA[c].of(x + i * d);
        }
        forest *f = grow(&s, 200, x, y, 640);
        cr_assert(forest_shares(f, share, NULL, &err) == HONE_OK);
        for (int j = 0; j < d; j++)
            sum += share[j];
        for (int j = 0; j < d; j++)
            cr_expect(fabs(share[j] / sum - OPTUNA[c].share[j]) < 0.015, "%s %d: %g, not %g",
                      OPTUNA[c].name, j, share[j] / sum, OPTUNA[c].share[j]);
        forest_free(f);
        space_free(&s);
    }
}

/* y depends on the kind, and on `depth` only where it is active; `width` does nothing. */
Test(importance, conditional_parameters_and_choices_count)
{
    space s = {0};
    error err = {0};
    enum { N = 600 };
    double x[N * 3], y[N], u[N * 3], share[3], loss[3], mean[2];
    cr_assert(space_add(&s, "kind", "categorical a b c", "test", &err) == HONE_OK);
    cr_assert(space_add(&s, "depth", "float 0 1 when kind = b", "test", &err) == HONE_OK);
    cr_assert(space_add(&s, "width", "float 1e-4 1 log", "test", &err) == HONE_OK);
    cr_assert(sobol_points(rng_root(5), 0, 0, N, 3, u, 3) == HONE_OK);
    for (int i = 0; i < N; i++) {
        x[3 * i] = floor(3.0 * u[3 * i]);
        x[3 * i + 1] = x[3 * i] == 1.0 ? u[3 * i + 1] : NAN;
        x[3 * i + 2] = pow(10.0, -4.0 + 4.0 * u[3 * i + 2]);
        y[i] = x[3 * i] == 2.0 ? 3.0 : x[3 * i] == 1.0 ? 2.0 * x[3 * i + 1] : 0.0;
    }
    forest *f = grow(&s, N, x, y, 32);
    cr_assert(forest_shares(f, share, NULL, &err) == HONE_OK);
    cr_assert(forest_permutation(f, loss, &err) == HONE_OK);
    /* Means of the kinds 0, 1, 3: variance 14/9; of depth within b: 1/3, in a third of all */
    const double kind = 14.0 / 9.0, depth = 1.0 / 27.0, all = kind + 1.0 / 9.0;
    cr_expect(fabs(share[0] - kind / all) < 0.02, "kind %g, not %g", share[0], kind / all);
    cr_expect(fabs(share[1] - depth / all) < 0.01, "depth %g, not %g", share[1], depth / all);
    cr_expect(share[2] < 0.005 && fabs(loss[2]) < 0.005, "width %g %g", share[2], loss[2]);
    cr_expect(loss[0] > loss[1] && loss[1] > 0.02, "%g %g", loss[0], loss[1]);
    cr_assert(forest_mean(f, 0, (double[]){0.0, 2.0}, 2, 2, (double[]){0.01}, 1, mean, &err) ==
              HONE_OK);
    cr_expect(fabs(mean[0]) < 0.05 && fabs(mean[1] - 3.0) < 0.05, "%g %g", mean[0], mean[1]);
    forest_free(f);
    space_free(&s);
}

Test(importance, what_never_changes_has_no_importance)
{
    space s = {0};
    error err = {0};
    double x[] = {0.1, 0.2, 0.3, 0.4}, y[] = {1.0, 1.0}, share[2], loss[2];
    forest *f = NULL;
    const forest_settings one = {.n_trees = 4, .most_draws = 10, .key = rng_root(1)};
    make_space(&s, 2);
    cr_expect(forest_grow(&s, 1, x, y, &one, &f, &err) == HONE_EINVAL);
    f = grow(&s, 2, x, y, 4);
    cr_assert(forest_shares(f, share, NULL, &err) == HONE_OK);
    cr_assert(forest_permutation(f, loss, &err) == HONE_OK);
    cr_expect(share[0] == 0.0 && share[1] == 0.0 && loss[0] == 0.0 && loss[1] == 0.0);
    forest_free(f);
    error_free(&err);
    space_free(&s);
}
