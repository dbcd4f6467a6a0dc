/* storage_memory.c - studies that end with their program.
 *
 * The history of a study holds its trials; nobody can open them a second time.  So this
 * storage keeps names, facts and, of a trial, one byte: its state, for the compare-and-set
 * of finish and take.  Slots without a reader are NULL.  A trial's id holds study and number. */
#include "storage_backend.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBER_BITS = 40 };
enum { STATE_WAITING = 10 }; /* beside HONE_RUNNING ... HONE_FAILED, in a byte */

typedef struct fact {
    char *key, *value;
} fact;

typedef struct memory_study {
    char *name; /* NULL: deleted */
    int32_t n_goals;
    bool *maximize;
    int64_t n, room, n_complete;
    uint8_t *states; /* [n] */
    int n_facts;
    fact *facts;
} memory_study;

typedef struct change {
    int64_t trial;
    uint8_t before;
} change;

typedef struct memory {
    storage base;
    int64_t n_studies;
    memory_study *studies;
    int64_t n_begun; /* studies at begin: rollback drops younger ones */
    int64_t n_changes, room_changes;
    change *changes; /* of the open transaction, for rollback; before 255: started */
} memory;

enum { STARTED = 255 };

static memory_study *study_of(storage *s, int64_t study, error *err)
{
    memory *m = (memory *)s;
    if (study >= 0 && study < m->n_studies && m->studies[study].name)
        return &m->studies[study];
    error_add(err, HONE_EINVAL, "memory: there is no study with id %lld", (long long)study);
    return NULL;
}

static memory_study *study_of_trial(storage *s, int64_t trial, int64_t *number, error *err)
{
    memory_study *t = study_of(s, trial >> NUMBER_BITS, err);
    *number = trial & ((INT64_C(1) << NUMBER_BITS) - 1);
    if (t && *number >= t->n) {
        error_add(err, HONE_EINVAL, "memory: there is no trial %lld in study '%s'",
                  (long long)*number, t->name);
        return NULL;
    }
    return t;
}

static void study_free(memory_study *t)
{
    free(t->name);
    free(t->maximize);
    free(t->states);
    for (int i = 0; i < t->n_facts; i++) {
        free(t->facts[i].key);
        free(t->facts[i].value);
    }
    free(t->facts);
    *t = (memory_study){0};
}

static void memory_close(storage *s)
{
    memory *m = (memory *)s;
    for (int64_t i = 0; i < m->n_studies; i++)
        study_free(&m->studies[i]);
    free(m->studies);
    free(m->changes);
    free(m);
}

/* ---- transactions: a list of what to undo ---- */

static int32_t memory_begin(storage *s, error *err)
{
    (void)err;
    memory *m = (memory *)s;
    m->n_changes = 0;
    m->n_begun = m->n_studies;
    return HONE_OK;
}

static int32_t memory_commit(storage *s, error *err)
{
    (void)s, (void)err;
    return HONE_OK;
}

static void memory_rollback(storage *s)
{
    memory *m = (memory *)s;
    while (m->n_changes > 0) {
        change *c = &m->changes[--m->n_changes];
        memory_study *t = &m->studies[c->trial >> NUMBER_BITS];
        int64_t number = c->trial & ((INT64_C(1) << NUMBER_BITS) - 1);
        if (!t->name)
            continue;
        t->n_complete -= t->states[number] == HONE_COMPLETE;
        if (c->before == STARTED)
            t->n = number;
        else
            t->states[number] = c->before;
    }
    while (m->n_studies > m->n_begun)
        study_free(&m->studies[--m->n_studies]);
}

static int32_t remember(storage *s, int64_t trial, uint8_t before, error *err)
{
    memory *m = (memory *)s;
    if (m->n_changes == m->room_changes) {
        int64_t room = m->room_changes ? 2 * m->room_changes : 16;
        change *more = realloc(m->changes, (size_t)room * sizeof *more);
        if (!more)
            return error_add(err, HONE_ENOMEM, "memory: out of memory for a transaction");
        m->changes = more;
        m->room_changes = room;
    }
    m->changes[m->n_changes++] = (change){trial, before};
    return HONE_OK;
}

