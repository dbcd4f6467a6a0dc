/* test_structure.c - what the tree promises about itself: who includes whom, what a shared
 * object shows to the world, what the headers compile as. */
#include <criterion/criterion.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- files and commands ---- */

typedef void (*line_visitor)(const char *path, int number, const char *line);
static line_visitor visiting; /* nftw carries no context */
static int visited;

static void each_line(const char *path)
{
    char line[8192];
    FILE *in = fopen(path, "r");
    cr_assert(in, "%s", path);
    for (int number = 1; fgets(line, sizeof line, in); number++)
        visiting(path, number, line);
    fclose(in);
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *at)
{
    const char *dot = strrchr(path, '.');
    (void)st, (void)at;
    if (type == FTW_F && dot && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0)) {
        visited++;
        each_line(path);
    }
    return 0;
}

static void each_source(const char *folder, line_visitor visitor)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", SOURCE_DIR, folder);
    visiting = visitor;
    visited = 0;
    cr_assert_eq(nftw(path, visit, 16, FTW_PHYS), 0, "%s", path);
    cr_assert_gt(visited, 0, "no sources in %s", path);
}

/* What a shell command prints, malloc'ed; it has to succeed. */
static char *output_of(const char *command)
{
    char *text = NULL;
    size_t size = 0, n;
    char buffer[4096];
    FILE *out = open_memstream(&text, &size), *in = popen(command, "r");
    cr_assert(out && in, "%s", command);
    while ((n = fread(buffer, 1, sizeof buffer, in)) > 0)
        fwrite(buffer, 1, n, out);
    int status = pclose(in);
    fclose(out);
    cr_assert_eq(status, 0, "%s\n%s", command, text);
    return text;
}

static bool have(const char *program)
{
    char command[256];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
    return system(command) == 0;
}

/* The name in `#include "name"`, or NULL. */
static const char *included(const char *line, char out[256])
{
    const char *at = line + strspn(line, " \t");
    return sscanf(at, "#include \"%255[^\"]\"", out) == 1 ? out : NULL;
}

static bool exists(const char *folder, const char *name)
{
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, R_OK) == 0;
}

/* ---- includes ---- */

static void plugin_line(const char *path, int number, const char *line)
{
    char name[256], folder[PATH_MAX];
    if (!included(line, name))
        return;
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    bool own = !strchr(name, '/') && exists(folder, name);
    cr_expect(own || exists(SOURCE_DIR "/sdk", name),
              "%s:%d: a plugin includes sdk and files of its own folder only: %s", path, number,
              name);
}

Test(structure, plugins_include_sdk_only)
{
    each_source("plugins", plugin_line);
    each_source("sdk/template", plugin_line);
}

static void sdk_line(const char *path, int number, const char *line)
{
    char name[256];
    if (included(line, name))
        cr_expect(exists(SOURCE_DIR "/sdk", name), "%s:%d: sdk includes sdk only: %s", path, number,
                  name);
}

Test(structure, sdk_includes_sdk_only)
{
    each_source("sdk", sdk_line);
}

/* The rooms of core from the ground up; a file includes headers of its own floor or of those
 * below.  A name stands for name.c, name.h and name_*. */
static const char *const FLOORS[] = {
    " error log text number suggest guard owned kind ",
    " rng sobol space constraints param scale view stat statistics ini options frame reap signals sha256 elf "
    "file thin gnuplot figure page forest ",
    " history registry probe path program module table ",
    " config compose locate instance call host breadcrumb fallback translate state storage optuna owner lease ",
    " study evaluate active crew slot result verdict site inprocess clocked worker past chart ",
    " stop loop session library simulate comparison compare conform ",
};
enum { COMMANDS_FLOOR = sizeof FLOORS / sizeof *FLOORS, MAIN_FLOOR };

static bool lists(const char *floor, const char *stem, size_t n)
{
    for (const char *at = floor; (at = strstr(at, " ")) && at[1]; at++)
        if (strncmp(at + 1, stem, n) == 0 && at[1 + n] == ' ')
            return true;
    return false;
}

