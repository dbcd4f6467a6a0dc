/* table.c - evaluations that were made before, looked up in a CSV file.
 *
 * The file has a header line.  Parameters are found by their names among its columns, the value (or
 * one for each objective) in the columns that `value` names.  A number equals a parameter's value
 * when both are the same double, a choice when the texts are equal; an inactive parameter's cell
 * is empty, nan or none.  A point without a row is a failed trial, unless `nearest` allows the
 * closest one.  Equal rows: the first counts.
 *
 * Learning curves: with `step` there is a row for each step of an evaluation, with the value and
 * the cost (`seconds`) up to that step.  An evaluation goes through them: each is reported as an
 * intermediate value, after a note "seconds" of its cost, and the last one is the result; told to
 * stop, it ends as pruned with the cost up to there.  A parameter of the step's name, such as the
 * fidelity, is how far it goes: up to the last row that is not beyond it; `nearest` or not, steps
 * in between may be missing, but one that is not reached at all is a failed trial.
 *
 * The rows are sorted and their points hashed once, so that a look-up costs one probe however long
 * the file is. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

/* ---- look-up -----------------------------------------------------------------------------*/

/* Between 0 and 1 along each parameter: its share of the range (logarithms if LOG); another
 * choice, or active against inactive, is 1. */
static double apart(const hone_param *p, double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b) ? 0 : 1;
    if (p->type == HONE_CATEGORICAL && !(p->flags & HONE_PARAM_ORDERED))
        return a != b;
    if (!(p->high > p->low))
        return 0;
    if ((p->flags & HONE_PARAM_LOG) && a > 0 && b > 0)
        return fabs(log(a / b)) / log(p->high / p->low);
    return fabs(a - b) / (p->high - p->low);
}

static int64_t find_nearest(const table *t, const double *x)
{
    int64_t best = -1;
    double least = INFINITY;
    for (int64_t i = 0; i < t->n; i++) {
        double sum = 0;
        for (int32_t j = 0; j < t->space->n_params && sum < least; j++) {
            double d = apart(t->space->params[j], x[j], t->rows[i * t->width + j]);
            sum += d * d;
        }
        if (sum < least) {
            least = sum;
            best = i;
        }
    }
    return best;
}

/* The rows of one point: the first, and how many. */
static int64_t curve_of(const table *t, const double *x, int64_t *n)
{
    const int64_t width = t->width, np = t->space->n_params;
    int64_t first = *table_slot(t, x) - 1;
    if (first < 0 && t->nearest) {
        first = find_nearest(t, x);
        first = first < 0 ? first : *table_slot(t, t->rows + first * width) - 1;
    }
    for (*n = 0; first >= 0 && first + *n < t->n; ++*n)
        if (!table_same(t->rows + first * width, t->rows + (first + *n) * width, np))
            break;
    return first;
}

/* Reports steps first .. last, user's direction; the row at which it was told to stop, or last. */
static int64_t report_steps(const table *t, int64_t number, int64_t first, int64_t last,
                            int32_t *stop)
{
    const int64_t np = t->space->n_params;
    int64_t row = first;
    for (*stop = 0; row <= last; row++) {
        const double *r = t->rows + row * t->width;
        if (r[t->width - 2] >= 0)
            t->host->note(t->host, number, "seconds", r[t->width - 2], NULL);
        if (isfinite(r[np]) &&
            t->host->report(t->host, number, (int64_t)r[t->width - 1], r[np], stop) < 0)
            *stop = 0;
        if (*stop)
            return row;
    }
    return last;
}

static void fill_in(const table *t, int64_t row, bool pruned, hone_outcomes *out, int64_t i)
{
    const double *found = t->rows + row * t->width + t->space->n_params;
    if (!pruned) {
        memcpy(out->y + i * out->ldy, found, (size_t)out->n_objectives * sizeof *found);
        if (out->c)
            memcpy(out->c + i * out->ldc, found + out->n_objectives,
                   (size_t)out->n_constraints * sizeof *found);
    }
    if (out->seconds && t->rows[row * t->width + t->width - 2] >= 0)
        out->seconds[i] = t->rows[row * t->width + t->width - 2];
    out->state[i] = pruned ? HONE_PRUNED : HONE_COMPLETE;
}

