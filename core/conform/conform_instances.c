/* conform_instances.c - many instances of one plugin: whatever one does, no other notices. */
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "conform_stand.h"

static bool alone(stand *s, uint64_t flavour, int64_t threads, answers *out)
{
    rig r;
    bool done = work_open(s, &r, flavour, threads);
    if (!done)
        return false;
    for (int step = 0; step < WORK_STEPS && done; step++)
        done = work_step(&r, flavour, step, out);
    rig_close(&r);
    return done;
}

static void repeatable(stand *s)
{
    answers a = {0}, b = {0};
    if (alone(s, 1, 1, &a) && alone(s, 1, 1, &b) && !answers_same(&a, &b))
        stand_fail(s, "the same work with the same seed gave other bits the second time: it depends "
                      "on a clock, an address, a global or a generator of its own");
    answers_free(&a);
    answers_free(&b);
}

static bool in_turn(stand *s, answers *a, answers *b)
{
    rig first, second;
    if (!work_open(s, &first, 1, 1))
        return false;
    bool done = work_open(s, &second, 2, 1);
    if (!done) {
        rig_close(&first);
        return false;
    }
    for (int step = 0; step < WORK_STEPS && done; step++)
        done = work_step(&first, 1, step, a) && work_step(&second, 2, step, b);
    rig_close(&first);
    rig_close(&second);
    return done;
}

static void interleaving(stand *s)
{
    answers a = {0}, b = {0}, apart_a = {0}, apart_b = {0};
    if (s->plugin->caps & HONE_CAP_PROCESS_GLOBAL)
        stand_leave_out(s, "it claims one instance a process");
    else if (alone(s, 1, 1, &apart_a) && alone(s, 2, 1, &apart_b) && in_turn(s, &a, &b) &&
             (!answers_same(&a, &apart_a) || !answers_same(&b, &apart_b)))
        stand_fail(s, "two instances at work in turn gave other bits than each alone: they share a "
                      "global or static variable");
    answers_free(&a);
    answers_free(&b);
    answers_free(&apart_a);
    answers_free(&apart_b);
}

typedef struct errand {
    rig *rig;
    answers *out;
    int step;
    bool done;
} errand;

static void *run_errand(void *context)
{
    errand *e = context;
    e->done = work_step(e->rig, 1, e->step, e->out);
    return NULL;
}

static void any_thread(stand *s)
{
    answers a = {0}, b = {0};
    rig r;
    if (!alone(s, 1, 1, &a) || !work_open(s, &r, 1, 1)) {
        answers_free(&a);
        return;
    }
    bool done = true;
    for (int step = 0; step < WORK_STEPS && done; step++) {
        errand e = {.rig = &r, .out = &b, .step = step};
        pthread_t thread;
        if (pthread_create(&thread, NULL, run_errand, &e) != 0)
            break;
        pthread_join(thread, NULL);
        done = e.done;
    }
    rig_close(&r);
    if (done && !answers_same(&a, &b))
        stand_fail(s, "calls from a new thread each gave other bits: it keeps something per thread");
    answers_free(&a);
    answers_free(&b);
}

static void threads(stand *s)
{
    answers one = {0}, four = {0};
    if (alone(s, 1, 1, &one) && alone(s, 1, 4, &four) && !answers_same(&one, &four))
        stand_fail(s, "with 4 threads allowed it gave other bits than with 1");
    answers_free(&one);
    answers_free(&four);
}

static int64_t in_use(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 0; /* another allocator, which finds leaks itself */
#else
    const struct mallinfo2 m = mallinfo2();
    return (int64_t)(m.uordblks + m.hblkhd);
#endif
}

/* Lives of the instance in one study: nothing of ours grows between them. */
static void lives(stand *s)
{
    const int64_t rounds = stand_size(s, 200, 1000);
    rig r;
    if (!work_open(s, &r, 1, 1))
        return;
    int64_t before = 0;
    for (int64_t k = 0; k < rounds && !s->failure.length; k++) {
        instance *i = NULL;
        if (k == rounds / 4) /* what is kept once, is kept by now */
            before = in_use();
        if (instance_new(&r.around, r.instance->component, &i, &r.err) < 0)
            stand_fail(s, "life %lld: %s", (long long)k + 1, error_text(&r.err));
        instance_free(i);
    }
    const int64_t grown = in_use() - before, lived = rounds - rounds / 4;
    rig_close(&r);
    if (!s->failure.length && grown > 8 * lived)
        stand_fail(s, "%lld lives left %lld bytes behind", (long long)lived, (long long)grown);
}

/* The same, with work done in each life. */
static void leaks(stand *s)
{
    const int rounds = (int)stand_size(s, 8, 24);
    int64_t before = 0;
    rig r;
    bool going = work_open(s, &r, 1, 1);
    if (!going)
        return;
    for (int k = 0; k < rounds && going; k++) {
        answers a = {0};
        if (k == rounds / 2)
            before = in_use();
        for (int step = 0; step < WORK_STEPS && going; step++)
            going = work_step(&r, 1, step, &a);
        answers_free(&a);
        going = going && rig_again(&r);
    }
    const int64_t grown = in_use() - before, lived = rounds - rounds / 2;
    rig_close(&r);
    if (going && grown > 8 * lived)
        stand_fail(s, "%lld lives with work in them left %lld bytes behind", (long long)lived,
                   (long long)grown);
}

/* Destroy is called as the host does when create failed half-way. */
static void destroys(stand *s)
{
    s->plugin->destroy(NULL);
    s->calls++;
}

const conform_case CONFORM_INSTANCES[] = {
    {"repeatable", "The same seed and the same calls give the same bits.", 0, repeatable},
    {"interleaving", "Two instances at work in turn give what each gives alone.", 0, interleaving},
    {"any_thread", "Successive calls may come from different threads.", 0, any_thread},
    {"threads", "The number of threads allowed changes no bit.", 0, threads},
    {"lives", "A thousand instances come and go without growth.", 0, lives},
    {"leaks", "Instances that have worked leave no memory behind.", 0, leaks},
    {"destroys", "destroy accepts NULL.", 0, destroys},
    {0},
};
