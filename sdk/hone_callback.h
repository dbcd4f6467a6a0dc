/* hone_callback.h - an optimiser that calls a function, behind ask and tell.
 *
 * Most libraries want a function to call and return when they are done; a strategy is asked for
 * a point and told its value later.  Here the library runs in a thread of its own, and the
 * function that it calls waits there for the value:
 *
 *     static double f(const double *x, void *context)        what the library calls
 *     {
 *         double y;
 *         if (hone_callback_value(((own *)context)->call, x, &y))
 *             ... make the library stop; what is returned does not matter ...
 *         return y;
 *     }
 *     static void work(hone_callback *call, void *context)   runs in the thread
 *     {
 *         library_minimize(f, context);
 *     }
 *
 *     call = hone_callback_new(n, 1, work, context);
 *     ask:      if (hone_callback_ask(call, x) == HONE_OK) ... propose x ...
 *               else it returned: HONE_DONE, or the next run of it
 *     tell:     hone_callback_tell(call, &y);
 *     destroy:  hone_callback_free(call);
 *
 * Two threads, but never two at work: the library runs only inside of hone_callback_ask, from
 * which nobody returns before the library waits or has ended.  So results do not depend on any
 * timing, and nothing that the two share needs a lock.  What the library keeps for each thread
 * (random numbers, errno) belongs to this run alone.
 *
 * Destroyed while the library waits, hone_callback_value answers "stop": the library is to return
 * through all its own frames, so it frees what it holds.  One that cannot stop and asks on is told
 * +infinity again and again, until it ends by itself; where it never would, leave it by longjmp
 * out of f and free its memory in work.
 *
 * The thread begins with the first ask, receives no signals, and is joined by free; it is blocked
 * between calls, as hone_plugin.h allows.  Header only, C99 and C++11, with POSIX threads. */
#ifndef HONE_CALLBACK_H
#define HONE_CALLBACK_H

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"

typedef struct hone_callback hone_callback;

/* Whose turn it is.  ENDED: work returned, the thread can be joined. */
enum {
    HONE_CALLBACK_NEW = 0, /* no thread yet */
    HONE_CALLBACK_WORKS,   /* the library runs, the asker waits */
    HONE_CALLBACK_WANTS,   /* x is there, the library waits for y */
    HONE_CALLBACK_TOLD,    /* y is there, the library goes on with the next ask */
    HONE_CALLBACK_STOPS,   /* the library is to return */
    HONE_CALLBACK_ENDED
};

struct hone_callback {
    pthread_mutex_t mutex; /* of turn; x and y belong to whose turn it is */
    pthread_cond_t change; /* of turn */
    int turn;
    int64_t n_x, n_y;
    double *x, *y;         /* [n_x], [n_y] */
    void (*work)(hone_callback *call, void *context);
    void *context;
    pthread_t thread;
};

/* ---- on the library's side ----------------------------------------------------------------*/

/* Hands over x [n_x] and waits for y [n_y].  0: y is set; 1: stop, y is +infinity. */
static inline int hone_callback_value(hone_callback *call, const double *x, double *y)
{
    int64_t k;
    int stop;

    pthread_mutex_lock(&call->mutex);
    if (call->turn != HONE_CALLBACK_STOPS) {
        memcpy(call->x, x, (size_t)call->n_x * sizeof *x);
        call->turn = HONE_CALLBACK_WANTS;
        pthread_cond_broadcast(&call->change);
    }
    while (call->turn != HONE_CALLBACK_STOPS && call->turn != HONE_CALLBACK_WORKS)
        pthread_cond_wait(&call->change, &call->mutex);
    stop = call->turn == HONE_CALLBACK_STOPS;
    for (k = 0; k < call->n_y; k++)
        y[k] = stop ? HUGE_VAL : call->y[k];
    pthread_mutex_unlock(&call->mutex);
    return stop;
}