static int floor_of(const char *path)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    if (strstr(path, "core/commands/") || exists(SOURCE_DIR "/core/commands", name))
        return COMMANDS_FLOOR;
    if (strcmp(name, "main.c") == 0)
        return MAIN_FLOOR;
    for (size_t n = strcspn(name, "."); n > 0; n--) /* the longest listed stem wins */
        if (name[n] == '.' || name[n] == '_')
            for (int i = 0; i < COMMANDS_FLOOR; i++)
                if (lists(FLOORS[i], name, n))
                    return i;
    return -1;
}

static void core_line(const char *path, int number, const char *line)
{
    char name[256];
    if (!included(line, name) || exists(SOURCE_DIR "/sdk", name))
        return;
    int own = floor_of(path), other = floor_of(name);
    cr_expect_geq(own, 0, "%s has no place in FLOORS of test_structure.c", path);
    cr_expect_geq(other, 0, "%s has no place in FLOORS of test_structure.c", name);
    cr_expect_leq(other, own, "%s:%d: %s lives above", path, number, name);
}

Test(structure, core_includes_point_down)
{
    each_source("core", core_line);
}

/* ---- manners ---- */

/* The line without what stands between double quotes. */
static void unquoted(const char *line, char *out, size_t room)
{
    bool inside = false;
    size_t n = 0;
    for (; *line && n + 1 < room; line++) {
        if (*line == '"')
            inside = !inside;
        else if (inside && *line == '\\' && line[1])
            line++;
        else if (!inside)
            out[n++] = *line;
    }
    out[n] = '\0';
}

static bool calls(const char *line, const char *function)
{
    size_t n = strlen(function);
    for (const char *at = line; (at = strstr(at, function)); at += n) {
        bool word = at == line || !strchr("abcdefghijklmnopqrstuvwxyz_0123456789", at[-1]);
        if (word && at[n + strspn(at + n, " ")] == '(')
            return true;
    }
    return false;
}

static bool comment(const char *line)
{
    line += strspn(line, " \t");
    return line[0] == '*' || (line[0] == '/' && (line[1] == '*' || line[1] == '/'));
}

static void manners_line(const char *path, int number, const char *text)
{
    char line[8192];
    static const char *const endings[] = {"exit", "abort", "quick_exit"};
    static const char *const prints[] = {"printf", "puts", "putchar", "perror", "vprintf"};
    const char *name = strrchr(path, '/') + 1;
    if (comment(text))
        return;
    unquoted(text, line, sizeof line);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        cr_expect(!calls(line, endings[i]) || strcmp(name, "main.c") == 0,
                  "%s:%d: only main ends the program: %s", path, number, line);
    if (strstr(path, "core/commands/"))
        return;
    for (size_t i = 0; i < sizeof prints / sizeof *prints; i++)
        cr_expect(!calls(line, prints[i]), "%s:%d: only commands print: %s", path, number, line);
    bool fprints = strstr(line, "fprintf(std") || strstr(line, ", stderr)") ||
                   strstr(line, ", stdout)");
    cr_expect(!fprints, "%s:%d: only commands print: %s", path, number, line);
}

Test(structure, nothing_below_commands_ends_or_prints)
{
    each_source("core", manners_line);
    each_source("plugins", manners_line);
}

/* ---- what shared objects show ---- */

static bool instrumented(void)
{
    return !strstr(BUILD_DIR, "/release") && !strstr(BUILD_DIR, "/debug");
}

