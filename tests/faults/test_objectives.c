/* test_objectives.c - objectives that do what objectives must not: rows D1 to D8 of the fault
 * matrix.  Reduced in size (64 MB of noise, some hundreds of processes); FAULTS_FULL=1 in the
 * environment brings the full ones. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evaluation.h"

static const double POINT[] = {1};

/* A study of one parameter around a command; `more` are further lines of [objective]. */
static void open_command(laboratory *l, const char *command, const char *more)
{
    char study[8000];
    snprintf(study, sizeof study,
             "[space]\nx = int 0 255\n[objective]\nplugin = command\ncommand = %s\n%s\n", command,
             more);
    cr_assert_eq(laboratory_open(l, study, 1), HONE_OK, "%s", error_text(&l->err));
}

static void begin(laboratory *l)
{
    cr_assert_eq(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0); /* as the program does */
    laboratory_begin(l);
}

static void close_clean(laboratory *l)
{
    laboratory_close(l);
    cr_assert_eq(children_count(), 0, "no process is left");
}

static bool full(void)
{
    return getenv("FAULTS_FULL") != NULL;
}

/* ---- D1: exit statuses and signals ---- */

Test(D1, exit_statuses, .timeout = 60)
{
    static const int statuses[] = {1, 2, 77, 126, 127, 128, 255};
    laboratory l;
    begin(&l);
    open_command(&l, "sh -c 'echo 1; exit $0' {x}", "");
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        const double x[] = {statuses[i]};
        char wanted[40];
        evaluation e = laboratory_try(&l, (int64_t)i, x);
        snprintf(wanted, sizeof wanted, "exit status %d", statuses[i]);
        cr_assert(e.state == HONE_FAILED && strcmp(e.reason, wanted) == 0, "%s", e.reason);
        evaluation_free(&e);
    }
    close_clean(&l);
}

/* Those that a process ignores by default let it go on; those that stop it end at the timeout. */
Test(D1, signals, .timeout = 60)
{
    laboratory l;
    begin(&l);
    open_command(&l, "sh -c 'kill -$0 $$; echo 1' {x}", "timeout = 0.3\ngrace = 0.2");
    for (int number = 1; number <= 31; number++) {
        const double x[] = {number};
        char wanted[100];
        bool ignored = number == SIGCHLD || number == SIGCONT || number == SIGURG ||
                       number == SIGWINCH;
        bool stops = number == SIGSTOP || number == SIGTSTP || number == SIGTTIN ||
                     number == SIGTTOU;
        evaluation e = laboratory_try(&l, number, x);
        snprintf(wanted, sizeof wanted, "ended by signal %d (%s)", number, sigdescr_np(number));
        if (ignored)
            cr_assert_eq(e.state, HONE_COMPLETE, "signal %d: %s", number, e.reason);
        else if (stops) /* a group without a shell above it does not stop for a terminal's */
            cr_assert(e.state == HONE_COMPLETE || strncmp(e.reason, "ran longer", 10) == 0);
        else
            cr_assert(e.state == HONE_FAILED && strncmp(e.reason, wanted, strlen(wanted)) == 0,
                      "signal %d: %s", number, e.reason);
        cr_assert_not(e.lost, "signal %d", number);
        evaluation_free(&e);
    }
    close_clean(&l);
}

/* A program that vanished is told apart from one that exits with 127. */
Test(D1, exec_failure, .timeout = 60)
{
    char path[100];
    laboratory l;
    begin(&l);
    laboratory_file(&l, "run", "#!/bin/sh\necho 1\n");
    open_command(&l, "./run {x}", "");
    snprintf(path, sizeof path, "%s/run", l.folder);
    unlink(path);
    evaluation e = laboratory_try(&l, 0, POINT);
    cr_assert(strstr(e.reason, "cannot run") && strstr(e.reason, "No such file"), "%s", e.reason);
    evaluation_free(&e);
    laboratory_file(&l, "run", "no first line\n");
    chmod(path, 0755);
    e = laboratory_try(&l, 1, POINT);
    cr_assert(strstr(e.reason, "not a program"), "%s", e.reason);
    evaluation_free(&e);
    close_clean(&l);
}

/* ---- D2: what is printed ---- */

