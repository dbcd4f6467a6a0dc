/* fuzz_constraints.c - any lines as [constraints] on a space with every type of parameter: what is
 * refused is one sentence with its place; what is accepted is written by constraints_describe so
 * that it is read back to constraints with the same answer at every point, and points are moved to
 * ones that meet it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "constraints.h"
#include "text.h"

enum { LINES = 8, POINTS = 16 };

static const char *const SPACE[][2] = {{"x", "float 0 1"},
                                       {"y", "float 1e-6 1e3 log"},
                                       {"n", "int 1 64"},
                                       {"k", "categorical a b"},
                                       {"d", "float -5 5 when k = a"}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static space plain(void)
{
    space s = {.fidelity = -1};
    error err = {0};

    for (size_t i = 0; i < sizeof SPACE / sizeof *SPACE; i++)
        expect(space_add(&s, SPACE[i][0], SPACE[i][1], "f.ini:1", &err) >= 0);
    return s;
}

static void point(const space *s, int64_t number, double *native)
{
    double u[sizeof SPACE / sizeof *SPACE];

    rng_uniform(rng_root(1), number, 0, s->n, u);
    space_random(s, u, native);
}

/* The lines that constraints_describe wrote, read again. */
static void check_described(const space *s)
{
    space again = plain();
    error err = {0};
    text out = {0};
    double native[sizeof SPACE / sizeof *SPACE];

    constraints_describe(s, &out);
    expect(!out.failed);
    char *at = out.data, *line;
    while (at && (line = strsep(&at, "\n"))) {
        char *value = strstr(line, " = ");
        if (!value)
            continue;
        *value = '\0';
        expect(constraints_add(&again, line + strlen("constraints."), value + 3, "f.ini:1", &err) ==
               HONE_OK);
    }
    for (int64_t i = 0; i < POINTS; i++) {
        point(s, i, native);
        expect(constraints_met(s, native, NULL) == constraints_met(&again, native, NULL));
    }
    text_free(&out);
    space_free(&again);
    error_free(&err);
}

static void check_repair(space *s)
{
    error err = {0};
    double native[sizeof SPACE / sizeof *SPACE];
    bool easy = false;

    for (int64_t i = 0; i < POINTS && !easy; i++) {
        point(s, i, native);
        easy = constraints_met(s, native, NULL);
    }
    if (!easy) /* settling would try 100,000 points */
        return;
    if (constraints_settle(s, "f.ini:1", &err) == HONE_OK)
        for (int64_t i = 0; i < POINTS; i++) {
            point(s, i, native);
            expect(constraints_repair(s, rng_root(2), i, native) == HONE_OK);
            expect(constraints_met(s, native, NULL));
        }
    error_free(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1), *at = copy, *line;
    space s = plain();
    bool some = false;

    expect(copy);
    memcpy(copy, data, size);
    copy[size] = '\0';
    for (int i = 0; i < LINES && (line = strsep(&at, "\n")); i++) {
        char name[8];
        error err = {0};
        snprintf(name, sizeof name, "c%d", i);
        const int32_t status = constraints_add(&s, name, line, "f.ini:1", &err);
        expect(err.n == (status != HONE_OK));
        expect(status == HONE_OK ||
               strncmp(err.lines[0], "f.ini:1: [constraints] c", 24) == 0);
        some = some || status == HONE_OK;
        error_free(&err);
    }
    if (some) {
        check_described(&s);
        check_repair(&s);
    }
    space_free(&s);
    free(copy);
    return 0;
}
