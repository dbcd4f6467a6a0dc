/* test_status.c - `hone status` as a program, on a study with a bit of everything. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char STUDY[] = "[study]\nname = s\ntrials = 12\nstorage = s.db\nmax_failures = none\n"
                            "[space]\nx = float 0 1\n[strategy]\nplugin = random\n"
                            "[objective]\nplugin = command\nresult = last_line\n"
                            "command = sh -c \"if [ {trial} -lt 3 ]; then exit 7; fi; echo {x}\"\n";

static char *output_of(const char *command)
{
    static char text[8192];
    FILE *in = popen(command, "r");
    cr_assert_not_null(in);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    cr_assert_eq(pclose(in), 0, "%s\n%s", command, text);
    return text;
}

Test(status, counts_the_best_and_why_trials_failed)
{
    char folder[] = "/tmp/hone-status-XXXXXX", command[64];
    cr_assert(mkdtemp(folder) && chdir(folder) == 0);
    FILE *f = fopen("s.ini", "w");
    cr_assert(f && fputs(STUDY, f) >= 0 && fclose(f) == 0);
    output_of(BUILD_DIR "/hone run s.ini -q");
    const char *text = output_of(BUILD_DIR "/hone status s.ini");
    cr_expect_not_null(strstr(text, "12 trials: 9 complete, 3 failed"), "%s", text);
    cr_expect_not_null(strstr(text, "0 workers alive"), "%s", text);
    cr_expect_not_null(strstr(text, "3 x "), "%s", text);
    cr_expect_not_null(strstr(text, "(trial 2)"), "%s", text);
    json_t *o = json_loads(output_of(BUILD_DIR "/hone status s.db --json"), 0, NULL);
    cr_assert_not_null(o);
    cr_expect_eq(json_integer_value(json_object_get(o, "failed")), 3);
    cr_expect_eq(json_array_size(json_object_get(o, "running")), 0);
    cr_expect_geq(json_integer_value(json_object_get(json_object_get(o, "best"), "number")), 3);
    json_decref(o);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_expect_eq(system(command), 0);
}
