/* test_abi.c - the plugin interface across ages: what was built with the header of 1.0 works for
 * ever, and newer and older sides that meet do not read past what the other gave.
 *
 * The header of 1.0 is kept in tests/abi/1.0.  "Grown" is a header whose structs all end in more
 * members (tests/abi/grow.sh): with it a host of the next minor and plugins are built, so that
 * each side meets tables that are longer and shorter than its own. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hone_plugin.h"
#include "table.h"

/* ---- layout ---- */

#define LAYOUT(T, f, offset, bytes)                                                        \
    _Static_assert(sizeof(void *) != 8 || (offsetof(T, f) == (offset) &&                   \
                                           sizeof(((T *)0)->f) == (bytes)),                \
                   #T "." #f " is not where 1.0 has it");
#include "../abi/1.0/layout.h"
#undef LAYOUT

/* The kept header stands for released plugins: it may lack newer members, never differ. */
Test(abi, the_kept_header_has_the_recorded_layout)
{
    char command[2048];
    snprintf(command, sizeof command,
             "printf '#include \"hone_plugin.h\"\\n#define LAYOUT(T, f, offset, bytes) "
             "_Static_assert(sizeof(void *) != 8 || (offsetof(T, f) == (offset) && "
             "sizeof(((T *)0)->f) == (bytes)), #T);\\n#include \"layout.h\"\\n' | "
             "cc -std=c11 -x c -fsyntax-only -I%s/tests/abi/1.0 -",
             SOURCE_DIR);
    cr_expect_eq(system(command), 0);
}

/* ---- studies ---- */

static const char EVOLUTION[] =
    "[study]\nname = s\nseed = 11\ntrials = 60\nstorage = s.db\n"
    "[space]\nx1 = float 0 1\nx2 = float 0 1\nx3 = float 0 1\n"
    "[strategy]\nplugin = evolution\npopulation = 10\n"
    "[pruner]\nplugin = median\n"
    "[objective]\nplugin = testfn\nfunction = rosenbrock\n";
static const char BAYES[] =
    "[study]\nname = s\nseed = 11\ntrials = 25\nstorage = s.db\n"
    "[space]\nx1 = float -5 10\nx2 = int 0 15\nc = categorical a b\n"
    "[strategy]\nplugin = bayes\nsurrogate = forest\nacquisition = ucb\n"
    "[objective]\nplugin = command\ncommand = sh -c 'echo $((HONE_X2 * HONE_X2))'\n";
static const char ZDT[] =
    "[study]\nname = s\nseed = 11\ntrials = 40\nstorage = s.db\ngoal = minimize minimize\n"
    "[strategy]\nplugin = sobol\n"
    "[objective]\nplugin = zdt\nfunction = zdt1\ndimension = 4\n";

/* All trials with all digits, without what was measured.  The caller frees. */
static char *run(const char *host, const char *first_dir, const char *study)
{
    char folder[] = "/tmp/hone_abi_XXXXXX", command[4096], *all = NULL;
    size_t n = 0;

    cr_assert(mkdtemp(folder));
    snprintf(command, sizeof command, "%s/study.ini", folder);
    FILE *f = fopen(command, "w");
    cr_assert(f && fputs(study, f) >= 0 && fclose(f) == 0);
    snprintf(command, sizeof command,
             "cd %s && { %s run study.ini --quiet %s%s --plugin-dir " BUILD_DIR
             "/plugins --allow-unsafe-plugins >/dev/null && " BUILD_DIR
             "/hone trials s.db --csv; } 2>&1 | "
             "sed 's/,[^,]*,20[0-9][0-9]-.*//; s/,seconds.*//'; rm -r %s",
             folder, host, first_dir ? "--plugin-dir " : "", first_dir ? first_dir : "", folder);
    FILE *in = popen(command, "r");
    cr_assert(in && getdelim(&all, &n, '\0', in) > 0);
    pclose(in);
    return all;
}

static void same_everywhere(const char *study, const char *line)
{
    static const char *const AGES[][2] = {
        {BUILD_DIR "/hone", BUILD_DIR "/abi/1.0/plugins"},
        {BUILD_DIR "/hone", BUILD_DIR "/abi/grown/plugins"},
        {BUILD_DIR "/abi/grown/hone", NULL},
        {BUILD_DIR "/abi/grown/hone", BUILD_DIR "/abi/1.0/plugins"},
        {BUILD_DIR "/abi/grown/hone", BUILD_DIR "/abi/grown/plugins"},
    };
    char *wanted = run(BUILD_DIR "/hone", NULL, study);

    cr_expect(strstr(wanted, line), "%.800s", wanted);
    for (size_t i = 0; i < sizeof AGES / sizeof *AGES; i++) {
        char *got = run(AGES[i][0], AGES[i][1], study);
        cr_expect_str_eq(got, wanted, "%s with %s:\n%.600s", AGES[i][0],
                         AGES[i][1] ? AGES[i][1] : "its own", got);
        free(got);
    }
    free(wanted);
}

Test(abi, same_bits_evolution_and_median, .timeout = 120)
{
    same_everywhere(EVOLUTION, "\n59,");
}

Test(abi, same_bits_bayes_forest_and_ucb, .timeout = 120)
{
    same_everywhere(BAYES, "\n24,");
}

Test(abi, same_bits_zdt, .timeout = 120)
{
    same_everywhere(ZDT, "\n39,");
}

/* ---- targeted minors ---- */

/* What a host says of a plugin built with these flags. */
static char *say_of(const char *host, const char *flags)
{
    char folder[] = "/tmp/hone_abi_XXXXXX", command[2048], *all = NULL;
    size_t n = 0;

    cr_assert(mkdtemp(folder));
    snprintf(command, sizeof command,
             "cc -std=c11 -shared -fPIC -D_GNU_SOURCE -I" SOURCE_DIR "/sdk %s " SOURCE_DIR
             "/plugins/strategy/random.c -o %s/random.so -lm && %s info --allow-unsafe-plugins "
             "%s/random.so 2>&1 | head -n 1; rm -r %s",
             flags, folder, host, folder, folder);
    FILE *in = popen(command, "r");
    cr_assert(in && getdelim(&all, &n, '\0', in) > 0);
    pclose(in);
    return all;
}

Test(abi, targeted_minors, .timeout = 60)
{
    char *s = say_of(BUILD_DIR "/hone", "-DHONE_ABI_MINOR=1");
    cr_expect(strstr(s, "needs plugin interface 1.1, this host has 1.0") &&
                  strstr(s, "rebuild the plugin with HONE_ABI_MINOR=0"), "%s", s);
    free(s);
    s = say_of(BUILD_DIR "/hone", "-DHONE_ABI_MINOR=1 -DHONE_ABI_REQUIRED=0");
    cr_expect(strncmp(s, "strategy random", 15) == 0, "%s", s);
    free(s);
    s = say_of(BUILD_DIR "/abi/grown/hone", "-DHONE_ABI_MINOR=1");
    cr_expect(strncmp(s, "strategy random", 15) == 0, "%s", s);
    free(s);
    s = say_of(BUILD_DIR "/abi/grown/hone", "-DHONE_ABI_MINOR=2");
    cr_expect(strstr(s, "needs plugin interface 1.2, this host has 1.1"), "%s", s);
    free(s);
}

/* ---- tables at the end of memory, and far too long ---- */

#define UP_TO(T, last) (offsetof(T, last) + sizeof(((T *)0)->last))
enum { PAGE = 4096 };

/* n bytes that end where a page that cannot be read begins. */
static void *at_the_edge(const void *from, size_t n)
{
    char *two = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(two != MAP_FAILED && mprotect(two + PAGE, PAGE, PROT_NONE) == 0);
    return memcpy(two + PAGE - n, from, n);
}


static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    (void)self, (void)t, (void)n, (void)number, (void)X, (void)ldx;
    *n_out = 0;
    return HONE_DONE;
}
static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    (void)host, (void)values, (void)self;
    return HONE_OK;
}
static void destroy(void *self)
{
    (void)self;
}

