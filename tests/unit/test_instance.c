/* test_instance.c - plugins at work: results checked, gaps in tables filled, columns
 * translated, parts made once, states saved, failures told in sentences.
 *
 * The plugins are those of tests/faults/bad: moody, asker, again, bowl, bent. */
#include <criterion/criterion.h>
#include <fenv.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "instance.h"
#include "text.h"

static const char SPACE[] = "[space]\n"
                            "x = float 0 10\n"
                            "y = float 1e-3 1 log\n"
                            "k = int 1 5\n"
                            "c = categorical red green blue\n";
enum { PARAMS = 4, COLUMNS = 6 };

static config cfg;
static history *past;
static surroundings around;
static instance *it;
static error problem;
static text logged;
static struct {
    char key[32];
    double value;
} notes[64];
static int n_notes;

static void keep_log(void *context, int32_t level, const char *line)
{
    (void)context, (void)level;
    text_add(&logged, "%s\n", line);
}
static const log_sink LOG = {.write = keep_log, .level = HONE_LOG_INFO};

static void keep_note(void *context, int64_t number, const char *key, double value,
                      const char *words)
{
    (void)context, (void)number, (void)words;
    cr_assert_lt(n_notes, 64);
    snprintf(notes[n_notes].key, sizeof notes[0].key, "%s", key);
    notes[n_notes++].value = value;
}

/* The newest value of a note, NaN: none. */
static double noted(const char *key)
{
    for (int i = n_notes - 1; i >= 0; i--)
        if (strcmp(notes[i].key, key) == 0)
            return notes[i].value;
    cr_expect(false, "no note '%s'", key);
    return NAN;
}

/* A study's surroundings with the strategy that `sections` describe. */
static void open_config(const char *sections)
{
    const char *dirs[] = {BUILD_DIR "/tests/faults/bad", BUILD_DIR "/plugins"};
    config_settings s = {.plugins = {.dirs = dirs, .n_dirs = 2, .no_probe = true}};
    text t = {0};
    error err = {0};
    text_add(&t, "[study]\nname = test\nseed = 3\n%s%s", SPACE, sections);
    cr_assert_eq(config_read(t.data, "test.ini", "/tmp", &s, &cfg, &err), HONE_OK, "%s",
                 error_text(&err));
    text_free(&t);
    cr_assert_eq(history_new(&cfg.space, &past, &err), HONE_OK);
    around = (surroundings){.config = &cfg,
                            .space = &cfg.space,
                            .key = rng_root(cfg.seed),
                            .log = &LOG,
                            .history = past,
                            .note = keep_note};
}

static int32_t open_instance(const char *sections)
{
    open_config(sections);
    return instance_new(&around, cfg.strategy, &it, &problem);
}

static void close_all(void)
{
    instance_free(it);
    history_free(past);
    config_free(&cfg);
    error_free(&problem);
    text_free(&logged);
    it = NULL;
    past = NULL;
    n_notes = 0;
}

TestSuite(instance, .fini = close_all, .timeout = 60);

static void finish(int64_t row, double value)
{
    outcome o = {.state = HONE_COMPLETE, .y = &value, .seconds = NAN};
    cr_assert_eq(history_finish(past, row, &o, &problem), HONE_OK);
}

/* Three trials with values; the newest is at (7.5, 0.03, 4, blue). */
static const double NEWEST[PARAMS] = {7.5, 0.03, 4, 2};
static void some_past(void)
{
    const double points[3][PARAMS] = {{1, 0.5, 2, 0}, {9, 0.002, 5, 1}, {7.5, 0.03, 4, 2}};
    for (int64_t i = 0; i < 3; i++) {
        cr_assert_eq(history_start(past, i, points[i], NAN, &problem), i);
        finish(i, (double)i);
    }
}

static hone_trials table(void)
{
    hone_trials t;
    cr_assert_eq(history_table(past, instance_view(it), 10, &t, &problem), HONE_OK);
    return t;
}

