/* prepare.c - the constants of a function at one dimension and instance: the place of the
 * optimum, the matrices, the weights.
 *
 * Source: the report, f1 to f24, and the random numbers of instances.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "problem.h"

static const int64_t R_SEED = 1000000; /* R is drawn at seed + this, Q at the seed */

/* Lambda Q; Q times a number; R Lambda Q */
enum { NONE, R, Q, SCALED_Q, STRETCHED_Q, PRODUCT };

/* Lambda is diag(base^(i/(d-1))): the report's Lambda^alpha has base sqrt(alpha). */
typedef struct recipe {
    int inner, outer;
    double alpha;  /* base^2 of the Lambda in the matrices */
    double weight; /* p->weight[i] = weight^(i/(d-1)); 0: none or special */
} recipe;

static const recipe RECIPES[BBOB_FUNCTIONS] = {
    /* f1  */ {NONE, NONE, 0, 0},
    /* f2  */ {NONE, NONE, 0, 1e6},
    /* f3  */ {NONE, NONE, 0, 3.16227766016837933200}, /* sqrt(10) */
    /* f4  */ {NONE, NONE, 0, 3.16227766016837933200},
    /* f5  */ {NONE, NONE, 0, 10},
    /* f6  */ {PRODUCT, NONE, 10, 0},
    /* f7  */ {SCALED_Q, R, 10, 100},
    /* f8  */ {NONE, NONE, 0, 0},
    /* f9  */ {STRETCHED_Q, NONE, 0, 0},
    /* f10 */ {R, NONE, 0, 1e6},
    /* f11 */ {R, NONE, 0, 0},
    /* f12 */ {R, NONE, 0, 0},
    /* f13 */ {PRODUCT, NONE, 10, 0},
    /* f14 */ {R, NONE, 0, 0},
    /* f15 */ {R, PRODUCT, 10, 0},
    /* f16 */ {R, PRODUCT, 0.01, 0},
    /* f17 */ {R, SCALED_Q, 10, 0},
    /* f18 */ {R, SCALED_Q, 1000, 0},
    /* f19 */ {STRETCHED_Q, NONE, 0, 0},
    /* f20 */ {NONE, NONE, 0, 3.16227766016837933200},
    /* f21 */ {Q, NONE, 0, 0},
    /* f22 */ {Q, NONE, 0, 0},
    /* f23 */ {PRODUCT, NONE, 100, 0},
    /* f24 */ {SCALED_Q, R, 100, 0},
};

/* max(1, sqrt(d)/8) of f8, f9 and f19 */
static double stretch(int64_t d)
{
    return fmax(1.0, sqrt((double)d) / 8.0);
}

/* out := R Lambda Q, all by columns */
static void product(const double *r, const double *lambda, const double *q, double *out, int64_t d)
{
    memset(out, 0, sizeof *out * (size_t)(d * d));
    for (int64_t j = 0; j < d; j++)
        for (int64_t k = 0; k < d; k++)
            for (int64_t i = 0; i < d; i++)
                out[j * d + i] += r[k * d + i] * lambda[k] * q[j * d + k];
}

/* out := diag(scale) q */
static void scale_rows(const double *scale, double *q, int64_t d)
{
    for (int64_t j = 0; j < d; j++)
        for (int64_t i = 0; i < d; i++)
            q[j * d + i] *= scale[i];
}

/* A matrix of the kind, from malloc; NULL: out of memory. */
static double *make_matrix(int kind, double alpha, int64_t d, int64_t seed, double *lambda)
{
    const size_t bytes = sizeof(double) * (size_t)d * (size_t)d;
    double *out = malloc(bytes), *r = NULL, *q = NULL;
    int done = 0;

    for (int64_t i = 0; i < d; i++)
        lambda[i] = kind == STRETCHED_Q ? stretch(d) : bbob_power(sqrt(alpha), i, d);
    if (out == NULL)
        return NULL;
    if (kind == PRODUCT) {
        r = malloc(bytes);
        q = malloc(bytes);
        done = r && q && bbob_rotation(r, d, seed + R_SEED) && bbob_rotation(q, d, seed);
        if (done)
            product(r, lambda, q, out, d);
    } else {
        done = bbob_rotation(out, d, kind == R ? seed + R_SEED : seed);
        if (done && (kind == SCALED_Q || kind == STRETCHED_Q))
            scale_rows(lambda, out, d);
    }
    free(r);
    free(q);
    if (!done) {
        free(out);
        out = NULL;
    }
    return out;
}

