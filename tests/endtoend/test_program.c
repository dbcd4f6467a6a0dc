/* test_program.c - the strategy `program`: proposals in Python, its deaths, its mistakes. */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/hone-program-XXXXXX";
static char output[65536];

static int run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int run(const char *format, ...)
{
    char line[2048];
    va_list list;
    int n = snprintf(line, sizeof line, "cd %s && PATH=%s:$PATH && { ", folder, BUILD_DIR);
    va_start(list, format);
    n += vsnprintf(line + n, sizeof line - (size_t)n, format, list);
    va_end(list);
    snprintf(line + n, sizeof line - (size_t)n, "; } 2>&1");
    FILE *pipe = popen(line, "r");
    cr_assert_not_null(pipe);
    const size_t length = fread(output, 1, sizeof output - 1, pipe);
    output[length] = '\0';
    return WEXITSTATUS(pclose(pipe));
}

static void begin(void)
{
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(run("hone new strategy mine --lang python && mv mine/* ."), 0, "%s", output);
}

static void end(void)
{
    char line[64];
    snprintf(line, sizeof line, "rm -rf %s", folder);
    cr_assert_eq(system(line), 0);
}

TestSuite(program, .init = begin, .fini = end, .timeout = 120);

Test(program, template_works)
{
    cr_expect_eq(run("hone check study.ini && hone run study.ini --quiet"), 0, "%s", output);
    cr_expect_eq(run("hone compare compare.ini --quiet"), 0, "%s", output);
}

/* In every space, also where some parameters are inactive, whole, or a choice. */
Test(program, takes_any_space)
{
    cr_assert_eq(run("printf '[study]\\nstorage = memory\\ntrials = 40\\n[space]\\n"
                     "k = categorical a b\\nx = float 1e-3 1 log when k = a\\n"
                     "n = int 1 9 when k = b\\nq = float 0 1 step 0.25\\n"
                     "[strategy]\\nplugin = program\\nfile = mine.py\\n"
                     "[objective]\\nplugin = command\\ncommand = echo {q}\\n"
                     "metric = ([0-9.e-]+)\\n' > any.ini"), 0);
    cr_expect_eq(run("hone run any.ini --quiet"), 0, "%s", output);
}

static void damage(const char *where, const char *what)
{
    cr_assert_eq(run("sed -i 's/^%s$/&\\n%s/' mine.py && grep -q 'damaged' mine.py", where, what), 0,
                 "%s", output);
}

/* It dies at every seventh ask of its life; nothing is lost, and the study says so. */
Test(program, is_started_again)
{
    damage("    points = \\[\\]", "    LIFE.append(1)  # damaged\\n    if len(LIFE) == 7: sys.exit(3)");
    cr_assert_eq(run("sed -i 's/^STEP = .*/&\\nLIFE = []/' mine.py"), 0);
    cr_expect_eq(run("hone run study.ini --quiet --set study.storage=s.db"), 0, "%s", output);
    cr_expect_eq(run("hone trials study.ini --csv --set study.storage=s.db | tail -n +2 | grep -c complete"), 0);
    cr_expect_eq(atoi(output), 40, "%s", output);
    cr_expect_neq(run("hone run study.ini --quiet --set strategy.restarts=0"), 0, "%s", output);
    cr_expect_not_null(strstr(output, "the program has ended"), "%s", output);
}

Test(program, its_mistakes_have_sentences)
{
    damage("    points = \\[\\]", "    return {\"points\": [{\"x1\": 0.5}]}  # damaged");
    cr_expect_neq(run("hone run study.ini --quiet"), 0);
    cr_expect_not_null(strstr(output, "lacks a legal value of x2"), "%s", output);
    cr_expect_neq(run("sed -i 's/return .*damaged/return {\"error\": \"no idea\"}  # damaged/' mine.py && "
                      "hone run study.ini --quiet"), 0);
    cr_expect_not_null(strstr(output, "the program says: no idea"), "%s", output);
    cr_expect_neq(run("sed -i 's/return .*damaged/while True: pass  # damaged/' mine.py && "
                      "hone run study.ini --quiet --set strategy.timeout=0.2s"), 0);
    cr_expect_not_null(strstr(output, "did not answer in time"), "%s", output);
}

/* Killed and continued it proposes what it would have. */
Test(program, continues_exactly)
{
    cr_assert_eq(run("for n in a b; do cp study.ini $n.ini; done; "
                     "hone run a.ini --quiet --set study.name=a --set study.storage=a.db >a.out; "
                     "hone run b.ini --quiet --set study.name=b --set study.storage=b.db "
                     "--set study.trials=13 >b.out; "
                     "hone run b.ini --quiet --set study.name=b --set study.storage=b.db >b.out"), 0,
                 "%s", output);
    cr_expect_eq(run("hone trials a.ini --csv --set study.name=a --set study.storage=a.db | cut -d, -f1-5 "
                     ">a.csv; hone trials b.ini --csv --set study.name=b --set study.storage=b.db | "
                     "cut -d, -f1-5 >b.csv; head -2 a.csv; cut -d, -f1,3-5 a.csv >a.cut; cut -d, -f1,3-5 b.csv > b.cut; "
                     "test $(wc -l <a.csv) = 41 && diff a.cut b.cut"), 0, "%s", output);
}
