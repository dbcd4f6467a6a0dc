/* test_study.c - ask, tell and resume: the promises of study.h, on real plugins.
 *
 * Studies are told from outside here (no evaluator): f(x) = (x - 0.3)^2 + y. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "study.h"

static const char SPACE[] = "[space]\nx = float 0 1\ny = int 0 3\nz = float 1e-3 1 log when y = 2 3\n";

typedef struct fixture {
    char folder[64];
    config c;
    study *s;
    error err;
} fixture;

static void write_study(char *out, size_t room, const char *folder, const char *strategy,
                        const char *where, const char *more)
{
    snprintf(out, room,
             "[study]\nname = s\nseed = 11\ntrials = 40\nstorage = %s%s%s\n%s\n%s"
             "[strategy]\nplugin = %s\n",
             where[0] ? "" : folder, where[0] ? where : "/s.db", "", more, SPACE, strategy);
}

static int32_t open_fixture(fixture *f, const char *strategy, const char *where,
                            const char *more)
{
    char text[2048];
    const char *const dirs[] = {BUILD_DIR "/plugins", BUILD_DIR "/tests/support/plugins"};
    config_settings settings = {.plugins = {.dirs = dirs, .n_dirs = 2, .no_probe = true}};
    write_study(text, sizeof text, f->folder, strategy, where, more);
    int32_t status = config_read(text, "s.ini", f->folder, &settings, &f->c, &f->err);
    cr_assert_eq(status, HONE_OK, "%s", error_text(&f->err));
    study_settings opening = {.config = &f->c};
    return study_open(&opening, &f->s, &f->err);
}

static void close_fixture(fixture *f)
{
    study_close(f->s);
    config_free(&f->c);
    error_free(&f->err);
    f->s = NULL;
}

static fixture new_fixture(void)
{
    fixture f = {0};
    strcpy(f.folder, "/tmp/hone-study-XXXXXX");
    cr_assert_not_null(mkdtemp(f.folder));
    return f;
}

static void remove_folder(const fixture *f)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    cr_assert_eq(system(command), 0);
}

static double objective(const double *x)
{
    double z = isnan(x[2]) ? 0 : x[2];
    return (x[0] - 0.3) * (x[0] - 0.3) + x[1] + z;
}

/* Asks and tells n trials one by one; every `failing`th fails.  Points go to `out`, 3 a trial. */
static void work(fixture *f, int n, int failing, double *out)
{
    for (int i = 0; i < n; i++) {
        trial t;
        int64_t given;
        int32_t status = study_ask(f->s, 1, &t, &given, &f->err);
        cr_assert_geq(status, 0, "%s", error_text(&f->err));
        cr_assert_eq(given, 1);
        if (out)
            memcpy(out + 3 * t.number, t.native, 3 * sizeof *out);
        if (t.reused)
            continue;
        double y = objective(t.native);
        told what = {.state = failing && t.number % failing == 0 ? HONE_FAILED : HONE_COMPLETE,
                     .values = &y,
                     .seconds = 0.5};
        status = study_tell(f->s, t.number, &what, &f->err);
        cr_assert_eq(status, HONE_OK, "%s", error_text(&f->err));
    }
}

Test(study, asks_tells_and_knows_the_best)
{
    fixture f = new_fixture();
    double points[120];
    cr_assert_eq(open_fixture(&f, "random", "memory", ""), HONE_OK, "%s", error_text(&f.err));
    work(&f, 40, 0, points);
    history *h = study_history(f.s);
    cr_assert_eq(history_rows(h), 40);
    double best = INFINITY;
    for (int i = 0; i < 40; i++)
        best = fmin(best, objective(points + 3 * i));
    cr_assert_eq(history_values(h, history_best(h))[0], best);
    trial t;
    int64_t given;
    cr_assert_eq(study_ask(f.s, 1, &t, &given, &f.err), HONE_DONE);
    cr_assert_eq(given, 0);
    close_fixture(&f);
    remove_folder(&f);
}

Test(study, refuses_what_cannot_be_told)
{
    fixture f = new_fixture();
    trial t;
    int64_t given;
    double y = NAN;
    told what = {.state = HONE_COMPLETE, .values = &y, .seconds = NAN};
    cr_assert_eq(open_fixture(&f, "random", "memory", ""), HONE_OK);
    cr_assert_eq(study_ask(f.s, 1, &t, &given, &f.err), HONE_OK);
    cr_expect_eq(study_tell(f.s, t.number, &what, &f.err), HONE_EINVAL);
    error_free(&f.err);
    cr_expect_eq(study_tell(f.s, 17, &(told){.state = HONE_FAILED}, &f.err), HONE_ESTATE);
    cr_expect_str_eq(error_text(&f.err), "there is no trial 17");
    error_free(&f.err);
    y = 1;
    cr_expect_eq(study_tell(f.s, t.number, &what, &f.err), HONE_OK);
    cr_expect_eq(study_tell(f.s, t.number, &what, &f.err), HONE_ESTATE);
    cr_expect_str_eq(error_text(&f.err), "trial 0 is finished already");
    close_fixture(&f);
    remove_folder(&f);
}

