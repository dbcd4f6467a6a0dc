/* conform_state.c - hone.state/1: saved, loaded, and refused where it is not whole. */
#include <stdlib.h>
#include <string.h>

#include "conform_stand.h"

/* A stream over memory that moves at most `most` bytes at once. */
typedef struct tape {
    hone_stream stream; /* first */
    text *bytes;
    size_t *at;
    int64_t most;
} tape;

static int64_t record(const hone_stream *stream, void *buffer, int64_t n)
{
    const tape *t = (const tape *)(const void *)stream;
    if (n < 0)
        return HONE_EINVAL;
    if (n > t->most)
        n = t->most;
    text_put(t->bytes, buffer, (size_t)n);
    return n;
}

static int64_t play_back(const hone_stream *stream, void *buffer, int64_t n)
{
    const tape *t = (const tape *)(const void *)stream;
    const int64_t left = (int64_t)(t->bytes->length - *t->at);
    if (n < 0)
        return HONE_EINVAL;
    if (n > t->most)
        n = t->most;
    if (n > left)
        n = left;
    memcpy(buffer, t->bytes->data + *t->at, (size_t)n);
    *t->at += (size_t)n;
    return n;
}

static bool has_state(stand *s)
{
    const hone_ext_state *e = s->plugin->extension ? s->plugin->extension("hone.state/1") : NULL;
    if (e && e->save && e->load)
        return true;
    stand_leave_out(s, "it saves no state; it is replayed");
    return false;
}

static int32_t load(rig *r, text *bytes, int64_t most)
{
    size_t at = 0;
    tape t = {{sizeof t.stream, 0, play_back}, bytes, &at, most};
    return rig_load(r, &t.stream);
}

static bool work(rig *r, int first, int last, answers *out)
{
    for (int step = first; step < last; step++)
        if (!work_step(r, 1, step, out))
            return false;
    return true;
}

/* An instance at work, its state in the middle, and what it answered afterwards. */
static bool recorded(stand *s, rig *r, text *bytes, int64_t most, answers *after)
{
    answers before = {0};
    size_t at = 0;
    tape t = {{sizeof t.stream, 0, record}, bytes, &at, most};
    bool done = work_open(s, r, 1, 1) && work(r, 0, 3, &before);
    answers_free(&before);
    if (!done)
        return false;
    const int32_t status = rig_save(r, &t.stream);
    if (status == HONE_WAIT) {
        stand_leave_out(s, "it does not save at this moment");
        return false;
    }
    if (status < 0) {
        stand_fail(s, "save fails: %s", rig_said(r));
        return false;
    }
    return !after || work(r, 3, WORK_STEPS, after);
}

/* The newcomer sees the table of the study as it was; strategies alone have one. */
static void round_trip(stand *s, int64_t most)
{
    rig r, other;
    text bytes = {0};
    answers after = {0}, again = {0}, skipped = {0};
    if (recorded(s, &r, &bytes, most, &after) && work_open(s, &other, 1, 1)) {
        /* the table is rebuilt by an instance that is then replaced by one with the state */
        bool done = work(&other, 0, 3, &skipped);
        instance *fresh = NULL;
        done = done && instance_new(&other.around, other.instance->component, &fresh, &other.err) >= 0;
        if (done) {
            instance_free(other.instance);
            other.instance = fresh;
            if (load(&other, &bytes, most) < 0)
                stand_fail(s, "load of what it saved fails: %s", rig_said(&other));
            else if (work(&other, 3, WORK_STEPS, &again) && !answers_same(&after, &again))
                stand_fail(s, "after a load it goes on otherwise than without");
        }
        rig_close(&other);
        rig_close(&r);
    }
    answers_free(&after);
    answers_free(&again);
    answers_free(&skipped);
    text_free(&bytes);
}

static void state(stand *s)
{
    if (has_state(s))
        round_trip(s, INT64_MAX);
}

static void short_reads(stand *s)
{
    static const int64_t MOST[] = {1, 2, 3, 5, 7};
    for (int k = 0; k < 5 && has_state(s) && !s->failure.length && !s->not_applicable.length; k++) {
        round_trip(s, MOST[k]);
        if (s->failure.length)
            text_add(&s->failure, " (streams that move %lld bytes at once)", (long long)MOST[k]);
    }
}

static void refuse(stand *s, text *bytes, const char *what)
{
    rig r;
    if (s->failure.length || !work_open(s, &r, 1, 1))
        return;
    const int32_t status = load(&r, bytes, INT64_MAX);
    if (status != HONE_ESTATE)
        stand_fail(s, "load of %s answers %s; HONE_ESTATE is meant", what, status_name(status));
    rig_close(&r);
}

static void garbage(stand *s)
{
    rig r;
    text whole = {0}, part = {0};
    if (!has_state(s) || !recorded(s, &r, &whole, INT64_MAX, NULL))
        return;
    rig_close(&r);
    text_put(&part, "", 0);
    refuse(s, &part, "nothing");
    const size_t cuts = (size_t)stand_size(s, 8, 64);
    for (size_t k = 0; k < cuts; k++) {
        part.length = 0;
        text_put(&part, whole.data, whole.length * k / cuts);
        refuse(s, &part, "a truncated state");
    }
    part.length = 0;
    for (int k = 0; k < 4096; k++)
        text_put(&part, &(char){(char)(256 * stand_uniform(s, 900, k))}, 1);
    refuse(s, &part, "random bytes");
    text_free(&part);
    text_free(&whole);
}

#define ANY_KIND 0
const conform_case CONFORM_STATE[] = {
    {"state", "Loading a state and going on equals going on.", ANY_KIND, state},
    {"short_reads", "Streams may move 1, 2, 3, 5 or 7 bytes at once.", ANY_KIND, short_reads},
    {"garbage", "Empty, truncated and random states give HONE_ESTATE.", ANY_KIND, garbage},
    {0},
};
