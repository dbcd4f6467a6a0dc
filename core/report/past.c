/* past.c - copies a study's trials from storage, with the notes that reports use. */
#include "past.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text.h"

/* ---- copies ---- */

/* "2026-11-24 02:30:01.250" in seconds since 1970; NaN: none. */
static double read_time(const char *words)
{
    struct tm t = {0};
    double fraction = 0.0;
    char number[NUMBER_ROOM];
    const char *rest = words ? strptime(words, "%Y-%m-%d %H:%M:%S", &t) : NULL;
    if (!rest)
        return NAN;
    if (*rest == '.' && strspn(rest + 1, "0123456789") < NUMBER_ROOM - 2) {
        snprintf(number, sizeof number, "0.%.*s", (int)strspn(rest + 1, "0123456789"), rest + 1);
        number_real(number, &fraction);
    }
    return (double)timegm(&t) + fraction;
}

static double *copy_doubles(const double *from, int64_t n, int64_t room)
{
    double *to = malloc((size_t)room * sizeof *to + 1);
    for (int64_t i = 0; to && i < room; i++)
        to[i] = from && i < n ? from[i] : NAN;
    return to;
}

static void take_note(past_trial *to, const char *key, const char *json)
{
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    const double number = json_is_number(value) ? json_number_value(value) : NAN;
    char **words = strcmp(key, "phase") == 0 ? &to->phase
                   : strcmp(key, "reason") == 0 ? &to->reason : NULL;
    double *real = strcmp(key, "mean") == 0 ? &to->mean
                   : strcmp(key, "sd") == 0 ? &to->sd
                   : strcmp(key, "score") == 0 ? &to->score : NULL;
    if (real)
        *real = number;
    if (words && !*words && json_is_string(value))
        *words = strdup(json_string_value(value)); /* a note lost to memory is only not shown */
    json_decref(value);
}

static void trial_free(past_trial *t)
{
    free(t->native);
    free(t->values);
    free(t->steps);
    free(t->reported);
    free(t->phase);
    free(t->reason);
}

static bool copy_reports(past_trial *to, const trial_record *t)
{
    to->n_reports = t->n_reports;
    to->steps = malloc((size_t)t->n_reports * sizeof *to->steps + 1);
    to->reported = copy_doubles(t->reported, t->n_reports, t->n_reports);
    for (int64_t i = 0; to->steps && i < t->n_reports; i++)
        to->steps[i] = t->steps[i];
    return to->steps && to->reported;
}

int32_t past_add(past *p, const trial_record *t, bool feasible, error *err)
{
    if (p->n == p->room) {
        const int64_t room = 2 * p->room + 64;
        past_trial *larger = realloc(p->trials, (size_t)room * sizeof *larger);
        if (!larger)
            return error_add(err, HONE_ENOMEM, "out of memory for %lld trials", (long long)room);
        p->trials = larger;
        p->room = room;
    }
    past_trial *to = &p->trials[p->n];
    *to = (past_trial){.number = t->number, .id = t->id, .state = t->state, .feasible = feasible,
                       .start = read_time(t->started), .end = read_time(t->completed),
                       .seconds = t->seconds, .ask_seconds = t->ask_seconds,
                       .mean = NAN, .sd = NAN, .score = NAN};
    to->native = copy_doubles(t->native, p->space->n, p->space->n);
    to->values = copy_doubles(t->values, t->n_values, p->n_goals);
    if (!to->native || !to->values || !copy_reports(to, t)) {
        trial_free(to);
        return error_add(err, HONE_ENOMEM, "out of memory for %lld trials", (long long)p->n);
    }
    for (int64_t i = 0; i < t->n_notes; i++)
        take_note(to, t->note_keys[i], t->note_json[i]);
    if (p->maximize[0])
        to->mean = -to->mean; /* strategies see what they minimise */
    p->n++;
    return HONE_OK;
}

void past_free(past *p)
{
    for (int64_t i = 0; i < p->n; i++)
        trial_free(&p->trials[i]);
    free(p->trials);
    p->trials = NULL;
    p->n = p->room = 0;
}

/* ---- questions ---- */

int64_t past_observations(const past *p, int32_t goal, double **x, double **y, error *err)
{
    const int64_t d = p->space->n;
    int64_t n = 0;
    *x = malloc((size_t)(p->n * d) * sizeof **x + 1);
    *y = malloc((size_t)p->n * sizeof **y + 1);
    if (!*x || !*y) {
        free(*x);
        free(*y);
        *x = *y = NULL;
        return error_add(err, HONE_ENOMEM, "out of memory for %lld trials", (long long)p->n);
    }
    for (int64_t i = 0; i < p->n; i++)
        if (p->trials[i].feasible) {
            memcpy(*x + n * d, p->trials[i].native, (size_t)d * sizeof **x);
            (*y)[n++] = p->maximize[goal] ? -p->trials[i].values[goal] : p->trials[i].values[goal];
        }
    return n;
}

static double minimised(const past *p, int64_t i, int32_t goal)
{
    return p->maximize[goal] ? -p->trials[i].values[goal] : p->trials[i].values[goal];
}

int64_t past_best(const past *p, int32_t goal)
{
    int64_t best = -1;
    for (int64_t i = 0; i < p->n; i++)
        if (p->trials[i].feasible &&
            (best < 0 || minimised(p, i, goal) < minimised(p, best, goal)))
            best = i;
    return best;
}

/* Is a nowhere worse than b, and somewhere better? */
static bool dominates(const past *p, int64_t a, int64_t b)
{
    bool better = false;
    for (int32_t g = 0; g < p->n_goals; g++) {
        if (minimised(p, a, g) > minimised(p, b, g))
            return false;
        better |= minimised(p, a, g) < minimised(p, b, g);
    }
    return better;
}

bool *past_front(const past *p)
{
    bool *front = calloc((size_t)p->n + 1, sizeof *front);
    for (int64_t i = 0; front && i < p->n; i++) {
        front[i] = p->trials[i].feasible;
        for (int64_t k = 0; k < i && front[i]; k++) /* those in front so far suffice */
            if (front[k] && dominates(p, k, i))
                front[i] = false;
        for (int64_t k = 0; k < i && front[i]; k++)
            if (front[k] && dominates(p, i, k))
                front[k] = false;
    }
    return front;
}