static void read_tables(void *(*place)(const void *, size_t), uint32_t longer)
{
    const hone_option option = {.name = "a", .type = HONE_OPT_INT, .def = "1", .low = 0, .high = 9,
                                .doc = "An option."};
    hone_strategy_ops ops = {.size = UP_TO(hone_strategy_ops, tell) + longer, .ask = ask};
    hone_plugin p = {.size = UP_TO(hone_plugin, extension) + longer, .kind = HONE_STRATEGY,
                     .name = "old", .version = "1", .doc = "An old plugin.", .n_options = 1,
                     .option_size = UP_TO(hone_option, doc) + longer, .create = create,
                     .destroy = destroy};
    p.options = place(&option, UP_TO(hone_option, doc));
    p.ops = place(&ops, UP_TO(hone_strategy_ops, tell));
    const hone_plugin *one = place(&p, UP_TO(hone_plugin, extension));
    const hone_module m = {.size = UP_TO(hone_module, n_plugins) + longer, .magic = HONE_MAGIC,
                           .abi_major = 1, .name = "m", .version = "1", .n_plugins = 1,
                           .plugins = place(&one, sizeof one)};
    module out = {.path = (char *)"old.so"};
    error err = {0};

    cr_assert_eq(table_read(place(&m, UP_TO(hone_module, n_plugins)), &out, &err), HONE_OK, "%s",
                 error_text(&err));
    cr_assert_eq(out.n_plugins, 1);
    cr_expect_str_eq(out.plugins[0].options[0].name, "a");
    cr_expect_eq(out.plugins[0].strategy.ask, ask);
    if (!longer)
        cr_expect_str_eq(out.plugins[0].sources, "", "what was not given is empty");
}

Test(abi, tables_that_end_with_their_page)
{
    read_tables(at_the_edge, 0);
}

/* ---- symbols ---- */

Test(abi, plugins_of_all_ages_export_one_symbol)
{
    cr_expect_eq(system("for f in " BUILD_DIR "/abi/*/plugins/*/*.so; do "
                        "[ \"$(nm -D --defined-only $f | grep -v ' __' | cut -d' ' -f3)\" = "
                        "hone_module_v1 ] || { echo $f; exit 1; }; "
                        "! nm -D --undefined-only $f | grep hone_ || exit 1; done"),
                 0);
}
