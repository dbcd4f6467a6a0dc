/* spaces.h - search spaces for tests: from lines as in a study file, and at random. */
#ifndef SPACES_H
#define SPACES_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rng.h"
#include "scale.h"
#include "space.h"

/* lines: "name = float 0 1", ..., NULL */
static inline space space_from(const char *const *lines)
{
    space s = {.n_objectives = 1};
    error err = {0};

    for (; *lines; lines++) {
        char name[64];
        const char *equals = strstr(*lines, " = ");

        snprintf(name, sizeof name, "%.*s", (int)(equals - *lines), *lines);
        space_add(&s, name, equals + 3, "test", &err);
    }
    cr_assert_eq(err.n, 0, "%s", error_text(&err));
    return s;
}
#define SPACE(...) space_from((const char *const[]){__VA_ARGS__, NULL})

/* A sequence of numbers in [0, 1). */
typedef struct dice {
    rng_key key;
    int64_t at;
} dice;

static inline double roll(dice *d)
{
    double u;

    rng_uniform(d->key, 0, d->at++, 1, &u);
    return u;
}

static inline int64_t roll_below(dice *d, int64_t n)
{
    return (int64_t)(roll(d) * (double)n);
}

/* A number of any magnitude. */
static inline double roll_wide(dice *d)
{
    const double x = pow(10, roll(d) * 16 - 8);

    switch (roll_below(d, 4)) {
    case 0:
        return rint(x * 1e3) / 1e3;
    case 1:
        return rint(roll(d) * 2000 - 1000);
    default:
        return roll(d) < 0.5 ? x : -x;
    }
}

static inline void roll_number(dice *d, hone_param *p)
{
    double low = roll_wide(d), high = roll_wide(d);
    const int64_t how = roll_below(d, 4); /* plain, log, step, narrow */

    p->type = roll(d) < 0.5 ? HONE_REAL : HONE_INT;
    if (how == 1) {
        low = fabs(low) + 1e-300;
        high = fabs(high) + 1e-300;
        p->flags |= HONE_PARAM_LOG;
    }
    if (p->type == HONE_INT) {
        low = fmax(ceil(low), how == 1 ? 1 : -1e9);
        high = ceil(high);
        p->step = 1;
    }
    if (roll(d) < 0.1)
        high = low;
    if (how == 3)
        high = low + fabs(low) * 1e-12 + (p->type == HONE_INT ? 1 : 0);
    if (p->type == HONE_INT)
        high = rint(high);
    p->low = fmin(low, high);
    p->high = fmax(low, high);
    if (how == 2) {
        const double steps = (double)(1 + roll_below(d, 40));
        p->step = p->type == HONE_INT ? (double)(1 + roll_below(d, 5))
                  : roll(d) < 0.5     ? pow(10, (double)roll_below(d, 7) - 4) * (double)(1 + roll_below(d, 5))
                                      : fabs(roll_wide(d)) + 1e-6;
        if (p->type == HONE_REAL && roll(d) < 0.5)
            p->low = rint(p->low / p->step) * p->step;
        p->high = p->low + steps * p->step;
    }
}

/* A space of up to 8 parameters of all kinds, some of them under conditions. */
static inline space space_any(dice *d)
{
    static const char *const CHOICES[] = {"a", "b", "c", "d", "e", "f"};
    const int64_t n = 1 + roll_below(d, 8);
    space s = {.n_objectives = 1 + (int32_t)roll_below(d, 2),
               .n_constraints = (int32_t)roll_below(d, 3)};
    error err = {0};

    for (int64_t i = 0; i < n; i++) {
        char name[16];
        double when[6];
        hone_param p = {.size = sizeof p, .parent = -1, .name = name, .init = NAN};

        snprintf(name, sizeof name, "x%d", (int)i);
        if (roll(d) < 0.4) {
            p.type = HONE_CATEGORICAL;
            p.n_choices = 1 + roll_below(d, 6);
            p.choices = CHOICES;
            p.flags = roll(d) < 0.4 ? HONE_PARAM_ORDERED : 0;
            p.high = (double)p.n_choices - 1;
        } else {
            roll_number(d, &p);
            if (s.n > 0 && s.fidelity < 0 && roll(d) < 0.15)
                p.flags |= HONE_PARAM_FIDELITY;
        }
        if (i > 0 && roll(d) < 0.4 && !(p.flags & HONE_PARAM_FIDELITY)) {
            p.parent = (int32_t)roll_below(d, s.n);
            if (p.parent == s.fidelity || scale_levels(&s.params[p.parent]) == 0)
                p.parent = -1;
        }
        if (p.parent >= 0) {
            double u[8], native[8];

            p.when = when;
            for (p.n_when = 0; p.n_when < 1 + (int64_t)(roll(d) * 2); p.n_when++) {
                for (int32_t k = 0; k < s.n; k++)
                    u[k] = roll(d);
                /* A value of the parent, whatever its own condition. */
                const int32_t above = s.params[p.parent].parent;
                s.params[p.parent].parent = -1;
                space_random(&s, u, native);
                s.params[p.parent].parent = above;
                when[p.n_when] = native[p.parent];
            }
        }
        space_append(&s, &p, NULL, &err);
    }
    cr_assert_eq(err.n, 0, "%s", error_text(&err));
    return s;
}

static inline void space_any_point(const space *s, dice *d, double *native)
{
    double u[64];

    for (int32_t i = 0; i < s->n; i++)
        u[i] = roll(d) < 0.1 ? 0 : roll(d) < 0.1 ? 1 : roll(d);
    space_random(s, u, native);
    if (s->fidelity >= 0 && roll(d) < 0.5) {
        const hone_param *p = &s->params[s->fidelity];
        native[s->fidelity] = p->low + roll(d) * (p->high - p->low);
        space_snap(s, native);
    }
}

#endif
