/* maximize.c - the point where the acquisition is largest.
 *
 *     look      scrambled Sobol points over all of the space, as many in the trust region, and
 *               moves of the incumbents
 *     choose    the best of them, and others drawn by rank, so that not all starts are neighbours
 *     climb     a quasi-Newton search from each, side by side: one batch of predictions a step
 *     hop       whole-number and categorical neighbours of the best, as long as that helps
 *
 * Models without slopes are not climbed but walked on (walk.c).  Of an acquisition whose values
 * are a joint draw all points are looked at in one call, and the best is taken.
 *
 * Points are settled (snapped as the host would) before they are compared, so the score of a
 * point is that of what would be evaluated.
 *
 * Sources: candidates around incumbents, Regis and Shoemaker, DYCORS, Engineering Optimization
 *          45, 2013; starts side by side, Balandat et al., BoTorch, NeurIPS 2020. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bayes.h"
#include "hone_lbfgsb.h"
#include "hone_math.h"

/* Deviations of the moves of incumbents, in widths of a column, one after the other. */
static const double REACHES[] = {0.2, 0.05, 0.01, 0.001};
enum { N_REACHES = sizeof REACHES / sizeof REACHES[0] };
enum { CLIMB_LIMIT = 60 };  /* evaluations of one climb */
enum { HOPPERS = 3 };       /* best points whose neighbours are tried */
enum { HOPS = 30 };         /* from each */
enum { ROUNDS = 2 };        /* of climbing and hopping, where there is something to hop */

/* ---- values -------------------------------------------------------------------------------*/

/* Room of one judgement: means and variances of all models, partials and slopes of one. */
typedef struct bench {
    double *mean, *var, *da_dmean, *da_dvar; /* models x m */
    double *dmean, *dvar;                    /* models x m x p */
} bench;

static int32_t bench_init(bench *b, int64_t n, int64_t m, int64_t p, int slopes)
{
    const size_t row = (size_t)(n * m), block = slopes ? row * (size_t)p : 0;
    b->mean = malloc((4 * row + 2 * block) * sizeof *b->mean + 1);
    if (!b->mean) {
        return HONE_ENOMEM;
    }
    b->var = b->mean + row;
    b->da_dmean = b->var + row;
    b->da_dvar = b->da_dmean + row;
    b->dmean = b->da_dvar + row;
    b->dvar = b->dmean + block;
    return HONE_OK;
}

/* slope (p) := of point i, summed over all models. */
static void bench_slope(const bench *b, int64_t n, int64_t m, int64_t p, int64_t i, double *slope)
{
    hone_chain(p, b->da_dmean[i], b->da_dvar[i], b->dmean + i * p, b->dvar + i * p, slope);
    for (int64_t k = 1; k < n; k++) {
        const int64_t at = k * m + i;
        for (int64_t c = 0; c < p; c++) {
            slope[c] += b->da_dmean[at] * b->dmean[at * p + c] +
                        b->da_dvar[at] * b->dvar[at * p + c];
        }
    }
}

int32_t judge_values(const judge *j, int64_t m, const double *X, double *a, double *slopes)
{
    const models *s = j->models;
    const int64_t p = s->p, n = s->n;
    bench b;
    hone_acq_context context = j->context;
    context.x = X;
    context.ldx = p;
    int32_t status = bench_init(&b, n, m, p, slopes != NULL);
    if (status < 0) {
        return status;
    }
    for (int64_t k = 0; k < n && status >= 0; k++) {
        const model *one = &s->each[k];
        status = one->ops->predict(one->surrogate.self, m, X, p, b.mean + k * m, b.var + k * m,
                                   slopes ? b.dmean + k * m * p : NULL,
                                   slopes ? b.dvar + k * m * p : NULL, p);
    }
    if (status >= 0) {
        status = j->ops->value(j->acquisition->self, &context, m, b.mean, b.var, m, a,
                               slopes ? b.da_dmean : NULL, slopes ? b.da_dvar : NULL);
    }
    for (int64_t i = 0; status >= 0 && i < m; i++) {
        a[i] = isnan(a[i]) ? -HUGE_VAL : a[i];
        if (slopes) {
            bench_slope(&b, n, m, p, i, slopes + i * p);
        }
    }
    free(b.mean);
    return status;
}

/* ---- what was found -----------------------------------------------------------------------*/

