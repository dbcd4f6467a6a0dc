/* density.c - draws from a mixture of products of kernels, and its log densities.
 *
 * log sum exp of a component's logs needs one exponential a component and point; exponential()
 * below is made of additions and multiplications alone, with the same operations in every lane:
 * x = k log 2 + r, |r| <= log(2)/2, the Taylor polynomial of degree 13 in r (its remainder is
 * below 2^-57 of the result), and k added to the exponent.  Its relative error is below 1e-15;
 * arguments below -700 give less than 1e-303, which is nothing beside the largest component. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* gcc makes vector instructions of few loops at -O2; clang of most */
#endif

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tpe.h"

static const double ROOT_TWO = 1.41421356237309504880;
enum { TRIES = 64 }; /* every try lands in [0, 1] with a chance above 1/3 */

/* ---- draws ---- */

static double uniform(draws *from)
{
    double u;

    from->host->uniform(from->host, from->number, from->uniforms++, 1, &u);
    return u;
}

static double normal(draws *from)
{
    const int64_t n = (int64_t)(sizeof from->buffer / sizeof *from->buffer);

    if (from->held == 0) {
        from->host->normal(from->host, from->number, from->normals, n, from->buffer);
        from->normals += n;
        from->held = n;
    }
    return from->buffer[--from->held];
}

static int64_t draw_component(const estimator *e, draws *from)
{
    double left = uniform(from) * e->total;

    for (int64_t slot = 0; slot < e->used; slot++) {
        left -= e->weight[slot];
        if (left < 0)
            return slot;
    }
    return 0;
}

static double draw_choice(const estimator *e, int64_t j, double own, draws *from)
{
    const double choices = (double)e->dims[j].levels, r = 1 / ((double)e->n + 1);
    const double u = uniform(from);

    if (own < 0)
        return floor(u * choices);
    if (u * (1 + choices * r) < 1)
        return own;
    return fmin(floor((u * (1 + choices * r) - 1) / r), choices - 1);
}

static double draw_number(const estimator *e, int64_t slot, int64_t j, draws *from)
{
    const double at = *estimator_centre(e, slot, j);
    const double s = 1 / (ROOT_TWO * *estimator_factor(e, slot, j));

    for (int k = 0; k < TRIES; k++) {
        const double v = at + s * normal(from);

        if (v >= 0 && v <= 1)
            return dimension_snap(&e->dims[j], v);
    }
    return dimension_snap(&e->dims[j], at);
}

void estimator_draw(const estimator *e, draws *from, int64_t n, double *V)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t slot = draw_component(e, from);

        for (int64_t j = 0; j < e->d; j++)
            V[j * n + i] = e->dims[j].kind == CHOICE
                               ? draw_choice(e, j, *estimator_centre(e, slot, j), from)
                               : draw_number(e, slot, j, from);
    }
}

/* ---- densities ---- */

/* x := exp(x), x <= 0, in LANES. */
static void exponential(double *x)
{
    static const double C[] = {1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800,
                               1.0 / 362880,     1.0 / 40320,     1.0 / 5040,     1.0 / 720,
                               1.0 / 120,        1.0 / 24,        1.0 / 6,        0.5,
                               1,                1};
    static const double LOG2_HIGH = 0x1.62e42fee00000p-1, LOG2_LOW = 0x1.a39ef35793c76p-33;
    static const double ROUND = 0x1.8p52; /* adding it rounds to whole numbers */
    double k[LANES], r[LANES], p[LANES];
    uint64_t bits[LANES];

    for (int i = 0; i < LANES; i++) {
        const double v = x[i] > -700 ? x[i] : -700;

        k[i] = v * 0x1.71547652b82fep0 + ROUND;
        r[i] = v - (k[i] - ROUND) * LOG2_HIGH;
        r[i] -= (k[i] - ROUND) * LOG2_LOW;
        p[i] = C[0];
    }
    for (size_t c = 1; c < sizeof C / sizeof *C; c++)
        for (int i = 0; i < LANES; i++)
            p[i] = p[i] * r[i] + C[c];
    memcpy(bits, k, sizeof bits); /* the low bits of k are the whole number */
    for (int i = 0; i < LANES; i++)
        bits[i] = (bits[i] << 52) + 0x3FF0000000000000u;
    memcpy(k, bits, sizeof bits);
    for (int i = 0; i < LANES; i++)
        x[i] = p[i] * k[i];
}

/* What is the same for all components, of n points: V, and the row of the table that a value
 * has, -1: none (d x n each); the logs of a choice that is the component's own, another, or the
 * prior's (d each). */
typedef struct query {
    int64_t n;
    const double *V;
    int64_t *row;
    double *hit, *miss, *even;
} query;