static double asked[8 * COLUMNS];
static int64_t given;
static int32_t ask(int64_t number, int64_t n)
{
    const int64_t numbers[8] = {number,     number + 1, number + 2, number + 3,
                                number + 4, number + 5, number + 6, number + 7};
    hone_trials t = table();
    return strategy_ask(it, &t, n, numbers, asked, instance_view(it)->table.n_cols, &given,
                        &problem);
}

/* ---- results are checked ---- */

Test(instance, sound_points_pass_and_repeat)
{
    double first[COLUMNS];
    cr_assert_eq(open_instance("[strategy]\nplugin = moody\n"), HONE_OK, "%s",
                 error_text(&problem));
    cr_assert_eq(instance_view(it)->table.n_cols, COLUMNS);
    cr_assert_eq(ask(5, 3), HONE_OK);
    cr_assert_eq(given, 3);
    memcpy(first, asked, sizeof first);
    cr_assert_eq(ask(5, 1), HONE_OK);
    cr_expect_arr_eq(first, asked, sizeof first);
    cr_expect_eq(instance_faults(it), 0);
    cr_expect_not(instance_has_tell(it));
    hone_trials t = table();
    cr_expect_eq(strategy_tell(it, &t, 0, NULL, &problem), HONE_OK);
}

static void replaced(const char *fault, int64_t n)
{
    char sections[128];
    snprintf(sections, sizeof sections, "[strategy]\nplugin = moody\nfault = %s\n", fault);
    cr_assert_eq(open_instance(sections), HONE_OK, "%s", error_text(&problem));
    cr_assert_eq(ask(11, n), HONE_OK);
    cr_assert_eq(given, n);
    for (int64_t i = 0; i < n; i++)
        cr_expect(view_legal(instance_view(it), asked + i * COLUMNS));
    cr_expect_eq(instance_faults(it), 1);
    cr_expect(strstr(logged.data, "strategy 'moody' proposed an illegal point for trial"), "%s",
              logged.data);
    double once[COLUMNS];
    memcpy(once, asked + (n - 1) * COLUMNS, sizeof once);
    cr_assert_eq(ask(11, n), HONE_OK);
    cr_expect_arr_eq(once, asked + (n - 1) * COLUMNS, sizeof once, "the same random point again");
}

Test(instance, nan_becomes_a_random_point)
{
    replaced("nan", 1);
}

Test(instance, a_row_that_was_not_filled_becomes_a_random_point)
{
    replaced("unfilled", 4);
}

Test(instance, out_of_range_is_no_fault_but_clipped)
{
    double native[PARAMS];
    cr_assert_eq(open_instance("[strategy]\nplugin = moody\nfault = inf\n"), HONE_OK);
    cr_assert_eq(ask(0, 1), HONE_OK);
    cr_expect_eq(instance_faults(it), 0);
    view_decode(instance_view(it), asked, native);
    cr_expect_eq(native[0], 10);
}

static void lost(const char *fault, const char *reason)
{
    char sections[128];
    snprintf(sections, sizeof sections, "[strategy]\nplugin = moody\nfault = %s\n", fault);
    cr_assert_eq(open_instance(sections), HONE_OK);
    cr_expect_eq(ask(41, 2), HONE_EFAIL);
    cr_expect_eq(given == 0 || given > 2, given != 1 && given != 2);
    cr_expect(strstr(error_text(&problem), reason), "%s", error_text(&problem));
    cr_expect(strstr(error_text(&problem), "trial 41"), "%s", error_text(&problem));
    error_free(&problem);
    cr_expect_eq(ask(42, 1), HONE_EFAIL, "used again after its failure");
    cr_expect(strstr(error_text(&problem), "not used again"), "%s", error_text(&problem));
}

Test(instance, more_points_than_asked_for)
{
    lost("many", "was asked for 2 points and says that it gave 3");
}

Test(instance, no_points_and_no_reason)
{
    lost("nothing", "was asked for 2 points and says that it gave 0");
}

Test(instance, failure_names_file_line_section_and_option)
{
    lost("fail", "test.ini:11: [strategy] fault = fail: strategy 'moody' failed in ask");
}

