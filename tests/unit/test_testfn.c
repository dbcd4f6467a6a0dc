/* test_testfn.c - the test functions: values against an independent transcription, optima where
 * they are said to be, nothing better elsewhere, and which spaces they take. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"

enum { MAX_D = 64, LINE_ROOM = 1024, FUNCTION_OPTION = 0, DIMENSION_OPTION = 1, SHIFT_OPTION = 2 };

/* ---- a host that is just enough ---------------------------------------------------------- */

static int errors;
static hone_space given_space = {.size = sizeof given_space, .n_objectives = 1};

static void count_error(const hone_host *h, int32_t option, const char *text)
{
    (void)h;
    (void)option;
    cr_assert_not_null(text);
    errors++;
}

static const hone_space *space_of_host(const hone_host *h)
{
    (void)h;
    return &given_space;
}

static const void *no_extension(const hone_host *h, const char *id)
{
    (void)h;
    (void)id;
    return NULL;
}

static const hone_host HOST = {
    .size = sizeof HOST, .error = count_error, .space = space_of_host, .extension = no_extension};

typedef struct function {
    const hone_plugin *plugin;
    void *self;
    const hone_space *space;
    double optimum; /* NaN: not known */
} function;

static int32_t make(function *f, const char *name, int d, double shift)
{
    void *file = dlopen(BUILD_DIR "/plugins/objective/testfn.so", RTLD_NOW | RTLD_LOCAL);
    hone_value values[8] = {{0}};
    const hone_option *option;
    hone_module_fn entry;
    int32_t status;

    cr_assert_not_null(file, "%s", dlerror());
    *(void **)&entry = dlsym(file, "hone_module_v1");
    f->plugin = entry()->plugins[0];
    option = &f->plugin->options[FUNCTION_OPTION];
    while (option->choices[values[0].i] && strcmp(option->choices[values[0].i], name) != 0)
        values[0].i++;
    cr_assert_not_null(option->choices[values[0].i], "%s", name);
    values[DIMENSION_OPTION].i = d;
    values[SHIFT_OPTION].n = shift != 0.0;
    values[SHIFT_OPTION].v = &shift;
    status = f->plugin->create(&HOST, values, &f->self);
    if (status == HONE_OK) {
        const hone_ext_front *known = f->plugin->extension("hone.front/1");

        f->space = ((const hone_objective_ops *)f->plugin->ops)->space(f->self);
        if (known->front(f->self, 1, &f->optimum, 1) == 0)
            f->optimum = NAN;
    }
    return status;
}

static double value_at(const function *f, const double *x, double *c)
{
    const hone_objective_ops *ops = f->plugin->ops;
    int64_t number = 0;
    uint64_t seed = 1;
    int32_t state = HONE_FAILED, d = f->space->n_params;
    double y[2] = {NAN, NAN};
    hone_points in = {.size = sizeof in,
                      .n_params = d,
                      .n = 1,
                      .number = &number,
                      .x = x,
                      .ldx = d,
                      .seed = &seed};
    hone_outcomes out = {.size = sizeof out,
                         .n_objectives = f->space->n_objectives,
                         .n_constraints = f->space->n_constraints,
                         .state = &state,
                         .y = y,
                         .ldy = 2,
                         .c = f->space->n_constraints ? c : NULL,
                         .ldc = 8};

    cr_assert_eq(ops->evaluate(f->self, &in, &out), HONE_OK);
    cr_assert_eq(state, HONE_COMPLETE);
    return y[0];
}

/* A point of the function's own space; inactive ones are NaN where `conditions`. */
static void point(const hone_space *s, uint64_t seed, int conditions, double *x)
{
    for (int32_t i = 0; i < s->n_params; i++) {
        const hone_param *p = s->params[i];
        const double wide = p->high - p->low;
        uint64_t z = seed += 0x9E3779B97F4A7C15u;
        double u;

        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        z ^= z >> 31;
        u = (double)(z >> 11) * 0x1p-53;
        x[i] = p->type == HONE_REAL ? p->low + u * wide : floor(p->low + u * (wide + 1));
        if (conditions && p->parent >= 0 && x[p->parent] != p->when[0])
            x[i] = NAN;
    }
}

static FILE *open_table(const char *name)
{
    char path[1024];
    FILE *f;

    snprintf(path, sizeof path, "%s/tests/unit/%s", SOURCE_DIR, name);
    f = fopen(path, "r");
    cr_assert_not_null(f, "%s", path);
    return f;
}

/* ---- values ------------------------------------------------------------------------------ */

Test(testfn, values_agree)
{
    FILE *f = open_table("testfn_values.csv");
    char line[LINE_ROOM], name[32];
    int rows = 0;

    while (fgets(line, sizeof line, f)) {
        double x[MAX_D], c[8] = {0}, expected, got;
        function fn = {0};
        int d, seed, used;
        char *at;

        if (sscanf(line, "%31[a-z0-9_],%d,%d,%lf%n", name, &d, &seed, &expected, &used) != 4)
            continue;
        cr_assert_eq(make(&fn, name, d, 0.0), HONE_OK, "%s", name);
        cr_assert_eq(fn.space->n_params, d, "%s", line);
        for (int conditions = 0; conditions < 2; conditions++) {
            point(fn.space, (uint64_t)seed, conditions, x);
            got = value_at(&fn, x, c);
            cr_expect(fabs(got - expected) <= 1e-11 * fabs(expected) + 1e-13, "%s gives %.17g",
                      line, got);
        }
        at = line + used;
        for (int j = 0; j < fn.space->n_constraints; j++) {
            const double limit = strtod(at + 1, &at);

            cr_expect(fabs(c[j] - limit) <= 1e-11 * fmax(1.0, fabs(limit)),
                      "%s constraint %d: %.17g", line, j + 1, c[j]);
        }
        fn.plugin->destroy(fn.self);
        rows++;
    }
    fclose(f);
    cr_assert_eq(rows, 126);
}

