/* storage_workers.c - who runs a study: one process alone, or several that share it.
 *
 * hone_workers has a row a process.  The fact "owner" of a study names the process that has it
 * alone, because its strategy keeps state of its own, or because it is about to be deleted. */
#include <stdlib.h>
#include <string.h>

#include "owner.h"
#include "storage_sql.h"
#include "text.h"

static const char *pid_of(const char *owner)
{
    const char *colon = strchr(owner, ':');
    return colon ? colon + 1 : owner;
}

static int32_t fail_runs(const database *s, const char *owner, bool elsewhere, error *err)
{
    const char *pid = pid_of(owner);
    return error_add(err, HONE_ESTORAGE, "%s: process %.*s%s%.*s runs this study", s->path,
                     (int)strcspn(pid, ":"), pid, elsewhere ? " on host " : "",
                     elsewhere ? (int)strcspn(owner, ":") : 0, owner);
}

/* ---- alone ---- */

int32_t sql_disown(storage *base, int64_t study, const char *owner, const char *heir, error *err)
{
    return db_run((database *)base, SQL_DISOWN,
                  CELLS(CELL_INT(study), CELL_TEXT(owner), CELL_TEXT(heir)), err);
}

/* The study's trials that were running elsewhere have lost their process: they get an owner
 * of this host that never lived. */
static int32_t disown(database *s, int64_t study, const char *owner, const char *identity,
                      error *err)
{
    text dead = {0};
    text_add(&dead, "%.*s:0:0", (int)strcspn(identity, ":"), identity);
    int32_t status = dead.failed ? error_add(err, HONE_ENOMEM, "%s: out of memory", s->path)
                                 : sql_disown(&s->base, study, owner, dead.data, err);
    text_free(&dead);
    return status;
}

/* May the study be taken from the process that had it alone? */
static int32_t take_over(database *s, int64_t study, const char *owner, const char *identity,
                         error *err)
{
    int state = strcmp(owner, identity) == 0 ? OWNER_DEAD : owner_state(owner);
    if (state == OWNER_ALIVE)
        return fail_runs(s, owner, false, err);
    if (state == OWNER_ELSEWHERE && !s->local)
        return error_add(err, HONE_ESTORAGE,
                         "%s: process %.*s on host %.*s runs this study; if it has ended, let SQL "
                         "forget it: DELETE FROM hone_study WHERE key = 'owner'",
                         s->path, (int)strcspn(pid_of(owner), ":"), pid_of(owner),
                         (int)strcspn(owner, ":"), owner);
    return state == OWNER_ELSEWHERE ? disown(s, study, owner, identity, err) : HONE_OK;
}

static int32_t check_owner(database *s, int64_t study, const char *identity, error *err)
{
    char *owner = NULL;
    int32_t status = sql_get(&s->base, study, "owner", &owner, err);
    if (status >= 0 && owner && strchr(owner, ':'))
        status = take_over(s, study, owner, identity, err);
    free(owner);
    return status;
}

/* ---- beside others ---- */

typedef struct roll {
    database *s;
    const char *identity;
    double lease;
    char *alive; /* a living worker other than this process, or NULL */
    int n_dead;
    char **dead;
} roll;

/* A file on a disk of this host has workers of this host: others had it before it was copied. */
static bool gone(const roll *r, const worker_record *w)
{
    int state = owner_state(w->owner);
    if (state != OWNER_ELSEWHERE)
        return state == OWNER_DEAD;
    return w->age > r->lease || r->s->local;
}

static int32_t call_worker(void *context, const worker_record *w, error *err)
{
    roll *r = context;
    bool dead = gone(r, w);
    if (strcmp(w->owner, r->identity) == 0 || (!dead && r->alive))
        return HONE_OK;
    char *copy = strdup(w->owner);
    char **more = dead ? realloc(r->dead, ((size_t)r->n_dead + 1) * sizeof *more) : r->dead;
    if (!copy || (dead && !more)) {
        free(copy);
        return error_add(err, HONE_ENOMEM, "%s: out of memory", r->s->path);
    }
    r->dead = more;
    if (dead)
        r->dead[r->n_dead++] = copy;
    else
        r->alive = copy;
    return HONE_OK;
}

