/* bayes.h - Bayesian optimization's own rooms.
 *
 *     columns.c    what each column of the space is; full points, moves and neighbours
 *     warp.c       values made fit for a model: outliers drawn in, skewness taken out
 *     data.c       a table of trials to the rows and values that models are fitted to
 *     model.c      one model: when it is fitted anew, what is appended, pending trials
 *     models.c     one an objective and constraint, and what they tell the acquisition
 *     region.c     the box around the best point that many proposals are kept to
 *     maximize.c   the point where the acquisition is largest
 *     walk.c       the same for models without slopes: from neighbour to neighbour
 *     bayes.c      options, the ask, and the table of operations
 *
 * A point is `full` when every column holds a number: columns of inactive parameters the middle,
 * those of inactive choices equal shares.  Models see full points, unless they know conditions
 * themselves: then inactive columns are NaN.  The host's snap turns a point into what would be
 * evaluated.  Matrices are row-major, m x p with rows close together
 * (p: columns of the space). */
#ifndef BAYES_H
#define BAYES_H

#include "hone_fresh.h"
#include "hone_plugin.h"

/* ---- columns.c ---- */
enum { SMOOTH, LEVELS, CHOICE }; /* searched by slopes; by neighbours; one-hot */
typedef struct group {          /* the columns of one parameter */
    int64_t first, n;           /* columns */
    hone_axis axis;             /* the values it can take; n 0: a continuum */
    int kind;
    int stepped;                /* SMOOTH, but its values are whole steps: has neighbours too */
    const hone_param *param;
} group;
typedef struct columns {
    const hone_host *host;
    const hone_space *space;
    int64_t p, n;               /* columns, groups */
    group *groups;              /* [n] */
    int discrete;               /* some group has neighbours */
    int sparse;                 /* the models take NaN for what is inactive */
} columns;
int32_t columns_init(columns *c, const hone_host *host);
void columns_free(columns *c);
/* Points that the host would evaluate as they are, for the models: snap, then fill. */
void columns_settle(const columns *c, int64_t m, double *X);
/* Fills inactive columns, unless the models take them as they are. */
void columns_fill(const columns *c, int64_t m, double *X, int64_t ldx);
/* A point near x: u and z are [2 n] uniforms and [n] normals, `reach` the deviation. */
void columns_move(const columns *c, const double *x, double reach, const double *u,
                  const double *z, double *out);
/* Full points that differ from x in one value of a group with neighbours, at most `room`; returns
 * how many. */
int64_t columns_neighbours(const columns *c, const double *x, int64_t room, double *out);
int64_t columns_most_neighbours(const columns *c);
/* The same, and `each` points moved in one SMOOTH group, by u and z ([n each] uniforms and
 * normals): for models without slopes.  room: columns_most_steps. */
int64_t columns_steps(const columns *c, const double *x, int64_t each, const double *u,
                      const double *z, double *out);
int64_t columns_most_steps(const columns *c, int64_t each);

/* ---- warp.c ---- */
/* Increasing map of values: ((y - middle) / spread), drawn in above, power of Yeo and Johnson. */
typedef struct warp {
    double middle, spread, top, lambda;
} warp;
/* For n >= 1 values, sorted on return; the warped images of the largest and of the upper
 * quartile. */
void warp_fit(warp *w, int64_t n, double *y, double *worst, double *quartile);
/* The same for constraints, whose zero must stay where it is: measured in the median of |y|, large
 * violations drawn in.  n may be 0. */
void warp_fit_signed(warp *w, int64_t n, double *y, double *worst, double *quartile);
/* Values as they are, for n >= 0 values of which none is below -20. */
void warp_fit_plain(warp *w, int64_t n, double *y, double *worst, double *quartile);
double warp_of(const warp *w, double y);
double warp_slope(const warp *w, double y);
double warp_back(const warp *w, double t);

/* ---- data.c ---- */
/* Finished trials in the order of finishing, as full points, with k outputs each: objectives,
 * constraints, and the logarithm of seconds where that is wanted.  A value is NaN unless the
 * trial is complete and it is known. */
typedef struct data {
    int64_t n, room, p, k;
    int64_t n_objectives, n_constraints;
    int costs;                  /* the last output is log(seconds) */
    double *X, *values, *noise; /* n x p, n x k, n x k: variance of the noise, NaN: unknown */
    int32_t *state;             /* [n] */
    /* The rows that models are given, in order; the first n_fit of them are fitted to. */
    int64_t n_rows, n_fit;
    int64_t *row;               /* [n_rows] */
} data;
/* k and its parts are set; the rest is zero or of an earlier table. */
int32_t data_read(data *d, const hone_trials *t, const columns *c);
void data_free(data *d);
/* Complete trials among the first n. */
int64_t data_complete(const data *d, int64_t n);
/* By how much constraints are missed, 0: feasible, HUGE_VAL: not complete or not known. */
double data_violation(const data *d, int64_t i);
/* Of one objective: the gap between the best feasible value and the next, where the best one was
 * reached at several points, so that values seem to have steps; else 0.  *best: that value. */
