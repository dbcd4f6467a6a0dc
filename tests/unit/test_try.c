/* test_try.c - `hone try`: one point, or points as lines, and nothing stored. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

static void begin(const char *study)
{
    char path[100];
    strcpy(folder, "/tmp/hone-try-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s.ini", folder);
    FILE *f = fopen(path, "w");
    fprintf(f, "[study]\nname = s\nstorage = s.db\n%s", study);
    fclose(f);
}

static void end(void)
{
    char line[200];
    snprintf(line, sizeof line, "test ! -e %s/s.db && rm -r %s", folder, folder);
    cr_assert_eq(system(line), 0, "nothing is stored");
}

/* The output of `hone try s.ini ARGUMENTS`; its exit status in *status. */
static const char *try(const char *arguments, int *status)
{
    static char out[4096];
    char line[1000];
    snprintf(line, sizeof line, "exec 2>&1; cd %s; " BUILD_DIR "/hone try s.ini --quiet %s", folder,
             arguments);
    FILE *f = popen(line, "r");
    size_t n = fread(out, 1, sizeof out - 1, f);
    out[n] = '\0';
    *status = WEXITSTATUS(pclose(f));
    return out;
}

static const char COMMAND[] =
    "[space]\nx = float 0 10\nk = categorical a b\nz = int 1 5 when k = b\n[objective]\n"
    "plugin = command\ncommand = sh -c 'echo $0; exit $1' {x} [{z}]\n";

static void gives(const char *arguments, int status, const char *first)
{
    int exited;
    const char *out = try(arguments, &exited);
    cr_assert(strncmp(out, first, strlen(first)) == 0, "%s: %s", arguments, out);
    cr_assert_eq(exited, status, "%s: %s", arguments, out);
}

Test(try, one_point, .timeout = 30)
{
    begin(COMMAND);
    gives("x=1.5", 0, "{\"state\":\"complete\",\"value\":1.5,\"values\":[1.5],\"seconds\":0.0");
    gives("", 0, "{\"state\":\"complete\",\"value\":5.0,"); /* the middle */
    gives("k=b z=3", 1, "{\"state\":\"failed\",\"reason\":\"exit status 3\",");
    end();
}

Test(try, wrong_points, .timeout = 30)
{
    begin(COMMAND);
    gives("X=1", 2, "hone: 'X' is no parameter of the study; did you mean 'x'?");
    gives("x", 2, "hone: 'x': a parameter is written name=value");
    gives("z=3 k=a", 2, "hone: 'z' is inactive here: it depends on the value of 'k'");
    gives("x=1 --stdin", 2, "hone try: parameters come as arguments or with --stdin");
    int status;
    const char *out = try("x=11", &status);
    cr_assert(status == 2 && strstr(out, "x"), "%s", out);
    end();
}

Test(try, lines, .timeout = 30)
{
    begin(COMMAND);
    int status;
    const char *out = try("--stdin <<'.'\n{\"x\":2}\n\n{\"x\":3,\"k\":\"b\",\"z\":4}\n{\"y\":1}\n[1]\n"
                          "{\"x\":4,\"z\":null}\n.\n", &status);
    char copy[4096], *line[8] = {NULL};
    int n = 0;
    strcpy(copy, out);
    for (char *at = strtok(copy, "\n"); at && n < 8; at = strtok(NULL, "\n"))
        line[n++] = at;
    cr_assert_eq(n, 5, "%s", out);
    cr_assert(strstr(line[0], "\"value\":2.0"));
    cr_assert(strstr(line[1], "exit status 4"));
    cr_assert(strncmp(line[2], "{\"error\":\"'y' is no parameter", 29) == 0);
    cr_assert(strncmp(line[3], "{\"error\":\"not a JSON object", 26) == 0);
    cr_assert(strstr(line[4], "\"value\":4.0"));
    cr_assert_eq(status, 1);
    end();
}

Test(try, several_values, .timeout = 30)
{
    begin("goal = minimize minimize\nconstraints = c1 c2\n[objective]\nplugin = testfn\n"
          "function = binh_korn\n");
    gives("x1=5 x2=3", 0, "{\"state\":\"complete\",\"value\":136.0,\"values\":[136.0,4.0],"
                          "\"constraints\":[-16.0,-37.");
    end();
}

/* What a person sees: script(1) gives the command a terminal. */
Test(try, for_people, .timeout = 30)
{
    if (access("/usr/bin/script", X_OK) != 0)
        cr_skip_test("script is not installed (bsdutils)");
    begin(COMMAND);
    char line[300], out[4096];
    snprintf(line, sizeof line, "cd %s && script -qec '" BUILD_DIR "/hone try s.ini x=2' /dev/null",
             folder);
    FILE *f = popen(line, "r");
    size_t n = fread(out, 1, sizeof out - 1, f);
    out[n] = '\0';
    cr_assert_eq(pclose(f), 0, "%s", out);
    cr_assert(strstr(out, "point: x=2 k=a"), "%s", out);
    cr_assert(strstr(out, "sh -c 'echo $0; exit $1' 2"), "%s", out);
    cr_assert(strstr(out, "complete after"), "%s", out);
    end();
}