Test(D2, outputs, .timeout = 60)
{
    static const char *const bad[] = {"",      "nan", "-nan", "inf",       "-inf", "1e999",
                                      "0x10",  "1,5", "1 2",  "\\001\\377", "1\\0002", "one"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char command[200];
        laboratory l;
        begin(&l);
        snprintf(command, sizeof command, "printf '%s\\n%%.0s' {x}", bad[i]);
        open_command(&l, command, "");
        evaluation e = laboratory_try(&l, 0, POINT);
        cr_assert(e.state == HONE_FAILED && isnan(e.y[0]) && e.reason, "'%s'", bad[i]);
        evaluation_free(&e);
        close_clean(&l);
    }
}

static long resident_kilobytes(void)
{
    char line[200];
    long kilobytes = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        sscanf(line, "VmRSS: %ld", &kilobytes);
    if (f)
        fclose(f);
    return kilobytes;
}

/* A value, then noise with or without newlines: nothing grows, the value is found. */
static void noise(const char *maker)
{
    char command[300];
    laboratory l;
    begin(&l);
    snprintf(command, sizeof command, "sh -c 'echo loss=2.5; %s | head -c %s' {x}", maker,
             full() ? "1G" : "64M");
    open_command(&l, command, "metric = loss=(.*)");
    evaluation e = laboratory_try(&l, 0, POINT); /* the worker is warm */
    long before = resident_kilobytes();
    evaluation again = laboratory_try(&l, 1, POINT);
    cr_assert(e.state == HONE_COMPLETE && again.state == HONE_COMPLETE && again.y[0] == 2.5, "%s",
              again.reason);
    cr_assert_leq(resident_kilobytes() - before, 1024, "the host grew");
    cr_assert_leq(strlen(again.output), 131072 + 100);
    struct rusage used;
    evaluation_free(&e);
    evaluation_free(&again);
    close_clean(&l);
    getrusage(RUSAGE_CHILDREN, &used); /* the largest of all descendants */
#ifndef __SANITIZE_ADDRESS__
    cr_assert_leq(used.ru_maxrss, 64 * 1024, "the worker grew to %ld kB", used.ru_maxrss);
#endif
}

Test(D2, noise_in_lines, .timeout = 200)
{
    noise("yes some text that repeats itself for ever and ever, line by line, like so");
}

Test(D2, noise_without_end_of_line, .timeout = 200)
{
    noise("tr \"\\000\" x </dev/zero");
}

/* ---- D3: no end ---- */

static void dies_in_time(const char *command)
{
    laboratory l;
    begin(&l);
    open_command(&l, command, "timeout = 0.3\ngrace = 0.3");
    for (int i = 0; i < 2; i++) {
        double start = seconds_now();
        evaluation e = laboratory_try(&l, i, POINT);
        double took = seconds_now() - start;
        cr_assert(e.state == HONE_FAILED && strncmp(e.reason, "ran longer than", 15) == 0, "%s",
                  e.reason);
        cr_assert_lt(took, 1.1, "%s: %g s", command, took);
        evaluation_free(&e);
    }
    close_clean(&l);
}

Test(D3, never_ends, .timeout = 60)
{
    dies_in_time("sleep 99871 {x}");
    cr_assert_eq(processes_with("sleep 99871"), 0);
}

Test(D3, deaf, .timeout = 60)
{
    dies_in_time("sh -c 'trap \"\" TERM INT HUP; while :; do sleep 99872; done' {x}");
    cr_assert_eq(processes_with("sleep 99872"), 0);
}

Test(D3, stopped, .timeout = 60)
{
    dies_in_time("sh -c 'kill -STOP $$; sleep 99873' {x}");
    cr_assert_eq(processes_with("sleep 99873"), 0);
}

Test(D3, deaf_and_stopped, .timeout = 60)
{
    dies_in_time("sh -c 'trap \"\" TERM; kill -STOP $$; sleep 99874' {x}");
    cr_assert_eq(processes_with("sleep 99874"), 0);
}

/* ---- D4: those that flee ---- */

/* After each trial nobody is left, whether the program ended well or at the timeout. */
static void leaves_nobody(const char *command, const char *more, int32_t state, const char *name)
{
    laboratory l;
    begin(&l);
    open_command(&l, command, more);
    evaluation e = laboratory_try(&l, 0, POINT);
    cr_assert_eq(e.state, state, "%s", e.reason);
    cr_assert_eq(processes_with(name), 0, "survivors or zombies of %s", command);
    cr_assert_eq(children_count(), 1, "the worker and nobody else");
    evaluation_free(&e);
    close_clean(&l);
}

