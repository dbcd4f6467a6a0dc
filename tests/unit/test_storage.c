/* test_storage.c - studies and trials, written and read back, in an SQLite file and in memory. */
#include "storage_fixture.h"

#include <sqlite3.h>
#include <sys/wait.h>

/* ---- helpers ---- */

/* The first column of the first row, by a connection of its own. */
static double ask_number(const char *path, const char *sql)
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

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db;
    cr_assert_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
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

static int32_t look(void *context, const trial_record *t, error *err)
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

static seen read_from(fixture *f, int64_t from, int flags)
{
    seen v = {0};
    OK(storage_trials(f->s, f->study, &f->sp, from, flags, look, &v, &f->err));
    return v;
}

static void expect_failure(fixture *f, int32_t status, int32_t wanted, const char *words)
{
    cr_assert_eq(status, wanted, "%d: %s", status, error_text(&f->err));
    cr_assert_not_null(strstr(error_text(&f->err), words), "'%s' lacks '%s'", error_text(&f->err),
                       words);
    error_free(&f->err);
}

/* ---- trials ---- */

Test(storage, a_trial_comes_back_as_it_was_written)
{
    fixture here, *f = &here;
    double native[N_PARAMS], value = -1.0 / 3, g[] = {-1, 0.5}, noise = 0.01;
    new_fixture(f, NULL);
    new_study(f, "s", 1);
    add_trials(f, 0, 2);
    OK(storage_begin(f->s, &f->err));
    int64_t id = start_trial(f, 2);
    OK(storage_report(f->s, id, 1, 0.5, &f->err));
    OK(storage_report(f->s, id, 3, INFINITY, &f->err));
    OK(storage_report(f->s, id, 2, NAN, &f->err));
    OK(storage_note(f->s, id, "mean", 0.1, NULL, &f->err));
    OK(storage_note(f->s, id, "mean", 0.2, NULL, &f->err));
    OK(storage_note(f->s, id, "reason", 0, "bad \"bytes\" \xff\n", &f->err));
    OK(storage_heartbeat(f->s, id, &f->err));
    seen v = read_from(f, 2, 0);
    cr_assert_eq(v.copy.state, HONE_RUNNING);
    cr_assert_str_eq(v.owner, "host:1:2");
    cr_assert_eq(v.copy.sequence, -1);
    trial_finish done = {.state = HONE_COMPLETE,
                         .n_values = 1,
                         .values = &value,
                         .n_constraints = 2,
                         .constraints = g,
                         .yvar = &noise,
                         .seconds = 0.75,
                         .sequence = 2};
    OK(storage_finish(f->s, id, &done, &f->err));
    OK(storage_commit(f->s, &f->err));
    storage_close(f->s);
    open_storage(f, NULL);

    v = read_from(f, 2, WITH_NOTES);
    point_of(2, native);
    cr_assert_eq(v.n, 1);
    cr_assert_eq(memcmp(v.native, native, sizeof native), 0);
    cr_assert_eq(v.copy.state, HONE_COMPLETE);
    cr_assert_eq(v.copy.number, 2);
    cr_assert_eq(v.copy.n_values, 1);
    cr_assert_eq(v.values[0], value);
    cr_assert_eq(v.copy.n_constraints, 2);
    cr_assert_eq(v.constraints[1], 0.5);
    cr_assert_eq(v.yvar[0], noise);
    cr_assert_eq(v.copy.seconds, 0.75);
    cr_assert_eq(v.copy.ask_seconds, 0.25);
    cr_assert_eq(v.copy.ask, 2);
    cr_assert_eq(v.copy.sequence, 2);
    cr_assert_eq(v.copy.seed, UINT64_C(0x8000000000000002));
    cr_assert_str_eq(v.owner, "");
    cr_assert_eq(v.copy.n_reports, 3);
    cr_assert_eq(v.steps[1], 2);
    cr_assert(isnan(v.reported[1]));
    cr_assert_eq(v.reported[2], INFINITY);
    cr_assert_str_eq(v.note, "mean=0.2;reason=\"bad \\\"bytes\\\" \\ufffd\\n\";");
    cr_assert_eq(read_from(f, 0, 0).n, 3);
    cr_assert_eq(read_from(f, 1, 0).first, 1);
    cr_assert_eq(read_from(f, 3, 0).n, 0);
    close_fixture(f);
}

