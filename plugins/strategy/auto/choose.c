/* choose.c - which strategy is worth most where, and when another takes over.
 *
 *     several objectives              FRONT    all trials
 *     a fidelity, one objective       BUDGETS  all trials
 *     more than MANY parameters       EVOLUTION where all are numbers, else DENSITY
 *     everything else                 MODEL, and when its suggestions have become too dear,
 *                                     EVOLUTION where all parameters are numbers, else DENSITY
 *
 * Dear is a model by a cost that is stated, not measured: COST below, seconds of one suggestion
 * after n trials of d parameters.  Its sum up to a trial is too much when it is beyond `patience`
 * and beyond `share` of what evaluating took so far, divided by how many evaluations ran at
 * once.  So a study that needs less than `patience` never depends on recorded seconds, and one of
 * dear evaluations keeps the model.  What evaluating takes is estimated from the first quarter of
 * the trials, in the order of finishing: later trials do not change a decision.
 *
 * Known variances of the noise: where they are more than NOISY of the variance of the better half
 * of the values, DENSITY takes over also from numbers, since the ranks of a narrow generation would
 * be drawn by lot.
 *
 * COST: bayes with gp and log_ei, one thread of a 2.5 GHz server, shifted Rastrigin, d = 2, 5, 10,
 * 20: 7, 9, 16, 22 ms a suggestion at 50 to 100 trials, 63, 61, 55, 54 ms at 400 to 500. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "auto.h"

enum { MANY = 100, EVERY = 16 };
static const double COST = 4e-3, COST_PARAMETER = 8e-4, COST_SQUARE = 2.5e-7;
/* A model of longer tables learns from a part of them. */
enum { WHOLE = 1500, PART = 700 };
static const double NOISY = 0.1;

void choose_look(choice *c, const hone_space *space)
{
    int continuous = 0;

    c->numeric = 1;
    c->n_objectives = space->n_objectives;
    c->n_constraints = space->n_constraints;
    for (int64_t k = 0; k < space->n_cols; k++) {
        const hone_param *p = space->params[space->col_param[k]];
        const int number = p->type != HONE_CATEGORICAL;

        c->d += k == 0 || space->col_param[k] != space->col_param[k - 1];
        c->numeric = c->numeric && number && p->parent < 0;
        continuous |= p->type == HONE_REAL && space->col_levels[k] == 0;
    }
    c->numeric = c->numeric && continuous;
    for (int32_t i = 0; i < space->n_params; i++)
        c->fidelity |= (space->params[i]->flags & HONE_PARAM_FIDELITY) != 0;
}

static int without_model(const choice *c)
{
    return c->numeric ? EVOLUTION : DENSITY;
}

int choose_first(const choice *c)
{
    if (c->n_objectives > 1)
        return FRONT;
    if (c->fidelity)
        return BUDGETS;
    return c->d > MANY ? without_model(c) : MODEL;
}

/* Seconds of the suggestion after n trials. */
static double cost_of_one(const choice *c, int64_t n)
{
    const double rows = (double)(n <= WHOLE ? n : PART);

    return COST + COST_PARAMETER * (double)c->d + COST_SQUARE * rows * rows;
}

double choose_cost(const choice *c, int64_t n)
{
    const double whole = (double)(n < WHOLE ? n : WHOLE);
    const double square = whole * whole * whole / 3.0;

    return (COST + COST_PARAMETER * (double)c->d) * (double)n + COST_SQUARE * square +
           (n > WHOLE ? COST_SQUARE * PART * PART * (double)(n - WHOLE) : 0.0);
}

turn choose_turn(const choice *c, const hone_trials *t, int64_t rows)
{
    turn at = {.row = INT64_MAX, .workers = 1};
    double seconds = 0.0;
    int64_t seen = 0, known = 0;

    for (int64_t row = EVERY; row <= rows; row += EVERY) {
        for (; seen < t->n_finished && seen < row / 4; seen++) {
            const int64_t r = t->finished[seen], behind = r + 1 - seen;
            const double s = t->seconds ? t->seconds[r] : NAN;

            at.workers = behind > at.workers ? behind : at.workers;
            seconds += s >= 0.0 ? s : 0.0;
            known += s >= 0.0;
        }
        at.suggesting = choose_cost(c, row);
        at.evaluating = known > 0 ? seconds / (double)known * (double)row : 0.0;
        if (at.suggesting > c->patience &&
            at.suggesting > c->share * at.evaluating / (double)at.workers) {
            at.row = row;
            return at;
        }
    }
    return at;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Variance of the noise, where it is known of all, over that of the better half of the values. */
static double noise_part(const hone_trials *t, int64_t row)
{
    double *y = malloc((size_t)row * sizeof *y + 1), noise = 0.0, mean = 0.0, square = 0.0;
    int64_t n = 0;

    for (int64_t r = 0; y && r < row; r++) {
        if (t->state[r] != HONE_COMPLETE)
            continue;
        noise += t->yvar ? t->yvar[r * t->ldv] : NAN;
        y[n++] = t->y[r * t->ldy];
    }
    if (n > 0)
        qsort(y, (size_t)n, sizeof *y, by_value);
    for (int64_t i = 0; i < n / 2; i++)
        mean += y[i] / (double)(n / 2);
    for (int64_t i = 0; i < n / 2; i++)
        square += (y[i] - mean) * (y[i] - mean) / (double)(n / 2);
    free(y);
    return n < 2 || isnan(noise) ? 0.0 : noise / (double)n / fmax(square, 1e-300);
}

int choose_next(const choice *c, const hone_trials *t, int64_t row)
{
    return c->numeric && noise_part(t, row) <= NOISY ? EVOLUTION : DENSITY;
}

/* ---- reasons ------------------------------------------------------------------------------*/

void choose_explain_first(const choice *c, int which, const char *name, int64_t budget, char *text,
                          size_t room)
{
    char when[160];

    if (which == FRONT) {
        snprintf(text, room, "%s: %d objectives", name, c->n_objectives);
        return;
    }
    if (which == BUDGETS) {
        snprintf(text, room, "%s: a parameter is marked fidelity", name);
        return;
    }
    if (which != MODEL) {
        snprintf(text, room, "%s: %lld parameters are more than the %d that a model is asked about",
                 name, (long long)c->d, MANY);
        return;
    }
    if (budget >= 0 && choose_cost(c, budget) <= c->patience)
        snprintf(when, sizeof when, "suggesting takes about %.2g s for all %lld trials",
                 choose_cost(c, budget), (long long)budget);
    else
        snprintf(when, sizeof when,
                 "another takes over when suggesting takes more than %g s and more than %g of "
                 "evaluating",
                 c->patience, c->share);
    snprintf(text, room,
             "%s: %lld parameter%s, one objective; about %.2g s a suggestion at the "
             "start; %s",
             name, (long long)c->d, c->d == 1 ? "" : "s", cost_of_one(c, 0), when);
}

void choose_explain_next(const choice *c, const turn *at, int which, const char *name, char *text,
                         size_t room)
{
    snprintf(text, room,
             "%s from trial %lld on: a model's suggestions take about %.3g s up to here, more than "
             "%g s and more than %g of the %.3g s of evaluating with %lld at once%s",
             name, (long long)at->row, at->suggesting, c->patience, c->share, at->evaluating,
             (long long)at->workers,
             which == DENSITY && c->numeric ? "; the values are noisy"
             : which == DENSITY             ? "; not all parameters are numbers"
                                            : "");
}
