/* testfn.c - standard test functions as an objective, with noise and a price if wanted.
 *
 * Knows each function's usual box, so that [space] may be left out.  Values are minimised by
 * nature; `goal = maximize` looks for their maximum.  The mathematics is in functions.c. */
#include <math.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "functions.h"
#include "hone_box.h"
#include "hone_plugin.h"

enum { FUNCTION, DIMENSION, SHIFT, NOISE, COST };

enum { SLICE_MS = 10 }; /* how often a sleep without wake_fd looks whether it is cancelled */

typedef struct testfn {
    const hone_host *host;
    const hone_ext_evaluation *site; /* NULL: a host without it */
    const test_function *function;
    int64_t n;     /* parameters */
    double *shift; /* [n] the function is moved by this much */
    double *moved; /* [n] scratch: the point before the move */
    double noise, cost;

    hone_box box; /* what [space] would say */
    bool known;   /* the box is the usual one, so the optimum is in it */
} testfn;

/* Waits out the price of an evaluation; 0 if it was cancelled meanwhile. */
static int sleep_for(const testfn *t, double seconds)
{
    struct timespec start, now;
    struct pollfd wake = {.fd = -1, .events = POLLIN};
    int watched =
        t->site && HONE_SIZED(t->site, hone_ext_evaluation, wake_fd) && t->site->wake_fd >= 0;
    if (watched)
        wake.fd = t->site->wake_fd;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (;;) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        double left = seconds - (double)(now.tv_sec - start.tv_sec) -
                      1e-9 * (double)(now.tv_nsec - start.tv_nsec);
        if (t->host->cancelled(t->host))
            return 0;
        if (left <= 0)
            return 1;
        if (!watched && left > SLICE_MS * 1e-3)
            left = SLICE_MS * 1e-3;
        if (left > 3600)
            left = 3600;
        struct timespec wait = {.tv_sec = (time_t)left,
                                .tv_nsec = (long)((left - floor(left)) * 1e9)};
        ppoll(&wake, 1, &wait, NULL);
    }
}

static int32_t evaluate(void *self, const hone_points *in, hone_outcomes *out)
{
    testfn *t = self;
    for (int64_t i = 0; i < in->n; i++) {
        double *y = out->y + i * out->ldy;
        double draws[2] = {0, 0}; /* no function has more objectives */
        for (int64_t j = 0; j < t->n; j++)
            t->moved[j] = in->x[i * in->ldx + j] - t->shift[j]; /* NaN stays: inactive */
        if (t->cost > 0 && !sleep_for(t, t->cost)) {
            t->host->note(t->host, in->number[i], "reason", NAN, "cancelled");
            continue;
        }
        t->function->evaluate(t->n, t->moved, y, out->c ? out->c + i * out->ldc : NULL);
        if (t->noise > 0)
            t->host->normal(t->host, (int64_t)in->seed[i], 0, t->function->n_objectives, draws);
        for (int32_t k = 0; k < t->function->n_objectives && t->noise > 0; k++)
            y[k] += t->noise * draws[k];
        out->state[i] = HONE_COMPLETE;
    }
    return HONE_OK;
}

static const hone_space *own_space(void *self)
{
    const testfn *t = self;
    return &t->box.space;
}

/* ---- made and gone ----------------------------------------------------------------------- */

static int32_t refuse(const hone_host *host, int32_t option, int32_t status, const char *text)
{
    host->error(host, option, text);
    return status;
}

/* The function's own parameter i, NULL: a real number in its box. */
static const test_param *own_param(const test_function *f, int64_t i)
{
    return f->params == NULL ? NULL : &f->params[f->dimension > 0 ? i : 0];
}

/* Can the study's parameter stand for the function's? */
static bool fits(const hone_param *given, const test_param *own)
{
    if (own == NULL || own->type == TEST_REAL || own->type == TEST_FIDELITY)
        return given->type != HONE_CATEGORICAL;
    if (own->type == TEST_INT)
        return given->type == HONE_INT;
    return given->type == HONE_CATEGORICAL && given->n_choices == own->n_choices;
}

