/* test_evaluate.c - evaluations in worker processes and in this one: values, every kind of
 * death, timeouts, reports, several at once, and nothing left behind. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evaluation.h"
#include "reap.h"
#include "text.h"

#define BAD_LIBRARY BUILD_DIR "/tests/faults/bad/objective.so"
static const char SPACE[] = "[space]\nx = float -9 9\ny = float -9 9\n";
static const double POINT[] = {1.5, -0.25};

/* A study around one function of the library; `more` are further keys of [objective]. */
static void open_function(laboratory *l, const char *function, const char *more, int64_t workers)
{
    char study[1000];
    snprintf(study, sizeof study,
             "%s[objective]\nplugin = function\nlibrary = " BAD_LIBRARY "\nsymbol = %s\n%s\n",
             SPACE, function, more);
    laboratory_begin(l);
    cr_assert_eq(laboratory_open(l, study, workers), HONE_OK, "%s", error_text(&l->err));
}

static void close_clean(laboratory *l)
{
    laboratory_close(l);
    cr_assert_eq(children_count(), 0, "no process is left");
}

/* The reason of a failure of this function, and whether the worker was lost with it. */
static void fails(const char *function, const char *more, const char *reason, bool lost)
{
    laboratory l;
    open_function(&l, function, more, 1);
    for (int i = 0; i < 2; i++) { /* the second time in a new worker */
        evaluation e = laboratory_try(&l, i, POINT);
        cr_assert_eq(e.state, HONE_FAILED, "%s", function);
        cr_assert(e.reason && strcmp(e.reason, reason) == 0, "%s: '%s'", function, e.reason);
        cr_assert_eq(e.lost, lost, "%s", function);
        cr_assert(isnan(e.y[0]));
        evaluation_free(&e);
    }
    close_clean(&l);
}

Test(evaluate, a_value, .timeout = 30)
{
    static const char *const isolation[] = {"isolation = process", "isolation = none"};
    for (int i = 0; i < 2; i++) {
        laboratory l;
        open_function(&l, "sum", isolation[i], 1);
        for (int n = 0; n < 3; n++) {
            evaluation e = laboratory_try(&l, n, POINT);
            cr_assert(e.state == HONE_COMPLETE && e.y[0] == 1.25 && !e.lost && !e.reason);
            cr_assert(e.number == n && e.repeat == 0);
            cr_assert(e.seconds >= 0 && e.seconds < 1);
            evaluation_free(&e);
        }
        close_clean(&l);
    }
}

Test(evaluate, deaths, .timeout = 60)
{
    fails("segfault", "", "crashed: Segmentation fault", true);
    fails("aborts", "", "crashed: Aborted", true);
    fails("exits", "", "the objective called exit(3)", true);
    fails("killed", "", "was killed, perhaps for want of memory", true);
    fails("overflows_stack", "", "crashed: Segmentation fault", true);
    fails("babbles", "", "the worker spoke nonsense; the objective may have damaged its memory",
          true);
}

Test(evaluate, closed_descriptors, .timeout = 30)
{
    laboratory l;
    open_function(&l, "closes_everything", "", 1);
    evaluation e = laboratory_try(&l, 0, POINT);
    cr_assert(e.state == HONE_FAILED && e.lost, "%s", e.reason);
    evaluation_free(&e);
    close_clean(&l);
}

Test(evaluate, no_numbers, .timeout = 30)
{
    fails("is_nan", "", "the value is nan", false);
    fails("is_infinite", "", "the value is inf", false);
    fails("is_nan", "isolation = none", "the value is nan", false);
}

/* What a dying worker printed is kept; a living one's printing harms nobody. */
Test(evaluate, printing, .timeout = 30)
{
    laboratory l;
    open_function(&l, "aborts", "", 1);
    evaluation e = laboratory_try(&l, 0, POINT);
    cr_assert(e.output && strstr(e.output, "the sky fell at 2 1.5"), "%s", e.output);
    evaluation_free(&e);
    close_clean(&l);
    open_function(&l, "prints", "", 1);
    e = laboratory_try(&l, 0, POINT);
    cr_assert(e.state == HONE_COMPLETE && e.y[0] == 1.25 && !e.output);
    evaluation_free(&e);
    close_clean(&l);
}

