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
static void rank_params(recall *r)
{
    const int32_t n = r->study.space.n;
    for (int32_t i = 0; i < n; i++) {
        int32_t k = i;
        for (; k > 0 && r->share[r->ranked[k - 1]] < r->share[i]; k--)
            r->ranked[k] = r->ranked[k - 1];
        r->ranked[k] = i;
    }
}

static int32_t weigh_params(recall *r, int32_t goal, error *err)
{
    double *x = NULL, *y = NULL;
    forest_settings settings = FOREST;
    settings.key = rng_child(rng_root(0), "report", 0);
    const int64_t n = past_observations(&r->past, goal, &x, &y, err);
    int32_t status = n < 0 ? (int32_t)n : HONE_OK;
    if (n >= 4)
        status = forest_grow(&r->study.space, n, x, y, &settings, &r->forest, err);
    if (r->forest)
        status = forest_shares(r->forest, r->share, r->share_sd, err);
    if (r->forest && status >= 0)
        status = forest_permutation(r->forest, r->permutation, err);
    free(x);
    free(y);
    return status;
}

static int32_t read_all(recall *r, int32_t goal, bool importance, error *err)
{
    stored *s = &r->study;
    const size_t n = (size_t)s->space.n + 1;
    r->past = (past){.space = &s->space, .n_goals = s->record.n_goals,
                     .maximize = s->record.maximize, .objectives = s->objectives};
    r->ranked = calloc(n, sizeof *r->ranked);
    r->share = calloc(3 * n, sizeof *r->share);
    if (!r->ranked || !r->share)
        return error_add(err, HONE_ENOMEM, "out of memory for a study");
    r->share_sd = r->share + n;
    r->permutation = r->share + 2 * n;
    int32_t status = storage_trials(s->storage, s->record.id, &s->space, 0, WITH_NOTES, take_trial,
                                    r, err);
    if (status >= 0 && r->past.n == 0)
        status = error_add(err, HONE_EFAIL, "study '%s' has no trials", s->record.name);
    if (status >= 0 && goal >= s->record.n_goals)
        status = error_add(err, HONE_EINVAL, "study '%s' has %d objectives", s->record.name,
                           s->record.n_goals);
    if (status >= 0 && importance)
        status = weigh_params(r, goal, err);
    rank_params(r);
    r->request = (chart_request){.past = &r->past, .forest = r->forest, .ranked = r->ranked,
                                 .goal = goal, .x = -1, .y = -1};
    return status;
}

int recall_open(recall *r, const invocation *in, const char *word, int32_t goal, bool importance)
{
    error err = {0};
    *r = (recall){0};
    const int exit = stored_open(&r->study, in, word, true);
    if (exit != EXIT_DONE)
        return exit;
    if (read_all(r, goal, importance, &err) >= 0)
        return EXIT_DONE;
    recall_close(r);
    return command_fail(&err);
}

void recall_close(recall *r)
{
    forest_free(r->forest);
    free(r->ranked);
    free(r->share);
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
