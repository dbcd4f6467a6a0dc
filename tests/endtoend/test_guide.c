/* test_guide.c - every command that sdk/GUIDE.md shows in a block ```sh runs, in its order. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The lines between ```sh and ``` of the guide, with `set -e` before them. */
static int take_commands(const char *from, const char *to)
{
    char line[1024];
    int inside = 0, n = 0;
    FILE *guide = fopen(from, "r"), *script = fopen(to, "w");
    cr_assert(guide && script);
    fputs("set -ex\n", script);
    while (fgets(line, sizeof line, guide)) {
        if (strncmp(line, "```", 3) == 0) {
            inside = strcmp(line, "```sh\n") == 0;
            continue;
        }
        if (inside) {
            fputs(line, script);
            n++;
        }
    }
    cr_assert(fclose(guide) == 0 && fclose(script) == 0);
    return n;
}

Test(guide, its_commands_run, .timeout = 600)
{
    char folder[] = "/tmp/hone-guide-XXXXXX", script[128], line[512], output[16384];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(script, sizeof script, "%s/commands", folder);
    const int n = take_commands(SOURCE_DIR "/sdk/GUIDE.md", script);
    cr_expect(n >= 5 && n <= 8, "from nothing to a comparison takes %d commands", n);
    snprintf(line, sizeof line, "unset MAKEFLAGS; cd %s && PATH=%s:$PATH sh ./commands 2>&1", folder, BUILD_DIR);
    FILE *pipe = popen(line, "r");
    cr_assert_not_null(pipe);
    const size_t length = fread(output, 1, sizeof output - 1, pipe);
    output[length] = '\0';
    while (fgetc(pipe) != EOF)
        continue;
    const int status = pclose(pipe);
    cr_expect_eq(WEXITSTATUS(status), 0, "%s", output);
    snprintf(line, sizeof line, "rm -rf %s", folder);
    cr_assert_eq(system(line), 0);
}

/* Every header that it names is there. */
Test(guide, its_headers_exist)
{
    char text[65536], path[256];
    FILE *f = fopen(SOURCE_DIR "/sdk/GUIDE.md", "r");
    cr_assert_not_null(f);
    const size_t length = fread(text, 1, sizeof text - 1, f);
    text[length] = '\0';
    fclose(f);
    int found = 0;
    for (const char *at = text; (at = strstr(at, "`hone_")); at++) {
        char name[64];
        if (sscanf(at, "`%63[a-z_].h`", name) != 1 || at[1 + strlen(name)] != '.')
            continue;
        snprintf(path, sizeof path, "%s/sdk/%s.h", SOURCE_DIR, name);
        cr_expect_eq(access(path, R_OK), 0, "%s is not there", path);
        found++;
    }
    cr_expect_geq(found, 8);
}