/* The points of 30 trials in one go, and of 30 trials with the study closed after each `cut`. */
static void same_bits(const char *strategy, int cut, int failing)
{
    fixture whole = new_fixture(), cuts = new_fixture();
    double a[90], b[90];
    cr_assert_eq(open_fixture(&whole, strategy, "", ""), HONE_OK, "%s", error_text(&whole.err));
    work(&whole, 30, failing, a);
    close_fixture(&whole);
    for (int done = 0; done < 30; done += cut) {
        cr_assert_eq(open_fixture(&cuts, strategy, "", ""), HONE_OK, "%s",
                     error_text(&cuts.err));
        cr_assert_eq(study_origin_of(cuts.s)->continued, done > 0);
        work(&cuts, done + cut < 30 ? cut : 30 - done, failing, b);
        close_fixture(&cuts);
    }
    cr_expect_eq(memcmp(a, b, sizeof a), 0, "%s continued after every %d trials differs", strategy,
                 cut);
    remove_folder(&whole);
    remove_folder(&cuts);
}

Test(study, resumes_random_to_the_same_bits)
{
    same_bits("random", 7, 4);
}

Test(study, resumes_bayes_to_the_same_bits)
{
    same_bits("bayes", 7, 5);
}

/* A strategy with a state that is no function of the history: replayed ask by ask. */
Test(study, resumes_a_stateful_strategy_to_the_same_bits)
{
    same_bits("walker", 7, 4);
    same_bits("walker", 1, 0);
}

Test(study, hands_a_trial_out_again_that_was_given_back)
{
    fixture f = new_fixture();
    trial first, again;
    int64_t given;
    double point[3];
    cr_assert_eq(open_fixture(&f, "random", "", ""), HONE_OK);
    cr_assert_eq(study_ask(f.s, 1, &first, &given, &f.err), HONE_OK);
    memcpy(point, first.native, sizeof point);
    uint64_t seed = first.seed;
    close_fixture(&f);
    cr_assert_eq(open_fixture(&f, "random", "", ""), HONE_OK, "%s", error_text(&f.err));
    cr_expect_eq(study_origin_of(f.s)->n_lost, 1);
    cr_assert_eq(study_ask(f.s, 1, &again, &given, &f.err), HONE_OK);
    cr_expect_eq(again.number, 0);
    cr_expect_eq(again.seed, seed);
    cr_expect_eq(memcmp(again.native, point, sizeof point), 0);
    close_fixture(&f);
    remove_folder(&f);
}

Test(study, enqueued_points_come_first_and_count)
{
    fixture f = new_fixture();
    trial t;
    int64_t given;
    cr_assert_eq(open_fixture(&f, "random", "",
                              "[point 1]\nx = 0.25\ny = 2\nz = 0.5\n[point 2]\nx = 0.75\ny = 0\n"),
                 HONE_OK, "%s", error_text(&f.err));
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(study_ask(f.s, 1, &t, &given, &f.err), HONE_OK);
        cr_expect_eq(t.number, i);
        cr_expect_eq(t.native[0], i == 0 ? 0.25 : 0.75);
        cr_expect_eq(isnan(t.native[2]), i == 1);
        double y = objective(t.native);
        study_tell(f.s, t.number, &(told){.state = HONE_COMPLETE, .values = &y}, &f.err);
    }
    work(&f, 38, 0, NULL);
    cr_expect_eq(study_ask(f.s, 1, &t, &given, &f.err), HONE_DONE);
    close_fixture(&f);
    remove_folder(&f);
}

Test(study, answers_a_repeated_point_from_the_record)
{
    fixture f = new_fixture();
    trial t;
    int64_t given;
    double point[3] = {0.5, 1, NAN}, y = 9.25;
    cr_assert_eq(open_fixture(&f, "echo", "", ""), HONE_OK, "%s", error_text(&f.err));
    cr_assert_eq(study_ask(f.s, 1, &t, &given, &f.err), HONE_OK);
    memcpy(point, t.native, sizeof point);
    study_tell(f.s, t.number, &(told){.state = HONE_COMPLETE, .values = &y}, &f.err);
    cr_assert_eq(study_ask(f.s, 1, &t, &given, &f.err), HONE_OK);
    cr_expect(t.reused);
    cr_expect_eq(history_values(study_history(f.s), 1)[0], 9.25);
    cr_expect_eq(history_state(study_history(f.s), 1), HONE_COMPLETE);
    close_fixture(&f);
    remove_folder(&f);
}

