/* test_tpe.c - tpe: densities against Optuna's and against sums over all values, insertion and
 * removal without a trace, proposals that follow from the table alone, and what it finds. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugins/strategy/tpe/density.c"
#include "../../plugins/strategy/tpe/dimension.c"
#include "../../plugins/strategy/tpe/estimator.c"
#include "fake_host.h"
#include "spaces.h"

enum { D = 5, WIDE = 64, QUERIES = 5, SIZES = 6 };

/* ---- fixed data ----------------------------------------------------------------------------- */

static space five(void)
{
    return SPACE("x = float 0 1", "k = int 1 10", "b = int 1 300 log", "l = int 1 9 log",
                 "c = categorical p q r");
}

static double part(double a, int i)
{
    double whole;
    return modf(0.5 + a * (i + 1), &whole);
}

static void fixed_point(int i, double *native)
{
    const double v = part(0.2360679774997896, i);

    native[0] = part(0.6180339887498949, i);
    native[1] = 1 + floor(10 * part(0.4142135623730951, i));
    native[2] = fmax(rint(0.5 * pow(601, part(0.7320508075688772, i))), 1);
    native[3] = 1 + floor(9 * v * v);
    native[4] = floor(3 * part(0.6457513110645906, i));
}

typedef struct fixture {
    space s;
    view v;
    dimension dims[D];
    estimator e;
} fixture;

static void fixture_open(fixture *f)
{
    error err = {0};

    f->s = five();
    cr_assert_eq(view_init(&f->v, &f->s, HONE_CAP_CONDITIONAL, &err), HONE_OK);
    for (int64_t c = 0, j = 0; j < D; c += f->dims[j++].cols)
        dimension_init(&f->dims[j], &f->v.table, c);
    cr_assert_eq(estimator_init(&f->e, D, f->dims), HONE_OK);
}

static void fixture_close(fixture *f)
{
    estimator_free(&f->e);
    view_free(&f->v);
    space_free(&f->s);
}

static void put(fixture *f, int64_t id, int i)
{
    double native[D], x[WIDE];

    fixed_point(i, native);
    view_encode(&f->v, native, x);
    cr_assert_eq(estimator_add(&f->e, id, x), HONE_OK);
}

/* Logs of the QUERIES points below. */
static void ask_logs(fixture *f, double *out)
{
    static const double AT[QUERIES][D] = {{0.1, 1, 1, 1, 0},
                                          {0.5, 5, 2, 3, 1},
                                          {0.93, 10, 7, 9, 2},
                                          {0.333, 7, 40, 5, 0},
                                          {0.71, 3, 100, 2, 1}};
    double V[D * QUERIES], x[WIDE];

    for (int q = 0; q < QUERIES; q++) {
        view_encode(&f->v, AT[q], x);
        for (int j = 0; j < D; j++)
            V[j * QUERIES + q] = dimension_value(&f->dims[j], x);
    }
    estimator_settle(&f->e);
    cr_assert_eq(estimator_log(&f->e, QUERIES, V, out), HONE_OK);
}

/* ---- densities --------------------------------------------------------------------------- */

/* log_pdf of optuna.samplers._tpe.parzen_estimator._ParzenEstimator, Optuna 5.0.0.dev, of the
 * first n fixed points: prior_weight 1, consider_magic_clip, default_weights,
 * equal values in the order of trials (argsort made stable); and the deviation
 * (dimension x) and the weight of the first. */
static const int SIZE[SIZES] = {0, 1, 2, 5, 30, 120};
static const double OPTUNA[SIZES][QUERIES] = {
    {-6.3078908873509025, -7.9836611808436437, -10.627384448607447,
     -11.550347393173961, -11.559725271864698},
    {-6.0157195632531462, -8.145496884673495, -10.774096040985132,
     -11.087978986240994, -11.918321726085516},
    {-7.1700885319383376, -8.2810084039364718, -9.7856620872219295,
     -10.667547171373032, -12.265631377296499},
    {-8.0836866307397219, -8.0791890042649204, -12.091375038340253,
     -12.248118753233385, -12.423745764030595},
    {-9.5965362468927413, -11.336159288114629, -13.980208245961625,
     -13.552541314870139, -14.903944070675625},
    {-10.610514709187285, -12.286317620445422, -14.930040892473178,
     -15.853003837039692, -15.862381715730423},
};
static const double FIRST[SIZES][2] = {
    {1, 1},
    {0.8819660112501051, 0.5},
    {0.6180339887498949, 0.33333333333333331},
    {0.23606797749978981, 0.16666666666666666},
    {0.034441853748633733, 0.0011661807580174927},
    {0.01, 0.00011277135607555681},
};

Test(tpe, has_the_densities_of_optuna)
{
    for (int k = 0; k < SIZES; k++) {
        fixture f;
        double logs[QUERIES];

        fixture_open(&f);
        for (int i = 0; i < SIZE[k]; i++)
            put(&f, i, i);
        ask_logs(&f, logs);
        for (int q = 0; q < QUERIES; q++)
            cr_expect_float_eq(logs[q], OPTUNA[k][q], 1e-9, "n %d, point %d: %.12g, not %.12g",
                               SIZE[k], q, logs[q], OPTUNA[k][q]);
        if (SIZE[k] > 0) {
            const int32_t first = f.e.age[0];
            cr_expect_float_eq(INVERSE_ROOT_2 / *estimator_factor(&f.e, first, 0), FIRST[k][0],
                               1e-12);
            cr_expect_float_eq(f.e.weight[first] / f.e.total, FIRST[k][1], 1e-15);
        }
        fixture_close(&f);
    }
}

