/* bbob.c - the 24 noiseless functions of the bbob test bed, at any dimension and instance.
 *
 * What it is for: comparing strategies on functions whose difficulties are known (separable,
 * ill-conditioned, multi-modal, ...), with values that agree with COCO's to the last digits,
 * so that results stand beside all published ones.
 *
 * Source: problem.h.  COCO defines dimensions up to 40; above, the same formulae go on, with
 * a matrix of d^2 numbers.  An evaluation costs O(d^2) and allocates nothing.
 *
 * The dimension is that of [space], whose parameters are native coordinates (usually in
 * [-5, 5]; values outside are defined); without [space] the plugin gives its own. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_box.h"
#include "hone_plugin.h"
#include "problem.h"

enum { OPT_FUNCTION, OPT_INSTANCE, OPT_DIMENSION, OPT_OFFSET, OPT_SUITE, N_OPTIONS };
enum { OFFSET_KEEP = 0, OFFSET_REMOVE = 1 };
enum { SUITE_BBOB = 0, SUITE_MIXINT = 1 };

static const char *const OFFSETS[] = {"keep", "remove", NULL};
static const char *const SUITES[] = {"bbob", "bbob-mixint", NULL};

static const hone_option OPTIONS[N_OPTIONS] = {
    [OPT_FUNCTION] = {.name = "function",
                      .type = HONE_OPT_INT,
                      .def = "1",
                      .low = 1,
                      .high = BBOB_FUNCTIONS,
                      .doc = "Number of the function, f1 (sphere) to f24 (Lunacek)."},
    [OPT_INSTANCE] = {.name = "instance",
                      .type = HONE_OPT_INT,
                      .def = "1",
                      .low = 1,
                      .high = 200000,
                      .doc = "Which optimum, optimal value and rotations; 1 to 15 are usual."},
    [OPT_DIMENSION] = {.name = "dimension",
                       .type = HONE_OPT_INT,
                       .low = 2,
                       .high = 1000,
                       .doc = "Number of parameters where [space] is missing (2 if not given)."},
    [OPT_OFFSET] = {.name = "offset",
                    .type = HONE_OPT_CHOICE,
                    .def = "keep",
                    .choices = OFFSETS,
                    .doc = "keep: values as COCO gives them; remove: less the optimal value."},
    [OPT_SUITE] = {.name = "suite",
                   .type = HONE_OPT_CHOICE,
                   .def = "bbob",
                   .choices = SUITES,
                   .doc = "With bbob-mixint four fifths of the parameters are integers of 2, 4, 8 "
                          "and 16 levels; the dimension is 5, 10, ... 45."},
};

typedef struct bbob {
    const hone_host *host;
    bbob_problem problem;
    double factor, offset; /* value = factor (regret) + offset */
    double *shift, *point; /* [d] of bbob-mixint, else NULL */
    hone_box box;          /* our own space */
} bbob;

static int32_t refuse(const hone_host *host, int32_t option, int32_t status, const char *text)
{
    host->error(host, option, text);
    return status;
}

/* ---- the space --------------------------------------------------------------------------- */

/* x1 ... xd in [-5, 5], or the integers of bbob-mixint; 0: out of memory. */
static int make_space(bbob *b, int64_t d)
{
    if (hone_box_make(&b->box, d, 1, 0) < 0)
        return 0;
    for (int64_t i = 0; i < d; i++) {
        const int64_t levels = b->shift ? mixint_levels(i, d) : 0;
        hone_param *p = &b->box.params[i];

        p->type = levels ? HONE_INT : HONE_REAL;
        p->low = levels ? 0.0 : -5.0;
        p->high = levels ? (double)(levels - 1) : 5.0;
        p->step = levels ? 1.0 : 0.0;
        b->box.col_levels[i] = levels;
    }
    return 1;
}

/* The dimension to use, or a negative status. */
static int64_t dimension(const hone_host *host, const hone_value *values)
{
    const hone_space *space = host->space(host);
    int64_t d = values[OPT_DIMENSION].is_set ? values[OPT_DIMENSION].i : 2;
    const int mixed = values[OPT_SUITE].i == SUITE_MIXINT;
    const int given = space != NULL && space->n_params > 0;

    if (given && values[OPT_DIMENSION].is_set && d != space->n_params)
        return refuse(host, OPT_DIMENSION, HONE_EINVAL,
                      "differs from the number of parameters in [space]; leave one of them out");
    if (given)
        d = space->n_params;
    if (given && (space->n_objectives != 1 || space->n_constraints != 0))
        return refuse(host, -1, HONE_EUNSUPPORTED, "bbob has one objective and no constraints");
    if (given && !hone_box_plain(space))
        return refuse(host, -1, HONE_EUNSUPPORTED,
                      "bbob needs numbers that are always active: no categorical and no "
                      "conditional parameters");
    if (d < 2)
        return refuse(host, -1, HONE_EUNSUPPORTED, "bbob needs at least two parameters");
    if (mixed && (d % MIXINT_PARTS != 0 || d >= 50))
        return refuse(host, OPT_SUITE, HONE_EUNSUPPORTED,
                      "bbob-mixint is defined here for the dimensions 5, 10, ... 45");
    return d;
}

