/* test_batch.c - study.batch: the same bits for any number of workers and any timing; and
 * study.order = replayable: what several did in free order, repeated by one.
 *
 * Evaluations sleep for a time that the clock's last digits choose, one trial fails. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char STUDY[] =
    "[study]\nname = b\nseed = 3\ntrials = 24\nbatch = 6\nstorage = b.db\nmax_failures = none\n"
    "[space]\nx = float -5 10\ny = float 0 1\n[strategy]\nplugin = %s\n"
    "[objective]\nplugin = command\nresult = last_line\n"
    "command = sh -c \"sleep 0.0$(date +%%N | cut -c5); [ {trial} != 7 ] && echo {x} {y} | "
    "awk '{ printf \\\"%%.17g\\\", $1 * $1 + $2 }'\"\n";

/* Every point and value, to the last bit, in the order of numbers. */
static char *stored(void)
{
    sqlite3 *db;
    sqlite3_stmt *q;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    cr_assert_eq(sqlite3_open("b.db", &db), SQLITE_OK);
    cr_assert_eq(
        sqlite3_prepare_v2(db,
                           "SELECT t.number, t.state, p.param_name, "
                           "printf('%!.20g', p.param_value) FROM trials t JOIN trial_params p "
                           "ON p.trial_id = t.trial_id ORDER BY t.number, p.param_name",
                           -1, &q, NULL),
        SQLITE_OK, "%s", sqlite3_errmsg(db));
    while (sqlite3_step(q) == SQLITE_ROW)
        fprintf(out, "%s %s %s=%s\n", sqlite3_column_text(q, 0), sqlite3_column_text(q, 1),
                sqlite3_column_text(q, 2), sqlite3_column_text(q, 3));
    sqlite3_finalize(q);
    sqlite3_close(db);
    fclose(out);
    return text;
}

static char *run(const char *how)
{
    char command[512];
    snprintf(command, sizeof command, "rm -f b.db*; %s", how);
    cr_assert_eq(system(command), 0, "%s", how);
    return stored();
}

static void compare(const char *strategy)
{
    static const char *const ways[] = {BUILD_DIR "/hone run b.ini -q --workers 5 >out 2>&1",
                                       "for i in 1 2 3; do " BUILD_DIR
                                       "/hone run b.ini -q --workers 2 >out 2>&1 & done; wait"};
    FILE *f = fopen("b.ini", "w");
    cr_assert(f && fprintf(f, STUDY, strategy) > 0 && fclose(f) == 0);
    char *alone = run(BUILD_DIR "/hone run b.ini -q >out 2>&1");
    cr_expect_not_null(strstr(alone, "\n23 COMPLETE x="), "%s", alone);
    /* several processes are for strategies without a state of their own */
    for (int i = 0; i < (strcmp(strategy, "cmaes") == 0 ? 1 : 2); i++) {
        char *many = run(ways[i]);
        cr_expect_str_eq(many, alone, "%s: %s", strategy, ways[i]);
        free(many);
    }
    free(alone);
}

Test(batch, gives_the_same_bits_whoever_works, .timeout = 60)
{
    char folder[] = "/tmp/hone-batch-XXXXXX", command[64];
    cr_assert(mkdtemp(folder) && chdir(folder) == 0);
    compare("tpe");
    compare("cmaes");
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_expect_eq(system(command), 0);
}

Test(replay, repeats_what_several_processes_asked, .timeout = 60)
{
    char folder[] = "/tmp/hone-replay-XXXXXX", command[512];
    cr_assert(mkdtemp(folder) && chdir(folder) == 0);
    FILE *f = fopen("b.ini", "w");
    cr_assert(f && fprintf(f, STUDY, "tpe") > 0 && fclose(f) == 0);
    snprintf(command, sizeof command,
             "for i in 1 2 3; do " BUILD_DIR
             "/hone run b.ini -q --workers 2 --set study.batch=none "
             "--set study.order=replayable >out 2>&1 & done; wait");
    cr_assert_eq(system(command), 0);
    cr_expect_eq(system(BUILD_DIR "/hone replay b.ini --set study.batch=none "
                                  "--set study.order=replayable >out 2>&1 && "
                                  "grep -q '24 trials repeated: the same bits' out"),
                 0, "%s", folder);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_expect_eq(system(command), 0);
}
