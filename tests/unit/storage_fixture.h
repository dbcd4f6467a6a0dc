/* storage_fixture.h - what the tests of storage share: a folder, a space of every kind of
 * parameter, trials. */
#ifndef HONE_TESTS_STORAGE_FIXTURE_H
#define HONE_TESTS_STORAGE_FIXTURE_H

#include <criterion/criterion.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage.h"

enum { X, LR, DROP, LAYERS, UNITS, KERNEL, DEGREE, SIZE, FIXED, N_PARAMS };
static const char *const LINES[N_PARAMS][2] = {
    {"x", "float -5 5"},
    {"lr", "float 1e-5 0.1 log"},
    {"drop", "float 0 1 step 0.25"},
    {"layers", "int 1 9"},
    {"units", "int 1 1024 log"},
    {"kernel", "categorical rbf linear poly"},
    {"degree", "int 2 5 when kernel = poly"},
    {"size", "ordered small medium large"},
    {"fixed", "fixed 0.1"},
};

static inline space make_space(void)
{
    space sp = {.fidelity = -1};
    error err = {0};
    for (int i = 0; i < N_PARAMS; i++)
        cr_assert_eq(space_add(&sp, LINES[i][0], LINES[i][1], "test", &err), HONE_OK, "%s",
                     error_text(&err));
    sp.n_objectives = 1;
    return sp;
}

static inline void point_of(int64_t i, double native[N_PARAMS])
{
    native[X] = -5 + 10.0 * (double)((i * 37) % 101) / 101;
    native[LR] = 1e-5 * pow(1e4, (double)((i * 53) % 97) / 97);
    native[DROP] = 0.25 * (double)(i % 5);
    native[LAYERS] = (double)(1 + i % 9);
    native[UNITS] = (double)(1 + (i * 331) % 1024);
    native[KERNEL] = (double)(i % 3);
    native[DEGREE] = i % 3 == 2 ? (double)(2 + i % 4) : NAN;
    native[SIZE] = (double)((i / 3) % 3);
    native[FIXED] = 0.1;
}

typedef struct fixture {
    char folder[64], path[128];
    storage *s;
    space sp;
    int64_t study;
    error err;
} fixture;

#define OK(call) cr_assert_eq((call), HONE_OK, "%s", error_text(&f->err))

static inline void open_storage(fixture *f, const char *schema)
{
    storage_settings set = {.optuna_schema = schema, .lock_wait = 0.3};
    OK(storage_open(f->path, &set, &f->s, &f->err));
}

static inline void new_fixture(fixture *f, const char *schema)
{
    *f = (fixture){.folder = "/tmp/hone-storage-XXXXXX"};
    cr_assert_not_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/s.db", f->folder);
    f->sp = make_space();
    open_storage(f, schema);
}

static inline void new_study(fixture *f, const char *name, int32_t n_goals)
{
    const bool goals[] = {false, true, false};
    OK(storage_begin(f->s, &f->err));
    OK(storage_create_study(f->s, name, goals, n_goals, &f->study, &f->err));
    OK(storage_commit(f->s, &f->err));
}

static inline void close_fixture(fixture *f)
{
    char command[128];
    storage_close(f->s);
    space_free(&f->sp);
    error_free(&f->err);
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    cr_assert_eq(system(command), 0);
}

/* Starts trial i in the open transaction; returns its id. */
static inline int64_t start_trial(fixture *f, int64_t i)
{
    double native[N_PARAMS];
    int64_t id, number;
    trial_start t = {.native = native,
                     .ask = i,
                     .seed = UINT64_C(0x8000000000000000) + (uint64_t)i,
                     .ask_seconds = 0.25,
                     .owner = "host:1:2"};
    point_of(i, native);
    OK(storage_start(f->s, f->study, &f->sp, &t, &id, &number, &f->err));
    cr_assert_eq(number, i);
    return id;
}

static inline void finish_trial(fixture *f, int64_t id, int64_t sequence, double value)
{
    trial_finish done = {.state = HONE_COMPLETE,
                         .n_values = 1,
                         .values = &value,
                         .seconds = 1.5,
                         .sequence = sequence};
    OK(storage_finish(f->s, id, &done, &f->err));
}

static inline void add_trials(fixture *f, int64_t from, int64_t to)
{
    OK(storage_begin(f->s, &f->err));
    for (int64_t i = from; i < to; i++)
        finish_trial(f, start_trial(f, i), i, (double)i / 7);
    OK(storage_commit(f->s, &f->err));
}

/* ---- looking at what is stored ---- */

/* The first column of the first row, by a connection of its own. */
static inline double ask_number(const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *row;
    cr_assert_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    double answer = sqlite3_step(row) == SQLITE_ROW ? sqlite3_column_double(row, 0) : NAN;
    sqlite3_finalize(row);
    sqlite3_close(db);
    return answer;
}

static inline void run_sql(const char *path, const char *sql)
{
    sqlite3 *db;
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

typedef struct seen {
    int64_t n, first, last, limit;
    bool other_space; /* its points are not kept */
    int32_t states[64];
    trial_record copy; /* of the last one: numbers only */
    double native[N_PARAMS], values[3], constraints[4], yvar[3];
    int64_t steps[8];
    double reported[8];
    char note[64], owner[64];
} seen;

static inline int32_t look(void *context, const trial_record *t, error *err)
{
    (void)err;
    seen *v = context;
    if (v->n == 0)
        v->first = t->number;
    if (v->n < 64)
        v->states[v->n] = t->state;
    v->last = t->number;
    v->n++;
    v->copy = *t;
    if (t->native && !v->other_space)
        memcpy(v->native, t->native, sizeof v->native);
    for (int i = 0; i < t->n_values && i < 3; i++) {
        v->values[i] = t->values[i];
        v->yvar[i] = t->yvar ? t->yvar[i] : NAN;
    }
    for (int i = 0; i < t->n_constraints && i < 4; i++)
        v->constraints[i] = t->constraints[i];
    for (int i = 0; i < t->n_reports && i < 8; i++) {
        v->steps[i] = t->steps[i];
        v->reported[i] = t->reported[i];
    }
    snprintf(v->owner, sizeof v->owner, "%s", t->owner ? t->owner : "");
    *v->note = '\0';
    for (int i = 0; i < t->n_notes; i++) {
        size_t used = strlen(v->note);
        snprintf(v->note + used, sizeof v->note - used, "%s=%s;", t->note_keys[i], t->note_json[i]);
    }
    return v->limit && v->n == v->limit ? HONE_DONE : HONE_OK;
}

static inline seen read_from(fixture *f, int64_t from, int flags)
{
    seen v = {0};
    OK(storage_trials(f->s, f->study, &f->sp, from, flags, look, &v, &f->err));
    return v;
}

static inline void expect_failure(fixture *f, int32_t status, int32_t wanted, const char *words)
{
    cr_assert_eq(status, wanted, "%d: %s", status, error_text(&f->err));
    cr_assert_not_null(strstr(error_text(&f->err), words), "'%s' lacks '%s'", error_text(&f->err),
                       words);
    error_free(&f->err);
}

#endif
