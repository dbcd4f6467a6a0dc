/* test_command.c - the objective command on real programs: results, reports, the environment,
 * folders, shells, and what is refused before anything runs. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evaluation.h"
#include "text.h"

/* x and y, k, and z where k = deep. */
static const char SPACE[] = "[space]\nx = float -9 9\ny = int -9 9\nk = categorical flat deep\n"
                            "z = int 1 5 when k = deep\n[objective]\nplugin = command\n";
static const double FLAT[] = {0.1, 3, 0, NAN}, DEEP[] = {0.1, 3, 1, 4};

static void open_command(laboratory *l, const char *study, const char *objective)
{
    char file[4000];
    snprintf(file, sizeof file, "%s%s%s\n", study, SPACE, objective);
    cr_assert_eq(laboratory_open(l, file, 1), HONE_OK, "%s", error_text(&l->err));
}

static void close_clean(laboratory *l)
{
    laboratory_close(l);
    cr_assert_eq(children_count(), 0, "no process is left");
}

/* One evaluation of a command. */
static evaluation once(const char *study, const char *objective, const double *point)
{
    laboratory l;
    laboratory_begin(&l);
    open_command(&l, study, objective);
    evaluation e = laboratory_try(&l, 7, point);
    close_clean(&l);
    return e;
}

static void gives(const char *objective, const double *point, double value, const char *output)
{
    evaluation e = once("", objective, point);
    cr_assert(e.state == HONE_COMPLETE && e.y[0] == value, "%s: %g %s", objective, e.y[0],
              e.reason);
    cr_assert(!output || (e.output && strcmp(e.output, output) == 0), "%s: '%s'", objective,
              e.output);
    evaluation_free(&e);
}

static void fails(const char *objective, const char *reason)
{
    evaluation e = once("", objective, FLAT);
    cr_assert_eq(e.state, HONE_FAILED, "%s", objective);
    cr_assert(strcmp(e.reason, reason) == 0, "%s: '%s'", objective, e.reason);
    cr_assert_not(e.lost);
    evaluation_free(&e);
}

Test(command, results, .timeout = 60)
{
    gives("command = printf '%s\\n' {x} {y} [{z}]", FLAT, 3, "0.1\n3\n");
    gives("command = printf '%s\\n' {x} {y} [{z}]", DEEP, 4, "0.1\n3\n4\n");
    gives("command = printf 'loss=%s\\nloss=%s\\nbye\\n' {y} {x} [{z}]\nmetric = loss=([0-9.]+)",
          FLAT, 0.1, NULL);
    gives("command = printf '{\"value\":%s,\"more\":1}\\nend\\n' {y} [{z}]\nresult = json", FLAT, 3,
          NULL);
    gives("command = sh -c 'echo 5; echo oops >&2' {x} {y} [{z}]", FLAT, 5, NULL);
    gives("command = sh -c 'echo 5; echo v=6 >&2' {x} {y} [{z}]\nmetric = v=(.*)", FLAT, 6, NULL);
}

Test(command, failures, .timeout = 60)
{
    fails("command = sh -c 'echo 1; exit 3' {x} {y} [{z}]", "exit status 3");
    fails("command = sh -c 'kill -SEGV $$' {x} {y} [{z}]",
          "ended by signal 11 (Segmentation fault)");
    fails("command = true {x} {y} [{z}]", "the program printed nothing");
    fails("command = echo 1,5 {x} {y} [{z}]",
          "the last line, '1,5 0.1 3', is not one finite number");
    fails("command = echo hello {x} {y} [{z}]\nmetric = loss=(.*)", "no line matches 'loss=(.*)'");
    fails("command = echo loss=none {x} {y} [{z}]\nmetric = loss=([a-z]*)",
          "'none', which 'loss=([a-z]*)' found, is not a finite number");
    fails("command = echo 1 {x} {y} [{z}]\nresult = json", "no line of the output is a JSON object");
}

/* The program's name may hold a value, and then is looked for at each trial. */
Test(command, a_value_in_the_name, .timeout = 30)
{
    laboratory l;
    laboratory_begin(&l);
    laboratory_file(&l, "run_flat", "#!/bin/sh\necho 12\n");
    open_command(&l, "", "command = ./run_{k} {x} {y} [{z}]");
    evaluation e = laboratory_try(&l, 0, FLAT);
    cr_assert(e.state == HONE_COMPLETE && e.y[0] == 12, "%s", e.reason);
    evaluation_free(&e);
    e = laboratory_try(&l, 1, DEEP);
    cr_assert(e.state == HONE_FAILED && strstr(e.reason, "/run_deep'"), "%s", e.reason);
    evaluation_free(&e);
    close_clean(&l);
}

Test(command, a_script_that_is_none, .timeout = 30)
{
    laboratory l;
    laboratory_begin(&l);
    laboratory_file(&l, "run", "#!/nowhere/sh\necho 12\n");
    open_command(&l, "", "command = ./run {x} {y} [{z}]");
    evaluation e = laboratory_try(&l, 0, FLAT);
    cr_assert(e.state == HONE_FAILED && strstr(e.reason, "cannot run"), "%s", e.reason);
    evaluation_free(&e);
    close_clean(&l);
}

