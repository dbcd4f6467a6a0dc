/* fuzz_space.c - any lines as lines of [space]: what is accepted is written by space_describe
 * so that it is read back to the same parameter, and its values are read back too. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "space.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static bool same(const hone_param *p, const hone_param *q)
{
    bool equal = p->type == q->type && p->flags == q->flags && p->parent == q->parent &&
                 p->low == q->low && p->high == q->high && p->step == q->step &&
                 p->n_choices == q->n_choices && p->n_when == q->n_when &&
                 (p->init == q->init || (isnan(p->init) && isnan(q->init)));
    for (int64_t i = 0; equal && i < p->n_choices; i++)
        equal = strcmp(p->choices[i], q->choices[i]) == 0;
    for (int64_t i = 0; equal && i < p->n_when; i++)
        equal = p->when[i] == q->when[i];
    return equal;
}

static void check_values(const space *s, int32_t i)
{
    const hone_param *p = &s->params[i];
    const double values[] = {p->low, p->high, isnan(p->init) ? p->low : p->init};
    error err = {0};
    for (int k = 0; k < 3; k++) {
        double back = NAN;
        char *word = param_write(p, values[k]);
        expect(word && param_read(p, word, &back, &err) >= 0);
        expect(back == values[k] || p->step > 0);
        free(word);
    }
    error_free(&err);
}

static void check_space(const space *s)
{
    space again = {.fidelity = -1};
    error err = {0};
    for (int32_t i = 0; i < s->n; i++) {
        char *line = space_describe(s, i);
        expect(line && space_add(&again, s->params[i].name, line, "f.ini:1", &err) >= 0);
        expect(same(&s->params[i], &again.params[i]));
        free(line);
        check_values(s, i);
    }
    expect(again.n == s->n && again.fidelity == s->fidelity);
    space_free(&again);
    error_free(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1), *at = copy, *line;
    space s = {.fidelity = -1};
    if (!copy)
        return 0;
    memcpy(copy, data, size);
    copy[size] = '\0';
    for (int i = 0; i < 50 && (line = strsep(&at, "\n")); i++) {
        char name[8];
        error err = {0};
        int32_t before = s.n;
        snprintf(name, sizeof name, "p%d", i);
        int32_t status = space_add(&s, name, line, "f.ini:1", &err);
        expect((status >= 0) == (err.n == 0) && s.n == before + (status >= 0));
        expect(status >= 0 || strncmp(err.lines[0], "f.ini:1: [space] p", 18) == 0);
        error_free(&err);
    }
    check_space(&s);
    space_free(&s);
    free(copy);
    return 0;
}
