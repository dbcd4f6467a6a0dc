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

static const char *const NAMES[] = {"ei", "log_ei", "pi", "ucb", "mes", "log_aei", "ei_per_second",
                                    "log_nei"};
enum { N_NAMES = sizeof NAMES / sizeof NAMES[0] };

Test(acquisition, slopes_match_differences)
{
    for (int k = 0; k < N_NAMES; k++) {
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
    for (int k = 0; k < N_NAMES; k++) {
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
    for (int k = 0; k < N_NAMES; k++) {
        rig r;
        rig_open(&r, NAMES[k], NULL);
        r.context.best = NAN;
        cr_expect(value(&r, 1.0, 4.0) > value(&r, 1.0, 1.0), "%s", NAMES[k]);
        cr_expect(isfinite(value(&r, 1e6, 1.0)));
        rig_close(&r);
    }
}

/* ---- constraints, noise, costs, the smallest value ------------------------------------------*/

static const char *const WEIGHED[] = {"ei", "log_ei", "log_aei", "ei_per_second",
                                    "log_nei"};

/* Slopes in all models: an objective, two constraints, and what evaluations cost. */
Test(acquisition, slopes_in_all_models_match_differences)
{
    for (size_t k = 0; k < sizeof WEIGHED / sizeof WEIGHED[0]; k++) {
        for (int seeking = 0; seeking < 2; seeking++) {
            rig r;
            double noise[4] = {0.3, 0.0, 0.0, 0.0};
            double mean[4] = {0.4, -0.3, 0.9, 2.0}, var[4] = {0.8, 0.2, 1.5, 0.6};
            double a, dmean[4], dvar[4];
            rig_open(&r, WEIGHED[k], NULL);
            r.context.n_constraints = 2;
            r.context.n_models = strcmp(WEIGHED[k], "ei_per_second") == 0 ? 4 : 3;
            r.context.noise_var = noise;
            r.context.best = seeking ? NAN : 0.1;
            r.ops->value(r.f->self, &r.context, 1, mean, var, 1, &a, dmean, dvar);
            for (int j = 0; j < 2 * r.context.n_models; j++) {
                double *at = j % 2 ? &var[j / 2] : &mean[j / 2], ends[2];
                const double kept = *at, h = 1e-6, slope = j % 2 ? dvar[j / 2] : dmean[j / 2];
                for (int e = 0; e < 2; e++) {
                    *at = kept + (e ? h : -h);
                    r.ops->value(r.f->self, &r.context, 1, mean, var, 1, &ends[e], NULL, NULL);
                }
                *at = kept;
                const double expected = (ends[1] - ends[0]) / (2 * h);
                cr_expect(fabs(slope - expected) < 1e-8, "%s, %d: %g %g", WEIGHED[k], j, slope,
                          expected);
            }
            rig_close(&r);
        }
    }
}

Test(acquisition, constraints_weigh_by_the_probability_that_they_are_met)
{
    const double mean[3] = {0.5, -1.0, 1.0}, var[3] = {1.0, 1.0, 4.0};
    const double met = 0.84134474606854293 * 0.30853753872598690; /* R: pnorm(1) * pnorm(-0.5) */
    rig r;
    double plain, weighed;
    for (int k = 0; k < 2; k++) {
        rig_open(&r, WEIGHED[k], NULL);
        r.ops->value(r.f->self, &r.context, 1, mean, var, 1, &plain, NULL, NULL);
        r.context.n_constraints = 2;
        r.context.n_models = 3;
        r.ops->value(r.f->self, &r.context, 1, mean, var, 1, &weighed, NULL, NULL);
        cr_expect(fabs(weighed - (k ? plain + log(met) : plain * met)) < 1e-14, "%s", WEIGHED[k]);
        r.context.best = NAN;
        r.ops->value(r.f->self, &r.context, 1, mean, var, 1, &weighed, NULL, NULL);
        cr_expect(fabs(weighed - (k ? log(met) : met)) < 1e-14, "%s", WEIGHED[k]);
        rig_close(&r);
    }
}

/* Huang et al. 2006, eq. (12): EI times 1 - noise / sqrt(var + noise^2). */
Test(acquisition, augmented_improvement_discounts_noise)
{
    const double noise = 0.09, mean = 0.2, var = 0.49;
    rig plain, augmented;
    rig_open(&plain, "log_ei", NULL);
    rig_open(&augmented, "log_aei", NULL);
    cr_expect(value(&plain, mean, var) == value(&augmented, mean, var));
    augmented.context.noise_var = &noise;
    cr_expect(fabs(value(&augmented, mean, var) - value(&plain, mean, var) -
                   log(1.0 - 0.3 / sqrt(0.49 + 0.09))) < 1e-14);
    rig_close(&plain);
    rig_close(&augmented);
}

Test(acquisition, twice_the_seconds_are_worth_twice_the_improvement)
{
    rig r;
    double mean[2] = {0.5, log(10.0)}, a[2];
    const double var[2] = {1.0, 0.01};
    rig_open(&r, "ei_per_second", NULL);
    cr_expect(r.ops->prepare(r.f->self, &r.context, NULL) == HONE_EINVAL); /* no model of cost */
    r.context.n_models = 2;
    cr_expect(r.ops->prepare(r.f->self, &r.context, NULL) == HONE_OK);
    r.ops->value(r.f->self, &r.context, 1, mean, var, 1, &a[0], NULL, NULL);
    mean[1] = log(20.0);
    r.ops->value(r.f->self, &r.context, 1, mean, var, 1, &a[1], NULL, NULL);
    cr_expect(fabs(a[0] - a[1] - log(2.0)) < 1e-14);
    rig_close(&r);
}

/* Entropy of N(0, 1) minus that of the part above -g, by Simpson's rule: what the formula says. */
static double entropy_lost(double g)
{
    const double pi = acos(-1.0), low = -g, high = fmax(low, 0.0) + 14.0;
    const double mass = 0.5 * erfc(low / sqrt(2.0));
    const int n = 40000;
    double sum = 0.0;
    for (int i = 0; i <= n; i++) {
        const double z = low + (high - low) * i / n, w = i == 0 || i == n ? 1.0 : i % 2 ? 4.0 : 2.0;
        const double log_density = -0.5 * z * z - 0.5 * log(2.0 * pi) - log(mass);
        sum -= w * exp(log_density) * log_density;
    }
    return 0.5 * log(2.0 * pi * exp(1.0)) - sum * (high - low) / n / 3.0;
}

Test(acquisition, information_is_the_entropy_that_is_lost)
{
    rig r;
    rig_open(&r, "mes", NULL);
    for (double g = -6.0; g < 5.0; g += 0.37) { /* best = 0 is the only draw: g = mean / sd */
        const double e = entropy_lost(g), a = value(&r, 2.0 * g, 4.0);
        cr_expect(fabs(a - e) < 1e-8 * (1.0 + fabs(e)), "%g: %.12g %.12g", g, a, e);
    }
    rig_close(&r);
}

/* A model whose values are all independent N(2, 1): the smallest of 1000 has known quartiles,
 * from P(f* > y) = Phi(2 - y)^1000, and draws lie about them. */
static int32_t same_everywhere(void *self, int64_t m, const double *U, int64_t ldu, double *mean,
                               double *var, double *dmean, double *dvar, int64_t ldg)
{
    (void)self, (void)U, (void)ldu, (void)dmean, (void)dvar, (void)ldg;
    for (int64_t i = 0; i < m; i++) {
        mean[i] = 2.0;
        var[i] = 1.0;
    }
    return HONE_OK;
}

Test(acquisition, the_smallest_value_is_drawn_from_its_law)
{
    static const char *const set[] = {"mes.draws=4000", NULL};
    const hone_surrogate_ops ops = {.size = sizeof ops, .predict = same_everywhere};
    const hone_component model = {.size = sizeof model, .ops = &ops};
    const hone_component *const models[] = {&model};
    rig r;
    double expected = 0.0, slope, before = 1.0;
    rig_open(&r, "mes", set);
    r.context.best = 3.0; /* above all that can be drawn */
    cr_assert(r.ops->prepare(r.f->self, &r.context, models) == HONE_OK);
    /* the mean of the information at mean 0, sd 1 over the law of f*, by its distribution function
     * (scipy.stats.norm would do: sum over y of information(-y) dP) */
    for (double y = -6.0; y < 3.0; y += 1e-3) {
        const double after = exp(1000.0 * log(0.5 * erfc((y + 1e-3 - 2.0) / sqrt(2.0))));
        const double g = -(y + 5e-4), cdf = 0.5 * erfc(-g / sqrt(2.0));
        slope = exp(-0.5 * g * g) / sqrt(2.0 * acos(-1.0)) / cdf;
        expected += (before - after) * (0.5 * g * slope - log(cdf));
        before = after;
    }
    const double a = value(&r, 0.0, 1.0);
    cr_expect(fabs(a - expected) < 0.03 * expected, "%g %g", a, expected);
    rig_close(&r);
}

/* ---- acquisitions that draw ---------------------------------------------------------------*/

/* Draws at point i are i + Z / 2, whatever the points. */
static int32_t draw_steps(void *self, int64_t m, const double *U, int64_t ldu, int64_t s,
                          const double *Z, int64_t ldz, double *F, int64_t ldf)
{
    (void)self, (void)U, (void)ldu;
    for (int64_t k = 0; k < s; k++) {
        for (int64_t i = 0; i < m; i++) {
            F[k * ldf + i] = (double)i + 0.5 * Z[k * ldz + i];
        }
    }
    return HONE_OK;
}

static const hone_surrogate_ops DRAWN = {.size = sizeof DRAWN, .predict = same_everywhere,
                                         .draw = draw_steps};

Test(acquisition, noisy_improvement_is_the_mean_over_draws_of_the_best)
{
    static const char *const set[] = {"log_nei.draws=200", NULL};
    static const double points[3 * 4] = {0};
    const hone_component model = {.size = sizeof model, .ops = &DRAWN};
    const hone_component *const models[] = {&model};
    double Z[3 * 200], sum = 0.0;
    rig r, plain;
    rig_open(&r, "log_nei", set);
    rig_open(&plain, "ei", NULL);
    cr_expect(fabs(value(&r, 0.3, 0.49) - log(value(&plain, 0.3, 0.49))) < 1e-13, "not prepared");
    r.context.points = points;
    r.context.n_points = 3;
    r.context.ld_points = 4;
    r.context.number = 5;
    cr_assert(r.ops->prepare(r.f->self, &r.context, models) == HONE_OK);
    r.f->host.normal(&r.f->host, 5, 0, 600, Z);
    for (int k = 0; k < 200; k++) {
        plain.context.best = fmin(0.5 * Z[3 * k], fmin(1.0 + 0.5 * Z[3 * k + 1],
                                                       2.0 + 0.5 * Z[3 * k + 2]));
        sum += value(&plain, 0.3, 0.49) / 200.0;
    }
    cr_expect(fabs(value(&r, 0.3, 0.49) - log(sum)) < 1e-12, "%.15g %.15g", value(&r, 0.3, 0.49),
              log(sum));
    double a, dmean, dvar, mean = 0.3, var = 0.49;
    const double h = 1e-6;
    r.ops->value(r.f->self, &r.context, 1, &mean, &var, 1, &a, &dmean, &dvar);
    cr_expect(fabs(dmean - (value(&r, mean + h, var) - value(&r, mean - h, var)) / (2 * h)) < 1e-8);
    cr_expect(fabs(dvar - (value(&r, mean, var + h) - value(&r, mean, var - h)) / (2 * h)) < 1e-8);
    cr_expect(isfinite(value(&r, 1e9, 1e-12)), "far out");
    rig_close(&r);
    rig_close(&plain);
}

Test(acquisition, thompson_takes_minus_a_joint_draw)
{
    static const double x[3 * 4] = {0}, mean[6] = {0}, var[6] = {1, 1, 1, 1, 1, 1};
    const hone_component model = {.size = sizeof model, .ops = &DRAWN};
    const hone_component *const models[] = {&model, &model};
    double a[3], Z[6];
    rig r;
    rig_open(&r, "thompson", NULL);
    cr_expect(r.ops->caps & HONE_CAP_JOINT);
    r.context.number = 9;
    r.f->host.normal(&r.f->host, 9, 0, 6, Z);
    r.ops->value(r.f->self, &r.context, 3, mean, var, 3, a, NULL, NULL);
    for (int i = 0; i < 3; i++) {
        cr_expect(a[i] == -Z[i], "independent, as long as there are no models");
    }
    cr_assert(r.ops->prepare(r.f->self, &r.context, models) == HONE_OK);
    r.context.x = x;
    r.context.ldx = 4;
    r.ops->value(r.f->self, &r.context, 3, mean, var, 3, a, NULL, NULL);
    for (int i = 0; i < 3; i++) {
        cr_expect(fabs(a[i] + i + 0.5 * Z[i]) < 1e-15, "draw %d", i);
    }
    r.context.n_constraints = 1;
    r.context.n_models = 2;
    cr_assert(r.ops->prepare(r.f->self, &r.context, models) == HONE_OK);
    r.ops->value(r.f->self, &r.context, 3, mean, var, 3, a, NULL, NULL);
    for (int i = 0; i < 3; i++) {
        const double missed = (double)i + 0.5 * Z[3 + i];
        const int met = fabs(a[i] + i + 0.5 * Z[i]) < 1e-15;
        cr_expect(missed > 0.0 ? a[i] < -1e99 && isfinite(a[i]) : met, "constraint %d", i);
    }
    rig_close(&r);
}