Test(instance, unknown_negative_status_is_a_failure)
{
    lost("unknown", "failed");
}

Test(instance, unknown_positive_status_is_fine)
{
    cr_assert_eq(open_instance("[strategy]\nplugin = moody\nfault = positive\n"), HONE_OK);
    cr_expect_eq(ask(0, 2), HONE_OK);
    cr_expect_eq(given, 2);
}

Test(instance, wait_with_fewer_points)
{
    cr_assert_eq(open_instance("[strategy]\nplugin = moody\nfault = few\n"), HONE_OK);
    cr_expect_eq(ask(0, 3), HONE_WAIT);
    cr_expect_eq(given, 2);
}

Test(instance, numeric_failure_leaves_it_usable)
{
    cr_assert_eq(open_instance("[strategy]\nplugin = moody\nfault = numeric\nevery = 2\n"),
                 HONE_OK);
    cr_expect_eq(ask(0, 1), HONE_OK);
    cr_expect_eq(ask(1, 1), HONE_ENUMERIC);
    cr_expect_eq(given, 0);
    cr_expect(strstr(error_text(&problem), "the matrix is singular"), "%s", error_text(&problem));
    cr_expect_eq(ask(2, 1), HONE_OK);
}

Test(instance, refusal_at_create_is_a_problem_of_the_file)
{
    cr_expect_eq(open_instance("[strategy]\nplugin = moody\nfault = create\n"), HONE_ECONFIG);
    cr_expect_null(it);
    cr_expect_eq(problem.status, HONE_ECONFIG);
    cr_expect(strstr(error_text(&problem), "test.ini:11: [strategy] fault = create: "), "%s",
              error_text(&problem));
    cr_expect(strstr(error_text(&problem), "not in this mood"), "%s", error_text(&problem));
}

/* ---- the process ---- */

Test(instance, rounding_is_put_back_after_the_call)
{
    cr_assert_eq(open_instance("[strategy]\nplugin = moody\nfault = rounding\n"), HONE_OK);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(ask(i, 1), HONE_OK);
        cr_expect_eq(fegetround(), FE_TONEAREST);
    }
    const char *first = strstr(logged.data, "changed the floating-point mode in ask");
    cr_assert(first, "%s", logged.data);
    cr_expect_null(strstr(first + 1, "changed the"), "said once only: %s", logged.data);
}

Test(instance, working_directory_is_looked_at_now_and_then)
{
    char before[4096], after[4096];
    cr_assert_eq(open_instance("[strategy]\nplugin = moody\nfault = folder\nevery = 1000\n"),
                 HONE_OK);
    cr_assert_eq(chdir("/tmp"), 0);
    cr_assert(getcwd(before, sizeof before));
    cr_assert_eq(ask(0, 1), HONE_OK); /* create was the first call: ask and call 1000 coincide */
    instance_free(it);
    it = NULL;
    cr_assert_eq(instance_new(&around, cfg.strategy, &it, &problem), HONE_OK);
    for (int i = 0; i < 998; i++)
        cr_assert_eq(ask(i, 1), HONE_OK);
    cr_assert_eq(ask(998, 1), HONE_OK); /* the 1000th call */
    cr_assert(getcwd(after, sizeof after));
    cr_expect_str_eq(after, before);
}

Test(instance, a_crash_says_whose_it_was)
{
    int ends[2];
    char said[1024] = "";
    cr_assert_eq(open_instance("[strategy]\nplugin = moody\nfault = crash\n"), HONE_OK);
    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        signal(SIGSEGV, SIG_DFL);
        breadcrumb_install();
        ask(77, 1);
        _exit(0);
    }
    close(ends[1]);
    ssize_t n = 0, more;
    while ((more = read(ends[0], said + n, sizeof said - 1 - (size_t)n)) > 0)
        n += more;
    int status;
    waitpid(pid, &status, 0);
    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "status %x", status);
    cr_expect(strstr(said, "hone: Segmentation fault inside strategy 'moody' ("), "%s", said);
    cr_expect(strstr(said, "moody.so) ask, trial 77;"), "%s", said);
}

