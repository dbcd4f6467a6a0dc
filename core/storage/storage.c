/* storage.c - one storage interface over its kinds: memory, SQLite and PostgreSQL. */
#include "storage_backend.h"

#include <stdlib.h>
#include <string.h>

/* ---- open, close, transactions ---- */

int32_t storage_open(const char *url, const storage_settings *settings, storage **out, error *err)
{
    *out = NULL;
    if (strcmp(url, "memory") == 0) {
        if (settings->must_exist || settings->read_only)
            return error_add(err, HONE_ESTORAGE,
                             "a study in memory ends with its program; "
                             "there is nothing to read");
        return storage_memory_open(out, err);
    }
    const char *colon = strstr(url, "://");
    if (colon && strncmp(url, "sqlite:///", 10) == 0)
        return storage_sqlite_open(url + strlen("sqlite:///"), settings, out, err);
    if (colon && (strncmp(url, "postgresql:", 11) == 0 || strncmp(url, "postgres:", 9) == 0))
        return storage_postgresql_open(url, settings, out, err);
    if (colon)
        return error_add(err, HONE_ESTORAGE,
                         "%s: no storage of the kind '%.*s'; allowed are the "
                         "path of an SQLite file, postgresql://... and 'memory'",
                         url, (int)(colon - url), url);
    return storage_sqlite_open(url, settings, out, err);
}

void storage_close(storage *s)
{
    if (!s)
        return;
    storage_rollback(s);
    s->ops->close(s);
}

int32_t storage_begin(storage *s, error *err)
{
    if (s->open)
        return error_add(err, HONE_ESTATE, "storage: a transaction is open already");
    int32_t status = s->ops->begin(s, err);
    s->open = status >= 0;
    return status;
}

int32_t storage_lock(storage *s, int64_t study, error *err)
{
    if (!s->open)
        return error_add(err, HONE_ESTATE, "storage: locked outside a transaction");
    return s->ops->lock ? s->ops->lock(s, study, err) : HONE_OK;
}

bool storage_lost(storage *s)
{
    return s->ops->lost && s->ops->lost(s);
}

int32_t storage_commit(storage *s, error *err)
{
    if (!s->open)
        return error_add(err, HONE_ESTATE, "storage: no transaction is open");
    s->open = false;
    return s->ops->commit(s, err);
}

void storage_rollback(storage *s)
{
    if (!s->open)
        return;
    s->open = false;
    s->ops->rollback(s);
}

/* Every writing call stands between begin and commit. */
static int32_t writing(const storage *s, error *err)
{
    return s->open ? HONE_OK
                   : error_add(err, HONE_ESTATE, "storage: written to outside a transaction");
}

/* ---- studies ---- */

int32_t storage_studies(storage *s, study_record **out, int *n, error *err)
{
    *out = NULL;
    *n = 0;
    return s->ops->studies(s, out, n, err);
}

void study_records_free(study_record *list, int n)
{
    for (int i = 0; list && i < n; i++) {
        free(list[i].name);
        free(list[i].maximize);
        free(list[i].created);
    }
    free(list);
}

int32_t storage_find_study(storage *s, const char *name, int64_t *id, error *err)
{
    *id = -1;
    return s->ops->find_study(s, name, id, err);
}

int32_t storage_create_study(storage *s, const char *name, const bool *maximize, int32_t n_goals,
                             int64_t *id, error *err)
{
    *id = -1;
    if (n_goals < 1)
        return error_add(err, HONE_EINVAL, "study '%s' has no goal", name);
    int32_t status = writing(s, err);
    return status < 0 ? status : s->ops->create_study(s, name, maximize, n_goals, id, err);
}

int32_t storage_delete_study(storage *s, int64_t study, error *err)
{
    int32_t status = writing(s, err);
    return status < 0 ? status : s->ops->delete_study(s, study, err);
}

int32_t storage_set(storage *s, int64_t study, const char *key, const char *value, error *err)
{
    int32_t status = writing(s, err);
    return status < 0 ? status : s->ops->set(s, study, key, value, err);
}

int32_t storage_get(storage *s, int64_t study, const char *key, char **value, error *err)
{
    *value = NULL;
    return s->ops->get(s, study, key, value, err);
}

int32_t storage_set_attribute(storage *s, int64_t study, bool system, const char *key,
                              const char *json, error *err)
{
    int32_t status = writing(s, err);
    if (status < 0 || !s->ops->set_attribute)
        return status;
    return s->ops->set_attribute(s, study, system, key, json, err);
}

int32_t storage_get_attribute(storage *s, int64_t study, bool system, const char *key, char **json,
                              error *err)
{
    *json = NULL;
    if (!s->ops->get_attribute)
        return HONE_OK;
    return s->ops->get_attribute(s, study, system, key, json, err);
}

/* ---- trials: writing ---- */

int32_t storage_start(storage *s, int64_t study, const space *sp, const trial_start *t, int64_t *id,
                      int64_t *number, error *err)
{
    int32_t status = writing(s, err);
    return status < 0 ? status : s->ops->start(s, study, sp, t, id, number, err);
}

int32_t storage_finish(storage *s, int64_t trial, const trial_finish *f, error *err)
{
    if (f->state != HONE_COMPLETE && f->state != HONE_PRUNED && f->state != HONE_FAILED)
        return error_add(err, HONE_EINVAL, "a finished trial is complete, pruned or failed");
    int32_t status = writing(s, err);
    return status < 0 ? status : s->ops->finish(s, trial, f, err);
}

int32_t storage_report(storage *s, int64_t trial, int64_t step, double value, error *err)
{
    int32_t status = writing(s, err);
    return status < 0 || !s->ops->report ? status : s->ops->report(s, trial, step, value, err);
}

