/* test_postgresql.c - studies in a PostgreSQL server that the test starts: the same promises
 * as in an SQLite file, by several processes, and across a server that dies.
 * Skipped where no server is installed. */
#include "storage_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#include "postgresql.h"

#define SERVER(s)                                                                                  \
    server s;                                                                                      \
    if (!server_find(&s))                                                                          \
        cr_skip_test("no PostgreSQL server is installed");                                         \
    cr_assert(server_make(&s), "the server does not start: see %s/log", s.folder)

static void connect_fixture(fixture *f, const server *s)
{
    storage_settings set = {0};
    *f = (fixture){.sp = make_space()};
    OK(storage_open(s->url, &set, &f->s, &f->err));
}

static void close_connection(fixture *f)
{
    storage_close(f->s);
    space_free(&f->sp);
    error_free(&f->err);
}

static double answer_of(const server *s, const char *sql)
{
    char text[128];
    cr_assert(server_ask(s, sql, text, sizeof text), "%s", sql);
    return strtod(text, NULL);
}

static void round_trip(const server *s)
{
    fixture here, *f = &here;
    char *fact, *json;
    study_record *list;
    int n;
    connect_fixture(f, s);
    new_study(f, "first", 1);
    new_study(f, "second", 2);
    OK(storage_begin(f->s, &f->err));
    OK(storage_lock(f->s, f->study, &f->err));
    OK(storage_set(f->s, f->study, "k", "it's \xc3\xa4\n\\x", &f->err));
    OK(storage_set(f->s, f->study, "k", "it's \xc3\xb6\n\\x", &f->err));
    OK(storage_set_attribute(f->s, f->study, true, "a", "[1, 2]", &f->err));
    for (int64_t i = 0; i < 40; i++) {
        const double values[2] = {i == 7 ? INFINITY : 1.0 / 3 + (double)i, -1e300};
        const double constraints[1] = {-0.1 * (double)i}, noise[2] = {0.5, NAN};
        int64_t id = start_trial(f, i);
        OK(storage_report(f->s, id, 3, 0.1, &f->err));
        OK(storage_report(f->s, id, 5, NAN, &f->err));
        OK(storage_note(f->s, id, "why", 0.25, NULL, &f->err));
        trial_finish done = {.state = HONE_COMPLETE,
                             .n_values = 2,
                             .values = values,
                             .n_constraints = 1,
                             .constraints = constraints,
                             .yvar = noise,
                             .seconds = 2,
                             .sequence = i};
        OK(storage_finish(f->s, id, &done, &f->err));
        expect_failure(f, storage_finish(f->s, id, &done, &f->err), HONE_ESTATE, "finished");
    }
    OK(storage_commit(f->s, &f->err));
    OK(storage_get(f->s, f->study, "k", &fact, &f->err));
    cr_expect_str_eq(fact, "it's \xc3\xb6\n\\x");
    OK(storage_get_attribute(f->s, f->study, true, "a", &json, &f->err));
    cr_expect_str_eq(json, "[1, 2]");
    free(fact);
    free(json);
    seen v = read_from(f, 0, WITH_NOTES);
    double native[N_PARAMS];
    cr_expect_eq(v.n, 40);
    point_of(39, native);
    for (int i = 0; i < N_PARAMS; i++)
        cr_expect(v.native[i] == native[i] || (isnan(v.native[i]) && isnan(native[i])), "%s",
                  LINES[i][0]);
    cr_expect_eq(v.values[0], 1.0 / 3 + 39);
    cr_expect_eq(v.values[1], -1e300);
    cr_expect_eq(v.constraints[0], -0.1 * 39);
    cr_expect_eq(v.yvar[0], 0.5);
    cr_expect_eq(v.steps[1], 5);
    cr_expect(isnan(v.reported[1]));
    cr_expect_eq(v.copy.seed, UINT64_C(0x8000000000000000) + 39);
    cr_expect_str_eq(v.note, "why=0.25;");
    v = read_from(f, 38, 0);
    cr_expect(v.n == 2 && v.first == 38 && v.last == 39);
    OK(storage_studies(f->s, &list, &n, &f->err));
    cr_assert_eq(n, 2);
    cr_expect(list[1].n_trials == 40 && list[1].n_complete == 40 && list[1].maximize[1]);
    study_records_free(list, n);
    space back = {0};
    OK(storage_space(f->s, f->study, &back, &f->err));
    cr_expect_eq(back.n, N_PARAMS);
    space_free(&back);
    OK(storage_begin(f->s, &f->err));
    OK(storage_delete_study(f->s, f->study, &f->err));
    OK(storage_commit(f->s, &f->err));
    cr_expect_eq(answer_of(s, "SELECT count(*) FROM trial_params"), 0);
    close_connection(f);
}

/* An ask's blobs, and the newest state. */
static int32_t look_ask(void *context, const ask_record *a, error *err)
{
    (void)err;
    cr_expect(a->n == 2 && a->n_out == 1 && a->numbers[1] == INT64_MIN && isnan(a->x[1]));
    cr_expect(a->n_state == 3 && memcmp(a->state, "\0\xff\\", 3) == 0);
    ++*(int *)context;
    return HONE_OK;
}