static int32_t search_reserve(search *s, int64_t n)
{
    const int64_t p = s->columns->p;
    s->X = malloc((size_t)(n * p) * sizeof *s->X + 1);
    s->a = malloc((size_t)n * sizeof *s->a + 1);
    s->order = malloc((size_t)n * sizeof *s->order + 1);
    s->room = n;
    s->n = s->sorted = 0;
    return s->X && s->a && s->order ? HONE_OK : HONE_ENOMEM;
}

void search_free(search *s)
{
    free(s->X);
    free(s->a);
    free(s->order);
    s->X = s->a = NULL;
    s->order = NULL;
}

int32_t search_take(search *s, int64_t m)
{
    double *X = s->X + s->n * s->columns->p;
    columns_settle(s->columns, m, X);
    const int32_t status = judge_values(s->judge, m, X, s->a + s->n, NULL);
    s->n += status < 0 ? 0 : m;
    return status;
}

typedef struct ranked {
    double value;
    int64_t row;
} ranked;

static int by_value(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->value != y->value ? (x->value < y->value) - (x->value > y->value)
                                : (x->row > y->row) - (x->row < y->row);
}

/* Takes row `row` into the order of those before it. */
static void search_insert(search *s, int64_t row)
{
    const ranked now = {s->a[row], row};
    int64_t low = 0, high = s->sorted;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        const ranked other = {s->a[s->order[middle]], s->order[middle]};
        if (by_value(&now, &other) < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    memmove(s->order + low + 1, s->order + low, (size_t)(s->sorted - low) * sizeof *s->order);
    s->order[low] = row;
    s->sorted++;
}

/* order[0 .. n-1] := rows by value, the earlier of equals first. */
static int32_t search_sort(search *s)
{
    if (s->sorted > 0) { /* a few more since */
        while (s->sorted < s->n) {
            search_insert(s, s->sorted);
        }
        return HONE_OK;
    }
    ranked *r = malloc((size_t)s->n * sizeof *r + 1);
    if (!r) {
        return HONE_ENOMEM;
    }
    for (int64_t i = 0; i < s->n; i++) {
        r[i] = (ranked){s->a[i], i};
    }
    qsort(r, (size_t)s->n, sizeof *r, by_value);
    for (int64_t i = 0; i < s->n; i++) {
        s->order[i] = r[i].row;
    }
    s->sorted = s->n;
    free(r);
    return HONE_OK;
}

/* ---- look ---------------------------------------------------------------------------------*/

/* Where there is a box, every other one of the points after row n is mapped to it from all of the
 * space, or all if they are kept to it. */
static void gather(const search *s, int64_t m)
{
    const int64_t p = s->columns->p;
    for (int64_t i = 0; s->lower && i < m; i += s->kept ? 1 : 2) {
        double *x = s->X + (s->n + i) * p;
        for (int64_t j = 0; j < p; j++) {
            x[j] = s->lower[j] + x[j] * (s->upper[j] - s->lower[j]);
        }
    }
}

/* Rows first .. first+m-1, if they are kept to the box, end at its sides. */
static void confine(const search *s, int64_t first, int64_t m)
{
    const int64_t p = s->columns->p;
    for (int64_t i = 0; s->kept && i < m * p; i++) {
        double *x = s->X + first * p + i;
        *x = fmin(fmax(*x, s->lower[i % p]), s->upper[i % p]);
    }
}

/* Streams up to 0 are those of points without a model. */
static int32_t look_everywhere(search *s)
{
    const columns *c = s->columns;
    const hone_host *host = c->host;
    double *U = malloc((size_t)(s->candidates * c->n) * sizeof *U + 1);
    if (!U) {
        return HONE_ENOMEM;
    }
    if (host->quasi(host, s->number + 1, 0, s->candidates, c->n, U, c->n) < 0) {
        host->uniform(host, s->number, 0, s->candidates * c->n, U);
    }
    for (int64_t i = 0; i < s->candidates; i++) {
        hone_spread(c->space, U + i * c->n, s->X + (s->n + i) * c->p);
    }
    free(U);
    gather(s, s->candidates);
    return s->joint ? HONE_OK : search_take(s, s->candidates);
}

static int32_t look_near(search *s, int64_t m, double *u, double *z)
{
    const columns *c = s->columns;
    const int64_t used = s->candidates * c->n; /* uniforms of look_everywhere */
    const int64_t first = s->n + (s->joint ? s->candidates : 0);
    if (s->n_near == 0) {
        return s->joint ? search_take(s, s->candidates) : HONE_OK;
    }
    for (int64_t i = 0; i < m; i++) {
        c->host->uniform(c->host, s->number, used + i * 2 * c->n, 2 * c->n, u);
        c->host->normal(c->host, s->number, i * c->n, c->n, z);
        columns_move(c, s->near + (i % s->n_near) * c->p, REACHES[i / s->n_near % N_REACHES], u,
                     z, s->X + (first + i) * c->p);
    }
    confine(s, first, m);
    return search_take(s, first + m - s->n);
}

/* ---- choose -------------------------------------------------------------------------------*/

/* The first k of n by value come first, in their order. */
static void first_ranks(ranked *r, int64_t n, int64_t k)
{
    qsort(r, (size_t)k, sizeof *r, by_value);
    for (int64_t i = k; i < n; i++) {
        int64_t at = k;
        const ranked now = r[i];
        while (at > 0 && by_value(&now, &r[at - 1]) < 0) {
            at--;
        }
        if (at < k) {
            memmove(r + at + 1, r + at, (size_t)(k - 1 - at) * sizeof *r);
            r[at] = now;
        }
    }
}

/* The best row, then others with chances in proportion to 1 / rank (Gumbel's trick: largest
 * log chance + Gumbel draw), without repeats.  row: [k]; returns how many. */
static int64_t choose_starts(const search *s, int64_t first_draw, int64_t k, int64_t *row)
{
    const hone_host *host = s->columns->host;
    ranked *r = malloc((size_t)s->n * (sizeof *r + sizeof(double)) + 1);
    double *u = (double *)(r + s->n);
    if (!r) {
        return HONE_ENOMEM;
    }
    host->uniform(host, s->number, first_draw, s->n, u);
    for (int64_t i = 0; i < s->n; i++) {
        r[i].row = s->order[i];
        r[i].value = i == 0 ? HUGE_VAL : -log((double)i + 1.0) - log(-log(u[i] + 0x1p-54));
    }
    k = k < s->n ? k : s->n;
    first_ranks(r, s->n, k);
    for (int64_t i = 0; i < k; i++) {
        row[i] = r[i].row;
    }
    free(r);
    return k;
}

/* ---- climb --------------------------------------------------------------------------------*/

typedef struct climber {
    hone_lbfgsb b;
    const double *start; /* [p] NaN: inactive, and stays so */
    int going;
} climber;

/* Where the climber is, for the models. */
static void climber_point(const climber *k, int64_t p, const double *at, double *x)
{
    for (int64_t c = 0; c < p; c++) {
        x[c] = isnan(k->start[c]) ? NAN : at[c];
    }
}

/* Only columns that slopes speak about move; others have equal bounds. */
static int32_t climber_start(climber *k, const search *s, const double *x)
{
    const columns *c = s->columns;
    if (hone_lbfgsb_new(&k->b, (int)c->p)) {
        return HONE_ENOMEM;
    }
    k->start = x;
    memcpy(k->b.x, x, (size_t)c->p * sizeof *x);
    c->host->snap(c->host, 1, k->b.x, c->p);
    for (int64_t i = 0; i < c->n; i++) {
        const group *g = &c->groups[i];
        for (int64_t j = g->first; j < g->first + g->n; j++) {
            const int moves = g->kind == SMOOTH && !isnan(k->b.x[j]);
            k->b.x[j] = isnan(x[j]) ? 0.5 : x[j];
            k->b.lower[j] = !moves ? k->b.x[j] : s->kept ? s->lower[j] : 0.0;
            k->b.upper[j] = !moves ? k->b.x[j] : s->kept ? s->upper[j] : 1.0;
        }
    }
    k->b.limit = CLIMB_LIMIT;
    k->b.tolerance = 1e-4;
    k->b.progress = 1e-6;
    hone_lbfgsb_start(&k->b);
    k->going = hone_lbfgsb_next(&k->b);
    return HONE_OK;
}

/* Advances all climbers by one batch of values at a time. */
static int32_t climb_together(const search *s, int64_t n, climber *k, double *X, double *a,
                              double *slopes)
{
    const int64_t p = s->columns->p;
    for (;;) {
        int64_t m = 0;
        for (int64_t i = 0; i < n; i++) {
            if (k[i].going) {
                climber_point(&k[i], p, k[i].b.x, X + m++ * p);
            }
        }
        if (m == 0) {
            return HONE_OK;
        }
        const int32_t status = judge_values(s->judge, m, X, a, slopes);
        if (status < 0) {
            return status;
        }
        m = 0;
        for (int64_t i = 0; i < n; i++) {
            if (k[i].going) {
                k[i].b.f = -a[m];
                for (int64_t c = 0; c < p; c++) {
                    k[i].b.g[c] = -slopes[m * p + c];
                }
                m++;
                k[i].going = hone_lbfgsb_next(&k[i].b);
            }
        }
    }
}

/* Climbs from n rows; the tops become rows. */
static int32_t climb(search *s, int64_t n, const int64_t *row)
{
    const columns *c = s->columns;
    const size_t block = (size_t)(n * c->p);
    climber *k = calloc((size_t)n + 1, sizeof *k);
    double *X = malloc((2 * block + (size_t)n) * sizeof *X + 1);
    int32_t status = k && X ? HONE_OK : HONE_ENOMEM;
    for (int64_t i = 0; i < n && status >= 0; i++) {
        status = climber_start(&k[i], s, s->X + row[i] * c->p);
    }
    if (status >= 0) {
        status = climb_together(s, n, k, X, X + 2 * block, X + block);
    }
    for (int64_t i = 0; i < n && status >= 0; i++) {
        climber_point(&k[i], c->p, k[i].b.best, s->X + (s->n + i) * c->p);
    }
    if (status >= 0) {
        status = search_take(s, n);
    }
    for (int64_t i = 0; k && i < n; i++) {
        hone_lbfgsb_free(&k[i].b);
    }
    free(k);
    free(X);
    return status;
}

/* ---- hop ----------------------------------------------------------------------------------*/

/* From row `from` to the best neighbour as long as that is better; the last one becomes a row. */
static int32_t hop(search *s, int64_t from, double *around, double *a)
{
    const columns *c = s->columns;
    const int64_t room = columns_most_neighbours(c);
    double *x = s->X + s->n * c->p, value = s->a[from];
    memcpy(x, s->X + from * c->p, (size_t)c->p * sizeof *x);
    for (int h = 0; h < HOPS; h++) {
        const int64_t m = columns_neighbours(c, x, room, around);
        int64_t best = 0;
        columns_settle(c, m, around);
        const int32_t status = m ? judge_values(s->judge, m, around, a, NULL) : HONE_OK;
        if (status < 0) {
            return status;
        }
        for (int64_t i = 1; i < m; i++) {
            best = a[i] > a[best] ? i : best;
        }
        if (m == 0 || !(a[best] > value)) {
            break;
        }
        value = a[best];
        memcpy(x, around + best * c->p, (size_t)c->p * sizeof *x);
    }
    s->a[s->n++] = value;
    return HONE_OK;
}

/* Hops from the best rows, then climbs from where that led. */
static int32_t hop_best(search *s)
{
    const columns *c = s->columns;
    const int64_t room = columns_most_neighbours(c), first = s->n;
    double *around = malloc((size_t)(room * (c->p + 1)) * sizeof *around + 1);
    int64_t row[HOPPERS];
    int32_t status = around ? search_sort(s) : HONE_ENOMEM;
    const int64_t n = s->n < HOPPERS ? s->n : HOPPERS;
    for (int64_t i = 0; i < n && status >= 0; i++) {
        row[i] = first + i;
        status = hop(s, s->order[i], around, around + room * c->p);
    }
    if (status >= 0) {
        status = climb(s, n, row);
    }
    free(around);
    return status;
}

/* ---- all ----------------------------------------------------------------------------------*/

int32_t search_run(search *s)
{
    const columns *c = s->columns;
    const int64_t near = s->candidates / 2;
    const int64_t drawn = (s->candidates + 2 * near) * c->n; /* uniforms used up by looking */
    double *u = malloc((size_t)(3 * c->n + 1) * sizeof *u);
    int64_t *row = malloc((size_t)s->starts * sizeof *row + 1), n = 0;
    int32_t status = u && row ? search_reserve(s, s->candidates + near + s->starts +
                                                      2 * ROUNDS * HOPPERS)
                              : HONE_ENOMEM;
    if (status >= 0) {
        status = look_everywhere(s);
    }
    if (status >= 0) {
        status = look_near(s, near, u, u + 2 * c->n);
    }
    if (status >= 0) {
        status = search_sort(s);
    }
    if (status >= 0 && !s->joint) {
        n = choose_starts(s, drawn, s->starts, row);
        status = n < 0 ? (int32_t)n : s->flat ? walk(s, n, row) : climb(s, n, row);
    }
    for (int r = 0; r < ROUNDS && c->discrete && !s->flat && !s->joint && status >= 0; r++) {
        status = hop_best(s);
    }
    if (status >= 0) {
        status = search_sort(s);
    }
    free(u);
    free(row);
    return status;
}
