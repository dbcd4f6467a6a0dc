/* test_resume.c - going on with a study: strategies that do not repeat themselves, what changed
 * since, pruners that have to know what was reported. */
#include <criterion/criterion.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* LIBS: -lsqlite3 */
#include "study.h"

typedef struct bench {
    char folder[64];
    config c;
    study *s;
    error err;
    char logged[4096];
    log_sink sink;
} bench;

static void keep_line(void *context, int32_t level, const char *line)
{
    bench *b = context;
    size_t used = strlen(b->logged);
    (void)level;
    snprintf(b->logged + used, sizeof b->logged - used, "%s\n", line);
}

static void begin(bench *b)
{
    *b = (bench){.folder = "/tmp/hone-resume-XXXXXX"};
    cr_assert_not_null(mkdtemp(b->folder));
}

static int32_t open_bench(bench *b, const char *strategy, const char *more, bool amend)
{
    char text[1024];
    const char *const dirs[] = {BUILD_DIR "/plugins", BUILD_DIR "/tests/support/plugins"};
    config_settings settings = {.plugins = {.dirs = dirs, .n_dirs = 2, .no_probe = true}};
    b->sink = (log_sink){.write = keep_line, .context = b, .level = HONE_LOG_WARN};
    b->logged[0] = '\0';
    snprintf(text, sizeof text,
             "[study]\nname = s\nseed = 11\ntrials = 40\nstorage = %s/s.db\n"
             "[space]\nx = float 0 1\ny = int 0 50\n[strategy]\nplugin = %s\n%s",
             b->folder, strategy, more);
    int32_t status = config_read(text, "s.ini", b->folder, &settings, &b->c, &b->err);
    cr_assert_eq(status, HONE_OK, "%s", error_text(&b->err));
    study_settings opening = {.config = &b->c, .log = &b->sink, .amend = amend};
    return study_open(&opening, &b->s, &b->err);
}

static void shut(bench *b)
{
    study_close(b->s);
    config_free(&b->c);
    error_free(&b->err);
    b->s = NULL;
}

static void end(bench *b)
{
    char command[128];
    shut(b);
    snprintf(command, sizeof command, "rm -rf %s", b->folder);
    cr_assert_eq(system(command), 0);
}

/* n trials one by one, each with five reports unless the pruner stops it; pruned ones counted. */
static int work(bench *b, int n)
{
    int pruned = 0;
    for (int i = 0; i < n; i++) {
        trial t;
        int64_t given;
        bool stop = false;
        cr_assert_eq(study_ask(b->s, 1, &t, &given, &b->err), HONE_OK, "%s", error_text(&b->err));
        cr_assert_eq(given, 1);
        double value = t.native[0] + t.native[1] / 50;
        for (int step = 1; step <= 5 && !stop; step++)
            cr_assert_geq(study_report(b->s, t.number, step, value, &stop, &b->err), 0);
        told what = {.state = stop ? HONE_PRUNED : HONE_COMPLETE, .values = &value, .seconds = 1};
        cr_assert_eq(study_tell(b->s, t.number, &what, &b->err), HONE_OK, "%s",
                     error_text(&b->err));
        pruned += stop;
    }
    return pruned;
}

static void execute(const bench *b, const char *sql)
{
    char path[96];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/s.db", b->folder);
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    cr_assert_gt(sqlite3_changes(db), 0, "%s", sql);
    sqlite3_close(db);
}

Test(resume, a_strategy_that_does_not_repeat_itself_is_named)
{
    bench b;
    begin(&b);
    cr_assert_eq(open_bench(&b, "moody", "", false), HONE_OK, "%s", error_text(&b.err));
    work(&b, 5);
    shut(&b);
    cr_assert_eq(open_bench(&b, "moody", "", false), HONE_ECHANGED);
    cr_expect(strstr(error_text(&b.err), "'moody' 1.0 does not reproduce trial 0"), "%s",
              error_text(&b.err));
    cr_expect(strstr(error_text(&b.err), "--amend"), "%s", error_text(&b.err));
    end(&b);
}

/* With leave the study goes on from its history, once: the next opening repeats what came since. */
Test(resume, with_amend_it_goes_on_from_the_history)
{
    bench b;
    begin(&b);
    cr_assert_eq(open_bench(&b, "moody", "", false), HONE_OK);
    work(&b, 5);
    shut(&b);
    cr_assert_eq(open_bench(&b, "moody", "", true), HONE_OK, "%s", error_text(&b.err));
    cr_expect(strstr(b.logged, "goes on from its history"), "%s", b.logged);
    cr_expect_eq(history_rows(study_history(b.s)), 5);
    shut(&b);
    cr_assert_eq(open_bench(&b, "moody", "", false), HONE_OK, "%s", error_text(&b.err));
    work(&b, 2);
    end(&b);
}

/* Where another processor, plugin or hone did the first part, that is what is blamed. */
Test(resume, what_changed_since_is_blamed)
{
    bench b;
    begin(&b);
    cr_assert_eq(open_bench(&b, "moody", "", false), HONE_OK);
    work(&b, 3);
    shut(&b);
    execute(&b, "UPDATE hone_study SET value = '0.0.1' WHERE key = 'hone'");
    cr_assert_eq(open_bench(&b, "moody", "", false), HONE_OK, "%s", error_text(&b.err));
    cr_expect(strstr(b.logged, "changed since: hone (0.0.1 then, "), "%s", b.logged);
    end(&b);
}

/* The pruner is told again what was reported: 20 trials in four sittings prune as in one. */
Test(resume, pruners_know_what_was_reported)
{
    static const char *const PRUNERS[] = {"median", "percentile", "asha", "patient"};
    for (size_t i = 0; i < sizeof PRUNERS / sizeof *PRUNERS; i++) {
        bench whole, parts;
        char section[64];
        int in_whole, in_parts = 0;
        snprintf(section, sizeof section, "[pruner]\nplugin = %s\n%s", PRUNERS[i],
                 strcmp(PRUNERS[i], "patient") == 0 ? "patience = 2\n" : "");
        begin(&whole);
        cr_assert_eq(open_bench(&whole, "random", section, false), HONE_OK, "%s",
                     error_text(&whole.err));
        in_whole = work(&whole, 20);
        end(&whole);
        begin(&parts);
        for (int part = 0; part < 4; part++) {
            cr_assert_eq(open_bench(&parts, "random", section, false), HONE_OK, "%s",
                         error_text(&parts.err));
            in_parts += work(&parts, 5);
            shut(&parts);
        }
        end(&parts);
        cr_expect_eq(in_whole, in_parts, "%s: %d and %d", PRUNERS[i], in_whole, in_parts);
        cr_expect(in_whole > 0 || strcmp(PRUNERS[i], "patient") == 0, "%s pruned nothing",
                  PRUNERS[i]);
    }
}
