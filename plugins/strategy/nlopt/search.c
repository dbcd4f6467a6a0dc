/* search.c - NLopt's side, in a thread of its own (hone_callback.h), and the strategy's. */
#include "search.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_EMPTY = 8 }; /* searches in a row that end without a point */

/* ---- NLopt's side: in the search's thread ---------------------------------------------------*/

/* Objective and constraints are asked for one after the other at the same point: one trial. */
static const double *values_at(search *s, const double *x)
{
    const size_t bytes = (size_t)s->owner->n * sizeof *x;

    if (s->known && memcmp(s->at, x, bytes) == 0)
        return s->y;
    memcpy(s->at, x, bytes);
    s->known = 1;
    if (hone_callback_value(s->call, x, s->y)) { /* newuoa_bound loops for ever at infinity */
        memset(s->y, 0, (1 + (size_t)s->owner->fresh.space->n_constraints) * sizeof *s->y);
        nlopt_force_stop(s->opt);
    }
    return s->y;
}

static double objective(unsigned n, const double *x, double *gradient, void *context)
{
    (void)n, (void)gradient;
    return values_at(context, x)[0];
}

static void constraints(unsigned m, double *c, unsigned n, const double *x, double *gradient,
                        void *context)
{
    (void)n, (void)gradient;
    memcpy(c, values_at(context, x) + 1, m * sizeof *c);
}

/* What both an algorithm and its local one are told. */
static nlopt_result set_tolerances(const nlopt *s, nlopt_opt opt)
{
    nlopt_result result = nlopt_set_xtol_abs1(opt, s->xtol);

    if (result > 0)
        result = nlopt_set_ftol_rel(opt, s->ftol);
    if (result > 0 && !isnan(s->step))
        result = nlopt_set_initial_step1(opt, s->step);
    return result;
}

static nlopt_result set_up(search *s, nlopt_opt opt)
{
    const nlopt *o = s->owner;
    const unsigned m = (unsigned)o->fresh.space->n_constraints;
    nlopt_result result = nlopt_set_min_objective(opt, objective, s);

    if (result > 0)
        result = nlopt_set_lower_bounds1(opt, 0);
    if (result > 0)
        result = nlopt_set_upper_bounds1(opt, 1);
    if (result > 0)
        result = set_tolerances(o, opt);
    if (result > 0 && o->population > 0)
        result = nlopt_set_population(opt, o->population);
    if (result > 0 && m > 0)
        result = nlopt_add_inequality_mconstraint(opt, m, constraints, s, NULL);
    if (result > 0 && !o->algorithm->local) { /* only mlsl looks at it */
        nlopt_opt local = nlopt_create(o->local->id, (unsigned)o->n);

        result = local ? set_tolerances(o, local) : NLOPT_OUT_OF_MEMORY;
        if (result > 0)
            result = nlopt_set_local_optimizer(opt, local);
        nlopt_destroy(local);
    }
    return result;
}

/* Where search number `start` begins, and the seed of its random numbers. */
static void set_start(const nlopt *o, int64_t start, double *x, uint64_t *seed)
{
    const hone_space *space = o->fresh.space;
    double *u = o->fresh.u;

    o->host->bits(o->host, 0, start, 1, seed);
    for (int64_t c = 0; start == 0 && c < o->n; c++)
        x[c] = hone_start(space, c);
    if (start == 0)
        return;
    if (o->host->quasi(o->host, 0, start, 1, o->fresh.d, u, o->fresh.d) < 0)
        o->host->uniform(o->host, 0, start * o->fresh.d, o->fresh.d, u);
    hone_spread(space, u, x);
}

static void optimize(hone_callback *call, void *context)
{
    search *s = context;
    const nlopt *o = s->owner;
    double *x = malloc((size_t)(o->n + 1) * sizeof *x), least;
    nlopt_opt opt = nlopt_create(o->algorithm->id, (unsigned)o->n);
    uint64_t seed;

    s->call = call;
    s->opt = opt;
    s->known = 0;
    s->result = x && opt ? set_up(s, opt) : NLOPT_OUT_OF_MEMORY;
    if (s->result > 0) {
        set_start(o, s->start, x, &seed);
        nlopt_srand((unsigned long)seed);
        s->result = nlopt_optimize(opt, x, &least);
    }
    nlopt_destroy(opt);
    free(x);
}

/* ---- the strategy's side ------------------------------------------------------------------*/

static int32_t fail(const nlopt *s, int32_t status, const char *why)
{
    s->host->error(s->host, -1, why);
    return status;
}

void search_tell(search *s, const hone_trials *t, int64_t row)
{
    const int64_t m = s->owner->fresh.space->n_constraints;
    double y[1 + MOST_CONSTRAINTS];
    const int fine = t->state[row] == HONE_COMPLETE;

    if (!fine && s->told == 0)
        s->failed = 1;
    y[0] = fine ? t->y[row * t->ldy] : s->worst;
    for (int64_t k = 0; k < m; k++) /* unknown counts as one */
        y[1 + k] = fine && t->c && !isnan(t->c[row * t->ldc + k]) ? t->c[row * t->ldc + k] : 1;
    if (fine)
        s->worst = s->told++ ? fmax(s->worst, y[0]) : y[0];
    hone_callback_tell(s->call, y);
}

static void end_search(search *s)
{
    hone_callback_free(s->call);
    s->call = NULL;
    s->over = !s->owner->restarts;
}

static int32_t begin_search(search *s)
{
    const int64_t m = s->owner->fresh.space->n_constraints;

    s->start = s->owner->begun++;
    s->told = s->failed = 0;
    s->worst = 0;
    s->call = hone_callback_new(s->owner->n, 1 + m, optimize, s);
    return s->call ? HONE_OK : fail(s->owner, HONE_ENOMEM, "out of memory");
}

int32_t search_next(search *s)
{
    char why[160];

    for (int empty = 0; empty < MOST_EMPTY; empty++) {
        if (s->over)
            return HONE_DONE;
        if (s->failed) { /* nothing is known about here: not an end but a bad start */
            end_search(s);
            s->over = 0;
        }
        if (!s->call && begin_search(s) < 0)
            return HONE_ENOMEM;
        const int32_t status = hone_callback_ask(s->call, s->x);
        if (status == HONE_OK)
            return HONE_OK;
        if (status < 0)
            return fail(s->owner, HONE_EFAIL, "no thread can be made for a search");
        if (s->told > 0)
            empty = -1;
        end_search(s);
    }
    snprintf(why, sizeof why, "NLopt ends without a point: %s", nlopt_result_to_string(s->result));
    return fail(s->owner, HONE_EFAIL, why);
}

int32_t searches_make(nlopt *s)
{
    const size_t m = (size_t)s->fresh.space->n_constraints, n = (size_t)s->n + 1;

    if (!(s->search = calloc((size_t)s->n_searches, sizeof *s->search)))
        return HONE_ENOMEM;
    for (int64_t k = 0; k < s->n_searches; k++) {
        search *p = &s->search[k];
        p->owner = s;
        p->pending = -1;
        p->x = calloc(n, sizeof *p->x);
        p->at = calloc(n, sizeof *p->at);
        p->y = calloc(1 + m, sizeof *p->y);
        if (!p->x || !p->at || !p->y)
            return HONE_ENOMEM;
    }
    return HONE_OK;
}

void searches_free(nlopt *s)
{
    for (int64_t k = 0; s->search && k < s->n_searches; k++) {
        hone_callback_free(s->search[k].call);
        free(s->search[k].x);
        free(s->search[k].at);
        free(s->search[k].y);
    }
    free(s->search);
}
