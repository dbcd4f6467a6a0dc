/* shared.c - several workers on one study, killed, stopped and started again: nothing that was
 * reported is lost, nothing is told twice, numbers have no gap, the file stays whole.
 *
 *     shared           300 kills on SQLite, 60 on PostgreSQL
 *     shared short     8 and 4
 *     shared KILLS     as many on each
 *
 * A study is served by WORKERS processes.  One of them, by chance, gets kill -9, or SIGSTOP for
 * longer than the lease and then SIGCONT, and a new one takes its place; on PostgreSQL the server
 * crashes and comes back, too.  At the study's end what the workers reported is compared with
 * what is stored, which is read with SQL, not with hone's own code.  Without a PostgreSQL
 * server that part says SKIP.  FAULTS_SEED sets the choices and delays. */
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

#include "postgresql.h"

enum { WORKERS = 6, TRIALS = 150, KILLS_IN_A_STUDY = 6 };

static const char STUDY[] =
    "[study]\nname = s\nseed = 5\ntrials = %d\nstorage = %s\nretries = 1000\nlease = 1s\n"
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
    int kills, stops, crashes, failures;
    const server *pg; /* NULL: the study is in s.db */
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
    if (r->pg && uniform() < 0.3) {
        server_crash(r->pg);
        r->failures += !server_start(r->pg);
        r->crashes++;
        return;
    }
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

/* The first column of the first row as text; "" if there is none. */
static void ask_sqlite(const char *sql, char *out, size_t room)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    *out = '\0';
    if (sqlite3_open_v2("s.db", &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK) {
        if (sqlite3_step(q) == SQLITE_ROW && sqlite3_column_text(q, 0))
            snprintf(out, room, "%s", (const char *)sqlite3_column_text(q, 0));
    } else {
        printf("%s: %s\n", sql, sqlite3_errmsg(db));
    }
    sqlite3_finalize(q);
    sqlite3_close(db);
}

static void ask_stored(const server *pg, const char *sql, char *out, size_t room)
{
    if (!pg)
        ask_sqlite(sql, out, room);
    else if (!server_ask(pg, sql, out, room))
        printf("the server does not answer %s\n", sql);
}

static int expect(const server *pg, const char *sql, const char *wanted)
{
    char found[64];
    ask_stored(pg, sql, found, sizeof found);
    if (strcmp(found, wanted) == 0)
        return 0;
    printf("%s: %s, not %s\n", sql, found, wanted);
    return 1;
}

static int check_reports(const round_state *r)
{
    int bad = 0;
    for (int i = 0; i < TRIALS; i++) {
        char sql[256], found[64];
        if (r->reports[i].times == 0)
            continue;
        snprintf(sql, sizeof sql,
                 "SELECT %s FROM trials t JOIN trial_values v ON v.trial_id = t.trial_id "
                 "WHERE t.number = %d AND t.state = 'COMPLETE'",
                 r->pg ? "v.value" : "printf('%!.20g', v.value)", i);
        ask_stored(r->pg, sql, found, sizeof found);
        if (!*found || strtod(found, NULL) != r->reports[i].value) {
            printf("trial %d was reported as %.17g and is stored as '%s'\n", i, r->reports[i].value,
                   found);
            bad++;
        }
    }
    return bad;
}

static int check(const round_state *r)
{
    char all[16], newest[16];
    const server *s = r->pg;
    snprintf(all, sizeof all, "%d", TRIALS);
    snprintf(newest, sizeof newest, "%d", TRIALS - 1);
    int bad = check_reports(r);
    bad += expect(s, "SELECT count(*) FROM trials", all);
    bad += expect(s, "SELECT count(DISTINCT number) FROM trials", all);
    bad += expect(s, "SELECT max(number) FROM trials", newest);
    bad += expect(s, "SELECT count(*) FROM trials WHERE state <> 'COMPLETE'", "0");
    bad += expect(s, "SELECT count(DISTINCT sequence) FROM hone_trials", all);
    bad += expect(s, "SELECT count(*) FROM trial_values", all);
    return bad + (s ? 0 : expect(s, "PRAGMA integrity_check", "ok"));
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

/* Studies until so many workers were killed; returns what was wrong. */
static int rounds_of(const server *pg, int wanted)
{
    static const char *const strategies[] = {"random", "tpe", "sobol"};
    static round_state r;
    int kills = 0, stops = 0, crashes = 0, studies = 0, bad = 0;
    for (; kills < wanted && bad == 0; studies++) {
        r = (round_state){.pg = pg};
        FILE *file = fopen("study.ini", "w");
        if (!file)
            return 1;
        fprintf(file, STUDY, TRIALS, pg ? pg->url : "s.db", strategies[studies % 3]);
        fclose(file);
        if (system("rm -f s.db s.db-wal s.db-shm") != 0)
            return 1;
        if (pg && studies > 0 &&
            system(BUILD_DIR "/hone delete study.ini --yes >>errors 2>&1") != 0)
            return 1;
        for (int i = 0; i < WORKERS; i++)
            start(&r.workers[i]);
        serve(&r, KILLS_IN_A_STUDY);
        bad = r.failures + check(&r) + check_errors();
        kills += r.kills;
        stops += r.stops;
        crashes += r.crashes;
        if (r.kills == 0) {
            printf("the study was over before a worker was killed\n");
            bad++;
        }
    }
    printf("%s: %d studies of %d trials, %d workers, %d kills, %d stops, %d crashes of the server: "
           "%s\n",
           pg ? "PostgreSQL" : "SQLite", studies, TRIALS, WORKERS, kills, stops, crashes,
           bad ? "WRONG" : "nothing lost, nothing doubled");
    fflush(stdout);
    return bad;
}

static int postgresql(int kills)
{
    server s;
    if (!server_find(&s)) {
        printf("SKIP: no PostgreSQL server is installed\n");
        return 0;
    }
    if (!server_make(&s)) {
        printf("the server does not start: see %s/log\n", s.folder);
        return 1;
    }
    int bad = rounds_of(&s, kills);
    server_remove(&s);
    return bad;
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/hone_shared_XXXXXX", command[128];
    const char *seed = getenv("FAULTS_SEED");
    const bool quick = argc == 2 && strcmp(argv[1], "short") == 0;
    const int given = argc == 2 && !quick ? atoi(argv[1]) : 0;

    state = seed ? strtoull(seed, NULL, 10) : 1;
    if (!mkdtemp(folder) || chdir(folder) != 0)
        return 1;
    int bad = rounds_of(NULL, quick ? 8 : given ? given : 300);
    if (bad == 0)
        bad = postgresql(quick ? 4 : given ? given : 60);
    if (bad) {
        printf("kept for a look: %s (FAULTS_SEED=%s)\n", folder, seed ? seed : "1");
        return 1;
    }
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") == 0 && system(command) == 0 ? 0 : 1;
}
