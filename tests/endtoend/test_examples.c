/* test_examples.c - every folder of examples/ and of transcripts/ (beside this file) does what
 * its expected.out says, and so does the README.
 *
 * expected.out is a transcript, run in a copy of the folder with the program on the PATH:
 *
 *     # a comment
 *     # within 1e-6          numbers may differ by so much times max(1, number); 0 at first
 *     $ hone best study.ini  a command, run by sh; its standard output has to be
 *     best ... = 0.25        what follows; `...` stands for any text, or alone for any lines
 *     [2]                    its exit status, where that is not 0
 *
 * HONE_GOLDEN=write puts what was printed in place of what does not match.
 *
 * Of the README, the first study is written out and the program's lines after it are run; they
 * have to succeed. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 240 }; /* a command that takes longer is killed */

/* ---- one line against another ---- */

static bool number_begins(const char *line, const char *at)
{
    const char *digit = at + (*at == '-' || *at == '+');
    digit += *digit == '.';
    return isdigit((unsigned char)*digit) &&
           (at == line || !(isalnum((unsigned char)at[-1]) || at[-1] == '_' || at[-1] == '.'));
}

static bool near(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance * fmax(1.0, fabs(a)) || (isinf(a) && a == b);
}

static bool line_matches(const char *want, const char *got, double tolerance)
{
    const char *want_line = want, *got_line = got;
    for (;;) {
        if (strncmp(want, "...", 3) == 0) {
            for (const char *rest = got;; rest++) {
                if (line_matches(want + 3, rest, tolerance))
                    return true;
                if (!*rest)
                    return false;
            }
        }
        if (number_begins(want_line, want) && number_begins(got_line, got)) {
            char *want_end, *got_end;
            double a = strtod(want, &want_end), b = strtod(got, &got_end);
            if (!near(a, b, tolerance))
                return false;
            want = want_end;
            got = got_end;
        } else if (*want != *got) {
            return false;
        } else if (!*want) {
            return true;
        } else {
            want++;
            got++;
        }
    }
}

/* ---- lines ---- */

typedef struct lines {
    int n;
    char **line; /* [n] and the text they point into */
    char *text;
} lines;

static lines lines_of(char *text)
{
    lines l = {.text = text, .line = calloc(strlen(text) + 2, sizeof *l.line)};
    for (char *end; *text; text = end) {
        end = text + strcspn(text, "\n");
        if (*end)
            *end++ = '\0';
        l.line[l.n++] = text;
    }
    return l;
}

static void lines_free(lines *l)
{
    free(l->line);
    free(l->text);
}

static bool all_match(char **want, int n_want, char **got, int n_got, double tolerance)
{
    if (n_want == 0)
        return n_got == 0;
    if (strcmp(want[0], "...") == 0) {
        for (int skip = 0; skip <= n_got; skip++)
            if (all_match(want + 1, n_want - 1, got + skip, n_got - skip, tolerance))
                return true;
        return false;
    }
    return n_got > 0 && line_matches(want[0], got[0], tolerance) &&
           all_match(want + 1, n_want - 1, got + 1, n_got - 1, tolerance);
}

static char *file_text(FILE *in)
{
    char *text = NULL, buffer[4096];
    size_t size = 0, n;
    FILE *out = open_memstream(&text, &size);
    while ((n = fread(buffer, 1, sizeof buffer, in)) > 0)
        fwrite(buffer, 1, n, out);
    fclose(out);
    return text;
}

static lines file_lines(const char *path)
{
    FILE *in = fopen(path, "r");
    cr_assert(in, "%s: %s", path, strerror(errno));
    lines l = lines_of(file_text(in));
    fclose(in);
    return l;
}

/* ---- commands ---- */

