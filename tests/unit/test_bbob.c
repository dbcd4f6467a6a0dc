/* test_bbob.c - the bbob plugin against values of COCO's own code (bbob_values.csv,
 * bbob_optima.csv), and what its interface promises. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"

static const double AGREEMENT = 1e-10; /* relative */
enum { MAX_D = 64, LINE_ROOM = 4096 };

/* ---- a host that is just enough ---------------------------------------------------------- */

static int errors, notes;

static void count_error(const hone_host *h, int32_t option, const char *text)
{
    (void)h;
    (void)option;
    (void)text;
    errors++;
}

static void count_note(const hone_host *h, int64_t number, const char *key, double value,
                       const char *text)
{
    (void)h;
    (void)number;
    (void)value;
    cr_assert_str_eq(key, "reason");
    cr_assert_not_null(text);
    notes++;
}

static hone_space given_space; /* n_params 0: [space] is missing */

static const hone_space *space_of_host(const hone_host *h)
{
    (void)h;
    return &given_space;
}

static const hone_host HOST = {
    .size = sizeof HOST, .error = count_error, .note = count_note, .space = space_of_host};

static const hone_plugin *load(void)
{
    void *file = dlopen(BUILD_DIR "/plugins/objective/bbob.so", RTLD_NOW | RTLD_LOCAL);
    hone_module_fn entry;

    cr_assert_not_null(file, "%s", dlerror());
    *(void **)&entry = dlsym(file, "hone_module_v1");
    cr_assert_not_null(entry);
    return entry()->plugins[0];
}

typedef struct setting {
    int function, instance, dimension, remove_offset, mixint;
} setting;

static int32_t make(const hone_plugin *p, setting s, void **self)
{
    hone_value values[8] = {{0}};

    for (int32_t i = 0; i < p->n_options; i++) {
        const char *name = p->options[i].name;

        values[i].is_set = 1;
        if (strcmp(name, "function") == 0)
            values[i].i = s.function;
        else if (strcmp(name, "instance") == 0)
            values[i].i = s.instance;
        else if (strcmp(name, "dimension") == 0)
            values[i].i = s.dimension;
        else if (strcmp(name, "offset") == 0)
            values[i].i = s.remove_offset;
        else if (strcmp(name, "suite") == 0)
            values[i].i = s.mixint;
        else
            cr_assert_fail("unknown option %s", name);
    }
    return p->create(&HOST, values, self);
}

static double value_at(const hone_plugin *p, void *self, const double *x, int d, int32_t *state)
{
    const hone_objective_ops *ops = p->ops;
    int64_t number = 0;
    uint64_t seed = 1;
    double y = NAN;
    hone_points in = {.size = sizeof in,
                      .n_params = d,
                      .n = 1,
                      .number = &number,
                      .x = x,
                      .ldx = d,
                      .seed = &seed};
    hone_outcomes out = {.size = sizeof out, .n_objectives = 1, .state = state, .y = &y, .ldy = 1};

    *state = HONE_FAILED;
    cr_assert_eq(ops->evaluate(self, &in, &out), HONE_OK);
    return y;
}

/* ---- the committed numbers --------------------------------------------------------------- */

static FILE *open_table(const char *name)
{
    char path[1024];
    FILE *f;

    snprintf(path, sizeof path, "%s/tests/unit/%s", SOURCE_DIR, name);
    f = fopen(path, "r");
    cr_assert_not_null(f, "%s", path);
    return f;
}

/* The next line with numbers. */
static int next_line(FILE *f, char line[LINE_ROOM])
{
    while (fgets(line, LINE_ROOM, f))
        if (line[0] != '#' && strchr("fs", line[0]) == NULL)
            return 1;
    return 0;
}

/* Point t: splitmix64, as the head of bbob_values.csv says. */
static void point(double *x, setting s, int t)
{
    uint64_t state = (uint64_t)s.function << 48 | (uint64_t)s.instance << 32 |
                     (uint64_t)s.dimension << 16 | (uint64_t)t;

    for (int i = 0; i < s.dimension; i++) {
        uint64_t z = state += 0x9E3779B97F4A7C15u;

        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        z ^= z >> 31;
        x[i] = 12 * ((double)(z >> 11) * 0x1p-53 - 0.5);
    }
}

Test(bbob, agrees_with_coco)
{
    const hone_plugin *p = load();
    FILE *f = open_table("bbob_values.csv");
    char line[LINE_ROOM], suite[32];
    double largest = 0.0;
    int rows = 0;

    while (next_line(f, line)) {
        setting s = {0};
        double x[MAX_D], expected, got, off;
        int32_t state;
        void *self = NULL;
        int t;

        cr_assert_eq(sscanf(line, "%31[^,],%d,%d,%d,%d,%lf", suite, &s.function, &s.instance,
                            &s.dimension, &t, &expected),
                     6, "%s", line);
        s.mixint = strcmp(suite, "bbob-mixint") == 0;
        cr_assert_eq(make(p, s, &self), HONE_OK);
        point(x, s, t);
        got = value_at(p, self, x, s.dimension, &state);
        off = fabs(got - expected) / fabs(expected);
        cr_assert_eq(state, HONE_COMPLETE);
        cr_expect(off < AGREEMENT, "%s gives %.17g", line, got);
        largest = fmax(largest, off);
        p->destroy(self);
        rows++;
    }
    fclose(f);
    cr_assert_eq(rows, 24 * 6 * 4 * 2 + 24 * 3 * 2);
    cr_log_info("largest relative difference %.2e in %d values", largest, rows);
}

