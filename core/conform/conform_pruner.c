/* conform_pruner.c - what a pruner answers to intermediate values. */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "conform_stand.h"

enum { TRIALS = 40, STEPS = 12 };

static bool observe(rig *r, int64_t number, int64_t step, double value, int32_t *stop)
{
    *stop = 77;
    if (rig_observe(r, number, step, value, stop) < 0)
        stand_fail(r->stand, "observe fails: %s", rig_said(r));
    else if (*stop != 0 && *stop != 1)
        stand_fail(r->stand, *stop == 77 ? "observe leaves *stop unwritten"
                                         : "observe answers stop = %d; allowed: 0 and 1",
                   *stop);
    return !r->stand->failure.length;
}

static bool finish(rig *r, int64_t number, int32_t state)
{
    if (rig_finish(r, number, state) < 0)
        stand_fail(r->stand, "finish fails: %s", rig_said(r));
    return !r->stand->failure.length;
}

static double plain(const stand *s, int64_t trial, int64_t step)
{
    return stand_uniform(s, 700, trial) + 1 / (double)step;
}

/* Trials one after another. */
static void stops(stand *s)
{
    rig r;
    if (!rig_open(s, &r, &(rig_plan){0}))
        return;
    bool going = true;
    for (int64_t trial = 0; trial < TRIALS && going; trial++) {
        int32_t stop = 0;
        for (int64_t step = 1; step <= STEPS && going && !stop; step++)
            going = observe(&r, trial, step, plain(s, trial, step), &stop);
        going = going && finish(&r, trial, stop ? HONE_PRUNED : HONE_COMPLETE);
    }
    rig_close(&r);
}

/* Many at work at once, in numbers that are not dense; some never report, some fail. */
static void interwoven(stand *s)
{
    rig r;
    int32_t stopped[TRIALS] = {0};
    if (!rig_open(s, &r, &(rig_plan){0}))
        return;
    bool going = true;
    for (int64_t step = 1; step <= STEPS && going; step++)
        for (int64_t trial = 0; trial < TRIALS && going; trial++)
            if (!stopped[trial] && trial % 7)
                going = observe(&r, 3 * trial, 10 * step, plain(s, trial, step), &stopped[trial]);
    for (int64_t trial = 0; trial < TRIALS && going; trial++)
        going = finish(&r, 3 * trial, stopped[trial] ? HONE_PRUNED
                                      : trial % 5    ? HONE_COMPLETE
                                                     : HONE_FAILED);
    rig_close(&r);
}

static void values(stand *s)
{
    static const double EXTREME[] = {0,     -0.0,    DBL_MIN, -DBL_MAX, DBL_MAX,
                                     1e-300, -1e300, 5e-324};
    rig r;
    if (!rig_open(s, &r, &(rig_plan){0}))
        return;
    bool going = true;
    for (int64_t trial = 0; trial < TRIALS && going; trial++) {
        int32_t stop = 0;
        for (int64_t step = 1; step <= 8 && going && !stop; step++)
            going = observe(&r, trial, step, EXTREME[(trial + step) % 8], &stop);
        going = going && finish(&r, trial, stop ? HONE_PRUNED : HONE_COMPLETE);
    }
    rig_close(&r);
}

static void steps(stand *s)
{
    static const int64_t AT[] = {INT64_MIN / 2, -1, 0, 1, 1000000007, INT64_MAX / 2};
    rig r;
    if (!rig_open(s, &r, &(rig_plan){0}))
        return;
    bool going = true;
    for (int64_t trial = 0; trial < TRIALS && going; trial++) {
        int32_t stop = 0;
        for (int k = 0; k < 6 && going && !stop; k++)
            going = observe(&r, trial, AT[k], plain(s, trial, k + 1), &stop);
        going = going && finish(&r, trial, stop ? HONE_PRUNED : HONE_COMPLETE);
    }
    rig_close(&r);
}

const conform_case CONFORM_PRUNER[] = {
    {"stops", "observe answers 0 or 1.", FOR(HONE_PRUNER), stops},
    {"interwoven", "Many trials at once, with gaps in their numbers, work.", FOR(HONE_PRUNER),
     interwoven},
    {"values", "Values up to the largest double do no harm.", FOR(HONE_PRUNER), values},
    {"steps", "Steps that are negative, sparse and huge do no harm.", FOR(HONE_PRUNER), steps},
    {0},
};
