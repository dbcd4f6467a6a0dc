/* test_metric.c - results out of a program's output: numbers, patterns, last lines, JSON, and
 * the head and tail that are kept. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../plugins/objective/command/keep.c"
#include "../../plugins/objective/command/metric.c"

/* ---- numbers ---- */

Test(metric, numbers)
{
    static const struct {
        const char *text;
        double value;
    } good[] = {{"1", 1},       {"-1.5", -1.5},   {"+2", 2},           {".5", 0.5},
                {"5.", 5},      {" 7\t", 7},      {"1e3", 1000},       {"1E-3", 0.001},
                {"1.e2", 100},  {"-0", 0},        {"84.4444", 84.4444}, {"4.9e-324", 4.9e-324},
                {"1e-400", 0},  {"1.7976931348623157e308", 1.7976931348623157e308}};
    static const char *const bad[] = {
        "",    " ",    "nan",  "inf",  "-inf", "NaN", "1e999", "-1e999", "0x10", "1,5", "1 2",
        "1e",  "1e+",  ".",    "-",    "+-1",  "1.2.3", "1d5", "1_000", "one",  "1\n", "5%",
        "1f",  "1.0L", "e5",   "--1",  "0b1",  "1e5.5", "\xef\xbc\x91"};
    double x;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_assert(metric_number(good[i].text, strlen(good[i].text), &x), "%s", good[i].text);
        cr_assert_eq(x, good[i].value, "%s", good[i].text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(metric_number(bad[i], strlen(bad[i]), &x), "'%s'", bad[i]);
    cr_assert_not(metric_number("1\0", 2, &x), "a NUL is no digit");
    char many[300];
    memset(many, '9', sizeof many);
    cr_assert_not(metric_number(many, sizeof many, &x));
}

/* ---- readers ---- */

static const char *const GOALS[] = {"loss", "time"}, *const LIMITS[] = {"size"};

typedef struct fixture {
    rules rules;
    reader reader;
    char why[SENTENCE_ROOM];
    int64_t steps[8];
    double reported[8];
    int n_reports, stop_at;
} fixture;

static bool take_report(void *context, int64_t step, double value)
{
    fixture *f = context;
    if (f->n_reports < 8) {
        f->steps[f->n_reports] = step;
        f->reported[f->n_reports++] = value;
    }
    return f->n_reports != f->stop_at;
}

static void begin(fixture *f, int result, int goals, int limits)
{
    memset(f, 0, sizeof *f);
    cr_assert(rules_init(&f->rules, result, GOALS, goals, LIMITS, limits));
}

static void start(fixture *f)
{
    cr_assert(reader_init(&f->reader, &f->rules));
    f->reader.report = take_report;
    f->reader.context = f;
}

/* The text in pieces of `piece` bytes. */
static bool feed(fixture *f, int stream, const char *text, size_t piece)
{
    size_t n = strlen(text);
    bool going = true;
    for (size_t at = 0; at < n; at += piece)
        going = reader_take(&f->reader, stream, text + at, n - at < piece ? n - at : piece) &&
                going;
    return going;
}

static bool finish(fixture *f, double *values)
{
    reader_take(&f->reader, 0, NULL, 0);
    reader_take(&f->reader, 1, NULL, 0);
    bool good = reader_values(&f->reader, values, f->why);
    reader_free(&f->reader);
    return good;
}

static void end(fixture *f)
{
    rules_free(&f->rules);
}

Test(metric, last_line)
{
    static const struct {
        const char *text;
        double value; /* NaN: a failure */
    } table[] = {
        {"3\n", 3},
        {"3", 3},
        {"epoch 1\n0.25\n\n  \n", 0.25},
        {"  0.5  \r\n", 0.5},
        {"a\r0.125\r", 0.125},
        {"", NAN},
        {"\n \n", NAN},
        {"nan\n", NAN},
        {"inf\n", NAN},
        {"1e999\n", NAN},
        {"0x10\n", NAN},
        {"1,5\n", NAN},
        {"1 2\n", NAN},
        {"value = 1\n", NAN},
        {"1\nbye\n", NAN},
        {"\xff\xfe\x01\n", NAN},
    };
    fixture f;
    begin(&f, RESULT_LAST_LINE, 1, 0);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (size_t piece = 1; piece < 8; piece += 3) {
            double x = NAN;
            start(&f);
            feed(&f, 0, table[i].text, piece);
            feed(&f, 1, "77\n", 100); /* errors are no result */
            bool good = finish(&f, &x);
            cr_assert_eq(good, !isnan(table[i].value), "'%s': %s", table[i].text, f.why);
            if (good)
                cr_assert_eq(x, table[i].value, "'%s'", table[i].text);
            else
                cr_assert(strlen(f.why) > 10);
        }
    end(&f);
}

Test(metric, last_line_of_several)
{
    double x[3];
    fixture f;
    begin(&f, RESULT_LAST_LINE, 2, 1);
    start(&f);
    feed(&f, 0, "hello\n 1 2\t-3e-1 \n", 5);
    cr_assert(finish(&f, x));
    cr_assert(x[0] == 1 && x[1] == 2 && x[2] == -0.3);
    start(&f);
    feed(&f, 0, "1 2\n", 5);
    cr_assert_not(finish(&f, x));
    cr_assert_str_eq(f.why, "the last line, '1 2', is not 3 finite numbers");
    start(&f);
    feed(&f, 0, "1 2 3 4\n", 5);
    cr_assert_not(finish(&f, x));
    end(&f);
}

Test(metric, a_value_before_endless_noise)
{
    char noise[4096];
    double x;
    fixture f;
    memset(noise, 'x', sizeof noise);
    begin(&f, RESULT_PATTERN, 1, 0);
    cr_assert(rules_add(&f.rules, "loss=([0-9.]+)", f.why));
    start(&f);
    feed(&f, 0, "loss=2.5\n", 100);
    for (int i = 0; i < 16384; i++) /* 64 MiB without a newline */
        reader_take(&f.reader, 0, noise, sizeof noise);
    cr_assert_leq(f.reader.lines[0].room, 2 * LINE_LIMIT);
    cr_assert(finish(&f, &x) && x == 2.5);
    end(&f);
}

Test(metric, patterns)
{
    double x[3];
    fixture f;
    begin(&f, RESULT_PATTERN, 2, 1);
    cr_assert(rules_add(&f.rules, "^loss (was|is) ([^ ]+)", f.why));
    cr_assert(rules_add(&f.rules, "time=([0-9.]+)s", f.why));
    cr_assert(rules_add(&f.rules, "size ([-0-9.]+)$", f.why));
    cr_assert_not(rules_add(&f.rules, "(x)", f.why), "more patterns than names");
    for (size_t piece = 1; piece < 60; piece += 7) {
        start(&f);
        feed(&f, 0, "loss was 9\nno loss is 5\nloss is 1.5 today\ntime=1s time=2.5s\n", piece);
        feed(&f, 1, "size 7\r\nsize -8\ntime=99s\n", piece);
        cr_assert(finish(&f, x), "%s", f.why);
        cr_assert(x[0] == 1.5 && x[1] == 2.5 && x[2] == -8);
    }
    start(&f);
    feed(&f, 0, "loss is nan\ntime=1s\nsize 1\n", 100);
    cr_assert_not(finish(&f, x));
    cr_assert(strstr(f.why, "'nan'"), "%s", f.why);
    start(&f);
    feed(&f, 0, "loss is 1\nsize 1\n", 100);
    cr_assert_not(finish(&f, x));
    cr_assert_str_eq(f.why, "no line matches 'time=([0-9.]+)s'");
    end(&f);
}

/* svm-train's own line, as in the examples. */
Test(metric, svm_train)
{
    double x;
    fixture f;
    begin(&f, RESULT_PATTERN, 1, 0);
    cr_assert(rules_add(&f.rules, "Cross Validation Accuracy = ([0-9.]+)%", f.why));
    start(&f);
    feed(&f, 0, "optimization finished, #iter = 162\nCross Validation Accuracy = 84.4444%\n", 7);
    cr_assert(finish(&f, &x) && x == 84.4444);
    end(&f);
}

Test(metric, bad_patterns)
{
    fixture f;
    begin(&f, RESULT_PATTERN, 1, 0);
    cr_assert_not(rules_add(&f.rules, "loss [0-9]+", f.why));
    cr_assert(strstr(f.why, "groups"), "%s", f.why);
    cr_assert_not(rules_add(&f.rules, "loss ([0-9]+", f.why));
    cr_assert(strstr(f.why, "regular expression"), "%s", f.why);
    cr_assert_not(rules_report(&f.rules, "step ([0-9]+)", f.why));
    cr_assert(rules_add(&f.rules, "x*(y*)", f.why), "one that matches nothing ends all the same");
    double x;
    start(&f);
    feed(&f, 0, "aaaa\nbbb\n", 100);
    cr_assert_not(finish(&f, &x));
    end(&f);
}

Test(metric, json)
{
    double x[3];
    fixture f;
    begin(&f, RESULT_JSON, 2, 1);
    start(&f);
    feed(&f, 0, "{\"loss\":9,\"time\":9,\"size\":9}\nx\n  {\"size\":-1,\"loss\":0.5,\"time\":2,"
                "\"n\":3}\n{not json}\nend\n", 9);
    cr_assert(finish(&f, x), "%s", f.why);
    cr_assert(x[0] == 0.5 && x[1] == 2 && x[2] == -1);
    static const char *const bad[] = {"1\n",
                                      "{\"loss\":NaN,\"time\":2,\"size\":1}\n",
                                      "{\"loss\":\"1\",\"time\":2,\"size\":1}\n",
                                      "{\"loss\":true,\"time\":2,\"size\":1}\n",
                                      "{\"loss\":1e999,\"time\":2,\"size\":1}\n",
                                      "{\"loss\":1,\"loss\":2,\"time\":2,\"size\":1}\n",
                                      "{\"loss\":1,\"time\":2}\n",
                                      "[1,2,3]\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        start(&f);
        feed(&f, 0, bad[i], 4);
        cr_assert_not(finish(&f, x), "%s", bad[i]);
    }
    end(&f);
}

static void count_extra(void *context, const char *key, double value, const char *text)
{
    int *n = context;
    *n += strcmp(key, "n") == 0 ? value == 3 && !text : strcmp(text, "fine") == 0;
}

Test(metric, json_extras)
{
    double x;
    int n = 0;
    fixture f;
    begin(&f, RESULT_JSON, 1, 0);
    start(&f);
    feed(&f, 0, "{\"loss\":1,\"n\":3,\"note\":\"fine\",\"reason\":\"x\",\"list\":[1]}", 100);
    reader_take(&f.reader, 0, NULL, 0);
    reader_extras(&f.reader, count_extra, &n);
    cr_assert_eq(n, 2);
    cr_assert(finish(&f, &x));
    end(&f);
}

Test(metric, reports)
{
    double x;
    fixture f;
    begin(&f, RESULT_LAST_LINE, 1, 0);
    cr_assert(rules_report(&f.rules, "epoch ([0-9]+).*loss ([^ ]+)", f.why));
    start(&f);
    cr_assert(feed(&f, 0, "epoch 1: loss 0.5\nepoch 2: loss nan\nepoch 3: loss 0.25 x\r", 3));
    cr_assert(feed(&f, 1, "epoch 4: loss 1\n3\n", 3));
    cr_assert_eq(f.n_reports, 3);
    cr_assert(f.steps[1] == 3 && f.reported[1] == 0.25 && f.steps[2] == 4);
    f.stop_at = 4;
    cr_assert_not(feed(&f, 0, "epoch 5: loss 1\n", 100), "the host wants no more");
    feed(&f, 0, "3\n", 100);
    cr_assert(finish(&f, &x) && x == 3);
    end(&f);
}

/* ---- what is kept ---- */

Test(keep, whole_and_cut)
{
    keep k;
    cr_assert(keep_init(&k, 20));
    cr_assert_null(keep_text(&k));
    keep_add(&k, "hello ", 6);
    keep_add(&k, "beautiful world", 14); /* 20 bytes: all of it */
    char *text = keep_text(&k);
    cr_assert_str_eq(text, "hello beautiful worl");
    free(text);
    keep_add(&k, "d!", 2);
    text = keep_text(&k);
    cr_assert_str_eq(text, "hello beau\n... 2 bytes left out ...\nful world!");
    free(text);
    char much[1000];
    memset(much, 'a', sizeof much);
    for (int i = 0; i < 1000; i++)
        keep_add(&k, much, sizeof much);
    keep_add(&k, "the end", 7);
    text = keep_text(&k);
    cr_assert_str_eq(text, "hello beau\n... 1000009 bytes left out ...\naaathe end");
    free(text);
    keep_free(&k);
}

Test(keep, any_size_in_any_pieces)
{
    char all[300];
    for (int i = 0; i < 300; i++)
        all[i] = (char)('a' + i % 26);
    for (size_t most = 0; most < 40; most++)
        for (size_t piece = 1; piece < 50; piece += 6) {
            keep k;
            cr_assert(keep_init(&k, most));
            for (size_t at = 0; at < sizeof all; at += piece)
                keep_add(&k, all + at, sizeof all - at < piece ? sizeof all - at : piece);
            char *text = keep_text(&k);
            cr_assert_eq(most < 2, text == NULL);
            if (text) {
                cr_assert_eq(memcmp(text, all, most / 2), 0);
                cr_assert_eq(memcmp(text + strlen(text) - most / 2, all + 300 - most / 2,
                                    most / 2), 0);
            }
            free(text);
            keep_free(&k);
        }
}

Test(keep, becomes_text)
{
    keep k;
    cr_assert(keep_init(&k, 1000));
    static const char BYTES[] = "a\0b\x1b[31m\r\xc3\xa9 \xc0\xaf \xed\xa0\x80 \xf0\x9f\x98\x80 \xff\t";
    keep_add(&k, BYTES, sizeof BYTES - 1);
    char *text = keep_text(&k);
    cr_assert_str_eq(text, "a?b?[31m\n\xc3\xa9 ?? ??? \xf0\x9f\x98\x80 ?\t");
    free(text);
    keep_free(&k);
}