Test(bbob, is_smallest_at_the_optimum)
{
    const hone_plugin *p = load();
    const hone_ext_front *known = p->extension("hone.front/1");
    FILE *f = open_table("bbob_optima.csv");
    char line[LINE_ROOM];
    int rows = 0;

    while (next_line(f, line)) {
        setting s = {0};
        double x[MAX_D], fopt, got;
        int32_t state;
        void *self = NULL;
        char *at;
        int used;

        cr_assert_eq(
            sscanf(line, "%d,%d,%d,%lf%n", &s.function, &s.instance, &s.dimension, &fopt, &used), 4,
            "%s", line);
        at = line + used;
        for (int i = 0; i < s.dimension; i++)
            x[i] = strtod(at + 1, &at);
        cr_assert_eq(make(p, s, &self), HONE_OK);
        cr_expect_float_eq(value_at(p, self, x, s.dimension, &state), fopt, 1e-9, "%s", line);
        got = NAN;
        cr_assert_eq(known->front(self, 1, &got, 1), 1);
        cr_expect_float_eq(got, fopt, 1e-9);
        p->destroy(self);
        s.remove_offset = 1;
        cr_assert_eq(make(p, s, &self), HONE_OK);
        cr_expect_float_eq(value_at(p, self, x, s.dimension, &state), 0.0, 1e-9, "%s", line);
        x[0] += x[0] > 0 ? -0.7 : 0.7; /* not along f5's plateau outside its corner */
        cr_expect_gt(value_at(p, self, x, s.dimension, &state), 1e-6, "%s", line);
        p->destroy(self);
        rows++;
    }
    fclose(f);
    cr_assert_eq(rows, 24 * 2 * 4);
}

/* ---- the interface ----------------------------------------------------------------------- */

Test(bbob, gives_its_own_space)
{
    const hone_plugin *p = load();
    const hone_objective_ops *ops = p->ops;
    setting s = {.function = 3, .instance = 1, .dimension = 10};
    const hone_space *space;
    void *self = NULL;

    cr_assert_eq(make(p, s, &self), HONE_OK);
    space = ops->space(self);
    cr_assert_eq(space->n_params, 10);
    cr_assert_str_eq(space->params[9]->name, "x10");
    cr_assert_eq(space->params[9]->low, -5.0);
    cr_assert_eq(space->params[9]->high, 5.0);
    p->destroy(self);

    s.mixint = 1;
    cr_assert_eq(make(p, s, &self), HONE_OK);
    space = ops->space(self);
    cr_assert_eq(space->params[0]->type, HONE_INT);
    cr_assert_eq(space->params[7]->high, 15.0);
    cr_assert_eq(space->params[8]->type, HONE_REAL);
    p->destroy(self);
}

Test(bbob, fails_a_trial_without_a_number)
{
    const hone_plugin *p = load();
    setting s = {.function = 21, .instance = 1, .dimension = 2};
    double x[2] = {0.5, NAN};
    int32_t state;
    void *self = NULL;

    cr_assert_eq(make(p, s, &self), HONE_OK);
    cr_assert(isnan(value_at(p, self, x, 2, &state)));
    cr_assert_eq(state, HONE_FAILED);
    cr_assert_eq(notes, 1);
    p->destroy(self);
    p->destroy(NULL);
}

Test(bbob, refuses_what_is_not_defined)
{
    const hone_plugin *p = load();
    static const char *const choices[] = {"a", "b"};
    hone_param real = {.size = sizeof real, .parent = -1, .name = "x", .low = -5, .high = 5};
    hone_param category = {.size = sizeof category,
                           .type = HONE_CATEGORICAL,
                           .parent = -1,
                           .name = "c",
                           .high = 1,
                           .n_choices = 2,
                           .choices = choices};
    const hone_param *params[3] = {&real, &category, &real};
    setting s = {.function = 1, .instance = 1, .dimension = 6, .mixint = 1};
    void *self = NULL;

    cr_assert_eq(make(p, s, &self), HONE_EUNSUPPORTED); /* not a multiple of 5 */
    cr_assert_eq(errors, 1);
    s.mixint = 0;
    given_space = (hone_space){
        .size = sizeof given_space, .n_objectives = 1, .n_params = 3, .params = params};
    cr_assert_eq(make(p, s, &self), HONE_EINVAL); /* 6 is not 3 */
    s.dimension = 3;
    cr_assert_eq(make(p, s, &self), HONE_EUNSUPPORTED); /* a categorical one */
    params[1] = &real;
    given_space.n_objectives = 2;
    cr_assert_eq(make(p, s, &self), HONE_EUNSUPPORTED);
    given_space.n_objectives = 1;
    cr_assert_eq(make(p, s, &self), HONE_OK);
    cr_assert_eq(errors, 4);
    p->destroy(self);
}

Test(bbob, goes_beyond_forty_dimensions)
{
    const hone_plugin *p = load();
    double *x = calloc(100, sizeof *x);

    for (int function = 1; function <= 24; function++) {
        setting s = {.function = function, .instance = 1, .dimension = 100, .remove_offset = 1};
        int32_t state;
        void *self = NULL;
        double value;

        cr_assert_eq(make(p, s, &self), HONE_OK);
        value = value_at(p, self, x, 100, &state);
        cr_expect(isfinite(value) && value > 0.0, "f%d", function);
        p->destroy(self);
    }
    free(x);
}