static int32_t check_params(const testfn *t, const hone_space *s)
{
    char text[200];
    for (int32_t i = 0; i < s->n_params; i++) {
        const test_param *own = own_param(t->function, i);
        if (!fits(s->params[i], own)) {
            snprintf(text, sizeof text, "'%.60s' of [space] should be %s for %s",
                     s->params[i]->name,
                     own == NULL || own->type != TEST_CATEGORICAL
                         ? (own != NULL && own->type == TEST_INT ? "an integer" : "a number")
                         : "a category with as many choices as the function has",
                     t->function->name);
            return refuse(t->host, FUNCTION, HONE_EUNSUPPORTED, text);
        }
        if (s->params[i]->parent != (own == NULL ? -1 : own->parent)) {
            snprintf(text, sizeof text,
                     "%s takes '%.60s' under %s condition; leave [space] out to have its own",
                     t->function->name, s->params[i]->name,
                     own == NULL || own->parent < 0 ? "no" : "another");
            return refuse(t->host, FUNCTION, HONE_EUNSUPPORTED, text);
        }
    }
    return HONE_OK;
}

/* Is the study's space one that the function can be evaluated on? */
static int32_t check_space(const testfn *t, const hone_space *s)
{
    const test_function *f = t->function;
    char text[200];
    if ((f->dimension > 0 && t->n != f->dimension) || t->n < f->least) {
        snprintf(text, sizeof text, "%s takes %s%d parameters, not %lld", f->name,
                 f->dimension ? "" : "at least ", (int)f->least, (long long)t->n);
        return refuse(t->host, FUNCTION, HONE_EUNSUPPORTED, text);
    }
    if (s->n_objectives != f->n_objectives || s->n_constraints != f->n_constraints) {
        snprintf(text, sizeof text,
                 "%s has %d objectives and %d constraints; the study has %d and %d", f->name,
                 (int)f->n_objectives, (int)f->n_constraints, (int)s->n_objectives,
                 (int)s->n_constraints);
        return refuse(t->host, FUNCTION, HONE_EUNSUPPORTED, text);
    }
    return check_params(t, s);
}

/* Are the study's parameters in the same ranges as the function's? */
static bool same_box(const testfn *t, const hone_space *s)
{
    for (int64_t i = 0; i < t->n; i++)
        if (s->params[i]->low != t->box.params[i].low ||
            s->params[i]->high != t->box.params[i].high)
            return false;
    return true;
}

/* One shift for all, one for each, or none. */
static int32_t read_shift(testfn *t, const hone_value *shift)
{
    if (shift->n > 0 && t->function->params != NULL)
        return refuse(t->host, SHIFT, HONE_EINVAL, "only functions of real numbers can be moved");
    if (shift->n > 1 && shift->n != t->n)
        return refuse(t->host, SHIFT, HONE_EINVAL,
                      "one number for all parameters, or one for each");
    for (int64_t i = 0; i < t->n && shift->n > 0; i++)
        t->shift[i] = shift->v[shift->n == 1 ? 0 : i];
    return HONE_OK;
}

/* As the function has it. */
static void describe_param(testfn *t, int64_t i)
{
    static const int32_t TYPES[] = {HONE_REAL, HONE_INT, HONE_CATEGORICAL, HONE_REAL};
    static const char *const LETTERS[] = {"a", "b", "c", "d", "e"};
    static const double WHEN[] = {0, 1, 2, 3, 4};
    const test_function *f = t->function;
    const test_param *own = own_param(f, i);
    hone_param *p = &t->box.params[i];
    p->low = f->low[i > 0];
    p->high = f->high[i > 0];
    if (own == NULL)
        return;
    p->type = TYPES[own->type];
    p->low = own->low;
    p->high = own->high;
    p->step = own->type == TEST_INT ? 1 : 0;
    p->flags = own->type == TEST_FIDELITY ? HONE_PARAM_FIDELITY : 0;
    p->n_choices = own->n_choices;
    p->choices = own->n_choices > 0 ? LETTERS : NULL;
    p->parent = own->parent;
    p->n_when = own->parent >= 0;
    p->when = own->parent >= 0 ? &WHEN[(int)own->when] : NULL;
    t->box.col_levels[i] = own->type == TEST_INT ? (int64_t)(own->high - own->low) + 1 : 0;
}

/* The optimum where it is in the box and does not move. */
static int64_t front(void *self, int64_t n, double *y, int64_t ldy)
{
    const testfn *t = self;
    const test_function *f = t->function;
    (void)ldy;
    if (n < 1 || !t->known)
        return 0;
    y[0] = isnan(f->optimum) ? (double)t->n * f->optimum_each : f->optimum;
    return !isnan(y[0]);
}