Test(D4, daemons, .timeout = 60)
{
    leaves_nobody("sh -c 'setsid setsid sleep 99881 >/dev/null 2>&1 & sleep 0.1; echo 1' {x}", "",
                  HONE_COMPLETE, "sleep 99881");
    leaves_nobody("sh -c '(setsid sh -c \"trap : TERM; setsid sleep 99882 & sleep 99882\" &) ; "
                  "sleep 99882' {x}", "timeout = 0.3\ngrace = 0.1", HONE_FAILED, "sleep 99882");
}

Test(D4, many_grandchildren, .timeout = 120)
{
    char command[300];
    snprintf(command, sizeof command,
             "sh -c 'i=0; while [ $i -lt %d ]; do setsid sleep 99883 & i=$((i+1)); done; echo 1' "
             "{x}", full() ? 1000 : 150);
    leaves_nobody(command, "", HONE_COMPLETE, "sleep 99883");
}

/* Each runs two of itself in sessions of their own, as deep as it goes. */
Test(D4, fork_bomb, .timeout = 120)
{
    char file[400];
    laboratory l;
    begin(&l);
    snprintf(file, sizeof file,
             "#!/bin/sh\n[ $1 -gt %d ] && exec sleep 99884\n"
             "setsid $0 $(($1 + 1)) &\nsetsid $0 $(($1 + 1)) &\nsleep 99884\n", full() ? 9 : 6);
    laboratory_file(&l, "bomb", file);
    open_command(&l, "./bomb {x}", "timeout = 0.5\ngrace = 0.1");
    evaluation e = laboratory_try(&l, 0, POINT);
    cr_assert_eq(e.state, HONE_FAILED);
    cr_assert_eq(processes_with("sleep 99884"), 0);
    cr_assert_eq(processes_with("/bomb"), 0);
    cr_assert_leq(children_count(), 1, "the worker at most: it may have been starved and lost");
    evaluation_free(&e);
    close_clean(&l);
}

/* The host dies by kill -9 while a command with daemons runs. */
Test(D4, the_host_dies, .timeout = 60)
{
    int line[2];
    cr_assert_eq(pipe2(line, O_CLOEXEC), 0);
    pid_t host = fork();
    if (host == 0) {
        laboratory l;
        evaluation e;
        laboratory_begin(&l);
        open_command(&l, "sh -c 'setsid sleep 99885 & setsid setsid sleep 99885 & sleep 99885' {x}",
                     "");
        laboratory_submit(&l, 0, POINT);
        laboratory_next(&l, 0.3, &e);
        if (write(line[1], l.folder, sizeof l.folder) < 0)
            _exit(1);
        laboratory_next(&l, 100, &e);
    }
    char folder[64], remove[100];
    cr_assert_gt(read(line[0], folder, sizeof folder), 0);
    cr_assert_geq(processes_with("sleep 99885"), 3);
    kill(host, SIGKILL);
    waitpid(host, NULL, 0);
    double end = seconds_now() + 3;
    while (processes_with("sleep 99885") > 0 && seconds_now() < end)
        usleep(10000);
    cr_assert_eq(processes_with("sleep 99885"), 0);
    snprintf(remove, sizeof remove, "rm -rf %s", folder);
    cr_assert_eq(system(remove), 0);
}

/* ---- D5: pipes ---- */

static void completes_soon(const char *command)
{
    laboratory l;
    begin(&l);
    open_command(&l, command, "timeout = 5");
    double start = seconds_now();
    evaluation e = laboratory_try(&l, 0, POINT);
    cr_assert(e.state == HONE_COMPLETE && e.y[0] == 1, "%s: %s", command, e.reason);
    cr_assert_lt(seconds_now() - start, 2);
    evaluation_free(&e);
    close_clean(&l);
}

Test(D5, pipes, .timeout = 60)
{
    completes_soon("sh -c 'echo 1; exec >&- 2>&-; sleep 0.2' {x}");
    completes_soon("sh -c 'echo 1; exec <&-; sleep 0.1' {x}");
    completes_soon("sh -c 'cat; echo 1' {x}"); /* its input is empty, not the terminal's */
    completes_soon("sh -c 'echo 1; sleep 99891 & exit 0' {x}");
    completes_soon("sh -c 'echo 1; setsid setsid sleep 99891 & sleep 0.1' {x}");
    completes_soon("sh -c 'seq 100000 >&2; echo 1' {x}");
    cr_assert_eq(processes_with("sleep 99891"), 0);
}

/* ---- D6: values ---- */

