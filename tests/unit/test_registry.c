/* test_registry.c - names to plugins: the search path, what shadows what, what is said when
 * nothing is found, and the tables of every plugin of the build. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kind.h"
#include "options.h"
#include "registry.h"

#define BUILT BUILD_DIR "/plugins"
#define BAD BUILD_DIR "/tests/faults/bad"

static char folder[64];
static registry *plugins;
static error problem;

static void open_registry(const char *first, const char *second)
{
    const char *dirs[] = {first, second};
    registry_settings s = {.dirs = dirs, .n_dirs = second ? 2 : 1, .program = BUILD_DIR "/hone"};
    error err = {0};
    registry_free(plugins);
    plugins = NULL;
    cr_assert_eq(registry_new(&s, &plugins, &err), HONE_OK, "%s", error_text(&err));
}

static void setup(void)
{
    strcpy(folder, "/tmp/hone-registry-XXXXXX");
    cr_assert(mkdtemp(folder));
    setenv("HOME", folder, 1);
    unsetenv("HONE_PLUGIN_PATH");
}

static void teardown(void)
{
    char command[128];
    registry_free(plugins);
    error_free(&problem);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_expect_eq(system(command), 0);
}

TestSuite(registry, .init = setup, .fini = teardown, .timeout = 120);

static const plugin *find(int32_t kind, const char *name)
{
    error_free(&problem);
    return registry_find(plugins, kind, name, folder, &problem);
}

static void make_link(const char *target, const char *name)
{
    char path[256], *slash;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if ((slash = strrchr(path + strlen(folder) + 1, '/'))) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    cr_assert_eq(symlink(target, path), 0, "%s", path);
}

/* ---- every plugin of the build ---- */

Test(registry, every_plugin_of_the_build_loads_and_has_a_sound_table)
{
    listing *list;
    int n, own = 0;
    open_registry(BUILT, NULL);
    cr_assert_eq(registry_list(plugins, &list, &n, &problem), HONE_OK, "%s",
                 error_text(&problem));
    for (int i = 0; i < n; i++) {
        const listing *e = &list[i];
        cr_expect_null(e->skipped, "%s: %s", e->path, e->skipped);
        if (e->skipped || strcmp(e->dir, BUILT) != 0)
            continue;
        const plugin *p = find(e->kind, e->name);
        cr_assert(p, "%s: %s", e->path, error_text(&problem));
        own++;
        cr_expect_str_eq(p->version, e->plugin_version);
        cr_expect_eq(p->caps, e->caps);
        cr_expect_str_eq(p->doc, e->doc);
        cr_expect_eq(strlen(p->module->sha256), 64);
        cr_expect_neq(*p->doc, '\0', "%s has no doc", p->name);
        cr_expect_eq(options_check_table(p->options, p->n_options, p->name, &problem), HONE_OK,
                     "%s", error_text(&problem));
        for (int32_t k = 0; k < p->n_options; k++)
            cr_expect(p->options[k].doc && *p->options[k].doc, "%s.%s has no doc", p->name,
                      p->options[k].name);
    }
    cr_expect_geq(own, 15, "only %d plugins", own);
    listing_free(list, n);
}

/* ---- the search path ---- */

Test(registry, kind_folder_first_then_flat_and_the_first_folder_wins)
{
    make_link(BAD "/good.so", "first/good.so");
    make_link(BAD "/good.so", "second/good.so");
    make_link(BUILT "/strategy/random.so", "second/random.so");
    char first[128], second[128];
    snprintf(first, sizeof first, "%s/first", folder);
    snprintf(second, sizeof second, "%s/second", folder);
    open_registry(first, second);
    const plugin *good = find(HONE_STRATEGY, "good"), *uniform = find(HONE_STRATEGY, "random");
    cr_assert(good && uniform, "%s", error_text(&problem));
    cr_expect_eq(find(HONE_STRATEGY, "good"), good, "found again, not loaded again");

    listing *list;
    int n, shadowed = 0;
    cr_assert_eq(registry_list(plugins, &list, &n, &problem), HONE_OK);
    for (int i = 0; i < n; i++)
        if (list[i].shadowed_by && strcmp(list[i].name, "good") == 0) {
            shadowed++;
            cr_expect(strstr(list[i].path, "/second/good.so"), "%s", list[i].path);
            cr_expect(strstr(list[i].shadowed_by, "/first/good.so"), "%s", list[i].shadowed_by);
        }
    cr_expect_eq(shadowed, 1);
    listing_free(list, n);
}

