/* fleet.c - a mixed fleet: Optuna and hone serve the same study at once, in an SQLite file and
 * in PostgreSQL.
 *
 *     fleet          4 Optuna and 4 hone processes, 200 trials
 *     fleet short    2 and 2, 40 trials
 *
 * At the end numbers have no gap and none is there twice, each trial is complete with one
 * value, and each side finished some.  Without Optuna for /usr/bin/python3, or without a
 * PostgreSQL server, that part says SKIP. */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "postgresql.h"

static const char STUDY[] =
    "[study]\nname = s\nseed = 5\ntrials = %d\nstorage = %s\noptuna_schema = 3.0\n"
    "timestamps = local\n"
    "[space]\nx = float -5 10\nk = int 1 100 log\nc = categorical a b c\n"
    "[strategy]\nplugin = tpe\n"
    "[objective]\nplugin = command\nresult = last_line\n"
    "command = sh -c \"sleep 0.2; exec awk 'BEGIN { printf \\\"%%.17g\\n\\\", "
    "ENVIRON[\\\"HONE_X\\\"] ^ 2 + log(ENVIRON[\\\"HONE_K\\\"]) }'\"\n";

/* URL, trials of this process */
static const char OPTUNA[] =
    "import math, sys, time, optuna\n"
    "optuna.logging.set_verbosity(optuna.logging.WARNING)\n"
    "url, n = sys.argv[1], int(sys.argv[2])\n"
    "more = {'connect_args': {'timeout': 60}} if url.startswith('sqlite') else {}\n"
    "storage = optuna.storages.RDBStorage(url, engine_kwargs=more)\n"
    "study = optuna.load_study(study_name='s', storage=storage)\n"
    "def f(trial):\n"
    "    x = trial.suggest_float('x', -5, 10)\n"
    "    k = trial.suggest_int('k', 1, 100, log=True)\n"
    "    trial.suggest_categorical('c', ['a', 'b', 'c'])\n"
    "    time.sleep(0.05)\n"
    "    return x * x + math.log(k)\n"
    "study.optimize(f, n_trials=n)\n"
    "assert all(t.state.is_finished() for t in study.trials if t.number < 5)\n";

typedef struct fleet {
    const server *pg; /* NULL: SQLite */
    int each, trials; /* processes of a kind; at least so many trials */
} fleet;

static double ask(const fleet *f, const char *sql)
{
    char text[64] = "";
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    if (f->pg) {
        server_ask(f->pg, sql, text, sizeof text);
        return *text ? strtod(text, NULL) : -1;
    }
    double value = -1;
    if (sqlite3_open_v2("s.db", &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
        value = sqlite3_column_double(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return value;
}

static bool write_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    return f && fputs(text, f) >= 0 && fclose(f) == 0;
}

static pid_t launch(const char *command)
{
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static int serve(const fleet *f)
{
    char command[1024], url[512] = "sqlite:///s.db";
    int bad = 0, how;
    if (f->pg)
        snprintf(url, sizeof url, "%s", f->pg->url);
    for (int i = 0; i < 2 * f->each; i++) {
        if (i < f->each)
            snprintf(command, sizeof command, "exec " BUILD_DIR "/hone run study.ini >hone.%d 2>&1",
                     i);
        else
            snprintf(command, sizeof command,
                     "sleep 0.3; exec /usr/bin/python3 optuna_worker.py '%s' %d >optuna.%d 2>&1",
                     url, f->trials / 4 / f->each, i - f->each);
        if (launch(command) < 0)
            return 1;
    }
    while (wait(&how) > 0)
        bad += how != 0;
    if (bad)
        printf("%d workers failed:\n", bad);
    if (bad && system("tail -n 3 hone.* optuna.*") != 0)
        return bad;
    return bad;
}

static int expect(const fleet *f, const char *sql, double wanted)
{
    double found = ask(f, sql);
    if (found == wanted)
        return 0;
    printf("%s: %g, not %g\n", sql, found, wanted);
    return 1;
}

static int run(const fleet *f)
{
    char text[2048];
    snprintf(text, sizeof text, STUDY, f->trials, f->pg ? f->pg->url : "s.db");
    if (!write_file("study.ini", text) || !write_file("optuna_worker.py", OPTUNA))
        return 1;
    /* makes the study, so that nobody has to wait for another's first transaction */
    if (system(BUILD_DIR "/hone run study.ini --trials 1 >first 2>&1") != 0)
        return 1;
    int bad = serve(f);
    double n = ask(f, "SELECT count(*) FROM trials");
    double foreign = ask(f, "SELECT count(*) FROM trials t LEFT JOIN hone_trials h ON "
                            "h.trial_id = t.trial_id WHERE h.ask IS NULL");
    bad += n < f->trials;
    bad += expect(f, "SELECT count(DISTINCT number) FROM trials", n);
    bad += expect(f, "SELECT max(number) FROM trials", n - 1);
    bad += expect(f, "SELECT count(*) FROM trials WHERE state = 'COMPLETE'", n);
    bad += expect(f, "SELECT count(*) FROM trial_values", n);
    bad += expect(f, "SELECT count(*) FROM trial_params", 3 * n);
    if (foreign < 1 || foreign >= n) {
        printf("of %g trials %g were Optuna's\n", n, foreign);
        bad++;
    }
    printf("%s: %d hone and %d Optuna workers, %g trials, %g of them Optuna's: %s\n",
           f->pg ? "PostgreSQL" : "SQLite", f->each, f->each, n, foreign,
           bad ? "WRONG" : "no gap, none twice");
    fflush(stdout);
    return bad;
}

static int run_postgresql(fleet f)
{
    server s;
    if (!server_find(&s) || system("/usr/bin/python3 -c 'import psycopg2' 2>/dev/null") != 0) {
        printf("SKIP: no PostgreSQL server, or no psycopg2\n");
        return 0;
    }
    if (!server_make(&s)) {
        printf("the server does not start: see %s/log\n", s.folder);
        return 1;
    }
    f.pg = &s;
    int bad = run(&f);
    server_remove(&s);
    return bad;
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/hone_fleet_XXXXXX", command[128];
    const bool quick = argc == 2 && strcmp(argv[1], "short") == 0;
    const fleet f = {.each = quick ? 2 : 4, .trials = quick ? 40 : 200};
    if (system("/usr/bin/python3 -c 'import optuna' 2>/dev/null") != 0) {
        printf("SKIP: no Optuna for /usr/bin/python3\n");
        return 0;
    }
    if (!mkdtemp(folder) || chdir(folder) != 0)
        return 1;
    int bad = run(&f) + run_postgresql(f);
    if (bad) {
        printf("kept for a look: %s\n", folder);
        return 1;
    }
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") == 0 && system(command) == 0 ? 0 : 1;
}
