/* dtlz.c - seven problems with any number of objectives and known fronts.
 *
 * With M objectives the first M - 1 parameters say where on the front a point lies, the others how
 * far above: dtlz1 a plane with 11^k - 1 local fronts, dtlz2 a sphere, dtlz3 a sphere with
 * local fronts, dtlz4 an unevenly dense one, dtlz5 and dtlz6 curves, dtlz7 in 2^(M-1) pieces.
 * The study's goals say how many objectives there are.
 *
 * Source: Deb, Thiele, Laumanns, Zitzler, "Scalable Test Problems for Evolutionary Multiobjective
 *         Optimization", TIK report 112 (2001, 2005), section 6, DTLZ1 to DTLZ7.
 * With more than three objectives, dtlz5 and dtlz6 have further non-dominated points beside the
 * curve (Huband et al., IEEE TEVC 10, 2006): their front is given for two and three. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "hone_box.h"
#include "hone_front.h"
#include "hone_plugin.h"

enum { OPT_FUNCTION, OPT_DIMENSION, N_OPTIONS };
enum { DTLZ1, DTLZ2, DTLZ3, DTLZ4, DTLZ5, DTLZ6, DTLZ7, N_FUNCTIONS };

static const char *const NAMES[] = {"dtlz1", "dtlz2", "dtlz3", "dtlz4",
                                    "dtlz5", "dtlz6", "dtlz7", NULL};
static const int64_t DISTANCE[N_FUNCTIONS] = {5, 10, 10, 10, 10, 10, 20}; /* the paper's k */
static const double BIAS = 100.0;                                         /* alpha of dtlz4 */

static const hone_option OPTIONS[N_OPTIONS] = {
    [OPT_FUNCTION] = {.name = "function",
                      .type = HONE_OPT_CHOICE,
                      .def = "dtlz2",
                      .choices = NAMES,
                      .doc = "Which problem (Deb, Thiele, Laumanns, Zitzler 2001)."},
    [OPT_DIMENSION] = {.name = "dimension",
                       .type = HONE_OPT_INT,
                       .low = 2,
                       .high = 1000,
                       .doc = "Parameters where [space] is missing; by default objectives + 4 for "
                              "dtlz1, + 9 for dtlz2 to dtlz6, + 19 for dtlz7."},
};

typedef struct dtlz {
    const hone_host *host;
    int64_t function, d, m; /* parameters, objectives */
    hone_box box;
} dtlz;

/* ---- the problems ------------------------------------------------------------------------ */

/* g over the distance parameters z[k]. */
static double distance(int64_t function, const double *z, int64_t k)
{
    double sum = 0.0;

    for (int64_t i = 0; i < k; i++) {
        const double off = z[i] - 0.5;

        switch (function) {
        case DTLZ1:
        case DTLZ3:
            sum += 1.0 + off * off - cos(20.0 * M_PI * off);
            break;
        case DTLZ6:
            sum += pow(z[i], 0.1);
            break;
        case DTLZ7:
            sum += z[i];
            break;
        default:
            sum += off * off;
            break;
        }
    }
    if (function == DTLZ7)
        return 1.0 + 9.0 * sum / (double)k;
    return function == DTLZ1 || function == DTLZ3 ? 100.0 * sum : sum;
}

/* (1 + g)/2 times the corners of the unit simplex. */
static void plane(const dtlz *p, const double *x, double g, double *y)
{
    double product = 0.5 * (1.0 + g);

    for (int64_t i = p->m - 1; i > 0; i--) {
        const double position = x[p->m - 1 - i];

        y[i] = product * (1.0 - position);
        product *= position;
    }
    y[0] = product;
}

/* The angle of position parameter i in units of pi/2. */
static double angle(const dtlz *p, const double *x, int64_t i, double g)
{
    if (p->function == DTLZ4)
        return pow(x[i], BIAS);
    if ((p->function == DTLZ5 || p->function == DTLZ6) && i > 0)
        return (1.0 + 2.0 * g * x[i]) / (2.0 * (1.0 + g));
    return x[i];
}

static void sphere(const dtlz *p, const double *x, double g, double *y)
{
    double product = 1.0 + g;

    for (int64_t i = p->m - 1; i > 0; i--) {
        const double theta = 0.5 * M_PI * angle(p, x, p->m - 1 - i, g);

        y[i] = product * sin(theta);
        product *= cos(theta);
    }
    y[0] = product;
}

/* One term of h of dtlz7. */
static double ripple(double y, double g)
{
    return y / (1.0 + g) * (1.0 + sin(3.0 * M_PI * y));
}

static void pieces(const dtlz *p, const double *x, double g, double *y)
{
    double h = (double)p->m;

    for (int64_t i = 0; i < p->m - 1; i++) {
        y[i] = x[i];
        h -= ripple(x[i], g);
    }
    y[p->m - 1] = (1.0 + g) * h;
}

static void values(const dtlz *p, const double *x, double *y)
{
    const double g = distance(p->function, x + p->m - 1, p->d - p->m + 1);

    if (p->function == DTLZ1)
        plane(p, x, g, y);
    else if (p->function == DTLZ7)
        pieces(p, x, g, y);
    else
        sphere(p, x, g, y);
}

/* ---- the fronts -------------------------------------------------------------------------- */