static void look_up(const estimator *e, const query *q)
{
    const double r = 1 / ((double)e->n + 1);

    for (int64_t j = 0; j < e->d; j++) {
        const dimension *d = &e->dims[j];
        const double levels = (double)d->levels;

        for (int64_t c = 0; c < q->n; c++) {
            const int64_t k = d->tabled > 0 ? dimension_level(d, q->V[j * q->n + c]) : 0;
            q->row[j * q->n + c] = k < d->tabled ? e->table_at[j] + k : -1;
        }
        if (d->kind == CHOICE) {
            q->hit[j] = log((1 + r) / (1 + levels * r));
            q->miss[j] = log(r / (1 + levels * r));
            q->even[j] = -log(levels);
        }
    }
}

/* What dimension j adds to the log densities of one block at point c, to acc. */
static void add_dimension(const estimator *e, int64_t block, const query *q, int64_t j, int64_t c,
                          double *restrict acc)
{
    const dimension *d = &e->dims[j];
    const double *restrict at = estimator_centre(e, block * LANES, j);
    const double v = q->V[j * q->n + c];
    const int64_t row = q->row[j * q->n + c];

    if (d->kind == CHOICE) {
        for (int i = 0; i < LANES; i++)
            acc[i] += at[i] == v ? q->hit[j] : at[i] >= 0 ? q->miss[j] : q->even[j];
    } else if (row >= 0) {
        const double *restrict mass = estimator_mass(e, block * LANES, row);

        for (int i = 0; i < LANES; i++)
            acc[i] += mass[i];
    } else {
        if (d->tabled > 0) /* not in e->fixed */
            for (int i = 0; i < LANES; i++)
                acc[i] += e->norm[(block * LANES + i) * e->d + j];
        for (int i = 0; i < LANES; i++) {
            const double z = (v - at[i]) * at[LANES + i];
            acc[i] -= z * z;
        }
    }
}

/* Widths of the cells that are taken as densities, which all components share. */
static double log_widths(const estimator *e, int64_t n, const double *V, int64_t c)
{
    double sum = 0;

    for (int64_t j = 0; j < e->d; j++) {
        const dimension *d = &e->dims[j];
        double from, to;

        if ((d->kind != CELLS && d->kind != WHOLE) || d->levels == d->tabled)
            continue;
        const int64_t level = dimension_level(d, V[j * n + c]);
        if (level < d->tabled)
            continue;
        dimension_cell(d, level, &from, &to);
        sum += log(to - from);
    }
    return sum;
}

/* log of the weighted sum of exponentials, over blocks. */
static double log_sum(const estimator *e, int64_t blocks, const double *logs)
{
    double top[LANES], sum[LANES] = {0}, most, all = 0;

    memcpy(top, logs, sizeof top);
    for (int64_t b = 1; b < blocks; b++)
        for (int i = 0; i < LANES; i++)
            top[i] = logs[b * LANES + i] > top[i] ? logs[b * LANES + i] : top[i];
    most = top[0];
    for (int i = 1; i < LANES; i++)
        most = fmax(most, top[i]);
    for (int64_t b = 0; b < blocks; b++) {
        double part[LANES];

        for (int i = 0; i < LANES; i++)
            part[i] = logs[b * LANES + i] - most;
        exponential(part);
        for (int i = 0; i < LANES; i++)
            sum[i] += part[i] * e->weight[b * LANES + i];
    }
    for (int i = 0; i < LANES; i++)
        all += sum[i];
    return most + log(all / e->total);
}

int32_t estimator_log(estimator *e, int64_t n, const double *V, double *out)
{
    const int64_t blocks = (e->used + LANES - 1) / LANES, d = e->d;
    const int64_t logs = n * e->room, wanted = logs + 3 * d + n * d;

    if (e->scratch_room < wanted) {
        double *scratch = realloc(e->scratch, (size_t)wanted * sizeof *scratch);
        if (!scratch)
            return HONE_ENOMEM;
        e->scratch = scratch;
        e->scratch_room = wanted;
    }
    double *more = e->scratch + logs;
    const query q = {.n = n,
                     .V = V,
                     .row = (int64_t *)(void *)(more + 3 * d),
                     .hit = more,
                     .miss = more + d,
                     .even = more + 2 * d};
    look_up(e, &q);
    for (int64_t b = 0; b < blocks; b++)
        for (int64_t c = 0; c < n; c++) {
            double acc[LANES];

            memcpy(acc, e->fixed + b * LANES, sizeof acc);
            for (int64_t j = 0; j < d; j++)
                add_dimension(e, b, &q, j, c, acc);
            memcpy(e->scratch + (c * blocks + b) * LANES, acc, sizeof acc);
        }
    for (int64_t c = 0; c < n; c++)
        out[c] = log_sum(e, blocks, e->scratch + c * blocks * LANES) + log_widths(e, n, V, c);
    return HONE_OK;
}