Test(command, several_outputs, .timeout = 30)
{
    static const char STUDY[] = "goal = minimize maximize\nobjectives = loss speed\n"
                                "constraints = size\n";
    static const char *const ways[] = {
        "command = echo {x} {y} -4 [{z}]",
        "command = printf 'speed: %s size: -4\\nloss: %s\\n' {y} {x} [{z}]\n"
        "metric.1 = loss: (.*)\nmetric.2 = speed: ([0-9]+)\nconstraint = size: ([-0-9]+)",
        "command = printf '{\"size\":-4,\"speed\":%s,\"loss\":%s,\"epochs\":9,\"who\":\"me\"}' {y} "
        "{x} [{z}]\nresult = json"};
    for (int i = 0; i < 3; i++) {
        evaluation e = once(STUDY, ways[i], FLAT);
        cr_assert_eq(e.state, HONE_COMPLETE, "%d: %s", i, e.reason);
        cr_assert(e.y[0] == 0.1 && e.y[1] == 3 && e.c[0] == -4);
        cr_assert(i != 2 || strcmp(e.notes, "epochs=9;who=me;") == 0, "%s", e.notes);
        evaluation_free(&e);
    }
}

Test(command, environment, .timeout = 30)
{
    laboratory l;
    laboratory_begin(&l);
    laboratory_file(&l, "show",
                    "#!/bin/sh\n"
                    "echo \"$HONE_X $HONE_Y $HONE_K ${HONE_Z-none} $HONE_TRIAL $HONE_SEED "
                    "$HONE_WORKER $HONE_STUDY $HONE_PARAMS $MORE $PWD ${HONE_DIR-nodir} $#\"\n"
                    "echo 1\n");
    open_command(&l, "", "command = ./show\nenv.1 = MORE=some more\nenv.2 = B=");
    cr_assert(strstr(l.log, "parameter 'x' is not in the command"), "%s", l.log);
    evaluation e = laboratory_try(&l, 7, FLAT);
    char wanted[300];
    snprintf(wanted, sizeof wanted,
             "0.1 3 flat none 7 1007 0 lab {\"x\":0.1,\"y\":3,\"k\":\"flat\"} some more %s nodir 0\n"
             "1\n", l.folder);
    cr_assert_str_eq(e.output, wanted);
    evaluation_free(&e);
    close_clean(&l);
}

Test(command, folders, .timeout = 30)
{
    laboratory l;
    char path[200];
    struct stat st;
    laboratory_begin(&l);
    snprintf(path, sizeof path, "%s/deeper", l.folder);
    cr_assert_eq(mkdir(path, 0700), 0);
    open_command(&l, "", "cwd = deeper\ncommand = sh -c 'echo $1 >\"$2/note\"; pwd; echo 1' - {x} "
                         "{dir} {y} [{z}]");
    evaluation e = laboratory_try(&l, 7, FLAT);
    cr_assert(e.state == HONE_COMPLETE && strstr(e.output, "/deeper\n1\n"), "%s", e.reason);
    snprintf(path, sizeof path, "%s/lab.trials/7/note", l.folder);
    cr_assert_eq(stat(path, &st), 0);
    evaluation_free(&e);
    close_clean(&l);
}

Test(command, shell, .timeout = 30)
{
    laboratory l;
    laboratory_begin(&l);
    open_command(&l, "", "shell = yes\ncommand = echo \"$HONE_X\" | sed s/0/5/; echo "
                         "$HONE_Y $HONE_K $HONE_Z >&2");
    cr_assert_str_eq(l.log, "");
    evaluation e = laboratory_try(&l, 7, FLAT);
    cr_assert(e.state == HONE_COMPLETE && e.y[0] == 5.1, "%s", e.reason);
    evaluation_free(&e);
    close_clean(&l);
}

/* Reports come in order; at the third the host has seen enough. */
Test(command, reports, .timeout = 30)
{
    laboratory l;
    laboratory_begin(&l);
    laboratory_file(&l, "train",
                    "#!/bin/sh\nfor i in 1 2 3 4 5 6; do echo epoch $i loss 0.$i; sleep 0.05; done\n"
                    "echo 0.6\n");
    open_command(&l, "", "command = ./train\nreport = epoch ([0-9]+) loss ([^ ]+)\ngrace = 1");
    evaluation e = laboratory_try(&l, 0, FLAT);
    cr_assert(e.state == HONE_COMPLETE && e.y[0] == 0.6 && e.n_reports == 6, "%s", e.reason);
    cr_assert(e.steps[0] == 1 && e.reported[0] == 0.1 && e.steps[5] == 6 && e.reported[5] == 0.6);
    evaluation_free(&e);
    l.stop_at = 3;
    double start = seconds_now();
    e = laboratory_try(&l, 1, FLAT);
    cr_assert(e.state == HONE_PRUNED && e.n_reports == 3 && isnan(e.y[0]));
    cr_assert_lt(seconds_now() - start, 0.4, "ended at once");
    cr_assert(!e.reason && !e.lost && strstr(e.output, "epoch 3") && !strstr(e.output, "epoch 5"));
    evaluation_free(&e);
    close_clean(&l);
}

