/* test_owner.c - several programs and one storage: changes, claims, children; and studies in
 * memory, which have one program. */
#include "storage_fixture.h"

#include <sys/wait.h>

/* ---- several programs ---- */

Test(owner, changes_by_others_are_noticed)
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

Test(owner, a_study_has_one_running_process)
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

Test(owner, processes_have_names)
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

Test(owner, a_child_process_does_not_use_the_connection)
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

Test(storage_memory, memory_keeps_numbers_and_states)
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