/* The integral of the density of one parameter, by the middle rule; masses summed up. */
static double whole(const char *line, int kernels)
{
    space s = SPACE(line);
    view v;
    error err = {0};
    dimension d;
    estimator e;
    enum { PARTS = 20000 };
    double *V = malloc(PARTS * sizeof *V), *logs = malloc(PARTS * sizeof *logs), sum = 0;
    int64_t n;

    cr_assert_eq(view_init(&v, &s, HONE_CAP_CONDITIONAL, &err), HONE_OK);
    dimension_init(&d, &v.table, 0);
    cr_assert_eq(estimator_init(&e, 1, &d), HONE_OK);
    for (int i = 0; i < kernels; i++) {
        double x[WIDE] = {0};
        const double u = part(0.6180339887498949, i);

        dimension_write(&d, dimension_snap(&d, d.kind == CHOICE ? u * (double)d.levels : u * u), x);
        cr_assert_eq(estimator_add(&e, i, x), HONE_OK);
    }
    estimator_settle(&e);
    n = d.levels ? d.levels : PARTS;
    for (int64_t i = 0; i < n; i++) {
        double from = (double)i / (double)n, to = (double)(i + 1) / (double)n;

        if (d.kind == WHOLE)
            dimension_cell(&d, i, &from, &to);
        V[i] = d.kind == CHOICE ? (double)i : dimension_snap(&d, 0.5 * (from + to));
    }
    cr_assert_eq(estimator_log(&e, n, V, logs), HONE_OK);
    for (int64_t i = 0; i < n; i++)
        sum += exp(logs[i]) / (d.kind == SMOOTH ? (double)n : 1);
    free(V);
    free(logs);
    estimator_free(&e);
    view_free(&v);
    space_free(&s);
    return sum;
}

Test(tpe, densities_integrate_to_one)
{
    static const int KERNELS[] = {0, 1, 2, 7, 40, 300};

    for (size_t k = 0; k < sizeof KERNELS / sizeof *KERNELS; k++) {
        const int n = KERNELS[k];

        cr_expect_float_eq(whole("x = float -3 5", n), 1, 1e-6);
        cr_expect_float_eq(whole("x = float 1e-3 5 log", n), 1, 1e-6);
        cr_expect_float_eq(whole("x = float 0 1 step 0.1", n), 1, 1e-12);
        cr_expect_float_eq(whole("x = int 1 128", n), 1, 1e-12);
        cr_expect_float_eq(whole("x = int 1 1000", n), 1, 1e-3); /* narrow cells */
        cr_expect_float_eq(whole("x = int 1 100 log", n), 1, 1e-12);
        cr_expect_float_eq(whole("x = int 1 1000 log", n), 1, 1e-3);
        cr_expect_float_eq(whole("x = categorical a b c d", n), 1, 1e-12);
        cr_expect_float_eq(whole("x = ordered a b c d", n), 1, 1e-12);
    }
}

Test(tpe, masses_far_out_are_continuous)
{
    for (double z = 25; z < 35; z += 0.01) /* the series takes over at 30 */
        cr_expect_float_eq(log_mass(z, z + 0.01), log_mass(-z - 0.01, -z), 1e-12);
    const double before = log_mass(FAR * (1 - 1e-12), FAR + 1), after = log_mass(FAR + 1e-11, FAR + 1);
    cr_expect_float_eq(before, after, 1e-7);
    cr_expect(isfinite(log_mass(99, 100)) && isfinite(log_mass(-100, -99.5)));
}

Test(tpe, exponentials_are_those_of_libm)
{
    for (double x = -700; x <= 0; x += 0.37) {
        double v[LANES];

        for (int i = 0; i < LANES; i++)
            v[i] = x * (1 - 0.013 * i);
        exponential(v);
        for (int i = 0; i < LANES; i++)
            cr_assert_float_eq(v[i] / exp(x * (1 - 0.013 * i)), 1, 2e-15);
    }
}

/* ---- insertion ------------------------------------------------------------------------------ */

/* What was put in and taken out in reverse leaves no bit; and removal equals never having been
 * there up to rounding. */
Test(tpe, removal_leaves_no_trace)
{
    fixture f, g;
    double before[QUERIES], during[QUERIES], after[QUERIES];

    fixture_open(&f);
    fixture_open(&g);
    for (int i = 0; i < 150; i++) {
        put(&f, i, i);
        ask_logs(&f, before);
        for (int k = 1; k <= 5; k++)
            put(&f, i + k, i + k);
        ask_logs(&f, during);
        for (int k = 5; k >= 1; k--)
            estimator_remove(&f.e, i + k);
        ask_logs(&f, after);
        cr_assert_eq(memcmp(before, after, sizeof before), 0, "after %d", i);
        cr_assert_neq(memcmp(before, during, sizeof before), 0);
    }
    for (int i = 0; i < 150; i += 3)
        estimator_remove(&f.e, i);
    for (int i = 0; i < 150; i++)
        if (i % 3 != 0)
            put(&g, i, i);
    ask_logs(&f, before);
    ask_logs(&g, after);
    for (int q = 0; q < QUERIES; q++)
        cr_expect_float_eq(before[q], after[q], 1e-12);
    fixture_close(&f);
    fixture_close(&g);
}
