/* conform_surrogate.c - what a model answers. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conform_model.h"

enum { P = 3, MOST = 60, QUERIES = 7, GAP = 2, LD = P + GAP, WIDE = 200 };

/* A plain cube of three columns, and data in it. */
typedef struct lesson {
    rig r;
    double u[MOST * LD], y[MOST];
    double q[QUERIES * LD], ignored[QUERIES]; /* where it is asked */
    int64_t n;
} lesson;

static const char CUBE[] = "a = float 0 1\nb = float 0 1\nc = float 0 1\n";

static void fill(lesson *l, int64_t n, int64_t stream)
{
    l->n = n;
    for (int i = 0; i < MOST * LD; i++)
        l->u[i] = NAN; /* gaps: whoever reads them gets NaN */
    for (int i = 0; i < QUERIES * LD; i++)
        l->q[i] = NAN;
    model_points(l->r.stand, stream, n, P, l->u, LD, l->y);
    model_points(l->r.stand, 21, QUERIES, P, l->q, LD, l->ignored);
}

static bool lesson_open(stand *s, lesson *l, uint64_t seed)
{
    if (!rig_open(s, &l->r, &(rig_plan){.space = CUBE, .seed = seed}))
        return false;
    fill(l, 25, 20);
    return true;
}

static bool learn(lesson *l, const double *noise)
{
    if (rig_fit(&l->r, l->n, P, l->u, LD, l->y, noise) >= 0)
        return true;
    stand_fail(l->r.stand, "fit fails on %lld ordinary points: %s", (long long)l->n,
               rig_said(&l->r));
    return false;
}

static bool ask(lesson *l, int64_t m, const double *q, double *mean, double *var)
{
    if (rig_predict(&l->r, m, q, LD, mean, var, NULL, NULL, 0) >= 0)
        return true;
    stand_fail(l->r.stand, "predict fails: %s", rig_said(&l->r));
    return false;
}

static bool usable(stand *s, int64_t m, const double *mean, const double *var, const char *when)
{
    for (int64_t i = 0; i < m && !s->failure.length; i++) {
        if (!isfinite(mean[i]))
            stand_fail(s, "%s the mean is %g", when, mean[i]);
        else if (!(var[i] >= 0) || isinf(var[i]))
            stand_fail(s, "%s the variance is %g", when, var[i]);
    }
    return !s->failure.length;
}

static bool near(double a, double b, double tolerance, double scale)
{
    return fabs(a - b) <= tolerance * (fabs(a) + fabs(b) + scale);
}

/* ---- the posterior ---- */

static void variance(stand *s)
{
    lesson l;
    double mean[MOST], var[MOST];
    if (!lesson_open(s, &l, 0))
        return;
    if (learn(&l, NULL) && ask(&l, QUERIES, l.q, mean, var) &&
        usable(s, QUERIES, mean, var, "at new points") && ask(&l, l.n, l.u, mean, var))
        usable(s, l.n, mean, var, "at the points it knows");
    rig_close(&l.r);
}

static void informed(stand *s)
{
    lesson l;
    double mean[MOST], var[MOST], wrong = 0, spread = 0, middle = 0;
    if (!lesson_open(s, &l, 0))
        return;
    const double *no_noise = calloc(MOST, sizeof *no_noise);
    if (no_noise && learn(&l, no_noise) && ask(&l, l.n, l.u, mean, var)) {
        for (int64_t i = 0; i < l.n; i++)
            middle += l.y[i] / (double)l.n;
        for (int64_t i = 0; i < l.n; i++) {
            wrong += (mean[i] - l.y[i]) * (mean[i] - l.y[i]);
            spread += (l.y[i] - middle) * (l.y[i] - middle);
        }
        if (wrong > 0.5 * spread)
            stand_fail(s, "told values without noise it explains %.0f %% of their variance",
                       100 * (1 - wrong / spread));
    }
    free((void *)(uintptr_t)no_noise);
    rig_close(&l.r);
}