/* ---- studies ---- */

static int32_t memory_studies(storage *s, study_record **out, int *n, error *err)
{
    memory *m = (memory *)s;
    *out = calloc((size_t)m->n_studies + 1, sizeof **out);
    if (!*out)
        return error_add(err, HONE_ENOMEM, "memory: out of memory for the list of studies");
    for (int64_t i = 0; i < m->n_studies; i++) {
        const memory_study *t = &m->studies[i];
        if (!t->name)
            continue;
        study_record *r = &(*out)[(*n)++];
        *r = (study_record){.id = i,
                            .n_goals = t->n_goals,
                            .n_trials = t->n,
                            .n_complete = t->n_complete,
                            .name = strdup(t->name),
                            .maximize = malloc((size_t)t->n_goals * sizeof(bool)),
                            .created = strdup("")};
        if (!r->name || !r->maximize || !r->created) {
            study_records_free(*out, *n);
            *out = NULL;
            *n = 0;
            return error_add(err, HONE_ENOMEM, "memory: out of memory for the list of studies");
        }
        memcpy(r->maximize, t->maximize, (size_t)t->n_goals * sizeof(bool));
    }
    return HONE_OK;
}

static int32_t memory_find(storage *s, const char *name, int64_t *id, error *err)
{
    (void)err;
    memory *m = (memory *)s;
    for (int64_t i = 0; i < m->n_studies; i++)
        if (m->studies[i].name && strcmp(m->studies[i].name, name) == 0)
            *id = i;
    return HONE_OK;
}

static int32_t memory_create(storage *s, const char *name, const bool *maximize, int32_t n_goals,
                             int64_t *id, error *err)
{
    memory *m = (memory *)s;
    memory_find(s, name, id, err);
    if (*id >= 0)
        return error_add(err, HONE_ESTORAGE, "memory: there is a study '%s' already", name);
    memory_study *more = realloc(m->studies, ((size_t)m->n_studies + 1) * sizeof *more);
    if (!more)
        return error_add(err, HONE_ENOMEM, "memory: out of memory for study '%s'", name);
    m->studies = more;
    memory_study t = {.n_goals = n_goals,
                      .name = strdup(name),
                      .maximize = malloc((size_t)n_goals * sizeof(bool))};
    if (!t.name || !t.maximize) {
        study_free(&t);
        return error_add(err, HONE_ENOMEM, "memory: out of memory for study '%s'", name);
    }
    memcpy(t.maximize, maximize, (size_t)n_goals * sizeof(bool));
    *id = m->n_studies;
    m->studies[m->n_studies++] = t;
    return HONE_OK;
}

static int32_t memory_delete(storage *s, int64_t study, error *err)
{
    memory_study *t = study_of(s, study, err);
    if (!t)
        return HONE_EINVAL;
    study_free(t);
    return HONE_OK;
}

static fact *fact_of(const memory_study *t, const char *key)
{
    for (int i = 0; i < t->n_facts; i++)
        if (strcmp(t->facts[i].key, key) == 0)
            return &t->facts[i];
    return NULL;
}

static int32_t memory_set(storage *s, int64_t study, const char *key, const char *value, error *err)
{
    memory_study *t = study_of(s, study, err);
    if (!t)
        return HONE_EINVAL;
    fact *f = fact_of(t, key);
    char *copy = strdup(value);
    if (copy && !f) {
        fact *more = realloc(t->facts, ((size_t)t->n_facts + 1) * sizeof *more);
        t->facts = more ? more : t->facts;
        char *name = more ? strdup(key) : NULL;
        if (name) {
            f = &t->facts[t->n_facts++];
            *f = (fact){.key = name};
        }
    }
    if (!copy || !f) {
        free(copy);
        return error_add(err, HONE_ENOMEM, "memory: out of memory for '%s'", key);
    }
    free(f->value);
    f->value = copy;
    return HONE_OK;
}

