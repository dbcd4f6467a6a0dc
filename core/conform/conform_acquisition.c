/* conform_acquisition.c - how promising are points, by a model whose answers are known. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "conform_model.h"

enum { M = 7 };
static const uint64_t CANARY = 0x7ff4dead4badf00d;

typedef struct desk {
    rig r;
    model m;
    double x[M * MODEL_COLUMNS], mean[2 * (M + 2)], var[2 * (M + 2)];
} desk;

/* Three parameters, a known model, M points with what it says of them. */
static bool desk_open(stand *s, desk *d)
{
    if (!rig_open(s, &d->r, &(rig_plan){0}))
        return false;
    if (!model_init(&d->m, &d->r, 0.5, MODEL_COLUMNS))
        return false;
    model_points(s, 40, M, d->m.p, d->x, d->m.p, d->mean);
    model_predict(&d->m, M, d->x, d->m.p, d->mean, d->var, NULL, NULL, 0);
    d->m.context.x = d->x;
    d->m.context.ldx = d->m.p;
    return true;
}

static bool prepare(desk *d)
{
    if (model_prepare(&d->m, &d->r) >= 0)
        return true;
    stand_fail(d->r.stand, "prepare fails: %s", rig_said(&d->r));
    return false;
}

static bool value(desk *d, int64_t m, const double *mean, const double *var, int64_t ldm, double *a,
                  double *dm, double *dv)
{
    if (model_value(&d->m, &d->r, m, mean, var, ldm, a, dm, dv) >= 0)
        return true;
    stand_fail(d->r.stand, "value fails: %s", rig_said(&d->r));
    return false;
}

static bool joint(stand *s)
{
    if (s->plugin->caps & HONE_CAP_JOINT)
        stand_leave_out(s, "its values are draws, which cannot be compared between calls");
    return s->plugin->caps & HONE_CAP_JOINT;
}

/* ---- extremes ---- */

static void extremes(stand *s)
{
    static const double SDS[] = {0, 1e-150, 1e-8, 1, 1e8}, AWAY[] = {-40, -1e3, 0, 40, 1e3, 1e8};
    desk d;
    if (!desk_open(s, &d) || !prepare(&d))
        return;
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 6; k++) {
            const double var = SDS[i] * SDS[i], unit = SDS[i] > 0 ? SDS[i] : 1;
            const double mean = d.m.context.best + AWAY[k] * unit;
            double a = NAN;
            if (!value(&d, 1, &mean, &var, 1, &a, NULL, NULL))
                return;
            EXPECT(s, isfinite(a), "with deviation %g and a mean %g deviations from the best the "
                   "value is %g", SDS[i], AWAY[k], a);
        }
    rig_close(&d.r);
}

static void no_best(stand *s)
{
    desk d;
    double a[M];
    if (!desk_open(s, &d))
        return;
    d.m.context.best = NAN;
    d.m.context.front = NULL;
    d.m.context.n_front = 0;
    d.m.context.n_trials = 1;
    if (prepare(&d) && value(&d, M, d.mean, d.var, M, a, NULL, NULL))
        for (int i = 0; i < M; i++)
            EXPECT(s, !isnan(a[i]), "with no feasible trial yet the value is NaN");
    rig_close(&d.r);
}

/* ---- arrays ---- */

static void singles(stand *s)
{
    desk d;
    double a[M], one;
    if (joint(s) || !desk_open(s, &d) || !prepare(&d) ||
        !value(&d, M, d.mean, d.var, M, a, NULL, NULL))
        return;
    for (int i = 0; i < M; i++) {
        d.m.context.x = d.x + i * d.m.p;
        if (!value(&d, 1, d.mean + i, d.var + i, 1, &one, NULL, NULL))
            return;
        EXPECT(s, fabs(one - a[i]) <= 1e-12 * (fabs(one) + fabs(a[i])),
               "alone point %d has value %.17g, among others %.17g", i, one, a[i]);
    }
    EXPECT(s, value(&d, 0, d.mean, d.var, 1, a, NULL, NULL), "value of no point fails");
    rig_close(&d.r);
}

static void written(stand *s)
{
    desk d;
    double a[M + 1], dm[M + 2], dv[M + 2], mean[M], var[M];
    const bool slopes = s->plugin->caps & HONE_CAP_GRADIENT;
    if (!desk_open(s, &d) || !prepare(&d))
        return;
    for (int i = 0; i < M + 2; i++) {
        memcpy(i <= M ? a + i : a, &CANARY, sizeof *a);
        memcpy(dm + i, &CANARY, sizeof *dm);
        memcpy(dv + i, &CANARY, sizeof *dv);
    }
    memcpy(mean, d.mean, sizeof mean);
    memcpy(var, d.var, sizeof var);
    if (!value(&d, M, d.mean, d.var, M + 2, a, slopes ? dm : NULL, slopes ? dv : NULL))
        return;
    EXPECT(s, memcmp(mean, d.mean, sizeof mean) == 0 && memcmp(var, d.var, sizeof var) == 0,
           "value changed its inputs");
    EXPECT(s, memcmp(a + M, &CANARY, sizeof *a) == 0, "value writes beyond m values");
    for (int i = 0; i < M + 2; i++) {
        const bool kept = memcmp(dm + i, &CANARY, sizeof *dm) == 0 ||
                          memcmp(dv + i, &CANARY, sizeof *dv) == 0;
        EXPECT(s, i >= M || memcmp(a + i, &CANARY, sizeof *a) != 0, "value leaves point %d unwritten",
               i);
        EXPECT(s, !slopes || i >= M || !kept, "value leaves a derivative of point %d unwritten", i);
        EXPECT(s, !slopes || i < M || kept, "value writes derivatives into the gap that ldm leaves");
    }
    rig_close(&d.r);
}

