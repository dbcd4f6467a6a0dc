/* test_nlopt.c - nlopt: the points of NLopt called directly, bit for bit; searches side by side,
 * failures, finite spaces, constraints, refusals. */
/* NEEDS: nlopt libnlopt-dev */
/* LIBS: -lnlopt */
#include <criterion/criterion.h>
#include <math.h>
#include <nlopt.h>
#include <stdlib.h>
#include <string.h>

#include "fake_host.h"

enum { DIMENSION = 3, MOST = 250 };

static const struct {
    const char *name;
    nlopt_algorithm id;
} ALGORITHMS[] = {
    {"bobyqa", NLOPT_LN_BOBYQA},         {"cobyla", NLOPT_LN_COBYLA},
    {"neldermead", NLOPT_LN_NELDERMEAD}, {"sbplx", NLOPT_LN_SBPLX},
    {"praxis", NLOPT_LN_PRAXIS},         {"newuoa_bound", NLOPT_LN_NEWUOA_BOUND},
    {"direct", NLOPT_GN_DIRECT},         {"direct_l", NLOPT_GN_DIRECT_L},
    {"direct_l_rand", NLOPT_GN_DIRECT_L_RAND},
    {"crs2", NLOPT_GN_CRS2_LM},          {"esch", NLOPT_GN_ESCH},
    {"isres", NLOPT_GN_ISRES},           {"mlsl", NLOPT_G_MLSL},
    {"mlsl_lds", NLOPT_G_MLSL_LDS},
};
enum { N_ALGORITHMS = sizeof ALGORITHMS / sizeof *ALGORITHMS };

/* ---- functions of the unit cube: Rosenbrock's and Rastrigin's, as plugins/objective/testfn has
 * them, on [-5, 5] ---- */

static double rosenbrock(const double *u)
{
    double sum = 0;
    for (int i = 0; i + 1 < DIMENSION; i++) {
        const double x = 10 * u[i] - 5, next = 10 * u[i + 1] - 5;
        sum += 100 * (next - x * x) * (next - x * x) + (1 - x) * (1 - x);
    }
    return sum;
}

static double rastrigin(const double *u)
{
    double sum = 10 * DIMENSION;
    for (int i = 0; i < DIMENSION; i++) {
        const double x = 10 * u[i] - 5.3;
        sum += x * x - 10 * cos(6.283185307179586 * x);
    }
    return sum;
}

typedef double (*function)(const double *u);
static const function FUNCTIONS[] = {rosenbrock, rastrigin};

/* ---- the library, called directly with the function that the host would evaluate ---- */

typedef struct trace {
    function f;
    const view *view;
    nlopt_opt opt;
    int n;
    double x[MOST][DIMENSION], last[DIMENSION];
} trace;

static double record(unsigned n, const double *x, double *gradient, void *context)
{
    trace *t = context;
    (void)gradient;
    const bool again = t->n > 0 && memcmp(t->last, x, sizeof t->last) == 0; /* costs no trial */
    memcpy(t->last, x, sizeof t->last);
    if (!again && t->n < MOST)
        memcpy(t->x[t->n], x, n * sizeof *x);
    t->n += !again;
    if (t->n == MOST) /* a limit of evaluations would change what mlsl_lds does */
        nlopt_force_stop(t->opt);
    double at[DIMENSION];
    memcpy(at, x, sizeof at);
    view_snap(t->view, 1, at, DIMENSION); /* a trial's numbers have fewer digits */
    return t->f(at);
}

static void call_directly(nlopt_algorithm id, uint64_t seed, trace *t)
{
    double x[DIMENSION] = {0.5, 0.5, 0.5}, least;
    nlopt_opt opt = nlopt_create(id, DIMENSION), local = nlopt_create(NLOPT_LN_BOBYQA, DIMENSION);

    nlopt_set_min_objective(opt, record, t);
    nlopt_set_lower_bounds1(opt, 0);
    nlopt_set_upper_bounds1(opt, 1);
    nlopt_set_xtol_abs1(opt, 1e-6);
    t->opt = opt;
    nlopt_set_xtol_abs1(local, 1e-6);
    nlopt_set_local_optimizer(opt, local);
    nlopt_srand((unsigned long)seed);
    nlopt_optimize(opt, x, &least);
    nlopt_destroy(opt);
    nlopt_destroy(local);
}

/* ---- the plugin ---- */

static space cube(int n, const char *line)
{
    space s = {.n_objectives = 1};
    error err = {0};
    for (int i = 0; i < n; i++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", i);
        cr_assert_eq(space_add(&s, name, line, "test", &err), HONE_OK, "%s", error_text(&err));
    }
    return s;
}

/* A table that grows. */
typedef struct table {
    hone_trials t;
    int64_t number[MOST], finished[MOST];
    int32_t state[MOST];
    double x[MOST][DIMENSION], y[MOST], c[MOST], asked[DIMENSION]; /* before it was snapped */
} table;

