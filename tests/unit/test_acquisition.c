/* The acquisition plugins: against quadrature, central differences, and far out. */
#include <criterion/criterion.h>

#include "../support/fake_host.h"

typedef struct rig {
    space s;
    fake *f;
    const hone_acquisition_ops *ops;
    hone_acq_context context;
} rig;

static void rig_open(rig *r, const char *name, const char *const *set)
{
    error err = {0};
    memset(r, 0, sizeof *r);
    cr_assert(space_add(&r->s, "a", "float 0 1", "test", &err) == HONE_OK);
    cr_assert(space_add(&r->s, "b", "categorical u v w", "test", &err) == HONE_OK);
    r->f = fake_new(HONE_ACQUISITION, name, &r->s, rng_root(7), set);
    cr_assert(r->f);
    r->ops = r->f->plugin->ops;
    r->context = (hone_acq_context){.size = sizeof r->context, .n_objectives = 1, .n_models = 1,
                                    .n_trials = 9, .budget = -1, .best = 0.0};
}

static void rig_close(rig *r)
{
    fake_free(r->f);
    space_free(&r->s);
}

static double value(const rig *r, double mean, double var)
{
    double a;
    cr_assert(r->ops->value(r->f->self, &r->context, 1, &mean, &var, 1, &a, NULL, NULL) == HONE_OK);
    return a;
}

static const char *const NAMES[] = {"ei", "log_ei", "pi", "ucb"};

Test(acquisition, slopes_match_differences)
{
    for (int k = 0; k < 4; k++) {
        rig r;
        rig_open(&r, NAMES[k], NULL);
        for (double mean = -3.0; mean < 30.0; mean += 0.77) {
            for (double var = 0.01; var < 50.0; var *= 7.0) {
                double a, dmean, dvar;
                const double h = 1e-5, hv = 1e-5 * var;
                r.ops->value(r.f->self, &r.context, 1, &mean, &var, 1, &a, &dmean, &dvar);
                const double m = (value(&r, mean + h, var) - value(&r, mean - h, var)) / (2 * h);
                const double v = (value(&r, mean, var + hv) - value(&r, mean, var - hv)) / (2 * hv);
                const double rounding = 1e-10 * (1.0 + fabs(a));
                cr_expect(fabs(dmean - m) <= 1e-6 * fabs(m) + rounding, "%s at %g, %g: %g %g",
                          NAMES[k], mean, var, dmean, m);
                cr_expect(fabs(dvar - v) <= 1e-6 * fabs(v) + rounding / var, "%s at %g, %g: %g %g",
                          NAMES[k], mean, var, dvar, v);
            }
        }
        rig_close(&r);
    }
}

Test(acquisition, finite_everywhere_and_falling_in_the_mean)
{
    static const double vars[] = {0.0, 5e-324, 1e-300, 1e-30, 1e-12, 1.0, 1e12, 1e300};
    for (int k = 0; k < 4; k++) {
        rig r;
        rig_open(&r, NAMES[k], NULL);
        for (size_t v = 0; v < sizeof vars / sizeof vars[0]; v++) {
            double before = HUGE_VAL;
            for (double x = -40.0; x <= 40.0; x += 0.5) {
                const double mean = x * sqrt(vars[v]) + (vars[v] == 0.0 ? x : 0.0);
                double a, dmean, dvar;
                r.ops->value(r.f->self, &r.context, 1, &mean, &vars[v], 1, &a, &dmean, &dvar);
                cr_expect(isfinite(a) && isfinite(dmean) && isfinite(dvar),
                          "%s at %g, %g: %g %g %g", NAMES[k], mean, vars[v], a, dmean, dvar);
                cr_expect(a <= before, "%s at %g, %g", NAMES[k], mean, vars[v]);
                cr_expect(dmean <= 0.0);
                before = a;
            }
        }
        rig_close(&r);
    }
}

