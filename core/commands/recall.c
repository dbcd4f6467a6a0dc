/* recall.c - reads a study's trials and grows the forest of a report. */
#include "recall.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const forest_settings FOREST = {.n_trees = 64, .most_draws = 1000};

static int32_t take_trial(void *context, const trial_record *t, error *err)
{
    recall *r = context;
    return past_add(&r->past, t, record_feasible(&r->study, t), err);
}

/* Mean over trees of the share of variance decides; the earlier of equals first. */
static void rank_params(weights *w, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        int32_t k = i;
        for (; k > 0 && w->share[w->ranked[k - 1]] < w->share[i]; k--)
            w->ranked[k] = w->ranked[k - 1];
        w->ranked[k] = i;
    }
}

static int32_t grow(recall *r, int32_t goal, weights *w, error *err)
{
    double *x = NULL, *y = NULL;
    forest_settings settings = FOREST;
    settings.key = rng_child(rng_root(0), "report", goal);
    const int64_t n = past_observations(&r->past, goal, &x, &y, err);
    int32_t status = n < 0 ? (int32_t)n : HONE_OK;
    if (n >= 4)
        status = forest_grow(&r->study.space, n, x, y, &settings, &w->forest, err);
    if (w->forest)
        status = forest_shares(w->forest, w->share, w->share_sd, err);
    if (w->forest && status >= 0)
        status = forest_permutation(w->forest, w->permutation, err);
    free(x);
    free(y);
    return status;
}

static int32_t weigh(recall *r, int32_t goal, bool with_forest, error *err)
{
    const size_t n = (size_t)r->study.space.n + 1;
    weights *w = &r->weights[goal];
    w->ranked = calloc(n, sizeof *w->ranked);
    w->share = calloc(3 * n, sizeof *w->share);
    if (!w->ranked || !w->share)
        return error_add(err, HONE_ENOMEM, "out of memory for a study");
    w->share_sd = w->share + n;
    w->permutation = w->share + 2 * n;
    int32_t status = with_forest ? grow(r, goal, w, err) : HONE_OK;
    rank_params(w, r->study.space.n);
    return status;
}

chart_request recall_request(const recall *r, int32_t goal)
{
    const weights *w = &r->weights[goal];
    return (chart_request){.past = &r->past, .forest = w->forest, .ranked = w->ranked,
                           .goal = goal, .x = -1, .y = -1};
}

static int32_t read_all(recall *r, int32_t goal, int which, error *err)
{
    stored *s = &r->study;
    r->past = (past){.space = &s->space, .n_goals = s->record.n_goals,
                     .maximize = s->record.maximize, .objectives = s->objectives};
    if (!(r->weights = calloc((size_t)s->record.n_goals + 1, sizeof *r->weights)))
        return error_add(err, HONE_ENOMEM, "out of memory for a study");
    int32_t status = storage_trials(s->storage, s->record.id, &s->space, 0, WITH_NOTES, take_trial,
                                    r, err);
    if (status >= 0 && r->past.n == 0)
        status = error_add(err, HONE_EFAIL, "study '%s' has no trials", s->record.name);
    if (status >= 0 && goal >= s->record.n_goals)
        status = error_add(err, HONE_EINVAL, "study '%s' has %d objectives", s->record.name,
                           s->record.n_goals);
    for (int32_t g = 0; g < s->record.n_goals && status >= 0; g++)
        status = weigh(r, g, which == WEIGH_ALL || (which == WEIGH_ONE && g == goal), err);
    if (status >= 0)
        r->request = recall_request(r, goal);
    return status;
}

int recall_open(recall *r, const invocation *in, const char *word, int32_t goal, int which)
{
    error err = {0};
    *r = (recall){0};
    const int exit = stored_open(&r->study, in, word, true);
    if (exit != EXIT_DONE)
        return exit;
    if (read_all(r, goal, which, &err) >= 0)
        return EXIT_DONE;
    recall_close(r);
    return command_fail(&err);
}

void recall_close(recall *r)
{
    for (int32_t g = 0; r->weights && g < r->past.n_goals; g++) {
        forest_free(r->weights[g].forest);
        free(r->weights[g].ranked);
        free(r->weights[g].share);
    }
    free(r->weights);
    past_free(&r->past);
    stored_close(&r->study);
    *r = (recall){0};
    r->study.space.fidelity = -1;
}

static int32_t find_param(const recall *r, const invocation *in, const char *option, int32_t *out,
                          error *err)
{
    const char *name = flag_value(in, option);
    if (!name)
        return HONE_OK;
    *out = space_index(&r->study.space, name);
    return *out >= 0 ? HONE_OK
                     : error_add(err, HONE_EINVAL, "--%s: study '%s' has no parameter '%s'", option,
                                 r->study.record.name, name);
}

int32_t recall_choose(recall *r, const invocation *in, error *err)
{
    const int32_t status = find_param(r, in, "x", &r->request.x, err);
    return status < 0 ? status : find_param(r, in, "y", &r->request.y, err);
}