/* Choices arrive byte for byte, as an argument and in the environment. */
Test(D6, values, .timeout = 60)
{
    static const char *const odd[] = {";$(reboot)", "`id`", "two words", "a\"b", "it's",
                                      "-rf", "--", "*", "~", "$HOME", "a\\b", "{x}", "[y]",
                                      "%s%n", "\xc3\xa9\xf0\x9f\x98\x80", "a=b;c#d", "!"};
    enum { N = sizeof odd / sizeof *odd };
    char study[4000] = "[space]\nx = categorical", got[200], path[100];
    laboratory l;
    begin(&l);
    for (int i = 0; i < N; i++) {
        const char *quote = strchr(odd[i], '"') ? "'" : "\"";
        sprintf(study + strlen(study), " %s%s%s", quote, odd[i], quote);
    }
    strcat(study, "\n[objective]\nplugin = command\n"
                  "command = sh -c 'printf %s \"$1$HONE_X\" >got; echo $#' - {x} <{x}>\n");
    cr_assert_eq(laboratory_open(&l, study, 1), HONE_OK, "%s", error_text(&l.err));
    snprintf(path, sizeof path, "%s/got", l.folder);
    for (int i = 0; i < N; i++) {
        char wanted[200];
        evaluation e = laboratory_try(&l, i, (const double[]){i});
        cr_assert(e.state == HONE_COMPLETE && e.y[0] == 2, "'%s': %s", odd[i], e.reason);
        evaluation_free(&e);
        FILE *f = fopen(path, "r");
        size_t n = fread(got, 1, sizeof got - 1, f);
        fclose(f);
        got[n] = '\0';
        snprintf(wanted, sizeof wanted, "%s%s", odd[i], odd[i]);
        cr_assert_str_eq(got, wanted);
    }
    close_clean(&l);
}

Test(D6, a_large_value, .timeout = 60)
{
    enum { N = 100000 };
    char *study = malloc(N + 500);
    laboratory l;
    begin(&l);
    int n = sprintf(study, "[space]\nx = categorical b ");
    memset(study + n, 'a', N);
    strcpy(study + n + N, "\n[objective]\nplugin = command\n"
                          "command = sh -c 'printf %s \"$1\" | wc -c' - {x}\n");
    cr_assert_eq(laboratory_open(&l, study, 1), HONE_OK, "%s", error_text(&l.err));
    evaluation e = laboratory_try(&l, 0, (const double[]){1});
    cr_assert(e.state == HONE_COMPLETE && e.y[0] == N, "%s", e.reason);
    evaluation_free(&e);
    close_clean(&l);
    free(study);
}

/* ---- D7: the ground is taken away ---- */

Test(D7, the_folder_is_deleted, .timeout = 60)
{
    laboratory l;
    begin(&l);
    open_command(&l, "sh -c 'rm -rf \"$PWD\"; echo 1' {x}", "");
    evaluation e = laboratory_try(&l, 0, POINT);
    cr_assert_eq(e.state, HONE_COMPLETE, "%s", e.reason);
    evaluation_free(&e);
    e = laboratory_try(&l, 1, POINT);
    cr_assert(e.state == HONE_FAILED && strstr(e.reason, "cannot enter the folder"), "%s", e.reason);
    evaluation_free(&e);
    close_clean(&l);
}

Test(D7, the_trial_folder_cannot_be_made, .timeout = 60)
{
    laboratory l;
    begin(&l);
    laboratory_file(&l, "lab.trials", "a file where the folder should be");
    open_command(&l, "echo 1 {dir}", "");
    evaluation e = laboratory_try(&l, 0, POINT);
    cr_assert(e.state == HONE_FAILED && strstr(e.reason, "folder"), "%s", e.reason);
    evaluation_free(&e);
    close_clean(&l);
}

/* ---- D8: time ---- */

/* Only the monotonic clock is read, so that a clock that is set back an hour changes nothing. */
Test(D8, no_wall_clock)
{
    int how = system("grep -nE 'CLOCK_REALTIME|gettimeofday|[^a-z_]time\\(' " SOURCE_DIR
                     "/core/evaluate/*.c " SOURCE_DIR "/plugins/objective/command/*.c");
    cr_assert(WIFEXITED(how) && WEXITSTATUS(how) == 1, "1: read, and nothing is there");
}

Test(D8, at_once, .timeout = 60)
{
    laboratory l;
    begin(&l);
    open_command(&l, "echo 1", "");
    for (int i = 0; i < 20; i++) {
        evaluation e = laboratory_try(&l, i, POINT);
        cr_assert(e.state == HONE_COMPLETE && e.seconds > 0 && e.seconds < 2);
        evaluation_free(&e);
    }
    close_clean(&l);
}