/* Where the optimum is, with the habits of the 2009 code; 0: out of memory. */
static int place_optimum(bbob_problem *p, int64_t seed)
{
    double *xopt = p->xopt;
    const int64_t d = p->d;

    bbob_xopt(xopt, d, p->function == 12 ? seed + R_SEED : seed);
    if (p->function == 20) /* the sign decides */
        bbob_uniform(xopt, d, seed);
    if (p->function == 24 && !bbob_gauss(xopt, d, seed))
        return 0;
    for (int64_t i = 0; i < d; i++) {
        switch (p->function) {
        case 4:
            xopt[i] = i % 2 == 0 ? fabs(xopt[i]) : xopt[i];
            break;
        case 5:
            xopt[i] = xopt[i] < 0.0 ? -5.0 : 5.0;
            break;
        case 8:
            xopt[i] *= 0.75;
            break;
        case 20:
            xopt[i] = (xopt[i] < 0.5 ? -0.5 : 0.5) * 4.2096874637;
            break;
        case 24:
            xopt[i] = xopt[i] < 0.0 ? -1.25 : 1.25;
            break;
        default:
            break;
        }
    }
    return 1;
}

/* f9 and f19: z = 1 where x = inner' 1/2, over the square of the stretch. */
static void place_valley(bbob_problem *p)
{
    const double squared = stretch(p->d) * stretch(p->d);

    for (int64_t j = 0; j < p->d; j++) {
        double sum = 0.0;

        for (int64_t i = 0; i < p->d; i++)
            sum += p->inner[j * p->d + i];
        p->xopt[j] = sum / (2.0 * squared);
    }
}

static void set_weights(bbob_problem *p, double base)
{
    for (int64_t i = 0; i < p->d; i++) {
        switch (p->function) {
        case 5:
            p->weight[i] = copysign(bbob_power(base, i, p->d), p->xopt[i]);
            break;
        case 8:
            p->weight[i] = stretch(p->d);
            break;
        case 14:
            p->weight[i] = 2.0 + 4.0 * (double)i / (double)(p->d - 1);
            break;
        default:
            p->weight[i] = bbob_power(base, i, p->d);
            break;
        }
    }
}

int bbob_prepare(bbob_problem *p, int32_t function, int64_t d, int64_t instance)
{
    const recipe *r = &RECIPES[function - 1];
    const int64_t seed = bbob_seed(function, instance);
    const size_t bytes = sizeof(double) * (size_t)d;

    memset(p, 0, sizeof *p);
    p->function = function;
    p->d = d;
    p->fopt = bbob_fopt(function, instance);
    p->xopt = malloc(bytes);
    p->weight = malloc(bytes);
    p->y = malloc(bytes);
    p->z = malloc(bytes);
    if (!p->xopt || !p->weight || !p->y || !p->z || !place_optimum(p, seed))
        return 0;
    if (r->inner != NONE) {
        p->inner = make_matrix(r->inner, r->alpha, d, seed, p->weight);
        if (p->inner == NULL)
            return 0;
    }
    if (r->outer != NONE) {
        p->outer = make_matrix(r->outer, r->alpha, d, seed, p->weight);
        if (p->outer == NULL)
            return 0;
    }
    if (r->inner == STRETCHED_Q)
        place_valley(p);
    set_weights(p, r->weight);
    return function == 21 || function == 22 ? bbob_peaks_prepare(p, seed) : 1;
}

void bbob_free(bbob_problem *p)
{
    free(p->xopt);
    free(p->weight);
    free(p->inner);
    free(p->outer);
    free(p->peaks.height);
    free(p->peaks.center);
    free(p->peaks.scale);
    free(p->y);
    free(p->z);
}