/* Standard output in lines, and the exit status as its last line where it is not 0. */
static lines run(const char *command)
{
    char script[] = "/tmp/hone_command_XXXXXX";
    char call[128];
    FILE *file = fdopen(mkstemp(script), "w");
    cr_assert(file);
    fprintf(file, "%s\n", command);
    fclose(file);
    snprintf(call, sizeof call, "timeout %d sh %s", SECONDS, script);
    FILE *in = popen(call, "r");
    cr_assert(in, "%s", command);
    char *text = file_text(in);
    int status = pclose(in);
    unlink(script);
    lines l = lines_of(text);
    static char ending[32];
    if (status != 0) {
        snprintf(ending, sizeof ending, "[%d]",
                 WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        l.line[l.n++] = ending;
    }
    return l;
}

static void complain(const char *where, const char *command, char **want, int n_want,
                     const lines *got)
{
    fprintf(stderr, "%s: $ %s\n", where, command);
    for (int i = 0; i < n_want; i++)
        fprintf(stderr, "    wanted: %s\n", want[i]);
    for (int i = 0; i < got->n; i++)
        fprintf(stderr, "    got:    %s\n", got->line[i]);
}

static bool ends_block(const char *line)
{
    return strncmp(line, "$ ", 2) == 0 || strncmp(line, "# ", 2) == 0;
}

/* Runs a transcript in the working directory; what it should have been goes to `renewed`. */
static int play(const char *where, const lines *script, FILE *renewed)
{
    double tolerance = 0.0;
    int failures = 0;

    for (int i = 0; i < script->n; i++) {
        const char *line = script->line[i];
        fprintf(renewed, "%s\n", line);
        if (sscanf(line, "# within %lf", &tolerance) == 1 || strncmp(line, "$ ", 2) != 0)
            continue;
        char **want = script->line + i + 1;
        int n = 0;
        while (i + 1 + n < script->n && !ends_block(want[n]))
            n++;
        int n_blank = n; /* blank lines before the next command are layout */
        while (n > 0 && !*want[n - 1])
            n--;
        lines got = run(line + 2);
        bool good = all_match(want, n, got.line, got.n, tolerance);
        if (!good) {
            complain(where, line + 2, want, n, &got);
            failures++;
        }
        for (int k = 0; k < (good ? n : got.n); k++)
            fprintf(renewed, "%s\n", good ? want[k] : got.line[k]);
        for (int k = n; k < n_blank; k++)
            fprintf(renewed, "\n");
        i += n_blank;
        lines_free(&got);
    }
    return failures;
}

/* A scratch copy of `folder` as the working directory, with the program on the PATH. */
static void enter_copy(const char *folder, char scratch[64])
{
    char command[PATH_MAX + 128], path[PATH_MAX];
    strcpy(scratch, "/tmp/hone_example_XXXXXX");
    cr_assert(mkdtemp(scratch));
    snprintf(command, sizeof command, "cp -r '%s/%s' %s/", SOURCE_DIR, folder, scratch);
    cr_assert_eq(system(command), 0);
    snprintf(path, sizeof path, "%s:%s", BUILD_DIR, getenv("PATH"));
    setenv("PATH", path, 1);
    setenv("PKG_CONFIG_PATH", BUILD_DIR "/pkgconfig", 1);
    setenv("LC_ALL", "C", 1);
    unsetenv("HONE_PLUGIN_PATH");
    unsetenv("MAKEFLAGS");
}

static void leave_copy(const char *scratch)
{
    char command[128];
    cr_assert_eq(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -rf %s", scratch);
    cr_expect_eq(system(command), 0);
}

static void check_transcript(const char *path)
{
    char *renewed = NULL;
    size_t size;
    FILE *out = open_memstream(&renewed, &size);
    lines script = file_lines(path);
    int failures = play(path, &script, out);
    fclose(out);
    const char *golden = getenv("HONE_GOLDEN");
    if (failures && golden && strcmp(golden, "write") == 0) {
        FILE *file = fopen(path, "w");
        cr_assert(file && fputs(renewed, file) >= 0 && fclose(file) == 0);
    } else {
        cr_expect_eq(failures, 0, "%s", path);
    }
    lines_free(&script);
    free(renewed);
}

enum { ROOM = 64 };

/* The folders in `folder`, each as a name. */
static struct criterion_test_params folders_in(const char *folder)
{
    char(*names)[64] = cr_malloc(ROOM * sizeof *names); /* the tests' processes see it too */
    size_t n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e; d && n < ROOM && (e = readdir(d));)
        if (e->d_name[0] != '.' && strlen(e->d_name) < sizeof *names)
            strcpy(names[n++], e->d_name);
    if (d)
        closedir(d);
    return cr_make_param_array(char[64], names, n);
}

/* Plays the transcript of parent/name in a copy of the folder. */
static void play_folder(const char *parent, const char *name)
{
    char folder[128], scratch[64], path[PATH_MAX];
    snprintf(folder, sizeof folder, "%s/%.63s", parent, name);
    enter_copy(folder, scratch);
    snprintf(path, sizeof path, "%s/%.63s", scratch, name);
    cr_assert_eq(chdir(path), 0);
    snprintf(path, sizeof path, "%s/%s/expected.out", SOURCE_DIR, folder);
    check_transcript(path);
    leave_copy(scratch);
}

ParameterizedTestParameters(examples, print_what_they_should)
{
    return folders_in(SOURCE_DIR "/examples");
}

ParameterizedTest(char name[64], examples, print_what_they_should, .timeout = 600)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/examples/%.63s/README.md", SOURCE_DIR, name);
    cr_expect_eq(access(path, R_OK), 0, "%s is missing", path);
    play_folder("examples", name);
}