static void times_out(const char *function)
{
    laboratory l;
    open_function(&l, function, "timeout = 0.3\ngrace = 0.2", 1);
    double start = seconds_now();
    evaluation e = laboratory_try(&l, 0, POINT);
    double took = seconds_now() - start;
    cr_assert(e.state == HONE_FAILED && e.lost);
    cr_assert(strncmp(e.reason, "ran longer than ", 16) == 0, "%s", e.reason);
    cr_assert(took > 0.45 && took < 1.0, "%s took %g s", function, took);
    evaluation_free(&e);
    close_clean(&l);
}

Test(evaluate, timeouts, .timeout = 30)
{
    times_out("loops");
    times_out("stops");
}

Test(evaluate, cancelled, .timeout = 30)
{
    laboratory l;
    evaluation e;
    open_function(&l, "sleeps", "grace = 0.1", 2);
    laboratory_submit(&l, 0, (double[]){9, 0});
    laboratory_submit(&l, 1, (double[]){9, 0});
    cr_assert_eq(evaluator_running(l.evaluator), 2);
    cr_assert_eq(evaluator_free_slots(l.evaluator), 0);
    cr_assert_not(laboratory_next(&l, 0.2, &e));
    evaluator_cancel(l.evaluator);
    for (int i = 0; i < 2; i++) {
        cr_assert(laboratory_next(&l, 3, &e));
        cr_assert(e.state == HONE_FAILED && strcmp(e.reason, "cancelled") == 0);
        evaluation_free(&e);
    }
    close_clean(&l);
}

/* testfn sees that it is cancelled and ends by itself: its worker stays. */
Test(evaluate, asked_to_end, .timeout = 30)
{
    laboratory l;
    laboratory_begin(&l);
    cr_assert_eq(laboratory_open(&l, "[space]\nx = float -1 1\n[objective]\nplugin = testfn\n"
                                     "cost = 20\ntimeout = 0.2\ngrace = 5\n", 1), HONE_OK, "%s",
                 error_text(&l.err));
    for (int i = 0; i < 2; i++) {
        double start = seconds_now();
        evaluation e = laboratory_try(&l, i, POINT);
        cr_assert(e.state == HONE_FAILED && !e.lost);
        cr_assert_str_eq(e.reason, "ran longer than 200 ms");
        cr_assert_lt(seconds_now() - start, 1);
        evaluation_free(&e);
    }
    close_clean(&l);
}

