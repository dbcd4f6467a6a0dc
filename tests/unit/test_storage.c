/* test_storage.c - studies and trials, written and read back. */
#include "storage_fixture.h"

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