/* Strikes out the dead; refuses to be alone beside a living one. */
static int32_t call_roll(database *s, int64_t study, const char *identity, bool shared,
                         double lease, error *err)
{
    roll r = {.s = s, .identity = identity, .lease = lease};
    int32_t status = sql_workers(&s->base, study, call_worker, &r, err);
    for (int i = 0; i < r.n_dead && status >= 0; i++)
        status = sql_leave(&s->base, study, r.dead[i], err);
    if (status >= 0 && r.alive && !shared)
        status = fail_runs(s, r.alive, owner_state(r.alive) == OWNER_ELSEWHERE, err);
    for (int i = 0; i < r.n_dead; i++)
        free(r.dead[i]);
    free(r.dead);
    free(r.alive);
    return status;
}

/* ---- the operations ---- */

static int32_t enter(database *s, int64_t study, const char *owner, const char *label, error *err)
{
    char now[TIME_ROOM];
    return db_run(
        s, SQL_BEAT,
        CELLS(CELL_INT(study), CELL_TEXT(owner), CELL_TEXT(label), CELL_TEXT(time_text(s, now))),
        err);
}

static int32_t alone_or_shared(database *s, int64_t study, const char *label, bool shared,
                               double lease, error *err)
{
    int32_t status = storage_lock(&s->base, study, err);
    char *identity = status >= 0 ? process_identity() : NULL;
    if (status < 0)
        return status;
    status = identity ? check_owner(s, study, identity, err)
                      : error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    if (status >= 0)
        status = call_roll(s, study, identity, shared, lease, err);
    if (status >= 0 && !shared)
        status = sql_set(&s->base, study, "owner", identity, err);
    if (status >= 0 && label)
        status = enter(s, study, identity, label, err);
    free(identity);
    return status;
}

int32_t sql_join(storage *base, int64_t study, const char *label, bool shared, double lease,
                 error *err)
{
    bool alone = !base->open;
    int32_t status = alone ? storage_begin(base, err) : HONE_OK;
    if (status < 0)
        return status;
    status = alone_or_shared((database *)base, study, label, shared, lease, err);
    if (!alone)
        return status;
    if (status >= 0)
        return storage_commit(base, err);
    storage_rollback(base);
    return status;
}

int32_t sql_claim(storage *base, int64_t study, error *err)
{
    static const double SILENCE = 60; /* seconds */
    return sql_join(base, study, NULL, false, SILENCE, err);
}

int32_t sql_beat(storage *base, int64_t study, const char *owner, error *err)
{
    char label[LABEL_ROOM];
    return enter((database *)base, study, owner, worker_label(label), err);
}

int32_t sql_leave(storage *base, int64_t study, const char *owner, error *err)
{
    return db_run((database *)base, SQL_LEAVE, CELLS(CELL_INT(study), CELL_TEXT(owner)), err);
}

int32_t sql_workers(storage *base, int64_t study, worker_visitor visit, void *context, error *err)
{
    database *s = (database *)base;
    rows *row;
    if (!s->has_workers)
        return HONE_OK;
    int32_t status = db_row(s, SQL_WORKERS, CELLS(CELL_INT(study)), &row, err);
    while (status > 0) {
        worker_record w = {.owner = row_text(row, 0),
                           .label = row_text(row, 1),
                           .started = row_text(row, 2),
                           .heartbeat = row_real(row, 3),
                           .age = row_real(row, 4)};
        status = w.owner ? visit(context, &w, err) : HONE_OK;
        if (status >= 0)
            status = db_step(s, row, err);
    }
    db_done(row);
    return status < 0 ? status : HONE_OK;
}

static int32_t release(database *s, int64_t study, error *err)
{
    char *identity = process_identity();
    if (!identity)
        return HONE_ENOMEM;
    int32_t status = db_run(s, SQL_UNCLAIM, CELLS(CELL_INT(study), CELL_TEXT(identity)), err);
    if (status >= 0)
        status = sql_leave(&s->base, study, identity, err);
    free(identity);
    return status;
}

void sql_release(storage *base, int64_t study)
{
    error ignored = {0}; /* a claim that stays names a dead process */
    bool alone = !base->open;
    if (!alone || storage_begin(base, &ignored) >= 0) {
        int32_t status = storage_lock(base, study, &ignored);
        if (status >= 0)
            status = release((database *)base, study, &ignored);
        if (alone && status >= 0)
            storage_commit(base, &ignored);
        else if (alone)
            storage_rollback(base);
    }
    error_free(&ignored);
}