double data_step(const data *d, double *best);

/* ---- model.c ---- */
typedef struct rows {           /* what a surrogate is given */
    int64_t n, room;
    double *X, *y, *noise;      /* n x p, [n], [n] */
} rows;
enum { OBJECTIVE, CONSTRAINT, COST };
typedef struct model {
    hone_component surrogate;
    const hone_surrogate_ops *ops;
    int64_t p;
    int64_t output;             /* of the data */
    int kind;
    int noise_known;
    warp warp;
    rows now;                   /* as wanted now: finished rows, then expected ones */
    rows held;                  /* as the surrogate holds them */
    int64_t fitted;             /* rows of the last fit, 0: none; they are the first held */
    double *fitted_y;           /* [fitted] the values that they had then */
} model;
void model_free(model *m);
/* The last scheduled size up to n finished trials: models are fitted to rows of these. */
int64_t model_size(int64_t n);
/* Conditions on the rows of d.  Of an objective one must be complete among the first n_fit. */
int32_t model_learn(model *m, const data *d);
/* Appends points as if they had come out at their predicted means. */
int32_t model_expect(model *m, int64_t count, const double *X);
/* ---- models.c ---- */
typedef struct models {
    int64_t n, p;               /* models, columns */
    int64_t n_objectives, n_constraints;
    model *each;                /* [n] */
    const hone_component **component; /* [n] */
    double *noise, *reference;  /* [n], [n_objectives] */
    int64_t n_front;
    double *front;              /* n_front x n_objectives */
    double best;
    int64_t n_points;           /* the best rows, at most MOST_POINTS */
    double *points;             /* n_points x p */
} models;
enum { MOST_POINTS = 64 };
/* One surrogate an output of d, from COMPONENT option `option`. */
int32_t models_init(models *s, const data *d, const hone_host *host, int32_t option);
void models_free(models *s);
int32_t models_learn(models *s, const data *d);
/* Appends the full point x as expected. */
int32_t models_expect(models *s, const double *x);
/* The best `most` rows by posterior means of the objectives (of the first one, and of several
 * those that nothing dominates first), feasible ones before others, complete or expected
 * ones only; and what the acquisition is told.  Rows of p into near; returns how many, or a
 * negative status. */
int64_t models_survey(models *s, const data *d, int64_t most, double *near);
/* What models_survey found, for a trial; the caller adds what it alone knows. */
hone_acq_context models_context(const models *s);

/* ---- region.c ---- */
/* The side of the trust region after the trials of d, as a part of the ranges. */
double region_side(const data *d, int64_t n_params);
/* The share of trials that are kept to it where none is asked for. */
double region_share(const columns *c);
/* Is trial `number` one of the `share` that are kept to the region? */
int region_keeps(int64_t number, double share);
/* lower, upper: [p] of the box of that side around a full point. */
void region_box(const columns *c, const double *centre, double side, double *lower, double *upper);

/* ---- maximize.c ---- */
typedef struct judge {          /* points in, acquisition out */
    const models *models;
    const hone_component *acquisition;
    const hone_acquisition_ops *ops;
    hone_acq_context context;
} judge;
/* Values of m full points, larger is better, -HUGE_VAL where there is none; slopes (m x p) or
 * NULL. */
int32_t judge_values(const judge *j, int64_t m, const double *X, double *a, double *slopes);

typedef struct search {
    const columns *columns;
    const judge *judge;
    int64_t candidates, starts;
    const double *lower, *upper; /* [p] a box for numbers, where candidates are denser; or NULL */
    int kept;                   /* nothing outside of it is looked at */
    int flat;                   /* the models have no slopes: walk instead of climbing */
    int joint;                  /* values of different calls cannot be compared: one call */
    int64_t number;             /* trial: the stream of all draws */
    int64_t n_near;
    const double *near;         /* n_near x p: the incumbents, best first */
    /* what was found, settled; order: row numbers, best first */
    int64_t n, room;
    double *X, *a;              /* room x p, [room] */
    int64_t *order;             /* [n] */
    int64_t sorted;             /* the first rows, which order speaks of */
} search;
int32_t search_run(search *s);
void search_free(search *s);
/* Settles and scores the m points that stand after row n; they are then part of it. */
int32_t search_take(search *s, int64_t m);

/* ---- walk.c ---- */
/* Walks from n rows, side by side; the ends become rows. */
int32_t walk(search *s, int64_t n, const int64_t *row);

#endif
