/* hone check and hone init as programs: what they print, how they exit. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/hone-check-XXXXXX";
static char output[65536];

/* Runs a command in the scratch folder; its exit status, what it printed in `output`. */
static int run(const char *command)
{
    char line[1024];
    snprintf(line, sizeof line, "cd %s && PATH=%s:$PATH && { %s; } 2>&1", folder, BUILD_DIR,
             command);
    FILE *pipe = popen(line, "r");
    cr_assert_not_null(pipe);
    size_t n = fread(output, 1, sizeof output - 1, pipe);
    output[n] = '\0';
    return WEXITSTATUS(pclose(pipe));
}

static void write_file(const char *name, const char *content)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    cr_assert(f && fputs(content, f) >= 0 && fclose(f) == 0);
}

static void begin(void)
{
    cr_assert_not_null(mkdtemp(folder));
}

static void end(void)
{
    char line[128];
    snprintf(line, sizeof line, "rm -rf %s", folder);
    cr_expect_eq(system(line), 0);
}

TestSuite(check, .init = begin, .fini = end);

#define SPACE "[space]\nx = float 0 1\ny = float 0 1\n"

Test(check, one_line_where_all_is_fine)
{
    write_file("s.ini", SPACE "[objective]\nplugin = testfn\n[study]\ntrials = 60\n");
    cr_expect_eq(run("hone check s.ini"), 0);
    cr_expect_str_eq(output, "s.ini: fine: 2 parameters, strategy auto, objective "
                             "testfn, 60 trials\n");
    cr_expect_eq(run("hone check s.ini --set strategy.plugin=random --set study.trials=none"), 0);
    cr_expect_str_eq(output, "s.ini: fine: 2 parameters, strategy random, objective testfn\n");
    cr_expect_eq(run("ls"), 0);
    cr_expect_str_eq(output, "s.ini\n", "nothing was made");
}

Test(check, every_problem_and_exit_2)
{
    write_file("s.ini", "[study]\ntrails = 60\n" SPACE
                        "[objective]\nplugin = command\ncommand = echo {x}\ntimout = 3\n"
                        "[surogate]\n");
    cr_expect_eq(run("hone check s.ini"), 2);
    cr_expect_str_eq(output,
                     "s.ini:2: [study] unknown option 'trails'; did you mean 'trials'?\n"
                     "s.ini:9: [objective] unknown option 'timout'; did you mean 'timeout'?\n"
                     "s.ini:10: [surogate] is used by nothing; did you mean [surrogate]?\n");
}

Test(check, what_only_the_plugin_knows)
{
    write_file("s.ini", SPACE "[objective]\nplugin = command\ncommand = echo {x} {yy}\n");
    cr_expect_eq(run("hone check s.ini"), 2);
    cr_expect_eq(strncmp(output, "s.ini:6: [objective] ", 21), 0, "%s", output);
    cr_expect_not_null(strstr(output, "no parameter 'yy'; did you mean {y}?"), "%s", output);
}

Test(check, files_that_are_none)
{
    cr_expect_eq(run("hone check missing.ini"), 2);
    cr_expect_str_eq(output, "hone: missing.ini: cannot be opened: No such file or directory\n");
    cr_expect_eq(run("mkfifo p && timeout 1 hone check p"), 2);
    cr_expect_eq(run("timeout 1 hone check ."), 2);
    cr_expect_eq(run("timeout 1 hone check /dev/zero"), 2);
}

Test(check, plugins)
{
    cr_expect_eq(run("hone check " BUILD_DIR "/plugins/strategy/random.so"), 0);
    cr_expect_not_null(strstr(output, " 0 failed"), "%s", output);
    cr_expect_not_null(strstr(output, "strategy random:"), "%s", output);
    write_file("x.so", "no plugin");
    cr_expect_eq(run("hone check x.so"), 3);
}

Test(check, a_locale_with_a_decimal_comma_changes_no_byte)
{
    write_file("s.ini", "[space]\nx = float 0.25 1.5\n[objective]\nplugin = testfn\n"
                        "dimension = 1\nnoise = 0.5\n[study]\nstorage = memory\ntrials = 5\n");
    cr_expect_eq(run("LC_ALL=C hone run s.ini --quiet | grep x"), 0);
    char plain[sizeof output];
    memcpy(plain, output, sizeof plain);
    cr_expect_eq(run("{ localedef -c -i de_DE -f UTF-8 ./de_DE.UTF-8 >/dev/null || :; }; "
                     "LOCPATH=$PWD LC_ALL=de_DE.UTF-8 hone run s.ini --quiet | grep x"),
                 0);
    cr_expect_str_eq(output, plain);
}

Test(init, writes_a_study_that_runs, .init = begin, .fini = end)
{
    cr_expect_eq(run("hone init"), 0);
    cr_expect_eq(run("hone check study.ini"), 0, "%s", output);
    cr_expect_eq(run("hone run study.ini --quiet --set study.trials=4"), 0, "%s", output);
    cr_expect_not_null(strstr(output, "best value"), "%s", output);
    cr_expect_eq(run("hone init"), 2);
    cr_expect_str_eq(output, "hone init: study.ini is there already; --force overwrites it\n");
    cr_expect_eq(run("hone init --force && hone init t.ini --objective testfn && "
                     "hone check t.ini && hone run t.ini --quiet --set study.trials=3"),
                 0, "%s", output);
    cr_expect_eq(run("hone init other.ini --objective nowhere"), 3);
    cr_expect_eq(run("ls other.ini"), 2, "nothing is left of a failure");
}

/* Each key stands there with its default, and putting it in force changes nothing. */
Test(init, defaults_are_what_they_say, .init = begin, .fini = end)
{
    cr_expect_eq(run("hone init --objective testfn a.ini && "
                     "sed 's/^; \\([a-z_][a-z_][a-z_]* = .\\)/\\1/' a.ini > b.ini && hone check b.ini"),
                 0, "%s", output);
    cr_expect_eq(run("grep -c '^[a-z_]* = ' b.ini"), 0);
    cr_expect_gt(atoi(output), 25);
}