/* ---- parts and columns ---- */

Test(instance, an_inner_strategy_with_other_columns_sees_the_same_past)
{
    double native[PARAMS];
    const int64_t rows[] = {0, 1, 2};
    cr_assert_eq(open_instance("[strategy]\nplugin = asker\n"), HONE_OK, "%s",
                 error_text(&problem));
    cr_assert_eq(ask(3, 1), HONE_WAIT, "an empty past");
    some_past();
    hone_trials t = table();
    cr_assert_eq(strategy_tell(it, &t, 3, rows, &problem), HONE_OK, "%s", error_text(&problem));
    cr_assert_eq(ask(3, 2), HONE_OK, "%s", error_text(&problem));
    cr_assert_eq(given, 2);
    for (int i = 0; i < 2; i++) {
        view_decode(instance_view(it), asked + i * COLUMNS, native);
        for (int k = 0; k < PARAMS; k++)
            cr_expect_float_eq(native[k], NEWEST[k], 1e-12, "%d: %g", k, native[k]);
    }
}

Test(instance, a_table_without_the_hosts_mark_is_copied)
{
    double native[PARAMS];
    int64_t number = 3;
    cr_assert_eq(open_instance("[strategy]\nplugin = asker\n"), HONE_OK);
    some_past();
    hone_trials t = table();
    t.view = NULL;
    t.n = 2; /* a plugin's own selection */
    t.n_finished = 2;
    cr_assert_eq(strategy_ask(it, &t, 1, &number, asked, COLUMNS, &given, &problem), HONE_OK, "%s",
                 error_text(&problem));
    view_decode(instance_view(it), asked, native);
    cr_expect_float_eq(native[0], 9, 1e-12);
    cr_expect_float_eq(native[1], 0.002, 1e-12);
    cr_expect_eq(native[2], 5);
    cr_expect_eq(native[3], 1);
}

Test(instance, a_past_table_is_translated_as_it_was)
{
    double native[PARAMS];
    hone_trials t;
    int64_t number = 3;
    cr_assert_eq(open_instance("[strategy]\nplugin = asker\n"), HONE_OK);
    some_past();
    cr_assert_eq(history_past(past, instance_view(it), 10, 1, 1, &t, &problem), HONE_OK);
    cr_assert_eq(strategy_ask(it, &t, 1, &number, asked, COLUMNS, &given, &problem), HONE_OK);
    view_decode(instance_view(it), asked, native);
    cr_expect_float_eq(native[0], 1, 1e-12, "%g", native[0]);
}

Test(instance, a_part_with_a_space_of_the_askers_own_speaks_native_values)
{
    cr_assert_eq(open_instance("[strategy]\nplugin = asker\nwhat = space\n"), HONE_OK);
    cr_assert_eq(ask(0, 1), HONE_OK, "%s", error_text(&problem));
    cr_expect_eq(noted("columns"), 2);
    cr_expect_eq(noted("x"), 3.25);
    cr_expect_eq(noted("k"), 3);
    cr_expect_eq(noted("released"), HONE_OK);
}

Test(instance, unit_columns_in_a_space_of_the_askers_own_are_translated)
{
    cr_assert_eq(open_instance("[strategy]\nplugin = asker\nwhat = space\ninner = moody\n"),
                 HONE_OK, "%s", error_text(&problem));
    for (int i = 0; i < 20; i++) {
        cr_assert_eq(ask(i, 1), HONE_OK, "%s", error_text(&problem));
        cr_expect(noted("x") >= 3 && noted("x") <= 5, "%g", noted("x"));
        cr_expect(noted("k") >= 1 && noted("k") <= 4 && noted("k") == floor(noted("k")));
        n_notes = 0;
    }
}

Test(instance, the_same_pair_is_the_same_part)
{
    cr_assert_eq(open_instance("[strategy]\nplugin = asker\nwhat = twice\n"), HONE_OK);
    cr_assert_eq(ask(0, 1), HONE_OK);
    cr_expect_eq(noted("same"), 1);
    cr_expect_eq(noted("other"), 1);
}

