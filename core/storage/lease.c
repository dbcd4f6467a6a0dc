/* lease.c - which workers of a study are alive: see lease.h.
 *
 * A lease is renewed four times in its duration; workers of this host are looked for in the
 * process table once a second, so that what a killed one left behind is taken up at once. */
#include "lease.h"

#include <stdlib.h>
#include <string.h>

#include "owner.h"

static const double RENEWALS = 4, LOOK_EVERY = 1; /* in a lease; seconds */

void leases_free(leases *l)
{
    for (int i = 0; i < l->n; i++)
        free(l->holders[i].owner);
    free(l->holders);
    *l = (leases){0};
}

int lease_holder_of(leases *l, const char *owner)
{
    for (int i = 0; i < l->n; i++)
        if (strcmp(l->holders[i].owner, owner) == 0)
            return i;
    if (l->n == l->room) {
        int room = l->room ? 2 * l->room : 16;
        lease_holder *more = realloc(l->holders, (size_t)room * sizeof *more);
        if (!more)
            return -1;
        l->holders = more;
        l->room = room;
    }
    char *name = strdup(owner);
    if (!name)
        return -1;
    l->holders[l->n] = (lease_holder){.owner = name};
    return l->n++;
}

bool lease_lost(const leases *l, int holder)
{
    return holder >= 0 && !l->holders[holder].listed;
}

/* ---- reading ---- */

typedef struct reading {
    leases *leases;
    double now;
} reading;

static int32_t read_worker(void *context, const worker_record *w, error *err)
{
    const reading *r = context;
    int i = lease_holder_of(r->leases, w->owner);
    if (i < 0)
        return error_add(err, HONE_ENOMEM, "out of memory for workers");
    lease_holder *h = &r->leases->holders[i];
    if (h->heartbeat != w->heartbeat || h->since <= 0)
        h->since = r->now;
    h->heartbeat = w->heartbeat;
    h->listed = true;
    return HONE_OK;
}

int32_t leases_read(leases *l, storage *s, int64_t study, double now, error *err)
{
    reading r = {l, now};
    for (int i = 0; i < l->n; i++) {
        if (!l->holders[i].listed)
            l->holders[i].since = 0; /* whoever comes back is seen for the first time */
        l->holders[i].listed = false;
    }
    return storage_workers(s, study, read_worker, &r, err);
}

/* ---- renewing ---- */

static bool dead(const leases *l, const lease_holder *h, double now)
{
    int state = owner_state(h->owner);
    return state == OWNER_DEAD || now - h->since >= l->duration;
}

bool leases_due(leases *l, const char *self, double now)
{
    if (now - l->beaten >= l->duration / RENEWALS)
        return true;
    if (now - l->looked < LOOK_EVERY)
        return false;
    l->looked = now;
    for (int i = 0; i < l->n; i++)
        if (l->holders[i].listed && strcmp(l->holders[i].owner, self) != 0 &&
            dead(l, &l->holders[i], now))
            return true;
    return false;
}

int32_t leases_renew(leases *l, storage *s, int64_t study, const char *self, double now, bool *news,
                     error *err)
{
    *news = false;
    int32_t status = storage_beat(s, study, self, err);
    if (status >= 0)
        status = leases_read(l, s, study, now, err);
    for (int i = 0; i < l->n && status >= 0; i++) {
        lease_holder *h = &l->holders[i];
        if (!h->listed || strcmp(h->owner, self) == 0 || !dead(l, h, now))
            continue;
        status = storage_leave(s, study, h->owner, err);
        h->listed = false;
        *news = true;
    }
    l->beaten = l->looked = now;
    return status;
}
