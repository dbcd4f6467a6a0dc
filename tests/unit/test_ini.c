/* Study files as sections and entries, through the packaged inih and its traps. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ini.h"
#include "text.h"

static const char *value_of(const ini *doc, const char *section, const char *name)
{
    const ini_entry *e = ini_get(ini_find(doc, section), name);
    return e ? e->value : "(none)";
}

static ini read_good(const char *s)
{
    ini doc;
    error err = {0};
    int32_t status = ini_read(s, strlen(s), "s.ini", NULL, &doc, &err);
    cr_assert_eq(status, HONE_OK, "%s", error_text(&err));
    return doc;
}

Test(ini, values_arrive_whole)
{
    ini doc = read_good("; a comment\n"
                        "# another\n"
                        "[objective]\n"
                        "command = sh -c \"cd sim ; ./run {x}\" # not a comment\n"
                        "metric=a=b;c#d={e}'f'\"g\"\n"
                        "empty =\n"
                        "tabs\t=\t inner  blanks \t\n"
                        "  ; an indented comment\n"
                        "key.1 = one: two\n");
    cr_expect_str_eq(value_of(&doc, "objective", "command"),
                     "sh -c \"cd sim ; ./run {x}\" # not a comment");
    cr_expect_str_eq(value_of(&doc, "objective", "metric"), "a=b;c#d={e}'f'\"g\"");
    cr_expect_str_eq(value_of(&doc, "objective", "empty"), "");
    cr_expect_str_eq(value_of(&doc, "objective", "tabs"), "inner  blanks");
    cr_expect_str_eq(value_of(&doc, "objective", "key.1"), "one: two");
    const ini_entry *e = ini_get(ini_find(&doc, "objective"), "key.1");
    cr_expect_eq(e->line, 9);
    cr_expect_str_eq(e->origin, "s.ini:9");
    cr_expect_eq(ini_find(&doc, "objective")->line, 3);
    cr_expect_null(ini_get(NULL, "x"));
    ini_free(&doc);
    ini_free(NULL);
}

Test(ini, long_values_are_not_shortened)
{
    for (size_t n = 190; n <= 5200; n += n < 210 ? 1 : 4990) {
        text t = {0};
        text_add(&t, "[a]\nx = ");
        for (size_t i = 0; i < n; i++)
            text_put(&t, &"abcdefghij ;#=[]"[i % 16], 1);
        text_add(&t, "|\ny = 1\n");
        ini doc = read_good(t.data);
        cr_assert_eq(strlen(value_of(&doc, "a", "x")), n + 1);
        cr_assert_str_eq(value_of(&doc, "a", "y"), "1");
        ini_free(&doc);
        text_free(&t);
    }
}

Test(ini, line_ends_marks_and_missing_ones)
{
    ini doc = read_good("\xEF\xBB\xBF[a]\r\nx = 1\r\n\r\n[b]\r\ny = 2");
    cr_expect_str_eq(value_of(&doc, "a", "x"), "1");
    cr_expect_str_eq(value_of(&doc, "b", "y"), "2");
    ini_free(&doc);
    doc = read_good("");
    cr_expect_eq(doc.n_sections, 0);
    ini_free(&doc);
    doc = read_good("[a]\n[b]\n[point 1]\nx = 1\n[point 2]");
    cr_expect_eq(doc.n_sections, 4, "empty sections are there");
    cr_expect_eq(ini_find(&doc, "a")->n_entries, 0);
    cr_expect_str_eq(doc.sections[3].name, "point 2");
    ini_free(&doc);
}

Test(ini, every_kind_of_refused_line)
{
    static const struct {
        const char *text, *sentence;
    } rows[] = {
        {"[a]\nfoo\n",
         "s.ini:2: 'foo' is no entry; allowed: name = value, [section], or ; and a comment"},
        {"[a]\n  x = 1\n", "s.ini:2: indented; sections and entries begin at the left margin, and "
                           "a value stands on one line"},
        {"[a]\nx = 1\n more\n", "s.ini:3: indented; sections and entries begin at the left margin, "
                                "and a value stands on one line"},
        {"x = 1\n", "s.ini:1: 'x' stands above the first [section]"},
        {"[a\nx = 1\n", "s.ini:1: '[a' lacks the closing ]"},
        {"[a] ; why\n",
         "s.ini:1: '; why' follows the section's name; a comment stands on a line of its own"},
        {"[]\n", "s.ini:1: '[]' is no section; allowed: letters, digits, _ - and blanks between"},
        {"[a.b]\n",
         "s.ini:1: '[a.b]' is no section; allowed: letters, digits, _ - and blanks between"},
        {"[a]\n1x = 1\n",
         "s.ini:2: '1x' is no name; allowed: a letter or _, then letters, digits, _ . -"},
        {"[a]\n= 1\n",
         "s.ini:2: '' is no name; allowed: a letter or _, then letters, digits, _ . -"},
        {"[a]\nx y = 1\n",
         "s.ini:2: 'x y' is no name; allowed: a letter or _, then letters, digits, _ . -"},
        {"[a]\nx:y = 1\n",
         "s.ini:2: 'x:y' is no name; allowed: a letter or _, then letters, digits, _ . -"},
        {"[a]\nx = 1\ny = 2\nx = 3\nx = 4\n", "s.ini:4: [a] 'x' stands twice, first in line 2\n"
                                               "s.ini:5: [a] 'x' stands twice, first in line 2"},
        {"[a]\nx = 1\n[b]\n[a]\n",
         "s.ini:4: [a] stands twice, first in line 1; sections that repeat have names of their "
         "own: [point 1], [point 2]"},
        {"[a]\nx01234567890123456789012345678901234567890123456 = 1\n"
         "x012345678901234567890123456789012345678901234567 = 1\n",
         "s.ini:3: a name has at most 48 bytes, not 49"},
        {"[a01234567890123456789012345678901234567890123456]\n"
         "[a012345678901234567890123456789012345678901234567]\n",
         "s.ini:2: a section's name has at most 48 bytes, not 49"},
        {"[a\nx\nb\n[b]\ny\n", /* all in one go */
         "s.ini:1: '[a' lacks the closing ]\n"
         "s.ini:2: 'x' is no entry; allowed: name = value, [section], or ; and a comment\n"
         "s.ini:3: 'b' is no entry; allowed: name = value, [section], or ; and a comment\n"
         "s.ini:5: 'y' is no entry; allowed: name = value, [section], or ; and a comment"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ini doc;
        error err = {0};
        int32_t status = ini_read(rows[i].text, strlen(rows[i].text), "s.ini", NULL, &doc, &err);
        cr_expect_eq(status, HONE_ECONFIG, "row %zu", i);
        cr_expect_str_eq(error_text(&err), rows[i].sentence);
        cr_expect_eq(doc.n_sections, 0);
        error_free(&err);
        ini_free(&doc);
    }
}

