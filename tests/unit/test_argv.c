/* test_argv.c - a command line as words: quoting, places for values, groups; values as text,
 * in the environment and as JSON. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "../../plugins/objective/command/argv.c"
#include "../../plugins/objective/command/values.c"

/* C, gamma, kernel (linear poly rbf), degree when kernel = poly, lr */
static const char *const KERNELS[] = {"linear", "poly", "rbf"};
static const double POLY[] = {1};
static const hone_param PARAMS[] = {
    {.size = sizeof(hone_param), .type = HONE_REAL, .parent = -1, .name = "C", .high = 1},
    {.size = sizeof(hone_param), .type = HONE_REAL, .parent = -1, .name = "gamma", .high = 1},
    {.size = sizeof(hone_param), .type = HONE_CATEGORICAL, .parent = -1, .name = "kernel",
     .n_choices = 3, .choices = KERNELS},
    {.size = sizeof(hone_param), .type = HONE_INT, .parent = 2, .name = "degree", .low = 2,
     .high = 5, .n_when = 1, .when = POLY},
    {.size = sizeof(hone_param), .type = HONE_REAL, .parent = -1, .name = "learning.rate"},
};
static const hone_param *const LIST[] = {&PARAMS[0], &PARAMS[1], &PARAMS[2], &PARAMS[3],
                                         &PARAMS[4]};
static const hone_space SPACE = {.size = sizeof(hone_space), .n_params = 5, .params = LIST};

static const char *const POINT[] = {"0.5", "2", "poly", "3", "1e-05"};
static const char *const LINEAR[] = {"0.5", "2", "linear", NULL, "1e-05"};

/* The words with | between them, or the problem behind a !. */
static const char *words_of(const char *command, const char *const *values)
{
    static char out[4096];
    char problem[PROBLEM_ROOM];
    template t;
    value_texts v = {.parameters = values, .facts = {"12", "99", "1", "/tmp/d", "my study"}};
    out[0] = '\0';
    if (!template_parse(command, &SPACE, &t, problem)) {
        snprintf(out, sizeof out, "!%s", problem);
    } else {
        char **argv = template_argv(&t, &v);
        for (int i = 0; argv[i]; i++)
            snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s", i ? "|" : "", argv[i]);
        argv_free(argv);
    }
    template_free(&t);
    return out;
}

