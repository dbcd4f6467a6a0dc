/* test_fronts.c - the plugins zdt, dtlz and wfg: their values against DEAP's and pymoo's, and
 * their fronts. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"
#include "statistics.h"

enum { MAX_D = 64, MAX_M = 8, LINE_ROOM = 1024 };

/* ---- a host that is just enough ---------------------------------------------------------- */

static int errors, notes;
static hone_space given_space = {.size = sizeof given_space, .n_objectives = 2};

static void count_error(const hone_host *h, int32_t option, const char *text)
{
    (void)h;
    (void)option;
    cr_assert_not_null(text);
    errors++;
}

static void count_note(const hone_host *h, int64_t number, const char *key, double value,
                       const char *text)
{
    (void)h;
    (void)number;
    (void)key;
    (void)value;
    cr_assert_not_null(text);
    notes++;
}

static const hone_space *space_of_host(const hone_host *h)
{
    (void)h;
    return &given_space;
}

static const hone_host HOST = {
    .size = sizeof HOST, .error = count_error, .note = count_note, .space = space_of_host};

typedef struct problem {
    const hone_plugin *plugin;
    void *self;
    int m;
    int64_t d;
} problem;

static const hone_plugin *load(const char *family)
{
    char path[1024];
    void *file;
    hone_module_fn entry;

    snprintf(path, sizeof path, "%s/plugins/objective/%s.so", BUILD_DIR, family);
    file = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    cr_assert_not_null(file, "%s", dlerror());
    *(void **)&entry = dlsym(file, "hone_module_v1");
    cr_assert_not_null(entry);
    return entry()->plugins[0];
}

/* d 0: the plugin's own choice */
static int32_t make(problem *p, const char *name, int m, int d)
{
    hone_value values[4] = {{0}};
    char family[8] = "";

    memcpy(family, name, strcspn(name, "123456789"));
    p->plugin = load(family);
    p->m = m;
    given_space.n_objectives = m;
    for (int i = 0; p->plugin->options[0].choices[i] != NULL; i++)
        if (strcmp(p->plugin->options[0].choices[i], name) == 0)
            values[0].i = i;
    values[1].is_set = d > 0;
    values[1].i = d;
    return p->plugin->create(&HOST, values, &p->self);
}

static int32_t value_at(const problem *p, const double *x, int d, double *y)
{
    const hone_objective_ops *ops = p->plugin->ops;
    int64_t number = 0;
    uint64_t seed = 1;
    int32_t state = HONE_FAILED;
    hone_points in = {.size = sizeof in,
                      .n_params = d,
                      .n = 1,
                      .number = &number,
                      .x = x,
                      .ldx = d,
                      .seed = &seed};
    hone_outcomes out = {
        .size = sizeof out, .n_objectives = p->m, .state = &state, .y = y, .ldy = p->m};

    cr_assert_eq(ops->evaluate(p->self, &in, &out), HONE_OK);
    return state;
}

/* ---- values ------------------------------------------------------------------------------ */

static void point(const char *name, uint64_t seed, int d, double *x)
{
    for (int i = 0; i < d; i++) {
        uint64_t z = seed += 0x9E3779B97F4A7C15u;

        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        z ^= z >> 31;
        x[i] = (double)(z >> 11) * 0x1p-53;
        if (strcmp(name, "zdt4") == 0 && i > 0)
            x[i] = 10 * x[i] - 5;
        if (strcmp(name, "zdt5") == 0)
            x[i] = floor(x[i] * (i == 0 ? 0x1p30 : 32.0));
        if (name[0] == 'w')
            x[i] *= 2 * (i + 1);
    }
}

Test(fronts_of, values_agree)
{
    FILE *f = fopen(SOURCE_DIR "/tests/unit/fronts_values.csv", "r");
    char line[LINE_ROOM], name[16];
    int rows = 0;

    cr_assert_not_null(f);
    while (fgets(line, sizeof line, f)) {
        double x[MAX_D], y[MAX_M];
        problem p = {0};
        int m, d, seed, used;
        char *at;

        if (sscanf(line, "%15[a-z0-9],%d,%d,%d%n", name, &m, &d, &seed, &used) != 4)
            continue;
        cr_assert_eq(make(&p, name, m, d), HONE_OK, "%s", line);
        point(name, (uint64_t)seed, d, x);
        cr_assert_eq(value_at(&p, x, d, y), HONE_COMPLETE, "%s", line);
        at = line + used;
        for (int j = 0; j < m; j++) {
            const double expected = strtod(at + 1, &at);

            cr_expect(fabs(y[j] - expected) <= 1e-11 * fmax(fabs(expected), 1e-3),
                      "%s objective %d: %.17g", line, j + 1, y[j]);
        }
        p.plugin->destroy(p.self);
        rows++;
    }
    fclose(f);
    cr_assert_eq(rows, 3 * (2 * 6 + 3 * 7 + 4 * 9));
}

/* ---- fronts ------------------------------------------------------------------------------ */

/* The same for wfg: the position parameters of one group are equal, the distance ones 0.35. */
static void best_wfg_point(const char *name, int m, int64_t d, double *x)
{
    const int k = m == 2 ? 4 : 2 * (m - 1), gap = k / (m - 1);
    double u[MAX_M];

    memcpy(u, x, sizeof *u * (size_t)(m - 1));
    for (int64_t i = 0; i < d; i++) {
        x[i] = i < k ? u[i / gap] : 0.35;
        if (i < k && strcmp(name, "wfg1") == 0) /* undo its bias */
            x[i] = pow(x[i], 50.0);
        x[i] *= 2.0 * (double)(i + 1);
    }
}

