/* owner.h - which process runs a study, and which one holds a lock.
 *
 * A process is named host:pid:start, start being field 22 of /proc/PID/stat: clock ticks
 * from boot to the start of the process.  A number that was given to another process since
 * has another start. */
#ifndef HONE_CORE_OWNER_H
#define HONE_CORE_OWNER_H

#include <stdbool.h>
#include <stdint.h>

enum { OWNER_DEAD = 0, OWNER_ALIVE, OWNER_ELSEWHERE /* on another host: not known */ };
int owner_state(const char *identity);

/* Stands where an owner would, once a trial was given back: by Ctrl-C, or after `hone ask`. */
#define RELEASED "released"

/* "process 4711 (python3)" that holds a POSIX write lock on this byte of the file (any byte
 * if < 0), read from /proc/locks; NULL: not known.  The caller frees. */
char *lock_holder(const char *path, int64_t byte);

/* What the launcher calls this process: "slurm 4711_3 rank 0 on node7" from SLURM_*, "mpi rank
 * 2 on node7" from OMPI_* or PMI_*, else the host's name.  Returns out. */
enum { LABEL_ROOM = 400 };
const char *worker_label(char out[LABEL_ROOM]);
/* Did a launcher start it? */
bool worker_launched(void);

#endif
