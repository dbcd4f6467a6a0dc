/* shared.c - several workers on one study, killed, stopped and started again: nothing that was
 * reported is lost, nothing is told twice, numbers have no gap, the file stays whole.
 *
 *     shared           300 kills
 *     shared short     12 kills
 *     shared KILLS     as many
 *
 * A study is served by WORKERS processes.  One of them, by chance, gets kill -9, or SIGSTOP for
 * longer than the lease and then SIGCONT, and a new one takes its place.  At the study's end
 * what the workers reported is compared with what is stored, which is read with SQL, not
 * with hone's own code.  FAULTS_SEED sets the choices and delays. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 6, TRIALS = 150, KILLS_IN_A_STUDY = 6 };

static const char STUDY[] =
    "[study]\nname = s\nseed = 5\ntrials = %d\nstorage = s.db\nretries = 1000\nlease = 1s\n"
    "[space]\nx = float -5 10\nk = int 1 100 log\nc = categorical a b c\n"
    "z = float 0 1 when c = a b\n"
    "[strategy]\nplugin = %s\n"
    "[point first]\nx = 1\nk = 7\nc = c\n[point second]\nx = 2\nk = 8\nc = a\nz = 0.5\n"
    "[objective]\nplugin = command\nresult = last_line\n"
    "command = sh -c \"sleep 0.01; exec awk 'BEGIN { printf \\\"%%.17g\\n\\\", "
    "ENVIRON[\\\"HONE_X\\\"] ^ 2 + log(ENVIRON[\\\"HONE_K\\\"]) }'\"\n";

/* Of Vigna, "splitmix64": the choices of a seed can be had again. */
static uint64_t state;
static double uniform(void)
{
    uint64_t z = (state += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- workers ---- */

typedef struct report {
    int times;
    double value;
} report;

typedef struct worker {
    pid_t pid;
    int in; /* its standard output, -1: ended */
    bool killed;
    double resume; /* stopped until then, 0: not */
    char text[8192];
    size_t held;
} worker;

typedef struct round_state {
    worker workers[WORKERS];
    report reports[TRIALS];
    int kills, stops, failures;
} round_state;

static void start(worker *w)
{
    int pipe_of[2];
    *w = (worker){.in = -1};
    if (pipe2(pipe_of, O_CLOEXEC) != 0 || (w->pid = fork()) < 0)
        return;
    if (w->pid == 0) {
        dup2(pipe_of[1], STDOUT_FILENO);
        freopen("errors", "a", stderr);
        execl(BUILD_DIR "/hone", "hone", "run", "study.ini", (char *)NULL);
        _exit(127);
    }
    close(pipe_of[1]);
    w->in = pipe_of[0];
}

static void note_line(round_state *r, const char *line)
{
    int number;
    double value;
    if (sscanf(line, "trial %d complete %lf", &number, &value) != 2)
        return;
    if (number < 0 || number >= TRIALS) {
        printf("trial %d was reported, of %d\n", number, TRIALS);
        r->failures++;
        return;
    }
    if (r->reports[number].times++ > 0) {
        printf("trial %d was reported twice\n", number);
        r->failures++;
    }
    r->reports[number].value = value;
}

static void end(round_state *r, worker *w)
{
    int status;
    close(w->in);
    w->in = -1;
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!w->killed && status != 0) {
        printf("a worker ended with status %d (see errors)\n", status);
        r->failures++;
    }
}

static void hear(round_state *r, worker *w)
{
    ssize_t n = read(w->in, w->text + w->held, sizeof w->text - 1 - w->held);
    if (n <= 0) {
        end(r, w);
        return;
    }
    w->held += (size_t)n;
    w->text[w->held] = '\0';
    char *line = w->text, *stop;
    for (; (stop = strchr(line, '\n')); line = stop + 1) {
        *stop = '\0';
        note_line(r, line);
    }
    w->held = strlen(line);
    memmove(w->text, line, w->held + 1);
}

/* Kills or stops one of the workers; a killed one is replaced. */
static void strike(round_state *r)
{
    worker *w = &r->workers[(int)(uniform() * WORKERS)];
    if (w->in < 0 || w->resume > 0)
        return;
    if (uniform() < 0.25) {
        kill(w->pid, SIGSTOP);
        w->resume = now() + 1.5 + uniform();
        r->stops++;
        return;
    }
    w->killed = true;
    kill(w->pid, SIGKILL);
    while (w->in >= 0)
        hear(r, w);
    start(w);
    r->kills++;
}

static void serve(round_state *r, int kills)
{
    double next = now() + 0.05 + 0.25 * uniform();
    for (;;) {
        struct pollfd wait[WORKERS];
        int alive = 0;
        for (int i = 0; i < WORKERS; i++) {
            worker *w = &r->workers[i];
            wait[i] = (struct pollfd){.fd = w->in, .events = POLLIN};
            alive += w->in >= 0;
            if (w->in >= 0 && w->resume > 0 && now() >= w->resume) {
                kill(w->pid, SIGCONT);
                w->resume = 0;
            }
        }
        if (alive == 0)
            return;
        poll(wait, WORKERS, 20);
        for (int i = 0; i < WORKERS; i++)
            if (wait[i].fd >= 0 && wait[i].revents)
                hear(r, &r->workers[i]);
        if (now() >= next && r->kills < kills) {
            strike(r);
            next = now() + 0.05 + 0.25 * uniform();
        }
    }
}

/* ---- what is stored ---- */

static double number_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *q = NULL;
    double value = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
        value = sqlite3_column_double(q, 0);
    else
        printf("%s: %s\n", sql, sqlite3_errmsg(db));
    sqlite3_finalize(q);
    return value;
}