Test(storage, states_and_infinite_values)
{
    fixture here, *f = &here;
    const double values[] = {INFINITY, -INFINITY}, nothing[] = {NAN, NAN};
    const int32_t states[] = {HONE_COMPLETE, HONE_FAILED, HONE_PRUNED};
    new_fixture(f, NULL);
    new_study(f, "s", 2);
    OK(storage_begin(f->s, &f->err));
    for (int i = 0; i < 3; i++) {
        trial_finish done = {.state = states[i],
                             .n_values = 2,
                             .sequence = i,
                             .seconds = NAN,
                             .values = i == 0 ? values : nothing};
        OK(storage_finish(f->s, start_trial(f, i), &done, &f->err));
    }
    start_trial(f, 3);
    OK(storage_commit(f->s, &f->err));
    seen v = read_from(f, 0, 0);
    cr_assert_eq(v.n, 4);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(v.states[i], states[i]);
    cr_assert_eq(v.states[3], HONE_RUNNING);
    cr_assert_eq(v.values[0], INFINITY);
    cr_assert_eq(v.values[1], -INFINITY);
    cr_assert_eq(ask_number(f->path, "SELECT count(*) FROM trial_values"), 2);
    cr_assert_eq(read_from(f, 0, ONLY_FINISHED).n, 3);
    close_fixture(f);
}

Test(storage, a_trial_finishes_once)
{
    fixture here, *f = &here;
    double value = 1;
    trial_finish done = {.state = HONE_COMPLETE, .n_values = 1, .values = &value, .sequence = 0};
    new_fixture(f, NULL);
    new_study(f, "s", 1);
    OK(storage_begin(f->s, &f->err));
    int64_t id = start_trial(f, 0);
    OK(storage_finish(f->s, id, &done, &f->err));
    expect_failure(f, storage_finish(f->s, id, &done, &f->err), HONE_ESTATE,
                   "trial 0 is finished already");
    expect_failure(f, storage_finish(f->s, 99, &done, &f->err), HONE_ESTORAGE, "deleted");
    storage_rollback(f->s);
    cr_assert_eq(read_from(f, 0, 0).n, 0);
    close_fixture(f);
}

Test(storage, writing_needs_a_transaction)
{
    fixture here, *f = &here;
    new_fixture(f, NULL);
    expect_failure(f, storage_set(f->s, 1, "k", "v", &f->err), HONE_ESTATE, "transaction");
    OK(storage_begin(f->s, &f->err));
    expect_failure(f, storage_begin(f->s, &f->err), HONE_ESTATE, "open already");
    close_fixture(f); /* an open transaction is undone */
}

Test(storage, enqueued_trials_are_taken_once)
{
    fixture here, *f = &here;
    double native[N_PARAMS], kept[N_PARAMS];
    int64_t id, number;
    bool taken;
    new_fixture(f, NULL);
    new_study(f, "s", 1);
    add_trials(f, 0, 1);
    point_of(5, native);
    OK(storage_begin(f->s, &f->err));
    OK(storage_enqueue(f->s, f->study, &f->sp, native, &id, &number, &f->err));
    cr_assert_eq(number, 1);
    start_trial(f, 2);
    OK(storage_commit(f->s, &f->err));
    seen v = read_from(f, 1, 0);
    cr_assert_eq(v.states[0], TRIAL_WAITING);
    v = (seen){.limit = 1};
    OK(storage_trials(f->s, f->study, &f->sp, 1, 0, look, &v, &f->err));
    cr_assert_eq(memcmp(v.native, native, sizeof native), 0);
    cr_assert_null(v.copy.started);
    trial_start t = {.native = native, .ask = -1, .seed = 7, .ask_seconds = NAN};
    OK(storage_begin(f->s, &f->err));
    OK(storage_take(f->s, id, &f->sp, &t, &taken, &f->err));
    cr_assert(taken);
    OK(storage_take(f->s, id, &f->sp, &t, &taken, &f->err));
    cr_assert(!taken);
    OK(storage_commit(f->s, &f->err));
    v = (seen){.limit = 1};
    OK(storage_trials(f->s, f->study, &f->sp, 1, 0, look, &v, &f->err));
    cr_assert_eq(v.copy.state, HONE_RUNNING);
    memcpy(kept, v.native, sizeof kept);
    cr_assert_eq(memcmp(kept, native, sizeof kept), 0);
    cr_assert_eq(v.copy.seed, 7);
    close_fixture(f);
}