/* ---- optima ------------------------------------------------------------------------------ */

static int feasible(const double *c, int32_t n, double slack)
{
    for (int32_t j = 0; j < n; j++)
        if (c[j] > slack)
            return 0;
    return 1;
}

Test(testfn, optima_are_where_they_should_be)
{
    enum { TRIED = 3000 };
    FILE *f = open_table("testfn_optima.csv");
    char line[LINE_ROOM], name[32];
    int rows = 0;

    while (fgets(line, sizeof line, f)) {
        double x[MAX_D], c[8] = {0};
        char *at = line + strcspn(line, ",\n");
        function fn = {0};
        int d = 0;

        if (line[0] == '#' || sscanf(line, "%31[a-z0-9_]", name) != 1 || !strcmp(name, "function"))
            continue;
        while (*at == ',')
            x[d++] = strtod(at + 1, &at);
        cr_assert_eq(make(&fn, name, d > 0 ? d : 2, 0.0), HONE_OK, "%s", name);
        cr_expect_float_eq(value_at(&fn, x, c), fn.optimum, 1e-7 * fmax(1e-5, fabs(fn.optimum)),
                           "%s: %.17g, not %.17g", name, value_at(&fn, x, c), fn.optimum);
        cr_expect(feasible(c, fn.space->n_constraints, 1e-6), "%s: %g", name, c[0]);
        for (int i = 0; i < TRIED; i++) {
            double y;

            point(fn.space, (uint64_t)i, 1, x);
            y = value_at(&fn, x, c);
            cr_assert(y >= fn.optimum - 1e-12 || !feasible(c, fn.space->n_constraints, 0.0),
                      "%s: %.17g is better", name, y);
        }
        fn.plugin->destroy(fn.self);
        rows++;
    }
    fclose(f);
    cr_assert_eq(rows, 50);
}

/* The answer is not claimed where it may have left the box. */
Test(testfn, optimum_is_claimed_in_the_usual_box_only)
{
    hone_param wide = {.size = sizeof wide, .parent = -1, .name = "x", .low = -50, .high = 50};
    const hone_param *params[2] = {&wide, &wide};
    function f = {0};

    cr_assert_eq(make(&f, "sphere", 3, 0.5), HONE_OK);
    cr_expect(isnan(f.optimum));
    f.plugin->destroy(f.self);
    given_space.params = params;
    given_space.n_params = 2;
    cr_assert_eq(make(&f, "sphere", 3, 0.0), HONE_OK);
    cr_expect(isnan(f.optimum));
    f.plugin->destroy(f.self);
}

/* ---- spaces ------------------------------------------------------------------------------ */

Test(testfn, has_spaces_of_its_own)
{
    function f = {0};

    cr_assert_eq(make(&f, "func2c", 2, 0.0), HONE_OK);
    cr_expect_eq(f.space->n_params, 4);
    cr_expect_eq(f.space->params[1]->type, HONE_CATEGORICAL);
    cr_expect_eq(f.space->params[1]->n_choices, 5);
    cr_expect_str_eq(f.space->params[1]->choices[4], "e");
    f.plugin->destroy(f.self);
    cr_assert_eq(make(&f, "jenatton", 2, 0.0), HONE_OK);
    cr_expect_eq(f.space->params[6]->parent, 2);
    cr_expect_eq(f.space->params[6]->when[0], 1.0);
    f.plugin->destroy(f.self);
    cr_assert_eq(make(&f, "augmented_branin", 2, 0.0), HONE_OK);
    cr_expect(f.space->params[2]->flags & HONE_PARAM_FIDELITY);
    f.plugin->destroy(f.self);
    cr_assert_eq(make(&f, "trap5", 20, 0.0), HONE_OK);
    cr_expect(f.space->n_params == 20 && f.space->params[19]->type == HONE_INT);
    f.plugin->destroy(f.self);
    f.plugin->destroy(NULL);
}

Test(testfn, refuses_other_spaces)
{
    static const char *const letters[] = {"a", "b"};
    hone_param real = {.size = sizeof real, .parent = -1, .name = "x", .high = 1};
    hone_param category = {.size = sizeof category,
                           .type = HONE_CATEGORICAL,
                           .parent = -1,
                           .name = "c",
                           .high = 1,
                           .n_choices = 2,
                           .choices = letters};
    const hone_param *params[4] = {&real, &real, &real, &real};
    function f = {0};

    cr_expect_eq(make(&f, "func2c", 2, 0.5), HONE_EINVAL); /* nothing to move */
    given_space.params = params;
    given_space.n_params = 4;
    cr_expect_eq(make(&f, "func2c", 2, 0.0), HONE_EUNSUPPORTED); /* no categories */
    cr_expect_eq(make(&f, "branin", 2, 0.0), HONE_EUNSUPPORTED); /* takes two */
    cr_expect_eq(make(&f, "trap5", 2, 0.0), HONE_EUNSUPPORTED);  /* at least five */
    params[0] = &category;
    cr_expect_eq(make(&f, "sphere", 2, 0.0), HONE_EUNSUPPORTED);
    params[0] = &real;
    cr_expect_eq(make(&f, "gear_train", 2, 0.0), HONE_EUNSUPPORTED); /* not integers */
    given_space.n_constraints = 1;
    cr_expect_eq(make(&f, "sphere", 2, 0.0), HONE_EUNSUPPORTED);
    cr_expect_eq(errors, 7);
}
