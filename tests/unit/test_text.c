/* Strings that grow, numbers as people write them, the word probably meant, errors. */
#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "log.h"
#include "text.h"

Test(text, grows_and_is_taken)
{
    text t = {0};
    for (int i = 0; i < 1000; i++)
        text_add(&t, "%d,", i % 10);
    text_put(&t, "end", 3);
    cr_assert_eq(t.length, 2003);
    char *s = text_take(&t);
    cr_assert_eq(strncmp(s, "0,1,2,3,", 8), 0);
    cr_assert_str_eq(s + 2000, "end");
    cr_assert_null(t.data);
    free(s);
    s = text_take(&t);
    cr_assert_str_eq(s, "");
    free(s);
}

Test(text, excerpts_are_short_and_printable)
{
    char out[EXCERPT_ROOM], wide[200];
    cr_assert_str_eq(text_excerpt("a\x1b[31mb\n", out), "a?[31mb?");
    memset(wide, 'x', sizeof wide);
    wide[199] = '\0';
    text_excerpt(wide, out);
    cr_assert_eq(strlen(out), EXCERPT_ROOM - 1);
    cr_assert_str_eq(out + EXCERPT_ROOM - 4, "...");
    for (int i = 0; i + 1 < 199; i += 2) /* letters of two bytes are not cut in the middle */
        memcpy(wide + i, "\xc3\xa4", 2);
    wide[198] = '\0';
    cr_assert(text_is_utf8(text_excerpt(wide, out)));
}

