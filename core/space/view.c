/* view.c - the columns in which one plugin sees points.
 *
 * The unit cube, by default: a number or ordered choices take one column, unordered choices
 * one a choice.  Native values, with HONE_CAP_NATIVE: one column a parameter.  A parameter
 * with a single value has no column; the fidelity, for a plugin that does not know
 * fidelities, is not there at all. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "param.h"
#include "scale.h"

/* ---- layout --------------------------------------------------------------------- */

static bool conditional(const space *s)
{
    for (int32_t i = 0; i < s->n; i++)
        if (s->params[i].parent >= 0)
            return true;
    return false;
}

/* The capabilities that make a difference in this space. */
static uint32_t effective(const space *s, uint32_t caps)
{
    uint32_t kept = HONE_CAP_NATIVE;

    if (conditional(s))
        kept |= HONE_CAP_CONDITIONAL;
    if (s->fidelity >= 0)
        kept |= HONE_CAP_FIDELITY;
    return caps & kept;
}

static bool one_hot(const view *v, const hone_param *p)
{
    return !(v->caps & HONE_CAP_NATIVE) && p->type == HONE_CATEGORICAL &&
           !(p->flags & HONE_PARAM_ORDERED);
}

static bool hidden(const view *v, int32_t i)
{
    return i == v->space->fidelity && !(v->caps & HONE_CAP_FIDELITY);
}

static int64_t columns(const view *v, int32_t i)
{
    const hone_param *p = &v->space->params[i];

    if (hidden(v, i) || param_single(p))
        return 0;
    return one_hot(v, p) ? p->n_choices : 1;
}

/* The parameters without the fidelity: copies, as indices of parents shift. */
static void list_params(view *v)
{
    const space *s = v->space;
    int32_t n = 0;

    for (int32_t i = 0; i < s->n; i++) {
        if (hidden(v, i))
            continue;
        v->shown[n] = i;
        v->params[n] = s->params[i];
        if (s->fidelity >= 0 && !(v->caps & HONE_CAP_FIDELITY) &&
            v->params[n].parent > s->fidelity)
            v->params[n].parent--;
        v->list[n] = &v->params[n];
        n++;
    }
    v->table.n_params = n;
    v->table.params = v->list;
}

static void list_columns(view *v)
{
    int64_t at = 0;

    for (int32_t shown = 0; shown < v->table.n_params; shown++) {
        const int32_t i = v->shown[shown];
        const hone_param *p = &v->space->params[i];

        v->first_col[i] = (int32_t)at;
        v->n_col[i] = (int32_t)columns(v, i);
        for (int32_t k = 0; k < v->n_col[i]; k++, at++) {
            const bool cells = v->scales[i].sort == SCALE_CELLS;

            v->param_of[at] = shown;
            v->choice_of[at] = one_hot(v, p) ? k : -1;
            v->levels[at] = cells && !one_hot(v, p) ? v->scales[i].levels : 0;
        }
    }
    v->table.n_cols = at;
    v->table.col_param = v->param_of;
    v->table.col_choice = v->choice_of;
    v->table.col_levels = v->levels;
}

int32_t view_init(view *v, const space *s, uint32_t caps, error *err)
{
    const size_t n = (size_t)s->n + 1;
    size_t cols = 1;

    *v = (view){.space = s, .caps = effective(s, caps)};
    for (int32_t i = 0; i < s->n; i++)
        cols += (size_t)columns(v, i);
    if (cols > INT32_MAX)
        return error_add(err, HONE_EUNSUPPORTED,
                         "the choices of the space need %zu columns; at most 2^31 - 1 are possible",
                         cols - 1);

    v->params = calloc(n, sizeof *v->params);
    v->list = calloc(n, sizeof *v->list);
    v->scales = calloc(n, sizeof *v->scales);
    v->blank = calloc(n, sizeof *v->blank);
    v->shown = calloc(n, sizeof *v->shown);
    v->first_col = calloc(n, sizeof *v->first_col);
    v->n_col = calloc(n, sizeof *v->n_col);
    v->param_of = calloc(cols, sizeof *v->param_of);
    v->choice_of = calloc(cols, sizeof *v->choice_of);
    v->levels = calloc(cols, sizeof *v->levels);
    if (!v->params || !v->list || !v->scales || !v->blank || !v->shown || !v->first_col ||
        !v->n_col || !v->param_of || !v->choice_of || !v->levels) {
        view_free(v);
        return error_add(err, HONE_ENOMEM, "out of memory for the columns of the search space");
    }
    for (int32_t i = 0; i < s->n; i++) {
        v->scales[i] = scale_of(&s->params[i]);
        v->blank[i] = param_snap(&s->params[i], NAN);
    }
    v->table.size = sizeof v->table;
    v->table.n_objectives = s->n_objectives;
    v->table.n_constraints = s->n_constraints;
    list_params(v);
    list_columns(v);
    return HONE_OK;
}

