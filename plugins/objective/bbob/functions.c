/* functions.c - the values of the 24 functions, less fopt.
 *
 * Source: the report, f1 to f24; symbols follow it, with indices from 0: R is the matrix of
 * seed + 10^6, Q that of the seed.  What stands here in order of application stands there
 * from the inside out. */
#include <math.h>

#include "problem.h"

static const double TWO_PI = 2.0 * 3.14159265358979323846;

/* ---- what several functions share -------------------------------------------------------- */

/* z := inner (x - xopt) */
static double *rotated(bbob_problem *p, const double *x)
{
    bbob_subtract(x, p->xopt, p->y, p->d);
    bbob_multiply(p->inner, p->y, p->z, p->d);
    return p->z;
}

/* y := outer z */
static double *rotated_again(bbob_problem *p)
{
    bbob_multiply(p->outer, p->z, p->y, p->d);
    return p->y;
}

static double weighted_squares(const double *weight, const double *z, int64_t d)
{
    double sum = 0.0;

    for (int64_t i = 0; i < d; i++)
        sum += weight[i] * z[i] * z[i];
    return sum;
}

static double squares(const double *z, int64_t d)
{
    double sum = 0.0;

    for (int64_t i = 0; i < d; i++)
        sum += z[i] * z[i];
    return sum;
}

static double rastrigin(const double *z, int64_t d)
{
    double waves = 0.0;

    for (int64_t i = 0; i < d; i++)
        waves += cos(TWO_PI * z[i]);
    return 10.0 * ((double)d - waves) + squares(z, d);
}

/* ---- f1 to f5: separable ----------------------------------------------------------------- */

static double sphere(bbob_problem *p, const double *x)
{
    bbob_subtract(x, p->xopt, p->z, p->d);
    return squares(p->z, p->d);
}

static double ellipsoid(bbob_problem *p, const double *x)
{
    bbob_subtract(x, p->xopt, p->z, p->d);
    bbob_oscillate_all(p->z, p->d);
    return weighted_squares(p->weight, p->z, p->d);
}

static double rastrigin_separable(bbob_problem *p, const double *x)
{
    double *z = p->z;

    bbob_subtract(x, p->xopt, z, p->d);
    bbob_oscillate_all(z, p->d);
    bbob_asymmetric(z, 0.2, p->d);
    for (int64_t i = 0; i < p->d; i++)
        z[i] *= p->weight[i];
    return rastrigin(z, p->d);
}

static double bueche_rastrigin(bbob_problem *p, const double *x)
{
    double *z = p->z;

    bbob_subtract(x, p->xopt, z, p->d);
    bbob_oscillate_all(z, p->d);
    for (int64_t i = 0; i < p->d; i++)
        z[i] *= z[i] > 0.0 && i % 2 == 0 ? 10.0 * p->weight[i] : p->weight[i];
    return rastrigin(z, p->d) + 100.0 * bbob_penalty(x, p->d);
}

static double linear_slope(bbob_problem *p, const double *x)
{
    double sum = 0.0;

    for (int64_t i = 0; i < p->d; i++) {
        const double z = x[i] * p->xopt[i] < 25.0 ? x[i] : p->xopt[i];

        sum += 5.0 * fabs(p->weight[i]) - p->weight[i] * z;
    }
    return sum;
}

/* ---- f6 to f9: low or moderate conditioning ---------------------------------------------- */

static double attractive_sector(bbob_problem *p, const double *x)
{
    const double *z = rotated(p, x);
    double sum = 0.0;

    for (int64_t i = 0; i < p->d; i++)
        sum += (z[i] * p->xopt[i] > 0.0 ? 1e4 : 1.0) * z[i] * z[i];
    return pow(bbob_oscillate(sum), 0.9);
}

static double step_ellipsoid(bbob_problem *p, const double *x)
{
    double *z = rotated(p, x);
    const double first = fabs(z[0]);

    for (int64_t i = 0; i < p->d; i++)
        z[i] = fabs(z[i]) > 0.5 ? floor(z[i] + 0.5) : floor(10.0 * z[i] + 0.5) / 10.0;
    return 0.1 * fmax(first * 1e-4, weighted_squares(p->weight, rotated_again(p), p->d)) +
           bbob_penalty(x, p->d);
}

static double rosenbrock_sum(const double *z, int64_t d)
{
    double valley = 0.0, along = 0.0;

    for (int64_t i = 0; i < d - 1; i++) {
        const double off = z[i] * z[i] - z[i + 1], left = z[i] - 1.0;

        valley += off * off;
        along += left * left;
    }
    return 100.0 * valley + along;
}

