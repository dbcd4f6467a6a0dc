/* slot.h - one of the places where evaluations happen: a worker process, seen from the host.
 *
 *     slot_start     a process is there; it reads its setup and says READY
 *     slot_send      a job, also before it is ready
 *     slot_read      what arrived goes to the inbox and the tail
 *     slot_cancel    asks the job to end
 *     slot_kill      ends everything in there
 *
 * The process has a session of its own, so that a terminal's Ctrl-C reaches the host only. */
#ifndef HONE_CORE_SLOT_H
#define HONE_CORE_SLOT_H

#include "evaluate.h"
#include "frame.h"
#include "verdict.h"

#include <sys/types.h>

enum { SLOT_TAIL = 4096 }; /* bytes kept of what a worker prints itself */

/* Why a job was asked to end. */
enum { ENDING_NOT = 0, ENDING_TIMEOUT, ENDING_CANCEL };

typedef struct slot {
    int64_t index;          /* 0 .. workers-1 */
    pid_t pid;              /* 0: no process */
    int process;            /* pidfd, -1: none */
    int socket, life, output;
    bool ready;
    inbox inbox;
    frame out;
    char tail[SLOT_TAIL];   /* a ring */
    int64_t printed;        /* bytes of the present job; the ring ends at printed % SLOT_TAIL */

    bool busy;
    int64_t sequence;       /* of the job, over all jobs of this slot */
    int64_t number, repeat;
    int ending;
    double deadline;        /* seconds of the monotonic clock; INFINITY before READY */
    double kill_at;         /* INFINITY until asked to end */
    bool asking;            /* a report waits for its answer */
    bool gone, nonsense;    /* the line is closed, or what came over it was malformed */
    char *reason;           /* the objective's own, owned; NULL: none yet */
} slot;

void slot_init(slot *s, int64_t index);
/* Starts a worker and sends the setup. */
int32_t slot_start(slot *s, const evaluator_settings *e, error *err);
/* false: the worker is gone. */
bool slot_send(slot *s, const job *j, int32_t n_params);
bool slot_answer(slot *s, bool stop);
/* One read of what is there, as inbox_read. */
int slot_read(slot *s);
void slot_read_output(slot *s);
void slot_cancel(slot *s, int why, double now, double grace);
/* What the worker printed in this job, at most SLOT_TAIL bytes, as one string. */
const char *slot_printed(const slot *s, char out[SLOT_TAIL + 1]);

/* Waits at most `seconds` for the worker's own end and reaps it; its wait status, or -1 if it
 * lives on. */
int slot_reap(slot *s, double seconds);
/* Kills the worker and all that it started. */
void slot_kill(slot *s);
/* Closes the lines and forgets the process, which is dead. */
void slot_close(slot *s);
/* Tells an idle worker to end; slot_reap sees it. */
void slot_dismiss(slot *s);

double slot_now(void); /* seconds of the monotonic clock */

#endif
