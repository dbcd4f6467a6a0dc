/* zdt.c - six problems with two objectives and known fronts.
 *
 * zdt1 convex, zdt2 concave, zdt3 in five pieces, zdt4 with 21^9 local fronts, zdt5 on strings of
 * bits, zdt6 unevenly dense.  y1 depends on x1 alone; the front is where the others are best.
 *
 * Source: Zitzler, Deb, Thiele, "Comparison of Multiobjective Evolutionary Algorithms: Empirical
 *         Results", Evolutionary Computation 8 (2000), eqs. 6 to 12.  Departure: a string of b
 *         bits is an integer parameter 0 .. 2^b - 1; only its number of ones counts. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "hone_box.h"
#include "hone_front.h"
#include "hone_plugin.h"

enum { OPT_FUNCTION, OPT_DIMENSION, N_OPTIONS };
enum { ZDT1, ZDT2, ZDT3, ZDT4, ZDT5, ZDT6, N_FUNCTIONS };
enum { BITS_FIRST = 30, BITS_OTHERS = 5 };

static const char *const NAMES[] = {"zdt1", "zdt2", "zdt3", "zdt4", "zdt5", "zdt6", NULL};
static const int64_t DIMENSIONS[N_FUNCTIONS] = {30, 30, 30, 10, 11, 10}; /* the paper's */

static const hone_option OPTIONS[N_OPTIONS] = {
    [OPT_FUNCTION] = {.name = "function",
                      .type = HONE_OPT_CHOICE,
                      .def = "zdt1",
                      .choices = NAMES,
                      .doc = "Which problem (Zitzler, Deb, Thiele 2000)."},
    [OPT_DIMENSION] = {.name = "dimension",
                       .type = HONE_OPT_INT,
                       .low = 2,
                       .high = 1000,
                       .doc = "Parameters where [space] is missing; the paper has 30 for zdt1 to "
                              "zdt3, 10 for zdt4 and zdt6, 11 for zdt5."},
};

typedef struct zdt {
    const hone_host *host;
    int64_t function, d;
    hone_box box;
} zdt;

/* ---- the problems ------------------------------------------------------------------------ */

static double sum_of_others(const double *x, int64_t d)
{
    double sum = 0.0;

    for (int64_t i = 1; i < d; i++)
        sum += x[i];
    return sum;
}

/* g of zdt4: Rastrigin's function. */
static double waves(const double *x, int64_t d)
{
    double sum = 1.0 + 10.0 * (double)(d - 1);

    for (int64_t i = 1; i < d; i++)
        sum += x[i] * x[i] - 10.0 * cos(4.0 * M_PI * x[i]);
    return sum;
}

static int ones(double x)
{
    return __builtin_popcountll((unsigned long long)x);
}

/* g of zdt5: five ones are best, none is second best. */
static double deceptive(const double *x, int64_t d)
{
    double sum = 0.0;

    for (int64_t i = 1; i < d; i++)
        sum += ones(x[i]) < BITS_OTHERS ? 2.0 + ones(x[i]) : 1.0;
    return sum;
}

/* y2/g as a function of y1 and g. */
static double shape(int64_t function, double y1, double g)
{
    const double ratio = y1 / g;

    switch (function) {
    case ZDT2:
    case ZDT6:
        return 1.0 - ratio * ratio;
    case ZDT3:
        return 1.0 - sqrt(ratio) - ratio * sin(10.0 * M_PI * y1);
    case ZDT5:
        return 1.0 / y1;
    default:
        return 1.0 - sqrt(ratio);
    }
}

/* y1 of zdt6. */
static double uneven(double x)
{
    const double s = sin(6.0 * M_PI * x), cube = s * s * s;

    return 1.0 - exp(-4.0 * x) * cube * cube;
}

static void values(int64_t function, int64_t d, const double *x, double y[2])
{
    double g;

    y[0] = function == ZDT5 ? 1.0 + ones(x[0]) : function == ZDT6 ? uneven(x[0]) : x[0];
    switch (function) {
    case ZDT4:
        g = waves(x, d);
        break;
    case ZDT5:
        g = deceptive(x, d);
        break;
    case ZDT6:
        g = 1.0 + 9.0 * pow(sum_of_others(x, d) / (double)(d - 1), 0.25);
        break;
    default:
        g = 1.0 + 9.0 * sum_of_others(x, d) / (double)(d - 1);
        break;
    }
    y[1] = g * shape(function, y[0], g);
}

/* ---- the fronts -------------------------------------------------------------------------- */

/* y1 of the non-dominated pieces: of zdt3 where its curve falls below all to the left. */
static const hone_piece PIECES_ZDT3[] = {{0.0, 0.08300153492691163},
                                    {0.1822287280293998, 0.2577623633878302},
                                    {0.40931367480865677, 0.4538821040888302},
                                    {0.6183967944392658, 0.6525117038046625},
                                    {0.8233317983266327, 0.851832865436414}};
static const hone_piece WHOLE[] = {{0.0, 1.0}};
static const hone_piece PIECE_ZDT6[] = {{0.28077531881536977, 1.0}}; /* the least of y1 */