static const void *extension(const char *id)
{
    static const hone_ext_front FRONT = {.size = sizeof FRONT, .front = front};
    return id && strcmp(id, "hone.front/1") == 0 ? &FRONT : NULL;
}

static void destroy(void *self)
{
    testfn *t = self;
    if (!t)
        return;
    free(t->shift);
    free(t->moved);
    hone_box_free(&t->box);
    free(t);
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    const hone_space *given = host->space(host);
    bool spaceless = !given || given->n_params == 0;
    int32_t status = HONE_ENOMEM;
    testfn *t = calloc(1, sizeof *t);
    if (!t)
        return refuse(host, -1, HONE_ENOMEM, "out of memory");
    t->host = host;
    t->site = host->extension(host, "hone.evaluation/1");
    t->function = &TEST_FUNCTIONS[values[FUNCTION].i];
    t->noise = values[NOISE].d;
    t->cost = values[COST].d;
    t->n = spaceless ? values[DIMENSION].i : given->n_params;
    if (spaceless && t->function->dimension > 0)
        t->n = t->function->dimension;
    if (spaceless && t->n < t->function->least)
        t->n = t->function->least;

    size_t n = (size_t)t->n + 1;
    t->shift = calloc(n, sizeof *t->shift);
    t->moved = calloc(n, sizeof *t->moved);
    if (!t->shift || !t->moved ||
        hone_box_make(&t->box, t->n, t->function->n_objectives, t->function->n_constraints) < 0) {
        refuse(host, -1, HONE_ENOMEM, "out of memory");
        goto fail;
    }
    for (int64_t i = 0; i < t->n; i++)
        describe_param(t, i);
    status = spaceless ? HONE_OK : check_space(t, given);
    if (status == HONE_OK)
        status = read_shift(t, &values[SHIFT]);
    if (status < 0)
        goto fail;
    t->known = values[SHIFT].n == 0 && (spaceless || same_box(t, given));
    *self = t;
    return HONE_OK;
fail:
    destroy(t);
    return status;
}

/* In the order of TEST_FUNCTIONS. */
#define NAME(name, ...) #name,
static const char *const NAMES[] = {TESTFN_LIST(NAME) NULL};

static const hone_option OPTIONS[] = {
    [FUNCTION] = {"function", HONE_OPT_CHOICE, 0, "sphere", 0, 0, NAMES, 0, NULL,
                  "Which function; zdt1 and binh_korn have two objectives; binh_korn, gardner, "
                  "townsend, mishra_bird, g06, g08 and pressure_vessel have constraints; trap5, "
                  "gear_train and pressure_vessel integers, func2c categories, jenatton "
                  "conditions, augmented_branin a fidelity; noop costs nothing and is 0."},
    [DIMENSION] = {"dimension", HONE_OPT_INT, 0, "2", 1, 10000, NULL, 0, "parameters",
                   "How many parameters x1, x2, ... where [space] is missing and the function "
                   "leaves the choice."},
    [SHIFT] = {"shift", HONE_OPT_REALS, 0, NULL, -INFINITY, INFINITY, NULL, 0, NULL,
               "Moves the function, and so its optimum, by this much: one number for all "
               "parameters or one for each; it defeats searches that favour the middle."},
    [NOISE] = {"noise", HONE_OPT_REAL, 0, "0", 0, INFINITY, NULL, 0, "standard deviation",
               "Adds normal noise that depends on nothing but the study's and the evaluation's "
               "seed."},
    [COST] = {"cost", HONE_OPT_SECONDS, 0, "0", 0, 1e6, NULL, 0, "s",
              "Sleeps this long in each evaluation, as a stand-in for an expensive objective."},
};

static const hone_objective_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_MULTI_OBJECTIVE | HONE_CAP_CONSTRAINTS,
    .evaluate = evaluate,
    .space = own_space,
};

static const hone_plugin TESTFN = {
    .size = sizeof TESTFN,
    .kind = HONE_OBJECTIVE,
    .name = "testfn",
    .version = "1.0.0",
    .doc = "A standard test function with a known optimum, with noise and a price if wanted.",
    .sources = "Surjanovic, Bingham, \"Virtual Library of Simulation Experiments: Test Functions "
               "and Datasets\", and the first publications that it names.",
    .options = OPTIONS,
    .n_options = sizeof OPTIONS / sizeof OPTIONS[0],
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
    .extension = extension,
};

static const hone_plugin *const PLUGINS[] = {&TESTFN};
HONE_MODULE("testfn", "1.0.0", "MIT", "", PLUGINS)
