/* columns.c - what each column of the space is, and how points move.
 *
 * A number that takes many values is searched by slopes and snapped afterwards; one with few
 * levels, and unordered choices, by their neighbours: a slope says nothing between two of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bayes.h"

enum { FEW_LEVELS = 12 };
/* Of the neighbours of a parameter with many choices, at most so many are looked at. */
enum { MOST_CHOICES = 64 };

int32_t columns_init(columns *c, const hone_host *host)
{
    const hone_space *space = host->space(host);
    memset(c, 0, sizeof *c);
    c->host = host;
    c->space = space;
    c->p = space->n_cols;
    c->groups = calloc((size_t)hone_varying(space) + 1, sizeof *c->groups);
    if (!c->groups) {
        return HONE_ENOMEM;
    }
    for (int64_t i = 0; i < c->p; i += c->groups[c->n++].n) {
        group *g = &c->groups[c->n];
        g->param = space->params[space->col_param[i]];
        g->first = i;
        g->n = space->col_choice[i] < 0 ? 1 : g->param->n_choices;
        g->axis = hone_axis_all(g->param);
        g->kind = space->col_choice[i] >= 0                        ? CHOICE
                  : g->axis.n > 0 && g->axis.n <= FEW_LEVELS ? LEVELS
                                                             : SMOOTH;
        g->stepped = g->kind == SMOOTH && g->axis.n > 0;
        c->discrete |= g->kind != SMOOTH || g->stepped;
    }
    return HONE_OK;
}

void columns_free(columns *c)
{
    free(c->groups);
    memset(c, 0, sizeof *c);
}

static void fill(const columns *c, int64_t m, double *X, int64_t ldx)
{
    for (int64_t i = 0; i < m; i++) {
        for (int64_t k = 0; k < c->n; k++) {
            const group *g = &c->groups[k];
            double *x = X + i * ldx + g->first;
            for (int64_t j = 0; j < g->n; j++) {
                if (isnan(x[j])) {
                    x[j] = g->kind == CHOICE ? 1.0 / (double)g->n : 0.5;
                }
            }
        }
    }
}

void columns_fill(const columns *c, int64_t m, double *X, int64_t ldx)
{
    if (!c->sparse) {
        fill(c, m, X, ldx);
    }
}

void columns_settle(const columns *c, int64_t m, double *X)
{
    c->host->snap(c->host, m, X, c->p);
    columns_fill(c, m, X, c->p);
}

static int64_t chosen(const group *g, const double *x)
{
    int64_t best = 0;
    for (int64_t j = 1; j < g->n; j++) {
        best = x[j] > x[best] ? j : best;
    }
    return best;
}

static void choose(const group *g, int64_t choice, double *x)
{
    for (int64_t j = 0; j < g->n; j++) {
        x[j] = j == choice ? 1.0 : 0.0;
    }
}

static double reflected(double x)
{
    x = x < 0.0 ? -x : x > 1.0 ? 2.0 - x : x;
    return x < 0.0 ? 0.0 : x > 1.0 ? 1.0 : x;
}

/* Of many parameters only about 20 move at a time (Regis and Shoemaker, DYCORS, Engineering
 * Optimization 45, 2013), at least one. */
void columns_move(const columns *c, const double *x, double reach, const double *u,
                  const double *z, double *out)
{
    const double part = fmin(1.0, 20.0 / (double)c->n);
    const int64_t always = (int64_t)(u[0] * (double)c->n);
    memcpy(out, x, (size_t)c->p * sizeof *x);
    fill(c, 1, out, c->p);
    for (int64_t k = 0; k < c->n; k++) {
        const group *g = &c->groups[k];
        double *at = out + g->first;
        const double pick = u[2 * k + 1];
        if (k != always && pick >= part) {
            continue;
        }
        if (g->kind == CHOICE) {
            /* moves with probability `reach`, or it would hardly ever stay */
            if (z[k] * z[k] < 2.0 * reach) {
                choose(g, (int64_t)(u[2 * k] * (double)g->n), at);
            }
        } else {
            double step = reach * z[k];
            if (g->axis.n > 0 && fabs(step) * (double)g->axis.n < 1.0 && k == always) {
                step = copysign(1.0 / (double)g->axis.n, step);
            }
            at[0] = reflected(at[0] + step);
        }
    }
}