static double rosenbrock(bbob_problem *p, const double *x)
{
    for (int64_t i = 0; i < p->d; i++)
        p->z[i] = p->weight[i] * (x[i] - p->xopt[i]) + 1.0;
    return rosenbrock_sum(p->z, p->d);
}

/* z := inner x + 1/2, of f9 and f19 */
static double *rosenbrock_rotation(bbob_problem *p, const double *x)
{
    bbob_multiply(p->inner, x, p->z, p->d);
    for (int64_t i = 0; i < p->d; i++)
        p->z[i] += 0.5;
    return p->z;
}

static double rosenbrock_rotated(bbob_problem *p, const double *x)
{
    return rosenbrock_sum(rosenbrock_rotation(p, x), p->d);
}

/* ---- f10 to f14: high conditioning and unimodal ------------------------------------------ */

static double ellipsoid_rotated(bbob_problem *p, const double *x)
{
    double *z = rotated(p, x);

    bbob_oscillate_all(z, p->d);
    return weighted_squares(p->weight, z, p->d);
}

static double discus(bbob_problem *p, const double *x)
{
    double *z = rotated(p, x);

    bbob_oscillate_all(z, p->d);
    return 1e6 * z[0] * z[0] + squares(z + 1, p->d - 1);
}

static double bent_cigar(bbob_problem *p, const double *x)
{
    double *z = rotated(p, x);

    bbob_asymmetric(z, 0.5, p->d);
    bbob_multiply(p->inner, z, p->y, p->d);
    return p->y[0] * p->y[0] + 1e6 * squares(p->y + 1, p->d - 1);
}

static double sharp_ridge(bbob_problem *p, const double *x)
{
    const double *z = rotated(p, x);

    return z[0] * z[0] + 100.0 * sqrt(squares(z + 1, p->d - 1));
}

static double different_powers(bbob_problem *p, const double *x)
{
    const double *z = rotated(p, x);
    double sum = 0.0;

    for (int64_t i = 0; i < p->d; i++)
        sum += pow(fabs(z[i]), p->weight[i]);
    return sqrt(sum);
}

/* ---- f15 to f19: multi-modal with adequate global structure ------------------------------ */

static double rastrigin_rotated(bbob_problem *p, const double *x)
{
    double *z = rotated(p, x);

    bbob_oscillate_all(z, p->d);
    bbob_asymmetric(z, 0.2, p->d);
    return rastrigin(rotated_again(p), p->d);
}

enum { WEIERSTRASS_TERMS = 12 };

/* sum over k of 2^-k cos(2 pi 3^k (z + 1/2)).  Tripling the angle from one sine and cosine would
 * be faster and no less exact, but 3^k (z + 1/2) is rounded, and those last digits show in
 * the eleventh digit of the value: they are kept as COCO has them. */
static double weierstrass_series(double z)
{
    double sum = 0.0, weight = 1.0, frequency = 1.0;

    for (int k = 0; k < WEIERSTRASS_TERMS; k++) {
        sum += cos(TWO_PI * (z + 0.5) * frequency) * weight;
        weight *= 0.5;
        frequency *= 3.0;
    }
    return sum;
}

static double weierstrass(bbob_problem *p, const double *x)
{
    double *z = rotated(p, x), sum = 0.0, f;

    bbob_oscillate_all(z, p->d);
    z = rotated_again(p);
    for (int64_t i = 0; i < p->d; i++)
        sum += weierstrass_series(z[i]);
    f = sum / (double)p->d - weierstrass_series(0.0);
    return 10.0 * f * f * f + 10.0 / (double)p->d * bbob_penalty(x, p->d);
}

/* f17, and f18 with another condition number */
static double schaffers(bbob_problem *p, const double *x)
{
    double *z = rotated(p, x), sum = 0.0;

    bbob_asymmetric(z, 0.5, p->d);
    z = rotated_again(p);
    for (int64_t i = 0; i < p->d - 1; i++) {
        const double s = z[i] * z[i] + z[i + 1] * z[i + 1]; /* s_i^2 of the report */
        const double wave = sin(50.0 * pow(s, 0.1));

        sum += sqrt(sqrt(s)) * (1.0 + wave * wave);
    }
    sum /= (double)(p->d - 1);
    return sum * sum + 10.0 * bbob_penalty(x, p->d);
}