/* Simpson's rule over 12 deviations either side of the kink. */
static double expected_improvement(double mean, double sd, double best)
{
    const double low = mean - 12.0 * sd, high = fmin(best, mean + 12.0 * sd);
    const int n = 20000;
    double sum = 0.0;
    if (high <= low) {
        return 0.0;
    }
    for (int i = 0; i <= n; i++) {
        const double f = low + (high - low) * i / n, z = (f - mean) / sd;
        const double w = i == 0 || i == n ? 1.0 : i % 2 ? 4.0 : 2.0;
        sum += w * (best - f) * exp(-0.5 * z * z);
    }
    return sum * (high - low) / n / 3.0 / sd / sqrt(2.0 * acos(-1.0));
}

Test(acquisition, expected_improvement_is_the_integral)
{
    static const char *const set[] = {"ei.xi=0.3", NULL};
    rig plain, logarithm, shifted;
    rig_open(&plain, "ei", NULL);
    rig_open(&logarithm, "log_ei", NULL);
    rig_open(&shifted, "ei", set);
    for (double mean = -2.0; mean < 6.0; mean += 0.5) {
        for (double sd = 0.5; sd < 5.0; sd *= 2.0) {
            const double e = expected_improvement(mean, sd, 0.0);
            if (mean < 8.0 * sd) {
                cr_expect(fabs(value(&plain, mean, sd * sd) - e) < 1e-9 * e, "%g %g", mean, sd);
                cr_expect(fabs(value(&logarithm, mean, sd * sd) - log(e)) < 1e-8);
                cr_expect(fabs(value(&shifted, mean, sd * sd) -
                               expected_improvement(mean, sd, -0.3)) < 1e-8 * e);
            }
        }
    }
    rig_close(&plain);
    rig_close(&logarithm);
    rig_close(&shifted);
}

Test(acquisition, log_ei_keeps_the_order_where_ei_is_zero)
{
    rig r;
    double before = -HUGE_VAL;
    rig_open(&r, "log_ei", NULL);
    for (double mean = 1e150; mean > 1.0; mean *= 0.5) {
        const double now = value(&r, mean, 1.0);
        cr_expect(now > before && isfinite(now), "%g", mean);
        before = now;
    }
    cr_expect(value(&r, 1e300, 1e-300) < -4.9e299);
    rig_close(&r);
}

Test(acquisition, improvement_probability_and_bounds_have_their_closed_forms)
{
    static const char *const plain[] = {"pi.log=no", "pi.xi=0", NULL};
    static const char *const growing[] = {"ucb.schedule=growing", NULL};
    rig r;
    rig_open(&r, "pi", plain);
    cr_expect(fabs(value(&r, 0.0, 4.0) - 0.5) < 1e-15);
    cr_expect(fabs(value(&r, 1.0, 1.0) - 0.15865525393145705) < 1e-16); /* R: pnorm(-1) */
    rig_close(&r);
    rig_open(&r, "ucb", NULL);
    cr_expect(value(&r, 2.0, 9.0) == 1.8 * 3.0 - 2.0);
    rig_close(&r);
    rig_open(&r, "ucb", growing);
    const double pi = acos(-1.0);
    const double beta = 2.0 * log(pow(10.0, 2.0 / 2.0 + 2.0) * pi * pi / 0.3); /* d = 2, t = 10 */
    cr_expect(fabs(value(&r, 2.0, 9.0) - (sqrt(beta) * 3.0 - 2.0)) < 1e-12);
    rig_close(&r);
}

/* Nothing feasible is known: what is left is the uncertainty. */
Test(acquisition, without_a_best_value_the_uncertain_point_is_worth_more)
{
    for (int k = 0; k < 4; k++) {
        rig r;
        rig_open(&r, NAMES[k], NULL);
        r.context.best = NAN;
        cr_expect(value(&r, 1.0, 4.0) > value(&r, 1.0, 1.0), "%s", NAMES[k]);
        cr_expect(isfinite(value(&r, 1e6, 1.0)));
        rig_close(&r);
    }
}