Test(ini, nul_bytes_and_long_lines)
{
    ini doc;
    error err = {0};
    cr_expect_eq(ini_read("[a]\nx = 1\0y\n", 12, "s.ini", NULL, &doc, &err), HONE_ECONFIG);
    cr_expect_str_eq(error_text(&err), "s.ini:2: a NUL byte; a study file is text");
    error_free(&err);
    size_t n = ((size_t)1 << 20) + 10;
    char *s = malloc(n);
    memset(s, 'x', n);
    memcpy(s, "[a]\nx = ", 8);
    cr_expect_eq(ini_read(s, n, "s.ini", NULL, &doc, &err), HONE_ECONFIG);
    cr_expect_str_eq(error_text(&err), "s.ini:2: a line has at most 1 MiB, not 1048582 bytes");
    error_free(&err);
    cr_expect_eq(ini_read(s, n - 6, "s.ini", NULL, &doc, &err), HONE_OK);
    ini_free(&doc);
    free(s);
}

static void set(ini *doc, const char *assignment, const char *sentence)
{
    error err = {0};
    int32_t status = ini_set(doc, assignment, &err);
    cr_expect_eq(status, *sentence ? HONE_ECONFIG : HONE_OK, "%s", assignment);
    cr_expect_str_eq(error_text(&err), sentence);
    error_free(&err);
}

