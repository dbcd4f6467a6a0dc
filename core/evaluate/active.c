/* active.c - trials at work: the evaluations (repeats) of each and what they said. */
#include "active.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int32_t actives_init(actives *a, const config *c, int64_t room, error *err)
{
    size_t n = (size_t)c->space.n, goals = (size_t)c->n_goals;
    *a = (actives){.config = c, .room = room};
    a->slots = calloc((size_t)room, sizeof *a->slots);
    if (!a->slots)
        goto fail;
    for (int64_t i = 0; i < room; i++) {
        active *t = &a->slots[i];
        t->number = -1;
        t->native = malloc((n + 3 * goals + (size_t)c->n_constraints) * sizeof(double));
        if (!t->native)
            goto fail;
        t->mean = t->native + n;
        t->spread = t->mean + goals;
        t->noise = t->spread + goals;
        t->constraints = t->noise + goals;
    }
    return HONE_OK;

fail:
    return error_add(err, HONE_ENOMEM, "out of memory for %lld workers", (long long)room);
}

void actives_free(actives *a)
{
    for (int64_t i = 0; a->slots && i < a->room; i++) {
        free(a->slots[i].native);
        free(a->slots[i].reason);
        free(a->slots[i].output);
    }
    free(a->slots);
    a->slots = NULL;
}

active *actives_find(const actives *a, int64_t number)
{
    for (int64_t i = 0; i < a->room; i++)
        if (a->slots[i].number == number)
            return &a->slots[i];
    return NULL;
}

active *actives_start(actives *a, const trial *t)
{
    const config *c = a->config;
    active *kept = actives_find(a, -1);
    kept->number = t->number;
    kept->seed = t->seed;
    memcpy(kept->native, t->native, (size_t)c->space.n * sizeof *kept->native);
    memset(kept->mean, 0, (size_t)(3 * c->n_goals + c->n_constraints) * sizeof *kept->mean);
    kept->submitted = kept->done = 0;
    kept->failed = kept->pruned = kept->stopped = false;
    kept->seconds = 0;
    a->n++;
    return kept;
}

void actives_end(actives *a, active *t)
{
    free(t->reason);
    free(t->output);
    t->reason = t->output = NULL;
    t->number = -1;
    a->n--;
}

job active_job(active *t)
{
    uint64_t z = t->seed + (uint64_t)t->submitted * 0x9E3779B97F4A7C15u; /* splitmix64's step */
    job j = {.number = t->number,
             .repeat = t->submitted,
             .seed = t->submitted == 0 ? t->seed : (z ^ (z >> 31)) * 0xBF58476D1CE4E5B9u,
             .native = t->native};
    t->submitted++;
    return j;
}

void active_take(const actives *a, active *t, const event *e)
{
    const config *c = a->config;
    t->done++;
    t->seconds += isnan(e->seconds) ? 0.0 : e->seconds;
    for (int32_t j = 0; e->state == HONE_COMPLETE && j < c->n_goals; j++) {
        double off = e->y[j] - t->mean[j];
        t->mean[j] += off / (double)t->done;
        t->spread[j] += off * (e->y[j] - t->mean[j]);
        t->noise[j] += e->yvar ? e->yvar[j] : NAN;
    }
    for (int32_t j = 0; e->c && j < c->n_constraints; j++)
        t->constraints[j] += e->c[j];
    t->pruned = t->pruned || e->state == HONE_PRUNED;
    t->failed = t->failed || (e->state != HONE_COMPLETE && e->state != HONE_PRUNED);
}

void active_average(const actives *a, const active *t, double *values, double *yvar,
                    double *constraints)
{
    double n = (double)t->done;
    for (int32_t j = 0; j < a->config->n_goals; j++) {
        values[j] = t->mean[j];
        yvar[j] = t->done > 1 ? t->spread[j] / (n * (n - 1.0)) : t->noise[j];
    }
    for (int32_t j = 0; j < a->config->n_constraints; j++)
        constraints[j] = t->constraints[j] / n;
}
