/* test_library.c - libhone as an embedding program meets it: opening, asking, telling, and every
 * way to ask for what is not there; and the JSON-lines session over it. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hone.h"
#include "session.h"

static const char *const DIRS[] = {BUILD_DIR "/plugins", NULL};

static int said;
static void count_line(void *context, int32_t level, const char *line)
{
    cr_expect(context == &said && level <= HONE_LOG_ERROR && *line);
    said++;
}

static hone_study *open_text(const char *text)
{
    hone_study *s;
    hone_open_settings settings = {.size = sizeof settings, .plugin_dirs = DIRS, .log = count_line,
                                   .context = &said};
    cr_assert_eq(hone_open_text(text, "/tmp", &settings, &s), HONE_OK, "%s", hone_message(s));
    return s;
}

static const char TWO[] = "[study]\nstorage = memory\ntrials = 6\nobjectives = cost gain\n"
                          "goal = minimize maximize\nconstraints = 1\n"
                          "[space]\nx = float 0 1\nn = int 1 9\nk = categorical a b\n"
                          "w = float 1 2 when k = b\n[strategy]\nplugin = random\n";
static const char ONE[] = "[study]\nstorage = memory\ntrials = 3\ngoal = maximize\n"
                          "[space]\nx = float 0 1\n[strategy]\nplugin = random\n";

Test(library, one_objective_from_begin_to_end)
{
    hone_study *s = open_text(ONE);
    hone_trial *t, *second;
    int32_t stop;
    cr_expect_eq(hone_best(s), -1);
    cr_expect(isnan(hone_best_value(s, 0)));
    cr_assert_eq(hone_ask(s, &t), HONE_OK);
    cr_assert_eq(hone_ask(s, &second), HONE_OK);
    cr_expect_eq(hone_number(t), 0);
    cr_expect_neq(hone_seed(t), hone_seed(second));
    cr_expect(hone_pending(s, 1) == second);
    cr_expect_null(hone_pending(s, 7));
    cr_expect_eq(strtod(hone_get_text(t, "x"), NULL), hone_get(t, "x"));
    cr_expect(isnan(hone_get(t, "nothing")));
    cr_expect_str_empty(hone_get_text(t, "nothing"));
    cr_assert_eq(hone_report(t, 1, 0.5, &stop), HONE_OK);
    cr_expect_eq(stop, 0);
    cr_assert_eq(hone_tell(t, 0.25), HONE_OK);
    cr_assert_eq(hone_tell(second, 0.75), HONE_OK);
    cr_expect_eq(hone_best(s), 1, "the goal is to maximize");
    cr_expect_eq(hone_best_value(s, 0), 0.75);
    cr_assert_eq(hone_ask(s, &t), HONE_OK);
    cr_assert_eq(hone_tell_failed(t, "no licence"), HONE_OK);
    cr_expect_eq(hone_trial_state(s, 2), HONE_FAILED);
    cr_expect_eq(hone_ask(s, &t), HONE_DONE);
    cr_expect_null(t);
    cr_expect_eq(hone_count(s), 3);
    hone_close(s);
}

Test(library, several_objectives_and_constraints)
{
    hone_study *s = open_text(TWO);
    hone_trial *t;
    const double values[] = {1, 2}, none[] = {1, NAN}, broken[] = {0.5};
    cr_expect_eq(hone_n_objectives(s), 2);
    cr_expect_eq(hone_n_constraints(s), 1);
    cr_expect_eq(hone_n_params(s), 4);
    cr_expect_str_eq(hone_param_name(s, 2), "k");
    cr_expect_eq(hone_param_type(s, 1), HONE_INT);
    cr_assert_eq(hone_ask(s, &t), HONE_OK);
    cr_expect_eq(hone_tell(t, 1), HONE_EINVAL);
    cr_expect(strstr(hone_message(s), "hone_tell_values"), "%s", hone_message(s));
    cr_assert_eq(hone_ask(s, &t), HONE_OK);
    cr_expect_eq(hone_tell_values(t, values, broken), HONE_OK, "%s", hone_message(s));
    cr_assert_eq(hone_ask(s, &t), HONE_OK);
    cr_expect_eq(hone_tell_values(t, none, NULL), HONE_OK, "not finite: the trial failed");
    cr_expect_eq(hone_trial_state(s, 2), HONE_FAILED);
    cr_assert_eq(hone_ask(s, &t), HONE_OK);
    cr_expect_eq(hone_tell_pruned(t), HONE_OK);
    cr_expect_eq(hone_trial_state(s, 3), HONE_PRUNED);
    cr_expect_eq(hone_trial_value(s, 1, 1), 2, "in the user's direction");
    hone_close(s);
}

Test(library, what_is_not_there_has_an_answer)
{
    hone_study *s = open_text(TWO);
    cr_expect_eq(hone_trial_state(s, 99), -1);
    cr_expect(isnan(hone_trial_value(s, 99, 0)));
    cr_expect(isnan(hone_trial_value(s, 0, 5)));
    cr_expect(isnan(hone_trial_param(s, 99, "x")));
    cr_expect_str_empty(hone_param_name(s, 99));
    cr_expect_eq(hone_param_type(s, -1), -1);
    cr_expect_str_empty(hone_trial_text(s, 0, 99));
    hone_close(s);
    hone_close(NULL);
    cr_expect_str_eq(hone_message(NULL), "out of memory");
    cr_expect(*hone_version());
}

Test(library, a_study_that_did_not_open_says_why_and_stays_harmless)
{
    hone_study *s;
    hone_trial *t;
    cr_expect_eq(hone_open("/nonexistent/study.ini", NULL, &s), HONE_ECONFIG);
    cr_expect(strstr(hone_message(s), "/nonexistent/study.ini"), "%s", hone_message(s));
    cr_expect_eq(hone_ask(s, &t), HONE_ESTATE);
    cr_expect_null(hone_pending(s, 0));
    cr_expect_eq(hone_best(s), -1);
    cr_expect_eq(hone_count(s), 0);
    cr_expect_eq(hone_trial_state(s, 0), -1);
    cr_expect(isnan(hone_trial_value(s, 0, 0)) && isnan(hone_trial_param(s, 0, "x")));
    hone_close(s);
    cr_expect_eq(hone_open_text("[space]\nx = flaot 0 1\n", NULL, NULL, &s), HONE_ECONFIG);
    cr_expect(strstr(hone_message(s), "did you mean 'float'"), "%s", hone_message(s));
    hone_close(s);
}

/* --set of the library, a changed file, and leave to go on with it. */
Test(library, settings_are_the_programs_flags)
{
    char folder[] = "/tmp/hone-library-XXXXXX", text[512], command[64];
    const char *const set[] = {"strategy.plugin=sobol", "study.trials=4", NULL};
    hone_open_settings settings = {.size = sizeof settings, .plugin_dirs = DIRS, .set = set};
    hone_study *s;
    hone_trial *t;
    cr_assert(mkdtemp(folder));
    snprintf(text, sizeof text, "[study]\nname = s\nstorage = kept.db\n[space]\nx = float 0 1\n");
    cr_assert_eq(hone_open_text(text, folder, &settings, &s), HONE_OK, "%s", hone_message(s));
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(hone_ask(s, &t), HONE_OK);
        cr_assert_eq(hone_tell(t, hone_get(t, "x")), HONE_OK);
    }
    cr_assert_eq(hone_ask(s, &t), HONE_OK);
    hone_close(s); /* one is open */
    snprintf(text, sizeof text, "[study]\nname = s\nstorage = kept.db\n[space]\nx = float 0 2\n");
    cr_expect_eq(hone_open_text(text, folder, &settings, &s), HONE_ECHANGED);
    cr_expect(strstr(hone_message(s), "x"), "%s", hone_message(s));
    hone_close(s);
    settings.amend = 1;
    cr_expect_eq(hone_open_text(text, folder, &settings, &s), HONE_OK, "%s", hone_message(s));
    cr_expect_eq(hone_count(s), 3);
    hone_close(s);
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

