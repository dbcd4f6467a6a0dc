/* bench_storage.c - what a durable trial costs beyond what SQLite and the disk cost.
 *
 *     bench_storage [TRIALS]      default 10,000
 *
 * hone: the tell of one trial and the ask of the next, random search over 5 parameters, in one
 * transaction of a study.  Floor: a loop of exactly the same statements and commits on
 * prepared statements, in a file of its own.  The two take turns of 50 trials, so that
 * whatever else the disk does meets both; each ratio is of sums over all turns.  Afterwards
 * both files are filled to 100,000 trials and measured again. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "storage_sqlite.h"
#include "study.h"

enum { N_PARAMS = 5, TURN = 50, MANY = 100000 };
static const char *const NAMES[N_PARAMS] = {"a", "b", "c", "d", "e"};
static const char DISTRIBUTION[] = "{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": "
                                   "null, \"low\": 0.0, \"high\": 1.0, \"log\": false}}";

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int fail(error *err)
{
    fprintf(stderr, "bench_storage: %s\n", error_text(err));
    error_free(err);
    return 1;
}

/* ---- the floor ---- */

#define SQL_TEXT(id, sql) sql,
static const char *const SQL[] = {STATEMENTS(SQL_TEXT)};

typedef struct floor_loop {
    sqlite3 *db;
    sqlite3_stmt *statements[N_STATEMENTS];
    int64_t open, number; /* id of the running trial, number of the next */
    const char *owner;
} floor_loop;

static sqlite3_stmt *statement(floor_loop *f, int id)
{
    if (!f->statements[id] &&
        sqlite3_prepare_v3(f->db, SQL[id], -1, SQLITE_PREPARE_PERSISTENT, &f->statements[id], NULL))
        fprintf(stderr, "bench_storage: %s\n", sqlite3_errmsg(f->db)), exit(1);
    return f->statements[id];
}

static void run(floor_loop *f, sqlite3_stmt *s)
{
    int code = sqlite3_step(s);
    if (code != SQLITE_DONE && code != SQLITE_ROW)
        fprintf(stderr, "bench_storage: %s\n", sqlite3_errmsg(f->db)), exit(1);
    if (s == f->statements[SQL_NEWEST_NUMBER] && code == SQLITE_ROW)
        f->number = sqlite3_column_int64(s, 0) + 1;
    sqlite3_reset(s);
}

static void floor_tell(floor_loop *f, int64_t sequence)
{
    sqlite3_stmt *s = statement(f, SQL_FINISH_TRIAL);
    sqlite3_bind_int64(s, 1, f->open);
    sqlite3_bind_text(s, 2, "COMPLETE", -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, "2026-11-23 10:00:00.000000", -1, SQLITE_STATIC);
    run(f, s);
    s = statement(f, SQL_ADD_VALUE);
    sqlite3_bind_int64(s, 1, f->open);
    sqlite3_bind_int64(s, 2, 0);
    sqlite3_bind_double(s, 3, 0.5);
    sqlite3_bind_text(s, 4, "FINITE", -1, SQLITE_STATIC);
    run(f, s);
    s = statement(f, SQL_FINISH_RECORD);
    sqlite3_bind_int64(s, 1, f->open);
    sqlite3_bind_int64(s, 2, sequence);
    sqlite3_bind_double(s, 3, 0.25);
    run(f, s);
}

static void floor_ask(floor_loop *f)
{
    sqlite3_stmt *s = statement(f, SQL_NEWEST_NUMBER);
    sqlite3_bind_int64(s, 1, 1);
    run(f, s);
    s = statement(f, SQL_ADD_TRIAL);
    sqlite3_bind_int64(s, 1, 1);
    sqlite3_bind_int64(s, 2, f->number);
    sqlite3_bind_text(s, 3, "RUNNING", -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 4, "2026-11-23 10:00:00.000000", -1, SQLITE_STATIC);
    run(f, s);
    f->open = sqlite3_last_insert_rowid(f->db);
    s = statement(f, SQL_SET_PARAM);
    for (int i = 0; i < N_PARAMS; i++) {
        sqlite3_bind_int64(s, 1, f->open);
        sqlite3_bind_text(s, 2, NAMES[i], -1, SQLITE_STATIC);
        sqlite3_bind_double(s, 3, (double)(f->number * 7919 % 99991) / 99991 / (i + 1));
        sqlite3_bind_text(s, 4, DISTRIBUTION, -1, SQLITE_STATIC);
        run(f, s);
    }
    s = statement(f, SQL_ADD_RECORD);
    sqlite3_bind_int64(s, 1, f->open);
    sqlite3_bind_int64(s, 2, -1);
    sqlite3_bind_int64(s, 3, f->number * INT64_C(0x9E3779B97F4A7C));
    sqlite3_bind_double(s, 4, 1e-6);
    sqlite3_bind_text(s, 5, f->owner, -1, SQLITE_STATIC);
    run(f, s);
}

static void floor_trials(floor_loop *f, int64_t n, bool one_transaction)
{
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || !one_transaction)
            run(f, statement(f, SQL_BEGIN));
        if (f->open)
            floor_tell(f, f->number - 1);
        floor_ask(f);
        if (i == n - 1 || !one_transaction)
            run(f, statement(f, SQL_COMMIT));
    }
}