int32_t storage_note(storage *s, int64_t trial, const char *key, double value, const char *text,
                     error *err)
{
    int32_t status = writing(s, err);
    return status < 0 || !s->ops->note ? status : s->ops->note(s, trial, key, value, text, err);
}

int32_t storage_heartbeat(storage *s, int64_t trial, error *err)
{
    int32_t status = writing(s, err);
    return status < 0 || !s->ops->heartbeat ? status : s->ops->heartbeat(s, trial, err);
}

int32_t storage_own(storage *s, int64_t trial, const char *owner, error *err)
{
    int32_t status = writing(s, err);
    return status < 0 || !s->ops->own ? status : s->ops->own(s, trial, owner, err);
}

int32_t storage_enqueue(storage *s, int64_t study, const space *sp, const double *native,
                        int64_t *id, int64_t *number, error *err)
{
    int32_t status = writing(s, err);
    return status < 0 ? status : s->ops->enqueue(s, study, sp, native, id, number, err);
}

int32_t storage_take(storage *s, int64_t trial, const space *sp, const trial_start *t, bool *taken,
                     error *err)
{
    *taken = false;
    int32_t status = writing(s, err);
    return status < 0 ? status : s->ops->take(s, trial, sp, t, taken, err);
}

int32_t storage_adopt(storage *s, int64_t trial, int64_t sequence, error *err)
{
    int32_t status = writing(s, err);
    return status < 0 || !s->ops->adopt ? status : s->ops->adopt(s, trial, sequence, err);
}

/* ---- trials whose strategy looks at no others ---- */

bool storage_concurrent(const storage *s)
{
    return s->ops->next && s->ops->order && s->ops->open_elsewhere;
}

int32_t storage_next(storage *s, int64_t study, int64_t n, bool alone, trial_next *out, error *err)
{
    int32_t status = writing(s, err);
    if (n > (int64_t)(sizeof out->ids / sizeof *out->ids))
        n = (int64_t)(sizeof out->ids / sizeof *out->ids);
    return status < 0 ? status : s->ops->next(s, study, n, alone, out, err);
}

int32_t storage_order(storage *s, int64_t study, error *err)
{
    int32_t status = writing(s, err);
    return status < 0 || !s->ops->order ? status : s->ops->order(s, study, err);
}

int32_t storage_open_elsewhere(storage *s, int64_t study, const char *owner, int64_t *n, error *err)
{
    *n = 0;
    return s->ops->open_elsewhere ? s->ops->open_elsewhere(s, study, owner, n, err) : HONE_OK;
}

/* ---- asks ---- */

int32_t storage_ask(storage *s, int64_t study, const ask_record *a, error *err)
{
    int32_t status = writing(s, err);
    return status < 0 || !s->ops->ask ? status : s->ops->ask(s, study, a, err);
}

int32_t storage_asks(storage *s, int64_t study, int64_t from, ask_visitor visit, void *context,
                     error *err)
{
    return s->ops->asks ? s->ops->asks(s, study, from, visit, context, err) : HONE_OK;
}

int32_t storage_newest_ask(storage *s, int64_t study, int64_t *sequence, error *err)
{
    *sequence = -1;
    return s->ops->newest_ask ? s->ops->newest_ask(s, study, sequence, err) : HONE_OK;
}

int32_t storage_newest_state(storage *s, int64_t study, int64_t *sequence, error *err)
{
    *sequence = -1;
    return s->ops->newest_state ? s->ops->newest_state(s, study, sequence, err) : HONE_OK;
}

/* ---- reading ---- */

int32_t storage_trials(storage *s, int64_t study, const space *sp, int64_t from_number, int flags,
                       trial_visitor visit, void *context, error *err)
{
    if (!s->ops->trials)
        return HONE_OK;
    return s->ops->trials(s, study, sp, from_number, flags, visit, context, err);
}

int32_t storage_space(storage *s, int64_t study, space *out, error *err)
{
    *out = (space){.fidelity = -1};
    return s->ops->space(s, study, out, err);
}

int32_t storage_changed(storage *s, int64_t *mark, bool *changed, error *err)
{
    *changed = false;
    return s->ops->changed ? s->ops->changed(s, mark, changed, err) : HONE_OK;
}

int32_t storage_join(storage *s, int64_t study, const char *label, bool shared, double lease,
                     error *err)
{
    return s->ops->join ? s->ops->join(s, study, label, shared, lease, err) : HONE_OK;
}

int32_t storage_beat(storage *s, int64_t study, const char *owner, error *err)
{
    int32_t status = writing(s, err);
    return status < 0 || !s->ops->beat ? status : s->ops->beat(s, study, owner, err);
}

int32_t storage_leave(storage *s, int64_t study, const char *owner, error *err)
{
    int32_t status = writing(s, err);
    return status < 0 || !s->ops->leave ? status : s->ops->leave(s, study, owner, err);
}

int32_t storage_disown(storage *s, int64_t study, const char *owner, const char *heir, error *err)
{
    int32_t status = writing(s, err);
    return status < 0 || !s->ops->disown ? status : s->ops->disown(s, study, owner, heir, err);
}

int32_t storage_workers(storage *s, int64_t study, worker_visitor visit, void *context, error *err)
{
    return s->ops->workers ? s->ops->workers(s, study, visit, context, err) : HONE_OK;
}

int32_t storage_claim(storage *s, int64_t study, error *err)
{
    return s->ops->claim ? s->ops->claim(s, study, err) : HONE_OK;
}

void storage_release(storage *s, int64_t study)
{
    if (s->ops->release)
        s->ops->release(s, study);
}