Test(storage, a_number_is_the_newest_one_plus_one)
{
    fixture here, *f = &here;
    new_fixture(f, NULL);
    new_study(f, "s", 1);
    add_trials(f, 0, 3);
    run_sql(f->path, "DELETE FROM trials WHERE number = 1"); /* a count would now repeat 2 */
    add_trials(f, 3, 4);
    cr_assert_eq(read_from(f, 0, 0).last, 3);
    close_fixture(f);
}

/* ---- studies ---- */

Test(storage, studies_are_listed_found_and_deleted)
{
    fixture here, *f = &here;
    study_record *list;
    int n;
    int64_t id, first;
    char *value;
    new_fixture(f, NULL);
    new_study(f, "one", 1);
    first = f->study;
    add_trials(f, 0, 5);
    new_study(f, "two", 2);
    add_trials(f, 0, 3);
    OK(storage_begin(f->s, &f->err));
    OK(storage_set(f->s, f->study, "k", "v1", &f->err));
    OK(storage_set(f->s, f->study, "k", "v2", &f->err));
    OK(storage_set_attribute(f->s, f->study, true, "study:metric_names", "[\"a\", \"b\"]",
                             &f->err));
    expect_failure(f, storage_create_study(f->s, "two", (bool[]){true}, 1, &id, &f->err),
                   HONE_ESTORAGE, "has a study 'two' already");
    OK(storage_commit(f->s, &f->err));
    OK(storage_get(f->s, f->study, "k", &value, &f->err));
    cr_assert_str_eq(value, "v2");
    free(value);
    OK(storage_get(f->s, first, "k", &value, &f->err));
    cr_assert_null(value);

    OK(storage_studies(f->s, &list, &n, &f->err));
    cr_assert_eq(n, 2);
    cr_assert_str_eq(list[1].name, "two");
    cr_assert_eq(list[1].n_goals, 2);
    cr_assert(!list[1].maximize[0] && list[1].maximize[1]);
    cr_assert_eq(list[0].n_trials, 5);
    cr_assert_eq(list[0].n_complete, 5);
    cr_assert_eq(strlen(list[0].created), 26, "%s", list[0].created);
    study_records_free(list, n);

    OK(storage_begin(f->s, &f->err));
    OK(storage_delete_study(f->s, f->study, &f->err));
    OK(storage_commit(f->s, &f->err));
    OK(storage_find_study(f->s, "two", &id, &f->err));
    cr_assert_eq(id, -1);
    OK(storage_find_study(f->s, "one", &id, &f->err));
    cr_assert_eq(id, first);
    cr_assert_eq(ask_number(f->path, "SELECT count(*) FROM trial_params"),
                 41); /* 8, and 9 with degree */
    cr_assert_eq(ask_number(f->path, "SELECT count(*) FROM hone_trials"), 5);
    close_fixture(f);
}

