/* worker.h - where a worker process finds its ends of the lines to the host. */
#ifndef HONE_CORE_WORKER_H
#define HONE_CORE_WORKER_H

enum {
    WORKER_SOCKET_FD = 3, /* frames both ways */
    WORKER_LIFE_FD = 4,   /* numbers of jobs that are to end; closed when the host is gone */
    WORKER_ORPHANED = 125 /* exit status when there is no host */
};

#endif