/* ---- arrays ---- */

static void singles(stand *s)
{
    lesson l;
    double mean[QUERIES], var[QUERIES], m1, v1;
    if (!lesson_open(s, &l, 0))
        return;
    if (learn(&l, NULL) && ask(&l, QUERIES, l.q, mean, var))
        for (int i = 0; i < QUERIES && ask(&l, 1, l.q + i * LD, &m1, &v1); i++)
            if (!near(m1, mean[i], 1e-9, 1e-9) || !near(v1, var[i], 1e-6, 1e-9))
                stand_fail(s, "one by one it predicts %.17g, %.3g where at once it predicts %.17g, "
                              "%.3g", m1, v1, mean[i], var[i]);
    if (!s->failure.length && rig_predict(&l.r, 0, l.q, LD, mean, var, NULL, NULL, 0) < 0)
        stand_fail(s, "predict of no point fails: %s", rig_said(&l.r));
    rig_close(&l.r);
}

/* Room with a margin after it and gaps in it, all of one NaN that nobody computes. */
static const uint64_t CANARY = 0x7ff4dead4badf00d;

static void paint(double *v, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        memcpy(v + i, &CANARY, sizeof *v);
}

static bool painted(const double *v)
{
    return memcmp(v, &CANARY, sizeof *v) == 0;
}

static void written(stand *s)
{
    lesson l;
    double mean[QUERIES + 1], var[QUERIES + 1], dm[(QUERIES + 1) * LD], dv[(QUERIES + 1) * LD];
    double copy[QUERIES * LD];
    if (!lesson_open(s, &l, 0))
        return;
    const bool slopes = s->plugin->caps & HONE_CAP_GRADIENT;
    paint(mean, QUERIES + 1);
    paint(var, QUERIES + 1);
    paint(dm, (QUERIES + 1) * LD);
    paint(dv, (QUERIES + 1) * LD);
    memcpy(copy, l.q, sizeof copy);
    if (!learn(&l, NULL))
        return;
    EXPECT(s, rig_predict(&l.r, QUERIES, l.q, LD, mean, var, slopes ? dm : NULL,
                          slopes ? dv : NULL, LD) >= 0, "predict fails: %s", rig_said(&l.r));
    EXPECT(s, memcmp(copy, l.q, sizeof copy) == 0, "predict changed the points");
    EXPECT(s, painted(mean + QUERIES) && painted(var + QUERIES), "predict writes beyond m values");
    for (int i = 0; i < QUERIES; i++) {
        EXPECT(s, !painted(mean + i) && !painted(var + i), "predict leaves value %d unwritten", i);
        for (int k = 0; k < LD && slopes; k++) {
            const bool touched = !painted(dm + i * LD + k) && !painted(dv + i * LD + k);
            EXPECT(s, k >= P || touched, "predict leaves derivative %d of point %d unwritten", k, i);
            EXPECT(s, k < P || (painted(dm + i * LD + k) && painted(dv + i * LD + k)),
                   "predict writes into the gap that ldg leaves");
        }
    }
    for (int k = 0; k < LD && slopes; k++)
        EXPECT(s, painted(dm + QUERIES * LD + k), "predict writes derivatives beyond m points");
    usable(s, QUERIES, mean, var, "with gaps between the rows");
    rig_close(&l.r);
}

static void optional(stand *s)
{
    lesson l;
    double mean[QUERIES], var[QUERIES], alone[QUERIES];
    if (!lesson_open(s, &l, 0))
        return;
    if (learn(&l, NULL) && ask(&l, QUERIES, l.q, mean, var) && ask(&l, QUERIES, l.q, alone, NULL))
        for (int i = 0; i < QUERIES; i++)
            if (!near(alone[i], mean[i], 1e-12, 1e-12))
                stand_fail(s, "without var the mean is %.17g instead of %.17g", alone[i], mean[i]);
    rig_close(&l.r);
}