static int64_t curve(int64_t n, int64_t m, double *y, int64_t ldy)
{
    for (int64_t i = 0; i < n; i++) {
        const double theta = n > 1 ? 0.5 * M_PI * (double)i / (double)(n - 1) : 0.0;
        double *row = y + i * ldy;

        row[m - 1] = sin(theta);
        row[0] = m == 2 ? cos(theta) : cos(theta) * M_SQRT1_2;
        row[1] = m == 2 ? sin(theta) : cos(theta) * M_SQRT1_2;
    }
    return n;
}

/* Of dtlz7, where ripple is larger than everywhere to the left: up to its first maximum, and
 * from where it gets as large again up to the second. */
static const hone_piece RISING[] = {{0.0, 0.25141183608891715},
                                    {0.6316265307000614, 0.8594008566447239}};

static int64_t grid_of_pieces(int64_t n, int64_t m, double *y, int64_t ldy)
{
    const int64_t side = hone_side(n, m - 1);
    int64_t count = 1;

    for (int64_t j = 0; j < m - 1; j++)
        count *= side;
    for (int64_t i = 0; i < count; i++) {
        double *row = y + i * ldy, h = (double)m;
        int64_t rest = i;

        for (int64_t j = 0; j < m - 1; j++) {
            row[j] = hone_pieces_at(RISING, 2, rest % side, side);
            h -= ripple(row[j], 1.0);
            rest /= side;
        }
        row[m - 1] = 2.0 * h;
    }
    return count;
}

static int64_t front(void *self, int64_t n, double *y, int64_t ldy)
{
    const dtlz *p = self;

    if (n < 1)
        return 0;
    if (p->function == DTLZ5 || p->function == DTLZ6)
        return p->m <= 3 ? curve(n, p->m, y, ldy) : 0;
    if (p->function == DTLZ7)
        return grid_of_pieces(n, p->m, y, ldy);
    n = hone_lattice(n, p->m, y, ldy);
    for (int64_t i = 0; i < n; i++) {
        if (p->function != DTLZ1)
            hone_round(y + i * ldy, p->m);
        for (int64_t j = 0; j < p->m && p->function == DTLZ1; j++)
            y[i * ldy + j] *= 0.5;
    }
    return n;
}

static const void *extension(const char *id)
{
    static const hone_ext_front FRONT = {.size = sizeof FRONT, .front = front};

    return id != NULL && strcmp(id, "hone.front/1") == 0 ? &FRONT : NULL;
}

/* ---- the plugin -------------------------------------------------------------------------- */

static int inside(const double *x, int64_t d)
{
    for (int64_t i = 0; i < d; i++)
        if (!(x[i] >= 0.0 && x[i] <= 1.0))
            return 0;
    return 1;
}

static int32_t evaluate(void *self, const hone_points *in, hone_outcomes *out)
{
    const dtlz *p = self;

    for (int64_t i = 0; i < in->n; i++) {
        const double *x = in->x + i * in->ldx;

        if (!inside(x, p->d)) {
            p->host->note(p->host, in->number[i], "reason", NAN,
                          "the function is defined in [0, 1] only");
            continue;
        }
        values(p, x, out->y + i * out->ldy);
        out->state[i] = HONE_COMPLETE;
    }
    return HONE_OK;
}

static const hone_space *own_space(void *self)
{
    return &((dtlz *)self)->box.space;
}

static void destroy(void *self)
{
    dtlz *p = self;

    if (p == NULL)
        return;
    hone_box_free(&p->box);
    free(p);
}

static int32_t refuse(const hone_host *host, int32_t status, const char *text)
{
    host->error(host, -1, text);
    return status;
}

static int32_t create(const hone_host *host, const hone_value *options, void **self)
{
    const hone_space *given = host->space(host);
    const int64_t function = options[OPT_FUNCTION].i, m = given ? given->n_objectives : 0;
    const int has_space = given != NULL && given->n_params > 0;
    int64_t d =
        options[OPT_DIMENSION].is_set ? options[OPT_DIMENSION].i : m - 1 + DISTANCE[function];
    dtlz *p;

    if (m < 2 || given->n_constraints != 0)
        return refuse(host, HONE_EUNSUPPORTED,
                      "dtlz has two or more objectives, as many as [study] goal names, and no "
                      "constraints");
    if (has_space && !hone_box_plain(given))
        return refuse(host, HONE_EUNSUPPORTED,
                      "dtlz needs numbers that are always active: no categorical and no "
                      "conditional parameters");
    if (has_space)
        d = given->n_params;
    if (d < m)
        return refuse(host, HONE_EUNSUPPORTED,
                      "dtlz needs at least as many parameters as objectives");
    p = calloc(1, sizeof *p);
    if (p == NULL || hone_box_make(&p->box, d, (int32_t)m, 0) < 0) {
        destroy(p);
        return refuse(host, HONE_ENOMEM, "out of memory");
    }
    p->host = host;
    p->function = function;
    p->d = d;
    p->m = m;
    *self = p;
    return HONE_OK;
}

static const hone_objective_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_MULTI_OBJECTIVE,
    .evaluate = evaluate,
    .space = own_space,
};

static const hone_plugin DTLZ = {
    .size = sizeof DTLZ,
    .kind = HONE_OBJECTIVE,
    .name = "dtlz",
    .version = "1.0.0",
    .doc = "The DTLZ test problems: any number of objectives, with known Pareto fronts.",
    .sources = "Deb, Thiele, Laumanns, Zitzler, \"Scalable Test Problems for Evolutionary "
               "Multiobjective Optimization\", TIK report 112, 2001, section 6.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
    .extension = extension,
};

static const hone_plugin *const PLUGINS[] = {&DTLZ};
HONE_MODULE("dtlz", "1.0.0", "MIT", "", PLUGINS)