/* Ends of a logarithmic scale; 0: the scale is linear. */
static int logarithmic(const group *g, double *low, double *high)
{
    const hone_param *p = g->param;
    const double half = p->type == HONE_INT ? 0.5 : 0.0;
    if (p->type == HONE_CATEGORICAL || !(p->flags & HONE_PARAM_LOG)) {
        return 0;
    }
    *low = log(p->low - half);
    *high = log(p->high + half);
    return 1;
}

static int64_t level_of(const group *g, double u)
{
    double low, high, level = floor(u * (double)g->axis.n);
    if (logarithmic(g, &low, &high)) {
        level = rint((exp(low + u * (high - low)) - g->axis.low) / g->axis.step);
    }
    return level < 0.0 ? 0 : level < (double)g->axis.n ? (int64_t)level : g->axis.n - 1;
}

static double unit_of(const group *g, int64_t level)
{
    double low, high;
    if (logarithmic(g, &low, &high)) {
        return (log(hone_axis_value(&g->axis, level)) - low) / (high - low);
    }
    return ((double)level + 0.5) / (double)g->axis.n;
}

/* Levels first .. last-1 to look at around `now`. */
static void neighbourhood(const group *g, int64_t now, int64_t *first, int64_t *last)
{
    const int64_t reach = g->kind == SMOOTH ? 1 : MOST_CHOICES / 2;
    *first = now > reach ? now - reach : 0;
    *last = now + reach < g->axis.n ? now + reach + 1 : g->axis.n;
}

int64_t columns_most_neighbours(const columns *c)
{
    int64_t n = 0;
    for (int64_t k = 0; k < c->n; k++) {
        const group *g = &c->groups[k];
        n += g->kind == SMOOTH ? 2 : g->axis.n < MOST_CHOICES ? g->axis.n : MOST_CHOICES;
    }
    return n;
}

int64_t columns_neighbours(const columns *c, const double *x, int64_t room, double *out)
{
    int64_t n = 0, first, last;
    for (int64_t k = 0; k < c->n; k++) {
        const group *g = &c->groups[k];
        if ((g->kind == SMOOTH && !g->stepped) || isnan(x[g->first])) {
            continue;
        }
        const int64_t now = g->kind == CHOICE ? chosen(g, x + g->first)
                                              : level_of(g, x[g->first]);
        neighbourhood(g, now, &first, &last);
        for (int64_t j = first; j < last && n < room; j++) {
            double *y = out + n * c->p;
            if (j == now) {
                continue;
            }
            memcpy(y, x, (size_t)c->p * sizeof *x);
            fill(c, 1, y, c->p);
            if (g->kind == CHOICE) {
                choose(g, j, y + g->first);
            } else {
                y[g->first] = unit_of(g, j);
            }
            n++;
        }
    }
    return n;
}

/* Deviations of the steps of a number, in widths of a column, one after the other: SMAC3's, and
 * smaller ones. */
static const double STEPS[] = {0.2, 0.2, 0.05, 0.01};
enum { N_STEPS = sizeof STEPS / sizeof STEPS[0] };

int64_t columns_most_steps(const columns *c, int64_t each)
{
    return columns_most_neighbours(c) + c->n * each;
}

int64_t columns_steps(const columns *c, const double *x, int64_t each, const double *u,
                      const double *z, double *out)
{
    int64_t n = columns_neighbours(c, x, columns_most_neighbours(c), out);
    for (int64_t k = 0; k < c->n; k++) {
        const group *g = &c->groups[k];
        if (g->kind != SMOOTH || isnan(x[g->first])) {
            continue;
        }
        for (int64_t j = 0; j < each; j++) {
            double *y = out + n++ * c->p;
            const double to = x[g->first] + STEPS[j % N_STEPS] * z[k * each + j];
            memcpy(y, x, (size_t)c->p * sizeof *x);
            y[g->first] = to >= 0.0 && to <= 1.0 ? to : u[k * each + j];
            fill(c, 1, y, c->p);
        }
    }
    return n;
}