Test(storage, the_space_is_read_back)
{
    fixture here, *f = &here;
    space back;
    new_fixture(f, NULL);
    new_study(f, "s", 2);
    f->sp.n_constraints = 3;
    add_trials(f, 0, 6);
    OK(storage_space(f->s, f->study, &back, &f->err));
    cr_assert_eq(back.n, N_PARAMS);
    cr_assert_eq(back.n_objectives, 2);
    cr_assert_eq(back.n_constraints, 3);
    for (int i = 0; i < N_PARAMS; i++) {
        char *was = space_describe(&f->sp, i), *is = space_describe(&back, i);
        cr_assert_str_eq(was, is);
        free(was);
        free(is);
    }
    space_free(&back);
    /* Without our own description, from the distributions: no conditions, no order. */
    run_sql(f->path, "DELETE FROM hone_study WHERE key = 'space'");
    OK(storage_space(f->s, f->study, &back, &f->err));
    cr_assert_eq(back.n, N_PARAMS);
    int32_t lr = space_index(&back, "lr"), drop = space_index(&back, "drop");
    cr_assert(back.params[lr].flags & HONE_PARAM_LOG);
    cr_assert_eq(back.params[lr].low, 1e-5);
    cr_assert_eq(back.params[drop].step, 0.25);
    cr_assert_str_eq(back.params[space_index(&back, "kernel")].choices[2], "poly");
    cr_assert_eq(back.params[space_index(&back, "degree")].parent, -1);
    space_free(&back);
    close_fixture(f);
}

Test(storage, another_distribution_is_refused)
{
    fixture here, *f = &here;
    space other = {.fidelity = -1};
    double native[] = {0.5};
    int64_t id, number;
    seen v = {.other_space = true};
    trial_start t = {.native = native, .ask = -1};
    new_fixture(f, NULL);
    new_study(f, "s", 1);
    add_trials(f, 0, 2);
    OK(space_add(&other, "lr", "float 1e-3 1", "test", &f->err));
    expect_failure(f, storage_trials(f->s, f->study, &other, 0, 0, look, &v, &f->err),
                   HONE_ESTORAGE, "parameter 'lr' is stored as {");
    OK(storage_begin(f->s, &f->err));
    expect_failure(f, storage_start(f->s, f->study, &other, &t, &id, &number, &f->err),
                   HONE_ESTORAGE, "\"high\": 0.1, \"log\": true}}, but it is {");
    storage_rollback(f->s);
    space_free(&other);
    OK(space_add(&other, "lr", "float 1e-9 1e9 log", "test", &f->err)); /* bounds may differ */
    OK(storage_trials(f->s, f->study, &other, 0, 0, look, &v, &f->err));
    space_free(&other);
    OK(space_add(&other, "kernel", "categorical linear rbf poly", "test", &f->err));
    expect_failure(f, storage_trials(f->s, f->study, &other, 0, 0, look, &v, &f->err),
                   HONE_ESTORAGE, "parameter 'kernel'");
    space_free(&other);
    close_fixture(f);
}

/* ---- asks ---- */

static int32_t check_ask(void *context, const ask_record *a, error *err)
{
    (void)err;
    int64_t *n = context;
    cr_assert_eq(a->sequence, *n + 1);
    cr_assert_eq(a->n, 2);
    cr_assert_eq(a->n_out, a->sequence == 2 ? 0 : 2);
    cr_assert_eq(a->status, a->sequence == 2 ? HONE_ENUMERIC : HONE_OK);
    cr_assert_eq(a->numbers[1], 10 * a->sequence + 1);
    if (a->n_out)
        cr_assert_eq(a->x[5], (double)a->sequence / 3);
    cr_assert_eq(a->state != NULL, a->sequence == 3);
    if (a->state)
        cr_assert(a->n_state == 5 && memcmp(a->state, "new\0!", 5) == 0);
    (*n)++;
    return HONE_OK;
}