Test(study, refuses_a_changed_study_file_and_names_what_differs)
{
    fixture f = new_fixture();
    cr_assert_eq(open_fixture(&f, "random", "", ""), HONE_OK);
    work(&f, 3, 0, NULL);
    close_fixture(&f);
    cr_assert_eq(open_fixture(&f, "sobol", "", ""), HONE_ECHANGED);
    cr_expect_not_null(strstr(error_text(&f.err), "strategy"), "%s", error_text(&f.err));
    cr_expect_not_null(strstr(error_text(&f.err), "--amend"), "%s", error_text(&f.err));
    close_fixture(&f);

    char text[2048];
    const char *const dirs[] = {BUILD_DIR "/plugins"};
    config_settings settings = {.plugins = {.dirs = dirs, .n_dirs = 1, .no_probe = true}};
    write_study(text, sizeof text, f.folder, "sobol", "", "");
    cr_assert_eq(config_read(text, "s.ini", f.folder, &settings, &f.c, &f.err), HONE_OK);
    study_settings opening = {.config = &f.c, .amend = true};
    cr_assert_eq(study_open(&opening, &f.s, &f.err), HONE_OK, "%s", error_text(&f.err));
    cr_expect_eq(history_rows(study_history(f.s)), 3);
    work(&f, 3, 0, NULL);
    close_fixture(&f);
    remove_folder(&f);
}

Test(study, intermediate_values_are_kept_and_a_repeated_step_is_not)
{
    fixture f = new_fixture();
    trial t;
    int64_t given;
    bool stop;
    const int64_t *step;
    const double *value;
    cr_assert_eq(open_fixture(&f, "random", "", ""), HONE_OK);
    cr_assert_eq(study_ask(f.s, 1, &t, &given, &f.err), HONE_OK);
    study_report(f.s, t.number, 1, 0.5, &stop, &f.err);
    study_report(f.s, t.number, 1, 0.7, &stop, &f.err);
    study_report(f.s, t.number, 3, 0.25, &stop, &f.err);
    cr_assert_eq(study_tell(f.s, t.number, &(told){.state = HONE_PRUNED}, &f.err), HONE_OK);
    close_fixture(&f);
    cr_assert_eq(open_fixture(&f, "random", "", ""), HONE_OK, "%s", error_text(&f.err));
    cr_assert_eq(history_reports(study_history(f.s), 0, &step, &value), 2);
    cr_expect_eq(step[1], 3);
    cr_expect_eq(value[1], 0.25);
    cr_expect_eq(history_state(study_history(f.s), 0), HONE_PRUNED);
    close_fixture(&f);
    remove_folder(&f);
}

/* A worker is a process: how opening the study in another one ends. */
static int32_t open_in_child(const fixture *f, const char *strategy)
{
    fixture g = {0};
    int how;
    strcpy(g.folder, f->folder);
    pid_t child = fork();
    if (child == 0) {
        int32_t status = open_fixture(&g, strategy, "", "");
        bool said = status >= 0 || strstr(error_text(&g.err), "keeps a state of its own");
        close_fixture(&g);
        _exit(said ? -status : 99);
    }
    cr_assert_eq(waitpid(child, &how, 0), child);
    cr_assert(WIFEXITED(how));
    return -WEXITSTATUS(how);
}

Test(study, strategies_with_a_state_have_one_process)
{
    fixture f = new_fixture();
    cr_assert_eq(open_fixture(&f, "cmaes", "", ""), HONE_OK, "%s", error_text(&f.err));
    cr_expect_eq(open_in_child(&f, "cmaes"), HONE_ESTORAGE);
    close_fixture(&f);
    cr_expect_eq(open_in_child(&f, "cmaes"), HONE_OK);
    remove_folder(&f);
}

Test(study, strategies_that_see_the_history_alone_share_it)
{
    fixture f = new_fixture();
    cr_assert_eq(open_fixture(&f, "random", "", ""), HONE_OK);
    cr_expect_eq(open_in_child(&f, "random"), HONE_OK);
    work(&f, 3, 0, NULL);
    close_fixture(&f);
    remove_folder(&f);
}
