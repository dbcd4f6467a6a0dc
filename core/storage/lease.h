/* lease.h - which workers of a study are alive, as this process sees it.
 *
 * Every process that runs a study has a row in hone_workers and renews its heartbeat there.
 * A worker loses its lease, and with it its trials, when its process is known to be dead (on
 * this host), or when this process saw the same heartbeat for the whole lease.  Only this
 * process's monotonic clock measures that, never a difference between two machines' clocks:
 * a clock that is set wrong takes no lease away.
 *
 * What a lease protects is fenced in storage: a trial is finished under the name of its
 * owner only, so a worker that comes back late cannot overwrite. */
#ifndef HONE_CORE_LEASE_H
#define HONE_CORE_LEASE_H

#include "storage.h"

typedef struct lease_holder {
    char *owner;
    double heartbeat; /* as stored when last read */
    double since;     /* CLOCK_MONOTONIC seconds at which it was first seen */
    bool listed;      /* has a row in storage */
} lease_holder;

typedef struct leases {
    double duration;       /* seconds */
    double beaten, looked; /* CLOCK_MONOTONIC seconds of our last heartbeat, last look */
    int n, room;
    lease_holder *holders; /* [n] every owner ever seen; an index stays valid */
} leases;

void leases_free(leases *l);

/* Index of the holder of that name, added if new; -1: no memory. */
int lease_holder_of(leases *l, const char *owner);
/* Was its lease lost?  An owner without a row in storage has none. */
bool lease_lost(const leases *l, int holder);

/* Is it time to renew ours, or is a worker of this host dead?  Reads no storage. */
bool leases_due(leases *l, const char *self, double now);
/* In a transaction: renews ours, reads all, strikes out those that lost theirs.
 * *news: somebody did. */
int32_t leases_renew(leases *l, storage *s, int64_t study, const char *self, double now, bool *news,
                     error *err);
/* Reads all, with or without a transaction. */
int32_t leases_read(leases *l, storage *s, int64_t study, double now, error *err);

#endif