Test(storage, asks_are_kept_in_order_with_the_newest_state)
{
    fixture here, *f = &here;
    int64_t newest, n = 0;
    new_fixture(f, NULL);
    new_study(f, "s", 1);
    OK(storage_newest_state(f->s, f->study, &newest, &f->err));
    cr_assert_eq(newest, -1);
    OK(storage_begin(f->s, &f->err));
    for (int64_t i = 0; i < 4; i++) {
        int64_t numbers[] = {10 * i, 10 * i + 1};
        double x[6] = {0, 0, 0, 0, 0, (double)i / 3};
        ask_record a = {.sequence = i,
                        .n = 2,
                        .n_out = i == 2 ? 0 : 2,
                        .n_rows = i,
                        .n_finished = i,
                        .budget = 9,
                        .n_cols = 3,
                        .numbers = numbers,
                        .x = x,
                        .status = i == 2 ? HONE_ENUMERIC : HONE_OK,
                        .state = i == 1   ? "old"
                                 : i == 3 ? "new\0!"
                                          : NULL,
                        .n_state = i == 1   ? 3
                                   : i == 3 ? 5
                                            : 0};
        OK(storage_ask(f->s, f->study, &a, &f->err));
    }
    OK(storage_commit(f->s, &f->err));
    OK(storage_newest_state(f->s, f->study, &newest, &f->err));
    cr_assert_eq(newest, 3);
    OK(storage_asks(f->s, f->study, 1, check_ask, &n, &f->err));
    cr_assert_eq(n, 3);
    close_fixture(f);
}

/* ---- several programs ---- */

Test(storage, changes_by_others_are_noticed)
{
    fixture here, *f = &here;
    int64_t mark = 0;
    bool changed;
    new_fixture(f, NULL);
    new_study(f, "s", 1);
    OK(storage_changed(f->s, &mark, &changed, &f->err));
    cr_assert(changed, "nothing was seen before");
    add_trials(f, 0, 2);
    OK(storage_changed(f->s, &mark, &changed, &f->err));
    cr_assert(!changed, "our own changes do not count");
    run_sql(f->path, "INSERT INTO trials (number, study_id, state) VALUES (2, 1, 'RUNNING')");
    OK(storage_changed(f->s, &mark, &changed, &f->err));
    cr_assert(changed);
    seen v = read_from(f, 2, 0);
    cr_assert_eq(v.copy.sequence, -1);
    cr_assert_eq(v.copy.seed, 0);
    OK(storage_begin(f->s, &f->err));
    OK(storage_adopt(f->s, v.copy.id, 17, &f->err));
    OK(storage_commit(f->s, &f->err));
    cr_assert_eq(read_from(f, 2, 0).copy.sequence, 17);
    close_fixture(f);
}

Test(storage, a_study_has_one_running_process)
{
    fixture here, *f = &here;
    int state;
    new_fixture(f, NULL);
    new_study(f, "s", 1);
    OK(storage_claim(f->s, f->study, &f->err));
    pid_t child = fork();
    if (child == 0) {
        storage *s;
        error err = {0};
        storage_settings set = {0};
        int32_t status = storage_open(f->path, &set, &s, &err);
        status = status < 0 ? status : storage_claim(s, f->study, &err);
        char pid[32];
        snprintf(pid, sizeof pid, "process %ld runs", (long)getppid());
        _exit(status == HONE_ESTORAGE && strstr(error_text(&err), pid) ? 0 : 1);
    }
    cr_assert_eq(waitpid(child, &state, 0), child);
    cr_assert_eq(state, 0, "the claim of a living process was taken");
    OK(storage_begin(f->s, &f->err));
    OK(storage_set(f->s, f->study, "owner", "nowhere.example:17:42", &f->err));
    int64_t id = start_trial(f, 0);
    OK(storage_own(f->s, id, "nowhere.example:17:42", &f->err));
    OK(storage_commit(f->s, &f->err));
    OK(storage_claim(f->s, f->study, &f->err)); /* a file that came from another host */
    seen v = read_from(f, 0, 0);
    cr_assert(!process_alive(v.owner), "%s", v.owner);
    storage_release(f->s, f->study);
    char *owner;
    OK(storage_get(f->s, f->study, "owner", &owner, &f->err));
    cr_assert_null(owner);
    close_fixture(f);
}