static int64_t front(void *self, int64_t n, double *y, int64_t ldy)
{
    const zdt *z = self;

    if (z->function == ZDT5) { /* y1 is 1 .. 31; thinned evenly */
        const int64_t all = BITS_FIRST + 1, m = n < all ? n : all;

        for (int64_t i = 0; i < m; i++) {
            y[i * ldy] = 1.0 + (double)(m > 1 ? i * (all - 1) / (m - 1) : 0);
            y[i * ldy + 1] = (double)(z->d - 1) / y[i * ldy];
        }
        return m;
    }
    for (int64_t i = 0; i < n; i++) {
        double *at = y + i * ldy;

        if (z->function == ZDT3)
            at[0] = hone_pieces_at(PIECES_ZDT3, 5, i, n);
        else
            at[0] = hone_pieces_at(z->function == ZDT6 ? PIECE_ZDT6 : WHOLE, 1, i, n);
        at[1] = shape(z->function, at[0], 1.0);
    }
    return n;
}

static const void *extension(const char *id)
{
    static const hone_ext_front FRONT = {.size = sizeof FRONT, .front = front};

    return id != NULL && strcmp(id, "hone.front/1") == 0 ? &FRONT : NULL;
}

/* ---- the plugin -------------------------------------------------------------------------- */

/* Where the function is defined. */
static void limits(int64_t function, int64_t i, double *low, double *high)
{
    *low = 0.0;
    *high = 1.0;
    if (function == ZDT4 && i > 0) {
        *low = -5.0;
        *high = 5.0;
    }
    if (function == ZDT5)
        *high = (double)((1LL << (i == 0 ? BITS_FIRST : BITS_OTHERS)) - 1);
}

static int inside(const zdt *z, const double *x)
{
    for (int64_t i = 0; i < z->d; i++) {
        double low, high;

        limits(z->function, i, &low, &high);
        if (!(x[i] >= low && x[i] <= high) || (z->function == ZDT5 && x[i] != floor(x[i])))
            return 0;
    }
    return 1;
}

static int32_t evaluate(void *self, const hone_points *in, hone_outcomes *out)
{
    zdt *z = self;

    for (int64_t i = 0; i < in->n; i++) {
        const double *x = in->x + i * in->ldx;

        if (!inside(z, x)) {
            z->host->note(z->host, in->number[i], "reason", NAN,
                          z->function == ZDT5 ? "zdt5 takes integers: x1 in 0 .. 2^30 - 1, the "
                                                "others in 0 .. 31"
                          : z->function == ZDT4
                              ? "zdt4 is defined for x1 in [0, 1] and the others in [-5, 5]"
                              : "the function is defined in [0, 1] only");
            continue;
        }
        values(z->function, z->d, x, out->y + i * out->ldy);
        out->state[i] = HONE_COMPLETE;
    }
    return HONE_OK;
}

static const hone_space *own_space(void *self)
{
    return &((zdt *)self)->box.space;
}

static void destroy(void *self)
{
    zdt *z = self;

    if (z == NULL)
        return;
    hone_box_free(&z->box);
    free(z);
}

static int32_t refuse(const hone_host *host, int32_t status, const char *text)
{
    host->error(host, -1, text);
    return status;
}

static void describe_space(zdt *z)
{
    for (int64_t i = 0; i < z->d; i++) {
        hone_param *p = &z->box.params[i];

        limits(z->function, i, &p->low, &p->high);
        if (z->function != ZDT5)
            continue;
        p->type = HONE_INT;
        p->step = 1.0;
        z->box.col_levels[i] = (int64_t)p->high + 1;
    }
}

static int32_t create(const hone_host *host, const hone_value *options, void **self)
{
    const hone_space *given = host->space(host);
    const int64_t function = options[OPT_FUNCTION].i;
    const int has_space = given != NULL && given->n_params > 0;
    int64_t d = options[OPT_DIMENSION].is_set ? options[OPT_DIMENSION].i : DIMENSIONS[function];
    zdt *z;

    if (has_space) {
        d = given->n_params;
        if (given->n_objectives != 2 || given->n_constraints != 0)
            return refuse(host, HONE_EUNSUPPORTED, "zdt has two objectives and no constraints");
        if (d < 2 || !hone_box_plain(given))
            return refuse(host, HONE_EUNSUPPORTED,
                          "zdt needs two or more numbers that are always active: no categorical "
                          "and no conditional parameters");
    }
    z = calloc(1, sizeof *z);
    if (z == NULL || hone_box_make(&z->box, d, 2, 0) < 0) {
        destroy(z);
        return refuse(host, HONE_ENOMEM, "out of memory");
    }
    z->host = host;
    z->function = function;
    z->d = d;
    describe_space(z);
    *self = z;
    return HONE_OK;
}

static const hone_objective_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_MULTI_OBJECTIVE,
    .evaluate = evaluate,
    .space = own_space,
};

static const hone_plugin ZDT = {
    .size = sizeof ZDT,
    .kind = HONE_OBJECTIVE,
    .name = "zdt",
    .version = "1.0.0",
    .doc = "The ZDT test problems: two objectives with a known Pareto front.",
    .sources = "Zitzler, Deb, Thiele, \"Comparison of Multiobjective Evolutionary Algorithms: "
               "Empirical Results\", Evolutionary Computation 8, 2000, eqs. (6) to "
               "(12).\nDeparture: a string of b bits is an integer parameter from 0 to 2^b - 1.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
    .extension = extension,
};

static const hone_plugin *const PLUGINS[] = {&ZDT};
HONE_MODULE("zdt", "1.0.0", "MIT", "", PLUGINS)
