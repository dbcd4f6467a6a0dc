/* objective.c - a sound small objective, and with -DFAULT_<name> one that is wrong in one way.
 *
 * The squared distance from the middle of its own cube, with a little noise from the seed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hone_plugin.h"

/* FAULT name: the test that is meant to find it
 *
 * FAULT no_state: rows
 * FAULT unknown_state: rows
 * FAULT nan_complete: rows
 * FAULT changes_points: rows
 * FAULT beyond_ldy: margins
 * FAULT beyond_rows: margins
 * FAULT remembers: singles
 * FAULT unseeded: repeatable
 * FAULT shared_room: parallel
 * FAULT deaf: cancelled
 * FAULT wrong_best: front
 * FAULT no_space: own_space */

enum { D = 3 };
static const double NOISE = 1e-3;

static double noise_of(uint64_t seed)
{
    seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9; /* splitmix64 */
    seed = (seed ^ (seed >> 27)) * 0x94d049bb133111eb;
    return (double)(seed >> 11) * 0x1p-53;
}

#ifdef FAULT_shared_room
static double room[D];
#endif
#ifdef FAULT_remembers
static double last;
#endif

static double bowl(const double *x, uint64_t seed)
{
    double y = NOISE * noise_of(seed);
#ifdef FAULT_shared_room
    memcpy(room, x, sizeof room);
    usleep(300);
    x = room;
#endif
    for (int k = 0; k < D; k++)
        y += (x[k] - 0.5) * (x[k] - 0.5);
#ifdef FAULT_unseeded
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    y += 1e-12 * (double)now.tv_nsec;
#endif
#ifdef FAULT_remembers
    y += 0.1 * last;
    last = y;
#endif
    return y;
}

static int32_t evaluate(void *self, const hone_points *in, hone_outcomes *out)
{
    const hone_host *host = self;
    (void)host;
    for (int64_t i = 0; i < in->n; i++) {
#ifdef FAULT_deaf
        if (i == 0 && in->n == 6)
            sleep(3);
#endif
        out->y[i * out->ldy] = bowl(in->x + i * in->ldx, in->seed[i]);
#ifdef FAULT_nan_complete
        out->y[i * out->ldy] = sqrt(-1 - out->y[i * out->ldy]);
#endif
#ifdef FAULT_beyond_ldy
        out->y[i * out->ldy + 1] = 0;
#endif
#ifdef FAULT_unknown_state
        out->state[i] = 9;
#elif !defined FAULT_no_state
        out->state[i] = HONE_COMPLETE;
#endif
    }
#ifdef FAULT_beyond_rows
    out->state[in->n] = HONE_COMPLETE;
#endif
#ifdef FAULT_changes_points
    ((double *)(uintptr_t)in->x)[0] = 0.5;
#endif
    return HONE_OK;
}

static int64_t front(void *self, int64_t n, double *y, int64_t ldy)
{
    (void)self, (void)ldy;
    if (n < 1)
        return 0;
#ifdef FAULT_wrong_best
    y[0] = 0.7;
#else
    y[0] = 0;
#endif
    return 1;
}

static const void *extension(const char *id)
{
    static const hone_ext_front FRONT = {sizeof FRONT, 0, front};
    return strcmp(id, "hone.front/1") == 0 ? &FRONT : NULL;
}

#define CUBE(n) {.size = sizeof(hone_param), .name = n, .parent = -1, .high = 1, .init = NAN}
static const hone_param PARAMS[D] = {CUBE("x1"), CUBE("x2"), CUBE("x3")};

static const hone_space *own_space(void *self)
{
    static const hone_param *const LIST[D] = {&PARAMS[0], &PARAMS[1], &PARAMS[2]};
    static const hone_space SPACE = {.size = sizeof SPACE,
                                     .n_objectives = 1,
#ifdef FAULT_no_space
                                     .n_params = 0,
#else
                                     .n_params = D,
#endif
                                     .params = LIST};
    (void)self;
    return &SPACE;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    (void)values;
    *self = (void *)(uintptr_t)host;
    return HONE_OK;
}

static void destroy(void *self)
{
    (void)self; /* the host's */
}

static const hone_objective_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH,
    .evaluate = evaluate,
    .space = own_space,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_OBJECTIVE,
    .name = "bowl",
    .version = "1.0.0",
    .doc = "The squared distance from the middle.",
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
    .extension = extension,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("bowl", "1.0.0", "MIT", "", PLUGINS)
