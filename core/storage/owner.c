/* owner.c - processes by name: see owner.h.
 * Source of the fields: proc(5), sections /proc/[pid]/stat and /proc/locks. */
#include "owner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "storage.h"

enum { HOST_ROOM = 256 };

/* The start of a process that is there and no zombie; false otherwise. */
static bool process_start(long pid, unsigned long long *start)
{
    char path[64], line[1024], state;
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    size_t n = fread(line, 1, sizeof line - 1, f);
    fclose(f);
    line[n] = '\0';
    const char *after = strrchr(line, ')'); /* the name before may hold anything */
    /* state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime stime
     * cutime cstime priority nice threads itrealvalue starttime */
    return after &&
           sscanf(after + 1,
                  " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                  "%*s %*s %*s %llu",
                  &state, start) == 2 &&
           state != 'Z' && state != 'X';
}

static void host_name(char host[HOST_ROOM])
{
    if (gethostname(host, HOST_ROOM - 1) != 0 || !*host)
        strcpy(host, "localhost");
    host[HOST_ROOM - 1] = '\0';
    for (char *c = host; (c = strchr(c, ':'));)
        *c = '_';
}

char *process_identity(void)
{
    char host[HOST_ROOM], name[HOST_ROOM + 64];
    unsigned long long start = 0;
    host_name(host);
    process_start(getpid(), &start);
    snprintf(name, sizeof name, "%s:%ld:%llu", host, (long)getpid(), start);
    return strdup(name);
}

int owner_state(const char *identity)
{
    char host[HOST_ROOM], *end;
    const char *colon = strchr(identity, ':');
    host_name(host);
    if (!colon)
        return OWNER_DEAD;
    if (strlen(host) != (size_t)(colon - identity) ||
        memcmp(host, identity, (size_t)(colon - identity)) != 0)
        return OWNER_ELSEWHERE;
    unsigned long long then, now;
    long pid = strtol(colon + 1, &end, 10);
    if (pid <= 0 || *end != ':')
        return OWNER_DEAD;
    then = strtoull(end + 1, NULL, 10);
    return process_start(pid, &now) && now == then ? OWNER_ALIVE : OWNER_DEAD;
}

bool process_alive(const char *identity)
{
    return owner_state(identity) != OWNER_DEAD;
}

/* ---- launchers ---- */

/* Sources: sbatch(1) "Output environment variables", srun(1), mpirun(1) of Open MPI, and the
 * process managers of MPICH (PMI). */
static const char *mpi_rank(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (getenv(names[i]))
            return getenv(names[i]);
    return NULL;
}

bool worker_launched(void)
{
    return getenv("SLURM_JOB_ID") || mpi_rank();
}

const char *worker_label(char out[LABEL_ROOM])
{
    char host[HOST_ROOM];
    const char *job = getenv("SLURM_JOB_ID"), *array = getenv("SLURM_ARRAY_JOB_ID");
    const char *task = getenv("SLURM_ARRAY_TASK_ID"), *rank = getenv("SLURM_PROCID");
    host_name(host);
    if (job && array && task)
        snprintf(out, LABEL_ROOM, "slurm %.40s_%.20s on %s", array, task, host);
    else if (job)
        snprintf(out, LABEL_ROOM, "slurm %.40s rank %.20s on %s", job, rank ? rank : "0", host);
    else if (mpi_rank())
        snprintf(out, LABEL_ROOM, "mpi rank %.20s on %s", mpi_rank(), host);
    else
        snprintf(out, LABEL_ROOM, "%s", host);
    return out;
}

/* ---- locks ---- */

static char *describe_process(long pid)
{
    char path[64], name[64] = "", sentence[128];
    snprintf(path, sizeof path, "/proc/%ld/comm", pid);
    FILE *f = fopen(path, "re");
    if (f && fgets(name, sizeof name, f))
        name[strcspn(name, "\n")] = '\0';
    if (f)
        fclose(f);
    snprintf(sentence, sizeof sentence, *name ? "process %ld (%s)" : "process %ld", pid, name);
    return strdup(sentence);
}

char *lock_holder(const char *path, int64_t byte)
{
    struct stat s;
    char line[256], *holder = NULL;
    FILE *f = stat(path, &s) == 0 ? fopen("/proc/locks", "re") : NULL;
    while (f && !holder && fgets(line, sizeof line, f)) {
        long pid;
        unsigned major_number, minor_number;
        unsigned long long inode;
        long long first, last = INT64_MAX;
        /* 1: POSIX  ADVISORY  WRITE 4711 fe:00:131 120 120   (the end may be EOF) */
        if (sscanf(line, "%*d: POSIX %*s WRITE %ld %x:%x:%llu %lld %lld", &pid, &major_number,
                   &minor_number, &inode, &first, &last) < 5)
            continue;
        if (inode == s.st_ino && major_number == major(s.st_dev) &&
            minor_number == minor(s.st_dev) && (byte < 0 || (first <= byte && byte <= last)) &&
            pid > 0 && pid != getpid())
            holder = describe_process(pid);
    }
    if (f)
        fclose(f);
    return holder;
}