static table *table_new(int64_t n_constraints)
{
    table *b = calloc(1, sizeof *b);
    b->t = (hone_trials){.size = sizeof b->t, .n_objectives = 1, .budget = -1,
                         .number = b->number, .state = b->state, .x = b->x[0], .ldx = DIMENSION,
                         .y = b->y, .ldy = 1, .finished = b->finished,
                         .n_constraints = n_constraints, .c = n_constraints ? b->c : NULL,
                         .ldc = 1};
    return b;
}

static int32_t ask(fake *f, table *b, int64_t n, int64_t *given)
{
    const hone_strategy_ops *ops = f->plugin->ops;
    for (int64_t i = 0; i < n; i++)
        b->number[b->t.n + i] = b->t.n + i;
    const int32_t status = ops->ask(f->self, &b->t, n, &b->number[b->t.n], b->x[b->t.n],
                                    DIMENSION, given);
    cr_assert(status >= 0, "%s", f->message);
    memcpy(b->asked, b->x[b->t.n], sizeof b->asked);
    view_snap(&f->view, *given, b->x[b->t.n], DIMENSION);
    for (int64_t i = 0; i < *given; i++)
        b->y[b->t.n++] = NAN;
    return status;
}

static void tell(fake *f, table *b, int64_t row, int32_t state, double y, double c)
{
    const hone_strategy_ops *ops = f->plugin->ops;
    b->state[row] = state;
    b->y[row] = state == HONE_COMPLETE ? y : NAN;
    b->c[row] = c;
    b->finished[b->t.n_finished++] = row;
    cr_assert_eq(ops->tell(f->self, &b->t, 1, &row), HONE_OK);
}

#define NLOPT(space, ...) \
    fake_new(HONE_STRATEGY, "nlopt", (space), rng_root(7), (const char *const[]){__VA_ARGS__, NULL})

/* ---- tests ---- */

Test(nlopt, same_bits_as_called_directly)
{
    space s = cube(DIMENSION, "float 0 1");

    for (int k = 0; k < 2 * N_ALGORITHMS; k++) {
        char option[64];
        trace t = {.f = FUNCTIONS[k / N_ALGORITHMS]};
        uint64_t seed;
        int64_t given;
        int row = 0;

        snprintf(option, sizeof option, "nlopt.algorithm=%s", ALGORITHMS[k % N_ALGORITHMS].name);
        fake *f = NLOPT(&s, option, "nlopt.restarts=no");
        rng_bits(f->key, 0, 0, 1, &seed);
        t.view = &f->view;
        call_directly(ALGORITHMS[k % N_ALGORITHMS].id, seed, &t);
        cr_assert(t.n > 20, "%s: %d", option, t.n);
        table *b = table_new(0);
        for (; row < MOST && ask(f, b, 1, &given) == HONE_OK; row++) {
            cr_expect(row < t.n && memcmp(b->asked, t.x[row], sizeof t.x[row]) == 0,
                      "%s: point %d", option, row);
            tell(f, b, row, HONE_COMPLETE, t.f(b->x[row]), NAN);
        }
        cr_expect_eq(row, t.n < MOST ? t.n : MOST, "%s", option);
        fake_free(f);
        free(b);
    }
    space_free(&s);
}

/* Two instances in turns and one after the other: NLopt keeps nothing between them. */
Test(nlopt, instances_are_apart)
{
    space s = cube(DIMENSION, "float 0 1");

    for (int k = 0; k < N_ALGORITHMS; k++) {
        char option[64];
        int64_t given;
        snprintf(option, sizeof option, "nlopt.algorithm=%s", ALGORITHMS[k].name);
        fake *f[3];
        table *b[3];
        for (int i = 0; i < 3; i++) {
            f[i] = NLOPT(&s, option);
            b[i] = table_new(0);
        }
        for (int row = 0; row < 120; row++)
            for (int i = 0; i < 2; i++) {
                cr_assert_eq(ask(f[i], b[i], 1, &given), HONE_OK);
                tell(f[i], b[i], row, HONE_COMPLETE, rastrigin(b[i]->x[row]), NAN);
            }
        for (int row = 0; row < 120; row++) {
            cr_assert_eq(ask(f[2], b[2], 1, &given), HONE_OK);
            tell(f[2], b[2], row, HONE_COMPLETE, rastrigin(b[2]->x[row]), NAN);
        }
        cr_expect_arr_eq(b[0]->x, b[1]->x, 120 * sizeof *b[0]->x, "%s", option);
        cr_expect_arr_eq(b[0]->x, b[2]->x, 120 * sizeof *b[0]->x, "%s", option);
        for (int i = 0; i < 3; i++) {
            fake_free(f[i]);
            free(b[i]);
        }
    }
    space_free(&s);
}