void view_free(view *v)
{
    if (!v)
        return;
    free(v->params);
    free(v->list);
    free(v->scales);
    free(v->blank);
    free(v->shown);
    free(v->first_col);
    free(v->n_col);
    free(v->param_of);
    free(v->choice_of);
    free(v->levels);
    memset(v, 0, sizeof *v);
}

bool view_same(const view *a, const view *b)
{
    return a->space == b->space && a->caps == b->caps;
}

bool view_native(const view *v)
{
    return (v->caps & HONE_CAP_NATIVE) && v->table.n_cols == v->space->n &&
           ((v->caps & HONE_CAP_CONDITIONAL) || !conditional(v->space));
}

/* ---- one parameter in its columns ------------------------------------------------- */

static void put(const view *v, int32_t i, double value, double *x)
{
    double *at = x + v->first_col[i];

    if (v->n_col[i] == 0)
        return;
    if (isnan(value) && !(v->caps & HONE_CAP_CONDITIONAL))
        value = v->blank[i];
    if (v->caps & HONE_CAP_NATIVE) {
        *at = value;
    } else if (one_hot(v, &v->space->params[i])) {
        for (int32_t k = 0; k < v->n_col[i]; k++)
            at[k] = isnan(value) ? NAN : (double)(k == (int32_t)value);
    } else {
        *at = isnan(value) ? NAN : scale_unit(&v->scales[i], value);
    }
}

/* The value that the columns say, legal; NaN if there is a NaN among them.  A hidden
 * parameter has its single value or, the fidelity, its high. */
static double get(const view *v, int32_t i, const double *x)
{
    const hone_param *p = &v->space->params[i];
    const double *at = x + v->first_col[i];
    int32_t best = 0;

    if (hidden(v, i))
        return p->high;
    if (v->n_col[i] == 0)
        return v->blank[i];
    if (isnan(*at))
        return NAN;
    if (v->caps & HONE_CAP_NATIVE)
        return param_snap(p, *at);
    if (!one_hot(v, p))
        return scale_native(&v->scales[i], *at);
    for (int32_t k = 1; k < v->n_col[i]; k++) {
        if (isnan(at[k]))
            return NAN;
        if (at[k] > at[best])
            best = k;
    }
    return best;
}

static bool active(const view *v, int32_t i, const double *x)
{
    const hone_param *p = &v->space->params[i];

    return p->parent < 0 ||
           (active(v, p->parent, x) && param_when(p, get(v, p->parent, x)));
}

/* ---- whole points -------------------------------------------------------------------- */

void view_encode(const view *v, const double *native, double *x)
{
    for (int32_t i = 0; i < v->space->n; i++)
        put(v, i, native[i], x);
}

void view_decode(const view *v, const double *x, double *native)
{
    for (int32_t i = 0; i < v->space->n; i++) {
        const hone_param *p = &v->space->params[i];
        const bool on = p->parent < 0 || param_when(p, native[p->parent]);
        const double value = on ? get(v, i, x) : NAN;

        native[i] = on && isnan(value) ? v->blank[i] : value;
    }
}

void view_snap(const view *v, int64_t n, double *x, int64_t ldx)
{
    for (int64_t row = 0; row < n; row++, x += ldx) {
        for (int32_t i = 0; i < v->space->n; i++) {
            const bool on = active(v, i, x);
            const double value = on ? get(v, i, x) : NAN;

            put(v, i, on && isnan(value) ? v->blank[i] : value, x);
        }
    }
}

bool view_legal(const view *v, const double *x)
{
    for (int32_t i = 0; i < v->space->n; i++)
        if (v->n_col[i] > 0 && isnan(get(v, i, x)) && active(v, i, x))
            return false;
    return true;
}