static void inputs(stand *s)
{
    lesson l;
    double u[MOST * LD], y[MOST], noise[MOST], kept[MOST];
    if (!lesson_open(s, &l, 0))
        return;
    memcpy(u, l.u, sizeof u);
    memcpy(y, l.y, (size_t)l.n * sizeof *y);
    for (int i = 0; i < MOST; i++)
        noise[i] = kept[i] = 0.01;
    if (learn(&l, noise) &&
        (memcmp(u, l.u, sizeof u) != 0 || memcmp(y, l.y, (size_t)l.n * sizeof *y) != 0 ||
         memcmp(noise, kept, sizeof noise) != 0))
        stand_fail(s, "fit changed its input");
    rig_close(&l.r);
}

/* ---- derivatives against central differences ---- */

static bool slope_fits(lesson *l, int64_t i, int k, double dmean, double dvar, double scale)
{
    enum { H = 4 };
    static const double STEPS[H] = {1e-3, 1e-4, 1e-5, 1e-6};
    double best_m = INFINITY, best_v = INFINITY;
    for (int j = 0; j < H; j++) {
        double at[2 * LD], mean[2], var[2];
        memcpy(at, l->q + i * LD, LD * sizeof *at);
        memcpy(at + LD, l->q + i * LD, LD * sizeof *at);
        at[k] += STEPS[j];
        at[LD + k] -= STEPS[j];
        if (!ask(l, 2, at, mean, var))
            return true; /* has failed already */
        best_m = fmin(best_m, fabs((mean[0] - mean[1]) / (2 * STEPS[j]) - dmean));
        best_v = fmin(best_v, fabs((var[0] - var[1]) / (2 * STEPS[j]) - dvar));
    }
    return best_m <= 1e-3 * (fabs(dmean) + scale) && best_v <= 1e-3 * (fabs(dvar) + scale * scale);
}

static void gradient(stand *s)
{
    lesson l;
    double mean[QUERIES], var[QUERIES], dm[QUERIES * LD], dv[QUERIES * LD];
    if (!(s->plugin->caps & HONE_CAP_GRADIENT)) {
        stand_leave_out(s, "it does not claim exact derivatives");
        return;
    }
    if (!lesson_open(s, &l, 0) || !learn(&l, NULL))
        return;
    EXPECT(s, rig_predict(&l.r, QUERIES, l.q, LD, mean, var, dm, dv, LD) >= 0,
           "predict with derivatives fails: %s", rig_said(&l.r));
    for (int i = 0; i < QUERIES; i++)
        for (int k = 0; k < P; k++)
            EXPECT(s, slope_fits(&l, i, k, dm[i * LD + k], dv[i * LD + k], 0.1) || s->failure.length,
                   "the derivatives at point %d along column %d, %g and %g, are not those of mean "
                   "and variance", i, k, dm[i * LD + k], dv[i * LD + k]);
    rig_close(&l.r);
}

/* ---- data of all sorts ---- */

static bool survives(lesson *l, const char *when)
{
    double mean[QUERIES], var[QUERIES];
    stand *s = l->r.stand;
    const int32_t status = rig_fit(&l->r, l->n, P, l->u, LD, l->y, NULL);
    if (s->failure.length || status == HONE_ENUMERIC)
        return !s->failure.length;
    if (status < 0) {
        stand_fail(s, "%s fit fails: %s; only HONE_ENUMERIC leaves it usable", when,
                   rig_said(&l->r));
        return false;
    }
    return ask(l, QUERIES, l->q, mean, var) && usable(s, QUERIES, mean, var, when);
}