static int32_t memory_get(storage *s, int64_t study, const char *key, char **value, error *err)
{
    memory_study *t = study_of(s, study, err);
    if (!t)
        return HONE_EINVAL;
    const fact *f = fact_of(t, key);
    if (f && !(*value = strdup(f->value)))
        return error_add(err, HONE_ENOMEM, "memory: out of memory for '%s'", key);
    return HONE_OK;
}

/* ---- trials ---- */

static int32_t add_trial(storage *s, int64_t study, uint8_t state, int64_t *id, int64_t *number,
                         error *err)
{
    memory_study *t = study_of(s, study, err);
    if (!t)
        return HONE_EINVAL;
    if (t->n == t->room) {
        int64_t room = t->room ? t->room + t->room / 2 : 1024;
        uint8_t *more = realloc(t->states, (size_t)room);
        if (!more)
            return error_add(err, HONE_ENOMEM, "memory: out of memory for trial %lld",
                             (long long)t->n);
        t->states = more;
        t->room = room;
    }
    *number = t->n;
    *id = (study << NUMBER_BITS) | *number;
    int32_t status = remember(s, *id, STARTED, err);
    if (status >= 0)
        t->states[t->n++] = state;
    return status;
}

static int32_t memory_start(storage *s, int64_t study, const space *sp, const trial_start *t,
                            int64_t *id, int64_t *number, error *err)
{
    (void)sp, (void)t;
    return add_trial(s, study, HONE_RUNNING, id, number, err);
}

static int32_t memory_enqueue(storage *s, int64_t study, const space *sp, const double *native,
                              int64_t *id, int64_t *number, error *err)
{
    (void)sp, (void)native;
    return add_trial(s, study, STATE_WAITING, id, number, err);
}

static int32_t memory_finish(storage *s, int64_t trial, const trial_finish *f, error *err)
{
    int64_t number;
    memory_study *t = study_of_trial(s, trial, &number, err);
    if (!t)
        return HONE_EINVAL;
    uint8_t state = t->states[number];
    if (state != HONE_RUNNING && state != STATE_WAITING)
        return error_add(err, HONE_ESTATE, "trial %lld is finished already", (long long)number);
    int32_t status = remember(s, trial, state, err);
    if (status < 0)
        return status;
    t->states[number] = (uint8_t)f->state;
    t->n_complete += f->state == HONE_COMPLETE;
    return HONE_OK;
}

static int32_t memory_take(storage *s, int64_t trial, const space *sp, const trial_start *start,
                           bool *taken, error *err)
{
    (void)sp, (void)start;
    int64_t number;
    memory_study *t = study_of_trial(s, trial, &number, err);
    if (!t)
        return HONE_EINVAL;
    if (t->states[number] != STATE_WAITING)
        return HONE_OK;
    int32_t status = remember(s, trial, STATE_WAITING, err);
    if (status < 0)
        return status;
    t->states[number] = HONE_RUNNING;
    *taken = true;
    return HONE_OK;
}

static int32_t memory_space(storage *s, int64_t study, space *out, error *err)
{
    (void)s, (void)study, (void)out;
    return error_add(err, HONE_EUNSUPPORTED, "memory: parameters are not kept");
}

static const storage_ops MEMORY = {
    .close = memory_close,
    .begin = memory_begin,
    .commit = memory_commit,
    .rollback = memory_rollback,
    .studies = memory_studies,
    .find_study = memory_find,
    .create_study = memory_create,
    .delete_study = memory_delete,
    .set = memory_set,
    .get = memory_get,
    .start = memory_start,
    .finish = memory_finish,
    .enqueue = memory_enqueue,
    .take = memory_take,
    .space = memory_space,
};

int32_t storage_memory_open(storage **out, error *err)
{
    memory *m = calloc(1, sizeof *m);
    if (!m)
        return error_add(err, HONE_ENOMEM, "memory: out of memory");
    m->base.ops = &MEMORY;
    *out = &m->base;
    return HONE_OK;
}