static const hone_space *own_space(void *self)
{
    return &((bbob *)self)->box.space;
}

/* ---- evaluating -------------------------------------------------------------------------- */

static int has_nan(const double *x, int64_t d)
{
    for (int64_t i = 0; i < d; i++)
        if (isnan(x[i]))
            return 1;
    return 0;
}

static int32_t evaluate(void *self, const hone_points *in, hone_outcomes *out)
{
    bbob *b = self;
    const int64_t d = b->problem.d;

    if (in->n_params != d)
        return refuse(b->host, -1, HONE_EINVAL, "the points have another number of parameters");
    for (int64_t i = 0; i < in->n; i++) {
        const double *x = in->x + i * in->ldx;

        if (has_nan(x, d)) {
            b->host->note(b->host, in->number[i], "reason", NAN, "a parameter is not a number");
            continue;
        }
        if (b->shift) {
            mixint_map(x, b->shift, b->point, d);
            x = b->point;
        }
        out->y[i * out->ldy] = b->factor * bbob_regret(&b->problem, x) + b->offset;
        out->state[i] = HONE_COMPLETE;
    }
    return HONE_OK;
}

/* ---- life -------------------------------------------------------------------------------- */

static void destroy(void *self)
{
    bbob *b = self;

    if (b == NULL)
        return;
    bbob_free(&b->problem);
    free(b->shift);
    free(b->point);
    hone_box_free(&b->box);
    free(b);
}

/* 0: out of memory */
static int prepare(bbob *b, const hone_value *values, int64_t d)
{
    const int32_t function = (int32_t)values[OPT_FUNCTION].i;

    if (!bbob_prepare(&b->problem, function, d, values[OPT_INSTANCE].i))
        return 0;
    b->factor = 1.0;
    if (values[OPT_SUITE].i == SUITE_MIXINT) {
        b->factor = mixint_factor(function);
        b->shift = malloc(sizeof *b->shift * (size_t)d);
        b->point = malloc(sizeof *b->point * (size_t)d);
        if (!b->shift || !b->point)
            return 0;
        mixint_prepare(&b->problem, b->shift);
    }
    if (values[OPT_OFFSET].i == OFFSET_KEEP)
        b->offset = b->factor * b->problem.fopt;
    return make_space(b, d);
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    const int64_t d = dimension(host, values);
    bbob *b;

    if (d < 0)
        return (int32_t)d;
    b = calloc(1, sizeof *b);
    if (b == NULL || !prepare(b, values, d)) {
        destroy(b);
        return refuse(host, -1, HONE_ENOMEM, "out of memory for the function's matrices");
    }
    b->host = host;
    *self = b;
    return HONE_OK;
}

/* The optimal value. */
static int64_t front(void *self, int64_t n, double *y, int64_t ldy)
{
    (void)ldy;
    if (n < 1)
        return 0;
    y[0] = ((bbob *)self)->offset;
    return 1;
}

static const void *extension(const char *id)
{
    static const hone_ext_front FRONT = {.size = sizeof FRONT, .front = front};

    return id != NULL && strcmp(id, "hone.front/1") == 0 ? &FRONT : NULL;
}

static const hone_objective_ops OPS = {
    .size = sizeof OPS,
    .evaluate = evaluate,
    .space = own_space,
};

static const hone_plugin BBOB = {
    .size = sizeof BBOB,
    .kind = HONE_OBJECTIVE,
    .name = "bbob",
    .version = "1.0.0",
    .doc = "The 24 noiseless functions of COCO's bbob test bed, and their mixed-integer variants.",
    .sources = "Hansen, Finck, Ros, Auger, \"Real-Parameter Black-Box Optimization Benchmarking "
               "2009: Noiseless Functions Definitions\", INRIA RR-6829; mixed integers: Tusar, "
               "Brockhoff, Hansen, GECCO 2019.\nDeparture: dimensions above COCO's 40 go on with "
               "the same formulae.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
    .extension = extension,
};

static const hone_plugin *const PLUGINS[] = {&BBOB};
HONE_MODULE("bbob", "1.0.0", "MIT", "", PLUGINS)