static void floor_open(floor_loop *f, const char *path, const char *owner)
{
    error err = {0};
    storage *s;
    int64_t id;
    const storage_settings set = {0};
    if (storage_open(path, &set, &s, &err) < 0 || storage_begin(s, &err) < 0 ||
        storage_create_study(s, "s", (bool[]){false}, 1, &id, &err) < 0 ||
        storage_commit(s, &err) < 0)
        exit(fail(&err));
    storage_close(s);
    *f = (floor_loop){.owner = owner};
    if (sqlite3_open(path, &f->db) ||
        sqlite3_exec(f->db, "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF", NULL, NULL,
                     NULL))
        exit(1);
}

/* ---- hone ---- */

typedef struct hone_loop {
    study *s;
    trial open;
    bool any;
} hone_loop;

static int32_t hone_trials_of(hone_loop *h, int64_t n, bool one_transaction, error *err)
{
    int32_t status = HONE_OK;
    for (int64_t i = 0; i < n && status >= 0; i++) {
        int64_t given;
        double y = 0.5;
        told t = {.state = HONE_COMPLETE, .values = &y, .seconds = 0.25};
        if ((i == 0 || !one_transaction) && (status = study_begin(h->s, err)) < 0)
            return status;
        if (h->any && (status = study_tell(h->s, h->open.number, &t, err)) < 0)
            return status;
        status = study_ask(h->s, 1, &h->open, &given, err);
        h->any = true;
        if (status >= 0 && (i == n - 1 || !one_transaction))
            status = study_commit(h->s, err);
    }
    return status;
}

/* ---- both ---- */

typedef struct pair {
    double hone, floor; /* seconds a trial */
} pair;

static int32_t compare(hone_loop *h, floor_loop *f, int64_t n, pair *out, error *err)
{
    *out = (pair){0};
    for (int64_t done = 0; done < n; done += TURN) {
        double a = now();
        int32_t status = hone_trials_of(h, TURN, false, err);
        double b = now();
        if (status < 0)
            return status;
        floor_trials(f, TURN, false);
        out->hone += (b - a) / (double)n;
        out->floor += (now() - b) / (double)n;
    }
    return HONE_OK;
}

static void print_pair(const char *what, int64_t n, const pair *p)
{
    printf("%s, %lld durable trials: hone %.1f us a trial, floor %.1f us, ratio %.3f\n", what,
           (long long)n, 1e6 * p->hone, 1e6 * p->floor, p->hone / p->floor);
}

static int measure(const char *folder, int64_t n)
{
    static const char STUDY[] = "[study]\nname = s\nseed = 1\nstorage = hone.db\ntrials = 1000000\n"
                                "[space]\na = float 0 1\nb = float 0 1\nc = float 0 1\n"
                                "d = float 0 1\ne = float 0 1\n[strategy]\nplugin = random\n";
    const char *const dirs[] = {BUILD_DIR "/plugins"};
    config_settings settings = {.plugins = {.dirs = dirs, .n_dirs = 1, .no_probe = true}};
    error err = {0};
    config c;
    hone_loop h = {0};
    floor_loop f;
    pair young, old, bulk;
    char path[128];
    char *owner = process_identity();
    snprintf(path, sizeof path, "%s/floor.db", folder);
    if (config_read(STUDY, "s.ini", folder, &settings, &c, &err) < 0)
        return fail(&err);
    study_settings opening = {.config = &c};
    if (study_open(&opening, &h.s, &err) < 0)
        return fail(&err);
    floor_open(&f, path, owner);
    if (compare(&h, &f, TURN, &young, &err) < 0 || compare(&h, &f, n, &young, &err) < 0)
        return fail(&err);
    print_pair("new file", n, &young);

    int64_t left = MANY - n - TURN;
    double a = now();
    if (left > 0 && hone_trials_of(&h, left, true, &err) < 0)
        return fail(&err);
    double b = now();
    if (left > 0)
        floor_trials(&f, left, true);
    bulk = (pair){(b - a) / (double)left, (now() - b) / (double)left};
    if (left > 0)
        printf("without commits: hone %.1f us a trial, floor %.1f us, ratio %.3f\n",
               1e6 * bulk.hone, 1e6 * bulk.floor, bulk.hone / bulk.floor);
    if (compare(&h, &f, TURN, &old, &err) < 0 || compare(&h, &f, n, &old, &err) < 0)
        return fail(&err);
    print_pair("beyond trial 100,000", n, &old);
    printf("trial 100,000 against trial 1: hone %.3f, floor %.3f\n", old.hone / young.hone,
           old.floor / young.floor);

    study_close(h.s);
    config_free(&c);
    for (int i = 0; i < N_STATEMENTS; i++)
        sqlite3_finalize(f.statements[i]);
    sqlite3_close(f.db);
    free(owner);
    return 0;
}

int main(int argc, char **argv)
{
    char folder[] = "/var/tmp/hone_storage_XXXXXX", command[64];
    int64_t n = argc > 1 ? atoll(argv[1]) : 10000;
    if (n < TURN || !mkdtemp(folder)) {
        fprintf(stderr, "usage: bench_storage [TRIALS >= %d]\n", TURN);
        return 2;
    }
    int status = measure(folder, n - n % TURN);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 ? status : 1;
}