static void asks(const server *s)
{
    fixture here, *f = &here;
    const int64_t numbers[2] = {7, INT64_MIN};
    const double x[2] = {0.1, NAN};
    int visited = 0;
    int64_t newest;
    connect_fixture(f, s);
    new_study(f, "asks", 1);
    ask_record a = {.sequence = 4,
                    .n = 2,
                    .n_out = 1,
                    .budget = -1,
                    .n_cols = 2,
                    .numbers = numbers,
                    .x = x,
                    .state = "\0\xff\\",
                    .n_state = 3};
    OK(storage_begin(f->s, &f->err));
    OK(storage_ask(f->s, f->study, &a, &f->err));
    OK(storage_commit(f->s, &f->err));
    OK(storage_asks(f->s, f->study, 0, look_ask, &visited, &f->err));
    cr_expect_eq(visited, 1);
    OK(storage_newest_state(f->s, f->study, &newest, &f->err));
    cr_expect_eq(newest, 4);
    close_connection(f);
}

/* A trial is finished under its owner's name only, and taken from the queue once. */
static void fences(const server *s)
{
    fixture here, *f = &here;
    double native[N_PARAMS], value = 1;
    int64_t queued, number, id;
    bool taken;
    connect_fixture(f, s);
    new_study(f, "fences", 1);
    point_of(0, native);
    trial_start t = {.native = native, .owner = "a:1:1"};
    trial_finish done = {.state = HONE_COMPLETE, .n_values = 1, .values = &value, .owner = "b:1:1"};
    OK(storage_begin(f->s, &f->err));
    id = start_trial(f, 0);
    OK(storage_own(f->s, id, "a:1:1", &f->err));
    OK(storage_enqueue(f->s, f->study, &f->sp, native, &queued, &number, &f->err));
    cr_expect_eq(number, 1);
    OK(storage_take(f->s, queued, &f->sp, &t, &taken, &f->err));
    cr_expect(taken);
    OK(storage_take(f->s, queued, &f->sp, &t, &taken, &f->err));
    cr_expect(!taken);
    OK(storage_commit(f->s, &f->err));
    OK(storage_begin(f->s, &f->err));
    expect_failure(f, storage_finish(f->s, id, &done, &f->err), HONE_ESTATE, "another worker's");
    done.owner = "a:1:1";
    OK(storage_finish(f->s, id, &done, &f->err));
    OK(storage_commit(f->s, &f->err));
    close_connection(f);
}

static void writer(const server *s, int64_t study, int n)
{
    fixture here, *f = &here;
    double native[N_PARAMS];
    int64_t id, number;
    connect_fixture(f, s);
    for (int i = 0; i < n; i++) {
        trial_start t = {.native = native, .ask = -1, .owner = "w:1:1"};
        point_of(i, native);
        OK(storage_begin(f->s, &f->err));
        OK(storage_lock(f->s, study, &f->err));
        OK(storage_start(f->s, study, &f->sp, &t, &id, &number, &f->err));
        finish_trial(f, id, number, (double)number);
        OK(storage_commit(f->s, &f->err));
    }
    close_connection(f);
    _exit(0);
}

static void writers(const server *s)
{
    enum { WRITERS = 8, EACH = 25 };
    fixture here, *f = &here;
    pid_t children[WRITERS];
    int how, bad = 0;
    connect_fixture(f, s);
    new_study(f, "writers", 1);
    for (int i = 0; i < WRITERS; i++)
        if ((children[i] = fork()) == 0)
            writer(s, f->study, EACH);
    for (int i = 0; i < WRITERS; i++) {
        cr_assert_eq(waitpid(children[i], &how, 0), children[i]);
        bad += how != 0;
    }
    cr_expect_eq(bad, 0);
    seen v = read_from(f, 0, 0);
    cr_expect(v.n == WRITERS * EACH && v.last == v.n - 1, "%lld, newest %lld", (long long)v.n,
              (long long)v.last);
    close_connection(f);
}

Test(postgresql, holds_what_an_sqlite_file_holds, .timeout = 120)
{
    SERVER(s);
    round_trip(&s);
    asks(&s);
    fences(&s);
    writers(&s);
    server_remove(&s);
}

Test(postgresql, a_broken_connection_is_said, .timeout = 120)
{
    fixture here, *f = &here;
    storage_settings set = {.say_lost = true};
    SERVER(s);
    connect_fixture(f, &s);
    new_study(f, "s", 1);
    server_crash(&s);
    cr_expect_lt(storage_begin(f->s, &f->err), 0);
    cr_expect(storage_lost(f->s), "%s", error_text(&f->err));
    error_free(&f->err);
    storage_close(f->s);
    cr_expect_eq(storage_open(s.url, &set, &f->s, &f->err), HONE_WAIT);
    error_free(&f->err);
    cr_assert(server_start(&s));
    OK(storage_open(s.url, &set, &f->s, &f->err));
    OK(storage_find_study(f->s, "s", &f->study, &f->err));
    cr_expect_geq(f->study, 0);
    close_connection(f);
    server_remove(&s);
}