/* ---- shape ---- */

static void monotone(stand *s)
{
    desk d;
    double before = NAN;
    if (joint(s) || !desk_open(s, &d) || !prepare(&d))
        return;
    for (int k = 0; k <= 40; k++) {
        const double var = 0.25, mean = d.m.context.best - 2 + 0.1 * k;
        double a;
        if (!value(&d, 1, &mean, &var, 1, &a, NULL, NULL))
            return;
        EXPECT(s, k == 0 || a <= before + 1e-9 * (fabs(a) + fabs(before)),
               "a worse mean has a greater value: %.12g at mean %g after %.12g (values are "
               "minimised)", a, mean, before);
        before = a;
    }
    rig_close(&d.r);
}

static double slope(desk *d, double mean, double var, bool of_var)
{
    double best = NAN, last = INFINITY, before = NAN;
    for (double h = 1e-3; h > 1e-7; h /= 4) {
        const double up[2] = {mean + (of_var ? 0 : h), mean - (of_var ? 0 : h)};
        const double vars[2] = {var + (of_var ? h : 0), var - (of_var ? h : 0)};
        double a[2];
        if (!value(d, 1, up, vars, 1, a, NULL, NULL) ||
            !value(d, 1, up + 1, vars + 1, 1, a + 1, NULL, NULL))
            return NAN;
        const double now = (a[0] - a[1]) / (2 * h);
        if (!isnan(before) && fabs(now - before) < last) {
            last = fabs(now - before);
            best = now;
        }
        before = now;
    }
    return best;
}

static void gradient(stand *s)
{
    desk d;
    double a[M], dm[M], dv[M];
    if (!(s->plugin->caps & HONE_CAP_GRADIENT)) {
        stand_leave_out(s, "it does not claim exact derivatives");
        return;
    }
    if (joint(s) || !desk_open(s, &d) || !prepare(&d) ||
        !value(&d, M, d.mean, d.var, M, a, dm, dv))
        return;
    for (int i = 0; i < M && !s->failure.length; i++) {
        d.m.context.x = d.x + i * d.m.p;
        const double by_mean = slope(&d, d.mean[i], d.var[i], false);
        const double by_var = slope(&d, d.mean[i], d.var[i], true);
        EXPECT(s, fabs(by_mean - dm[i]) <= 1e-4 * (fabs(dm[i]) + 1e-2),
               "da/dmean is %.9g where differences give %.9g", dm[i], by_mean);
        EXPECT(s, fabs(by_var - dv[i]) <= 1e-4 * (fabs(dv[i]) + 1e-2),
               "da/dvar is %.9g where differences give %.9g", dv[i], by_var);
    }
    rig_close(&d.r);
}

/* ---- constraints ---- */

/* The second model is a constraint: where it is surely violated nothing is promising. */
static void feasibility(stand *s)
{
    desk d;
    double a[3];
    if (!(s->plugin->caps & HONE_CAP_CONSTRAINTS)) {
        stand_leave_out(s, "it does not claim to use constraints");
        return;
    }
    if (joint(s) || !desk_open(s, &d))
        return;
    d.m.context.n_constraints = 1;
    const double best = d.m.context.best;
    const double mean[6] = {best - 0.2, best - 0.2, best - 0.2, -9, 0, 9};
    const double var[6] = {0.25, 0.25, 0.25, 1, 1, 1};
    if (!prepare(&d) || !value(&d, 3, mean, var, 3, a, NULL, NULL))
        return;
    EXPECT(s, a[0] > a[1] && a[1] > a[2],
           "surely met, unsure and surely violated have the values %g, %g, %g: they must fall", a[0],
           a[1], a[2]);
    rig_close(&d.r);
}

const conform_case CONFORM_ACQUISITION[] = {
    {"finite", "Values are finite at no variance and a thousand deviations away.",
     FOR(HONE_ACQUISITION), extremes},
    {"no_best", "Values exist before there is a feasible trial.", FOR(HONE_ACQUISITION), no_best},
    {"singles", "Points at once and one by one give the same.", FOR(HONE_ACQUISITION), singles},
    {"written", "All outputs are written, and nothing beside them.", FOR(HONE_ACQUISITION),
     written},
    {"monotone", "A worse mean is never more promising.", FOR(HONE_ACQUISITION), monotone},
    {"gradient", "Derivatives agree with differences where they are claimed.",
     FOR(HONE_ACQUISITION), gradient},
    {"feasibility", "Where a constraint is violated less is promised.", FOR(HONE_ACQUISITION),
     feasibility},
    {0},
};