ParameterizedTestParameters(transcripts, print_what_they_should)
{
    return folders_in(SOURCE_DIR "/tests/endtoend/transcripts");
}

ParameterizedTest(char name[64], transcripts, print_what_they_should, .timeout = 600)
{
    play_folder("tests/endtoend/transcripts", name);
}

Test(readme, first_study_runs_as_it_is_shown, .timeout = 600)
{
    char scratch[64];
    enter_copy("examples/heart-svm/heart_scale", scratch);
    cr_assert_eq(chdir(scratch), 0);
    lines readme = file_lines(SOURCE_DIR "/README.md");
    FILE *study = NULL;
    int i = 0, commands = 0;
    while (i < readme.n && strcmp(readme.line[i], "```ini") != 0)
        i++;
    cr_assert((study = fopen("study.ini", "w")));
    for (i++; i < readme.n && strcmp(readme.line[i], "```") != 0; i++)
        fprintf(study, "%s\n", readme.line[i]);
    fclose(study);
    for (; i < readme.n && strncmp(readme.line[i], "## ", 3) != 0; i++) {
        if (strncmp(readme.line[i], "    hone ", 9) != 0)
            continue;
        lines got = run(readme.line[i]);
        bool failed = got.n > 0 && got.line[got.n - 1][0] == '[';
        cr_expect(!failed, "README: %s: status %s", readme.line[i], got.line[got.n ? got.n - 1 : 0]);
        lines_free(&got);
        commands++;
    }
    cr_assert_geq(commands, 3);
    lines_free(&readme);
    leave_copy(scratch);
}

/* The comparison itself: a test that cannot fail tests nothing. */
Test(transcript, numbers_and_gaps)
{
    cr_expect(line_matches("a 1.5 b", "a 1.5 b", 0));
    cr_expect(line_matches("a 1.5 b", "a 1.50 b", 0));
    cr_expect(!line_matches("a 1.5 b", "a 1.51 b", 0));
    cr_expect(line_matches("a 1.5 b", "a 1.51 b", 0.1));
    cr_expect(!line_matches("a 1.5 b", "a 1.7 b", 0.1));
    cr_expect(line_matches("x=-1e3", "x=-1000", 0));
    cr_expect(!line_matches("x1", "x2", 10));
    cr_expect(line_matches("t ... s", "t 12 ms s", 0));
    cr_expect(!line_matches("t ... s", "t 12 ms", 0));
    lines want = lines_of(strdup("a\n...\nb")), got = lines_of(strdup("a\n1\n2\nb\na\nb"));
    cr_expect(all_match(want.line, 3, got.line, 4, 0));
    cr_expect(!all_match(want.line, 3, got.line, 3, 0));
    cr_expect(all_match(want.line, 3, got.line + 4, 2, 0));
    lines_free(&want);
    lines_free(&got);
}