Test(storage, processes_have_names)
{
    char *mine = process_identity(), name[300];
    cr_assert(process_alive(mine), "%s", mine);
    char *start = strrchr(mine, ':');
    snprintf(name, sizeof name, "%.*s:1", (int)(start - mine), mine);
    cr_assert(!process_alive(name), "the number was given to another process");
    snprintf(name, sizeof name, "%.*s:0:0", (int)strcspn(mine, ":"), mine);
    cr_assert(!process_alive(name));
    cr_assert(!process_alive("nonsense"));
    cr_assert(process_alive("nowhere.example:1:1"), "another host: not known to be dead");
    free(mine);
}

Test(storage, a_child_process_does_not_use_the_connection)
{
    fixture here, *f = &here;
    int state;
    new_fixture(f, NULL);
    new_study(f, "s", 1);
    add_trials(f, 0, 3);
    pid_t child = fork();
    if (child == 0) {
        error err = {0};
        int32_t status = storage_begin(f->s, &err);
        storage_close(f->s);
        _exit(status == HONE_ESTATE ? 0 : 1);
    }
    cr_assert_eq(waitpid(child, &state, 0), child);
    cr_assert_eq(state, 0);
    add_trials(f, 3, 6);
    cr_assert_eq(read_from(f, 0, 0).n, 6);
    close_fixture(f);
}

/* ---- memory ---- */

Test(storage, memory_keeps_numbers_and_states)
{
    fixture here = {.sp = make_space()}, *f = &here;
    storage_settings set = {0};
    double value = 1;
    int64_t id, number, other;
    bool taken;
    char *fact;
    trial_finish done = {.state = HONE_COMPLETE, .n_values = 1, .values = &value};
    OK(storage_open("memory", &set, &f->s, &f->err));
    new_study(f, "a", 1);
    add_trials(f, 0, 3000);
    new_study(f, "b", 1);
    add_trials(f, 0, 2);
    OK(storage_begin(f->s, &f->err));
    other = start_trial(f, 2);
    OK(storage_finish(f->s, other, &done, &f->err));
    expect_failure(f, storage_finish(f->s, other, &done, &f->err), HONE_ESTATE,
                   "trial 2 is finished");
    storage_rollback(f->s);
    double native[N_PARAMS];
    point_of(0, native);
    trial_start t = {.native = native};
    OK(storage_begin(f->s, &f->err));
    OK(storage_enqueue(f->s, f->study, &f->sp, native, &id, &number, &f->err));
    cr_assert_eq(number, 2, "the rollback gave the number back");
    OK(storage_take(f->s, id, &f->sp, &t, &taken, &f->err));
    cr_assert(taken);
    OK(storage_take(f->s, id, &f->sp, &t, &taken, &f->err));
    cr_assert(!taken);
    OK(storage_set(f->s, f->study, "k", "v", &f->err));
    OK(storage_commit(f->s, &f->err));
    OK(storage_get(f->s, f->study, "k", &fact, &f->err));
    cr_assert_str_eq(fact, "v");
    free(fact);
    study_record *list;
    int n;
    OK(storage_studies(f->s, &list, &n, &f->err));
    cr_assert(n == 2 && list[0].n_trials == 3000 && list[1].n_complete == 2);
    study_records_free(list, n);
    OK(storage_claim(f->s, f->study, &f->err));
    cr_assert_eq(read_from(f, 0, 0).n, 0);
    OK(storage_begin(f->s, &f->err));
    OK(storage_delete_study(f->s, f->study, &f->err));
    OK(storage_commit(f->s, &f->err));
    OK(storage_find_study(f->s, "b", &id, &f->err));
    cr_assert_eq(id, -1);
    storage_close(f->s);
    space_free(&f->sp);
    set.must_exist = true;
    expect_failure(f, storage_open("memory", &set, &f->s, &f->err), HONE_ESTORAGE, "memory");
}
