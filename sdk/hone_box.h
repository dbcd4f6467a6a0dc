/* hone_box.h - a search space of an objective's own: x1 ... xn in a box.
 *
 * For objectives that know their space (slot `space` of hone_objective_ops).  Header only, C99
 * and C++11.  hone_box_make gives n real parameters in [0, 1]; change params[i] afterwards
 * (type, low, high, step, choices), then the slot returns &box.space. */
#ifndef HONE_BOX_H
#define HONE_BOX_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"

#define HONE_BOX_NAME_ROOM 24

typedef struct hone_box {
    hone_space space;
    hone_param *params;      /* [n] yours to change until the space is shown */
    const hone_param **list; /* [n] what space.params points to */
    char (*names)[HONE_BOX_NAME_ROOM];
    int32_t *col_param, *col_choice;
    int64_t *col_levels;
} hone_box;

/* Accepts a box that is zero or half made. */
static inline void hone_box_free(hone_box *b)
{
    free(b->params);
    free((void *)b->list);
    free(b->names);
    free(b->col_param);
    free(b->col_choice);
    free(b->col_levels);
    memset(b, 0, sizeof *b);
}

/* Parameters x1 ... xn.  HONE_OK or HONE_ENOMEM (the box is zero then). */
static inline int32_t hone_box_make(hone_box *b, int64_t n, int32_t n_objectives,
                                    int32_t n_constraints)
{
    const size_t room = (size_t)n + 1;
    int64_t i;

    memset(b, 0, sizeof *b);
    b->params = (hone_param *)calloc(room, sizeof *b->params);
    b->list = (const hone_param **)calloc(room, sizeof *b->list);
    b->names = (char (*)[HONE_BOX_NAME_ROOM])calloc(room, sizeof *b->names);
    b->col_param = (int32_t *)calloc(room, sizeof *b->col_param);
    b->col_choice = (int32_t *)calloc(room, sizeof *b->col_choice);
    b->col_levels = (int64_t *)calloc(room, sizeof *b->col_levels);
    if (!b->params || !b->list || !b->names || !b->col_param || !b->col_choice ||
        !b->col_levels) {
        hone_box_free(b);
        return HONE_ENOMEM;
    }
    for (i = 0; i < n; i++) {
        snprintf(b->names[i], HONE_BOX_NAME_ROOM, "x%lld", (long long)(i + 1));
        b->params[i].size = (uint32_t)sizeof(hone_param);
        b->params[i].type = HONE_REAL;
        b->params[i].parent = -1;
        b->params[i].name = b->names[i];
        b->params[i].high = 1.0;
        b->params[i].init = NAN;
        b->list[i] = &b->params[i];
        b->col_param[i] = (int32_t)i;
        b->col_choice[i] = -1;
    }
    b->space.size = (uint32_t)sizeof(hone_space);
    b->space.n_objectives = n_objectives;
    b->space.n_constraints = n_constraints;
    b->space.n_params = (int32_t)n;
    b->space.params = b->list;
    b->space.n_cols = n;
    b->space.col_param = b->col_param;
    b->space.col_choice = b->col_choice;
    b->space.col_levels = b->col_levels;
    return HONE_OK;
}

/* Are all parameters of a study's space numbers that are always active? */
static inline int32_t hone_box_plain(const hone_space *s)
{
    int32_t i;

    for (i = 0; i < s->n_params; i++)
        if (s->params[i]->type == HONE_CATEGORICAL || s->params[i]->parent >= 0)
            return 0;
    return 1;
}

#endif
