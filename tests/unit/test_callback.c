/* test_callback.c - hone_callback.h: order, ends, stops, leaks, errors of threads.
 *
 * Criterion does not start under ThreadSanitizer, so the races are looked for in another
 * program: this file with -DALONE, which a test builds with clang -fsanitize=thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hone_callback.h"

/* A library: golden section on each coordinate in turn, with memory of its own and no way to be
 * stopped but by what its function returns. */
typedef struct library {
    hone_callback *call;
    int limit, evaluations, stopped, finished;
} library;

static void minimize(hone_callback *call, void *context)
{
    library *l = context;
    double *x = calloc(2, sizeof *x), *best = malloc(2 * sizeof *best), y, least = HUGE_VAL;

    for (int i = 0; i < l->limit && !l->stopped; i++) {
        x[i % 2] = (i * 0.6180339887498949) - (int)(i * 0.6180339887498949);
        l->evaluations++;
        l->stopped = hone_callback_value(call, x, &y);
        if (!l->stopped && y < least) {
            least = y;
            memcpy(best, x, 2 * sizeof *best);
        }
        if (!l->stopped && i % 3 == 2)
            memcpy(x, best, 2 * sizeof *x);
    }
    free(x);
    free(best);
    l->finished = 1;
}

static double bowl(const double *x)
{
    return (x[0] - 0.3) * (x[0] - 0.3) + (x[1] - 0.6) * (x[1] - 0.6);
}

/* `steps` exchanges, the points into trace; returns how many there were. */
static int exchange(hone_callback *call, int steps, double *trace)
{
    double x[2], y;
    int i;

    for (i = 0; i < steps && hone_callback_ask(call, x) == HONE_OK; i++) {
        memcpy(trace + 2 * i, x, sizeof x);
        y = bowl(x);
        hone_callback_tell(call, &y);
    }
    return i;
}

/* Twenty at once, in turns, each left in another state. */
static int many(void)
{
    enum { N = 20 };
    library l[N];
    hone_callback *call[N];
    double trace[N][2 * 40];
    int good = 1;

    for (int k = 0; k < N; k++) {
        l[k] = (library){.limit = 30};
        call[k] = hone_callback_new(2, 1, minimize, &l[k]);
        good = good && call[k];
    }
    for (int i = 0; i < 40; i++)
        for (int k = 1; k < N && good; k++)
            if (i < 2 * k)
                exchange(call[k], 1, trace[k] + 2 * i);
    for (int k = 0; k < N; k++) {
        hone_callback_free(call[k]);
        good = good && (k == 0 ? l[k].evaluations == 0 : l[k].finished);
        if (k > 2)
            good = good && memcmp(trace[k], trace[2], 8 * sizeof(double)) == 0;
    }
    return good;
}

#ifdef ALONE
int main(void)
{
    for (int i = 0; i < 20; i++)
        if (!many())
            return 1;
    puts("no race");
    return 0;
}
#else
#include <criterion/criterion.h>

Test(callback, same_points_as_calling_it)
{
    library l = {.limit = 50};
    double trace[200];
    hone_callback *call = hone_callback_new(2, 1, minimize, &l);

    cr_assert_eq(exchange(call, 100, trace), 50);
    cr_expect(l.finished && !l.stopped);
    cr_expect_eq(hone_callback_ask(call, trace), HONE_DONE, "an end is an end");
    hone_callback_free(call);

    library m = {.limit = 50};
    double again[200];
    call = hone_callback_new(2, 1, minimize, &m);
    cr_assert_eq(exchange(call, 20, again), 20);
    usleep(2000);
    cr_assert_eq(exchange(call, 100, again + 40), 30);
    hone_callback_free(call);
    cr_expect_arr_eq(again, trace, 100 * sizeof *trace);
}

Test(callback, a_point_stays_until_it_is_told)
{
    library l = {.limit = 5};
    double x[2], y[2], one = 1;
    hone_callback *call = hone_callback_new(2, 1, minimize, &l);

    hone_callback_tell(call, &one);
    cr_assert_eq(hone_callback_ask(call, x), HONE_OK);
    cr_assert_eq(hone_callback_ask(call, y), HONE_OK);
    cr_expect_arr_eq(x, y, sizeof x);
    cr_expect_eq(l.evaluations, 1);
    hone_callback_tell(call, &one);
    cr_expect_eq(l.evaluations, 1, "it goes on with the next ask");
    cr_assert_eq(hone_callback_ask(call, y), HONE_OK);
    cr_expect_eq(l.evaluations, 2);
    hone_callback_free(call);
    cr_expect(l.stopped && l.finished);
    cr_expect_eq(l.evaluations, 2);
}

Test(callback, stops_in_every_state)
{
    library l = {.limit = 3};
    double x[2], y = 0;

    hone_callback_free(NULL);
    hone_callback_free(hone_callback_new(2, 1, minimize, &l));
    cr_expect_eq(l.evaluations, 0, "never begun");
    hone_callback *call = hone_callback_new(2, 1, minimize, &l);
    hone_callback_ask(call, x);
    hone_callback_tell(call, &y);
    hone_callback_free(call);
    cr_expect(l.stopped && l.finished, "told, not asked again");
    cr_expect(many());
}

/* One that takes no notice of "stop" is told +infinity until it ends. */
static void stubborn(hone_callback *call, void *context)
{
    double x[2] = {0}, y = 0;

    for (int i = 0; i < 100; i++) {
        hone_callback_value(call, x, &y);
        *(int *)context += y == HUGE_VAL;
    }
}

Test(callback, one_that_does_not_stop_ends_by_itself)
{
    int infinite = 0;
    double x[2];
    hone_callback *call = hone_callback_new(2, 1, stubborn, &infinite);

    hone_callback_ask(call, x);
    hone_callback_free(call);
    cr_expect_eq(infinite, 100);
}

Test(callback, no_races, .timeout = 60)
{
    char command[1024], line[256] = "";

    if (system("clang --version >/dev/null 2>&1") != 0)
        cr_skip_test("clang is not here");
    snprintf(command, sizeof command,
             "t=$(mktemp -d) && clang -fsanitize=thread -g -O1 -DALONE -D_GNU_SOURCE -I%s/sdk "
             "%s/tests/unit/test_callback.c -o $t/a -pthread -lm && $t/a 2>&1 | tail -n 1; "
             "rm -r $t",
             SOURCE_DIR, SOURCE_DIR);
    FILE *out = popen(command, "r");
    cr_assert(out && fgets(line, sizeof line, out));
    pclose(out);
    cr_expect_str_eq(line, "no race\n", "%s", line);
}
#endif
