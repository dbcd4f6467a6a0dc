/* test_broken_plugins.c - whatever a plugin file is, the host says so in one sentence and goes
 * on: truncated, damaged, foreign, hanging, crashing, of another version, replaceable by
 * others, replaced meanwhile.
 *
 * The rows B1 to B8 are tests of their own.  HONE_FAULTS=full: 2,000 damaged files, else 200;
 * FAULTS_SEED chooses which bits. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guard.h"
#include "registry.h"
#include "rng.h"

#define BAD BUILD_DIR "/tests/faults/bad/"

#ifdef __SANITIZE_ADDRESS__
#define CRASHED "ended its process while being loaded" /* by the sanitizer */
#else
#define CRASHED "Segmentation fault"
#endif

static char folder[64]; /* of this test, removed at its end */
static registry *plugins;
static error problem;
static char logged[4096];

static void keep_log(void *context, int32_t level, const char *line)
{
    (void)context, (void)level;
    snprintf(logged + strlen(logged), sizeof logged - strlen(logged), "%s\n", line);
}
static const log_sink LOG = {.write = keep_log, .level = HONE_LOG_DEBUG};

static void open_registry(registry_settings s)
{
    error err = {0};
    if (!s.program)
        s.program = BUILD_DIR "/hone";
    s.log = &LOG;
    cr_assert_eq(registry_new(&s, &plugins, &err), HONE_OK, "%s", error_text(&err));
}

static void setup(void)
{
    strcpy(folder, "/tmp/hone-broken-XXXXXX");
    cr_assert(mkdtemp(folder));
    open_registry((registry_settings){.probe_seconds = 4});
}

static void teardown(void)
{
    char command[256];
    registry_free(plugins);
    error_free(&problem);
    snprintf(command, sizeof command, "chmod -R u+rwx %s; rm -rf %s", folder, folder);
    cr_expect_eq(system(command), 0);
}

TestSuite(broken_plugins, .init = setup, .fini = teardown, .timeout = 600);

