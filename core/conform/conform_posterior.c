/* conform_posterior.c - the optional slots of a surrogate: update, draw, info. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "conform_model.h"

enum { P = 3, N = 30, FEWER = 24, M = 4, DRAWS = 4000 };

typedef struct course {
    rig r;
    double u[N * P], y[N], q[M * P], ignored[M];
} course;

static bool course_open(stand *s, course *c)
{
    if (!rig_open(s, &c->r, &(rig_plan){.space = "a = float 0 1\nb = float 0 1\nc = float 0 1\n"}))
        return false;
    model_points(s, 30, N, P, c->u, P, c->y);
    model_points(s, 31, M, P, c->q, P, c->ignored);
    if (rig_fit(&c->r, FEWER, P, c->u, P, c->y, NULL) >= 0)
        return true;
    stand_fail(s, "fit fails on %d ordinary points: %s", FEWER, rig_said(&c->r));
    return false;
}

static bool posterior(course *c, double *mean, double *var)
{
    if (rig_predict(&c->r, M, c->q, P, mean, var, NULL, NULL, 0) >= 0)
        return true;
    stand_fail(c->r.stand, "predict fails: %s", rig_said(&c->r));
    return false;
}

static bool updated(course *c, int64_t keep, int64_t n, const char *when)
{
    if (rig_update(&c->r, keep, n, c->u, P, c->y, NULL) >= 0)
        return true;
    if (c->r.status == HONE_ENUMERIC)
        return false;
    stand_fail(c->r.stand, "update %s fails: %s", when, rig_said(&c->r));
    return false;
}

static bool close_to(const double *a, const double *b)
{
    for (int i = 0; i < M; i++)
        if (!(fabs(a[i] - b[i]) <= 1e-5 * (fabs(a[i]) + fabs(b[i])) + 1e-9))
            return false;
    return true;
}

static void update(stand *s)
{
    course c;
    double before[M], before_var[M], more[M], more_var[M], mean[M], var[M];
    if (!s->plugin->surrogate.update) {
        stand_leave_out(s, "it has no update; the host fits");
        return;
    }
    if (!course_open(s, &c) || !posterior(&c, before, before_var))
        return;
    if (updated(&c, FEWER, FEWER, "with nothing new") && posterior(&c, mean, var))
        EXPECT(s, close_to(mean, before) && close_to(var, before_var),
               "an update with nothing new changes the answers: mean %.9g was %.9g", mean[0],
               before[0]);
    if (updated(&c, FEWER, N, "with more rows") && posterior(&c, more, more_var)) {
        EXPECT(s, !close_to(more, before) || !close_to(more_var, before_var),
               "an update with more rows changes nothing");
        for (int i = 0; i < M; i++)
            EXPECT(s, isfinite(more[i]) && more_var[i] >= 0, "after an update the answer is %g, %g",
                   more[i], more_var[i]);
    }
    /* back, and by another way to the same rows */
    if (updated(&c, FEWER, FEWER, "with fewer rows") && posterior(&c, mean, var))
        EXPECT(s, close_to(mean, before) && close_to(var, before_var),
               "an update back to fewer rows does not give what was before: %.9g was %.9g", mean[0],
               before[0]);
    if (updated(&c, FEWER, N - 3, "in two steps") && updated(&c, N - 3, N, "in two steps") &&
        posterior(&c, mean, var))
        EXPECT(s, close_to(mean, more) && close_to(var, more_var),
               "two updates give other answers than one: %.9g and %.9g", mean[0], more[0]);
    rig_close(&c.r);
}

/* Means and variances of many draws against those of predict, within 6 standard errors. */
static void draw(stand *s)
{
    course c;
    double mean[M], var[M];
    if (!s->plugin->surrogate.draw) {
        stand_leave_out(s, "it has no draw");
        return;
    }
    double *z = malloc(sizeof *z * DRAWS * M), *f = malloc(sizeof *f * DRAWS * M);
    EXPECT(s, z && f, "out of memory");
    if (!course_open(s, &c) || !posterior(&c, mean, var))
        return;
    rng_normal(rng_root(5), 1, 0, DRAWS * M, z);
    EXPECT(s, rig_draw(&c.r, M, c.q, P, DRAWS, z, M, f, M) >= 0, "draw fails: %s", rig_said(&c.r));
    for (int i = 0; i < M; i++) {
        double middle = 0, spread = 0;
        for (int k = 0; k < DRAWS; k++)
            middle += f[k * M + i] / DRAWS;
        for (int k = 0; k < DRAWS; k++)
            spread += (f[k * M + i] - middle) * (f[k * M + i] - middle) / (DRAWS - 1);
        EXPECT(s, fabs(middle - mean[i]) <= 6 * sqrt(var[i] / DRAWS) + 1e-6,
               "the mean of %d draws is %g where predict says %g", DRAWS, middle, mean[i]);
        EXPECT(s, fabs(spread - var[i]) <= 6 * var[i] * sqrt(2.0 / DRAWS) + 1e-9,
               "the variance of %d draws is %g where predict says %g", DRAWS, spread, var[i]);
    }
    double again[M];
    EXPECT(s, rig_draw(&c.r, M, c.q, P, 1, z, M, again, M) >= 0 &&
                  memcmp(again, f, sizeof again) == 0,
           "the same normals give another draw");
    free(z);
    free(f);
    rig_close(&c.r);
}

static void info(stand *s)
{
    course c;
    hone_fit_info whole = {.size = sizeof whole};
    struct {
        hone_fit_info info;
        double beyond;
    } small = {.info = {.size = 8 + sizeof(double), .score = -12345}, .beyond = -6789};
    if (!s->plugin->surrogate.info) {
        stand_leave_out(s, "it has no info");
        return;
    }
    if (!course_open(s, &c))
        return;
    EXPECT(s, rig_info(&c.r, &whole) >= 0, "info fails: %s", rig_said(&c.r));
    EXPECT(s, isnan(whole.noise_var) || (whole.noise_var >= 0 && isfinite(whole.noise_var)), "info tells a noise variance of %g",
           whole.noise_var);
    EXPECT(s, !isnan(whole.score), "info tells a score of NaN");
    EXPECT(s, rig_info(&c.r, &small.info) >= 0 && small.info.score == -12345 &&
                  small.beyond == -6789,
           "info writes beyond the size that its caller says");
    rig_close(&c.r);
}

const conform_case CONFORM_POSTERIOR[] = {
    {"update", "update agrees with itself by whatever steps.", FOR(HONE_SURROGATE), update},
    {"draw", "Draws have the mean and variance that predict tells.", FOR(HONE_SURROGATE), draw},
    {"info", "info is finite and writes no more than its caller has room for.",
     FOR(HONE_SURROGATE), info},
    {0},
};
