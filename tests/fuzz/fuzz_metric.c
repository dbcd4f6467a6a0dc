/* fuzz_metric.c - any bytes as the output of a program, read in each of the ways, in pieces of
 * two sizes: the same answer, and never a number that is not finite.  The first line is
 * taken for the pattern of a metric and of reports. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugins/objective/command/keep.c"
#include "../../plugins/objective/command/metric.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const NAMES[] = {"value", "time"};

static bool count(void *context, int64_t step, double value)
{
    int *n = context;
    if (!isfinite(value))
        abort();
    *n += (int)(step & 1) + 1;
    return *n < 100;
}

static void feed(const rules *u, const char *s, size_t n, size_t piece, double values[2],
                 bool *good, int *reports)
{
    reader r;
    char why[SENTENCE_ROOM] = "";
    if (!reader_init(&r, u))
        exit(0);
    r.report = count;
    r.context = reports;
    for (size_t at = 0; at < n; at += piece)
        reader_take(&r, (int)(at / 1024 % 2), s + at, n - at < piece ? n - at : piece);
    reader_take(&r, 0, NULL, 0);
    reader_take(&r, 1, NULL, 0);
    values[0] = values[1] = 0;
    *good = reader_values(&r, values, why);
    if (*good ? !isfinite(values[0]) || !isfinite(values[1]) : !why[0])
        abort();
    reader_free(&r);
}

/* 1024 is a multiple of both sizes of pieces, so that both streams see the same bytes. */
static void compare(const rules *u, const char *s, size_t n)
{
    double small[2], large[2];
    bool good[2];
    int reports[2] = {0, 0};
    feed(u, s, n, 4, small, &good[0], &reports[0]);
    feed(u, s, n, 1024, large, &good[1], &reports[1]);
    if (good[0] != good[1] || (good[0] && memcmp(small, large, sizeof small) != 0))
        abort();
}

static void check_keep(const char *s, size_t n)
{
    keep k;
    if (!keep_init(&k, 64))
        return;
    keep_add(&k, s, n / 3);
    keep_add(&k, s + n / 3, n - n / 3);
    free(keep_text(&k));
    keep_free(&k);
}

/* The patterns of one way to read; false: nothing to compare. */
static bool add_patterns(rules *u, int result, const char *pattern)
{
    char why[SENTENCE_ROOM];
    if (result != RESULT_PATTERN)
        return rules_report(u, "e([0-9]+) ([^ ]*)", why);
    /* Long patterns and repetitions are the C library's business, and slow. */
    return strlen(pattern) < 24 && !strpbrk(pattern, "{*+") && rules_add(u, pattern, why) &&
           rules_add(u, "time=([^ ]*)", why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *s = (const char *)data, *newline = size ? memchr(s, '\n', size) : NULL;
    char *pattern = strndup(size ? s : "", newline ? (size_t)(newline - s) : 0);
    for (int result = RESULT_LAST_LINE; pattern && result <= RESULT_PATTERN; result++) {
        rules u;
        if (rules_init(&u, result, NAMES, 2, NULL, 0) && add_patterns(&u, result, pattern))
            compare(&u, s, size);
        rules_free(&u);
    }
    free(pattern);
    check_keep(s, size);
    return 0;
}