static int expect(sqlite3 *db, const char *sql, double wanted)
{
    double found = number_of(db, sql);
    if (found == wanted)
        return 0;
    printf("%s: %g, not %g\n", sql, found, wanted);
    return 1;
}

static int check_reports(sqlite3 *db, const round_state *r)
{
    sqlite3_stmt *q = NULL;
    int bad = 0;
    sqlite3_prepare_v2(
        db,
        "SELECT v.value FROM trials t JOIN trial_values v ON v.trial_id = t.trial_id "
        "WHERE t.number = ?1 AND t.state = 'COMPLETE'",
        -1, &q, NULL);
    for (int i = 0; i < TRIALS; i++) {
        sqlite3_reset(q);
        sqlite3_bind_int(q, 1, i);
        bool there = sqlite3_step(q) == SQLITE_ROW;
        if (r->reports[i].times > 0 &&
            (!there || sqlite3_column_double(q, 0) != r->reports[i].value)) {
            printf("trial %d was reported as %.17g and is stored %s\n", i, r->reports[i].value,
                   there ? "otherwise" : "not at all");
            bad++;
        }
    }
    sqlite3_finalize(q);
    return bad;
}

static int check(const round_state *r)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2("s.db", &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        return 1;
    int bad = check_reports(db, r);
    bad += expect(db, "SELECT count(*) FROM trials", TRIALS);
    bad += expect(db, "SELECT count(DISTINCT number) FROM trials", TRIALS);
    bad += expect(db, "SELECT max(number) FROM trials", TRIALS - 1);
    bad += expect(db, "SELECT count(*) FROM trials WHERE state <> 'COMPLETE'", 0);
    bad += expect(db, "SELECT count(DISTINCT sequence) FROM hone_trials", TRIALS);
    bad += expect(db, "SELECT count(*) FROM trial_values", TRIALS);
    bad +=
        expect(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'", 1);
    sqlite3_close(db);
    return bad;
}

/* The errors that a worker wrote and that no kill explains. */
static int check_errors(void)
{
    char line[1024];
    int bad = 0;
    FILE *f = fopen("errors", "r");
    while (f && fgets(line, sizeof line, f))
        if (strstr(line, "locked") || strstr(line, "hone: error")) {
            printf("%s", line);
            bad++;
        }
    if (f)
        fclose(f);
    return bad;
}

int main(int argc, char **argv)
{
    static const char *const strategies[] = {"random", "tpe", "sobol"};
    char folder[] = "/tmp/hone_shared_XXXXXX", command[128];
    const char *seed = getenv("FAULTS_SEED");
    const bool quick = argc == 2 && strcmp(argv[1], "short") == 0;
    const int wanted = quick ? 12 : argc == 2 ? atoi(argv[1]) : 300;
    int kills = 0, stops = 0, studies = 0, bad = 0;

    state = seed ? strtoull(seed, NULL, 10) : 1;
    if (!mkdtemp(folder) || chdir(folder) != 0)
        return 1;
    for (; kills < wanted && bad == 0; studies++) {
        static round_state r;
        r = (round_state){0};
        FILE *file = fopen("study.ini", "w");
        if (!file)
            return 1;
        fprintf(file, STUDY, TRIALS, strategies[studies % 3]);
        fclose(file);
        unlink("s.db");
        unlink("s.db-wal");
        unlink("s.db-shm");
        for (int i = 0; i < WORKERS; i++)
            start(&r.workers[i]);
        serve(&r, KILLS_IN_A_STUDY);
        bad = r.failures + check(&r) + check_errors();
        kills += r.kills;
        stops += r.stops;
        if (r.kills == 0) {
            printf("the study was over before a worker was killed\n");
            bad++;
        }
    }
    printf("%d studies of %d trials, %d workers, %d kills, %d stops: %s\n", studies, TRIALS,
           WORKERS, kills, stops, bad ? "WRONG" : "nothing lost, nothing doubled");
    if (bad) {
        printf("kept for a look: %s (FAULTS_SEED=%s)\n", folder, seed ? seed : "1");
        return 1;
    }
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") == 0 && system(command) == 0 ? 0 : 1;
}
