/* study.c - one optimization problem with its history: open, close, transactions. */
#include "study_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Seconds: for a server that restarts; for the lock, which a worker holds while its strategy
 * thinks, and many may be waiting in line. */
static const double SERVER_PATIENCE = 20, LOCK_WAIT = 120;

double study_sign(const study *s, int32_t goal)
{
    return s->config->maximize[goal] ? -1.0 : 1.0;
}

uint64_t study_trial_seed(const study *s, int64_t number)
{
    uint64_t seed;
    rng_bits(s->trial_key, number, 0, 1, &seed);
    return seed;
}

/* ---- pending trials: few, in order of number ---- */

static int pending_place(const study *s, int64_t number)
{
    int low = 0, high = s->n_pending;
    while (low < high) {
        int middle = (low + high) / 2;
        if (s->pending[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

pending *study_pending(study *s, int64_t number)
{
    int i = pending_place(s, number);
    return i < s->n_pending && s->pending[i].number == number ? &s->pending[i] : NULL;
}

pending *study_add_pending(study *s, const pending *p, error *err)
{
    if (s->n_pending == s->room_pending) {
        int room = s->room_pending ? 2 * s->room_pending : 16;
        pending *more = realloc(s->pending, (size_t)room * sizeof *more);
        if (!more) {
            error_add(err, HONE_ENOMEM, "out of memory for pending trials");
            return NULL;
        }
        s->pending = more;
        s->room_pending = room;
    }
    int i = pending_place(s, p->number);
    memmove(s->pending + i + 1, s->pending + i, (size_t)(s->n_pending - i) * sizeof *s->pending);
    s->pending[i] = *p;
    s->n_pending++;
    return &s->pending[i];
}

void study_drop_pending(study *s, int64_t number)
{
    pending *p = study_pending(s, number);
    if (!p)
        return;
    size_t after = (size_t)(s->pending + s->n_pending - (p + 1));
    memmove(p, p + 1, after * sizeof *p);
    s->n_pending--;
}

/* ---- transactions ---- */

int32_t study_begin(study *s, error *err)
{
    if (s->depth > 0) {
        s->depth++;
        return HONE_OK;
    }
    if (s->broken)
        return error_add(err, HONE_ESTATE,
                         "the study ended with an earlier failure; open it again");
    int32_t status = storage_begin(s->storage, err);
    if (status < 0)
        return status;
    s->depth = 1;
    if (!s->apart && (status = storage_lock(s->storage, s->id, err)) >= 0)
        status = resume_sync(s, err);
    if (status >= 0 && leases_due(&s->leases, s->identity, study_clock()))
        status = share_beat(s, err);
    return status < 0 ? study_abandon(s, status) : HONE_OK;
}

int32_t study_abandon(study *s, int32_t status)
{
    if (s->depth > 0)
        storage_rollback(s->storage);
    s->depth = 0;
    s->broken = true;
    return status;
}

int32_t study_commit(study *s, error *err)
{
    if (s->depth > 1) {
        s->depth--;
        return HONE_OK;
    }
    int32_t status = storage_commit(s->storage, err);
    if (status < 0)
        return study_abandon(s, status);
    s->depth = 0;
    return HONE_OK;
}

/* ---- what instances reach of the study ---- */

static int32_t cancelled(void *context)
{
    study *s = context;
    return s->set.cancelled ? s->set.cancelled(s->set.context) : 0;
}

static int64_t reports(void *context, int64_t number, const int64_t **step, const double **value)
{
    study *s = context;
    int64_t row = history_row(s->history, number);
    return row < 0 ? 0 : history_reports(s->history, row, step, value);
}

static const void *find_extension(void *context, const char *id)
{
    study *s = context;
    return strcmp(id, "hone.goals/1") == 0 ? &s->goals : NULL;
}

static int32_t make_instances(study *s, error *err)
{
    const config *c = s->config;
    s->around = (surroundings){.config = c,
                               .space = s->space,
                               .key = s->key,
                               .log = s->set.log,
                               .history = s->history,
                               .threads = 1,
                               .context = s,
                               .cancelled = cancelled,
                               .reports = reports,
                               .note = study_note_callback,
                               .extension = find_extension};
    int32_t status = instance_new(&s->around, c->strategy, &s->strategy, err);
    if (status < 0)
        return status;
    s->history_only = instance_plugin(s->strategy)->caps & HONE_CAP_HISTORY_ONLY;
    if (c->pruner && strcmp(c->pruner->plugin->name, "none") != 0)
        status = instance_new(&s->around, c->pruner, &s->pruner, err);
    return status;
}

/* ---- open and close ---- */

int32_t study_add_waiting(study *s, int64_t number, int64_t id, const double *native, error *err)
{
    pending p = {.number = number, .id = id, .waiting = true, .holder = -1};
    p.row = history_start(s->history, number, native, NAN, err);
    if (p.row < 0)
        return (int32_t)p.row;
    s->next_number = number + 1;
    return study_add_pending(s, &p, err) ? HONE_OK : HONE_ENOMEM;
}

/* [point 1] ... wait in storage as Optuna's enqueued trials do. */
static int32_t enqueue_points(study *s, error *err)
{
    for (int32_t i = 0; i < s->config->n_points; i++) {
        const double *native = s->config->points + (size_t)i * (size_t)s->space->n;
        int64_t id, number;
        int32_t status = storage_enqueue(s->storage, s->id, s->space, native, &id, &number, err);
        if (status >= 0)
            status = study_add_waiting(s, number, id, native, err);
        if (status < 0)
            return status;
    }
    return HONE_OK;
}

static int32_t find_or_create(study *s, error *err)
{
    const config *c = s->config;
    int32_t status = storage_begin(s->storage, err);
    if (status < 0)
        return status;
    if ((status = storage_lock(s->storage, -1, err)) < 0 ||
        (status = storage_find_study(s->storage, c->name, &s->id, err)) < 0)
        goto fail;
    s->origin.continued = s->id >= 0;
    if (s->origin.continued && s->set.must_be_new) {
        status = error_add(err, HONE_ESTORAGE, "%s has a study '%s' already", c->storage, c->name);
        goto fail;
    }
    if (!s->origin.continued) {
        if ((status = storage_create_study(s->storage, c->name, c->maximize, c->n_goals, &s->id,
                                           err)) < 0 ||
            (status = header_write(s, err)) < 0 || (status = enqueue_points(s, err)) < 0)
            goto fail;
    }
    return storage_commit(s->storage, err);

fail:
    storage_rollback(s->storage);
    return status;
}

static int32_t continue_study(study *s, error *err)
{
    int32_t status = header_compare(s, err);
    if (status >= 0)
        status = resume_load(s, err);
    return status;
}

/* The storage opened, the study found or made, joined and continued. */
int32_t study_connect(study *s, error *err)
{
    const config *c = s->config;
    storage_settings storing = {.optuna_schema = c->optuna_schema,
                                .timestamps = c->timestamps,
                                .say_lost = true,
                                .lock_wait = LOCK_WAIT};
    int32_t status = history_new(s->space, &s->history, err);
    if (status < 0)
        return status;
    status = storage_open(c->storage, &storing, &s->storage, err);
    if (status != HONE_OK)
        return status;
    if ((status = find_or_create(s, err)) < 0 || (status = share_join(s, err)) < 0 ||
        (s->origin.continued && (status = continue_study(s, err)) < 0) ||
        (status = make_instances(s, err)) < 0 || (status = resume_replay(s, err)) < 0)
        return status;
    apart_review(s);
    return HONE_OK;
}

int32_t study_open(const study_settings *settings, study **out, error *err)
{
    const config *c = settings->config;
    *out = NULL;
    study *s = calloc(1, sizeof *s);
    if (!s)
        return error_add(err, HONE_ENOMEM, "out of memory for a study");
    s->set = *settings;
    s->config = c;
    s->space = &c->space;
    s->key = rng_root(c->seed);
    s->trial_key = rng_child(s->key, "trial", 0);
    s->planned = c->trials;

    int32_t status;
    s->minimised = calloc((size_t)c->n_goals, sizeof *s->minimised);
    s->signs = calloc((size_t)c->n_goals, sizeof *s->signs);
    s->identity = process_identity();
    s->owner = settings->one_shot ? NULL : s->identity;
    if (!s->minimised || !s->signs || !s->identity) {
        status = error_add(err, HONE_ENOMEM, "out of memory for a study");
        goto fail;
    }
    for (int32_t j = 0; j < c->n_goals; j++)
        s->signs[j] = study_sign(s, j);
    s->goals =
        (hone_ext_goals){.size = sizeof s->goals, .n_objectives = c->n_goals, .sign = s->signs};
    if ((status = study_reach(s, SERVER_PATIENCE, err)) < 0)
        goto fail;
    *out = s;
    return HONE_OK;

fail:
    study_close(s);
    return status;
}

/* What was handed out and not told is given back, to be handed out first next time. */
static void give_back(study *s)
{
    error ignored = {0};
    int64_t n = study_handed_out(s);
    if (s->apart && n > 0 && !s->broken)
        apart_give_back(s, &ignored);
    else if (n > 0 && !s->set.one_shot && !s->broken && study_begin(s, &ignored) >= 0) {
        for (int i = 0; i < s->n_pending; i++)
            if (s->pending[i].ours)
                storage_own(s->storage, s->pending[i].id, RELEASED, &ignored);
        study_commit(s, &ignored);
    }
    error_free(&ignored);
}

void study_close(study *s)
{
    if (!s)
        return;
    if (s->storage && s->depth > 0)
        storage_rollback(s->storage);
    s->depth = 0;
    if (s->claimed)
        give_back(s);
    instance_free(s->pruner);
    instance_free(s->strategy);
    if (s->claimed)
        storage_release(s->storage, s->id);
    if (s->storage)
        storage_close(s->storage);
    history_free(s->history);
    notes_drop(s);
    free(s->notes);
    free(s->reports);
    free(s->news);
    leases_free(&s->leases);
    free(s->identity);
    free(s->pending);
    free(s->native);
    free(s->columns);
    free(s->numbers);
    free(s->minimised);
    free(s->signs);
    free(s);
}

/* ---- small questions ---- */

const study_origin *study_origin_of(const study *s)
{
    return &s->origin;
}

void study_plan(study *s, int64_t trials)
{
    s->planned = trials;
}

int64_t study_planned(const study *s)
{
    return s->planned;
}

const config *study_config(const study *s)
{
    return s->config;
}

history *study_history(study *s)
{
    return s->history;
}

int64_t study_id(const study *s)
{
    return s->id;
}

bool study_batch_open(const study *s)
{
    for (int i = 0; i < s->n_pending && s->config->batch > 0; i++)
        if (!s->pending[i].foreign)
            return true;
    return false;
}

int64_t study_handed_out(const study *s)
{
    int64_t n = 0;
    for (int i = 0; i < s->n_pending; i++)
        n += s->pending[i].ours;
    return n;
}