static inline void *hone_callback_thread(void *self)
{
    hone_callback *call = (hone_callback *)self;

    call->work(call, call->context);
    pthread_mutex_lock(&call->mutex);
    call->turn = HONE_CALLBACK_ENDED;
    pthread_cond_broadcast(&call->change);
    pthread_mutex_unlock(&call->mutex);
    return NULL;
}

/* ---- on the strategy's side ---------------------------------------------------------------*/

/* n_x numbers go to the function's caller, n_y values come back.  NULL: out of memory. */
static inline hone_callback *hone_callback_new(int64_t n_x, int64_t n_y,
                                               void (*work)(hone_callback *, void *),
                                               void *context)
{
    hone_callback *call = (hone_callback *)calloc(1, sizeof *call);

    if (!call)
        return NULL;
    call->n_x = n_x;
    call->n_y = n_y;
    call->work = work;
    call->context = context;
    call->x = (double *)calloc((size_t)n_x + 1, sizeof *call->x);
    call->y = (double *)calloc((size_t)n_y + 1, sizeof *call->y);
    if (!call->x || !call->y || pthread_mutex_init(&call->mutex, NULL) != 0) {
        free(call->x);
        free(call->y);
        free(call);
        return NULL;
    }
    pthread_cond_init(&call->change, NULL);
    return call;
}

/* Signals stay with the threads that the host made. */
static inline int hone_callback_start(hone_callback *call)
{
    sigset_t all, before;
    int failed;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&call->thread, NULL, hone_callback_thread, call);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

/* The next point that the library wants the value of, into x [n_x]; the same again until it was
 * told.  HONE_DONE: the library has returned.  HONE_EFAIL: no thread can be made. */
static inline int32_t hone_callback_ask(hone_callback *call, double *x)
{
    int32_t status;

    pthread_mutex_lock(&call->mutex);
    if (call->turn == HONE_CALLBACK_NEW) {
        if (hone_callback_start(call) != 0) {
            pthread_mutex_unlock(&call->mutex);
            return HONE_EFAIL;
        }
        call->turn = HONE_CALLBACK_WORKS;
    } else if (call->turn == HONE_CALLBACK_TOLD) {
        call->turn = HONE_CALLBACK_WORKS;
        pthread_cond_broadcast(&call->change);
    }
    while (call->turn == HONE_CALLBACK_WORKS)
        pthread_cond_wait(&call->change, &call->mutex);
    status = call->turn == HONE_CALLBACK_WANTS ? HONE_OK : HONE_DONE;
    if (status == HONE_OK)
        memcpy(x, call->x, (size_t)call->n_x * sizeof *x);
    pthread_mutex_unlock(&call->mutex);
    return status;
}

/* The values y [n_y] of the point that was asked last; ignored if none waits for them. */
static inline void hone_callback_tell(hone_callback *call, const double *y)
{
    pthread_mutex_lock(&call->mutex);
    if (call->turn == HONE_CALLBACK_WANTS) {
        memcpy(call->y, y, (size_t)call->n_y * sizeof *y);
        call->turn = HONE_CALLBACK_TOLD;
    }
    pthread_mutex_unlock(&call->mutex);
}

/* Stops the library if it waits, and returns when it has returned.  Accepts NULL. */
static inline void hone_callback_free(hone_callback *call)
{
    int begun;

    if (!call)
        return;
    pthread_mutex_lock(&call->mutex);
    begun = call->turn != HONE_CALLBACK_NEW;
    if (begun && call->turn != HONE_CALLBACK_ENDED) {
        call->turn = HONE_CALLBACK_STOPS;
        pthread_cond_broadcast(&call->change);
    }
    pthread_mutex_unlock(&call->mutex);
    if (begun)
        pthread_join(call->thread, NULL);
    pthread_cond_destroy(&call->change);
    pthread_mutex_destroy(&call->mutex);
    free(call->x);
    free(call->y);
    free(call);
}

#endif