Test(structure, a_plugin_exports_one_symbol)
{
    char *list = output_of("find '" BUILD_DIR "/plugins' '" BUILD_DIR "/sdk/template' -name '*.so'");
    int n = 0;
    for (char *path = strtok(list, "\n"); path; path = strtok(NULL, "\n"), n++) {
        char command[PATH_MAX + 128];
        snprintf(command, sizeof command, "nm -D --defined-only '%s' | awk '$3 !~ /^_%s/ {print $3}'",
                 path, instrumented() ? "|^mangle_path$" : ""); /* libgcov's */
        char *symbols = output_of(command);
        cr_expect_str_eq(symbols, "hone_module_v1\n", "%s exports\n%s", path, symbols);
        free(symbols);
        snprintf(command, sizeof command, "nm -D --undefined-only '%s' | awk '/ hone_/ {print $2}'",
                 path);
        symbols = output_of(command);
        cr_expect_str_empty(symbols, "%s wants of the host\n%s", path, symbols);
        free(symbols);
    }
    cr_assert_gt(n, 10);
    free(list);
}

Test(structure, the_library_exports_its_interface_only)
{
    char *others = output_of("nm -D --defined-only '" BUILD_DIR
                             "/libhone.so' | awk '$3 !~ /^(hone_|_)/ {print $3}'");
    if (!instrumented())
        cr_assert_str_empty(others, "%s", others);
    free(others);
    char *missing = output_of(
        "sed -n 's/^HONE_API .*[ *]\\(hone_[a-z_]*\\)(.*/\\1/p' '" SOURCE_DIR "/sdk/hone.h' | while "
        "read -r f; do nm -D --defined-only '" BUILD_DIR "/libhone.so' | grep -q \" T $f\\$\" || "
        "echo \"$f\"; done");
    cr_assert_str_empty(missing, "declared and not exported:\n%s", missing);
    free(missing);
}

Test(structure, the_host_links_no_linear_algebra)
{
    char *needed = output_of("readelf -d '" BUILD_DIR "/hone' '" BUILD_DIR "/libhone.so' | grep NEEDED");
    cr_assert(strstr(needed, "libsqlite3"), "readelf said\n%s", needed);
    for (const char *const *l = (const char *const[]){"blas", "lapack", "gfortran", NULL}; *l; l++)
        cr_expect(!strstr(needed, *l), "hone links %s:\n%s", *l, needed);
    free(needed);
}

/* ---- headers ---- */

static void compiles(const char *compiler, const char *standard, const char *header,
                     const char *warnings)
{
    char command[1024];
    snprintf(command, sizeof command,
             "echo '#include \"%s\"' | %s -x %s -std=%s -Wall -Wextra -Wpedantic -Werror %s "
             "-fsyntax-only -I'" SOURCE_DIR "/sdk' - 2>&1",
             header, compiler, strstr(standard, "++") ? "c++" : "c", standard, warnings);
    free(output_of(command));
}

static void all_headers(const char *compiler, const char *const *standards)
{
    for (; *standards; standards++) {
        compiles(compiler, *standards, "hone_plugin.h", "-Wpadded");
        compiles(compiler, *standards, "hone.h", "-Wpadded");
        compiles(compiler, *standards, "hone_math.h", "");
        compiles(compiler, *standards, "hone_linalg.h", "");
        compiles(compiler, *standards, "hone_lbfgsb.h", "");
    }
}

static const char *const C[] = {"c99", "c11", NULL};
static const char *const CXX[] = {"c++11", "c++17", NULL};

Test(structure, headers_compile_as_c)
{
    all_headers("cc", C);
}

Test(structure, headers_compile_as_cxx)
{
    if (!have("g++"))
        cr_skip_test("no g++ here");
    all_headers("g++", CXX);
}

Test(structure, headers_compile_with_clang)
{
    if (!have("clang"))
        cr_skip_test("no clang here");
    all_headers("clang", C);
    if (have("g++")) /* for its C++ library */
        all_headers("clang++", CXX);
}

/* An author's compiler sees no warning in what we tell him to copy. */
Test(structure, templates_compile_as_c99)
{
    free(output_of("for f in '" SOURCE_DIR "'/sdk/template/*.c; do cc -std=c99 -Wall -Wextra "
                   "-Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror "
                   "-fsyntax-only -I'" SOURCE_DIR "/sdk' $f 2>&1 || exit 1; done"));
}