static void evaluate_one(const table *t, int64_t number, const double *x, hone_outcomes *out,
                         int64_t i)
{
    double far = INFINITY;
    int64_t n, last;
    int32_t stop = 0;
    memcpy(t->key, x, (size_t)t->space->n_params * sizeof *x);
    if (t->step_param >= 0) {
        far = x[t->step_param];
        t->key[t->step_param] = NAN;
    }
    int64_t first = curve_of(t, t->key, &n);
    if (first < 0) {
        t->host->note(t->host, number, "reason", NAN,
                      "the table has no row with these parameters");
        return;
    }
    last = first;
    if (t->has_steps) {
        for (last = first + n - 1; last >= first && t->rows[(last + 1) * t->width - 1] > far;)
            last--;
        if (last < first) {
            t->host->note(t->host, number, "reason", NAN,
                          "the table has no step so early for these parameters");
            return;
        }
        last = report_steps(t, number, first, last, &stop);
    }
    fill_in(t, last, stop != 0, out, i);
}

static int32_t evaluate(void *self, const hone_points *in, hone_outcomes *out)
{
    const table *t = self;
    for (int64_t i = 0; i < in->n; i++)
        evaluate_one(t, in->number[i], in->x + i * in->ldx, out, i);
    return HONE_OK;
}

/* ---- made and gone -----------------------------------------------------------------------*/

static void destroy(void *self)
{
    table *t = self;
    if (!t)
        return;
    free(t->rows);
    free(t->slots);
    free(t->key);
    free(t);
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    table *t = calloc(1, sizeof *t);
    if (!t) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    t->host = host;
    t->space = host->space(host);
    t->site = host->extension(host, "hone.evaluation/1");
    t->width = t->space->n_params + t->space->n_objectives + t->space->n_constraints + 2;
    t->nearest = values[NEAREST].i != 0;
    t->has_steps = values[STEP].s != NULL;
    t->step_param = -1;
    for (int32_t i = 0; t->has_steps && i < t->space->n_params; i++)
        if (strcmp(t->space->params[i]->name, values[STEP].s) == 0)
            t->step_param = i;
    t->key = malloc(((size_t)t->space->n_params + 1) * sizeof *t->key);
    if (!t->key) {
        destroy(t);
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    int32_t status = HONE_EUNSUPPORTED;
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), before = uselocale(c);
    if (t->site)
        status = table_load(t, values);
    else
        table_refuse(t, -1, "this host has no hone.evaluation/1");
    uselocale(before);
    if (c)
        freelocale(c);
    if (status < 0) {
        destroy(t);
        return status;
    }
    *self = t;
    return HONE_OK;
}

static const hone_option OPTIONS[] = {
    [FILE_OPTION] = {"file", HONE_OPT_PATH, HONE_OPT_REQUIRED, NULL, 0, 0, NULL, 0, NULL,
                     "The CSV file; its header names a column for each parameter."},
    [VALUE] = {"value", HONE_OPT_STRINGS, 0, NULL, 0, 0, NULL, 0, NULL,
               "The column of the value, value.1, value.2, ... for several objectives; by "
               "default the names of the objectives."},
    [CONSTRAINT] = {"constraint", HONE_OPT_STRINGS, 0, NULL, 0, 0, NULL, 0, NULL,
                    "The columns of the constraints, met where <= 0; by default their names."},
    [SECONDS] = {"seconds", HONE_OPT_STRING, 0, NULL, 0, 0, NULL, 0, NULL,
                 "The column of what each evaluation cost, with `step` up to that step; it is recorded, not "
                 "waited for."},
    [STEP] = {"step", HONE_OPT_STRING, 0, NULL, 0, 0, NULL, 0, NULL,
              "The column of the step of a learning curve: its rows are the intermediate values "
              "of one evaluation, up to the parameter of this name if there is one."},
    [NEAREST] = {"nearest", HONE_OPT_BOOL, 0, "no", 0, 0, NULL, 0, NULL,
                 "Take the closest row where none is equal: ranges scaled to 1 (logarithms for "
                 "log parameters), another choice counts 1."},
};

static const hone_objective_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_MULTI_OBJECTIVE | HONE_CAP_CONSTRAINTS |
            HONE_CAP_CONDITIONAL | HONE_CAP_FIDELITY,
    .evaluate = evaluate,
};

static const hone_plugin TABLE = {
    .size = sizeof TABLE,
    .kind = HONE_OBJECTIVE,
    .name = "table",
    .version = "1.0.0",
    .doc = "Results that are known already, looked up in a CSV file.",
    .sources = "Of hone itself.",
    .options = OPTIONS,
    .n_options = sizeof OPTIONS / sizeof OPTIONS[0],
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&TABLE};
HONE_MODULE("table", "1.0.0", "MIT", "", PLUGINS)
