/* memory.c - F3: every allocation of a short study fails, once and from then on: in hone, SQLite, jansson, libc.
 *
 *     memory          every allocation
 *     memory short    one in about 40 of them
 *
 * The program must not crash or hang; where it ends with a failure it says why; and what it had reported
 * as complete is in storage, whole.  Where it goes on in spite of the failure (what only costs speed, or
 * one trial) that is as good.  Instrumented builds have allocators of their own: nothing is done there. */
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char STUDY[] = "[study]\nname = s\nseed = 5\ntrials = 14\nstorage = s.db\n"
                            "[space]\nx = float -5 5\ny = float -5 5\n"
                            "[strategy]\nplugin = tpe\n"
                            "[objective]\nplugin = testfn\nisolation = none\n";

/* Exit status of a run, 128 + signal, -1: it hung. */
static int run(long at, bool sticky)
{
    char number[32];
    pid_t pid = fork();
    if (pid == 0) {
        snprintf(number, sizeof number, "%ld", at);
        setenv("FAIL_AT", number, 1);
        setenv("FAIL_STICKY", sticky ? "1" : "0", 1);
        setenv("FAIL_COUNT", "count", 1);
        setenv("LD_PRELOAD", BUILD_DIR "/tests/faults/bad/malloc_fails.so", 1);
        if (!freopen("out", "w", stdout) || !freopen("err", "w", stderr))
            _exit(126);
        alarm(30);
        execl(BUILD_DIR "/hone", "hone", "run", "study.ini", (char *)NULL);
        _exit(127);
    }
    int how;
    if (pid < 0 || waitpid(pid, &how, 0) != pid)
        return 126;
    if (WIFSIGNALED(how))
        return WTERMSIG(how) == SIGALRM ? -1 : 128 + WTERMSIG(how);
    return WEXITSTATUS(how);
}

static long line_count(const char *path)
{
    long n = 0;
    FILE *f = fopen(path, "r");
    for (int c; f && (c = fgetc(f)) != EOF;)
        n += c == '\n';
    if (f)
        fclose(f);
    return n;
}

static double ask(const char *sql, char *out, size_t room)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    double value = 0.5; /* no answer */
    if (sqlite3_open_v2("s.db", &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW) {
        value = sqlite3_column_double(q, 0);
        snprintf(out, room, "%s", (const char *)sqlite3_column_text(q, 0));
    }
    sqlite3_finalize(q);
    sqlite3_close(db);
    return value;
}

/* What was printed as complete is stored with that value. */
static int check_kept(void)
{
    char line[512], sql[256], text[64];
    int number, bad = 0;
    double value;
    FILE *f = fopen("out", "r");
    while (f && fgets(line, sizeof line, f)) {
        if (sscanf(line, "trial %d complete %lf", &number, &value) != 2)
            continue;
        snprintf(sql, sizeof sql,
                 "SELECT v.value FROM trials t JOIN trial_values v ON v.trial_id = t.trial_id "
                 "WHERE t.number = %d AND t.state = 'COMPLETE'",
                 number);
        if (ask(sql, text, sizeof text) != value) {
            printf("trial %d was reported as %.17g and is not stored so\n", number, value);
            bad++;
        }
    }
    if (f)
        fclose(f);
    return bad;
}

static int try_at(long at, bool sticky, int *survived)
{
    char text[64] = "";
    if (system("rm -f s.db s.db-wal s.db-shm out err") != 0)
        return 1;
    int how = run(at, sticky), bad = 0;
    if (how < 0 || how > 128)
        bad += printf(how < 0 ? "it hung\n" : "signal %d\n", how - 128) > 0;
    else if (how != 0 && line_count("err") == 0)
        bad += printf("exit status %d without a sentence\n", how) > 0;
    *survived += how == 0;
    bad += check_kept();
    if (access("s.db", F_OK) == 0) {
        ask("PRAGMA integrity_check", text, sizeof text);
        if (strcmp(text, "ok") != 0)
            bad += printf("integrity: %s\n", text) > 0;
    }
    if (bad)
        printf("^ allocation %ld%s\n", at, sticky ? " and all after it" : "");
    return bad;
}

int main(int argc, char **argv)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)argc, (void)argv, (void)STUDY, (void)try_at;
    printf("an instrumented build has an allocator of its own\n");
    return 0;
#else
    char folder[] = "/tmp/hone_memory_XXXXXX", command[128];
    const bool quick = argc == 2 && strcmp(argv[1], "short") == 0;
    long total = 0, tried = 0;
    int bad = 0, survived = 0;
    if (!mkdtemp(folder) || chdir(folder) != 0)
        return 1;
    FILE *f = fopen("study.ini", "w");
    if (!f || fputs(STUDY, f) < 0 || fclose(f) != 0 || run(0, false) != 0 ||
        !(f = fopen("count", "r")) || fscanf(f, "%ld", &total) != 1 || fclose(f) != 0) {
        printf("the study does not run as it is: see %s\n", folder);
        return 1;
    }
    const long step = quick ? total / 40 + 1 : 1;
    for (int sticky = 0; sticky < 2 && bad < 20; sticky++)
        for (long at = 1; at <= total && bad < 20; at += step, tried++)
            bad += try_at(at, sticky, &survived);
    printf("%ld of %ld allocations failed, once and for good; %d runs did all the same: %s\n",
           tried, total, survived, bad ? "WRONG" : "no crash, a sentence, nothing lost");
    if (bad)
        return 1;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") == 0 && system(command) == 0 ? 0 : 1;
#endif
}