/* The program is asked before it is killed, and may still say something. */
Test(command, asked_first, .timeout = 30)
{
    laboratory l;
    laboratory_begin(&l);
    laboratory_file(&l, "slow", "#!/bin/sh\ntrap 'echo 0.5; echo saved; echo 0.5; exit 0' TERM\n"
                                "while :; do sleep 0.02; done\n");
    open_command(&l, "", "command = ./slow\ntimeout = 0.2\ngrace = 5");
    evaluation e = laboratory_try(&l, 0, FLAT);
    cr_assert_eq(e.state, HONE_FAILED, "what it says after the timeout is no result");
    cr_assert_str_eq(e.reason, "ran longer than 200 ms");
    cr_assert(e.output && strstr(e.output, "saved"), "%s", e.output);
    cr_assert_not(e.lost);
    evaluation_free(&e);
    close_clean(&l);
}

Test(command, output_is_cut, .timeout = 30)
{
    evaluation e = once("", "command = sh -c 'seq 1000; echo 4' {x} {y} [{z}]\noutput = 20", FLAT);
    cr_assert_str_eq(e.output, "1\n2\n3\n4\n5\n\n... 3875 bytes left out ...\n99\n1000\n4\n");
    evaluation_free(&e);
}

static void refuses(const char *study, const char *objective, const char *part)
{
    char file[2000];
    laboratory l;
    laboratory_begin(&l);
    snprintf(file, sizeof file, "%s%s%s\n", study, SPACE, objective);
    cr_assert_lt(laboratory_open(&l, file, 1), 0, "%s", objective);
    cr_assert(strstr(error_text(&l.err), part), "%s: %s", objective, error_text(&l.err));
    close_clean(&l);
}

Test(command, refusals, .timeout = 60)
{
    refuses("", "command = no_such_program {x}", "no program 'no_such_program' on PATH");
    refuses("", "command = ./no_such_program {x}", "there is no program");
    refuses("", "command = /etc/passwd {x}", "not executable");
    refuses("", "command = echo {X}", "did you mean {x}?");
    refuses("", "command = echo {z}", "can be inactive");
    refuses("", "command = echo 'a", "not closed");
    refuses("", "shell = yes\ncommand = echo {x}", "write \"$HONE_X\" for {x}");
    refuses("", "shell = yes\ncommand = echo {z}", "write \"$HONE_Z\" for {z}");
    refuses("", "command = echo\nmetric = loss", "groups in parentheses");
    refuses("", "command = echo\nmetric = loss (", "regular expression");
    refuses("", "command = echo\nreport = (a)", "step and value");
    refuses("", "command = echo\nmetric.1 = (a)\nmetric.2 = (b)", "one metric an objective");
    refuses("", "command = echo\nresult = pattern", "needs metric");
    refuses("", "command = echo\nresult = json\nmetric = (a)", "result = pattern");
    refuses("", "command = echo\ncwd = nowhere", "no such folder");
    refuses("", "command = echo\nenv = NAME", "NAME=value");
    refuses("constraints = size\n", "command = echo\nmetric = (a)", "one constraint");
}

/* The real thing: five-fold cross-validation of an SVM on the data of the example. */
Test(command, svm_train, .timeout = 60)
{
    laboratory l;
    if (access("/usr/bin/svm-train", X_OK) != 0)
        cr_skip_test("svm-train is not installed (libsvm-tools)");
    laboratory_begin(&l);
    cr_assert_eq(laboratory_open(&l, "goal = maximize\n[space]\nC = float 2^-5 2^15 log\n"
                                     "gamma = float 2^-15 2^3 log\nkernel = categorical 0 1 2\n"
                                     "degree = int 2 5 when kernel = 1\n[objective]\n"
                                     "plugin = command\ntimeout = 60s\n"
                                     "cwd = " SOURCE_DIR "/examples/heart-svm\n"
                                     "command = svm-train -q -v 5 -t {kernel} [-d {degree}] -c {C} "
                                     "-g {gamma} heart_scale\n"
                                     "metric = Cross Validation Accuracy = ([0-9.]+)%\n", 1),
                 HONE_OK, "%s", error_text(&l.err));
    evaluation e = laboratory_try(&l, 0, (const double[]){2048, 0.0001220703125, 2, NAN});
    cr_assert_eq(e.state, HONE_COMPLETE, "%s", e.reason);
    cr_assert_float_eq(e.y[0], 84.4444, 1e-4, "what svm-grid finds at its best");
    evaluation_free(&e);
    e = laboratory_try(&l, 1, (const double[]){1, 0.1, 1, 3});
    cr_assert(e.state == HONE_COMPLETE && e.y[0] > 50 && e.y[0] < 100, "%s", e.reason);
    evaluation_free(&e);
    close_clean(&l);
}
