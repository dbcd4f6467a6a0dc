/* test_new.c - hone new: what it writes compiles, passes hone check, runs and compares. */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/hone-new-XXXXXX";
static char output[65536];

static int run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int run(const char *format, ...)
{
    char line[2048];
    va_list list;
    int n = snprintf(line, sizeof line, "unset MAKEFLAGS; cd %s && PATH=%s:$PATH && { ", folder, BUILD_DIR);
    va_start(list, format);
    n += vsnprintf(line + n, sizeof line - (size_t)n, format, list);
    va_end(list);
    snprintf(line + n, sizeof line - (size_t)n, "; } 2>&1");
    FILE *pipe = popen(line, "r");
    cr_assert_not_null(pipe);
    const size_t length = fread(output, 1, sizeof output - 1, pipe);
    output[length] = '\0';
    return WEXITSTATUS(pclose(pipe));
}

static void begin(void)
{
    cr_assert_not_null(mkdtemp(folder));
}

static void end(void)
{
    char line[64];
    snprintf(line, sizeof line, "rm -rf %s", folder);
    cr_assert_eq(system(line), 0);
}

TestSuite(new, .init = begin, .fini = end, .timeout = 600);

static void grows(const char *kind, const char *language)
{
    cr_expect_eq(run("hone new %s mine --lang %s", kind, language), 0, "%s", output);
    cr_expect_eq(run("cd mine && make"), 0, "%s in %s: %s", kind, language, output);
    cr_expect_null(strstr(output, "warning"), "%s in %s: %s", kind, language, output);
    cr_expect_eq(run("cd mine && hone check ./mine.so --quick"), 0, "%s in %s: %s", kind, language,
                 output);
    cr_expect_eq(run("cd mine && hone run study.ini --quiet"), 0, "%s in %s: %s", kind, language,
                 output);
}

Test(new, strategy)
{
    grows("strategy", "c");
    cr_expect_eq(run("cd mine && hone compare compare.ini --quiet"), 0, "%s", output);
}

Test(new, surrogate)
{
    grows("surrogate", "c");
}

Test(new, acquisition)
{
    grows("acquisition", "c");
}

Test(new, objective)
{
    grows("objective", "c");
}

Test(new, pruner)
{
    grows("pruner", "c");
}

/* Where there is no such compiler, there is nothing to see. */
static void grows_with(const char *compiler, const char *language)
{
    if (run("command -v %s", compiler) == 0)
        grows("strategy", language);
    else
        cr_skip_test("no %s", compiler);
}

Test(new, strategy_in_cpp)
{
    grows_with("g++", "c++");
}

Test(new, strategy_in_rust)
{
    grows_with("rustc", "rust");
}

Test(new, strategy_in_fortran)
{
    grows_with("gfortran", "fortran");
}

Test(new, says_what_is_wrong)
{
    cr_expect_eq(run("hone new strategi mine"), 2);
    cr_expect_eq(run("hone new strategy Mine"), 2);
    cr_expect_eq(run("hone new surrogate mine --lang cobol"), 2);
    cr_expect_not_null(strstr(output, "allowed: c"), "%s", output);
    cr_expect_eq(run("hone new pruner mine && hone new pruner mine"), 1);
    cr_expect_not_null(strstr(output, "File exists"), "%s", output);
}