Test(registry, environment_comes_after_given_folders_and_before_home)
{
    char environment[128], home[160];
    int n;
    snprintf(environment, sizeof environment, "%s/env", folder);
    snprintf(home, sizeof home, "%s/.local/lib/hone/1", folder);
    setenv("HONE_PLUGIN_PATH", environment, 1);
    open_registry(BUILT, NULL);
    const char *const *path = registry_path(plugins, &n);
    cr_assert_eq(n, 4);
    cr_expect_str_eq(path[0], BUILT);
    cr_expect_str_eq(path[1], environment);
    cr_expect_str_eq(path[2], home);
    cr_expect(strstr(path[3], "/hone/1"), "%s", path[3]);
}

Test(registry, folders_that_are_given_must_be_there)
{
    const char *dirs[] = {"/nonexistent/plugins"}, *relative[] = {"plugins"};
    registry_settings s = {.dirs = dirs, .n_dirs = 1};
    cr_expect_eq(registry_new(&s, &plugins, &problem), HONE_EINVAL);
    s.dirs = relative;
    cr_expect_eq(registry_new(&s, &plugins, &problem), HONE_EINVAL);
    cr_expect_null(plugins);
}

Test(registry, blas_has_one_thread_unless_the_user_says_otherwise)
{
    unsetenv("OPENBLAS_NUM_THREADS");
    setenv("OMP_NUM_THREADS", "3", 1);
    open_registry(BUILT, NULL);
    cr_expect_str_eq(getenv("OPENBLAS_NUM_THREADS"), "1");
    cr_expect_str_eq(getenv("OMP_NUM_THREADS"), "3");
}

/* ---- names ---- */

static void missing(int32_t kind, const char *name, const char *said)
{
    cr_expect_null(find(kind, name));
    cr_expect(strstr(error_text(&problem), said), "%s", error_text(&problem));
    cr_expect_eq(problem.n, 1);
}

Test(registry, a_miss_says_what_was_probably_meant_and_where_it_looked)
{
    open_registry(BUILT, NULL);
    missing(HONE_STRATEGY, "randum",
            "no strategy 'randum'; did you mean 'random'? (searched: " BUILT);
    missing(HONE_SURROGATE, "random", "no surrogate 'random'; 'random' is of kind strategy");
    missing(HONE_STRATEGY, "xyzzy_none_such", "no strategy 'xyzzy_none_such' (searched:");
    missing(0, "randum", "no plugin 'randum'; did you mean 'random'?");
    missing(HONE_STRATEGY, "Random", "is not the name of a plugin");
}

Test(registry, a_name_without_kind_must_be_the_only_one)
{
    open_registry(BUILT, NULL);
    const plugin *p = find(0, "random");
    cr_assert(p, "%s", error_text(&problem));
    cr_expect_eq(p->kind, HONE_STRATEGY);
}

Test(registry, a_path_is_a_file_relative_to_the_study)
{
    open_registry(BUILT, NULL);
    make_link(BAD "/good.so", "good.so");
    make_link(BAD "/good.so", "other.so");
    const plugin *p = find(HONE_STRATEGY, "./good.so");
    cr_assert(p, "%s", error_text(&problem));
    cr_expect_str_eq(p->name, "good");
    cr_expect_eq(find(HONE_STRATEGY, "./other.so"), p, "one inode, one module");
    cr_expect_eq(find(HONE_STRATEGY, BAD "/good.so"), p);
    missing(HONE_PRUNER, "./good.so", "holds no pruner; it holds strategy 'good'");
    missing(HONE_STRATEGY, "./none.so", "does not exist");
    cr_expect_null(registry_find(plugins, HONE_STRATEGY, "./good.so", NULL, &problem));
}

/* ---- words ---- */

Test(registry, kinds_and_capabilities_in_words)
{
    for (int32_t kind = HONE_STRATEGY; kind <= HONE_PRUNER; kind++)
        cr_expect_eq(kind_number(kind_name(kind)), kind);
    cr_expect_eq(kind_number("sampler"), 0);
    cr_expect_str_eq(kind_name(99), "unknown");
    char *words = caps_text(HONE_CAP_BATCH | HONE_CAP_CONDITIONAL | HONE_CAP_NATIVE);
    cr_expect_str_eq(words, "batch conditional native");
    free(words);
    words = caps_text(0);
    cr_expect_str_eq(words, "");
    free(words);
}