Test(text, utf8)
{
    static const char *const good[] = {"", "abc", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
                                      "\xf4\x90\x80\x80", "\xff", "a\xe2\x82"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_expect(text_is_utf8(good[i]), "good %zu", i);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect(!text_is_utf8(bad[i]), "bad %zu", i);
}

Test(number, reals)
{
    static const struct {
        const char *s;
        double value;
    } good[] = {{"12", 12},       {"-0.5", -0.5},     {"1e-3", 1e-3},   {"2^-5", 0x1p-5},
                {"10^3", 1000},   {"10^-5", 1e-5},    {"inf", INFINITY}, {"-inf", -INFINITY},
                {"+3", 3},        {".5", 0.5},        {"5.", 5},        {"1E+2", 100},
                {"-2^3", -8},     {"2^0.5", M_SQRT2}, {"1e-400", 0},    {"0.1", 0.1},
                {"2.5e0", 2.5},   {"10^-300", 1e-300}};
    static const char *const bad[] = {"",     "abc",  "1,5",    "0x10",     "nan",    "1e999",
                                      " 1",   "1 ",   "1e",     "2^",       "^2",     "2^^3",
                                      "--1",  "+-1",  "1.2.3",  "infinity", "NAN(1)", ".",
                                      "2^9999", "1_000", "1d3", "-",        "e5",     "2^3^4"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double x = NAN;
        cr_expect(number_real(good[i].s, &x), "%s", good[i].s);
        cr_expect_eq(x, good[i].value, "%s gives %.17g", good[i].s, x);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double x;
        cr_expect(!number_real(bad[i], &x), "'%s' was read", bad[i]);
    }
}

Test(number, powers_of_ten_are_the_decimal_ones)
{
    for (int e = -300; e <= 300; e++) {
        char power[16], decimal[16];
        double a, b;
        snprintf(power, sizeof power, "10^%d", e);
        snprintf(decimal, sizeof decimal, "1e%d", e);
        cr_assert(number_real(power, &a) && number_real(decimal, &b));
        cr_assert_eq(a, b, "%s", power);
    }
}

Test(number, whole_ones)
{
    static const struct {
        const char *s;
        int64_t value;
    } good[] = {{"0", 0},         {"-7", -7},   {"1e3", 1000},
                {"2^10", 1024},   {"1.0", 1},   {"9007199254740992", 9007199254740992},
                {"-9007199254740992", -9007199254740992}, {"2^53", 9007199254740992},
                {"000000000000000000000000000012", 12}};
    static const char *const bad[] = {"1.5", "9007199254740993", "-9007199254740993", "1e16",
                                      "2^54", "inf", "", "12345678901234567890", "2^-1"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t x = -1;
        cr_expect(number_int(good[i].s, &x), "%s", good[i].s);
        cr_expect_eq(x, good[i].value, "%s", good[i].s);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t x;
        cr_expect(!number_int(bad[i], &x), "'%s' was read", bad[i]);
    }
}

Test(number, durations_and_sizes)
{
    static const struct {
        const char *s;
        double value;
    } good[] = {{"60", 60},     {"60s", 60},       {"1.5m", 90},     {"2h", 7200},  {"10ms", 0.01},
                {"250us", 250e-6}, {"1d", 86400},  {"1e3s", 1000},   {"3 min", 180}, {"2^3 s", 8}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double x = NAN;
        cr_expect(number_seconds(good[i].s, &x), "%s", good[i].s);
        cr_expect_eq(x, good[i].value, "%s gives %.17g", good[i].s, x);
    }
    static const char *const bad[] = {"", "s", "1x", "1 s s", "1m30s", "nan", "1ss", "sixty"};
    double x;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect(!number_seconds(bad[i], &x), "'%s' was read", bad[i]);
    int64_t n;
    cr_expect(number_bytes("64k", &n) && n == 65536);
    cr_expect(number_bytes("10M", &n) && n == 10485760);
    cr_expect(number_bytes("1.5k", &n) && n == 1536);
    cr_expect(number_bytes("7", &n) && n == 7);
    cr_expect(!number_bytes("7q", &n) && !number_bytes("1.5", &n) && !number_bytes("k", &n));
    bool yes;
    cr_expect(number_bool("yes", &yes) && yes && number_bool("off", &yes) && !yes);
    cr_expect(!number_bool("maybe", &yes) && !number_bool("", &yes));
}

Test(number, text_reads_back_and_is_short)
{
    char out[NUMBER_ROOM];
    cr_expect_str_eq(number_text(0.1, out), "0.1");
    cr_expect_str_eq(number_text(1e-5, out), "1e-05");
    cr_expect_str_eq(number_text(100000, out), "100000");
    cr_expect_str_eq(number_text(0.1 + 0.2, out), "0.30000000000000004");
    cr_expect_str_eq(number_text(5e-324, out), "5e-324");
    cr_expect_str_eq(number_text(NAN, out), "nan");
    cr_expect_str_eq(number_text(-INFINITY, out), "-inf");
    cr_expect_str_eq(number_short(0.123456789, out), "0.12346");
    uint64_t bits = 88172645463325252u; /* xorshift64: any doubles */
    for (int i = 0; i < 20000; i++) {
        double x, back;
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        memcpy(&x, &bits, sizeof x);
        if (!isfinite(x))
            continue;
        cr_assert(number_real(number_text(x, out), &back), "%s", out);
        cr_assert_eq(memcmp(&x, &back, sizeof x), 0, "%s", out);
    }
}

Test(number, durations_for_people)
{
    static const struct {
        double seconds;
        const char *s;
    } rows[] = {{1.5, "1.5 s"},   {0, "0 s"},         {0.012, "12 ms"},  {200, "3 min 20 s"},
                {60, "1 min"},    {7500, "2 h 5 min"}, {59.96, "1 min"}, {3599.9, "1 h"},
                {90000, "1 d 1 h"}, {86400, "1 d"}};
    char out[NUMBER_ROOM];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_str_eq(duration_text(rows[i].seconds, out), rows[i].s);
}

/* Needs a locale with a decimal comma; where none is installed one is made with localedef. */
Test(number, decimal_comma_changes_nothing)
{
    char command[256], folder[] = "/tmp/hone-locale-XXXXXX", out[NUMBER_ROOM];
    if (!setlocale(LC_ALL, "de_DE.UTF-8") && mkdtemp(folder)) {
        snprintf(command, sizeof command,
                 "localedef -c -i de_DE -f UTF-8 %s/de_DE.UTF-8 >/dev/null 2>&1", folder);
        int made = system(command);
        setenv("LOCPATH", folder, 1);
        bool set = made >= 0 && setlocale(LC_ALL, "de_DE.UTF-8");
        snprintf(command, sizeof command, "rm -rf %s", folder);
        made = system(command);
        if (!set)
            cr_skip_test("no locale with a decimal comma, and localedef made none");
    }
    cr_assert_str_eq(localeconv()->decimal_point, ",");
    double x;
    text t = {0};
    error err = {0};
    cr_expect(number_real("0.5", &x) && x == 0.5);
    cr_expect(!number_real("0,5", &x));
    cr_expect_str_eq(number_text(0.25, out), "0.25");
    cr_expect_str_eq(number_short(0.25, out), "0.25");
    cr_expect_str_eq(duration_text(1.5, out), "1.5 s");
    text_add(&t, "%g", 0.5);
    cr_expect_str_eq(t.data, "0.5");
    error_add(&err, HONE_EINVAL, "%.1f", 1.5);
    cr_expect_str_eq(error_text(&err), "1.5");
    cr_expect_str_eq(localeconv()->decimal_point, ",", "the process keeps its locale");
    text_free(&t);
    error_free(&err);
}

Test(nearest, words)
{
    static const char *const words[] = {"length_scale", "kernel", "noise", "gp", "matern52"};
    cr_expect_str_eq(nearest("lenght_scale", words, 5), "length_scale");
    cr_expect_str_eq(nearest("matern53", words, 5), "matern52");
    cr_expect_str_eq(nearest("Kernel", words, 5), "kernel");
    cr_expect_str_eq(nearest("GP", words, 5), "gp");
    cr_expect_null(nearest("banana", words, 5));
    cr_expect_null(nearest("", words, 5));
    cr_expect_null(nearest("x", (const char *const[]){"y"}, 1));
    cr_expect_null(nearest("gp", NULL, 0));
}

Test(error, keeps_order_and_first_status)
{
    error a = {0}, b = {0};
    cr_expect_str_eq(error_text(&a), "");
    cr_expect_eq(error_add(&a, HONE_ECONFIG, "one %d", 1), HONE_ECONFIG);
    cr_expect_str_eq(error_text(&a), "one 1");
    error_add(&b, HONE_EPLUGIN, "two");
    error_add(&b, HONE_EPLUGIN, "three");
    cr_expect_str_eq(error_text(&b), "two\nthree");
    error_take(&a, &b);
    cr_expect_eq(b.n, 0);
    cr_expect_eq(b.status, HONE_OK);
    cr_expect_eq(a.status, HONE_ECONFIG);
    cr_expect_str_eq(error_text(&a), "one 1\ntwo\nthree");
    for (int i = 0; i < 2000; i++)
        error_add(&a, HONE_EFAIL, "%d", i);
    cr_expect_eq(a.n, 501);
    cr_expect_str_eq(a.lines[500], "and more problems, which are left out here");
    error_free(&a);
    error_free(&a);
    error_free(NULL);
    cr_expect_str_eq(status_name(HONE_ENOMEM), "HONE_ENOMEM");
    cr_expect_str_eq(status_text(HONE_ECONFIG), "the study file has problems");
    cr_expect_str_eq(status_text(-99), "failed");
}

static void keep(void *context, int32_t level, const char *line)
{
    (void)level;
    snprintf(context, 64, "%s", line);
}

Test(log, drops_below_its_level)
{
    char last[64] = "";
    log_sink sink = {.write = keep, .context = last, .level = HONE_LOG_WARN};
    log_line(&sink, HONE_LOG_INFO, "quiet");
    cr_expect_str_eq(last, "");
    log_line(&sink, HONE_LOG_WARN, "loud %d", 1);
    cr_expect_str_eq(last, "loud 1");
    log_line(NULL, HONE_LOG_ERROR, "nowhere");
}
