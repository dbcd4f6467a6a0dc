/* wfg.c - nine problems with any number of objectives that are hard in known ways.
 *
 * wfg1 flat and biased, wfg2 disconnected and not separable, wfg3 degenerate, wfg4 with many local
 * fronts, wfg5 deceptive, wfg6 not separable, wfg7 to wfg9 biased by other parameters, wfg9 all at
 * once.  Parameter i lies in [0, 2 i]; objective j is of size 2 j.  The study's goals say how
 * many objectives there are.  The mathematics is in problem.c, with its source. */
#include <math.h>
#include <string.h>

#include "hone_box.h"
#include "hone_plugin.h"
#include "problem.h"

enum { OPT_FUNCTION, OPT_DIMENSION, OPT_POSITION, N_OPTIONS };
enum { DISTANCE = 20 }; /* distance parameters by default, as the authors' experiments have */

static const char *const NAMES[] = {"wfg1", "wfg2", "wfg3", "wfg4", "wfg5",
                                    "wfg6", "wfg7", "wfg8", "wfg9", NULL};

static const hone_option OPTIONS[N_OPTIONS] = {
    [OPT_FUNCTION] = {.name = "function",
                      .type = HONE_OPT_CHOICE,
                      .def = "wfg4",
                      .choices = NAMES,
                      .doc = "Which problem (Huband, Hingston, Barone, While 2006)."},
    [OPT_POSITION] = {.name = "position",
                      .type = HONE_OPT_INT,
                      .low = 1,
                      .high = 1000,
                      .doc = "How many of the parameters say where on the front a point lies: a "
                             "multiple of objectives - 1; by default 4 for two objectives, else "
                             "2 (objectives - 1)."},
    [OPT_DIMENSION] = {.name = "dimension",
                       .type = HONE_OPT_INT,
                       .low = 2,
                       .high = 1000,
                       .doc = "Parameters where [space] is missing; by default position + 20."},
};

typedef struct wfg {
    const hone_host *host;
    wfg_problem problem;
    hone_box box;
} wfg;

static int64_t front(void *self, int64_t n, double *y, int64_t ldy)
{
    return wfg_front(&((wfg *)self)->problem, n, y, ldy);
}

static const void *extension(const char *id)
{
    static const hone_ext_front FRONT = {.size = sizeof FRONT, .front = front};

    return id != NULL && strcmp(id, "hone.front/1") == 0 ? &FRONT : NULL;
}

static int inside(const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!(x[i] >= 0.0 && x[i] <= 2.0 * (double)(i + 1)))
            return 0;
    return 1;
}

static int32_t evaluate(void *self, const hone_points *in, hone_outcomes *out)
{
    wfg *w = self;

    for (int64_t i = 0; i < in->n; i++) {
        const double *x = in->x + i * in->ldx;

        if (!inside(x, w->problem.n)) {
            w->host->note(w->host, in->number[i], "reason", NAN,
                          "parameter i of wfg is defined in [0, 2 i] only");
            continue;
        }
        wfg_values(&w->problem, x, out->y + i * out->ldy);
        out->state[i] = HONE_COMPLETE;
    }
    return HONE_OK;
}

static const hone_space *own_space(void *self)
{
    return &((wfg *)self)->box.space;
}

static void destroy(void *self)
{
    wfg *w = self;

    if (w == NULL)
        return;
    hone_box_free(&w->box);
    free(w->problem.y);
    free(w->problem.t);
    free(w);
}

static int32_t refuse(const hone_host *host, int32_t option, int32_t status, const char *text)
{
    host->error(host, option, text);
    return status;
}

/* Sizes of the problem from options and study. */
static int32_t measure(const hone_host *host, const hone_value *options, wfg_problem *p)
{
    const hone_space *given = host->space(host);
    const int has_space = given != NULL && given->n_params > 0;

    p->function = options[OPT_FUNCTION].i;
    p->m = given != NULL ? given->n_objectives : 0;
    if (p->m < 2 || given->n_constraints != 0)
        return refuse(host, -1, HONE_EUNSUPPORTED,
                      "wfg has two or more objectives, as many as [study] goal names, and no "
                      "constraints");
    if (has_space && !hone_box_plain(given))
        return refuse(host, -1, HONE_EUNSUPPORTED,
                      "wfg needs numbers that are always active: no categorical and no "
                      "conditional parameters");
    p->k = p->m == 2 ? 4 : 2 * (p->m - 1);
    if (options[OPT_POSITION].is_set)
        p->k = options[OPT_POSITION].i;
    if (p->k % (p->m - 1) != 0)
        return refuse(host, OPT_POSITION, HONE_EINVAL,
                      "has to be a multiple of the number of objectives less one");
    p->n = options[OPT_DIMENSION].is_set ? options[OPT_DIMENSION].i : p->k + DISTANCE;
    if (has_space)
        p->n = given->n_params;
    if (p->n <= p->k)
        return refuse(host, -1, HONE_EUNSUPPORTED,
                      "wfg needs more parameters than `position` says");
    if ((p->function == WFG2 || p->function == WFG3) && (p->n - p->k) % 2 != 0)
        return refuse(host, -1, HONE_EUNSUPPORTED,
                      "wfg2 and wfg3 pair the parameters beyond `position`: their number has to "
                      "be even");
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *options, void **self)
{
    wfg_problem p = {0};
    int32_t status = measure(host, options, &p);
    wfg *w;

    if (status < 0)
        return status;
    w = calloc(1, sizeof *w);
    if (w != NULL) {
        p.y = malloc(sizeof *p.y * (size_t)p.n);
        p.t = malloc(sizeof *p.t * (size_t)p.m);
        w->problem = p;
        w->host = host;
    }
    if (w == NULL || p.y == NULL || p.t == NULL ||
        hone_box_make(&w->box, p.n, (int32_t)p.m, 0) < 0) {
        destroy(w);
        return refuse(host, -1, HONE_ENOMEM, "out of memory");
    }
    for (int64_t i = 0; i < p.n; i++)
        w->box.params[i].high = 2.0 * (double)(i + 1);
    *self = w;
    return HONE_OK;
}

static const hone_objective_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_MULTI_OBJECTIVE,
    .evaluate = evaluate,
    .space = own_space,
};

static const hone_plugin WFG = {
    .size = sizeof WFG,
    .kind = HONE_OBJECTIVE,
    .name = "wfg",
    .version = "1.0.0",
    .doc = "The WFG test problems: any number of objectives, with known Pareto fronts.",
    .sources = "Huband, Hingston, Barone, While, \"A Review of Multiobjective Test Problems and "
               "a Scalable Test Problem Toolkit\", IEEE Trans. Evolutionary Computation 10, "
               "2006.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
    .extension = extension,
};

static const hone_plugin *const PLUGINS[] = {&WFG};
HONE_MODULE("wfg", "1.0.0", "MIT", "", PLUGINS)