static void degenerate(stand *s)
{
    lesson l;
    if (!lesson_open(s, &l, 0))
        return;
    fill(&l, 1, 20);
    bool going = survives(&l, "with one observation");
    fill(&l, 2, 20);
    going = going && survives(&l, "with two observations");
    fill(&l, 20, 20);
    for (int64_t i = 0; i < l.n; i++)
        l.y[i] = 3;
    going = going && survives(&l, "with constant values");
    fill(&l, 20, 20);
    for (int64_t i = 1; i < l.n; i++)
        memcpy(l.u + i * LD, l.u, P * sizeof(double));
    going = going && survives(&l, "with one point observed 20 times");
    fill(&l, 20, 20);
    for (int64_t i = 10; i < l.n; i++) {
        memcpy(l.u + i * LD, l.u + (i - 10) * LD, P * sizeof(double));
        l.y[i] = l.y[i - 10];
    }
    going = going && survives(&l, "with every point twice");
    fill(&l, 25, 20);
    if (going)
        survives(&l, "with ordinary data after all that");
    rig_close(&l.r);
}

static void scales(stand *s)
{
    static const double SCALE[] = {1e12, 1e-12, 1e150, 1e-150};
    lesson l;
    if (!lesson_open(s, &l, 0))
        return;
    bool going = true;
    for (int k = 0; k < 4 && going; k++) {
        char when[48];
        fill(&l, 20, 20);
        for (int64_t i = 0; i < l.n; i++)
            l.y[i] *= SCALE[k];
        snprintf(when, sizeof when, "with values of about %g", SCALE[k]);
        going = survives(&l, when);
    }
    fill(&l, 20, 20);
    l.y[7] = 1e12;
    going = going && survives(&l, "with one value of 1e12 among ordinary ones");
    fill(&l, 20, 20);
    for (int64_t i = 0; i < l.n; i++)
        l.y[i] = (i % 2 ? -1 : 1) * pow(10, 10.0 * (double)i - 100);
    if (going)
        survives(&l, "with values over 200 orders of magnitude");
    rig_close(&l.r);
}

static void columns(stand *s)
{
    enum { N = 30, M = 3 };
    text lines = {0};
    rig r;
    double *u = malloc(sizeof *u * N * WIDE), y[N], mean[M], var[M];
    for (int i = 0; i < WIDE; i++)
        text_add(&lines, "x%d = float 0 1\n", i);
    if (u && lines.data && rig_open(s, &r, &(rig_plan){.space = lines.data})) {
        model_points(s, 22, N, WIDE, u, WIDE, y);
        const int32_t status = rig_fit(&r, N, WIDE, u, WIDE, y, NULL);
        if (status < 0 && status != HONE_ENUMERIC)
            stand_fail(s, "fit fails in 200 columns: %s", rig_said(&r));
        else if (status >= 0 && rig_predict(&r, M, u, WIDE, mean, var, NULL, NULL, 0) >= 0)
            usable(s, M, mean, var, "in 200 columns");
        rig_close(&r);
    }
    text_free(&lines);
    free(u);
}

const conform_case CONFORM_SURROGATE[] = {
    {"variance", "Mean and variance are finite, and no variance is negative.", FOR(HONE_SURROGATE),
     variance},
    {"informed", "Values without noise are explained where they were observed.",
     FOR(HONE_SURROGATE), informed},
    {"singles", "Points at once and one by one give the same.", FOR(HONE_SURROGATE), singles},
    {"written", "All outputs are written, and nothing beside them.", FOR(HONE_SURROGATE), written},
    {"optional", "var and the derivatives may be left out.", FOR(HONE_SURROGATE), optional},
    {"inputs", "fit changes none of its inputs.", FOR(HONE_SURROGATE), inputs},
    {"gradient", "Derivatives agree with differences where they are claimed.",
     FOR(HONE_SURROGATE), gradient},
    {"degenerate", "One observation, duplicates and constant values do no harm.",
     FOR(HONE_SURROGATE), degenerate},
    {"scales", "Values from 1e-150 to 1e150, and outliers, do no harm.", FOR(HONE_SURROGATE),
     scales},
    {"columns", "200 columns work.", FOR(HONE_SURROGATE), columns},
    {0},
};