/* In the test's own folder; a few of them at once. */
static const char *in_folder(const char *name)
{
    static char paths[4][256];
    static int turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* "" if the file was loaded, else the sentence about it. */
static const char *loading(const char *path)
{
    error_free(&problem);
    registry_load(plugins, path, &problem);
    return error_text(&problem);
}

static void refused(const char *path, const char *reason)
{
    const char *said = loading(path);
    cr_expect(strstr(said, reason), "%s: said '%s', not '%s'", path, said, reason);
    cr_expect_eq(problem.n, 1, "one sentence about %s, not %d", path, problem.n);
    cr_expect(*said == '\0' || strstr(said, strrchr(path, '/')), "'%s' names the file", said);
}

static char *read_whole(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    struct stat facts;
    cr_assert(f && fstat(fileno(f), &facts) == 0, "%s", path);
    *n = (size_t)facts.st_size;
    char *data = malloc(*n);
    cr_assert(data && fread(data, 1, *n, f) == *n);
    fclose(f);
    return data;
}

static void write_whole(const char *path, const char *data, size_t n)
{
    FILE *f = fopen(path, "wb");
    cr_assert(f && fwrite(data, 1, n, f) == n, "%s", path);
    cr_assert_eq(fclose(f), 0);
}

static const char *copy_of(const char *from, const char *name)
{
    size_t n;
    char *data = read_whole(from, &n);
    const char *to = in_folder(name);
    write_whole(to, data, n);
    free(data);
    return to;
}

static void no_children_left(void)
{
    cr_expect(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "a probe was not reaped");
}

/* ---- B1: truncated at every length, in steps of 64 bytes ---- */

Test(broken_plugins, B1_truncated)
{
    size_t n;
    char *data = read_whole(BAD "good.so", &n), name[32];
    int loaded = 0;
    for (size_t length = 0; length < n; length += 64) {
        snprintf(name, sizeof name, "cut%zu.so", length);
        const char *path = in_folder(name);
        write_whole(path, data, length);
        const char *said = loading(path);
        loaded += *said == '\0'; /* the section headers at the end are not needed to load */
        cr_expect(*said == '\0' || strstr(said, name), "%s: %s", name, said);
        unlink(path);
    }
    cr_expect_leq(loaded, 0, "%d truncated files were loaded", loaded);
    no_children_left();
    free(data);
}

/* ---- B2: random bits flipped ---- */

enum { LOADED = 1, REFUSED, NAMELESS };

/* In a process that does not end by the destructors of what it loaded: a flipped bit of their code
 * is the file's own affair, as one in its ask would be. */
static int loading_apart(const char *path, const char *name)
{
    int status = 0;
    fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) {
        const char *said = loading(path);
        _exit(*said == '\0' ? LOADED : strstr(said, name) ? REFUSED : NAMELESS);
    }
    cr_assert(pid > 0 && waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

Test(broken_plugins, B2_flipped_bits)
{
    const char *full = getenv("HONE_FAULTS"), *seed = getenv("FAULTS_SEED");
    const int rounds = full && strcmp(full, "full") == 0 ? 2000 : 200;
    const rng_key key = rng_root(seed ? strtoull(seed, NULL, 10) : 1);
    int refused_files = 0;
    size_t n;
    char *data = read_whole(BAD "good.so", &n), name[32];
    for (int round = 0; round < rounds; round++) {
        uint64_t draws[65];
        char *copy = malloc(n);
        cr_assert(copy);
        memcpy(copy, data, n);
        rng_bits(key, round, 0, 65, draws);
        /* half of them damage what the linker reads first */
        size_t range = round % 2 && n > 1536 ? 1536 : n, flips = 1 + draws[0] % 64;
        if (round % 4 < 2)
            flips = 1;
        for (size_t k = 1; k <= flips; k++)
            copy[draws[k] / 8 % range] ^= (char)(1 << (draws[k] & 7));
        snprintf(name, sizeof name, "flip%d.so", round);
        const char *path = in_folder(name);
        write_whole(path, copy, n);
        const int said = loading_apart(path, name);
        refused_files += said == REFUSED;
        cr_expect(said == REFUSED || said == LOADED, "%s: %s", name,
                  said == NAMELESS ? "the sentence does not name it" : "the loader died");
        unlink(path);
        free(copy);
    }
    cr_expect_gt(refused_files, rounds / 20, "only %d of %d damaged files were refused",
                 refused_files, rounds);
    no_children_left();
    free(data);
}

/* ---- B3: what is no plugin at all ---- */

Test(broken_plugins, B3_no_shared_object)
{
    double start = seconds();
    write_whole(in_folder("empty.so"), "", 0);
    write_whole(in_folder("text.so"), "#!/bin/sh\nexit 0\n", 17);
    cr_assert_eq(mkfifo(in_folder("fifo.so"), 0600), 0);
    cr_assert_eq(mkdir(in_folder("dir.so"), 0700), 0);
    cr_assert_eq(symlink("nowhere", in_folder("dangling.so")), 0);
    cr_assert_eq(symlink("round.so", in_folder("round.so")), 0);
    cr_assert_eq(symlink("/dev/zero", in_folder("device.so")), 0);
    refused(in_folder("empty.so"), "is empty");
    refused(in_folder("text.so"), "no ELF header");
    refused(in_folder("fifo.so"), "is a FIFO");
    refused(in_folder("dir.so"), "is a folder");
    refused(in_folder("dangling.so"), "which does not exist");
    refused(in_folder("round.so"), "go round in circles");
    refused(in_folder("device.so"), "is a character device");
    refused(in_folder("gone.so"), "does not exist");
    cr_expect_lt(seconds() - start, 6);
}

Test(broken_plugins, B3_for_another_machine)
{
    size_t n;
    char *data = read_whole(BAD "good.so", &n);
    data[4] = 3 - data[4]; /* EI_CLASS */
    write_whole(in_folder("class.so"), data, n);
    data[4] = 3 - data[4];
    data[5] = 3 - data[5]; /* EI_DATA */
    write_whole(in_folder("order.so"), data, n);
    data[5] = 3 - data[5];
    data[18] ^= 0x55; /* e_machine */
    write_whole(in_folder("machine.so"), data, n);
    data[18] ^= 0x55;
    data[16] = 2; /* e_type: an executable */
    write_whole(in_folder("program.so"), data, n);
    free(data);
    refused(in_folder("class.so"), "another machine");
    refused(in_folder("order.so"), "another machine");
    refused(in_folder("machine.so"), "another machine");
    refused(in_folder("program.so"), "not a shared object");
}

/* ---- B4: symbols ---- */

Test(broken_plugins, B4_symbols)
{
    const char *mark = in_folder("mark");
    setenv("HONE_TEST_MARK", mark, 1);
    refused(BAD "no_entry.so", "is not a hone plugin");
    cr_expect_neq(access(mark, F_OK), 0, "the constructor of a plain library ran");
    refused(BAD "undefined_symbol.so", "function_that_nobody_has");
    refused(BAD "module_v2.so", "hone_module_v2");
}

Test(broken_plugins, B4_wrong_kind)
{
    const char *dirs[] = {folder};
    error err = {0};
    cr_assert_eq(mkdir(in_folder("pruner"), 0700), 0);
    copy_of(BAD "good.so", "pruner/good.so");
    registry_free(plugins);
    open_registry((registry_settings){.dirs = dirs, .n_dirs = 1});
    cr_expect_null(registry_find(plugins, HONE_PRUNER, "good", NULL, &err));
    cr_expect(strstr(error_text(&err), "holds no pruner 'good'; it holds strategy 'good'"), "%s",
              error_text(&err));
    error_free(&err);
}

/* ---- B5: versions and tables ---- */

Test(broken_plugins, B5_module)
{
    refused(BAD "module_magic.so", "is no hone_module");
    refused(BAD "module_major.so", "speaks plugin interface 2");
    refused(BAD "module_minor.so", "needs plugin interface 1.99");
    refused(BAD "module_size_0.so", "says it is 0 bytes");
    refused(BAD "module_short.so", "says it is 16 bytes");
    refused(BAD "module_huge.so", "2147483647 bytes");
    refused(BAD "module_empty.so", "holds 0 plugins");
    refused(BAD "module_null.so", "holds 1 plugins");
    refused(BAD "module_no_name.so", "no name or no version");
    refused(BAD "module_wild.so", CRASHED);
    refused(BAD "module_returns_null.so", "returned NULL");
    no_children_left();
}

Test(broken_plugins, B5_plugins_of_a_module)
{
    static const char *const REASONS[] = {
        "says it is 0 bytes",        "says it is 24 bytes", "says it is 268435456 bytes",
        "name of a plugin",          "name of a plugin",    "name of a plugin",
        "name of a plugin",          "no version or no doc", "no version or no doc",
        "create is NULL",            "destroy is NULL",     "no table of operations",
        "ask is NULL",               "they are 8 bytes",    "they are 4294967295 bytes",
        "does not know (bits 40000000)", "of kind 77",      "of kind 0",
        "says it has 0 bytes",       "gives none",          "says it has 1073741824 options",
        "weight",                    "weight",              "Weight!",
        "is NULL",                   "is there twice"};
    enum { N = sizeof REASONS / sizeof *REASONS };
    error err = {0};
    const module *m = registry_load(plugins, BAD "tables.so", &err);
    cr_assert(m, "%s", error_text(&err));
    cr_assert_eq(m->n_plugins, 1);
    cr_expect_str_eq(m->plugins[0].name, "tables");
    cr_assert_eq(m->n_skipped, N);
    for (int i = 0; i < N; i++)
        cr_expect(strstr(m->skipped[i], REASONS[i]), "%d: '%s', not '%s'", i, m->skipped[i],
                  REASONS[i]);
    int32_t (*calls)(void);
    *(void **)&calls = dlsym(dlopen(BAD "tables.so", RTLD_NOW | RTLD_NOLOAD), "broken_calls");
    cr_assert(calls);
    cr_expect_eq(calls(), 0, "a plugin was called before it was asked for");
    error_free(&err);
}

/* ---- B6: constructors ---- */

Test(broken_plugins, B6_constructor_ends_its_process)
{
    refused(BAD "ctor_segfault.so", CRASHED);
    refused(BAD "ctor_overflows.so", "while being loaded");
    refused(BAD "ctor_exits.so", "must not exit");
    refused(BAD "ctor_kills.so", "Killed");
    refused(BAD "ctor_closes.so", "closed descriptors");
    no_children_left();
}

Test(broken_plugins, B6_constructor_hangs)
{
    registry_free(plugins);
    open_registry((registry_settings){.probe_seconds = 0.5});
    double start = seconds();
    refused(BAD "ctor_loops.so", "still loading after 0.5 s");
    refused(BAD "ctor_closes_and_stays.so", "still loading after 0.5 s");
    cr_expect_lt(seconds() - start, 5);
    no_children_left();
}

/* Sanitizers have limits of their own. */
Test(broken_plugins, B6_constructor_takes_all_memory)
{
#ifndef __SANITIZE_ADDRESS__
    refused(BAD "ctor_allocates.so", "while being loaded");
#endif
}

static void B6_forks(const char *program)
{
    const char *mark = in_folder("mark");
    long pid = 0;
    registry_settings s = {.program = program};
    listing *list;
    int n;
    error err = {0};
    const char *dirs[] = {folder};
    s.dirs = dirs;
    s.n_dirs = 1;
    setenv("HONE_TEST_MARK", mark, 1);
    setenv("HOME", folder, 1);
    registry_free(plugins);
    open_registry(s);
    copy_of(BAD "ctor_forks.so", "ctor_forks.so");
    cr_assert_eq(registry_list(plugins, &list, &n, &err), HONE_OK); /* probes, never loads */
    listing_free(list, n);
    FILE *f = fopen(mark, "r");
    if (f && fscanf(f, "%ld", &pid) == 1)
        cr_expect(kill((pid_t)pid, 0) != 0, "what a constructor started lives on as %ld", pid);
    if (f)
        fclose(f);
    no_children_left();
}

Test(broken_plugins, B6_constructor_forks)
{
    B6_forks(BUILD_DIR "/hone");
}

Test(broken_plugins, B6_constructor_forks_under_a_copy_of_this_process)
{
    B6_forks("");
}

Test(broken_plugins, B6_constructor_prints)
{
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    int file = open(in_folder("output"), O_RDWR | O_CREAT, 0600);
    listing *list;
    int n;
    error problems = {0};
    const char *dirs[] = {folder};
    registry_settings s = {.dirs = dirs, .n_dirs = 1};
    cr_assert(file >= 0);
    registry_free(plugins);
    open_registry(s);
    copy_of(BAD "ctor_prints.so", "ctor_prints.so");
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    int32_t status = registry_list(plugins, &list, &n, &problems);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    cr_assert_eq(status, HONE_OK);
    cr_expect_eq(lseek(file, 0, SEEK_END), 0, "what a plugin under probe prints is dropped");
    listing_free(list, n);
}

Test(broken_plugins, B6_constructor_changes_the_process)
{
    guard before, after;
    text changed = {0};
    guard_take(&before, true);
    cr_expect_str_eq(loading(BAD "ctor_changes.so"), "");
    guard_restore(&before, &changed);
    cr_expect_eq(changed.length, 0, "left changed: %s", changed.data);
    guard_take(&after, true);
    cr_expect_eq(after.mode, before.mode);
    cr_expect_str_eq(after.folder, before.folder);
    cr_expect(strstr(logged, "ctor_changes.so changed the floating-point mode, locale, "),
              "%s", logged);
    cr_expect(strstr(logged, "working directory, signal mask, signal handlers while loading") ||
                  strstr(logged, "signal mask, signal handlers while loading"),
              "%s", logged);
    guard_free(&before);
    guard_free(&after);
    text_free(&changed);
}

/* ---- B7: who could have put it there ---- */

Test(broken_plugins, B7_writable_by_others)
{
    const char *path = copy_of(BAD "good.so", "good.so");
    chmod(path, 0666);
    refused(path, "others can write to the file");
    chmod(path, 0664); /* root's group, or a private one of the user, is the user's */
    chmod(path, 0755);
    cr_expect_str_eq(loading(path), "");

    cr_assert_eq(mkdir(in_folder("open"), 0777), 0);
    chmod(in_folder("open"), 0777);
    const char *below = copy_of(BAD "good.so", "open/good.so");
    refused(below, "others can write to the folder");
    cr_assert_eq(symlink("open/good.so", in_folder("link.so")), 0);
    refused(in_folder("link.so"), "others can write to the folder");
    chmod(in_folder("open"), 01777); /* sticky: only its owner can replace it */
    cr_expect_str_eq(loading(below), "");
}

Test(broken_plugins, B7_of_another_user)
{
    const char *path = copy_of(BAD "good.so", "good.so");
    if (geteuid() != 0)
        cr_skip_test("needs root: gives a file to another user");
    chmod(path, 0755);
    cr_assert_eq(chown(path, 12345, 12345), 0);
    refused(path, "belongs to an unknown user (user 12345)");
    cr_assert_eq(chown(path, 0, 0), 0);
    cr_assert_eq(symlink("good.so", in_folder("theirs.so")), 0);
    cr_assert_eq(lchown(in_folder("theirs.so"), 12345, 12345), 0);
    refused(in_folder("theirs.so"), "the link ");
    cr_assert_eq(chown(folder, 12345, 12345), 0);
    refused(path, "the folder ");
    registry_free(plugins);
    open_registry((registry_settings){.allow_unsafe = true});
    cr_expect_str_eq(loading(path), "");
    cr_assert_eq(chown(folder, 0, 0), 0);
}

static void path_refused(const char *value, const char *reason)
{
    registry_settings s = {.program = BUILD_DIR "/hone"};
    registry *r = NULL;
    error err = {0};
    setenv("HONE_PLUGIN_PATH", value, 1);
    cr_expect_lt(registry_new(&s, &r, &err), 0, "%s was accepted", value);
    cr_expect(strstr(error_text(&err), reason), "%s", error_text(&err));
    registry_free(r);
    error_free(&err);
    unsetenv("HONE_PLUGIN_PATH");
}

Test(broken_plugins, B7_search_path)
{
    path_refused("/usr/lib::/tmp", "'' is empty");
    path_refused(":/tmp", "'' is empty");
    path_refused("plugins", "'plugins' is relative");
    path_refused("/tmp:.", "'.' is relative");
}

Test(broken_plugins, B7_not_from_the_working_directory)
{
    static const char *const NAMES[] = {"good", "..", ".", "good.so", "Good", "", "a b", "%s",
                                        "a23456789012345678901234567890123"};
    error err = {0};
    copy_of(BAD "good.so", "good.so");
    cr_assert_eq(chdir(folder), 0);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        cr_expect_null(registry_find(plugins, HONE_STRATEGY, NAMES[i], NULL, &err), "%s", NAMES[i]);
        cr_expect_eq(err.n, 1);
        error_free(&err);
    }
    cr_expect_null(registry_find(plugins, HONE_STRATEGY, "../x", folder, &err));
    cr_expect(strstr(error_text(&err), "does not exist"));
    error_free(&err);
    cr_expect(registry_find(plugins, HONE_STRATEGY, "./good.so", folder, &err), "%s",
              error_text(&err));
    error_free(&err);
}

/* ---- B8: replaced between probe and load ---- */

Test(broken_plugins, B8_changed_while_loading)
{
    char script[512];
    const char *path = copy_of(BAD "good.so", "good.so"), *program = in_folder("probe.sh");
    int n = snprintf(script, sizeof script,
                     "#!/bin/sh\n" BUILD_DIR "/hone --probe \"$2\" \"$3\"\n"
                     "cp " BAD "tables.so %s/new && mv %s/new \"$2\"\n",
                     folder, folder);
    write_whole(program, script, (size_t)n);
    chmod(program, 0755);
    registry_free(plugins);
    open_registry((registry_settings){.program = program});
    refused(path, "changed while loading");
}

Test(broken_plugins, B8_rebuilt_after_an_earlier_study)
{
    const char *path = copy_of(BAD "good.so", "good.so");
    cr_expect_str_eq(loading(path), "");
    unlink(path);
    copy_of(BAD "tables.so", "good.so");
    registry_free(plugins);
    open_registry((registry_settings){.probe_seconds = 4});
    refused(path, "changed since this process loaded it");
}

/* ---- one bad file does not hide the others ---- */

Test(broken_plugins, listing_names_them_all)
{
    const char *dirs[] = {BUILD_DIR "/tests/faults/bad"};
    registry_settings s = {.dirs = dirs, .n_dirs = 1, .probe_seconds = 0.3};
    listing *list;
    int n, sound = 0, skipped = 0;
    error err = {0};
    setenv("HOME", folder, 1);
    registry_free(plugins);
    open_registry(s);
    cr_assert_eq(registry_list(plugins, &list, &n, &err), HONE_OK, "%s", error_text(&err));
    for (int i = 0; i < n; i++) {
        if (strcmp(list[i].dir, dirs[0]) != 0)
            continue;
        cr_expect((list[i].kind != 0) != (list[i].skipped != NULL), "%s", list[i].path);
        sound += list[i].kind != 0;
        skipped += list[i].skipped != NULL;
    }
    cr_expect_geq(sound, 4); /* what prints 10 MB may be late on a slow machine */
    cr_expect_geq(skipped, 40);
    listing_free(list, n);
    no_children_left();
}