static double griewank_rosenbrock(bbob_problem *p, const double *x)
{
    const double *z = rosenbrock_rotation(p, x);
    double sum = 0.0;

    for (int64_t i = 0; i < p->d - 1; i++) {
        const double off = z[i] * z[i] - z[i + 1], left = 1.0 - z[i];
        const double s = 100.0 * off * off + left * left;

        sum += s / 4000.0 - cos(s);
    }
    return 10.0 + 10.0 * sum / (double)(p->d - 1);
}

/* ---- f20 to f24: multi-modal with weak global structure ---------------------------------- */

static double schwefel(bbob_problem *p, const double *x)
{
    double sum = 0.0, penalty = 0.0, before = 0.0;

    for (int64_t i = 0; i < p->d; i++) {
        const double optimum = 2.0 * fabs(p->xopt[i]);
        const double here = 2.0 * (p->xopt[i] < 0.0 ? -x[i] : x[i]);
        const double linked = i > 0 ? here + 0.25 * (before - optimum) : here;
        const double z = 100.0 * (p->weight[i] * (linked - optimum) + optimum);
        const double beyond = fabs(z) - 500.0;

        before = here;
        sum += z * sin(sqrt(fabs(z)));
        if (beyond > 0.0)
            penalty += beyond * beyond;
    }
    return 0.01 * (penalty + 418.9828872724339 - sum / (double)p->d);
}

enum { KATSUURA_TERMS = 32 };

/* sum over j = 1..32 of |2^j z - round(2^j z)| / 2^j.  The distance to the nearest integer of
 * 2 t follows exactly from that of t: min(2 u, 1 - 2 u). */
static double katsuura_series(double z)
{
    double u = fabs(z - floor(z + 0.5)), weight = 0.5, sum = 0.0;

    for (int j = 0; j < KATSUURA_TERMS; j++) {
        const double twice = 2.0 * u, other = 1.0 - twice;

        u = twice < other ? twice : other;
        sum += weight * u;
        weight *= 0.5;
    }
    return sum;
}

static double katsuura(bbob_problem *p, const double *x)
{
    const double *z = rotated(p, x), d = (double)p->d;
    double product = 0.0; /* its logarithm */

    for (int64_t i = 0; i < p->d; i++)
        product += log1p((double)(i + 1) * katsuura_series(z[i]));
    return 10.0 / d / d * expm1(product * 10.0 / pow(d, 1.2)) + bbob_penalty(x, p->d);
}

static double lunacek_bi_rastrigin(bbob_problem *p, const double *x)
{
    const double mu0 = 2.5, depth = 1.0, d = (double)p->d;
    const double s = 1.0 - 0.5 / (sqrt(d + 20.0) - 4.1);
    const double mu1 = -sqrt((mu0 * mu0 - depth) / s);
    double near = 0.0, far = 0.0, waves = 0.0;
    const double *z;

    for (int64_t i = 0; i < p->d; i++) {
        const double hat = 2.0 * (p->xopt[i] < 0.0 ? -x[i] : x[i]);

        p->y[i] = hat - mu0;
        near += (hat - mu0) * (hat - mu0);
        far += (hat - mu1) * (hat - mu1);
    }
    bbob_multiply(p->inner, p->y, p->z, p->d);
    z = rotated_again(p);
    for (int64_t i = 0; i < p->d; i++)
        waves += cos(TWO_PI * z[i]);
    return fmin(near, depth * d + s * far) + 10.0 * (d - waves) + 1e4 * bbob_penalty(x, p->d);
}

/* ---- by number --------------------------------------------------------------------------- */

static double (*const FUNCTIONS[BBOB_FUNCTIONS])(bbob_problem *, const double *) = {
    sphere,
    ellipsoid,
    rastrigin_separable,
    bueche_rastrigin,
    linear_slope,
    attractive_sector,
    step_ellipsoid,
    rosenbrock,
    rosenbrock_rotated,
    ellipsoid_rotated,
    discus,
    bent_cigar,
    sharp_ridge,
    different_powers,
    rastrigin_rotated,
    weierstrass,
    schaffers,
    schaffers,
    griewank_rosenbrock,
    schwefel,
    bbob_gallagher,
    bbob_gallagher,
    katsuura,
    lunacek_bi_rastrigin,
};

double bbob_regret(bbob_problem *p, const double *x)
{
    return FUNCTIONS[p->function - 1](p, x);
}