/* One point under way a search; the values may come in any order; 30 % of trials fail. */
Test(nlopt, searches_wait_and_survive_failures)
{
    space s = cube(DIMENSION, "float 0 1");

    for (int k = 0; k < N_ALGORITHMS; k++) {
        char option[64];
        int64_t given;
        double best = INFINITY, lots[MOST];
        snprintf(option, sizeof option, "nlopt.algorithm=%s", ALGORITHMS[k].name);
        fake *f = NLOPT(&s, option, "nlopt.searches=4");
        table *b = table_new(0);
        rng_uniform(rng_root(3), k, 0, MOST, lots);
        cr_assert_eq(ask(f, b, 8, &given), HONE_OK);
        cr_expect_eq(given, 4);
        cr_expect_eq(ask(f, b, 1, &given), HONE_WAIT);
        for (int64_t round = 0; b->t.n < MOST - 4; round++) {
            int64_t row = b->t.n - 1 - (int64_t)(lots[round] * 4);
            while (b->state[row] != HONE_RUNNING)
                row = row > 0 ? row - 1 : b->t.n - 1;
            const bool fails = lots[round] * 7919 - floor(lots[round] * 7919) < 0.3;
            tell(f, b, row, fails ? HONE_FAILED : HONE_COMPLETE, rosenbrock(b->x[row]), NAN);
            best = fmin(best, fails ? INFINITY : rosenbrock(b->x[row]));
            cr_assert_eq(ask(f, b, 1, &given), HONE_OK);
            cr_assert_eq(given, 1);
        }
        cr_expect(best < 1500, "%s: %g", option, best);
        fake_free(f);
        free(b);
    }
    space_free(&s);
}

Test(nlopt, finite_spaces_are_exhausted)
{
    space s = cube(DIMENSION, "int 1 3");
    error err = {0};

    for (int k = 0; k < N_ALGORITHMS; k++) {
        char option[64];
        int64_t given, n = 0;
        snprintf(option, sizeof option, "nlopt.algorithm=%s", ALGORITHMS[k].name);
        fake *f = NLOPT(&s, option, "nlopt.searches=2");
        table *b = table_new(0);
        while (n < 100 && ask(f, b, 2, &given) != HONE_DONE)
            for (int64_t i = 0; i < given; i++, n++)
                tell(f, b, b->t.n - given + i, n % 5 ? HONE_COMPLETE : HONE_FAILED,
                     rastrigin(b->x[b->t.n - given + i]), NAN);
        for (; n < b->t.n; n++)
            tell(f, b, n, HONE_COMPLETE, 0, NAN);
        cr_expect_eq(n, 27, "%s: %d", option, (int)n);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++)
                cr_expect(memcmp(b->x[i], b->x[j], sizeof b->x[i]) != 0, "%s", option);
        fake_free(f);
        free(b);
    }
    error_free(&err);
    space_free(&s);
}

/* The sphere with x0 + x1 + x2 >= 1.8, met where 1.8 - sum <= 0: the best is 0.6 each. */
Test(nlopt, constraints)
{
    space s = cube(DIMENSION, "float 0 1");
    static const char *const TAKE[] = {"auto", "cobyla", "isres"};
    s.n_constraints = 1;

    for (int k = 0; k < 3; k++) {
        char option[64];
        int64_t given;
        double best = INFINITY;
        snprintf(option, sizeof option, "nlopt.algorithm=%s", TAKE[k]);
        fake *f = NLOPT(&s, option);
        cr_assert(f, "%s", fake_refusal);
        table *b = table_new(1);
        for (int row = 0; row < MOST - 1; row++) {
            const double *x = b->x[row];
            cr_assert_eq(ask(f, b, 1, &given), HONE_OK);
            const double c = 1.8 - x[0] - x[1] - x[2], y = x[0] * x[0] + x[1] * x[1] + x[2] * x[2];
            tell(f, b, row, HONE_COMPLETE, y, c);
            best = c <= 1e-9 ? fmin(best, y) : best;
        }
        cr_expect(best < (k < 2 ? 1.08 + 1e-4 : 1.5), "%s: %.9g", option, best);
        fake_free(f);
        free(b);
    }
    cr_expect_null(NLOPT(&s, "nlopt.algorithm=direct"));
    cr_expect(strstr(fake_refusal, "constraints"), "%s", fake_refusal);
    space_free(&s);
}

Test(nlopt, refuses_what_it_cannot)
{
    space line = cube(1, "float 0 1"), two = cube(2, "float 0 1"), none = cube(1, "fixed 3");
    int64_t given;

    cr_expect_null(NLOPT(&line, "nlopt.algorithm=bobyqa"));
    cr_expect(strstr(fake_refusal, "two columns"), "%s", fake_refusal);
    two.n_objectives = 2;
    cr_expect_null(NLOPT(&two, "nlopt.algorithm=sbplx"));
    fake *f = NLOPT(&none, "nlopt.algorithm=auto");
    table *b = table_new(0);
    cr_assert(f);
    cr_expect(ask(f, b, 1, &given) == HONE_OK && given == 1);
    tell(f, b, 0, HONE_COMPLETE, 1, NAN);
    cr_expect_eq(ask(f, b, 1, &given), HONE_DONE);
    fake_free(f);
    free(b);
    space_free(&line);
    space_free(&two);
    space_free(&none);
}