Test(instance, wrong_questions_for_parts_are_refused)
{
    cr_assert_eq(open_instance("[strategy]\nplugin = asker\nwhat = option\n"), HONE_OK);
    cr_assert_eq(ask(0, 1), HONE_OK);
    cr_expect_eq(noted("value.option"), HONE_EINVAL);
    cr_expect_eq(noted("no.option"), HONE_EINVAL);
    cr_expect_eq(noted("no.index"), HONE_EINVAL);
}

Test(instance, a_failure_of_a_part_is_told_with_its_askers)
{
    cr_assert_eq(open_instance("[strategy]\nplugin = asker\nwhat = inner\ninner = sad\n"
                               "[sad]\nplugin = moody\nfault = fail\n"),
                 HONE_OK, "%s", error_text(&problem));
    cr_assert_eq(ask(8, 1), HONE_EFAIL);
    const char *said = error_text(&problem);
    cr_expect(strstr(said, "[strategy] strategy 'asker' failed in ask, trial 8: what was asked "
                           "for did not work; before that, "),
              "%s", said);
    cr_expect(strstr(said, "[sad] fault = fail: strategy 'moody' failed in ask"), "%s", said);
    cr_expect(strstr(said, "no mood today"), "%s", said);
    cr_expect_eq(problem.n, 1);
}

/* ---- what plugins leave out ---- */

Test(instance, gaps_in_tables_are_filled)
{
    cr_assert_eq(open_instance("[strategy]\nplugin = asker\nwhat = model\n"), HONE_OK);
    some_past();
    cr_assert_eq(ask(3, 1), HONE_OK, "%s", error_text(&problem));
    const double u0 = 0.25, u1 = 0.5, u2 = 0.75;
    const double mean = 2 + u0 * u0 + 2 * u1 * u1 + 3 * u2 * u2, var = 0.1 + u0 * u0;
    cr_expect_float_eq(noted("mean"), mean, 1e-14);
    cr_expect_float_eq(noted("var"), var, 1e-14);
    cr_expect_float_eq(noted("dmean.0"), 2 * u0, 1e-8);
    cr_expect_float_eq(noted("dmean.2"), 6 * u2, 1e-8);
    cr_expect_float_eq(noted("dvar.0"), 2 * u0, 1e-8);
    cr_expect_float_eq(noted("dvar.2"), 0, 1e-8);
    cr_expect_eq(noted("draw"), HONE_OK);
    cr_expect_float_eq(noted("draw.0"), mean + sqrt(var), 1e-14);
    cr_expect_float_eq(noted("draw.1"), mean - sqrt(var), 1e-14);
    cr_expect_eq(noted("draws"), HONE_EUNSUPPORTED);
    cr_expect_eq(noted("info"), HONE_EUNSUPPORTED);
    cr_expect(isnan(noted("info.score")));
    cr_expect_float_eq(noted("value"), 3 * (1 - mean) + sqrt(var), 1e-13);
    cr_expect_float_eq(noted("da_dmean"), -3, 1e-8);
    cr_expect_float_eq(noted("da_dvar"), 0.5 / sqrt(var), 1e-8);
    cr_expect_eq(noted("two"), HONE_EUNSUPPORTED);
}

static void model_fails(const char *fault, const char *reason)
{
    char sections[256];
    snprintf(sections, sizeof sections,
             "[strategy]\nplugin = asker\nwhat = model\n[model]\nplugin = bowl\nfault = %s\n",
             fault);
    cr_assert_eq(open_instance(sections), HONE_OK, "%s", error_text(&problem));
    some_past();
    cr_expect_eq(ask(3, 1), HONE_ENUMERIC);
    cr_expect(strstr(error_text(&problem), reason), "%s", error_text(&problem));
}

Test(instance, a_model_never_says_nan)
{
    model_fails("nan", "surrogate 'bowl' predicted what is not finite");
}

Test(instance, a_model_never_says_a_negative_variance)
{
    model_fails("negative", "surrogate 'bowl' predicted a negative variance");
}