/* A random point with the best distance parameters. */
static void best_point(const char *name, int m, int64_t d, int64_t stream, double *x)
{
    const double z =
        strcmp(name, "dtlz6") == 0 || strcmp(name, "dtlz7") == 0 || name[0] == 'z' ? 0.0 : 0.5;

    rng_uniform(rng_root(5), stream, 0, m - 1, x);
    if (name[0] == 'w') {
        best_wfg_point(name, m, d, x);
        return;
    }
    if (strcmp(name, "dtlz4") == 0) /* undo its bias */
        for (int i = 0; i < m - 1; i++)
            x[i] = pow(x[i], 0.01);
    for (int64_t i = m - 1; i < d; i++)
        x[i] = z;
    if (strcmp(name, "zdt5") == 0) {
        x[0] = exp2(floor(x[0] * 31.0)) - 1; /* any number of ones */
        for (int64_t i = 1; i < d; i++)
            x[i] = 31;
    }
}

/* No point of the front is dominated by another or by any point that can be reached, and each
 * reachable one has the front near or below. */
static void check_front(const char *name, int m)
{
    enum { ASKED = 500, REACHED = 2000 };
    static double front[ASKED * MAX_M], y[REACHED * MAX_M];
    static int64_t rank[ASKED];
    const hone_ext_front *known;
    const hone_space *space;
    problem p = {0};
    double size;
    int64_t n;

    cr_assert_eq(make(&p, name, m, 0), HONE_OK);
    space = ((const hone_objective_ops *)p.plugin->ops)->space(p.self);
    known = p.plugin->extension("hone.front/1");
    n = known->front(p.self, ASKED, front, m);
    cr_assert(n > 20 && n <= ASKED, "%s: %lld", name, (long long)n);
    cr_assert_eq(stat_front_ranks(front, n, m, rank), HONE_OK);
    for (int64_t i = 0; i < n; i++)
        cr_expect_eq(rank[i], 0, "%s %lld of %lld", name, (long long)i, (long long)n);
    for (int64_t k = 0; k < REACHED; k++) {
        double x[MAX_D];

        best_point(name, m, space->n_params, k, x);
        cr_assert_eq(value_at(&p, x, space->n_params, y + k * m), HONE_COMPLETE);
        for (int64_t i = 0; i < n; i++) {
            int better = 1;

            for (int j = 0; j < m; j++)
                better = better && y[k * m + j] < front[i * m + j] - 1e-9;
            cr_assert(!better, "%s: point %lld is better than %lld of the front", name,
                      (long long)k, (long long)i);
        }
    }
    /* wfg's objectives are 2 m times as large */
    size = name[0] == 'w' ? 2.0 * m : 1.0;
    cr_expect_lt(stat_igd_plus(y, REACHED, front, n, m), 0.05 * size, "%s %d: %g", name, m,
                 stat_igd_plus(y, REACHED, front, n, m));
    cr_expect_lt(stat_igd_plus(front, n, y, REACHED, m), 0.06 * size, "%s %d: %g", name, m,
                 stat_igd_plus(front, n, y, REACHED, m));
    p.plugin->destroy(p.self);
}

Test(fronts_of, zdt)
{
    static const char *const names[] = {"zdt1", "zdt2", "zdt3", "zdt4", "zdt5", "zdt6"};

    for (int i = 0; i < 6; i++)
        check_front(names[i], 2);
}

Test(fronts_of, dtlz)
{
    static const char *const names[] = {"dtlz1", "dtlz2", "dtlz3", "dtlz4",
                                        "dtlz5", "dtlz6", "dtlz7"};

    for (int m = 2; m <= 3; m++)
        for (int i = 0; i < 7; i++)
            check_front(names[i], m);
}

Test(fronts_of, wfg)
{
    static const char *const names[] = {"wfg1", "wfg2", "wfg4", "wfg5", "wfg7"};

    check_front("wfg3", 2);
    for (int m = 2; m <= 3; m++)
        for (int i = 0; i < 5; i++)
            check_front(names[i], m);
}

/* ---- the interface ----------------------------------------------------------------------- */

Test(fronts_of, refuses)
{
    double x[3] = {0.5, 1.5, 0.5}, y[2] = {0, 0};
    hone_param real = {.size = sizeof real, .parent = -1, .name = "x", .high = 1};
    const hone_param *params[2] = {&real, &real};
    problem p = {0};

    cr_expect_eq(make(&p, "dtlz2", 1, 5), HONE_EUNSUPPORTED); /* one objective */
    cr_expect_eq(make(&p, "dtlz2", 4, 3), HONE_EUNSUPPORTED); /* too few parameters */
    given_space.params = params;
    given_space.n_params = 2;
    cr_expect_eq(make(&p, "zdt1", 3, 0), HONE_EUNSUPPORTED);
    given_space.n_params = 0;
    cr_expect_eq(errors, 3);
    cr_assert_eq(make(&p, "zdt1", 2, 3), HONE_OK);
    cr_expect_eq(value_at(&p, x, 3, y), HONE_FAILED);
    cr_expect_eq(notes, 1);
    p.plugin->destroy(p.self);
    p.plugin->destroy(NULL);
}
