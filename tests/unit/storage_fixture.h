/* storage_fixture.h - what the tests of storage share: a folder, a space of every kind of
 * parameter, trials. */
#ifndef HONE_TESTS_STORAGE_FIXTURE_H
#define HONE_TESTS_STORAGE_FIXTURE_H

#include <criterion/criterion.h>
#include <math.h>
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

#endif