Test(evaluate, leftovers_of_the_lost, .timeout = 30)
{
    laboratory l;
    cr_assert_eq(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    open_function(&l, "leaves_daemons_and_crashes", "", 1);
    evaluation e = laboratory_try(&l, 0, POINT);
    cr_assert(e.state == HONE_FAILED && e.lost);
    evaluation_free(&e);
    cr_assert_eq(children_count(), 0, "killed and reaped with the worker");
    close_clean(&l);
    open_function(&l, "leaves_daemons_and_loops", "timeout = 0.3\ngrace = 0.1", 1);
    e = laboratory_try(&l, 0, POINT);
    cr_assert(e.state == HONE_FAILED && e.lost);
    evaluation_free(&e);
    cr_assert_eq(children_count(), 0);
    close_clean(&l);
    open_function(&l, "leaves_daemons", "", 1);
    e = laboratory_try(&l, 0, POINT);
    cr_assert_eq(e.state, HONE_COMPLETE);
    evaluation_free(&e);
    close_clean(&l); /* what a good worker left dies with it */
    cr_assert_eq(processes_with("sleep 98765"), 0);
}

/* A host that is killed takes everything with it. */
Test(evaluate, host_killed, .timeout = 30)
{
    int line[2];
    cr_assert_eq(pipe(line), 0);
    pid_t host = fork();
    if (host == 0) {
        laboratory l;
        evaluation e;
        open_function(&l, "leaves_daemons_and_loops", "", 1);
        laboratory_submit(&l, 0, (double[]){1, 1});
        laboratory_next(&l, 0.3, &e);
        if (write(line[1], l.folder, sizeof l.folder) < 0)
            _exit(1);
        laboratory_next(&l, 100, &e);
    }
    char folder[64], remove[100];
    cr_assert_gt(read(line[0], folder, sizeof folder), 0);
    cr_assert_eq(processes_with("sleep 98766"), 5);
    kill(host, SIGKILL);
    waitpid(host, NULL, 0);
    double end = seconds_now() + 3;
    while (processes_with("sleep 98766") > 0 && seconds_now() < end)
        usleep(10000);
    cr_assert_eq(processes_with("sleep 98766"), 0);
    snprintf(remove, sizeof remove, "rm -rf %s", folder);
    cr_assert_eq(system(remove), 0);
}

/* 8 workers, 40 sleeps of 0.05 s: 0.25 s if nothing else cost anything. */
Test(evaluate, at_once, .timeout = 30)
{
    laboratory l;
    evaluation e;
    bool seen[48] = {false};
    open_function(&l, "sleeps", "", 8);
    const double sleep[] = {0.05, 0};
    for (int i = 40; i < 48; i++)
        laboratory_submit(&l, i, sleep);
    for (int i = 40; i < 48; i++) { /* the workers are there */
        cr_assert(laboratory_next(&l, 5, &e));
        evaluation_free(&e);
    }
    double start = seconds_now();
    for (int submitted = 0, done = 0; done < 40; done++) {
        while (submitted < 40 && evaluator_free_slots(l.evaluator) > 0)
            laboratory_submit(&l, submitted++, sleep);
        cr_assert(laboratory_next(&l, 5, &e));
        cr_assert(e.state == HONE_COMPLETE && !seen[e.number]);
        seen[e.number] = true;
        evaluation_free(&e);
    }
    double took = seconds_now() - start;
    cr_assert(took >= 0.25 && took < 0.5, "%g s", took);
    close_clean(&l);
}

/* Others go on while one dies. */
Test(evaluate, one_of_several_dies, .timeout = 30)
{
    laboratory l;
    evaluation e;
    int failed = 0, complete = 0;
    open_function(&l, "segfault_sometimes", "", 3);
    for (int submitted = 0; complete + failed < 30;) {
        while (submitted < 30 && evaluator_free_slots(l.evaluator) > 0) {
            laboratory_submit(&l, submitted, (double[]){submitted % 5 == 0 ? 1 : 0.25, 0});
            submitted++;
        }
        cr_assert(laboratory_next(&l, 5, &e));
        cr_assert_eq(e.state == HONE_FAILED, e.number % 5 == 0);
        cr_assert(e.state == HONE_FAILED || e.y[0] == 0.25);
        failed += e.state == HONE_FAILED;
        complete += e.state == HONE_COMPLETE;
        evaluation_free(&e);
    }
    cr_assert(failed == 6 && complete == 24);
    close_clean(&l);
}

Test(evaluate, an_idle_worker_is_killed, .timeout = 30)
{
    laboratory l;
    int n;
    open_function(&l, "sum", "", 1);
    pid_t *workers = children_list(&n);
    cr_assert_eq(n, 1);
    kill(workers[0], SIGKILL);
    free(workers);
    usleep(50000); /* what is submitted to one that is dying is lost with it */
    evaluation e = laboratory_try(&l, 0, POINT);
    cr_assert_eq(e.state, HONE_COMPLETE);
    evaluation_free(&e);
    close_clean(&l);
}

/* What is readable on wake_fd ends the waiting at once. */
Test(evaluate, wakes, .timeout = 30)
{
    laboratory l;
    event e;
    int line[2];
    open_function(&l, "sleeps", "", 1);
    cr_assert_eq(pipe(line), 0);
    laboratory_submit(&l, 0, (double[]){0.5, 0});
    double start = seconds_now();
    cr_assert_eq(evaluator_wait(l.evaluator, 0.1, line[0], &e, &l.err), HONE_OK);
    cr_assert(e.type == 0 && seconds_now() - start >= 0.1);
    cr_assert_eq(write(line[1], "x", 1), 1);
    start = seconds_now();
    cr_assert_eq(evaluator_wait(l.evaluator, 10, line[0], &e, &l.err), HONE_OK);
    cr_assert(e.type == 0 && seconds_now() - start < 0.1);
    close_clean(&l);
}

/* Bad options are said before any trial, with the objective's own sentence. */
static void refuses(const char *objective, const char *part)
{
    char study[1000];
    laboratory l;
    laboratory_begin(&l);
    snprintf(study, sizeof study, "%s[objective]\n%s", SPACE, objective);
    cr_assert_lt(laboratory_open(&l, study, 1), 0);
    cr_assert(strstr(error_text(&l.err), part), "%s", error_text(&l.err));
    cr_assert_null(l.evaluator);
    close_clean(&l);
}

Test(evaluate, refusals, .timeout = 30)
{
    refuses("plugin = function\nlibrary = none.so\n", "no such file");
    refuses("plugin = function\nlibrary = /dev/null\n", "not a file");
    refuses("plugin = function\nlibrary = lab.so\nisolation = none\n", "no such file");
    refuses("plugin = function\nlibrary = " BAD_LIBRARY "\nsymbol = sun\n", "no such function");
    refuses("plugin = testfn\nfunction = hartmann6\n", "takes 6 parameters, not 2");
    refuses("plugin = testfn\nfunction = zdt1\n", "2 objectives");
    refuses("plugin = testfn\nshift = 1 2 3\n", "one for each");
}

Test(evaluate, no_program, .timeout = 30)
{
    laboratory l;
    open_function(&l, "sum", "", 1);
    evaluator *e;
    evaluator_settings s = {.config = &l.config, .workers = 1, .program = "/nowhere/hone"};
    cr_assert_lt(evaluator_new(&s, &e, &l.err), 0);
    cr_assert(strstr(error_text(&l.err), "/nowhere/hone"), "%s", error_text(&l.err));
    s.program = "/bin/true"; /* ends without a word */
    error_free(&l.err);
    cr_assert_lt(evaluator_new(&s, &e, &l.err), 0);
    cr_assert(strstr(error_text(&l.err), "could not be made"), "%s", error_text(&l.err));
    close_clean(&l);
}

Test(evaluate, several_outputs, .timeout = 30)
{
    static const char *const isolation[] = {"process", "none"};
    for (int i = 0; i < 2; i++) {
        char study[1000];
        laboratory l;
        laboratory_begin(&l);
        snprintf(study, sizeof study,
                 "goal = minimize maximize\nconstraints = size\n%s[objective]\nplugin = function\n"
                 "library = " BAD_LIBRARY "\nsymbol = vector\nform = vector\nisolation = %s\n",
                 SPACE, isolation[i]);
        cr_assert_eq(laboratory_open(&l, study, 1), HONE_OK, "%s", error_text(&l.err));
        evaluation e = laboratory_try(&l, 0, POINT);
        cr_assert(e.state == HONE_COMPLETE && e.y[0] == 1.25 && e.y[1] == -1.25 && e.c[0] == 0.25);
        evaluation_free(&e);
        e = laboratory_try(&l, 1, (double[]){-1, 0});
        cr_assert_eq(e.state, HONE_FAILED);
        cr_assert_str_eq(e.reason, "the function returned 7");
        evaluation_free(&e);
        close_clean(&l);
    }
}

/* Noise is a function of the seeds: the same in a worker and in this process. */
Test(evaluate, noise_is_addressed, .timeout = 30)
{
    double y[2];
    for (int i = 0; i < 2; i++) {
        char study[300];
        laboratory l;
        laboratory_begin(&l);
        snprintf(study, sizeof study, "seed = 5\n[space]\nx = float -1 1\n[objective]\n"
                 "plugin = testfn\nnoise = 0.1\nisolation = %s\n", i ? "none" : "process");
        cr_assert_eq(laboratory_open(&l, study, 1), HONE_OK, "%s", error_text(&l.err));
        evaluation e = laboratory_try(&l, 3, POINT);
        evaluation again = laboratory_try(&l, 3, POINT), other = laboratory_try(&l, 4, POINT);
        cr_assert(e.y[0] == again.y[0] && e.y[0] != other.y[0] && e.y[0] != 2.25);
        y[i] = e.y[0];
        close_clean(&l);
    }
    cr_assert_eq(y[0], y[1]);
}

/* The space that an objective brings itself. */
Test(evaluate, own_space, .timeout = 30)
{
    laboratory l;
    laboratory_begin(&l);
    cr_assert_eq(laboratory_open(&l, "[objective]\nplugin = testfn\nfunction = hartmann3\n", 1),
                 HONE_OK, "%s", error_text(&l.err));
    const double best[] = {0.11458887665506897, 0.55564889461693004, 0.85254698468667744};
    cr_assert_eq(l.config.space.n, 3);
    evaluation e = laboratory_try(&l, 0, best);
    cr_assert_float_eq(e.y[0], -3.8627797873326625, 1e-14);
    evaluation_free(&e);
    close_clean(&l);
}

/* ---- in this process ---- */

static void open_command(laboratory *l, const char *command, const char *more)
{
    char study[1000];
    snprintf(study, sizeof study,
             "%s[objective]\nplugin = command\nisolation = none\ncommand = %s\n%s\n", SPACE,
             command, more);
    laboratory_begin(l);
    cr_assert_eq(laboratory_open(l, study, 2), HONE_OK, "%s", error_text(&l->err));
}

/* Notes and reports come before the result; leftovers are swept, strangers are not. */
Test(inside, notes_reports_leftovers, .timeout = 30)
{
    laboratory l;
    cr_assert_eq(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    pid_t stranger = fork();
    if (stranger == 0)
        for (;;)
            pause();
    open_command(&l, "sh -c 'setsid setsid sleep 98767 & for i in $(seq 20); do echo e $i 0.5; done; "
                     "echo 7; sleep 0.1' {x} {y}", "report = e ([0-9]+) (.*)");
    evaluation e = laboratory_try(&l, -1, POINT);
    cr_assert(e.state == HONE_COMPLETE && e.y[0] == 7, "%s", e.reason);
    cr_assert(e.n_reports == EVALUATION_REPORTS && e.steps[15] == 16 && e.reported[0] == 0.5);
    cr_assert(e.output && e.notes && strstr(e.notes, "command=sh -c"), "%s", e.notes);
    cr_assert_eq(processes_with("sleep 98767"), 0);
    cr_assert_eq(waitpid(stranger, NULL, WNOHANG), 0, "who was there before lives");
    evaluation_free(&e);
    laboratory_close(&l);
    kill(stranger, SIGKILL);
    waitpid(stranger, NULL, 0);
}

Test(inside, timeout, .timeout = 30)
{
    laboratory l;
    open_command(&l, "sh -c 'sleep 98768; :' {x} {y}", "timeout = 0.2\ngrace = 0.2");
    double start = seconds_now();
    evaluation e = laboratory_try(&l, 0, POINT);
    cr_assert(e.state == HONE_FAILED && strcmp(e.reason, "ran longer than 200 ms") == 0, "%s",
              e.reason);
    cr_assert_lt(seconds_now() - start, 1);
    evaluation_free(&e);
    close_clean(&l);
}

/* A signal's byte on wake_fd ends the evaluation after the grace. */
Test(inside, wakes, .timeout = 30)
{
    laboratory l;
    event e;
    int line[2];
    open_command(&l, "sh -c 'sleep 98769; :' {x} {y}", "grace = 0.2");
    cr_assert_eq(pipe(line), 0);
    cr_assert_eq(write(line[1], "x", 1), 1);
    laboratory_submit(&l, 0, POINT);
    double start = seconds_now();
    do
        cr_assert_eq(evaluator_wait(l.evaluator, 10, line[0], &e, &l.err), HONE_OK);
    while (e.type != EVENT_RESULT);
    cr_assert_eq(e.state, HONE_FAILED);
    cr_assert(seconds_now() - start >= 0.2 && seconds_now() - start < 1);
    close_clean(&l);
}

Test(inside, cancelled, .timeout = 30)
{
    laboratory l;
    evaluation e;
    open_command(&l, "echo 1 {x} {y}", "");
    laboratory_submit(&l, 0, POINT);
    laboratory_submit(&l, 1, POINT);
    cr_assert_eq(evaluator_free_slots(l.evaluator), 0);
    const job j = {.number = 2, .native = POINT};
    cr_assert_lt(evaluator_submit(l.evaluator, &j, &l.err), 0, "no slot is free");
    evaluator_cancel(l.evaluator);
    for (int i = 0; i < 2; i++) {
        cr_assert(laboratory_next(&l, 5, &e));
        cr_assert(e.state == HONE_FAILED && strcmp(e.reason, "cancelled") == 0, "%s", e.reason);
        evaluation_free(&e);
    }
    cr_assert_not(laboratory_next(&l, 0.01, &e), "nothing runs, so there is nothing to wait for");
    close_clean(&l);
}

static int32_t stop_at_3(void *context, int64_t number, int64_t step, double value)
{
    int *seen = context;
    *seen += number == 5 && value == 0.5;
    return step >= 3;
}

Test(inside, observed_at_once, .timeout = 30)
{
    laboratory l;
    event e = {0};
    int seen = 0;
    open_command(&l, "sh -c 'for i in 1 2 3 4 5 6; do echo e $i 0.5; sleep 0.05; done; echo 7' {x} "
                     "{y}", "report = e ([0-9]+) (.*)");
    evaluator *own;
    evaluator_settings s = {.config = &l.config, .workers = 1, .observe = stop_at_3,
                            .context = &seen};
    cr_assert_eq(evaluator_new(&s, &own, &l.err), HONE_OK);
    const job j = {.number = 5, .native = POINT};
    cr_assert_eq(evaluator_submit(own, &j, &l.err), HONE_OK);
    while (e.type != EVENT_RESULT)
        evaluator_wait(own, 10, -1, &e, &l.err);
    cr_assert(e.state == HONE_PRUNED && seen == 3);
    evaluator_free(own);
    close_clean(&l);
}
