/* conform_model.h - a model whose answers are known in closed form, for acquisitions:
 * mean(u) = |u - centre|^2 - shift, var(u) = 0.05 + 0.2 |u - centre|^2. */
#ifndef HONE_CORE_CONFORM_MODEL_H
#define HONE_CORE_CONFORM_MODEL_H

#include "conform_stand.h"

enum { MODEL_COLUMNS = 16, MODEL_KNOWN = 6 };

typedef struct model {
    double shift, centre;
    int64_t p;
    hone_component handle;                    /* one for all: the objective, constraints, seconds */
    const hone_component *models[3];
    bool seconds;                             /* a last model: of the seconds an evaluation takes */
    hone_acq_context context;                 /* one objective; 20 trials, one pending */
    double noise[3], front[1];
    double points[MODEL_KNOWN * MODEL_COLUMNS]; /* what it knows: ctx->points */
} model;

/* In the columns of r's instance; false, and the test has failed, when there are too many. */
bool model_init(model *m, rig *r, double shift, int64_t columns);
void model_predict(const model *m, int64_t n, const double *u, int64_t ldu, double *mean,
                   double *var, double *dmean, double *dvar, int64_t ldg);

/* rig_prepare and rig_value of r's acquisition with this model.  One that refuses to work without
 * a model of seconds gets one, of constant answers; mean, var and derivatives stay those of the
 * objective and constraints: n_constraints + 1 rows. */
int32_t model_prepare(model *m, rig *r);
int32_t model_value(const model *m, rig *r, int64_t n, const double *mean, const double *var,
                    int64_t ldm, double *a, double *dmean, double *dvar);

/* n points of p columns in the unit cube, and a smooth function of them. */
void model_points(const stand *s, int64_t stream, int64_t n, int64_t p, double *u, int64_t ldu,
                  double *y);

#endif