Test(argv, words)
{
    static const char *const table[][2] = {
        {"a b  c\t d ", "a|b|c|d"},
        {"a 'b c' \"d e\"", "a|b c|d e"},
        {"a''b \"\" ''", "ab||"},
        {"a\\ b \\\\ \\'", "a b|\\|'"},
        {"'a\\b' \"a\\b\" \"a\\\"b\\$\\\\\"", "a\\b|a\\b|a\"b$\\"},
        {"$HOME ~ * `x` $(x) a;b > c # d", "$HOME|~|*|`x`|$(x)|a;b|>|c|#|d"},
        {"-x=\"1 2\"3", "-x=1 23"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        cr_assert_str_eq(words_of(table[i][0], POINT), table[i][1]);
}

Test(argv, places_for_values)
{
    static const char *const table[][2] = {
        {"f -c {C} -g={gamma}x{C}", "f|-c|0.5|-g=2x0.5"},
        {"f {trial} {seed} {worker} {dir}/o '{study}'", "f|12|99|1|/tmp/d/o|my study"},
        {"f \"{C} {gamma}\" '{C}'", "f|0.5 2|0.5"},
        {"f \\{C} '\\{C}' \"\\{C}\"", "f|{C}|\\0.5|{C}"},
        {"f {} {{C}} {1} {a b} {\"x\":{C}} ${HOME_} {", "f|{}|{0.5}|{1}|{a|b}|{x:0.5}|${HOME_}|{"},
        {"f {unrelated_thing}", "f|{unrelated_thing}"},
        {"f {learning.rate}", "f|1e-05"},
        {"awk '{print $1}' {C}", "awk|{print $1}|0.5"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        cr_assert_str_eq(words_of(table[i][0], POINT), table[i][1]);
}

Test(argv, groups)
{
    static const char *const table[][3] = {
        {"f [-d {degree}] x", "f|-d|3|x", "f|x"},
        {"f [ -d {degree} ] x", "f|-d|3|x", "f|x"},
        {"f [--degree={degree}]", "f|--degree=3", "f"},
        {"f [-d {degree} -g {gamma}] [-e {degree}]", "f|-d|3|-g|2|-e|3", "f"},
        {"f [0-9] [abc] a[{C}] '[{C}]' [x", "f|[0-9]|[abc]|a[0.5]|[0.5]|[x",
         "f|[0-9]|[abc]|a[0.5]|[0.5]|[x"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        cr_assert_str_eq(words_of(table[i][0], POINT), table[i][1]);
        cr_assert_str_eq(words_of(table[i][0], LINEAR), table[i][2]);
    }
}

static void refused(const char *command, const char *part)
{
    const char *said = words_of(command, POINT);
    cr_assert(said[0] == '!' && strstr(said, part), "'%s' gave '%s'", command, said);
}

Test(argv, problems)
{
    refused("", "empty");
    refused("f 'abc", "not closed");
    refused("f \"abc", "not closed");
    refused("f {gama}", "did you mean {gamma}?");
    refused("f {c}", "did you mean {C}?");
    refused("f {kernl}", "did you mean {kernel}?");
    refused("f {trail}", "did you mean {trial}?");
    refused("f {GAMMA}", "did you mean {gamma}?");
    refused("f -d {degree}", "can be inactive");
    refused("f [-c {C}]", "can be inactive; put a bracket");
    refused("f [1,{C}]", "in quotes");
}

/* Whatever the bytes of a value, they arrive as they are. */
Test(argv, values_are_not_read_again)
{
    const char *const odd[] = {";$(reboot) '\" \n{gamma}[x]\\", "-", "", "*", "\xff\x01"};
    char problem[PROBLEM_ROOM];
    template t;
    value_texts v = {.parameters = odd};
    cr_assert(template_parse("f {C} x{kernel}y {gamma}", &SPACE, &t, problem));
    char **argv = template_argv(&t, &v);
    cr_assert_str_eq(argv[1], odd[0]);
    cr_assert_str_eq(argv[2], "xy");
    cr_assert_str_eq(argv[3], "-");
    cr_assert_null(argv[4]);
    argv_free(argv);
    template_free(&t);
}

Test(values, numbers)
{
    static const struct {
        double x;
        const char *text;
    } table[] = {{0.1, "0.1"},         {1.0 / 3, "0.3333333333333333"},
                 {-0.0, "0"},          {3, "3"},
                 {1e15, "1000000000000000"}, {9007199254740992.0, "9007199254740992"},
                 {1e22, "1e+22"},      {5e-324, "4.94065645841247e-324"},
                 {1.7976931348623157e308, "1.7976931348623157e+308"},
                 {0.30000000000000004, "0.30000000000000004"}};
    char room[NUMBER_SIZE];
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        print_number(table[i].x, room);
        cr_assert_str_eq(room, table[i].text);
        cr_assert_eq(strtod(room, NULL), table[i].x);
    }
}

Test(values, texts_and_json)
{
    const double x[] = {0.5, 2, 1, 3, 1e-5}, linear[] = {0.5, 2, 0, NAN, 1e-5};
    const char **texts = values_texts(&SPACE, x);
    for (int i = 0; i < 5; i++)
        cr_assert_str_eq(texts[i], POINT[i]);
    free(texts);
    texts = values_texts(&SPACE, linear);
    cr_assert_null(texts[3]);
    char *json = values_json(&SPACE, texts);
    cr_assert_str_eq(json, "{\"C\":0.5,\"gamma\":2,\"kernel\":\"linear\",\"learning.rate\":1e-05}");
    free(json);
    const char *const odd[] = {"1", "1", "a\"b\\c\nd\xc3\xa9", NULL, NULL};
    json = values_json(&SPACE, odd);
    cr_assert_str_eq(json, "{\"C\":1,\"gamma\":1,\"kernel\":\"a\\\"b\\\\c\\u000ad\xc3\xa9\"}");
    free(json);
    free(texts);
}

static const char *entry(char **list, const char *name)
{
    size_t n = strlen(name);
    for (; *list; list++)
        if (strncmp(*list, name, n) == 0 && (*list)[n] == '=')
            return *list + n + 1;
    return NULL;
}

Test(values, environment)
{
    value_texts v = {.parameters = LINEAR, .facts = {"12", "99", "1", NULL, "my study"}};
    const char *const more[] = {"PATH=/x", "OMP_NUM_THREADS=1"};
    setenv("HONE_DEGREE", "left over", 1);
    setenv("HONE_PLUGIN_PATH", "/p", 1);
    setenv("PATH", "/bin", 1);
    char **list = values_environment(&SPACE, &v, "{}", more, 2);
    cr_assert_str_eq(entry(list, "HONE_C"), "0.5");
    cr_assert_str_eq(entry(list, "HONE_KERNEL"), "linear");
    cr_assert_str_eq(entry(list, "HONE_LEARNING_RATE"), "1e-05");
    cr_assert_null(entry(list, "HONE_DEGREE"), "inactive, and what was there before is gone");
    cr_assert_str_eq(entry(list, "HONE_TRIAL"), "12");
    cr_assert_str_eq(entry(list, "HONE_STUDY"), "my study");
    cr_assert_null(entry(list, "HONE_DIR"));
    cr_assert_str_eq(entry(list, "HONE_PARAMS"), "{}");
    cr_assert_str_eq(entry(list, "HONE_PLUGIN_PATH"), "/p");
    cr_assert_str_eq(entry(list, "PATH"), "/x");
    cr_assert_str_eq(entry(list, "OMP_NUM_THREADS"), "1");
    argv_free(list);
}

Test(values, ambiguous_names)
{
    hone_param p[] = {PARAMS[0], PARAMS[0], PARAMS[0], PARAMS[0]};
    p[1].name = "c";
    p[2].name = "Trial";
    p[3].name = "x-y";
    const hone_param *list[] = {&p[0], &p[1], &p[2], &p[3]};
    const hone_space s = {.size = sizeof s, .n_params = 4, .params = list};
    const char *const texts[] = {"1", "2", "3", "4"};
    value_texts v = {.parameters = texts, .facts = {"12"}};
    char **env = values_environment(&s, &v, "{}", NULL, 0);
    cr_assert_null(entry(env, "HONE_C"), "C and c: neither");
    cr_assert_str_eq(entry(env, "HONE_TRIAL"), "12");
    cr_assert_str_eq(entry(env, "HONE_X_Y"), "4");
    argv_free(env);
}