Test(instance, a_model_fills_in_everything)
{
    model_fails("unfilled", "or filled in too little");
}

Test(instance, a_model_that_fails_to_fit)
{
    model_fails("numeric", "surrogate 'bowl' failed in fit: numerical failure");
}

/* ---- states ---- */

Test(instance, a_state_goes_to_a_new_instance)
{
    void *blob;
    int64_t n;
    cr_assert_eq(open_instance("[strategy]\nplugin = asker\nwhat = twice\n"), HONE_OK);
    cr_expect(instance_stateful(it));
    for (int i = 0; i < 3; i++)
        cr_assert_eq(ask(i, 1), HONE_OK);
    cr_assert_eq(instance_save(it, &blob, &n, &problem), HONE_OK);
    cr_assert_gt(n, 0);
    instance_free(it);
    cr_assert_eq(instance_new(&around, cfg.strategy, &it, &problem), HONE_OK);
    cr_assert_eq(instance_load(it, blob, n, &problem), HONE_OK, "%s", error_text(&problem));
    cr_assert_eq(ask(3, 1), HONE_OK);
    cr_expect_eq(noted("asks"), 4);
    free(blob);
}

Test(instance, a_state_of_a_part_waits_until_the_part_is_made)
{
    void *blob;
    int64_t n;
    const char *nested = "[strategy]\nplugin = asker\nwhat = inner\ninner = second\n"
                         "[second]\nplugin = asker\nwhat = twice\n";
    cr_assert_eq(open_instance(nested), HONE_OK, "%s", error_text(&problem));
    some_past();
    for (int i = 3; i < 8; i++)
        cr_assert_eq(ask(i, 1), HONE_OK, "%s", error_text(&problem));
    cr_assert_eq(instance_save(it, &blob, &n, &problem), HONE_OK);
    cr_expect(memmem(blob, (size_t)n, "strategy/inner.0\t", 17));
    instance_free(it);
    cr_assert_eq(instance_new(&around, cfg.strategy, &it, &problem), HONE_OK);
    cr_assert_eq(instance_load(it, blob, n, &problem), HONE_OK, "%s", error_text(&problem));
    cr_assert_eq(ask(8, 1), HONE_OK, "%s", error_text(&problem));
    void *again;
    int64_t n_again;
    cr_assert_eq(instance_save(it, &again, &n_again, &problem), HONE_OK);
    cr_expect_eq(n_again, n, "both states are there again");
    free(blob);
    free(again);
}

Test(instance, damaged_states_are_refused)
{
    char *blob, *copy;
    void *saved;
    int64_t n;
    cr_assert_eq(open_instance("[strategy]\nplugin = asker\nwhat = twice\n"), HONE_OK);
    cr_assert_eq(ask(0, 1), HONE_OK);
    cr_assert_eq(instance_save(it, &saved, &n, &problem), HONE_OK);
    blob = saved;
    copy = malloc((size_t)n + 1);
    cr_assert(copy);
    for (int64_t length = 0; length < n; length++) {
        memcpy(copy, blob, (size_t)length);
        cr_expect_eq(instance_load(it, copy, length, &problem), HONE_ESTATE, "%lld bytes",
                     (long long)length);
        error_free(&problem);
    }
    for (int64_t at = 0; at < n; at++) {
        memcpy(copy, blob, (size_t)n);
        copy[at] ^= 1;
        cr_expect_eq(instance_load(it, copy, n, &problem), HONE_ESTATE, "byte %lld",
                     (long long)at);
        error_free(&problem);
    }
    free(blob);
    free(copy);
}

Test(instance, no_state_no_blob)
{
    void *blob;
    int64_t n;
    cr_assert_eq(open_instance("[strategy]\nplugin = moody\n"), HONE_OK);
    cr_expect_not(instance_stateful(it));
    cr_assert_eq(instance_save(it, &blob, &n, &problem), HONE_OK);
    cr_expect_null(blob);
    cr_expect_eq(n, 0);
}