Test(ini, assignments)
{
    ini doc = read_good("[strategy]\nplugin = bayes\n");
    set(&doc, "strategy.plugin=tpe", "");
    set(&doc, "objective.metric.1 = a = b.c ", "");
    set(&doc, "point 1.x=3", "");
    set(&doc, "strategy.empty=", "");
    cr_expect_str_eq(value_of(&doc, "strategy", "plugin"), "tpe");
    cr_expect_str_eq(ini_get(ini_find(&doc, "strategy"), "plugin")->origin, "--set");
    cr_expect_eq(ini_get(ini_find(&doc, "strategy"), "plugin")->line, 0);
    cr_expect_str_eq(value_of(&doc, "objective", "metric.1"), "a = b.c");
    cr_expect_str_eq(value_of(&doc, "point 1", "x"), "3");
    cr_expect_str_eq(value_of(&doc, "strategy", "empty"), "");
    set(&doc, "nothing", "--set: 'nothing' is no assignment; allowed: section.key=value");
    set(&doc, "x=a.b", "--set: 'x=a.b' is no assignment; allowed: section.key=value");
    set(&doc, ".x=1", "--set: '.x=1' names no entry; allowed: section.key=value");
    set(&doc, "a.=1", "--set: 'a.=1' names no entry; allowed: section.key=value");
    set(&doc, "", "--set: '' is no assignment; allowed: section.key=value");
    for (int i = 0; i < 100; i++) {
        char one[32];
        snprintf(one, sizeof one, "many.k%d=%d", i, i);
        set(&doc, one, "");
    }
    cr_expect_eq(ini_find(&doc, "many")->n_entries, 100);
    ini_free(&doc);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void refused(const char *path, const char *sentence)
{
    ini doc;
    error err = {0};
    double begin = seconds();
    cr_expect_eq(ini_load(path, &doc, &err), HONE_ECONFIG);
    cr_expect_str_eq(error_text(&err), sentence);
    cr_expect_lt(seconds() - begin, 1);
    error_free(&err);
}

Test(ini, only_regular_files)
{
    char folder[] = "/tmp/hone-ini-XXXXXX", path[128], sentence[256];
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/fifo", folder);
    cr_assert_eq(mkfifo(path, 0600), 0);
    snprintf(sentence, sizeof sentence, "%s: is a pipe; a study file is a regular file", path);
    refused(path, sentence);
    unlink(path);
    snprintf(sentence, sizeof sentence, "%s: is a directory; a study file is a regular file",
             folder);
    refused(folder, sentence);
    refused("/dev/zero", "/dev/zero: is a device; a study file is a regular file");
    snprintf(sentence, sizeof sentence, "%s: cannot be opened: No such file or directory", path);
    refused(path, sentence);
    snprintf(path, sizeof path, "%s/large", folder);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    cr_assert_eq(ftruncate(fd, ((off_t)16 << 20) + 1), 0);
    close(fd);
    snprintf(sentence, sizeof sentence, "%s: a study file has at most 16 MiB", path);
    refused(path, sentence);
    unlink(path);
    rmdir(folder);
}

Test(ini, folder_is_the_files_own)
{
    char folder[] = "/tmp/hone-ini-XXXXXX", path[128];
    ini doc;
    error err = {0};
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s.ini", folder);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    cr_assert_eq(write(fd, "[a]\n", 4), 4);
    close(fd);
    cr_assert_eq(ini_load(path, &doc, &err), HONE_OK);
    cr_expect_str_eq(doc.folder, folder);
    cr_expect_str_eq(doc.path, path);
    ini_free(&doc);
    cr_assert_eq(chdir(folder), 0);
    cr_assert_eq(ini_load("s.ini", &doc, &err), HONE_OK);
    cr_expect_str_eq(doc.folder, folder);
    ini_free(&doc);
    unlink(path);
    rmdir(folder);
}