/* What the session answers to a line. */
static void expect_answer(hone_study *s, const char *line, const char *part)
{
    bool closed = false;
    char *out = session_answer(s, line, strlen(line), &closed);
    cr_expect(out && strstr(out, part), "%s: %s, not %s", line, out, part);
    free(out);
}

Test(session, several_objectives_and_constraints)
{
    hone_study *s = open_text(TWO);
    expect_answer(s, "{\"op\":\"best\"}", "{\"number\":null}");
    expect_answer(s, "{\"op\":\"ask\",\"n\":2}", "\"number\":1");
    expect_answer(s, "{\"op\":\"tell\",\"number\":0,\"value\":1}", "one finite number an objective");
    expect_answer(s, "{\"op\":\"tell\",\"number\":0,\"values\":[1,2],\"constraints\":[0.5,1]}",
                  "one finite number a constraint");
    expect_answer(s, "{\"op\":\"tell\",\"number\":0,\"values\":[1,2],\"constraints\":[-0.5]}",
                  "\"ok\":true");
    expect_answer(s, "{\"op\":\"tell\",\"number\":1,\"values\":[1,1e999]}", "error");
    expect_answer(s, "{\"op\":\"tell\",\"number\":1,\"state\":\"failed\"}", "\"ok\":true");
    expect_answer(s, "{\"op\":\"ask\",\"n\":10001}", "from 1 to 10000");
    expect_answer(s, "{\"op\":\"ask\",\"n\":9}", "\"done\":true");
    expect_answer(s, "{\"op\":\"ask\",\"op\":\"ask\"}", "duplicate");
    hone_close(s);
}
