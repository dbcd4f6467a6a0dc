/* test_conform.c - hone check finds what it claims to find: each wrong plugin fails the test that
 * is meant for it, the sound ones and hone's own fail none. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char output[262144];

static int run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int run(const char *format, ...)
{
    char line[2048];
    va_list list;
    va_start(list, format);
    int n = snprintf(line, sizeof line, "%s/hone check ", BUILD_DIR);
    n += vsnprintf(line + n, sizeof line - (size_t)n, format, list);
    va_end(list);
    snprintf(line + n, sizeof line - (size_t)n, " 2>&1");
    FILE *pipe = popen(line, "r");
    cr_assert_not_null(pipe);
    const size_t length = fread(output, 1, sizeof output - 1, pipe);
    output[length] = '\0';
    return WEXITSTATUS(pclose(pipe));
}

/* For every line " * FAULT name: test" of the source. */
static int each_fault(const char *kind)
{
    char path[512], line[256], name[64], test[64];
    int n = 0;
    snprintf(path, sizeof path, "%s/tests/conformance/wrong/%s.c", SOURCE_DIR, kind);
    FILE *f = fopen(path, "r");
    cr_assert_not_null(f, "%s", path);
    while (fgets(line, sizeof line, f))
        if (sscanf(line, " * FAULT %63[a-z_]: %63[a-z_]", name, test) == 2 &&
            strcmp(name, "name") != 0) {
            const int exit = run("%s/tests/conformance/wrong/%s-%s.so --only %s --quick "
                                 "--deadline %d", BUILD_DIR, kind, name, test,
                                 strcmp(name, "hangs") == 0 ? 1 : 30);
            cr_expect(exit == 3 && strstr(output, "FAIL"), "%s %s passes the test %s (%d):\n%s",
                      kind, name, test, exit, output);
            n++;
        }
    fclose(f);
    return n;
}

static void sound(const char *kind)
{
    const int exit = run("%s/tests/conformance/wrong/%s-none.so", BUILD_DIR, kind);
    cr_expect_eq(exit, 0, "the sound %s fails:\n%s", kind, output);
}

Test(conform, sound_plugins_pass, .timeout = 300)
{
    sound("strategy");
    sound("surrogate");
    sound("acquisition");
    sound("objective");
    sound("pruner");
}

Test(conform, each_wrong_strategy_is_found, .timeout = 600)
{
    cr_expect_geq(each_fault("strategy"), 50);
}

Test(conform, each_other_wrong_plugin_is_found, .timeout = 600)
{
    cr_expect_geq(each_fault("surrogate") + each_fault("acquisition") + each_fault("objective") +
                      each_fault("pruner"), 40);
}

/* What a plugin requires. */
static const char *needs(const char *file)
{
    static const char *const NEEDS[][2] = {
        {"command", "--set 'objective.command=echo {x}' --set 'objective.metric=([0-9.e-]+)'"},
        {"program", "--set strategy.file=" SOURCE_DIR "/sdk/template/strategy.py"},
        {"patient", "--set pruner.patience=2"},
        {"threshold", "--set pruner.upper=0.8"},
        {"function", "--set objective.library=" BUILD_DIR "/tests/faults/bad/objective.so --set objective.symbol=sum"},
        {"table", "--set objective.file=/tmp/hone-conform-table.csv --set objective.value=v "
                  "--set objective.nearest=yes"},
    };
    for (size_t i = 0; i < sizeof NEEDS / sizeof *NEEDS; i++)
        if (strncmp(file, NEEDS[i][0], strlen(NEEDS[i][0])) == 0)
            return NEEDS[i][1];
    return "";
}

static int check_folder(const char *kind)
{
    char path[512];
    int n = 0;
    snprintf(path, sizeof path, "%s/plugins/%s", BUILD_DIR, kind);
    DIR *d = opendir(path);
    cr_assert_not_null(d, "%s", path);
    for (const struct dirent *e; (e = readdir(d));) {
        const size_t length = strlen(e->d_name);
        if (length < 4 || strcmp(e->d_name + length - 3, ".so") != 0)
            continue;
        const int exit = run("%s/%s --quick %s", path, e->d_name, needs(e->d_name));
        cr_expect_eq(exit, 0, "%s %s:\n%s", kind, e->d_name, output);
        n++;
    }
    closedir(d);
    return n;
}

static void write_table(void)
{
    FILE *f = fopen("/tmp/hone-conform-table.csv", "w");
    cr_assert_not_null(f);
    fprintf(f, "x,y,n,v\n");
    for (int i = 0; i < 60; i++)
        fprintf(f, "%g,%g,%d,%g\n", 0.1 * (i % 11), 0.001 * (1 + i * i), 1 + i % 9, i * 0.37);
    cr_assert_eq(fclose(f), 0);
}

Test(conform, shipped_plugins_pass, .timeout = 900)
{
    write_table();
    cr_expect_geq(check_folder("strategy"), 15);
    cr_expect_geq(check_folder("surrogate"), 2);
    cr_expect_geq(check_folder("acquisition"), 8);
    cr_expect_geq(check_folder("objective"), 6);
    cr_expect_geq(check_folder("pruner"), 8);
}

Test(conform, unknown_tests_are_refused)
{
    cr_expect_eq(run("%s/plugins/strategy/random.so --only finit", BUILD_DIR), 2);
    cr_expect(strstr(output, "did you mean 'finite'"), "%s", output);
    cr_expect_eq(run("%s/plugins/pruner/patient.so", BUILD_DIR), 2);
    cr_expect(strstr(output, "--set pruner.patience=VALUE"), "%s", output);
}

Test(conform, json_and_in_process)
{
    cr_expect_eq(run("%s/plugins/strategy/random.so --only finite --in-process --json", BUILD_DIR),
                 0);
    cr_expect(strstr(output, "\"test\":\"finite\"") && strstr(output, "\"passed\":true"), "%s",
              output);
}
